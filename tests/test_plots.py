"""Plots: the artists they draw and the words they bear."""

from __future__ import annotations

import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest

from toolkit import plots
from toolkit.plots.labels import ems, label, short_number, unwrapped, wrapped
from toolkit.plots.style import style
from toolkit.plots.tables import describe
from toolkit.plots.times import spread
from toolkit.schemas import SchemaError

matplotlib.use("Agg")
TERMS = ["行政复议", "法治政府", "营商环境", "鄠邑", "执法", "互联网+", "$法治$", "Python 3"]
FREQUENCY = pd.DataFrame(
    {
        "region": "陇西县",
        "year": 2023,
        "term": TERMS,
        "count": [8, 7, 6, 5, 4, 3, 2, 1],
        "n_tokens": 1000,
        "n_reports": 1,
    }
).assign(per_10k=lambda t: t["count"] * 10.0, tf_idf=lambda t: t["count"] / 8)
YEARS = pd.DataFrame(
    [("深圳市", y, t, float(i + y % 4)) for i, t in enumerate(TERMS[:3]) for y in (2018, 2019, 2021, 2022)],
    columns=["region", "year", "term", "per_10k"],
)
KEYNESS = pd.DataFrame(
    {
        "term": TERMS[:4],
        "log_ratio": [2.0, 1.0, -1.0, -2.0],
        "p_adjusted": [0.001, 0.2, 0.001, 0.3],
        "n_tokens_target": 100,
        "n_tokens_reference": 400,
    }
)
CHANGES = pd.DataFrame(
    {"region": "深圳市", "year": 2023, "term": TERMS[:3], "log2_ratio": [1.0, 0.1, -2.0]}
).assign(log2_low=lambda t: t["log2_ratio"] - 0.5, log2_high=lambda t: t["log2_ratio"] + 0.5)
ROLES = pd.DataFrame(
    [
        (r, role, s)
        for r in ("甲县", "乙县")
        for role, s in (("achievement", 0.7), ("problem", 0.1), ("plan", 0.2))
    ],
    columns=["region", "role", "share"],
)
RANKS = pd.DataFrame(
    [("甲县", "m1", 1), ("乙县", "m1", 2), ("甲县", "m2", 2), ("乙县", "m2", 1)],
    columns=["region", "measure", "rank"],
)
COVERAGE = pd.DataFrame(
    [("甲县", 2021, "collected"), ("甲县", 2023, "failed"), ("乙县", 2022, "searched, not found")],
    columns=["region", "year", "status"],
)
PAIRS = pd.DataFrame(
    [("法治", "政府", 12.0), ("法治", "建设", 11.0), ("行政", "复议", 10.0)],
    columns=["source", "target", "log_dice"],
)
PLACES = pd.DataFrame({"label": ["甲县", "甲县", "乙县"], "position": [0.1, 0.5, 0.9]})
SPREAD = YEARS.assign(share_reported=YEARS["per_10k"] / 10, mechanism=YEARS["term"], central_on="2019-06-01")
NEAR = FREQUENCY.assign(node="法治", log_dice=FREQUENCY["per_10k"] / 8)
STATED = pd.DataFrame(
    {"indicator_id": ["a", "a", "b"], "value": [1.0, np.nan, 3.0], "share": [0.1, 0.2, 0.3]}
)
PROVINCES = pd.DataFrame({"province": ["甘肃省", "内蒙古自治区"], "n_reports": [3, 1]})
ALL = {
    "frequency": (FREQUENCY, {}),
    "tf_idf": (FREQUENCY, {}),
    "word_cloud": (FREQUENCY, {}),
    "frequency_and_cloud": (FREQUENCY, {}),
    "keyness": (KEYNESS, {}),
    "word_shift": (KEYNESS.assign(contribution=KEYNESS["log_ratio"]), {}),
    "side_by_side": (FREQUENCY, {}),
    "roles": (ROLES, {}),
    "trend": (YEARS, {}),
    "year_over_year": (CHANGES, {}),
    "slope": (YEARS, {}),
    "rank_stability": (RANKS, {}),
    "adoption_curve": (SPREAD, {}),
    "heat_map": (FREQUENCY, {}),
    "tile_map": (PROVINCES, {}),
    "coverage": (COVERAGE, {}),
    "dispersion": (PLACES, {}),
    "collocates": (NEAR, {}),
    "cooccurrence": (PAIRS, {}),
    "distribution": (STATED, {}),
    "scatter": (STATED, {"x": "value", "y": "share"}),
}


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test has drawn."""
    yield
    matplotlib.pyplot.close("all")


def rows_of(ax):
    """Labels of the rows from top to bottom."""
    return [tick.get_text() for tick in ax.get_yticklabels()]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("kind", "language"), [(None, "zh"), ("paper-1col", "en")])
def test_every_plot_draws_without_a_warning(name, kind, language):
    """Within a style and outside any, each plot draws without a missing glyph and changes no table."""
    table, options = ALL[name]
    before = table.copy()
    with matplotlib.rc_context(style(kind, language=language) if kind else {}), warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = getattr(plots, name)(table, language=language, **options)
        figure = np.atleast_1d(axes)[0].figure
        figure.canvas.draw()
    pd.testing.assert_frame_equal(table, before)
    written = {text.get_gid(): unwrapped(text.get_text()) for text in figure.texts}
    assert written["title"] == label(f"{name}.title", language)
    assert label("source", language) in written["footer"]
    assert label(f"{name}.title", language) in plots.alt_text(axes, language)


def test_every_text_fits_its_sheet():
    """Title, subtitle and footer stay within the width of a single column in both languages."""
    for language in ("zh", "en"):
        with matplotlib.rc_context(style("paper-1col", language=language)):
            for name in ("side_by_side", "keyness", "year_over_year"):
                axes = getattr(plots, name)(ALL[name][0], language=language)
                figure = np.atleast_1d(axes)[0].figure
                figure.canvas.draw()
                for text in figure.texts:
                    box = text.get_window_extent()
                    assert box.x0 >= 0
                    assert box.x1 <= figure.bbox.x1, (language, text.get_text())


def test_no_setting_is_left_changed():
    """A plot outside any style uses ours and leaves rcParams as they were."""
    before = dict(matplotlib.rcParams)
    ax = plots.frequency(FREQUENCY)
    ax.figure.canvas.draw()
    assert dict(matplotlib.rcParams) == before
    assert ax.get_yticklabels()[0].get_fontfamily()[0] == "Toolkit Sans SC"


def test_frequency_ranks_longest_first_and_names_its_denominator():
    """One bar a term, longest on top, `$` and `+` as they are, subtitle with region, year and tokens."""
    ax = plots.frequency(FREQUENCY.sample(frac=1, random_state=1), top=7)
    assert rows_of(ax) == TERMS[:7]
    assert [bar.get_width() for bar in ax.patches] == [80, 70, 60, 50, 40, 30, 20]
    subtitle = next(text.get_text() for text in ax.figure.texts if text.get_gid() == "subtitle")
    assert subtitle == "陇西县；2023年；分母：1,000词"


def test_frequency_refuses_several_groups():
    """Two regions in one ranking are refused with the term that stands twice."""
    both = pd.concat([FREQUENCY, FREQUENCY.assign(region="和平县")])
    with pytest.raises(ValueError, match="行政复议"):
        plots.frequency(both)


def test_given_axes_are_drawn_in():
    """Axes passed in come back, with title and subtitle above them."""
    figure = matplotlib.figure.Figure()
    mine = figure.subplots()
    assert plots.frequency(FREQUENCY, ax=mine, title="我的图") is mine
    assert mine.get_title(loc="left").startswith("我的图")


def test_unknown_text_and_missing_column_are_named():
    """A misspelt argument and a missing column are quoted; an empty table is refused in words."""
    with pytest.raises(TypeError, match="subtitel"):
        plots.frequency(FREQUENCY, subtitel="x")
    with pytest.raises(SchemaError, match="log_ratio"):
        plots.keyness(FREQUENCY)
    with pytest.raises(ValueError, match="without rows"):
        plots.frequency(FREQUENCY.head(0))
    with pytest.raises(ValueError, match="'fr'"):
        plots.frequency(FREQUENCY, language="fr")
    assert not matplotlib.pyplot.get_fignums()


def words_of(ax):
    """Words of a cloud with the boxes they take on the sheet."""
    ax.figure.canvas.draw()
    return {text.get_text(): text.get_window_extent() for text in ax.texts}


def test_cloud_holds_every_word_and_none_overlap():
    """Forty words are forty texts inside the axes; the middles of their boxes are disjoint; more is larger."""
    table = pd.DataFrame({"term": [f"第{i}词组" for i in range(40)], "count": range(80, 40, -1)})
    ax = plots.word_cloud(table)
    boxes = words_of(ax)
    assert list(boxes) == list(table["term"])
    assert boxes["第0词组"].height > boxes["第20词组"].height >= boxes["第39词组"].height
    # A text's box has room above and below its ink; half of its height lies within the ink.
    inks = [box.padded(-0.25 * box.height) for box in boxes.values()]
    assert all(ax.figure.bbox.fully_containsx(ink.x0) and ink.y0 > 0 for ink in inks)
    for i, one in enumerate(inks):
        assert not any(one.overlaps(other) for other in inks[:i])


def test_cloud_is_the_same_every_time_and_grows_with_its_axes():
    """Two clouds of one table stand alike; at twice the size every word is twice as wide."""
    one, other = (plots.word_cloud(FREQUENCY) for _ in range(2))
    before = words_of(one)
    assert {w: b.bounds for w, b in before.items()} == {w: b.bounds for w, b in words_of(other).items()}
    wide = one.get_window_extent().width
    one.figure.set_size_inches(2 * one.figure.get_size_inches())
    grown = words_of(one)["法治政府"].width / before["法治政府"].width
    assert grown == pytest.approx(one.get_window_extent().width / wide, rel=0.02)


def test_keyness_shows_both_directions_and_hollow_heads():
    """Positive terms above negative ones; heads of terms with adjusted p of .05 or more are white."""
    ax = plots.keyness(KEYNESS)
    dots = ax.collections[-1]
    assert rows_of(ax) == TERMS[:4]
    assert dots.get_offsets()[:, 0].tolist() == [2, 1, -1, -2]
    white = (dots.get_facecolors()[:, :3] == 1).all(axis=1)
    assert white.tolist() == [False, True, False, True]


def test_word_shift_says_what_the_rest_adds_up_to():
    """Two bars of four, what is more in the reference to the left, and the sum of the others in the subtitle."""
    table = pd.DataFrame(
        {
            "term": list("甲乙丙丁"),
            "contribution": [0.5, 0.25, 0.125, 0.125],
            "more_in": ["target", "reference"] * 2,
        }
    )
    ax = plots.word_shift(table, top=2)
    assert [bar.get_width() for bar in ax.patches] == [0.5, -0.25]
    subtitle = next(text.get_text() for text in ax.figure.texts if text.get_gid() == "subtitle")
    assert subtitle == "全部差异 1；未画出的2个词合计 0.25"


def test_side_by_side_says_that_region_and_year_are_confounded():
    """One panel a report in the table's order, the same terms in each, and the sentence as subtitle."""
    table = pd.concat([FREQUENCY, FREQUENCY.head(2).assign(region="和平县", year=2021)])
    panels = plots.side_by_side(table, top=4)
    assert [panel.get_title() for panel in panels] == ["陇西县\n2023", "和平县\n2021"]
    assert [bar.get_width() for bar in panels[1].patches] == [80, 70, 0, 0]
    written = "".join(text.get_text() for text in panels[0].figure.texts)
    assert "二者无法区分" in written


