"""Small things that several tests of reports build."""

import nbformat
import nbformat.v4 as v4

from toolkit import schemas
from toolkit.pipeline import Corpus

PARAMETERS = """corpus: str = ""
out: str = "."
language: str = "zh"
formats: list = ["png"]"""
REGION = f'{PARAMETERS}\nregion: str = ""\ngenre: str = ""\nterms: list = []'


def small_corpus(*reports, **columns):
    """A Corpus of (region_id, year, words): one sentence a report, columns are defaults."""
    documents, sections, sentences, tokens, ledger = [], [], [], [], []
    for n, (region, year, text) in enumerate(reports):
        doc_id, words = f"d{n}", text.split()
        empty = {c.name: None if c.dtype == "int?" else "" for c in schemas.DOCUMENTS.columns}
        document = {
            "region_id": region,
            "region_code": region,
            "region": f"地{region}",
            "genre": "annual report",
        }
        document |= {"body_kind": "government", "subject": "法治政府", "level": "county", **columns}
        sizes = {"row": 0, "n_chars": len("".join(words)), "n_tokens": len(words), "text": "".join(words)}
        names = {"doc_id": doc_id, "year": year, "path": f"{doc_id}.txt", "label": f"{region}-{year}"}
        documents.append({**empty, **document, **names, **sizes})
        sections.append((doc_id, 0, -1, 0, "", "", "none", "achievement", "", 0, sizes["n_chars"]))
        sentences.append((doc_id, 0, 0, "achievement", 0, sizes["n_chars"], sizes["text"]))
        ends = [len("".join(words[: i + 1])) for i in range(len(words))]
        tokens += [
            (doc_id, i, 0, end - len(w), end, w, "word")
            for i, (w, end) in enumerate(zip(words, ends, strict=True))
        ]
        ledger.append((f"{doc_id}.txt", 0, "ok", "", "", doc_id, 0, *[""] * 6))
    return Corpus(
        documents=schemas.DOCUMENTS.frame(documents),
        sections=schemas.SECTIONS.frame(sections),
        sentences=schemas.SENTENCES.frame(sentences),
        tokens=schemas.TOKENS.frame(tokens),
        hits=schemas.HITS.frame(),
        ledger=schemas.LEDGER.frame(ledger),
        duplicates=schemas.DUPLICATES.frame(),
        settings={"versions": {"toolkit": "0"}},
    )


def write_notebooks(folder, *sources, comparison=("x = 1",)):
    """The two notebooks of a batch in a folder, with these cells after their parameters."""
    folder.mkdir(exist_ok=True)
    both = {"region_report": (REGION, *sources), "comparison": (PARAMETERS, *comparison)}
    for name, (first, *rest) in both.items():
        cells = [v4.new_code_cell(first, metadata={"tags": ["parameters"]}), *map(v4.new_code_cell, rest)]
        nbformat.write(v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder
