"""Reports for all regions of a corpus: the corpus is read once, each report gets its slice of it."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from tqdm.auto import tqdm

from toolkit.exports import export
from toolkit.indicators import facts, panel
from toolkit.pipeline import Corpus, read_corpus
from toolkit.reports.execution import NotebookError, read_notebook, run_notebook
from toolkit.reports.folders import (
    FAILED,
    digest,
    file_digest,
    folder_name,
    publish,
    read_record,
    why_run,
    work_folder,
    write_json,
    write_text,
)
from toolkit.reports.labels import LANGUAGES, label
from toolkit.reports.pages import report_page
from toolkit.reports.parameters import check_parameters, read_parameters
from toolkit.reports.site import index_page
from toolkit.reports.slices import Slices

NOTEBOOKS = {"region": "region_report.ipynb", "comparison": "comparison.ipynb"}
_SLICE = ".corpus"
_LONGEST = 300  # characters of a reason; the failed notebook has the rest
MOST_SHEET_ROWS = 1_000_000  # of Excel; Stata would take more
_COLUMNS = ("folder", "region", "genre", "status", "reason", "seconds", "warnings")


class Job(NamedTuple):
    """One report to make."""

    folder: str
    title: str
    notebook: Path
    parameters: dict[str, Any]
    row: dict[str, Any]
    hashes: dict[str, str]


@dataclass(frozen=True)
class Run:
    """What a batch did.

    Attributes
    ----------
    table
        One row a report: folder, region, genre, status (done, up to date, failed, not asked), reason (why it
        was made, or why it failed), seconds, warnings (messages its cells wrote to stderr).
    out
        The folder of the results.
    inputs
        Number of input files by status.
    seconds
        How long it took.
    """

    table: pd.DataFrame
    out: Path
    inputs: dict[str, int]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every report asked for is there and every input could be read."""
        return not (self.table["status"] == "failed").any() and not self.inputs.get("failed")

    @property
    def summary(self) -> str:
        """A few lines for the terminal."""
        counts = self.table["status"].value_counts().sort_index()
        lines = [f"{', '.join(f'{n} {status}' for status, n in counts.items())} in {self.seconds:.0f} s"]
        lines += [
            f"  failed: {row.folder}: {row.reason}"
            for row in self.table.itertuples()
            if row.status == "failed"
        ]
        lines += [
            f"  {row.folder}: {row.warnings} warnings" for row in self.table.itertuples() if row.warnings
        ]
        if self.inputs.get("failed"):
            lines.append(f"  {self.inputs['failed']} input files could not be read; the index lists them")
        return "\n".join([*lines, f"  see {(self.out / 'index.html').as_posix()}"])

    def __repr__(self) -> str:
        """The same lines where the run is shown."""
        return self.summary

    def _repr_html_(self) -> str:
        """The lines and the reports as a table, all text escaped."""
        return f"<pre>{escape(self.summary)}</pre>{self.table.to_html(index=False, escape=True, na_rep='')}"


def run_reports(
    corpus: str | Path | Corpus,
    out: str | Path = "figures",
    *,
    regions: Sequence[str] | None = None,
    jobs: int = 1,
    language: str = "zh",
    formats: Sequence[str] = ("png",),
    parameters: Mapping[str, Any] | None = None,
    force: bool = False,
    duplicates: str = "error",
    notebooks: str | Path | None = None,
    timeout: int = 600,
    progress: bool | None = None,
) -> Run:
    """Make a report for every region, one comparison of all, and an index of them.

    A region whose report is complete and was made from the same texts, settings, notebook, parameters and
    version is left alone. One that fails does not stop the others: its notebook stays as
    ``report.failed.ipynb``, and the index and ``run.json`` say why.

    Parameters
    ----------
    corpus
        A folder of reports, or a `Corpus`.
    out
        Folder of the results, the panel of stated figures (``panel.parquet``, ``.csv``, ``.dta``, ``.xlsx``,
        the last two up to a million rows) with its codebooks among them; files in it that are not ours are left alone.
    regions
        Codes, ids or names of regions; all by default.
    jobs
        How many reports at once, each in a process of its own.
    language
        ``"zh"`` or ``"en"``.
    formats
        Of the figures: png, svg, pdf, eps, tiff.
    parameters
        More parameters of region_report.ipynb, such as ``{"terms": ["行政复议"]}``.
    force
        Make reports again that are up to date.
    duplicates
        As in `read_corpus`.
    notebooks
        Folder with region_report.ipynb and comparison.ipynb; by default the project's own.
    timeout
        Seconds one cell may take.
    progress
        Show a progress bar: by default in a terminal.

    Returns
    -------
    Run
        `ok`, `summary` and the table of reports.

    Raises
    ------
    ValueError
        Where an option, a parameter or a region is not known; nothing is written then.
    """
    started, out, more = time.monotonic(), Path(out), dict(parameters or {})
    sources = _notebooks(notebooks)
    options = {"language": language, "formats": list(formats)}
    _check_options(sources, options, more, jobs)
    if not isinstance(corpus, Corpus):
        corpus = read_corpus(corpus, duplicates=duplicates, progress=progress)
    slices = Slices(corpus)
    planned = list(_plan(slices, sources, options, more))
    asked = _asked(planned, regions)
    rows = []
    with work_folder(out) as work:
        reasons = {job.folder: _reason(job, out, asked, force) for job in planned}
        todo = [job for job in planned if reasons[job.folder] not in ("", "not asked")]
        results: dict[str, dict[str, Any]] = {}
        bar = tqdm(total=len(todo), desc="reports", disable=None if progress is None else not progress)
        try:
            for job, result in _run_all(todo, slices, work, jobs, timeout):
                results[job.folder] = _put_in_place(job, result, work, out, reasons[job.folder])
                bar.update()
        finally:
            bar.close()
            rows = [job.row | (results.get(job.folder) or _left(reasons[job.folder])) for job in planned]
            _write_site(out, rows, slices, options, time.monotonic() - started)
        if todo or not (out / "panel.parquet").exists():
            _write_panel(corpus, out)
    status = corpus.ledger["status"].value_counts().to_dict()
    return Run(pd.DataFrame(rows)[list(_COLUMNS)], out, status, time.monotonic() - started)


