"""The process that has imported everything once, and forks a clean process for each report (Linux).

It runs `serve` and nothing else, has one thread, and never runs a cell itself. `toolkit.reports.kernels`
starts it and talks to it; a fork tells its client what happens, one JSON object a line.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import io
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NoReturn

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from traitlets.config import Config

# What the cells of our notebooks import. Never matplotlib_inline.backend_inline: it hooks itself into the
# shell that it finds when it is imported, and in every fork all figures would silently be missing.
PRELOADED = (
    "pandas",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pyarrow.pandas_compat",
    "scipy.sparse",
    "scipy.special",
    "matplotlib.pyplot",
    "wordcloud",
    "xlsxwriter",
    "toolkit.exports",
    "toolkit.corpus.statutory",
    "toolkit.reports.changes",
    "toolkit.reports.comparisons",
    "toolkit.reports.parts",
)
ROOMS = ("indicators", "measures", "plots", "terms")  # whose modules are imported one by one when needed


def serve(descriptor: int) -> None:
    """Import the stack, then fork whenever asked; when nobody is left to ask, end with all forks."""
    control = socket.socket(fileno=descriptor)
    sys.path[:] = filter(
        None, sys.path
    )  # python -c puts the folder first; a fork has it where a kernel has it
    kernel = _preload()
    gc.collect()
    gc.freeze()
    watched = selectors.DefaultSelector()
    watched.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in watched.select():
            if watched.get_map().get(key.fd) != key:
                continue  # ended and hung up at the same moment, and already dealt with
            if key.data:
                _follow(watched, *key.data, hung_up=key.fileobj is key.data[2])
                continue
            message, files, _, _ = socket.recv_fds(control, 1, 2)
            if not message or not files:
                for process in {other.data[0] for other in watched.get_map().values() if other.data}:
                    _kill(process)
                return
            _fork(kernel, watched, *files)


def _preload() -> IPythonKernel:
    """A kernel without sockets, and then the libraries: they look for a kernel when they are imported."""
    app = IPKernelApp.instance(config=Config(HistoryManager={"enabled": False}, IPKernelApp={"quiet": True}))
    app.kernel = kernel = IPythonKernel.instance(parent=app, session=_Session())
    with kernel.shell.builtin_trap:
        for name in (*PRELOADED, *_modules()):
            import_module(name)
        _read()
        _draw()
    return kernel


def _modules() -> Iterator[str]:
    """The modules of the rooms that a report goes through."""
    for room in ROOMS:
        package = import_module(f"toolkit.{room}")
        yield from (f"{package.__name__}.{module.name}" for module in iter_modules(package.__path__))


def _read() -> None:
    """What every report reads of the package's own tables and templates."""
    from toolkit.indicators import read_indicators
    from toolkit.reports.labels import read_labels
    from toolkit.reports.pages import render
    from toolkit.reports.rates import lexicon_table

    for read in (read_indicators, read_labels, lexicon_table):
        read()
    render("parts.html.j2", part="list", items=())


