"""Print how well headings and roles agree with the annotated seeds, and the milliseconds a document takes.

    python benchmarks/structure.py [GOLD_FOLDER]

GOLD_FOLDER holds headings.tsv and role_spans.tsv of seeds 000, 002 and 004; the annotation of 001 and 003
is in tests/data. Roles are compared character by character, white space left out. The gold calls last
year's problems and their rectification (002, part 一) problem and achievement; the contract calls both
rectification, so those characters are shown as they are and once more with the contract's name.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from toolkit.corpus.structure import parse_structure

ROOT = Path(__file__).resolve().parents[1]
STYLES = {"runin": "run-in", "inline": "list", "line": "line"}
RECTIFIED = ("002", 379, 707)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table of tab-separated values."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def annotation(gold: Path | None) -> tuple[dict, dict]:
    """Return per seed the headings {start: (level, title, style)} and the role spans."""
    headings, spans = defaultdict(dict), defaultdict(list)
    folders = [(ROOT / "tests/data", "seed_headings.tsv", "seed_roles.tsv")]
    folders += [(gold, "headings.tsv", "role_spans.tsv")] if gold else []
    for folder, first, second in folders:
        for row in rows(folder / first):
            style = STYLES.get(row["style"], row["style"])
            headings[row["file"]][int(row["start"])] = (int(row["level"]), row["title"], style)
        for row in rows(folder / second):
            spans[row["file"]].append((int(row["start"]), int(row["end"]), row["role"]))
    return headings, spans


def f1(right: int, found: int, true: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * right / (found + true) if found + true else float("nan")


def score(gold: Path | None) -> dict[str, float]:
    """Compare with the annotation and return the measures by name."""
    headings, spans = annotation(gold)
    total, pairs = Counter(), {"as annotated": Counter(), "rectification": Counter()}
    for name, true in headings.items():
        text = (ROOT / "seeds" / name).read_text(encoding="utf-8")
        structure = parse_structure(text)
        found = {row[8]: (row[2], row[4], row[5]) for row in structure.sections if row[5] != "none"}
        same = found.keys() & true.keys()
        total.update(found=len(found), true=len(true), start=len(same))
        total.update(
            {
                key: sum(found[s][i] == true[s][i] for s in same)
                for i, key in enumerate(("level", "title", "style"))
            }
        )
        roles = [role for *_, role, start, end, _ in structure.sentences for _ in range(end - start)]
        for begin, end, role in spans[name]:
            for at in range(begin, end):
                if not text[at].isspace():
                    pairs["as annotated"][role, roles[at]] += 1
                    mended = RECTIFIED[0] == name[:3] and RECTIFIED[1] <= at < RECTIFIED[2]
                    pairs["rectification"]["rectification" if mended else role, roles[at]] += 1
    result = {
        f"heading F1 ({key})": f1(total[key], total["found"], total["true"])
        for key in ("start", "level", "title", "style")
    }
    for label, counts in pairs.items():
        result[f"role accuracy ({label})"] = sum(n for (a, b), n in counts.items() if a == b) / counts.total()
        for role in sorted({role for pair in counts for role in pair}):
            sums = [sum(n for pair, n in counts.items() if pair[i] == role) for i in (1, 0)]
            result[f"  F1 of {role} ({label})"] = f1(counts[role, role], *sums)
    return result


def milliseconds(trials: int = 300) -> float:
    """Return the time for 5,000 characters of the seeds in milliseconds: the best of many short trials."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    best = float("inf")
    for _ in range(trials):
        begin = time.perf_counter()
        for text in texts:
            parse_structure(text, genre="annual report", year=2023)
        best = min(best, time.perf_counter() - begin)
    return best / sum(map(len, texts)) * 5000 * 1000


def main() -> None:
    """Print all measures, one a line."""
    for name, value in score(Path(sys.argv[1]) if len(sys.argv) > 1 else None).items():
        print(f"{name:45} {value:.4f}")
    print(f"{'milliseconds for 5,000 characters':45} {milliseconds():.2f}")


if __name__ == "__main__":
    main()
