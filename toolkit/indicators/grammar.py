"""The grammar of quantities: named patterns, read from data/grammar.csv and compiled when first asked for.

`grammar.RANKED` is the compiled pattern of the rows named RANKED. The table says of every pattern why it is so, with
an example and a counter-example; <CN>, <Y> and <TO> in it stand for a Chinese numeral character, a year and a dash.
"""

from __future__ import annotations

import csv
import functools
import re
from importlib import resources

from toolkit.indicators.numerals import CHINESE

_SHORT = {"<CN>": CHINESE, "<Y>": r"(?:19|20)\d\d", "<TO>": r"\s?[-–—―－~～至到]{1,2}\s?"}


def read_table(name: str) -> list[dict[str, str]]:
    """Read the rows of a table of the package."""
    with (resources.files("toolkit") / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def read_grammar() -> tuple[dict[str, str], ...]:
    """Read the rows of data/grammar.csv: name, reason, pattern, why, example, counter_example."""
    rows = read_table("grammar.csv")
    for row in rows:
        for short, long in _SHORT.items():
            row["pattern"] = row["pattern"].replace(short, long)
    return tuple(rows)


def __getattr__(name: str) -> re.Pattern:
    """Compile a pattern when it is first asked for; rows with a reason become groups of that name."""
    reasons: dict[str, list[str]] = {}
    for row in read_grammar() if name.isupper() else ():
        if row["name"] == name:
            reasons.setdefault(row["reason"], []).append(row["pattern"])
    if not reasons:
        raise AttributeError(f"data/grammar.csv has no pattern {name!r}.")
    groups = (f"(?P<{reason}>{'|'.join(p)})" if reason else "|".join(p) for reason, p in reasons.items())
    compiled = globals()[name] = re.compile("|".join(groups))
    return compiled
