"""Documents become tables in three layers; one part of a store is the three layers of some hundred files."""

from __future__ import annotations

import gc
import logging
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit import drafts, files, schemas, store
from toolkit.corpus.duplicates import signature
from toolkit.corpus.extracts import explain
from toolkit.corpus.readers import Reading, Source, read_sources
from toolkit.indicators.attribution import extract_facts
from toolkit.terms.hits import find_hits
from toolkit.terms.lexicon import Lexicon
from toolkit.terms.segment import Segmenter
from toolkit.terms.tokens import KINDS, token_tables
from toolkit.watches import Watch

log = logging.getLogger(__name__)

LAYERS = ("base", "terms", "facts")
CRASH = "crash"  # the error of a document at which processes died
ORDER = ["region_code", "year", "path", "row"]  # of documents, and of the rows of every table
_BATCH = 64  # documents whose rows are Python objects at one time,
_BATCH_CHARS = 1 << 20  # or fewer long ones
_CODED = pa.dictionary(pa.int32(), pa.string())
_TYPES = {"int": pa.int32(), "int?": pa.int32(), "float": pa.float64(), "bool": pa.bool_()}
_COUNTED = ("doc_id", "role", "kind", "term")
_MADE = [("doc_id", _CODED), ("key", pa.string()), ("error", pa.string())]
_KEY = ("key", pa.string())
_Item = TypeVar("_Item")
Tools = tuple[Segmenter, Lexicon]


def _schema(table: schemas.Table, *, without: str = "", more: Iterable[tuple] = ()) -> pa.Schema:
    """The Arrow schema of a table; what repeats much is kept once and numbered."""
    names = _COUNTED if table is schemas.TOKENS else ("doc_id",) if table is not schemas.LEDGER else ()
    columns = {c.name: _TYPES.get(c.dtype, pa.string()) for c in table.columns if c.name != without}
    return pa.schema([*(columns | {name: _CODED for name in names if name in columns}).items(), *more])


SCHEMAS = {
    "base": {
        "documents": _schema(schemas.DOCUMENTS, without="text", more=[_KEY, ("n_text", pa.int32())]),
        "signatures": pa.schema([("doc_id", _CODED), ("signature", pa.binary())]),
        "texts": pa.schema([("doc_id", _CODED), ("text", pa.large_string())]),
        "sections": _schema(schemas.SECTIONS),
        "sentences": _schema(schemas.SENTENCES),
        "inputs": _schema(schemas.LEDGER, more=[_KEY]),
    },
    "terms": {
        "made": pa.schema(_MADE),
        "tokens": _schema(schemas.TOKENS),
        "hits": _schema(schemas.HITS),
        "counts": pa.schema([*((name, _CODED) for name in _COUNTED), ("count", pa.int32())]),
        "sizes": pa.schema([("doc_id", _CODED), ("role", _CODED), ("n_tokens", pa.int32())]),
    },
    "facts": {"made": pa.schema(_MADE), "facts": _schema(schemas.FACTS)},
}


_PLAIN_TERMS = pa.schema(
    [*((name, _CODED) for name in _COUNTED[:3]), ("term", pa.string()), ("count", pa.int32())]
)


class Parsed(NamedTuple):
    """A document and its sentences: what the derived layers are made from."""

    doc_id: str
    key: str
    text: str
    sentences: list[tuple]
    year: int | None
    genre: str


class Job(NamedTuple):
    """One part to make: its files with their keys, where its layers go, and where older rows may be taken.

    `deadly` names the documents at which processes died, each with the layer; they are set aside.
    """

    part: str
    sources: tuple[Source, ...]
    keys: tuple[str, ...]
    overrides: pd.DataFrame | None
    targets: dict[str, Path]
    older: dict[str, tuple[Path, ...]]
    deadly: tuple[str, ...] = ()

    @property
    def note(self) -> Path:
        """The file that is there while the part is made."""
        base = self.targets["base"]
        return base.parents[2] / f"{files.PARTIAL}at-{base.name}"


