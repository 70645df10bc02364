"""Shared sentences: counted without a limit, with quotations and headings switchable."""

import numpy as np
import pytest
from small_corpus import make_corpus

from toolkit.measures import boilerplate, novel_frequency, shared_sentences, shingles

FORMULA = "坚持以 习近平 新时代 中国特色 社会主义 思想 为指导 。"
OWN = "全面 推行 行政执法 公示 全过程 记录 重大 决定 审核 。"
NEW = "今年 建成 黄桃 产业 法律 服务 示范 基地 三十 余处 。"
CORPUS = make_corpus(
    ("a21", "A", 2021, f"{FORMULA} {OWN}"),
    ("a22", "A", 2022, f"{FORMULA} {OWN} {NEW} 很短 。"),
    *[(f"x{i}", f"X{i}", 2022, FORMULA) for i in range(200)],
)


def test_every_sentence_has_its_source():
    """The formula is in 200 other regions and last year, one sentence only in last year, one is new."""
    table = shared_sentences(CORPUS).set_index(["doc_id", "sentence_no"]).loc["a22"]
    assert table["n_other_regions"].tolist()[:3] == [200, 0, 0]
    assert table["own_last_year"].tolist() == pytest.approx([1, 1, 0, np.nan], nan_ok=True)
    assert table["source"].tolist() == ["both", "own last year", "novel", "too short"]
    assert table["n_regions"].tolist() == [201] * 4


def test_no_last_year_is_not_no_reuse():
    """The first report of a region has no last year: missing, not 0."""
    table = shared_sentences(CORPUS).set_index("doc_id")
    assert table.loc["a21", "own_last_year"].isna().all()


def test_titles_are_not_reuse():
    """A long title in 《》 that all must print is shared only if quotations are asked for."""
    title = "印发 《 关于进一步规范行政裁量权基准制定和管理工作的意见 》 。"
    corpus = make_corpus(("a", "A", 2022, title), ("b", "B", 2022, title))
    assert shared_sentences(corpus)["source"].tolist() == ["too short"] * 2
    assert shared_sentences(corpus, quotes=True)["source"].tolist() == ["other regions"] * 2


def test_shares_of_a_report_sum_to_one():
    """Own last year, other regions, both and novel are all of a report's runs."""
    table = boilerplate(shared_sentences(CORPUS)).set_index("doc_id")
    sums = table[["own_last_year", "other_regions", "both", "novel"]].sum(axis=1)
    assert sums.tolist() == pytest.approx([1] * len(table))
    assert table.loc["a22", "both"] == pytest.approx(
        (len("".join(FORMULA.split())) - 13) / table.loc["a22", "n_runs"]
    )


def test_frequency_with_and_without():
    """推行 stands in a carried-over sentence: once in all, never in new text; 黄桃 is in new text."""
    table = novel_frequency(CORPUS, shared_sentences(CORPUS)).set_index(["region_id", "year", "term"])
    row = table.loc[("A", 2022, "推行")]
    assert row[["count", "count_novel", "per_10k_novel"]].tolist() == [1, 0, 0]
    assert table.loc[("A", 2022, "黄桃"), ["count", "count_novel"]].tolist() == [1, 1]
    assert row["per_10k"] == pytest.approx(1 / row["n_tokens"] * 1e4)


def test_all_text_counts_as_count_terms_does():
    """With every sentence, counts and denominators are those of `count_terms`, function words left out."""
    from toolkit.terms.counts import count_terms

    counts = count_terms(CORPUS, ["region_id", "year"])
    table = novel_frequency(CORPUS, shared_sentences(CORPUS))
    assert table[["term", "count", "n_tokens"]].equals(counts[["term", "count", "n_tokens"]])


def test_blocks_of_regions_change_nothing(monkeypatch):
    """Looked up one region at a time, every sentence has the same numbers as looked up together."""
    whole = shared_sentences(CORPUS)
    monkeypatch.setattr("toolkit.measures.reuse.BLOCK", 1)
    assert shared_sentences(CORPUS).equals(whole)


def test_shingles_leave_signs_out():
    """Runs are counted over Han characters, digits and letters only."""
    assert shingles("一网，通办！A1", 3) == {"一网通", "网通办", "通办A", "办A1"}
    assert shingles("短", 3) == set()
