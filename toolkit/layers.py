"""One part of a store: its rows in three layers, made by the same functions as in memory."""

from __future__ import annotations

import functools
import gc
import logging
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit import pipeline, schemas, store
from toolkit.corpus.duplicates import sample_runs
from toolkit.corpus.readers import Source, read_sources
from toolkit.indicators import extract_facts
from toolkit.terms.folding import fold
from toolkit.terms.hits import find_hits
from toolkit.terms.lexicon import Lexicon
from toolkit.terms.segment import Segmenter

log = logging.getLogger(__name__)

LAYERS = ("base", "terms", "facts")
_BATCH = 16  # documents whose rows are Python objects at one time
_TYPES = {
    "str": pa.string(),
    "int": pa.int64(),
    "int?": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}
_MADE = pa.schema([("doc_id", "string"), ("key", "string"), ("error", "string")])
_SIZES = pa.schema([("doc_id", "string"), ("role", "string"), ("n_tokens", "int64")])
_COUNTS = pa.schema(
    [("doc_id", "string"), ("role", "string"), ("kind", "string"), ("term", "string"), ("count", "int64")]
)


def _schema(table: schemas.Table, *, without: str = "", more: Iterable[tuple] = ()) -> pa.Schema:
    """The Arrow schema of a table."""
    columns = [(c.name, _TYPES[c.dtype]) for c in table.columns if c.name != without]
    return pa.schema([*columns, *more])


_SCHEMAS = {
    "base": {
        "documents": _schema(
            schemas.DOCUMENTS,
            without="text",
            more=[("key", pa.string()), ("n_text", pa.int64()), ("runs", pa.list_(pa.uint64()))],
        ),
        "texts": pa.schema([("doc_id", "string"), ("text", "string")]),
        "sections": _schema(schemas.SECTIONS),
        "sentences": _schema(schemas.SENTENCES),
        "inputs": _schema(schemas.LEDGER, more=[("key", pa.string())]),
    },
    "terms": {
        "made": _MADE,
        "tokens": _schema(schemas.TOKENS),
        "hits": _schema(schemas.HITS),
        "sizes": _SIZES,
        "counts": _COUNTS,
    },
    "facts": {"made": _MADE, "facts": _schema(schemas.FACTS)},
}


class Job(NamedTuple):
    """One part to make: its files with their keys, where its layers go, and where older rows may be taken."""

    part: str
    sources: tuple[Source, ...]
    keys: tuple[str, ...]
    overrides: pd.DataFrame | None
    targets: dict[str, Path]
    older: dict[str, tuple[Path, ...]]
    tools: bytes


def source_key(path: str, sha256: str, corrections: pd.DataFrame | None) -> str:
    """What a file's documents are made from: its bytes, its name, what metadata.csv says of it."""
    return store.digest(path, sha256, "" if corrections is None else corrections.to_csv())


@functools.lru_cache(maxsize=1)
def _tools(data: bytes) -> tuple[Segmenter, Lexicon]:
    """The segmenter and the lexicon, built once in each process."""
    return pickle.loads(data)  # bytes of the parent process, never of a file


def make_part(job: Job) -> tuple[str, str]:
    """Make the missing layers of one part; its name and what was done."""
    did, collecting = [], gc.isenabled()
    gc.disable()  # millions of tuples without a cycle: walking them over and over costs a fifth of the time
    try:
        for layer, target in job.targets.items():
            if store.read_record(target) is not None:
                continue
            make = _read_base if layer == "base" else _derive
            made, kept, tables = make(job, layer)
            store.write_part(target, tables)
            did.append(f"{layer}: {made} made, {kept} kept")
            del tables
    finally:
        if collecting:
            gc.enable()
    return job.part, ", ".join(did)


