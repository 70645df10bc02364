"""The way of the data: a folder of reports becomes a Corpus of tables."""

from __future__ import annotations

import html
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from toolkit import layers, schemas
from toolkit.corpus.duplicates import KEY, compare_alike, resolve_duplicates, select_pairs
from toolkit.corpus.extracts import explain
from toolkit.corpus.metadata_table import check_matches, read_metadata_table
from toolkit.corpus.readers import Reading, read_folder
from toolkit.layers import ORDER
from toolkit.terms.lexicon import Lexicon, read_lexicon
from toolkit.terms.segment import Segmenter

NEAR = 0.5  # share of 13-character runs in common from which two reports are called near-duplicates

_FRAMES = ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates")
_LARGE = (schemas.SECTIONS, schemas.SENTENCES, schemas.TOKENS, schemas.HITS)
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

    def where(self, *tables: str, **columns: object) -> Corpus:
        """Keep the reports whose document columns have the values given.

        Parameters
        ----------
        *tables
            Nothing here, where all tables are in memory; a store loads only the tables that are named.
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
        return report_table(repr(self), self.documents)


def report_table(summary: str, documents: pd.DataFrame) -> str:
    """A summary and the first reports with their flags as HTML, all text escaped."""
    columns = ["label", "province", "reporting_body", "year", "n_chars", "n_tokens", "flags"]
    shown = documents[columns].head(50)
    rest = len(documents) - len(shown)
    more = f"<p>… and {rest} more</p>" if rest else ""
    return f"<p>{html.escape(summary)}</p>{shown.to_html(index=False, escape=True, na_rep='')}{more}"


def matching(documents: pd.DataFrame, columns: Mapping[str, object]) -> set[str]:
    """Return the doc_ids of the reports whose columns have the values given; see `Corpus.where`."""
    keep = pd.Series(True, index=documents.index)
    for name, wanted in columns.items():
        if name not in documents.columns:
            raise KeyError(
                f"A Corpus is filtered by columns of its documents; {name!r} is none of them. "
                f"They are {list(documents.columns)}."
            )
        values = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
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
    tools = choose_tools(segmenter, lexicon)
    overrides = read_overrides(folder)
    settle_duplicates(schemas.DOCUMENTS.frame(), duplicates)  # an unknown policy fails here, not later
    base, terms = layers.Chunks("base"), layers.Chunks("terms")
    readings = shown(read_folder(folder), progress, "reading")
    for tables, parsed in layers.read_documents(readings, overrides):
        base.add(tables)
        terms.add(layers.derive("terms", parsed, tools))
    chunks = base.tables | terms.tables
    parts = {name: pa.concat_tables(tables) for name, tables in chunks.items()}
    texts = dict(zip(parts["texts"]["doc_id"].to_pylist(), parts["texts"]["text"].to_pylist(), strict=True))
    small = settle(folder, parts, overrides, duplicates, lambda names: {name: texts[name] for name in names})
    ids = small["documents"]["doc_id"].tolist()
    documents = small["documents"].assign(text=[texts[name] for name in ids])
    large = {table: layers.join(table.name, chunks[table.name], ids) for table in _LARGE}
    rows = {table.name: table.typed(layers.to_frame(joined)) for table, joined in large.items()}
    settings = collect_settings(*tools, duplicates, overrides is not None)
    return Corpus(
        schemas.DOCUMENTS.typed(documents),
        **rows,
        ledger=small["ledger"],
        duplicates=small["duplicates"],
        settings=settings,
    )


def settle(
    folder: Path,
    parts: Mapping[str, pa.Table],
    overrides: pd.DataFrame | None,
    duplicates: str,
    read_texts: Callable[[set[str]], dict[str, str]],
    known: Mapping[tuple[str, str], float] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compare all reports with each other: which stay, which look alike, and what became of each input.

    `parts` are the small tables of the layers: documents, signatures, inputs, sizes, made; `known` are
    similarities computed before. The result holds documents without texts, sizes, ledger, duplicates, and
    all pairs that were compared.
    """
    made = parts["made"].filter(pc.not_equal(parts["made"]["error"], ""))
    errors = dict(zip(made["doc_id"].to_pylist(), made["error"].to_pylist(), strict=True))
    inputs = schemas.LEDGER.typed(parts["inputs"].to_pandas()).sort_values(["path", "row"], ignore_index=True)
    lost = {
        "status": "failed",
        "reason": inputs["doc_id"].map({name: _told(error)[0] for name, error in errors.items()}),
        "detail": inputs["doc_id"].map({name: _told(error)[1] for name, error in errors.items()}),
        "doc_id": "",
        "n_meta_chars": 0,
    }
    inputs = _overwrite(inputs, inputs["doc_id"].isin(errors), lost)
    reports = schemas.DOCUMENTS.typed(layers.to_frame(parts["documents"]), keep=["n_text", "part"])
    reports = reports[~reports["doc_id"].isin(errors)].sort_values(["path", "row"], ignore_index=True)
    require_reports(folder, list(inputs.itertuples()), len(reports))
    if overrides is not None:
        check_matches(overrides, zip(inputs["path"], inputs["row"], strict=True))
    dropped = settle_duplicates(reports, duplicates)
    reports = reports[~reports["doc_id"].isin(dropped)].sort_values(ORDER, ignore_index=True)
    sizes = layers.to_frame(parts["sizes"])
    sizes = sizes[sizes["doc_id"].isin(reports["doc_id"])]
    counted = sizes[sizes["role"] != "meta"].groupby("doc_id")["n_tokens"].sum()
    reports["n_tokens"] = reports["doc_id"].map(counted).fillna(0).astype("int64")
    signatures = layers.signatures_of(parts["signatures"], set(reports["doc_id"]))
    compared = compare_alike(reports, signatures, read_texts, NEAR, known)
    pairs = select_pairs(compared, NEAR)
    reports = flag_pairs(reports, pairs)
    ledger = finish_ledger(inputs, reports, dropped)
    tables = {"documents": reports, "sizes": sizes, "ledger": ledger, "duplicates": pairs}
    return tables | {"compared": compared}


