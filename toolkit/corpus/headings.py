"""Find the headings of a report: markers, headings without a marker, the title, and the tree they form."""

import unicodedata
from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

from toolkit.corpus import wording
from toolkit.corpus.dates import small_number
from toolkit.corpus.layout import plain
from toolkit.corpus.roles import named_roles


class Heading(NamedTuple):
    """One heading: where it starts, its level and class, its number, its words, how it stands on the page."""

    start: int
    level: int
    kind: str
    number: int
    marker: str
    title: str
    style: str


class Paragraph(NamedTuple):
    """One paragraph outside page furniture: first character, and one past the last one."""

    start: int
    end: int


# The level is the class of the marker; the rank says which class encloses which. Classes without a rank
# stand anywhere: they are siblings of an open heading of their class, else children of what is open.
_LEVELS = {"title": 0, "part": 1, "han": 1, "bracket": 2, "digit": 3, "word": 3, "ordinal": 3}
_RANKS = {"title": 0, "part": 1, "topic": 2, "han": 3, "bracket": 4, "digit": 5, "paren": 6, "circle": 7}
_FLOATING = 9
_STATEMENTS = {"word", "ordinal", "dash", "bullet"}
_INLINE = {"word", "ordinal", "han", "bracket", "digit", "paren", "circle"}
_STOPS = "。！!？?；;：:.．"


def find_headings(text: str, paragraphs: list[Paragraph], title: str) -> tuple[Heading | None, list[Heading]]:
    """Return the title, None where there is none, and all headings after it in their order."""
    marked = _without_contents(text, _marked(text, paragraphs))
    title = _title(text, paragraphs, title, marked[0].start if marked else len(text))
    if title:
        marked = [heading for heading in marked if heading.start > title.start]
    begin = next((min(p.end, p.start + 150) for p in paragraphs if title and p.start >= title.start), 0)
    taken = {heading.start for heading in marked}
    lines = _lines(text, paragraphs, taken, begin)
    taken.update(heading.start for heading in lines)
    annexes = (h.start for h in lines if h.kind == "topic" and named_roles(h.title, 1) == ("other",))
    end = next(annexes, len(text))
    run_ins = _run_ins(text, paragraphs, taken, begin, end) + _series(text, paragraphs, taken, begin, end)
    return title, sorted(marked + lines + run_ins)


def _marked(text: str, paragraphs: list[Paragraph]) -> list[Heading]:
    """Find the headings that bear a marker, at the beginning of a paragraph or inside one after a stop."""
    begins = [paragraph.start for paragraph in paragraphs]
    found: list[Heading] = []
    last: dict[str, int] = {}
    for match in wording.MARKER.finditer(text):
        start, kind = match.start(), match.lastgroup or ""
        at = bisect_right(begins, start) - 1
        if at < 0 or start >= paragraphs[at].end:
            continue
        marker, inline = match.group().strip(), start != begins[at]
        number = _number(marker)
        if kind in ("glued", "torn", "spaced"):
            mended = _mended_kind(marker)
            torn = kind == "torn" and (inline or number != last.get(mended, -1) + 1)
            if torn or (kind == "glued" and not (found and _adjoins(text, found[-1], start))):
                continue
            kind = mended
        if inline and not _opens_item(text, start, kind, number, last):
            continue
        title, style = _cut_title(text, match.end(), paragraphs[at].end, kind in _STATEMENTS, inline)
        if not title or (kind in ("part", "han") and style == "run-in" and len(title) > 45):
            continue
        last[kind] = number
        found.append(Heading(start, _LEVELS.get(kind, 4), kind, number, marker, title, style))
    return found


def _mended_kind(marker: str) -> str:
    """Return the class that a damaged marker had."""
    if marker[0] in "（(":
        return "bracket"
    return "digit" if marker[0].isdigit() else "word" if marker.endswith("是") else "han"


def _without_contents(text: str, found: list[Heading]) -> list[Heading]:
    """Leave out the headings of a table of contents: they come again in the body."""
    if not found or not wording.CONTENTS.search(text, max(0, found[0].start - 60), found[0].start):
        return found
    first = found[0]
    again = (i for i, h in enumerate(found) if i and (h.kind, h.number) == (first.kind, first.number))
    return found[next(again, 0) :]


