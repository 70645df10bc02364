"""Dispersion over parts of unequal size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_corpus import counts_table, make_corpus

from toolkit.measures import dispersion, spread_measures

PARTS = st.lists(st.tuples(st.integers(0, 20), st.integers(20, 60)), min_size=2, max_size=8)


@settings(deadline=None, max_examples=30)
@given(PARTS)
def test_bounds_and_order(parts):
    """DP, DPnorm and D2 lie between 0 and 1, KLD is not negative, and the order of parts does not matter."""
    v, sizes = (np.array(values, float) for values in zip(*parts, strict=True))
    found = {name: float(value[0]) for name, value in spread_measures(v[:, None], sizes).items()}
    turned = {name: float(value[0]) for name, value in spread_measures(v[::-1, None], sizes[::-1]).items()}
    assert found == pytest.approx(turned, nan_ok=True)
    if v.sum() == 0:
        assert (found.pop("count"), found.pop("range")) == (0, 0)
        assert all(np.isnan(value) for value in found.values())
        return
    for name in ("dp", "dp_norm", "carroll_d2", "rosengren_s"):
        assert -1e-9 <= found[name] <= 1 + 1e-9
    assert found["kld"] >= -1e-9


@settings(deadline=None, max_examples=30)
@given(PARTS)
def test_pairwise_difference_by_definition(parts):
    """DA is 1 - mean |p_i - p_j| / (2 mean p) over all pairs of parts."""
    v, sizes = (np.array(values, float) for values in zip(*parts, strict=True))
    if v.sum():
        p = v / sizes
        pairs = [abs(x - y) for i, x in enumerate(p) for y in p[i + 1 :]]
        assert spread_measures(v[:, None], sizes)["da"][0] == pytest.approx(
            1 - np.mean(pairs) / (2 * p.mean())
        )


def test_proportional_spread_is_even():
    """A term that takes the same share of every part, however large, is perfectly even."""
    counts = counts_table(
        ("A", 2020, "执法", 10, 100), ("B", 2020, "执法", 20, 200), ("C", 2020, "执法", 1, 10)
    )
    row = dispersion(counts).iloc[0]
    assert row[["dp", "dp_norm", "kld", "vc"]].tolist() == pytest.approx([0] * 4, abs=1e-9)
    assert row[["juilland_d", "carroll_d2", "rosengren_s", "da"]].tolist() == pytest.approx([1] * 4)


def test_parts_may_be_regions():
    """Years of one region are summed when the parts are regions; one part alone has no dispersion."""
    counts = counts_table(("A", 2020, "执法", 4, 10), ("A", 2021, "执法", 0, 10), ("B", 2020, "执法", 4, 20))
    assert dispersion(counts, parts=["region_id"]).loc[0, "dp"] == pytest.approx(0)
    assert dispersion(counts).loc[0, ["n_parts", "range"]].tolist() == [3, 2]
    assert dispersion(counts.head(1)).loc[0, ["juilland_d", "dp_norm", "da"]].isna().all()


def test_reduced_frequency_of_a_clump():
    """Three occurrences side by side among twelve tokens count for 1 + 2/4, three evenly spread for three."""
    clump = make_corpus(("a", "A", 2020, "甲 甲 甲 乙 乙 乙 乙 乙 乙 乙 乙 乙 。"))
    even = make_corpus(("a", "A", 2020, "甲 乙 乙 乙 甲 乙 乙 乙 甲 乙 乙 乙 。"))
    counts = counts_table(("A", 2020, "甲", 3, 12), ("A", 2020, "乙", 9, 12))
    found = [dispersion(counts, corpus=corpus).set_index("term").loc["甲", "arf"] for corpus in (clump, even)]
    assert found == pytest.approx([1 + 2 / 4, 3])
