"""Flags for what a careful reader would notice about a text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.faults import find_faults

SHARED = Path(os.environ.get("TOOLKIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
ITEM = (
    "（{}）强化执法监督第{}项。全县共开展行政执法案卷评查{}次，整改问题{}个，规范文明执法水平得到明显提升。"
)
BODY = "\n".join(ITEM.format(n, n * 7, n * 31, n * 53) for n in range(1, 31))
OPENING = "某县2023年法治政府建设情况的报告\n现将有关情况报告如下：\n"
REPORT = OPENING + BODY
ONE_LINE = REPORT.replace("\n", "")


def test_a_whole_report_has_no_fault():
    """A report with an opening, a body and full stops is not flagged."""
    assert find_faults(REPORT) == ()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        (REPORT[:300] + "。", "very_short"),
        ("\n".join(f"{n}.{REPORT}" for n in range(50)).replace("项", "類"), "very_long"),
        (REPORT + "\n" + REPORT, "held_twice"),
        (REPORT + REPORT.replace("\n", "\n\n　　"), "held_twice"),
        (REPORT + OPENING + BODY.replace("执法", "司法"), "several_reports"),
        (REPORT[:-10] + "，", "cut_off"),
        (REPORT + "\n一是健全完善《", "cut_off"),
        (REPORT + "\n三、下一步工作安排", "cut_off"),
        (REPORT[:-1], "no_sentence_end"),
        (REPORT + "\n（三十一）推进科学民主依法决", "cut_off"),
        (REPORT + "\n推进科学民主依法决策的各项工", "no_sentence_end"),
        (REPORT + "\nThe county has made progress in law-based governance. " * 60, "low_cjk"),
        (REPORT + "\ue7e3" * 30 + "。", "private_characters"),
        (" ".join(REPORT), "spaced_out"),
        (REPORT.translate(str.maketrans("执监开执评问题规达", "執監開執評問題規達")), "traditional"),
        ("\n".join(ONE_LINE[n : n + 38] for n in range(0, len(ONE_LINE), 38)), "printed_lines"),
        ("404 Not Found\n您访问的页面不存在或已被删除！", "error_page"),
        ("\n".join(f"栏目{n}" for n in range(300)), "navigation_page"),
    ],
)
def test_each_fault_has_its_flag(text, flag):
    """What is wrong with a text is named."""
    assert flag in find_faults(text)


def test_a_report_that_often_lacks_its_full_stops_is_not_called_cut_off():
    """Where other paragraphs lack the stop too, the last one proves nothing."""
    paragraphs = REPORT.replace("提升。\n（", "提升。（").replace("。（1", "。\n（1")
    assert find_faults(paragraphs.replace("提升。\n", "提升\n").rstrip("。")) == ()


@pytest.mark.parametrize(
    "title",
    [
        "某县人民代表大会关于政府工作报告的决议",
        "关于做好2023年度法治政府建设年度报告工作的通知",
        "某县法治政府建设实施方案",
    ],
)
def test_another_kind_of_document_is_told_by_the_last_word_of_its_title(title):
    """Resolutions, notices and plans are no reports, unless they say that they report."""
    assert find_faults(f"{title}\n{BODY}") == ("other_kind",)
    assert find_faults(f"关于印发某县法治政府建设情况报告的通知\n{BODY}") == ()
    assert find_faults(f"{title}\n现将有关情况报告如下：\n{BODY}") == ()


def test_a_press_summary_retells_in_the_third_person():
    """A journalist's article says 报告指出; the report itself never does."""
    press = (
        "本报讯（记者 张三）昨日，区长李四作政府工作报告。\n报告指出，去年成绩显著。报告提出，今年要实干。\n"
    )
    assert "press_summary" in find_faults(press + BODY)
    assert "press_summary" not in find_faults("新华社记者摄\n各位代表：\n" + BODY)


def test_a_page_of_furniture_alone_is_a_navigation_page():
    """Where all the text is furniture there is no report."""
    text = "首页\n政务公开\n通知公告\n政务服务\n机构职能\n搜索"
    assert find_faults(text, find_furniture(text)) == ("navigation_page",)
    assert find_faults("") == ()


@pytest.mark.skipif(not SHARED.exists(), reason="the development corpora are not on this machine")
def test_the_navigation_page_among_the_reports_of_shenzhen_is_found():
    """One of 158 files is a navigation page, three hold their text twice; the others are reports."""
    found: dict[str, set[str]] = {}
    for path in sorted((SHARED / "corpora" / "shenzhen").glob("*.txt")):
        text = clean_text(path.read_text(encoding="utf-8"))[0]
        for flag in find_faults(text, find_furniture(text)):
            found.setdefault(flag, set()).add(path.stem)
    assert found["navigation_page"] == {"2021年坪山区政府工作报告_2021"}
    assert found["held_twice"] == {f"国务院政府工作报告_{year}年" for year in (2023, 2024, 2025)}
    assert not found.keys() & {"press_summary", "other_kind", "error_page", "low_cjk"}
