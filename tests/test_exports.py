"""Exports: what was in the table is in the file, and nothing in it acts."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import exports, schemas
from toolkit.exports import export, legal_names, sheet_names

PANEL = pd.DataFrame(
    {
        "region_id": ["010105", "621122"],
        "year": pd.array([2022, None], dtype="Int64"),
        "n_tokens": [100, 3_000_000_000],
        "per_10k": [1.5, None],
        "certain": pd.array([True, None], dtype="boolean"),
        "term": ["=1+1", "http://x.cn"],
        "备注 1": ["𬭊鄠", None],
        "with": [1, 2],
    }
)


@dataclass
class Tables:
    """Stands for a corpus: attributes that are tables, and settings."""

    documents: pd.DataFrame
    ledger: pd.DataFrame
    settings: dict = field(default_factory=dict)


def codebook(path: Path) -> pd.DataFrame:
    """The codebook beside a file."""
    return pd.read_csv(path.with_name(f"{path.name}.codebook.csv"), dtype=str, keep_default_na=False)


def test_stata_opens_with_chinese_labels(tmp_path):
    """Codes stay text, missing stays missing, names are legal, labels Chinese; the .do declares panels."""
    path, script, r, book = export(PANEL, tmp_path / "panel.dta")
    assert 'read_dta("panel.dta")' in r.read_text(encoding="utf-8")
    back = pd.read_stata(path)
    assert back["region_id"].tolist() == ["010105", "621122"]
    assert back["n_tokens"].tolist() == [100, 3_000_000_000]
    assert back["year"].isna().tolist() == back["certain"].isna().tolist() == [False, True]
    assert back["certain"].tolist()[0] == "是"
    assert list(back)[-2:] == ["备注_1", "with_"]
    assert back["备注_1"].tolist() == ["𬭊鄠", ""]
    with pd.read_stata(path, iterator=True) as reader:
        assert reader.variable_labels()["region_id"] == "行政区划代码（跨年统一）"
    text = script.read_text(encoding="utf-8")
    assert 'use "panel.dta", clear' in text
    assert "xtset" not in text
    assert "tostring code, gen(region_id) format(%06.0f)" in text
    assert "merge m:1 region_id year using own.dta" in text
    export(PANEL.head(1), path, force=True)
    assert "xtset panel_id year" in script.read_text(encoding="utf-8")
    rows = pd.read_csv(book, dtype=str).set_index("variable")
    assert rows.loc["with_", "name"] == "with"
    assert rows.loc["per_10k", "unit"] == "per 10 000 tokens"


def test_spss_opens_with_labels(tmp_path):
    """Values and labels come back from the .sav."""
    import pyreadstat

    path, _ = export(PANEL, tmp_path / "panel.sav", labels={"备注 1": "备注"})
    back, meta = pyreadstat.read_sav(path)
    assert back["region_id"].tolist() == ["010105", "621122"]
    assert back["备注_1"].tolist() == ["𬭊鄠", ""]
    assert meta.column_names_to_labels["备注_1"] == "备注"


def test_excel_cells_are_inert(tmp_path):
    """No formula and no link: `=1+1` and a URL are text; there is an index and a codebook."""
    path, _ = export({"面板/1": PANEL, "面板*1": PANEL}, tmp_path / "panel.xlsx")
    assert len(export({"面板/1": PANEL, "面板*1": PANEL}, tmp_path / "panel.csv")) == 3
    with zipfile.ZipFile(path) as book:
        sheets = "".join(book.read(n).decode() for n in book.namelist() if "worksheets/" in n)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    back = pd.read_excel(path, sheet_name=None, dtype={"region_id": str})
    assert list(back) == ["index", "面板_1", "面板_1_2", "codebook"]
    assert back["面板_1"]["term"].tolist() == ["=1+1", "http://x.cn"]
    assert back["面板_1"]["region_id"].tolist() == ["010105", "621122"]
    assert back["index"]["table"].tolist() == ["面板/1", "面板*1"]


def test_csv_has_a_bom_and_guards_formulas(tmp_path):
    """Excel reads the Chinese, and `=1+1` has a ' before it."""
    path, _ = export(PANEL, tmp_path / "panel.csv")
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in content.decode("utf-8-sig")