class Chunks:
    """Tables of one layer as they grow, a batch of documents at a time."""

    def __init__(self, layer: str) -> None:
        self.schemas = SCHEMAS[layer]
        self.tables: dict[str, list[pa.Table]] = {
            name: [schema.empty_table()] for name, schema in self.schemas.items()
        }
        self.done: set[str] = set()  # documents of a derived layer, files' keys of the base layer

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Take the rows of some documents."""
        for name, table in tables.items():
            self.tables[name].append(table)

    def make(self, layer: str, parsed: Sequence[Parsed], tools: Tools, watch: Watch) -> None:
        """Make the rows of a derived layer for those documents that it lacks."""
        left = [document for document in parsed if document.doc_id not in self.done]
        for batch in [left[n : n + 1] for n in range(len(left))] if watch.exact else [left] * bool(left):
            tried = watch.step(layer, batch[0].doc_id)
            self.add(derive(layer, batch, tools) if tried else _without(layer, batch[0], CRASH))
            self.done |= {document.doc_id for document in batch}

    def take_over(self, folder: Path, keys: Iterable[str]) -> None:
        """Take over the rows of documents whose files did not change since `folder` was made."""
        owner = "inputs" if "inputs" in self.schemas else "made"
        rows = _read(folder, owner, self.schemas[owner])
        rows = rows.filter(pc.is_in(rows["key"], value_set=pa.array(keys, pa.string())))
        taken = pc.is_in(
            rows["key" if owner == "inputs" else "doc_id"], value_set=pa.array(self.done, pa.string())
        )
        rows = rows.filter(pc.invert(taken))
        ids = rows["doc_id"].cast(pa.string()).combine_chunks()
        self.add({owner: rows})
        for name in self.schemas.keys() - {owner}:
            self.add({name: rows_of(_read(folder, name, self.schemas[name]), ids)})
        self.done |= set(rows["key"].to_pylist() if owner == "inputs" else ids.to_pylist())

    def join(self, order: Sequence[str]) -> dict[str, pa.Table]:
        """The tables with the rows of these documents, in their order."""
        return {name: join(name, self.tables.pop(name), order) for name in self.schemas}


def join(name: str, chunks: list[pa.Table], order: Sequence[str]) -> pa.Table:
    """Rows in the order of documents; inputs by path; counts by term, so that one term is in one place."""
    table = pa.concat_tables(chunks).unify_dictionaries().combine_chunks()
    if name == "inputs":
        return table.sort_by([("path", "ascending"), ("row", "ascending")])
    places = pc.index_in(_part_of(table, "doc_id").dictionary, value_set=pa.array(order, pa.string()))
    place = pc.fill_null(places, len(order)).to_numpy()[_codes(table, "doc_id")]
    if (place == len(order)).any():
        table, place = table.filter(place < len(order)), place[place < len(order)]
    for number, field in enumerate(table.schema):
        if field.type == _CODED:
            table = table.set_column(number, field, _ranked(_part_of(table, field.name)))
    if name == "counts":
        keys = _codes(table, "term").astype(np.int64) * len(order) + place
        keys = (keys * len(schemas.ROLES) + _codes(table, "role")) * len(KINDS) + _codes(table, "kind")
        at = np.argsort(keys)
    elif (np.diff(place) < 0).any():
        at = np.argsort(place.astype(np.uint16 if len(order) < 1 << 16 else np.int64), kind="stable")
    else:
        return table
    table = table.take(pa.array(at))
    return table.cast(_PLAIN_TERMS) if name == "counts" else table


def _part_of(table: pa.Table, name: str) -> pa.DictionaryArray:
    """A column whose words are numbered, in one piece."""
    column = table[name]
    return column.chunk(0) if column.num_chunks else pa.array([], _CODED)


def _codes(table: pa.Table, name: str) -> np.ndarray:
    """The numbers of a column whose words are numbered."""
    return _part_of(table, name).indices.to_numpy()


def _ranked(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same words, numbered in their order, without those that no row has: equal rows are equal bytes."""
    codes = column.indices.to_numpy()
    used = np.flatnonzero(np.bincount(codes, minlength=len(column.dictionary)))
    order = pc.sort_indices(column.dictionary.take(pa.array(used))).to_numpy()
    ranks = np.empty(len(column.dictionary), np.int32)
    ranks[used[order]] = np.arange(len(used), dtype=np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(ranks[codes]), column.dictionary.take(pa.array(used[order]))
    )


