"""Trends on few points: exact where it can be, silent where it must be."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.measures import mann_kendall, poisson_rate, sen_slope, trend, trends, year_over_year
from toolkit.measures.trends import NO_P, TOO_RARE, TOO_SHORT, exact_p

COLUMNS = ["region_id", "year", "term", "count", "n_documents", "n_tokens", "n_reports"]


def counts_of(region: str, values: dict[int, int], term: str = "放管服", size: int = 1000) -> pd.DataFrame:
    """One region's yearly counts of a term, the rest of the report being 其他."""
    rows = [(region, year, term, n, 1, size, 1) for year, n in values.items() if n]
    rows += [(region, year, "其他", size - n, 1, size, 1) for year, n in values.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=6))
def test_exact_p_is_the_share_of_orderings(values):
    """The exact p, ties and all, is the share of all orderings with an S as far from 0."""
    s = mann_kendall(values).s
    far = [abs(mann_kendall(order).s) >= abs(s) for order in set(permutations(values))]
    ties = tuple(int(n) for n in np.unique(values, return_counts=True)[1] if n > 1)
    assert exact_p(int(s), len(values), ties) == pytest.approx(np.mean(far))


def test_four_points_cannot_be_significant():
    """With four points the smallest exact two-sided p is 2/24, so none is given; with five it is 2/120."""
    assert exact_p(6, 4) == pytest.approx(2 / 24)
    assert np.isnan(mann_kendall([1, 2, 3, 4]).p_exact)
    assert mann_kendall([1, 2, 3, 4, 5]).p_exact == pytest.approx(2 / 120)


def test_reversed_series_has_the_opposite_trend():
    """Time turned round: S and slope change sign, p stays."""
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]
    forward, back = mann_kendall(values), mann_kendall(values[::-1])
    assert (forward.s, forward.p_exact) == (-back.s, back.p_exact)
    assert sen_slope(values) == -sen_slope(values[::-1])


def test_missing_years_stay_missing():
    """A gap of one year is two steps of time, not a zero: the slope of a straight line is unchanged."""
    line = {2016: 2, 2017: 4, 2018: 6, 2020: 10, 2021: 12}
    row = trend(counts_of("A", line), terms=["放管服"]).iloc[0]
    assert row["slope"] == pytest.approx(2 / 1000 * 1e4)
    assert row[["n_years", "first_year", "last_year", "n_missing"]].tolist() == [5, 2016, 2021, 1]
    assert row["p_exact"] == pytest.approx(2 / 120)
    assert row["reason"] == ""


def test_report_without_the_term_is_zero():
    """A year whose report lacks the term counts as 0, not as missing."""
    row = trend(counts_of("A", {2016: 0, 2017: 0, 2018: 5, 2019: 5, 2020: 9}), terms=["放管服"]).iloc[0]
    assert row["n_years"] == 5
    assert row["s"] == 3 * 2 + 2


def test_many_series_at_once_are_each_series_alone(monkeypatch):
    """Slope, S and p of sixty series with gaps and ties, seven at a time, are those of a plain loop over pairs."""
    monkeypatch.setattr(trends, "_AT_ONCE", 7)
    chance = np.random.default_rng(3)
    years = {f"R{n}": [y for y in range(2010, 2020) if chance.random() < 0.8] for n in range(60)}
    table = pd.concat(
        counts_of(name, {year: int(chance.integers(0, 4)) for year in found}) for name, found in years.items()
    )
    rows = trend(table, terms=["放管服"], region="region_id").set_index("region_id")
    for name, found in years.items():
        known = table[(table["region_id"] == name) & (table["term"] == "放管服")].set_index("year")["count"]
        rates = [known.get(year, 0) / 1000 * 1e4 for year in found]
        slopes = [(b - a) / (v - u) for (u, a), (v, b) in combinations(zip(found, rates, strict=True), 2)]
        test = mann_kendall(rates)
        assert rows.loc[name, "slope"] == pytest.approx(np.median(slopes), abs=1e-12)
        assert rows.loc[name, "s"] == test.s
        assert rows.loc[name, "p_exact"] == pytest.approx(test.p_exact, nan_ok=True)


