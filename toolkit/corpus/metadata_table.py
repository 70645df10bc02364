"""metadata.csv: what the researcher knows better than the rules, and a pre-filled one to complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.corpus.metadata import Metadata
from toolkit.corpus.regions import region_id, region_of
from toolkit.schemas import BODY_KINDS, DOCUMENTS, GENRES, LEVELS, SUBJECTS, SchemaError

FILLED = tuple(
    DOCUMENTS.names[DOCUMENTS.names.index("region_code") : DOCUMENTS.names.index("retrieved_on") + 1]
)
COLUMNS = ("path", "row", *FILLED)  # what metadata.csv may hold; `doubtful` and `note` are for people
_IGNORED = ("doubtful", "note")
_YEARS = ("year", "year_covered", "year_delivered")
_CHOICES = {"level": LEVELS, "body_kind": BODY_KINDS, "genre": GENRES, "subject": SUBJECTS}
_VALUES = {name: "|".join(choices) for name, choices in _CHOICES.items()}  # patterns a cell must match
_VALUES |= dict.fromkeys(_YEARS, r"\d{4}") | {"region_code": r"\d{6}(-.+)?", "row": r"\d+"}
_VALUES |= dict.fromkeys(("issued_on", "published_on", "retrieved_on"), r"\d{4}-\d\d-\d\d")
# Which source of the ledger tells of a column.
_GROUPS = {
    "region": ("region_code", "region_id", "region", "province", "prefecture", "level"),
    "year": _YEARS,
    "body": ("reporting_body", "body_kind", "issuer"),
    "genre": ("genre", "subject"),
    "title": ("title",),
    "date": ("issued_on", "published_on"),
}
# Which cells a flag makes doubtful.
_DOUBTS = {"region": "region_code", "zone": "region_code", "township": "region_code", "merged": "region_code",
           "year": "year", "body": "body_kind", "genre": "genre"}  # fmt: skip


def read_metadata_table(path: str | Path) -> pd.DataFrame:
    """Read metadata.csv: one row for a file, an empty cell where the detected value shall stand.

    Parameters
    ----------
    path
        A UTF-8 CSV (with or without BOM) with the column ``path`` and any of the others of `COLUMNS`;
        ``row`` for rows of a table file. ``doubtful`` and ``note`` are not read.

    Returns
    -------
    DataFrame
        Text columns, the index being (path, row).

    Raises
    ------
    SchemaError
        For unknown columns, a missing ``path``, a file named twice, a value that is none of the choices, a
        year that is no number, or a region code that is neither six digits nor an own id.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table.columns = [column.strip() for column in table.columns]
    unknown = [column for column in table.columns if column not in (*COLUMNS, *_IGNORED)]
    if unknown or "path" not in table.columns:
        raise SchemaError(
            f"{str(path)!r} has the columns {list(table.columns)}, of which {unknown} are unknown. It needs "
            f"'path' (the file, relative to the folder) and may have {list(COLUMNS[1:])}."
        )
    table = table.drop(columns=[column for column in _IGNORED if column in table]).map(str.strip)
    table["row"] = table["row"].replace("", "0") if "row" in table else "0"
    table["path"] = table["path"].str.replace("\\", "/").str.removeprefix("./")
    _check_values(table, path)
    return table.set_index(["path", "row"])


def _check_values(table: pd.DataFrame, path: str | Path) -> None:
    """Refuse a value that cannot be meant, naming it with its file."""
    for column in table.columns.intersection(list(_VALUES)):
        wrong = table[~table[column].str.fullmatch(f"(?:{_VALUES[column]})?")]
        if len(wrong):
            file, value = wrong.iloc[0][["path", column]]
            raise SchemaError(
                f"{str(path)!r}: {column} of {file!r} is {value!r}; expected {_VALUES[column]} or an empty cell."
            )
    twice = table.loc[table.duplicated(["path", "row"]), "path"].tolist()
    if twice:
        raise SchemaError(f"{str(path)!r} names {twice} more than once; expected one row for each file.")


