"""The command line: `python -m toolkit`, or `toolkit`."""

from __future__ import annotations

import argparse
import logging
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.executors import check, usual_jobs

if TYPE_CHECKING:
    import pandas as pd

EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
BUILD_MEMORY, REPORT_MEMORY = 1000 * 2**20, 600 * 2**20  # bytes of one worker and what it starts
_SHOWN = 5  # files that `check` names for each reason
_STATUS = {"skipped": "Set aside", "flagged": "Read, to look at", "failed": "Not read"}
_HELD = ("documents", "sections", "sentences", "hits", "ledger", "duplicates")
_MADE = ("counts", "facts", "panel", "region_years", "coverage", "cooccurrence", "similarity")
_EXPECTED = (OSError, ValueError, KeyError, ImportError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 if all went well, 1 if something failed, 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return EXIT_USAGE
    try:
        check(getattr(options, "jobs", 1), getattr(options, "part", ""))
        if options.command is _figures:
            from toolkit.reports.studies import require_known

            require_known(options.figure, options.indicator, options.language, options.size)
    except ValueError as error:
        parser.error(str(error))
    if getattr(options, "scheduler", ""):
        logging.basicConfig(format="toolkit: %(message)s")
        logging.getLogger("toolkit.executors").setLevel(logging.INFO)  # names the dashboard
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # a batch system's end is an interrupt
    try:
        return options.command(options)
    except _EXPECTED as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"toolkit: {message}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        kept = "; what was finished is kept, and a second run does only the rest"
        print(f"toolkit: stopped{kept if options.command in (_report, _build) else ''}.", file=sys.stderr)
        return EXIT_FAILED
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    parser = argparse.ArgumentParser(
        prog="toolkit",
        description="Chinese government annual reports as citable data.",
        epilog="Start with `toolkit check FOLDER`: it says what was read and what needs your eye.",
    )
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _describe_report(commands)
    _describe_check(commands)
    _describe_build(commands)
    _describe_export(commands)
    _describe_figures(commands)
    _describe_find(commands)
    return parser


def _describe_report(commands: argparse._SubParsersAction) -> None:
    """Add the main job."""
    report = commands.add_parser(
        "report", help="a report for every region, and one that compares them", description=_report.__doc__
    )
    report.set_defaults(command=_report)
    report.add_argument("corpus", type=Path, help="folder with the reports, or a store made by `build`")
    report.add_argument(
        "--out", type=Path, default=Path("figures"), help="folder for the results (default: figures)"
    )
    report.add_argument(
        "--region",
        action="append",
        metavar="CODE",
        help="only this region (code or name); may be given again",
    )
    _add_workers(report, "reports at once", REPORT_MEMORY)
    report.add_argument(
        "--language", choices=("zh", "en"), default="zh", help="language of the reports (default: zh)"
    )
    report.add_argument(
        "--formats",
        type=_formats,
        default="png",
        help="figure formats, separated by commas: png, svg, pdf, eps, tiff (default: png)",
    )
    report.add_argument(
        "--engine",
        choices=("auto", "fork", "warm", "kernel"),
        default="auto",
        help="how notebooks are run: in a process forked from a prepared one (auto, fork), in a kernel started "
        "that way (warm), or in a fresh kernel; the outputs are the same",
    )
    report.add_argument("--force", action="store_true", help="make reports again that are up to date")
    _add_duplicates(report)


def _describe_check(commands: argparse._SubParsersAction) -> None:
    """Add the question whether a corpus is sound."""
    check = commands.add_parser(
        "check",
        help="is my corpus sound: what was read, what failed, what is doubtful",
        description=_check.__doc__,
    )
    check.set_defaults(command=_check)
    check.add_argument("corpus", type=Path, help="folder with the reports")
    check.add_argument(
        "--metadata",
        type=Path,
        metavar="FILE",
        help="write the table to complete here (default: FOLDER-metadata.csv)",
    )
    check.add_argument("--force", action="store_true", help="replace the metadata file if it exists")
    _add_duplicates(check, default="keep-all")


def _describe_build(commands: argparse._SubParsersAction) -> None:
    """Add the store."""
    build = commands.add_parser(
        "build", help="a store on the disk, for a corpus that outgrows memory", description=_build.__doc__
    )
    build.set_defaults(command=_build)
    build.add_argument("corpus", type=Path, help="folder with the reports")
    build.add_argument("--store", type=Path, required=True, metavar="DIR", help="folder of the store")
    _add_workers(build, "processes at work", BUILD_MEMORY)
    build.add_argument(
        "--memory", type=_bytes, metavar="LIMIT", help="what all processes may use together, such as 2GB"
    )
    _add_duplicates(build)


def _formats(text: str) -> list[str]:
    """Read formats of figures, separated by commas."""
    from toolkit.plots.saving import FORMATS

    names = [part.strip().lower().lstrip(".") for part in text.split(",") if part.strip()]
    if not names or not set(names) <= set(FORMATS):
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(FORMATS)}; found {text!r}")
    return names


