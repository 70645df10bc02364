"""Trends over all regions together, and years in which a series breaks."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.trends import FEWEST, TOO_RARE, TOO_SHORT, lines_of, make_series, rates_of

FEW_REGIONS = "fewer than ten regions: clustered errors are too small"
ONE_REGION = "fewer than two regions with the term: no clustered error"
FEWEST_FOR_BREAK, NO_BREAK = 6, "fewer than six years with a report: no change point"
FLAT = "the rate never changes: no change point"
NOTHING = (pd.NA, *[np.nan] * 4)


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
    """NB2 regression of counts on one variable: const, beta, its se, alpha (overdispersion) and llf.

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
    """Yearly rate ratio over all regions, each held against itself, beside the balanced panel.

    Read the two panels together: where they differ, the change of the collection moves the trend. Poisson
    regression with an effect for each region; errors are clustered by region, so that overdispersion and
    serial correlation within a region are allowed for. Regions that never use the term carry no information
    and are not counted.

    Parameters
    ----------
    counts, region, year
        As in `trend`.
    terms
        Terms to look at.

    Returns
    -------
    DataFrame
        Two rows a term: ``term``, ``panel`` (all regions; balanced: the years that half of the regions report
        on, and the regions with all of these), ``n_regions`` (with the term), ``n_reports``, ``n_years``,
        ``rate_ratio``, ``rate_ratio_low``, ``rate_ratio_high`` (per year, 95 %, t with n_regions - 1), ``p``,
        ``reason``. Reports and years are those of the regions counted.

    References
    ----------
    Hausman, Hall & Griliches 1984, doi:10.2307/1911191; Wooldridge 1999, doi:10.1016/S0304-4076(98)00033-5.
    """
    series = make_series(counts, terms, region, year)
    there = series.tokens > 0
    usual = 2 * there.sum(axis=0) >= len(there)
    whole = there[:, usual].all(axis=1)
    panels = {"all regions": np.ix_(whole | True, usual | True), "balanced": np.ix_(whole, usual)}
    rows = []
    for k, term in enumerate(series.terms):
        for panel, cells in panels.items():
            y, size, years = series.counts[:, k][cells], series.tokens[cells], series.years[cells[1].ravel()]
            rows.append({"term": term, "panel": panel} | _fixed_effects(y, size, years.astype(float)))
    return pd.DataFrame(rows)


def _fixed_effects(y: np.ndarray, size: np.ndarray, years: np.ndarray) -> dict[str, object]:
    """Conditional Poisson slope with clustered error; region effects are concentrated out."""
    from scipy.special import stdtr, stdtrit

    used = (y.sum(axis=1) > 0) & ((size > 0).sum(axis=1) > 1)
    seen = (size[used] > 0).any(axis=0)
    y, size, years = y[used][:, seen], size[used][:, seen], years[seen]
    row = {"n_regions": len(y), "n_reports": int((size > 0).sum()), "n_years": len(years)}
    names = ("rate_ratio", "rate_ratio_low", "rate_ratio_high", "p")
    tests = (len(years) < FEWEST, len(y) < 2, (y.sum(axis=0) > 0).sum() < 2)
    if any(tests):
        reason = (TOO_SHORT, ONE_REGION, TOO_RARE)[tests.index(True)]
        return row | dict.fromkeys(names, np.nan) | {"reason": reason}
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
    p = 2 * stdtr(free, -abs(slope / error)) if error > 0 else np.nan
    values = dict(zip(names, [*np.exp(ends).tolist(), float(p)], strict=True))
    return row | values | {"reason": FEW_REGIONS if len(y) < 10 else ""}


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
        One row a series and term: key columns, ``term``, ``n_years``, ``first_year``, ``last_year``,
        ``n_missing``, ``change_year``, ``k`` (Pettitt's statistic), ``p``, ``per_10k_before``,
        ``per_10k_after`` (means of the years), ``reason``.

    References
    ----------
    Pettitt 1979, doi:10.2307/2346729.
    """
    series = make_series(counts, terms, region, year)
    rng = np.random.default_rng(seed)
    rows = [_change(series.years, values, n_permutations, rng) for values in rates_of(series)]
    names = ["change_year", "k", "p", "per_10k_before", "per_10k_after", "reason"]
    types = {"change_year": "Int64", "reason": "str"} | dict.fromkeys(names[1:5], "float64")
    found = pd.DataFrame(rows, columns=names).astype(types)
    return lines_of(series).join(found)


def _change(years: np.ndarray, rates: np.ndarray, draws: int, rng: np.random.Generator) -> tuple:
    """Year, statistic, p, the two levels, and why there are none."""
    known = np.isfinite(rates)
    x, years, n = rates[known], years[known], int(known.sum())
    if n < FEWEST_FOR_BREAK:
        return (*NOTHING, NO_BREAK)
    ranks = pd.Series(x).rank().to_numpy()
    (at,), (k,) = _pettitt(ranks[None, :])
    if not k:
        return (*NOTHING, FLAT)
    exact = n <= 8
    orders = permutations(ranks) if exact else rng.permuted(np.tile(ranks, (draws, 1)), axis=1)
    far = _pettitt(np.array(list(orders)))[1] >= k
    p = far.mean() if exact else (far.sum() + 1) / (draws + 1)
    return int(years[at]), float(k), float(p), x[:at].mean(), x[at:].mean(), ""


def _pettitt(ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of ranks where the second part begins, and the largest |U|."""
    n = ranks.shape[1]
    u = np.abs(2 * ranks.cumsum(axis=1)[:, :-1] - np.arange(1, n) * (n + 1))
    return u.argmax(axis=1) + 1, u.max(axis=1)
