"""The comparison: shares of reports, and dated reports side by side without a rank."""

import re
from pathlib import Path

import pandas as pd
import pytest
from conftest import SEEDS
from matplotlib import pyplot
from small import small_corpus

from toolkit.builds import build_store
from toolkit.reports import comparisons, parts, sheets
from toolkit.stored import open_store


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """The HTML shown so far; figures are named, not drawn, and files go to an empty folder."""
    texts = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sheets, "display", lambda item, **options: texts.append(item.data))
    monkeypatch.setattr(
        comparisons, "show_figure", lambda sheet, name, axes, data: texts.append((name, data))
    )
    yield texts
    pyplot.close("all")


def sheet_of(*reports, language="zh", **columns):
    """The sheet of a comparison."""
    corpus = small_corpus(*reports, **columns)
    return sheets.Sheet(corpus, corpus, *[pd.DataFrame()] * 3, {}, Path(), language, ["png"])


def test_disclosure_counts_reports_not_figures(shown):
    """A report that states a figure twice, or one of an earlier year, counts once: no share is above 1."""
    text = "受理 行政复议 案件 35 件 ， 上年 受理 行政复议 案件 30 件 。"
    comparisons.show_disclosure(sheet_of(("1", 2023, text), ("2", 2023, "无")))
    rows = re.findall(r"<tr>(<td.*?)</tr>", shown[0])
    shares = [re.findall(r"<td[^>]*>([^<]*)</td>", row)[1:] for row in rows]
    assert shares and all(row == ["1", "2", "50.0%"] for row in shares)


def test_dated_reports_stand_unranked(shown):
    """The latest report of each region, in the order of the codes, under the sentence on region and year."""
    comparisons.show_side_by_side(
        sheet_of(("2", 2020, "甲 乙"), ("1", 2019, "乙"), ("1", 2023, "甲")), ["甲"]
    )
    assert "不能由此比较地区" in shown[0]
    name, data = shown[1]
    assert name == "side_by_side" and data[["region_id", "year"]].values.tolist() == [
        ["1", 2023],
        ["2", 2020],
    ]


def test_every_region_has_its_terms_and_every_report_its_row(shown):
    """The tables have a row a region, with its years and gaps; every report is in the file."""
    sheet = sheet_of(
        ("1", 2020, "河长 河长 法治 法治"), ("1", 2023, "法治"), ("2", 2023, "法治 法治 牧区 牧区")
    )
    comparisons.show_particular_terms(sheet)
    assert "河长" in shown[0] and "牧区" in shown[0] and "法治、" not in shown[0]
    comparisons.show_reports(sheet)
    rows = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr>(<td.*?)</tr>", shown[2])]
    assert [row[2:5] for row in rows] == [["2020–2023", "2", "2"], ["2023", "1", "0"]]
    assert len(pd.read_csv("reports.csv")) == 3


def test_statutory_parts_are_counted(shown):
    """Each part with the number of reports that have it."""
    comparisons.show_cards(sheet_of(("1", 2023, "甲"), ("2", 2023, "乙")))
    html = "".join(shown)
    assert "主要举措和成效" in html and "共 2 份" in html


def test_nothing_is_drawn_of_too_few_reports(shown):
    """Below five reports alike there is no distribution, scatter or rank, and no curve of too few regions."""
    sheet = sheet_of(("1", 2023, "甲 乙"), ("2", 2023, "甲 丙"))
    for show in (comparisons.show_shared_text, comparisons.show_attention, comparisons.show_diffusion):
        show(sheet)
    assert all(isinstance(item, str) for item in shown)
    assert ["只有 2 份，不足 5 份" in item for item in shown] == [True, True, False]
    comparisons.show_similarity(sheet)
    assert "0.5" in shown[-2] and "不等于相互抄写" in shown[-1]


def test_five_reports_alike_are_drawn(shown):
    """Each report is a dot between shared text and problems, and has a rank under each way of counting."""
    text = "坚持党的领导 全面推进依法行政 建设法治政府"
    sheet = sheet_of(*[(f"{n:02}", 2023, f"{text} {chr(0x5000 + n) * 2}") for n in range(5)])
    comparisons.show_shared_text(sheet)
    name, table = shown[-1]
    assert (
        name == "shared_text" and table["reused"].tolist() == [1] * 5 and (table["problem_share"] == 0).all()
    )
    comparisons.show_attention(sheet)
    name, cells = shown[-2]
    assert name == "attention" and (cells["n_ranked"] == 5).all() and "等级相关" in shown[-1]
    assert "最长匹配" in shown[-1] and "longest" not in shown[-1]


