"""Shares and rates of reports, and which reports are alike."""

from small import small_corpus

from toolkit.reports.rates import alike, role_shares


def test_reports_alike_are_of_one_year_genre_body_and_level():
    """The largest set is taken, of equal ones the latest; a region counts once; no report, no set."""
    corpus = small_corpus(
        ("1", 2020, "甲"), ("2", 2020, "乙"), ("1", 2021, "甲"), ("2", 2021, "乙"), ("3", 2021, "丙")
    )
    assert alike(corpus.documents)["year"].tolist() == [2021] * 3
    corpus.documents.loc[4, "level"] = "city"
    assert alike(corpus.documents)["doc_id"].tolist() == ["d2", "d3"]
    assert alike(corpus.documents.iloc[:0]).empty


def test_shares_of_a_year_say_of_how_many_reports():
    """All reports of a year are one row, labelled with their number; shares sum to 1."""
    shares = role_shares(small_corpus(("1", 2020, "甲"), ("2", 2020, "乙"), ("1", 2021, "丙")), ["year"])
    assert shares["label"].tolist() == ["2020 (n=2)", "2021 (n=1)"] and shares["share"].tolist() == [1, 1]
