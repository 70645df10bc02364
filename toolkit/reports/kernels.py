"""Warm starts: kernels and notebooks in processes forked from one that has imported the stack (Linux).

A fresh kernel spends most of its time on imports. `fork` starts one server per process when it is first
needed (`toolkit.reports.forkserver`) and asks it for a clean process each time. Two things use it, both by
way of the ecosystem's own doors:

- `WarmProvisioner` starts ordinary kernels. papermill, nbclient and whatever else starts kernels in Python
  use it when the environment says ``JUPYTER_DEFAULT_PROVISIONER_NAME=toolkit-warm``.
- `ForkEngine` runs the cells in the fork itself, without sockets: ``papermill --engine toolkit-fork``.

Elsewhere (Windows; macOS, whose frameworks do not survive a fork) both start ordinary kernels.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

_INLINE = "module://matplotlib_inline.backend_inline"  # what a kernel takes where nobody has chosen
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_SERVER = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # no advice from the debugger that kernels load
_SERVE = "from toolkit.reports.forkserver import serve; serve({})"
_START = 300  # seconds that the imports may take, on a machine that has much to do
_STOP = 10  # seconds
_lock = threading.Lock()
_server: list[tuple[socket.socket, subprocess.Popen[bytes], int]] = []  # started when needed, and by whom


@functools.cache
def can_fork() -> bool:
    """Whether this system can do it: Linux, with a kernel that has pidfd_open."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Forked:
    """A forked process as its client sees it: what it says, and how it ended (as of subprocess.Popen)."""

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket) -> None:
        self._line, self._rest = line, b""
        self.returncode: int | None = None
        first = self.read(_START)
        if first is None:
            raise OSError("The process that forks for us has ended.")
        if "failed" in first:
            self.wait()
            raise RuntimeError(first["failed"].strip().splitlines()[-1])
        self.pid: int = first["process"]

    def read(self, seconds: float | None) -> dict[str, Any] | None:
        """The next message; None at the end, which `returncode` then tells.

        Raises
        ------
        TimeoutError
            Where nothing was said in so many seconds.
        """
        limit = None if seconds is None else time.monotonic() + seconds
        while self.returncode is None:
            text, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest = rest
                message = _message(text)
                if "exit" in message:
                    self._end(message["exit"])
                elif message:
                    return message
                continue
            left = None if limit is None else max(0.0, limit - time.monotonic())
            if not select.select([self._line], [], [], left)[0]:
                raise TimeoutError
            more = self._line.recv(1 << 20)
            self._rest += more
            if not more:
                self._end(-signal.SIGKILL)  # the server itself is gone
        return None

    def _end(self, code: int) -> None:
        """Note the end."""
        self.returncode = code
        self._line.close()

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        try:
            while self.read(0):
                pass
        except TimeoutError:
            return None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end."""
        while self.read(timeout):
            pass
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started: the server does so when its client hangs up."""
        if self.returncode is None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)  # which copies of the line in other processes hear too
            self._end(-signal.SIGKILL)


def _message(text: bytes) -> dict[str, Any]:
    """A message; nothing where a process was killed in the middle of its line."""
    try:
        return json.loads(text or b"{}")
    except ValueError:
        return {}


def fork(folder: str | os.PathLike[str], environment: Mapping[str, str] | None = None, **task: Any) -> Forked:
    """A clean process in this folder that runs a kernel (``argv``) or cells (``cells``).

    Raises
    ------
    OSError
        Where the server does not start, twice.
    RuntimeError
        Where the process cannot work there, such as in a folder that does not exist.
    """
    chosen = dict(os.environ if environment is None else environment) | _ONE_THREAD
    chosen["MPLBACKEND"] = chosen.get("MPLBACKEND") or _INLINE
    task |= {"folder": str(Path(folder).absolute()), "environment": chosen}
    control = _control(chosen)
    try:
        return _ask(control, task)
    except OSError:  # the server was killed
        stop(control)
        return _ask(_control(chosen), task)


def _ask(control: socket.socket, task: Mapping[str, Any]) -> Forked:
    """Hand the server a line to answer on and a file with the task."""
    ours, theirs = socket.socketpair()
    request = os.memfd_create("request")
    try:
        with open(request, "w", encoding="utf-8", closefd=False) as file:
            json.dump(task, file)
        os.lseek(request, 0, os.SEEK_SET)
        socket.send_fds(control, [b"\n"], [theirs.fileno(), request])
    finally:
        theirs.close()
        os.close(request)
    return Forked(ours)


def _control(environment: dict[str, str]) -> socket.socket:
    """The socket to the server, which is started where there is none."""
    with _lock:
        if not _server:
            ours, theirs = socket.socketpair()
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-c", _SERVE.format(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                    env=environment | _SERVER,
                )
            _server.append((ours, process, os.getpid()))
        return _server[0][0]


@atexit.register
def stop(control: socket.socket | None = None) -> None:
    """End the server of this process with its forks, and wait for it; the next `fork` starts another."""
    with _lock:
        if not _server or control not in (None, _server[0][0]):
            return
        line, process, owner = _server.pop()
        if owner == os.getpid():  # a forked worker shares the server with the process it comes from
            with contextlib.suppress(OSError):
                line.send(b"q")
            try:
                process.wait(_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        line.close()


class WarmProvisioner(LocalProvisioner):
    """Starts Python kernels by a fork; every other kernel, and every kernel elsewhere, as usual."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel."""
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"] or not can_fork():
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or Path.cwd()
        self.process = fork(self.cwd, kwargs.get("env"), argv=cmd[3:])
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager that starts its kernels warm, whatever the environment says."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.provisioner = WarmProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)


class ForkEngine:
    """papermill's engine "toolkit-fork"; papermill loads it early, so it imports nothing until it is used."""

    @staticmethod
    def execute_notebook(nb: Any, kernel_name: str, **options: Any) -> Any:
        """Run a notebook node."""
        return _engine().execute_notebook(nb, kernel_name, **options)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> str:
        """Name of the kernel."""
        return _engine().nb_kernel_name(nb, name)

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> str:
        """Language of the notebook."""
        return _engine().nb_language(nb, language)


def _engine() -> Any:
    """The engine proper."""
    from toolkit.reports.forked import Engine

    return Engine
