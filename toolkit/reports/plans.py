"""The reports of a batch: which there are, what each is made from, and which of them must be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.executors import package_digest
from toolkit.plots.saving import FORMATS
from toolkit.reports.execution import ENGINES, read_notebook
from toolkit.reports.folders import folder_name
from toolkit.reports.labels import LANGUAGES, label
from toolkit.reports.parameters import check_parameters, read_parameters
from toolkit.reports.slices import Slices, Unit
from toolkit.store import digest, sha256

NOTEBOOKS = {"region": "region_report.ipynb", "comparison": "comparison.ipynb"}
COMPARISON = "comparison"


class Job(NamedTuple):
    """One report to make; `unit` is None for the comparison."""

    folder: str
    title: str
    notebook: Path
    parameters: dict[str, Any]
    row: dict[str, Any]
    hashes: dict[str, str]
    unit: Unit | None


def find_notebooks(folder: str | Path | None) -> dict[str, Path]:
    """The notebooks' files."""
    folder = Path(folder) if folder else Path(__file__).resolve().parents[2] / "notebooks"
    sources = {kind: folder / name for kind, name in NOTEBOOKS.items()}
    missing = [path.name for path in sources.values() if not path.is_file()]
    if missing:
        raise ValueError(
            f"Expected {missing} in the folder {folder.name!r}; give notebooks= the folder they are in."
        )
    return sources


def check_options(
    sources: Mapping[str, Path], options: dict[str, Any], more: dict[str, Any], engine: str
) -> None:
    """Refuse what cannot work before anything is read or run."""
    if options["language"] not in LANGUAGES:
        raise ValueError(f"language is one of {list(LANGUAGES)}, found {options['language']!r}.")
    unknown = set(options["formats"]) - set(FORMATS)
    if unknown or not options["formats"]:
        raise ValueError(f"formats are some of {list(FORMATS)}, found {options['formats']}.")
    if engine not in ENGINES:
        raise ValueError(f"engine is one of {list(ENGINES)}, found {engine!r}.")
    own = {"corpus", "region", "genre", "out", *options} & more.keys()
    if own:
        raise ValueError(
            f"The batch sets {sorted(own)} itself; choose regions, language and formats by name."
        )
    for kind, path in sources.items():
        check_parameters(read_parameters(read_notebook(path)), options | (more if kind == "region" else {}))


def plan(
    slices: Slices, sources: Mapping[str, Path], options: dict[str, Any], more: dict[str, Any]
) -> Iterator[Job]:
    """A job for each region and genre, and one for the comparison."""
    language = options["language"]
    settings = digest(slices.corpus.settings)
    shared = {"settings": settings, "toolkit": package_digest(), "corpus": slices.digest}
    notebook = {kind: sha256(path) for kind, path in sources.items()}
    genres = Counter(unit.region_id for unit in slices.units)
    for unit in slices.units:
        chosen = {"region": unit.region_id, "genre": unit.genre, **options, **more}
        made_from = {"reports": unit.digest, "parameters": digest(chosen), "notebook": notebook["region"]}
        genre = unit.genre if genres[unit.region_id] > 1 else ""
        folder = folder_name(unit.row["region_code"] or unit.region_id, unit.row["region"], genre)
        title = label("report.title", language, region=unit.row["region"], years=unit.years)
        row = {**unit.row, "folder": folder}
        yield Job(folder, title, sources["region"], chosen, row, made_from | shared, unit)
    title = label("comparison.title", language)
    row = {**dict.fromkeys(Slices.NAMES, ""), "region": title, "n_chars": {}, "flags": ""}
    made_from = {"parameters": digest(options), "notebook": notebook["comparison"]}
    row |= {"folder": COMPARISON}
    yield Job(COMPARISON, title, sources["comparison"], options, row, made_from | shared, None)


def choose(planned: Sequence[Job], regions: Sequence[str] | None) -> set[str]:
    """Folders of the jobs asked for; the comparison always is."""
    if regions is None:
        return {job.folder for job in planned}
    wanted, found, folders = set(regions), set(), {COMPARISON}
    for job in planned:
        names = {job.row["region_code"], job.row["region_id"], job.row["region"], job.folder} & wanted
        found |= names
        folders |= {job.folder} if names else set()
    if wanted - found:
        places = [f"{job.row['region_code']} {job.row['region']}" for job in planned if job.unit]
        raise ValueError(
            f"No report of the corpus is from {sorted(wanted - found)}; its regions are "
            f"{', '.join(places[:12])}{' ...' if len(places) > 12 else ''}. Give a code or the full name."
        )
    return folders
