"""Near-duplicates are found by shared text, duplicates by key, and no text is ever joined to another."""

import random

import pandas as pd
import pytest

from toolkit.corpus.duplicates import SHINGLE, near_duplicates, resolve_duplicates
from toolkit.schemas import DOCUMENTS, DUPLICATES, check

LETTERS = (
    "法治政府建设工作情况报告全县深入贯彻落实习近平思想坚持依法行政推进改革加强监督执法服务群众规范公开决策"
)


def _text(seed: int, length: int = 1200) -> str:
    """A text without repeats, always the same for one seed."""
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def _documents(*rows: dict) -> pd.DataFrame:
    """A documents table of a few rows; what a row does not say is the same everywhere."""
    base = dict.fromkeys(DOCUMENTS.names, "") | {
        "region_id": "621122", "year": 2023, "genre": "annual report", "body_kind": "government",
        "subject": "法治政府", "year_covered": 2023, "year_delivered": 2024, "row": 0, "n_tokens": 1,
    }  # fmt: skip
    full = [
        base | {"doc_id": f"d{n}", "path": f"{n}.txt", "text": _text(n)} | row for n, row in enumerate(rows)
    ]
    return DOCUMENTS.frame(row | {"n_chars": len(row["text"])} for row in full)


def test_similarity_is_the_jaccard_share_of_shingles():
    """Of 1,200 characters and their first 1,000, (1000-12)/(1200-12) of the runs are in common."""
    text = _text(1)
    table = near_duplicates(_documents({"text": text}, {"text": text[:1000], "year": 2022}))
    assert table["similarity"].tolist() == [(1000 - SHINGLE + 1) / (1200 - SHINGLE + 1)]
    assert table["same_key"].tolist() == [False]
    check(table, DUPLICATES)


def test_line_ends_and_blanks_do_not_matter():
    """The same report wrapped at another width is the same text: similarity 1."""
    text = _text(2)
    wrapped = "\n  ".join(text[i : i + 40] for i in range(0, len(text), 40))
    table = near_duplicates(_documents({"text": text}, {"text": wrapped}))
    assert table["similarity"].tolist() == [1.0]


def test_unlike_texts_appear_only_with_the_same_key():
    """Different texts are no near-duplicates; with one key they are listed all the same."""
    assert near_duplicates(_documents({}, {"year": 2022})).empty
    table = near_duplicates(_documents({}, {}))
    assert table["same_key"].tolist() == [True]
    assert table["similarity"].tolist() == [0.0]


def test_shared_boilerplate_makes_no_pair():
    """A paragraph that sixty reports share proposes none of the 1,770 pairs."""
    rows = [{"year": 1950 + n, "text": _text(99, 300) + _text(n)} for n in range(60)]
    assert near_duplicates(_documents(*rows)).empty


def test_many_copies_are_found():
    """Sixty nearly identical pages are a chain of near-duplicates, though each run stands in all of them."""
    rows = [{"year": 1950 + n, "text": _text(99) + str(n)} for n in range(60)]
    table = near_duplicates(_documents(*rows))
    assert len({*table["doc_id"], *table["other_id"]}) == 60


def test_pairs_with_half_their_runs_in_common_are_found():
    """Of 100 pairs that share 0.55 of their runs all are found among 200 reports, whatever their length."""
    rows = []
    for n in range(100):
        length = 60 + 30 * n
        shared = round((length - SHINGLE + 1) * 2 * 0.55 / 1.55) + SHINGLE - 1
        text = _text(n, 2 * length - shared)
        rows += [
            {"year": 1800 + 2 * n, "text": text[:length]},
            {"year": 1801 + 2 * n, "text": text[-length:]},
        ]
    table = near_duplicates(_documents(*rows))
    assert len(table) == 100
    assert table["similarity"].between(0.5, 0.6).all()


def test_short_texts_are_compared_as_a_whole():
    """Under 13 characters there is no shingle: equal texts are 1, others 0."""
    table = near_duplicates(_documents({"text": "见附件"}, {"text": "见 附件"}, {"text": "略"}))
    assert sorted(table["similarity"]) == [0.0, 0.0, 1.0]


def test_error_lists_the_files():
    """Two reports of one region and year are an error that names both files and the ways out."""
    with pytest.raises(ValueError, match=r"0\.txt.*1\.txt(.|\n)*keep-longest"):
        resolve_duplicates(_documents({}, {}))


def test_longest_latest_and_all():
    """keep-longest keeps the longer text, keep-latest the later signature, keep-all both."""
    documents = _documents(
        {"text": _text(1, 900), "issued_on": "2024-03-01"}, {"text": _text(2, 800), "issued_on": "2024-04-01"}
    )
    assert resolve_duplicates(documents, "keep-longest")[0].tolist() == [True, False]
    assert resolve_duplicates(documents, "keep-latest")[0].tolist() == [False, True]
    keep, table = resolve_duplicates(documents, "keep-all")
    assert keep.all()
    assert table["path"].tolist() == ["0.txt", "1.txt"]


def test_a_bureau_is_never_picked_for_the_district():
    """A bureau's longer report and the district's stand side by side, and so do two bureaus' reports."""
    bureau = {"body_kind": "department", "reporting_body": "教育局", "text": _text(3, 5000)}
    documents = _documents({}, bureau, bureau | {"reporting_body": "财政局", "text": _text(4)})
    keep, table = resolve_duplicates(documents, "keep-longest")
    assert keep.all()
    assert table.empty


def test_unknown_region_or_year_is_nobodys_duplicate():
    """Two reports of unknown region are not the same region."""
    documents = _documents({"region_id": ""}, {"region_id": ""}, {"year": None}, {"year": None})
    assert resolve_duplicates(documents)[0].all()


def test_unknown_policy_lists_the_choices():
    """A misspelt policy is refused with the policies there are."""
    with pytest.raises(ValueError, match="keep-longest"):
        resolve_duplicates(_documents({}), "longest")


def test_documents_are_not_changed():
    """Neither function changes the table it was given."""
    documents = _documents({}, {})
    before = documents.copy()
    near_duplicates(documents)
    resolve_duplicates(documents, "keep-longest")
    pd.testing.assert_frame_equal(documents, before)
