"""The citation of a concordance line, hit or fact: report, section, sentence, span."""

from typing import Any

import pandas as pd

from toolkit.schemas import need


def citations(corpus: object, table: pd.DataFrame) -> pd.Series:
    """One citation for every row of a table that points into a report.

    Parameters
    ----------
    corpus
        The corpus the table was made from.
    table
        Has doc_id, sentence_no, start and end: a concordance, or rows of hits or facts.

    Returns
    -------
    Series
        Text, aligned with the table: the report as a reference of GB/T 7714-2015 (what is unknown is left
        out, never guessed), then section, number of the sentence from 0, and characters of the text.

    Raises
    ------
    ValueError
        Where the table lacks a column it needs, or points to a report or sentence the corpus does not have.
    """
    needed = ["doc_id", "sentence_no", "start", "end"]
    need(table, needed, "A citation")
    places = corpus.sentences[["doc_id", "sentence_no", "section_no"]]
    places = places.merge(corpus.sections[["doc_id", "section_no", "marker", "title"]], how="left")
    rows = places.fillna("").itertuples()
    section = {(row.doc_id, row.sentence_no): f"{row.marker}{row.title}" for row in rows}
    report = {row.doc_id: citation(row) for row in corpus.documents.itertuples()}
    lines = []
    for row in pd.DataFrame(table)[needed].itertuples(index=False):
        if (row.doc_id, row.sentence_no) not in section:
            raise ValueError(f"The corpus has no sentence {row.sentence_no} of report {row.doc_id!r}.")
        heading = section[row.doc_id, row.sentence_no]
        place = f"“{heading}”, " if heading else ""
        place += f"句{row.sentence_no}, 字{row.start}-{row.end}. [{row.doc_id}]"
        lines.append(f"{report[row.doc_id]} {place}")
    return pd.Series(lines, index=table.index, dtype="str", name="citation")


def citation(document: Any) -> str:
    """One report as a reference of GB/T 7714-2015; what is unknown is left out, never guessed."""
    year = "" if pd.isna(document.year) else str(document.year)
    title = document.title or f"[{document.region}{year}]"
    medium = "R/OL" if document.source_url else "R"
    date = document.issued_on or document.published_on
    seen = f"[{document.retrieved_on}]" if document.retrieved_on else ""
    when = (f"({date})" if date else year) + seen
    parts = (document.issuer or document.reporting_body, f"{title}[{medium}]", when, document.source_url)
    return ". ".join(filter(None, parts)) + "."
