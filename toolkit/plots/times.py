"""Plots over time: lines with gaps, changes with intervals, slopes, ranks, adoption."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import canvas, describe, draw_dots, name_rows, needed
from toolkit.plots.labels import label, named, wrapped
from toolkit.plots.style import COLOURS, DASHES, GREY, INK, MAIN, MARKERS, PALE

MOST_LINES = 7


def trend(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    value: str = "per_10k",
    line: str = "term",
    breaks: pd.DataFrame | None = None,
    **texts: str,
) -> Axes | np.ndarray:
    """Lines over the years, one for each term (or region), with gaps as gaps and intervals where given.

    Up to seven lines share the axes and bear their names at their ends; more become small multiples on one
    scale. A year without a row, or with NaN, breaks the line: nothing is drawn across it.

    Parameters
    ----------
    table
        Year, the column `line`, the column `value`; columns ``low`` and ``high`` (or ``per_10k_low`` ...)
        are drawn as a band. Give it one row for each line and year (see `complete_years` for true zeros).
    value, line
        The column drawn, and the column that names a line: term, region, indicator_id ...
    breaks
        Events that change what is counted: columns year (may be a fraction), zh, en. Dashed lines, numbered.

    Returns
    -------
    Axes, or an array of Axes where there are more than seven lines.

    Raises
    ------
    ValueError
        Where a line has two rows for a year, or axes were given for more than seven lines.
    """
    needed(table, ["year", line, value], "trend")
    if table.duplicated([line, "year"]).any():
        twice = table.loc[table.duplicated([line, "year"]), [line, "year"]].iloc[0].to_dict()
        raise ValueError(
            f"plots.trend() draws one value a line and year; {twice} stands twice. Choose one region."
        )
    years = np.arange(int(table["year"].min()), int(table["year"].max()) + 1)
    lines = {name: rows.set_index("year").reindex(years) for name, rows in table.groupby(line, sort=False)}
    if breaks is not None and len(breaks):
        breaks = breaks[breaks["year"].between(years[0] - 0.5, years[-1] + 0.5)].reset_index(drop=True)
        items = label("list", language).join(f"{i + 1} {text}" for i, text in enumerate(breaks[language]))
        source = describe(table, language)["footer"]
        texts = {"footer": f"{label('breaks', language, items=items)}\n{source}", **texts} if items else texts
    if len(lines) > MOST_LINES and ax is not None:
        raise ValueError(
            f"plots.trend() needs a panel for each of {len(lines)} lines: leave ax out, or show seven."
        )
    if len(lines) > MOST_LINES:
        return _multiples(table, lines, language, value, breaks, texts)
    with canvas(ax, "trend", table, language, texts) as ax:
        for i, (name, rows) in enumerate(lines.items()):
            _line(ax, rows, value, str(name), i)
        _years(ax, years)
        _mark(ax, breaks)
        ax.set_ylabel(named(value, language))
        _name_ends(ax)
    return ax


def _line(ax: Axes, rows: pd.DataFrame, value: str, name: str, i: int) -> None:
    """One line with markers, broken at missing years, over its interval."""
    colour = COLOURS[i]
    low, high = (next((c for c in (f"{value}_{end}", end) if c in rows), None) for end in ("low", "high"))
    if low and high:
        limits = (rows[end].astype(float) for end in (low, high))
        ax.fill_between(rows.index, *limits, color=colour, alpha=0.15, linewidth=0)
    look = {"color": colour, "linestyle": DASHES[i], "marker": MARKERS[i]}
    ax.plot(rows.index, rows[value].astype(float), label=name, **look)


def _years(ax: Axes, years: np.ndarray) -> None:
    """Whole years on the axis, and zero on the other unless there are negative values."""
    ax.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6 if ax.figure.get_figwidth() < 4.5 else 10))
    ax.ticklabel_format(axis="x", useOffset=False)
    if ax.get_ylim()[0] < 0 <= min((np.nanmin(line.get_ydata()) for line in ax.lines), default=0):
        ax.set_ylim(bottom=0)
    ax.grid(axis="y")


def _mark(ax: Axes, breaks: pd.DataFrame | None) -> None:
    """Numbered dashed lines at the breaks."""
    for i, year in enumerate(breaks["year"] if breaks is not None else ()):
        ax.axvline(year, color=GREY, linewidth=0.7, linestyle=(0, (2, 2)), label="_break")
        ax.annotate(
            str(i + 1), (year, 1), xycoords=("data", "axes fraction"), xytext=(0, 1), fontsize=7,
            textcoords="offset points", ha="center", color=GREY,
        )  # fmt: skip


def _name_ends(ax: Axes, *, numbers: bool = False) -> None:
    """Write each line's name at its last point, moved apart where they would overlap."""
    named_lines = [each for each in ax.lines if not each.get_label().startswith("_")]
    ends = []
    for each in named_lines:
        x, y = (np.asarray(data, dtype=float) for data in each.get_data())
        known = np.flatnonzero(~np.isnan(y))
        ends.append((x[known[-1]], y[known[-1]]) if len(known) else (np.nan, np.nan))
    points = ax.figure.get_figheight() * 72 * 0.6  # rough height of the axes
    bottom, top = ax.get_ylim()
    gap = 10.5 * (top - bottom) / points
    places = spread([y for _, y in ends], gap)
    right = ax.get_xlim()[1]
    for each, place, (_, last) in zip(named_lines, places, ends, strict=True):
        if not np.isnan(place):
            text = f"{each.get_label()} {last:.3g}" if numbers else each.get_label()
            ax.annotate(
                wrapped(text, 14), (right, place), xytext=(3, 0), textcoords="offset points",
                va="center", fontsize=8, color=each.get_color(), annotation_clip=False, parse_math=False,
            )  # fmt: skip


