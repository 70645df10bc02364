"""New words hold together inside and are free outside."""

from collections import Counter
from types import SimpleNamespace

import pandas as pd
import pytest

from toolkit.terms.newwords import branch_entropy, cohesion, new_words

TEXT = "法治政府法治社会法治国家政府"


def test_published_figures():
    """Cohesion and branch entropy of 法治 in a text of 14 characters, worked out by hand."""
    grams = Counter(TEXT) + Counter(TEXT[at : at + 2] for at in range(13))
    assert cohesion("法治", grams, {1: 14, 2: 13}) == pytest.approx(2.329307625, abs=1e-9)
    assert branch_entropy(Counter("政社国")) == pytest.approx(1.584962501, abs=1e-9)
    assert branch_entropy(Counter("府会")) == 1.0


@pytest.fixture
def corpus():
    """A word jieba does not know, 吹哨报到, between changing neighbours, once in quotation marks."""
    sentences = ["推进“吹哨报到”机制", "落实吹哨报到改革", "深化吹哨报到工作", "完善吹哨报到平台"]
    cut = [["推进", "“", "吹哨", "报到", "”", "机制"], ["落实", "吹哨", "报到", "改革"]]
    cut += [["深化", "吹哨", "报到", "工作"], ["完善", "吹哨", "报到", "平台"]]
    rows = [
        (f"d{number % 2}", number, term, "punct" if term in "“”" else "word")
        for number, terms in enumerate(cut)
        for term in terms
    ]
    tokens = pd.DataFrame(rows, columns=["doc_id", "sentence_no", "term", "kind"])
    keys = pd.DataFrame({"doc_id": ["d0", "d1", "d0", "d1"], "sentence_no": range(4)})
    return SimpleNamespace(tokens=tokens, sentences=keys.assign(role="achievement", text=sentences))


def test_a_new_word_is_found_with_its_example(corpus):
    """The string that holds together among changing neighbours is the one candidate."""
    found = new_words(corpus, min_count=3, min_cohesion=1.0)
    assert found["candidate"].tolist() == ["吹哨报到"]
    row = found.iloc[0]
    assert (row["count"], row["n_documents"], row["example"]) == (4, 2, "推进“吹哨报到”机制")
    assert row["freedom"] == 2.0


def test_page_furniture_is_not_read(corpus):
    """Sentences of role meta give no candidates."""
    corpus.sentences["role"] = "meta"
    assert new_words(corpus).empty
