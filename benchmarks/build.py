"""The store against plain jieba over the same texts, in one run.

    python benchmarks/build.py [N] [--jobs J]

N documents (default 400) of about 5,000 characters are grown from the seeds, and from a corpus of
government work reports where it is present, by recombining their sentences (seeded). Printed: documents
per minute of the complete build and of a loop of jieba.lcut in one process, peak memory, the share of a
build after one added document, the time of opening and of a term's trend. Processor time stands beside the
clock, which other work on the machine moves. What a larger corpus would take is computed and labelled so.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared")) / "corpora" / "shenzhen"
SIZE = 5000
TERM = "行政复议"
MARKS, HEADINGS = "一二三四五六七八九十", ("主要做法", "存在问题", "下一步打算")


def grow(folder: Path, n: int) -> list[Path]:
    """Write n documents: a title, headings and sentences drawn from the sources, one region-year each."""
    import pandas as pd

    sources = [*sorted(ROOT.glob("seeds/0*.txt")), *sorted(SHARED.glob("*.txt"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sources]
    sentences = [s for text in texts for s in re.findall(r"[^\n。]+[。\n]", text) if 8 < len(s) < 200]
    regions = pd.read_csv(ROOT / "toolkit" / "data" / "regions.csv", dtype="str")
    names = sorted(set(regions["name"][regions["name"].str.fullmatch(".{2,5}[县区]")]))
    chance = random.Random(7)
    places = [(name, year) for year in range(2015, 2025) for name in chance.sample(names, min(n, len(names)))]
    paths = []
    for number in range(n):
        name, year = places[number * 10 % len(places) + number // len(names) if n > len(places) else number]
        parts, length = [f"{year}年{name}法治政府建设工作总结\n"], 0
        while length < SIZE:
            chapter, rest = divmod(len(parts) - 1, 30)
            if rest == 0:
                parts.append(f"{MARKS[chapter % 10]}、{HEADINGS[chapter % 3]}\n")
            parts.append(chance.choice(sentences))
            length += len(parts[-1])
        path = folder / f"{number:06}.txt"
        path.write_text("".join(parts), encoding="utf-8")
        paths.append(path)
    return paths


def cut(paths: list[Path]) -> int:
    """The plain loop: jieba.lcut over texts, nothing kept."""
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    return sum(len(jieba.lcut(path.read_text(encoding="utf-8"))) for path in paths)


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and seconds of processor time of this process's children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    function()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def build(corpus: Path, store: Path, jobs: int, part_size: int) -> None:
    """Build in processes of their own, their start included."""
    code = "import sys; from toolkit.builds import build_store; print(build_store(sys.argv[1], sys.argv[2], "
    code += f"jobs={jobs}, part_size={part_size}, duplicates='keep-all').summary)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", code, corpus, store], env=environment, check=True, capture_output=True
    )


def loop(paths: list[Path], jobs: int) -> None:
    """The jieba loop in so many processes, their start included."""
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        list(pool.map(cut, [paths[k::jobs] for k in range(jobs)]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", nargs="?", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part-size", type=int, default=None, help="default: a quarter of N, at most 1000")
    options = parser.parse_args()
    n, size = options.n, options.part_size or min(1000, max(1, options.n // 4))
    with tempfile.TemporaryDirectory() as place:
        folder, store = Path(place, "corpus"), Path(place, "store")
        folder.mkdir()
        paths = grow(folder, n)
        length = sum(len(path.read_text(encoding="utf-8")) for path in paths) / n
        print(
            f"{n} documents of {length:.0f} characters, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        jieba = timed(lambda: loop(paths, 1))
        whole = timed(lambda: build(folder, store, options.jobs, size))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
        (folder / "added.txt").write_text(
            paths[0].read_text(encoding="utf-8").replace("20", "19", 1), encoding="utf-8"
        )
        again = timed(lambda: build(folder, store, 1, size))
        none = timed(lambda: build(folder, store, 1, size))
        for name, (clock, cpu) in (
            ("jieba.lcut, 1 process", jieba),
            (f"complete build, {options.jobs} processes", whole),
            ("one document added", again),
            ("nothing changed", none),
        ):
            rate = (
                f"{60 * n / clock:8.0f} documents/minute"
                if name in ("jieba.lcut, 1 process",) or "build" in name
                else ""
            )
            print(f"{name:28}{clock:8.1f} s by the clock{cpu:8.1f} s of processor time{rate}")
        print(f"build against jieba: {jieba[0] / whole[0]:.2f} times as fast by the clock, ", end="")
        print(f"{jieba[1] / whole[1]:.2f} times by processor time of all processes together")
        print(f"one document added: {again[1] / whole[1]:.1%} of the processor time of the complete build")
        print(f"largest process: {peak:.0f} MB, parts of at most {size} documents")
        ask(store)
        n_bytes = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
        print(f"store: {n_bytes / 2**20:.0f} MB, {n_bytes / n / 1024:.0f} KB a document")
        for many in (28_000, 10_000_000):
            hours, space = whole[1] / n * many / 3600, n_bytes / n * many / 2**30
            print(
                f"computed, not measured: {many:,} documents need {hours:.1f} core hours and {space:.1f} GB"
            )


def ask(folder: Path) -> None:
    """Time opening and a term's trend, with the verification of the files and without."""
    import duckdb  # noqa: F401  (its import is no part of a question)

    import toolkit as tk
    from toolkit.measures import trend

    def trend_of_term() -> None:
        """A term in all region-years, and its trend."""
        trend(tk.count_terms(store, ["region_id", "year"], terms=[TERM]))

    start = time.perf_counter()
    store = tk.open_store(folder)
    n_documents = len(store.documents)
    print(f"open and documents ({n_documents}): {time.perf_counter() - start:.2f} s")
    for name in ("with verification", "again"):
        start, cpu = time.perf_counter(), time.process_time()
        tk.count_terms(store, ["region_id", "year"], terms=[TERM])
        middle = time.perf_counter()
        trend_of_term()
        clock = time.perf_counter() - middle
        print(
            f"a term in all region-years, {name}: {middle - start:.3f} s; with its trend: {clock:.3f} s",
            end="",
        )
        print(f"; processor time of both {time.process_time() - cpu:.3f} s")


if __name__ == "__main__":
    main()
