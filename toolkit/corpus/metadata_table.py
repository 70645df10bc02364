"""metadata.csv: what the researcher knows better than the rules, and a pre-filled one to complete."""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.corpus.encodings import decode
from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.metadata import COLUMNS as FILLED
from toolkit.corpus.metadata import Metadata
from toolkit.corpus.regions import region_id, region_of, regions_named
from toolkit.schemas import BODY_KINDS, GENRES, LEVELS, SUBJECTS, SchemaError

COLUMNS = ("doubtful", "path", "row", *FILLED, "note")  # what metadata.csv may hold
_YEARS = ("year", "year_covered", "year_delivered")
_CHOICES = {"level": LEVELS, "body_kind": BODY_KINDS, "genre": GENRES, "subject": SUBJECTS}
_VALUES = {name: "|".join(choices) for name, choices in _CHOICES.items()}  # patterns a cell must match
_VALUES |= dict.fromkeys(_YEARS, r"\d{4}") | {"region_code": r"\d{6}(-.+)?", "row": r"\d+"}
_DATES = ("issued_on", "published_on", "retrieved_on")
_DAY = re.compile(r"^(\d{4})[/年.-](\d{1,2})[/月.-](\d{1,2})日?$")
_VALUES |= dict.fromkeys(_DATES, r"\d{4}-\d\d-\d\d")
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
_DOUBTS = dict.fromkeys(("region", "zone", "township", "merged"), "region_code")
_DOUBTS |= {"year": "year", "part": "year", "body": "body_kind", "genre": "genre", "not": "genre"}


def read_metadata_table(path: str | Path) -> pd.DataFrame:
    """Read metadata.csv: one row for a file, an empty cell where the detected value shall stand.

    Parameters
    ----------
    path
        A CSV with the column ``path`` and any of the others of `COLUMNS`: ``row`` for rows of a table file,
        ``doubtful`` for cells nobody has looked at yet, ``note`` for people. It may be as a spreadsheet saves
        it: in UTF-8, GBK or UTF-16, with semicolons or tabs, dates as 2021/2/18, and 000000 as 0.

    Returns
    -------
    DataFrame
        Text columns, the index being (path, row).

    Raises
    ------
    SchemaError
        For a file that is no text or no table, unknown columns, a missing ``path``, a file named twice, a value
        that is none of the choices, a year that is no number, or a region code that is neither six digits nor
        an own id.
    """
    table = _cells(Path(path))
    unknown = [column for column in table.columns if column not in COLUMNS]
    if unknown or "path" not in table.columns:
        raise SchemaError(
            f"{str(path)!r} has the columns {list(table.columns)}"
            f"{f', of which {unknown} are unknown' if unknown else ''}. It needs 'path' (the file, relative to the "
            f"folder) and may have any of {list(COLUMNS)}; rename or remove the others. With the "
            "file taken out of the folder, `toolkit check` writes such a table."
        )
    for column in table.columns.intersection(list(_DATES)):
        table[column] = table[column].str.replace(_DAY, _as_iso, regex=True)
    if "region_code" in table:
        table["region_code"] = table["region_code"].replace("0", "000000")
    table["row"] = table["row"].replace("", "0") if "row" in table else "0"
    table["path"] = table["path"].str.replace("\\", "/").str.removeprefix("./")
    _check_values(table, path)
    return table.set_index(["path", "row"])


def _cells(path: Path) -> pd.DataFrame:
    """The cells of a table as text, in whatever form a spreadsheet saves it."""
    try:
        text = decode(path.read_bytes()).text
        separator = max(",;\t", key=text.partition("\n")[0].count)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # it would cut cells beyond the header
            table = pd.read_csv(
                io.StringIO(text), dtype=str, keep_default_na=False, sep=separator, index_col=False
            )
    except (Unreadable, ValueError, pd.errors.ParserWarning) as error:
        raise SchemaError(
            f"{str(path)!r} cannot be read as a table: {error} Save it as CSV, or take it out of the folder."
        ) from None
    table.columns = [column.strip() for column in table.columns]
    empty = [column for column in table.columns if column.startswith("Unnamed:")]
    table = table.drop(columns=[column for column in empty if (table[column] == "").all()]).map(str.strip)
    return table[(table != "").any(axis=1)].reset_index(drop=True)


def _as_iso(day: re.Match[str]) -> str:
    """A spreadsheet's 2021/2/18 as 2021-02-18."""
    return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"


