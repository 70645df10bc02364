"""A user dictionary is read as documented, and what is refused is listed."""

import pytest

from toolkit.terms.user_words import UserWords, read_user_words


def write(tmp_path, text, name="words.txt", encoding="utf-8"):
    """A user dictionary with the given text."""
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_jieba_format_in_every_encoding(tmp_path, encoding):
    """Word, frequency and tag a line; comments and empty lines are passed over; words sort."""
    path = write(tmp_path, "# 注释\n政务服务 20 n\n\n法治政府建设\n枫桥经验 n\r\n", encoding=encoding)
    assert read_user_words(path).words == (("政务服务", 20), ("枫桥经验", None), ("法治政府建设", None))


def test_csv_with_and_without_header(tmp_path):
    """A CSV file gives words in its column word and frequencies in its column frequency."""
    with_header = write(tmp_path, 'note,word,frequency\n,法治,3\n,复议,\n,"甲,乙",x\n', "a.csv")
    assert read_user_words(with_header).words == (("复议", None), ("法治", 3))
    assert read_user_words(with_header).refused[0][:2] == (4, "甲,乙")
    assert read_user_words(write(tmp_path, "法治\n", "b.csv")).words == (("法治", None),)


def test_refused_lines_are_listed(tmp_path):
    """Frequency 0, frequencies beyond reason and contradictions are left out, with line and reason."""
    odd = read_user_words(write(tmp_path, "甲乙\u30003\u3000n\n丙丁 3.5 n\n"))
    assert (odd.words, odd.refused[0][:2]) == ((("甲乙", 3),), (2, "丙丁"))
    words = read_user_words(write(tmp_path, "甲乙 0\n丙丁 99999999999\n戊己 3\n戊己 4\n戊己 3\n“”\n"))
    assert words.words == (("戊己", 3),)
    assert [(line, word) for line, word, _ in words.refused] == [
        (1, "甲乙"),
        (2, "丙丁"),
        (4, "戊己"),
        (6, "“”"),
    ]
    assert "frequency 0 is no number from 1" in words.refused[0][2]


def test_words_given_in_code_raise_instead():
    """A word a program gives is not silently left out."""
    with pytest.raises(ValueError, match=r"'甲乙' cannot be used: its frequency 0"):
        UserWords.of([("甲乙", 0)])
    assert UserWords.of(["甲乙", ("丙丁", 2)]).words == (("丙丁", 2), ("甲乙", None))


def test_fingerprint_ignores_order():
    """The same words in another order have the same fingerprint; none have none."""
    assert UserWords.of(["甲乙", "丙丁"]).sha256 == UserWords.of(["丙丁", "甲乙"]).sha256
    assert UserWords().sha256 == ""
