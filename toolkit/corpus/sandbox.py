"""Risky formats are read in a child process: a hang, a crash or a memory bomb costs one file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from .extracts import Extract, Unreadable, read_rows

PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from toolkit.corpus import sandbox; sandbox.serve()"
FILES_PER_CHILD = 200  # a fresh child now and then, so that no parser's leak reaches the memory limit


class Sandbox:
    """A child process that reads one file after another and is replaced when it dies.

    Parameters
    ----------
    seconds
        Longest time for one file; then the child is killed.
    memory
        Largest address space of the child in bytes. Linux enforces it; elsewhere only the time and
        the readers' own limits hold.
    """

    def __init__(self, seconds: float = 20.0, memory: int = 2**30) -> None:
        self.seconds, self.memory = seconds, memory
        self._child: subprocess.Popen[bytes] | None = None
        self._n_read = 0

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, kind: str, data: bytes) -> list[Extract]:
        """Read one file of a kind that has a reader; raise Unreadable with the reason where it fails."""
        if self._n_read >= FILES_PER_CHILD or (self._child and self._child.poll() is not None):
            self.close()
        child = self._child = self._child or self._start()
        self._n_read += 1
        late = threading.Event()
        timer = threading.Timer(self.seconds, lambda: (late.set(), child.kill()))
        timer.start()
        try:
            child.stdin.write(f"{kind}\t{len(data)}\n".encode() + data)
            child.stdin.flush()
            answer = child.stdout.read(int(child.stdout.readline()))
            reply = json.loads(answer.decode("utf-8", "surrogatepass"))
        except (OSError, ValueError):
            self.close()
            found = f"It was read as {kind} for at most {self.seconds:g} seconds."
            raise Unreadable("timeout" if late.is_set() else "crash", found) from None
        finally:
            timer.cancel()
        if isinstance(reply, dict):
            if reply["reason"] == "too much memory":
                self.close()  # what is left of it may not suffice for the next file
            raise Unreadable(reply["reason"], reply["found"])
        return [Extract(row, text, code, hints, tuple(flags)) for row, text, code, hints, flags in reply]

    def close(self) -> None:
        """End the child."""
        if self._child:
            self._child.kill()
            self._child.communicate()
        self._child, self._n_read = None, 0

    def _start(self) -> subprocess.Popen[bytes]:
        """A child that knows this package, whatever the current folder and the caller's main module."""
        package = str(Path(__file__).resolve().parents[2])
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-X", "utf8", "-c", PROGRAM, package, str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # numpy, which openpyxl imports, reserves address space for each thread
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )


def serve() -> None:
    """Read files from standard input until it ends; the child's side of `Sandbox`."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not reach the answers
    _limit_memory(int(sys.argv[2]))
    while header := sys.stdin.buffer.readline():
        kind, size = header.decode().split("\t")
        answer = _answer(kind, sys.stdin.buffer.read(int(size)))
        reply = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
        out.write(f"{len(reply)}\n".encode() + reply)
        out.flush()


def _limit_memory(memory: int) -> None:
    """Bound the address space of this process, where the system can: Windows and macOS cannot."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answer(kind: str, data: bytes) -> list[Extract] | dict[str, str]:
    """The extracts of a file, or why there are none."""
    readers = (row["reader"] for row in read_rows("formats") if row["kind"] == kind)
    module, name = next(readers).split(".")  # it takes bytes and returns extracts, or raises Unreadable
    try:
        return getattr(import_module(f"toolkit.corpus.{module}"), name)(data)
    except Unreadable as error:
        return {"reason": error.reason, "found": error.found}
    except MemoryError:
        return {"reason": "too much memory", "found": ""}
    except Exception as error:  # parsers raise what they like on damaged files; the ledger names it
        return {"reason": "damaged file", "found": f"{type(error).__name__}: {error}"[:500]}
