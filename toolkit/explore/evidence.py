"""From a line of a table back to its sentence, its section and the whole report, the place marked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus


def show_place(corpus: Corpus, doc_id: str, start: int, end: int) -> str:
    """Write a place of a report as HTML: its headings, its sentence, and the report to unfold.

    Parameters
    ----------
    corpus
        The corpus the place belongs to.
    doc_id, start, end
        The report, and the span of its text.

    Returns
    -------
    str
        HTML; all text of the corpus is escaped.

    Raises
    ------
    ValueError
        Where the span is not inside the text.
    """
    text = corpus.text(doc_id)
    if not 0 <= start < end <= len(text):
        raise ValueError(
            f"Expected a span inside the {len(text)} characters of {doc_id}; found {start}-{end}."
        )
    sentences = corpus.sentences[corpus.sentences["doc_id"] == doc_id]
    around = sentences[(sentences["start"] < end) & (sentences["end"] > start)]
    first, last = int(around["start"].min()), int(around["end"].max())
    document = corpus.documents.set_index("doc_id").loc[doc_id]
    heads = " › ".join(escape(head) for head in _headings(corpus, doc_id, int(around["section_no"].iloc[0])))
    source = f"{escape(document['label'])} · {escape(document['title'] or document['path'])}"
    role = escape(around["role"].iloc[0])
    return (
        f"<p><b>{source}</b><br>{heads} · {role} · {start}-{end}</p>"
        f"<blockquote>{_marked(text, first, last, start, end)}</blockquote>"
        f"<details><summary>{len(text)} 字 / characters</summary>"
        f'<div style="white-space:pre-wrap">{_marked(text, 0, len(text), start, end)}</div></details>'
    )


def _marked(text: str, first: int, last: int, start: int, end: int) -> str:
    """A piece of text with the place marked."""
    parts = (text[first:start], text[max(start, first) : min(end, last)], text[end:last])
    before, inside, after = (escape(part) for part in parts)
    return f"{before}<mark>{inside}</mark>{after}"


def _headings(corpus: Corpus, doc_id: str, section_no: int) -> list[str]:
    """Headings of a section, from the outermost in."""
    sections = corpus.sections[corpus.sections["doc_id"] == doc_id].set_index("section_no")
    heads = []
    while section_no in sections.index:
        heads.append(f"{sections.at[section_no, 'marker']}{sections.at[section_no, 'title']}")
        section_no = int(sections.at[section_no, "parent_no"])
    return [head for head in reversed(heads) if head]
