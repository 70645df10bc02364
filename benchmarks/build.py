"""The store against plain jieba over the same texts, in one run, with the goals it is held to.

    python benchmarks/build.py [N] [--jobs J]

N documents (default 400; 28000 is the goal's size) of about 5,000 characters are grown from the seeds, and
from a corpus of government work reports where it is present, by recombining their sentences (seeded), one
region-year each. jieba is one process, started and initialised before its clock starts, that does nothing but
jieba.lcut over texts in memory; of a large corpus it cuts 800 documents before the build and 800 after, and
its time is computed from them. The build is `python -m toolkit build` as a user starts it, start included.
Processor time stands beside the clock, which other work on the machine moves; memory is the sum of the
proportional shares of all processes of the build, sampled.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared")) / "corpora" / "shenzhen"
SIZE, SAMPLE = 5000, 800
TERM = "行政复议"
MARKS, HEADINGS = "一二三四五六七八九十", ("主要做法", "存在问题", "下一步打算")
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
LOOP = """import sys, time, pathlib, jieba
jieba.setLogLevel(60); jieba.initialize()
texts = [pathlib.Path(line).read_text(encoding="utf-8") for line in sys.stdin.read().splitlines()]
clock, cpu = time.perf_counter(), time.process_time()
for text in texts: jieba.lcut(text)
print(time.perf_counter() - clock, time.process_time() - cpu)"""


def sentences_of_sources() -> list[str]:
    """The sentences of the seeds, and of the larger corpus where it is present."""
    sources = [*sorted(ROOT.glob("seeds/0*.txt")), *sorted(SHARED.glob("*.txt"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sources]
    return [s for text in texts for s in re.findall(r"[^\n。]+[。\n]", text) if 8 < len(s) < 200]


def grow(folder: Path, n: int) -> list[Path]:
    """Write n documents: a title, headings and sentences drawn from the sources, one region-year each."""
    import pandas as pd

    sentences = sentences_of_sources()
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


class Cost(NamedTuple):
    """Seconds by the clock, seconds of processor time of all processes, their memory at the peak in MB."""

    clock: float
    cpu: float
    memory: float = 0.0


def cut(paths: list[Path]) -> Cost:
    """The plain loop over some texts."""
    done = subprocess.run(
        [sys.executable, "-c", LOOP],
        input="\n".join(map(str, paths)),
        check=True,
        capture_output=True,
        text=True,
    )
    return Cost(*map(float, done.stdout.split()))


def watch(session: int, ended: threading.Event, cpu: dict[str, float], memory: list[float]) -> None:
    """Add up what the processes of a session have used so far, twice a second, and hold, every other second."""
    turn = 0
    while not ended.wait(0.5):
        held = 0.0
        for place in Path("/proc").glob("[0-9]*"):
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) != session:
                    continue
                cpu[place.name] = (int(fields[11]) + int(fields[12])) / TICK
                if turn % 4 == 0:
                    share = re.search(r"^Pss:\s+(\d+)", (place / "smaps_rollup").read_text(), re.M)
                    held += int(share[1]) / 1024 if share else 0
            except (OSError, IndexError):  # it has just ended
                continue
        memory.append(held)
        turn += 1


def build(corpus: Path, store: Path, jobs: int, *more: str) -> Cost:
    """Build from the command line."""
    command = [sys.executable, "-m", "toolkit", "build", corpus, "--store", store, "--jobs", str(jobs), *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--duplicates", "keep-all"],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    ended, cpu, memory = threading.Event(), {}, [0.0]
    watcher = threading.Thread(target=watch, args=(process.pid, ended, cpu, memory))
    watcher.start()
    code = process.wait()
    clock = time.perf_counter() - start
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(f"the build ended with {code}")
    return Cost(clock, sum(cpu.values()), max(memory))


def ask(folder: Path) -> dict[str, float]:
    """Seconds for opening and for a term's trend, with the verification of the files and without."""
    import duckdb  # noqa: F401  (its import is no part of a question)

    import toolkit as tk
    from toolkit.measures import trend

    seconds = {}
    for name in ("", "again, "):
        start = time.perf_counter()
        store = tk.open_store(folder)
        store.documents.shape  # noqa: B018
        seconds[f"{name}opening, documents included"] = time.perf_counter() - start
        start = time.perf_counter()
        counts = tk.count_terms(store, ["region_id", "year"], terms=[TERM])
        seconds[f"{name}a term in all region-years"] = time.perf_counter() - start
        start = time.perf_counter()
        trend(counts, region="region_id")
        seconds[f"{name}its trend"] = time.perf_counter() - start
    return seconds


