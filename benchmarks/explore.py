"""Seconds from opening the explorer to the first picture, and from a change to the new picture, on the seeds.

Run: python benchmarks/explore.py [FOLDER]. Processor seconds of one core, imports apart.
"""

import sys
import tempfile
import time
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

from toolkit.explore import VIEWS, Explorer

FIRST, CHANGE = 3.0, 0.3


def main(folder: str) -> None:
    """Open, then change region, term and view, and print each time against its goal."""
    with tempfile.TemporaryDirectory() as out:
        began = time.process_time()
        explorer = Explorer(folder, out=out)
        first = time.process_time() - began
        print(f"first picture      {first:6.2f} s  {first / FIRST:5.2f} x the goal of {FIRST} s")
        region = explorer.regions.options[0][1]
        changes = {"region": lambda: setattr(explorer.regions, "value", [region])}
        changes["term"] = lambda: setattr(explorer.terms, "value", "行政执法, 合法性审查")
        changes |= {f"view {view}": lambda view=view: setattr(explorer.view, "value", view) for view in VIEWS}
        for name, change in changes.items():
            began = time.process_time()
            change()
            spent = time.process_time() - began
            print(f"{name:18} {spent:6.2f} s  {spent / CHANGE:5.2f} x the goal of {CHANGE} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).resolve().parents[1] / "seeds"))
