"""Hits are counted once per dimension and know when they are negated."""

import pytest

from toolkit.terms.hits import find_hits
from toolkit.terms.lexicon import read_lexicon


@pytest.fixture
def lexicon(tmp_path):
    """Two entries of one dimension, one inside the other, and one of another dimension."""
    path = tmp_path / "lexicon.csv"
    rows = [
        "id,name,dimension,variants",
        "A,三项制度,执法,行政执法三项制度",
        "B,执法,执法,行政执法",
        "C,制度,决策,三项制度",
        "D,清单,决策,目录清单|法律顾问",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return read_lexicon(path)


def hits(text, lexicon):
    """Hits of a text that is one sentence."""
    return find_hits(text, [(0, 0, "achievement", 0, len(text), text)], lexicon)


def test_nesting_is_within_a_dimension(lexicon):
    """The shorter hit of the same dimension is nested, the one of another dimension counts."""
    found = {(row[2], row[8]) for row in hits("行政执法三项制度", lexicon)}
    assert found == {("A", ""), ("B", "A"), ("C", "")}


def test_rows_are_in_schema_order(lexicon):
    """A row is start, end, mechanism, surface, dimension, role, sentence, negation, nesting."""
    assert hits("全面推行法律顾问。", lexicon) == [(4, 8, "D", "法律顾问", "决策", "achievement", 0, "", "")]


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("部分单位未严格落实三项制度", "未"),
        ("未编制重大执法决定目录清单", "未"),
        ("尚未建立法律顾问", "尚未"),
        ("没有聘请法律顾问", "没有"),
        ("法律顾问作用发挥不够", "不够"),
        ("行政执法还不够规范", "还不够"),
        ("三项制度尚未严格落实", "尚未严格落实"),
        ("本年度无行政执法案件", "无"),
        ("未经行政执法公示不得实施", ""),
        ("未发现违反三项制度问题", ""),
        ("不得规避行政执法", ""),
        ("三项制度未得到有效落实", "未得到有效落实"),
        ("从未发生行政执法案件", ""),
        ("不予处罚清单、三项制度", ""),
        ("法律顾问对制度重视不够", ""),
        ("落实不得力、行政执法不整改", ""),
        ("行政执法有待进一步规范", ""),
        ("未来全面推行三项制度", ""),
        ("对没有依据的三项制度", ""),
        ("问题未整改,推行三项制度", ""),
        ("全面无缝隙推行三项制度", ""),
    ],
)
def test_negation_stays_in_its_clause(lexicon, text, cue):
    """A negator reaches a hit in its own clause and not past 的; look-alikes do not count."""
    assert {row[7] for row in hits(text, lexicon) if row[8] == ""} == {cue}


@pytest.mark.parametrize("gap", [0, 10, 26, 40])
def test_negation_reaches_thirty_characters(lexicon, gap):
    """A cue negates what stands within thirty characters of it, and what is farther away stands."""
    text = "未" + "严格规范" * (gap // 4) + "落实三项制度"
    assert {row[7] for row in hits(text, lexicon)} == {"未" if len(text) <= 35 else ""}
