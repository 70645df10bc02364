"""The lexicon of policy mechanisms: a table a researcher edits, matched all at once."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from ahocorasick_rs import AhoCorasick

from toolkit.terms.folding import fold, twin

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "lexicon.csv"
REQUIRED = ("id", "name", "dimension", "variants")
PATTERNS = ("variants", "wordings")
MOST = 500  # literals one cell may expand to


class Match(NamedTuple):
    """One place where an entry of the lexicon stands in a text."""

    start: int
    end: int
    mechanism: str
    dimension: str


def expand(pattern: str) -> list[str]:
    r"""Literals that a pattern stands for.

    `|` separates alternatives, `{甲|乙}` is a choice, `{甲|}` may be absent, `[查核]` is one of the
    characters; everything else stands for itself, so `C++` and `(试行)` need no escaping. A backslash takes
    the meaning from one of `| { } [ ] \`.

    Raises
    ------
    ValueError
        Where a brace or bracket is not closed, or where the pattern stands for more than 500 literals.

    Examples
    --------
    >>> expand("合法性审[查核]|首违不{处|}罚")
    ['合法性审查', '合法性审核', '首违不处罚', '首违不罚']
    """
    literals, rest = _alternatives(pattern, 0)
    if rest < len(pattern):
        raise ValueError(f"{pattern[rest]!r} at character {rest + 1} of {pattern!r} closes nothing")
    return list(dict.fromkeys(literals))


def _alternatives(pattern: str, at: int) -> tuple[list[str], int]:
    """Literals of the alternatives that start at a position, up to an unmatched brace or the end."""
    found: list[str] = []
    pieces: list[list[str]] = []
    while at < len(pattern) and pattern[at] != "}":
        sign = pattern[at]
        if sign == "|":
            found += _joined(pieces, pattern)
            pieces, at = [], at + 1
            continue
        if sign == "{":
            piece, at = _alternatives(pattern, at + 1)
            if pattern[at : at + 1] != "}":
                raise ValueError(f"a brace of {pattern!r} is not closed")
        elif sign == "[":
            close = pattern.find("]", at)
            if close < at + 2:
                raise ValueError(f"a bracket of {pattern!r} is empty or not closed")
            piece, at = list(pattern[at + 1 : close]), close
        else:
            at += sign == "\\"
            piece = [pattern[at : at + 1]]
        pieces.append(piece)
        at += 1
    return found + _joined(pieces, pattern), at


def _joined(pieces: list[list[str]], pattern: str) -> list[str]:
    """Every way to take one of each piece, in order."""
    count = 1
    for piece in pieces:
        count *= len(piece)
    if count > MOST:
        raise ValueError(
            f"{pattern!r} stands for more than {MOST} literals; split it or use the regex column"
        )
    return ["".join(choice) for choice in product(*pieces)]


@dataclass(frozen=True)
class Lexicon:
    """Policy mechanisms with the wordings they are found by.

    Attributes
    ----------
    table
        The lexicon as it was read, one mechanism a row, all columns text.
    sha256
        Of the file's bytes; part of the settings of every run.
    literals
        Folded literal -> ids of the entries it belongs to.
    terms
        The literals of the column variants, which a segmenter keeps in one piece.
    """

    table: pd.DataFrame
    sha256: str
    literals: dict[str, tuple[str, ...]] = field(repr=False)
    terms: tuple[str, ...] = field(repr=False)
    regexes: tuple[tuple[str, re.Pattern[str]], ...] = field(repr=False)

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.table)

    def __repr__(self) -> str:
        """Size and fingerprint."""
        return f"Lexicon({len(self)} entries, {len(self.literals)} literals, sha256 {self.sha256[:12]})"

    def __getstate__(self) -> dict[str, object]:
        """What travels to another process: all but the matcher, which is built where it is used."""
        return {name: value for name, value in vars(self).items() if name != "_matcher"}

    @cached_property
    def _patterns(self) -> list[str]:
        """Literals in the order of the matcher."""
        return list(self.literals)

    @cached_property
    def _matcher(self) -> AhoCorasick:
        """Finds all literals at once."""
        return AhoCorasick(self._patterns)

    @cached_property
    def dimensions(self) -> dict[str, str]:
        """Id -> dimension."""
        return dict(zip(self.table["id"], self.table["dimension"], strict=True))

    def find(self, text: str) -> list[Match]:
        """Every place where an entry stands, sorted by start, longer first.

        Quotation marks inside a term and the width of characters make no difference. Within one entry
        the longest match wins; hits of different entries may overlap or nest.
        """
        folded = twin(text)
        best: dict[str, list[tuple[int, int]]] = {}
        for name, start, end in self._raw(folded.text):
            best.setdefault(name, []).append((start, end))
        return sorted(
            (
                Match(*folded.span(start, end), name, self.dimensions[name])
                for name, spans in best.items()
                for start, end in _leftmost_longest(spans)
            ),
            key=lambda match: (match.start, -match.end, match.mechanism),
        )

    def _raw(self, folded: str) -> Iterator[tuple[str, int, int]]:
        """Entry, start and end of every match in a folded text."""
        for number, start, end in self._matcher.find_matches_as_indexes(folded, overlapping=True):
            for name in self.literals[self._patterns[number]]:
                yield name, start, end
        for name, regex in self.regexes:
            for match in regex.finditer(folded):
                if match.end() > match.start():
                    yield name, *match.span()


def _leftmost_longest(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that do not overlap, the leftmost first and among these the longest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def read_lexicon(path: str | Path | None = None) -> Lexicon:
    """Read a lexicon, the shipped one or your own.

    Parameters
    ----------
    path
        A CSV file in UTF-8 (with or without BOM) or GB18030, as Excel writes it, with the columns `id`,
        `name`, `dimension` and `variants`; `docs/lexicon.md` shows the shipped one. `variants` holds the
        terms, as patterns (`expand` tells how); the optional column `wordings` patterns that are found
        but are no terms, which a segmenter leaves to jieba; the optional column `regex` a Python regular
        expression for gaps, matched on the folded text, in which quotation marks are left out and
        full-width characters are narrow.

    Raises
    ------
    ValueError
        With the row and the column, where an entry cannot be used.

    Examples
    --------
    >>> lexicon = read_lexicon()
    >>> [match.mechanism for match in lexicon.find("全面推行“双随机、一公开”监管")]
    ['M042']
    """
    path = Path(path) if path else SHIPPED
    data = path.read_bytes()
    rows = _rows(data, path)
    literals: dict[str, list[str]] = {}
    terms: set[str] = set()
    regexes = []
    homes: dict[tuple[str, str], int] = {}
    for number, row in rows:
        for column in PATTERNS:
            for literal in _literals(row, column, number, path):
                other = homes.setdefault((literal, row["dimension"]), number)
                if other != number:
                    what = f"{literal!r} stands in row {other} of the same dimension"
                    raise _fault(path, number, column, what)
                if row["id"] not in literals.setdefault(literal, []):
                    literals[literal].append(row["id"])
                if column == "variants":
                    terms.add(literal)
        if row["regex"]:
            regexes.append((row["id"], _regex(row["regex"], number, path)))
    table = pd.DataFrame([row for _, row in rows], dtype="str")
    frozen = {literal: tuple(names) for literal, names in sorted(literals.items())}
    return Lexicon(table, hashlib.sha256(data).hexdigest(), frozen, tuple(sorted(terms)), tuple(regexes))


def _rows(data: bytes, path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a lexicon file with their number in Excel; empty rows are passed over."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    reader = csv.DictReader(StringIO(text), restval="", restkey="more cells than columns")
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"{path} is no lexicon: it needs the columns {list(REQUIRED)} and lacks {missing}.")
    rows: list[tuple[int, dict[str, str]]] = []
    ids: set[str] = set()
    for number, cells in enumerate(reader, 2):
        if reader.restkey in cells:
            raise _fault(path, number, reader.fieldnames[-1], "is followed by more cells; quote commas")
        row = dict.fromkeys((*PATTERNS, "regex"), "") | {name: cell.strip() for name, cell in cells.items()}
        if not any(row.values()):
            continue
        for column in ("id", "name", "dimension"):
            if not row[column]:
                raise _fault(path, number, column, "is empty")
        if row["id"] in ids:
            raise _fault(path, number, "id", f"{row['id']!r} stands twice")
        if not any(row[column] for column in (*PATTERNS, "regex")):
            raise _fault(path, number, "variants", "is empty, and so are wordings and regex")
        ids.add(row["id"])
        rows.append((number, row))
    return rows


def _literals(row: dict[str, str], column: str, number: int, path: Path) -> list[str]:
    """Folded literals of one cell."""
    try:
        found = [fold(literal) for literal in expand(row[column])] if row[column] else []
    except ValueError as error:
        raise _fault(path, number, column, str(error)) from error
    if "" in found:
        raise _fault(path, number, column, "has an empty alternative, which would match everywhere")
    return found


def _regex(pattern: str, number: int, path: Path) -> re.Pattern[str]:
    """The compiled expression of one row."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise _fault(path, number, "regex", f"{pattern!r} is no regular expression: {error}") from error


def _fault(path: Path, number: int, column: str, what: str) -> ValueError:
    """An error that names row and column."""
    return ValueError(
        f"{path}, row {number}, column {column!r}: {what}. Correct the cell and read the lexicon again."
    )
