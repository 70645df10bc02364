"""A researcher's own words: read from jieba's format or CSV, with what was refused and why."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from toolkit.corpus.encodings import decode
from toolkit.terms.folding import fold

# Word, frequency and tag, as jieba has them, whatever white space an input method put between them.
LINE = re.compile(r"(.+?)(?:\s+([-+]?\d[\d.]*))?(?:\s+[a-z]+\d*)?$")
HIGHEST = 10**9


def read_cells(data: bytes, path: str | Path) -> list[list[str]]:
    """Rows of a small table, as Excel and its kin save it: comma, semicolon or tab, in any encoding of Chinese."""
    text = read_text(data, path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return [[cell.strip() for cell in row] for row in rows]


def read_text(data: bytes, path: str | Path) -> str:
    """Text of a file a researcher wrote; one that loses a character is refused."""
    try:
        found = decode(data)
    except ValueError as error:
        raise ValueError(f"{path} is no text: {error} Save it as CSV or text in UTF-8.") from error
    if found.n_replaced:
        raise ValueError(f"{path}: {found.n_replaced} characters are damaged. Save it in UTF-8.")
    return found.text


@dataclass(frozen=True)
class UserWords:
    """Words to add to the segmenter's dictionary.

    Attributes
    ----------
    words
        (word, frequency) sorted by word; frequency None lets jieba compute the one that suffices.
    refused
        (line, content, reason) of every line that was left out.
    """

    words: tuple[tuple[str, int | None], ...] = ()
    refused: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)

    @property
    def sha256(self) -> str:
        """Fingerprint of the words, whatever their order was; empty without words."""
        return hashlib.sha256(repr(self.words).encode()).hexdigest() if self.words else ""

    @classmethod
    def of(cls, source: object) -> UserWords:
        """User words from what a segmenter was given."""
        if isinstance(source, cls):
            return source
        if isinstance(source, (str, Path)):
            return read_user_words(source)
        pairs = [(item, None) if isinstance(item, str) else tuple(item) for item in source]
        made = _collect((number, *pair) for number, pair in enumerate(pairs, 1))
        if made.refused:
            _, content, reason = made.refused[0]
            raise ValueError(f"The user word {content!r} cannot be used: {reason}.")
        return made


def read_user_words(path: str | Path) -> UserWords:
    """Read a user dictionary.

    Parameters
    ----------
    path
        jieba's format (`word [frequency] [tag]` a line) or CSV with a column `word` and perhaps
        `frequency`; UTF-8 with or without BOM, GB18030 or UTF-16. Lines that start with `#` are comments.

    Returns
    -------
    UserWords
        Its `refused` lists the lines left out: frequency 0 (jieba would tear such a word apart for every
        user of the process), frequencies above 1,000,000,000, and words given twice with different
        frequencies, of which the first counts.
    """
    path = Path(path)
    data = path.read_bytes()
    is_table = path.suffix.lower() == ".csv"
    return _collect(_rows(read_cells(data, path)) if is_table else _jieba_lines(read_text(data, path)))


def _jieba_lines(text: str) -> Iterator[tuple[int, str, object]]:
    """Line number, word and frequency of every line of jieba's format."""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line and not line.startswith("#"):
            yield number, *LINE.fullmatch(line).groups()


def _rows(rows: list[list[str]]) -> Iterator[tuple[int, str, object]]:
    """Line number, word and frequency of every row of a table, with a header or without."""
    places = {"word": 0, "frequency": 1}
    for number, cells in enumerate(rows, 1):
        if number == 1 and "word" in cells:
            places = {name: place for place, name in enumerate(cells)}
        elif any(cells) and not cells[0].startswith("#"):
            filled = dict(enumerate(cells))
            yield number, filled.get(places["word"], ""), filled.get(places.get("frequency"))


def _collect(lines: Iterable[tuple[int, str, object]]) -> UserWords:
    """Check, sort and keep the first of each word."""
    words: dict[str, int | None] = {}
    refused = []
    for number, word, given in lines:
        frequency = int(given) if str(given).isdecimal() else None
        if not fold(word).strip():
            refused.append((number, word, "it is empty"))
        elif given not in (None, "") and (frequency is None or not 0 < frequency <= HIGHEST):
            refused.append((number, word, f"its frequency {given} is no number from 1 to {HIGHEST}"))
        elif words.setdefault(word, frequency) != frequency:
            refused.append((number, word, f"it was given before with frequency {words[word]}"))
    return UserWords(tuple(sorted(words.items())), tuple(refused))