def test_parquet_comes_back_as_it_was(tmp_path):
    """Parquet keeps types and every character."""
    table = PANEL.assign(term=["a\x00b", "=1"])
    path, _ = export(table, tmp_path / "panel.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), table)


def test_graphml_holds_the_edges(tmp_path):
    """Three names, two edges with their numbers; a table without two text columns is refused."""
    from xml.etree import ElementTree

    table = pd.DataFrame(
        {"node": ["法治", "法治"], "collocate": ["<政府>", "建设"], "log_dice": [12.5, 11.0]}
    )
    path, _ = export(table, tmp_path / "net.graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.parse(path).getroot()
    assert [n.get("id") for n in root.iter(f"{space}node")] == ["<政府>", "建设", "法治"]
    assert [d.text for d in root.iter(f"{space}data")][3:] == ["12.5", "11.0"]
    with pytest.raises(ValueError, match="edge list"):
        export(PANEL[["n_tokens", "term"]], tmp_path / "other.graphml")


def test_corpus_becomes_one_sheet_or_file_a_table(tmp_path):
    """A corpus gives a file for each table, with its settings in the codebook."""
    corpus = Tables(schemas.DOCUMENTS.frame(), schemas.LEDGER.frame(), {"lexicon_sha256": "abc"})
    paths = export(corpus, tmp_path / "corpus.csv")
    assert [p.name for p in paths] == ["corpus-documents.csv", "corpus-ledger.csv", "corpus.csv.codebook.csv"]
    book = codebook(tmp_path / "corpus.csv")
    assert "lexicon_sha256=abc" in book["versions"].iloc[0]
    assert set(book["table"]) == {"documents", "ledger"}
    assert (book["label"] != book["name"]).all()


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".dta", ".sav", ".graphml"])
def test_control_characters_are_replaced_and_counted(suffix, tmp_path):
    """NUL, a lone surrogate and an escape become spaces, with a count in the warning and the codebook."""
    table = pd.DataFrame(
        [["a\x00b", "x\ud800", 1], ["c", "\x1by", 2]], columns=["node", "term", "n"], dtype=object
    )
    table["n"] = table["n"].astype("int64")
    with pytest.warns(UserWarning, match=r"'t\.term': 2|'node.*1"):
        export(table, tmp_path / f"t{suffix}")
    book = codebook(tmp_path / f"t{suffix}").set_index("name")
    assert book["n_replaced"].to_dict() == {"node": "1", "term": "2", "n": "0"}


@pytest.mark.parametrize("suffix", [".xlsx", ".sav"])
def test_long_texts_are_split_not_cut(suffix, tmp_path):
    """A text longer than a cell goes on in further columns; joined they are the text."""
    text = "法" * 40_000
    path, _ = export(pd.DataFrame({"text": [text, "短"]}), tmp_path / f"t{suffix}")
    if suffix == ".xlsx":
        back = pd.read_excel(path, sheet_name="t").fillna("")
    else:
        import pyreadstat

        back = pyreadstat.read_sav(path)[0]
    assert back.sum(axis=1).tolist() == [text, "短"]


def test_long_tables_go_on_in_another_sheet(tmp_path, monkeypatch):
    """Rows beyond a sheet's limit go to the next sheet."""
    monkeypatch.setattr(exports, "_SHEET_ROWS", 2)
    path, _ = export(pd.DataFrame({"n": [1, 2, 3]}), tmp_path / "t.xlsx")
    back = pd.read_excel(path, sheet_name=None)
    assert back["t"]["n"].tolist() == [1, 2]
    assert back["t_2"]["n"].tolist() == [3]


def test_too_many_columns_are_refused_with_advice(tmp_path):
    """More columns than a sheet holds: refused, with the way out, and no file."""
    with pytest.raises(ValueError, match="long form"):
        export(pd.DataFrame([range(16_385)]), tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())


