"""The parts of a report that carry its metadata: front matter, title, labelled fields, opening, signature."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

FRONT, OPENING, TAIL = 4000, 900, 700  # characters that are looked at

# One character for one character, so that offsets hold: full-width forms, spaces, brackets, zeros of years.
_ODD = re.compile("[\t\u00a0\u200b\u2002\u2003\u3000\ufeff○◯⚪【】〖〗［］﹝﹞０-ｚ－／～]")
_MARKS = dict(zip("［﹝【〖］﹞】〗○◯⚪", "〔〔〔〔〕〕〕〕〇〇〇", strict=True))


_ENDING = r"(?:报告|总结|汇报|小结|情况|综述)"
_TITLE = re.compile(
    rf"(?:法治|依法行政|依法治|政府|管委会|管理委员会|行署|述法|年度|年|区|县|市|省|州|旗|盟)\S*{_ENDING}"
    r"(?:[和及暨与]\S{0,20}(?:计划|打算|安排|要点|思路))?(?:的(?:通知|公告|公示|函))?(?:[（(〔][^）)〕]{0,40}[）)〕])*$|^工作报告$"
)
_LAST_WORDS = re.compile(rf"{_ENDING[:-1]}|通知|公告|公示|函|计划|打算|安排|要点|思路)")
_TOPIC = re.compile("法治|依法行政|依法治|工作报告|工作总结|述法")
_CITED = re.compile(
    r"《[^》\n]{0,120}》(?:\s*[（(][^）)\n]{0,20}[）)])?|〈[^〉\n]{0,80}〉|[“\"][^”\"\n]{0,30}[”\"]"
    r"|[一-龥]{0,8}〔\s*\d{4}\s*〕\s*\d*\s*号?|\d{4}年\d{1,2}月\d{1,2}日"
)
_CRUMB = re.compile(
    r"[>＞»›]|首页|当前位置|您的位置|上一[篇条]|下一[篇条]|附件|相关|解读|^\s*[一二三四五六七八九十]+、|[。；!！?？]"
)
_NUMBERED = re.compile(r"^\S{2,12}?〔?\(?\d{4}[〕)]\s*(?:第\s*)?\d{1,4}\s*号")
_KINDS = (
    ("title", "标题 名称"),
    ("issuer", "发文机关 制发机关 成文机关 发文单位 发布机构 发布单位 公开主体 责任部门"),
    ("issuer", "信息来源 信息提供 文章来源 稿件来源 来源"),
    ("issued_on", "成文日期 发文日期 发文时间 生成日期 印发日期 签发日期"),
    ("published_on", "发布时间 发布日期 公开日期 公开时间 日期 时间"),
    ("doc_number", "发文字号 发文文号 文件编号 文号"),
)
_LABELS = {label: kind for kind, labels in _KINDS for label in labels.split()}
_SPACED = "|".join(" *".join(label) for label in _LABELS)  # 来  源
# 来源:X, [来源] X, and the cells of a flattened table: 发布机构 | X.
_FIELD = re.compile(
    rf"(?P<label>{_SPACED})(?:\s*[:：〕]\s*|(?<=[一-龥]{{4}})[\s|｜]+)(?P<value>[^\s:：|｜]*)"
)


class Layout(NamedTuple):
    """What stands where in a report; all but `title` in the plain twin (see `plain`)."""

    title: str
    title_source: str
    front: list[str]
    opening: str
    tail: list[str]
    fields: dict[str, str]
    body: str


def plain(text: str) -> str:
    """The text with full-width digits, odd spaces, brackets and zeros made plain, offsets unchanged."""
    return _ODD.sub(_plain_character, text)


def _plain_character(match: re.Match[str]) -> str:
    """The plain form of one odd character."""
    character = match.group()
    plainer = _MARKS.get(character) or unicodedata.normalize("NFKC", character)
    return plainer if plainer.strip() and len(plainer) == 1 else " "


def masked(text: str) -> str:
    """The text with what it only cites blanked out, offsets unchanged.

    Cited are titles in 《》, the years in brackets behind them (《纲要》(2015-2020年)) and document numbers;
    full dates are events. None of them gives the report's own region, year or issuer.
    """
    return _CITED.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    """As many blanks as characters."""
    return "□" * len(match.group())


def read_layout(text: str, *, furniture: Sequence[tuple[int, int, str]] = ()) -> Layout:
    """Find title, labelled fields, opening and signature lines in a cleaned text.

    Parameters
    ----------
    text
        The cleaned text.
    furniture
        Spans of page furniture (start, end, rule). Fields are still read from them; a title is not
        sought in a line that is furniture as a whole.

    Returns
    -------
    Layout
        With an empty title where the text prints none.
    """
    twin = plain(text)
    found = (
        (match.start(), match.group().strip()) for match in re.finditer(r"[^\n]+", twin[: FRONT + OPENING])
    )
    lines = [(start, line) for start, line in found if line]
    begin = next((number for number, (_, line) in enumerate(lines) if _is_body(line)), len(lines))
    front = [line for start, line in lines[:begin] if start < FRONT]
    meta = {start for start, end, _ in furniture if end <= FRONT and end - start > 1}
    sought = [line for start, line in lines[:begin] if start not in meta and start < FRONT]
    fields = _fields(front)
    title, source = _title(sought)
    if not title and _TOPIC.search(fields.get("title", "")):
        title, source = fields["title"], "field"
    start = lines[begin][0] if begin < len(lines) else 0
    tail = [line.strip() for line in twin[max(start, len(text) - TAIL) :].split("\n") if line.strip()]
    return Layout(title, source, front, masked(twin[start : start + OPENING]), tail, fields, twin[start:])


def _is_body(line: str) -> bool:
    """Whether a line is running text or its first heading: here the front matter ends."""
    if re.match(r"一、|[（(]一[）)]|第一[章、]|各位代表|(?:\d{4}|过去.年).{0,12}工作回顾$", line):
        return True
    return len(line) >= 45 and bool(re.search("[，,。；]", line)) and not _FIELD.search(line)


def _fields(front: list[str]) -> dict[str, str]:
    """Values behind labels such as 来源: and 发布时间:, or in the line below; the first of a kind counts."""
    found: dict[str, str] = {}
    for number, line in enumerate(front):
        for match in _FIELD.finditer(line + " "):
            below = front[number + 1] if match.end() >= len(line) and number + 1 < len(front) else ""
            value = match["value"] or ("" if _FIELD.search(below + " ") else below)
            if value:
                found.setdefault(_LABELS[match["label"].replace(" ", "")], value)
    return found


def _title(lines: list[str]) -> tuple[str, str]:
    """The last line before the body, or run of two or three lines, that reads like a report's title."""
    for number in range(len(lines) - 1, -1, -1):
        if not _LAST_WORDS.search(lines[number]):
            continue
        for count in (1, 2, 3):
            parts = lines[max(0, number - count + 1) : number + 1]
            title = tidy_title("".join(parts))
            whole = len(title) <= 70 and _TITLE.search(title) and _TOPIC.search(title)
            if whole and not any(_CRUMB.search(part) or _FIELD.search(part) for part in parts):
                before = _line_above(lines, number - len(parts) + 1, title)
                return before + title, "line" if len(parts) == 1 and not before else "lines joined"
    return "", ""