def _draw() -> None:
    """A figure of one word that nobody sees: it finds the fonts and loads what pictures need."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from toolkit.plots.fonts import printable
    from toolkit.plots.saving import render
    from toolkit.plots.style import style

    with rc_context(style()):  # no pyplot: it would choose its backend for good
        figure = Figure()
        for weight in ("normal", "bold"):
            figure.subplots().set_title(printable("法"), weight=weight)
        for name in ("png", "svg", "pdf"):
            render(figure, name)


def _fork(kernel: IPythonKernel, watched: selectors.BaseSelector, line: int, request: int) -> None:
    """Fork; wait for the end of the fork, and for the moment its client hangs up."""
    process = os.fork()
    if process == 0:
        for key in list(watched.get_map().values()):
            os.close(key.fd) if isinstance(key.fileobj, int) else key.fileobj.close()
        watched.close()
        _work(kernel, socket.socket(fileno=line), request)
    os.close(request)
    data = (process, os.pidfd_open(process), socket.socket(fileno=line))
    for watch in data[1:]:
        watched.register(watch, selectors.EVENT_READ, data)


def _follow(
    watched: selectors.BaseSelector, process: int, end: int, line: socket.socket, *, hung_up: bool
) -> None:
    """A fork has ended: end what it started, and say how. Or its client has hung up: end the fork."""
    _kill(process)  # nobody has waited for it yet, so the number is still its own
    if line in watched.get_map():
        watched.unregister(line)
    if hung_up:
        return
    watched.unregister(end)
    os.close(end)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with line, contextlib.suppress(OSError):  # a client that does not read must not hold up the others
        line.send(b'\n{"exit": %d}\n' % code, socket.MSG_DONTWAIT)


def _kill(process: int) -> None:
    """End a fork and what it started."""
    for kill in (os.killpg, os.kill):
        try:
            kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _say(line: socket.socket, message: dict[str, Any]) -> None:
    """One line to the client; nothing where it no longer listens."""
    text = json.dumps(message, default=json_default)
    with contextlib.suppress(OSError):
        line.sendall(text.encode() + b"\n")


def _work(kernel: IPythonKernel, line: socket.socket, request: int) -> NoReturn:
    """In the fork: do what is asked, and end without running what the server would run at its end."""
    code = 1
    try:
        os.setsid()
        with open(request, encoding="utf-8") as file:
            task = json.load(file)
        _settle(task["folder"], task["environment"])
        kernel.parent.init_path()
        _say(line, {"process": os.getpid()})
        if "argv" in task:
            _run_kernel(kernel, task["argv"])
        else:
            kernel.session.line = line
            _run_cells(kernel, task["cells"])
        code = 0
    except BaseException:  # whatever it was, the client hears of it and the server's loop is not entered
        _say(line, {"failed": traceback.format_exc()})
    finally:
        os._exit(code)


def _settle(folder: str, environment: dict[str, str]) -> None:
    """What a fresh process would have: folder, environment, path, chance."""
    import matplotlib
    import numpy as np

    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(folder)
    matplotlib.rcParams["backend"] = environment["MPLBACKEND"]
    np.random.seed()  # noqa: NPY002 - the old global state, which forks would share


def _run_kernel(kernel: IPythonKernel, argv: Sequence[str]) -> None:
    """An ordinary kernel, as `python -m ipykernel_launcher` would start it."""
    for made in (kernel.shell, kernel, kernel.parent):
        type(made).clear_instance()
    sys.argv = ["ipykernel_launcher", *argv]
    IPKernelApp.launch_instance(argv=list(argv))


def _run_cells(kernel: IPythonKernel, cells: Sequence[tuple[str, bool]]) -> None:
    """Run cells (source, whether it may fail) until one fails that may not."""
    shell, tell = kernel.shell, kernel.session.tell
    sys.stdout, sys.stderr = (_Stream(n, name, tell) for n, name in enumerate(("stdout", "stderr"), 1))
    signal.signal(signal.SIGTERM, _stop)
    kernel._forward_input(allow_stdin=False)
    for source, may_fail in cells:
        tell("execute_input", {"code": source, "execution_count": shell.execution_count})
        done = shell.run_cell(source, store_history=True)
        error = done.error_before_exec or done.error_in_exec
        _flush()
        if shell.exit_now:
            return
        tell("reply", {"status": "error", **_named(error)} if error else {"status": "ok"})
        if error and not may_fail:
            return
    tell("end", {"language_info": kernel.language_info})


def _named(error: BaseException) -> dict[str, str]:
    """The name and the words of an error."""
    return {"ename": type(error).__name__, "evalue": str(error)}


def _flush() -> None:
    """Hand over what was printed, in the order of a kernel."""
    sys.stdout.flush()
    sys.stderr.flush()


def _stop(*_: object) -> NoReturn:
    """The time is over: what was printed so far is kept."""
    _flush()
    os._exit(128 + signal.SIGTERM)


class _Session(Session):
    """A kernel's messages as lines to the client, in place of sockets."""

    line: socket.socket
    lock = threading.RLock()  # cells may have threads of their own

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        **more: Any,
    ) -> None:
        """Send what a kernel would publish."""
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content)
        self.tell(message["msg_type"], message["content"], buffers or ())

    def tell(self, kind: str, content: Any, buffers: Sequence[bytes] = ()) -> None:
        """Send a message of some kind."""
        parts = [base64.b64encode(part).decode() for part in buffers]
        with self.lock:
            _say(self.line, {"msg_type": kind, "content": content, "buffers": parts})


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the cells: what Python writes, and what others write to the descriptor."""

    encoding = "utf-8"

    def __init__(self, descriptor: int, name: str, tell: Callable[..., None]) -> None:
        self.descriptor, self.name, self._tell = descriptor, name, tell
        self._parts: list[str] = []
        self._file, self._taken = os.memfd_create(name), 0
        os.dup2(self._file, descriptor)

    def fileno(self) -> int:
        """Number of the descriptor, so that a program started by a cell can write there."""
        return self.descriptor

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Keep the text until the next display or the end of the cell."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._take()
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        self._take()
        text, self._parts = "".join(self._parts), []
        if text:
            self._tell("stream", {"name": self.name, "text": text})

    def _take(self) -> None:
        """Add what others wrote to the descriptor."""
        size = os.fstat(self._file).st_size
        if size > self._taken:
            others = os.pread(self._file, size - self._taken, self._taken)
            self._parts.append(others.decode(errors="replace"))
            self._taken = size
