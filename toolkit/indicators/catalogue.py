"""The indicators a study compares, from indicators.csv: names, units and the words that tell them."""

from __future__ import annotations

import csv
import functools
import re
from importlib import resources
from typing import NamedTuple

from toolkit.indicators.quantities import Quantity


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
def _by_unit() -> dict[str, tuple[re.Pattern, list[Indicator]]]:
    """For each unit: a pattern that tells whether any row's verb is there, and the rows."""
    rows: dict[str, list[Indicator]] = {}
    for row in read_indicators():
        for unit in row.units:
            rows.setdefault(unit, []).append(row)
    verbs = {unit: dict.fromkeys(row.verb.pattern for row in found) for unit, found in rows.items()}
    return {unit: (re.compile("|".join(verbs[unit])), found) for unit, found in rows.items()}


def match_indicator(phrase: str, context: str, quantity: Quantity, statistic: str) -> str:
    """Name the indicator a fact belongs to; empty for a free fact.

    The verb is looked for in the phrase, without the subject it was given; the subject in the phrase and
    then in its clause and topic.
    """
    own = phrase.rpartition(")")[2] or phrase if phrase.startswith("(") else phrase
    if not quantity.unit and quantity.kind != "count":
        return ""
    verbs, rows = _by_unit().get(quantity.unit, (None, ()))
    if not verbs or not verbs.search(own):
        return ""
    for row in rows:
        if statistic not in row.statistic or not row.verb.search(own):
            continue
        if not (row.subject.search(phrase) or row.subject.search(context)):
            continue
        if row.without is None or not row.without.search(own):
            return row.indicator_id
    return ""
