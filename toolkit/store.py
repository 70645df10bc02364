"""Tables as Parquet: complete or absent, known by their hashes, and verified before they are read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.files import sync, write_json
from toolkit.schemas import TABLES, check

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 4
MANIFEST = "manifest.json"
RECORD = "part.json"
# Rows that are read together: of a few terms in counts, of some dozen reports in the others. Smaller groups are read
# sooner, and repeat their words: of tokens in groups of 32,000 rows each word cost twice the space.
GROUPS = {
    "counts": 1 << 15,
    "tokens": 1 << 18,
    "sentences": 1 << 12,
    "sections": 1 << 11,
    "facts": 1 << 13,
    "hits": 1 << 12,
    "texts": 32,
}
REPORTS = "reports"  # in the metadata of these files: how many rows each report has
_verified: set[tuple[str, str]] = set()  # (file, hash) pairs this process has compared


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
    import pyarrow as pa

    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(
            f"Expected a new folder; {str(folder)!r} exists. Choose another, or remove it first."
        )
    arrow = {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in frames.items()}
    write_part(folder, arrow, MANIFEST, settings=settings)
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
    manifest = read_manifest(folder)
    if "parts" not in manifest:
        raise ValueError(f"{str(folder)!r} is a store, not a saved corpus: open it with open_store(folder).")
    frames = {}
    for name in names:
        record = manifest["parts"][f"{name}.parquet"]
        advice = "Save the corpus again."
        path = verified(folder / f"{name}.parquet", record["sha256"], advice)
        frames[name] = check(TABLES[name].typed(pd.read_parquet(path)), TABLES[name])
    return frames, manifest["settings"]


def read_manifest(folder: Path) -> dict:
    """Read what stands in a folder of tables; refuse what a newer toolkit wrote."""
    if not (folder / MANIFEST).is_file():
        raise FileNotFoundError(
            f"Expected a saved corpus or a store in {str(folder)!r}; it has no {MANIFEST}. Save one with "
            "corpus.save(folder), or build one with `python -m toolkit build CORPUS --store DIR`."
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        newer = manifest["schema_version"] > SCHEMA_VERSION
        places = [Path(place) for place in manifest.get("folders", {})]
        if any(place.is_absolute() or ".." in place.parts for place in places):
            raise ValueError("it names places outside of its folder")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{MANIFEST} in {str(folder)!r} is damaged ({type(error).__name__}). Save or build again."
        ) from error
    if newer:
        raise ValueError(
            f"{str(folder)!r} was written with schema version {manifest['schema_version']}; this toolkit "
            f"reads up to {SCHEMA_VERSION}. Update the toolkit, or save or build again with this one."
        )
    return manifest


def write_part(folder: Path, tables: Mapping[str, pa.Table], record: str = RECORD, **more: object) -> None:
    """Write Arrow tables as one folder with a record of their hashes: complete or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}-{time.monotonic_ns()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        with ThreadPoolExecutor(2) as pool:  # the disk and the next table at the same time
            hashes = {}
            for name, table in tables.items():
                path = draft / f"{name}.parquet"
                write_table(table, path)
                hashes[path.name] = table.num_rows, pool.submit(_settled, path)
            parts = {name: {"rows": rows, "sha256": found.result()} for name, (rows, found) in hashes.items()}
        write_json(draft / record, {"schema_version": SCHEMA_VERSION, "parts": parts, **more})
        try:
            draft.replace(folder)
        except OSError:  # another run made the same part meanwhile: the names are of what it is made from
            if read_record(folder) is None:
                raise
        sync(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_table(table: pa.Table, path: Path) -> None:
    """Write one Arrow table: words numbered, numbers by their differences; in groups that are read alone."""
    import pyarrow.parquet as pq

    types = {field.name: str(field.type) for field in table.schema}
    steps = {name: "DELTA_BINARY_PACKED" for name, kind in types.items() if kind in ("int32", "int64")}
    words = [name for name, kind in types.items() if name != "text" and "string" in kind]
    counts = path.stem == "counts"
    options = {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": words,
        "column_encoding": steps,
    }
    options |= {"store_schema": False, "write_statistics": ["term"] if counts else False}
    with pq.ParquetWriter(path, table.schema, **options) as writer:
        writer.write_table(table, GROUPS.get(path.stem, 1 << 20))
        if path.stem in GROUPS and not counts:
            writer.add_key_value_metadata({REPORTS: json.dumps(rows_by_report(table))})


def rows_by_report(table: pa.Table) -> dict[str, int]:
    """How many rows each report has, in the order of a table whose rows lie report by report."""
    import pyarrow.compute as pc

    counts = pc.value_counts(table["doc_id"])
    return dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))


def listed(folder: Path) -> dict[str, dict]:
    """The files of a part, with rows and hashes, as they were written."""
    return json.loads((folder / RECORD).read_text(encoding="utf-8"))["parts"]


def verify(folders: Iterable[Path]) -> None:
    """Verify parts, several at a time: hashing leaves the interpreter free."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(read_record, folders))


def read_record(folder: Path) -> dict[str, dict] | None:
    """The files of a part, if the part is there and every byte is what was written; None if it is not."""
    try:
        parts = listed(folder)
        if not parts or set(parts) != {path.name for path in folder.glob("*.parquet")}:
            return None
        for name, record in parts.items():
            verified(folder / name, record["sha256"], "")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return parts


def verified(path: Path, expected: str, advice: str) -> Path:
    """The path, once this process has seen that the file's bytes are those that were written."""
    key = (str(path.absolute()), expected)
    if key not in _verified:
        if not path.is_file() or sha256(path) != expected:
            raise ValueError(
                f"{'/'.join(path.parts[-2:])} in {str(path.parent.parent)!r} is not the file that was written "
                f"(its SHA-256 differs, or it is gone). {advice}"
            )
        _verified.add(key)
    return path


def forget(folder: Path) -> None:
    """Let the files of a folder be verified anew."""
    _verified.difference_update({key for key in _verified if key[0].startswith(str(folder.absolute()))})


def _settled(path: Path) -> str:
    """Wait until a file is on the disk; its hash."""
    sync(path)
    return sha256(path)


def sha256(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(*values: object) -> str:
    """Hash values, whatever the order of keys: the name of what was made from them."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def partition(hashes: Iterable[str], size: int, prefix: str = "") -> dict[str, list[str]]:
    """Divide SHA-256 hashes into parts of at most `size` by their first bits.

    The division is a function of the set alone, and a new hash touches one part: it joins it or, where
    the part is full, splits it in two.
    """
    hashes = list(hashes)
    if len(hashes) <= size:
        return {prefix: hashes} if hashes else {}
    sides: tuple[list[str], list[str]] = ([], [])
    for value in hashes:
        sides[int(value, 16) >> (255 - len(prefix)) & 1].append(value)
    left, right = (partition(side, size, f"{prefix}{bit}") for bit, side in enumerate(sides))
    return left | right