def goal(name: str, found: float, bound: float, sign: str, unit: str = "") -> None:
    """Print one line: what was wanted, what was found."""
    met = found >= bound if sign == ">=" else found <= bound
    print(f"{'met   ' if met else 'MISSED'}  {name:58}{found:9.2f}{unit}   goal {sign} {bound:g}{unit}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", nargs="?", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, store = Path(place, "corpus"), Path(place, "store")
        folder.mkdir()
        paths = grow(folder, options.n)
        measure(paths, folder, store, options.jobs)


def measure(paths: list[Path], folder: Path, store: Path, jobs: int) -> None:
    """Build, change, build again, ask, and print what it took."""
    n = len(paths)
    length = sum(len(path.read_text(encoding="utf-8")) for path in paths[:400]) / min(n, 400)
    print(f"{n} documents of {length:.0f} characters, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    few = paths[:: max(1, n // SAMPLE)][:SAMPLE]
    before, whole, after = cut(few), build(folder, store, jobs), cut(few)
    jieba = Cost(*((one + two) / 2 / len(few) * n for one, two in zip(before[:2], after[:2], strict=True)))
    added = folder / "added.txt"
    added.write_text(paths[0].read_text(encoding="utf-8").replace("20", "19", 1), encoding="utf-8")
    again = build(folder, store, 1)
    none = build(folder, store, 1)
    rows = {"jieba.lcut, one process": jieba, f"complete build, {jobs} processes": whole}
    for name, cost in (rows | {"one document added": again, "nothing changed": none}).items():
        memory = f"{cost.memory:8.0f} MB" if cost.memory else ""
        rate = f"{60 * n / cost.clock:9.0f} documents/minute" if cost in (jieba, whole) else ""
        print(f"{name:30}{cost.clock:9.1f} s by the clock{cost.cpu:9.1f} s of processor time{memory}{rate}")
    goal("complete build against jieba, by the clock", jieba.clock / whole.clock, 3, ">=", "x")
    print(f"        the same by processor time, {jobs} cores: {jobs * jieba.cpu / whole.cpu:.2f}x")
    goal("peak memory of all processes", whole.memory / 1024, 2, "<=", " GB")
    goal("one document added, share of the build by the clock", 100 * again.clock / whole.clock, 1, "<=", "%")
    print(f"        the same by processor time: {100 * again.cpu / whole.cpu:.2f}%")
    seconds = ask(store)
    for name, found in seconds.items():
        print(f"        {name}: {found:.3f} s")
    goal("opening, verification apart", seconds["again, opening, documents included"], 1, "<=", " s")
    trend = seconds["again, a term in all region-years"] + seconds["again, its trend"]
    goal("a term's trend over all region-years", trend, 0.3, "<=", " s")
    n_bytes = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    print(f"store: {n_bytes / 2**20:.0f} MB, {n_bytes / n / 1024:.0f} KB a document")
    for many in (28_000, 10_000_000):
        hours, space = whole.cpu / n * many / 3600, n_bytes / n * many / 2**30
        print(f"computed, not measured: {many:,} documents need {hours:.1f} core hours and {space:.1f} GB")


if __name__ == "__main__":
    main()
