"""The words of reports, in Chinese and English, from data/labels.csv."""

from __future__ import annotations

import csv
import functools
from html import escape
from importlib.resources import files

LANGUAGES = ("zh", "en")


@functools.cache
def _read(table: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of words."""
    text = (files("toolkit") / "data" / f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@functools.cache
def read_labels() -> dict[str, dict[str, str]]:
    """Key to the text in each language."""
    return {row["key"]: {name: row[name] for name in LANGUAGES} for row in _read("labels")}


def label(key: str, language: str = "zh", **values: object) -> str:
    """The plain text of a key, with the values in its places.

    Raises
    ------
    ValueError
        For a language other than zh or en, or a key that labels.csv does not have.
    """
    if language not in LANGUAGES:
        raise ValueError(f"Reports read in one of {list(LANGUAGES)}, found language {language!r}.")
    try:
        text = read_labels()[key][language]
    except KeyError:
        raise ValueError(f"data/labels.csv has no key {key!r}.") from None
    return text.format_map(values)


def html_label(key: str, language: str = "zh", **values: object) -> str:
    """The same for a page: values from the corpus are inert there."""
    return label(key, language, **{name: escape(str(value)) for name, value in values.items()})


def name_of(kind: str, value: object, language: str = "zh") -> str:
    """The word for a closed choice, such as a role; the choice itself where there is none."""
    return read_labels().get(f"{kind}.{value}", {}).get(language, str(value))


def meaning_of(notice: str, language: str = "zh") -> str:
    """What a flag, or a reason of the ledger, means; empty where data/notices.csv does not have it."""
    column = {"zh": "zh", "en": "meaning"}[language]
    return next((row[column] for row in _read("notices") if row["name"] == notice), "")
