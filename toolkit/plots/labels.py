"""Words on figures: from a table, Chinese and English, and cut into lines that fit."""

import re
from functools import cache
from unicodedata import east_asian_width

from toolkit.corpus.extracts import read_rows
from toolkit.plots.fonts import printable

_POWERS = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"))
# What may not be broken: a Latin word with its space, or one character, and the punctuation that follows.
_PIECES = re.compile(r"(?:[!-~\u00a0-\u02ff]+ ?|.)[，。；：、！？）》」』”’％,.;:!?)]* ?")


@cache
def _labels() -> dict[str, dict[str, str]]:
    """The table plot_labels.csv by key."""
    return {row["key"]: row for row in read_rows("plot_labels")}


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


def short_number(x: float, language: str = "zh") -> str:
    """A number as an axis bears it: 150亿, 1.5万亿; 15 bn."""
    powers = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")) if language == "zh" else _POWERS
    size, word = next(((size, word) for size, word in powers if abs(x) >= size), (1, ""))
    return f"{x / size:,.6g}{word}"


def ems(text: str) -> float:
    """Rough width of a text in ems: a Chinese character is one, a Latin one about half."""
    return sum(1.0 if east_asian_width(c) in "WFA" else 0.53 for c in text)


def wrapped(text: object, width: float) -> str:
    """The text as a label can show it, in lines of about `width` ems; punctuation never begins a line."""
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        lines.append("")
        for piece in _PIECES.findall(paragraph):
            if lines[-1] and ems(lines[-1] + piece.rstrip()) > width:
                lines.append("")
            lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def unwrapped(text: str) -> str:
    """A label in one line again: a space where Latin was broken, nothing where Chinese was."""
    return re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", text).replace("\n", "")
