"""A corpus of reports of one sentence each, for the tests of facts, panel and audit."""

from types import SimpleNamespace

from toolkit.schemas import DOCUMENTS, SENTENCES


def corpus_of(*reports):
    """A corpus of one-sentence reports: (region_id, year, text)."""
    documents, sentences = [], []
    for number, (region, year, text) in enumerate(reports):
        empty = dict.fromkeys(DOCUMENTS.names, "")
        numbers = {
            "year": year,
            "year_covered": year,
            "year_delivered": None,
            "row": 0,
            "n_chars": 0,
            "n_tokens": 0,
        }
        kind = {"genre": "annual report", "body_kind": "government", "text": text}
        doc_id = f"d{number}"
        documents.append(
            {**empty, **numbers, **kind, "doc_id": doc_id, "region_id": region, "region": region}
        )
        sentences.append((doc_id, 0, 0, "achievement", 0, len(text), text))
    return SimpleNamespace(documents=DOCUMENTS.frame(documents), sentences=SENTENCES.frame(sentences))