def test_trend_breaks_its_lines_at_missing_years():
    """2020 has no report: every line holds NaN there, and its name stands at the right."""
    ax = plots.trend(YEARS)
    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    assert [line.get_label() for line in lines] == TERMS[:3]
    for line in lines:
        assert line.get_xdata().tolist() == [2018, 2019, 2020, 2021, 2022]
        assert np.isnan(line.get_ydata()).tolist() == [False, False, True, False, False]
    assert {text.get_text() for text in ax.texts} == set(TERMS[:3])


def test_trend_draws_intervals_and_breaks():
    """Low and high become a band for each line; breaks become numbered lines explained in the footer."""
    breaks = pd.DataFrame({"date": ["2020-12-31", "1990-01-01"], "label": ["新纲要", "旧"]})
    table = YEARS.assign(low=YEARS["per_10k"] - 1, high=YEARS["per_10k"] + 1)
    ax = plots.trend(table, breaks=breaks)
    assert len(ax.collections) == 3
    assert [line.get_xdata()[0] for line in ax.lines if line.get_label() == "_break"] == [2020.5]
    footer = next(text.get_text() for text in ax.figure.texts if text.get_gid() == "footer")
    assert footer.startswith("竖线：1 新纲要\n来源")


def test_more_than_seven_lines_become_small_multiples():
    """Eight regions are eight panels on one scale; axes of one's own are then refused with advice."""
    table = pd.DataFrame(
        [(f"县{i}", y, i + y) for i in range(8) for y in (1, 2)], columns=["region", "year", "x"]
    )
    panels = plots.trend(table, line="region", value="x")
    assert [panel.get_title() for panel in panels] == [f"县{i}" for i in range(8)]
    assert len({panel.get_ylim() for panel in panels}) == 1
    with pytest.raises(ValueError, match="leave ax out"):
        plots.trend(table, line="region", value="x", ax=panels[0])


