"""Concordance lines lead back to the text and are safe to show."""

from types import SimpleNamespace

import pandas as pd
import pytest

from toolkit.terms.concordance import kwic

TEXT = "一、复议\n全面推行“双随机、一公开”监管<b>。复议(试行)C++。"


@pytest.fixture
def corpus():
    """One report of two sentences under one heading."""
    documents = pd.DataFrame(
        {"doc_id": ["d1"], "label": ["甲"], "year": [2023], "region_id": ["1"], "text": [TEXT]}
    )
    cut = TEXT.index("复议(")
    sentences = pd.DataFrame(
        {
            "doc_id": "d1",
            "sentence_no": [0, 1, 2],
            "section_no": [1, 1, 1],
            "role": ["achievement", "achievement", "problem"],
            "start": [0, 5, cut],
            "end": [5, cut, len(TEXT)],
        }
    )
    sections = pd.DataFrame({"doc_id": ["d1"], "section_no": [1], "marker": ["一、"], "title": ["复议"]})
    tokens = pd.DataFrame(
        {
            "doc_id": "d1",
            "kind": ["word", "word", "term", "word"],
            "start": [5, 7, 10, 18],
        }
    )
    return SimpleNamespace(documents=documents, sentences=sentences, sections=sections, tokens=tokens)


def test_lines_lead_back_to_the_text(corpus):
    """The keyword is the slice of the text at start and end, with its sentence, section and role."""
    lines = kwic(corpus, "复议")
    assert [TEXT[row.start : row.end] for row in lines.itertuples()] == ["复议", "复议"]
    assert lines["sentence_no"].tolist() == [0, 2]
    assert lines["section"].tolist() == ["一、复议"] * 2
    assert lines["role"].tolist() == ["achievement", "problem"]


def test_quotes_inside_a_term_make_no_difference(corpus):
    """A term is found whatever quotation marks stand in it, with its window of characters."""
    line = kwic(corpus, "推行双随机、一公开", window=2).iloc[0]
    assert (line["left"], line["keyword"], line["right"]) == ("全面", "推行“双随机、一公开”", "监管")


@pytest.mark.parametrize("term", ["C++", "(试行)", "（试行）"])
def test_terms_are_literals(corpus, term):
    """Marks of regular expressions stand for themselves."""
    assert len(kwic(corpus, term)) == 1


def test_window_in_words(corpus):
    """A window of words counts words, not characters."""
    line = kwic(corpus, "双随机、一公开", window=1, unit="words").iloc[0]
    assert line["left"] == "推行“"


def test_display_is_escaped(corpus):
    """What a report says never becomes markup."""
    page = kwic(corpus, "监管")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "<strong>监管</strong>" in page


def test_nothing_found_is_an_empty_table(corpus):
    """A term that is nowhere gives a table without rows and with all columns."""
    lines = kwic(corpus, "区块链")
    assert lines.empty
    assert "keyword" in lines


def test_wrong_use_is_named(corpus):
    """An unknown unit, an empty term and an unknown column raise with what was given."""
    with pytest.raises(ValueError, match="unit is 'lines'"):
        kwic(corpus, "复议", unit="lines")
    with pytest.raises(ValueError, match="term is '“”'"):
        kwic(corpus, "“”")
    with pytest.raises(ValueError, match=r"term is ..行政复议"):
        kwic(corpus, ["行政复议"])
    with pytest.raises(ValueError, match=r"sort_by names \['city'\]"):
        kwic(corpus, "复议", sort_by="city")
