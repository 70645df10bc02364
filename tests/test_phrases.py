"""Phrases are counted as text, with the denominator of the group, and every count has its lines."""

import pandas as pd
import pytest

from toolkit.terms.concordance import kwic
from toolkit.terms.counts import count_groups
from toolkit.terms.phrases import count_phrases


def test_counts_are_the_lines_of_the_concordance(corpus):
    """The sum of a phrase's counts is the number of its concordance lines, also where it is no single token."""
    table = count_phrases(corpus, ["行政复议申请", "行政执法"])
    totals = table.groupby("term")["count"].sum()
    for phrase in ("行政复议申请", "行政执法"):
        assert totals[phrase] == len(kwic(corpus, phrase)) > 0


def test_absent_phrase_is_zero_and_has_its_row(corpus):
    """A report without the phrase counts 0, with its denominator beside it."""
    table = count_phrases(corpus, ["量子纠缠"])
    assert len(table) == 5
    assert list(table["count"]) == [0] * 5
    pd.testing.assert_series_equal(table["n_tokens"], count_groups(corpus, ["region_id", "year"])["n_tokens"])


def test_roles_limit_count_and_denominator(corpus):
    """Counts by role add up to the whole, and so do their denominators."""
    whole = count_phrases(corpus, ["行政执法"])
    roles = ("achievement", "problem", "rectification", "plan", "leadership", "other")
    parts = [count_phrases(corpus, ["行政执法"], roles=[role]) for role in roles]
    assert sum(part["count"].sum() for part in parts) == whole["count"].sum()
    assert sum(part["n_tokens"].sum() for part in parts) == whole["n_tokens"].sum()


def test_no_phrases_give_an_empty_table(corpus):
    """Nothing asked, no rows; the columns stand."""
    table = count_phrases(corpus, [])
    assert len(table) == 0
    assert list(table.columns) == [
        "region_id",
        "year",
        "term",
        "count",
        "n_documents",
        "n_tokens",
        "n_reports",
    ]


def test_names_are_refused_as_groups(corpus):
    """Grouping by a name is refused: names repeat."""
    with pytest.raises(ValueError, match="region"):
        count_phrases(corpus, ["行政执法"], by=["region"])
