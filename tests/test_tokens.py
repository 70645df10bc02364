"""Words as columns are those that a plain loop over sentences finds."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.schemas import COUNTED_KINDS
from toolkit.terms.folding import fold
from toolkit.terms.lexicon import read_lexicon
from toolkit.terms.segment import Segmenter, kind_of
from toolkit.terms.tokens import token_tables

SEGMENTER = Segmenter(lexicon=read_lexicon())
PIECES = st.sampled_from(
    [
        "双随机、一公开",
        "“双随机、一公开”监管",
        "行政复议",
        "2023年",
        "A股,C++",
        "。",
        "\n",
        "𠮷㐂",
        "\ue001",
        "　",
        "法治",
    ]
)
SENTENCES = st.tuples(st.lists(PIECES, max_size=6).map("".join), st.sampled_from(["plan", "meta", "other"]))
DOCUMENTS = st.lists(st.lists(SENTENCES, max_size=4), max_size=4)


def laid_out(documents):
    """Documents with ids and rows of sentences that tile them."""
    found = []
    for number, sentences in enumerate(documents):
        rows, at = [], 0
        for sentence_no, (text, role) in enumerate(sentences):
            rows.append((sentence_no, 0, role, at, at + len(text), text))
            at += len(text)
        found.append((f"d{number}", rows))
    return found


def plain_rows(documents):
    """Tokens of every sentence by itself."""
    for doc_id, sentences in documents:
        at = token_no = 0
        for sentence_no, _, _, _, _, text in sentences:
            tokens, terms = SEGMENTER.cut_marked(text)
            for place, token in enumerate(tokens):
                kind = "term" if place in terms else kind_of(token)
                yield doc_id, token_no, sentence_no, at, at + len(token), token, kind
                at, token_no = at + len(token), token_no + 1


@settings(max_examples=150, deadline=None)
@given(documents=DOCUMENTS)
def test_columns_are_the_rows_of_a_plain_loop(documents):
    """Whatever the batch, empty documents and empty sentences among it, tokens are those of each sentence alone."""
    documents = laid_out(documents)
    tables = token_tables(SEGMENTER, documents)
    rows = [*plain_rows(documents)]
    assert [tuple(row.values()) for row in tables["tokens"].to_pylist()] == rows
    role = {(doc_id, row[0]): row[2] for doc_id, sentences in documents for row in sentences}
    counted = [
        (r[0], role[r[0], r[2]], r[6], fold(r[5]) if r[6] == "term" else r[5])
        for r in rows
        if r[6] in COUNTED_KINDS
    ]
    assert {tuple(r.values())[:4]: r["count"] for r in tables["counts"].to_pylist()} == Counter(counted)
    sizes = {(r["doc_id"], r["role"]): r["n_tokens"] for r in tables["sizes"].to_pylist()}
    assert sizes == Counter(row[:2] for row in counted)
    assert tables["counts"].num_rows == len(set(counted))


def test_spellings_of_a_term_are_one_count():
    """A term with quotation marks inside and without is one row of counts and two tokens."""
    text = "互联网+监管与“互联网+监管”和“互联网+”监管"
    tables = token_tables(SEGMENTER, laid_out([[(text, "plan")]]))
    counts = [row for row in tables["counts"].to_pylist() if row["kind"] == "term"]
    assert sum(row["count"] for row in counts) == 3
    assert {row["term"] for row in counts} == {fold(row["term"]) for row in counts}