def spread(values: Iterable[float], gap: float) -> np.ndarray:
    """Places as near to the values as can be in the same order, at least `gap` apart; NaN stays."""
    values = np.asarray(list(values), dtype=float)
    order = [i for i in np.argsort(values, kind="stable") if not np.isnan(values[i])]
    places = values.copy()
    blocks: list[list[int]] = []
    for i in order:
        blocks.append([i])
        while (
            len(blocks) > 1
            and _middle(blocks[-1], values) - _middle(blocks[-2], values)
            < gap * (len(blocks[-1]) + len(blocks[-2])) / 2
        ):
            last = blocks.pop()
            blocks[-1] += last
    for block in blocks:
        middle = _middle(block, values)
        places[block] = middle + gap * (np.arange(len(block)) - (len(block) - 1) / 2)
    return places


def _middle(block: list[int], values: np.ndarray) -> float:
    """Mean of the values of a block."""
    return float(values[block].mean())


def _multiples(
    table: pd.DataFrame,
    lines: dict[object, pd.DataFrame],
    language: str,
    value: str,
    breaks: pd.DataFrame | None,
    texts: dict[str, str],
) -> np.ndarray:
    """Small multiples on one scale, each line against all others in grey."""
    width = plt.rcParams["figure.figsize"][0]
    columns = 5 if width > 4.5 else 3
    rows = -(-len(lines) // columns)
    years = next(iter(lines.values())).index.to_numpy()
    words = [named(value, language), label("other_lines", language), describe(table, language)["subtitle"]]
    texts = {"subtitle": label("join", language).join(filter(None, words)), **texts}
    options = {"height": 0.9 + 1.05 * rows, "panels": (rows, columns), "sharex": True, "sharey": True}
    with canvas(None, "trend", table, language, texts, **options) as panels:
        for panel, (name, series) in zip(panels, lines.items(), strict=False):
            for other in lines.values():
                panel.plot(years, other[value].astype(float), color=PALE, linewidth=0.7, label="_others")
            panel.plot(years, series[value].astype(float), color=MAIN, marker="o", label=str(name))
            panel.set_title(
                wrapped(name, 0.8 * width * 9 / columns), fontsize=8, weight="normal", parse_math=False
            )
            panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
            panel.set_ylim(bottom=min(0, panel.get_ylim()[0]))
            _mark(panel, breaks)
        for panel in panels[len(lines) :]:
            panel.set_axis_off()
    return np.array(list(panels[: len(lines)]))


def year_over_year(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    year: int | None = None,
    top: int = 20,
    **texts: str,
) -> Axes:
    """The terms that changed most against the year before, each with its interval; pale ones cross zero.

    Parameters
    ----------
    table
        From `year_over_year`, one region: year, term, log2_ratio, log2_low, log2_high.
    year
        Left out, the last year that has a predecessor.
    top
        How many terms: those whose interval is farthest from zero.

    Raises
    ------
    ValueError
        Where no year has a predecessor, or a term stands twice.
    """
    needed(table, ["year", "term", "log2_ratio", "log2_low", "log2_high"], "year_over_year")
    known = table.dropna(subset=["log2_ratio"])
    if known.empty:
        raise ValueError("plots.year_over_year() needs a year whose predecessor has a report; there is none.")
    year = int(known["year"].max()) if year is None else year
    rows = known[known["year"] == year]
    if rows["term"].duplicated().any():
        raise ValueError("plots.year_over_year() draws one region; terms stand twice. Choose one.")
    nearest = np.maximum(rows["log2_low"], -rows["log2_high"])
    shown = rows.loc[nearest.sort_values(ascending=False, kind="stable").index[:top]]
    shown = shown.sort_values("log2_ratio", ascending=False, kind="stable")
    texts = {"subtitle": label("year_over_year.subtitle", language, year=year), **texts}
    with canvas(ax, "year_over_year", rows, language, texts, height=1.3 + 0.19 * len(shown)) as ax:
        low, high = shown["log2_low"], shown["log2_high"]
        draw_dots(ax, shown["log2_ratio"], low, high, (low > 0) | (high < 0))
        name_rows(ax, shown["term"])
        ax.set_xlabel(named("log2_ratio", language))
    return ax


def slope(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    value: str = "per_10k",
    line: str = "term",
    **texts: str,
) -> Axes:
    """Two years, one straight line for each term (or region), named and numbered at its right end.

    Parameters
    ----------
    table
        Year, the column `line`, the column `value`; the first and the last year are drawn.
    """
    needed(table, ["year", line, value], "slope")
    ends = table[table["year"].isin([table["year"].min(), table["year"].max()])]
    grid = ends.pivot(index=line, columns="year", values=value).reindex(table[line].drop_duplicates())
    return _bump(grid, "slope", ends, ax, language, texts, named(value, language), numbers=True)


def rank_stability(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    line: str = "region",
    across: str = "measure",
    value: str = "rank",
    **texts: str,
) -> Axes:
    """A bump chart: the rank of each region (or term) under each way of measuring; crossings are instability.

    Parameters
    ----------
    table
        One row for each `line` and `across`, with the rank in `value`; 1 is on top.
    """
    needed(table, [line, across, value], "rank_stability")
    order = list(dict.fromkeys(table[across]))
    grid = table.pivot(index=line, columns=across, values=value).reindex(table[line].drop_duplicates())
    ax = _bump(grid[order], "rank_stability", table, ax, language, texts, named(value, language))
    ax.invert_yaxis()
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _bump(
    grid: pd.DataFrame,
    name: str,
    table: pd.DataFrame,
    ax: Axes | None,
    language: str,
    texts: dict[str, str],
    unit: str,
    numbers: bool = False,
) -> Axes:
    """Lines between columns of a grid, named at their right ends."""
    height = max(plt.rcParams["figure.figsize"][1], 1.2 + 0.19 * len(grid))
    with canvas(ax, name, table, language, texts, height=height) as ax:
        at = range(grid.shape[1])
        for i, (key, row) in enumerate(grid.iterrows()):
            colour = COLOURS[i % len(COLOURS)] if len(grid) <= MOST_LINES else (MAIN if i % 2 else INK)
            ax.plot(at, row.astype(float), color=colour, marker=MARKERS[i % 7], label=str(key))
        ax.set_xticks(at, [wrapped(named(str(c), language), 8) for c in grid.columns], parse_math=False)
        ax.set_xlim(-0.15, grid.shape[1] - 1 + 0.08)
        ax.set_ylabel(unit)
        _name_ends(ax, numbers=numbers)
    return ax


def adoption(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    value: str = "share",
    line: str = "mechanism",
    dates: pd.DataFrame | None = None,
    **texts: str,
) -> Axes:
    """Steps: the share of regions that have reported a mechanism so far; first reported, never "adopted".

    Parameters
    ----------
    table
        Year, `line`, and `value` (0 to 1), one row for each line and year.
    dates
        Central documents: columns year, zh, en; drawn as numbered dashed lines.
    """
    axes = trend(table, ax=ax, language=language, value=value, line=line, breaks=dates, **{
        "title": label("adoption.title", language), **texts,
    })  # fmt: skip
    for each in np.atleast_1d(axes):
        each.set_gid("adoption")
        for curve in each.lines:
            if not curve.get_label().startswith("_break"):
                curve.set_drawstyle("steps-post")
    return axes
