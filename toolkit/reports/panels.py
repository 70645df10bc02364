"""The panel of stated figures that a batch writes beside its reports, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.exports import export
from toolkit.files import write_text
from toolkit.indicators import facts, panel
from toolkit.pipeline import Corpus
from toolkit.plots.saving import csv_text
from toolkit.reports.folders import publish, why_run
from toolkit.reports.rates import only
from toolkit.store import sha256
from toolkit.stored import Store

BLOCK = 200  # regions whose cells are in memory together; with ten years a quarter of a million
SHEETS = ("parquet", "csv", "dta", "xlsx")
LARGE = ("parquet", "csv")  # of more regions: Excel ends at a million rows, and memory well before


def write_panel(corpus: Corpus | Store, out: Path, work: Path, hashes: Mapping[str, str]) -> None:
    """Write the figures that all reports state as one table, each format with its codebook, unless it is there.

    Up to BLOCK regions for Parquet, CSV, Stata and Excel; of more, Parquet and CSV, a block after the other.
    """
    made_from = {name: hashes[name] for name in ("corpus", "settings", "toolkit")}
    if not why_run(out, made_from, "panel.parquet"):
        return
    folder, options = work / ".panel", {"settings": corpus.settings}
    folder.mkdir()
    if corpus.documents["region_id"].nunique() <= BLOCK:
        table = panel(corpus, facts(corpus))
        for suffix in SHEETS:
            export(table, folder / f"panel.{suffix}", **options)
    else:
        _write_blocks(corpus, folder, options)
    publish(folder, out, {"hashes": made_from})


def _write_blocks(corpus: Corpus | Store, folder: Path, options: dict[str, Any]) -> None:
    """Export one block after the other and join the files; the codebooks' counts are added up."""
    import pyarrow.parquet as pq

    books: dict[str, pd.DataFrame] = {}
    with ExitStack() as opened:
        text, writer = opened.enter_context((folder / "panel.csv").open("wb")), None
        for block in _blocks(corpus):
            for suffix in LARGE:
                *_, file, book = export({"panel": block}, folder / f".block.{suffix}", force=True, **options)
                found = pd.read_csv(book, dtype={"values": "str"}, encoding="utf-8-sig")
                counts = ["n_missing", "n_replaced"]
                found[counts] += books[suffix][counts] if suffix in books else 0
                books[suffix] = found
            text.write(file.read_bytes() if writer is None else file.read_bytes().partition(b"\n")[2])
            part = pq.read_table(folder / ".block.parquet")
            if writer is None:
                writer = opened.enter_context(pq.ParquetWriter(folder / "panel.parquet", part.schema))
            writer.write_table(part.cast(writer.schema))
    for suffix, book in books.items():
        file = folder / f"panel.{suffix}"
        table = csv_text(book.assign(file=file.name, sha256=sha256(file)))
        write_text(folder / f"{file.name}.codebook.csv", f"\ufeff{table}")


def _blocks(corpus: Corpus | Store) -> Iterator[pd.DataFrame]:
    """The panel of some regions after the other, in the order of their ids; all show the same indicators and years."""
    regions = sorted(corpus.documents["region_id"].unique())
    blocks = [regions[at : at + BLOCK] for at in range(0, len(regions), BLOCK)]
    held = None if isinstance(corpus, Store) else facts(corpus)  # a store keeps them, and too many for memory
    stated: set[str] = set()
    for block in blocks:
        found = _facts(only(corpus, region_id=block), held)
        stated |= set(found.loc[~found["role"].isin(["plan", "meta"]), "indicator_id"]) - {""}
    years = corpus.documents["year_covered"].fillna(corpus.documents["year"]).dropna().astype("int64")
    for block in blocks:
        part = only(corpus, region_id=block)
        yield panel(part, _facts(part, held), indicators=stated, years=set(years))


def _facts(part: Corpus | Store, held: pd.DataFrame | None) -> pd.DataFrame:
    """The facts of some reports, of those that are held."""
    if held is None:
        return facts(part)
    return held[held["doc_id"].isin(part.documents["doc_id"])].reset_index(drop=True)