def check_matches(table: pd.DataFrame, inputs: Iterable[tuple[str, int]]) -> None:
    """Raise a SchemaError that names the rows of metadata.csv for which the folder has no file.

    Parameters
    ----------
    table
        From `read_metadata_table`.
    inputs
        (path, row) of everything in the folder, as in the ledger.
    """
    there = {(path, str(row)) for path, row in inputs}
    missing = [
        path if row == "0" else f"{path} row {row}" for path, row in table.index if (path, row) not in there
    ]
    if missing:
        raise SchemaError(
            f"metadata.csv names {len(missing)} files that are not in the folder: {missing[:10]}. Paths are "
            "relative to the folder, with /; correct them or remove the rows."
        )


def apply_overrides(found: Metadata, table: pd.DataFrame | None, path: str, row: int = 0) -> Metadata:
    """Replace detected values by those of metadata.csv; the source of what was replaced is "metadata.csv".

    A region code brings its id, name, parents and level with it, as of the year; a year_covered or
    year_delivered that is given alone brings the year. Flags of what was settled are taken away.

    Parameters
    ----------
    found
        From `detect_metadata`.
    table
        From `read_metadata_table`; None leaves everything as it is.
    path, row
        The input.
    """
    if table is None or (path, str(row)) not in table.index:
        return found
    given: dict[str, Any] = {name: value for name, value in table.loc[(path, str(row))].items() if value}
    given |= {name: int(given[name]) for name in _YEARS if name in given}
    values = found.values | given
    if "year" not in given and {"year_covered", "year_delivered", "genre"} & given.keys():
        values["year"] = values["year_delivered" if values["genre"] == "work report" else "year_covered"]
    if "region_code" in given:
        values |= _region(given["region_code"], values["year"]) | {
            n: given[n] for n in _GROUPS["region"] if n in given
        }
    sources = dict(found.sources)
    settled = [group for group, columns in _GROUPS.items() if given.keys() & set(columns)]
    sources |= dict.fromkeys(settled, "metadata.csv")
    flags = tuple(flag for flag in found.flags if not _is_settled(flag, given))
    return Metadata(values, sources, flags)


def _region(code: str, year: int | None) -> dict[str, str]:
    """Columns that follow from a code; an own id (440300-大鹏新区) has its parents from its first six digits."""
    row = region_of(code[:6], year) or region_of(code[:6])
    if row is None:
        return {"region_code": code, "region_id": code}
    own = code[7:]
    return {
        "region_code": code,
        "region_id": region_id(code, year),
        "region": own or row.name,
        "province": row.province,
        "prefecture": row.prefecture,
        "level": row.level if not own else "township" if row.level == "county" else "zone",
    }


def _is_settled(flag: str, given: Mapping[str, Any]) -> bool:
    """Whether the cell that a flag makes doubtful was given."""
    column = _DOUBTS.get(flag.split("_")[0], "")
    return column in given or (column == "year" and bool({"year_covered", "year_delivered"} & given.keys()))


def write_metadata_table(documents: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Write a metadata.csv with everything detected, the doubtful rows first, for a researcher to complete once.

    ``doubtful`` names the cells to look at: what a flag questions, and what is empty but wanted (region_code,
    year, source_url, retrieved_on count only after the others). The file is UTF-8 with BOM, so that
    spreadsheets show Chinese.

    Parameters
    ----------
    documents
        Table `documents`.
    path
        Where to write; an existing file is not overwritten.

    Returns
    -------
    DataFrame
        What was written: doubtful, path, row and the columns of `COLUMNS`.

    Raises
    ------
    FileExistsError
        Where the file is already there: it may hold somebody's work.
    """
    path = Path(path)
    table = documents[list(COLUMNS)].astype(object).where(documents[list(COLUMNS)].notna(), "").astype(str)
    doubts = [
        _doubts(flags, row) for flags, row in zip(documents["flags"], table.to_dict("records"), strict=True)
    ]
    table.insert(0, "doubtful", doubts)
    table = table.assign(none=table["doubtful"] == "").sort_values(["none", "path", "row"], kind="stable")
    table = table.drop(columns="none").reset_index(drop=True)
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        table.to_csv(file, index=False, lineterminator="\n")
    return table


def _doubts(flags: str, row: Mapping[str, str]) -> str:
    """Names of the cells of one row that a person should look at."""
    cells = {_DOUBTS.get(flag.split("_")[0], "") for flag in flags.split()} - {""}
    cells |= {name for name in ("region_code", "year") if not row[name]}
    return " ".join(name for name in FILLED if name in cells)
