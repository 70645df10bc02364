"""Similarity pair by pair and for many reports."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import counts_table

from toolkit.measures import containment, cosine, jaccard, js_divergence, similarity

RNG = np.random.default_rng(7)
DENSE = RNG.poisson(1.0, (40, 30))
COUNTS = counts_table(
    *[
        (f"d{i:02}", f"w{j}", int(n), int(row.sum()))
        for i, row in enumerate(DENSE)
        for j, n in enumerate(row)
        if n
    ],
    by=("doc_id",),
)


def test_all_pairs_agree_with_the_formulas():
    """Every pair, once, has what the plain formulas give."""
    table = similarity(COUNTS, measures=["cosine", "jaccard", "containment", "jsd"])
    assert len(table) == 40 * 39 / 2
    for row in table.sample(25, random_state=0).itertuples():
        a, b = DENSE[int(row.doc_id[1:])], DENSE[int(row.other_doc_id[1:])]
        sets = np.flatnonzero(a), np.flatnonzero(b)
        assert row.cosine == pytest.approx(cosine(a, b))
        assert row.jaccard == pytest.approx(jaccard(*sets))
        assert row.containment == pytest.approx(containment(*sets))
        assert row.jsd == pytest.approx(js_divergence(a, b))
        assert row.js_distance == pytest.approx(row.jsd**0.5)


def test_a_report_is_like_itself():
    """Each measure of a report with itself is 1, the divergence 0; a report that is not there gives NaN."""
    pairs = pd.DataFrame({"doc_id": ["d00", "d00"], "other_doc_id": ["d00", "missing"]})
    table = similarity(COUNTS, pairs=pairs, measures=["cosine", "jaccard", "containment", "jsd"])
    assert table.iloc[0, 2:].tolist() == pytest.approx([1, 1, 1, 0, 0], abs=1e-7)
    assert table.iloc[1, 2:].isna().all()


def test_nearest_are_the_most_similar():
    """The three nearest of each group are the first three of all its pairs."""
    table = similarity(COUNTS, nearest=3, measures=["cosine"])
    assert len(table) == 40 * 3
    lengths = np.sqrt((DENSE**2).sum(axis=1))
    cosines = DENSE @ DENSE.T / np.outer(lengths, lengths) - 2 * np.eye(40)
    for i in range(40):
        assert table["cosine"][3 * i : 3 * i + 3].tolist() == pytest.approx(np.sort(cosines[i])[::-1][:3])


def test_too_many_pairs_are_refused():
    """All pairs of thousands of groups are refused, with what to ask for instead."""
    counts = counts_table(*[(f"d{i}", "w", 1, 1) for i in range(3001)], by=("doc_id",))
    with pytest.raises(ValueError, match="nearest=10"):
        similarity(counts)
    with pytest.raises(ValueError, match="measures must be one of"):
        similarity(counts, measures=["simhash"])


def test_nothing_is_like_nothing():
    """Similarity over nothing is undefined."""
    assert np.isnan(jaccard([], []))
    assert np.isnan(containment([], [1]))
    assert np.isnan(cosine([0, 0], [1, 1]))
