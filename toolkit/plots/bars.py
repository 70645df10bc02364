"""Plots of ranked terms: bars, lollipops, word shift, word cloud; and shares of roles."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import Ax, Axes, Texts, canvas, draw_dots, name_rows
from toolkit.plots.clouds import draw_cloud
from toolkit.plots.labels import ems, label, named, wrapped
from toolkit.plots.style import GREY, INK, MAIN, OTHER, looks
from toolkit.plots.tables import Frame, first_rows, grid_of, name_column, needed

_ROW = 0.19  # inches for one bar with its label


def frequency(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "per_10k", top: int = 20, **texts: str
) -> Axes:
    """Ranked bars of the most frequent terms of one group.

    Give it one group (``table.query(...)``): bars of several regions or years mixed would be no ranking.

    Parameters
    ----------
    table
        From `frequency`: term and the column `value`.
    ax
        Axes to draw in; left out, a figure of its own.
    language
        Of the labels: "zh" or "en".
    value
        The column drawn: per_10k, count, document_share or another number.
    top
        How many terms.
    texts
        title, subtitle, footer: replace the automatic ones; an empty text removes it.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        Where a term stands twice among those drawn: the table holds several groups.
    """
    return _ranked("frequency", table, ax, language, value, top, texts)


def tf_idf(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "tf_idf", top: int = 20, **texts: str
) -> Axes:
    """Ranked bars of the terms particular to one group by TF-IDF; parameters as in `frequency`."""
    return _ranked("tf_idf", table, ax, language, value, top, texts)


def collocates(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "log_dice", top: int = 20, **texts: str
) -> Axes:
    """Ranked bars of the words that stand near one node; parameters as in `frequency`."""
    needed(table, ["node"], "collocates")
    node = label("list", language).join(table["node"].unique())
    note = label("collocates.subtitle", language, node=node)
    return _ranked("collocates", table, ax, language, value, top, texts, subtitle=note)


def _ranked(
    name: str, table: Frame, ax: Ax, language: str, value: str, top: int, texts: Texts, **notes: str
) -> Axes:
    """Horizontal bars, longest on top, each with its number."""
    needed(table, ["term", value], name)
    shown = table.nlargest(top, value, keep="first")
    twice = shown.loc[shown["term"].duplicated(), "term"]
    if len(twice):
        raise ValueError(f"plots.{name}() ranks one group; {twice.iloc[0]!r} stands twice: choose a group.")
    with canvas(ax, name, table, language, texts, notes=notes, height=_height(len(shown))) as ax:
        bars = ax.barh(range(len(shown)), shown[value], color=MAIN, height=0.72)
        name_rows(ax, shown["term"])
        ax.bar_label(bars, [_number(v) for v in shown[value]], padding=2, fontsize=7.5, color=GREY)
        ax.set_xlabel(named(value, language))
        ax.margins(x=0.1)
    return ax


def _height(rows: int) -> float:
    """Inches for so many rows with caption and axis."""
    return 1.15 + _ROW * max(rows, 4)


def _number(value: float) -> str:
    """Three significant digits, or the whole number."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def word_cloud(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "count", top: int = 40, **texts: str
) -> Axes:
    """A word cloud, larger for larger values; it stands beside bars of the same table, never alone.

    Sizes are hard to compare, and a long word is drawn smaller where room is scarce: read numbers from the
    bars. Words never overlap, and the same table gives the same cloud. Parameters as in `frequency`.
    """
    needed(table, ["term", value], "word_cloud")
    shown = table[table[value] > 0].nlargest(top, value, keep="first")
    with canvas(ax, "word_cloud", table, language, texts) as ax:
        draw_cloud(ax, shown["term"].tolist(), shown[value].to_numpy(float))
    return ax


def frequency_and_cloud(
    table: Frame,
    *,
    language: str = "zh",
    value: str = "per_10k",
    top: int = 20,
    cloud: int = 40,
    **texts: str,
) -> np.ndarray:
    """The ranked bars and, beside them, the word cloud of the same table.

    Returns
    -------
    numpy.ndarray
        The two Axes. Parameters as in `frequency`; `cloud` is the number of words in the cloud.
    """
    needed(table, ["term", value], "frequency_and_cloud")
    words = table[table[value] > 0].nlargest(cloud, value)
    shape = {"panels": (1, 2), "width_ratios": [1, 1.25], "height": _height(min(top, len(table)))}
    if plt.rcParams["figure.figsize"][0] <= 4.5:
        shape = {"panels": (2, 1), "height_ratios": [1.5, 1], "height": 1.6 * shape["height"]}
    with canvas(None, "frequency_and_cloud", table, language, texts, **shape) as panels:
        _ranked("frequency", table, panels[0], language, value, top, {"title": "", "subtitle": ""})
        draw_cloud(panels[1], words["term"].tolist(), words[value].to_numpy(float))
    return panels


