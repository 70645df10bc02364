"""The ladder of encodings: exact where the bytes are sound, counted where they are damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.encodings import decode, ordinary_share
from toolkit.corpus.extracts import Unreadable

REPORT = "2023年，全县法治政府建设取得新进展。\n一、主要工作（一）推进依法行政，受理行政复议案件11件。\n"
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "gbk",
    "gb18030",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_a_report_gives_its_characters_back(encoding):
    """A report in any encoding of the ladder is decoded exactly, with nothing replaced."""
    text, _, n_replaced = decode(REPORT.encode(encoding))
    assert (text, n_replaced) == (REPORT, 0)


def test_traditional_text_in_big5_is_told_from_gb18030():
    """Big5 bytes decode as GB18030 without an error; the ordinary characters tell them apart."""
    text = "二○一二年，本府積極推動依法行政，加強法規審查與訴願業務，維護人民權益。"
    assert decode(text.encode("big5")) == (text, "big5hkscs", 0)
    assert text.encode("big5").decode("gb18030") != text


def test_gb18030_characters_outside_gbk_survive():
    """Four-byte GB18030 (㑇, 𠮷) is read, and is named GB18030 whatever the file declares."""
    text = REPORT + "㑇𠮷村"
    assert decode(text.encode("gb18030")) == (text, "gb18030", 0)


@pytest.mark.parametrize(
    ("encoding", "cut", "expected"), [("utf-8", 1, 1), ("utf-8", 2, 1), ("gb18030", 1, 1)]
)
def test_a_file_cut_inside_a_character_loses_one_and_says_so(encoding, cut, expected):
    """A truncated multibyte character becomes one U+FFFD and is counted."""
    data = (REPORT * 3 + "法").encode(encoding)[:-cut]
    text, found, n_replaced = decode(data)
    assert (found, n_replaced) == (encoding, expected)
    assert text == REPORT * 3 + "\ufffd"


def test_a_bad_byte_in_the_middle_is_counted():
    """One alien byte damages at most three characters; the others stay."""
    data = REPORT.encode("gb18030")
    text, _, n_replaced = decode(data[:20] + b"\xff" + data[20:])
    assert 1 <= n_replaced <= 3
    assert text.endswith("11件。\n")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n" + bytes(range(255, 0, -1)) * 20,
        REPORT.encode("utf-8")[::-1],
    ],
    ids=["all bytes", "picture", "reversed"],
)
def test_bytes_that_are_no_text_are_refused(data):
    """A binary file renamed .txt is not guessed at."""
    with pytest.raises(Unreadable, match="fetch it again"):
        decode(data)


def test_damage_beyond_one_in_a_thousand_is_refused():
    """Four replaced characters in a short text are too many to trust the rest."""
    data = bytearray((REPORT * 2).encode("utf-8"))
    for place in (6, 30, 60, 90, 120):
        data[place] = 0xFF
    with pytest.raises(Unreadable, match=r"Read as utf-8, \d+ of 108 characters"):
        decode(bytes(data))


def test_a_byte_order_mark_alone_is_an_empty_text():
    """BOM-only and empty files are texts without characters."""
    assert decode(b"") == ("", "utf-8", 0)
    assert decode(b"\xef\xbb\xbf") == ("", "utf-8-sig", 0)
    assert decode(b"\xff\xfe") == ("", "utf-16", 0)


def test_replacement_characters_of_the_file_itself_are_no_damage():
    """U+FFFD stored in valid UTF-8 came from an earlier reader; nothing is lost here."""
    assert decode("法治\ufffd政府".encode()) == ("法治\ufffd政府", "utf-8", 0)


def test_ordinary_share_tells_text_from_text_in_a_wrong_codec():
    """Right readings lie above the threshold, UTF-8 read as GB18030 or GBK read as Big5 below it."""
    wrong = REPORT.encode("utf-8").decode("gb18030", "replace")
    wronger = REPORT.encode("gb18030").decode("big5hkscs", "replace")
    assert ordinary_share(REPORT) == 1
    assert ordinary_share("") == 1
    assert max(ordinary_share(wrong), ordinary_share(wronger)) < 0.75


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_whatever_is_valid_utf8_comes_back_unchanged(text):
    """UTF-8 without NUL is never taken for another encoding, and no character is lost."""
    text = text.replace("\0", "").removeprefix("\ufeff")
    data = text.encode("utf-8")
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert decode(data).text == text
