"""Print how headings and roles of the seeds survive damage: width of characters, line ends, lost characters.

    python benchmarks/damage.py GOLD_FOLDER

Each row changes all five seeds in one way, carries the annotation along and compares: F1 of headings by start
and level, and the share of characters with the right role (white space left out, rectification as the contract has it).
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from structure import RECTIFIED, ROOT, annotation, f1

from toolkit.corpus.structure import parse_structure

FULL_WIDTH = str.maketrans(",;:()", "，；：（）")
NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d\.|[一二三四五六]是)"
)
YEARS = {"000": 2023, "001": 2023, "002": 2018, "003": 2024, "004": 2020}


def by_character(change):
    """Make a damage from a function (text, place, character) -> what stands there afterwards."""
    return lambda text: [change(text, at, char) for at, char in enumerate(text)]


def wrapped(width):
    """Break lines at a width in Han characters, as a page does; closing marks may hang."""

    def damage(text):
        pieces, column = [], 0.0
        for char in text:
            size = 1 if ord(char) > 255 else 0.5
            breaks = char != "\n" and column + size > width and char not in "，。；：、,;:!！？”）)》"
            column = 0 if char == "\n" else size if breaks else column + size
            pieces.append("\n" + char if breaks else char)
        return pieces

    return damage


def without_headings(text):
    """Leave out headings that fill a line, and the markers of all others."""
    pieces = []
    for line in text.splitlines(keepends=True):
        match = NUMBERED.match(line)
        gone = len(line) if match and len(line) < 60 and "。" not in line else match.end() if match else 0
        pieces += [""] * gone + list(line[gone:])
    return pieces


def lost(share):
    """Lose a share of the characters, always the same ones."""
    draw = random.Random(3)
    return by_character(lambda text, at, char: "" if draw.random() < share else char)


DAMAGES = {
    "none": by_character(lambda text, at, char: char),
    "full-width punctuation": by_character(lambda text, at, char: char.translate(FULL_WIDTH)),
    "indented paragraphs": by_character(lambda text, at, char: "\n　　" if char == "\n" else char),
    "blank lines": by_character(lambda text, at, char: "\n\n \n" if char == "\n" else char),
    "lines broken at 28": wrapped(28),
    "line ends become spaces": by_character(lambda text, at, char: " " if char == "\n" else char),
    "line ends lost": by_character(lambda text, at, char: "" if char == "\n" else char),
    "last stops lost": by_character(lambda text, at, char: "" if text[at : at + 2] == "。\n" else char),
    "first brackets lost": by_character(lambda text, at, char: "" if char in "(（" else char),
    "一、 read as —、": by_character(lambda text, at, char: "—" if text[at : at + 2] == "一、" else char),
    "full stops typed as dots": by_character(lambda text, at, char: "." if char == "。" else char),
    "1 % of characters lost": lost(0.01),
    "no headings, no markers": without_headings,
}


def survive(damage, headings, spans):
    """Return F1 of headings and accuracy of roles after a damage."""
    found = true = same = right = total = 0
    for name, marks in headings.items():
        text = (ROOT / "seeds" / name).read_text(encoding="utf-8")
        pieces, places = damage(text), []
        for piece in pieces:
            places.append((places[-1][1], places[-1][1] + len(piece)) if places else (0, len(piece)))
        parsed = parse_structure("".join(pieces), genre="annual report", year=YEARS[name[:3]])
        levels = {row[8]: row[2] for row in parsed.sections if row[5] != "none"}
        wanted = {max(places[start][1] - 1, places[start][0]): mark[0] for start, mark in marks.items()}
        found, true = found + len(levels), true + len(wanted)
        same += sum(levels.get(start) == level for start, level in wanted.items())
        roles = [row[2] for row in parsed.sentences for _ in row[5]]
        for begin, end, role in spans[name]:
            for at in range(begin, end):
                if not text[at].isspace() and pieces[at]:
                    mended = RECTIFIED[0] == name[:3] and RECTIFIED[1] <= at < RECTIFIED[2]
                    right += roles[places[at][1] - 1] == ("rectification" if mended else role)
                    total += 1
    return f1(same, found, true), right / total


def main() -> None:
    """Print one line for each damage."""
    headings, spans = annotation(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    for name, damage in DAMAGES.items():
        print("{:28} headings {:.4f}  roles {:.4f}".format(name, *survive(damage, headings, spans)))


if __name__ == "__main__":
    main()
