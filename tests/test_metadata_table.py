"""metadata.csv overrides what was detected, refuses what it cannot mean, and comes pre-filled."""

import pandas as pd
import pytest

from toolkit.corpus.metadata import detect_metadata
from toolkit.corpus.metadata_table import (
    apply_overrides,
    check_matches,
    read_metadata_table,
    write_metadata_table,
)
from toolkit.schemas import DOCUMENTS, SchemaError

REPORT = "陇西县2023年法治政府建设工作总结\n2023年，陇西县坚持依法行政，全县法治政府建设取得成效。\n"
FOUND = detect_metadata(REPORT, path="a.txt")
AMBIGUOUS = detect_metadata(REPORT.replace("陇西县", "朝阳区"), path="a.txt")


def _table(tmp_path, text: str) -> pd.DataFrame:
    """A metadata.csv with this content, read."""
    path = tmp_path / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return read_metadata_table(path)


def _documents(*found) -> pd.DataFrame:
    """A documents table of detected reports a.txt, b.txt ..."""
    base = dict.fromkeys(DOCUMENTS.names, "") | {"row": 0, "n_chars": 1, "n_tokens": 1}
    rows = (
        base | each.values | {"doc_id": name, "path": f"{name}.txt", "flags": " ".join(each.flags)}
        for name, each in zip("abcdef", found, strict=False)
    )
    return DOCUMENTS.frame(rows)


def test_code_brings_its_names_and_settles_the_flag(tmp_path):
    """A region_code gives id, name, parents and level, and an ambiguous name is no longer flagged."""
    assert AMBIGUOUS.flags == ("region_ambiguous",)
    found = apply_overrides(AMBIGUOUS, _table(tmp_path, "path,region_code\na.txt,220104\n"), "a.txt")
    expected = {"region_code": "220104", "region_id": "220104", "region": "朝阳区", "province": "吉林省"}
    assert {name: found.values[name] for name in expected} == expected
    assert found.values["prefecture"] == "长春市"
    assert found.sources["region"] == "metadata.csv"
    assert found.sources["year"] == "title"
    assert found.flags == ()


def test_id_follows_from_the_code_and_the_year(tmp_path):
    """华亭县's code of 2015 joins with today's 华亭市."""
    table = _table(tmp_path, "path,region_code,year\na.txt,620824,2015\n")
    values = apply_overrides(FOUND, table, "a.txt").values
    assert (values["region"], values["region_id"], values["year_covered"]) == ("华亭县", "620881", 2015)


def test_zone_by_its_own_id(tmp_path):
    """An own id is accepted as a code; its parents come from its first six digits."""
    values = apply_overrides(
        FOUND, _table(tmp_path, "path,region_code\na.txt,440300-大鹏新区\n"), "a.txt"
    ).values
    names = ("region_id", "region", "prefecture", "level")
    assert [values[name] for name in names] == ["440300-大鹏新区", "大鹏新区", "深圳市", "zone"]


def test_name_of_one_place_is_enough_and_of_two_is_not(tmp_path):
    """A region given by name is looked up; where the name is of several places the codes are listed."""
    table = _table(tmp_path, "path,region\na.txt,长海县\n")
    assert apply_overrides(FOUND, table, "a.txt").values["region_code"] == "210224"
    with pytest.raises(SchemaError, match=r"朝阳区.*110105.*220104"):
        apply_overrides(FOUND, _table(tmp_path, "path,region\na.txt,朝阳区\n"), "a.txt")


def test_one_corrected_cell_of_a_prefilled_row_is_enough(tmp_path):
    """Cells that repeat what was detected are no corrections: names follow the code."""
    documents = _documents(FOUND)
    table = write_metadata_table(documents, tmp_path / "metadata.csv")
    table.loc[0, ["region_code", "year"]] = ["210224", "2018"]
    table.to_csv(tmp_path / "metadata.csv", index=False)
    values = apply_overrides(FOUND, read_metadata_table(tmp_path / "metadata.csv"), "a.txt").values
    expected = {"region": "长海县", "province": "辽宁省", "year": 2018, "year_covered": 2018}
    assert {name: values[name] for name in expected} == expected


def test_flag_stays_until_the_doubtful_cell_is_cleared(tmp_path):
    """A pre-filled row that nobody has looked at does not silence its flags."""
    later = detect_metadata(REPORT.replace("2023", "2025"))
    write_metadata_table(_documents(later), tmp_path / "metadata.csv")
    table = read_metadata_table(tmp_path / "metadata.csv")
    assert apply_overrides(later, table, "a.txt").flags == ("region_code_unverified",)
    table["doubtful"] = ""
    assert apply_overrides(later, table, "a.txt").flags == ()