def test_reasons_instead_of_trends():
    """Three years have no trend, four no p, a term of one year no rate; each row says so."""
    table = pd.concat(
        [
            counts_of("A", {2016: 1, 2017: 2, 2018: 3}),
            counts_of("B", {2016: 1, 2017: 2, 2018: 3, 2019: 4}),
            counts_of("C", {2016: 0, 2017: 0, 2018: 3, 2019: 0, 2020: 0}),
        ]
    )
    rows = trend(table, terms=["放管服"]).set_index("region_id")
    assert rows["reason"].to_dict() == {"A": TOO_SHORT, "B": NO_P, "C": TOO_RARE}
    assert rows.loc["A", ["slope", "s", "p_exact", "rate_ratio"]].isna().all()
    assert rows.loc["B", "slope"] == pytest.approx(10)
    assert np.isnan(rows.loc["B", "p_exact"])
    assert np.isnan(rows.loc["C", "rate_ratio"])


def test_poisson_rate_agrees_with_statsmodels():
    """Rate ratio, error and dispersion of two series at once are those of statsmodels' GLM, gap included."""
    import statsmodels.api as sm

    y = np.array([[12, 15, 9, 30, 22, 41, 25], [3, 60, 2, 0, 40, 9, 70]])
    size = np.array([[1000, 1100, 900, 1500, 1200, 1800, 1300], [900, 1000, 1100, 0, 1000, 900, 1000]])
    table = poisson_rate(y, size, range(7))
    for i in range(2):
        there = size[i] > 0
        design = sm.add_constant(np.arange(7)[there])
        peer = sm.GLM(y[i][there], design, family=sm.families.Poisson(), offset=np.log(size[i][there])).fit()
        dispersion = peer.pearson_chi2 / peer.df_resid
        assert table.loc[i, "rate_ratio"] == pytest.approx(np.exp(peer.params[1]))
        assert table.loc[i, "dispersion"] == pytest.approx(dispersion)
        assert table.loc[i, "model"] == ("quasi-Poisson" if dispersion > 1 else "Poisson")
        if dispersion <= 1:
            assert np.log(table.loc[i, ["rate_ratio_low", "rate_ratio_high"]].tolist()) == pytest.approx(
                peer.conf_int()[1]
            )


def test_year_over_year_by_hand():
    """Four in a thousand after two in a thousand is twice as much; after a gap there is no predecessor."""
    table = year_over_year(counts_of("A", {2016: 2, 2017: 4, 2019: 8}), terms=["放管服"]).set_index("year")
    assert table.loc[2017, ["count", "previous_count"]].tolist() == [4, 2]
    assert table.loc[2017, ["difference", "ratio"]].tolist() == pytest.approx([20, 2])
    assert table.loc[2017, "log2_ratio"] == pytest.approx(np.log2((4.5 / 1000.5) / (2.5 / 1000.5)))
    assert table.loc[2017, "log2_low"] < table.loc[2017, "log2_ratio"] < table.loc[2017, "log2_high"]
    assert table.loc[[2016, 2019], ["difference", "ratio", "log2_ratio", "p"]].isna().all(axis=None)


def test_term_that_appears_or_goes():
    """From nothing: the ratio is undefined, the difference and the smoothed log ratio are not."""
    table = year_over_year(counts_of("A", {2016: 0, 2017: 5, 2018: 0}), terms=["放管服"]).set_index("year")
    assert table.index.tolist() == [2017, 2018]
    assert np.isnan(table.loc[2017, "ratio"])
    assert table["difference"].tolist() == [50, -50]
    assert table.loc[2017, "log2_ratio"] == -table.loc[2018, "log2_ratio"]


def test_too_many_series_are_refused():
    """More series than can be laid out are refused with what to do instead."""
    rows = pd.DataFrame(
        {"region_id": np.arange(9000).astype(str), "year": 2020, "term": np.arange(9000).astype(str)}
    )
    table = rows.assign(count=1, n_documents=1, n_tokens=1, n_reports=1)
    with pytest.raises(ValueError, match="choose terms"):
        trend(table)
