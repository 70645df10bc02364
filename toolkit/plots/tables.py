"""What a plot is given: checks of its table, its rows and columns as a grid, and what it holds in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from toolkit.plots.labels import label
from toolkit.schemas import SchemaError, need

Frame = pd.DataFrame
MOST_ROWS = 40  # rows that fit the height of a page
NAMES = ("region", "label", "region_code", "region_id", "year")  # what names a row, best first


def needed(table: pd.DataFrame, columns: list[str], name: str) -> None:
    """Raise where a plot's table lacks a column, or holds nothing to draw."""
    need(table, columns, f"plots.{name}()")
    if table.empty:
        raise ValueError(f"plots.{name}() was given a table without rows: there is nothing to draw.")


def name_column(table: pd.DataFrame) -> str:
    """The column that names a row: region before label before codes before year."""
    found = [name for name in NAMES if name in table]
    if not found:
        raise SchemaError(
            f"One of the columns {list(NAMES)} must name the rows; the table has {list(table)}."
        )
    return found[0]


def grid_of(table: pd.DataFrame, index: list[str], columns: str, values: str, name: str) -> pd.DataFrame:
    """Rows by columns in the order of the table; two rows for one cell are refused.

    Places of one name are told apart by their code, where the table has it, and keep a row each.
    """
    named = {"region", "label"} & {*index}
    codes = [code for code in ("region_id", "region_code") if named and code in table]
    keys = [*codes[:1], *index]
    twice = table.loc[table.duplicated([*keys, columns]), [*keys, columns]]
    if len(twice):
        raise ValueError(
            f"plots.{name}() draws one row of the table a cell; {twice.iloc[0].to_dict()} stands twice. Choose "
            "one report for each, or name the rows by a column that tells them apart, such as doc_id."
        )
    rows = pd.MultiIndex.from_frame(table[keys].drop_duplicates())
    grid = table.pivot(index=keys, columns=columns, values=values)
    grid = grid.reindex(index=rows if len(keys) > 1 else rows.get_level_values(0))
    return grid.droplevel(codes[:1]).reindex(columns=table[columns].drop_duplicates())


def first_rows(rows: Any, language: str, most: int = MOST_ROWS) -> tuple[Any, str]:
    """The rows (of a table, or by name) that one sheet holds, and words for how many are left out."""
    left = len(rows) - most
    kept = dict([*rows.items()][:most]) if isinstance(rows, dict) else rows[:most]
    return kept, label("left_out", language, n=most, rest=f"{left:,}") if left > 0 else ""


def describe(table: Frame, language: str = "zh", notes: Mapping[str, str] = MappingProxyType({})) -> dict:
    """Subtitle (regions, years, denominator, note) and footer (note, source, number of reports) of a table."""
    parts = [_regions(table, language), _years(table, language)]
    total = _group_total(table, "n_tokens")
    if total:
        parts.append(label("denominator", language, n=f"{total:,}"))
    reports = _group_total(table, "n_reports")
    footer = label("footer", language, n=f"{reports:,}") if reports else label("source", language)
    parts.append(notes.get("subtitle", ""))
    footer = "\n".join(filter(None, (notes.get("footer"), footer)))
    return {"subtitle": label("join", language).join(filter(None, parts)), "footer": footer}


def _regions(table: pd.DataFrame, language: str) -> str:
    """Names of up to three regions, or how many there are."""
    column = next((name for name in NAMES[:-1] if name in table), None)
    names = table[column].dropna().astype(str).unique() if column else ()
    key = next((name for name in ("region_id", "region_code", column) if name in table), None)
    n = table[key].nunique() if key else 0
    if n > 3:
        return label("n_regions", language, n=n)
    return label("list", language).join(names)


def _years(table: pd.DataFrame, language: str) -> str:
    """The year, or first and last."""
    years = table["year"].dropna() if "year" in table else pd.Series(dtype="float64")
    if years.empty:
        return ""
    first, last = int(years.min()), int(years.max())
    return label("year_named", language, year=first if first == last else f"{first}–{last}")


def _group_total(table: pd.DataFrame, column: str) -> int:
    """Sum of a group's number over the groups, each counted once."""
    if column not in table:
        return 0
    by = [name for name in (*NAMES, "province", "genre") if name in table]
    groups = table[[*by, column]].dropna(subset=[column])
    return int((groups.drop_duplicates(by) if by else groups.head(1))[column].sum())
