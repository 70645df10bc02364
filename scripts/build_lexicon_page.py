"""Write docs/lexicon.md: which mechanisms of the shipped lexicon stand where in the five seeds.

python scripts/build_lexicon_page.py
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import toolkit as tk

ROOT = Path(__file__).resolve().parents[1]
AROUND = 40  # characters of the sentence on each side of a hit
HEAD = """# The lexicon

`toolkit/data/lexicon.csv` holds {n} entries. Edit a copy in Excel or any editor and read it with `tk.read_lexicon("my.csv")`;
errors name row and column. This page is written by `scripts/build_lexicon_page.py`.

| column | meaning |
|---|---|
| id, name | the entry; the id never changes its meaning |
| kind | institution, activity, document or slogan |
| dimension | part of the outline of 2021-2025 it belongs to: parts 一 and 十 together, parts 二 to 九, 法治社会 apart |
| part_2021, part_2015 | its part in 《法治政府建设实施纲要》 of 2021-2025 and of 2015-2020; empty where that edition has none |
| variants | the terms it is found by, as patterns; a segmenter keeps them in one piece |
| wordings | patterns that are evidence of it and no terms |
| regex | a regular expression for gaps, matched on the folded text (no quotation marks, narrow characters) |
| english | gloss |
| scope, level | national or local; the level that introduced it |
| valid_from, valid_to | years, where known |
| legal_basis | statute or official document, where known |
| seen | whether one of the five seeds has it |
| note | what a reader must know |

Patterns: `|` separates alternatives, `{{甲|乙}}` is a choice, `{{甲|}}` may be absent, `[查核]` is one of the characters, and a
backslash takes the meaning from a sign. Everything else stands for itself, so `C++`, `互联网+` and `(试行)` need no escaping.
Quotation marks in a report and the width of its characters make no difference.

A hit inside a longer hit of the same dimension is *nested* and not counted. A mention in a problem or plan section, or a
negated one, is not adoption: the role of the sentence and the negating word stand in the table of hits, and below.
"""


def place(hits: pd.DataFrame, text: str, sentence: pd.Series) -> str:
    """The first counted hit of an entry in its sentence, the hit in bold."""
    start, end = int(hits["start"].iloc[0]), int(hits["end"].iloc[0])
    first, last = max(int(sentence["start"]), start - AROUND), min(int(sentence["end"]), end + AROUND)
    before = ("…" if first > sentence["start"] else "") + text[first:start]
    after = text[end:last] + ("…" if last < sentence["end"] else "")
    line = f"{before}**{text[start:end]}**{after}"
    return " ".join(line.split()).replace("|", "\\|")


def report_page(corpus: tk.Corpus, document: pd.Series, lexicon: tk.Lexicon) -> list[str]:
    """Lines for one report: a row for every entry found in it."""
    hits = corpus.hits[corpus.hits["doc_id"] == document["doc_id"]]
    sentences = corpus.sentences[corpus.sentences["doc_id"] == document["doc_id"]].set_index("sentence_no")
    lines = [f"\n## {document['label']}\n", f"{hits['mechanism'].nunique()} of {len(lexicon)} entries.\n"]
    lines += [
        "| entry | counted | nested | roles | first sentence, by number, and the others |",
        "|---|---:|---:|---|---|",
    ]
    names = lexicon.table.set_index("id")["name"]
    for mechanism, rows in hits.groupby("mechanism", sort=True):
        counted = rows[rows["nested_in"] == ""]
        shown = counted if len(counted) else rows
        roles = ", ".join(f"{role} {n}" for role, n in shown["role"].value_counts().items())
        negated = "".join(f", negated ({cue})" for cue in shown["negated"].unique() if cue)
        sentence = sentences.loc[shown["sentence_no"].iloc[0]]
        others = [str(n) for n in shown["sentence_no"].unique()[1:]]
        text = f"({shown['sentence_no'].iloc[0]}) {place(shown, document['text'], sentence)}"
        text += f" ({', '.join(others)})" if others else ""
        cells = (
            f"{mechanism} {names[mechanism]}",
            len(counted),
            len(rows) - len(counted),
            roles + negated,
            text,
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def main() -> None:
    """Read the seeds and write the page."""
    lexicon = tk.read_lexicon()
    corpus = tk.read_corpus(ROOT / "seeds", lexicon=lexicon)
    lines = [HEAD.format(n=len(lexicon))]
    for _, document in corpus.documents.sort_values("label").iterrows():
        lines += report_page(corpus, document, lexicon)
    table = lexicon.table
    unseen = table[~table["id"].isin(corpus.hits["mechanism"])]
    lines += [f"\n## Not yet seen in a seed\n\n{len(unseen)} entries complete the parts of the outline.\n"]
    lines += ["| entry | dimension | variants |", "|---|---|---|"]
    for row in unseen.itertuples():
        variants = row.variants.replace("|", "\\|")
        lines.append(f"| {row.id} {row.name} | {row.dimension} | `{variants}` |")
    (ROOT / "docs" / "lexicon.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
