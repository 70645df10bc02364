"""The statutory card: parts of a report, causes, and the deadline of its year."""

from types import SimpleNamespace

import pandas as pd
import pytest

from toolkit.corpus.statutory import statutory_card
from toolkit.corpus.structure import parse_structure
from toolkit.schemas import DOCUMENTS, SECTIONS, SENTENCES

FULL = (
    "某省2022年法治政府建设年度报告\n现报告如下。\n一、主要举措和成效\n甲工作。\n二、存在的不足和原因\n力量不足。{cause}\n"
    "三、党政主要负责人履行推进法治建设第一责任人职责情况\n会议2次。\n四、2023年主要安排\n乙工作。\n五、其他需要报告的情况\n无。\n"
)


def corpus_of(*reports):
    """Build a corpus of (text, columns) pairs with the tables that the card reads."""
    documents, sections, sentences = [], [], []
    for number, (text, columns) in enumerate(reports):
        structure, key = parse_structure(text), f"d{number}"
        blank = {
            c.name: None if c.dtype == "int?" else 0 if c.dtype == "int" else "" for c in DOCUMENTS.columns
        }
        documents.append(blank | {"doc_id": key, "genre": "annual report", "year_covered": 2022} | columns)
        sections += [(key, *row) for row in structure.sections]
        sentences += [(key, *row) for row in structure.sentences]
    tables = DOCUMENTS.frame(documents), SECTIONS.frame(sections), SENTENCES.frame(sentences)
    return SimpleNamespace(documents=tables[0], sections=tables[1], sentences=tables[2])


def test_parts_are_section_passage_mention_or_absent():
    """A heading of its own, sentences under another heading, a bare mention, and nothing are told apart."""
    passage = "一、主要举措\n甲。\n虽有成效，但还存在一些不足：认识不高。\n下一步，我们将继续努力。\n"
    mention = "一、主要举措\n甲工作。县长切实担起法治建设第一责任人职责，主持会议2次。\n"
    card = statutory_card(corpus_of((FULL.format(cause=""), {}), (passage, {}), (mention, {})))
    parts = card[["measures", "shortcomings", "leadership", "plan", "other"]].to_numpy().tolist()
    assert parts == [
        ["section"] * 5,
        ["section", "passage", "absent", "passage", "absent"],
        ["section", "absent", "mention", "absent", "absent"],
    ]


def test_causes_are_stated_in_sentences_not_in_headings():
    """不足和原因 as a heading states no cause; a report without shortcomings has none to state."""
    texts = [FULL.format(cause=""), FULL.format(cause="主要原因是培训不够。"), "一、主要举措\n甲。\n"]
    card = statutory_card(corpus_of(*[(text, {}) for text in texts]))
    assert card["causes_stated"].tolist() == [False, True, pd.NA]


@pytest.mark.parametrize(
    ("year", "issued", "published", "expected"),
    [
        (2022, "2023-02-20", "2023-04-01", ("2023-04-01", "2023-04-01", "published_on", "on time")),
        (2022, "2023-02-20", "2023-04-02", ("2023-04-01", "2023-04-02", "published_on", "late")),
        (2022, "2023-02-20", "", ("2023-04-01", "2023-02-20", "issued_on", "on time")),
        (2019, "", "2020-05-06", ("2020-04-01", "2020-05-06", "published_on", "late")),
        (2018, "2019-01-30", "2019-05-26", ("2019-03-31", "2019-01-30", "issued_on", "on time")),
        (2018, "", "2019-04-01", ("2019-03-31", "2019-04-01", "published_on", "late")),
        (2014, "2015-01-30", "", ("", "2015-01-30", "issued_on", "unknown")),
        (2022, "", "", ("2023-04-01", "", "", "unknown")),
        (None, "2023-02-20", "", ("", "2023-02-20", "issued_on", "unknown")),
    ],
)
def test_the_deadline_is_that_of_the_year(year, issued, published, expected):
    """First quarter for 2015 to 2018 by signature, 1 April from 2019 by publication, none before."""
    columns = {"year_covered": year, "issued_on": issued, "published_on": published}
    card = statutory_card(corpus_of(("一、工作\n甲。\n", columns)))
    assert tuple(card.loc[0, ["deadline", "dated", "dated_by", "timeliness"]]) == expected


def test_work_reports_get_no_card():
    """政府工作报告 has no such duty; without yearly reports the card is empty but keeps its columns."""
    card = statutory_card(corpus_of(("一、工作\n甲。\n", {"genre": "work report"})))
    assert card.empty
    assert list(card.columns)[:4] == ["doc_id", "label", "year_covered", "measures"]


def test_the_corpus_is_not_changed():
    """The tables of the corpus are as they were."""
    corpus = corpus_of((FULL.format(cause=""), {}))
    before = [corpus.documents.copy(), corpus.sections.copy(), corpus.sentences.copy()]
    statutory_card(corpus)
    for table, copy in zip((corpus.documents, corpus.sections, corpus.sentences), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