def _bytes(text: str) -> int:
    """Read a size such as 2GB or 500MB."""
    units = {"GB": 2**30, "MB": 2**20, "KB": 2**10}
    number, unit = text[:-2].strip(), text[-2:].upper()
    if unit not in units or not number.replace(".", "", 1).isdigit():
        raise argparse.ArgumentTypeError(f"expected a size such as 2GB or 500MB, not {text!r}")
    return int(float(number) * units[unit])


def _describe_export(commands: argparse._SubParsersAction) -> None:
    """Add the export of one table."""
    export = commands.add_parser(
        "export", help="tables for Excel, Stata, SPSS, R", description=_export.__doc__
    )
    export.set_defaults(command=_export)
    export.add_argument("corpus", type=Path, help="folder with the reports, or a store")
    export.add_argument(
        "table",
        choices=(*_HELD, *_MADE),
        metavar="TABLE",
        help="documents, sections, sentences, hits, ledger, duplicates, counts, facts, panel (one row a figure), "
        "region_years (one row a region and year), coverage, cooccurrence or similarity",
    )
    export.add_argument(
        "file", type=Path, help="file to write: .xlsx, .csv, .dta, .sav, .parquet, or .graphml for a network"
    )
    export.add_argument("--force", action="store_true", help="replace the file if it exists")
    _add_duplicates(export)


def _describe_figures(commands: argparse._SubParsersAction) -> None:
    """Add the figures of a written study."""
    figures = commands.add_parser(
        "figures", help="the figures of a written study, with captions and data", description=_figures.__doc__
    )
    figures.set_defaults(command=_figures)
    figures.add_argument("corpus", type=Path, help="folder with the reports, or a store")
    figures.add_argument("--out", type=Path, required=True, help="folder for the figures")
    figures.add_argument(
        "--figure", action="append", default=[], metavar="NAME", help="only this one; may be given again"
    )
    figures.add_argument("--term", action="append", default=[], help="a term to follow; may be given again")
    figures.add_argument(
        "--formats",
        type=_formats,
        default="png",
        help="separated by commas: png, svg, pdf, eps, tiff (default: png)",
    )
    figures.add_argument("--language", choices=("zh", "en", "both"), default="zh", help="default: zh")
    figures.add_argument(
        "--size",
        default="single",
        help="single (8.5 cm), double (17 cm), screen, or centimetres (default: single)",
    )
    figures.add_argument("--indicator", action="append", default=[], help="an id to show; may be given again")
    figures.add_argument(
        "--grey", action="store_true", help="also in grey, naming series that look alike there"
    )
    figures.add_argument("--dpi", type=int, default=600, help="of png and tiff (default: 600)")
    _add_duplicates(figures)


def _describe_find(commands: argparse._SubParsersAction) -> None:
    """Add the way back from a number to its sentences."""
    find = commands.add_parser(
        "find", help="from a number back to the sentences it came from", description=_find.__doc__
    )
    find.set_defaults(command=_find)
    find.add_argument("corpus", type=Path, help="folder with the reports, or a store")
    find.add_argument(
        "what", help="a term; or evidence (00f077a4ca13:289-293) or a citation, as it is printed"
    )
    find.add_argument("--region", default="", metavar="CODE", help="only this region (code or name)")
    find.add_argument("--year", type=int, help="only this year")
    find.add_argument("--limit", type=int, default=50, help="at most so many places (default: 50)")
    _add_duplicates(find, default="keep-all")


