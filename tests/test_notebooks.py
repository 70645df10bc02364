"""The notebooks: thin, stripped, and all their words in the table of labels."""

import ast
import csv
import re
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from toolkit.reports.execution import read_notebook, run_notebook
from toolkit.reports.labels import read_labels
from toolkit.reports.parameters import read_parameters

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.Lambda, ast.With)


def cells(path):
    """The code cells of a notebook."""
    return [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_thin_and_stripped(path):
    """Parameters first, no definitions or branches, at most 12 lines a cell, no outputs."""
    found = cells(path)
    assert found[0].metadata.tags == ["parameters"] and read_parameters(read_notebook(path))
    for cell in found:
        assert len(cell.source.splitlines()) <= 12
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, FORBIDDEN)]
        assert cell.outputs == [] and cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_section_has_its_words(path):
    """A heading for each section, in both languages."""
    keys = re.findall(r'show_section\(sheet, "(\w+)"', "\n".join(cell.source for cell in cells(path)))
    assert [key for key in keys if f"{key}.heading" not in read_labels()] == []


def test_every_key_stands_once():
    """A key of labels.csv has one row, since of two the later one hides what the earlier one says."""
    with (ROOT / "toolkit" / "data" / "labels.csv").open(encoding="utf-8", newline="") as file:
        keys = Counter(row["key"] for row in csv.DictReader(file))
    assert [key for key, n in keys.items() if n > 1] == []


def test_both_languages_say_the_same_things():
    """No text is empty, and both languages have the same places for values."""
    for key, texts in read_labels().items():
        places = [{name for _, name, *_ in Formatter().parse(text) if name} for text in texts.values()]
        assert all(texts.values()) and places[0] == places[1], key


def test_every_word_asked_for_is_there():
    """Keys named in the code of reports are in labels.csv."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "toolkit/reports").glob("*.py"))
    asked = re.findall(
        r'(?:html_label|label)\(\s*"([\w.]+)"|(?:say|show_subsection)\(sheet, "([\w.]+)"', code
    )
    assert [key for pair in asked for key in pair if key and key not in read_labels()] == []


def test_the_tutorials_are_twins():
    """Both languages run the same code cell by cell; only words and the parameters' comments differ."""
    pair = [read_notebook(ROOT / "notebooks" / f"{name}.ipynb") for name in ("tutorial", "tutorial_en")]
    kinds, codes = ([[cell[key] for cell in book.cells] for book in pair] for key in ("cell_type", "source"))
    assert kinds[0] == kinds[1]
    same = [a == b for kind, a, b in zip(kinds[0], *codes, strict=True) if kind == "code"]
    assert same == [False, *[True] * (len(same) - 1)]
    asked = [sum("审稿人会问" in a and "A reviewer asks" in b for a, b in zip(*codes, strict=True))]
    assert asked == [sum("A reviewer asks" in text for text in codes[1])] and asked[0] >= 9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tutorial", "tutorial_en"])
def test_the_tutorial_prints_what_its_words_say(name, tmp_path):
    """It runs from its folder without a warning, and the numbers of its finding stand in its tables."""
    book = read_notebook(ROOT / "notebooks" / f"{name}.ipynb")
    done = run_notebook(
        book, tmp_path / "done.ipynb", {"out": str(tmp_path / "out")}, folder=ROOT / "notebooks"
    )
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    shown = [output["data"]["text/plain"] for output in outputs if "text/plain" in output.get("data", {})]
    finding = next(text for text in shown if "received" in text and "per_10k" in text)
    assert (
        all(number in finding for number in ("94.07", "5.77", "21.0", "11.0")) and finding.count("NaN") == 3
    )
    assert any("1+4+5 = 10 of 11" in text for text in shown)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} >= {".png", ".pdf", ".csv"}
