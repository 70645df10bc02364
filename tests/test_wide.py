"""The wide panel: one row a region-year that redoes by hand and opens in Stata."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from toolkit import exports
from toolkit.indicators import facts, panel, read_indicators
from toolkit.measures import region_years, variable_name
from toolkit.pipeline import read_corpus
from toolkit.schemas import REGION_YEARS, check

REPORTS = {
    "定西市2022": "全年收到行政复议申请30件。持续推进依法行政工作，不断提高法治政府建设的质量和水平。",
    "陇西县2020": "全年收到行政复议申请11件。落实行政执法公示制度，严格规范公正文明执法。",
    "陇西县2022": "全年收到行政复议申请0件。持续推进依法行政工作，不断提高法治政府建设的质量和水平。",
    "临洮县2022": "召开会议五次，加强学习，推进工作，部署年度任务。",
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A prefecture with one report, a county with two and a gap between, a county that states nothing."""
    folder = tmp_path_factory.mktemp("wide")
    for name, text in REPORTS.items():
        region, year = name[:-4], name[-4:]
        body = f"{region}{year}年法治政府建设年度报告\n一、主要举措\n{text}\n二、存在的问题\n执法力量不足。\n"
        (folder / f"{name}.txt").write_text(body, encoding="utf-8")
    return read_corpus(folder)


@pytest.fixture(scope="module")
def wide(reports):
    """The wide panel of these."""
    return region_years(reports, facts(reports))


def test_every_region_has_every_year_once(reports, wide):
    """Three regions by three years are nine rows of a unique key; four of them have a report."""
    assert check(wide, REGION_YEARS) is wide
    assert len(wide) == 3 * 3
    assert not wide.duplicated(["panel_id", "year"]).any()
    assert wide.groupby("panel_id")["region_id"].nunique().tolist() == [1, 1, 1]
    assert wide["collected"].sum() == 4
    assert set(wide["region"]) == {"定西市", "陇西县", "临洮县"}
    gaps = wide[~wide["collected"]]
    measured = [name for name in wide if name.startswith(("shr_", "cnt_", "n_", "reuse_", "novel", "qa_"))]
    counted = [name for name in wide if name.startswith("ind_") and name.endswith("_n")]
    assert gaps[[*measured, *counted]].isna().all(axis=None)
    assert wide.loc[wide["collected"], counted].notna().all(axis=None)


def test_a_year_without_a_report_has_the_code_of_that_year(tmp_path):
    """A row without a report joins an outside panel: 章丘市 (370181) became a district (370114) in 2016."""
    for name, year in (("章丘市", 2014), ("章丘区", 2019)):
        body = f"{name}{year}年法治政府建设年度报告\n一、主要举措\n{name}开展检查3次。\n"
        (tmp_path / f"{year}.txt").write_text(body, encoding="utf-8")
    corpus = read_corpus(tmp_path)
    wide = region_years(corpus, facts(corpus)).set_index("year")
    assert wide["region_id"].unique().tolist() == ["370114"]
    codes = wide["region_code"].to_dict()
    assert [codes.pop(2014), codes.pop(2015)] == ["370181"] * 2
    assert [codes.pop(2017), codes.pop(2018), codes.pop(2019)] == ["370114"] * 3


def test_a_report_keeps_its_code(reports):
    """A report bears the code it was given, also where no list of its year has it; a gap gets none then."""
    reports = reports.where(region="陇西县")
    reports = replace(reports, documents=reports.documents.assign(region_code="629999", region_id="629999"))
    wide = region_years(reports, facts(reports))
    assert wide.set_index("year")["region_code"].to_dict() == {2020: "629999", 2021: "", 2022: "629999"}


def test_states_of_an_indicator(wide):
    """Stated, stated zero, not stated and no report are told apart; only the first two have a value."""
    name = "ind_reco_received"
    rows = wide.set_index(["region", "year"])
    told = {
        key: (rows.loc[key, f"{name}_st"], rows.loc[key, name], rows.loc[key, f"{name}_n"])
        for key in rows.index
    }
    assert told["陇西县", 2020] == ("stated", 11, 1)
    assert told["陇西县", 2022] == ("stated zero", 0, 1)
    assert told["临洮县", 2022][0] == "not stated" and np.isnan(told["临洮县", 2022][1])
    assert told["陇西县", 2021][0] == "no report" and np.isnan(told["陇西县", 2021][1])
    assert wide.attrs["labels"][name].startswith("行政复议新收（件")


def test_shares_redo_by_hand(reports, wide):
    """A share is its count over the tokens beside it, and tokens without punctuation are those of the documents."""
    rows = wide[wide["collected"]]
    np.testing.assert_allclose(rows["shr_enforcement"], rows["cnt_enforcement"] / rows["n_tokens"])
    np.testing.assert_allclose(rows["shr_enforcement_han"], rows["cnt_enforcement"] / rows["n_han"])
    documents = reports.documents.set_index("doc_id")
    assert rows["n_tokens"].tolist() == documents.loc[rows["doc_id"], "n_tokens"].tolist()
    parts = rows[["reuse_own", "reuse_peer", "reuse_both", "novel_shr"]]
    np.testing.assert_allclose(parts.sum(axis=1), 1)


