"""What makes two years differ, and what comes and goes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_corpus import counts_table, make_corpus

from toolkit.measures import js_divergence, new_and_vanished, word_shift

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8)


@settings(deadline=None, max_examples=30)
@given(PAIRS)
def test_contributions_sum_to_the_difference(pairs):
    """Whatever the counts, contributions sum to the divergence, and none is negative."""
    n = [sum(side) for side in zip(*pairs, strict=True)]
    if min(n) == 0:
        return
    rows = [(str(year), f"w{i}", pair[year], n[year]) for year in (0, 1) for i, pair in enumerate(pairs)]
    counts = counts_table(*rows, by=("year",))
    a, b = np.array(pairs).T
    shift = word_shift(counts, target={"year": "0"})
    assert shift["contribution"].sum() == pytest.approx(js_divergence(a, b), abs=1e-12)
    assert (shift["contribution"] >= -1e-15).all()


SERIES = {
    2014: ("计划生育", 3),
    2015: ("计划生育", 2),
    2016: ("", 0),
    2017: ("放管服", 2),
    2019: ("放管服", 4),
}
COUNTS = counts_table(
    *[("A", year, term, n, 100) for year, (term, n) in SERIES.items() if n],
    *[("A", year, "执法", 90, 100) for year in SERIES],
    *[("B", 2017, "放管服", 5, 100)],
)


def test_new_and_vanished_terms():
    """New after three reports without, vanished before three; a region with one report shows neither."""
    table = new_and_vanished(COUNTS)
    assert table["region_id"].tolist() == ["A", "A"]
    assert table["term"].tolist() == ["放管服", "计划生育"]
    assert table["status"].tolist() == ["new", "vanished"]
    assert table.loc[0, ["first_year", "n_years_before"]].tolist() == [2017, 3]
    assert table.loc[1, ["last_year", "n_years_after"]].tolist() == [2015, 3]


def test_missing_years_prove_no_absence():
    """The year 2018 has no report: it does not count as a year without the term."""
    table = new_and_vanished(COUNTS, min_years=4)
    assert table.empty


def test_first_evidence_is_a_sentence():
    """With the corpus each row carries the first sentence that holds the term, page furniture left out."""
    corpus = make_corpus(("a", "A", 2017, "放管服 。 推进 放管服 改革 。"), roles={0: "meta"})
    table = new_and_vanished(COUNTS, corpus, terms=["放管服", "计划生育"])
    assert table["evidence"].tolist() == ["推进放管服改革。", ""]
    assert table.loc[0, ["doc_id", "sentence_no"]].tolist() == ["a", 1]
