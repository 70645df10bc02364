"""Sections and sentences: the laws of tiling, headings of every style, sentences kept whole."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.structure import parse_structure

REPORT_LIKE = st.text(
    alphabet="一二三、（）(1.)是。，；：“”《》 \n　\xa0县法治要将存在问题下步2024年第部分—①●报告情况",
    max_size=300,
)


def headings(text, **hints):
    """Return (level, marker, title, style) of every heading."""
    return [row[2:6] for row in parse_structure(text, **hints).sections if row[5] != "none"]


def sentences(text):
    """Return the sentences of a text."""
    return [row[5] for row in parse_structure(text).sentences]


def check_laws(text, furniture=()):
    """Assert that sections and sentences tile the text and that the tree is consistent."""
    structure = parse_structure(text, furniture=furniture)
    assert "".join(row[5] for row in structure.sentences) == text
    assert all(text[start:end] == words for *_, start, end, words in structure.sentences)
    assert [row[0] for row in structure.sentences] == list(range(len(structure.sentences)))
    at = 0
    for row in structure.sections:
        assert row[8] == at < row[9]
        at = row[9]
        assert -1 <= row[1] < max(row[0], 1)
    assert at == len(text)
    numbers = {row[0] for row in structure.sections}
    assert all(row[1] in numbers or row[1] == -1 for row in structure.sections)
    extents = {row[0]: (row[8], row[9]) for row in structure.sections}
    assert all(extents[row[1]][0] <= row[3] < row[4] <= extents[row[1]][1] for row in structure.sentences)


@given(st.text(max_size=200))
def test_any_text_is_tiled(text):
    """Whatever the text, its sentences and sections tile it and slice it exactly."""
    check_laws(text)


@given(REPORT_LIKE, st.lists(st.tuples(st.integers(0, 300), st.integers(1, 9)), max_size=4))
def test_text_like_a_report_is_tiled(text, cuts):
    """Texts made of markers, quotes and line ends keep the laws too, with furniture anywhere."""
    spans, at = [], 0
    for start, length in sorted(cuts):
        if at <= start and start + length <= len(text):
            spans.append((start, start + length, "rule"))
            at = start + length
    check_laws(text, spans)
