"""What a report shows: inert words in the reader's language, and what a result does not show after it."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib import pyplot
from small import small_corpus

from toolkit import schemas
from toolkit.reports import changes, parts, rates, sheets
from toolkit.reports.slices import Slices
from toolkit.terms.lexicon import read_lexicon


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """The HTML shown so far; figures are named, not drawn, and files go to an empty folder."""
    texts = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sheets, "display", lambda item, **options: texts.append(item.data))
    for module in (parts, changes):
        monkeypatch.setattr(module, "show_figure", lambda sheet, name, axes, data: texts.append((name, data)))
    yield texts
    pyplot.close("all")


def sheet_of(*reports, language="zh", tmp_path=".", **columns):
    """A sheet on a small corpus."""
    made = Slices(small_corpus(*reports, **columns)).slice("1")
    return sheets.Sheet(*made, Path(tmp_path), language, ["png"])


def test_one_report_gets_no_trend(shown):
    """A region with one report is told so, and dated reports stand side by side."""
    changes.show_change(sheet_of(("1", 2023, "法治 政府"), ("2", 2018, "法治")), ["法治"])
    assert "至少还需要另一年的报告" in shown[0] and "不能由此比较地区" in shown[0]
    name, data = shown[1]
    assert name == "side_by_side" and data[["region_id", "per_10k"]].values.tolist() == [
        ["1", 5e3],
        ["2", 1e4],
    ]


def test_several_years_are_lines_with_gaps(shown):
    """A year without a report is NaN, a report without the term 0; no change is taken across the gap."""
    changes.show_change(
        sheet_of(("1", 2019, "法治 政府"), ("1", 2020, "政府"), ("1", 2022, "法治")), ["法治"]
    )
    name, data = shown[0]
    assert name == "trend" and data["year"].tolist() == [2019, 2020, 2021, 2022]
    assert data["count"].tolist()[:2] == [1, 0] and data["count"].isna().tolist() == [
        False,
        False,
        True,
        False,
    ]
    assert "没有 2021 年的报告" in "".join(text for text in shown if isinstance(text, str))


def test_phrases_are_counted_as_the_concordance_finds_them(shown):
    """A term that the segmenter divides has the same number in the figure and in the list of contexts."""
    sheet = sheet_of(("1", 2023, "行政 执法 的 行政 执法 权"))
    found = changes.phrase_counts(sheet.corpus, ["行政执法", "复议"])
    assert found[["region", "count", "n_tokens"]].values.tolist() == [["地1", 2, 6], ["地1", 0, 6]]
    parts.show_contexts(sheet, ["行政执法"])
    assert "行政执法（2 处）" in shown[0] and shown[1].count("<tr>") == 2
    assert "句 0 · 字符 0–4" in shown[1] and "句 0 · 字符 5–9" in shown[1]
    assert "[d0]" in Path("contexts.csv").read_text(encoding="utf-8-sig")


def test_shares_of_roles_sum_to_one():
    """Within each region and year."""
    shares = rates.role_shares(small_corpus(("1", 2020, "甲 乙"), ("1", 2021, "丙")))
    assert shares.groupby("year")["share"].sum().tolist() == [1, 1]
    assert shares["label"].tolist() == ["2020", "2021"]


def test_names_of_places_do_not_compete(shown):
    """They leave the table of characteristic terms; the denominators keep them."""
    report = " ".join(["全县"] * 9 + ["执法"] * 5)
    parts.show_keyness(sheet_of(("1", 2023, report), ("2", 2023, "法治 " * 20)))
    name, keys = shown[-1]
    assert name == "keyness" and set(keys["term"]) == {"执法", "法治"}
    assert keys["n_tokens_target"].unique().tolist() == [14]


def test_without_others_nothing_is_compared(shown):
    """A corpus of one region says that there is nothing to compare with."""
    parts.show_keyness(sheet_of(("1", 2023, "执法 执法 执法")))
    assert "无从比较" in shown[-1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_from_the_corpus_are_inert(shown, language):
    """Names, titles and contexts are escaped wherever they are shown."""
    hostile = "<img/src=x/onerror=alert(1)>"
    sheet = sheet_of(
        ("1", 2023, f"执法 {hostile}"),
        language=language,
        title=hostile,
        region=hostile,
        reporting_body=hostile,
    )
    for show in (
        parts.show_title,
        parts.show_reading,
        parts.show_quality,
        parts.show_settings,
        parts.show_citations,
    ):
        show(sheet)
    parts.show_contexts(sheet, ["执法"])
    sheet.corpus.sentences["role"] = "problem"
    parts.show_quotes(sheet, "problem")
    html = "".join(shown)
    assert "<img" not in html and "&lt;img" in html
    assert bool(re.search("[\u4e00-\u9fff]", re.sub("地1|执法|法治政府", "", html))) == (language == "zh")


def test_a_table_shows_missing_values_as_dashes(shown):
    """NaN and empty text are dashes, codes keep their zeros, numbers are grouped and aligned."""
    table = pd.DataFrame(
        {"region_code": ["010105", ""], "count": [12345.0, float("nan")], "year": [2023, 2024]}
    )
    sheets.show_table(sheet_of(("1", 2023, "甲")), table)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", shown[0])
    assert cells == ["010105", "12,345", "2023", "—", "—", "2024"]
    assert shown[0].count('class="n"') == 3


def test_figures_stated_in_prose_come_with_their_words(shown, tmp_path):
    """A quantity of the report is shown as printed, and all of them are saved."""
    sheet = sheet_of(("1", 2023, "全县 共 受理 行政复议 案件 35 件 。"), tmp_path=tmp_path)
    parts.show_facts(sheet)
    assert "35件" in "".join(shown) and "35件" in (tmp_path / "facts.csv").read_text(encoding="utf-8-sig")


def test_the_tables_are_saved_with_a_codebook(shown, tmp_path):
    """One workbook with documents, facts, terms and roles; two reports of one year do not break the card."""
    sheet = sheet_of(("1", 2023, "行政 执法"), ("1", 2023, "执法"), tmp_path=tmp_path)
    parts.show_tables(sheet)
    parts.show_card(sheet)
    workbook = pd.read_excel(tmp_path / "tables.xlsx", sheet_name=None, dtype=str)
    assert {"documents", "facts", "terms", "roles"} <= set(workbook)
    assert 'href="tables.xlsx"' in shown[0] and "主要举措和成效" in shown[2]


def hits_of(*rows):
    """Hits of entries, each with its role and negation, all in the part of administrative enforcement."""
    return schemas.HITS.frame(
        [
            ("d", at, at + 2, entry, "执法", "行政执法", role, 0, negated, "")
            for at, (entry, role, negated) in enumerate(rows)
        ]
    )


def test_a_plan_is_no_achievement_in_the_figure():
    """Hits of a dimension are split by the role of their sentence; slogans and page furniture are left out."""
    hits = hits_of(
        ("M083", "achievement", ""), ("M083", "plan", ""), ("M101", "plan", ""), ("M083", "meta", "")
    )
    corpus = SimpleNamespace(hits=hits, documents=pd.DataFrame({"n_tokens": [100, 100]}))
    table = rates.dimension_roles(corpus).set_index(["dimension", "role"])
    assert table.loc["行政执法", "per_10k"].to_dict() == {"achievement": 50, "plan": 50}
    assert table["count"].sum() == 2
    assert len(table) == 2 * len(read_lexicon().table["dimension"].unique())


def test_institutions_only_planned_or_denied_stand_apart(shown):
    """What a report names under plans alone, or denies, is not listed among what it reports."""
    hits = hits_of(("M083", "achievement", ""), ("M084", "plan", ""), ("M086", "achievement", "未"))
    hits = hits.assign(doc_id="d0")
    sheet = sheet_of(("1", 2023, "行政 执法"))
    with_hits = replace(sheet, corpus=replace(sheet.corpus, hits=hits))
    parts.show_institutions(with_hits)
    row = re.search(r"<tr>(?:(?!</tr>).)*行政执法三项制度.*?</tr>", "".join(shown), re.S)[0]
    done, planned = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)[-2:]
    assert done == "行政执法三项制度 [0]" and "行政执法公示" in planned and "重大执法决定法制审核" in planned
    table = pd.read_csv("institutions.csv", dtype=str, index_col="id")
    assert table.loc["M083", ["reported", "doc_id"]].tolist() == ["reported", "d0"]
    assert table.loc["M083", "citation"].endswith("句0, 字0-2. [d0]")
    assert "M101" not in table.index and (table["valid_from"].astype(float) <= 2023).all()


def test_a_year_without_a_report_is_a_gap_in_the_figures(shown):
    """Shares stand on an axis of years; the heat map has a row for 2020, which is NaN and not 0."""
    sheet = sheet_of(("1", 2019, "甲 乙"), ("1", 2021, "丙"))
    parts.show_roles(sheet)
    parts.show_dimensions(sheet)
    (_, shares), (_, rates) = (item for item in shown if isinstance(item, tuple))
    assert shares["year"].tolist() == [2019, 2021]
    by_year = rates.groupby("label")["per_10k"].agg(lambda values: values.isna().all())
    assert by_year.to_dict() == {"2019": False, "2020": True, "2021": False}