def test_trend_refuses_two_rows_for_a_year():
    """Two regions in one line are refused."""
    with pytest.raises(ValueError, match="stands twice"):
        plots.trend(pd.concat([YEARS, YEARS]))


def test_year_over_year_needs_a_predecessor():
    """Intervals across zero are hollow; a table of first years is refused in words."""
    ax = plots.year_over_year(CHANGES)
    assert (ax.collections[-1].get_facecolors()[:, :3] == 1).all(axis=1).tolist() == [False, True, False]
    with pytest.raises(ValueError, match="predecessor"):
        plots.year_over_year(CHANGES.assign(log2_ratio=np.nan))


def test_slope_and_ranks_name_their_lines():
    """Each line bears its name at its end; rank 1 is on top, and nothing above it has a number."""
    assert plots.slope(YEARS).texts[0].get_text().startswith("行政复议 ")
    ax = plots.rank_stability(RANKS)
    assert ax.yaxis_inverted()
    assert min(ax.get_yticks()) == 1
    assert {text.get_text() for text in ax.texts} == {"甲县", "乙县"}


def test_adoption_is_steps_with_the_central_date():
    """Curves are steps, and the date of the central document is a numbered line."""
    ax = plots.adoption_curve(SPREAD)
    styles = {line.get_label(): line.get_drawstyle() for line in ax.lines}
    steps = {name for name, style in styles.items() if style == "steps-post"}
    assert steps == set(SPREAD["mechanism"])
    assert "_break" in styles


