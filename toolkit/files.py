"""Files and folders: written whole or not at all, and held against a second writer."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK = ".lock"
PARTIAL = ".tmp-"  # how names of unfinished files begin; what a killed run leaves can be removed


@contextlib.contextmanager
def finished(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it there only when the block ends well.

    With `durable` the bytes are on the disk before the name is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{PARTIAL}{os.getpid()}-{time.monotonic_ns()}{path.suffix}")
    try:
        yield temporary
        if durable:
            sync(temporary)
        move(temporary, path)
        if durable:
            sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def move(temporary: Path, path: Path) -> None:
    """Rename, with patience where another program (Excel, a scanner) holds the old file for a moment."""
    for pause in (0.1, 0.4, 1.5):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(pause)
    temporary.replace(path)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with finished(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: object) -> None:
    """Write a JSON file people can read, whole or not at all, and wait until it is on the disk."""
    with finished(path, durable=True) as temporary:
        text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")


@contextlib.contextmanager
def locked(folder: Path, name: str = LOCK, *, shared: bool = False, wait: bool = False) -> Iterator[None]:
    """Hold a folder against a second writer, or say who holds it (or wait); readers are never asked.

    Writers of parts of one work share it. The system frees a lock whose holder died; Windows has none.

    Raises
    ------
    BlockingIOError
        Where another process holds the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a+", encoding="utf-8") as file:
        try:
            _lock(file, shared, wait)
        except OSError as error:
            file.seek(0)
            holders = "; ".join(file.read().split("\n")).strip("; ")
            raise BlockingIOError(
                f"{str(folder)!r} is being written by another process ({holders}). Wait until it has "
                "finished, or choose another folder. Reading is possible meanwhile."
            ) from error
        holder = f"pid {os.getpid()}, host {socket.gethostname()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}"
        file.write(f"{holder}\n")
        file.flush()
        yield


def _lock(file: IO[str], shared: bool, wait: bool) -> None:
    """Take the lock; the first holder clears the names of those that are gone."""
    try:
        import fcntl
    except ImportError:  # Windows: two writers at once are then the user's to avoid
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        file.truncate(0)
    except BlockingIOError:
        if not shared:
            raise
    if shared:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
