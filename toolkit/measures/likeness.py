"""How alike reports are: in the terms they use, sparsely, for tens of thousands of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.grids import Grid, choice, make_grid
from toolkit.schemas import need
from toolkit.terms.counts import keys

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MEASURES = ("cosine", "jaccard", "containment", "jsd")
MOST_FOR_ALL_PAIRS = 3000
BLOCK = 4096


def jaccard(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Share of the elements of either set that are in both; NaN for two empty sets."""
    a, b = set(a), set(b)
    return len(a & b) / len(a | b) if a | b else np.nan


def bag_jaccard(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Shared occurrences over all occurrences of both lists: 1/2 at most, by definition.

    NaN for two empty lists.
    """
    shared = (Counter(a) & Counter(b)).total()
    return shared / (len(a) + len(b)) if len(a) + len(b) else np.nan


def containment(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Share of the elements of a that are also in b.

    Has the county copied the province? NaN for an empty a.
    """
    a = set(a)
    return len(a & set(b)) / len(a) if a else np.nan


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Cosine of the angle of two count vectors, 0 to 1; NaN where one is nothing."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    lengths = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / lengths) if lengths > 0 else np.nan


def entropy(p: ArrayLike, *, base: float = 2) -> float:
    """Shannon entropy of counts or shares, in bits by default. Plug-in estimate: too low for short texts."""
    from scipy import stats

    return float(stats.entropy(p, base=base))


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Kullback-Leibler divergence of p from q, in bits by default; infinite where q lacks what p has."""
    from scipy import stats

    return float(stats.entropy(p, q, base=base))


def js_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Jensen-Shannon divergence of two lists of counts or shares over the same terms; 0 to 1 in bits.

    Lin 1991, doi:10.1109/18.61115. scipy's ``jensenshannon`` is its square root, in nats: `js_distance`.
    """
    return js_distance(p, q, base=base) ** 2


def js_distance(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Square root of the Jensen-Shannon divergence: a metric."""
    from scipy.spatial.distance import jensenshannon

    return float(jensenshannon(p, q, base=base))


def levenshtein(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Fewest insertions, deletions and substitutions that turn a into b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def similarity(
    counts: pd.DataFrame,
    *,
    pairs: pd.DataFrame | None = None,
    nearest: int | None = None,
    measures: Sequence[str] = ("cosine", "jaccard", "containment"),
) -> pd.DataFrame:
    """How alike the groups of a counts table are, pair by pair, without a dense matrix.

    Read `containment` for copying (how much of this report's vocabulary is in the other), `cosine` for
    emphasis. Chinese reports of one genre share so much that 0.9 is ordinary: compare with the peers of the
    same year, and with shared sentences (`shared_sentences`) for the wording. Length moves jaccard and
    containment.

    Parameters
    ----------
    counts
        From `count_terms`.
    pairs
        Which pairs: the key columns, and the same with ``other_`` before them (own last year: the year minus
        1). Pairs of groups that are not in the table get NaN. By default all pairs, once each.
    nearest
        For each group the this many most similar by cosine, instead of all pairs; for large corpora.
    measures
        Any of cosine, jaccard, containment, jsd (with js_distance); jsd is the slowest.

    Returns
    -------
    DataFrame
        One row a pair: the key columns, the same with ``other_``, and the chosen ones of ``cosine``,
        ``jaccard``, ``containment`` (share of the first's terms in the other), ``jsd`` (bits, 0 same to 1
        nothing shared), ``js_distance`` (its square root).

    Raises
    ------
    ValueError
        Where all pairs of more than 3,000 groups are asked for, or a measure is unknown.
    """
    for name in measures:
        choice(name, MEASURES, "measures")
    grid = make_grid(counts)
    names, n, whole = keys(counts), len(grid.groups), False
    other = [f"other_{name}" for name in names]
    if pairs is not None:
        one, two = _found(pairs, names, grid), _found(pairs, other, grid)
    elif nearest is not None:
        one, two = _nearest(grid.counts, max(min(nearest, n - 1), 0))
    elif n > MOST_FOR_ALL_PAIRS:
        raise ValueError(f"{n} groups are too many for all pairs: name them (pairs=), or ask for nearest=10.")
    else:
        (one, two), whole = np.triu_indices(n, 1), True
    if pairs is None:
        named = [grid.groups[names].iloc[side].reset_index(drop=True) for side in (one, two)]
        pairs = pd.concat([named[0], named[1].set_axis(other, axis=1)], axis=1)
    known = (one >= 0) & (two >= 0)
    columns = _compare(grid.counts, one[known], two[known], measures, whole)
    values = pd.DataFrame(columns, index=np.flatnonzero(known)).reindex(range(len(one)))
    return pd.concat([pairs[[*names, *other]].reset_index(drop=True), values], axis=1)


def _found(pairs: pd.DataFrame, names: list[str], grid: Grid) -> np.ndarray:
    """Row of the grid for each line of pairs, -1 where there is none."""
    need(pairs, names, "The table of pairs")
    rows = pd.MultiIndex.from_frame(grid.groups.iloc[:, : len(names)])
    return rows.get_indexer(pd.MultiIndex.from_frame(pairs[names]))


def _compare(
    counts: csr_array, one: np.ndarray, two: np.ndarray, measures: Sequence[str], whole: bool
) -> dict[str, np.ndarray]:
    """The measures of pairs of rows; for all pairs (whole) by products of matrices, otherwise row by row."""
    columns = {}
    types = np.diff(counts.indptr).astype(float)
    for name in measures:
        if name == "cosine":
            cosines = _products(_unit(counts), one, two, whole)
            columns[name] = np.where((types[one] > 0) & (types[two] > 0), np.minimum(cosines, 1), np.nan)
        elif name == "jsd":
            columns[name] = _divergences(counts, one, two)
            columns["js_distance"] = np.sqrt(columns[name])
        else:
            shared = _products((counts > 0).astype(float), one, two, whole)
            size = types[one] if name == "containment" else types[one] + types[two] - shared
            columns[name] = shared / np.where(size > 0, size, np.nan)
    return columns


def _unit(counts: csr_array) -> csr_array:
    """The rows at length 1."""
    from scipy.sparse import diags_array

    lengths = np.sqrt(counts.astype(float).power(2).sum(axis=1))
    return (diags_array(1 / np.where(lengths > 0, lengths, 1)) @ counts).tocsr()


def _products(matrix: csr_array, one: np.ndarray, two: np.ndarray, whole: bool) -> np.ndarray:
    """Inner product of each pair of rows."""
    if whole:
        return np.vstack([np.empty((0, matrix.shape[0])), *_gram(matrix)])[one, two]
    blocks = [(one[at : at + BLOCK], two[at : at + BLOCK]) for at in range(0, len(one), BLOCK)]
    return np.concatenate([np.empty(0), *(matrix[i].multiply(matrix[j]).sum(axis=1) for i, j in blocks)])


def _divergences(counts: csr_array, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Jensen-Shannon divergence of each pair of rows, in bits."""
    from scipy.special import entr

    totals, found = counts.sum(axis=1).astype(float), [np.empty(0)]
    shares = counts.multiply(1 / np.where(totals > 0, totals, 1)[:, None]).tocsr()

    def _bits(rows: csr_array) -> np.ndarray:
        rows.data = entr(rows.data)
        return rows.sum(axis=1) / np.log(2)

    alone = _bits(shares.copy())
    for at in range(0, len(one), BLOCK):
        i, j = one[at : at + BLOCK], two[at : at + BLOCK]
        found.append(_bits(((shares[i] + shares[j]) / 2).tocsr()) - (alone[i] + alone[j]) / 2)
    return np.where((totals[one] > 0) & (totals[two] > 0), np.clip(np.concatenate(found), 0, 1), np.nan)


def _gram(matrix: csr_array) -> Iterator[np.ndarray]:
    """The matrix times its transpose, in blocks of rows; common terms are multiplied densely."""
    common = np.bincount(matrix.indices, minlength=matrix.shape[1]) > matrix.shape[0] * 0.03
    dense, rest = matrix[:, np.flatnonzero(common)].toarray(), matrix[:, np.flatnonzero(~common)].tocsr()
    turned = rest.T.tocsr()
    for at in range(0, len(dense), 1024):
        yield dense[at : at + 1024] @ dense.T + (rest[at : at + 1024] @ turned).toarray()


def _nearest(counts: csr_array, k: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row the k others of largest cosine."""
    found, at = [np.empty((0, k), int)], 0
    for cosines in _gram(_unit(counts).astype(np.float32)):
        rows = np.arange(len(cosines))
        cosines[rows, at + rows] = -1
        best = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(best, order, axis=1))
        at += len(cosines)
    return np.repeat(np.arange(counts.shape[0]), k), np.concatenate(found).ravel()
