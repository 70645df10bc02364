"""The parts of a report that carry its metadata: front matter, title, labelled fields, opening, signature."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from .extracts import read_rows

FRONT, OPENING, TAIL = 4000, 900, 700  # characters that are looked at

# One character for one character, so that offsets hold: full-width forms, spaces, brackets, zeros of years.
_ODD = re.compile("[\t\u00a0\u200b\u2002\u2003\u3000\ufeff○◯⚪【】〖〗［］﹝﹞０-ｚ－／～\ud800-\udfff]")
_MARKS = dict(zip("［﹝【〖］﹞】〗○◯⚪", "〔〔〔〔〕〕〕〕〇〇〇", strict=True))


class Layout(NamedTuple):
    """What stands where in a report; all but `title` in the plain twin (see `plain`)."""

    title: str
    title_source: str
    front: list[str]
    opening: str
    tail: list[str]
    fields: dict[str, str]
    body: str


@cache
def rules(field: str) -> dict[str, re.Pattern[str]]:
    """Patterns of metadata_rules.csv for one field by rule, in the order in which they are tried."""
    rows = read_rows("metadata_rules")
    parts = {"{" + row["rule"] + "}": row["pattern"] for row in rows if row["field"] == "part"}
    found = {}
    for row in rows:
        if row["field"] == field:
            pattern = re.sub(r"\{[a-z]+\}", lambda part: parts[part.group()], row["pattern"])
            found[row["rule"]] = re.compile(pattern)
    return found


@cache
def _labels() -> tuple[dict[str, str], re.Pattern[str]]:
    """Label -> field, and the pattern of 来源:X, [来源] X and the cells of a flattened table, 发布机构 | X."""
    kinds = {row["rule"]: row["pattern"] for row in read_rows("metadata_rules") if row["field"] == "label"}
    words = "|".join(" *".join(label) for label in kinds)  # 来  源
    behind = r"(?:\s*[:：〕|｜]\s*|(?<=[一-龥]{4})\s+)(?P<value>[^\s:：|｜]*)"
    return kinds, re.compile(f"(?P<label>{words}){behind}")


def plain(text: str) -> str:
    """The text with full-width digits, odd spaces, brackets and zeros made plain, offsets unchanged."""
    return _ODD.sub(_plain_character, text)


def _plain_character(match: re.Match[str]) -> str:
    """The plain form of one odd character."""
    character = match.group()
    plainer = _MARKS.get(character) or unicodedata.normalize("NFKC", character)
    return plainer if plainer.isprintable() and len(plainer) == 1 else " "


def masked(text: str) -> str:
    """The text with what it only cites blanked out, offsets unchanged.

    Cited are titles in 《》, the years in brackets behind them (《纲要》(2015-2020年)) and document numbers;
    full dates are events. None of them gives the report's own region, year or issuer.
    """
    pattern = _cited_with_numbers() if "〔" in text else rules("text")["cited"]
    return pattern.sub(lambda match: "□" * len(match.group()), text)


@cache
def _cited_with_numbers() -> re.Pattern[str]:
    """What is cited, document numbers among it."""
    return re.compile("|".join(rules("text")[rule].pattern for rule in ("cited", "cited number")))


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
    found = re.finditer(r"[^\n]+", twin[: FRONT + OPENING])
    lines = [(match.start(), line) for match in found if (line := match.group().strip(" \r•●▪"))]
    after = [*(len(line) for _, line in lines[1:]), 0]
    bodies = (number for number, (_, line) in enumerate(lines) if _is_body(line, after[number]))
    begin = next(bodies, len(lines))
    front = [line for start, line in lines[:begin] if start < FRONT]
    meta = {start for start, end, _ in furniture if end <= FRONT and end - start > 1}
    fields = _fields(front)
    title, source = _title([line for start, line in lines[:begin] if start not in meta and start < FRONT])
    if not title and rules("title")["topic"].search(fields.get("title", "")):
        title, source = fields["title"], "field"
    if not title and lines and not begin and (glued := rules("title")["glued"].match(lines[0][1])):
        title, source = tidy_title(glued.group()), "line end lost"
    start = lines[begin][0] if begin < len(lines) else 0
    tail = [line.strip() for line in twin[max(start, len(text) - TAIL) :].split("\n") if line.strip()]
    return Layout(title, source, front, masked(twin[start : start + OPENING]), tail, fields, twin[start:])


def _is_body(line: str, after: int) -> bool:
    """Whether a line is running text (long, or wrapped with a long one after it) or its first heading."""
    long = len(line) >= 45 or min(len(line), after) >= 30
    running = long and re.search("[，,。；]", line) and not _labels()[1].search(line)
    return bool(running or rules("text")["body begins"].match(line))


def _fields(front: list[str]) -> dict[str, str]:
    """Values behind labels such as 来源: and 发布时间:, or in the line below; the first of a kind counts."""
    kinds, label = _labels()
    found: dict[str, str] = {}
    for number, line in enumerate(front):
        for match in label.finditer(line + " "):
            below = "".join(front[number + 1 : number + 2]) if match.end() >= len(line) else ""
            value = match["value"] or ("" if label.search(below + " ") else below)
            if value:
                found.setdefault(kinds[match["label"].replace(" ", "")], value)
    return found


def _title(lines: list[str]) -> tuple[str, str]:
    """The last line before the body, or run of two or three lines, that reads like a report's title."""
    look = rules("title")
    for number in range(len(lines) - 1, -1, -1):
        for count in (1, 2, 3) if look["may end one"].search(re.sub(r"\s", "", lines[number])) else ():
            parts = lines[max(0, number - count + 1) : number + 1]
            title = tidy_title("".join(parts))
            whole = len(title) <= 70 and look["reads like one"].search(title) and look["topic"].search(title)
            if whole and not any(_is_chrome(part) for part in parts):
                before = _line_above(lines, number - len(parts) + 1, title)
                return before + title, "line" if len(parts) == 1 and not before else "lines joined"
    return "", ""


def _is_chrome(line: str) -> bool:
    """Whether a line is navigation, a labelled field, a heading or a sentence."""
    return bool(rules("title")["never in one"].search(line) or _labels()[1].search(line))


def _line_above(lines: list[str], number: int, title: str) -> str:
    """The line above that belongs to the title: its first half, or the organisation before 关于."""
    look, above = rules("title"), tidy_title(lines[number - 1]) if number else ""
    half = look["second half"].match(title) and look["first half"].search(above)
    begins = r"关于|\d{4}年" if above.endswith(("政府", *"县市区旗州盟省")) else "关于"
    organ = re.match(begins, title) and look["organ above"].search(above)
    joins = (half or organ) and len(above) <= 40 and not above.endswith(("文件", "公文"))
    if not joins or _is_chrome(above):
        return ""
    party = tidy_title(lines[number - 2]) if number > 1 else ""  # 中共辛集市委 above 辛集市人民政府
    return party + above if re.fullmatch("中共.{2,14}委(?:员会)?", party) else above


def tidy_title(line: str) -> str:
    """A title line without number, marks, site name and blanks inside; a website's name is no title."""
    look = rules("title")
    line = re.sub(r"^[#*\s]+|^(?:标\s*题|名\s*称)\s*[:：]\s*", "", line)
    line = look["own number before it"].sub("", look["site name"].sub("", line).strip())
    line = re.sub(r"(?<![A-Za-z])\s+(?![A-Za-z])", "", look["inside a notice"].sub(r"\1", line))
    line = line[1:-1] if line.startswith("《") and line.endswith("》") else line
    return "" if re.search("网站|门户|首页$", line) else line
