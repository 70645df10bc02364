"""Frequencies, TF-IDF and location quotients of a table one can redo by hand."""

import numpy as np
import pandas as pd
import pytest

from toolkit.measures import frequency, location_quotient, tf_idf
from toolkit.schemas import SchemaError

COUNTS = pd.DataFrame(
    [
        ("A", 2020, "复议", 3, 2, 100, 2),
        ("A", 2020, "执法", 97, 2, 100, 2),
        ("B", 2020, "执法", 40, 1, 50, 4),
        ("B", 2020, "普法", 10, 1, 50, 4),
        ("C", 2020, "执法", 0, 0, 0, 0),
    ],
    columns=["region_id", "year", "term", "count", "n_documents", "n_tokens", "n_reports"],
)


def test_frequency_by_hand():
    """Three in a hundred tokens are 300 in ten thousand; two of two reports are all; 执法 has range 2."""
    table = frequency(COUNTS)
    assert table["per_10k"].tolist()[:4] == [300, 9700, 8000, 2000]
    assert table["document_share"].tolist()[:4] == [1, 1, 1 / 4, 1 / 4]
    assert table["range"].tolist() == [1, 2, 2, 1, 2]
    assert table.loc[4, ["per_10k", "document_share"]].isna().all()


def test_measures_keep_their_input_and_their_rows():
    """The grain is unchanged: the same rows plus columns, and the table given stays as it was."""
    before = COUNTS.copy()
    for measure in (frequency, tf_idf, location_quotient):
        pd.testing.assert_frame_equal(measure(COUNTS)[COUNTS.columns], COUNTS)
    pd.testing.assert_frame_equal(COUNTS, before)


def test_doubled_corpus_leaves_every_rate():
    """Every count and size twice: rates, shares and quotients are the same."""
    numbers = ["count", "n_documents", "n_tokens", "n_reports"]
    doubled = COUNTS.assign(**{name: COUNTS[name] * 2 for name in numbers})
    for measure, column in ((frequency, "per_10k"), (location_quotient, "location_quotient")):
        pd.testing.assert_series_equal(measure(doubled)[column], measure(COUNTS)[column])


def test_location_quotient_by_hand():
    """普法 is 1/5 of B's tokens and 1/15 of all: three times its share."""
    table = location_quotient(COUNTS).set_index(["region_id", "term"])["location_quotient"]
    assert table["B", "普法"] == pytest.approx((10 / 50) / (10 / 150))
    assert table["A", "执法"] == pytest.approx((97 / 100) / (137 / 150))


def test_tf_idf_of_a_term_of_all_groups():
    """quanteda gives 0 to a term of every group, scikit-learn keeps it with idf 1."""
    counts = COUNTS.head(4)
    quanteda = tf_idf(counts, scheme="quanteda").set_index(["region_id", "term"])["tf_idf"]
    assert quanteda["A", "执法"] == 0
    assert quanteda["B", "普法"] == pytest.approx(10 * np.log10(2))
    sklearn = tf_idf(counts)
    assert sklearn.loc[sklearn["term"] == "执法", "idf"].tolist() == [1, 1]
    assert (sklearn["tf_idf"] ** 2).groupby(sklearn["region_id"]).sum().tolist() == pytest.approx([1, 1])


def test_sublinear_tf():
    """Ten occurrences weigh 1 + ln 10 where tf is logarithmic."""
    table = tf_idf(COUNTS.head(4), scheme="quanteda", tf="log")
    assert table["tf"].tolist()[3] == pytest.approx(1 + np.log(10))


def test_misuse_is_named():
    """An unknown scheme and a missing column are said in a sentence."""
    with pytest.raises(ValueError, match="not 'bm25'"):
        tf_idf(COUNTS, scheme="bm25")
    with pytest.raises(SchemaError, match="n_tokens"):
        frequency(COUNTS.drop(columns="n_tokens"))
