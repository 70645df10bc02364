"""A store as a corpus: small tables as DataFrames, the large ones answered part by part."""

from __future__ import annotations

import json
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit import schemas, store
from toolkit.pipeline import Corpus, matching, report_table

if TYPE_CHECKING:
    import duckdb

LARGE = 5_000_000  # rows of a table, or characters / 10 of the texts, that are loaded unasked
FEW = 200  # reports that are read sooner than searched
AT_A_TIME = 1_000  # reports in memory when all are gone through, but for a part that is begun
_ROWS = {"sections": "base", "sentences": "base", "tokens": "terms", "hits": "terms", "facts": "facts"}


def open_store(folder: str | Path, *, memory: str = "1GB", large: int = LARGE) -> Store:
    """Open what `python -m toolkit build` made.

    Every function that takes a corpus takes a store. Counts and concordances read the parts, with bounded
    memory; for what needs rows of words or sentences, narrow the store first: ``store.where(year=2023)``
    is a `Corpus`.

    Parameters
    ----------
    folder
        The store.
    memory
        What DuckDB may use for a search, such as ``"1GB"``.
    large
        Tables up to so many rows are loaded when they are asked for, and those of 1,000 reports or fewer; larger
        ones are refused.

    Raises
    ------
    FileNotFoundError
        Where there is no store.
    ValueError
        Where a newer toolkit wrote it, or a file is not what was written.
    """
    manifest = store.read_manifest(Path(folder))
    if "folders" not in manifest:
        raise ValueError(f"{str(folder)!r} is a saved corpus, not a store: open it with Corpus.open(folder).")
    return Store(Path(folder), manifest, memory, large)


