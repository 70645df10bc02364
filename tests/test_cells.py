"""The plain formulas keep their identities; published values stand in test_reference_values.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.measures import cells

SIZES = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(60, 500), st.integers(60, 500))


@settings(deadline=None)
@given(SIZES)
def test_keyness_changes_sign_when_sides_swap(table):
    """Signed G2 and both log ratios are antisymmetric in target and reference."""
    a, b, n1, n2 = table
    for measure in (
        lambda *x: cells.log_likelihood(*x, signed=True),
        lambda *x: cells.log_ratio(*x, smoothing=0.5),
        cells.log_ratio_conservative,
        cells.log_ratio,
    ):
        assert measure(a, b, n1, n2) == pytest.approx(-measure(b, a, n2, n1), abs=1e-9, nan_ok=True)


@settings(deadline=None)
@given(SIZES)
def test_doubled_corpus_leaves_effects_and_doubles_g2(table):
    """Twice the corpus: ratios of rates stay, G2 is twice as large."""
    a, b, n1, n2 = table
    doubled = [2 * value for value in table]
    for measure in (cells.log_ratio, cells.percent_difference, cells.odds_ratio, cells.log_dice):
        assert measure(*doubled) == pytest.approx(measure(a, b, n1, n2), nan_ok=True)
    assert cells.log_likelihood(*doubled) == pytest.approx(2 * cells.log_likelihood(a, b, n1, n2), abs=1e-9)


@settings(deadline=None)
@given(SIZES)
def test_conservative_ratio_is_nearer_to_zero(table):
    """LRC never exceeds the plain log ratio, and never has the other sign."""
    plain, careful = cells.log_ratio(*table), cells.log_ratio_conservative(*table)
    if np.isfinite(plain):
        assert abs(careful) <= abs(plain) + 1e-9
        assert careful * plain >= 0


def test_independence_is_nothing():
    """Equal rates on both sides: G2, chi-squared, log ratio, PMI, NPMI, delta P and t are all 0."""
    table = (10, 20, 100, 200)
    for measure in (
        cells.log_likelihood,
        cells.chi_squared,
        cells.log_ratio,
        cells.pointwise_information,
        cells.normalised_information,
        cells.delta_p,
        cells.t_score,
        cells.difference_coefficient,
    ):
        assert measure(*table) == pytest.approx(0, abs=1e-12)


def test_undefined_is_nan():
    """A ratio over a count of 0, or anything over an empty side, is NaN and raises no warning."""
    for measure in (cells.log_ratio, cells.percent_difference, cells.odds_ratio):
        assert np.isnan(measure(3, 0, 100, 100))
    assert np.isnan(cells.log_likelihood(0, 0, 0, 0))
    assert np.isnan(cells.log_ratio_conservative(0, 0, 10, 10))
    assert np.isnan(cells.effect_log_likelihood(1, 0, 10, 10))


def test_arrays_give_what_numbers_give():
    """A column of tables gives the column of single results."""
    a, b = np.array([1, 5, 0]), np.array([2, 0, 7])
    for measure in (
        cells.log_likelihood,
        cells.chi_squared,
        cells.fisher_exact,
        cells.log_ratio_conservative,
    ):
        np.testing.assert_allclose(
            measure(a, b, 50, 60), [measure(x, y, 50, 60) for x, y in zip(a, b, strict=True)]
        )


def test_g2_agrees_with_scipy():
    """G2, chi-squared with and without Yates and p agree with scipy's contingency test."""
    from scipy.stats import chi2_contingency

    table = [[12, 5], [88, 145]]
    for yates in (False, True):
        peer = chi2_contingency(table, correction=yates)
        assert cells.chi_squared(12, 5, 100, 150, yates=yates) == pytest.approx(peer.statistic)
        assert cells.chi_squared_p(peer.statistic) == pytest.approx(peer.pvalue)
    peer = chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert cells.log_likelihood(12, 5, 100, 150) == pytest.approx(peer.statistic)


def test_adjusted_p_by_hand():
    """Benjamini-Hochberg on four p values, one of them missing, as on paper; the order does not matter."""
    np.testing.assert_allclose(cells.adjust([0.01, 0.04, np.nan, 0.03]), [0.03, 0.04, np.nan, 0.04])
    np.testing.assert_allclose(cells.adjust([0.03, 0.01, 0.04, np.nan]), [0.04, 0.03, 0.04, np.nan])


def test_unknown_number_of_cells_is_refused():
    """G2 is over two or four cells, and the error says which is whose."""
    with pytest.raises(ValueError, match="Rayson and Garside"):
        cells.log_likelihood(1, 2, 10, 10, cells=3)
