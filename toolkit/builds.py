"""A folder of reports becomes a store: every part made once, by the same functions as in memory."""

from __future__ import annotations

import contextlib
import functools
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from toolkit import drafts, executors, files, layers, pipeline, schemas, store
from toolkit.corpus.readers import Reading, Source, list_sources
from toolkit.layers import LAYERS, Job, Tools, make_part, read_table, source_key
from toolkit.terms.lexicon import Lexicon
from toolkit.terms.segment import Segmenter

log = logging.getLogger(__name__)
Run = Callable[[list[Job], bool], Iterator[executors.Outcome]]

PART_SIZE = 1000  # files in a part at most; a full part is split in two, so parts hold 500-1,000
FEWEST_PARTS = 8  # in a small corpus parts are smaller, so that there is work for several processes
SMALLEST_PART = 125
_DIED = "in pieces, for it killed its worker"
READERS = ("pypdf", "lxml", "resiliparse", "openpyxl", "charset-normalizer")  # what texts are read with
PROCESS_MEMORY = 350 * 2**20  # bytes of a process before it holds a part, measured: docs/scaling.md
PART_MEMORY = 25  # bytes it holds for each byte of the files of a part
STALLED = 300.0  # seconds after which a worker that is still at one document, or at one batch, is given up
PIECES = 8  # into which a part is divided that killed its worker


class Build(NamedTuple):
    """What a build did: the store, a line for every part that was made, and how many parts were kept."""

    folder: Path
    lines: list[str]
    n_kept: int
    n_documents: int | None  # None where other builds make the rest: the tables are not joined yet
    n_failed: int

    @property
    def summary(self) -> str:
        """What was done and why, for people."""
        made = f"parts made: {len(self.lines)}, kept: {self.n_kept}"
        if self.n_documents is None:
            head = f"{made} in {self.folder}; when all are made, a build without --part joins them"
        else:
            head = f"{self.n_documents} reports in {self.folder}; {made}"
        return "\n".join([head, *(f"  {line}" for line in self.lines)])


def build_store(
    corpus: str | Path,
    folder: str | Path,
    *,
    segmenter: Segmenter | None = None,
    lexicon: Lexicon | None = None,
    duplicates: str = "error",
    jobs: int = 1,
    memory: int | None = None,
    scheduler: str = "",
    part: str = "",
    part_size: int | None = None,
    progress: bool | None = None,
) -> Build:
    """Build a store from a folder of reports, or bring one up to date.

    What was made before from the same bytes, corrections, rules and dictionary is kept; everything else is
    made again. A build that was killed goes on where it stopped.

    Parameters
    ----------
    corpus
        The folder of reports, as for `read_corpus`. It is never written to.
    folder
        The store. The old tables stay in place until the new ones are complete.
    segmenter, lexicon, duplicates, progress
        As for `read_corpus`. Another policy for duplicates makes no part again.
    jobs
        Processes at work; with 1 the work is done in this one. Results do not depend on their number. A
        document that kills a worker, or keeps it for more than five minutes, is set aside in the ledger; one
        that kills this process is set aside by the next build.
    memory
        Bytes the build may use, all processes together: it limits their number. What one needs is computed
        from the size of the files.
    scheduler
        Address of a dask scheduler, or ``"local"``: see `toolkit.executors.map_items`.
    part
        ``"K/N"``: make every N-th part from the K-th on and nothing else, beside N-1 other such builds on
        the same storage. A build without it then makes what is missing, joins the tables and ends the work.
    part_size
        Files in a part at most; by default 1,000, and less where the corpus has fewer than 8,000.

    Returns
    -------
    Build
        What was done, and why; `.summary` says it in lines.

    Raises
    ------
    ValueError
        As `read_corpus`, where the folders lie inside each other, and where `memory` holds no process.
    OSError
        Where the store cannot be written or another process builds it.
    """
    corpus, folder = pipeline.existing(corpus), Path(folder)
    pipeline.require_apart(folder, corpus)
    others = sorted(path.name for path in folder.glob("[!.]*")) if folder.is_dir() else []
    if others and "base" not in others:
        raise ValueError(
            f"Expected a store, or a new folder for one; {str(folder)!r} holds other files, such as {others[0]!r}."
        )
    executors.share((), part)  # a part of another form fails before anything is written
    segmenter, lexicon = pipeline.choose_tools(segmenter, lexicon)
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with files.locked(folder, shared=bool(part)):
            tools = (segmenter, lexicon)
            run = functools.partial(_run, tools=tools, jobs=jobs, memory=memory, scheduler=scheduler)
            return _build(corpus, folder, tools, duplicates, run, part, part_size, progress)