@dataclass(frozen=True, repr=False)
class Store:
    """Reports as parts on the disk; see `open_store`.

    Attributes
    ----------
    documents, sections, sentences, tokens, hits, ledger, duplicates
        Tables as in `Corpus`. Those of words, sentences, sections and hits are loaded when first asked
        for, and refused with advice where they are large; ``documents`` has its texts only while these
        are few.
    settings
        Everything that can move a number.
    """

    folder: Path
    manifest: dict = field(repr=False)
    memory: str = "1GB"
    large: int = LARGE
    kept: frozenset[str] | None = None

    @property
    def settings(self) -> dict:
        """Everything that can move a number."""
        return self.manifest["settings"]

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row a report."""
        bare = self._bare
        few = bare["n_text"].sum() <= 10 * self.large
        table = bare.assign(text=self._texts(bare["doc_id"]) if few else "")
        table = schemas.DOCUMENTS.typed(table)
        return table if few else table.drop(columns="text")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """One row an input."""
        table = schemas.LEDGER.typed(self._small("ledger"))
        return table if self.kept is None else table[table["doc_id"].isin(self.kept)].reset_index(drop=True)

    @cached_property
    def duplicates(self) -> pd.DataFrame:
        """One row a pair of reports."""
        table = schemas.DUPLICATES.typed(self._small("duplicates"))
        if self.kept is None:
            return table
        both = table["doc_id"].isin(self.kept) & table["other_id"].isin(self.kept)
        return table[both].reset_index(drop=True)

    @cached_property
    def sections(self) -> pd.DataFrame:
        """One row a section, while there are few."""
        return self._whole("sections")

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """One row a sentence, while there are few."""
        return self._whole("sentences")

    @cached_property
    def tokens(self) -> pd.DataFrame:
        """One row a token, while there are few."""
        return self._whole("tokens")

    @cached_property
    def hits(self) -> pd.DataFrame:
        """One row a hit of the lexicon, while there are few."""
        return self._whole("hits")

    def facts(self) -> pd.DataFrame:
        """The facts of all reports, made when the store was built; what `toolkit.facts` returns."""
        return self._whole("facts").sort_values(["doc_id", "start", "item_no"], ignore_index=True)

    def text(self, doc_id: str) -> str:
        """Return the text of one report."""
        if doc_id not in self._places.index:
            raise KeyError(f"No report of this store has doc_id {doc_id!r}; see store.documents['doc_id'].")
        return self._texts(pd.Series([doc_id]))[0]

    def where(self, *tables: str, **columns: object) -> Corpus:
        """Load the reports whose document columns have the values given, as a `Corpus`; see `Corpus.where`.

        With names of tables, only those tables of rows are loaded; the others are empty.
        """
        ids = matching(self._bare.drop(columns=["n_text", "part"]), columns)
        return self._corpus(ids, tables or ("sections", "sentences", "tokens", "hits"))

    def narrow(self, **columns: object) -> Store:
        """Leave the other reports aside and load nothing: a `Store` that answers for these reports alone."""
        return replace(self, kept=frozenset(matching(self._bare.drop(columns=["n_text", "part"]), columns)))

    def few(self, *tables: str) -> Store | Corpus:
        """These reports with these tables of rows in memory where they are few, for what is read sooner than searched."""
        return self if len(self._bare) > FEW else self.where(*tables)

    def parts(self, *tables: str) -> Iterator[Corpus]:
        """The store as one Corpus after another, with these tables of rows (all of them if none is named)."""
        sizes = self._bare["part"].value_counts().sort_index()
        turns = self._bare["part"].map((sizes.cumsum() - 1) // AT_A_TIME)
        for _, documents in self._bare.groupby(turns):
            yield self._corpus(
                set(documents["doc_id"]), tables or ("sections", "sentences", "tokens", "hits")
            )

    def count_occurrences(
        self,
        by: Sequence[str],
        *,
        kinds: Sequence[str],
        roles: Sequence[str],
        stopwords: Iterable[str],
        terms: Iterable[str] | None,
    ) -> pd.DataFrame:
        """Columns of `by`, term, count and n_documents, counted part by part."""
        columns = [name for name in by if name != "role"]
        groups = self._bare.assign(_=0).groupby(columns or "_", dropna=False).ngroup()
        roles, kinds = (list(dict.fromkeys(names)) for names in (roles, kinds))
        values = {"doc_id": self._places.index, "role": pd.Index(roles), "kind": pd.Index(kinds)}
        wanted = None if terms is None else sorted(set(terms))
        files = self._files("terms", "counts", set(self._places))

        def _counted(file: str) -> pa.Table:
            """The counts of one part."""
            return _tally(file, values, groups.to_numpy(), "role" in by, wanted, list(stopwords))

        with ThreadPoolExecutor(2) as pool:
            table = pa.concat_tables(pool.map(_counted, files)).group_by(["group", "role", "term"])
        found = table.aggregate([("count", "sum"), ("n_documents", "sum")])
        found = found.rename_columns(["group", "role", "term", "count", "n_documents"]).to_pandas()
        first = groups.drop_duplicates().sort_values().index[found["group"]]
        names = {name: self._bare[name].take(first).array for name in columns}
        found = found.assign(role=np.array(roles)[found["role"]], **names).astype(
            {"term": "str", "role": "str"}
        )
        return found[[*by, "term", "count", "n_documents"]]

    def count_sizes(self, by: Sequence[str], roles: Sequence[str]) -> pd.DataFrame:
        """Columns of `by` and n_tokens, one row for each report and role."""
        places = self._places.index.get_indexer(self._sizes["doc_id"])
        counted = (places >= 0) & self._sizes["role"].isin(roles).to_numpy()
        sizes, places = self._sizes[counted], places[counted]
        columns = {name: self._bare[name].take(places).array for name in by if name not in ("role", "doc_id")}
        return sizes.assign(**columns)[[*by, "n_tokens"]]

    def count_matches(self, patterns: Sequence[str], roles: Sequence[str]) -> list[pd.Series]:
        """How often each regular expression (RE2) is found in the sentences of each report that has it."""
        asked = {pattern: (pattern, tuple(roles)) for pattern in patterns}
        new = {f"p{number}": p for number, p in enumerate(asked) if asked[p] not in self._matches}
        if new:
            counts = ", ".join(
                f"sum(len(regexp_extract_all(text, ${name})))::BIGINT AS {name}" for name in new
            )
            query = f"""
                SELECT doc_id, {counts} FROM read_parquet($files) SEMI JOIN kept USING (doc_id)
                WHERE ({" OR ".join(f"regexp_matches(text, ${name})" for name in new)})
                  AND role IN (SELECT unnest($roles)) GROUP BY doc_id"""
            bound = {
                **new,
                "roles": list(roles),
                "files": self._files("base", "sentences", set(self._places)),
            }
            with self._connected() as connection:
                connection.register("kept", pa.table({"doc_id": pa.array(self._places.index, pa.string())}))
                found = connection.sql(query, params=bound).to_arrow_table().to_pandas()
            found = found.astype({"doc_id": "str"}).set_index("doc_id").sort_index()
            for name, pattern in new.items():
                self._matches[asked[pattern]] = found.loc[found[name] > 0, name].rename("count")
        return [self._matches[asked[pattern]] for pattern in patterns]

    def _connected(self) -> duckdb.DuckDBPyConnection:
        """A database in bounded memory; what does not fit goes where temporary files go, not beside the notebook."""
        import duckdb

        options = {"memory_limit": self.memory, "temp_directory": tempfile.gettempdir()}
        connection = duckdb.connect(":memory:", config=options)
        connection.execute("SET enable_progress_bar = false")  # in a notebook it would stand in the report
        return connection

    @cached_property
    def _matches(self) -> dict[tuple, pd.Series]:
        """What was counted already: a term is asked for by its trend and by its concordance."""
        return {}

    def vocabulary(self) -> list[str]:
        """Every term of the store once, whichever reports it was narrowed to."""
        with self._connected() as connection:
            query = "SELECT DISTINCT term FROM read_parquet($files)"
            found = connection.sql(query, params={"files": self._files("terms", "counts")})
            return sorted(found.to_arrow_table()["term"].to_pylist())

    @cached_property
    def _bare(self) -> pd.DataFrame:
        """Documents without text, with the part they are in."""
        table = self._small("documents")
        types = {c.name: schemas.DTYPES[c.dtype] for c in schemas.DOCUMENTS.columns if c.name != "text"}
        table = table if self.kept is None else table[table["doc_id"].isin(self.kept)].reset_index(drop=True)
        return table.astype(types | {"part": "str"})

    @cached_property
    def _sizes(self) -> pd.DataFrame:
        """Tokens of every document by role."""
        return self._small("sizes").astype({"doc_id": "str", "role": "str"})

    @cached_property
    def _places(self) -> pd.Series:
        """The part of every document."""
        return self._bare.set_index("doc_id")["part"]

    def _corpus(
        self, ids: set[str], tables: Iterable[str] = ("sections", "sentences", "tokens", "hits")
    ) -> Corpus:
        """These reports in memory."""
        bare = self._bare[self._bare["doc_id"].isin(ids)].reset_index(drop=True)
        rows = {
            name: self._rows(name, bare["doc_id"]) if name in tables else schemas.TABLES[name].frame()
            for name in ("sections", "sentences", "tokens", "hits")
        }
        text, sizes = "".join(rows["sentences"]["text"]), bare["n_text"].astype("int64")
        if len(text) == sizes.sum():  # sentences tile a text: it need not be read beside them
            texts = [text[end - size : end] for end, size in zip(sizes.cumsum(), sizes, strict=True)]
        else:
            texts = self._texts(bare["doc_id"])
        documents = schemas.DOCUMENTS.typed(bare.assign(text=texts))
        pairs, ledger = self.duplicates, self.ledger
        pairs = pairs[pairs["doc_id"].isin(ids) & pairs["other_id"].isin(ids)].reset_index(drop=True)
        ledger = ledger[ledger["doc_id"].isin(ids)].reset_index(drop=True)
        return Corpus(documents, **rows, ledger=ledger, duplicates=pairs, settings=self.settings)

    def _texts(self, doc_ids: pd.Series) -> list[str]:
        """Texts of these reports, in their order."""
        if doc_ids.empty:
            return []
        texts = self._read("texts", "base", doc_ids)
        found = dict(zip(texts["doc_id"].to_pylist(), texts["text"].to_pylist(), strict=True))
        return [found[doc_id] for doc_id in doc_ids]

    def _rows(self, name: str, doc_ids: pd.Series) -> pd.DataFrame:
        """Rows of these reports, in their order."""
        if doc_ids.empty:
            return schemas.TABLES[name].frame()
        table = self._read(name, _ROWS[name], doc_ids)
        place = pc.index_in(table["doc_id"], value_set=pa.array(doc_ids, pa.string()))
        return schemas.TABLES[name].typed(table.take(pc.sort_indices(place)).to_pandas())

    def _read(self, name: str, layer: str, doc_ids: pd.Series) -> pa.Table:
        """Read the rows of some reports from the parts that have them."""
        parts = set(self._places[self._places.index.isin(doc_ids)])
        wanted = set(doc_ids)
        return pa.concat_tables(_rows_of(file, wanted) for file in self._files(layer, name, parts))

    def _whole(self, name: str) -> pd.DataFrame:
        """A table of rows as a whole, while it is small or of few reports."""
        if len(self._bare) <= AT_A_TIME:
            return self._rows(name, self._bare["doc_id"])
        n_rows = self._n_rows(_ROWS[name], name) * len(self._bare) // self._n_rows("tables", "documents")
        if n_rows > self.large:
            raise ValueError(
                f"The table {name!r} of these {len(self._bare):,} reports of {str(self.folder)!r} has about {n_rows:,} "
                f"rows, more than the {self.large:,} that are loaded unasked. Narrow the store first, "
                "store.where(year=2023), go through store.parts(), or open it with open_store(folder, large=...)."
            )
        return self._rows(name, self._bare["doc_id"])

    def _n_rows(self, layer: str, name: str) -> int:
        """Rows of a table in the whole store, as the manifest has them."""
        folders = self.manifest["folders"].items()
        return sum(
            files[f"{name}.parquet"]["rows"] for place, files in folders if place.startswith(f"{layer}/")
        )

    def _small(self, name: str) -> pd.DataFrame:
        """One of the tables of the whole store."""
        return pd.read_parquet(self._files("tables", name)[0])

    def _files(self, layer: str, name: str, parts: set[str] | None = None) -> list[str]:
        """Files of a table, each verified once in this process."""
        advice = "`python -m toolkit build` makes this part again. If a build has just ended, open the store again."
        found = []
        for place, files in self.manifest["folders"].items():
            part = place.rpartition("/")[2][1:].partition("-")[0]
            if place.startswith(f"{layer}/") and (parts is None or part in parts):
                path = self.folder / place / f"{name}.parquet"
                found.append(str(store.verified(path, files[path.name]["sha256"], advice)))
        return found

    def __repr__(self) -> str:
        """Say what is there."""
        documents, years = self._bare, self._bare["year"].dropna()
        span = f"{years.min()}-{years.max()}" if len(years) else "year unknown"
        n_tokens = int(documents["n_tokens"].sum())
        regions = documents["region_id"].nunique()
        return f"Store: {len(documents)} reports, {regions} regions, {span}, {n_tokens:,} tokens"

    def _repr_html_(self) -> str:
        """Show the first reports as a table with their flags, all text escaped."""
        return report_table(repr(self), self._bare)


def _rows_of(file: str, wanted: set[str]) -> pa.Table:
    """Rows of some reports of a part: of its groups of rows those that hold them are read."""
    with pq.ParquetFile(file, read_dictionary=["doc_id"]) as parquet:
        told = (parquet.metadata.metadata or {}).get(store.REPORTS.encode())
        held = json.loads(told) if told else store.rows_by_report(parquet.read(["doc_id"]))
        kept = np.repeat(
            np.array([doc_id in wanted for doc_id in held], bool), np.array([*held.values()], int)
        )
        sizes = [parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups)]
        pieces = np.split(kept, np.cumsum(sizes)[:-1])
        groups = [number for number, piece in enumerate(pieces) if piece.any()]
        rows = parquet.read_row_groups(groups)
    rows = rows.filter(pa.array(np.concatenate([kept[:0], *(pieces[number] for number in groups)])))
    return rows.set_column(0, "doc_id", rows["doc_id"].cast(pa.string()))


def _tally(
    file: str,
    values: Mapping[str, pd.Index],
    groups: np.ndarray,
    by_role: bool,
    terms: list[str] | None,
    stopwords: list[str],
) -> pa.Table:
    """Counts of a part by group, role (0 unless by role) and term: rows lie by term, then report, as runs."""
    with pq.ParquetFile(file, read_dictionary=[*values, "term"]) as parquet:
        table = parquet.read_row_groups(_holding(parquet, terms)).unify_dictionaries()
    columns = {name: table[name].combine_chunks() for name in (*values, "term")}
    codes = {name: column.indices.to_numpy() for name, column in columns.items()}
    for name, known in values.items():
        places = known.get_indexer(columns[name].dictionary.to_pylist())
        codes[name] = places.astype(np.int32)[codes[name]]
    words = columns["term"].dictionary
    counted = pc.invert(pc.is_in(words, pa.array(stopwords, words.type)))
    if terms is not None:
        counted = pc.and_(counted, pc.is_in(words, pa.array(terms, words.type)))
    kept = counted.to_numpy(zero_copy_only=False)[codes["term"]]
    for name in values:
        kept &= codes[name] >= 0
    document, role, term = (codes[name][kept] for name in ("doc_id", "role", "term"))
    role = role if by_role else np.zeros_like(role)
    begins = (np.diff(term, prepend=-1) != 0) | (np.diff(document, prepend=-1) != 0)
    starts = np.flatnonzero(begins | (np.diff(role, prepend=-1) != 0))
    counts = np.add.reduceat(table["count"].to_numpy()[kept], starts, dtype=np.int64)
    runs = {"group": groups[document[starts]], "role": role[starts], "term": term[starts], "count": counts}
    found = pa.table(runs).group_by([*runs][:3]).aggregate([("count", "sum"), ("count", "count")])
    found = found.rename_columns(["group", "role", "term", "count", "n_documents"])
    return found.set_column(2, "term", words.take(found["term"]))


def _holding(parquet: pq.ParquetFile, terms: list[str] | None) -> list[int]:
    """Numbers of the groups of rows of counts that can hold one of these terms; they are sorted by term."""
    numbers = range(parquet.num_row_groups)
    if terms is None:
        return [*numbers]
    column = parquet.schema_arrow.names.index("term")
    bounds = [parquet.metadata.row_group(number).column(column).statistics for number in numbers]
    return [
        number
        for number, bound in zip(numbers, bounds, strict=True)
        if not (bound and bound.has_min_max)  # a term of thousands of characters has no bounds
        or bisect_left(terms, bound.min) < bisect_right(terms, bound.max)
    ]
