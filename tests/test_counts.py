"""Counts carry their denominators, group by code, and know three different zeros."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import SEEDS
from pandas.testing import assert_frame_equal
from small import small_corpus

import toolkit as tk
from toolkit.measures import trend
from toolkit.terms.counts import (
    complete_years,
    count_groups,
    count_terms,
    document_term_matrix,
    place_terms,
    read_stopwords,
    top_terms,
)

TOKENS = [
    ("d1", 0, "行政复议", "term"),
    ("d1", 0, "的", "word"),
    ("d1", 0, "21", "number"),
    ("d1", 0, "。", "punct"),
    ("d1", 1, "行政复议", "term"),
    ("d1", 2, "首页", "word"),
    ("d2", 0, "执法“三项制度”", "term"),
    ("d2", 0, "执法三项制度", "term"),
    ("d2", 0, "行政复议", "term"),
    ("d3", 0, "法治", "word"),
]
ROLES = {("d1", 1): "problem", ("d1", 2): "meta"}


@pytest.fixture
def corpus():
    """Three reports of two regions; d1 has a problem sentence and one of page furniture."""
    documents = pd.DataFrame(
        {
            "doc_id": ["d1", "d2", "d3"],
            "label": ["a", "b", "c"],
            "region": "朝阳区",
            "region_code": ["110105", "110105", "220104"],
            "region_id": ["110105", "110105", "220104"],
            "year": pd.array([2020, 2022, 2020], dtype="Int64"),
        }
    )
    tokens = pd.DataFrame(TOKENS, columns=["doc_id", "sentence_no", "term", "kind"])
    keys = tokens[["doc_id", "sentence_no"]].drop_duplicates()
    roles = [ROLES.get(key, "achievement") for key in keys.itertuples(index=False, name=None)]
    return SimpleNamespace(documents=documents, tokens=tokens, sentences=keys.assign(role=roles))


def test_columns_denominators_and_order(corpus):
    """Meta is out, stop words and numbers lose their rows and stay in n_tokens, rows are sorted."""
    counts = count_terms(corpus)
    assert counts.values.tolist() == [
        ["110105", 2020, "行政复议", 2, 1, 4, 1],
        ["110105", 2022, "执法三项制度", 2, 1, 3, 1],
        ["110105", 2022, "行政复议", 1, 1, 3, 1],
        ["220104", 2020, "法治", 1, 1, 1, 1],
    ]
    assert list(counts) == ["region_code", "year", "term", "count", "n_documents", "n_tokens", "n_reports"]


def test_stop_words_never_move_a_denominator(corpus):
    """With another stop list the rows change and n_tokens does not."""
    everything = count_terms(corpus, stopwords=(), kinds=("word", "term", "number", "latin"))
    assert everything.groupby(["region_code", "year"])["count"].sum().tolist() == [4, 3, 1]
    assert everything.groupby(["region_code", "year"])["n_tokens"].first().tolist() == [4, 3, 1]


def test_counts_by_region_add_up(corpus):
    """Counts of the groups add up to the counts overall."""
    overall = count_terms(corpus, [])
    by_region = count_terms(corpus, ["region_id"])
    assert overall.set_index("term")["count"].to_dict() == by_region.groupby("term")["count"].sum().to_dict()
    assert overall["n_tokens"].unique().tolist() == [8]
    assert overall["n_reports"].unique().tolist() == [3]


def test_names_are_refused(corpus):
    """Grouping by a name raises, and the sentence names what to group by."""
    with pytest.raises(ValueError, match=r"朝阳区 is several places.*region_code or region_id"):
        count_terms(corpus, ["region", "year"])


def test_unknown_columns_and_roles_are_named(corpus):
    """A column or role that is not there raises with those that are."""
    with pytest.raises(ValueError, match="no column 'city'"):
        count_terms(corpus, ["city"])
    with pytest.raises(ValueError, match="roles names"):
        count_terms(corpus, roles=["success"])


def test_roles_split_numerator_and_denominator(corpus):
    """Within one role both sides of the division are of that role; by role splits a report."""
    assert count_terms(corpus, ["doc_id"], roles=["problem"]).values.tolist() == [
        ["d1", "行政复议", 1, 1, 1, 1]
    ]
    split = count_terms(corpus, ["doc_id", "role"])
    assert split.loc[split["doc_id"] == "d1", ["role", "count", "n_tokens"]].values.tolist() == [
        ["achievement", 1, 3],
        ["problem", 1, 1],
    ]


def test_the_corpus_is_unchanged(corpus):
    """Counting changes no table."""
    before = corpus.tokens.copy()
    count_terms(corpus)
    pd.testing.assert_frame_equal(corpus.tokens, before)


def test_complete_years_makes_the_zeros(corpus):
    """No report is NaN, a report without the term is 0."""
    full = complete_years(count_terms(corpus), terms=["执法三项制度"])
    rows = full[["region_code", "year", "count", "n_tokens", "n_reports"]].values.tolist()
    assert rows[0] == ["110105", 2020, 0.0, 4.0, 1]
    assert rows[1][:2] == ["110105", 2021]
    assert np.isnan(rows[1][2]) and np.isnan(rows[1][3]) and rows[1][4] == 0
    assert rows[2] == ["110105", 2022, 2.0, 3.0, 1]
    assert rows[3] == ["220104", 2020, 0.0, 1.0, 1]


def test_filtered_counts_complete_with_groups(corpus):
    """Where the rows of a term were picked before, the groups still tell which reports exist."""
    counts = count_terms(corpus)
    picked = counts[counts["term"] == "法治"]
    full = complete_years(picked, groups=count_groups(corpus), years=[2020, 2022])
    assert full.groupby("region_code")["count"].apply(list).to_dict()["110105"] == [0.0, 0.0]


def test_top_terms_rank_and_leave_out(corpus):
    """Equal counts rank by term, and terms left out do not compete."""
    top = top_terms(count_terms(corpus), 1)
    assert top["term"].tolist() == ["行政复议", "执法三项制度", "法治"]
    again = top_terms(count_terms(corpus), 1, leave_out=["执法三项制度"])
    assert again["term"].tolist() == ["行政复议", "行政复议", "法治"]
    assert again["n_tokens"].tolist() == [4, 3, 1]


def test_matrix_has_the_counts(corpus):
    """Rows of the matrix are the reports in order, its cells the counts."""
    matrix = document_term_matrix(corpus)
    assert matrix.terms.tolist() == sorted(["行政复议", "执法三项制度", "法治"])
    assert matrix.documents["n_tokens"].tolist() == [4, 3, 1]
    table = pd.DataFrame(matrix.counts.toarray(), index=matrix.documents["doc_id"], columns=matrix.terms)
    assert table.loc["d1", "行政复议"] == 2
    assert table.loc["d2", "执法三项制度"] == 2
    assert table.to_numpy().sum() == 6


def test_stop_words_are_function_words():
    """The shipped list is short and has no content word."""
    words = read_stopwords()
    assert len(words) < 500
    assert not words & {"加强", "严格", "规定", "推进", "法治", "工作", "问题", "发展", "落实", "全面"}


def test_place_terms_are_names_and_levels(corpus):
    """Names with and without their level, tokens that stand in them or hold them, level words; nothing else."""
    corpus.documents["region"] = ["达坂城区", "达坂城区", "长海县"]
    corpus.tokens.loc[[0, 4, 9], "term"] = ["达坂", "达坂城区委", "长海县"]
    places = place_terms(corpus)
    assert {"达坂城区", "达坂城", "达坂", "达坂城区委", "长海", "长海县", "全县", "区政府"} <= set(places)
    assert not {"法治", "行政复议", "首页"} & set(places)


def test_names_that_are_words_stay(corpus):
    """合作 is a city, but where other reports use the word as often it is no name."""
    corpus.documents["region"] = ["陇西县", "陇西县", "合作市"]
    corpus.tokens.loc[[0, 4, 9], "term"] = "合作"
    more = [("d3", 0, "法治", "word")] * 9
    corpus.tokens = pd.concat([corpus.tokens, pd.DataFrame(more, columns=list(corpus.tokens))])
    places = place_terms(corpus)
    assert "合作市" in places
    assert "合作" not in places


def test_a_name_of_any_length_costs_in_proportion():
    """A damaged region name of 20,000 characters is taken apart in pieces of bounded length."""
    assert "陇" * 20 not in place_terms(small_corpus(("1", 2020, "甲"), region="陇" * 20_000))


@pytest.mark.parametrize(
    "count",
    [
        lambda corpus, terms: tk.count_terms(corpus, terms=terms),
        lambda corpus, terms: tk.count_terms(corpus, "year", terms=terms, roles="achievement", kinds="word"),
        tk.count_phrases,
        lambda corpus, terms: tk.complete_years(tk.count_terms(corpus, ["region_id", "year"]), terms=terms),
        lambda corpus, terms: trend(tk.count_terms(corpus, ["region_id", "year"]), terms=terms),
    ],
)
def test_one_term_may_be_given_as_text(count):
    """A text where several terms may stand is one term, never its characters."""
    corpus = tk.read_corpus(SEEDS)
    assert_frame_equal(count(corpus, "执法"), count(corpus, ["执法"]))
