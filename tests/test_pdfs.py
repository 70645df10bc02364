"""PDF: text by paragraphs, and a reason for each file that has none."""

from __future__ import annotations

import zlib

import pytest
from documents import CHINESE_FONT, assemble_pdf, encrypted, pdf

from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.pdfs import read_pdf

LINES = ["某县2023年法治政府建设情况的报告", "一、主要工作", "全县受理行政复议案件11件，审结10件。"]


def test_chinese_text_comes_back_line_by_line():
    """Text in a Chinese font is exact; the page number stays, to be marked as furniture later."""
    (extract,) = read_pdf(pdf([*LINES, "- 1 -"]))
    assert (extract.text.split("\n"), extract.flags) == ([*LINES, "- 1 -"], ())


def test_an_owner_password_does_not_hide_the_text():
    """A PDF that only forbids printing is read; one that asks for a password is refused."""
    assert read_pdf(encrypted(pdf(LINES), ""))[0].text.split("\n") == LINES
    with pytest.raises(Unreadable) as refused:
        read_pdf(encrypted(pdf(LINES), "secret"))
    assert refused.value.reason == "encrypted"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cut", [7, 200, 700])
def test_a_truncated_pdf_is_refused_as_damaged(cut):
    """The end of the file holds its table of contents; without it there is a reason and no half text."""
    with pytest.raises(Unreadable) as refused:
        read_pdf(pdf(LINES)[:-cut])
    assert refused.value.reason == "damaged file"


def test_pages_without_text_are_refused_as_scanned():
    """Two pages with nothing but a stamp need character recognition, which the toolkit does not do."""
    with pytest.raises(Unreadable) as refused:
        read_pdf(pdf(["1"], ["2"]))
    assert refused.value.reason == "scanned"


def test_characters_without_meaning_are_refused():
    """Private-use characters, as broken fonts give them, are no text."""
    with pytest.raises(Unreadable) as refused:
        read_pdf(pdf(["法治" + "\ue123\ue124" * 20]))
    assert refused.value.reason == "garbled font"


def test_a_stream_that_unpacks_to_120_megabytes_is_refused():
    """pypdf's limit on decompression becomes the reason; the memory is never filled."""
    bomb = zlib.compress(b"0 " * (60 * 2**20), 9)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    kids = b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>"
    page = b"<< /Type /Page /Parent 2 0 R /Contents 3 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    with pytest.raises(Unreadable) as refused:
        read_pdf(assemble_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", kids, stream, page, CHINESE_FONT]))
    assert refused.value.reason == "too large"
