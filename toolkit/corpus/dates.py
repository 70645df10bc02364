"""Years and dates of a report: what it covers, when it was delivered, signed and published."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from toolkit.corpus import wording
from toolkit.corpus.layout import Layout, masked, plain, rules

EARLIEST = 1949
_DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_DIGITS |= dict.fromkeys("零OoO0", "0")
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
    return _years(plain(text))


def _years(twin: str) -> list[YearMention]:
    """Years named in a plain text."""
    found = []
    for match in wording.YEAR_NAMED.finditer(twin):
        first = _number(match["year"])
        last = match["last"] or match["year"]
        last = _number(last) if len(last) == 4 else first // 100 * 100 + int(last)
        if EARLIEST <= first <= last <= date.today().year + 1:
            found.append(YearMention(match.start("year"), first, last))
    return found


def find_date(text: str) -> str:
    """The first full date of a text as YYYY-MM-DD; empty where there is none or it cannot be."""
    for match in wording.FULL_DATE.finditer(plain(text)):
        month, day = (small_number(match[part]) for part in ("month", "day"))
        try:
            return date(_number(match["year"]), month, day).isoformat()
        except ValueError:  # 2023年13月45日 is no date: look at the next
            continue
    return ""


def small_number(numeral: str) -> int:
    """A number below a hundred: 12, 十二, 二十, 三十一.

    Examples
    --------
    >>> [small_number(numeral) for numeral in ("12", "十二", "二十", "三十一")]
    [12, 12, 20, 31]
    """
    if numeral.isdigit():
        return int(numeral)
    tens, _, units = numeral.rpartition("十")
    ten = (_NUMERALS.index(tens) if tens else 1) * 10 if "十" in numeral else 0
    return ten + (_NUMERALS.index(units) if len(units) == 1 else 0)


def find_dates(layout: Layout, hints: dict[str, str]) -> tuple[str, str, str]:
    """issued_on, published_on, and the rules that gave them."""
    tail, front, fields, look = layout.tail[::-1], layout.front, layout.fields, rules("date")
    signed = filter(wording.FULL_DATE.match, tail)
    issued = {
        "signature": [line for line in signed if len(line) <= 22 and "印发" not in line],
        "field": [fields.get("issued_on", "")],
        "under the title": filter(look["under the title"].fullmatch, front),
        "印发 line": [line for line in tail if line.endswith("印发")],
    }
    published = {
        "field": [fields.get("published_on", "")],
        "line of its own": filter(look["line of its own"].fullmatch, front),
        "container": [hints.get("published_on", "")],
    }
    (first, rule), (second, other) = _first_date(issued), _first_date(published)
    told = (rule and f"issued: {rule}", other and f"published: {other}")
    return first, second, "; ".join(filter(None, told))


def _first_date(clues: dict[str, Iterable[str]]) -> tuple[str, str]:
    """The first date that a rule's lines hold, and the rule."""
    dates = ((find_date(line), rule) for rule, lines in clues.items() for line in lines)
    return next((pair for pair in dates if pair[0]), ("", ""))


def decide_years(
    layout: Layout, *, genre: str, names: list[str], issued: str, published: str, year: str = ""
) -> Years:
    """Decide year_covered and year_delivered from ordered clues; what contradicts is flagged.

    For annual reports a clue's year is the covered year; a signature in a later year only gives the
    delivered one. For work reports a title's or file's year is the delivered year, and 2023年工作回顾
    means delivered in 2024. `names` are file name and folders, nearest first; `year` is what the container
    says.
    """
    work = genre == "work report"
    clues = (_work_clues if work else _annual_clues)(layout)
    named = _name_clues(names[0], names[1:])
    clues += _clue("container", find_years(f"{year}年")) + named
    signed, shown = (int(day[:4]) if day else None for day in (issued, published))
    if not clues and (day := issued or published):  # signed by August, it looks back on the year before
        clues = [("date, weak", int(day[:4]) - (not work and int(day[5:7]) <= 8))]
    clues = clues or _body_clue(layout, work)
    weak = len(clues) == 1 and clues[0][0] in ("opening", "heading") and _body_clue(layout, work)
    if not clues:
        return Years(None, signed, "", ("year_unknown",))
    source, decided = clues[0]
    # A file may be named after the year in which the report came out; a page may have moved years later.
    allowed = {decided} if work else {decided, signed, shown}
    differs = [clue for clue in clues if clue[1] not in (allowed if clue in named else {decided})]
    late = not work and (not decided <= (signed or decided) <= decided + 2 or (shown or decided) < decided)
    part_year = bool(rules("year")["part"].search(layout.title or names[0]))
    early = not (work or part_year) and f"{decided}-01" <= issued < f"{decided}-10"  # the year was not over
    signed = signed or (shown if shown in (decided, decided + 1) else None)
    flags = {
        "year_weak": source.endswith("weak") or bool(weak and weak[0][1] != decided),
        "year_range": source.endswith("(range)"),
        "year_conflict": bool(differs) or late or early,
        "part_year": part_year,
    }
    raised = tuple(flag for flag, up in flags.items() if up)
    return Years(decided - work, decided if work else signed, source, raised)


