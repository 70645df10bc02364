"""Change over the years within a region, on as few points as there are, and honest about it."""

from collections.abc import Sequence
from functools import cache
from math import comb, prod
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from toolkit.measures import cells
from toolkit.measures.grids import make_grid
from toolkit.schemas import need
from toolkit.terms.counts import keys

FEWEST, FEWEST_FOR_P, LONGEST_EXACT = 4, 5, 60
MOST_CELLS = 50_000_000
_AT_ONCE = 20_000  # series whose pairs of years are in memory together
TOO_SHORT = "fewer than four years with a report: no trend"
NO_P = "four years: no exact p can fall below .083"
TOO_RARE = "the term occurs in fewer than two years: no rate"
Array = NDArray[np.float64]


class MannKendall(NamedTuple):
    """Mann-Kendall test of one series: n, S, its variance, z, normal p, tau-a, exact p (from five points)."""

    n: int
    s: float
    var_s: float
    z: float
    p: float
    tau: float
    p_exact: float


@cache
def exact_p(s: int, n: int, ties: tuple[int, ...] = ()) -> float:
    """Two-sided exact p of Mann-Kendall's S among all orderings of n values with these tie sizes.

    Orderings by discordant pairs are the coefficients of the Gaussian multinomial: the product of 1 - q**m for
    m to n, over the same products for the sizes of the ties (an untied value is a tie of one).
    """
    untied = comb(n, 2) - sum(comb(t, 2) for t in ties)
    ways = [1] + [0] * untied
    for m in range(1, n + 1):
        for k in range(untied, m - 1, -1):
            ways[k] -= ways[k - m]
    for m in (m for t in (*ties, *[1] * (n - sum(ties))) for m in range(1, t + 1)):
        for k in range(m, untied + 1):
            ways[k] += ways[k - m]
    return sum(number for k, number in enumerate(ways) if abs(untied - 2 * k) >= abs(s)) / sum(ways)


def mann_kendall(values: ArrayLike) -> MannKendall:
    """Monotone trend of one series; missing values (NaN) are left out first.

    S is the number of later-greater pairs minus later-smaller ones. The normal p (continuity- and
    tie-corrected) is poor below ten points; `p_exact` holds for up to 60 and is NaN below five. Serial
    correlation makes both too small.

    References
    ----------
    Mann 1945, doi:10.2307/1907187; Kendall 1975.
    """
    from scipy.special import ndtr

    x = np.asarray(values, dtype=float)
    x = x[np.isfinite(x)]
    n = len(x)
    s = float(np.sign(x[None, :] - x[:, None])[np.triu_indices(n, 1)].sum())
    ties = _ties(x)
    var = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - np.sign(s)) / np.sqrt(var) if var > 0 else np.nan
    exact = exact_p(int(s), n, ties) if FEWEST_FOR_P <= n <= LONGEST_EXACT else np.nan
    tau = s / (n * (n - 1) / 2) if n > 1 else np.nan
    return MannKendall(n, s, var, float(z), float(2 * ndtr(-abs(z))), tau, exact)


def sen_slope(values: ArrayLike, years: ArrayLike | None = None) -> float:
    """Median of the slopes of all pairs of points; gaps in the years count as gaps. NaN below two points.

    Sen 1968, doi:10.1080/01621459.1968.10480934.
    """
    x = np.asarray(values, dtype=float)
    t = np.arange(len(x)) if years is None else np.asarray(years, dtype=float)
    return float(_slopes(x[None], t)[0][0]) if np.isfinite(x).sum() > 1 else np.nan


