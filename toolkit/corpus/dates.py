"""Years and dates of a report: what it covers, when it was delivered, signed and published."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import NamedTuple

from toolkit.corpus.layout import Layout, masked, plain

EARLIEST = 1949
_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_DIGITS |= dict.fromkeys("零OoO0", "0")
_CHINESE = r"[一二][〇零Oo0九][〇零Oo0一二三四五六七八九]{2}"
_YEAR = re.compile(
    rf"(?<![\d.]) ?(?P<year>(?:19|20)\d\d|{_CHINESE})"
    rf"(?:\s*年?\s*(?P<dash>[-—–~～至到]+)\s*(?P<last>(?:19|20)\d\d|{_CHINESE}|\d\d(?=年)))?"
    r"\s*(?:年|(?=\d{1,2}月|以来|度|法治|依法|政府工作))"
)
DATE = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d\d|{_CHINESE})\s*[-年./]\s*(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})"
    r"\s*[-月./]\s*(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})(?!\d)"
)
_NUMERALS = "〇一二三四五六七八九十"


class YearMention(NamedTuple):
    """A year in a text; `last` differs from `first` in a range such as 2022-2023年."""

    start: int
    first: int
    last: int


class Years(NamedTuple):
    """The decision on the years, with the rule and what was noticed."""

    covered: int | None
    delivered: int | None
    source: str
    flags: tuple[str, ...]


def _number(numeral: str) -> int:
    """2023, 二〇二三 or 二O二三 as a number."""
    return int("".join(_DIGITS.get(character, character) for character in numeral))


def find_years(text: str) -> list[YearMention]:
    """Years named in a text, in order: 2023年, 二〇二三年, ２０２３年度, 202010月, 2022-2023年.

    Years out of 1949 to next year are left out. Cited titles and document numbers are the caller's to mask
    (`layout.masked`).
    """
    found = []
    for match in _YEAR.finditer(plain(text)):
        first = _number(match["year"])
        last = match["last"] or match["year"]
        last = _number(last) if len(last) == 4 else first // 100 * 100 + int(last)
        if EARLIEST <= first <= last <= date.today().year + 1:
            found.append(YearMention(match.start("year"), first, last))
    return found


def find_date(text: str) -> str:
    """The first full date of a text as YYYY-MM-DD; empty where there is none or it cannot be."""
    for match in DATE.finditer(plain(text)):
        month, day = (_small(match[part]) for part in ("month", "day"))
        try:
            return date(_number(match["year"]), month, day).isoformat()
        except ValueError:  # 2023年13月45日 is no date: look at the next
            continue
    return ""


def _small(numeral: str) -> int:
    """A month or day: 12, 十二, 二十, 三十一."""
    if numeral.isdigit():
        return int(numeral)
    tens, _, units = numeral.rpartition("十")
    ten = (_NUMERALS.index(tens) if tens else 1) * 10 if "十" in numeral else 0
    return ten + (_NUMERALS.index(units) if len(units) == 1 else 0)


def find_dates(layout: Layout, hints: dict[str, str]) -> tuple[str, str, str]:
    """issued_on, published_on, and the rules that gave them."""
    rules = {}
    issued = next((find_date(line) for line in reversed(layout.tail) if _is_date_line(line)), "")
    rules["issued"] = "signature"
    if not issued:
        issued, rules["issued"] = find_date(layout.fields.get("issued_on", "")), "field"
    if not issued:
        under = (
            find_date(line) for line in layout.front if re.fullmatch(r"[（(].{8,60}[）)]|—*\s*\S*上", line)
        )
        issued, rules["issued"] = next(filter(None, under), ""), "under the title"
    if not issued:
        prints = (find_date(line) for line in reversed(layout.tail) if line.endswith("印发"))
        issued, rules["issued"] = next(filter(None, prints), ""), "印发 line"
    published, rules["published"] = find_date(layout.fields.get("published_on", "")), "field"
    if not published:
        bare = (
            find_date(line) for line in layout.front if re.fullmatch(r"\d{4}[-/.]\d\d?[-/.]\d\d?.{0,9}", line)
        )
        published, rules["published"] = next(filter(None, bare), ""), "line of its own"
    if not published and hints.get("published_on"):
        published, rules["published"] = find_date(hints["published_on"]), "container"
    given = {"issued": issued, "published": published}
    return issued, published, "; ".join(f"{name}: {rules[name]}" for name in given if given[name])


def _is_date_line(line: str) -> bool:
    """Whether a line holds a date and next to nothing else, as a signature's date does."""
    return bool(DATE.match(line)) and len(line) <= 22 and "印发" not in line


