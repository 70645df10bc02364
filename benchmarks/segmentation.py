"""Segmentation against jieba, in one run: the same tokens, and how many times faster.

    python benchmarks/segmentation.py [FOLDER]

FOLDER holds reports as .txt; without it the five seeds are read, repeated to about a million characters.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from toolkit.terms.lexicon import read_lexicon
from toolkit.terms.segment import Segmenter

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
WAYS = ("jieba.lcut", "Segmenter", "Segmenter with lexicon")


@cache
def cutter(way: str) -> Callable[[str], list[str]]:
    """The function measured, ready to cut."""
    if way == "jieba.lcut":
        import jieba

        jieba.setLogLevel(60)
        cut = jieba.lcut
    else:
        cut = Segmenter(lexicon=read_lexicon() if "lexicon" in way else None).cut
    cut("预热")
    return cut


def count(way: str, texts: list[str]) -> int:
    """Cut texts and return the number of tokens; what a worker does."""
    cut = cutter(way)
    return sum(len(cut(text)) for text in texts)


def one_core(way: str, texts: list[str]) -> float:
    """Seconds for all texts in this process, the best of three."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        count(way, texts)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def two_cores(way: str, texts: list[str]) -> float:
    """Seconds for all texts in two warm processes."""
    parts = [texts[place::8] for place in range(8)]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(count, [way] * 4, [texts[:1]] * 4))
        start = time.perf_counter()
        list(pool.map(count, [way] * 8, parts))
        return time.perf_counter() - start


def main() -> None:
    """Read, compare, measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    if folder == SEEDS:
        texts *= 50
    size = sum(map(len, texts))
    print(f"{len(texts)} texts, {size:,} characters, from {folder.name}; {os.cpu_count()} cores")
    differing = sum(cutter("Segmenter")(text) != cutter("jieba.lcut")(text) for text in texts)
    print(f"texts whose tokens differ from jieba.lcut: {differing}")
    print(f"{'':24}{'one core':>22}{'two cores':>22}")
    base: dict[str, float] = {}
    for way in WAYS:
        cells = ""
        for name, measure in (("one", one_core), ("two", two_cores)):
            seconds = measure(way, texts)
            base.setdefault(name, seconds)
            cells += f"{size / seconds / 1e6:10.2f} M/s {base[name] / seconds:6.1f}x"
        print(f"{way:24}{cells}")
    settings = Segmenter(lexicon=read_lexicon()).settings
    print(", ".join(f"{name} {str(value)[:24]}" for name, value in settings.items()))


if __name__ == "__main__":
    main()
