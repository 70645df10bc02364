"""Exports: what was in the table is in the file, and nothing in it acts."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

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
    path, script, book = export(PANEL, tmp_path / "panel.dta")
    back = pd.read_stata(path)
    assert back["region_id"].tolist() == ["010105", "621122"]
    assert back["n_tokens"].tolist() == [100, 3_000_000_000]
    assert back["year"].isna().tolist() == back["certain"].isna().tolist() == [False, True]
    assert list(back)[-2:] == ["备注_1", "with_"]
    assert back["备注_1"].tolist() == ["𬭊鄠", ""]
    with pd.read_stata(path, iterator=True) as reader:
        assert reader.variable_labels()["region_id"] == "行政区划代码（跨年统一）"
    text = script.read_text(encoding="utf-8")
    assert 'use "panel.dta", clear' in text
    assert "xtset" not in text
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
    assert [d.text for d in root.iter(f"{space}data")] == ["12.5", "11.0"]
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
    legal = legal_names(names, 32)
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
    assert not words & set(legal_names(words, 32))


def test_columns_of_one_name_are_all_kept(tmp_path):
    """Two columns of one name, and one named like the continuation of a long text, are three columns."""
    table = pd.DataFrame([["法" * 40_000, "b", "c"]], columns=["a", "a", "a_2"])
    path, _ = export(table, tmp_path / "t.xlsx")
    back = pd.read_excel(path, sheet_name="t").iloc[0].tolist()
    assert [len(cell) for cell in back] == [32_767, 40_000 - 32_767, 1, 1]
