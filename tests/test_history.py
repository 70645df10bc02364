"""Known facts of history, found in real reports without being told.

Skipped where the reports are not at hand.
"""

import csv
import os
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from toolkit.measures import change_points, keyness, new_and_vanished, trend, year_over_year
from toolkit.measures.reuse import WORDY

SHARED = Path(os.environ.get("TOOLKIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
REPORTS = SHARED / "corpora" / "shenzhen"
TERMS = ["放管服", "营商环境", "新质生产力", "计划生育"]
pytestmark = pytest.mark.skipif(not REPORTS.exists(), reason="the reports of Shenzhen are not at hand")


@cache
def counts() -> pd.DataFrame:
    """Counts of the terms as strings; the denominator is Han characters, digits and letters."""
    with (SHARED / "corpora" / "shenzhen.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    records = []
    for row in rows:
        text = WORDY.sub("", (REPORTS / row["file"]).read_text(encoding="utf-8-sig"))
        found = {term: text.count(term) for term in TERMS}
        found["其他"] = len(text) - sum(found.values())
        records += [(row["region"], int(row["year"]), term, n, len(text)) for term, n in found.items() if n]
    table = pd.DataFrame(records, columns=["region_id", "year", "term", "count", "n_tokens"])
    keys = ["region_id", "year"]
    sizes = table[table["term"] == "其他"].groupby(keys)["n_tokens"].agg(n_tokens="sum", n_reports="size")
    grouped = table.groupby([*keys, "term"])["count"].agg(count="sum", n_documents="size").reset_index()
    return grouped.merge(sizes.reset_index(), on=keys)


@cache
def history(min_count: int = 1) -> pd.DataFrame:
    """First and last years of every term in every region."""
    return new_and_vanished(counts(), terms=TERMS, min_count=min_count).set_index(["region_id", "term"])


def test_streamlining_comes_in_2017_and_goes_after_2023():
    """放管服 is first printed in 2017 by the nation, Guangdong and Shenzhen, and by none after 2023."""
    found = history().loc[[(region, "放管服") for region in ("全国", "广东省", "深圳市")]]
    assert found["first_year"].tolist() == [2017] * 3
    assert found["last_year"].max() <= 2023
    assert (found["status"] == "new and vanished").all()


def test_business_environment_rises_in_2018_and_2019():
    """营商环境 in Shenzhen rises in both years, and is key to them against all years before."""
    city = counts()[counts()["region_id"] == "深圳市"]
    changes = year_over_year(city, terms=["营商环境"]).set_index("year")
    assert (changes.loc[[2018, 2019], "difference"] > 0).all()
    earlier = [year for year in city["year"].unique() if year < 2018]
    key = keyness(city, target={"year": [2018, 2019]}, reference={"year": earlier}, min_documents=1)
    row = key.set_index("term").loc["营商环境"]
    assert row["log_ratio"] > 3
    assert row["log_ratio_conservative"] > 2
    assert trend(city, terms=["营商环境"])["slope"][0] > 0
    assert change_points(city, terms=["营商环境"])["change_year"][0] == 2018


def test_new_productive_forces_are_new_in_2024():
    """新质生产力 is new in 2024 wherever it is printed by the nation, the province and the city."""
    found = history().loc[[(region, "新质生产力") for region in ("全国", "广东省", "深圳市")]]
    assert found["first_year"].tolist() == [2024] * 3
    assert found["status"].tolist() == ["new"] * 3


def test_family_planning_ends():
    """计划生育 is last printed in 2012 by Shenzhen, 2015 by the nation and 2018 by Guangdong."""
    found = history().loc[[(region, "计划生育") for region in ("深圳市", "全国", "广东省")], "last_year"]
    assert found.tolist() == [2012, 2015, 2018]


@pytest.mark.slow
def test_the_same_through_the_package():
    """Read and segmented by the package, the wordings have the same first and last years."""
    import toolkit as tk

    corpus = tk.read_corpus(REPORTS, duplicates="keep-all")
    table = new_and_vanished(tk.count_phrases(corpus, TERMS), corpus, min_count=1).set_index(
        ["region_id", "term"]
    )
    places = {"全国": "000000", "广东省": "440000", "深圳市": "440300"}
    years = ["first_year", "last_year"]
    for region, code in places.items():
        for term in set(TERMS) - {"营商环境"}:
            assert table.loc[(code, term), years].tolist() == history().loc[(region, term), years].tolist()
            assert term in table.loc[(code, term), "evidence"]
