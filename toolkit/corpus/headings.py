"""Find the headings of a report: markers, unmarked headings, the title, and the tree they form."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from toolkit.corpus.roles import named_roles


class Heading(NamedTuple):
    """One heading: where it starts, its class, its number, its words and how it stands on the page."""

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


_HAN = "一二三四五六七八九十"
_BREAK = r"(?<![^\s。！？!?；;：:…].)"  # begins a line, or follows a stop
_MARKER = re.compile(
    rf"[{_HAN}\d（(〔【\[第㈠-㈩①-⑳⒈-⒛—―●■◆★◇◎▲]{_BREAK}(?:"
    rf"(?P<han>(?:(?<=[{_HAN}])[{_HAN}]{{0,2}}[ \u3000]?|(?<=—))[、.．，,](?![\d\s]*\n)(?![{_HAN}]{{1,2}}[、，,审产级线类]))"
    rf"|(?P<word>(?<=[{_HAN}])[{_HAN}]{{0,1}}(?:是|要(?![素件点务闻求领害]))[,，:：]?)"
    rf"|(?P<bracket>(?<=[（(〔【\[])\s?[{_HAN}]{{1,3}}\s?[）)〕】\]][、.．]?|(?<=[{_HAN}])[{_HAN}]?[）)][、.．]?|(?<=[㈠-㈩]))"
    r"|(?P<digit>(?<=\d)\d?[ \u3000]?[.．、](?:(?!\d)|(?=20\d\d年))|(?<=[⒈-⒛]))"
    r"|(?P<paren>(?<=[（(])\s?\d{1,2}\s?[）)][、.．]?|(?<=\d)\d?[）)])"
    r"|(?P<circle>(?<=[①-⑳]))"
    rf"|(?P<ordinal>(?<=第)[{_HAN}]{{1,2}}[,，、:：])"
    rf"|(?P<part>(?<=第)[{_HAN}]{{1,2}}(?:部[分份]|[章篇编])[\s、:：.．]?)"
    r"|(?P<dash>(?<=[—―])[—―]{0,2}(?=[\w“])(?!\d{4}年|二[〇○零]))"
    r"|(?P<bullet>(?<=[●■◆★◇◎▲])\s?))"
)
# level by the class of the marker; rank says which class encloses which (floating classes nest where they stand)
LEVELS = {"title": 0, "part": 1, "han": 1, "bracket": 2, "digit": 3, "word": 3, "ordinal": 3}
_RANKS = {"title": 0, "part": 1, "topic": 2, "han": 3, "bracket": 4, "digit": 5, "paren": 6, "circle": 7}
_FLOATING = 9
_STATEMENTS = {"word", "ordinal", "dash", "bullet"}
_INLINE = {"word", "ordinal", "han", "bracket", "digit", "paren", "circle"}
_STOPS = "。！!？?；;：:"
_STOP = re.compile(
    rf"[。！!？?；;]|[：:](?!\d)|\u3000|[ \u00a0]{{2,}}|(?<=[\u4e00-\u9fff])[.．](?=[\u4e00-\u9fff\s]|$)"
    rf"|\s(?=[（(]?[{_HAN}]{{1,2}}[）)、是])"
)
_CLAUSE = re.compile(r"[，,；;：:。]")
_NUMBERS = {"—": 1, **{han: n for n, han in enumerate(_HAN, 1)}}
_NUMBERS |= {
    f"{tens}十{ones}": t * 10 + o for t, tens in ((1, ""), (2, "二")) for o, ones in enumerate(" " + _HAN[:9])
}
_SPACE = re.compile(r"\s+")
_TITLE_END = re.compile(r"(?:报\s*告|总\s*结|汇\s*报|情\s*况)(?:[（(][^（()）]{1,40}[）)])?$")
_GLUED_TITLE = re.compile(r"[^\s。，；：>]{6,60}(?:报告|总结)(?=\s)")
_NOT_TITLE = re.compile(r"[>＞›。；]|首页|当前位置|^(?:来源|发布|索引|信息|文号|名称|标题)|下载")
_OPEN_END = re.compile(r"(?:年度?|关于|的|[和与及、]|建设|政府|工作|推进|委员会)$")


def _number(marker: str) -> int:
    """Read the number of a marker; 0 where it has none."""
    bare = marker.strip("（()）〔〕【】[]、.．，,是要第部分份章篇编：: \u3000")
    if bare in _NUMBERS:
        return _NUMBERS[bare]
    if bare.isdecimal():
        return int(bare)
    return next(
        (
            ord(bare) - ord(first) + 1
            for first in "①㈠⒈"
            if len(bare) == 1 and 0 <= ord(bare) - ord(first) < 20
        ),
        0,
    )


def _cut_title(text: str, begin: int, end: int, statement: bool, inline: bool) -> tuple[str, str]:
    """Return the words of a heading and its style, given where its paragraph ends."""
    stop = _STOP.search(text, begin + 1, end)
    last = stop.start() if stop else end
    rest = text[stop.end() : end].strip() if stop else ""
    whole = not rest and not inline
    if whole and last - begin <= (60 if not stop or stop.group() in "：:" else 0 if statement else 30):
        return text[begin:last], "line"
    if last - begin > (30 if statement or inline or whole else 40):
        clause = _CLAUSE.search(text, begin + 1, last)
        last = clause.start() if clause else last
    return text[begin:last][:60], "list" if inline else "run-in"


def find_marked(text: str, paragraphs: list[Paragraph]) -> list[Heading]:
    """Find the headings that bear a marker, at the beginning of a paragraph or inside one after a stop."""
    begins = [paragraph.start for paragraph in paragraphs]
    found: list[Heading] = []
    last: dict[str, int] = {}
    for match in _MARKER.finditer(text):
        start, kind = match.start(), match.lastgroup or ""
        at = bisect_right(begins, start) - 1
        if at < 0 or start >= paragraphs[at].end:
            continue
        number, inline = _number(match.group()), start != begins[at]
        if inline and not _opens_item(text, start, kind, number, last):
            continue
        title, style = _cut_title(text, match.end(), paragraphs[at].end, kind in _STATEMENTS, inline)
        title = _SPACE.sub("" if "\n" in title else " ", title).strip(" ，,、")
        if not title or (kind in ("part", "han") and style == "run-in" and len(title) > 45):
            continue
        last[kind] = number
        level = LEVELS.get(kind, 4)
        found.append(Heading(start, level, kind, number, match.group().strip(), title, style))
    return found


def _opens_item(text: str, start: int, kind: str, number: int, last: dict[str, int]) -> bool:
    """Tell whether a marker inside a paragraph opens an item of a list, and is not part of a sentence."""
    if kind not in _INLINE or _enclosed(text, start):
        return False
    chained = number == 1 or number == last.get(kind, -1) + 1
    if text[max(start - 3, 0) : start].rstrip()[-1:] in _STOPS:
        return chained or kind == "word"
    return chained  # what stands after a space only: the line ends of the report were lost


def _enclosed(text: str, start: int) -> bool:
    """Tell whether a place lies inside quotes or brackets that opened shortly before and close after it."""
    for opener, closer in ("“”", "（）", "()", "《》"):
        opened = text.rfind(opener, max(0, start - 200), start)
        if opened > text.rfind(closer, max(0, start - 200), start):
            return text.find(closer, start, start + 200) >= 0
    return False


_LIST_END = re.compile(r"[。！!；;：:﹕，,、]$|^各位代表|^[\d\s.．年月日—-]+$|^[（(].*[）)]$")
_RUN_IN = re.compile(r"(?!今年|过去|一年来|同时)[^。；;：:！？\d了已将们是《\n]{4,28}[。：:](?=[^\n]{25})")
_SERIES = re.compile(
    r"(?<=。)[^。，,；;：:！？\d了已将们是《\n]{4,20}(?=。(?:[^。\n]{21,}|[^。\n]*[，,\d《了]))"
)


def find_unmarked(text: str, paragraphs: list[Paragraph], marked: list[Heading], begin: int) -> list[Heading]:
    """Find the headings without a marker: short lines between paragraphs, and series of titles that run in.

    A line without a stop between paragraphs that end with one is a heading; if its words name a part of
    a report it opens that part. A short first sentence is a title only if its neighbours have one too.
    """
    taken = {heading.start for heading in marked}
    found = []
    for at, (start, stop) in enumerate(paragraphs[:-1]):
        line = text[start:stop].rstrip() if stop - start < 50 else ""
        if not line or start < begin or start in taken or len(line) > 32 or _LIST_END.search(line):
            continue
        before = text[paragraphs[at - 1].start : paragraphs[at - 1].end].rstrip() if at else "。"
        topic = len(line) <= 26 and "，" not in line and named_roles(line, 1, 0)
        follows = paragraphs[at + 1]
        framed = before[-1:] in "。！：:” ；" or paragraphs[at - 1].start in taken
        if framed and (
            topic
            or (
                follows.end - follows.start > 40
                and len(line) >= 4
                and "。" in text[follows.start : follows.end]
            )
        ):
            found.append(Heading(start, 4, "topic" if topic else "plain", 0, "", line, "line"))
            taken.add(start)
            if topic == ("other",):  # the short lines of an annex are cells of its tables
                return found + _run_ins(text, paragraphs[:at], taken, begin)
    return found + _run_ins(text, paragraphs, taken, begin)


def _run_ins(text: str, paragraphs: list[Paragraph], taken: set[int], begin: int) -> list[Heading]:
    """Find titles that run in: at the head of neighbouring paragraphs, or as a series inside one paragraph."""
    found, group, plain = [], [], 0
    for start, stop in [*paragraphs, (len(text), len(text))]:
        if start in taken or start == len(text):
            if len(group) >= 2 and len(group) >= plain:
                found += group
            group, plain = [], 0
        elif start >= begin and stop - start >= 35:
            match = _RUN_IN.match(text, start, stop)
            if match:
                group.append(Heading(start, 4, "plain", 0, "", match.group()[:-1], "run-in"))
            plain += not match
        if stop - start >= 150 and start >= begin:
            series = [m for m in _SERIES.finditer(text, start, stop) if m.start() not in taken]
            gaps = [b.start() - a.end() for a, b in zip(series, series[1:], strict=False)]
            if len(series) >= 3 and min(gaps) >= 40:
                found += [Heading(m.start(), 4, "plain", 0, "", m.group(), "run-in") for m in series]
    return found


def find_title(text: str, paragraphs: list[Paragraph], before: int) -> Heading | None:
    """Find the title: the last short line before the body that ends as titles of reports do."""
    head = []
    for paragraph in paragraphs[:15]:
        line = text[paragraph.start : paragraph.end].strip()
        glued = len(line) > 70 and _GLUED_TITLE.match(line)
        if glued and not head:
            return Heading(paragraph.start, 0, "title", 0, "", glued.group(), "line")
        if paragraph.start >= before or (len(line) > 30 and "。" in line):
            break
        head.append((paragraph.start, line))
    for at in range(len(head) - 1, -1, -1):
        start, line = head[at]
        if len(line) > 70 or not _TITLE_END.search(line) or _NOT_TITLE.search(line):
            continue
        for start_before, before_line in reversed(head[:at]):
            if len(before_line) > 40 or not _OPEN_END.search(before_line) or _NOT_TITLE.search(before_line):
                break
            start, line = start_before, before_line + line
        return Heading(start, 0, "title", 0, "", _SPACE.sub("", line), "line")
    return None


def build_tree(headings: list[Heading]) -> list[int]:
    """Return for each heading the index of the heading that encloses it; -1 at the top."""
    parents: list[int] = []
    open_: list[int] = []
    numbered: set[int] = set()  # topics with 一、 below them
    for at, heading in enumerate(headings):
        rank = _RANKS.get(heading.kind, _FLOATING)
        if rank == _FLOATING and any(headings[i].kind == heading.kind for i in open_):
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