def _slopes(rows: Array, years: Array) -> tuple[Array, Array]:
    """Sen's slope and Mann-Kendall's S of many series with at least two points each; NaN is no point."""
    i, j = np.triu_indices(len(years), 1)
    slopes, s = np.empty(len(rows)), np.empty(len(rows))
    for start in range(0, len(rows), _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        pairs = np.sort((rows[block][:, j] - rows[block][:, i]) / (years[j] - years[i]), axis=1)
        there = np.isfinite(pairs).sum(axis=1)  # sorted, what is missing stands last
        s[block] = np.nansum(np.sign(pairs), axis=1)
        middle = np.take_along_axis(pairs, np.stack([(there - 1) // 2, there // 2], axis=1), axis=1)
        slopes[block] = middle.mean(axis=1)
    return slopes, s


def _exact(rows: Array, s: Array) -> Array:
    """The exact p of many series; see `exact_p`."""
    n = np.isfinite(rows).sum(axis=1)
    ordered = np.sort(rows, axis=1)
    tied = (np.diff(ordered, axis=1) == 0).any(axis=1)
    p = np.full(len(rows), np.nan)
    for at in np.flatnonzero((n >= FEWEST_FOR_P) & (n <= LONGEST_EXACT)):
        ties = _ties(ordered[at, : n[at]]) if tied[at] else ()
        p[at] = exact_p(int(s[at]), int(n[at]), ties)
    return p


def _ties(x: Array) -> tuple[int, ...]:
    """Sizes of the groups of equal values."""
    return tuple(int(t) for t in np.unique(x, return_counts=True)[1] if t > 1)


class PoissonFit(NamedTuple):
    """Coefficients (series x terms of the design), their covariances, Pearson dispersion, deviance."""

    beta: Array
    covariance: Array
    dispersion: Array
    deviance: Array


def poisson_fit(counts: ArrayLike, design: ArrayLike, exposure: ArrayLike) -> PoissonFit:
    """Poisson regression with log link and offset ln(exposure), for many series at once.

    ``counts`` and ``exposure`` are series x points (exposure 0 where there is no report), ``design`` is
    points x coefficients with an intercept first. Series must have positive counts at as many points as there
    are coefficients, otherwise the maximum need not exist.
    """
    from scipy.special import xlogy

    y, x = np.atleast_2d(np.asarray(counts, float)), np.asarray(design, float)
    size = np.broadcast_to(np.asarray(exposure, float), y.shape)
    beta = np.zeros((len(y), x.shape[1]))
    beta[:, 0] = np.log(y.sum(axis=1) / size.sum(axis=1))
    for _ in range(100):
        mean = size * np.exp(beta @ x.T)
        information = np.einsum("st,tk,tl->skl", mean, x, x)
        step = np.linalg.solve(information, ((y - mean) @ x)[..., None])[..., 0]
        beta += np.clip(step, -2, 2)
        if np.abs(step).max(initial=0) < 1e-10:
            break
    mean = size * np.exp(beta @ x.T)
    there = mean > 0
    safe = np.where(there, mean, 1.0)
    pearson = np.where(there, (y - mean) ** 2 / safe, 0).sum(axis=1)
    free = there.sum(axis=1) - x.shape[1]
    dispersion = np.where(free > 0, pearson / np.maximum(free, 1), np.nan)
    deviance = 2 * np.where(there, xlogy(y, np.where(y > 0, y, 1) / safe) - (y - mean), 0).sum(axis=1)
    return PoissonFit(beta, np.linalg.inv(information), dispersion, deviance)


def poisson_rate(counts: ArrayLike, tokens: ArrayLike, years: ArrayLike) -> pd.DataFrame:
    """Rate of change of many series of counts by Poisson regression on the year, offset ln(tokens); a row each.

    Columns: ``rate_ratio`` (per year; 1.1 is ten per cent more a year), ``rate_ratio_low``,
    ``rate_ratio_high`` (95 %), ``dispersion`` (Pearson chi-squared over degrees of freedom; 1 is Poisson),
    ``model``. Where dispersion is above 1 the interval is widened by its root and taken from t
    ("quasi-Poisson"); below 1 it is not narrowed ("Poisson"). Single series of a region are too short for the
    dispersion of a negative binomial to be estimated: `negative_binomial` is there for long ones.
    """
    from scipy.special import ndtri, stdtrit

    y, size = np.atleast_2d(np.asarray(counts, float)), np.atleast_2d(np.asarray(tokens, float))
    t = np.asarray(years, float)
    fit = poisson_fit(y, np.column_stack([np.ones_like(t), t - t.sum() / max(len(t), 1)]), size)
    wide = fit.dispersion > 1
    free = np.maximum((size > 0).sum(axis=1) - 2, 1)
    error = np.sqrt(fit.covariance[:, 1, 1] * np.where(wide, fit.dispersion, 1))
    margin = np.where(wide, stdtrit(free, 0.975), ndtri(0.975)) * error
    slope = fit.beta[:, 1]
    ends = {"rate_ratio": slope, "rate_ratio_low": slope - margin, "rate_ratio_high": slope + margin}
    with np.errstate(over="ignore"):
        table = pd.DataFrame({name: np.exp(value) for name, value in ends.items()})
    return table.assign(dispersion=fit.dispersion, model=np.where(wide, "quasi-Poisson", "Poisson"))


class Series(NamedTuple):
    """Counts of terms by region and year: counts[region, term, year], tokens[region, year] (0: no report)."""

    keys: pd.DataFrame
    years: np.ndarray
    terms: pd.Index
    counts: np.ndarray
    tokens: np.ndarray


def make_series(counts: pd.DataFrame, terms: Sequence[str] | None, region: str | None, year: str) -> Series:
    """Lay a counts table out by region (or every key but the year), term and year.

    Groups of an unknown year or place, which are no series, and groups without tokens are left out.
    """
    names = [name for name in keys(counts) if name != year] if region is None else [region]
    need(counts, [*names, year], "A series over the years")
    known = counts[year].notna() & (counts["n_tokens"] > 0)
    for name in (name for name in names if name.startswith("region")):
        known &= counts[name] != ""
    grid = make_grid(counts if known.all() else counts[known], [*names, year], terms)
    years = np.sort(grid.groups[year].unique()).astype(np.int64)
    frame = grid.groups.drop_duplicates(names)[names] if names else pd.DataFrame(index=[0])
    shape = len(frame), len(grid.terms), len(years)
    if prod(shape) > MOST_CELLS:
        raise ValueError(
            "{} regions x {} terms x {} years are too many to lay out; choose terms=[...], for instance those "
            "of the lexicon or the most frequent ones.".format(*shape)
        )
    line = grid.groups.groupby(names, observed=True, dropna=False).ngroup() if names else 0
    column = np.searchsorted(years, grid.groups[year])
    block, tokens = np.zeros(shape), np.zeros((len(frame), len(years)))
    block[line, :, column] = grid.counts.toarray()
    tokens[line, column] = grid.sizes
    return Series(frame.reset_index(drop=True), years, grid.terms, block, tokens)


def first_and_last(there: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last year for which each row is true."""
    first = np.where(there, years, 9999).min(axis=1, initial=9999)
    return first, np.where(there, years, 0).max(axis=1, initial=0)


def lines_of(series: Series) -> pd.DataFrame:
    """One row a region and term: keys, term, n_years, first_year, last_year, n_missing (years between)."""
    there = series.tokens > 0
    (first, last), n_years = first_and_last(there, series.years), there.sum(axis=1)
    ends = {"n_years": n_years, "first_year": first, "last_year": last}
    ends["n_missing"] = last - first + 1 - n_years
    region, term = np.indices(series.counts.shape[:2]).reshape(2, -1)
    table = series.keys.iloc[region].reset_index(drop=True).assign(term=series.terms[term])
    return table.assign(**{name: values[region] for name, values in ends.items()})


def rates_of(series: Series) -> np.ndarray:
    """Rates per 10,000 tokens, one row for each region and term; NaN where there is no report."""
    size = np.where(series.tokens > 0, series.tokens, np.nan)[:, None, :]
    n_regions, n_terms, n_years = series.counts.shape
    return (series.counts / size * 1e4).reshape(n_regions * n_terms, n_years)


def trend(
    counts: pd.DataFrame, *, terms: Sequence[str] | None = None, region: str | None = None, year: str = "year"
) -> pd.DataFrame:
    """Trend of each term within each region over the years that have a report.

    Read `slope` (how much) beside `p_exact` (whether the order of the years could be chance) and `reason`. A
    region's years without a report are left out, never taken as 0; a report without the term is 0. Reports of
    an unknown region or year are in no series. `slope` is 0 where most pairs of years are equal, as for a rare
    term: then read `s` and `rate_ratio`. It
    misleads where wording changes by decree (see the table of breaks), where the segmenter or genre changes,
    and where many terms are tried: then read `p_adjusted`. Reports copy their own last year, so neighbouring
    years are not independent.

    Parameters
    ----------
    counts
        From `count_terms`, by region and year. Pass `terms` here rather than filtering the table: a report
        without any of the terms has no row of its own and would count as missing.
    terms
        Terms to look at, as the segmenter writes them (else see `count_phrases`); all of the table by default.
    region
        Key column that names the series, normally ``"region_id"``; by default all key columns but the year.
    year
        Key column of the year.

    Returns
    -------
    DataFrame
        One row a series and term: key columns, ``term``, ``n_years`` (with a report), ``first_year``,
        ``last_year``, ``n_missing`` (years between without a report), ``slope`` (Sen; per 10,000 tokens per
        year), ``s`` (Mann-Kendall), ``p_exact`` (two-sided; from five years), ``p_adjusted``
        (Benjamini-Hochberg over the table), ``rate_ratio`` with ``rate_ratio_low`` and ``rate_ratio_high``
        (Poisson, per year, 95 %), ``dispersion``, ``model`` and ``reason`` (why a value is missing; empty
        otherwise).

    Raises
    ------
    ValueError
        Where there are too many series to lay out.

    References
    ----------
    Sen 1968, doi:10.1080/01621459.1968.10480934; Mann 1945, doi:10.2307/1907187.
    """
    series = make_series(counts, terms, region, year)
    table, rates = lines_of(series), rates_of(series)
    y, size = series.counts.reshape(rates.shape), np.repeat(series.tokens, len(series.terms), axis=0)
    long = table["n_years"].to_numpy() >= FEWEST
    table[["slope", "s", "p_exact"]] = np.nan
    slope, s = _slopes(rates[long], series.years)
    table.loc[long, ["slope", "s", "p_exact"]] = np.column_stack([slope, s, _exact(rates[long], s)])
    table["p_adjusted"] = cells.adjust(table["p_exact"])
    common = long & ((y > 0).sum(axis=1) >= 2)
    table = table.join(poisson_rate(y[common], size[common], series.years).set_axis(np.flatnonzero(common)))
    reasons = [~long, long & ~common, table["n_years"].to_numpy() < FEWEST_FOR_P]
    table["model"] = table["model"].fillna("").astype("str")
    return table.assign(reason=pd.array(np.select(reasons, [TOO_SHORT, TOO_RARE, NO_P], ""), dtype="str"))


def year_over_year(
    counts: pd.DataFrame, *, terms: Sequence[str] | None = None, region: str | None = None, year: str = "year"
) -> pd.DataFrame:
    """Each year against the year before, within each region.

    Read `log2_ratio` with its interval: an interval across 0 is no evidence of change. A year whose
    predecessor has no report keeps its row with NaN: changes are never taken across a gap. p takes tokens for
    independent draws and is too small for words that come in clusters; terms absent from both years (or from
    the first of a series) have no row.

    Parameters
    ----------
    counts, terms, region, year
        As in `trend`.

    Returns
    -------
    DataFrame
        Key columns and year, ``term``, ``count``, ``n_tokens``, ``previous_count``, ``previous_n_tokens``,
        ``per_10k``, ``previous_per_10k``, ``difference`` (per 10,000 tokens), ``ratio`` (NaN over nothing),
        ``log2_ratio`` (Walter, always defined) with ``log2_low`` and ``log2_high`` (95 %), ``p`` (G2),
        ``p_adjusted`` (Benjamini-Hochberg over the table).

    References
    ----------
    Walter 1975, doi:10.1093/biomet/62.2.371; Benjamini & Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    series = make_series(counts, terms, region, year)
    there = series.tokens > 0
    follows = np.zeros_like(there)
    follows[:, 1:] = there[:, :-1] & (np.diff(series.years) == 1)
    before = np.where(follows[:, None, :], np.roll(series.counts, 1, axis=2), np.nan)
    asked = there[:, None, :] & ((series.counts > 0) | (before > 0))
    line, column, term = np.nonzero(asked.swapaxes(1, 2))
    b, a = before[line, term, column], series.counts[line, term, column]
    n1 = series.tokens[line, column]
    n2 = np.where(follows[line, column], series.tokens[line, column - 1], np.nan)
    log2 = cells.log_ratio(a, b, n1, n2, smoothing=0.5)
    variance = sum(1 / (k + 0.5) - 1 / (n + 0.5) for k, n in ((a, n1), (b, n2)))
    margin = 1.959964 * np.sqrt(variance) / np.log(2)
    p = cells.chi_squared_p(cells.log_likelihood(a, b, n1, n2))
    rate, previous = a / n1 * 1e4, b / n2 * 1e4
    keyed = series.keys.iloc[line].reset_index(drop=True).assign(**{year: series.years[column]})
    return keyed.assign(
        term=series.terms[term],
        count=a.astype(np.int64),
        n_tokens=n1.astype(np.int64),
        previous_count=pd.array(b, dtype="Int64"),
        previous_n_tokens=pd.array(n2, dtype="Int64"),
        per_10k=rate,
        previous_per_10k=previous,
        difference=rate - previous,
        ratio=rate / np.where(previous > 0, previous, np.nan),
        log2_ratio=log2,
        log2_low=log2 - margin,
        log2_high=log2 + margin,
        p=p,
        p_adjusted=cells.adjust(p),
    )
