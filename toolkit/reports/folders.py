"""Names and folders of reports: safe on every system, complete or absent, with a record of what made them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RECORD = "record.json"
FAILED = "report.failed.ipynb"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*{}~$%\s\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 120  # bytes; file systems allow 255, and files inside need room too


def folder_name(*parts: str) -> str:
    """A folder name such as ``621122-陇西县``: readable, and safe on Linux, macOS and Windows.

    A name that had to be changed or cut ends in eight digits of its hash, so two names never meet.
    """
    text = "-".join(part for part in parts if part)
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).strip("._- ")
    name = name.encode("utf-8", "replace").decode().casefold()
    short = name.encode()[: _LONGEST - 9].decode(errors="ignore")
    if name == text and len(name.encode()) <= _LONGEST and not _RESERVED.match(name) and name:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{short or 'report'}-{digest}" if not _RESERVED.match(name) else f"report-{digest}"


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, the same whatever the order of its keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a text file beside its place, then put it there."""
    partial = path.with_name(f".{path.name}.tmp")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file people can read, whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a finished report; empty where there is none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def why_run(folder: Path, hashes: Mapping[str, str]) -> str:
    """Why a report must be made again; empty where it is complete and made from the same things."""
    record = read_record(folder)
    if not record:
        return "missing"
    changed = [name for name, value in hashes.items() if record.get("hashes", {}).get(name) != value]
    if changed:
        return f"changed: {', '.join(changed)}"
    for name, value in record.get("outputs", {}).items():
        if not (folder / name).is_file() or file_digest(folder / name) != value:
            return f"altered: {name}"
    return ""


def publish(work: Path, folder: Path, record: Mapping[str, Any]) -> None:
    """Move finished files from the work folder to their place; the record comes last.

    The old record goes first: a run that is stopped in between leaves complete files and no record, so
    the next run makes the report again. Files that are not ours stay.
    """
    old = read_record(folder).get("outputs", {})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
    finished = sorted(path for path in work.iterdir() if path.is_file() and not path.name.startswith("."))
    outputs = {path.name: file_digest(path) for path in finished}
    for path in finished:
        path.replace(folder / path.name)
    for name in [*(old.keys() - outputs.keys()), FAILED]:
        (folder / Path(name).name).unlink(missing_ok=True)
    write_json(folder / RECORD, {**record, "outputs": outputs})


@contextlib.contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """A hidden folder for unfinished work; leftovers of runs that were killed are removed first.

    Raises
    ------
    RuntimeError
        Where another run works in the same folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    for left in out.glob(".work-*"):
        if _alive(int(left.name.removeprefix(".work-") or 0)):
            raise RuntimeError(
                f"Another run (process {left.name.removeprefix('.work-')}) is writing to {str(out)!r}; "
                f"wait for it, choose another folder, or remove {left.name!r} there if no run is left."
            )
        shutil.rmtree(left)
    work = out / f".work-{os.getpid()}"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _alive(process: int) -> bool:
    """Whether a process of this number runs (on Windows: assume so, os.kill would end it there)."""
    if os.name == "nt":
        return process != os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process > 0 and process != os.getpid()
