"""Printed lines become paragraphs again."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

FULL = 0.8  # a line that reaches so far to the right margin is continued by the next one
NARROWEST = 40  # columns: what is narrower is no column of running text
_ENDS = tuple("。！？：；.!?:;")
_OPENS = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．是]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．](?!\d)|第[一二三四五六七八九十]+[章节条]|——|附件)"
)
_PAGE_NUMBER = re.compile(
    r"\s*[-—–―─·]*\s*(?:第\s*)?\d{1,4}\s*(?:页\s*)?(?:[/共]\s*\d{1,4}\s*页?)?\s*[-—–―─·]*\s*"
)


def join_pages(pages: list[list[str]]) -> str:
    """Join the printed lines of a paged document to paragraphs.

    A line is continued by the next if it reaches the right margin, does not end a sentence, and the next is
    neither indented nor begins with a heading's number. A page number in the middle of a paragraph moves
    behind it. No character but the line ends is lost.

    Parameters
    ----------
    pages
        The lines of each page.

    Returns
    -------
    str
        One line for each paragraph.
    """
    widths = sorted(_width(line) for page in pages for line in page if line.strip())
    margin = max(NARROWEST, widths[int(len(widths) * 0.9)] if widths else 0)
    done: list[str] = []
    waiting: list[str] = []  # page numbers met inside a paragraph
    current, before = "", ""
    for page in pages:
        lines = [line.rstrip() for line in page if line.strip()]
        for n, line in enumerate(lines):
            if n in (0, len(lines) - 1) and len(lines) > 1 and _PAGE_NUMBER.fullmatch(line):
                waiting.append(line.strip())
                continue
            if current and not _continues(before, line, margin):
                done += [current, *waiting]
                current, waiting = "", []
            current, before = _join(current, line), line
    return "\n".join([*filter(None, [*done, current]), *waiting])


def _continues(before: str, line: str, margin: int) -> bool:
    """True where a printed line goes on from the one before."""
    if _width(before) < FULL * margin or before.endswith(_ENDS):
        return False
    return not line.startswith(("\u3000", "    ")) and not _OPENS.match(line)


def _join(before: str, line: str) -> str:
    """Put two lines together, with a space between Latin words."""
    gap = (
        " "
        if before[-1:].isascii() and before[-1:].isalpha() and line[:1].isascii() and line[:1].isalpha()
        else ""
    )
    return before + gap + (line.lstrip() if before else line)


def _width(line: str) -> int:
    """Width of a line in half-width columns."""
    return sum(2 if east_asian_width(c) in "WFA" else 1 for c in line)
