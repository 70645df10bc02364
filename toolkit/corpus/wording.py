"""Patterns by which headings, sentences, roles and faults are told, compiled when first asked for.

`wording.MARKER` is the pattern of the rows named MARKER in data/wording.csv; `<HAN>` in a pattern stands for
that of HAN, and a row with a group becomes a group of that name. The table says of every pattern why it is so.
"""

import re

from .extracts import read_rows


def _source(name: str) -> str:
    """The pattern of a name, with what its references stand for."""
    rows = [row for row in read_rows("wording") if row["name"] == name]
    if not rows:
        raise AttributeError(f"data/wording.csv has no pattern {name!r}.")
    parts = [f"(?P<{row['group']}>{row['pattern']})" if row["group"] else row["pattern"] for row in rows]
    source = re.sub("<([A-Z_]+)>", lambda reference: _source(reference[1]), "|".join(parts))
    return f"(?:{source})" if "|" in source else source


def __getattr__(name: str) -> re.Pattern[str]:
    """Compile a pattern at its first use and keep it."""
    compiled = globals()[name] = re.compile(_source(name))
    return compiled