def keyness(
    table: Frame,
    *,
    ax: Ax = None,
    language: str = "zh",
    value: str = "log_ratio",
    top: int = 12,
    **texts: str,
) -> Axes:
    """Lollipops of the key terms in both directions: more frequent in the target, more frequent elsewhere.

    Parameters
    ----------
    table
        From `keyness` (or `log_odds`, with ``value="z"``), strongest first. Hollow heads are terms whose
        `p_adjusted` is .05 or more.
    value
        The effect size drawn.
    top
        How many terms in each direction. Other parameters as in `frequency`.
    """
    needed(table, ["term", value], "keyness")
    shown = pd.concat([table[table[value] > 0].head(top), table[table[value] < 0].tail(top)])
    sure = shown["p_adjusted"] < 0.05 if "p_adjusted" in shown else True
    notes = {}
    if "n_tokens_target" in table:
        n = f"{table['n_tokens_target'].iloc[0]:,} / {table['n_tokens_reference'].iloc[0]:,}"
        notes = {"subtitle": label("keyness.subtitle", language, n=n)}
    with canvas(ax, "keyness", table, language, texts, notes=notes, height=_height(len(shown))) as ax:
        draw_dots(ax, shown[value], 0, shown[value], sure)
        _name_both_ways(ax, shown["term"], value, language)
    return ax


def _name_both_ways(ax: Axes, names: Iterable[str], value: str, language: str) -> None:
    """Names of rows, and an axis that says which way is less and which is more."""
    name_rows(ax, names)
    ends = [label(end, language) for end in ("rarer", "commoner")]
    ax.set_xlabel(f"   {named(value, language)}   ".join(ends))


def word_shift(table: Frame, *, ax: Ax = None, language: str = "zh", top: int = 24, **texts: str) -> Axes:
    """Bars of the terms that explain most of the change between two years or groups, both directions.

    Parameters
    ----------
    table
        From `word_shift`: term and contribution, more_in. The subtitle says how much the terms not drawn
        add up to. Where no contribution is negative, terms more frequent in the reference go to the left.
    top
        How many terms, largest contribution (in either direction) first. Other parameters as in `frequency`.
    """
    needed(table, ["term", "contribution"], "word_shift")
    values = table.set_index("term")["contribution"].sort_values(key=abs, ascending=False, kind="stable")
    rest = {"n": max(0, len(values) - top), "rest": f"{values[top:].sum():.3g}", "all": f"{values.sum():.3g}"}
    notes = {"subtitle": label("word_shift.subtitle", language, **rest)}
    if "more_in" in table and (values >= 0).all():
        values = values.where(~values.index.isin(table.loc[table["more_in"] == "reference", "term"]), -values)
    shown = values[:top]
    with canvas(ax, "word_shift", table, language, texts, notes=notes, height=_height(len(shown))) as ax:
        ax.barh(range(len(shown)), shown, color=np.where(shown > 0, MAIN, OTHER), height=0.72)
        ax.axvline(0, color=GREY, linewidth=0.6)
        _name_both_ways(ax, shown.index, "contribution", language)
    return ax


