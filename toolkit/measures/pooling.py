"""Trends over all regions together, and years in which a series breaks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.trends import FEWEST, TOO_RARE, TOO_SHORT, by_region_and_term, make_series, rates_of

FEW_REGIONS = "fewer than ten regions: clustered errors are too small"
ONE_REGION = "fewer than two regions with the term: no clustered error"
FEWEST_FOR_BREAK, NO_BREAK = 6, "fewer than six years with a report: no change point"


def breaks() -> pd.DataFrame:
    """Dates at which wording may change by decree, to draw on a trend and to hold against a change point.

    Returns
    -------
    DataFrame
        One row a date: ``date`` (ISO), ``year``, ``kind`` (outline, law, reorganisation, document), ``name``,
        ``label`` (short, for figures), ``mechanisms`` (ids of the lexicon it concerns, separated by spaces),
        ``source``.
    """
    path = Path(__file__).resolve().parents[1] / "data" / "breaks.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    table.insert(1, "year", table["date"].str[:4].astype(int))
    return table


def negative_binomial(y: ArrayLike, x: ArrayLike, exposure: ArrayLike | None = None) -> dict[str, float]:
    """NB2 regression of counts on one variable.

    ``const``, ``beta``, ``alpha`` (overdispersion), ``llf``, ``se``.

    For one long series whose dispersion is far above 1; with fewer than ten points alpha is little more than
    a guess.
    """
    import statsmodels.api as sm

    design = sm.add_constant(np.asarray(x, float))
    fit = sm.NegativeBinomial(np.asarray(y, float), design, exposure=exposure).fit(disp=0, maxiter=500)
    const, beta, alpha = (float(value) for value in fit.params)
    return {"const": const, "beta": beta, "alpha": alpha, "llf": float(fit.llf), "se": float(fit.bse[1])}


def pooled_trend(
    counts: pd.DataFrame, *, terms: Sequence[str], region: str | None = None, year: str = "year"
) -> pd.DataFrame:
    """Yearly rate ratio over all regions, each compared with itself only, beside the same on the balanced panel.

    Read the two panels together: where they differ, the change of the collection moves the trend. Poisson regression
    with an effect for each region; errors are clustered by region, so that overdispersion and serial correlation
    within a region are allowed for. Regions that never use the term carry no information and are not counted.

    Parameters
    ----------
    counts, region, year
        As in `trend`.
    terms
        Terms to look at.

    Returns
    -------
    DataFrame
        Two rows a term: ``term``, ``panel`` (all regions; balanced: those with a report in every year), ``n_regions``
        (with the term), ``n_reports``, ``n_years``, ``rate_ratio``, ``rate_ratio_low``, ``rate_ratio_high`` (per year,
        95 %, t with n_regions - 1), ``p``, ``reason``.

    References
    ----------
    Hausman, Hall & Griliches 1984, doi:10.2307/1911191; Wooldridge 1999, doi:10.1016/S0304-4076(98)00033-5.
    """
    series = make_series(counts, terms, region, year)
    whole = (series.tokens > 0).all(axis=1)
    rows = []
    for k, term in enumerate(series.terms):
        for panel, chosen in (("all regions", np.ones_like(whole)), ("balanced", whole)):
            size = series.tokens[chosen]
            size = size[:, size.sum(axis=0) > 0] if size.size else size
            years = series.years[series.tokens[chosen].sum(axis=0) > 0]
            y = series.counts[chosen, k][:, np.isin(series.years, years)]
            rows.append({"term": term, "panel": panel} | _fixed_effects(y, size, years.astype(float)))
    return pd.DataFrame(rows)


def _fixed_effects(y: np.ndarray, size: np.ndarray, years: np.ndarray) -> dict[str, object]:
    """Conditional Poisson slope with clustered error; region effects are concentrated out."""
    from scipy.special import stdtr, stdtrit

    used = (y.sum(axis=1) > 0) & ((size > 0).sum(axis=1) > 1)
    row = {"n_regions": int(used.sum()), "n_reports": int((size[used] > 0).sum()), "n_years": len(years)}
    y, size = y[used], size[used]
    reasons = {
        TOO_SHORT: len(years) < FEWEST,
        ONE_REGION: len(y) < 2,
        TOO_RARE: (y.sum(axis=0) > 0).sum() < 2,
    }
    if reason := next((text for text, holds in reasons.items() if holds), ""):
        return (
            row
            | dict.fromkeys(("rate_ratio", "rate_ratio_low", "rate_ratio_high", "p"), np.nan)
            | {"reason": reason}
        )
    t, slope, total = years - years.mean(), 0.0, y.sum(axis=1)
    for _ in range(100):
        share = size * np.exp(slope * t)
        share /= share.sum(axis=1, keepdims=True)
        centre = share @ t
        score = y @ t - total * centre
        information = total @ (share @ t**2 - centre**2)
        step = float(np.clip(score.sum() / information, -1, 1))
        slope += step
        if abs(step) < 1e-11:
            break
    free = len(y) - 1
    error = np.sqrt(len(y) / free * (score**2).sum()) / information
    ends = slope + np.array([0, -1, 1]) * stdtrit(free, 0.975) * error
    named = dict(zip(("rate_ratio", "rate_ratio_low", "rate_ratio_high"), np.exp(ends).tolist(), strict=True))
    p = float(2 * stdtr(free, -abs(slope / error))) if error > 0 else np.nan
    return row | named | {"p": p, "reason": FEW_REGIONS if len(y) < 10 else ""}


def change_points(
    counts: pd.DataFrame,
    *,
    terms: Sequence[str],
    region: str | None = None,
    year: str = "year",
    n_permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """The year in which each series most likely breaks, by Pettitt's rank test with a permutation p.

    Read `change_year` as the first year of the new level, only where p is small, and beside `breaks`. A
    steady trend also gives a break in its middle; one break is sought, never several. Up to eight years p is
    exact, where it cannot fall below .028 with eight years or .1 with six.

    Parameters
    ----------
    counts, terms, region, year
        As in `trend`.
    n_permutations, seed
        Of the permutation test where there are more than eight years.

    Returns
    -------
    DataFrame
        One row a series and term: key columns, ``term``, ``n_years``, ``change_year``, ``k`` (Pettitt's
        statistic), ``p``, ``per_10k_before``, ``per_10k_after`` (means of the years), ``reason``.

    References
    ----------
    Pettitt 1979, doi:10.2307/2346729.
    """
    series = make_series(counts, terms, region, year)
    rng, rows = np.random.default_rng(seed), []
    for values in rates_of(series):
        known = np.isfinite(values)
        x, years = values[known], series.years[known]
        row = {"n_years": len(x), "change_year": pd.NA, "k": np.nan, "p": np.nan}
        row |= {"per_10k_before": np.nan, "per_10k_after": np.nan, "reason": NO_BREAK}
        if len(x) >= FEWEST_FOR_BREAK:
            ranks = pd.Series(x).rank().to_numpy()
            at, k = _pettitt(ranks[None, :])
            orders = _orders(len(x), n_permutations, rng)
            far = _pettitt(ranks[orders])[1] >= k[0]
            p = far.mean() if len(x) <= 8 else (far.sum() + 1) / (len(far) + 1)
            row |= {"change_year": int(years[at[0]]), "k": k[0], "p": float(p), "reason": ""}
            row |= {"per_10k_before": x[: at[0]].mean(), "per_10k_after": x[at[0] :].mean()}
        rows.append(row)
    table = by_region_and_term(series)
    names = ["n_years", "change_year", "k", "p", "per_10k_before", "per_10k_after", "reason"]
    return table.join(pd.DataFrame(rows, columns=names).astype({"change_year": "Int64", "reason": "str"}))


def _pettitt(ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of ranks where the second part begins, and the largest |U|."""
    n = ranks.shape[1]
    u = np.abs(2 * ranks.cumsum(axis=1)[:, :-1] - np.arange(1, n) * (n + 1))
    return u.argmax(axis=1) + 1, u.max(axis=1)


def _orders(n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """All orderings of n up to eight, otherwise as many random ones as are asked for."""
    if n <= 8:
        return np.array(list(permutations(range(n))))
    return rng.permuted(np.tile(np.arange(n), (draws, 1)), axis=1)