def _told(error: str) -> tuple[str, str]:
    """The reason and the sentence for a document of which words or facts could not be made."""
    if error == layers.CRASH:
        return error, layers.crashed("words or facts")
    return "unforeseen error", f"An unforeseen {error}. Please report it."


def _overwrite(table: pd.DataFrame, rows: pd.Series, values: Mapping[str, object]) -> pd.DataFrame:
    """The table with other values in some rows."""
    return table.assign(**{name: table[name].mask(rows, value) for name, value in values.items()})


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


def require_apart(target: str | Path, corpus: str | Path) -> None:
    """Refuse to write results into the corpus folder: the next run would read them as reports."""
    if Path(target).resolve().is_relative_to(Path(corpus).resolve()):
        raise ValueError(
            f"{str(target)!r} must not lie inside the corpus folder {str(corpus)!r}: the next run would read what "
            "is written there as reports. Give a place beside it."
        )


def shown(items: Iterable, progress: bool | None, label: str, unit: str = "reports") -> Iterable:
    """Wrap in a progress bar that shows itself only for longer work."""
    disable = None if progress is None else not progress
    return tqdm(items, desc=label, unit=f" {unit}", delay=1, disable=disable, leave=False)


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


def finish_ledger(inputs: pd.DataFrame, documents: pd.DataFrame, dropped: Mapping[str, str]) -> pd.DataFrame:
    """The ledger, once it is known which reports stay and what is flagged."""
    flags = inputs["doc_id"].map(documents.set_index("doc_id")["flags"])
    explained = flags.map({flag: explain(flag.split()) for flag in flags.dropna().unique()})
    status = pd.Series("flagged", flags.index, dtype="str").mask(flags == "", "ok")
    ledger = _overwrite(inputs, flags.notna(), {"status": status, "reason": flags, "detail": explained})
    copies = {"status": "skipped", "reason": "duplicate", "detail": inputs["doc_id"].map(dropped)}
    copies |= {"doc_id": "", "n_meta_chars": 0}
    return schemas.LEDGER.typed(_overwrite(ledger, inputs["doc_id"].isin(dropped), copies))
