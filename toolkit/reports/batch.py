"""Reports for all regions of a corpus: the corpus is read once, each report gets its slice of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from toolkit import executors
from toolkit.files import LOCK, PARTIAL, locked, write_json, write_text
from toolkit.pipeline import Corpus, existing, read_corpus, require_apart
from toolkit.reports.folders import FAILED, read_record, why_run
from toolkit.reports.making import SLICE, Task, failure, make_report
from toolkit.reports.panels import write_panel
from toolkit.reports.plans import Job, check_options, choose, find_notebooks, plan
from toolkit.reports.site import index_page
from toolkit.reports.slices import BUNDLE, MEMORY, Slices
from toolkit.store import MANIFEST, digest
from toolkit.stored import Store, open_store

_TABLES = ".tables"  # what a whole store was asked for, kept for the next run and for other shares
_LEFT = (".work-*", f"{PARTIAL}*", f"{LOCK}-*")  # of runs that were killed, and of shares
_COLUMNS = ("folder", "region", "genre", "status", "reason", "seconds", "warnings")


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
    part
        Which share of the work it was; empty for all of it.
    """

    table: pd.DataFrame
    out: Path
    inputs: dict[str, int]
    seconds: float
    part: str = ""

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
        last = f"share {self.part}; a run without --part ends the work" if self.part else "see "
        return "\n".join([*lines, f"  {last}{'' if self.part else (self.out / 'index.html').as_posix()}"])

    def __repr__(self) -> str:
        """The same lines where the run is shown."""
        return self.summary

    def _repr_html_(self) -> str:
        """The lines and the reports as a table, all text escaped."""
        return f"<pre>{escape(self.summary)}</pre>{self.table.to_html(index=False, escape=True, na_rep='')}"


def run_reports(
    corpus: str | Path | Corpus | Store,
    out: str | Path = "figures",
    *,
    regions: Sequence[str] | None = None,
    jobs: int = 1,
    scheduler: str = "",
    part: str = "",
    language: str = "zh",
    formats: Sequence[str] = ("png",),
    parameters: Mapping[str, Any] | None = None,
    force: bool = False,
    duplicates: str = "error",
    notebooks: str | Path | None = None,
    timeout: int = 600,
    engine: str = "auto",
    progress: bool | None = None,
) -> Run:
    """Make a report for every region, one comparison of all, and an index of them.

    A region whose report is complete and was made from the same texts, settings, notebook, parameters and
    version is left alone. One that fails does not stop the others: its notebook stays as
    ``report.failed.ipynb``, and the index and ``run.json`` say why.

    Parameters
    ----------
    corpus
        A folder of reports, a store or its folder, or a `Corpus`. A store is read part by part, so that
        memory does not grow with it; a folder is read into memory.
    out
        Folder of the results, the panel of stated figures (``panel.parquet``, ``.csv``, ``.dta``, ``.xlsx``,
        the last two up to 200 regions) with its codebooks among them; files in it that are not ours are left alone.
    regions
        Codes, ids or names of regions; all by default.
    jobs
        How many reports at once, each in a process of its own.
    scheduler
        Address of a dask scheduler, or ``"local"``: see `toolkit.executors.map_items`.
    part
        ``"K/N"``: make every N-th report from the K-th on and nothing else, beside N-1 other such runs on the
        same storage. A run without it then makes what is missing, the index and the panel.
    language
        ``"zh"`` or ``"en"``.
    formats
        Of the figures: png, svg, pdf, eps, tiff.
    parameters
        More parameters of region_report.ipynb, such as ``{"terms": ["行政复议"]}``.
    force
        Make reports again that are up to date.
    duplicates
        As in `read_corpus`; a store has its own.
    notebooks
        Folder with region_report.ipynb and comparison.ipynb; by default the project's own.
    timeout
        Seconds one cell may take.
    engine
        How notebooks are run: auto, fork, warm or kernel, see `toolkit.reports.execution.run_notebook`.
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
    OSError
        Where `out` cannot be written, or another run is writing to it.
    """
    started, out, more = time.monotonic(), Path(out), dict(parameters or {})
    sources = find_notebooks(notebooks)
    options = {"language": language, "formats": list(formats)}
    check_options(sources, options, more, engine)
    executors.check(jobs, part)
    _check_place(out)
    if isinstance(corpus, str | Path):
        require_apart(out, corpus)
    corpus = _opened(corpus, part, duplicates, progress)
    slices = _sliced(corpus, out)
    planned = list(plan(slices, sources, options, more))
    asked, mine = choose(planned, regions), executors.share(planned, part)
    results: dict[str, dict[str, Any]] = {}
    with _work_folder(out, part) as work:
        reasons = {job.folder: _reason(job, out, asked, force) for job in mine}
        todo = [job for job in mine if reasons[job.folder] not in ("", "not asked")]
        bar = tqdm(total=len(todo), desc="reports", disable=None if progress is None else not progress)
        tasks = _tasks(todo, slices, work, out, timeout, engine)
        try:
            with bar, closing(_make_all(todo, tasks, slices, jobs=jobs, scheduler=scheduler)) as made:
                for job, result in made:
                    results[job.folder] = {"reason": reasons[job.folder], **result}
                    bar.update()
        finally:
            rows = [job.row | (results.get(job.folder) or _left(reasons[job.folder])) for job in mine]
            if not part:
                _write_site(out, rows, slices, options, time.monotonic() - started)
        if not part:
            write_panel(corpus, out, work, planned[-1].hashes)
    status = corpus.ledger["status"].value_counts().to_dict()
    return Run(pd.DataFrame(rows, columns=_COLUMNS), out, status, time.monotonic() - started, part)


