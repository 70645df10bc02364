"""Measure words and what stands with them: 万余, the unit, 以上; the part of a quantity after its digits."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from toolkit.indicators import grammar
from toolkit.indicators.numerals import multiplier


class Unit(NamedTuple):
    """One row of units.csv."""

    name: str
    kind: str
    after_chinese: str
    not_before: str


class Tail(NamedTuple):
    """What follows a number: magnitude, unit and approximation, up to `end`."""

    end: int
    factor: float
    unit: Unit | None
    approx: str


_tail = functools.partial(
    tuple.__new__, Tail
)  # one is made for every number: without the detour through Python
NO_UNIT, SHARE = Unit("", "count", "never", ""), Unit("", "other", "never", "")
PERCENT, TIMES = Unit("%", "percent", "yes", ""), Unit("倍", "multiple", "yes", "")

# What a magnitude may begin with, and what may go on after a measure word.
_MAGNIFYING = frozenset("余多几十百千万亿+ \u00a0\u3000")
_GOING_ON = frozenset("余多+(（/每 \u00a0\u3000及含以之内左上")


@functools.cache
def read_units() -> dict[str, Unit]:
    """Read the measure words of data/units.csv, by the word as printed (Latin units in lower case)."""
    names = ("canonical", "kind", "after_chinese", "not_before")
    return {row["unit"]: Unit(*map(row.get, names)) for row in grammar.read_table("units.csv")}


@functools.cache
def _words() -> dict[str, tuple[re.Pattern, tuple[Unit, ...]]]:
    """The measure words that begin with a character, as one pattern with a group for each, longest first."""
    words: dict[str, list[tuple[str, Unit]]] = {}
    for word, unit in sorted(read_units().items(), key=lambda item: -len(item[0])):
        latin = word[0].isascii() and word[0].isalpha()
        cased = latin and len(word) == 1  # m and t are units, 5M and 7T are not
        literal = re.escape(word).replace(r"\(", "[(（]").replace(r"\)", "[)）]")
        pattern = f"((?i:{literal}))" if latin and not cased else f"({literal})"
        pattern += "(?![A-Za-z])" if latin else ""
        pattern += f"(?![{unit.not_before}])" if unit.not_before else ""
        for first in {word[0]} if cased else {word[0].lower(), word[0].upper()}:
            words.setdefault(first, []).append((pattern, unit))
    return {
        first: (re.compile("|".join(pattern for pattern, _ in rows)), tuple(unit for _, unit in rows))
        for first, rows in words.items()
    }


@functools.cache
def followers() -> frozenset[str]:
    """Characters that may follow a Chinese numeral where it states an amount."""
    return frozenset(_words()) | frozenset("分成番倍余多几 ")


def _unit_at(text: str, at: int) -> tuple[Unit | None, int]:
    """Find the longest measure word that stands at a position, and where it ends."""
    pattern, units = _words().get(text[at : at + 1]) or (None, ())
    found = pattern and pattern.match(text, at)
    return (units[found.lastindex - 1], found.end()) if found else (None, at)


def read_tail(text: str, at: int) -> Tail:
    """Read magnitude, unit and approximation after the digits that end at a position."""
    unit, end = _unit_at(text, at)
    factor, approx = 1.0, "exact"
    if unit is None:
        if text[at : at + 1] not in _MAGNIFYING:
            return _tail((at, factor, None, approx))
        match = grammar.MAGNITUDE.match(text, at)
        more, marks, more_after, plus = match.groups()
        factor = multiplier(marks) if marks else 1.0
        approx = "over" if more or more_after or plus else "exact"
        unit, end = _unit_at(text, match.end())
        if unit is None:
            end = match.start() + len(match.group().rstrip()) if marks or approx == "over" else at
    if text[end : end + 1] not in _GOING_ON:
        return _tail((end, factor, unit, approx))
    if unit is not None:
        unit, end, approx = _prolonged(text, end, unit, approx)
    after = grammar.AFTER.match(text, end)
    if after and (unit is not None or approx == "over" or factor > 1):
        approx, end = after.lastgroup, after.end()
    return _tail((end, factor, unit, approx))


def _prolonged(text: str, end: int, unit: Unit, approx: str) -> tuple[Unit, int, str]:
    """Read what may go on after a measure word: 件多, 套(间), 元/亩."""
    if text[end : end + 1] in ("余", "多", "+") and text[end : end + 2] not in ("多元", "多种"):
        more_unit, more_end = _unit_at(text, end + 1) if unit.name == "个" else (None, end + 1)
        unit, end, approx = more_unit or unit, more_end, "over"
    if unit.kind == "count" and text[end : end + 1] in ("(", "（"):
        other, stop = _unit_at(text, end + 1)
        if other and text[stop : stop + 1] in (")", "）"):
            unit, end = unit._replace(name=f"{unit.name}({other.name})"), stop + 1
    if text[end : end + 1] in ("/", "每") and (per := grammar.PER.match(text, end)):
        unit, end = Unit(f"{unit.name}/{per.group()[1:]}", "other", "never", ""), per.end()
    return unit, end, approx