def test_lines_bear_a_key_before_their_name():
    """Behind each line stands its dash and marker, at the height of its name, so that grey print is read too."""
    ax = plots.trend(YEARS)
    keys = [line for line in ax.lines if line.get_label() == "_key"]
    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    assert [(k.get_marker(), k.get_linestyle()) for k in keys] == [
        (line.get_marker(), line.get_linestyle()) for line in lines
    ]
    assert [key.get_ydata()[0] for key in keys] == [text.xy[1] for text in ax.texts]
    assert ax.get_xlim()[1] == pytest.approx(2022.4)


def test_long_names_of_lines_leave_room_for_the_lines():
    """Where names are longer than a column is wide, they stand in lines above; axes keep half the sheet's width."""
    long = YEARS.assign(
        term=YEARS["term"] + " random selection of inspectors and inspected, publication of results"
    )
    with matplotlib.rc_context(style("paper-1col", width=8, language="en")):
        ax = plots.trend(long, language="en")
        ax.figure.draw_without_rendering()
        box, sheet = ax.get_legend().get_window_extent(), ax.figure.bbox
    assert ax.get_window_extent().width > 0.5 * sheet.width
    assert box.x1 <= sheet.x1 + 1
    assert box.y1 <= sheet.y1
    assert len(plots.grey_check(ax)) == 3


