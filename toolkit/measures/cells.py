"""Plain formulas over the four cells of a contingency table, so that published values can be checked.

Every function takes ``(a, b, n1, n2)``: ``a`` occurrences among ``n1``, ``b`` among ``n2``. For keyness that
is a term in a target of ``n1`` tokens and in a reference of ``n2``; for collocation a word inside and outside
the windows of another. From a joint count with margins ``(n11, n1x, nx1, n)`` the call is ``f(n11, nx1 - n11,
n1x, n - n1x)``. Numbers or arrays go in, numbers or arrays come out; undefined is NaN.
"""

import math

import numpy as np
from numpy.typing import ArrayLike as Cell
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def _floats(*values: Cell) -> list[Numbers]:
    """The values as float arrays of one shape."""
    return list(np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values)))


def divide(top: Cell, bottom: Cell) -> Numbers:
    """Top over bottom, NaN where the bottom is nothing."""
    top, bottom = _floats(top, bottom)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom == 0, np.nan, top / bottom)[()]


def _log2(values: Cell) -> Numbers:
    """Base-2 logarithm, NaN where there is nothing to take it of."""
    values = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log2(values), np.nan)[()]


def expected(a: Cell, b: Cell, n1: Cell, n2: Cell) -> tuple[Numbers, Numbers]:
    """Observed and expected cells (a, b, rest of n1, rest of n2), each stacked on the first axis.

    Expected is NaN where the whole table or one of its sides is empty: there is nothing to compare.
    """
    a, b, n1, n2 = _floats(a, b, n1, n2)
    observed = np.stack([a, b, n1 - a, n2 - b])
    hits, rest = a + b, n1 + n2 - a - b
    total = np.where(n1 * n2 > 0, n1 + n2, np.nan)
    return observed, np.stack([hits * n1, hits * n2, rest * n1, rest * n2]) / total


