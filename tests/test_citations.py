"""Every line, hit and fact can say where it stands."""

from types import SimpleNamespace

import pandas as pd
import pytest

from toolkit import schemas
from toolkit.terms.citations import citation, citations


@pytest.fixture
def corpus():
    """One report with one headed sentence, and little known about it."""
    known = {
        "doc_id": "abc",
        "label": "621122-2023-陇西县",
        "issuer": "陇西县人民政府",
        "title": "陇西县总结",
    }
    document = {column.name: "" if column.dtype == "str" else 0 for column in schemas.DOCUMENTS.columns}
    documents = schemas.DOCUMENTS.frame([document | known | {"year": 2023}])
    sections = schemas.SECTIONS.frame(
        [("abc", 1, -1, 1, "一、", "复议", "line", "achievement", "heading", 0, 9)]
    )
    sentences = schemas.SENTENCES.frame([("abc", 0, 1, "achievement", 0, 9, "审结行政复议案件。")])
    return SimpleNamespace(documents=documents, sections=sections, sentences=sentences)


def test_a_citation_names_report_section_sentence_and_span(corpus):
    """What is known stands in the order of GB/T 7714, what is unknown is left out."""
    table = pd.DataFrame({"doc_id": ["abc"], "sentence_no": [0], "start": [2], "end": [6]}, index=[7])
    expected = "陇西县人民政府. 陇西县总结[R]. 2023. “一、复议”, 句0, 字2-6. [abc]"
    assert citations(corpus, table).to_dict() == {7: expected}


def test_the_web_address_and_dates_are_cited(corpus):
    """A report from the web is cited with its address and the day it was fetched."""
    corpus.documents = corpus.documents.assign(
        source_url="https://a.gov.cn/1", issued_on="2024-01-02", retrieved_on="2025-03-04"
    )
    table = pd.DataFrame({"doc_id": ["abc"], "sentence_no": [0], "start": [0], "end": [2]})
    line = citations(corpus, table).iloc[0]
    assert "陇西县总结[R/OL]. (2024-01-02)[2025-03-04]. https://a.gov.cn/1." in line


def test_rows_that_point_nowhere_are_named(corpus):
    """A table without offsets, and a sentence that is not there, raise."""
    with pytest.raises(ValueError, match=r"needs the columns \['start', 'end'\]"):
        citations(corpus, pd.DataFrame({"doc_id": ["abc"], "sentence_no": [0]}))
    with pytest.raises(ValueError, match="no sentence 5 of report 'abc'"):
        citations(corpus, pd.DataFrame({"doc_id": ["abc"], "sentence_no": [5], "start": [0], "end": [1]}))


def test_a_citation_leaves_out_what_is_unknown():
    """GB/T 7714: author, title and medium, date, address; nothing is guessed."""
    known = {
        "issuer": "陇西县人民政府",
        "title": "总结",
        "issued_on": "2024-01-30",
        "source_url": "https://a.cn",
    }
    empty = dict.fromkeys(("published_on", "retrieved_on", "reporting_body", "region"), "")
    document = SimpleNamespace(**{**empty, **known, "year": 2023})
    assert citation(document) == "陇西县人民政府. 总结[R/OL]. (2024-01-30). https://a.cn."
    bare = SimpleNamespace(**{**empty, **dict.fromkeys(known, ""), "region": "陇西县", "year": 2023})
    assert citation(bare) == "[陇西县2023][R]. 2023."
