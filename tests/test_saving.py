"""Saving figures: whole files, the same bytes, text as text."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO

import matplotlib
import pandas as pd
import pytest
from matplotlib.figure import Figure

from toolkit.plots.saving import FORMATS, csv_text, render, save_figure
from toolkit.plots.style import style

matplotlib.use("Agg")


def drawn() -> Figure:
    """A small figure with Chinese text."""
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(3, 2))
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1])
        ax.set_title("法治政府鄠邑")
    return figure


@pytest.mark.parametrize("name", FORMATS)
def test_same_figure_same_bytes(name):
    """Drawn and rendered twice, a figure gives the same bytes in every format."""
    assert render(drawn(), name, dpi=80) == render(drawn(), name, dpi=80)


def test_pdf_text_comes_back():
    """A PDF reader finds the same Chinese, from an embedded TrueType subset."""
    from pypdf import PdfReader

    content = render(drawn(), "pdf")
    assert "法治政府鄠邑" in PdfReader(BytesIO(content)).pages[0].extract_text()
    assert b"CIDFontType2" in content
    assert b"CreationDate" not in content


def test_svg_text_is_text_and_names_other_fonts():
    """SVG holds the characters and their glyphs, and names fonts for readers without; nothing outside is fetched."""
    svg = render(drawn(), "svg").decode()
    assert "法治政府鄠邑" in svg
    assert "'Toolkit Sans SC', 'Noto Sans SC'" in svg
    from fontTools.ttLib import TTFont

    fonts = re.findall(r"font-weight:(\w+);src:url\(data:font/woff;base64,([^)]+)\)", svg)
    assert [weight for weight, _ in fonts] == ["normal", "bold"]
    for _, data in fonts:
        assert {*map(ord, "法治政府鄠邑")} <= {*TTFont(BytesIO(b64decode(data))).getBestCmap()}
    assert not re.search(r"""(?:href|src)\s*=\s*["']http|url\(http""", svg)


def test_tiff_is_rgb_without_transparency(tmp_path):
    """TIFF is RGB with LZW at the resolution asked for."""
    from PIL import Image

    (path,) = save_figure(drawn(), tmp_path / "a", formats=["tiff"], dpi=120)
    with Image.open(path) as picture:
        assert picture.mode == "RGB"
        assert picture.info["compression"] == "tiff_lzw"
        assert round(picture.info["dpi"][0]) == 120
        assert picture.size == (360, 240)


def test_data_and_caption_stand_beside(tmp_path):
    """The table becomes a CSV that Excel reads, the caption a text; nothing temporary stays."""
    table = pd.DataFrame({"term": ["法治", "=1+1"], "per_10k": [1.5, -2.0]})
    paths = save_figure(drawn(), tmp_path / "x" / "a", formats=["png", "svg"], data=table, caption="图1")
    assert [path.name for path in paths] == ["a.png", "a.svg", "a.csv", "a.txt"]
    assert (tmp_path / "x/a.csv").read_bytes() == "\ufeffterm,per_10k\n法治,1.5\n'=1+1,-2.0\n".encode()
    assert sorted(p.name for p in (tmp_path / "x").iterdir()) == ["a.csv", "a.png", "a.svg", "a.txt"]


def test_an_unknown_format_writes_nothing(tmp_path):
    """An unknown format is quoted beside the known ones, before any file is written."""
    with pytest.raises(ValueError, match=r"'bmp'.*png"):
        save_figure(drawn(), tmp_path / "a", formats=["png", "bmp"])
    assert not list(tmp_path.iterdir())


def test_formulas_are_guarded_in_text_only():
    """=, +, -, @ at the beginning of a text get a ' before them; numbers and NaN stay."""
    table = pd.DataFrame({"=a": ["+1", "@x", None, "甲-乙"], "n": [-1.0, 2.0, None, 3.0]})
    assert csv_text(table) == "'=a,n\n'+1,-1.0\n'@x,2.0\n,\n甲-乙,3.0\n"