def _add_workers(command: argparse.ArgumentParser, what: str, memory: int) -> None:
    """Add the options that say where the work is done; `memory` is what one worker may need."""
    command.add_argument(
        "--jobs",
        type=int,
        default=usual_jobs(memory),
        metavar="N",
        help=f"{what} (default: one a core, fewer where memory is short; here %(default)s)",
    )
    command.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="work on the dask cluster of this scheduler, such as tcp://10.0.0.5:8786, or on a 'local' one",
    )
    command.add_argument(
        "--part",
        default="",
        metavar="K/N",
        help="do the K-th of N shares beside others on the same storage; a run without it then ends the work",
    )


def _add_duplicates(command: argparse.ArgumentParser, default: str = "error") -> None:
    """Add the option that says what to do with two reports of one region and year."""
    command.add_argument(
        "--duplicates",
        choices=("error", "keep-longest", "keep-latest", "keep-all"),
        default=default,
        help=f"two reports of one region, year, genre, body and subject (default: {default})",
    )


def _report(options: argparse.Namespace) -> int:
    """Read a folder of reports and write, for every region, a report (HTML and notebook) with its figures
    and their data, one comparison of all regions, and an index page that links them."""
    from toolkit.reports import run_reports

    run = run_reports(
        options.corpus,
        options.out,
        regions=options.region,
        jobs=options.jobs,
        scheduler=options.scheduler,
        part=options.part,
        language=options.language,
        formats=options.formats,
        force=options.force,
        duplicates=options.duplicates,
        engine=options.engine,
    )
    print(run.summary)
    return EXIT_OK if run.ok else EXIT_FAILED


def _figures(options: argparse.Namespace) -> int:
    """Read a folder of reports and draw the figures of a study: coverage, roles, adoption_curve, distribution,
    boilerplate, and chosen terms, each with a caption and its data; what cannot be drawn is said."""
    import matplotlib

    from toolkit.pipeline import require_apart
    from toolkit.reports.studies import draw_study

    matplotlib.use("Agg")
    require_apart(options.out, options.corpus)
    corpus = _opened(options)
    chosen = {name: getattr(options, name) for name in ("language", "size", "dpi", "grey")}
    chosen |= {"figures": options.figure, "terms": options.term, "indicators": options.indicator}
    study = draw_study(corpus, options.out, formats=options.formats, **chosen)
    for row in study.itertuples():
        print(f"{row.files}" if row.drawn else f"{row.figure}-{row.language}: {row.caption}")
        if row.alike:
            print(f"{row.figure}-{row.language}: alike in grey print: {row.alike}")
    print(f"{study['drawn'].sum()} of {len(study)} figures in {options.out}")
    return EXIT_OK


def _check(options: argparse.Namespace) -> int:
    """Read a folder of reports and say what became of every file; write a table of what was found about each
    report, doubtful ones first, for you to complete and save as metadata.csv in the folder."""
    from toolkit.corpus.metadata_table import write_metadata_table
    from toolkit.files import finished
    from toolkit.pipeline import read_corpus

    corpus = read_corpus(options.corpus, duplicates=options.duplicates)
    ledger = corpus.ledger
    print(repr(corpus))
    for line in _told(ledger, options.corpus):
        print(line)
    path = options.metadata or Path(f"{options.corpus.resolve().name}-metadata.csv")
    if path.exists() and not options.force:
        print(f"{path} exists and was left as it is; --force replaces it.")
    else:
        with finished(path) as draft:
            write_metadata_table(corpus.documents, draft)
        print(
            f"Wrote {path}: complete it, doubtful rows first, and save it as metadata.csv beside the reports."
        )
    return EXIT_FAILED if (ledger["status"] == "failed").any() else EXIT_OK


