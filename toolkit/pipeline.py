"""The way of the data: a folder of reports becomes a Corpus of tables."""

from __future__ import annotations

import html
import logging
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
from tqdm.auto import tqdm

from toolkit import schemas
from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.duplicates import KEY, near_duplicates, resolve_duplicates
from toolkit.corpus.extracts import explain
from toolkit.corpus.faults import find_faults
from toolkit.corpus.metadata import Metadata, detect_metadata
from toolkit.corpus.metadata_table import apply_overrides, check_matches, read_metadata_table
from toolkit.corpus.readers import Reading, read_folder
from toolkit.corpus.structure import Structure, parse_structure
from toolkit.terms.hits import find_hits
from toolkit.terms.lexicon import Lexicon, read_lexicon
from toolkit.terms.segment import Segmenter

log = logging.getLogger(__name__)

ORDER = ["region_code", "year", "path", "row"]  # of documents, and of the rows of every table
NEAR = 0.5  # share of 13-character runs in common from which two reports are called near-duplicates

_FRAMES = ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates")
_VERSIONED = ("pandas", "numpy", "jieba", "rjieba", "ahocorasick-rs", "pypdf", "lxml", "resiliparse")


@dataclass(frozen=True, repr=False)
class Corpus:
    """Reports as tables that belong together.

    It holds tables and nothing else: every analysis is a function that takes it.

    Attributes
    ----------
    documents, sections, sentences, tokens, hits, ledger, duplicates
        DataFrames as `toolkit.schemas` describes them, column by column.
    settings
        Everything that can move a number: versions, segmenter, hashes of dictionary and
        lexicon, options. It goes into every manifest.
    """

    documents: pd.DataFrame
    sections: pd.DataFrame
    sentences: pd.DataFrame
    tokens: pd.DataFrame
    hits: pd.DataFrame
    ledger: pd.DataFrame
    duplicates: pd.DataFrame
    settings: dict = field(default_factory=dict)

    def where(self, **columns: object) -> Corpus:
        """Keep the reports whose document columns have the values given.

        Parameters
        ----------
        **columns
            Columns of `documents` with one value, or a list of values, each:
            ``corpus.where(region_code="621122", year=[2022, 2023])``.

        Returns
        -------
        Corpus
            The same tables for these reports alone. The ledger keeps their rows; rows of
            inputs that became no document are left out.

        Raises
        ------
        KeyError
            Where a name is not a column of `documents`.
        """
        ids = matching(self.documents, columns)
        frames = {name: getattr(self, name) for name in _FRAMES}
        kept = {name: t[t["doc_id"].isin(ids)].reset_index(drop=True) for name, t in frames.items()}
        pairs = self.duplicates
        both = pairs["doc_id"].isin(ids) & pairs["other_id"].isin(ids)
        kept["duplicates"] = pairs[both].reset_index(drop=True)
        return replace(self, **kept)

    def text(self, doc_id: str) -> str:
        """Return the text of one report, which every start and end of the other tables slices."""
        found = self.documents.loc[self.documents["doc_id"] == doc_id, "text"]
        if found.empty:
            raise KeyError(f"No report of this corpus has doc_id {doc_id!r}; see corpus.documents['doc_id'].")
        return found.iloc[0]

    def save(self, folder: str | Path) -> Path:
        """Write the tables as Parquet into a new folder, complete or not at all."""
        from toolkit.store import save_tables

        return save_tables(folder, {name: getattr(self, name) for name in _FRAMES}, self.settings)

    @classmethod
    def open(cls, folder: str | Path) -> Corpus:
        """Open what `save` wrote."""
        from toolkit.store import open_tables

        frames, settings = open_tables(folder, _FRAMES)
        return cls(**frames, settings=settings)

    def __repr__(self) -> str:
        """Say what is there and what was not read."""
        documents, status = self.documents, self.ledger["status"].value_counts()
        years = documents["year"].dropna()
        span = f"{years.min()}-{years.max()}" if len(years) else "year unknown"
        inputs = ", ".join(f"{count} {name}" for name, count in status.items())
        return (
            f"Corpus: {len(documents)} reports, {documents['region_id'].nunique()} regions, {span}, "
            f"{int(documents['n_tokens'].sum()):,} tokens; inputs: {inputs or 'none'}"
        )

    def _repr_html_(self) -> str:
        """Show the reports as a table with their flags, all text escaped."""
        columns = ["label", "province", "reporting_body", "year", "n_chars", "n_tokens", "flags"]
        shown = self.documents[columns].head(50)
        rest = len(self.documents) - len(shown)
        more = f"<p>… and {rest} more</p>" if rest else ""
        return f"<p>{html.escape(repr(self))}</p>{shown.to_html(index=False, escape=True, na_rep='')}{more}"


