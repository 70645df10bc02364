"""The measure sheet: every numerator over every denominator, each count to be found in the ledger."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import make_corpus

from toolkit.measures import attention, attention_hits, rank_stability
from toolkit.terms.hits import find_hits
from toolkit.terms.lexicon import read_lexicon

CORPUS = make_corpus(
    ("a", "A", 2020, "页眉 复议 。 行政 复议 复议 法 。 \n 普法 宣传 ， 行政复议 12 。"),
    ("b", "B", 2020, "环境 复议 。 普法 。"),
    ("c", "C", 2021, "其他 。"),
    roles={0: "achievement"},
)
WORDS = {"复议": ["复议", "行政复议"], "普法": ["普法"]}


def cell(
    sheet: pd.DataFrame, doc: str, numerator: str, denominator: str, dictionary: str = "复议"
) -> pd.Series:
    """One row of the sheet."""
    keys = {"doc_id": doc, "dictionary": dictionary, "numerator": numerator, "denominator": denominator}
    return sheet[(sheet[list(keys)] == pd.Series(keys)).all(axis=1)].iloc[0]


def test_numerators_by_hand():
    """Nested words count once as longest match and twice as substrings; tokens must be equal."""
    sheet = attention(CORPUS, WORDS)
    found = {
        name: cell(sheet, "a", name, "tokens")["count"] for name in ("longest match", "substring", "token")
    }
    # a prints 复议, 行政复议 (over two tokens), 复议, and 行政复议 (one token): 4 words, 2 of them nested.
    assert found == {"longest match": 4, "substring": 6, "token": 4}


def test_denominators_by_hand():
    """Report b.

    5 tokens, 3 without punctuation, 6 Han characters, 2 sentences, 8 characters of one paragraph.
    """
    sheet = attention(CORPUS, WORDS, stopwords={"环境"})
    sizes = sheet[sheet["doc_id"] == "b"].drop_duplicates("denominator").set_index("denominator")["size"]
    assert sizes.to_dict() == {
        "tokens": 5,
        "tokens without punctuation": 3,
        "content tokens": 2,
        "Han characters": 6,
        "sentences": 2,
        "paragraph characters": 8,
    }
    assert cell(sheet, "b", "longest match", "sentences")["share"] == 1 / 2
    assert cell(sheet, "b", "longest match", "paragraph characters")["share"] == 1


def test_counts_are_rows_of_the_ledger():
    """Every count over tokens is the number of ledger rows behind it, and every row cites its text."""
    hits = attention_hits(CORPUS, WORDS)
    texts = CORPUS.documents.set_index("doc_id")["text"]
    assert all(texts[row.doc_id][row.start : row.end] == row.surface for row in hits.itertuples())
    sheet = attention(CORPUS, WORDS, hits=hits)
    rows = sheet[(sheet["denominator"] == "tokens") & (sheet["numerator"] != "tf-idf")]
    keys = ["numerator", "dictionary", "doc_id"]
    counted = hits[hits["numerator"] != "tf-idf"].groupby(keys).size()
    assert rows.set_index(keys)["count"].loc[counted.index].tolist() == counted.tolist()
    assert rows["count"].sum() == counted.sum()


def test_page_furniture_does_not_count():
    """What stands in role meta is neither counted nor divided by."""
    corpus = make_corpus(("a", "A", 2020, "复议 。 复议 普法 。"), roles={0: "meta"})
    row = cell(attention(corpus, WORDS), "a", "substring", "tokens without punctuation")
    assert row[["count", "size"]].tolist() == [1, 2]


def test_weights_and_tf_idf():
    """Weighted counts sum the weights; a word of every report has tf-idf 0, one of one report ln(N)."""
    sheet = attention(CORPUS, WORDS, weights={"行政复议": 2.0, "复议": 0.5})
    assert cell(sheet, "a", "weighted", "tokens")["count"] == 2 * 2 + 2 * 0.5
    wanted = 2 * np.log(3 / 2) + 2 * np.log(3 / 1)
    assert cell(sheet, "a", "tf-idf", "tokens")["count"] == pytest.approx(wanted)


def test_ranks_are_within_a_year():
    """a and b are ranked against each other, c alone; a report of 0 has location quotient 0."""
    sheet = attention(CORPUS, WORDS)
    ranks = {doc: cell(sheet, doc, "substring", "tokens")[["rank", "n_ranked"]].tolist() for doc in "abc"}
    assert ranks == {"a": [1, 2], "b": [2, 2], "c": [1, 1]}
    assert cell(sheet, "c", "substring", "tokens")["location_quotient"] == 0


def test_default_is_stable_against_itself():
    """Against itself the default moves no rank; an unknown default is refused."""
    stability = rank_stability(attention(CORPUS, WORDS))
    own = stability[
        (stability["numerator"] == "longest match")
        & (stability["denominator"] == "tokens without punctuation")
    ]
    assert (own["largest_move"] == 0).all()
    assert own["times_default"].dropna().tolist() == pytest.approx([1] * own["times_default"].count())
    with pytest.raises(ValueError, match="not in the sheet"):
        rank_stability(attention(CORPUS, WORDS), default=("hits", "words"))


def test_lexicon_takes_the_corpus_hits():
    """With the lexicon the longest matches are the corpus's own hits, by dimension or all together."""
    lexicon = read_lexicon()
    text = "推行 双随机、一公开 监管 。"
    corpus = make_corpus(("a", "A", 2020, text))
    sentences = list(corpus.sentences.drop(columns="doc_id").itertuples(index=False, name=None))
    rows = [("a", *row) for row in find_hits(corpus.documents["text"][0], sentences, lexicon)]
    corpus = make_corpus(("a", "A", 2020, text), hits=rows)
    sheet = attention(corpus, lexicon, by=None)
    assert cell(sheet, "a", "longest match", "tokens", "lexicon")["count"] == 1
    assert attention(corpus, lexicon).groupby("numerator")["count"].sum()["longest match"] > 0


def test_content_tokens_leave_function_words_out():
    """Unless told otherwise the shipped function words are no content; with an empty list they are."""
    corpus = make_corpus(("a", "A", 2020, "改革 的 改革 。"))
    sizes = [
        cell(attention(corpus, {"改革": ["改革"]}, **options), "a", "token", "content tokens", "改革")["size"]
        for options in ({}, {"stopwords": ()})
    ]
    assert sizes == [2, 3]