def _told(ledger: pd.DataFrame, folder: Path) -> Iterator[str]:
    """What became of the inputs: each reason and flag explained once, rarest first, with the first of its files."""
    from toolkit.corpus.extracts import explain

    place = ledger["path"].where(ledger["row"] == 0, ledger["path"] + " row " + ledger["row"].astype(str))
    for status, title in _STATUS.items():
        rows = ledger.assign(place=place)[ledger["status"] == status]
        if rows.empty:
            continue
        yield f"{title} ({len(rows)})"
        names = rows["reason"].str.split() if status == "flagged" else rows["reason"]
        groups = rows.assign(name=names).explode("name").groupby("name")
        for name, group in sorted(groups, key=lambda item: (len(item[1]), item[0])):
            meaning = explain([name])
            yield f"  {name} ({len(group)}){': ' + meaning if meaning else ''}"
            for row in group[:_SHOWN].itertuples():
                found = "" if status == "flagged" else row.detail.removeprefix(meaning).strip()
                yield f"      {row.place}{' - ' + found if found else ''}"
            if len(group) > _SHOWN:
                yield f"      ... and {len(group) - _SHOWN} more"
    beside = folder.resolve().parent / f"{folder.resolve().name}-ledger.xlsx"
    command = shlex.join(
        ["toolkit", "export", str(folder), "ledger", str(beside), "--duplicates", "keep-all"]
    )
    yield f"Every input with all that was noticed: {command}"


def _build(options: argparse.Namespace) -> int:
    """Read a folder of reports into a store of Parquet files, or bring one up to date: only what is new or
    changed is read again. Open it in a notebook with tk.open_store(DIR)."""
    from toolkit.builds import build_store

    done = build_store(
        options.corpus,
        options.store,
        jobs=options.jobs,
        memory=options.memory,
        scheduler=options.scheduler,
        part=options.part,
        duplicates=options.duplicates,
    )
    print(done.summary)
    return EXIT_FAILED if done.n_failed else EXIT_OK


def _export(options: argparse.Namespace) -> int:
    """Write one table of a folder of reports, or of a store, as a file other programs open, with a codebook."""
    import toolkit as tk
    from toolkit.pipeline import require_apart

    made = {
        "counts": tk.count_terms,
        "facts": tk.facts,
        "panel": lambda corpus: tk.panel(corpus, tk.facts(corpus)),
        "region_years": tk.region_years,
        "coverage": tk.coverage,
        "cooccurrence": tk.measures.cooccurrence,
        "similarity": lambda corpus: tk.measures.similarity(tk.count_terms(corpus)),
    }
    require_apart(options.file, options.corpus)
    corpus = _opened(options)
    table = made[options.table](corpus) if options.table in _MADE else getattr(corpus, options.table)
    about = {"settings": corpus.settings, "source": f"reports in {options.corpus.resolve().name}"}
    for path in tk.export(table, options.file, force=options.force, **about):
        print(f"Wrote {path}")
    return EXIT_OK


def _find(options: argparse.Namespace) -> int:
    """Print the sentences a number came from, each with its citation and source file: every place of a term, or
    the places that the evidence of a panel, or a citation in a report or table, names."""
    import toolkit as tk

    corpus = _opened(options)
    found = tk.passages(
        corpus, options.what, region=options.region, year=options.year, limit=options.limit + 1
    )
    sizes = corpus.documents.set_index("doc_id")["n_tokens"]
    evidence = any(
        doc_id in options.what for doc_id in sizes.index
    )  # its places are all shown, and are no rate
    places = found if evidence else found.head(options.limit)
    for place in places.itertuples():
        row = f" row {place.row}" if place.row else ""
        print(
            f"{place.before}【{place.surface}】{place.after}\n    {place.citation}\n    {place.path}{row}\n"
        )
    cut = set(found["doc_id"][len(places) :])  # a report of which places are left out
    rated = places.head(0) if evidence else places
    for (doc_id, label), count in rated.groupby(["doc_id", "label"], sort=False).size().items():
        rate = f"{count} places, {sizes[doc_id]} tokens, {10_000 * count / sizes[doc_id]:.2f} per 10,000"
        print(f"{label}: {f'{count} places shown, more are not; see --limit' if doc_id in cut else rate}")
    more = " (more are not shown; see --limit)" if len(found) > len(places) else ""
    print(f"{len(places)} places in {places['doc_id'].nunique()} reports{more}")
    return EXIT_OK if len(places) else EXIT_FAILED


def _opened(options: argparse.Namespace) -> object:
    """The store that the folder is, or the corpus in it."""
    import toolkit as tk
    from toolkit.store import MANIFEST

    if (options.corpus / MANIFEST).is_file():
        return tk.open_store(options.corpus)
    return tk.read_corpus(options.corpus, duplicates=options.duplicates)


if __name__ == "__main__":
    sys.exit(main())