def test_nothing_is_replaced_unasked(tmp_path):
    """A file that is there stays unless force is given; an unknown ending names the known ones."""
    path = tmp_path / "t.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="force=True"):
        export(PANEL, path)
    assert path.read_text(encoding="utf-8") == "mine"
    export(PANEL, path, force=True)
    assert path.read_bytes() != b"mine"
    with pytest.raises(ValueError, match=r"t\.doc.*\.xlsx"):
        export(PANEL, tmp_path / "t.doc")
    with pytest.raises(TypeError, match="DataFrame"):
        export([1], tmp_path / "u.csv")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".dta", ".parquet"])
def test_same_table_same_bytes(suffix, tmp_path):
    """Exported twice, the bytes are the same."""
    first = export(PANEL, tmp_path / f"a{suffix}")[0].read_bytes()
    assert export(PANEL, tmp_path / f"a{suffix}", force=True)[0].read_bytes() == first


@given(st.lists(st.text(max_size=40), max_size=8))
@settings(max_examples=60, deadline=None)
def test_names_are_legal_and_unique(names):
    """Whatever the columns are called, Stata names are legal, short and unique; so are sheet names."""
    legal = legal_names(names, ".dta")
    assert len({name.lower() for name in legal}) == len(names)
    assert all(re.fullmatch(r"[^\W\d_]\w{0,31}", name) or name[0].isalpha() for name in legal)
    assert all(len(name) <= 32 for name in legal)
    sheets = sheet_names(names)
    assert len({name.lower() for name in sheets}) == len(names)
    assert not any(
        re.search(r"[\[\]:*?/\\]", name) or len(name) > 31 or name.startswith("'") for name in sheets
    )


def test_words_of_stata_are_no_names():
    """Every word that Stata keeps for itself gets another name."""
    from pandas.io.stata import StataParser

    words = {*StataParser().RESERVED_WORDS, "str12"}
    assert not words & set(legal_names(words, ".dta"))


def test_columns_of_one_name_are_all_kept(tmp_path):
    """Two columns of one name, and one named like the continuation of a long text, are three columns."""
    table = pd.DataFrame([["法" * 40_000, "b", "c"]], columns=["a", "a", "a_2"])
    path, _ = export(table, tmp_path / "t.xlsx")
    back = pd.read_excel(path, sheet_name="t").iloc[0].tolist()
    assert [len(cell) for cell in back] == [32_767, 40_000 - 32_767, 1, 1]


TYPES = pd.DataFrame(
    {
        "code": ["010105", "440300-大鹏新区"],
        "year": pd.array([2022, None], dtype="Int64"),
        "n": [7, -7],
        "share": [0.5, None],
        "sure": [True, False],
        "perhaps": pd.array([False, None], dtype="boolean"),
        "large": [1234567890123456789, 1],
        "larger": np.array([2**64 - 1, 0], dtype="uint64"),
        "day": pd.to_datetime(["2023-01-31", None]),
        "kind": pd.Categorical(["甲", None]),
        "note": ["𬭊", None],
    }
)