def log_likelihood(
    a: Cell, b: Cell, n1: Cell, n2: Cell, *, cells: int = 4, signed: bool = False, williams: bool = False
) -> Numbers:
    """G2, the log-likelihood ratio: how surprising the difference is, not how large it is.

    ``cells=4`` is Dunning's statistic over the whole table (AntConc, quanteda, R corpora), ``cells=2`` the
    sum over the two term cells only (Rayson and Garside, the UCREL calculator); they differ by little for
    rare terms. ``signed`` makes it negative where the term is rarer in the target, ``williams`` divides by
    Williams' q. With one degree of freedom 3.84, 6.63, 10.83, 15.13 are p = .05, .01, .001, .0001. It grows
    with corpus size.

    References
    ----------
    Dunning 1993, Computational Linguistics 19(1); Rayson & Garside 2000, doi:10.3115/1117729.1117730.
    """
    from scipy.special import xlogy

    if cells not in (2, 4):
        raise ValueError(f"cells must be 2 (Rayson and Garside) or 4 (Dunning), not {cells!r}.")
    observed, fitted = expected(a, b, n1, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(observed > 0, observed / fitted, 1.0)
        g2 = 2 * xlogy(observed, ratio)[:cells].sum(axis=0)
    g2 = np.where(np.isfinite(fitted).all(axis=0), np.maximum(g2, 0.0), np.nan)
    if williams:
        g2 = g2 / _williams_q(a, b, n1, n2)
    if signed:
        g2 = g2 * np.sign(divide(a, n1) - divide(b, n2))
    return g2[()]


def _williams_q(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """Williams' correction factor for G2 of a 2x2 table."""
    a, b, n1, n2 = _floats(a, b, n1, n2)
    total, hits = n1 + n2, a + b
    sums = (divide(1, x) + divide(1, y) for x, y in ((n1, n2), (hits, total - hits)))
    return 1 + math.prod(total * inverse - 1 for inverse in sums) / (6 * total)


def chi_squared(a: Cell, b: Cell, n1: Cell, n2: Cell, *, yates: bool = False) -> Numbers:
    """Pearson's chi-squared of the 2x2 table; with ``yates`` the continuity correction.

    Unreliable where an expected cell is below five; quanteda corrects by default, AntConc does not.
    """
    observed, fitted = expected(a, b, n1, n2)
    gap = np.abs(observed - fitted)
    gap = np.maximum(gap - 0.5, 0) if yates else gap
    return np.asarray(divide(gap**2, fitted)).sum(axis=0)[()]


def fisher_exact(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """Two-sided exact p of the 2x2 table; slow (about a millisecond a term), right for very small counts."""
    from scipy.stats import fisher_exact as exact

    def _p(a: float, b: float, n1: float, n2: float) -> float:
        return float(exact([[int(a), int(b)], [int(n1 - a), int(n2 - b)]]).pvalue)

    return np.vectorize(_p, otypes=[float])(*_floats(a, b, n1, n2))[()]


def log_ratio(a: Cell, b: Cell, n1: Cell, n2: Cell, *, smoothing: float = 0.0) -> Numbers:
    """Binary logarithm of the ratio of relative frequencies: each point doubles the ratio.

    ``smoothing=0`` is Hardie's; it is NaN where either count is 0. ``smoothing=0.5`` is Walter's, which adds
    one half to counts and sizes and is defined wherever both sides have tokens. Large for rare terms: read
    it beside a significance.

    References
    ----------
    Hardie 2014, cass.lancs.ac.uk/log-ratio-an-informal-introduction; Walter 1975,
    doi:10.1093/biomet/62.2.371.
    """
    a, b, n1, n2 = _floats(a, b, n1, n2)
    a, b, n1, n2 = (np.where(n1 * n2 > 0, value + smoothing, np.nan) for value in (a, b, n1, n2))
    return _log2(divide(divide(a, n1), divide(b, n2)))


def log_ratio_conservative(
    a: Cell, b: Cell, n1: Cell, n2: Cell, *, confidence: float = 0.95, family: int = 1, positive: bool = False
) -> Numbers:
    """LRC: the end of the confidence interval of the log ratio that is nearer to 0; 0 where it spans 0.

    One number for effect and significance. The Clopper-Pearson interval of a / (a + b) is
    Bonferroni-corrected for a ``family`` of terms. ``positive`` gives the one-sided lower end for positive
    keywords, which may be negative.

    References
    ----------
    Evert 2022, Measuring keyness, doi:10.17605/OSF.IO/CY6MW (R package corpora).
    """
    from scipy.special import betaincinv

    a, b, n1, n2 = _floats(a, b, n1, n2)
    alpha = (1 - confidence) / family / (1 if positive else 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(a > 0, betaincinv(np.maximum(a, 1e-300), b + 1, alpha), 0.0)
        high = np.where(b > 0, betaincinv(a + 1, np.maximum(b, 1e-300), 1 - alpha), 1.0)
        low, high = (np.log2(n2 / n1 * share / (1 - share)) for share in (low, high))
    near = low if positive else np.maximum(low, 0) + np.minimum(high, 0)
    return np.where((a + b > 0) & (n1 * n2 > 0), near, np.nan)[()]


def percent_difference(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """%DIFF: 100 (p1 - p2) / p2; NaN where the reference has none. Gabrielatos & Marchi 2011."""
    return 100 * (divide(divide(a, n1), divide(b, n2)) - 1)


def odds_ratio(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """Odds in the target over odds in the reference; NaN over nothing. Pojanapunya & Todd 2018."""
    a, b, n1, n2 = _floats(a, b, n1, n2)
    return divide(a * (n2 - b), b * (n1 - a))


def bayes_factor(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """BIC: G2 - ln(n1 + n2). Above 2 positive, above 6 strong, above 10 very strong evidence. Wilson 2013."""
    n1, n2 = _floats(n1, n2)
    return log_likelihood(a, b, n1, n2) - np.log(n1 + n2)


def effect_log_likelihood(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """ELL: G2 / (N ln(min E)), from 0 to 1; NaN where the least expected cell is 1 or less.

    Johnston et al. 2006.
    """
    _, fitted = expected(a, b, n1, n2)
    least, total = fitted[:2].min(axis=0), np.add(*_floats(n1, n2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return divide(log_likelihood(a, b, n1, n2), np.where(least > 1, total * np.log(least), 0))


def simple_maths(a: Cell, b: Cell, n1: Cell, n2: Cell, *, smoothing: float = 100.0) -> Numbers:
    """Ratio of frequencies per million after adding ``smoothing``: larger favours common terms.

    Kilgarriff 2009.
    """
    return divide(divide(a, n1) * 1e6 + smoothing, divide(b, n2) * 1e6 + smoothing)


def difference_coefficient(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """(p1 - p2) / (p1 + p2), from -1 to 1. Hofland & Johansson 1982."""
    p1, p2 = divide(a, n1), divide(b, n2)
    return divide(p1 - p2, p1 + p2)


def pointwise_information(
    a: Cell, b: Cell, n1: Cell, n2: Cell, *, power: int = 1, base: float = 2
) -> Numbers:
    """PMI: log(O**power / E), in bits; ``power=3`` is MI3, ``base=math.e`` quanteda's. High for rare pairs."""
    (a, *_), (fitted, *_) = expected(a, b, n1, n2)
    return _log2(divide(a**power, fitted)) / np.log2(base)


def normalised_information(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """NPMI: PMI over -log(O / N), from -1 (never together) over 0 (independent) to 1 (only together).

    Bouma 2009.
    """
    a, n = _floats(a, np.add(*_floats(n1, n2)))
    share = divide(pointwise_information(a, b, n1, n2), -_log2(divide(a, n)))
    return np.where(a == 0, -1.0, share)[()]


def t_score(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """(O - E) / sqrt(O): confidence in the association, high for frequent pairs. Church et al. 1991."""
    (a, *_), (fitted, *_) = expected(a, b, n1, n2)
    return divide(a - fitted, np.sqrt(a))


def dice(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """2 O / (R1 + C1), from 0 to 1. Dice 1945; Smadja et al. 1996."""
    a, b, n1, _ = _floats(a, b, n1, n2)
    return divide(2 * a, n1 + a + b)


def log_dice(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """14 + log2(Dice): at most 14, does not depend on corpus size; a point less is half the share.

    Rychlý 2008.
    """
    return 14 + _log2(dice(a, b, n1, n2))


def delta_p(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """a / n1 - b / n2: how much more likely with the cue than without; directional. Gries 2013."""
    return divide(a, n1) - divide(b, n2)


def minimum_sensitivity(a: Cell, b: Cell, n1: Cell, n2: Cell) -> Numbers:
    """The smaller of O / R1 and O / C1, from 0 to 1. Pedersen & Bruce 1996."""
    return np.minimum(divide(a, n1), divide(a, np.add(*_floats(a, b))))


def chi_squared_p(statistic: Cell) -> Numbers:
    """Upper tail of chi-squared with one degree of freedom, for G2 and chi-squared; the sign is dropped."""
    from scipy.special import chdtrc

    return chdtrc(1, np.abs(np.asarray(statistic, dtype=float)))[()]


def adjust(p: Cell) -> Numbers:
    """Benjamini-Hochberg adjusted p values: the expected share of false finds if all up to here are called so.

    NaN stays NaN and does not count towards the family. Benjamini & Hochberg 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    p = np.asarray(p, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    ranks = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(order) / ranks), 1)
    return adjusted
