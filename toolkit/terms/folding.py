"""The twin of a text in which spellings that differ only by quotation marks or width are one."""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

OPENING, CLOSING = "“‘「『＂＇", "”’」』＂＇"
# Marks that stand inside terms in one report and not in the next, and characters without width.
IGNORED = re.compile('[“”‘’「」『』"＂＇\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
WIDE = re.compile("[！-～\u00a0\u3000]")


def fold(text: str) -> str:
    """Text without quotation marks, full-width characters narrowed: what terms are compared by."""
    return _narrow("".join(IGNORED.split(text)))


def _narrow(text: str) -> str:
    """Text with ASCII for full-width characters."""
    for sign in set(WIDE.findall(text)):
        text = text.replace(sign, " " if sign in "\u3000\u00a0" else chr(ord(sign) - 0xFEE0))
    return text


class Twin(NamedTuple):
    """A folded text with the way back to the offsets of the original."""

    original: str
    text: str
    shifts: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original, with the mark that closes a quotation opened in the span."""
        if not self.shifts:
            return start, end
        first = start + bisect_right(self.shifts, start)
        last = end + bisect_right(self.shifts, end - 1)
        if last - first == end - start:
            return first, last
        return _balanced(self.original, first, last)


def twin(text: str) -> Twin:
    """Fold a text and keep the way back: what stands before each sign that was left out."""
    pieces = IGNORED.split(text)
    return Twin(text, _narrow("".join(pieces)), list(accumulate(map(len, pieces[:-1]))))


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the quotation mark before or after a span that holds its counterpart."""
    surface = text[start:end]
    opened = sum(map(surface.count, OPENING))
    closed = sum(map(surface.count, CLOSING))
    if opened > closed and text[end : end + 1] and text[end] in CLOSING:
        return start, end + 1
    if closed > opened and start and text[start - 1] in OPENING:
        return start - 1, end
    return start, end