def _run(
    work: list[Job], apart: bool = False, *, tools: Tools, jobs: int, memory: int | None, scheduler: str
) -> Iterator[executors.Outcome]:
    """Make parts, by as many processes as the memory holds beside the one that joins them."""
    if memory is not None and work:
        largest = max(sum(Path(source.place).stat().st_size for source in job.sources) for job in work)
        worker = PROCESS_MEMORY + PART_MEMORY * largest
        if memory < worker:
            raise ValueError(
                f"memory is {memory >> 20} MB; one process needs about {worker >> 20} MB for the largest part "
                f"({largest >> 20} MB of files). Allow more, or divide the corpus."
            )
        jobs = max(1, min(jobs, (memory - PROCESS_MEMORY) // worker))
    renewed = len(work) == 1 and any(
        work[0].older.values()
    )  # of few documents: a worker costs more than they
    apart = apart or (jobs > 1 and not renewed) or any(job.note.exists() for job in work)
    shared = (*tools, STALLED if apart or scheduler else 0)
    return executors.map_items(make_part, work, shared=shared, jobs=jobs, scheduler=scheduler, apart=apart)


def _survived(work: list[Job], run: Run, apart: bool = False) -> Iterator[executors.Outcome]:
    """Make parts; one whose worker died twice is made from smaller ones, down to the document that kills."""
    died: list[Job] = []
    pieces: list[Job] = []
    for outcome in run(work, apart):
        smaller = _pieces(outcome.item) if isinstance(outcome.error, executors.WorkerDied) else []
        if smaller:
            log.warning(
                "part %s killed its worker twice; looking for the document", outcome.item.part or "all"
            )
            died.append(outcome.item)
            pieces += smaller
        else:
            yield outcome
    if died:
        list(_survived(pieces, run, True))  # what else befalls a piece befalls its part
        whole = [_job(j.part, j.sources, j.keys, j.overrides, _homes(j)) for j in died]
        for job, done, error in run(whole, True):
            yield executors.Outcome(job, done and (done[0], "; ".join(filter(None, (done[1], _DIED)))), error)


def _pieces(job: Job) -> list[Job]:
    """Smaller parts whose rows the part takes over; of one file, itself without what its worker was at."""
    if len(job.sources) > 1:
        by_hash = {source.sha256: at for at, source in enumerate(job.sources)}
        parts = store.partition(sorted(by_hash), -(-len(by_hash) // PIECES), job.part)
        places = {part: [by_hash[value] for value in hashes] for part, hashes in parts.items()}
        return [
            _job(
                part,
                [job.sources[at] for at in found],
                [job.keys[at] for at in found],
                job.overrides,
                _homes(job),
            )
            for part, found in places.items()
        ]
    try:
        fatal = job.note.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [job._replace(deadly=(*job.deadly, fatal))] if fatal and fatal not in job.deadly else []


def _homes(job: Job) -> dict[str, Path]:
    """The folders in which the layers of a part stand."""
    return {layer: target.parent for layer, target in job.targets.items()}


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say of an error of the system what it means for the store."""
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        left = shutil.disk_usage(next(p for p in [folder, *folder.absolute().parents] if p.is_dir())).free
        raise OSError(
            f"The store {str(folder)!r} could not be written: {error.strerror or error} "
            f"({error.filename or 'no file named'}; {left >> 20} MB are free there). What it held before is "
            "unchanged, finished parts are kept: make room or choose another place, and build again."
        ) from error


def _build(
    corpus: Path,
    folder: Path,
    tools: Tools,
    duplicates: str,
    run: Run,
    part: str,
    part_size: int | None,
    progress: bool | None,
) -> Build:
    """List the inputs, make the parts that are missing, join them, write the manifest, clear away the rest."""
    overrides = pipeline.read_overrides(corpus)
    pipeline.settle_duplicates(
        schemas.DOCUMENTS.frame(), duplicates
    )  # an unknown policy fails here, not later
    store.forget(folder)
    sources, refused = list_sources(corpus)
    pipeline.require_reports(corpus, refused, len(sources))
    prints = fingerprints(*tools)
    size = part_size or _part_size(len(sources))
    work = list(_jobs(folder, sources, overrides, prints, size))
    mine = executors.share(work, part)
    store.verify({path for job in mine for paths in job.older.values() for path in paths})
    reasons = {job.part: _why(folder, job) for job in mine}
    missing = [job for job in mine if reasons[job.part]]
    counts = dict(pipeline.shown(_made(_survived(missing, run)), progress, "building", "parts"))
    lines = [f"part {name or 'all'}: {reasons[name]}; {counts[name]}" for name in reasons if reasons[name]]
    if part:
        return Build(folder, lines, len(mine) - len(missing), None, 0)
    settings = pipeline.collect_settings(*tools, duplicates, overrides is not None)
    joined, documents, ledger = _join(corpus, folder, work, refused, overrides, duplicates, prints)
    folders = [*(job.targets[layer] for job in work for layer in LAYERS), joined]
    records = {path.relative_to(folder).as_posix(): store.listed(path) for path in folders}
    manifest = {"schema_version": store.SCHEMA_VERSION, "fingerprints": prints, "settings": settings}
    store.write_json(folder / store.MANIFEST, {**manifest, "folders": records})
    _clear(folder, set(records))
    failed = int((ledger["status"] == "failed").sum())
    return Build(folder, lines, len(work) - len(missing), len(documents), failed)


def fingerprints(segmenter: Segmenter, lexicon: Lexicon) -> dict[str, str]:
    """A hash for every layer of everything that made it: code, data files, versions, dictionary."""
    # an old .doc is read where LibreOffice is: a machine that has it reads more
    readers = [*map(version, READERS), bool(shutil.which("soffice") or shutil.which("libreoffice"))]
    code = [store.sha256(Path(module.__file__)) for module in (drafts, layers, pipeline, schemas)]
    code.append(store.sha256(Path(__file__).parent / "data" / "tables.csv"))
    base = store.digest(store.SCHEMA_VERSION, code, _rules("corpus"), readers)
    terms = store.digest(base, _rules("terms"), segmenter.settings, lexicon.sha256)
    return {"base": base, "terms": terms, "facts": store.digest(base, _rules("indicators"))}


@functools.cache
def _rules(room: str) -> str:
    """Hash of a room's code and of the data files it names."""
    package = Path(__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((package / room).glob("*.py")))
    data = [path for path in sorted((package / "data").iterdir()) if path.is_file() and path.stem in code]
    return store.digest(code, [store.sha256(path) for path in data])


def _jobs(
    folder: Path,
    sources: list[Source],
    overrides: pd.DataFrame | None,
    prints: dict[str, str],
    part_size: int,
) -> Iterator[Job]:
    """Divide the inputs into parts and say where each belongs."""
    by_hash = {source.sha256: source for source in sources}
    corrected = {} if overrides is None else dict(list(overrides.groupby(level="path")))
    for part, hashes in store.partition(sorted(by_hash), part_size).items():
        mine = tuple(by_hash[value] for value in hashes)
        rows = [corrected[source.path] for source in mine if source.path in corrected]
        keys = tuple(source_key(s.path, s.sha256, corrected.get(s.path)) for s in mine)
        homes = {layer: folder / layer / prints[layer] for layer in LAYERS}
        yield _job(part, mine, keys, pd.concat(rows) if rows else None, homes)


def _job(
    part: str,
    sources: Sequence[Source],
    keys: Sequence[str],
    overrides: pd.DataFrame | None,
    homes: dict[str, Path],
) -> Job:
    """A part of these files, and where it belongs."""
    name = f"p{part}-{store.digest(sorted(keys))}"
    older = {layer: tuple(_older(home, part)) for layer, home in homes.items()}
    targets = {layer: home / name for layer, home in homes.items()}
    return Job(part, tuple(sources), tuple(keys), overrides, targets, older)


def _part_size(n_files: int) -> int:
    """Files in a part at most: the largest of 1,000, 500, 250 and 125 that gives all processes work."""
    size = PART_SIZE
    while size > SMALLEST_PART and n_files < FEWEST_PARTS * size:
        size //= 2
    return size


def _older(home: Path, part: str) -> Iterator[Path]:
    """Parts made before that may hold rows of this one."""
    for path in sorted(home.glob("p*")):
        bits = path.name[1:].partition("-")[0]
        if bits.startswith(part) or part.startswith(bits):
            yield path


def _why(folder: Path, job: Job) -> str:
    """Why a part must be made; empty where it is complete. What is damaged goes into quarantine."""
    reasons = {}
    for path in {*job.targets.values(), *(path for paths in job.older.values() for path in paths)}:
        if path.exists() and store.read_record(path) is None:
            reasons[path] = f"{path.relative_to(folder)} was damaged"
            store.forget(path)
            place = folder / "quarantine" / f"{path.parent.parent.name}-{path.name}"
            place.parent.mkdir(exist_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):  # another part's build was here before
                path.replace(place)
    missing = [layer for layer, path in job.targets.items() if not path.exists()]
    if not missing:
        return ""
    if reasons:
        return "; ".join(sorted(reasons.values()))
    if any(path.exists() for layer in missing for path in job.older[layer]):
        return "its files or metadata changed"
    others = {layer: {path.parent for path in (folder / layer).glob("*/p*")} for layer in missing}
    made = [layer for layer in missing if others[layer] - {job.targets[layer].parent}]
    return f"rules, dictionary or versions changed ({', '.join(made)})" if made else "new"


def _made(outcomes: Iterable[executors.Outcome]) -> Iterator[tuple[str, str]]:
    """What was done for each part; parts that failed are named when the others are done."""
    failed: dict[str, Exception] = {}
    for job, done, error in outcomes:
        if error is None:
            yield done
        else:
            log.warning("part %s failed: %s", job.part or "all", error)
            failed[job.part or "all"] = error
    for part, error in failed.items():
        if isinstance(error, OSError):
            raise error
        raise OSError(
            f"{len(failed)} parts of the store failed, part {part} first: {error}. The others are kept, and what the "
            "store held before is unchanged; build again."
        ) from error


def _join(
    corpus: Path,
    folder: Path,
    work: list[Job],
    refused: list,
    overrides: pd.DataFrame | None,
    duplicates: str,
    prints: dict[str, str],
) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """The small tables of the whole corpus: documents without texts, sizes, ledger, duplicates."""
    modules = [Path(module.__file__) for module in (drafts, layers, pipeline, schemas, store)]
    code = [store.sha256(path) for path in (*modules, Path(__file__))]
    parts = [str(path.relative_to(folder)) for job in work for path in job.targets.values()]
    named = None if overrides is None else sorted(overrides.index)
    made_from = store.digest(parts, duplicates, refused, named, code, _rules("corpus"))
    target = folder / "tables" / f"t-{made_from}"
    if store.read_record(target) is None:
        shutil.rmtree(target, ignore_errors=True)
        read_texts = functools.partial(_read_texts, work)
        small = _small(work, refused)
        keys = dict(zip(*(small["documents"][name].to_pylist() for name in ("doc_id", "key")), strict=True))
        known = _compared_before(folder, prints, keys)
        frames = pipeline.settle(corpus, small, overrides, duplicates, read_texts, known)
        pairs = frames["compared"]
        frames["compared"] = pairs.assign(keys=pairs["doc_id"].map(keys) + pairs["other_id"].map(keys))
        tables = {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in frames.items()}
        store.write_part(target, tables)
    documents, ledger = (pd.read_parquet(target / f"{name}.parquet") for name in ("documents", "ledger"))
    return target, documents, ledger


def _compared_before(
    folder: Path, prints: dict[str, str], keys: dict[str, str]
) -> dict[tuple[str, str], float]:
    """Similarities in the tables of the last build, of pairs whose texts are the same still."""
    try:
        manifest = store.read_manifest(folder)
        tables = folder / next(place for place in manifest["folders"] if place.startswith("tables/"))
        if manifest["fingerprints"]["base"] != prints["base"] or store.read_record(tables) is None:
            return {}
    except (FileNotFoundError, ValueError, KeyError, StopIteration):
        return {}
    pairs = pd.read_parquet(tables / "compared.parquet", columns=["doc_id", "other_id", "similarity", "keys"])
    rows = pairs.itertuples(index=False)
    return {(a, b): found for a, b, found, made in rows if made == keys.get(a, "") + keys.get(b, "")}


def _small(work: list[Job], refused: list[Reading]) -> dict[str, pa.Table]:
    """The small tables of all parts."""
    tables = {}
    for layer, name in (
        ("base", "documents"),
        ("base", "signatures"),
        ("base", "inputs"),
        ("terms", "sizes"),
    ):
        tables[name] = pa.concat_tables(read_table(job, layer, name) for job in work)
    names = [
        job.part
        for job in work
        for _ in range(store.listed(job.targets["base"])["documents.parquet"]["rows"])
    ]
    tables["documents"] = tables["documents"].append_column("part", pa.array(names, pa.string()))
    tables["made"] = pa.concat_tables(read_table(job, layer, "made") for job in work for layer in LAYERS[1:])
    rows = [(*drafts.ledger_row(drafts.Draft(reading)), "") for reading in refused]
    tables["inputs"] = pa.concat_tables([tables["inputs"], layers.to_columns(tables["inputs"].schema, rows)])
    return tables


def _read_texts(work: list[Job], names: set[str]) -> dict[str, str]:
    """Texts of some documents, one part at a time."""
    found: dict[str, str] = {}
    for job in work:
        texts = layers.rows_of(read_table(job, "base", "texts"), names)
        found |= dict(zip(texts["doc_id"].to_pylist(), texts["text"].to_pylist(), strict=True))
    return found


def _clear(folder: Path, kept: set[str]) -> None:
    """Remove what the manifest does not name, and what killed builds left."""
    for path in [*folder.glob("*/*/*"), *folder.glob("*/*")]:
        if path.is_dir() and path.relative_to(folder).parts[0] in (*LAYERS, "tables"):
            name = path.relative_to(folder).as_posix()
            if not any(other == name or other.startswith(f"{name}/") for other in kept):
                shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{files.PARTIAL}*"):
        path.unlink()
