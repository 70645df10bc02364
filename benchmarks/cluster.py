"""The build of a store by a dask cluster of one worker and of two, in one run.

    python benchmarks/cluster.py [N]

N documents (default 240) are grown as in benchmarks/build.py, in eight parts. Each cluster is of this
machine: worker processes with one thread each; they have made a part before the clock starts, since a real
cluster stands before the work comes. Printed: whether the two stores and that of one process are equal
(SHA-256 of every file), and the efficiency t1 / (2 t2), by the clock and by the processor time of the
workers. Joining the small tables is one process's work and is timed apart.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from build import grow

PARTS = 8


def cpu_of_worker() -> float:
    """Seconds of processor time of this worker so far."""
    return time.process_time()


def hashes(store: Path) -> dict[str, str]:
    """Every file of a store but its lock."""
    files = (path for path in store.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def measure(folder: Path, first: Path, store: Path, workers: int, size: int) -> dict[str, float]:
    """Build on a cluster of so many workers: seconds by the clock and of processor time, the join apart."""
    import dask
    from distributed import Client, LocalCluster

    from toolkit import executors
    from toolkit.builds import build_store

    options = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "threads_per_worker": 1}
    options["silence_logs"] = logging.ERROR
    with (
        dask.config.set(executors.SETTINGS),
        LocalCluster(n_workers=workers, processes=True, **options) as cluster,
        Client(cluster) as client,
    ):
        build = {"scheduler": cluster.scheduler_address, "part_size": size, "duplicates": "keep-all"}
        for n in range(workers):  # each worker has imported and read its dictionaries
            build_store(first, store.with_name(f"{store.name}-warm-{n}"), progress=False, **build)
        before, began = sum(client.run(cpu_of_worker).values()), time.perf_counter()
        build_store(folder, store, progress=False, part="1/1", **build)
        parts, after = time.perf_counter() - began, sum(client.run(cpu_of_worker).values())
        build_store(folder, store, progress=False, **build)
        return {"clock": parts, "cpu": after - before, "join": time.perf_counter() - began - parts}


def main() -> int:
    """Measure and print; 1 where the stores differ."""
    from toolkit.builds import build_store

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", nargs="?", type=int, default=240)
    n = parser.parse_args().n
    size = max(1, n // PARTS)
    with tempfile.TemporaryDirectory() as place:
        folder, first = Path(place, "corpus"), Path(place, "first")
        for path in (folder, first):
            path.mkdir()
        grow(folder, n)
        grow(first, 8)
        build_store(folder, Path(place, "alone"), part_size=size, duplicates="keep-all", progress=False)
        expected = hashes(Path(place, "alone"))
        print(
            f"{n} documents in {sum(name.startswith('base') and name.endswith('part.json') for name in expected)} parts, ",
            end="",
        )
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        found = {w: measure(folder, first, Path(place, f"store-{w}"), w, size) for w in (1, 2)}
        for workers, times in found.items():
            print(
                f"{workers} at work: parts {times['clock']:.1f} s by the clock, "
                f"{times['cpu']:.1f} s of processor time; join {times['join']:.1f} s"
            )
        one, two = found[1], found[2]
        print(f"efficiency by the clock, t1 / (2 t2): {one['clock'] / 2 / two['clock']:.2f} (goal 0.90)")
        print(f"work not added by a second worker, cpu1 / cpu2: {one['cpu'] / two['cpu']:.2f} (goal 0.90)")
        equal = all(hashes(Path(place, f"store-{w}")) == expected for w in found)
        print(f"stores of one process, one worker and two workers: {'equal' if equal else 'DIFFERENT'}")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
