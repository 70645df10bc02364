"""The indicators a study compares, from indicators.csv: names, units and the words that tell them."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from toolkit.indicators.grammar import read_table
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
    return tuple(
        Indicator(
            *(row["indicator_id"], row["zh"], row["en"], frozenset(row["units"].split("|"))),
            *(re.compile(row["subject"]), re.compile(row["verb"])),
            re.compile(row["without"]) if row["without"] else None,
            frozenset(row["statistic"].split("|")),
        )
        for row in read_table("indicators.csv")
    )


class _Verbs(NamedTuple):
    """The rows of one unit: what finds plain verbs, with the rows of each; the rows with a pattern, and any of these."""

    matcher: AhoCorasick
    rows: list[set[int]]
    others: list[int]
    other: re.Pattern


@functools.cache
def _by_unit() -> dict[str, _Verbs]:
    """For each unit: what finds the rows whose verb stands in a phrase."""
    plain: dict[str, dict[str, set[int]]] = {}
    others: dict[str, list[int]] = {}
    for number, row in enumerate(read_indicators()):
        words = row.verb.pattern.split("|")
        for unit in row.units:
            found = plain.setdefault(unit, {})
            if _PLAIN.fullmatch("".join(words)):
                for word in words:
                    found.setdefault(word, set()).add(number)
            else:
                others.setdefault(unit, []).append(number)
    rows, verbs = read_indicators(), {}
    for unit, words in plain.items():
        patterns = [rows[number].verb.pattern for number in others.get(unit, [])]
        other = re.compile("|".join(patterns) or "(?!)")
        verbs[unit] = _Verbs(AhoCorasick(list(words)), list(words.values()), others.get(unit, []), other)
    return verbs


def match_indicator(phrase: str, context: tuple[str, ...], quantity: Quantity, statistic: str) -> str:
    """Name the indicator a fact belongs to; empty for a free fact.

    The verb is looked for in the phrase, without the subject it was given; the subject in the phrase and
    then in its clause and topic.
    """
    own = phrase.rpartition(")")[2] or phrase if phrase.startswith("(") else phrase
    if not quantity.unit and quantity.kind != "count":
        return ""
    if not (verbs := _by_unit().get(quantity.unit)):
        return ""
    rows, numbers, ranks = read_indicators(), set(), quantity.kind == "rank"
    for word, _, _ in verbs.matcher.find_matches_as_indexes(own, overlapping=True):
        numbers |= verbs.rows[word]
    if verbs.other.search(own):
        numbers.update(number for number in verbs.others if rows[number].verb.search(own))
    for number in sorted(numbers) if numbers else ():
        row = rows[number]
        if statistic not in row.statistic or ranks != row.indicator_id.endswith("_rank"):
            continue
        if not (row.subject.search(phrase) or row.subject.search(" ".join(context))):
            continue
        if row.without is None or not row.without.search(own):
            return row.indicator_id
    return ""
