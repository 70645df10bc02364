"""From a number back to the sentences it came from: the places of a term, or of a citation."""

from __future__ import annotations

import re

import pandas as pd

from toolkit.terms.citations import citations
from toolkit.terms.concordance import kwic

# 00f077a4ca13:289-293 (evidence of a panel), 00f077a4ca13-2:289-293 (row 2 of a table), 字289-293. [00f077a4ca13]
_PLACE = re.compile(
    r"\b([0-9a-f]{12}(?:-\d+)?)[:\s]+(\d+)[-–](\d+)|字(\d+)-(\d+)\. ?\[([0-9a-f]{12}(?:-\d+)?)\]"
)


def passages(
    corpus: object, what: str, *, region: str = "", year: int | None = None, limit: int | None = None
) -> pd.DataFrame:
    """Whole sentences with the places of a term, or with the places that evidence or a citation names.

    Parameters
    ----------
    corpus
        A corpus, or a store.
    what
        A word or phrase, sought as `kwic` does; or text that holds places, such as the ``evidence`` of a
        panel (``00f077a4ca13:289-293``) or a ``citation`` as files and pages of a batch print it.
    region, year
        Only reports of this region (name, code or id) and year; for a term, since a place names its report.
    limit
        At most so many places of a term.

    Returns
    -------
    DataFrame
        One row a place: ``doc_id``, ``label``, ``path`` and ``row`` of the source file, ``start`` and ``end`` in
        the report's text, ``before``, ``surface`` and ``after`` (the sentence), ``citation``.

    Raises
    ------
    ValueError
        Where the corpus has no such report, or its text no such characters; where places are to be of a
        region or year.

    Examples
    --------
    >>> import toolkit as tk
    >>> places = tk.passages(tk.read_corpus("seeds"), "行政复议申请", region="铁山区")
    >>> places["before"][0] + "【" + places["surface"][0] + "】" + places["after"][0][:9]
    '共收到【行政复议申请】21件,受理19件'
    """
    chosen = {"region": region, "year": year}
    found = [(a or f, int(b or d), int(c or e)) for a, b, c, d, e, f in _PLACE.findall(what)]
    if found and (region or year is not None):
        raise ValueError(
            f"Evidence and citations name their reports, so leave out region and year; found region {region!r} "
            f"and year {year} with {what!r}."
        )
    if not found:
        lines = kwic(_narrowed(corpus, **chosen), what, limit=limit)
        found = list(lines[["doc_id", "start", "end"]].itertuples(index=False, name=None))
    columns = ["doc_id", "label", "path", "row", "start", "end", "before", "surface", "after", "citation"]
    if not found:
        return pd.DataFrame(columns=columns)
    unknown = sorted({doc_id for doc_id, _, _ in found} - {*corpus.documents["doc_id"]})
    if unknown:
        raise ValueError(
            f"No report here is {unknown[0]!r}. A doc_id begins the SHA-256 of its file: the number was made from "
            "another file, or from another state of it."
        )
    part = corpus.where("sections", "sentences", doc_id=sorted({doc_id for doc_id, _, _ in found}))
    rows = pd.DataFrame([_sentence(part, *place) for place in found])
    rows["citation"] = citations(part, rows)
    return rows.merge(part.documents[["doc_id", "label", "path", "row"]], on="doc_id")[columns]


def _narrowed(corpus: object, region: str, year: int | None) -> object:
    """The reports of a region and a year; of a store, without loading them."""
    keep = corpus.documents
    if region:
        keep = keep[(keep[["region", "region_code", "region_id"]] == region).any(axis=1)]
    if year is not None:
        keep = keep[keep["year"] == year]
    if keep.empty:
        raise ValueError(
            f"No report here is of region {region!r} and year {year}; see the table of documents."
        )
    if len(keep) == len(corpus.documents):
        return corpus
    return getattr(corpus, "narrow", corpus.where)(doc_id=keep["doc_id"].tolist())


def _sentence(corpus: object, doc_id: str, start: int, end: int) -> dict[str, object]:
    """A place with the sentence around it."""
    rows = corpus.sentences[corpus.sentences["doc_id"] == doc_id]
    around = rows[(rows["start"] < end) & (rows["end"] > start)]
    if around.empty:
        raise ValueError(
            f"Report {doc_id} has {rows['end'].max()} characters; found the place {start}-{end}."
        )
    text, first = "".join(around["text"]), int(around["start"].iloc[0])
    before, surface, after = text[: start - first], text[start - first : end - first], text[end - first :]
    place = {"doc_id": doc_id, "sentence_no": int(around["sentence_no"].iloc[0]), "start": start, "end": end}
    return place | {"before": before.lstrip(), "surface": surface, "after": after.rstrip()}
