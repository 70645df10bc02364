"""Weighted log odds: characteristic terms, with rare ones drawn towards what a background expects."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from toolkit.measures.cells import divide
from toolkit.measures.grids import cells_of, choice, two_sides
from toolkit.terms.counts import keys


def weighted_log_odds(
    y_i: ArrayLike, y_j: ArrayLike, alpha: ArrayLike, *, n_i=None, n_j=None, variance: str = "two terms"
) -> tuple[NDArray, NDArray]:
    """Log-odds ratio of every term with a Dirichlet prior, and its z.

    ``alpha`` are the prior's counts, one for each term of the vocabulary. ``n_i``, ``n_j`` default to the
    sums of the counts. ``variance="two terms"`` is equation 20 of Monroe et al.; ``"four terms"``
    (scattertext, which also turns the sign) adds the two small terms of the rest.

    References
    ----------
    Monroe, Colaresi & Quinn 2008, equations 15 to 22, doi:10.1093/pan/mpn018.
    """
    choice(variance, ("two terms", "four terms"), "variance")
    y_i, y_j = np.asarray(y_i, float), np.asarray(y_j, float)
    alpha = np.broadcast_to(np.asarray(alpha, float), y_i.shape)
    i, j = y_i + alpha, y_j + alpha
    rest_i = (y_i.sum() if n_i is None else n_i) + alpha.sum() - i
    rest_j = (y_j.sum() if n_j is None else n_j) + alpha.sum() - j
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(i / rest_i) - np.log(j / rest_j)  # eq. 15
        spread = 1 / i + 1 / j + (1 / rest_i + 1 / rest_j if variance == "four terms" else 0)  # eq. 20
        return delta, delta / np.sqrt(spread)  # eq. 22


def log_odds(
    counts: pd.DataFrame,
    *,
    target: Mapping[str, object],
    reference: Mapping[str, object] | None = None,
    background: pd.DataFrame | None = None,
    prior_tokens: float = 500.0,
    min_documents: int = 2,
) -> pd.DataFrame:
    """Characteristic terms of the target against the reference, each side smoothed by a background corpus.

    Read `z` as a ranking, about 2 being worth a look: it balances size and certainty of the difference. It
    misleads where the background is only the two sides themselves, and a larger `prior_tokens` favours
    frequent terms.

    Parameters
    ----------
    counts, target, reference, min_documents
        As in `keyness`.
    background
        Counts table behind the prior, best of all provinces and years; all groups of `counts` by default.
    prior_tokens
        Weight of the prior: as if each side had this many more tokens of the background's composition.

    Returns
    -------
    DataFrame
        One row a term, largest z first: ``term``, ``count_target``, ``count_reference``, ``n_tokens_target``,
        ``n_tokens_reference``, ``n_documents``, ``prior`` (pseudo-count), ``log_odds`` (natural log of the
        odds ratio), ``z``.

    References
    ----------
    Monroe, Colaresi & Quinn 2008, doi:10.1093/pan/mpn018.
    """
    table = two_sides(counts, target, reference)
    behind = counts if background is None else background
    sums = behind.groupby("term", observed=True)["count"].sum()
    known = sums.reindex(table["term"], fill_value=0).to_numpy(float)
    # A term that the background lacks gets the weight of half an occurrence there, so that its odds exist.
    prior = np.maximum(known, 0.5)
    prior *= prior_tokens / prior.sum()
    a, b, n1, n2 = cells_of(table)
    delta, z = weighted_log_odds(a, b, prior, n_i=n1, n_j=n2)
    kept = (table["n_documents"] >= min_documents) & (a + b > 0)
    table = table.assign(prior=prior, log_odds=delta, z=z)[kept]
    return table.sort_values(["z", "term"], ascending=[False, True], ignore_index=True)


def tidylo_log_odds(counts: pd.DataFrame, *, uninformative: bool = False) -> pd.DataFrame:
    """Weighted log odds as the R package tidylo has them, for comparison with studies that used it.

    Each group stands against all groups including itself, the prior is each term's own total (or 1 where
    ``uninformative``), and only pairs that are in the table get it: not Monroe et al.'s estimator. NaN where a
    group has one term only.

    Returns
    -------
    DataFrame
        The same rows, and ``log_odds`` (natural log) and ``log_odds_weighted`` (z).

    References
    ----------
    Schnoebelen, Silge & Hayes, R package tidylo.
    """
    by = keys(counts)
    totals = counts.groupby("term", observed=True)["count"].transform("sum")
    y = (counts["count"] + (1.0 if uninformative else totals)).where(lambda values: values > 0)
    here = y.groupby([counts[name] for name in by], observed=True, dropna=False).transform("sum")
    term = y.groupby(counts["term"], observed=True).transform("sum")
    delta = np.log(divide(y, here - y)) - np.log(divide(term, y.sum() - term))
    z = delta / np.sqrt(1 / y + 1 / term)
    return counts.assign(log_odds=delta, log_odds_weighted=z).reset_index(drop=True)