class _Rows:
    """Rows of several tables, kept as Arrow columns but for the last few documents."""

    def __init__(self, layer: str) -> None:
        self.schemas = _SCHEMAS[layer]
        self.rows: dict[str, list] = {name: [] for name in self.schemas}
        self.chunks: dict[str, list[pa.Table]] = {name: [] for name in self.schemas}
        self.n_documents = 0

    def add(self, rows: dict[str, Iterable[tuple]]) -> None:
        """Take the rows of one document."""
        for name, values in rows.items():
            self.rows[name].extend(values)
        self.n_documents += 1
        if self.n_documents % _BATCH == 0:
            self.flush()

    def flush(self) -> None:
        """Turn rows into columns."""
        for name, rows in self.rows.items():
            schema = self.schemas[name]
            columns = zip(*rows, strict=True) if rows else [[] for _ in schema]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            self.chunks[name].append(pa.Table.from_arrays(arrays, schema=schema))
            rows.clear()

    def tables(self, order: pa.Array) -> dict[str, pa.Table]:
        """The tables, in the order of documents; counts by term, so that one term is found in one place."""
        self.flush()
        tables = {}
        for name in self.schemas:
            table = pa.concat_tables(self.chunks.pop(name))  # chunks go as their table comes: memory
            if name == "inputs":
                tables[name] = table.sort_by([("path", "ascending"), ("row", "ascending")])
                continue
            place = pc.index_in(table["doc_id"], value_set=order)
            if name == "counts":
                keys = {"term": table["term"], "place": place, "role": table["role"], "kind": table["kind"]}
                at = pc.sort_indices(pa.table(keys), [(key, "ascending") for key in keys])
            elif (np.diff(place.to_numpy()) >= 0).all():
                tables[name] = table.combine_chunks()
                continue
            else:
                at = pc.sort_indices(place)
            tables[name] = table.take(at).combine_chunks()
        return tables


def _take(rows: _Rows, folder: Path, doc_ids: Iterable[str], names: Iterable[str]) -> None:
    """Take over the rows of documents that did not change."""
    wanted = pa.array(doc_ids, pa.string())
    for name in names:
        table = pq.read_table(folder / f"{name}.parquet", schema=rows.schemas[name])
        rows.chunks[name].append(table.filter(pc.is_in(table["doc_id"], value_set=wanted)))


def _read_base(job: Job, layer: str) -> tuple[int, int, dict[str, pa.Table]]:
    """Read the files of a part that are new; take over the rows of the others."""
    rows, left = _Rows(layer), dict(zip(job.keys, job.sources, strict=True))
    n_kept = 0
    for folder in filter(store.read_record, job.older[layer]):
        inputs = pq.read_table(folder / "inputs.parquet")
        kept = inputs.filter(pc.is_in(inputs["key"], value_set=pa.array(left, pa.string())))
        rows.chunks["inputs"].append(kept)
        _take(rows, folder, filter(None, kept["doc_id"].to_pylist()), set(rows.schemas) - {"inputs"})
        for key in set(kept["key"].to_pylist()):
            del left[key]
            n_kept += 1
    for reading in read_sources(left.values()):
        rows.add(_base_rows(pipeline.draft_report(reading, job.overrides), job.overrides))
    rows.flush()
    documents = pa.concat_tables(rows.chunks["documents"])
    keys = [(name, "ascending") for name in pipeline.ORDER]
    order = documents.take(pc.sort_indices(documents, keys))["doc_id"]
    return len(left), n_kept, rows.tables(order.combine_chunks())


def _base_rows(draft: pipeline.Draft, overrides: pd.DataFrame | None) -> dict[str, Iterable[tuple]]:
    """The rows of one input in the base layer."""
    reading, corrections = draft.reading, None
    if overrides is not None and reading.path in overrides.index.get_level_values("path"):
        corrections = overrides.loc[[reading.path]]
    key = source_key(reading.path, reading.sha256, corrections)
    if draft.is_report:
        try:
            sections, sentences = draft.structure()
        except Exception as error:
            draft = replace(draft, reading=pipeline.guarded(reading, error))
    if not draft.is_report:
        return {"inputs": [(*pipeline.ledger_row(draft), key)]}
    n_chars, n_meta_chars = pipeline.measure_text(sentences)
    document, doc_id = pipeline.document_row(draft, draft.flags, n_chars), draft.doc_id
    text = document.pop("text")
    return {
        "documents": [(*document.values(), key, len(text), sample_runs(text))],
        "texts": [(doc_id, text)],
        "sections": [(doc_id, *row) for row in sections],
        "sentences": [(doc_id, *row) for row in sentences],
        "inputs": [(*pipeline.ledger_row(draft, n_meta_chars), key)],
    }


