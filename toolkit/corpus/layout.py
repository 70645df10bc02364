"""The parts of a report that carry its metadata: front matter, title, labelled fields, opening, signature."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

FRONT, OPENING, TAIL = 4000, 900, 700  # characters that are looked at

# One character for one character, so that offsets hold: full-width forms, spaces, brackets, zeros of years.
_PLAIN = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in [*range(0xFF10, 0xFF5B), 0xFF0D, 0xFF0F, 0xFF5E]
}
_PLAIN |= dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u3000\t\ufeff\u200b"), " ")
_PLAIN |= dict(zip(map(ord, "［﹝【〖］﹞】〗"), "〔〔〔〔〕〕〕〕", strict=True))
_PLAIN |= dict.fromkeys(map(ord, "○◯⚪"), "〇")

_ENDING = r"(?:报告|总结|汇报|小结|情况|综述)"
_TITLE = re.compile(
    rf"(?:法治|依法行政|依法治|政府|管委会|管理委员会|行署|述法|年度|年|区|县|市|省|州|旗|盟)\S*{_ENDING}"
    r"(?:的(?:通知|公告|公示|函))?(?:[（(〔][^）)〕]{0,40}[）)〕])*$|^工作报告$"
)
_TOPIC = re.compile("法治|依法行政|依法治|工作报告|工作总结|述法")
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
_FIELD = re.compile(rf"(?P<label>{_SPACED})\s*[:：〕]\s*(?P<value>[^\s:：|｜]*)")


class Layout(NamedTuple):
    """What stands where in a report; `front`, `opening` and `tail` are plain twins (see `plain`)."""

    title: str
    title_source: str
    front: list[str]
    opening: str
    tail: list[str]
    fields: dict[str, str]
    body: str


def plain(text: str) -> str:
    """The text with full-width digits, odd spaces, brackets and zeros made plain, offsets unchanged."""
    return text.translate(_PLAIN)


def masked(text: str) -> str:
    """The text with what it only cites blanked out, offsets unchanged.

    Cited are titles in 《》, the years in brackets behind them (《纲要》(2015-2020年)) and document numbers:
    neither gives the report's own region, year or issuer.
    """
    text = re.sub(r"《[^》\n]{0,120}》(?:\s*[（(][^）)\n]{0,20}[）)])?|〈[^〉\n]{0,80}〉", _blank, text)
    return re.sub(r"\w{0,8}〔\s*\d{4}\s*〕\s*\d*\s*号?|[“\"][^”\"\n]{0,30}[”\"]", _blank, text)


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
    twin = plain(text[: FRONT + OPENING])
    lines = [(m.start(), m.group().strip()) for m in re.finditer(r"[^\n]+", twin) if m.group().strip()]
    begin = next((number for number, (_, line) in enumerate(lines) if _is_body(line)), len(lines))
    front = [line for start, line in lines[:begin] if start < FRONT]
    meta = {start for start, end, _ in furniture if end <= FRONT and end - start > 1}
    sought = [line for start, line in lines[:begin] if start not in meta and start < FRONT]
    fields = _fields(front)
    title, source = _title(sought)
    if not title and _TOPIC.search(fields.get("title", "")):
        title, source = fields["title"], "field"
    start = lines[begin][0] if begin < len(lines) else 0
    tail = [line.strip() for line in plain(text[max(start, len(text) - TAIL) :]).split("\n") if line.strip()]
    return Layout(title, source, front, masked(twin[start : start + OPENING]), tail, fields, text[start:])


def _is_body(line: str) -> bool:
    """Whether a line is running text or its first heading: here the front matter ends."""
    if re.match(r"一、|[（(]一[）)]|第一[章、]|各位代表|(?:\d{4}|过去.年).{0,12}工作回顾$", line):
        return True
    return len(line) >= 45 and bool(re.search("[，,。；]", line)) and not _FIELD.search(line)


def _fields(front: list[str]) -> dict[str, str]:
    """Values behind labels such as 来源: and 发布时间:, by kind; the first non-empty value counts."""
    found: dict[str, str] = {}
    for line in front:
        for match in _FIELD.finditer(line):
            kind = _LABELS[re.sub(r"\s", "", match["label"])]
            if match["value"]:
                found.setdefault(kind, match["value"])
    return found


def _title(lines: list[str]) -> tuple[str, str]:
    """The last line before the body, or run of two or three lines, that reads like a report's title."""
    for number in range(len(lines) - 1, -1, -1):
        for count in (1, 2, 3):
            parts = lines[number - count + 1 : number + 1] if number - count + 1 >= 0 else []
            title = _tidy("".join(parts))
            whole = parts and not any(_CRUMB.search(part) or _FIELD.search(part) for part in parts)
            if whole and len(title) <= 70 and _TITLE.search(title) and _TOPIC.search(title):
                before = _wrapped_head(lines, number - count + 1) if count == 1 else ""
                return before + title, "line" if count == 1 and not before else "lines joined"
    return "", ""


def _wrapped_head(lines: list[str], number: int) -> str:
    """The line above that belongs to a title cut in two: it names a place or a year and is no sentence."""
    title = _tidy(lines[number])
    if number == 0 or not re.match(r"建设|工作|情况|政府建设|的|度|年度|进展|行政|报告", title):
        return ""
    above = _tidy(lines[number - 1])
    joins = re.search(r"关于|法治|\d{4}|年度?$", above) and len(above) <= 40
    return above if joins and not (_CRUMB.search(above) or _FIELD.search(above)) else ""


def _tidy(line: str) -> str:
    """A title line without number, marks, site name and blanks inside."""
    line = re.sub(r"^[#*\s]+|^(?:标\s*题|名\s*称)\s*[:：]\s*", "", line)
    line = re.sub(r"[_|｜].*$|\s*[-–—]+\s*\S*(?:网|网站|门户|平台)\s*$", "", line)
    line = _NUMBERED.sub("", line.strip())
    line = re.sub(r"(?<![A-Za-z])\s+(?![A-Za-z])", "", line)
    return line[1:-1] if line.startswith("《") and line.endswith("》") else line
