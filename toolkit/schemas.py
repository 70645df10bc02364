"""Every table of the package: what one row is, and its key; data/tables.csv has the columns with type and unit."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd

ROLES = ("achievement", "problem", "rectification", "plan", "leadership", "other", "meta")
COUNTED_KINDS = ("word", "term", "number", "latin")
STATUSES = ("ok", "flagged", "failed", "skipped")
GENRES = ("annual report", "work report", "unknown")
BODY_KINDS = ("government", "party-and-government", "department", "township", "zone", "unknown")
SUBJECTS = ("法治政府", "法治建设", "依法行政", "政府工作", "unknown")
LEVELS = ("nation", "province", "prefecture", "county", "township", "zone", "unknown")

# pandas dtypes by the short names used below; nullable where a value may be unknown.
DTYPES = {
    "str": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "bool": "bool",
    "bool?": "boolean",
}


class SchemaError(ValueError):
    """A table does not have the columns, types or key that its schema promises."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, type (a key of `DTYPES`), unit and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """The promise a table keeps: what one row is, which columns identify it, which columns it has."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in their fixed order."""
        return [column.name for column in self.columns]

    def frame(self, rows: object = ()) -> pd.DataFrame:
        """Build the table from rows (tuples in column order, or dicts), with the promised types."""
        data = pd.DataFrame(list(rows), columns=self.names)
        return self.typed(data)

    def typed(self, frame: pd.DataFrame, *, keep: Iterable[str] = ()) -> pd.DataFrame:
        """The columns of this table that a frame has, with the promised types, and some others as they are."""
        types = {c.name: DTYPES[c.dtype] for c in self.columns if c.name in frame}
        return frame[[*types, *(name for name in keep if name in frame)]].astype(types)


def _read_tables() -> dict[str, Table]:
    """Join what one row is, and the key, with the columns that data/tables.csv describes."""
    text = files("toolkit").joinpath("data", "tables.csv").read_text(encoding="utf-8")
    columns: dict[str, list[Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        columns.setdefault(row.pop("table"), []).append(Column(row.pop("column"), **row))
    return {
        name: Table(name, row, tuple(key.split()), tuple(columns[name])) for name, (row, key) in _ROWS.items()
    }


_ROWS = {
    "documents": ("one report", "doc_id"),
    "sections": ("one headed part, up to the next heading of any level", "doc_id section_no"),
    "sentences": ("one sentence; sentences tile the document", "doc_id sentence_no"),
    "tokens": ("one word occurrence; joined they give the sentence back", "doc_id token_no"),
    "hits": ("one lexicon hit", "doc_id start end mechanism"),
    "facts": ("one stated quantity", "doc_id start item_no"),
    "ledger": ("one input: a file, or a row of a table file", "path row"),
    "coverage": ("one region-year-genre", "region_id year genre"),
    "duplicates": ("a pair of documents with much text in common or the same key", "doc_id other_id"),
    "panel": (
        "what a region's reports state of one indicator in one definition and period, or that they do not",
        "region_id year genre body_kind indicator_id unit actor_scope capacity statistic period_start period_end",
    ),
    "region_years": (
        "a region and year, one genre and kind of body; then a column for each measure and indicator",
        "region_id genre body_kind year",
    ),
}
TABLES = _read_tables()
DOCUMENTS, SECTIONS, SENTENCES, TOKENS, HITS, FACTS, LEDGER, COVERAGE, DUPLICATES, PANEL, REGION_YEARS = (
    TABLES.values()
)


def listed(values: str | Iterable[str]) -> list[str]:
    """What was given where several may be: one text is one value, never its characters."""
    return [values] if isinstance(values, str) else list(values)


def need(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise where a table lacks one of the columns, or is no table."""
    if not hasattr(table, "columns"):
        raise TypeError(f"{what} needs a DataFrame; found {str(table)[:60]!r}, a {type(table).__name__}.")
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise SchemaError(f"{what} needs the columns {missing}; the table has {list(table.columns)}.")


def check(table: pd.DataFrame, schema: Table) -> pd.DataFrame:
    """Return the table unchanged if it keeps its schema's promise.

    Parameters
    ----------
    table
        Any DataFrame. More columns than promised are allowed.
    schema
        One of the tables of this module, such as `DOCUMENTS`.

    Raises
    ------
    SchemaError
        Where a column is missing, has another type, or the key is not unique.
    """
    missing = [name for name in schema.names if name not in table.columns]
    if missing:
        raise SchemaError(
            f"The table {schema.name!r} ({schema.row}) needs the columns {missing}, which are not there; "
            f"it has {list(table.columns)}. Build it with this package's functions or add the columns."
        )
    for column in schema.columns:
        found, wanted = table[column.name].dtype, pd.Series([], dtype=DTYPES[column.dtype]).dtype
        if found != wanted:
            raise SchemaError(
                f"Column {column.name!r} of {schema.name!r} has type {str(found)!r} where {str(wanted)!r} "
                "was expected. Codes are text: read such a file with dtype=str."
            )
    repeated = table.duplicated(list(schema.key))
    if repeated.any():
        first = table.loc[repeated, list(schema.key)].iloc[0].to_dict()
        raise SchemaError(
            f"{int(repeated.sum())} rows of {schema.name!r} repeat its key {list(schema.key)}, "
            f"first {first}; expected one row for each: {schema.row}."
        )
    return table
