"""Who did what a figure states, in which capacity and when."""

from __future__ import annotations

import re
from calendar import monthrange

from toolkit.indicators import grammar

_CUTS = "，,；;:：。！!？?"  # ends of clauses
_COMPARED = ("较", "比", "同", "向")
_OWN, _WHOLE = ("我局", "我办", "我委", "本"), ("全", "我", "各")
_YEARS = {"今年": 0, "本年": 0, "本年度": 0, "去年": 1, "上年": 1, "过去一年": 1}
_UNTIL = ("截至", "截止")
_QUOTES = ("“", '"')
_PLANS = {"": 2001, "一": 2006, "二": 2011, "三": 2016, "四": 2021, "五": 2026}


class Report:
    """A report, its year and kind; in `clauses` every end of a clause is a line end."""

    def __init__(self, text: str, year: int | None, genre: str) -> None:
        """Mark the ends of clauses, once."""
        self.text, self.year, self.genre, self.clauses = text, year, genre, text
        for sign in _CUTS:
            self.clauses = self.clauses.replace(sign, "\n")
        self._periods: dict[tuple[str, str], tuple[str, str]] = {}

    def period(self, said: re.Match | None, role: str) -> tuple[str, str]:
        """First and last day of what an expression of time says, in a sentence of some role."""
        key = (said.string[max(0, said.start() - 2) : said.end()] if said else "", role)  # 截至 counts
        if key not in self._periods:
            self._periods[key] = _period(said, self.year, self.genre, role)
        return self._periods[key]


class Setting:
    """The actors, times and subjects that one sentence names; it is asked for its places in order."""

    def __init__(self, report: Report, low: int, high: int) -> None:
        """Look for each once: what lies ahead of the place that was asked for last, and what lies behind."""
        self.report, text = report, report.text
        self.actors = [*grammar.ACTOR.finditer(text, low, high)][::-1], []
        dated = text.find("年", low, high) >= 0 or text.find("十", low, high) >= 0
        self.times = [*grammar.TIME.finditer(text, low, high)][::-1] if dated else [], []
        self.anchors = [*grammar.ANCHOR.finditer(text, low, high)][::-1], []
        self.target = grammar.TARGET.search(text, low, high)
        self._known: dict[tuple, tuple[str, ...]] = {}

    def around(self, at: int, role: str, about: str, base: bool = False, year: str = "") -> tuple[str, ...]:
        """Actor, actor scope, capacity, first and last day of the period, and role at a position of the sentence.

        The year that a change is measured from is that of the base, and not of what is compared with it; `year` is
        that of a figure in a list of years. What follows the naming of a target, or lies after the report's year, is
        planned.
        """
        role = "plan" if self.target and self.target.end() <= at else role
        actors, times, text = before(self.actors, at), before(self.times, at), self.report.text
        key = (len(actors), len(times), role, about, base, year)
        if (known := self._known.get(key)) is None:
            said = next((time for time in reversed(times) if base or not _base(text, time)), None)
            actor = actors[-1].group() if actors else ""
            capacity = _capacity(about) if "诉" in about or "复议" in about else ""
            first, last = (f"{year}-01-01", f"{year}-12-31") if year else self.report.period(said, role)
            role = "plan" if self.report.year and first[:4] > str(self.report.year) else role
            known = self._known[key] = (actor, _scope(actor), capacity, first, last, role)
        return known


def before(marks: tuple[list[re.Match], list[re.Match]], at: int) -> list[re.Match]:
    """What ends before a position that lies behind none asked for, and stands in no bracket that has closed."""
    ahead, behind = marks
    while ahead and ahead[-1].end() <= at:
        behind.append(ahead.pop())
    while behind and grammar.CLOSED.match(behind[-1].string, behind[-1].end(), at):
        behind.pop()
    return behind


def _base(text: str, time: re.Match) -> bool:
    """Ask whether a time is only that of a base: 较2022年558件增加."""
    start, end = time.span()
    said, after = text[start - 1 : start], text[end : end + 4]
    if said in _QUOTES:
        said = text[start - 2 : start - 1]
    return said in _COMPARED or "相比" in after or (said in ("由", "从") and after[:1] == "的")


def _capacity(about: str) -> str:
    """Tell in which capacity an authority stands in a case; empty where the report mixes or does not say."""
    found = [word for word in ("被申请人", "被告", "复议机关") if word in about]
    if found:
        return found[0] if len(found) == 1 else ""
    if "应诉" in about or "出庭" in about or "败诉" in about:
        return "被告" if "复议" not in about else ""
    return "复议机关" if "行政复议" in about and not grammar.NO_CASE.search(about) else ""


def _scope(actor: str) -> str:
    """Say whether an actor is the reporting body itself or its whole jurisdiction."""
    if not actor:
        return "unknown"
    if actor.startswith(_OWN) or "政府" in actor or actor.endswith("本级"):
        return "own body"
    return "whole jurisdiction" if actor.startswith(_WHOLE) else "unknown"


def _period(match: re.Match | None, year: int | None, genre: str, role: str) -> tuple[str, str]:
    """Turn the last expression of time before a quantity into the first and last day of its period."""
    first = last = year
    if year is not None:  # a plan of an annual report is for the next year, a work report reviews the last
        first = last = year + (role == "plan") - (genre == "work report")
    said = match.group() if match else ""
    if said[:1] in ("1", "2"):
        first = last = int(said[:4])
        month = int(match[match.lastindex]) if match.lastindex else 0
        if 1 <= month <= 12:
            begin = 1 if match.string[match.start() - 2 : match.start()] in _UNTIL else month
            return f"{first}-{begin:02d}-01", f"{first}-{month:02d}-{monthrange(first, month)[1]}"
    elif said[:1] == "十":
        last = _PLANS[said[1] if said[2] == "五" else ""] + 4
        first = last - 4 * (not said.endswith("末"))
    elif year and said in _YEARS:
        first = last = year - _YEARS[said]
    elif said.endswith("年来") and last:
        first = last - (4 if said[0] in "五5" else 2)
    if last is None:
        return "", ""
    return f"{first}-01-01", f"{last}-06-30" if said.endswith("上半年") else f"{last}-12-31"
