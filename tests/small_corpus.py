"""Corpora of a few sentences for the tests: words are parted by spaces, which are not part of the text."""

from types import SimpleNamespace

from toolkit import schemas

KINDS = {"。": "punct", "、": "punct", "，": "punct", "\n": "space"}


def make_corpus(*reports: tuple, hits: list[tuple] = (), roles: dict[int, str] | None = None):
    """A corpus of reports (doc_id, region_id, year, words); roles by number of sentence, else achievement."""
    documents, sections, sentences, tokens = [], [], [], []
    for doc_id, region, year, words in reports:
        text, number, first, counted = "", 0, 0, 0
        for token_no, word in enumerate(words.split(" ")):
            kind = KINDS.get(word, "number" if word.isdigit() else "word")
            counted += kind not in ("punct", "space")
            tokens.append((doc_id, token_no, number, len(text), len(text) + len(word), word, kind))
            text += word
            if word in "。\n":
                role = (roles or {}).get(number, "achievement")
                sentences.append((doc_id, number, 0, role, first, len(text), text[first:]))
                number, first = number + 1, len(text)
        sections.append((doc_id, 0, -1, 0, "", "", "none", "achievement", "", 0, len(text)))
        row = dict.fromkeys(schemas.DOCUMENTS.names, "")
        row |= {"doc_id": doc_id, "region_id": region, "region_code": region, "year": year, "text": text}
        row |= {
            "year_covered": year,
            "year_delivered": year,
            "row": 0,
            "n_chars": len(text),
            "n_tokens": counted,
        }
        documents.append(row)
    return SimpleNamespace(
        documents=schemas.DOCUMENTS.frame(documents),
        sections=schemas.SECTIONS.frame(sections),
        sentences=schemas.SENTENCES.frame(sentences),
        tokens=schemas.TOKENS.frame(tokens),
        hits=schemas.HITS.frame(hits),
    )


def counts_table(*rows: tuple, by: tuple[str, ...] = ("region_id", "year")):
    """A counts table of rows (key values, term, count, n_tokens), one report a group."""
    import pandas as pd

    wide = [(*row[:-1], 1, row[-1], 1) for row in rows]
    return pd.DataFrame(wide, columns=[*by, "term", "count", "n_documents", "n_tokens", "n_reports"])
