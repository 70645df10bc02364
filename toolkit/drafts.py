"""One input on its way to a document: what was read, cleaned, and found out about it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from toolkit import schemas
from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.extracts import explain
from toolkit.corpus.faults import find_faults
from toolkit.corpus.metadata import Metadata, detect_metadata
from toolkit.corpus.metadata_table import apply_overrides
from toolkit.corpus.readers import Reading
from toolkit.corpus.structure import Structure, parse_structure

log = logging.getLogger(__name__)

_UNKNOWN = Metadata({}, {}, ())


@dataclass(frozen=True)
class Draft:
    """One input on its way: what was read, and what the rules say of it."""

    reading: Reading
    text: str = ""
    furniture: tuple[tuple[int, int, str], ...] = ()
    metadata: Metadata = _UNKNOWN
    flags: tuple[str, ...] = ()

    @property
    def doc_id(self) -> str:
        """Twelve hex digits of the file's hash, and the row for a row of a table file."""
        row = f"-{self.reading.row}" if self.reading.row else ""
        return f"{self.reading.sha256[:12]}{row}"

    @property
    def is_report(self) -> bool:
        """Whether it goes on to become a document."""
        return self.reading.status in ("ok", "flagged")

    def structure(self) -> Structure:
        """Its sections and sentences."""
        values = self.metadata.values
        told = {name: values.get(name) for name in ("genre", "year", "title")}
        return parse_structure(self.text, furniture=self.furniture, **told)


def draft_report(reading: Reading, overrides: pd.DataFrame | None) -> Draft:
    """Clean one input and find out what it is."""
    if reading.status not in ("ok", "flagged"):
        return Draft(reading)
    try:
        text, clean_flags = clean_text(reading.text)
        if not text.strip():
            detail = "Expected a report; this input holds no text. Fetch it again, or take it out."
            return Draft(reading._replace(status="failed", reason="empty", detail=detail))
        furniture = tuple(find_furniture(text))
        found = detect_metadata(text, path=reading.path, hints=reading.hints, furniture=furniture)
        metadata = apply_overrides(found, overrides, path=reading.path, row=reading.row)
        faults = find_faults(text, furniture)
        if "error_page" in faults:  # as a report it would be a region-year in which no term stands
            detail = f"{explain(['error page'])} It says {' '.join(text.split())[:60]!r}."
            return Draft(reading._replace(status="failed", reason="error page", detail=detail))
        flags = (*reading.flags, *clean_flags, *faults, *metadata.flags)
        return Draft(reading._replace(text=""), text, furniture, metadata, tuple(dict.fromkeys(flags)))
    except Exception as error:
        return Draft(guarded(reading, error))


def guarded(reading: Reading, error: Exception) -> Reading:
    """Turn an unforeseen error into a failed input, so that it costs one document."""
    log.exception("%s could not be processed", reading.path, exc_info=error)
    detail = f"An unforeseen {type(error).__name__} while reading this input: {error}. Please report it."
    return reading._replace(status="failed", reason="unforeseen error", detail=detail)


def document_row(draft: Draft, flags: Iterable[str] = (), n_chars: int = 0, n_tokens: int = 0) -> dict:
    """One row of documents."""
    reading, values = draft.reading, draft.metadata.values
    known = [str(values.get(name) or "unknown") for name in ("region_code", "year", "region")]
    computed = {
        "doc_id": draft.doc_id,
        "label": "-".join(known),
        "path": reading.path,
        "row": reading.row,
        "sha256": reading.sha256,
        "encoding": reading.encoding,
        "n_chars": n_chars,
        "n_tokens": n_tokens,
        "flags": " ".join(flags),
        "text": draft.text,
    }
    row = {column.name: None if column.dtype == "int?" else "" for column in schemas.DOCUMENTS.columns}
    return row | {name: value for name, value in values.items() if value is not None} | computed


def ledger_row(draft: Draft, n_meta_chars: int = 0) -> tuple:
    """One row of the ledger, before reports were compared with each other."""
    reading, sources = draft.reading, draft.metadata.sources
    rules = [sources.get(name, "") for name in ("region", "year", "body", "genre", "title", "date")]
    doc_id, n_meta_chars = (draft.doc_id, n_meta_chars) if draft.is_report else ("", 0)
    found = (reading.path, reading.row, reading.status, reading.reason, reading.detail)
    return (*found, doc_id, n_meta_chars, *rules)


def measure_text(sentences: list[tuple]) -> tuple[int, int]:
    """Characters that are no white space outside role meta, and inside it."""
    n_chars = n_meta_chars = 0
    for _, _, role, _, _, text in sentences:
        length = len("".join(text.split()))
        n_chars, n_meta_chars = n_chars + length * (role != "meta"), n_meta_chars + length * (role == "meta")
    return n_chars, n_meta_chars