def _check_place(out: Path) -> None:
    """Refuse a place that cannot be written, before anything is read."""
    above = next(path for path in [out, *out.absolute().parents] if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        what = "may not be written to" if above.is_dir() else "is a file"
        raise OSError(f"Reports cannot go to {str(out)!r}: {str(above)!r} {what}. Choose another folder.")


def _opened(
    corpus: str | Path | Corpus | Store, part: str, duplicates: str, progress: bool | None
) -> Corpus | Store:
    """The corpus in memory, or the store."""
    if isinstance(corpus, str | Path):
        stored = (existing(corpus) / MANIFEST).is_file()
        corpus = (
            open_store(corpus, memory=MEMORY)
            if stored
            else read_corpus(corpus, duplicates=duplicates, progress=progress)
        )
    if part and not isinstance(corpus, Store):
        raise ValueError(
            "Runs that share the work open one store: build it first, `python -m toolkit build CORPUS "
            "--store DIR`, and give DIR instead of the folder of reports."
        )
    return corpus


def _sliced(corpus: Corpus | Store, out: Path) -> Slices:
    """The slices; what a store is asked for once is kept, for asking again takes minutes."""
    slices = Slices(corpus)
    if not isinstance(corpus, Store):
        return slices
    made_from = digest(slices.digest, corpus.settings, executors.package_digest())
    return Slices(corpus, out / _TABLES / made_from)


@contextlib.contextmanager
def _work_folder(out: Path, part: str) -> Iterator[Path]:
    """A hidden folder for unfinished work, while `out` is held; what killed runs left is removed first.

    Raises
    ------
    BlockingIOError
        Where another run writes to `out`; of several shares, where another run does this one.
    """
    name = part.replace("/", "-of-")
    work = out / f".work-{name or 'all'}"
    with locked(out, shared=bool(part)), locked(out, f"{LOCK}-{name}") if part else nullcontext():
        for left in [work] if part else [path for name in _LEFT for path in out.glob(name)]:
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _reason(job: Job, out: Path, asked: set[str], force: bool) -> str:
    """Why the job is done; empty where its report is up to date."""
    if job.folder not in asked:
        return "not asked"
    return why_run(out / job.folder, job.hashes) or ("forced" if force else "")


def _make_all(
    todo: Sequence[Job], tasks: Iterator[Task], slices: Slices, **workers: Any
) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Make reports wherever the workers are, and yield each job with its result."""
    if slices.cache and todo:
        with locked(slices.cache.parent, wait=True):
            slices.prepare()
    for task, result, error in executors.map_items(make_report, tasks, **workers):
        shutil.rmtree(task.work, ignore_errors=True)
        yield task.job, failure(error) if error else result


def _tasks(todo: Sequence[Job], slices: Slices, work: Path, out: Path, *how: Any) -> Iterator[Task]:
    """Write each slice just before its report is made; the comparison comes first, for it takes longest."""
    todo = sorted(todo, key=lambda job: job.unit is not None)
    for at in range(0, len(todo), BUNDLE):
        bundle = todo[at : at + BUNDLE]
        held = slices.load([job.unit for job in bundle if job.unit])
        for job in bundle:
            folder, problem = work / job.folder, ""
            try:
                folder.mkdir()
                if job.unit:
                    slices.save(folder / SLICE, job.unit, held)
                else:
                    slices.save_whole(folder / SLICE)
            except Exception as error:  # costs this report; its result says why
                problem = failure(error)["reason"]
            yield Task(job, folder, out / job.folder, *how, problem)


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
    # Whether a report was made today or before is the manifest's to say: the same reports, the same index.
    there = {"status": "done", "reason": ""}
    shown = [row | there if row["status"] in ("done", "up to date") else row for row in rows]
    write_text(out / "index.html", index_page(shown, inputs=lost, language=options["language"]))
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