def matching(documents: pd.DataFrame, columns: Mapping[str, object]) -> set[str]:
    """Return the doc_ids of the reports whose columns have the values given; see `Corpus.where`."""
    keep = pd.Series(True, index=documents.index)
    for name, wanted in columns.items():
        if name not in documents.columns:
            raise KeyError(
                f"A Corpus is filtered by columns of its documents; {name!r} is none of them. "
                f"They are {list(documents.columns)}."
            )
        values = list(wanted) if isinstance(wanted, list | tuple | set | pd.Series) else [wanted]
        keep &= documents[name].isin(values)
    return set(documents.loc[keep, "doc_id"])


def read_corpus(
    folder: str | Path,
    segmenter: Segmenter | None = None,
    lexicon: Lexicon | None = None,
    duplicates: str = "error",
    progress: bool | None = None,
) -> Corpus:
    """Read a folder of government reports into tables.

    Every input file has one row in ``corpus.ledger``: what became of it, and by which rule its
    region, year and the rest were found. A file ``metadata.csv`` in the folder overrides what the
    rules found; README files, ``frame.csv`` and hidden files are set aside.

    Parameters
    ----------
    folder
        A folder with TXT, HTML, PDF, DOCX or OFD reports, or tables of texts (XLSX, CSV).
    segmenter
        A `Segmenter`; by default one with the terms of `lexicon` protected.
    lexicon
        A `Lexicon`; by default the shipped one.
    duplicates
        What to do with reports of equal region_id, year, genre, body_kind and subject: ``"error"``
        lists them and stops; ``"keep-longest"``, ``"keep-latest"`` and ``"keep-all"`` say themselves.
    progress
        Show a progress bar: by default in a terminal, for what takes longer than a second.

    Returns
    -------
    Corpus
        The tables. A report whose region or year could not be found is kept and flagged.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        Where there is no such folder.
    ValueError
        Where no report could be read, or two reports are duplicates and `duplicates` is ``"error"``.

    Examples
    --------
    >>> import toolkit as tk
    >>> tk.read_corpus("seeds")
    Corpus: 5 reports, 5 regions, 2018-2024, ...
    """
    folder = existing(folder)
    segmenter, lexicon = choose_tools(segmenter, lexicon)
    overrides = read_overrides(folder)
    readings = shown(read_folder(folder), progress, "reading")
    drafts = [draft_report(reading, overrides) for reading in readings]
    documents = schemas.DOCUMENTS.frame(document_row(draft) for draft in drafts if draft.is_report)
    require_reports(folder, [draft.reading for draft in drafts], len(documents))
    if overrides is not None:
        check_matches(overrides, [(d.reading.path, d.reading.row) for d in drafts])
    dropped = settle_duplicates(documents, duplicates)
    reports = [draft for draft in drafts if draft.is_report and draft.doc_id not in dropped]
    parsed = [_parse(draft, segmenter, lexicon) for draft in shown(reports, progress, "segmenting")]
    settings = collect_settings(segmenter, lexicon, duplicates, overrides is not None)
    return _assemble(drafts, parsed, dropped, settings)


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
        genre, year = values.get("genre", ""), values.get("year")
        return parse_structure(self.text, furniture=self.furniture, genre=genre, year=year)


@dataclass(frozen=True)
class _Parsed:
    """One document's rows, without doc_id, and its lengths."""

    draft: Draft
    sections: list[tuple]
    sentences: list[tuple]
    tokens: list[tuple]
    hits: list[tuple]
    n_chars: int
    n_meta_chars: int
    n_tokens: int


