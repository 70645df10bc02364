"""Grey print: which series of a figure can still be told apart."""

from __future__ import annotations

from io import BytesIO

import matplotlib
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from toolkit import plots
from toolkit.plots.style import KINDS, style

matplotlib.use("Agg")
ROLES = ("achievement", "leadership", "rectification", "problem", "plan", "other", "meta")
STATUS = ("on time", "late", "collected", "failed", "searched, not found", "not sought")


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test has drawn."""
    yield
    plt.close("all")


def bars(*looks):
    """Axes with one bar for each look, and a legend."""
    with matplotlib.rc_context(style()):
        _, ax = plt.subplots()
        for i, look in enumerate(looks):
            ax.bar(i, 1, label=f"s{i}", **look)
        ax.legend()
    return ax


def test_colours_of_one_lightness_are_named():
    """Red and green of one lightness look alike in grey; black stands apart, and so does a hatched red."""
    red, green, black = {"color": "#c00000"}, {"color": "#006200"}, {"color": "black"}
    pairs = plots.grey_check(bars(red, green, black)).set_index(["series", "other"])["told_apart"]
    assert pairs.to_dict() == {("s0", "s1"): False, ("s1", "s2"): True, ("s0", "s2"): True}
    hatched = red | {"hatch": "xxxx", "edgecolor": "white"}
    assert plots.grey_check(bars(hatched, green))["told_apart"].all()


def test_lines_are_told_by_dash_and_marker():
    """Two lines of one colour are told apart by marker and dash, and not without them."""
    table = pd.DataFrame([(y, t, y % 3 + i) for y in range(2018, 2023) for i, t in enumerate("ab")],
                         columns=["year", "term", "per_10k"])  # fmt: skip
    ax = plots.trend(table)
    assert plots.grey_check(ax)["told_apart"].tolist() == [True]
    for line in ax.lines:
        if line.get_label() == "_key":
            line.set(color="black", marker="", linestyle="-")
    assert plots.grey_check(ax)["told_apart"].tolist() == [False]


@pytest.mark.parametrize("kind", KINDS)
def test_our_colours_survive_grey_print(kind):
    """Seven lines, all roles and all statuses of coverage are told apart in grey at every size."""
    years = pd.DataFrame([(y, f"t{i}", i + y % 3) for y in range(2015, 2022) for i in range(7)],
                         columns=["year", "term", "per_10k"])  # fmt: skip
    shares = pd.DataFrame({"label": "x", "role": ROLES, "share": 1 / 7})
    cells = pd.DataFrame({"region": "a", "year": range(2015, 2021), "status": STATUS})
    with matplotlib.rc_context(style(kind)):
        drawn = plots.trend(years), plots.roles(shares, row="label"), plots.coverage(cells)
        checks = [plots.grey_check(axes) for axes in drawn]
    assert [len(check) for check in checks] == [7 * 6 / 2, 7 * 6 / 2, 6 * 5 / 2]
    assert [check.loc[~check["told_apart"], ["series", "other"]].to_numpy().tolist() for check in checks] == [
        []
    ] * 3


def test_the_picture_is_grey():
    """The grey picture has one channel and the resolution asked for, and is the same twice."""
    from PIL import Image

    ax = bars({"color": "red"})
    content = plots.grey_picture(ax, dpi=100)
    with Image.open(BytesIO(content)) as picture:
        assert picture.mode == "L"
        assert round(picture.info["dpi"][0]) == 100
    assert plots.grey_picture(ax, dpi=100) == content
