"""Measure words and what stands with them: 万余, the unit, 以上; the part of a quantity after its digits."""

from __future__ import annotations

import csv
import functools
from importlib import resources
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


NO_UNIT, SHARE = Unit("", "count", "never", ""), Unit("", "other", "never", "")
PERCENT, TIMES = Unit("%", "percent", "yes", ""), Unit("倍", "multiple", "yes", "")


@functools.cache
def read_units() -> dict[str, Unit]:
    """Read the measure words of data/units.csv, by the word as printed (Latin units in lower case)."""
    path = resources.files("toolkit") / "data" / "units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["unit"]: Unit(row["canonical"], row["kind"], row["after_chinese"], row["not_before"])
        for row in rows
    }


@functools.cache
def _unit_lengths() -> dict[str, tuple[int, ...]]:
    """Lengths of the units that begin with a character, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in read_units():
        lengths.setdefault(name[0], set()).add(len(name))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


@functools.cache
def followers() -> frozenset[str]:
    """Characters that may follow a Chinese numeral where it states an amount."""
    return frozenset(_unit_lengths()) | frozenset("分成番倍余多几 ")


def _unit_at(text: str, at: int) -> tuple[Unit | None, int]:
    """Find the longest measure word that stands at a position, and where it ends."""
    first = text[at : at + 1]
    lengths = _unit_lengths().get(first) or _unit_lengths().get(first.lower(), ())
    units = read_units()
    for length in lengths:
        word = text[at : at + length].replace("（", "(").replace("）", ")")
        unit = units.get(word) or (units.get(word.lower()) if first.isascii() else None)
        after = text[at + length : at + length + 1]
        if unit and (not after or after not in unit.not_before):
            if first.isascii() and first.isalpha() and after.isascii() and after.isalpha():
                continue
            return unit, at + length
    return None, at


def read_tail(text: str, at: int) -> Tail:
    """Read magnitude, unit and approximation after the digits that end at a position."""
    unit, end = _unit_at(text, at)
    factor, approx = 1.0, "exact"
    if unit is None:
        match = grammar.MAGNITUDE.match(text, at)
        more, marks, more_after, plus = match.groups()
        factor = multiplier(marks) if marks else 1.0
        approx = "over" if more or more_after or plus else "exact"
        unit, end = _unit_at(text, match.end())
        if unit is None:
            end = match.start() + len(match.group().rstrip()) if marks or approx == "over" else at
    if (
        unit is not None
        and text[end : end + 1] in ("余", "多", "+")
        and text[end : end + 2] not in ("多元", "多种")
    ):
        more_unit, more_end = _unit_at(text, end + 1) if unit.name == "个" else (None, end + 1)
        unit, end, approx = more_unit or unit, more_end, "over"
    if unit is not None and unit.kind == "count" and text[end : end + 1] in ("(", "（"):
        other, stop = _unit_at(text, end + 1)
        if other and text[stop : stop + 1] in (")", "）"):
            unit, end = unit._replace(name=f"{unit.name}({other.name})"), stop + 1
    if unit is not None and text[end : end + 1] in "/每" and (per := grammar.PER.match(text, end)):
        unit, end = Unit(f"{unit.name}/{per.group()[1:]}", "other", "never", ""), per.end()
    after = grammar.AFTER.match(text, end)
    if after and (unit is not None or approx == "over" or factor > 1):
        approx, end = after.lastgroup, after.end()
    return Tail(end, factor, unit, approx)