def _write_panel(corpus: Corpus, out: Path) -> None:
    """The figures that all reports state, as one table for R, Excel and Stata, each with its codebook."""
    table = panel(corpus, facts(corpus))
    suffixes = ("parquet", "csv", "dta", "xlsx") if len(table) <= MOST_SHEET_ROWS else ("parquet", "csv")
    for suffix in suffixes:
        export(table, out / f"panel.{suffix}", settings=corpus.settings, force=True)


def _notebooks(folder: str | Path | None) -> dict[str, Path]:
    """The notebooks' files."""
    folder = Path(folder) if folder else Path(__file__).resolve().parents[2] / "notebooks"
    sources = {kind: folder / name for kind, name in NOTEBOOKS.items()}
    missing = [path.name for path in sources.values() if not path.is_file()]
    if missing:
        raise ValueError(
            f"Expected {missing} in the folder {folder.name!r}; give notebooks= the folder they are in."
        )
    return sources


def _check_options(
    sources: Mapping[str, Path], options: dict[str, Any], more: dict[str, Any], jobs: int
) -> None:
    """Refuse what cannot work before anything is read or run."""
    from toolkit.plots.saving import FORMATS

    if options["language"] not in LANGUAGES:
        raise ValueError(f"language is one of {list(LANGUAGES)}, found {options['language']!r}.")
    unknown = set(options["formats"]) - set(FORMATS)
    if unknown or not options["formats"]:
        raise ValueError(f"formats are some of {list(FORMATS)}, found {options['formats']}.")
    if jobs < 1:
        raise ValueError(f"jobs is the number of reports made at once, 1 or more; found {jobs}.")
    own = {"corpus", "region", "genre", "out", *options} & more.keys()
    if own:
        raise ValueError(
            f"The batch sets {sorted(own)} itself; choose regions, language and formats by name."
        )
    for kind, path in sources.items():
        check_parameters(read_parameters(read_notebook(path)), options | (more if kind == "region" else {}))


def _plan(
    slices: Slices, sources: Mapping[str, Path], options: dict[str, Any], more: dict[str, Any]
) -> Iterator[Job]:
    """A job for each region and genre, and one for the comparison."""
    language = options["language"]
    shared = {
        "settings": digest(slices.corpus.settings),
        "toolkit": _package_digest(),
        "corpus": slices.digest,
    }
    notebook = {kind: file_digest(path) for kind, path in sources.items()}
    genres = Counter(unit.region_id for unit in slices.units)
    for unit in slices.units:
        chosen = {"region": unit.region_id, "genre": unit.genre, **options, **more}
        hashes = {
            "reports": unit.digest,
            "parameters": digest(chosen),
            "notebook": notebook["region"],
            **shared,
        }
        genre = unit.genre if genres[unit.region_id] > 1 else ""
        folder = folder_name(unit.row["region_code"] or unit.region_id, unit.row["region"], genre)
        title = label("report.title", language, region=unit.row["region"], years=unit.years)
        yield Job(folder, title, sources["region"], chosen, {**unit.row, "folder": folder}, hashes)
    title = label("comparison.title", language)
    row = {
        **dict.fromkeys(Slices.NAMES, ""),
        "region": title,
        "n_chars": {},
        "flags": "",
        "folder": "comparison",
    }
    hashes = {"parameters": digest(options), "notebook": notebook["comparison"], **shared}
    yield Job("comparison", title, sources["comparison"], options, row, hashes)


def _package_digest() -> str:
    """One hash of the toolkit's code, tables and templates."""
    root = Path(__file__).resolve().parents[1]
    kinds = {".py", ".csv", ".txt", ".j2", ".css", ".js"}
    paths = sorted(path for path in root.rglob("*") if path.suffix in kinds)
    return digest([[path.relative_to(root).as_posix(), file_digest(path)] for path in paths])


