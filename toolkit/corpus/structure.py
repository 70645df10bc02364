"""Divide a report into sections and sentences: lossless, with offsets, and with a role for each."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.corpus import wording
from toolkit.corpus.headings import Heading, Paragraph, build_tree, find_headings
from toolkit.corpus.layout import read_layout
from toolkit.corpus.paragraphs import RAGGED, columns, goes_on
from toolkit.corpus.roles import Roles, assign_roles, named_roles

Span = tuple[int, int]


class Structure(NamedTuple):
    """The rows of one document in the column order of SECTIONS and SENTENCES, without doc_id."""

    sections: list[tuple]
    sentences: list[tuple]


_NO_HEADING = Heading(0, 0, "none", 0, "", "", "none")
_LINE = re.compile(r"\S[^\n]*")
_WHITE = re.compile(r"\s*")
_OPENERS = "“（(《「"
_GOES_ON = "，,、；;：:。的等和与及]）)"


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
        adjacent = joined and text[joined[-1].end : piece.start].isspace()
        if adjacent and goes_on(before, text[piece.start : piece.end], width):
            joined[-1] = Paragraph(joined[-1].start, piece.end)
        else:
            joined.append(piece)
    return joined


def _outside(text: str, lines: list[Span], furniture: Sequence[Span]) -> list[Paragraph]:
    """Cut the spans of furniture out of the lines."""
    if not furniture:
        return [Paragraph(start, stop) for start, stop in lines]
    pieces, at = [], 0
    for start, stop in lines:
        while at < len(furniture) and furniture[at][1] <= start:
            at += 1
        i, begin = at, start
        while i < len(furniture) and furniture[i][0] < stop:
            if begin < furniture[i][0]:
                pieces.append(Paragraph(begin, furniture[i][0]))
            begin = max(begin, _WHITE.match(text, furniture[i][1]).end())
            i += 1
        if begin < stop:
            pieces.append(Paragraph(begin, stop))
    return pieces


def _page_width(text: str, lines: list[Span]) -> float:
    """Return the width at which lines are broken, in Han characters; 0 where line ends are paragraph ends.

    Text taken from a PDF has its line ends where the page ended: most lines have the same length, few end
    with a stop, and none is longer.
    """
    if len(lines) < 12 or not 12 < len(text) / len(lines) < 60:
        return 0
    widths = sorted(columns(text[start:stop]) for start, stop in lines)
    width = widths[-1 - len(widths) // 50]
    full = sum(1 for one in widths if one >= width - RAGGED)
    return width if width <= 60 and full >= 0.4 * len(widths) else 0


def _stops(text: str) -> list[int]:
    """Return where sentences begin after a stop; a stop inside quotes or brackets ends none."""
    begins = []
    for match in wording.MARK.finditer(text):
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
    titled = [title] if title and "政府工作报告" not in title.title else []
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
    for paragraph, after in zip(body[:6], [*body[1:], Paragraph(0, 0)], strict=False):
        if wording.FORMULA.search(text, paragraph.start, paragraph.end):
            invokes = after.end - after.start < 400 and "为指导" in text[after.start : after.end]
            return after.end if invokes else paragraph.end
    if len(body) > 1 and body[0].end - body[0].start < 800 and wording.INTRO.match(text, *body[0]):
        return body[0].end
    return begin


def _tail_start(text: str, paragraphs: list[Paragraph]) -> int:
    """Return where the closing matter begins: signature, date, copies sent, remains of a web page."""
    start, dated = len(text), False
    for paragraph in reversed(paragraphs[-12:]):
        line = text[paragraph.start : paragraph.end].strip()
        sentence = line.endswith("。") and not line.startswith(("抄", "特此", "专此", "以上报告"))
        if len(line) > 60 or sentence:
            break
        signs = dated and not wording.CLAUSE.search(line)  # whatever it is called, it stands above the date
        dated = bool(wording.DATE.search(line))
        if dated or signs or wording.CLOSING.search(line):
            start = paragraph.start
    return start


def parse_structure(
    text: str,
    *,
    furniture: Sequence[tuple] = (),
    genre: str = "",
    year: int | None = None,
    title: str | None = None,
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
    title
        As in `DOCUMENTS`; where it is not given, it is sought in the text.

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
    title = read_layout(text, furniture=furniture).title if title is None else title
    title, headings = find_headings(text, paragraphs, title)
    begins = _stops(text)
    begins += [p.start for p in paragraphs]
    begins += [h.start for h in headings]
    begins += [at for begin, end in spans for at in (begin, _WHITE.match(text, end).end())]
    starts = [at for at in sorted({0, *begins}) if at < len(text)]
    if len(starts) > 1 and not text[: starts[1]].strip():
        del starts[1]  # white space before the first character belongs to the first sentence
    meta = _set_aside(text, starts, paragraphs, title, headings)
    for begin, end in spans:
        for i in range(bisect_right(starts, begin) - 1, bisect_left(starts, end)):
            meta[i] = "furniture"
    whole = [title, *headings] if title else headings
    parents = build_tree(whole)
    opens = {p.start for p in paragraphs}
    reviewed = _review_year(title, headings, genre, year)
    roles = assign_roles(text, starts, opens, meta, whole, parents, reviewed)
    return _rows(text, whole, parents, starts, roles)


def _set_aside(
    text: str, starts: list[int], paragraphs: list[Paragraph], title: Heading | None, headings: list[Heading]
) -> list[str]:
    """Return for each sentence why it is front matter or signature; an empty string where it is neither."""
    begin = next((p.end for p in paragraphs if title and p.start >= title.start), 0)
    first = headings[0].start if headings else len(text)
    if headings and headings[0].style == "list" and headings[0].level > 2:
        first = len(text)  # a list inside a paragraph does not tell where the introduction ends
    front = bisect_left(starts, _front_end(text, begin, first, paragraphs))
    tail = max(front, bisect_left(starts, _tail_start(text, paragraphs)))
    return ["front"] * front + [""] * (tail - front) + ["signature"] * (len(starts) - tail)


def _rows(
    text: str, headings: list[Heading], parents: list[int], starts: list[int], roles: Roles
) -> Structure:
    """Lay out the rows of both tables."""
    stops = [*starts[1:], len(text)]
    pieces = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
    edges = [bisect_left(starts, h.start) for h in headings] + [len(starts)]
    sections, of_sentence = [], []
    for number, (first, last) in enumerate(zip([0, *edges], edges, strict=False)):
        of_sentence += [number] * (last - first)
        if first == last:
            continue
        heading = headings[number - 1] if number else _NO_HEADING
        parent = parents[number - 1] + 1 if number else 0
        role, source = _summary(roles.roles[first:last], roles.sources[first:last])
        words = (heading.marker, heading.title, heading.style)
        extent = (starts[first], stops[last - 1])
        sections.append((number, parent or -1, heading.level, *words, role, source, *extent))
    columns = (range(len(starts)), of_sentence, roles.roles, starts, stops, pieces)
    return Structure(sections, list(zip(*columns, strict=True)))


def _summary(roles: list[str], sources: list[str]) -> tuple[str, str]:
    """Return the role of a section and the rules behind it; meta counts only where there is nothing else."""
    kinds = set(roles)
    if len(kinds) > 1:
        kinds.discard("meta")
    role = kinds.pop() if len(kinds) == 1 else "mixed"
    if len(set(sources)) == 1:
        return role, sources[0]
    rules = dict.fromkeys(s for r, s in zip(roles, sources, strict=True) if r != "meta" or role == "meta")
    return role, "+".join(rules)
