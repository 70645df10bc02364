"""How alike reports are: in the terms they use, sparsely, for tens of thousands of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.grids import Grid, choice, keys, make_grid, need

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
    from scipy.special import entr

    p = np.asarray(p, float)
    return float(entr(p / p.sum()).sum() / np.log(base))


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Kullback-Leibler divergence of p from q, in bits by default; infinite where q lacks what p has."""
    from scipy.special import rel_entr

    p, q = np.asarray(p, float), np.asarray(q, float)
    return float(rel_entr(p / p.sum(), q / q.sum()).sum() / np.log(base))


def js_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Jensen-Shannon divergence of two lists of counts or shares over the same terms; 0 to 1 in bits.

    Lin 1991, doi:10.1109/18.61115. scipy's ``jensenshannon`` is its square root, in nats: `js_distance`.
    """
    p, q = np.asarray(p, float), np.asarray(q, float)
    p, q = p / p.sum(), q / q.sum()
    return (kl_divergence(p, (p + q) / 2, base=base) + kl_divergence(q, (p + q) / 2, base=base)) / 2


def js_distance(p: ArrayLike, q: ArrayLike, *, base: float = 2) -> float:
    """Square root of the Jensen-Shannon divergence: a metric."""
    return float(np.sqrt(max(js_divergence(p, q, base=base), 0)))


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
    names, n = keys(counts), len(grid.groups)
    other = [f"other_{name}" for name in names]
    if pairs is not None:
        one, two = _found(pairs, names, grid), _found(pairs, other, grid)
    elif nearest is not None:
        one, two = _nearest(grid, min(nearest, n - 1))
    elif n > MOST_FOR_ALL_PAIRS:
        raise ValueError(
            f"{n} groups have {n * (n - 1) // 2} pairs; name them with pairs=, or ask for nearest=10."
        )
    else:
        one, two = np.triu_indices(n, 1)
    if pairs is None:
        named = [grid.groups[names].iloc[side].reset_index(drop=True) for side in (one, two)]
        pairs = pd.concat([named[0], named[1].set_axis(other, axis=1)], axis=1)
    blocks = [slice(at, at + BLOCK) for at in range(0, max(len(one), 1), BLOCK)]
    values = pd.concat(
        [_compare(grid, one[block], two[block], measures) for block in blocks], ignore_index=True
    )
    return pd.concat([pairs[[*names, *other]].reset_index(drop=True), values], axis=1)


def _found(pairs: pd.DataFrame, names: list[str], grid: Grid) -> np.ndarray:
    """Row of the grid for each line of pairs, -1 where there is none."""
    need(pairs, names, "The table of pairs")
    rows = pd.MultiIndex.from_frame(grid.groups.iloc[:, : len(names)])
    return rows.get_indexer(pd.MultiIndex.from_frame(pairs[names]))


def _compare(grid: Grid, one: np.ndarray, two: np.ndarray, measures: Sequence[str]) -> pd.DataFrame:
    """The measures for one block of pairs, row against row."""
    from scipy.special import entr

    known = (one >= 0) & (two >= 0)
    a, b = grid.counts[one[known]].astype(float), grid.counts[two[known]].astype(float)
    columns = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        if "cosine" in measures:
            lengths = np.sqrt(a.power(2).sum(axis=1) * b.power(2).sum(axis=1))
            columns["cosine"] = a.multiply(b).sum(axis=1) / lengths
        if {"jaccard", "containment"} & set(measures):
            has_a, has_b = (a > 0).astype(float), (b > 0).astype(float)
            shared, n_a, n_b = has_a.multiply(has_b).sum(axis=1), has_a.sum(axis=1), has_b.sum(axis=1)
            columns |= {"jaccard": shared / (n_a + n_b - shared), "containment": shared / n_a}
        if "jsd" in measures:
            p, q = (x.multiply(1 / x.sum(axis=1)[:, None]).tocsr() for x in (a, b))
            bits = [_map(x, entr).sum(axis=1) / np.log(2) for x in ((p + q) / 2, p, q)]
            columns["jsd"] = np.clip(bits[0] - (bits[1] + bits[2]) / 2, 0, 1)
            columns["js_distance"] = np.sqrt(columns["jsd"])
    names = [column for name in measures for column in (name, *["js_distance"] * (name == "jsd"))]
    table = pd.DataFrame({name: columns[name] for name in names}, index=np.flatnonzero(known))
    return table.reindex(range(len(one)))


def _map(matrix, function):
    """The sparse matrix with a function of its stored values (one that leaves 0 at 0)."""
    matrix = matrix.tocsr()
    matrix.data = function(matrix.data)
    return matrix


def _nearest(grid: Grid, k: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row the k others of largest cosine, in blocks; common terms are multiplied densely."""
    from scipy.sparse import diags_array

    lengths = np.sqrt(grid.counts.astype(float).power(2).sum(axis=1))
    unit = diags_array(1 / np.where(lengths > 0, lengths, 1)).dot(grid.counts).tocsr().astype(np.float32)
    common = np.bincount(unit.indices, minlength=unit.shape[1]) > unit.shape[0] * 0.03
    dense, rest = unit[:, np.flatnonzero(common)].toarray(), unit[:, np.flatnonzero(~common)].tocsr()
    turned, found = rest.T.tocsr(), []
    for at in range(0, len(dense), 1024):
        block = slice(at, at + 1024)
        cosines = dense[block] @ dense.T + (rest[block] @ turned).toarray()
        rows = np.arange(len(cosines))
        cosines[rows, at + rows] = -1
        best = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(best, order, axis=1))
    return np.repeat(np.arange(len(dense)), k), np.concatenate(found).ravel()
