"""A folder of files becomes readings: one for each file, or for each row of a table file."""

import hashlib
import heapq
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .encodings import decode
from .extracts import Extract, Unreadable, explain
from .formats import contradicts, detect_format
from .legacy import convert_to_docx
from .sandbox import Sandbox

REFUSED = ("archive", "encrypted", "image", "legacy excel", "xml")
SET_ASIDE = ("metadata.csv", "frame.csv", "thumbs.db", "desktop.ini")
PROGRAMS = (
    ".js",
    ".css",
    ".map",
    ".json",
    ".py",
    ".ipynb",
    ".log",
    ".url",
    ".lnk",
    ".webloc",
    ".ini",
    ".bat",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it is refused.

    Parameters
    ----------
    n_bytes
        Largest file that is read.
    n_chars
        Longest text that is taken for a report.
    seconds
        Longest time a reader of a risky format (web page, PDF, DOCX, OFD, table) may take.
    memory
        Largest address space of the process that reads them, in bytes; Linux enforces it.
    """

    n_bytes: int = 50 * 2**20
    n_chars: int = 2_000_000
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
    sources, refused = list_sources(folder, limits=limits)
    yield from heapq.merge(refused, read_sources(sources, limits=limits), key=attrgetter("path"))


class Source(NamedTuple):
    """One file that may be a report: its printable path, its name on disk and its hash, not read yet."""

    path: str
    place: str
    sha256: str


def list_sources(folder: str | Path, *, limits: Limits | None = None) -> tuple[list[Source], list[Reading]]:
    """List what `read_folder` would read, by content, and the readings of all that it would set aside."""
    limits, sources, refused = limits or Limits(), {}, []
    for path, entry in _entries(folder):
        reading = _refuse(path, entry, limits)
        try:
            sha256 = "" if reading else hashlib.sha256(_read_bytes(entry.path, limits.n_bytes)[0]).hexdigest()
        except OSError as error:
            reading = _without_text(path, "failed", "unreadable", f"{error.strerror}.")
        if not reading and sha256 in sources:
            found = f"It is {sources[sha256].path!r}."
            reading = _without_text(path, "skipped", "identical copy", found, sha256)
        if reading:
            refused.append(reading)
        else:
            sources[sha256] = Source(path, entry.path, sha256)
    return list(sources.values()), refused


def read_sources(sources: Iterable[Source], *, limits: Limits | None = None) -> Iterator[Reading]:
    """Read the files that `list_sources` found, as `read_folder` does."""
    limits = limits or Limits()
    with Sandbox(limits.seconds, limits.memory) as sandbox:
        for source in sources:
            yield from _read_file(source.path, source.place, limits, sandbox)


def _entries(folder: str | Path) -> list[tuple[str, os.DirEntry[str]]]:
    """Every entry below the folder, in order of path."""
    root = Path(folder)
    if not root.is_dir():
        raise FileNotFoundError(f"Expected a folder of reports, found none at {str(root)!r}.")
    return sorted(_walk(root), key=itemgetter(0))


def _without_text(path: str, status: str, reason: str, found: str = "", sha256: str = "") -> Reading:
    """The reading of an input that became no document."""
    return Reading(path, 0, status, reason, f"{explain([reason])} {found}".strip(), sha256, "", "", {}, ())


def _walk(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every entry below a folder that is no plain visible folder, with its printable path."""
    waiting: list[tuple[str, os.DirEntry[str] | None]] = [("", None)]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            entries = list(os.scandir(folder.path if folder else root))
        except OSError:
            if not folder:
                raise
            yield prefix[:-1], folder
            continue
        for entry in entries:
            path = prefix + os.fsencode(entry.name).decode("utf-8", "backslashreplace")
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                waiting.append((f"{path}/", entry))
            else:
                yield path, entry


def _refuse(path: str, entry: os.DirEntry[str], limits: Limits) -> Reading | None:
    """Set aside what is no report, and what must not be opened; None where the file is to be read."""
    name = entry.name.lower()
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return _without_text(path, "failed", "unreadable", f"{error.strerror}.")
    if name.startswith((".", "~$")):
        return _without_text(path, "skipped", "hidden")
    if name.startswith("readme") or name in SET_ASIDE:
        return _without_text(path, "skipped", "kept name")
    if _of_saved_page(path, entry):
        return _without_text(path, "skipped", "part of a saved page")
    if name.endswith(PROGRAMS):
        return _without_text(path, "skipped", "program file")
    if stat.S_ISLNK(status.st_mode):
        return _without_text(path, "skipped", "symbolic link")
    if stat.S_ISDIR(status.st_mode):
        return _without_text(path, "failed", "unreadable")
    if not stat.S_ISREG(status.st_mode):
        return _without_text(path, "skipped", "not a regular file")
    found = f"{status.st_size} bytes; the limit is {limits.n_bytes}."
    return _without_text(path, "failed", "too large", found) if status.st_size > limits.n_bytes else None


def _of_saved_page(path: str, entry: os.DirEntry[str]) -> bool:
    """Whether the file lies in the folder that a browser saves beside a page: X_files beside X.html."""
    if "files/" not in path:  # of nearly all files nothing more needs to be asked
        return False
    for folder, place in zip(PurePosixPath(path).parents, Path(entry.path).parents, strict=False):
        page = re.fullmatch("(.+)(?:_files|[.]files)", folder.name)
        stem = place.name[: page.end(1) - page.end()] if page else ""
        if page and any(place.with_name(stem + end).is_file() for end in (".html", ".htm")):
            return True
    return False


def _read_file(path: str, place: str, limits: Limits, sandbox: Sandbox) -> list[Reading]:
    """Read one regular file, whatever it is; one reading for each report in it."""
    try:
        data, changed = _read_bytes(place, limits.n_bytes)
    except OSError as error:
        return [_without_text(path, "failed", "unreadable", f"{error.strerror}.")]
    sha256 = hashlib.sha256(data).hexdigest()
    name = path.rpartition("/")[2]
    kind = detect_format(data, name)
    try:
        extracts = _extract(kind, data, sandbox)
    except Unreadable as error:
        return [_without_text(path, "failed", error.reason, error.found, sha256)]
    if not extracts:
        return [_without_text(path, "failed", "empty table", "", sha256)]
    noticed = ("extension_mismatch",) * contradicts(kind, name) + ("changed_during_read",) * changed
    return [_reading(path, sha256, extract, noticed, limits) for extract in extracts]


def _reading(path: str, sha256: str, extract: Extract, noticed: tuple[str, ...], limits: Limits) -> Reading:
    """The reading of a report, with what was noticed about its file and its text."""
    row, text, encoding, hints, flags = extract
    if len(text) > limits.n_chars:
        found = f"{len(text)} characters; the limit is {limits.n_chars}."
        return _without_text(path, "failed", "too large", found, sha256)._replace(row=row)
    flags = (*noticed, *flags)
    status, reason = ("flagged", " ".join(flags)) if flags else ("ok", "")
    return Reading(path, row, status, reason, explain(flags), sha256, encoding, text, hints, flags)


def _read_bytes(path: str, most: int) -> tuple[bytes, bool]:
    """The bytes of a file, and whether it changed meanwhile."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  (the name may not be valid UTF-8)
        before = os.fstat(file.fileno())
        data = file.read(min(most, before.st_size + 1))  # it may grow; room for `most` would be made in full
        after = os.fstat(file.fileno())
    return data, (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, len(data))


def _extract(kind: str, data: bytes, sandbox: Sandbox) -> list[Extract]:
    """Decode plain text here, hand risky formats to the child, refuse the others by name."""
    if kind == "text":
        text, encoding, n_replaced = decode(data)
        flags = ("replaced_characters",) * bool(n_replaced) + ("empty",) * (not text.strip())
        return [Extract(0, text, encoding, {}, flags)]
    if kind in ("legacy office", "rtf"):
        kind, data = "docx", convert_to_docx(data)
    if kind in REFUSED:
        raise Unreadable(kind)
    return sandbox.read(kind, data)