def _table(schema: pa.Schema, found: Sequence[tuple[str, Sequence[tuple]]]) -> pa.Table:
    """Rows of documents, without doc_id, as columns."""
    owners = np.repeat(np.arange(len(found), dtype=np.int32), [len(rows) for _, rows in found])
    ids = pa.DictionaryArray.from_arrays(
        pa.array(owners), pa.array([doc_id for doc_id, _ in found], pa.string())
    )
    rest = to_columns(pa.schema([*schema][1:]), [*chain.from_iterable(rows for _, rows in found)])
    return pa.Table.from_arrays([ids, *rest.columns], schema=schema)


def to_columns(schema: pa.Schema, rows: Sequence[tuple]) -> pa.Table:
    """Rows as columns."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def read_documents(
    readings: Iterable[Reading], overrides: pd.DataFrame | None, keys: Mapping[str, str] | None = None
) -> Iterator[tuple[dict[str, pa.Table], list[Parsed]]]:
    """Batch after batch of inputs as tables of the base layer, with what the other layers are made from."""
    for batch in _batched(readings, lambda reading: len(reading.text)):
        rows: dict[str, list] = defaultdict(list)
        for reading in batch:
            _read_into(rows, drafts.draft_report(reading, overrides), (keys or {}).get(reading.path, ""))
        names = SCHEMAS["base"].keys() - {"inputs"}
        tables = {name: _table(SCHEMAS["base"][name], rows[name]) for name in names}
        yield tables | {"inputs": to_columns(SCHEMAS["base"]["inputs"], rows["inputs"])}, rows["parsed"]


def _batched(items: Iterable[_Item], size: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """Divide items into batches by number and size."""
    batch: list[_Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item)
        if len(batch) == _BATCH or total >= _BATCH_CHARS:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _read_into(rows: dict[str, list], draft: drafts.Draft, key: str) -> None:
    """Add the rows of one input in the base layer."""
    try:
        sections, sentences = draft.structure() if draft.is_report else ((), ())
    except Exception as error:
        draft = replace(draft, reading=drafts.guarded(draft.reading, error))
    if not draft.is_report:
        rows["inputs"].append((*drafts.ledger_row(draft), key))
        return
    n_chars, n_meta_chars = drafts.measure_text(sentences)
    document = drafts.document_row(draft, draft.flags, n_chars)
    doc_id, text = document.pop("doc_id"), document.pop("text")
    rows["inputs"].append((*drafts.ledger_row(draft, n_meta_chars), key))
    found = {"texts": [(text,)], "sections": sections, "sentences": sentences}
    found |= {
        "documents": [(*document.values(), key, len(text))],
        "signatures": [(signature(text).tobytes(),)],
    }
    for name, values in found.items():
        rows[name].append((doc_id, values))
    rows["parsed"].append(Parsed(doc_id, key, text, sentences, document["year"], document["genre"]))


def derive(layer: str, parsed: Sequence[Parsed], tools: Tools) -> dict[str, pa.Table]:
    """Tables of a layer that is made from sentences; what an unforeseen error costs is one document."""
    try:
        tables = _term_tables(parsed, *tools) if layer == "terms" else _fact_tables(parsed)
    except Exception as failure:
        if len(parsed) > 1:
            each = [derive(layer, [document], tools) for document in parsed]
            return {name: pa.concat_tables(tables[name] for tables in each) for name in each[0]}
        log.exception("%s could not be processed", parsed[0].doc_id, exc_info=failure)
        return _without(layer, parsed[0], f"{type(failure).__name__}: {failure}")
    made = [(document.doc_id, [(document.key, "")]) for document in parsed]
    return tables | {"made": _table(SCHEMAS[layer]["made"], made)}


def _without(layer: str, document: Parsed, error: str) -> dict[str, pa.Table]:
    """The tables of a document that has an error for its rows."""
    tables = {name: schema.empty_table() for name, schema in SCHEMAS[layer].items()}
    return tables | {"made": _table(SCHEMAS[layer]["made"], [(document.doc_id, [(document.key, error)])])}


def _term_tables(parsed: Sequence[Parsed], segmenter: Segmenter, lexicon: Lexicon) -> dict[str, pa.Table]:
    """Tokens, counts, sizes and hits."""
    tables = token_tables(segmenter, [(document.doc_id, document.sentences) for document in parsed])
    hits = [(document.doc_id, find_hits(document.text, document.sentences, lexicon)) for document in parsed]
    return tables | {"hits": _table(SCHEMAS["terms"]["hits"], hits)}


def _fact_tables(parsed: Sequence[Parsed]) -> dict[str, pa.Table]:
    """Facts."""
    found = [(d.doc_id, extract_facts(d.text, d.sentences, year=d.year, genre=d.genre)) for d in parsed]
    return {"facts": _table(SCHEMAS["facts"]["facts"], found)}


def source_key(path: str, sha256: str, corrections: pd.DataFrame | None) -> str:
    """What a file's documents are made from: its bytes, its name, what metadata.csv says of it."""
    return store.digest(path, sha256, "" if corrections is None else corrections.to_csv())


