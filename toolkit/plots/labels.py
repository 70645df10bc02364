"""Words on figures: from a table, Chinese and English, and cut into lines that fit."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from unicodedata import east_asian_width

from toolkit.plots.fonts import printable

_NOT_FIRST = set("，。；：、！？）》」』”’%％,.;:!?)")


@cache
def _labels() -> dict[str, dict[str, str]]:
    """The table plot_labels.csv by key."""
    source = files("toolkit") / "data" / "plot_labels.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {row["key"]: row for row in rows}


def label(key: str, language: str = "zh", **values: object) -> str:
    """The words for a key, with ``{name}`` replaced by the values given.

    Raises
    ------
    ValueError
        For a language other than "zh" and "en".
    KeyError
        For a key that plot_labels.csv does not have.
    """
    if language not in ("zh", "en"):
        raise ValueError(f"Figures are labelled in 'zh' or 'en'; {language!r} was asked for.")
    text = _labels()[key][language]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def named(name: str, language: str = "zh") -> str:
    """The words for a value of the data (a role, a column, a status), or the value itself."""
    return label(name, language) if name in _labels() else printable(name)


def ems(text: str) -> float:
    """Rough width of a text in ems: a Chinese character is one, a Latin one about half."""
    return sum(1.0 if east_asian_width(c) in "WFA" else 0.53 for c in text)


def wrapped(text: object, width: float) -> str:
    """The text as a label can show it, in lines of at most `width` ems; punctuation never begins a line."""
    lines = []
    for paragraph in printable(text).split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and ems(line + piece.rstrip()) > width and piece[0] not in _NOT_FIRST:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    """What may not be broken: single Chinese characters, and Latin words with their following space."""
    pieces: list[str] = []
    for c in text:
        if pieces and east_asian_width(c) not in "WF" and pieces[-1][-1] != " " and _narrow(pieces[-1]):
            pieces[-1] += c
        else:
            pieces.append(c)
    return pieces


def _narrow(piece: str) -> bool:
    """Whether a piece is a run of narrow characters."""
    return east_asian_width(piece[-1]) not in "WF"


def unwrapped(text: str) -> str:
    """A label in one line again: a space where Latin was broken, nothing where Chinese was."""
    parts = text.split("\n")
    joined = parts[0]
    for part in parts[1:]:
        latin = _narrow(joined[-1:] or "中") and _narrow(part[:1] or "中")
        joined += f" {part}" if latin else part
    return joined
