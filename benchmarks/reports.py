"""Region reports: the papermill command in a loop against the engines of the batch, in one run.

    python benchmarks/reports.py [N] [--jobs J] [--formats png,svg,pdf] [--ways papermill,kernel,warm,fork]

The notebook of the region report runs on the same prepared slices of the seeds (one region after the other,
N reports in all, J at a time): by ``papermill in.ipynb out.ipynb``, and by `run_notebook` with each engine.
The cells' own processor time is measured inside, from the first cell to the last, in processes that have
imported the stack; what a way adds is the rest. Starting the server of forks happens once per process and
stands in a line of its own. The outputs and files of all ways are compared, byte by byte. Ratios are of
processor time, and of reports per minute by the clock, which other work on the machine moves.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "region_report.ipynb"
FIRST, LAST = "import time as _time; _from = _time.process_time()", "print(_time.process_time() - _from)"


def prepare(folder: Path, n: int, formats: list[str]) -> list[dict[str, Any]]:
    """The notebook with a clock in its first and last cell, slices of the seeds, and parameters of n reports."""
    import nbformat

    import toolkit as tk
    from toolkit.reports.execution import read_notebook
    from toolkit.reports.slices import Slices

    slices = Slices(tk.read_corpus(ROOT / "seeds"))
    for unit in slices.units:
        slices.save(folder / unit.region_id, region=unit.region_id, genre=unit.genre)
    node = read_notebook(NOTEBOOK)
    at = next(i for i, cell in enumerate(node.cells) if "parameters" in cell.metadata.get("tags", ()))
    node.cells.insert(at + 1, nbformat.v4.new_code_cell(FIRST))
    node.cells.append(nbformat.v4.new_code_cell(LAST))
    nbformat.write(node, folder / "report.ipynb")
    units = [slices.units[i % len(slices.units)] for i in range(n)]
    shared = {"out": ".", "formats": formats}
    return [{"corpus": f"../../{unit.region_id}", "region": unit.region_id, **shared} for unit in units]


def command(folder: Path, out: Path, values: dict[str, Any]) -> None:
    """One report by the papermill command."""
    (out / "values.yaml").write_text(json.dumps(values), encoding="utf-8")
    told = [str(folder / "report.ipynb"), "report.ipynb", "-f", "values.yaml", "--no-progress-bar"]
    subprocess.run([sys.executable, "-m", "papermill", *told], cwd=out, check=True, capture_output=True)
    (out / "values.yaml").unlink()


def by_engine(engine: str) -> Callable[[Path, Path, dict[str, Any]], None]:
    """One report by `run_notebook`."""
    from toolkit.reports.execution import read_notebook, run_notebook

    def make(folder: Path, out: Path, values: dict[str, Any]) -> None:
        """Run it."""
        node = read_notebook(folder / "report.ipynb")
        run_notebook(node, out / "report.ipynb", values, folder=out, engine=engine)

    return make


def spent() -> float:
    """Processor time of this process, of those it has waited for, and of its server of forks with its own."""
    from toolkit.reports import kernels

    total = sum(os.times()[:4])
    for _, server, _ in kernels._server:
        fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


def measure(folder: Path, way: str, jobs: int, values: list[dict[str, Any]]) -> dict[str, float]:
    """Make all reports in one way, after a first one that pays for the start; in a process of its own."""
    make = command if way == "papermill" else by_engine(way)
    outs = [folder / way / f"{number:03}" for number in range(len(values) + 1)]
    for out in outs:
        out.mkdir(parents=True)
    make(folder, outs[-1], values[0])
    first, started = spent(), time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda pair: make(folder, *pair), zip(outs, values, strict=False)))
    clock, cpu = time.perf_counter() - started, spent() - first
    if way != "papermill":
        from toolkit.reports.kernels import stop

        stop()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"clock": clock, "cpu": cpu, "first": first, "peak": peak / 1024}


def shown(out: Path) -> tuple[list[Any], dict[str, str], float]:
    """What a report shows, the hashes of its files, and the processor time of its cells."""
    node = json.loads((out / "report.ipynb").read_text(encoding="utf-8"))
    cells = [cell.get("outputs") for cell in node["cells"]]
    files = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.iterdir() if p.suffix != ".ipynb"
    }
    return cells[:-1], files, float("".join(cells[-1][0]["text"]))


def pages(folder: Path) -> float:
    """Processor time of an HTML page, which the batch makes of each report besides."""
    from toolkit.reports.execution import read_notebook
    from toolkit.reports.pages import report_page

    nodes = [read_notebook(path) for path in sorted(folder.glob("*/report.ipynb"))]
    for node in nodes:
        node.cells.pop()
    report_page(nodes[0], title="start")
    start = time.process_time()
    for number, node in enumerate(nodes):
        report_page(node, title=str(number))
    return (time.process_time() - start) / len(nodes)


def main() -> None:
    """Run every way in a process of its own, compare what they made, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", nargs="?", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--formats", default="png")
    parser.add_argument("--ways", default="papermill,kernel,warm,fork")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--values", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        folder, way = options.one.split("::")
        print(json.dumps(measure(Path(folder), way, options.jobs, json.loads(options.values))))
        return
    ways = options.ways.split(",")
    with tempfile.TemporaryDirectory(prefix="tk-") as name:
        folder = Path(name)
        values = prepare(folder, options.n, options.formats.split(","))
        found = {}
        for way in ways:
            told = ["--one", f"{folder}::{way}", "--jobs", str(options.jobs), "--values", json.dumps(values)]
            done = subprocess.run([sys.executable, __file__, *told], check=True, stdout=subprocess.PIPE)
            found[way] = json.loads(done.stdout)
        tell(folder, ways, found, len(values))


def tell(folder: Path, ways: list[str], found: dict[str, dict[str, float]], n: int) -> None:
    """Print the table, the ratios, and whether all ways made the same."""
    made = {way: [shown(out) for out in sorted((folder / way).iterdir())[:n]] for way in ways}
    own = sum(report[2] for report in made[ways[-1]]) / n
    print(f"{n} reports; the cells' own processor time, measured inside ({ways[-1]}): {own:.2f} s a report")
    print(
        f"{'way':12}{'reports/minute':>16}{'s of processor':>16}{'added':>8}{'start, once':>13}{'largest MB':>12}"
    )
    added = {}
    for way in ways:
        row = found[way]
        cpu = row["cpu"] / n
        added[way] = cpu - own
        start = "" if way == "papermill" else f"{row['first'] - cpu:.1f}"
        print(
            f"{way:12}{60 * n / row['clock']:16.1f}{cpu:16.2f}{added[way]:8.2f}{start:>13}{row['peak']:12.0f}"
        )
    for way in ways[1:]:
        faster, less = (
            found[ways[0]]["clock"] / found[way]["clock"],
            found[ways[0]]["cpu"] / found[way]["cpu"],
        )
        print(
            f"{way} against {ways[0]}: {faster:.2f} times the reports per minute, {less:.2f} times those per "
            f"second of processor; adds {added[way] / added[ways[0]]:.3f} of what {ways[0]} adds"
        )
    print(f"an HTML page besides: {pages(folder / ways[-1]):.2f} s of processor")
    same = all(made[way][i][:2] == made[ways[0]][i][:2] for way in ways for i in range(n))
    counts = len(made[ways[0]][0][1])
    print(f"outputs and all {counts} files of each report equal in all ways: {same}")
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
