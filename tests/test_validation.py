"""The validation kit: from the sample to precision, recall and agreement."""

import numpy as np
import pandas as pd
import pytest
from small_corpus import make_corpus

from toolkit.measures import cohen_kappa, draw_sample, precision, read_verdicts, recall, wilson, write_sample

TEXT = "=2+3 三项制度 。 " + " ".join("三项制度 复议 。" for _ in range(10))
POSITIONS = [i for i in range(200) if TEXT.replace(" ", "").startswith("三项制度", i)]
HITS = [("a", i, i + 4, "M083", "三项制度", "行政执法", "achievement", 0, "", "") for i in POSITIONS]
HITS += [("a", i + 4, i + 6, "M123", "复议", "行政复议", "achievement", 0, "", "") for i in POSITIONS[1:4]]
CORPUS = make_corpus(("a", "A", 2020, TEXT), hits=HITS)


def test_sample_is_stratified_and_seeded():
    """Four of each stratum or all there are; the same seed draws the same; the context is the text around."""
    sample = draw_sample(CORPUS, n=4, window=3)
    assert sample["dimension"].value_counts().to_dict() == {"行政执法": 4, "行政复议": 3}
    assert sample.groupby("dimension")["n_stratum"].first().to_dict() == {"行政执法": 11, "行政复议": 3}
    pd.testing.assert_frame_equal(sample, draw_sample(CORPUS, n=4, window=3))
    text = CORPUS.documents["text"][0]
    assert all(row.left + row.surface + row.right in text for row in sample.itertuples())


def test_spreadsheet_round_trip(tmp_path):
    """Written, judged in the sheet and read back; text that looks like a formula stays text."""
    import openpyxl

    path = write_sample(draw_sample(CORPUS, n=20, window=4), tmp_path / "sample.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    names = [found.value for found in sheet[1]]
    contexts = [found for row in sheet.iter_rows(min_row=2) for found in [row[names.index("left")]]]
    assert [found.data_type for found in contexts if str(found.value).startswith("=")] == ["s"]
    for row, verdict in zip(range(2, 6), ["1", "0", "是", " 否 "], strict=True):
        sheet.cell(row, names.index("verdict") + 1).value = verdict
    book.save(path)
    verdicts = read_verdicts(path)
    assert verdicts["verdict"].tolist()[:5] == [True, False, True, False, pd.NA]
    assert verdicts["n_stratum"].dtype == "int64"


def test_unknown_verdict_is_named(tmp_path):
    """A verdict that is neither yes nor no is refused with its row."""
    draw_sample(CORPUS, n=2).assign(verdict="maybe").to_csv(tmp_path / "coded.csv", index=False)
    with pytest.raises(ValueError, match=r"sample_no 1: verdict 'maybe'"):
        read_verdicts(tmp_path / "coded.csv")


def test_precision_weighs_strata():
    """Strata of 90 and 10 hits, judged 1/2 and 2/2 right: 0.9 x 1/2 + 0.1 x 1."""
    verdicts = pd.DataFrame(
        {
            "dimension": ["甲", "甲", "乙", "乙", "乙"],
            "n_stratum": [90, 90, 10, 10, 10],
            "verdict": pd.array([True, False, True, True, None], dtype="boolean"),
        }
    )
    table = precision(verdicts).set_index("dimension")
    assert table.loc["甲", ["n_sampled", "n_judged", "n_right", "precision"]].tolist() == [2, 2, 1, 0.5]
    assert table.loc["乙", ["n_sampled", "n_judged", "n_right"]].tolist() == [3, 2, 2]
    assert table.loc["", "precision"] == pytest.approx(0.9 * 0.5 + 0.1 * 1)
    assert table.loc["甲", "low"] == pytest.approx(float(wilson(1, 2)[0]))
    nothing = precision(verdicts.assign(verdict=pd.array([None] * 5, dtype="boolean")))
    assert nothing["precision"].isna().all()


def test_recall_on_fully_coded_reports():
    """Two of three marked mentions overlap a hit; hits of reports that were not coded are not looked at."""
    coded = pd.DataFrame(
        [("M1", "a", 0, 4), ("M1", "a", 10, 14), ("M2", "a", 20, 24)],
        columns=["mechanism", "doc_id", "start", "end"],
    )
    hits = pd.DataFrame(
        [("M1", "a", 1, 5), ("M2", "a", 20, 22), ("M1", "a", 40, 44), ("M1", "b", 0, 4)],
        columns=["mechanism", "doc_id", "start", "end"],
    )
    table = recall(coded, hits).set_index("mechanism")
    assert table["recall"].to_dict() == {"M1": 1 / 2, "M2": 1}
    assert table.loc["M1", ["n_hits", "precision_full"]].tolist() == [2, 1 / 2]


def test_kappa_by_hand():
    """20 items: 10 both yes, 5 both no, 5 split; agreement .75, by chance .5417."""
    one = [1] * 10 + [0] * 5 + [1] * 2 + [0] * 3
    two = [1] * 10 + [0] * 5 + [0] * 2 + [1] * 3
    chance = 12 / 20 * 13 / 20 + 8 / 20 * 7 / 20
    assert cohen_kappa(one, two) == pytest.approx((0.75 - chance) / (1 - chance))
    assert cohen_kappa(one, one) == 1
    assert np.isnan(cohen_kappa([1, 1], [1, 1]))
    assert np.isnan(cohen_kappa([None], [1]))
