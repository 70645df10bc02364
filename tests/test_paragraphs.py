"""Printed lines become paragraphs, and no character is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.paragraphs import join_pages

FULL = "全县各级各部门坚持以习近平法治思想为指导深入推进依法行政"


def test_a_full_line_is_continued_and_a_short_one_is_not():
    """A line that reaches the margin goes on; one that ends early closes its paragraph."""
    assert join_pages([[FULL, "取得新进展", "第二段"]]) == f"{FULL}取得新进展\n第二段"


def test_headings_indents_and_sentence_ends_begin_a_new_paragraph():
    """A heading's number, an indent, or a full stop before it ends the paragraph even at the margin."""
    lines = [FULL, "（一）标题", FULL, "　　缩进的段落", f"{FULL[:-1]}。", "下一句"]
    assert join_pages([lines]).split("\n") == lines


def test_a_page_number_inside_a_paragraph_moves_behind_it():
    """A sentence that runs over the page's end stays whole; the number follows its paragraph."""
    pages = [["标题", FULL, "— 1 —"], ["继续的半句。", "下一段", "- 2 -"]]
    assert join_pages(pages) == f"标题\n{FULL}继续的半句。\n— 1 —\n下一段\n- 2 -"


def test_what_a_browser_prints_on_each_page_moves_behind_the_paragraph():
    """Time and title at the head, address and number at the foot, part no sentence that runs over the page."""
    stamp, address = "2024/3/5 10:22 长海县报告", "http://www.dlch.gov.cn/art_1.html 1/2"
    pages = [
        ["标题", FULL, stamp, address],
        ["继续的半句。", "下一段", "11/22/26, 2:05 PM 报告", "about:blank 2/2"],
    ]
    joined = join_pages(pages).split("\n")
    assert joined[:4] == ["标题", f"{FULL}继续的半句。", stamp, address]
    assert joined[4] == "下一段"
    assert len(joined) == 7


def test_a_number_of_the_text_is_no_page_number():
    """Only the first and the last line of a page are taken for its number."""
    assert join_pages([["甲", "12", "乙"]]) == "甲\n12\n乙"


def test_latin_words_keep_their_space():
    """Where a line ends and begins with Latin letters, a space stands between."""
    assert join_pages([[f"{FULL}using", "papermill"]]) == f"{FULL}using papermill"


@given(st.lists(st.lists(st.text("法治政府。，一、（）- 1２a\u3000", max_size=40), max_size=6), max_size=4))
def test_no_character_is_lost(pages):
    """Apart from spaces and line ends, the characters are those of the lines."""
    given_characters = sorted("".join("".join(line for page in pages for line in page).split()))
    assert sorted("".join(join_pages(pages).split())) == given_characters
