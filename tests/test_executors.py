"""The same work gives the same results wherever it is done, and a dead worker costs one item."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

from toolkit import executors
from toolkit.executors import WorkerDied, map_items, share

WAYS = [{"jobs": 1}, {"jobs": 2}, pytest.param({"jobs": 2, "scheduler": "local"}, marks=pytest.mark.slow)]
CLUSTER = [{"jobs": 2}, pytest.param({"jobs": 2, "scheduler": "local"}, marks=pytest.mark.slow)]


class Odd(Exception):
    """An error that cannot be unpickled."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def halve(number):
    """Half of an even number; an error for 3 and for 5."""
    if number == 3:
        raise ValueError("3 is odd")
    if number == 5:
        raise Odd("5", "is odd")
    return number // 2


def die(path):
    """Leave a trace, and kill this process where the path says so: always, or the first time."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    if path.name == "poison" or (path.name == "once" and path.read_text(encoding="utf-8").count("\n") == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def place_of(item, *shared):
    """Which process works, and what it was given."""
    return os.getpid(), shared


def start_child(path):
    """Start a process, as a worker that runs notebooks does, and wait."""
    command = [sys.executable, "-c", "print(2)"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path.name


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_same(way):
    """Values and errors belong to their items, whoever works; one error stops no other."""
    found = {outcome.item: outcome for outcome in map_items(halve, range(8), **way)}
    assert {item: found[item].value for item in found} == {
        0: 0,
        1: 0,
        2: 1,
        3: None,
        4: 2,
        5: None,
        6: 3,
        7: 3,
    }
    assert isinstance(found[3].error, ValueError) and str(found[3].error) == "3 is odd"
    assert "5 is odd" in str(found[5].error) and found[4].error is None
    assert list(map_items(halve, [], **way)) == []


@pytest.mark.parametrize("way", [*CLUSTER, {"jobs": 1, "apart": True}])
def test_what_all_items_need_reaches_each_worker(way):
    """Further arguments come with every item, and not from this process where work must be apart from it."""
    outcomes = list(map_items(place_of, [1, 2], shared=("法", "治"), **way))
    assert {outcome.value[1] for outcome in outcomes} == {("法", "治")}
    assert os.getpid() not in {outcome.value[0] for outcome in outcomes}


@pytest.mark.parametrize("way", CLUSTER)
def test_a_killed_worker_costs_its_item_one_retry(tmp_path, way):
    """Killed once, an item is done at the second try; killed twice, it is set aside and the others are done."""
    names = ["a", "once", "poison", "b", "c"]
    found = {o.item.name: o for o in map_items(die, [tmp_path / name for name in names], **way)}
    assert isinstance(found["poison"].error, WorkerDied) and "died twice" in str(found["poison"].error)
    assert [found[name].value for name in ("a", "once", "b", "c")] == ["a", "once", "b", "c"]
    tries = {name: (tmp_path / name).read_text(encoding="utf-8").count("\n") for name in names}
    assert tries["poison"] == 2 and tries["once"] <= 3  # dask makes a result again that died with its worker
    assert way != {"jobs": 2} or tries == {"a": 1, "once": 2, "poison": 2, "b": 1, "c": 1}


@pytest.mark.parametrize("way", CLUSTER)
def test_a_worker_may_have_children(tmp_path, way):
    """Kernels are children of workers; a daemon could have none."""
    done = list(map_items(start_child, [tmp_path / "1", tmp_path / "2"], **way))
    assert [outcome.error for outcome in done] == [None, None] and (tmp_path / "2").read_text() == "2\n"


PARENT = """
import signal, sys
from pathlib import Path
from test_executors import sleep
from toolkit.executors import map_items
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start without
    list(map_items(sleep, [Path(sys.argv[1], name) for name in "ab"], jobs=2, scheduler=sys.argv[2]))
"""


def sleep(path):
    """Write who works, and work for long."""
    path.with_suffix(".part").write_text(str(os.getpid()), encoding="utf-8")
    path.with_suffix(".part").rename(path)
    time.sleep(60)


def gone(process):
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("scheduler", ["", pytest.param("local", marks=pytest.mark.slow)])
def test_workers_end_with_their_parent(tmp_path, number, scheduler):
    """When the parent is killed or interrupted, its workers are gone within ten seconds, amid their work."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, str(script), str(tmp_path), scheduler]
    pids = [tmp_path / "a", tmp_path / "b"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as parent:
        while not all(path.exists() for path in pids):
            assert parent.poll() is None
            time.sleep(0.05)
        workers = [int(path.read_text(encoding="utf-8")) for path in pids]
        parent.send_signal(number)
        since = time.monotonic()
        while not all(gone(worker) for worker in workers):
            assert time.monotonic() - since < 10
            time.sleep(0.05)
    assert parent.returncode != 0


def test_shares_are_disjoint_and_complete():
    """N invocations do every item once; a part of another form is refused."""
    shares = [share(range(10), f"{k}/3") for k in (1, 2, 3)]
    assert shares == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]] and share("ab", "") == ["a", "b"]
    for wrong in ("0/3", "4/3", "1-3", "/", "x/2", "-1/2"):
        with pytest.raises(ValueError, match=f"K/N, such as 3/16.*found '{wrong}'"):
            share([1], wrong)


def test_what_cannot_work_is_a_sentence(monkeypatch):
    """No jobs, no dask, no scheduler at the address: each says what to do."""
    with pytest.raises(ValueError, match="1 or more; found 0"):
        list(map_items(halve, [1], jobs=0))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'gov-report-toolkit\[cluster\]'"):
        list(map_items(halve, [1, 2], scheduler="local"))


@pytest.mark.slow
def test_a_worker_with_another_toolkit_does_nothing(monkeypatch):
    """Results are filed under the hash of the code here, so code of another version must not make them."""
    monkeypatch.setattr(executors, "package_digest", lambda: "another")
    outcome = next(map_items(halve, [2], scheduler="local"))
    assert outcome.value is None and "another version of the toolkit" in str(outcome.error)


def test_jobs_by_default_are_one_a_core_as_far_as_memory_goes():
    """One job where none has its memory, and as many as there are cores where all have it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert (executors.usual_jobs(1), executors.usual_jobs(2**60)) == (cores, 1)


def test_items_are_taken_as_workers_are_free():
    """A generator is not read ahead of the work: what it prepares for an item need not wait on the disk for long."""
    taken = []
    outcomes = map_items(halve, (taken.append(n) or n for n in range(0, 40, 4)), jobs=2)
    next(outcomes)
    assert len(taken) <= 4
    assert len(list(outcomes)) == 9 and len(taken) == 10


def test_a_script_without_a_main_guard_is_run_once(tmp_path):
    """Workers do not import the program that started them: a plain script may use several."""
    script = tmp_path / "script.py"
    script.write_text(
        "from toolkit.executors import map_items\n"
        "print([outcome.value for outcome in map_items(len, ['a', 'bb'], jobs=2)])\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert sorted(json.loads(done.stdout)) == [1, 2]
