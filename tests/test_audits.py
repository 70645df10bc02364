"""The audit: figures against one another, against the year before and against official tables."""

import pandas as pd
import pytest
from tiny_reports import corpus_of

from toolkit.indicators import audit, facts


def results(corpus, check, **options):
    """Result and detail of one check."""
    table = audit(corpus, facts(corpus), **options)
    return list(table.loc[table["check"] == check, ["result", "detail"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (
            "收到行政复议申请11件,申请人放弃申请1件,作出不予受理决定4件,结案5件。",
            ("fail", "1+4+5 = 10 of 11"),
        ),
        (
            "收到行政复议申请10件,申请人放弃申请1件,作出不予受理决定4件,结案5件。",
            ("pass", "1+4+5 = 10 of 10"),
        ),
    ],
)
def test_outcomes(text, result):
    """Applications received are given up, refused or concluded: 1 + 4 + 5 is not 11."""
    assert results(corpus_of(("a", 2024, text)), "outcomes of applications") == [result]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("审结19件,其中维持13件、驳回1件、确认违法2件、撤回3件。", "pass"),
        ("审结19件,其中维持13件、驳回7件。", "fail"),
        ("审结19件,其中维持13件。", "uncertain"),
        ("共审结复议案4件,1件已公开,另外3件无需公开。", "pass"),
    ],
)
def test_parts(text, result):
    """Parts may fall short of their whole, they cannot exceed it."""
    assert [found for found, _ in results(corpus_of(("a", 2024, text)), "parts of a whole")] == [result]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("收到行政复议申请21件,受理19件。", "pass"),
        ("收到行政复议申请21件,受理25件。", "fail"),
        ("收到行政复议申请21件(含上年结转),受理25件。", "uncertain"),
    ],
)
def test_order(text, result):
    """What is accepted was received, unless cases were carried over."""
    assert results(corpus_of(("a", 2024, text)), "part within whole")[0][0] == result


@pytest.mark.parametrize(("rate", "result"), [("98%", "pass"), ("108%", "fail")])
def test_percentages(rate, result):
    """A rate lies between 0 and 100."""
    assert results(corpus_of(("a", 2024, f"群众满意率{rate}。")), "percentage")[0][0] == result


@pytest.mark.parametrize(("rate", "result"), [("88.9%", "pass"), ("89%", "pass"), ("90%", "fail")])
def test_rates(rate, result):
    """A stated rate is its two counts divided, within the rounding of its last digit."""
    text = f"需出庭参加行政诉讼18次,其中行政机关负责人出庭16次,负责人出庭应诉率{rate}。"
    assert results(corpus_of(("a", 2024, text)), "rate from counts")[0][0] == result


@pytest.mark.parametrize(
    ("first", "second", "result"), [(20, 25, "pass"), (20, 20, "uncertain"), (20, 120, "uncertain")]
)
def test_continuity(first, second, result):
    """A figure copied forward or six times the one before asks for a look."""
    corpus = corpus_of(
        ("a", 2020, f"收到行政复议申请{first}件。"), ("a", 2021, f"收到行政复议申请{second}件。")
    )
    assert results(corpus, "continuity")[0][0] == result


def test_official_figures():
    """Official tables agree, disagree, or have nothing to be compared with."""
    corpus = corpus_of(("a", 2020, "收到行政复议申请20件。"))
    rows = [("a", 2020, "reconsideration.received", 20), ("a", 2020, "reconsideration.upheld", 3)]
    official = pd.DataFrame(rows, columns=["region_id", "year", "indicator_id", "value"])
    assert {found for found, _ in results(corpus, "official", official=official)} == {
        "pass",
        "not assessable",
    }
    official.loc[0, "value"] = 21
    assert results(corpus, "official", official=official)[0][0] == "fail"


def test_official_figures_need_their_columns():
    """Misuse is an error that names the missing column."""
    corpus = corpus_of(("a", 2020, "收到行政复议申请20件。"))
    with pytest.raises(ValueError, match="indicator_id"):
        audit(corpus, facts(corpus), official=pd.DataFrame({"region_id": [], "year": [], "value": []}))