def _asked(planned: Sequence[Job], regions: Sequence[str] | None) -> set[str]:
    """Folders of the jobs asked for; the comparison always is."""
    if regions is None:
        return {job.folder for job in planned}
    wanted, found, folders = set(regions), set(), {"comparison"}
    for job in planned:
        names = {job.row["region_code"], job.row["region_id"], job.row["region"], job.folder} & wanted
        found |= names
        folders |= {job.folder} if names else set()
    if wanted - found:
        places = [
            f"{job.row['region_code']} {job.row['region']}" for job in planned if "region" in job.parameters
        ]
        raise ValueError(
            f"No report of the corpus is from {sorted(wanted - found)}; its regions are "
            f"{', '.join(places[:12])}{' ...' if len(places) > 12 else ''}. Give a code or the full name."
        )
    return folders


def _reason(job: Job, out: Path, asked: set[str], force: bool) -> str:
    """Why the job is done; empty where its report is up to date."""
    if job.folder not in asked:
        return "not asked"
    return why_run(out / job.folder, job.hashes) or ("forced" if force else "")


def _run_all(
    todo: Sequence[Job], slices: Slices, work: Path, jobs: int, timeout: int
) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Run the jobs, some at once. Threads are enough: each notebook has a process of its own, its kernel."""
    pool = ThreadPoolExecutor(jobs)
    try:
        made = {pool.submit(_run_job, job, slices, work / job.folder, timeout): job for job in todo}
        for future in as_completed(made):
            yield made[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _run_job(job: Job, slices: Slices, folder: Path, timeout: int) -> dict[str, Any]:
    """Give one notebook its slice of the corpus, run it and make its page; return how it went."""
    from jupyter_core.utils import ensure_event_loop

    started = time.monotonic()
    result = {"status": "failed", "warnings": 0}
    try:
        folder.mkdir()
        slices.save(folder / _SLICE, region=job.parameters.get("region"), genre=job.parameters.get("genre"))
        values = {**job.parameters, "corpus": _SLICE, "out": "."}
        notebook = read_notebook(job.notebook)
        node = run_notebook(notebook, folder / "report.ipynb", values, folder=folder, timeout=timeout)
        html = report_page(node, title=job.title, language=job.parameters["language"])
        write_text(folder / "report.html", html)
        outputs = [output for cell in node.cells for output in cell.get("outputs", ())]
        result = {"status": "done", "warnings": sum(output.get("name") == "stderr" for output in outputs)}
    except NotebookError as error:
        result["reason"] = textwrap.shorten(str(error), _LONGEST)
    except Exception as error:  # one report never stops the others; the index and run.json say what happened
        result["reason"] = textwrap.shorten(f"{type(error).__name__}: {error}", _LONGEST)
    finally:
        ensure_event_loop().close()  # the kernel's client made one for this thread
    return {**result, "seconds": round(time.monotonic() - started, 1)}


def _put_in_place(job: Job, result: dict[str, Any], work: Path, out: Path, reason: str) -> dict[str, Any]:
    """Move a finished report to its place, or what is left of a failed one."""
    folder, made = out / job.folder, work / job.folder
    if result["status"] == "done":
        record = {"hashes": job.hashes, "parameters": job.parameters, **result, "reason": reason}
        result = _published(made, folder, record) or {**result, "reason": reason}
    elif (made / FAILED).exists():
        folder.mkdir(exist_ok=True)
        (made / FAILED).replace(folder / FAILED)
    shutil.rmtree(made, ignore_errors=True)
    return result


def _published(made: Path, folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    """Publish; return a failed result where a file cannot be written or replaced (full disk, open in Excel)."""
    try:
        publish(made, folder, record)
    except OSError as error:
        reason = f"cannot write {Path(error.filename2 or error.filename or folder).name}: {error.strerror}"
        return {"status": "failed", "warnings": 0, "seconds": record["seconds"], "reason": reason}
    return {}


def _left(reason: str) -> dict[str, Any]:
    """The result of a job that was not run."""
    status = {"": "up to date", "not asked": "not asked"}.get(reason, "failed")
    return {
        "status": status,
        "reason": "stopped before its turn" * (status == "failed"),
        "seconds": 0.0,
        "warnings": 0,
    }


def _write_site(
    out: Path, rows: list[dict[str, Any]], slices: Slices, options: dict[str, Any], seconds: float
) -> None:
    """Write index.html and run.json."""
    ledger = slices.corpus.ledger
    records = {row["folder"]: read_record(out / row["folder"]) for row in rows}
    for row in rows:
        found = [*records[row["folder"]].get("outputs", ()), FAILED]
        row["files"] = [f for f in found if f.startswith("report.") and (out / row["folder"] / f).is_file()]
    lost = [*ledger[ledger["doc_id"] == ""].to_dict("records"), *slices.unplaced]
    write_text(out / "index.html", index_page(rows, inputs=lost, language=options["language"]))
    names = (*_COLUMNS, "files")
    reports = [{**{name: row[name] for name in names}, "record": records[row["folder"]]} for row in rows]
    manifest = {
        "options": options,
        "settings": slices.corpus.settings,
        "inputs": ledger["status"].value_counts().to_dict(),
        "corpus": slices.digest,
        "seconds": round(seconds, 1),
        "reports": reports,
    }
    write_json(out / "run.json", manifest)
