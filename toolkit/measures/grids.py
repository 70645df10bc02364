"""A counts table as a sparse matrix of groups by terms: what the measures calculate on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.schemas import SchemaError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

COUNTED = ["term", "count", "n_documents", "n_tokens", "n_reports"]


class Grid(NamedTuple):
    """Counts of terms (columns of the matrix) in groups (its rows); what is not stored is 0."""

    counts: csr_array
    groups: pd.DataFrame
    terms: pd.Index

    @property
    def sizes(self) -> np.ndarray:
        """Counted tokens of each group: the denominator."""
        return self.groups["n_tokens"].to_numpy(float)


def need(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise where the table lacks one of the columns."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise SchemaError(f"{what} needs the columns {missing}; the table has {list(table.columns)}.")


def choice(value: str, options: Iterable[str], name: str) -> str:
    """The value, if it is one of the options."""
    if value not in (options := list(options)):
        raise ValueError(f"{name} must be one of {options}, not {value!r}.")
    return value


def keys(counts: pd.DataFrame) -> list[str]:
    """The columns that name a group: those before ``term``."""
    need(counts, COUNTED, "A counts table (see count_terms)")
    return list(counts.columns[: counts.columns.get_loc("term")])


def make_grid(
    counts: pd.DataFrame, rows: Sequence[str] | None = None, terms: Sequence[str] | None = None
) -> Grid:
    """The counts as a matrix with one row for each value of the key columns ``rows`` (by default all)."""
    from scipy.sparse import coo_array

    by = keys(counts)
    rows = by if rows is None else list(rows)
    need(counts[by], rows, "The key of the counts table")
    rest = [name for name in by if name not in rows]
    parts = counts.loc[~counts.duplicated(by), [*rows, *rest, "n_tokens", "n_reports"]]
    if rows:
        grouped = {"observed": True, "dropna": False}
        groups = parts.groupby(rows, **grouped)[["n_tokens", "n_reports"]].sum().reset_index()
        row = counts.groupby(rows, **grouped).ngroup().to_numpy(np.int32)
    else:
        groups = parts[["n_tokens", "n_reports"]].sum().to_frame().T
        row = np.zeros(len(counts), np.int32)
    if terms is None:
        column, index = pd.factorize(counts["term"], sort=True)
    else:
        index = pd.Index(list(dict.fromkeys(terms)), dtype="str")
        column = index.get_indexer(counts["term"])
    kept = column >= 0
    cells = (counts["count"].to_numpy()[kept], (row[kept], column[kept].astype(np.int32)))
    matrix = coo_array(cells, shape=(len(groups), len(index))).tocsr()
    return Grid(matrix, groups, pd.Index(index, name="term"))


def chosen(table: pd.DataFrame, where: Mapping[str, object], name: str) -> np.ndarray:
    """Rows of the table whose key columns have the wanted values (one value, or several in a list)."""
    need(table, where, f"{name}={dict(where)!r}")
    mask = np.ones(len(table), dtype=bool)
    for column, value in where.items():
        values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        mask &= table[column].isin(values).to_numpy()
    if not mask.any():
        found = table[list(where)].drop_duplicates().head(5).to_dict("records")
        raise ValueError(f"{name}={dict(where)!r} chooses no group; the table begins with {found}.")
    return mask


class Sides(NamedTuple):
    """Two sets of groups against each other: for each term its counts, and the sizes."""

    terms: pd.Index
    a: np.ndarray
    b: np.ndarray
    n1: float
    n2: float
    documents: np.ndarray


def two_sides(
    counts: pd.DataFrame, target: Mapping[str, object], reference: Mapping[str, object] | None
) -> Sides:
    """Sum the counts of the target's groups and of the reference's (by default: all others)."""
    by = keys(counts)
    inside = chosen(counts, target, "target")
    outside = ~inside if reference is None else chosen(counts, reference, "reference")
    if (inside & outside).any():
        raise ValueError(f"target={dict(target)!r} and reference={dict(reference)!r} share groups.")
    code, terms = pd.factorize(counts["term"], sort=True)
    first = ~counts.duplicated(by).to_numpy()

    def _sum(column: str, mask: np.ndarray) -> np.ndarray:
        return np.bincount(code[mask], counts[column].to_numpy()[mask], minlength=len(terms))

    n1, n2 = (float(counts["n_tokens"].to_numpy()[mask & first].sum()) for mask in (inside, outside))
    seen = inside | outside
    both = (_sum("count", inside), _sum("count", outside))
    return Sides(pd.Index(terms, name="term"), *both, n1, n2, _sum("n_documents", seen))
