"""Divide a report into sections and sentences: lossless, with offsets, and with a role for each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.corpus.headings import Heading, Paragraph, build_tree, find_marked, find_title, find_unmarked
from toolkit.corpus.roles import assign_roles, named_roles

Span = tuple[int, int]


class Structure(NamedTuple):
    """The rows of one document in the column order of SECTIONS and SENTENCES, without doc_id."""

    sections: list[tuple]
    sentences: list[tuple]


_LINE = re.compile(r"\S[^\n]*")
_WHITE = re.compile(r"\s*")
_MARK = re.compile(
    r"[。！？!?.．“（(《「](?:(?<=[。！？!?])[。！？!?]*[”’』」）)》】]*(?:\"(?=\s))?\s*"
    r"|(?<=“)[^“”]{0,200}”|(?<=（)[^（）]{0,200}）|(?<=\()[^()]{0,200}\)|(?<=《)[^《》]{0,120}》|(?<=「)[^「」]{0,200}」"
    r"|(?<=[\u4e00-\u9fff][.．])(?<![一二三四五六七八九十].)(?=[\u4e00-\u9fff\s“])\s*)"
)
_OPENERS = "“（(《「"
_GOES_ON = "，,、；;：:。的等和与及]）)"
_ITEM = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}(?:[)）、.．]|是)|[（(]?\d{1,2}[)）.．、](?!\d)|第[一二三四五六七八九十]+部分"
)
_FORMULA = re.compile(r"如下|报告工作|予以?审议|提出意见")
_INTRO = re.compile(r"为指导|贯彻|按照|根据")
_DATE = re.compile(r"^(?:20\d\d|二[〇○零OＯo].{2})\s*年.{1,4}月.{1,4}日$")
_CLOSING = re.compile(
    r"^[^、，]*(?:政府|委员会|办公室|[局厅委院])(?:办公室)?(?:[（(].{1,6}[)）])?$"
    r"|^(?:抄送|抄报|主送|印发|(?:相关)?附件|附[:：]|联系|扫一扫|[（(]?此件|信息来源|来源|责任?编|编辑|打印|关闭|分享|[上下]一篇|浏览)|印发$"
)


def _paragraphs(text: str, furniture: Sequence[Span]) -> list[Paragraph]:
    """Return the paragraphs outside furniture; a line broken only by the width of a page goes on."""
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text)]
    width = _page_width(text, lines)
    pieces = _outside(text, lines, furniture)
    if not width:
        return pieces
    joined: list[Paragraph] = []
    for piece in pieces:
        before = text[joined[-1].start : joined[-1].end].rsplit("\n", 1)[-1] if joined else "。"
        full = _columns(before) >= width - 3 and before.rstrip()[-1:] not in "。！？：；"
        adjacent = joined and text[joined[-1].end : piece.start].isspace()
        if full and adjacent and not _ITEM.match(text, piece.start):
            joined[-1] = Paragraph(joined[-1].start, piece.end)
        else:
            joined.append(piece)
    return joined


def _outside(text: str, lines: list[Span], furniture: Sequence[Span]) -> list[Paragraph]:
    """Cut the spans of furniture out of the lines."""
    pieces, at = [], 0
    for start, stop in lines:
        while at < len(furniture) and furniture[at][1] <= start:
            at += 1
        i = at
        while i < len(furniture) and furniture[i][0] < stop:
            if start < furniture[i][0]:
                pieces.append(Paragraph(start, furniture[i][0]))
            start = max(start, _WHITE.match(text, furniture[i][1]).end())
            i += 1
        if start < stop:
            pieces.append(Paragraph(start, stop))
    return pieces


def _columns(line: str) -> float:
    """Return the width of a line in Han characters; digits and Latin letters take half."""
    return len(line.rstrip().encode("gb18030", "replace")) / 2


def _page_width(text: str, lines: list[Span]) -> float:
    """Return the width at which lines are broken, in Han characters; 0 where line ends are paragraph ends.

    Text taken from a PDF has its line ends where the page ended: most lines have the same length, few end
    with a stop, and none is longer.
    """
    if len(lines) < 12 or not 12 < len(text) / len(lines) < 60:
        return 0
    widths = sorted(_columns(text[start:stop]) for start, stop in lines)
    width = widths[-1 - len(widths) // 50]
    full = sum(1 for one in widths if one >= width - 3)
    return width if width <= 60 and full >= 0.4 * len(widths) else 0


def _stops(text: str) -> list[int]:
    """Return where sentences begin after a stop; a stop inside quotes or brackets ends none."""
    begins = []
    for match in _MARK.finditer(text):
        end = match.end()
        if text[match.start()] not in _OPENERS:
            begins.append(end)
        elif text[end - 2] in "。！？!?" and text[end : end + 1] not in _GOES_ON:
            begins.append(_WHITE.match(text, end).end())
    return begins


def _review_year(title: Heading | None, headings: list[Heading], genre: str, year: int | None) -> int | None:
    """Return the last year the report reviews: given, or named by the title or a heading of achievements."""
    if year is not None:
        return year - 1 if genre == "work report" else year
    titled = [title] if title and "工作报告" not in title.title else []
    top = [h for h in headings if h.level <= 1 or h.kind == "topic"]
    reviews = [h for h in top if named_roles(h.title, 1)[:1] == ("achievement",)]
    for group in (titled, reviews):
        named = [int(y) for h in group for y in re.findall(r"(20[0-3]\d)年", h.title)]
        if named:
            return max(named)
    return None


def _front_end(text: str, begin: int, first: int, paragraphs: list[Paragraph]) -> int:
    """Return where the introduction ends: at the first heading, or where its formula ends if that is far."""
    if first - begin <= 800 and first < len(text):
        return first
    body = [p for p in paragraphs if begin <= p.start < first]
    for paragraph in body[:6]:
        if _FORMULA.search(text, paragraph.start, paragraph.end):
            return paragraph.end
    if len(body) > 1 and body[0].end - body[0].start < 800 and _INTRO.search(text, *body[0]):
        return body[0].end
    return begin


def _tail_start(text: str, paragraphs: list[Paragraph]) -> int:
    """Return where the closing matter begins: signature, date, copies sent, remains of a web page."""
    start = len(text)
    for paragraph in reversed(paragraphs[-12:]):
        line = text[paragraph.start : paragraph.end].strip()
        if len(line) > 60 or (line.endswith("。") and not line.startswith("抄")):
            break
        if _DATE.search(line) or _CLOSING.search(line):
            start = paragraph.start
    return start


def parse_structure(
    text: str, *, furniture: Sequence[tuple] = (), genre: str = "", year: int | None = None
) -> Structure:
    """Divide a report into sections and sentences and give each its role.

    Sections tile the text, each from its heading to the next heading of any level; sentences tile it too,
    line ends belong to the sentence before.

    Parameters
    ----------
    text
        The cleaned text.
    furniture
        Spans (start, end, ...) of page furniture, sorted; their sentences are meta.
    genre, year
        As in `DOCUMENTS`; they tell whether a year in a heading is under review or ahead.

    Returns
    -------
    Structure
        Rows of `SECTIONS` and of `SENTENCES` without doc_id.

    Examples
    --------
    >>> parse_structure("一、存在的问题\\n力量不足。\\n").sentences
    [(0, 1, 'problem', 0, 8, '一、存在的问题\\n'), (1, 1, 'problem', 8, 14, '力量不足。\\n')]
    """
    if not text:
        return Structure([], [])
    spans = [(span[0], span[1]) for span in furniture]
    paragraphs = _paragraphs(text, spans)
    begins = _stops(text)
    marked = find_marked(text, paragraphs)
    title = find_title(text, paragraphs, marked[0].start if marked else len(text))
    body = next((p.end for p in paragraphs if title and p.start >= title.start), 0)
    marked = sorted(marked + find_unmarked(text, paragraphs, marked, body))
    first = marked[0].start if marked else len(text)
    if marked and marked[0].style == "list" and marked[0].level > 2:  # a list in the first paragraph is no end of it
        first = max(p.start for p in paragraphs if p.start <= first)
    headings = [title, *marked] if title else marked
    cuts = {p.start for p in paragraphs}.union(begins, (h.start for h in headings), (b for b, _ in spans))
    cuts.update(_WHITE.match(text, end).end() for _, end in spans)
    starts = [0, *sorted(cut for cut in cuts if 0 < cut < len(text))]
    if not text[: starts[1]].strip() if len(starts) > 1 else False:
        del starts[1]
    front, tail = _front_end(text, body, first, paragraphs), _tail_start(text, paragraphs)
    meta = ["front" if s < front else "signature" if s >= tail else "" for s in starts]
    for begin, end in spans:
        for i in range(bisect_right(starts, begin) - 1, len(starts)):
            if starts[i] >= end:
                break
            meta[i] = "furniture"
    parents = build_tree(headings)
    shift = 1 if title else 0
    roles = assign_roles(
        text,
        starts,
        marked,
        [p - shift if p >= shift else -1 for p in parents[shift:]],
        (p.start for p in paragraphs),
        meta,
        _review_year(title, marked, genre, year),
    )
    return _rows(text, headings, parents, starts, roles)


def _rows(text, headings, parents, starts, roles) -> Structure:
    """Lay out the rows of both tables."""
    section_starts = [h.start for h in headings]
    stops = [*starts[1:], len(text)]
    sentences, held = [], {}
    for i, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        section = bisect_right(section_starts, start)
        sentences.append((i, section, roles.roles[i], start, stop, text[start:stop]))
        held.setdefault(section, []).append(i)
    sections = []
    for number, rows in held.items():
        real = [i for i in rows if roles.roles[i] != "meta"] or rows
        kinds = dict.fromkeys(roles.roles[i] for i in real)
        source = "+".join(dict.fromkeys(roles.sources[i] for i in real))
        role = next(iter(kinds)) if len(kinds) == 1 else "mixed"
        begin, end = sentences[rows[0]][3], sentences[rows[-1]][4]
        if number == 0:
            sections.append((0, -1, 0, "", "", "none", role, source, begin, end))
            continue
        h, parent = headings[number - 1], parents[number - 1] + 1
        sections.append((number, parent or -1, h.level, h.marker, h.title, h.style, role, source, begin, end))
    return Structure(sections, sentences)
