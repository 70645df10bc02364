"""The tables of a corpus as Parquet, complete or absent, and verified when they are opened."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pandas as pd

from toolkit.schemas import TABLES, check

SCHEMA_VERSION = 1
_MANIFEST = "manifest.json"


def save_tables(folder: str | Path, frames: dict[str, pd.DataFrame], settings: dict) -> Path:
    """Write tables into a new folder: all of them under their names, or nothing.

    Parameters
    ----------
    folder
        A folder that does not exist yet.
    frames
        Tables by name.
    settings
        What the tables were made with.

    Raises
    ------
    FileExistsError
        Where the folder exists.
    """
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(
            f"Expected a new folder; {str(folder)!r} exists. Choose another, or remove it first."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    draft.mkdir()
    try:
        parts = {}
        for name, frame in frames.items():
            path = draft / f"{name}.parquet"
            frame.to_parquet(path, index=False, compression="zstd")
            parts[path.name] = {"rows": len(frame), "sha256": _sha256(path)}
        manifest = {"schema_version": SCHEMA_VERSION, "parts": parts, "settings": settings}
        (draft / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def open_tables(folder: str | Path, names: tuple[str, ...]) -> tuple[dict[str, pd.DataFrame], dict]:
    """Read tables that `save_tables` wrote, and their settings.

    Raises
    ------
    FileNotFoundError
        Where the folder holds no saved corpus.
    ValueError
        Where it was written by a newer version, or a part is not what the manifest says.
    """
    folder = Path(folder)
    if not (folder / _MANIFEST).is_file():
        raise FileNotFoundError(
            f"Expected a saved corpus in {str(folder)!r}; it has no {_MANIFEST}. "
            "Save one with corpus.save(folder)."
        )
    manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    if manifest["schema_version"] > SCHEMA_VERSION:
        raise ValueError(
            f"{str(folder)!r} was written with schema version {manifest['schema_version']}; this toolkit "
            f"reads up to {SCHEMA_VERSION}. Update the toolkit, or save the corpus again with this one."
        )
    return {name: _read_part(folder, name, manifest) for name in names}, manifest["settings"]


def _read_part(folder: Path, name: str, manifest: dict) -> pd.DataFrame:
    """Read one table after its bytes were found to be those that were written."""
    path = folder / f"{name}.parquet"
    if not path.is_file() or _sha256(path) != manifest["parts"][path.name]["sha256"]:
        raise ValueError(
            f"{path.name} in {str(folder)!r} is not the file that was saved (its SHA-256 differs or it is "
            "gone). Save the corpus again."
        )
    return check(pd.read_parquet(path), TABLES[name])


def _sha256(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