def _own(text: str) -> list[YearMention]:
    """Years of a title or file name that can be a report's: a plan's period (2021-2025年) cannot."""
    return [year for year in _years(masked(plain(text))) if year.last - year.first <= 1]


def _clue(source: str, years: list[YearMention]) -> list[tuple[str, int]]:
    """One clue from the first of some year mentions."""
    return [(source + " (range)" * (year.first != year.last), year.last) for year in years[:1]]


def _annual_clues(layout: Layout) -> list[tuple[str, int]]:
    """Clues to the covered year of an annual report, strongest first."""
    opening, look = layout.opening, rules("year")
    sentences = "。".join([*layout.front[-3:], opening[:400]]).split("。")
    telling = filter(look["telling"].search, sentences)
    told = [found.group() for part in telling for found in look["told"].finditer(part)]
    starts = [year for year in _own(opening) if year.first == year.last and _begins(opening, year.start)]
    clues = _clue("title", _own(layout.title))
    clues += _clue("opening: 报告如下", [year for part in told for year in _own(part)])
    clues += _clue("opening", starts)
    heads = look["heading"].findall("\n" + layout.body[:3000]) if not clues else []
    return clues + _clue("heading", [year for head in heads for year in _own(head)])


def _begins(text: str, start: int) -> bool:
    """Whether a year begins a sentence, or a clause of its own (…部署，2023年，清波街道以…)."""
    if rules("year")["not the report's"].match(text[start:]):
        return False
    return text[:start][-1:] in "。\n " or bool(re.match(r"[，,]\w{4}年[，,]", text[start - 1 :]))


def _work_clues(layout: Layout) -> list[tuple[str, int]]:
    """Clues to the year in which a 政府工作报告 was delivered, strongest first."""
    opening, look = layout.opening, rules("year")
    sessions = look["session"].findall("\n".join(layout.front))
    heads = ["".join(head) for head in look["review"].findall(opening)]
    reviewed = [year.last for head in heads for year in _own(head)]
    first = look["reviewed"].findall(opening) if heads else []
    clues = [("session", int(year)) for year in sessions[:1]] + _clue("title", _own(layout.title))
    clues += [("review heading", year + 1) for year in sorted(reviewed)[-1:]]
    return clues + [("opening", int(year) + 1) for year in first[:1] if not reviewed]


def _name_clues(stem: str, folders: list[str]) -> list[tuple[str, int]]:
    """Clues from the file name and from folders of one year; a bare number (陇西县_2023) counts too."""
    clues = []
    for rule, name in [("file name", stem), *(("folder", folder) for folder in folders)]:
        bare = [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d|年)", name)]
        years = _own(name) + [YearMention(0, year, year) for year in bare]
        single = rule == "file name" or len(years) == 1  # 2010-2020 holds many years' reports
        clues += [clue for named in years if single for clue in _clue(rule, [named])]
    return clues


def _body_clue(layout: Layout, work: bool) -> list[tuple[str, int]]:
    """The year a plan's heading names (2024年工作安排), or most sentences of the body; weak evidence."""
    planned = rules("year")["planned"].findall(layout.body)
    if planned and work:
        return [("plan heading, weak", int(planned[0]))]
    ranked = Counter(year.last for year in _own(layout.body[:6000])).most_common(2)
    clear = ranked and ranked[0][1] >= 3 and ranked[0][1] >= 2 * sum(count for _, count in ranked[1:])
    return [("body, weak", ranked[0][0] + work)] if clear else []
