"""The twin of a text compares spellings and always finds the way back."""

from hypothesis import given
from hypothesis import strategies as st

from toolkit.terms.folding import fold, twin

TEXTS = st.text(alphabet='法治复议“”‘’「」"(（),，！1１Ａ \u3000\u00a0\u200b\ufeff\u202e\n𠮷', max_size=30)


def test_spellings_that_differ_by_marks_or_width_are_one():
    """Quotation marks, width and characters without width make no difference; other marks do."""
    assert fold("（试行）“三项制度”\u200b２０２３") == fold("(试行)三项制度2023")
    assert fold("双随机、一公开") != fold("双随机一公开")


@given(text=TEXTS, data=st.data())
def test_every_span_of_the_twin_leads_back(text, data):
    """What a span of the twin points to in the original folds to that span again."""
    folded = twin(text)
    assert folded.text == fold(text)
    if folded.text:
        start = data.draw(st.integers(0, len(folded.text) - 1))
        end = data.draw(st.integers(start + 1, len(folded.text)))
        first, last = folded.span(start, end)
        assert fold(text[first:last]) == folded.text[start:end]


def test_a_span_takes_in_the_mark_it_belongs_with():
    """A quotation opened inside a span closes inside it, and one closed inside opens inside."""
    text = "执法“三项制度”与“八五”普法"
    folded = twin(text)
    assert text[slice(*folded.span(0, 6))] == "执法“三项制度”"
    assert text[slice(*folded.span(7, 11))] == "“八五”普法"
    assert text[slice(*folded.span(2, 6))] == "三项制度"
