"""A folder of files becomes readings: one for each file, or for each row of a table file."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .encodings import Undecodable, decode

SET_ASIDE = ("metadata.csv", "frame.csv", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it is refused.

    Parameters
    ----------
    n_bytes
        Largest file that is read.
    seconds
        Longest time a reader of a risky format (web page, PDF, DOCX, OFD, table) may take.
    memory
        Largest address space of the process that reads them, in bytes; heeded on POSIX systems.
    """

    n_bytes: int = 50 * 2**20
    seconds: float = 20.0
    memory: int = 2**30


class Reading(NamedTuple):
    """What became of one input: a file, or a row of a table file.

    `status` is ok, flagged, failed or skipped; `reason` its short name, `detail` a sentence for people.
    `text` is not cleaned yet. `hints` hold what the container says, by columns of `documents`.
    """

    path: str
    row: int
    status: str
    reason: str
    detail: str
    sha256: str
    encoding: str
    text: str
    hints: dict[str, str]
    flags: tuple[str, ...]


def read_folder(folder: str | Path, *, limits: Limits | None = None) -> Iterator[Reading]:
    """Read every file below a folder, each one exactly once, in order of path.

    Parameters
    ----------
    folder
        The corpus folder. It is never written to.
    limits
        What one file may cost; see `Limits`.

    Yields
    ------
    Reading
        One for each file, or for each row of a table file. Nothing is left out: what is not read is
        skipped or failed, with a reason.

    Raises
    ------
    FileNotFoundError
        Where the folder does not exist.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f"Expected a folder of reports, found none at {str(root)!r}.")
    limits = limits or Limits()
    first_by_hash: dict[str, str] = {}
    for path, entry in sorted(_walk(root, "")):
        reading = _refuse(path, entry, limits) or _read_file(path, entry, limits)
        first = first_by_hash.setdefault(reading.sha256, path) if reading.sha256 else path
        if first != path:
            detail = f"Byte for byte the same file as {first!r}, which was read."
            reading = _without_text(path, "skipped", "identical copy", detail, reading.sha256)
        yield reading


def _without_text(path: str, status: str, reason: str, detail: str, sha256: str = "") -> Reading:
    """The row of an input that became no document."""
    return Reading(path, 0, status, reason, detail, sha256, "", "", {}, ())


def _walk(root: Path, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every entry below a folder that is no plain visible folder, with its printable path."""
    with os.scandir(root) as entries:
        for entry in entries:
            path = prefix + os.fsencode(entry.name).decode("utf-8", "backslashreplace")
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield from _walk(Path(entry.path), f"{path}/")
            else:
                yield path, entry


def _refuse(path: str, entry: os.DirEntry[str], limits: Limits) -> Reading | None:
    """Set aside what is no report, and what must not be opened; None where the file is to be read."""
    name = entry.name.lower()
    status = entry.stat(follow_symlinks=False)
    if name.startswith((".", "~$")):
        return _without_text(path, "skipped", "hidden", "Hidden files and folders are not read.")
    if name.startswith("readme") or name in SET_ASIDE:
        return _without_text(path, "skipped", "not a report", "This name is kept for the corpus's own notes.")
    if not stat.S_ISREG(status.st_mode):
        kind = "symbolic link" if stat.S_ISLNK(status.st_mode) else "not a regular file"
        return _without_text(path, "skipped", kind, "Only regular files are read; links are not followed.")
    if status.st_size > limits.n_bytes:
        detail = f"{status.st_size} bytes; the limit is {limits.n_bytes}. A report has less than a million."
        return _without_text(path, "failed", "too large", detail)
    return None


def _read_file(path: str, entry: os.DirEntry[str], limits: Limits) -> Reading:
    """Read one regular file."""
    data = Path(entry.path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        text, encoding, n_replaced = decode(data)
    except Undecodable as error:
        return _without_text(path, "failed", "undecodable", str(error), sha256)
    if n_replaced:
        detail = f"{n_replaced} characters could not be decoded as {encoding} and stand as U+FFFD."
        flags = ("replaced-characters",)
        return Reading(path, 0, "flagged", flags[0], detail, sha256, encoding, text, {}, flags)
    return Reading(path, 0, "ok", "", "", sha256, encoding, text, {}, ())
