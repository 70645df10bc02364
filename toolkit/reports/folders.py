"""Names and folders of reports: safe on every system, complete or absent, with a record of what made them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.files import PARTIAL, move, write_json
from toolkit.store import sha256

RECORD, PAGE = "record.json", "report.html"
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


def read_record(folder: Path) -> dict[str, Any]:
    """What made a report and the hashes of its files; empty where there is no record of the form we write."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    parts = [record.get(name) for name in ("hashes", "outputs")] if isinstance(record, dict) else [None]
    return record if all(isinstance(part, dict) for part in parts) else {}


def why_run(folder: Path, hashes: Mapping[str, str], main: str = PAGE) -> str:
    """Why a report, whose main file has this name, must be made again; empty where it is complete and the same."""
    record = read_record(folder)
    if not record.get("hashes") or main not in record["outputs"]:
        return "missing"
    changed = [name for name, value in hashes.items() if record["hashes"].get(name) != value]
    if changed:
        return f"changed: {', '.join(changed)}"
    for name, value in record["outputs"].items():
        if not (folder / name).is_file() or sha256(folder / name) != value:
            return f"altered: {name}"
    return ""


def publish(work: Path, folder: Path, record: Mapping[str, Any]) -> None:
    """Move finished files from the work folder to their place; the record comes last.

    First a record without hashes names all files, old and new: a run that is stopped in between leaves
    complete files, and the next run makes the report again and clears what is no longer its own. Files that
    are not ours stay.
    """
    finished = sorted(path for path in work.iterdir() if path.is_file() and not path.name.startswith("."))
    outputs = {path.name: sha256(path) for path in finished}
    old = read_record(folder).get("outputs", {})
    write_json(folder / RECORD, {"hashes": {}, "outputs": {**old, **outputs}})
    for path in finished:
        move(path, folder / path.name)
    left = [folder / Path(name).name for name in [*(old.keys() - outputs.keys()), FAILED]]
    for path in [*left, *folder.glob(f"{PARTIAL}*")]:
        path.unlink(missing_ok=True)
    write_json(folder / RECORD, {**record, "outputs": outputs})
