"""Which reports are there, which were looked for in vain, and which nobody looked for."""

import io
from pathlib import Path

import pandas as pd

from toolkit.corpus.encodings import decode
from toolkit.schemas import COVERAGE, need

_CELL = ["region_id", "year", "genre"]


def coverage(corpus: object, *, frame: pd.DataFrame | str | Path | None = None) -> pd.DataFrame:
    """Tabulate the reports by region, year and genre.

    A cell that is missing from a corpus can mean three things: nobody looked, somebody looked and
    found nothing, or a file was there and could not be read. Only a statement of what was sought
    (`frame`) can tell them apart; without it the table has rows for collected reports alone.

    Parameters
    ----------
    corpus
        A corpus, or anything with its `documents` and `ledger`.
    frame
        What was sought: a table, or the path of a CSV, with the columns ``region_id``, ``year`` and
        optionally ``genre`` (default ``annual report``), ``region`` (a name for people) and ``path``
        (the file, where one was found). One row is one region-year that was searched.

    Returns
    -------
    DataFrame
        One row is one region-year-genre, ordered by region_id, genre, year. Columns: ``region_id``,
        ``region`` (latest name), ``year``, ``genre``, ``status``, ``n_documents`` (reports),
        ``n_chars`` (code points, missing without a report), ``n_tokens`` (tokens, likewise).
        With a frame, region-years of the rectangle (regions x years of frame and corpus) that the
        frame does not name are ``not sought``.

    Raises
    ------
    SchemaError
        Where the frame lacks a column.
    """
    documents = corpus.documents.sort_values(["region_id", "year"])
    sums = {name: (name, "sum") for name in ("n_chars", "n_tokens")}
    grouped = documents.groupby(_CELL, dropna=False, as_index=False)
    collected = grouped.agg(n_documents=("doc_id", "size"), **sums).assign(status="collected")
    names = documents.groupby("region_id")["region"].last()
    if frame is not None:
        sought = _read_frame(frame, corpus.ledger)
        names = pd.concat([names, sought.drop_duplicates("region_id").set_index("region_id")["region"]])
        names = names[~names.index.duplicated()]
        collected = _with_missing_cells(collected, sought)
    collected["region"] = collected["region_id"].map(names).fillna("")
    rows = collected.sort_values(["region_id", "genre", "year"])[COVERAGE.names]
    return COVERAGE.frame(rows.to_dict("records"))


def _read_frame(frame: pd.DataFrame | str | Path, ledger: pd.DataFrame) -> pd.DataFrame:
    """Read what was sought, with the status of each cell that has no report."""
    if not isinstance(frame, pd.DataFrame):
        text = decode(Path(frame).read_bytes()).text  # a spreadsheet may save GBK
        frame = pd.read_csv(io.StringIO(text), dtype={"region_id": "str"})
    need(frame, ["region_id", "year"], "A frame (what was sought, one region-year a row)")
    sought = frame.astype({"region_id": "str", "year": "Int64"})
    for name, default in (("genre", "annual report"), ("region", ""), ("path", "")):
        sought[name] = sought[name].fillna(default).astype("str") if name in sought else default
    failed = set(ledger.loc[ledger["status"] == "failed", "path"])
    sought["status"] = ["failed" if path in failed else "searched, not found" for path in sought["path"]]
    return sought


def _with_missing_cells(collected: pd.DataFrame, sought: pd.DataFrame) -> pd.DataFrame:
    """Add the cells without a report: those the frame names, and the rest of the rectangle."""
    cells = pd.concat([collected[_CELL], sought[_CELL]]).drop_duplicates()
    series, years = (cells[names].drop_duplicates() for names in (["region_id", "genre"], ["year"]))
    searched = sought.drop_duplicates(_CELL).set_index(_CELL)["status"].rename("sought")
    rows = series.merge(years, how="cross").merge(collected, how="outer", on=_CELL).join(searched, on=_CELL)
    rows["status"] = rows["status"].fillna(rows["sought"]).fillna("not sought")
    rows["n_documents"] = rows["n_documents"].fillna(0).astype("int64")
    return rows.drop(columns="sought")
