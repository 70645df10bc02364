"""What one region's report gets of a corpus."""

import pytest
from conftest import SEEDS
from pandas.testing import assert_frame_equal
from small import small_corpus

from toolkit.builds import build_store
from toolkit.pipeline import read_corpus
from toolkit.reports import parts, sheets
from toolkit.reports import slices as slices_module
from toolkit.reports.slices import Slices, open_corpus, open_slice
from toolkit.store import forget
from toolkit.stored import Store, open_store


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
    unit = slices.find("1", "annual report")
    slices.save(tmp_path / "one", unit, slices.load(slices.units))
    slices.save_whole(tmp_path / "all")
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


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The seeds as a store of parts of two files, and read into memory."""
    place = tmp_path_factory.mktemp("seeds") / "store"
    build_store(SEEDS, place, part_size=2, progress=False)
    return place


def same(one, two):
    """Whether two slices hold the same rows."""
    assert one.peers == two.peers
    for name in ("sides", "shared", "ranges"):
        assert_frame_equal(getattr(one, name), getattr(two, name))
    for name in ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates"):
        assert_frame_equal(getattr(one.beside, name), getattr(two.beside, name))


def test_a_store_and_the_corpus_in_memory_give_the_same_slices(stored, corpus, tmp_path):
    """Units, hashes and every table of every slice are equal; so are those from tables kept on the disk."""
    memory, parts = Slices(corpus), Slices(open_store(stored), tmp_path / "tables")
    assert memory.units == parts.units and memory.digest == parts.digest
    held = parts.load(parts.units)
    for unit in memory.units:
        same(memory.slice(unit.region_id, unit.genre), parts.cut(unit, held))
    again = Slices(open_store(stored), tmp_path / "tables")
    same(again.slice("621122"), memory.slice("621122"))


def test_what_was_computed_before_is_used_only_whole(stored, tmp_path):
    """Kept tables are read, not made again; after one flipped bit they are made again, byte for byte."""
    cache = tmp_path / "tables"
    Slices(open_store(stored), cache).prepare()
    sound = {path.name: path.read_bytes() for path in cache.iterdir()}
    store = open_store(stored)
    object.__setattr__(store, "parts", lambda *tables: pytest.fail("computed again"))
    Slices(store, cache).prepare()
    forget(cache)
    path = cache / "totals.parquet"
    path.write_bytes(path.read_bytes()[:-9] + bytes([path.read_bytes()[-9] ^ 1]) + path.read_bytes()[-8:])
    Slices(open_store(stored), cache).prepare()
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == sound


def test_a_store_of_many_is_never_loaded_whole(stored, tmp_path, monkeypatch):
    """Where whole tables are refused, slices are made all the same, two years and one bundle at a time."""
    monkeypatch.setattr("toolkit.stored.AT_A_TIME", 2)
    few = open_store(stored, large=1000)
    with pytest.raises(ValueError, match="are loaded unasked"):
        _ = few.tokens
    assert "text" not in few.documents
    assert Slices(few).slice("621122").sides.equals(Slices(open_store(stored)).slice("621122").sides)
    Slices(few).save_whole(tmp_path / "all")
    assert isinstance(open_corpus(tmp_path / "all"), Store)


def test_reports_without_a_region_are_in_no_comparison():
    """The terms of a report of an unknown region are neither in the others' counts nor in their tokens."""
    made = Slices(small_corpus(("1", 2020, "甲"), ("2", 2020, "甲 乙"), ("", 2020, "甲 乙 丙"))).slice("1")
    others = made.sides[made.sides["side"] == "others"].set_index("term")["count"]
    assert others.to_dict() == {"甲": 1, "乙": 1} and made.peers["n_reports"] == 1


def test_of_terms_only_others_have_the_most_frequent_stay(monkeypatch):
    """Rarer ones cannot mark a report by their absence; those the report has stay, and so do denominators."""
    monkeypatch.setattr(slices_module, "MOST_OTHERS", 2)
    others = [("2", 2020, "甲 乙 乙 乙 丙 丙 丁"), ("3", 2020, "戊")]
    sides = Slices(small_corpus(("1", 2020, "甲 己"), ("1", 2019, "乙 丙"), *others)).slice("1").sides
    rows = sides[sides["side"] == "others"].set_index("term")
    assert rows["count"].to_dict() == {"甲": 1, "乙": 3, "丙": 2} and set(rows["n_tokens"]) == {8}


def test_reports_without_a_year_share_nothing():
    """Where no report has a year, nothing is compared, and the tables are there all the same."""
    assert Slices(small_corpus(("1", None, "甲"))).load([]).shared.empty


def test_blocks_of_unequal_size_are_joined(monkeypatch):
    """Hundreds of reports in one block and a few in the next are one table, with a row each."""
    monkeypatch.setattr("toolkit.measures.reuse.BLOCK", 140)
    slices = Slices(small_corpus(*[(f"{n:03}", 2020, "甲") for n in range(145)]))
    assert len(slices.load(slices.units).shared) == 145


def test_a_report_that_was_set_aside_is_named_where_its_region_is_told_of(tmp_path, monkeypatch):
    """Of two reports of one region and year the shorter is left out, and the slice and the page name its file."""
    text = "2023年陇西县法治政府建设年度报告\n一、主要举措\n全年办理行政复议案件10件。\n"
    (tmp_path / "长.txt").write_text(f"{text}二、存在的问题\n执法力量不足。\n", encoding="utf-8")
    (tmp_path / "短.txt").write_text(text, encoding="utf-8")
    slices = Slices(read_corpus(tmp_path, duplicates="keep-longest"))
    made, shown = slices.slice("621122"), []
    assert made.peers["dropped"] == ["短.txt"]
    monkeypatch.setattr(sheets, "display", lambda item, **options: shown.append(item.data))
    parts.show_reading(sheets.Sheet(*made, tmp_path, "zh", ["png"]))
    assert any("没有采用" in html and "短.txt" in html for html in shown)


def test_a_row_that_was_set_aside_is_told_from_the_rest_of_its_table(tmp_path):
    """Of a table whose first row is used the second one alone is named, beside a file with a comma in its name."""
    text = "2023年{}法治政府建设年度报告。全年办理行政复议案件10件。"
    (tmp_path / "陇西, 长.txt").write_text(text.format("陇西县") + "执法力量不足。", encoding="utf-8")
    rows = [text.format(region) for region in ("临洮县", "陇西县")]
    (tmp_path / "t.csv").write_text("\n".join(["text", *rows]), encoding="utf-8")
    slices = Slices(read_corpus(tmp_path, duplicates="keep-longest"))
    assert {unit.region_id: slices.slice(unit.region_id).peers["dropped"] for unit in slices.units} == {
        "621122": ["t.csv row 2"],
        "621124": [],
    }
