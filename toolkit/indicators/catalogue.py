"""The indicators a study compares, from indicators.csv: names, units and the words that tell them."""

from __future__ import annotations

import csv
import functools
import re
from importlib import resources
from typing import NamedTuple

from toolkit.indicators.quantities import Quantity

_PLAIN = re.compile(r"[\u4e00-\u9fffA-Z0-9]+")


class Indicator(NamedTuple):
    """One row of indicators.csv."""

    indicator_id: str
    zh: str
    en: str
    units: frozenset[str]
    subject: re.Pattern
    verb: re.Pattern
    without: re.Pattern | None
    statistic: frozenset[str]


@functools.cache
def read_indicators() -> tuple[Indicator, ...]:
    """Read data/indicators.csv in its order: the first row that fits names a fact."""
    path = resources.files("toolkit") / "data" / "indicators.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Indicator(
            row["indicator_id"],
            row["zh"],
            row["en"],
            frozenset(row["units"].split("|")),
            re.compile(row["subject"]),
            re.compile(row["verb"]),
            re.compile(row["without"]) if row["without"] else None,
            frozenset(row["statistic"].split("|")),
        )
        for row in rows
    )


@functools.cache
def _by_unit() -> dict[str, tuple[dict[str, list[tuple[str, int]]], list[int]]]:
    """For each unit: the plain words of verbs by their first character, and the rows whose verb is a pattern."""
    plan: dict[str, tuple[dict[str, list[tuple[str, int]]], list[int]]] = {}
    for number, row in enumerate(read_indicators()):
        words = row.verb.pattern.split("|")
        for unit in row.units:
            plain, others = plan.setdefault(unit, ({}, []))
            if not _PLAIN.fullmatch("".join(words)):
                others.append(number)
                continue
            for word in words:
                plain.setdefault(word[0], []).append((word, number))
    return plan


def match_indicator(phrase: str, context: str, quantity: Quantity, statistic: str) -> str:
    """Name the indicator a fact belongs to; empty for a free fact.

    The verb is looked for in the phrase, without the subject it was given; the subject in the phrase and
    then in its clause and topic.
    """
    own = phrase.rpartition(")")[2] or phrase if phrase.startswith("(") else phrase
    if not quantity.unit and quantity.kind != "count":
        return ""
    plain, others = _by_unit().get(quantity.unit, ({}, ()))
    numbers = {n for first in own if first in plain for word, n in plain[first] if word in own}
    rows = read_indicators()
    for number in sorted(numbers.union(n for n in others if rows[n].verb.search(own))):
        row = rows[number]
        if statistic not in row.statistic:
            continue
        if not (row.subject.search(phrase) or row.subject.search(context)):
            continue
        if row.without is None or not row.without.search(own):
            return row.indicator_id
    return ""
