"""Documents of 5,000 characters per second through the corpus rooms: reading, cleaning, metadata, structure.

Run: python benchmarks/corpus.py [N]. Processor seconds of one core (the machine may be shared), best of three
rounds; the share of each room stands beside the total.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.duplicates import signature
from toolkit.corpus.faults import find_faults
from toolkit.corpus.metadata import detect_metadata
from toolkit.corpus.readers import list_sources, read_sources
from toolkit.corpus.structure import parse_structure

ROOT = Path(__file__).resolve().parents[1]
LENGTH, GOAL = 5_000, 400


def texts(count: int) -> list[str]:
    """Cut reports of 5,000 characters from the larger corpus where it is there, otherwise from the seeds."""
    larger = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared")) / "corpora" / "shenzhen"
    folder = larger if larger.is_dir() else ROOT / "seeds"
    sources = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))]
    long = [text + text for text in sources if len(text) > LENGTH / 2]
    return [f"{long[i % len(long)][:LENGTH]}\n第{i}号" for i in range(count)]


def one_round(folder: str) -> dict[str, float]:
    """Processor seconds of each room over the folder."""
    rooms = ("listing", "reading", "cleaning", "furniture", "faults", "metadata", "structure", "runs")
    marks = [time.process_time()]
    sources, _ = list_sources(folder)
    marks.append(time.process_time())
    readings = list(read_sources(sources))
    marks.append(time.process_time())
    seconds = dict.fromkeys(rooms, 0.0) | {"listing": marks[1] - marks[0], "reading": marks[2] - marks[1]}
    for reading in readings:
        marks = [time.process_time()]
        text, _ = clean_text(reading.text)
        marks.append(time.process_time())
        furniture = find_furniture(text)
        marks.append(time.process_time())
        find_faults(text, furniture)
        marks.append(time.process_time())
        found = detect_metadata(text, path=reading.path, furniture=furniture).values
        told = {name: found[name] for name in ("genre", "year", "title")}
        marks.append(time.process_time())
        parse_structure(text, furniture=furniture, **told)
        marks.append(time.process_time())
        signature(text)
        marks.append(time.process_time())
        for room, a, b in zip(rooms[2:], marks, marks[1:], strict=False):
            seconds[room] += b - a
    return seconds


def main(count: int) -> None:
    """Time each room over the same documents."""
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(texts(count)):
            Path(folder, f"{i:06}.txt").write_text(text, encoding="utf-8")
        seconds = min((one_round(folder) for _ in range(3)), key=lambda spent: sum(spent.values()))
    total = sum(seconds.values())
    for room, spent in seconds.items():
        print(f"{room:10} {1000 * spent / count:6.2f} ms a document  {spent / total:5.0%}")
    print(
        f"{count} documents of {LENGTH} characters: {count / total:.0f} a second on one core, "
        f"{count / total / GOAL:.2f} x the goal of {GOAL}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