def side_by_side(
    table: Frame,
    *,
    language: str = "zh",
    value: str = "per_10k",
    terms: list[str] | None = None,
    top: int = 12,
    **texts: str,
) -> np.ndarray:
    """Dated reports side by side, in the order of the table and unranked: one panel each, the same terms.

    For regions of one report each, of different years: region and year cannot be told apart there, and the
    subtitle says so.

    Parameters
    ----------
    table
        From `frequency` over several groups: region (or region_code), year, term and `value`. A term that a
        report does not have is 0; a report that is missing is no panel.
    terms
        The terms, in this order; left out, the `top` with the largest sum.

    Returns
    -------
    numpy.ndarray
        One Axes for each report.
    """
    key = name_column(table)
    needed(table, [key, "year", "term", value], "side_by_side")
    terms = terms or table.groupby("term")[value].sum().nlargest(top).index.tolist()
    grid = grid_of(table, [key, "year"], "term", value, "side_by_side").reindex(columns=terms).fillna(0)
    width = plt.rcParams["figure.figsize"][0]
    grid, note = first_rows(grid, language, 18 if width > 4.5 else 9)
    columns = min(len(grid), 6 if width > 4.5 else 3)
    rows = -(-len(grid) // columns)
    shape = {"panels": (rows, columns), "n": len(grid), "height": 1.2 + rows * (0.45 + _ROW * len(terms))}
    confounded = label("confounded", language) if len(grid) > 1 else ""
    words = label("join", language).join(filter(None, (note, confounded)))
    shape |= {"sharex": True, "sharey": True, "notes": {"subtitle": words}}
    with canvas(None, "side_by_side", table, language, texts, **shape) as panels:
        for panel, ((name, year), values) in zip(panels, grid.iterrows(), strict=True):
            panel.barh(range(len(terms)), values, color=MAIN, height=0.72)
            name_rows(panel, terms)
            panel.tick_params(labelbottom=True)
            title = wrapped(f"{name}\n{year}", 0.8 * width * 72 / 8 / columns)
            panel.set_title(title, fontsize=8, weight="normal", color=INK, parse_math=False)
        panels[(rows - 1) * columns].set_xlabel(named(value, language), loc="left")
    return panels


def roles(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "share", row: str = "", **texts: str
) -> Axes:
    """Stacked bars of how much of each report goes to which role (achievement, problem, plan ...).

    With ``row="year"`` they are columns on an axis of years: a year without a row is a gap, and numbers of
    reports (`n_reports`, where the table has them) stand above.

    Parameters
    ----------
    table
        One row for each report (or year) and role: a key column, role and share (0 to 1). Roles without text
        are 0.
    row
        The column that names a bar; left out, the region, or the year.
    """
    row = row or name_column(table)
    needed(table, [row, "role", value], "roles")
    known = looks("role")
    order = [role for role in dict.fromkeys([*known, *table["role"]]) if (table["role"] == role).any()]
    grid = grid_of(table, [row], "role", value, "roles").reindex(columns=order).fillna(0)
    room = plt.rcParams["figure.figsize"][0] * 72 / 8 - 7
    columns = max(1, int(room / (max(ems(named(role, language)) for role in order) + 4.5)))
    upright = row == "year"
    note = label("roles.subtitle", language) if upright and "n_reports" in table else ""
    if not upright:
        grid, note = first_rows(grid, language)
    height = plt.rcParams["figure.figsize"][1] if upright else _height(len(grid))
    height += 0.2 * -(-len(order) // columns)
    with canvas(ax, "roles", table, language, texts, notes={"subtitle": note}, height=height) as ax:
        draw, along, at = (ax.bar, "bottom", grid.index) if upright else (ax.barh, "left", range(len(grid)))
        before, across = np.zeros(len(grid)), "width" if upright else "height"
        for role in order:
            colour, hatch = known.get(role, ("#eeeeee", ""))
            look = {"color": colour, "hatch": hatch, "edgecolor": "white", across: 0.72, along: before}
            draw(at, grid[role], label=named(role, language), **look)
            before = before + grid[role].to_numpy()
        top, pad = max(1.0, before.max(initial=0)), 0.2
        if upright:
            pad = _name_years(ax, table, value, language)
            ax.set_ylim(0, top)
        else:
            name_rows(ax, grid.index)
            ax.set_xlim(0, top)
            ax.set_xlabel(named(value, language))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=pad)
    return ax


def _name_years(ax: Axes, table: Frame, value: str, language: str) -> float:
    """Whole years below, numbers of reports above the columns; how far the legend must stand off, in ems."""
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6 if ax.figure.get_figwidth() < 4.5 else 13))
    ax.set_xlim(table["year"].min() - 0.6, table["year"].max() + 0.6)
    ax.set_ylabel(named(value, language))
    if "n_reports" not in table:
        return 0.2
    numbers = table.drop_duplicates("year").set_index("year")["n_reports"]
    look = {"xycoords": ("data", "axes fraction"), "xytext": (0, 2), "textcoords": "offset points"}
    for year, n in numbers.items():
        ax.annotate(f"{n}", (year, 1), **look, ha="center", va="bottom", fontsize=6, color=GREY)
    return 1.3
