"""What one region's report gets of a corpus."""

import pytest
from small import small_corpus

from toolkit.reports.slices import Slices, open_corpus, open_slice


def test_sides_are_the_latest_report_and_all_others():
    """The others' counts are the totals of the genre less the region's own, with their own denominator."""
    slices = Slices(
        small_corpus(("1", 2020, "甲 甲"), ("1", 2021, "甲 乙"), ("2", 2020, "甲 丙 丙"), ("3", 2021, "丙"))
    )
    made = slices.slice("1")
    rows = made.sides.set_index(["side", "term"])[["count", "n_documents", "n_tokens", "n_reports"]]
    assert rows.loc["this"].to_dict("index") == {
        "甲": {"count": 1, "n_documents": 1, "n_tokens": 2, "n_reports": 1},
        "乙": {"count": 1, "n_documents": 1, "n_tokens": 2, "n_reports": 1},
    }
    assert rows.loc["others"].to_dict("index") == {
        "甲": {"count": 1, "n_documents": 1, "n_tokens": 4, "n_reports": 2},
        "丙": {"count": 3, "n_documents": 2, "n_tokens": 4, "n_reports": 2},
    }
    assert (made.peers["n_reports"], made.peers["n_regions"], made.peers["years"]) == (2, 2, [2020, 2021])
    assert made.beside.documents["region_id"].tolist() == ["1", "1"]


def test_reports_of_the_same_year_are_preferred_when_there_are_enough():
    """Five other reports of the year make the reference; an older one stays out of it."""
    others = [(str(n), 2021, "甲") for n in range(2, 7)]
    made = Slices(small_corpus(("1", 2021, "乙"), ("9", 2010, "丁"), *others)).slice("1")
    assert made.peers["n_reports"] == 5 and made.peers["years"] == [2021, 2021]
    assert "丁" not in set(made.sides["term"])


def test_a_single_report_stands_beside_its_neighbours():
    """Up to five neighbours in the order of codes, each with its latest report."""
    reports = [(f"{n:02}", year, "甲") for n in range(12) for year in ((2020,) if n == 6 else (2019, 2021))]
    beside = Slices(small_corpus(*reports)).slice("06").beside.documents
    assert beside["region_id"].tolist() == ["04", "05", "06", "07", "08", "09"] or len(beside) == 6
    assert set(beside["year"]) == {2020, 2021}


def test_genres_are_never_mixed():
    """Two genres of one region are two reports, and one must be named."""
    corpus = small_corpus(("1", 2020, "甲"), ("1", 2021, "乙"))
    corpus.documents["genre"] = ["annual report", "work report"]
    slices = Slices(corpus)
    assert [unit.genre for unit in slices.units] == ["annual report", "work report"]
    with pytest.raises(ValueError, match="several reports fit"):
        slices.slice("1")
    assert slices.slice("1", "work report").corpus.documents["year"].tolist() == [2021]
    with pytest.raises(ValueError, match="no report is from region '7'"):
        slices.find("7")


def test_reports_without_a_place_are_listed():
    """A report whose region or year is unknown makes no regional report and is not lost."""
    corpus = small_corpus(("1", 2020, "甲"), ("", 2020, "乙"), ("2", None, "丙"))
    assert [row["path"] for row in Slices(corpus).unplaced] == ["d1.txt", "d2.txt"]


def test_a_saved_slice_opens_as_it_was(tmp_path):
    """A notebook finds in the prepared folder what it would find in the corpus."""
    slices = Slices(small_corpus(("1", 2020, "甲 乙"), ("2", 2021, "甲")))
    slices.save(tmp_path / "one", region="1", genre="annual report")
    slices.save(tmp_path / "all")
    made, opened = slices.slice("1"), open_slice(tmp_path / "one", "1")
    assert opened.sides.equals(made.sides) and opened.peers == made.peers
    assert opened.shared.equals(made.shared) and opened.ranges.equals(made.ranges)
    assert opened.corpus.documents.equals(made.corpus.documents) and len(opened.beside.documents) == 2
    assert len(open_corpus(tmp_path / "all").documents) == 2
    assert open_slice(tmp_path / "all", "1").sides.equals(made.sides)


def test_ranges_need_ten_reports_alike_and_give_quartiles():
    """Ten other reports of the year give the quartiles of their shares; another year or level does not count."""
    others = [(f"{n:02}", 2021, "法" * (n + 1)) for n in range(10)]
    corpus = small_corpus(("1", 2021, "乙"), *others, ("8", 2020, "甲"))
    corpus.sentences.loc[1:4, "role"] = "problem"
    ranges = Slices(corpus).slice("1").ranges.set_index("name")
    assert ranges.loc["problem", ["value", "low", "median", "high", "n_reports"]].tolist() == [0, 0, 0, 1, 10]
    assert ranges.loc["achievement", "value"] == 1


def test_shared_text_is_of_the_own_genre_and_year():
    """A sentence that another region has in the same year is found; that of another genre is not."""
    text = "坚持党的领导全面推进依法行政建设法治政府"
    corpus = small_corpus(("1", 2020, text), ("2", 2020, text), ("3", 2021, text))
    assert Slices(corpus).slice("1").shared[["source", "n_other_regions"]].values.tolist() == [
        ["other regions", 1]
    ]
    corpus.documents["genre"] = ["annual report", "work report", "annual report"]
    assert Slices(corpus).slice("1").shared["source"].tolist() == ["novel"]
