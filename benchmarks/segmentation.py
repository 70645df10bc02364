"""Segmentation against jieba, in one run: the same tokens, and how many times faster.

    python benchmarks/segmentation.py [FOLDER]

FOLDER holds reports as .txt; without it the five seeds are read, repeated to about a million
characters. One core is processor time of this process, two cores is wall time of two.
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
WAYS = ("jieba.lcut", "rjieba, not identical", "Segmenter", "Segmenter with lexicon")


@cache
def cutter(way: str) -> Callable[[str], list[str]]:
    """The function measured, ready to cut."""
    if way == "jieba.lcut":
        import jieba

        jieba.setLogLevel(60)
        cut = jieba.lcut
    elif way.startswith("rjieba"):
        from rjieba import Jieba

        cut = Jieba().cut
    else:
        cut = Segmenter(lexicon=read_lexicon() if "lexicon" in way else None).cut
    cut("预热")
    return cut


def count(way: str, texts: list[str]) -> int:
    """Cut texts and return the number of tokens; what a worker does."""
    cut = cutter(way)
    return sum(len(cut(text)) for text in texts)


def one_core(texts: list[str]) -> dict[str, float]:
    """Processor seconds of every way: of each text the better of two, the ways in turn."""
    seconds = dict.fromkeys(WAYS, 0.0)
    for text in texts:
        for way in WAYS:
            cut = cutter(way)
            taken = []
            for _ in range(2):
                start = time.process_time()
                cut(text)
                taken.append(time.process_time() - start)
            seconds[way] += min(taken)
    return seconds


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
    columns = (one_core(texts), {way: two_cores(way, texts) for way in WAYS})
    for way in WAYS:
        cells = ""
        for seconds in columns:
            cells += f"{size / seconds[way] / 1e6:10.2f} M/s {seconds[WAYS[0]] / seconds[way]:6.1f}x"
        print(f"{way:24}{cells}")
    settings = Segmenter(lexicon=read_lexicon()).settings
    print(", ".join(f"{name} {str(value)[:24]}" for name, value in settings.items()))


if __name__ == "__main__":
    main()
