"""What readers of a format give: the text of a file, or the reason why there is none."""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Extract(NamedTuple):
    """The text of a file, or of one row of a table file, with what its container says."""

    row: int
    text: str
    encoding: str
    hints: dict[str, str]
    flags: tuple[str, ...]


class Unreadable(ValueError):
    """A file from which no text is taken: a reason of `data/notices.csv`, and what was found."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(f"{explain([reason])} {found}".strip())
        self.reason, self.found = reason, found


def explain(names: Iterable[str]) -> str:
    """The sentences that say what flags or reasons mean; unknown names say nothing.

    Examples
    --------
    >>> explain(["held_twice"])
    'The file holds the text twice; every count from it is doubled.'
    """
    return " ".join(filter(None, map(_meanings().get, names)))


@cache
def _meanings() -> dict[str, str]:
    """The sentence for each flag and reason."""
    return {row["name"]: row["meaning"] for row in read_rows("notices")}


@cache
def read_rows(table: str) -> tuple[dict[str, str], ...]:
    """The rows of a rule table that comes with the package, such as ``furniture``."""
    path = files("toolkit").joinpath("data", f"{table}.csv")
    return tuple(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
