"""Weighted log odds: smoothed by a background, antisymmetric, and tidylo's variant under its own name."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import counts_table

from toolkit.measures import log_odds, tidylo_log_odds, weighted_log_odds

COUNTS = counts_table(
    *[("A", 2020, "复议", 9, 100), ("A", 2020, "执法", 91, 100)],
    *[("B", 2020, "复议", 5, 200), ("B", 2020, "执法", 195, 200)],
    *[("C", 2020, "复议", 1, 100), ("C", 2020, "执法", 98, 100), ("C", 2020, "普法", 1, 100)],
)


def test_prior_comes_from_the_background():
    """Pseudo-counts are the background's shares of prior_tokens, and the formula is equation 22."""
    table = log_odds(COUNTS, target={"region_id": "A"}, reference={"region_id": "B"}, prior_tokens=40)
    prior = np.array([15, 384, 1]) / 400 * 40
    assert table.set_index("term")["prior"].to_dict() == pytest.approx({"复议": prior[0], "执法": prior[1]})
    z = weighted_log_odds([9, 91, 0], [5, 195, 0], prior)[1]
    assert table["z"].tolist() == pytest.approx([z[0], z[1]])


def test_sides_swap():
    """Target and reference exchanged change the sign of z."""
    one = log_odds(COUNTS, target={"region_id": "A"}, reference={"region_id": "B"}).set_index("term")
    two = log_odds(COUNTS, target={"region_id": "B"}, reference={"region_id": "A"}).set_index("term")
    np.testing.assert_allclose(one["z"], -two.loc[one.index, "z"])


def test_prior_draws_rare_terms_to_the_background():
    """The heavier the prior, the nearer to 0 is every log odds ratio."""
    light, heavy = (
        log_odds(COUNTS, target={"region_id": "A"}, prior_tokens=n).set_index("term")["log_odds"]
        for n in (1, 10_000)
    )
    assert (heavy.abs() < light.loc[heavy.index].abs()).all()


def test_background_without_a_term_still_has_odds():
    """A term that the background lacks gets half an occurrence there: finite odds, no warning."""
    background = COUNTS[COUNTS["term"] != "普法"]
    table = log_odds(COUNTS, target={"region_id": "C"}, background=background, min_documents=1)
    assert np.isfinite(table["z"]).all()


def test_tidylo_keeps_rows():
    """tidylo's mode returns the same rows, and a term more frequent here than elsewhere is positive."""
    table = tidylo_log_odds(COUNTS)
    pd.testing.assert_frame_equal(table[COUNTS.columns], COUNTS)
    assert table.loc[0, "log_odds_weighted"] > 0
    with pytest.raises(ValueError, match="variance must be one of"):
        weighted_log_odds([1], [1], 1, variance="three terms")
