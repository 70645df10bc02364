"""How evenly a term is spread over reports or regions of unequal size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.cells import divide
from toolkit.measures.grids import make_grid
from toolkit.terms.counts import counted_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csc_array, csr_array

BLOCK = 1024  # terms at a time, to bound memory


def reduced_frequency(positions: ArrayLike, n: int) -> dict[str, float]:
    """ARF, ALD and AWT of a word from its positions in a text of n tokens read as a ring.

    ``arf`` is the count that an even spread would need (at most the count), ``ald`` the average logarithmic
    distance (base 10), ``awt`` the average waiting time in tokens. NaN for a word that does not occur.
    Savický & Hlaváčová 2002, doi:10.1076/jqul.9.3.215.14124.
    """
    places = np.sort(np.asarray(positions, dtype=float))
    if not len(places):
        return dict.fromkeys(("arf", "ald", "awt"), np.nan)
    gaps = np.diff(places, append=places[0] + n)
    even = n / len(places)
    return {
        "arf": float(np.minimum(gaps, even).sum() / even),
        "ald": float((gaps * np.log10(gaps)).sum() / n),
        "awt": float((1 + (gaps**2).sum() / n) / 2),
    }


def spread_measures(counts: csr_array | ArrayLike, sizes: ArrayLike) -> dict[str, np.ndarray]:
    """Every dispersion measure of each column of a parts x terms matrix; see `dispersion` for their names."""
    from scipy.sparse import csc_array

    matrix, sizes = csc_array(counts), np.asarray(sizes, float)
    matrix.eliminate_zeros()
    blocks = [_spread(matrix[:, at : at + BLOCK], sizes) for at in range(0, max(matrix.shape[1], 1), BLOCK)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _spread(matrix: csc_array, sizes: np.ndarray) -> dict[str, np.ndarray]:
    """The measures of some terms: sums over the parts that have the term, and what the others add."""
    from scipy.special import xlogy

    n, n_terms = matrix.shape
    share, parts = divide(sizes, sizes.sum()), np.diff(matrix.indptr)
    term = np.repeat(np.arange(n_terms), parts)

    def _total(values: np.ndarray, at: np.ndarray = term) -> np.ndarray:
        return np.bincount(at, values, minlength=n_terms)

    v, w = matrix.data.astype(float), share[matrix.indices]
    p, f, covered = v / sizes[matrix.indices], _total(v), _total(w)
    least = np.full(n_terms, np.inf)
    np.minimum.at(least, term, w)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, held = _total(p) / n, v / f[term]
        vc = np.sqrt((_total((p - mean[term]) ** 2) + (n - parts) * mean**2) / n) / mean
        q = p / (n * mean)[term]
        ascending = np.lexsort((p, term))
        rank = np.arange(len(p)) + np.repeat(n - parts - matrix.indptr[:-1], parts) + 1
        pairs = _total((2 * rank - n - 1) * p[ascending], term[ascending])
        dp = (_total(np.abs(held - w)) + 1 - covered) / 2
        chi = _total((v - f[term] * w) ** 2 / (f[term] * w)) + f * (1 - covered)
        measures = {
            "vc": vc,
            "juilland_d": 1 - vc / np.sqrt(n - 1),
            "carroll_d2": 0.0 - _total(xlogy(q, q)) / np.log(n),
            "rosengren_s": _total(np.sqrt(v * w)) ** 2 / f,
            "lyne_d3": 1 - chi / (4 * f),
            "dp": dp,
            "dp_norm": dp / (1 - share.min(initial=1)),
            "dp_egbert": dp / (1 - least),
            "kld": _total(held * np.log2(held / w)),
            "da": 1 - pairs / (n * (n - 1) / 2) / (2 * mean),
        }
    sure = (f > 0) & (n > 1)
    measures = {name: np.where(sure & np.isfinite(value), value, np.nan) for name, value in measures.items()}
    return {"count": f, "range": parts.astype(float)} | measures


def dispersion(
    counts: pd.DataFrame, *, parts: Sequence[str] | None = None, corpus: object = None
) -> pd.DataFrame:
    """How evenly each term is spread over the parts: reports, regions or years of whatever size.

    Read `dp_norm` (0 as even as the part sizes allow, 1 all in the smallest part) or `juilland_d` and
    `carroll_d2` (1 even, 0 clumped) beside `range`. All depend on the number of parts and, for rare terms, on
    the count: a term of three occurrences cannot be even over thirty reports. Compare terms of like frequency
    over the same parts.

    Parameters
    ----------
    counts
        From `count_terms`.
    parts
        Key columns that make the parts; by default all of them.
    corpus
        The corpus counted, for the column `arf`: its reports are read one after the other.

    Returns
    -------
    DataFrame
        One row a term, most frequent first, then by term: ``term``, ``count``, ``n_parts``, ``range`` (parts
        with the term), ``vc`` (variation coefficient of the rates, population SD), ``juilland_d``,
        ``carroll_d2``, ``rosengren_s``, ``lyne_d3``, ``dp`` (Gries), ``dp_norm`` (Lijffijt & Gries),
        ``dp_egbert``, ``kld`` (bits; 0 even), ``da`` (1 even), and with `corpus` ``arf`` (average reduced
        frequency, occurrences). Undefined (one part only, or no occurrence) is NaN.

    References
    ----------
    Gries 2008, doi:10.1075/ijcl.13.4.02gri; Lijffijt & Gries 2012, doi:10.1075/ijcl.17.1.08lij; Egbert et al.
    2020, doi:10.1075/ijcl.18010.egb; Gries 2020, doi:10.1007/978-3-030-46216-1_5.
    """
    grid = make_grid(counts, parts)
    there = grid.sizes > 0
    kept = grid.counts if there.all() else grid.counts[np.flatnonzero(there)]
    table = pd.DataFrame({"term": grid.terms, **spread_measures(kept, grid.sizes[there])})
    table = table.astype({"count": "int64", "range": "int64"})
    table.insert(2, "n_parts", int(there.sum()))
    if corpus is not None:
        terms = counted_tokens(corpus)["term"].to_numpy()
        places = pd.Series(np.arange(len(terms))).groupby(terms)
        arf = places.apply(lambda found: reduced_frequency(found, len(terms))["arf"])
        table["arf"] = table["term"].map(arf).astype(float)
    return table.sort_values(["count", "term"], ascending=[False, True], ignore_index=True)
