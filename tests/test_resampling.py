"""Intervals from resampled documents, and honest silence where there is one."""

import numpy as np
import pytest
from small_corpus import counts_table, make_corpus

from toolkit.measures import bootstrap, bootstrap_rates, bootstrap_sentences, wilson
from toolkit.measures.resampling import ONE_UNIT

COUNTS = counts_table(
    *[
        ("A", "a1", "复议", 2, 100),
        ("A", "a2", "复议", 6, 100),
        ("A", "a3", "执法", 9, 100),
        ("B", "b1", "复议", 3, 100),
    ],
    by=("region_id", "doc_id"),
)


def test_wilson_stays_between_nothing_and_all():
    """At 0 of n and n of n the interval touches 0 and 1 and is not empty; of nothing it is NaN."""
    low, high = wilson([0, 10, 0], [10, 10, 0])
    assert (low[0], high[1]) == (0, pytest.approx(1))
    assert high[0] == pytest.approx(1 - low[1])
    assert np.isnan([low[2], high[2]]).all()


def test_documents_are_drawn_whole():
    """The rate of three documents lies in its interval; the same seed gives the same interval."""
    table = bootstrap_rates(COUNTS, terms=["复议"], n_resamples=500).set_index("region_id")
    assert table.loc["A", ["count", "n_tokens", "n_units"]].tolist() == [8, 300, 3]
    assert 0 <= table.loc["A", "low"] <= 8 / 300 * 1e4 <= table.loc["A", "high"] <= 600
    again = bootstrap_rates(COUNTS, terms=["复议"], n_resamples=500).set_index("region_id")
    assert table.equals(again)


def test_one_report_has_no_variance():
    """With one document there is no interval, and the table says why."""
    row = bootstrap_rates(COUNTS, terms=["复议"], n_resamples=50).set_index("region_id").loc["B"]
    assert np.isnan([row["low"], row["high"]]).all()
    assert row["reason"] == ONE_UNIT


def test_sentences_under_their_own_name():
    """Sentence-level resampling gives an interval for one report, and its unit is named."""
    corpus = make_corpus(("a", "A", 2020, "复议 执法 。 复议 。 普法 。"))
    row = bootstrap_sentences(corpus, terms=["复议"], n_resamples=200).iloc[0]
    assert row[["count", "n_tokens", "n_units", "unit"]].tolist() == [2, 4, 3, "sentence"]
    assert row["low"] < row["per_10k"] < row["high"]


def test_constant_values_have_no_width():
    """Equal documents give an interval of one point; one document gives none."""
    assert bootstrap([4, 4, 4]) == (4, 4)
    assert np.isnan(bootstrap([4])).all()