def choose_tools(segmenter: Segmenter | None, lexicon: Lexicon | None) -> tuple[Segmenter, Lexicon]:
    """The segmenter and the lexicon to read with: those given, those that follow from them, or the shipped."""
    lexicon = lexicon or (segmenter.lexicon if segmenter is not None else None) or read_lexicon()
    return segmenter or Segmenter(lexicon=lexicon), lexicon


def read_overrides(folder: Path) -> pd.DataFrame | None:
    """The corrections of metadata.csv, where there is one."""
    path = folder / "metadata.csv"
    return read_metadata_table(path) if path.is_file() else None


def existing(folder: str | Path) -> Path:
    """Return the folder, or say what is wrong with it."""
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(
            f"Expected a folder of reports; {str(folder)!r} does not exist. "
            "Check the spelling, or give the full path."
        )
    if not folder.is_dir():
        raise NotADirectoryError(
            f"Expected a folder of reports; {str(folder)!r} is a single file. Give the folder it is in."
        )
    return folder


def shown(items: Iterable, progress: bool | None, label: str) -> Iterable:
    """Wrap in a progress bar that shows itself only for longer work."""
    disable = None if progress is None else not progress
    return tqdm(items, desc=label, unit=" reports", delay=1, disable=disable, leave=False)


def guarded(reading: Reading, error: Exception) -> Reading:
    """Turn an unforeseen error into a failed input, so that it costs one document."""
    log.exception("%s could not be processed", reading.path, exc_info=error)
    detail = f"An unforeseen {type(error).__name__} while reading this input: {error}. Please report it."
    return reading._replace(status="failed", reason="unforeseen error", detail=detail)


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
        flags = (*reading.flags, *clean_flags, *find_faults(text, furniture), *metadata.flags)
        return Draft(reading._replace(text=""), text, furniture, metadata, tuple(dict.fromkeys(flags)))
    except Exception as error:
        return Draft(guarded(reading, error))


def _parse(draft: Draft, segmenter: Segmenter, lexicon: Lexicon) -> _Parsed | Draft:
    """Find sections, sentences, tokens and hits of one document."""
    try:
        values = draft.metadata.values
        told = {name: values.get(name) for name in ("genre", "year", "title")}
        structure = parse_structure(draft.text, furniture=draft.furniture, **told)
        tokens = segmenter.tokenize(draft.text, structure.sentences)
        hits = find_hits(draft.text, structure.sentences, lexicon)
    except Exception as error:
        return replace(draft, reading=guarded(draft.reading, error))
    counted = {no for no, _, role, *_ in structure.sentences if role != "meta"}
    n_tokens = sum(t[1] in counted and t[5] in schemas.COUNTED_KINDS for t in tokens)
    return _Parsed(draft, *structure, tokens, hits, *measure_text(structure.sentences), n_tokens)


def measure_text(sentences: list[tuple]) -> tuple[int, int]:
    """Characters that are no white space outside role meta, and inside it."""
    n_chars = n_meta_chars = 0
    for _, _, role, _, _, text in sentences:
        length = len("".join(text.split()))
        n_chars, n_meta_chars = n_chars + length * (role != "meta"), n_meta_chars + length * (role == "meta")
    return n_chars, n_meta_chars


def require_reports(folder: Path, readings: list[Reading], n_reports: int) -> None:
    """Refuse a folder in which nothing is a report, and say what was found instead."""
    if n_reports:
        return
    if not readings:
        raise ValueError(
            f"Expected reports (TXT, HTML, PDF, DOCX, OFD, XLSX or CSV) in {str(folder)!r}; the folder is "
            "empty. Put the files in it, or give the folder they are in."
        )
    first = "; ".join(f"{reading.path}: {reading.detail or reading.reason}" for reading in readings[:5])
    raise ValueError(
        f"None of the {len(readings)} files in {str(folder)!r} could be read as a report. {first}"
        f"{' ...' if len(readings) > 5 else ''}"
    )


def settle_duplicates(documents: pd.DataFrame, policy: str) -> dict[str, str]:
    """Apply the duplicates policy: the doc_ids it drops, with the sentence for the ledger."""
    keep, groups = resolve_duplicates(documents, policy)
    paths = groups.groupby(KEY)["path"].agg(", ".join)
    members = groups.set_index("doc_id")[KEY]
    return {
        doc_id: f"{policy} kept another report of this region and year; the files are "
        f"{paths[tuple(members.loc[doc_id])]}."
        for doc_id in documents.loc[~keep, "doc_id"]
    }


