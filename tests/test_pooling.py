"""Pooled trends, change points and the table of breaks."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import counts_table

from toolkit.measures import breaks, change_points, pooled_trend
from toolkit.measures.pooling import FEW_REGIONS, FLAT, NO_BREAK, ONE_REGION
from toolkit.measures.trends import TOO_SHORT

RNG = np.random.default_rng(3)
ROWS = []
for region in range(12):
    for year in range(2015, 2022):
        if (region, year) in {(3, 2017), (5, 2021)}:
            continue
        size = int(RNG.integers(800, 1200))
        n = int(RNG.poisson(size * 0.01 * (1 + region) * 1.1 ** (year - 2015)))
        ROWS += [(f"r{region:02}", year, "执法", n, size), (f"r{region:02}", year, "其他", size - n, size)]
COUNTS = counts_table(*ROWS)


def test_fixed_effects_are_those_of_dummies():
    """Slope and clustered error equal a Poisson regression with a dummy for each region."""
    import statsmodels.api as sm

    row = pooled_trend(COUNTS, terms=["执法"]).iloc[0]
    table = COUNTS[COUNTS["term"] == "执法"]
    design = pd.get_dummies(table["region_id"], dtype=float).assign(year=table["year"] - 2018.0)
    model = sm.GLM(table["count"], design, family=sm.families.Poisson(), offset=np.log(table["n_tokens"]))
    groups = pd.factorize(table["region_id"])[0]
    peer = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    assert row["rate_ratio"] == pytest.approx(np.exp(peer.params["year"]))
    from scipy.stats import t

    error = peer.bse["year"] * np.sqrt(12 / 11)
    assert np.log(row["rate_ratio_high"] / row["rate_ratio"]) == pytest.approx(
        t.ppf(0.975, 11) * error, rel=1e-6
    )


def test_balanced_panel_stands_beside():
    """The balanced panel leaves out the two regions with a gap."""
    table = pooled_trend(COUNTS, terms=["执法"]).set_index("panel")
    assert table["n_regions"].to_dict() == {"all regions": 12, "balanced": 10}
    assert table["n_reports"].to_dict() == {"all regions": 82, "balanced": 70}
    assert table["reason"].tolist() == ["", ""]


def test_few_regions_and_years_are_said():
    """Three regions give a number with a warning, one region or three years give none."""
    few = COUNTS[COUNTS["region_id"].isin(["r00", "r01", "r02"])]
    assert pooled_trend(few, terms=["执法"])["reason"].tolist() == [FEW_REGIONS, FEW_REGIONS]
    one = COUNTS[COUNTS["region_id"] == "r00"]
    assert pooled_trend(one, terms=["执法"])["reason"].tolist() == [ONE_REGION] * 2
    short = COUNTS[COUNTS["year"] < 2018]
    table = pooled_trend(short, terms=["执法"])
    assert table["reason"].tolist() == [TOO_SHORT] * 2
    assert table["rate_ratio"].isna().all()


def test_step_is_found():
    """Four years low and four years high break in the fifth; the exact p is 2 / C(8, 4)."""
    rows = [("A", 2010 + i, "放管服", n, 1000) for i, n in enumerate([1, 2, 3, 4, 15, 16, 17, 18])]
    row = change_points(counts_table(*rows), terms=["放管服"]).iloc[0]
    assert row[["change_year", "k"]].tolist() == [2014, 16]
    assert row["p"] == pytest.approx(2 / 70)
    assert (row["per_10k_before"], row["per_10k_after"]) == (25, 165)


def test_short_series_has_no_break():
    """Five years are too few, and the row says so."""
    rows = [("A", 2010 + i, "放管服", n, 1000) for i, n in enumerate([1, 2, 3, 14, 15])]
    row = change_points(counts_table(*rows), terms=["放管服"]).iloc[0]
    assert (row["reason"], row["n_years"]) == (NO_BREAK, 5)
    assert pd.isna(row["change_year"])


def test_level_series_has_no_break():
    """A rate that never changes has no year of change, and the row says so."""
    rows = [("A", 2010 + i, "放管服", 0, 1000) for i in range(7)]
    row = change_points(counts_table(*rows), terms=["放管服"]).iloc[0]
    assert row["reason"] == FLAT
    assert row[["change_year", "k", "p"]].isna().all()


def test_breaks_are_dated_and_sourced():
    """Dates rise, each has a source, and mechanisms are ids of the shipped lexicon."""
    from toolkit.terms.lexicon import read_lexicon

    table = breaks()
    assert table["date"].is_monotonic_increasing
    assert (table["source"] != "").all()
    assert set(" ".join(table["mechanisms"]).split()) <= set(read_lexicon().table["id"])
    assert {"纲要2015", "纲要2021", "行政处罚法修订", "行政复议法修订", "督察工作规定"} <= set(table["label"])