def cells_of(suffix: str, path: Path) -> dict[str, list[object]]:
    """What an independent reader finds, missing as None."""
    if suffix == ".xlsx":
        from openpyxl import load_workbook

        head, *rows = load_workbook(path)["t"].iter_rows(values_only=True)
        return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))
    if suffix == ".sav":
        import pyreadstat

        back = pyreadstat.read_sav(path)[0]
    elif suffix == ".csv":
        back = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    else:
        read = {".dta": lambda p: pd.read_stata(p, convert_categoricals=False), ".parquet": pd.read_parquet}
        back = read[suffix](path)
    return {name: [None if pd.isna(cell) else cell for cell in back[name]] for name in back}


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".dta", ".sav", ".parquet"])
def test_types_and_gaps_come_back(suffix, tmp_path):
    """Codes are text, years whole, gaps gaps (never 0), and numbers beyond 15 digits keep every digit."""
    path = export(TYPES, tmp_path / f"t{suffix}")[0]
    back = cells_of(suffix, path)
    text = str if suffix == ".csv" else lambda value: value
    blank = "" if suffix in (".dta", ".sav") else None  # these two know no missing text
    assert back["code"] == ["010105", "440300-大鹏新区"]
    assert back["year"] == [text(2022), None]
    assert back["n"] == [text(7), text(-7)]
    assert back["share"] == [text(0.5), None]
    assert back["sure"] == [text(1), text(0)]
    assert back["perhaps"] == [text(0), None]
    large, larger = ([1234567890123456789, 1], [2**64 - 1, 0]) if suffix == ".parquet" else (
        ["1234567890123456789", "1"], ["18446744073709551615", "0"])  # fmt: skip
    assert (back["large"], back["larger"]) == (large, larger)
    day = pd.Timestamp("2023-01-31") if suffix == ".parquet" else "2023-01-31"
    assert back["day"] == [day, None if suffix == ".parquet" else blank]
    assert back["kind"] == ["甲", None if suffix == ".parquet" else blank]
    assert back["note"] == ["𬭊", blank]


@pytest.mark.parametrize("suffix", [".dta", ".sav"])
def test_fixed_values_are_labelled_numbers(suffix, tmp_path):
    """A state is its fixed code with a Chinese label, in Stata and SPSS alike; an unknown value stays text."""
    table = pd.DataFrame({"state": ["not stated", "", "stated"], "role": ["plan", "mine", ""]})
    path, *_, book = export(table, tmp_path / f"t{suffix}")
    if suffix == ".dta":
        with pd.read_stata(path, iterator=True) as reader:
            labels = reader.value_labels()["state"]
            back = reader.read(convert_categoricals=False)
    else:
        import pyreadstat

        back, meta = pyreadstat.read_sav(path)
        labels = meta.variable_value_labels["state"]
    assert back["state"].tolist()[::2] == [6, 1]
    assert back["state"].isna().tolist() == [False, True, False]
    assert (labels[1], labels[6]) == ("给出数值", "未给出")
    assert back["role"].tolist() == ["plan", "mine", ""]
    assert "6=未给出" in pd.read_csv(book).set_index("name").loc["state", "values"]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".dta", ".sav", ".parquet"])
def test_names_that_become_equal_stay_apart(suffix, tmp_path):
    """Names that a format makes equal, and two columns of one name, keep their values under names of their own."""
    table = pd.DataFrame([[1, 2, 3, 4]], columns=["甲 乙", "甲-乙", "甲_乙", "甲_乙"])
    back = cells_of(suffix, export(table, tmp_path / f"t{suffix}")[0])
    assert [values[0] for values in back.values()] == [1, 2, 3, 4] if suffix != ".csv" else list("1234")
    assert len({name.lower() for name in back}) == 4


@pytest.mark.parametrize(
    ("suffix", "name", "kept"),
    [(".dta", "法" * 33, 32), (".dta", "x" * 40, 32), (".sav", "x" * 65, 64), (".sav", "法" * 22, 21),
     (".sav", "𬭊" * 17, 16)],
)  # fmt: skip
def test_long_names_are_shortened_with_a_word(suffix, name, kept, tmp_path):
    """A name beyond the format's limit (characters of Stata, bytes of SPSS) is shortened, said, and mapped."""
    table = pd.DataFrame([[1, 2]], columns=[f"{name}甲", f"{name}乙"])
    with pytest.warns(UserWarning, match="2 names were shortened"):
        path = export(table, tmp_path / f"t{suffix}")[0]
    back = list(cells_of(suffix, path))
    assert back[0] == name[:kept]
    assert back[1].endswith("_2")
    book = codebook(path).set_index("variable")["name"]
    assert book[back].tolist() == list(table)


