"""Tables of texts: one row is one report, and column names may be Chinese or English."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from documents import zipped

from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.sheets import read_delimited, read_workbook

LONG = "全县深入推进依法行政，法治政府建设取得新进展。" * 7000


def workbook(rows: list[list[object]]) -> bytes:
    """An XLSX file of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_row_is_a_report_and_known_columns_are_hints(separator, encoding):
    """Rows are numbered from 1 below the header; unknown columns are left out; quoted line ends stay."""
    table = [
        ["地区", "年份", "正文", "备注"],
        ["陇西县", "2023", '"甲\n乙"', "x"],
        ["天心区", "2020", "丙", ""],
    ]
    data = "\r\n".join(separator.join(row) for row in table).encode(encoding)
    first, second = read_delimited(data)
    assert (first.row, first.text, first.hints) == (1, "甲\n乙", {"region": "陇西县", "year": "2023"})
    assert (second.row, second.text, second.encoding) == (2, "丙", encoding)


def test_long_texts_and_blank_and_ragged_rows():
    """A text beyond csv's default limit is read; a row without text is flagged; blank rows are no reports."""
    data = f"title,text\n甲,{LONG}\n\n乙,\n丙,丁,戊\n".encode()
    rows = read_delimited(data)
    assert [(r.row, len(r.text), r.flags) for r in rows] == [
        (1, len(LONG), ()),
        (3, 0, ("empty",)),
        (4, 1, ("ragged_row",)),
    ]


def test_a_workbook_is_read_like_a_table():
    """Numbers lose their fraction, dates are ISO, codes written as text keep their zeros."""
    rows = read_workbook(
        workbook([["行政区划代码", "年度", "发布日期", "全文"], ["010101", 2023, date(2024, 1, 5), "甲"]])
    )
    assert rows == [
        (1, "甲", "xlsx", {"region_code": "010101", "year": "2023", "published_on": "2024-01-05"}, ())
    ]


@pytest.mark.parametrize(
    "read", [read_delimited, lambda data: read_workbook(workbook([["标题", "备注"], ["a", "b"]]))]
)
def test_a_table_without_a_text_column_is_refused(read):
    """The reason names the columns that were looked for and those that were found."""
    with pytest.raises(Unreadable, match=r"Found \['标题', '备注'\], none of text, 正文"):
        read("标题,备注\na,b\n".encode())


def test_a_workbook_with_entities_is_refused_before_it_is_parsed():
    """A DOCTYPE in any part is refused, before the spreadsheet library sees the file."""
    laughs = f'<!-- {" " * 5000} --><!DOCTYPE x [<!ENTITY a "哈哈">]><workbook>&a;</workbook>'
    with pytest.raises(Unreadable) as refused:
        read_workbook(zipped({"xl/workbook.xml": laughs}))
    assert refused.value.reason == "forbidden XML"
