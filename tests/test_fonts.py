"""Fonts: what they cover, and that no label can become a box."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import pytest
from matplotlib.font_manager import FontManager

from toolkit.plots import fonts
from toolkit.plots.style import style

matplotlib.use("Agg")
HANZI = Path(__file__).resolve().parents[1] / "scripts" / "tongyong-guifan-hanzi.txt"


def test_covers_the_standard_list():
    """Every one of the 8,105 characters of 通用规范汉字表 has a glyph in every face."""
    text = "".join(HANZI.read_text(encoding="utf-8").split())
    assert len(text) == 8105
    assert fonts.missing_characters(text) == ""


def test_covers_gb2312_and_signs():
    """GB2312 and the signs of reports (①, ℃, arrows, full-width, superscripts) have glyphs."""
    pairs = (bytes([a, b]) for a in range(0xA1, 0xF8) for b in range(0xA1, 0xFF))
    gb2312 = "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)
    assert len(gb2312) > 7400
    assert fonts.missing_characters(gb2312 + "①⑳℃→←Ⅰ㎡％（）“”‘’—…·−⁰¹²³⁴⁹₀₉№‰浉硚鄠瀍埇猇") == ""


def test_reports_what_it_cannot_show():
    """A character outside the set is named once, and a label shows 〓 in its place."""
    assert fonts.missing_characters(["𰻝面", "𰻝"]) == "𰻝"
    assert fonts.printable("𰻝面\u202e\u200b\x07") == "〓面"


def test_registering_changes_no_setting():
    """Registering fonts leaves rcParams as they are."""
    before = dict(matplotlib.rcParams)
    assert fonts.register() == "Toolkit Sans SC"
    assert dict(matplotlib.rcParams) == before


def test_own_font_must_exist_and_be_chinese(tmp_path):
    """A font that is not there, or has no Chinese, is refused with its path quoted."""
    with pytest.raises(FileNotFoundError, match=r"none\.ttf"):
        fonts.register(str(tmp_path / "none.ttf"))
    latin = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    with pytest.raises(ValueError, match="法"):
        fonts.register(latin)
    assert fonts.register(str(fonts.font_paths()["serif"])) == "Toolkit Serif SC"


@pytest.mark.parametrize("kind", ["screen", "paper-1col", "paper-2col"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_styles_draw_without_a_missing_glyph(kind, language, tmp_path):
    """Chinese, minus signs, superscripts, dollars draw in every style and format without a warning."""
    from matplotlib.figure import Figure

    with matplotlib.rc_context(style(kind, language=language)), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = Figure()
        ax = figure.subplots()
        ax.plot([-1, 1], [-2, 3])
        ax.set_title("法治政府“鄠邑”⁰⁴ $法治$ ℃①→ 𬭊")
        for suffix in ("png", "svg", "pdf"):
            figure.savefig(tmp_path / f"x.{suffix}")
    assert round(figure.get_figwidth() * 2.54, 1) in (8.5, 17.0)


BARE = """
import sys, warnings
warnings.simplefilter("error")
import matplotlib
matplotlib.use("Agg")
import pandas as pd
import toolkit as tk
from matplotlib.font_manager import fontManager
fontManager.ttflist = [font for font in fontManager.ttflist if "DejaVu" in font.name]
counts = pd.DataFrame({"term": ["法治", "复议"], "count": [2, 1], "n_tokens": [9, 9], "per_10k": [2.0, 1.0]})
ax = tk.plots.frequency(counts)
assert [label.get_text() for label in ax.get_yticklabels()] == ["法治", "复议"]
ax.figure.savefig(sys.argv[1])
"""


def test_no_chinese_font_and_a_broken_cache_cost_nothing(tmp_path):
    """Where the system has no Chinese font and matplotlib's list of fonts is damaged, figures have every glyph."""
    (tmp_path / f"fontlist-v{FontManager.__version__}.json").write_bytes(b"{broken")
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    command = [sys.executable, "-X", "utf8", "-c", BARE, str(tmp_path / "x.png")]
    done = subprocess.run(
        command, env=environment, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "x.png").stat().st_size > 5000


def test_unknown_style_is_named():
    """An unknown kind is quoted beside the known ones."""
    with pytest.raises(ValueError, match=r"'poster'.*paper-1col"):
        style("poster")
