"""The lexicon is a table a researcher edits, expanded into literals and matched all at once."""

import pytest

from toolkit.terms.lexicon import expand, read_lexicon

HEADER = "id,name,dimension,variants,regex\n"


def write(tmp_path, rows, encoding="utf-8"):
    """A lexicon file with the given rows."""
    path = tmp_path / "lexicon.csv"
    path.write_text(HEADER + rows, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("行政复议", ["行政复议"]),
        ("合法性审[查核]", ["合法性审查", "合法性审核"]),
        ("首违不{处|}罚", ["首违不处罚", "首违不罚"]),
        ("{甲|乙}{丙|丁}", ["甲丙", "甲丁", "乙丙", "乙丁"]),
        ("{甲{乙|丙}|丁}", ["甲乙", "甲丙", "丁"]),
        ("C++|互联网+|(试行)", ["C++", "互联网+", "(试行)"]),
        (r"甲\|乙", ["甲|乙"]),
        ("甲|甲", ["甲"]),
    ],
)
def test_patterns_stand_for_their_literals(pattern, literals):
    """A pattern is a finite language; what is no brace, bracket or bar stands for itself."""
    assert expand(pattern) == literals


@pytest.mark.parametrize("pattern", ["{甲", "甲}", "[甲", "[]", "[甲乙丙丁戊己庚辛]" * 4])
def test_broken_patterns_are_refused(pattern):
    """An open brace or bracket and a pattern of too many literals raise."""
    with pytest.raises(ValueError, match=r"clos|more than"):
        expand(pattern)


def test_quotes_and_width_make_no_difference(tmp_path):
    """One literal finds every spelling, and the span takes in the quotation mark it belongs with."""
    lexicon = read_lexicon(write(tmp_path, "A,三项制度,执法,行政执法三项制度|(试行),\n"))
    text = "落实行政执法“三项制度”,行政执法三项制度(试行)。"
    found = [text[match.start : match.end] for match in lexicon.find(text)]
    assert found == ["行政执法“三项制度”", "行政执法三项制度", "(试行)"]
    assert len(lexicon.find("（试行）")) == 1


def test_longest_match_within_an_entry(tmp_path):
    """Within one entry the longest literal wins; an entry inside another is found too."""
    lexicon = read_lexicon(write(tmp_path, "A,执法,x,执法|行政执法,\nB,监督,x,行政执法监督,\n"))
    found = [(match.mechanism, match.start, match.end) for match in lexicon.find("行政执法监督")]
    assert found == [("B", 0, 6), ("A", 0, 4)]


def test_regex_serves_gaps(tmp_path):
    """The regex column finds wordings with gaps, on the folded text."""
    lexicon = read_lexicon(write(tmp_path, 'A,公开,x,,"决定书.{0,6}公开"\n'))
    assert [match[:2] for match in lexicon.find("复议决定书“网上公开”。")] == [(2, 11)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("A,,x,甲乙,\n", "row 2, column 'name'"),
        ("A,n,x,甲乙,\nA,m,x,丙丁,\n", "row 3, column 'id'.*stands twice"),
        ("A,n,x,甲乙,\nB,m,x,甲乙,\n", "row 3, column 'variants'.*stands in row 2"),
        ("A,n,x,{甲,\n", "row 2, column 'variants'"),
        ("A,n,x,,(甲\n", "row 2, column 'regex'"),
        ("A,n,x,,\n", "row 2, column 'variants'.*empty"),
        ("A,n,x,甲|,\n", "row 2, column 'variants'.*empty alternative"),
    ],
)
def test_faults_name_row_and_column(tmp_path, rows, message):
    """A cell that cannot be used is named by row and column, as Excel counts them."""
    with pytest.raises(ValueError, match=message):
        read_lexicon(write(tmp_path, rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_excel_encodings(tmp_path, encoding):
    """The encodings Excel writes are read alike."""
    lexicon = read_lexicon(write(tmp_path, "A,复议,纠纷,行政复议,\n", encoding))
    assert lexicon.table["name"].tolist() == ["复议"]


def test_shipped_lexicon_is_sound():
    """The shipped lexicon reads, and its entries are told apart by id and name."""
    lexicon = read_lexicon()
    assert len(lexicon) >= 167
    assert lexicon.table["name"].is_unique