def crashed(layer: str) -> str:
    """What is said of a document at which processes died."""
    return (
        f"{explain([CRASH])} The process that made its {layer} died more than once, by a fault of a library or "
        "for want of memory or time; it is tried again when the file or the rules change."
    )


def make_part(job: Job, segmenter: Segmenter, lexicon: Lexicon, seconds: float = 0) -> tuple[str, str]:
    """Make the missing layers of one part; its name and what was done.

    With `seconds`, a process that is longer at one step ends itself.
    """
    collecting = gc.isenabled()
    gc.disable()  # millions of tuples without a cycle: walking them over and over costs a fifth of the time
    try:
        with Watch(job.note, seconds, len(job.sources) == 1, job.deadly) as watch:
            missing = [layer for layer, target in job.targets.items() if store.read_record(target) is None]
            begun = {layer: _begun(job, layer) for layer in missing}
            return job.part, ", ".join(_make(job, begun, (segmenter, lexicon), watch))
    finally:
        if collecting:
            gc.enable()


def _begun(job: Job, layer: str) -> Chunks:
    """The layer with what can be taken over."""
    chunks = Chunks(layer)
    for folder in filter(store.read_record, job.older[layer]):
        chunks.take_over(folder, job.keys)
    return chunks


def _make(job: Job, layers: dict[str, Chunks], tools: Tools, watch: Watch) -> Iterator[str]:
    """Make what the layers lack in one pass over the files, or from the base layer where that is there."""
    n_kept = {layer: len(chunks.done) for layer, chunks in layers.items()}
    base = layers.pop("base", None)
    if base is not None:
        left = [source for key, source in zip(job.keys, job.sources, strict=True) if key not in base.done]
        keys = dict(zip((source.path for source in job.sources), job.keys, strict=True))
        readings = _read_listed(left, watch)
        for group in ([reading] for reading in readings) if watch.exact else [readings]:
            for tables, parsed in read_documents(group, job.overrides, keys):
                base.add(tables)
                for layer, chunks in layers.items():
                    chunks.make(layer, parsed, tools, watch)
        watch.rest()
        documents = pa.concat_tables(base.tables["documents"]).sort_by(
            [(name, "ascending") for name in ORDER]
        )
        store.write_part(job.targets["base"], base.join(documents["doc_id"].to_pylist()))
        yield f"base: {len(left)} made, {n_kept['base']} kept"
    columns = ["doc_id", "key", "year", "genre"]
    documents = pq.read_table(job.targets["base"] / "documents.parquet", columns=columns).to_pylist()
    for layer, chunks in layers.items():
        left = {row["doc_id"]: row for row in documents if row["doc_id"] not in chunks.done}
        for parsed in _read_parsed(job.targets["base"], left) if left else ():
            chunks.make(layer, parsed, tools, watch)
        watch.rest()
        store.write_part(job.targets[layer], chunks.join([row["doc_id"] for row in documents]))
        yield f"{layer}: {len(documents) - n_kept[layer]} made, {n_kept[layer]} kept"