def _number(marker: str) -> int:
    """Read the number of a marker; 0 where it has none. — is a misread 一."""
    bare = marker.strip("（()）〔〕【】[]、.．，,是要第部分份章篇编：: \u3000")
    if len(bare) == 1:
        return 1 if bare == "—" else int(unicodedata.numeric(bare, 0))
    readable = bare.isdecimal() or (bare and set(bare) <= set("一二三四五六七八九十"))
    return small_number(bare) if readable else 0


def _opens_item(text: str, start: int, kind: str, number: int, last: dict[str, int]) -> bool:
    """Tell whether a marker inside a paragraph opens an item of a list, and is not part of a sentence."""
    if kind not in _INLINE:
        return False
    stopped = kind == "word" and text[start - 3 : start].rstrip()[-1:] in _STOPS
    follows = number in (1, last.get(kind, -1) + 1)  # behind a space too: line ends may have been lost
    return (stopped or follows) and not _enclosed(text, start)


def _adjoins(text: str, heading: Heading, start: int) -> bool:
    """Tell whether a marker stands directly behind the words of a heading, with no stop between."""
    begin = heading.start + len(heading.marker)
    return heading.kind in ("han", "bracket", "part") and text[begin:start].strip() == heading.title


def _enclosed(text: str, start: int) -> bool:
    """Tell whether a place lies inside quotes or brackets that opened shortly before and close after it."""
    for opener, closer in ("“”", "（）", "()", "《》"):
        opened = text.rfind(opener, max(0, start - 200), start)
        if opened >= 0 and opened > text.rfind(closer, opened, start):
            return text.find(closer, start, start + 200) >= 0
    return False


def _cut_title(text: str, begin: int, end: int, statement: bool, inline: bool) -> tuple[str, str]:
    """Return the words of a heading and its style, given where its paragraph ends.

    Heading and text of a run-in are parted by the first stop; a sentence too long for a heading gives its
    first clause. Items such as 一是 are mostly whole sentences, so they get less room.
    """
    stop = wording.TITLE_STOP.search(text, begin + 1, end)
    last = stop.start() if stop else end
    style = "list" if inline else "run-in"
    whole = not inline and not (stop and text[stop.end() : end].strip())
    if whole and last - begin <= (60 if not stop or stop.group() in "：:" else 0 if statement else 30):
        style = "line"
    elif last - begin > (30 if statement or inline or whole else 40):
        clause = wording.CLAUSE.search(text, begin + 1, last)
        last = min(clause.start() if clause else last, begin + 60)
    title = text[begin:last]
    return ("" if "\n" in title else " ").join(title.split()).strip(" ，,、"), style


