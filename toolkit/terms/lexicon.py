"""The lexicon of policy mechanisms: a table a researcher edits, matched all at once."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from ahocorasick_rs import AhoCorasick

from toolkit.terms.folding import fold, twin
from toolkit.terms.user_words import read_cells

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "lexicon.csv"
REQUIRED = ("id", "name", "dimension", "variants")
PATTERNS = ("variants", "wordings")
MOST = 500  # literals one cell may expand to
# One sign of a pattern: escaped, a class, or a character.
SIGNS = re.compile(r"\\.|\[[^\]]+\]|.", re.S)


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
    levels: list[tuple[list[str], list[str]]] = [([], [""])]  # alternatives done, and the one that grows
    for sign in SIGNS.findall(pattern):
        done, growing = levels[-1]
        if sign == "{":
            levels.append(([], [""]))
            continue
        if sign == "|":
            levels[-1] = (done + growing, [""])
            continue
        if sign == "}" and len(levels) > 1:
            first, rest = levels.pop()
            choices = first + rest
            done, growing = levels[-1]
        elif sign in "}[":
            raise ValueError(f"{sign!r} of {pattern!r} closes nothing, or is not closed")
        else:
            choices = list(sign[1:-1]) if len(sign) > 2 else [sign[-1]]
        levels[-1] = (done, [start + end for start in growing for end in choices])
        if len(levels[-1][1]) > MOST:
            raise ValueError(f"{pattern!r} stands for more than {MOST} literals; split it, or use regex")
    if len(levels) > 1:
        raise ValueError(f"a brace of {pattern!r} is not closed")
    return list(dict.fromkeys(levels[0][0] + levels[0][1]))


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

    def _repr_html_(self) -> str:
        """Size, and the entries of each dimension, all text escaped."""
        names = self.table.groupby("dimension", sort=False)["name"].agg(["size", "、".join]).reset_index()
        names = names.set_axis(["dimension", "entries", "names"], axis=1)
        return f"<p>{escape(repr(self))}</p>{names.to_html(index=False, escape=True)}"

    def __getstate__(self) -> dict[str, object]:
        """What travels to another process: all but the matcher, which is built where it is used."""
        return {name: value for name, value in vars(self).items() if name != "_matcher"}

    @cached_property
    def _matcher(self) -> tuple[AhoCorasick, list[tuple[str, ...]]]:
        """Finds all literals at once, and the entries of each."""
        return AhoCorasick(list(self.literals)), list(self.literals.values())

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
        matcher, names = self._matcher
        found = matcher.find_matches_as_indexes(folded.text, overlapping=True)
        spans = [(start, -end, name) for number, start, end in found for name in names[number]]
        for name, regex in self.regexes:
            found = (match.span() for match in regex.finditer(folded.text) if match[0])
            spans += [(start, -end, name) for start, end in found]
        matches, reached = [], dict.fromkeys(self.dimensions, 0)
        for start, end, name in sorted(spans):
            if start >= reached[name]:
                reached[name] = -end
                matches.append(Match(*folded.span(start, -end), name, self.dimensions[name]))
        if folded.shifts:  # a quotation mark taken into a span can move it before another
            matches.sort(key=lambda match: (match.start, -match.end, match.mechanism))
        return matches


def read_lexicon(path: str | Path | None = None) -> Lexicon:
    """Read a lexicon, the shipped one or your own.

    Parameters
    ----------
    path
        A CSV file as Excel writes it (UTF-8 with or without BOM, GB18030, UTF-16; comma, semicolon or tab),
        with the columns `id`, `name`, `dimension` and `variants`; `docs/lexicon.md` shows the shipped one.
        `variants` holds the terms, as patterns (`expand` tells how; full-width signs and line breaks in
        the cell will do); the optional column `wordings` patterns that are found
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
    header, *lines = read_cells(data, path) or [[]]
    header = [name.lower() for name in header]
    missing = [name for name in REQUIRED if header.count(name) != 1]
    if missing:
        what = f"it needs each of the columns {list(REQUIRED)} once; look at {missing}"
        raise ValueError(f"{path} is no lexicon: {what}. Save a workbook as CSV (UTF-8).")
    rows: list[tuple[int, dict[str, str]]] = []
    ids: set[str] = set()
    for number, cells in enumerate(lines, 2):
        if any(cells[len(header) :]):
            raise _fault(path, number, header[-1], "is followed by more cells; quote commas")
        row = dict.fromkeys((*PATTERNS, "regex", *header), "")
        row |= dict(zip(header, cells, strict=False))
        row.pop("", None)
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
    """Folded literals of one cell; a line break in it separates as a bar does."""
    pattern = "|".join(fold(row[column]).splitlines()) if row[column] else None
    try:
        found = [literal.strip() for literal in expand(pattern)] if pattern is not None else []
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
    place = f"{path}, row {number}, column {column!r}"
    return ValueError(f"{place}: {what}. Correct the cell and read the lexicon again.")