def test_nothing_given_changes_nothing(tmp_path):
    """Empty cells, other files and no table at all leave the detected values and sources."""
    table = _table(tmp_path, "path,region_code,year\na.txt,,\nb.txt,210224,\n")
    assert apply_overrides(FOUND, table, "a.txt") == FOUND
    assert apply_overrides(FOUND, table, "c.txt") == FOUND
    assert apply_overrides(FOUND, None, "a.txt") == FOUND


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,adcode\na.txt,621122\n", "adcode"),
        ("file,year\na.txt,2023\n", "'path'"),
        ("path,year\na.txt,2023年\n", "year of 'a.txt' is '2023年'"),
        ("path,region_code\na.txt,62112\n", "region_code of 'a.txt' is '62112'"),
        ("path,body_kind\na.txt,bureau\n", "department"),
        ("path,year\na.txt,2023\na.txt,2022\n", "more than once"),
    ],
)
def test_wrong_table_is_refused_with_file_and_cell(tmp_path, text, message):
    """An unknown column, a wrong value or a file named twice is an error that says what was found."""
    with pytest.raises(SchemaError, match=message):
        _table(tmp_path, text)


@pytest.mark.parametrize(("encoding", "comma"), [("gbk", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path, encoding, comma):
    """Excel saves GBK, tabs or semicolons, dates as 2021/2/8, 000000 as 0, and empty rows and columns."""
    text = "path,region_code,region,issued_on,\n报告.txt,0,全国,2021/2/8,\n乙.txt,621122,陇西县,2023-01-05,\n,,,,\n"
    path = tmp_path / "metadata.csv"
    path.write_bytes(text.replace(",", comma).encode(encoding))
    table = read_metadata_table(path)
    assert table["region_code"].tolist() == ["000000", "621122"]
    assert table["issued_on"].tolist() == ["2021-02-08", "2023-01-05"]
    assert table.index.tolist() == [("报告.txt", "0"), ("乙.txt", "0")]


def test_what_is_no_table_is_named(tmp_path):
    """A workbook renamed to metadata.csv is an error that names the file, not one of a codec."""
    path = tmp_path / "metadata.csv"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 20)
    with pytest.raises(SchemaError, match=r"metadata.csv' cannot be read as a table.*Save it as CSV"):
        read_metadata_table(path)


def test_characters_that_a_spreadsheet_lost_are_told(tmp_path):
    """A ? in a path that is not there is what became of an emoji or a rare character in GBK."""
    with pytest.raises(SchemaError, match="save as CSV UTF-8"):
        check_matches(_table(tmp_path, "path,year\n?报告.txt,2023\n"), [("😀报告.txt", 0)])


def test_unmatched_files_are_named(tmp_path):
    """Rows for files that are not in the folder are named; rows of table files are matched by number."""
    table = _table(tmp_path, "path,row,year\na.txt,,2023\nt.csv,2,2022\ngone.txt,,2020\n")
    with pytest.raises(SchemaError, match=r"1 files.*gone\.txt"):
        check_matches(table, [("a.txt", 0), ("t.csv", 2)])
    check_matches(table.drop(index=("gone.txt", "0")), [("a.txt", 0), ("t.csv", 2), ("more.txt", 0)])


def test_written_table_lists_doubtful_rows_first_and_reads_back(tmp_path):
    """Doubtful rows come first with the cells named; reading the table back changes no value."""
    table = write_metadata_table(_documents(FOUND, AMBIGUOUS), tmp_path / "metadata.csv")
    assert table["path"].tolist() == ["b.txt", "a.txt"]
    assert table["doubtful"].tolist() == ["region_code", ""]
    assert {"source_url", "retrieved_on"} <= set(table.columns)
    again = read_metadata_table(tmp_path / "metadata.csv")
    assert apply_overrides(FOUND, again, "a.txt").values == FOUND.values


def test_existing_table_is_not_overwritten(tmp_path):
    """A metadata.csv that is there may hold somebody's work."""
    write_metadata_table(_documents(FOUND), tmp_path / "metadata.csv")
    with pytest.raises(FileExistsError):
        write_metadata_table(_documents(FOUND), tmp_path / "metadata.csv")
