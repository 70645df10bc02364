"""Facts against the annotated reports, and documents of 5,000 characters per second.

Run: python benchmarks/indicators.py. Nothing is learned from the gold reports, so there is nothing to leave out when a
report is held against its own annotation; the rules were nevertheless written with these reports in view, and figures
on other reports will be lower. Seconds are processor seconds of one core, the best of five rounds.
"""

import csv
import os
import time
from collections import Counter, defaultdict
from pathlib import Path

from toolkit.corpus.cleaning import find_furniture
from toolkit.corpus.structure import parse_structure
from toolkit.indicators import explain, extract_facts, find_quantities

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared"))
YEARS = {"000": 2023, "001": 2023, "002": 2018, "003": 2024, "004": 2020}
LENGTH, GOAL = 5_000, 400


def rows(name: str) -> list[dict[str, str]]:
    """A gold table, read unquoted."""
    with (SHARED / "gold" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(name: str) -> str:
    """A seed as it came."""
    return (ROOT / "seeds" / name).read_bytes().decode("utf-8")


def sentences(text: str, year: int) -> list[tuple]:
    """The sentences of a report, with their roles."""
    return parse_structure(text, furniture=find_furniture(text), genre="annual report", year=year).sentences


def share(part: int, whole: int) -> str:
    """A share with its two terms."""
    return f"{part / whole:6.3f}  ({part} of {whole})" if whole else "   -"


def spans() -> None:
    """Spans, and what was read on them."""
    gold = {(row["file"], int(row["start"]), int(row["end"])): row for row in rows("indicators.tsv")}
    found = {
        (file, q.start, q.end): q for file in {key[0] for key in gold} for q in find_quantities(read(file))
    }
    both = gold.keys() & found.keys()
    print(f"span F1          {2 * len(both) / (len(gold) + len(found)):6.3f}")
    print(f"span recall      {share(len(both), len(gold))}\nspan precision   {share(len(both), len(found))}")
    for name, cast in (("value", float), ("unit", str), ("approx", str), ("kind", str)):
        right = sum(getattr(found[key], name) == cast(gold[key][name]) for key in both)
        print(f"{name:16} {share(right, len(both))}")


def refusals() -> None:
    """Numbers that are no amounts: how many are left alone, and how many for the annotated reason."""
    quiet, named, all_of = Counter(), Counter(), Counter()
    reasons, facts = defaultdict(dict), defaultdict(list)
    for file in {row["file"] for row in rows("non_indicators.tsv")}:
        reasons[file] = {decision.start: decision.reason for decision in explain(read(file))}
        facts[file] = find_quantities(read(file))
    for row in rows("non_indicators.tsv"):
        start, end, reason = int(row["start"]), int(row["end"]), row["reason"]
        all_of[reason] += 1
        quiet[reason] += not any(q.start < end and start < q.end for q in facts[row["file"]])
        named[reason] += reasons[row["file"]].get(start) == reason
    print(f"\n{'refused':18}{'left alone':26}for this reason")
    for reason, count in all_of.most_common():
        print(f"{reason:18}{share(quiet[reason], count):26}{share(named[reason], count)}")
    total = sum(all_of.values())
    print(f"{'all':18}{share(sum(quiet.values()), total):26}{share(sum(named.values()), total)}")


def identifiers() -> None:
    """Indicator ids against the annotated ones, per report."""
    wanted = {(row["file"], int(row["start"])): row["canonical"] for row in rows("indicators_ext.tsv")}
    right, count = Counter(), Counter()
    for file in sorted({file for file, _ in wanted}):
        text, year = read(file), YEARS[file[:3]]
        for fact in extract_facts(text, sentences(text, year), year=year, genre="annual report"):
            if (file, fact[0]) in wanted:
                count[file] += 1
                right[file] += wanted[file, fact[0]] == fact[10]
    print()
    for file in sorted(count):
        print(f"id, seed {file[:3]}     {share(right[file], count[file])}")
    print(f"id, all          {share(sum(right.values()), sum(count.values()))}")


def speed() -> None:
    """Documents of 5,000 characters per second."""
    larger = SHARED / "corpora" / "shenzhen"
    folders = {"seeds": ROOT / "seeds", **({"work reports": larger} if larger.is_dir() else {})}
    print()
    for name, folder in folders.items():
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))[:25]]
        cut = [(text + text)[:LENGTH] for text in texts]
        parsed = [(text, sentences(text, 2020)) for text in cut]
        seconds, facts = [], 0
        for _ in range(5):
            began = time.process_time()
            facts = sum(len(extract_facts(text, found, year=2020)) for text, found in parsed)
            seconds.append(time.process_time() - began)
        rate = len(cut) / min(seconds)
        print(
            f"speed, {name:13}{rate:6.0f} documents a second, {facts / len(cut):.0f} facts each (goal {GOAL})"
        )


if __name__ == "__main__":
    if (SHARED / "gold").is_dir():
        spans()
        refusals()
        identifiers()
    speed()
