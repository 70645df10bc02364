"""A counts table as a sparse matrix of groups by terms: what the measures calculate on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.schemas import listed, need
from toolkit.terms.counts import keys

if TYPE_CHECKING:
    from scipy.sparse import csr_array

BY = ("region_id", "year")


class Grid(NamedTuple):
    """Counts of terms (columns of the matrix) in groups (its rows); what is not stored is 0."""

    counts: csr_array
    groups: pd.DataFrame
    terms: pd.Index

    @property
    def sizes(self) -> np.ndarray:
        """Counted tokens of each group: the denominator."""
        return self.groups["n_tokens"].to_numpy(float)


def choice(value: str, options: Iterable[str], name: str) -> str:
    """The value, if it is one of the options."""
    if value not in (options := list(options)):
        raise ValueError(f"{name} must be one of {options}, not {value!r}.")
    return value


def group_codes(table: pd.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's group in sorted order, and the first row of each group.

    Lean on large tables.
    """
    code = np.zeros(len(table), np.int64)
    for name in columns:
        part, values = pd.factorize(table[name], sort=True, use_na_sentinel=False)
        code = code * len(values) + part
    code, groups = pd.factorize(code, sort=True)
    code, first = code.astype(np.int32), np.empty(len(groups), np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1, dtype=np.int32)
    return code, first


def make_grid(
    counts: pd.DataFrame, rows: Sequence[str] | None = None, terms: Sequence[str] | None = None
) -> Grid:
    """The counts as a matrix with one row for each value of the key columns ``rows`` (by default all)."""
    from scipy.sparse import coo_array

    by = keys(counts)
    rows = by if rows is None else list(rows)
    need(counts[by], rows, "The key of the counts table")
    row, first = group_codes(counts, by)
    whole = dict.fromkeys(("n_tokens", "n_reports"), "int64")
    parts = counts.iloc[first][[*rows, *whole]].astype(whole)
    inner, heads = group_codes(parts, rows)
    sizes = {name: np.bincount(inner, parts[name]).astype(np.int64) for name in whole}
    groups = parts.iloc[heads][rows].reset_index(drop=True).assign(**sizes)
    if terms is None:
        column, index = pd.factorize(counts["term"], sort=True)
    else:
        index = pd.Index(list(dict.fromkeys(listed(terms))), dtype="str")
        column = index.get_indexer(counts["term"])
    kept = slice(None) if (column >= 0).all() else column >= 0
    cells = (counts["count"].to_numpy()[kept], (inner[row[kept]], column[kept].astype(np.int32)))
    matrix = coo_array(cells, shape=(len(groups), len(index))).tocsr()
    return Grid(matrix, groups, pd.Index(index, name="term"))


def chosen(table: pd.DataFrame, where: Mapping[str, object], name: str) -> np.ndarray:
    """Rows of the table whose key columns have the wanted values (one value, or several in a list)."""
    if not isinstance(where, Mapping):
        raise TypeError(
            f'{name} is {where!r}; say column and value, such as {name}={{"region_id": "621122"}}.'
        )
    need(table, where, f"{name}={dict(where)!r}")
    mask = np.ones(len(table), dtype=bool)
    for column, value in where.items():
        values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        mask &= table[column].isin(values).to_numpy()
    if not mask.any():
        found = table[list(where)].drop_duplicates().head(5).to_dict("records")
        raise ValueError(f"{name}={dict(where)!r} chooses no group; the table begins with {found}.")
    return mask


def two_sides(
    counts: pd.DataFrame, target: Mapping[str, object], reference: Mapping[str, object] | None
) -> pd.DataFrame:
    """One row a term: its counts in the target's groups and in the reference's (by default: all others).

    Columns term, count_target, count_reference, n_tokens_target, n_tokens_reference, n_documents (both
    sides).
    """
    group, first = group_codes(counts, keys(counts))
    parts = counts.iloc[first]
    inside = chosen(parts, target, "target")
    outside = ~inside if reference is None else chosen(parts, reference, "reference")
    if (inside & outside).any():
        raise ValueError(f"target={dict(target)!r} and reference={dict(reference)!r} share groups.")
    code, terms = pd.factorize(counts["term"], sort=True)

    def _sum(column: str, side: np.ndarray) -> np.ndarray:
        mask = side[group]
        return np.bincount(code[mask], counts[column].to_numpy()[mask], minlength=len(terms)).astype(np.int64)

    sides = {"target": inside, "reference": outside}
    counted = {f"count_{name}": _sum("count", side) for name, side in sides.items()}
    n_tokens = parts["n_tokens"].to_numpy()
    sizes = {f"n_tokens_{name}": int(n_tokens[side].sum()) for name, side in sides.items()}
    table = pd.DataFrame({"term": pd.Index(terms), **counted})
    return table.assign(**sizes, n_documents=_sum("n_documents", inside | outside))


def cells_of(table: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """The four numbers of `cells` from a table of two sides."""
    names = ("count_target", "count_reference", "n_tokens_target", "n_tokens_reference")
    return tuple(table[name].to_numpy(float) for name in names)