def test_reuse_of_the_level_above(wide):
    """The county shares its sentence with the prefecture's report; the prefecture has nothing above it."""
    rows = wide[wide["collected"]].set_index(["region", "year"])["reuse_up"]
    assert 0.3 < rows["陇西县", 2022] < 1
    assert rows["临洮县", 2022] < rows["陇西县", 2022]
    assert np.isnan(rows["定西市", 2022]) and np.isnan(rows["陇西县", 2020])


def test_a_definition_apart_is_said(reports):
    """A value in another unit than the commonest, and two periods of one year, have a state and no value."""
    table = facts(reports)
    one = table[table["indicator_id"] == "reconsideration.received"].iloc[[0]]
    last = reports.documents.set_index("region").loc["临洮县", "doc_id"]
    other = one.assign(doc_id=last, unit="宗", period_start="2022-01-01", period_end="2022-12-31")
    wide = region_years(reports, pd.concat([table, other], ignore_index=True))
    name = "ind_reco_received"
    row = wide[wide["doc_id"] == last].iloc[0]
    assert row[f"{name}_st"] == "other definition" and np.isnan(row[name])
    halves = [one.assign(doc_id=last, period_start=f"2022-0{m}-01", period_end=f"2022-0{m}-28", value=float(m))
              for m in (1, 2)]  # fmt: skip
    wide = region_years(reports, pd.concat([table, *halves], ignore_index=True))
    row = wide[wide["doc_id"] == last].iloc[0]
    assert row[f"{name}_st"] == "several periods" and np.isnan(row[name])


def test_values_are_those_of_the_long_panel(reports, wide):
    """Every value stands in the long panel under the same key."""
    cells = panel(reports, facts(reports))
    for indicator in cells["indicator_id"].unique():
        column = f"ind_{variable_name(indicator)}"
        long = cells[cells["indicator_id"] == indicator].dropna(subset="value")
        values = set(zip(long["region_id"], long["year"], long["value"], strict=True))
        rows = wide.dropna(subset=column)
        assert set(zip(rows["region_id"], rows["year"], rows[column], strict=True)) <= values


def test_two_reports_for_one_row_are_refused(reports):
    """Two reports of one region, year, genre and kind of body are named, with the way out."""
    documents = pd.concat([reports.documents, reports.documents.tail(1)], ignore_index=True)
    from types import SimpleNamespace

    twice = SimpleNamespace(documents=documents)
    with pytest.raises(ValueError, match=r"Two reports stand for one region-year.*keep-longest"):
        region_years(twice, facts(reports))


def test_unplaced_reports_are_counted(reports):
    """A report without region is left out with a count."""
    documents = reports.documents.copy()
    documents.loc[0, "region_id"] = ""
    from dataclasses import replace

    with pytest.warns(UserWarning, match="1 reports without region or year"):
        table = region_years(replace(reports, documents=documents), facts(reports))
    assert table["collected"].sum() == 3


def test_names_of_indicators_fit_stata():
    """Every indicator has an ASCII name of its own that with ind_ and _st is at most 32 characters."""
    names = [variable_name(row.indicator_id) for row in read_indicators()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name.isidentifier() and len(f"ind_{name}_st") <= 32 for name in names)


@pytest.mark.filterwarnings("error")
def test_stata_declares_the_panel(wide, tmp_path):
    """Keys are unique whole numbers, panel_id and states are labelled in Chinese, no name is shortened."""
    path, script, _, book = exports.export(wide, tmp_path / "wide.dta")
    with pd.read_stata(path, iterator=True) as reader:
        labels, values = reader.variable_labels(), reader.value_labels()
        back = reader.read(convert_categoricals=False)
    assert list(back) == list(wide)
    assert back["panel_id"].dtype.kind == back["year"].dtype.kind == "i"
    assert not back.duplicated(["panel_id", "year"]).any()
    assert {name.split()[0] for name in values["panel_id"].values()} == {"定西市", "陇西县", "临洮县"}
    assert values["ind_reco_received_st"][2] == "给出零"
    assert labels["ind_reco_received"].startswith("行政复议新收")
    assert labels["shr_enforcement"] == "行政执法：占词数（不含标点）"
    assert "xtset panel_id year" in script.read_text(encoding="utf-8")
    rows = pd.read_csv(book, dtype=str).set_index("variable")
    assert (rows["label"] != rows["name"]).all()
    assert rows.loc[["ind_reco_received", "shr_enforcement", "n_han"], "unit"].tolist() == [
        "件",
        "share",
        "code points",
    ]