@pytest.mark.parametrize("suffix", [".dta", ".sav"])
def test_long_labels_end_in_an_ellipsis_and_are_whole_in_the_codebook(suffix, tmp_path):
    """A label beyond the limit is marked, never cut silently."""
    label = "标" * 300
    path = export(pd.DataFrame({"x": [1]}), tmp_path / f"t{suffix}", labels={"x": label})[0]
    if suffix == ".dta":
        with pd.read_stata(path, iterator=True) as reader:
            found = reader.variable_labels()["x"]
    else:
        import pyreadstat

        found = pyreadstat.read_sav(path)[1].column_names_to_labels["x"]
    assert found.endswith("标…")
    assert 30 < len(found) <= 80
    assert codebook(path)["label"].tolist() == [label]


@pytest.mark.parametrize(("suffix", "most"), [(".xlsx", 16_384), (".dta", 32_767)])
def test_too_many_columns(suffix, most, tmp_path):
    """One column more than the format holds is refused with the way out, and no file is left."""
    with pytest.raises(ValueError, match=rf"{most + 1} columns.*holds {most}.*long form"):
        export(pd.DataFrame([range(most + 1)]), tmp_path / f"t{suffix}")
    assert not list(tmp_path.iterdir())


def test_rare_characters_count_twice_in_excel(tmp_path):
    """20,000 characters outside the basic plane are 40,000 units of Excel: split, and whole when joined."""
    text = "𬭊" * 20_000
    path = export(pd.DataFrame({"text": [text]}), tmp_path / "t.xlsx")[0]
    back = cells_of(".xlsx", path)
    assert "".join(cell for (cell,) in back.values()) == text
    assert all(len(cell.encode("utf-16-le")) // 2 <= 32_767 for (cell,) in back.values())


def test_long_names_of_columns_and_sheets_in_excel(tmp_path):
    """A column name of 256 characters is refused; sheet names of 40 become two names of at most 31 units."""
    with pytest.raises(ValueError, match="more than 255 characters"):
        export(pd.DataFrame({"x" * 256: [1]}), tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())
    names = sheet_names(["𬭊" * 40 + "甲", "𬭊" * 40 + "乙"])
    assert len(set(names)) == 2
    assert all(len(name.encode("utf-16-le")) // 2 <= 31 for name in names)


@pytest.mark.parametrize("suffix", [".csv", ".dta", ".parquet"])
def test_formats_without_a_limit_keep_long_texts_whole(suffix, tmp_path):
    """A text of 100,000 characters is one cell."""
    text = "法" * 100_000
    back = cells_of(suffix, export(pd.DataFrame({"text": [text]}), tmp_path / f"t{suffix}")[0])
    assert back == {"text": [text]}


def test_parquet_replaces_only_what_it_cannot_hold(tmp_path):
    """A lone surrogate becomes a space with a warning; NUL stays."""
    with pytest.warns(UserWarning, match="1"):
        path = export(pd.DataFrame({"x": ["a\ud800b\x00"]}, dtype=object), tmp_path / "t.parquet")[0]
    assert pd.read_parquet(path)["x"].tolist() == ["a b\x00"]


def test_networks_of_pairs_of_columns(tmp_path):
    """Similarity and duplicates, whose ends are x and other_x, become networks; a gap is left out of its edge."""
    from xml.etree import ElementTree

    table = pd.DataFrame(
        {"region_code": ["01", "01"], "year": [2020, 2020], "other_region_code": ["02", "03"],
         "other_year": [2020, 2021], "cosine": [0.5, None], "same_key": [True, False]}
    )  # fmt: skip
    root = ElementTree.parse(export(table, tmp_path / "net.graphml")[0]).getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert [n.get("id") for n in root.iter(f"{space}node")] == ["01 2020", "02 2020", "03 2021"]
    edges = [[(d.get("key"), d.text) for d in e] for e in root.iter(f"{space}edge")]
    assert edges == [[("cosine", "0.5"), ("same_key", "1.0")], [("same_key", "0.0")]]


def test_infinity_is_refused_where_it_cannot_be_held(tmp_path):
    """Stata has no infinity: refused in words, and no file is left."""
    with pytest.raises(ValueError, match="infinity"):
        export(pd.DataFrame({"x": [float("inf")]}), tmp_path / "t.dta")
    assert not list(tmp_path.iterdir())
