"""Seconds until each view of the explorer stands again after a change, on a folder and on a store.

    python benchmarks/explore.py [STORE | N]

Without an argument the seeds. STORE is the folder of a store; a number builds a store of so many reports
grown from the seeds first (see build.py: 2,800 take about five minutes). First picture: from the start of
Python, imports and reading included. Each change is then made with all views open: first once, for what is
counted once for a corpus, then again with other regions and terms. Clock and processor seconds; the clock
counts what else runs on the machine, so goals are held against processor time.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from build import build, grow

from toolkit.explore import VIEWS, Explorer
from toolkit.explore.panels import Panel

mpl.use("agg")
SEEDS = Path(__file__).resolve().parents[1] / "seeds"
FIRST, ON_SEEDS, ON_STORE = 3.0, 0.3, 1.0
TERMS = ("合法性审查", "营商环境, 行政执法")
spent: dict[str, tuple[float, float]] = {}


def timed(update: Callable) -> Callable:
    """Note the seconds that a panel takes."""

    def watched(panel: Panel, *values: object) -> None:
        clock, cpu = time.perf_counter(), time.process_time()
        update(panel, *values)
        spent[panel.view] = (time.perf_counter() - clock, time.process_time() - cpu)

    return watched


def report(name: str, change: Callable[[], object], goal: float) -> None:
    """Make a change, and print the seconds of every view it touched, in the order they appear."""
    spent.clear()
    change()
    for view, (clock, cpu) in spent.items():
        print(f"  {name:24}{view:16}{clock:7.2f} s by the clock{cpu:7.2f} s of processor time", end="")
        print(f"{cpu / goal:7.2f} x the goal of {goal} s")


def main(source: str, goal: float, out: str) -> None:
    """Open, then change regions and terms, and print each view's seconds against the goal."""
    clock = time.perf_counter()
    explorer = Explorer(source, views=VIEWS[:1], out=out)
    passed, cpu = time.perf_counter() - clock, time.process_time()
    print(
        f"{explorer.message.value}\nfirst picture: {cpu:.2f} s of processor time from the start of Python, ",
        end="",
    )
    print(f"{cpu / FIRST:.2f} x the goal of {FIRST} s; {passed:.2f} s by the clock without imports")
    regions = [region for region in explorer.corpus.documents["region_id"].unique() if region]
    print("the other views opened:")
    for view in VIEWS[1:]:
        report("opened", lambda view=view: setattr(explorer.open_views[view], "value", True), goal)
    print("first of its kind, with what is counted once:")
    report("a region", lambda: explorer.choose([regions[0]]), goal)
    print("after that:")
    report("another region", lambda: explorer.choose([regions[len(regions) // 2]]), goal)
    report("a term", lambda: setattr(explorer.terms, "value", TERMS[0]), goal)
    report("all regions", lambda: explorer.choose([]), goal)
    report("two terms, all regions", lambda: setattr(explorer.terms, "value", TERMS[1]), goal)


if __name__ == "__main__":
    Panel.update = timed(Panel.update)
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as place:
        if given.isdigit():
            grown, store = Path(place, "grown"), Path(place, "store")
            grown.mkdir()
            grow(grown, int(given))
            build(grown, store, jobs=1, part_size=1000)
            given = str(store)
        main(given or str(SEEDS), ON_STORE if given else ON_SEEDS, place)
