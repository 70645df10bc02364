"""First reported: dated only where an earlier report lacks it."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import make_corpus

from toolkit.measures import adoption, adoption_curve

REPORTS = [
    (f"{region}{year}", region, year, "推行 三项制度 。")
    for region, years in {
        "A": (2017, 2018, 2020),
        "B": (2018, 2019),
        "C": (2017, 2019),
        "D": (2019, 2020),
    }.items()
    for year in years
]


def hit(doc: str, role: str = "achievement", negated: str = "") -> tuple:
    """A hit of the mechanism in a report."""
    return (doc, 2, 6, "M083", "三项制度", "行政执法", role, 0, negated, "")


CORPUS = make_corpus(
    *REPORTS,
    hits=[
        *[hit("A2017", role="plan"), hit("A2018", negated="未"), hit("A2020")],
        *[hit("B2018"), hit("B2019"), hit("D2020")],
    ],
)


def test_first_reports_and_censoring():
    """Plans and negated mentions do not count; B is censored on the left, C on the right."""
    table = adoption(CORPUS).set_index("region_id")
    assert table["status"].to_dict() == {
        "A": "first reported",
        "B": "in the first report",
        "C": "not reported",
        "D": "first reported",
    }
    assert table.loc["A", ["first_year", "last_year_without", "doc_id"]].tolist() == [2020, 2018, "A2020"]
    assert table.loc["C", ["first_year", "start"]].isna().all()
    assert table.loc["A", "surface"] == "三项制度"


def test_curve_counts_only_who_could():
    """In 2018 and 2019 nobody at risk reports it; in 2020 both at risk do: all of those who could."""
    curve = adoption_curve(adoption(CORPUS)).set_index("year")
    assert curve["n_at_risk"].to_dict() == {2017: 0, 2018: 2, 2019: 2, 2020: 2}
    assert curve["n_first"].to_dict() == {2017: 0, 2018: 0, 2019: 0, 2020: 2}
    assert curve["share_reported"].tolist() == pytest.approx([np.nan, 0, 0, 1], nan_ok=True)
    assert curve["n_left_censored"].tolist() == [0, 1, 1, 1]
    assert (curve["central_on"] == "2018-12-05").all()


def test_asked_mechanism_without_a_hit():
    """A mechanism that nobody mentions has a row for each region, all not reported."""
    table = adoption(CORPUS, mechanisms=["M042"])
    assert table["status"].tolist() == ["not reported"] * 4
    assert isinstance(table["first_year"].dtype, pd.Int64Dtype)
