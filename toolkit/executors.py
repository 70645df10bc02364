"""Where work is done: in this process, in several of this machine, or on a cluster. The results are the same.

The protocol is one function, `map_items`: work items go in, and as each ends, what its function returned or
why it failed comes out. Items name files, results are written files; what travels is small. For batch systems
that know nothing of this, `share` says which items one of N invocations does.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

log = logging.getLogger(__name__)

LOCAL = "local"  # a cluster of this machine, for a look at the dashboard and for tests
_PATIENCE = 5  # seconds an idle worker may take to end
SETTINGS = {  # of dask, for a cluster that is only ours
    "distributed.worker.daemon": False,  # a worker has children: kernels, the reader of risky files
    "distributed.scheduler.allowed-failures": 0,  # the one more try is made alone: `_submitted`
    "distributed.scheduler.worker-saturation": 1.0,  # no item waits in a worker that another may kill
}
Item = TypeVar("Item")


class Outcome(NamedTuple):
    """What became of one item: what its function returned, or the error that ended it."""

    item: Any
    value: Any = None
    error: Exception | None = None


class WorkerDied(RuntimeError):
    """A process died twice at the same item; the item is set aside, the others went on."""

    def __init__(self) -> None:
        super().__init__("its worker process died twice, most likely for want of memory; give it fewer jobs")

    def __reduce__(self) -> tuple[type, tuple]:
        return type(self), ()


def map_items(
    function: Callable[..., Any],
    items: Iterable[Item],
    *,
    shared: tuple = (),
    jobs: int = 1,
    scheduler: str = "",
    apart: bool = False,
) -> Iterator[Outcome]:
    """Apply a function to items and yield an `Outcome` for each as it ends.

    An error costs its item and no other. A worker that dies costs its item one more try; if that kills
    a worker too, the outcome is `WorkerDied`. Workers end when the process that started them does.

    Parameters
    ----------
    function
        A function of a module, so that another process can find it. What it returns should be small.
    items
        Each of them small; they are sent to the workers. They are taken one by one as workers are free, so a
        generator may prepare each just before it is needed.
    shared
        Further arguments of the function, the same for all items: sent once to each worker.
    jobs
        Items at once. With 1, or one item, and no scheduler the work is done in this process.
    scheduler
        ``""``; or the address of a dask scheduler, such as ``tcp://10.0.0.5:8786``, whose workers have this
        package and see the same files; or ``"local"``, a dask cluster of `jobs` processes of this machine.
    apart
        Never work in this process, which an item may kill.

    Raises
    ------
    ValueError
        Where `jobs` is less than 1.
    ModuleNotFoundError
        Where a scheduler is given and dask.distributed is not installed.
    OSError
        Where no scheduler answers.
    """
    check(jobs)
    items = iter(items)
    first = list(islice(items, 2))
    if not first:
        return
    items, few = chain(first, items), len(first) == 1
    if scheduler:
        yield from _on_cluster(function, items, shared, jobs, scheduler)
    elif (jobs == 1 or few) and not apart:
        yield from (Outcome(item, *_attempt(function, item, shared)) for item in items)
    else:
        yield from _in_processes(function, items, shared, jobs)


def check(jobs: int, part: str = "") -> None:
    """Refuse a number of jobs, or a part, that cannot be: before anything else is done."""
    if jobs < 1:
        raise ValueError(f"jobs is the number of items at work at once, 1 or more; found {jobs}.")
    share((), part)


def usual_jobs(memory: int) -> int:
    """Items at once on this machine: one for each core this process may use, as far as each has its memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        free = int(text.partition("MemAvailable:")[2].split()[0]) * 1024
    except (OSError, IndexError):  # not Linux: trust the user
        free = cores * memory
    return max(1, min(cores, free // memory))


def share(items: Sequence[Item], part: str) -> list[Item]:
    """The items that one of N invocations does: every N-th from the K-th on, for a part ``"K/N"``; all for ``""``.

    The items must be the same list in the same order in all of them, whatever is already done.

    Raises
    ------
    ValueError
        Where the part is not of the form K/N with K from 1 to N.
    """
    if not part:
        return list(items)
    k, slash, n = part.partition("/")
    if not (slash and k.isdecimal() and n.isdecimal() and 1 <= int(k) <= int(n)):
        raise ValueError(f"A part is given as K/N, such as 3/16, with K from 1 to N; found {part!r}.")
    return list(items[int(k) - 1 :: int(n)])


def _attempt(function: Callable[..., Any], item: Item, shared: tuple) -> tuple[Any, Exception | None]:
    """The value, or the error."""
    try:
        return function(item, *shared), None
    except Exception as error:  # handed to the caller as the item's outcome
        return None, error


def _portable(function: Callable[..., Any], item: Item, shared: tuple) -> tuple[Any, Exception | None]:
    """The value, or the error in a form that survives the way between processes."""
    value, error = _attempt(function, item, shared)
    if error is not None:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            error = RuntimeError(f"{type(error).__name__}: {error}")
    return value, error


def _in_processes(
    function: Callable[..., Any], items: Iterator[Item], shared: tuple, jobs: int
) -> Iterator[Outcome]:
    """Work in processes of this machine, one item each at a time, so that it is known which item killed one."""
    context = get_context("forkserver" if sys.platform == "linux" else "spawn")
    if sys.platform == "linux":
        context.set_forkserver_preload([function.__module__])
    again: deque[Item] = deque()  # items that have cost a worker already
    workers: dict[Connection, Any] = {}
    busy: dict[Connection, tuple[Item, bool]] = {}
    try:
        while True:
            while len(busy) < jobs and (chosen := _next(again, items)):
                free = next((end for end in workers if end not in busy), None)
                free = free or _start(context, (function, shared), workers)
                busy[free] = chosen
                with contextlib.suppress(ConnectionError):  # it died while idle: seen below
                    free.send(chosen[0])
            if not busy:
                return
            for end in wait(list(busy)):
                item, second = busy.pop(end)
                try:
                    outcome = Outcome(item, *end.recv())
                except (EOFError, ConnectionError):
                    _stop({end: workers.pop(end)})
                    if not second:
                        log.warning("A worker process died; its item is tried once more.")
                        again.append(item)
                        continue
                    outcome = Outcome(item, error=WorkerDied())
                yield outcome
    finally:
        _stop(workers, busy)


def _next(again: deque[Item], items: Iterator[Item]) -> tuple[Item, bool] | None:
    """The next item and whether it is its second try; None where there is none."""
    if again:
        return again.popleft(), True
    return next(((item, False) for item in items), None)


def _start(
    context: Any, work: tuple[Callable[..., Any], tuple], workers: dict[Connection, Any]
) -> Connection:
    """Start a worker; our end of its connection."""
    ours, theirs = context.Pipe()
    worker = context.Process(target=_work, args=(theirs, *work))
    with _without_script():
        worker.start()
    theirs.close()
    workers[ours] = worker
    return ours


@contextlib.contextmanager
def _without_script() -> Iterator[None]:
    """Hide the program from a worker that starts: it would run a script without a main guard again."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _stop(workers: dict[Connection, Any], busy: Iterable[Connection] = ()) -> None:
    """End workers: those at work at once, the others by the end of their connection."""
    for end, worker in workers.items():
        if end in busy:
            worker.terminate()
        end.close()
    for worker in workers.values():
        worker.join(_PATIENCE)
        if worker.is_alive():
            worker.kill()
            worker.join()
        worker.close()


def _work(connection: Connection, function: Callable[..., Any], shared: tuple) -> None:
    """Do items until there are none; the keyboard's interrupt is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    with contextlib.suppress(EOFError):
        while True:
            connection.send(_portable(function, connection.recv(), shared))


def end_with_parent() -> None:
    """Let this process end when the one that started it is gone."""

    def watch() -> None:
        """Wait for the end of the parent."""
        parent_process().join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@functools.cache
def package_digest() -> str:
    """One hash of the toolkit's code, tables and templates: what runs here."""
    from toolkit.store import digest, sha256

    root = Path(__file__).resolve().parent
    kinds = {".py", ".csv", ".txt", ".j2", ".css", ".js"}
    paths = sorted(path for path in root.rglob("*") if path.suffix in kinds)
    return digest([[path.relative_to(root).as_posix(), sha256(path)] for path in paths])


def _remote(function: Callable[..., Any], code: str, needed: str, item: Item) -> tuple[Any, Exception | None]:
    """Do an item on a machine of the cluster, if it has the same package."""
    from distributed import get_worker

    if package_digest() != code:
        return None, ValueError(
            "a worker of the cluster has another version of the toolkit; install the same one on all machines"
        )
    return _portable(function, item, get_worker().plugins[needed].values)


@contextlib.contextmanager
def _handed(client: Any, shared: tuple) -> Iterator[str]:
    """Give every worker, also one that starts later, what all items need; the name it is found by."""
    from distributed import WorkerPlugin

    class Needed(WorkerPlugin):
        """Values that a worker holds."""

        values = shared

    name = f"toolkit-{uuid4().hex}"
    client.register_plugin(Needed(), name=name)
    try:
        yield name
    finally:
        client.unregister_worker_plugin(name)


def _on_cluster(
    function: Callable[..., Any], items: Iterator[Item], shared: tuple, jobs: int, scheduler: str
) -> Iterator[Outcome]:
    """Work on a dask cluster: an existing one, or one of this machine."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "A scheduler needs dask.distributed, which is not installed: "
            "python -m pip install 'gov-report-toolkit[cluster]'"
        ) from error
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(SETTINGS))
        address: Any = scheduler
        if scheduler == LOCAL:
            places = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": logging.ERROR}
            address = stack.enter_context(
                LocalCluster(n_workers=jobs, threads_per_worker=1, processes=True, **places)
            )
        client = stack.enter_context(Client(address, set_as_default=False))
        log.info("dask dashboard: %s", client.dashboard_link)
        needed = stack.enter_context(_handed(client, shared))
        call = functools.partial(_remote, function, package_digest(), needed)
        yield from _submitted(client, call, items, jobs)


def _submitted(
    client: Any, call: Callable[[Item], Any], items: Iterator[Item], jobs: int
) -> Iterator[Outcome]:
    """Let a cluster work; an item that seems to kill workers is tried once more when no other is there to blame."""
    from distributed import as_completed

    held, pending = {}, as_completed(loop=client.loop)
    suspects: deque[Item] = deque()
    while True:
        room = max(0, max(jobs, sum(client.nthreads().values())) - len(held))  # workers may leave
        chosen = [(item, False) for item in islice(items, room)]
        if not held and not chosen and suspects:
            chosen = [(suspects.popleft(), True)]
        for item, alone in chosen:
            future = client.submit(call, item, pure=False)
            held[future] = item, alone
            pending.add(future)
        if not held:
            return
        # A result that is still held would be made again when the worker that has it dies.
        future = next(pending)
        (item, alone), (value, error) = held.pop(future), _result(future)
        del future
        if isinstance(error, WorkerDied) and not alone:
            suspects.append(item)
        else:
            yield Outcome(item, value, error)


def _result(future: Any) -> tuple[Any, Exception | None]:
    """What a future holds, in the words of this module."""
    from distributed.scheduler import KilledWorker

    if future.status == "finished":
        return future.result()
    error = None if future.cancelled() else future.exception()
    if isinstance(error, KilledWorker):
        return None, WorkerDied()
    return None, RuntimeError(f"the cluster did not finish it ({future.status}: {error})")