def _check_values(table: pd.DataFrame, path: str | Path) -> None:
    """Refuse a value that cannot be meant, naming it with its file."""
    for column in table.columns.intersection(list(_VALUES)):
        wrong = table[~table[column].str.fullmatch(f"(?:{_VALUES[column]})?")]
        if len(wrong):
            file, value = wrong.iloc[0][["path", column]]
            expected = f"expected {_VALUES[column]} or an empty cell."
            raise SchemaError(f"{str(path)!r}: {column} of {file!r} is {value!r}; {expected}")
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
    missing = [key for key in table.index if key not in there]
    missing = [path if row == "0" else f"{path} row {row}" for path, row in missing]
    if missing:
        lost = " The spreadsheet lost the characters that are ? now: save as CSV UTF-8." * (
            "?" in "".join(missing)
        )
        raise SchemaError(
            f"metadata.csv names {len(missing)} files that are not in the folder: {missing[:10]}. Paths are "
            f"relative to the folder, with /; correct them or remove the rows.{lost}"
        )


def apply_overrides(found: Metadata, table: pd.DataFrame | None, path: str, row: int = 0) -> Metadata:
    """Replace detected values by those of metadata.csv; their source becomes "metadata.csv".

    A cell that differs from what was detected is a correction, and what follows from it comes along, so that
    correcting one cell of a pre-filled row is enough: a region_code (or a region, where the name is of one
    place only) brings id, name, parents and level; a year brings year_covered (of a work report
    year_delivered), and the other way round. The flags of given cells are taken away, but not while
    ``doubtful`` still names the cell.

    Parameters
    ----------
    found
        From `detect_metadata`.
    table
        From `read_metadata_table`; None leaves everything as it is.
    path, row
        The input.

    Raises
    ------
    SchemaError
        Where a region is given by a name that is none or of several places.
    """
    if table is None or (path, str(row)) not in table.index:
        return found
    cells = table.loc[(path, str(row))]
    given: dict[str, Any] = {name: cells[name] for name in FILLED if cells.get(name)}
    given |= {name: int(given[name]) for name in _YEARS if name in given}
    changed = {name: value for name, value in given.items() if value != found.values[name]}
    values = found.values | changed
    decisive = "year_delivered" if values["genre"] == "work report" else "year_covered"
    if "year" in changed:
        values |= {decisive: changed["year"]} | changed
    elif {decisive, "genre"} & changed.keys():
        values["year"] = values[decisive]
    if "region_code" in changed or "region" in changed:
        code = changed.get("region_code") or _code_named(values, changed, path)
        values |= _region(code, values["year"]) | changed
    settled = [group for group, columns in _GROUPS.items() if given.keys() & set(columns)]
    sources = found.sources | dict.fromkeys(settled, "metadata.csv")
    looked_at = {*given, *(["year"] if given.keys() & set(_YEARS) else [])}
    looked_at -= {*cells.get("doubtful", "").split()}
    flags = tuple(flag for flag in found.flags if _DOUBTS.get(flag.split("_")[0]) not in looked_at)
    return Metadata(values, sources, flags)


def _code_named(values: Mapping[str, Any], changed: Mapping[str, Any], path: str) -> str:
    """The code of the one place that bears a given name, within the parents that are given as well."""
    rows = regions_named(values["region"], values["year"])
    for parent in {"province", "prefecture"} & changed.keys():
        rows = tuple(row for row in rows if getattr(row, parent) == changed[parent])
    if len(rows) != 1:
        places = [f"{row.region_code} {row.province}{row.prefecture}" for row in rows]
        raise SchemaError(
            f"metadata.csv calls the region of {path!r} {values['region']!r}, which is the name of "
            f"{len(rows)} places {places}. Fill in region_code."
        )
    return rows[0].region_code


def _region(code: str, year: int | None) -> dict[str, str]:
    """Columns that follow from a code; an own id (440300-大鹏新区) has the parents of its six digits."""
    row, own = region_of(code[:6], year) or region_of(code[:6]), code[7:]
    if row is None:
        return {"region_code": code, "region_id": code}
    level = row.level if not own else "township" if row.level == "county" else "zone"
    names = (own or row.name, row.province, row.prefecture, level)
    return dict(zip(_GROUPS["region"], (code, region_id(code, year), *names), strict=True))


def write_metadata_table(documents: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Write a metadata.csv with everything detected, doubtful rows first, to be completed once.

    ``doubtful`` names the cells to look at: what a flag questions, and region_code and year where they are
    empty. Clear it when you have looked: the flags stay until then. The file is UTF-8 with BOM, so that
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
        What was written: the columns of `COLUMNS` but note.

    Raises
    ------
    FileExistsError
        Where the file is already there: it may hold somebody's work.
    """
    path = Path(path)
    table = documents[["path", "row", *FILLED]].astype(object)
    table = table.where(table.notna(), "").astype(str)
    doubts = map(_doubts, documents["flags"], table.to_dict("records"))
    table.insert(0, "doubtful", list(doubts))
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