def collect_settings(segmenter: Segmenter, lexicon: Lexicon, duplicates: str, overridden: bool) -> dict:
    """Collect everything that can move a number."""
    from toolkit import __version__

    versions = {"toolkit": __version__, "python": platform.python_version()}
    for name in _VERSIONED:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "versions": versions,
        "segmenter": segmenter.settings,
        "lexicon_sha256": lexicon.sha256,
        "duplicates": duplicates,
        "metadata_csv": overridden,
    }


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


def _assemble(
    drafts: list[Draft], parsed: list[_Parsed | Draft], dropped: dict[str, str], settings: dict
) -> Corpus:
    """Put the rows of all documents into the tables."""
    failed = {(d.reading.path, d.reading.row): d for d in parsed if isinstance(d, Draft)}
    done = {p.draft.doc_id: p for p in parsed if isinstance(p, _Parsed)}
    documents = schemas.DOCUMENTS.frame(
        document_row(p.draft, p.draft.flags, p.n_chars, p.n_tokens) for p in done.values()
    )
    documents = documents.sort_values(ORDER, kind="stable", ignore_index=True)
    pairs = near_duplicates(documents, threshold=NEAR)
    documents = flag_pairs(documents, pairs)
    rows = {
        table.name: table.frame(
            (doc_id, *row) for doc_id in documents["doc_id"] for row in getattr(done[doc_id], table.name)
        )
        for table in (schemas.SECTIONS, schemas.SENTENCES, schemas.TOKENS, schemas.HITS)
    }
    settled = [failed.get((d.reading.path, d.reading.row), d) for d in drafts]
    sizes = {doc_id: p.n_meta_chars for doc_id, p in done.items()}
    inputs = schemas.LEDGER.frame(ledger_row(d, sizes.get(d.doc_id, 0)) for d in settled)
    ledger = finish_ledger(inputs, documents, dropped)
    return Corpus(documents=documents, **rows, ledger=ledger, duplicates=pairs, settings=settings)


def flag_pairs(documents: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Flag the reports that are members of a pair."""
    flags = documents["flags"]
    for flag, rows in (
        ("same_region_year", pairs["same_key"]),
        ("near_duplicate", pairs["similarity"] >= NEAR),
    ):
        found = documents["doc_id"].isin({*pairs.loc[rows, "doc_id"], *pairs.loc[rows, "other_id"]})
        flags = flags.where(~found, (flags + f" {flag}").str.strip())
    return documents.assign(flags=flags)


def ledger_row(draft: Draft, n_meta_chars: int = 0) -> tuple:
    """One row of the ledger, before reports were compared with each other."""
    reading, sources = draft.reading, draft.metadata.sources
    rules = [sources.get(name, "") for name in ("region", "year", "body", "genre", "title", "date")]
    doc_id, n_meta_chars = (draft.doc_id, n_meta_chars) if draft.is_report else ("", 0)
    found = (reading.path, reading.row, reading.status, reading.reason, reading.detail)
    return (*found, doc_id, n_meta_chars, *rules)


def finish_ledger(inputs: pd.DataFrame, documents: pd.DataFrame, dropped: Mapping[str, str]) -> pd.DataFrame:
    """The ledger, once it is known which reports stay and what is flagged."""
    flags = dict(zip(documents["doc_id"], documents["flags"], strict=True))

    def settled(row: dict) -> dict:
        """One row with its final status."""
        doc_id = row["doc_id"]
        if doc_id in dropped:
            detail = {"status": "skipped", "reason": "duplicate", "detail": dropped[doc_id]}
            return row | detail | {"doc_id": "", "n_meta_chars": 0}
        if not doc_id:
            return row
        detail = row["detail"] or explain(flags[doc_id].split())
        return row | {
            "status": "flagged" if flags[doc_id] else "ok",
            "reason": flags[doc_id],
            "detail": detail,
        }

    return schemas.LEDGER.frame(settled(row) for row in inputs.to_dict("records"))
