"""Coverage tells three absences apart: searched in vain, never sought, and failed."""

from types import SimpleNamespace

import pandas as pd
import pytest

from toolkit import schemas
from toolkit.corpus.coverages import coverage


@pytest.fixture
def corpus():
    """Two reports of one region, and one file that could not be read."""
    documents = pd.DataFrame(
        {
            "doc_id": ["a", "b"],
            "region_id": ["621122", "621122"],
            "region": ["陇西县", "陇西县"],
            "year": pd.array([2021, 2023], dtype="Int64"),
            "genre": ["annual report"] * 2,
            "n_chars": [100, 300],
            "n_tokens": [40, 120],
        }
    )
    ledger = pd.DataFrame({"path": ["a.txt", "b.txt", "c.pdf"], "status": ["ok", "ok", "failed"]})
    return SimpleNamespace(documents=documents, ledger=ledger)


def test_without_a_frame_only_what_is_there(corpus):
    """Nobody said what was sought: the table has the collected reports and claims nothing else."""
    table = schemas.check(coverage(corpus), schemas.COVERAGE)
    assert list(table["year"]) == [2021, 2023]
    assert list(table["status"]) == ["collected"] * 2
    assert list(table["n_tokens"]) == [40, 120]


def test_frame_tells_absences_apart(corpus):
    """2022 was searched in vain, 2020 failed to be read, and of the other region 2021 was never sought."""
    frame = pd.DataFrame(
        {
            "region_id": ["621122", "621122", "620105"],
            "year": [2022, 2020, 2023],
            "region": ["陇西县", "陇西县", "安宁区"],
            "path": ["", "c.pdf", ""],
        }
    )
    table = coverage(corpus, frame=frame).set_index(["region_id", "year"])
    assert table.loc[("621122", 2022), "status"] == "searched, not found"
    assert table.loc[("621122", 2020), "status"] == "failed"
    assert table.loc[("620105", 2021), "status"] == "not sought"
    assert table.loc[("620105", 2023), "region"] == "安宁区"


def test_missing_reports_have_missing_lengths(corpus):
    """A cell without a report has 0 documents and missing, not 0, tokens."""
    frame = pd.DataFrame({"region_id": ["621122"], "year": [2022]})
    row = coverage(corpus, frame=frame).set_index("year").loc[2022]
    assert row["n_documents"] == 0
    assert row["n_tokens"] is pd.NA


def test_frame_is_read_from_csv(corpus, tmp_path):
    """A frame may be a CSV file; codes keep their digits."""
    path = tmp_path / "frame.csv"
    path.write_text("region_id,year\n010101,2022\n", encoding="utf-8")
    assert "010101" in set(coverage(corpus, frame=path)["region_id"])


def test_frame_without_year_is_refused(corpus):
    """A frame that does not say the year is refused, and the column is named."""
    with pytest.raises(schemas.SchemaError, match="year"):
        coverage(corpus, frame=pd.DataFrame({"region_id": ["621122"]}))


def test_corpus_is_not_changed(corpus):
    """The tables given are as they were."""
    before = corpus.documents.copy()
    coverage(corpus, frame=pd.DataFrame({"region_id": ["621122"], "year": [2022]}))
    pd.testing.assert_frame_equal(corpus.documents, before)


def test_a_frame_saved_by_a_spreadsheet_is_read(corpus, tmp_path):
    """Excel saves GBK; a further column with Chinese in it is no matter."""
    path = tmp_path / "frame.csv"
    path.write_bytes("region_id,year,genre,备注\n621122,2022,annual report,网站上没有\n".encode("gbk"))
    table = coverage(corpus, frame=path)
    assert table.loc[table["year"] == 2022, "status"].tolist() == ["searched, not found"]