def test_a_corpus_of_several_provinces_has_a_map(shown):
    """Reports at hand by province; a corpus of one province has none."""
    sheet = sheet_of(("1", 2023, "甲"), ("2", 2023, "乙"), ("3", 2023, "丙"))
    comparisons.show_coverage(sheet)
    assert [name for name, _ in shown] == ["coverage"]
    sheet.corpus.documents["province"] = ["甘肃省", "甘肃省", "湖南省"]
    comparisons.show_coverage(sheet)
    assert shown[-1][1]["n_reports"].sort_values().tolist() == [1, 2]


def test_a_store_that_is_never_loaded_whole_gives_the_same_comparison(shown, corpus, tmp_path, monkeypatch):
    """Every table of rows is refused as a whole, and each part of the comparison shows what memory shows."""
    monkeypatch.setattr("toolkit.stored.AT_A_TIME", 2)
    build_store(SEEDS, tmp_path / "store", part_size=2, progress=False)
    large = open_store(tmp_path / "store", large=300)  # enough for the facts, which are one small table
    with pytest.raises(ValueError, match="'sentences'"):
        _ = large.sentences
    calls = {
        comparisons: "show_comparison_title show_coverage show_reports show_cards show_disclosure show_values "
        "show_dimensions_by_region show_particular_terms show_diffusion show_shared_text show_attention "
        "show_similarity",
        parts: "show_roles show_dimensions",
    }
    monkeypatch.setattr(parts, "show_figure", comparisons.show_figure)
    pages = []
    for held in (corpus, large):
        shown.clear()
        sheet = sheets.Sheet(held, held, *[pd.DataFrame()] * 3, {}, Path(), "zh", ["png"])
        for module, names in calls.items():
            for name in names.split():
                getattr(module, name)(sheet)
        pages.append([item if isinstance(item, str) else (item[0], item[1].to_csv()) for item in shown])
    assert pages[0] == pages[1] and len(pages[0]) > 20


def test_of_very_many_reports_alike_some_are_compared_and_it_says_so(shown, monkeypatch):
    """Above the limit, reports at equal distances in the order of codes are taken, and their number is named."""
    monkeypatch.setattr(comparisons, "MOST_ALIKE", 12)
    sheet = sheet_of(*[(f"{n:02}", 2023, f"坚持 党 的 领导 全面 推进 依法行政 第 {n} 年") for n in range(30)])
    assert comparisons._sampled(sheet)["region_id"].tolist() == [f"{n * 30 // 12:02}" for n in range(12)]
    comparisons.show_shared_text(sheet)
    assert "这样的报告有 30 份；这里只取其中按区划代码等距抽出的 12 份" in shown[0]


def test_places_of_one_name_keep_a_column_each(shown):
    """Values stand side by side in the order of the codes; two 朝阳区 are told apart by their codes."""
    text = "全年 受理 行政复议 案件 {} 件 。"
    reports = [("220104", 2023, text.format(7)), ("110105", 2023, text.format(35))]
    comparisons.show_values(sheet_of(*reports, region="朝阳区"))
    assert re.findall(r"<th[^>]*>([^<]*)</th>", shown[0])[1:] == ["110105 朝阳区 2023", "220104 朝阳区 2023"]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", shown[0]) == ["行政复议受理 (件)", "35", "7"]
    assert "不排名" in shown[1] and "不足 5 份" in shown[2]


def test_reports_without_figures_have_no_values(shown):
    """Where no report states a figure there is no table of values, and it says how many reports are alike."""
    comparisons.show_values(sheet_of(("1", 2023, "甲"), ("2", 2023, "乙")))
    assert len(shown) == 1 and "不足 5 份" in shown[0]


def cells(html):
    """The cells of the tables of a page."""
    return re.findall(r"<td[^>]*>([^<]*)</td>", html)


