"""Reports for thousands of regions from a store: processor time and memory of each step.

    python benchmarks/batch.py [REGIONS] [YEARS] [--part 1/280] [--jobs 2]

One report of 5,000 characters for each region and year is grown (seeded) as in benchmarks/build.py, from the
seeds and from a corpus of government work reports where it is present; a store is built; a share of the batch
is run as a user runs it, so that its preparation and, in the first share, the comparison of all regions are in
it; and the index of all regions is made. Memory is the sum of the proportional shares of all processes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from build import ROOT, SIZE, TICK, Cost, build, sentences_of_sources

LAST = 2024
HEADS = ("一、主要做法\n", "二、存在问题\n", "三、下一步打算\n")


def places(n: int) -> list[tuple[str, str]]:
    """Codes and full names of n counties spread over the country, then of prefectures; all since 2015."""
    import pandas as pd

    table = pd.read_csv(ROOT / "toolkit" / "data" / "regions.csv", dtype="str", keep_default_na=False)
    table = table[(table["end_year"] == "") & (table["start_year"].astype(int) <= 2015)]
    table = table.drop_duplicates(["province", "prefecture", "name"])
    counties, above = (table[table["level"] == level] for level in ("county", "prefecture"))
    spread = counties.iloc[sorted({i * len(counties) // n for i in range(n)})]
    chosen = pd.concat([spread, above[above["province"] != ""].head(n - len(spread))])
    names = chosen[["province", "prefecture", "name"]].agg("".join, axis=1)
    return list(zip(chosen["region_code"], names, strict=True))


def grow(folder: Path, regions: int, years: int) -> int:
    """Write a report for every region and year; their number."""
    import random

    chance, sentences, number = random.Random(7), sentences_of_sources(), 0
    for code, name in places(regions):
        for year in range(LAST + 1 - years, LAST + 1):
            parts, length = [f"{name}人民政府{year}年法治政府建设年度报告\n"], 0
            while length < SIZE:
                if len(parts) % 30 == 1:
                    parts.append(HEADS[len(parts) // 30 % 3])
                parts.append(chance.choice(sentences))
                length += len(parts[-1])
            (folder / f"{code}-{year}.txt").write_text("".join(parts), encoding="utf-8")
            number += 1
    return number


def report(store: Path, out: Path, *options: str) -> Cost:
    """A batch from the command line."""
    command = [sys.executable, "-m", "toolkit", "report", store, "--out", out, *options]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    ended, cpu, memory = threading.Event(), [0.0], [0.0]
    watcher = threading.Thread(target=watch_family, args=(process.pid, ended, cpu, memory))
    watcher.start()
    code = process.wait()
    ended.set()
    watcher.join()
    if code:
        raise SystemExit(f"the batch ended with {code}")
    return Cost(time.perf_counter() - start, max(cpu), max(memory))


def watch_family(root: int, ended: threading.Event, cpu: list[float], memory: list[float]) -> None:
    """Add up, every second, what a process and all that descend from it have used, and hold."""
    while not ended.wait(1):
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has just ended
                fields = (place / "stat").read_text().rpartition(")")[2].split()
                found[int(place.name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICK
        family, n = {root}, 0
        while n < len(family):
            n, family = len(family), family | {pid for pid, (parent, _) in found.items() if parent in family}
        cpu.append(sum(found[pid][1] for pid in family if pid in found))
        held = 0.0
        for pid in family:
            with contextlib.suppress(OSError):
                share = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
                held += int(share[1]) / 1024 if share else 0
        memory.append(held)


def index(store: Path, out: Path) -> tuple[float, float]:
    """Processor time and megabytes of the index of all regions."""
    from toolkit.reports.site import index_page
    from toolkit.reports.slices import Slices
    from toolkit.stored import open_store

    units = Slices(open_store(store)).units
    start, done = time.process_time(), {"status": "done", "reason": "", "files": ["report.html"]}
    html = index_page([{**unit.row, "folder": unit.row["region_code"], **done} for unit in units])
    (out / "index.html").write_text(html, encoding="utf-8")
    return time.process_time() - start, len(html.encode()) / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("regions", nargs="?", type=int, default=200)
    parser.add_argument("years", nargs="?", type=int, default=3)
    parser.add_argument("--part", default="1/20")
    parser.add_argument("--jobs", default="2")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, store, out = (Path(name, part) for part in ("corpus", "store", "out"))
        folder.mkdir()
        n = grow(folder, options.regions, options.years)
        costs = {f"store of {n} reports": build(folder, store, int(options.jobs))}
        share = ("--part", options.part, "--jobs", options.jobs)
        costs[f"share {options.part}: preparation, reports, comparison"] = report(store, out, *share)
        made = sorted(path.parent.name for path in out.glob("*/report.html"))
        again = ("--region", made[0][:6], "--force", "--jobs", "1")
        costs["preparation kept: one region, comparison, index, panel"] = report(store, out, *again)
        print(f"{n} reports of {options.regions} regions, {len(made)} pages in the share")
        for what, cost in costs.items():
            print(
                f"{what:60}{cost.clock:8.0f} s by the clock{cost.cpu:8.0f} s of processor{cost.memory:8.0f} MB"
            )
        seconds, size = index(store, out)
        print(f"index of all regions: {seconds:.1f} s, {size:.1f} MB")


if __name__ == "__main__":
    main()
