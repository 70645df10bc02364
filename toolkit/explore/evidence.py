"""From a line of a table back to its sentence, its section and the whole report, the place marked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from toolkit.reports.labels import label, name_of

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.pipeline import Corpus
    from toolkit.stored import Store


def show_place(corpus: Corpus | Store, doc_id: str, start: int, end: int, *, language: str = "zh") -> str:
    """Write a place of a report as HTML: its headings and sentence; section and report to unfold.

    Parameters
    ----------
    corpus
        The corpus the place belongs to.
    doc_id, start, end
        The report, and the span of its text.
    language
        zh or en.

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
    part = corpus.narrow(doc_id=doc_id) if hasattr(corpus, "narrow") else corpus
    sentences = part.sentences[part.sentences["doc_id"] == doc_id]
    around = sentences[(sentences["start"] < end) & (sentences["end"] > start)]
    sections = part.sections[part.sections["doc_id"] == doc_id].set_index("section_no")
    number = int(around["section_no"].iloc[0])
    document = corpus.documents.set_index("doc_id").loc[doc_id]
    heads = " › ".join(escape(head) for head in _headings(sections, number))
    source = f"{escape(document['label'])} · {escape(document['title'] or document['path'])}"
    role = escape(name_of("role", around["role"].iloc[0], language))
    spans = {"section": (sections.at[number, "start"], sections.at[number, "end"]), "report": (0, len(text))}
    unfolded = "".join(
        f"<details><summary>{escape(label(f'explore.{name}', language, n=f'{last - first:,}'))}</summary>"
        f"<div style='white-space:pre-wrap;max-height:24em;overflow:auto'>"
        f"{_marked(text, first, last, start, end)}</div></details>"
        for name, (first, last) in spans.items()
    )
    sentence = _marked(text, int(around["start"].min()), int(around["end"].max()), start, end)
    return (
        f"<div style='line-height:1.5'><p style='margin:0'><b>{source}</b><br>{heads} · {role} · {start}-{end}</p>"
        f"<blockquote style='margin:4px 0'>{sentence}</blockquote>{unfolded}</div>"
    )


def _marked(text: str, first: int, last: int, start: int, end: int) -> str:
    """A piece of text with the place marked."""
    parts = (text[first:start], text[max(start, first) : min(end, last)], text[end:last])
    before, inside, after = (escape(part) for part in parts)
    return f"{before}<mark>{inside}</mark>{after}"


def _headings(sections: pd.DataFrame, number: int) -> list[str]:
    """Headings of a section, from the outermost in."""
    heads = []
    while number in sections.index:
        heads.append(f"{sections.at[number, 'marker']}{sections.at[number, 'title']}")
        number = int(sections.at[number, "parent_no"])
    return [head for head in reversed(heads) if head]
