"""The panel: one cell a region, year and indicator, with a state and evidence."""

import pandas as pd
import pytest
from tiny_reports import corpus_of

from toolkit.indicators import audit, facts, panel
from toolkit.schemas import FACTS, check


def cells(corpus, indicator):
    """The rows of one indicator."""
    table = panel(corpus, facts(corpus))
    return table[table["indicator_id"] == indicator]


def test_facts_keep_their_schema():
    """The facts table has the promised columns, types and key, and spans slice the text."""
    corpus = corpus_of(("a", 2020, "受理率、办结率均为100%,收到行政复议申请3至5件"))
    table = facts(corpus)
    assert check(table, FACTS) is table
    text = corpus.documents["text"][0]
    assert [text[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == list(table["surface"])


def test_states():
    """Stated, stated zero, not stated and no report are four different things."""
    corpus = corpus_of(
        ("a", 2020, "收到行政复议申请11件。"),
        ("a", 2022, "召开会议。"),
        ("b", 2020, "收到行政复议申请0件。"),
        ("b", 2021, "收到行政复议申请9件。"),
    )
    rows = cells(corpus, "reconsideration.received")
    states = dict(zip(zip(rows["region_id"], rows["year"], strict=True), rows["state"], strict=True))
    assert states == {
        ("a", 2020): "stated", ("a", 2021): "no report", ("a", 2022): "not stated",
        ("b", 2020): "stated zero", ("b", 2021): "stated", ("b", 2022): "no report",
    }  # fmt: skip
    assert rows.loc[rows["state"].isin(["not stated", "no report"]), "value"].isna().all()


def test_conflict_has_no_value_and_both_spans():
    """Facts of one cell that disagree are a conflict; they are not added up."""
    corpus = corpus_of(("a", 2020, "收到行政复议申请11件。"), ("a", 2020, "收到行政复议申请12件。"))
    (row,) = cells(corpus, "reconsideration.received").to_dict("records")
    assert row["state"] == "conflict" and pd.isna(row["value"]) and row["evidence"] == "d0:8-11 d1:8-11"


def test_capacity_keeps_cells_apart():
    """Cases decided and cases answered for are two cells of one indicator."""
    corpus = corpus_of(
        ("a", 2020, "收到行政复议申请11件。"), ("a", 2020, "以区政府为被申请人的行政复议案件3件。")
    )
    rows = cells(corpus, "reconsideration.received")
    assert dict(zip(rows["capacity"], rows["value"], strict=True)) == {"复议机关": 11, "被申请人": 3}


def test_derived_rate_names_its_terms():
    """A rate that nobody states is derived from two counts and says so."""
    corpus = corpus_of(("a", 2020, "县政府需出庭参加行政诉讼18次,其中行政机关负责人出庭16次。"))
    (row,) = cells(corpus, "litigation.leader_appearance_rate").to_dict("records")
    assert row["state"] == "derived" and row["value"] == pytest.approx(100 * 16 / 18)
    assert "leader_appearances 16" in row["derived_from"] and "hearings 18" in row["derived_from"]


def test_input_is_unchanged():
    """Neither the panel nor the audit changes the facts."""
    corpus = corpus_of(("a", 2020, "收到行政复议申请11件。"))
    table = facts(corpus)
    before = table.copy()
    panel(corpus, table)
    audit(corpus, table)
    pd.testing.assert_frame_equal(table, before)


def test_empty_corpus_gives_empty_tables():
    """No facts give tables with their columns and no rows."""
    corpus = corpus_of(("a", 2020, "召开会议。"))
    table = facts(corpus)
    assert len(table) == len(panel(corpus, table)) == len(audit(corpus, table)) == 0
