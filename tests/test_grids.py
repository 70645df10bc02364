"""A counts table as a matrix keeps every count, however it is grouped."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_corpus import counts_table

from toolkit.measures.grids import group_codes, make_grid, two_sides
from toolkit.schemas import SchemaError

CELLS = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.integers(2019, 2021), st.sampled_from("甲乙丙")),
    st.integers(1, 9),
    min_size=1,
)


@settings(deadline=None, max_examples=30)
@given(CELLS)
def test_counts_by_region_add_up(cells):
    """Counts and sizes by region add up to those over all, and so do the two sides of a comparison."""
    rows = [(*key, n, 100) for key, n in cells.items()]
    table = counts_table(*rows)
    regions, overall = make_grid(table, ["region_id"]), make_grid(table, [])
    np.testing.assert_array_equal(regions.counts.sum(axis=0), overall.counts.toarray()[0])
    assert regions.sizes.sum() == overall.sizes[0] == 100 * len({key[:2] for key in cells})
    sides = two_sides(table, {"region_id": rows[0][0]}, None)
    both = sides["count_target"] + sides["count_reference"]
    assert both.tolist() == regions.counts.sum(axis=0).tolist()


def test_groups_keep_their_sorted_order():
    """Group codes follow the sorted keys whatever the order of rows, and name each group's first row."""
    table = pd.DataFrame({"region": ["B", "A", "B", "A"], "year": [2020, 2021, 2020, 2020]})
    code, first = group_codes(table, ["region", "year"])
    assert code.tolist() == [2, 1, 2, 0]
    assert first.tolist() == [3, 1, 0]


def test_terms_that_are_asked_for_have_columns():
    """A term that does not occur has a column of zeros; the others are left out."""
    grid = make_grid(counts_table(("A", 2020, "甲", 3, 10), ("A", 2020, "乙", 7, 10)), terms=["丙", "甲"])
    assert grid.terms.tolist() == ["丙", "甲"]
    assert grid.counts.toarray().tolist() == [[0, 3]]
    assert grid.sizes.tolist() == [10]


def test_unknown_key_is_named():
    """A grouping that is no key column is refused with the columns there are."""
    with pytest.raises(SchemaError, match="province"):
        make_grid(counts_table(("A", 2020, "甲", 3, 10)), ["province"])
