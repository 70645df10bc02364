"""Key terms of one side against another."""

import numpy as np
import pandas as pd
import pytest

from toolkit.measures import cells, keyness

COUNTS = pd.DataFrame(
    [
        ("A", 2020, "复议", 8, 1, 100, 1),
        ("A", 2020, "执法", 92, 1, 100, 1),
        ("A", 2021, "复议", 4, 1, 50, 1),
        ("A", 2021, "执法", 46, 1, 50, 1),
        ("B", 2020, "执法", 290, 3, 300, 3),
        ("B", 2020, "复议", 6, 2, 300, 3),
        ("B", 2020, "黄桃", 4, 1, 300, 3),
    ],
    columns=["region_id", "year", "term", "count", "n_documents", "n_tokens", "n_reports"],
)


def test_counts_of_groups_are_summed():
    """Two years of A against the rest: 12 in 150 tokens against 6 in 300."""
    row = keyness(COUNTS, target={"region_id": "A"}).set_index("term").loc["复议"]
    assert row[
        ["count_target", "count_reference", "n_tokens_target", "n_tokens_reference", "n_documents"]
    ].tolist() == [12, 6, 150, 300, 4]
    assert row["log_likelihood"] == cells.log_likelihood(12, 6, 150, 300)
    assert row["log_ratio"] == cells.log_ratio(12, 6, 150, 300, smoothing=0.5)
    assert row["per_10k_target"] == 800


def test_sides_swap():
    """Target and reference exchanged: every effect and the signed G2 change sign."""
    one = keyness(COUNTS, target={"region_id": "A"}, reference={"region_id": "B"}).set_index("term")
    two = keyness(COUNTS, target={"region_id": "B"}, reference={"region_id": "A"}).set_index("term")
    for column in ("log_ratio", "log_ratio_conservative", "log_likelihood"):
        np.testing.assert_allclose(one[column], -two.loc[one.index, column])


def test_one_local_document_makes_no_keyword():
    """A term of a single report is left out unless the reader asks for it."""
    assert "黄桃" not in set(keyness(COUNTS, target={"region_id": "B"})["term"])
    assert "黄桃" in set(keyness(COUNTS, target={"region_id": "B"}, min_documents=1)["term"])


def test_more_measures_become_columns():
    """Named measures are added as columns; an unknown one is refused with the list."""
    table = keyness(COUNTS, target={"region_id": "A"}, measures=["chi_squared", "fisher_p"])
    assert table.columns[-2:].tolist() == ["chi_squared", "fisher_p"]
    with pytest.raises(ValueError, match="measures must be one of"):
        keyness(COUNTS, target={"region_id": "A"}, measures=["tf"])


def test_sides_must_exist_and_differ():
    """A target that chooses nothing and a reference that overlaps are misuse."""
    with pytest.raises(TypeError, match=r'target is .甲.; say column and value, such as target={"region_id"'):
        keyness(COUNTS, target="甲")
    with pytest.raises(ValueError, match="chooses no group"):
        keyness(COUNTS, target={"region_id": "Z"})
    with pytest.raises(ValueError, match="share groups"):
        keyness(COUNTS, target={"region_id": "A"}, reference={"year": 2020})