def test_many_regions_are_shown_by_province_and_by_quartiles(shown, monkeypatch):
    """Of more regions than are shown one by one, places are added up, values are quartiles, and it says so."""
    monkeypatch.setattr(comparisons, "MANY", 5)
    text = "甲 乙 。 全年 受理 行政复议 案件 {} 件 。"
    sheet = sheet_of(*[(f"{n:02}", 2023, text.format(n + 1) + " 牧区 牧区" * (n == 9)) for n in range(10)])
    sheet.corpus.documents["province"] = ["甘肃省"] * 4 + ["湖南省"] * 6
    comparisons.show_reports(sheet)
    assert cells(shown[0])[:3] == ["甘肃省", "4", "4"] and cells(shown[0])[7:10] == ["湖南省", "6", "6"]
    assert "共 10 个地区" in shown[1] and len(pd.read_csv("reports.csv")) == 10
    shown.clear()
    comparisons.show_values(sheet)
    assert cells(shown[0]) == ["行政复议受理 (件)", "10", "1", "3.25", "5.5", "7.75", "10"]
    shown.clear()
    comparisons.show_side_by_side(sheet, ["甲", "丁"])
    assert "10 个地区太多" in shown[0] and shown[1][1]["label"].tolist() == ["甘肃省"] * 2 + ["湖南省"] * 2
    assert cells(shown[2])[:2] == ["甲", "10"] and cells(shown[2])[7:] == ["丁", *"000000"]
    shown.clear()
    comparisons.show_particular_terms(sheet)
    comparisons.show_dimensions_by_region(sheet)
    assert cells(shown[1])[2] == "湖南省" and cells(shown[1])[3].startswith("牧区")
    assert shown[-1][1]["label"].unique().tolist() == ["甘肃省", "湖南省"]


def test_a_place_in_no_prefecture_bears_the_name_of_its_province(shown, monkeypatch):
    """Districts of 北京市, counties that 湖北省 governs itself and a region of no known province are apart."""
    monkeypatch.setattr(comparisons, "MANY", 4)
    sheet = sheet_of(*[(f"{n}", 2023, "甲") for n in range(6)])
    sheet.corpus.documents["province"] = ["北京市"] * 2 + ["湖北省"] * 3 + [""]
    sheet.corpus.documents["prefecture"] = [*[""] * 3, "武汉市", "武汉市", ""]
    comparisons.show_reports(sheet)
    rows = [cells(row)[:2] for row in re.findall(r"<tr>(<td.*?)</tr>", shown[0])]
    assert rows == [["北京市", "2"], ["湖北省", "1"], ["武汉市", "2"], ["省份不明", "1"]]
    comparisons.show_dimensions_by_region(sheet)
    assert shown[-1][1]["label"].unique().tolist() == ["北京市", "湖北省", "武汉市", "省份不明"]


def test_many_regions_of_one_place_are_shown_by_themselves(shown, monkeypatch):
    """Districts of 重庆市 are one place, which has no particular term: the first of them stand one by one."""
    monkeypatch.setattr(comparisons, "MANY", 3)
    words = ["法治 法治 牧区 牧区", "安全 安全 法治 法治", "法治 法治", "法治 法治 渔业 渔业"]
    sheet = sheet_of(*[(f"{n}", 2023, text) for n, text in enumerate(words)], province="重庆市")
    comparisons.show_particular_terms(sheet)
    assert "4 个地区中的前 3 个" in shown[0]
    terms = dict(zip(cells(shown[1])[::2], cells(shown[1])[1::2], strict=True))
    assert list(terms) == ["地0", "地1", "地2"] and terms["地0"].startswith("牧区")
    comparisons.show_dimensions_by_region(sheet)
    assert "4 个地区中 3 个" in shown[-2] and shown[-1][1]["region_id"].unique().tolist() == ["0", "1", "2"]
    shown.clear()
    comparisons.show_reports(sheet)
    assert len(re.findall(r"<tr>(<td.*?)</tr>", shown[0])) == 4


def test_quartiles_are_of_all_reports_alike_and_of_ten(shown, monkeypatch):
    """Nine reports have no quartiles; of twelve these are of all twelve, while dots are of the six drawn."""
    monkeypatch.setattr(comparisons, "MANY", 5)
    monkeypatch.setattr(comparisons, "MOST_ALIKE", 6)
    text = "办理 行政复议 案件 {} 件 ， 办结率 为 {} % 。"
    reports = [(f"{n:02}", 2023, text.format(n, 80 + n)) for n in range(12)]
    for n in (9, 12):
        sheet = sheet_of(*reports[:n])
        sheet.corpus.documents["province"] = ["甘肃省"] * 2 + ["湖南省"] * (n - 2)
        shown.clear()
        comparisons.show_values(sheet)
        comparisons.show_side_by_side(sheet, ["行政复议"])
        words = "".join(item for item in shown if isinstance(item, str))
        assert words.count("最多只有 9 份，不足 10 份") == (2 if n == 9 else 0)
    assert "12 份同类报告" in shown[1] and "抽出的 6 份" in shown[2]
    assert {tuple(cells(shown[0])[at + 1 : at + 3]) for at in (0, 7)} == {("12", "0"), ("12", "80")}
    assert shown[3][1]["region_id"].nunique() == 6