def _line_above(lines: list[str], number: int, title: str) -> str:
    """The line above that belongs to the title: its first half, or the organisation before 关于."""
    above = tidy_title(lines[number - 1]) if number else ""
    half = re.match("建设|工作|情况|政府建设|的|度|年度|进展|行政|报告", title) and re.search(
        r"关于|法治|\d{4}|年度?$", above
    )
    organ = title.startswith("关于") and re.search("政府|[局厅委办]$|公室$|办事处$|委员会$", above)
    joins = (half or organ) and len(above) <= 40 and not re.search("文件$|公文$", above)
    return above if joins and not (_CRUMB.search(above) or _FIELD.search(above)) else ""


def tidy_title(line: str) -> str:
    """A title line without number, marks, site name and blanks inside; a website's name is no title."""
    line = re.sub(r"^[#*\s]+|^(?:标\s*题|名\s*称)\s*[:：]\s*", "", line)
    line = re.sub(r"[_|｜].*$|\s*[-–—]+\s*\S*(?:网|网站|门户|平台)\s*$", "", line)
    line = _NUMBERED.sub("", line.strip())
    line = re.sub(r"^.*?(?:印发|公布|转发|公开)《(.+)》的(?:通知|公告|公示)$", r"\1", line)
    line = re.sub(r"(?<![A-Za-z])\s+(?![A-Za-z])", "", line)
    line = line[1:-1] if line.startswith("《") and line.endswith("》") else line
    return "" if re.search("网站|门户|首页$", line) else line