def _read_listed(sources: Sequence[Source], watch: Watch) -> Iterator[Reading]:
    """Read the files of a part; one that is no longer what was listed ends it: its rows would never be renewed."""
    hashes = {source.path: source.sha256 for source in sources}
    left_out = [source for source in sources if f"base {source.sha256[:12]}" in watch.deadly]
    yield from (_lost(source.path, 0, source.sha256) for source in left_out)
    for reading in read_sources(s for s in sources if watch.step("base", s.sha256[:12])):
        if reading.sha256 != hashes[reading.path]:
            raise OSError(f"{reading.path} changed while the store was built; build again.")
        tried = watch.step("base", drafts.Draft(reading).doc_id)
        yield reading if tried else _lost(reading.path, reading.row, reading.sha256)


def _lost(path: str, row: int, sha256: str) -> Reading:
    """The reading of an input at which processes died."""
    return Reading(path, row, "failed", CRASH, crashed("base"), sha256, "", "", {}, ())


def _read_parsed(base: Path, documents: Mapping[str, dict]) -> Iterator[list[Parsed]]:
    """Texts and sentences of some documents of a part, a batch at a time."""
    texts, sentences = (
        rows_of(_read(base, name, SCHEMAS["base"][name]), documents) for name in ("texts", "sentences")
    )
    lengths = pc.binary_length(texts["text"]).to_pylist()
    for places in _batched(range(len(texts)), lengths.__getitem__):
        batch = texts.slice(places[0], len(places))
        rows = rows_of(sentences, batch["doc_id"].to_pylist())
        by_id = groupby(zip(*(column.to_pylist() for column in rows.columns), strict=True), key=itemgetter(0))
        found = {doc_id: [row[1:] for row in group] for doc_id, group in by_id}
        yield [
            Parsed(doc_id, document["key"], text, found.get(doc_id, []), document["year"], document["genre"])
            for doc_id, text in zip(batch["doc_id"].to_pylist(), batch["text"].to_pylist(), strict=True)
            for document in [documents[doc_id]]
        ]


def to_frame(table: pa.Table) -> pd.DataFrame:
    """A table as a DataFrame, words as text."""
    plain = [field.with_type(pa.string()) if field.type == _CODED else field for field in table.schema]
    return table.cast(pa.schema(plain)).to_pandas()


def signatures_of(table: pa.Table, doc_ids: Container[str]) -> dict[str, np.ndarray]:
    """The signatures of some documents."""
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {doc_id: np.frombuffer(found, np.uint32) for doc_id, found in rows if doc_id in doc_ids}


def read_table(job: Job, layer: str, name: str) -> pa.Table:
    """Read one table of a part, once it is seen to be what was written."""
    folder, file = job.targets[layer], f"{name}.parquet"
    store.verified(folder / file, store.listed(folder)[file]["sha256"], "Build again.")
    return _read(folder, name, SCHEMAS[layer][name])


def _read(folder: Path, name: str, schema: pa.Schema) -> pa.Table:
    """Read a table as it was in memory."""
    coded = [field.name for field in schema if field.type == _CODED]
    with pq.ParquetFile(folder / f"{name}.parquet", read_dictionary=coded) as file:
        return file.read().cast(schema)


def rows_of(table: pa.Table, doc_ids: Iterable[str]) -> pa.Table:
    """Rows of some documents."""
    table = table.unify_dictionaries().combine_chunks()
    wanted = pc.is_in(_part_of(table, "doc_id").dictionary, value_set=pa.array(doc_ids, pa.string()))
    keep = wanted.to_numpy(zero_copy_only=False)
    return table if keep.all() else table.filter(pa.array(keep[_codes(table, "doc_id")]))