def test_columns_over_the_years_leave_gaps_and_count_reports():
    """Roles by year are columns at their years: 2019 has none, and n stands above the others."""
    table = pd.DataFrame(
        [
            (y, role, s, n)
            for y, n in ((2018, 3), (2020, 12))
            for role, s in (("plan", 0.25), ("problem", 0.75))
        ],
        columns=["year", "role", "share", "n_reports"],
    )
    ax = plots.roles(table, row="year")
    middles = {round(bar.get_x() + bar.get_width() / 2) for bar in ax.patches}
    assert middles == {2018, 2020}
    assert [text.get_text() for text in ax.texts] == ["3", "12"]
    assert ax.get_xlim() == (2018 - 0.6, 2020 + 0.6)
    assert "柱顶数字为报告数" in plots.caption(ax)


@pytest.mark.parametrize(
    ("name", "most"),
    [("heat_map", 40), ("roles", 40), ("rank_stability", 40), ("dispersion", 40), ("side_by_side", 18),
     ("trend", 30), ("distribution", 12)],
)  # fmt: skip
def test_what_one_sheet_cannot_hold_is_said(name, most):
    """Of 2,800 regions as many are drawn as fit a page, and the caption says how many are not."""
    table, _ = ALL[name]
    row = {"dispersion": "label", "distribution": "indicator_id"}.get(name, "region")
    many = pd.concat([table.head(1)] * 2800).assign(**{row: [f"县{i}" for i in range(2800)]})
    axes = getattr(plots, name)(many, **({"line": "region"} if name == "trend" else {}))
    assert f"只画前{most}个，其余{2800 - most:,}个未画" in plots.caption(axes)
    panels = np.atleast_1d(axes)
    lines = [line for line in panels[0].lines if not line.get_label().startswith("_")]
    drawn = {"rank_stability": len(lines), "distribution": len(panels) // 2}.get(name, len(panels))
    assert (len(rows_of(axes)) if drawn == 1 else drawn) == most
    assert panels[0].figure.get_figheight() * 2.54 < 26


def test_numbers_of_axes_are_short():
    """Large numbers are 万, 亿 and 万亿 in Chinese, bn and tn in English; small ones stay."""
    assert [short_number(x) for x in (950, 2.5e4, 1e10, 1.5e12)] == ["950", "2.5万", "100亿", "1.5万亿"]
    assert [short_number(x, "en") for x in (25_000, 1e10)] == ["25,000", "10 bn"]


def test_scatter_names_what_lies_farthest_out():
    """Five of nine dots bear their names, the farthest first; one beside another is left out."""
    table = pd.DataFrame({"x": [0, 1, 0, 1, 0.5, 0.5, 9, 9.01, -9], "y": [0, 0, 1, 1, 0.5, 0.4, 9, 9, 0]})
    ax = plots.scatter(table.assign(name=list("abcdefghi")), "x", "y", name="name")
    shown = [text.get_text() for text in ax.texts]
    assert {"g", "h"} & {*shown} == {"h"}
    assert "i" in shown


def test_distribution_says_how_many_report():
    """Each row has its share of reports that state a value, their points on a scale of its own, and a median."""
    panels = plots.distribution(STATED)
    assert [bar.get_title(loc="left") for bar in panels[::2]] == ["1/2", "1/1"]
    assert [bar.patches[0].get_width() for bar in panels[::2]] == [1 / 2, 1]
    assert [strip.get_title(loc="left") for strip in panels[1::2]] == ["a", "b"]
    assert [strip.lines[0].get_xdata().tolist() for strip in panels[1::2]] == [[1], [3]]
    assert all(len(strip.collections) == 1 for strip in panels[1::2])


def test_heat_map_crosses_out_what_is_missing():
    """A region without a value has a cross, not a zero."""
    table = pd.DataFrame(
        [("甲县", "a", 0.0), ("甲县", "b", 2.0), ("乙县", "a", 1.0)], columns=["region", "term", "per_10k"]
    )
    ax = plots.heat_map(table)
    assert [text.get_text() for text in ax.texts] == ["×", "0", "2", "1"]


def test_coverage_is_a_matrix_and_for_many_regions_bars():
    """Two regions and three years are six cells; a hundred regions are bars whose heights add up to them."""
    ax = plots.coverage(COVERAGE)
    assert ax.collections[0].get_array().size == 6
    many = pd.DataFrame(
        [(f"县{i}", year, "collected") for i in range(100) for year in (2019, 2020)],
        columns=["region", "year", "status"],
    )
    ax = plots.coverage(many)
    assert sum(bar.get_height() for bar in ax.patches) == 200
    assert all(tick == int(tick) for tick in ax.get_xticks())


def test_roles_sum_to_the_whole_bar():
    """Shares of a bar add up to 1 and the legend names the roles in their order."""
    ax = plots.roles(ROLES)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["成绩", "问题", "计划"]
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(2)


def test_network_draws_each_pair_once():
    """Three pairs are three lines, and each term is named once."""
    ax = plots.cooccurrence(PAIRS)
    assert len(ax.lines) == 3
    assert sorted(text.get_text() for text in ax.texts) == sorted(["法治", "政府", "建设", "行政", "复议"])


@pytest.mark.parametrize("kind", ["paper-1col", "screen"])
def test_words_of_a_network_do_not_cover_one_another(kind):
    """Thirty pairs of which words repeat: no two words overlap, at the width of a column and on screen."""
    words = [
        f"{a}{b}{'法治政府'[: i % 3]}"
        for i, (a, b) in enumerate(zip("甲乙丙丁戊己庚辛" * 3, "子丑寅卯辰巳" * 4, strict=True))
    ]
    pairs = pd.DataFrame({"source": words, "target": words[5:] + words[:5], "log_dice": range(len(words))})
    with matplotlib.rc_context(style(kind)):
        ax = plots.cooccurrence(pairs.head(18))
        ax.figure.draw_without_rendering()
        boxes = [text.get_window_extent().shrunk(0.9, 0.6) for text in ax.texts]
    meeting = sum(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert meeting == 0


def test_strip_has_one_tick_an_occurrence():
    """Two and one occurrences are two strips of two and one ticks."""
    ax = plots.dispersion(PLACES)
    assert [len(strip.get_positions()) for strip in ax.collections] == [2, 1]


def test_describe_counts_each_group_once():
    """Denominators are summed over groups, not over terms."""
    table = pd.concat([FREQUENCY, FREQUENCY.assign(region="和平县", year=2021, n_tokens=500)])
    words = describe(table)
    assert words["subtitle"] == "陇西县、和平县；2021–2023年；分母：1,500词"
    assert words["footer"].endswith("共2份")


def test_lines_are_broken_where_the_language_allows():
    """No line is wider than asked, punctuation does not begin one, Latin words stay whole."""
    text = "每份报告的地区与年份均不同，二者无法区分。see the outline of 2021"
    lines = wrapped(text, 10).split("\n")
    assert all(ems(line) <= 11.1 for line in lines)
    assert not any(line[0] in "，。" for line in lines)
    assert unwrapped("\n".join(lines)) == text


def test_spread_keeps_order_and_distance():
    """Labels are moved apart by the gap, keep their order, and far ones stay where they are."""
    assert spread([9.0, 1.0, 1.0], 2).tolist() == [9, 0, 2]
    assert spread([], 2).tolist() == []


def test_labels_are_complete():
    """Every key has both languages, and plots have a title and a kind."""
    for name in ALL:
        for key in (f"{name}.title", f"{name}.kind"):
            assert label(key, "zh")
            assert label(key, "en")


def test_a_removed_title_stays_in_the_caption():
    """A journal's figure bears no title; its caption and alt text do."""
    ax = plots.frequency(FREQUENCY, title="", footer="")
    visible = [text.get_gid() for text in ax.figure.texts if text.get_visible()]
    assert visible == ["subtitle"]
    assert plots.caption(ax) == "最常用的词。陇西县；2023年；分母：1,000词。来源：政府年度报告文本，共1份。"
    assert "最常用的词" in plots.alt_text(ax)


def test_colours_go_from_dark_to_light():
    """Printed in grey, the lines' colours are in order of lightness, the first two directions apart."""
    from matplotlib.colors import to_rgb

    from toolkit.plots.style import COLOURS, MAIN, OTHER

    grey = [np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) for colour in (*COLOURS, MAIN, OTHER)]
    assert grey[:7] == sorted(grey[:7])
    assert abs(grey[7] - grey[8]) > 0.1


def test_tile_map_places_every_province():
    """34 tiles, two of them with a number."""
    ax = plots.tile_map(PROVINCES)
    assert len(ax.patches) == 34
    assert {text.get_text() for text in ax.texts if "\n" in text.get_text()} == {"甘肃\n3", "内蒙古\n1"}


@pytest.mark.parametrize(
    "name", ["frequency", "word_cloud", "keyness", "slope", "trend", "heat_map", "side_by_side"]
)
def test_strange_labels_are_shown_as_they_can_be(name):
    """A character without a glyph becomes 〓, controls and bidi marks vanish, `$` and `\\bad` stay, in every plot."""
    table = ALL[name][0].copy()
    table["term"] = table["term"].replace({TERMS[0]: "𰻝\u202e$\\bad$\x07_^{", TERMS[1]: "\u200b"})
    axes = getattr(plots, name)(table)
    first = np.atleast_1d(axes).flat[0]
    first.figure.canvas.draw()
    words = [*rows_of(first), *(text.get_text() for text in first.texts)]
    if name in ("frequency", "keyness", "slope", "trend"):
        assert any(word.startswith("〓$\\bad$_^{") for word in words)


def test_own_font_shows_more(tmp_path):
    """With a font of one's own, its characters are shown, not 〓."""
    from fontTools.ttLib import TTFont

    from toolkit.plots import fonts

    font = TTFont(fonts.font_paths()["sans"])
    for table in font["cmap"].tables:
        if table.format == 12:
            table.cmap[ord("𰻝")] = table.cmap[ord("面")]
    font["name"].setName("Mine", 1, 3, 1, 0x409)
    font.save(tmp_path / "mine.ttf")
    with matplotlib.rc_context(style(font=str(tmp_path / "mine.ttf"))):
        ax = plots.frequency(FREQUENCY.replace({"term": {TERMS[0]: "𰻝"}}))
        ax.figure.canvas.draw()
    assert rows_of(ax)[0] == "𰻝"
    assert fonts.missing_characters("𰻝", font=str(tmp_path / "mine.ttf")) == ""


def test_places_of_one_name_are_not_mixed():
    """Two regions called 朝阳区 are told apart by their codes; where there is none, such a table is refused."""
    table = pd.DataFrame(
        {
            "region_id": ["110105", "220104"],
            "region": "朝阳区",
            "year": 2023,
            "status": ["collected", "failed"],
        }
    )
    ax = plots.coverage(table)
    assert rows_of(ax) == ["朝阳区", "朝阳区"]
    both = pd.concat([FREQUENCY, FREQUENCY])
    coded = both.assign(region="朝阳区", region_code=["110105"] * 8 + ["220104"] * 8)
    assert [panel.get_title() for panel in plots.side_by_side(coded)] == ["朝阳区\n2023"] * 2
    assert rows_of(plots.heat_map(coded)) == ["朝阳区", "朝阳区"]
    for name in ("side_by_side", "heat_map"):
        with pytest.raises(ValueError, match="stands twice"):
            getattr(plots, name)(both)
    with pytest.raises(ValueError, match="stands twice"):
        plots.roles(pd.concat([ROLES, ROLES]))


def test_nothing_known_is_drawn_or_refused():
    """All values missing: crosses and empty panels, no warning; a cloud of zeros is refused in words."""
    plots.heat_map(FREQUENCY.assign(per_10k=np.nan)).figure.canvas.draw()
    plots.trend(YEARS.assign(per_10k=np.nan)).figure.canvas.draw()
    plots.distribution(STATED.assign(value=np.nan))[0].figure.canvas.draw()
    plots.trend(YEARS.head(1)).figure.canvas.draw()
    with pytest.raises(ValueError, match="above zero"):
        plots.word_cloud(FREQUENCY.assign(count=0))