def _lines(text: str, paragraphs: list[Paragraph], taken: set[int], begin: int) -> list[Heading]:
    """Find headings without a marker that fill a line: one without a stop, between paragraphs that have one.

    A line whose words name a part of a report (2022年主要工作, 名词解释) opens that part, a topic. The short
    lines of an annex are cells of its tables, so the search ends there.
    """
    found: list[Heading] = []
    first = min(taken, default=len(text) // 2)
    for at, (start, stop) in enumerate(paragraphs[:-1]):
        if stop - start >= 50 or start < begin or start in taken:
            continue
        line = text[start:stop].rstrip()
        if not 2 <= len(line) <= 32 or wording.NO_HEADING.search(line):
            continue
        if not _framed(text, paragraphs, at, taken, found):
            continue
        line = line.rstrip("：:") if len(line) <= 15 else line
        named = named_roles(line, 1, 0) if len(line) <= 26 and "，" not in line else ()
        follows = text[paragraphs[at + 1].start : paragraphs[at + 1].end]
        body = len(line) >= 4 and len(follows) > 40 and "。" in follows and text[stop - 1] not in "：:"
        if named == ("other",) and start < first:
            continue  # a link to a file above the body is no annex
        if named or body:
            found.append(Heading(start, 4, "topic" if named else "plain", 0, "", line, "line"))
        if named == ("other",):
            break
    return found


def _framed(text: str, paragraphs: list[Paragraph], at: int, taken: set[int], found: list[Heading]) -> bool:
    """Tell whether there is a paragraph before that ends with a stop or is a heading."""
    if not at:
        return False
    start, stop = paragraphs[at - 1]
    closes = text[max(start, stop - 5) : stop].rstrip()[-1:] in "。！：:”；"
    return closes or start in taken or bool(found and found[-1].start == start)


def _run_ins(text: str, paragraphs: list[Paragraph], taken: set[int], begin: int, end: int) -> list[Heading]:
    """Find titles without a marker at the head of paragraphs, where most between two headings begin so.

    One short sentence alone is no title, unless it is a label such as 存在的问题.
    """
    found, group, plain = [], [], 0
    for start, stop in [*paragraphs, Paragraph(end, end)]:
        if start in taken or start >= end:
            found += group if len(group) >= max(2, plain) else []
            group, plain = [], 0
        elif start >= begin and stop - start >= 35:
            label = wording.LABEL.match(text, start, stop)
            match = label or wording.RUN_IN.match(text, start, stop)
            if match:
                (found if label else group).append(_plain(start, match.group()[:-1]))
            plain += not match
    return found


def _series(text: str, paragraphs: list[Paragraph], taken: set[int], begin: int, end: int) -> list[Heading]:
    """Find titles without a marker inside paragraphs: three or more, each followed by its elaboration."""
    found: list[Heading] = []
    marks = sorted(taken)
    for paragraph in paragraphs:
        if paragraph.end - paragraph.start < 150:
            continue
        inside = marks[bisect_right(marks, paragraph.start) : bisect_right(marks, paragraph.end)]
        for start, stop in pairwise([paragraph.start, *inside, paragraph.end]):
            if stop - start < 150 or stop <= begin or start >= end:
                continue
            titles = list(wording.SERIES.finditer(text, max(start, begin), stop))
            if len(titles) >= 3 and all(b.start() - a.end() >= 40 for a, b in pairwise(titles)):
                found += [_plain(m.start(1), m.group(1)) for m in titles]
    return found


def _plain(start: int, words: str) -> Heading:
    """Build a heading without a marker that runs in."""
    return Heading(start, 4, "plain", 0, "", "".join(words.split()), "run-in")


def _title(text: str, paragraphs: list[Paragraph], title: str, before: int) -> Heading | None:
    """Find where the title is printed last before the body, on one line or over up to four."""
    words = "".join(title.split())
    head = [p for p in paragraphs if words and p.start < before and p.end - p.start <= 70]
    for at in range(len(head), 0, -1):
        printed = ""
        for start, end in reversed(head[max(0, at - 4) : at]):
            printed = "".join(plain(text[start:end]).split()) + printed
            if words in printed:
                return Heading(start, 0, "title", 0, "", words, "line")
    glued = text[:200].lstrip().startswith(words[:1]) and words in "".join(plain(text[:200]).split())
    return Heading(paragraphs[0].start, 0, "title", 0, "", words, "line") if words and glued else None


def build_tree(headings: list[Heading]) -> list[int]:
    """Return for each heading the index of the heading that encloses it; -1 at the top."""
    parents: list[int] = []
    open_: list[int] = []
    numbered: set[int] = set()  # topics with 一、 below them
    for at, heading in enumerate(headings):
        rank = _RANKS.get(heading.kind, _FLOATING)
        if rank == _FLOATING and heading.kind in [headings[i].kind for i in open_]:
            while headings[open_.pop()].kind != heading.kind:
                pass
        while open_ and rank < _FLOATING and _RANKS.get(headings[open_[-1]].kind, _FLOATING) >= rank:
            open_.pop()
        if heading.kind == "han" and open_ and headings[open_[-1]].kind == "topic":
            if heading.number == 1:
                numbered.add(open_[-1])
            elif open_[-1] not in numbered:  # 六、 goes on with 五、 across a topic without a number
                open_.pop()
        parents.append(open_[-1] if open_ else -1)
        open_.append(at)
    return parents
