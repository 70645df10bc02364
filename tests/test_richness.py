"""Lexical diversity of short texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_corpus import make_corpus

from toolkit.measures import diversity, hdd, mattr, mtld

WORDS = st.lists(st.sampled_from("甲乙丙丁戊"), min_size=6, max_size=40)


@settings(deadline=None, max_examples=30)
@given(WORDS, st.integers(2, 6))
def test_moving_window_is_the_mean_of_its_windows(tokens, window):
    """MATTR is the mean type-token ratio of every window, counted the plain way."""
    plain = [len(set(tokens[i : i + window])) / window for i in range(len(tokens) - window + 1)]
    assert mattr(tokens, window) == pytest.approx(np.mean(plain))


@settings(deadline=None, max_examples=30)
@given(WORDS)
def test_two_way_measure_does_not_care_for_direction(tokens):
    """MTLD both ways is the same for the text read backwards; HD-D does not look at order at all."""
    assert mtld(tokens) == pytest.approx(mtld(tokens[::-1]), nan_ok=True)
    assert hdd(tokens, 5) == pytest.approx(hdd(sorted(tokens), 5))


def test_too_short_is_undefined():
    """A text shorter than window or draws, or without repeats, has no value."""
    assert np.isnan(mattr(["甲"], 2))
    assert np.isnan(hdd(["甲"], 2))
    assert np.isnan(mtld(["甲", "乙"]))


def test_table_of_reports():
    """Page furniture and punctuation do not count; a report of one word repeated has TTR 1/4."""
    corpus = make_corpus(("a", "A", 2020, "页眉 。 甲 甲 、 甲 甲 。"), roles={0: "meta"})
    row = diversity(corpus, window=2, draws=2).iloc[0]
    assert row[["n_tokens", "n_types"]].tolist() == [4, 1]
    assert row[["ttr", "mattr", "hdd", "entropy"]].tolist() == pytest.approx([1 / 4, 1 / 2, 1 / 2, 0])
    assert diversity(make_corpus()).empty