def _derive(job: Job, layer: str) -> tuple[int, int, dict[str, pa.Table]]:
    """Make the rows of a derived layer from the base layer; take over those of unchanged documents."""
    rows, base = _Rows(layer), job.targets["base"]
    columns = ["doc_id", "key", "year", "genre"]
    documents = pq.read_table(base / "documents.parquet", columns=columns)
    left = {row["doc_id"]: row for row in documents.to_pylist()}
    for folder in filter(store.read_record, job.older[layer]):
        made = pq.read_table(folder / "made.parquet").to_pylist()
        kept = [row["doc_id"] for row in made if left.get(row["doc_id"], {}).get("key") == row["key"]]
        _take(rows, folder, kept, rows.schemas)
        for doc_id in kept:
            del left[doc_id]
    make = functools.partial(_term_rows, *_tools(job.tools)) if layer == "terms" else _fact_rows
    for doc_id, text, sentences in _read_sentences(base, left):
        document, error = left[doc_id], ""
        try:
            found = make(text, sentences, document)
        except Exception as failure:
            log.exception("%s could not be processed", doc_id, exc_info=failure)
            error, found = f"{type(failure).__name__}: {failure}", {}
        named = {name: [(doc_id, *row) for row in values] for name, values in found.items()}
        rows.add({"made": [(doc_id, document["key"], error)], **named})
    return len(left), len(documents) - len(left), rows.tables(documents["doc_id"].combine_chunks())


def _read_sentences(base: Path, doc_ids: Iterable[str]) -> Iterator[tuple[str, str, list[tuple]]]:
    """Texts and sentences of some documents of a part, one after another."""
    wanted = pa.array(doc_ids, pa.string())
    texts, sentences = (
        table.filter(pc.is_in(table["doc_id"], value_set=wanted))
        for table in (pq.read_table(base / f"{name}.parquet") for name in ("texts", "sentences"))
    )
    by_id = dict(zip(texts["doc_id"].to_pylist(), texts["text"].to_pylist(), strict=True))
    batches = (
        zip(*(column.to_pylist() for column in batch.columns), strict=True)
        for batch in sentences.to_batches(4096)
    )
    for doc_id, rows in groupby((row for batch in batches for row in batch), key=itemgetter(0)):
        yield doc_id, by_id.pop(doc_id), [row[1:] for row in rows]
    yield from ((doc_id, text, []) for doc_id, text in by_id.items())


def _term_rows(
    segmenter: Segmenter, lexicon: Lexicon, text: str, sentences: list[tuple], document: dict
) -> dict[str, Iterable[tuple]]:
    """Tokens, hits and counts of one document."""
    tokens = segmenter.tokenize(text, sentences)
    role = {number: role for number, _, role, *_ in sentences}
    counts = Counter((role[t[1]], t[5], t[4]) for t in tokens if t[5] in schemas.COUNTED_KINDS)
    sizes: Counter[str] = Counter()
    folded: Counter[tuple] = Counter()
    for (at, kind, term), count in counts.items():
        sizes[at] += count
        folded[at, kind, fold(term) if kind == "term" else term] += count
    return {
        "tokens": tokens,
        "hits": find_hits(text, sentences, lexicon),
        "sizes": sizes.items(),
        "counts": [(*key, count) for key, count in folded.items()],
    }


def _fact_rows(text: str, sentences: list[tuple], document: dict) -> dict[str, Iterable[tuple]]:
    """Facts of one document."""
    found = extract_facts(text, sentences, year=document["year"], genre=document["genre"])
    return {"facts": sorted(found, key=itemgetter(0, 1))}


def read_table(job: Job, layer: str, name: str) -> pa.Table:
    """Read one table of a part."""
    return pq.read_table(job.targets[layer] / f"{name}.parquet")
