"""Sections and sentences: the laws of tiling, sentences kept whole, furniture, and the annotated seeds."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.structure import parse_structure
from toolkit.schemas import SECTIONS, SENTENCES, check

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared"))
REPORT_LIKE = st.text(
    alphabet="一二三、（）(1.)是。，；：“”《》 \n　\xa0县法治要将存在问题下步2024年第部分—①●报告情况",
    max_size=300,
)


def sentences(text, **hints):
    """Return the sentences of a text without the white space around them."""
    return [row[5].strip() for row in parse_structure(text, **hints).sentences]


def check_laws(text, furniture=()):
    """Assert that sections and sentences tile the text and that the tree is consistent."""
    structure = parse_structure(text, furniture=furniture)
    assert "".join(row[5] for row in structure.sentences) == text
    assert all(text[start:end] == words for *_, start, end, words in structure.sentences)
    assert [row[0] for row in structure.sentences] == list(range(len(structure.sentences)))
    extents, at = {}, 0
    for number, parent, *_, start, end in structure.sections:
        assert start == at < end
        assert parent == -1 or parent in extents
        extents[number], at = (start, end), end
    assert at == len(text)
    for _, section, _, start, end, _ in structure.sentences:
        assert extents[section][0] <= start < end <= extents[section][1]


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_tiled(text):
    """Whatever the text, its sentences and sections tile it and slice it exactly."""
    check_laws(text)


@settings(max_examples=80)
@given(REPORT_LIKE, st.lists(st.tuples(st.integers(0, 300), st.integers(1, 9)), max_size=4))
def test_text_like_a_report_is_tiled(text, cuts):
    """Texts made of markers, quotes and line ends keep the laws too, with furniture anywhere."""
    spans, at = [], 0
    for start, length in sorted(cuts):
        if at <= start and start + length <= len(text):
            spans.append((start, start + length, "rule"))
            at = start + length
    check_laws(text, spans)
    marked = parse_structure(text, furniture=spans).sentences
    for start, end, _ in spans:
        kept = [row for row in marked if start <= row[3] and row[4] <= end]
        assert all(row[2] == "meta" for row in kept)


@pytest.mark.parametrize(
    "unit",
    [
        *[
            "一是",
            "。",
            "“",
            "（",
            "\n 　",
            "一、a\n",
            "。一、a",
            "还存在",
            "我们将",
            "2024年",
            "。甲乙丙丁",
            "情况",
            "的报告\n",
        ],
        *[
            "存在的问题\n",
            "—",
            "1.",
            "《（“",
            "主要负责人",
            "法" * 30 + "\n",
            "（" + "a" * 199,
            "\ud800\n",
            " ",
        ],
    ],
)
def test_hostile_repetitions_end(unit):
    """A hundred thousand characters of one repeated unit are parsed like any text: no search explodes."""
    text = unit * (100_000 // len(unit))
    structure = parse_structure(text)
    assert structure.sentences[-1][4] == structure.sections[-1][9] == len(text)


@pytest.mark.parametrize("signer", ["武侯区人民政府簇锦街道办事处", "某区综合行政执法大队", "第八师石河子市"])
def test_what_stands_above_the_last_date_signs(signer):
    """Whatever an organisation is called, the line above the date of the signature is its name, and not counted."""
    text = f"一、工作\n全年工作成效明显。\n二、打算\n明年继续努力。\n{signer}\n２０２3年1月5日\n"
    assert [row[2] for row in parse_structure(text).sentences][-3:] == ["plan", "meta", "meta"]


def test_a_task_with_its_bureau_is_no_signature():
    """The last tasks of an annex each end with the bureau in charge; they are counted, for a signer has no stop."""
    text = "一、工作\n全年工作成效明显。\n58.建设22个花园。牵头单位：区城管局\n59.改造68座公厕。牵头单位：区城管局"
    assert "meta" not in [row[2] for row in parse_structure(text).sentences]


def test_rows_fit_the_schemas():
    """With doc_id put before them the rows are valid rows of SECTIONS and SENTENCES."""
    structure = parse_structure("某县2023年工作报告\n甲。\n一、工作\n乙。\n")
    sections = SECTIONS.frame([("d", *row) for row in structure.sections])
    sentences = SENTENCES.frame([("d", *row) for row in structure.sentences])
    assert check(sections, SECTIONS) is sections
    assert check(sentences, SENTENCES) is sentences


def test_an_empty_text_has_no_rows():
    """An empty text has neither sections nor sentences; one of white space has one of each."""
    assert parse_structure("") == ([], [])
    assert [len(table) for table in parse_structure(" \n　")] == [1, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲。乙！丙？丁", ["甲。", "乙！", "丙？", "丁"]),
        ("甲；乙；丙。", ["甲；乙；丙。"]),
        (
            "提出“要坚持。必须落实。”的要求，抓好落实。乙。",
            ["提出“要坚持。必须落实。”的要求，抓好落实。", "乙。"],
        ),
        ("他说：“抓好落实。”各部门行动。", ["他说：“抓好落实。”", "各部门行动。"]),
        ("甲（乙。丙）丁。戊。", ["甲（乙。丙）丁。", "戊。"]),
        ("甲（见附件。）乙。", ["甲（见附件。）", "乙。"]),
        ("未关的“引号。下一句。", ["未关的“引号。", "下一句。"]),
        ("甲工作.乙工作.", ["甲工作.", "乙工作."]),
        ("增长1.5%。见www.gov.cn。", ["增长1.5%。", "见www.gov.cn。"]),
        ("没有句号的段落\n下一段。", ["没有句号的段落", "下一段。"]),
        ("甲。\n\n　　乙。", ["甲。", "乙。"]),
        ("如下：一是甲；二是乙。", ["如下：", "一是甲；", "二是乙。"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    """Stops and line ends end a sentence, but not inside quotes, brackets, figures or addresses."""
    assert sentences(text) == expected


def test_line_ends_belong_to_the_sentence_before():
    """White space after a sentence belongs to it, so that the next one starts at its first character."""
    rows = parse_structure("甲。\n\n　　一、乙\n丙。").sentences
    assert [row[5] for row in rows] == ["甲。\n\n　　", "一、乙\n", "丙。"]


def test_lines_broken_by_the_page_go_on():
    """In a text whose lines all have the width of a page a sentence runs over its line ends."""
    lines = [
        "一、主要工作",
        *["全县各级各部门认真落实法治政府建设各项任务，不断提高依"] * 14,
        "法行政水平，成效明显。",
    ]
    rows = parse_structure("\n".join(lines)).sentences
    assert [row[5].count("\n") for row in rows] == [1, 14]


def test_furniture_is_meta_and_parts_no_paragraph_wrongly():
    """A span of furniture is a sentence of its own with role meta, and what is around it keeps its role."""
    text = "一、工作\n甲工作。\n- 1 -\n乙工作。\n"
    start = text.index("- 1 -")
    rows = parse_structure(text, furniture=[(start, start + 5, "page number")]).sentences
    assert [row[2] for row in rows] == ["achievement", "achievement", "meta", "achievement"]


def _table(path):
    """Read a table of tab-separated values."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _agreement(headings, spans):
    """Return the F1 of headings (start, level, title) and the share of characters with the annotated role."""
    found, true, right, total = set(), set(), 0, 0
    for name in {row["file"] for row in headings}:
        text = (ROOT / "seeds" / name).read_text(encoding="utf-8")
        structure = parse_structure(text)
        found |= {(name, row[8], row[2], row[4]) for row in structure.sections if row[5] != "none"}
        roles = [row[2] for row in structure.sentences for _ in row[5]]
        for row in (row for row in spans if row["file"] == name):
            for at in range(int(row["start"]), int(row["end"])):
                if roles[at] != "rectification" and not text[at].isspace():
                    right, total = right + (roles[at] == row["role"]), total + 1
    true = {(row["file"], int(row["start"]), int(row["level"]), row["title"]) for row in headings}
    return 2 * len(found & true) / (len(found) + len(true)), right / total


def test_seeds_001_and_003_agree_with_their_annotation():
    """Headings and roles of the two seeds annotated here are found."""
    data = ROOT / "tests" / "data"
    f1, accuracy = _agreement(_table(data / "seed_headings.tsv"), _table(data / "seed_roles.tsv"))
    assert f1 >= 0.98
    assert accuracy >= 0.97


@pytest.mark.skipif(not SHARED.exists(), reason="the gold annotation is not part of the repository")
def test_seeds_000_002_and_004_agree_with_the_gold():
    """Headings and roles agree with the gold, rectification left out, which the gold does not name."""
    gold = SHARED / "gold"
    f1, accuracy = _agreement(_table(gold / "headings.tsv"), _table(gold / "role_spans.tsv"))
    assert f1 >= 0.98
    assert accuracy >= 0.97