def decide_years(
    layout: Layout, *, genre: str, stem: str, issued: str, published: str, hints: dict[str, str]
) -> Years:
    """Decide year_covered and year_delivered from ordered clues; what contradicts is flagged.

    For annual reports a clue's year is the covered year; a signature in a later year only gives the
    delivered one. For work reports a title's or file's year is the delivered year, and 2023年工作回顾
    means delivered in 2024.
    """
    work = genre == "work report"
    clues = _work_clues(layout, stem) if work else _annual_clues(layout, stem)
    signed = int((issued or published or "0")[:4]) or None
    flags: list[str] = []
    if not clues and signed:
        clues = [("date", signed if work else signed - (int((issued or published)[5:7]) <= 8))]
        flags.append("year_weak")
    if not clues:
        hinted = find_years(hints.get("year", "") + "年")
        clues = [("container", hinted[0].last)] if hinted else []
    if not clues:
        return Years(None, signed, "", ("year_unknown",))
    source, year = clues[0]
    if source.endswith(("body", "folder")):
        flags.append("year_weak")
    if source.endswith("(range)"):
        flags.append("year_range")
    published_in = {year, signed} if not work else {year}  # a file may be named after the year it came out in
    if any(
        other != year and not (rule == "file name" and other in published_in) for rule, other in clues[1:]
    ):
        flags.append("year_conflict")
    if work:
        return Years(year - 1, year, source, tuple(flags))
    if signed and not year <= signed <= year + 2:
        flags.append("year_conflict")
    return Years(year, signed, source, tuple(dict.fromkeys(flags)))


def _own(text: str) -> list[YearMention]:
    """Years of a title or file name that can be a report's: a plan's period (2021-2025年) cannot."""
    return [year for year in find_years(masked(plain(text))) if year.last - year.first <= 1]


def _clue(source: str, years: list[YearMention]) -> list[tuple[str, int]]:
    """One clue from the first of some year mentions."""
    if not years:
        return []
    return [(source + " (range)" * (years[0].first != years[0].last), years[0].last)]


def _annual_clues(layout: Layout, stem: str) -> list[tuple[str, int]]:
    """Clues to the covered year of an annual report, strongest first."""
    clues = _clue("title", _own(layout.title))
    told = re.search(r"现[将就]|报告如下|汇报如下", layout.opening)
    if told:
        sentence = layout.opening[max(0, told.start() - 60) : told.end() + 60].split("。")
        clues += _clue(
            "opening: 报告如下",
            [y for part in sentence if re.search("现[将就]|如下", part) for y in _own(part)],
        )
    starts = [
        y
        for y in _own(layout.opening)
        if re.match(r"(?:^|.*[。\n ])$", layout.opening[: y.start][-1:] or "\n", re.S)
    ]
    clues += _clue("opening", [y for y in starts if y.first == y.last])
    if not clues:
        clues = _clue(
            "heading",
            [
                y
                for line in re.findall(r"\n\s*一、([^\n。]{4,40})", "\n" + layout.body[:3000])
                for y in _own(line)
            ],
        )
    return clues + _file_clues(stem) or _body_clue(layout)


def _file_clues(stem: str) -> list[tuple[str, int]]:
    """The years of a file name; a bare number (陇西县_2023) counts too."""
    bare = [
        YearMention(0, int(year), int(year)) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d|年)", stem)
    ]
    clues = [clue for year in _own(stem) + bare for clue in _clue("file name", [year])]
    return list(dict.fromkeys(clues))


def _body_clue(layout: Layout) -> list[tuple[str, int]]:
    """The year that most sentences of the body name, where nothing better is known."""
    years = [year.last for year in find_years(masked(plain(layout.body[:6000]))) if year.first == year.last]
    ranked = Counter(years).most_common(2)
    clear = ranked and ranked[0][1] >= 3 and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1])
    return [("body", ranked[0][0])] if clear else []


def _work_clues(layout: Layout, stem: str) -> list[tuple[str, int]]:
    """Clues to the year in which a 政府工作报告 was delivered, strongest first."""
    front = "\n".join(layout.front)
    clues = []
    session = re.search(r"(\d{4})年\d{1,2}月\d{1,2}日[^\n]{0,12}在[^\n]{2,40}(?:大会|会议)", front)
    if session:
        clues.append(("session", int(session[1])))
    clues += _clue("title", _own(layout.title))
    heads = re.findall(
        r"(?:^|\n)\s*([^\n。]{0,30}(?:回顾|以来工作|工作情况|成就)[^\n。]{0,12})", layout.opening
    )
    heads += re.findall(r"(?:^|\n)\s*一、([^\n。]{4,40})", layout.opening)
    review = [year.last for head in heads for year in _own(head)]
    first = re.search(r"(?:^|\n)\s*(?:刚刚过去的|过去的)?(\d{4})年(?:是|[，,])", layout.opening)
    if review:
        clues.append(("review heading", max(review) + 1))
    elif first and heads:
        clues.append(("opening", int(first[1]) + 1))
    clues += _file_clues(stem)
    if not clues:
        plans = re.findall(
            r"\n\s*[^\n。]{0,8}?(\d{4})年[^\n。]{0,12}(?:安排|任务|建议|重点工作|主要工作|要求)[^\n。]{0,10}(?=\n)",
            layout.body,
        )
        clues = [("plan heading", int(plans[0]))] if plans else [(s, y + 1) for s, y in _body_clue(layout)]
    return clues
