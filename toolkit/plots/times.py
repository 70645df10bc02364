"""Plots over time: lines with gaps, changes with intervals, slopes, ranks, spread."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import Ax, Axes, Texts, canvas, draw_dots, name_rows
from toolkit.plots.labels import ems, label, named, wrapped
from toolkit.plots.style import COLOURS, DASHES, GREY, INK, MAIN, MARKERS, PALE
from toolkit.plots.tables import Frame, first_rows, grid_of, name_column, needed

MOST_LINES = 7
Marks = list[tuple[float, str]]  # places and words of breaks
Lines = dict[str, pd.DataFrame]  # a line's name, its rows by year


def trend(
    table: Frame,
    *,
    ax: Ax = None,
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
        From `breaks`: date (ISO) and label, events that change what is counted. Numbered dashed lines; the
        place of a date is within its year, whose point is the middle.

    Returns
    -------
    Axes, or an array of Axes where there are more than seven lines.

    Raises
    ------
    ValueError
        Where a line has two rows for a year, or axes were given for more than seven lines.
    """
    return _over_years("trend", table, ax, language, value, line, breaks, texts)


def adoption_curve(
    table: Frame,
    *,
    ax: Ax = None,
    language: str = "zh",
    value: str = "share_reported",
    line: str = "mechanism",
    **texts: str,
) -> Axes | np.ndarray:
    """Steps: the share of regions that have reported a mechanism so far; first reported, never "adopted".

    Parameters
    ----------
    table
        From `adoption_curve`: mechanism, year, share_reported; central_on becomes numbered dashed lines.
    """
    dates = None
    if "central_on" in table:
        dates = table[[line, "central_on"]].drop_duplicates().set_axis(["label", "date"], axis=1)
    axes = _over_years("adoption_curve", table, ax, language, value, line, dates, texts)
    for each in np.atleast_1d(axes):
        for curve in each.lines:
            if curve.get_label() in ("_others", *table[line].astype(str)):
                curve.set_drawstyle("steps-post")
    return axes


def _over_years(
    name: str, table: Frame, ax: Ax, language: str, value: str, line: str, breaks: Frame | None, texts: Texts
) -> Axes | np.ndarray:
    """Lines over years in one axes, or in small multiples."""
    needed(table, ["year", line, value], name)
    twice = table.loc[table.duplicated([line, "year"]), [line, "year"]]
    if len(twice):
        place = twice.iloc[0].to_dict()
        raise ValueError(f"plots.{name}() draws one row a line and year; {place} stands twice.")
    years = np.arange(int(table["year"].min()), int(table["year"].max()) + 1)
    lines = {str(key): rows.set_index("year").reindex(years) for key, rows in table.groupby(line, sort=False)}
    marks = _marks(breaks, years)
    items = label("list", language).join(f"{i} {text}" for i, (_, text) in enumerate(marks, 1))
    notes = {"footer": label("breaks", language, items=items) if marks else ""}
    if len(lines) > MOST_LINES:
        if ax is not None:
            raise ValueError(f"plots.{name}() needs a panel for each of {len(lines)} lines: leave ax out.")
        return _multiples(name, table, lines, language, value, marks, notes, texts)
    own = ax is None
    with canvas(ax, name, table, language, texts, notes=notes) as ax:
        for i, (key, rows) in enumerate(lines.items()):
            _line(ax, rows, value, key, i)
        _years(ax, years, marks)
        ax.set_ylabel(named(value, language))
        _name_ends(ax, grow=own)
    return ax


def _marks(breaks: pd.DataFrame | None, years: np.ndarray) -> Marks:
    """Places and words of the breaks within the years drawn; a year's point is its middle."""
    if breaks is None or breaks.empty:
        return []
    dates = pd.to_datetime(breaks["date"].replace("", None))
    places = dates.dt.year - 0.5 + dates.dt.day_of_year / 366
    kept = zip(places, breaks["label"], strict=True)
    return sorted((x, text) for x, text in kept if years[0] - 0.5 <= x <= years[-1] + 0.5)


def _line(ax: Axes, rows: pd.DataFrame, value: str, name: str, i: int) -> None:
    """One line with markers, broken at missing years, over its interval."""
    low, high = (next((c for c in (f"{value}_{end}", end) if c in rows), None) for end in ("low", "high"))
    if low and high:
        limits = (rows[end].astype(float) for end in (low, high))
        ax.fill_between(rows.index, *limits, color=COLOURS[i], alpha=0.15, linewidth=0)
    look = {"color": COLOURS[i], "linestyle": DASHES[i], "marker": MARKERS[i]}
    ax.plot(rows.index, rows[value].astype(float), label=name, **look)


def _years(ax: Axes, years: np.ndarray, marks: Marks, ticks: int = 0) -> None:
    """Whole years on one axis, zero on the other unless there are negative values, and the breaks."""
    ax.set_xlim(years[0] - 0.4, years[-1] + 0.4)
    ticks = ticks or (6 if ax.figure.get_figwidth() < 4.5 else 10)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=ticks))
    ax.set_ylim(bottom=min(0, *(np.nanmin([*line.get_ydata(), 0]) for line in ax.lines)))
    ax.grid(axis="y")
    near = 14 * len(years) / (ax.figure.get_figwidth() * 72 * 0.75)  # years in 14 points
    groups: list[list[int]] = []
    for i, (x, _) in enumerate(marks):
        ax.axvline(x, color=GREY, linewidth=0.7, linestyle=(0, (2, 2)), label="_break")
        if groups and x - marks[groups[-1][0]][0] < near:
            groups[-1].append(i)
        else:
            groups.append([i])
    place = {"xycoords": ("data", "axes fraction"), "xytext": (0, 1), "textcoords": "offset points"}
    for group in groups:
        x = np.mean([marks[i][0] for i in group])
        text = "–".join(str(i + 1) for i in dict.fromkeys([group[0], group[-1]]))
        ax.annotate(text, (x, 1), **place, fontsize=7, ha="center", color=GREY)


def _last(line: Line2D) -> float:
    """Last defined value of a line."""
    known = np.asarray(line.get_ydata(), dtype=float)
    known = known[~np.isnan(known)]
    return known[-1] if len(known) else np.nan


def _name_ends(ax: Axes, *, numbers: bool = False, grow: bool = False) -> None:
    """Write each line's name behind its key (marker and dash), led to its last value where they must part."""
    lines = [line for line in ax.lines if not line.get_label().startswith("_") and not np.isnan(_last(line))]
    wide, longest = ax.figure.get_figwidth() > 4.5, max((ems(line.get_label()) for line in lines), default=0)
    if len(lines) <= MOST_LINES and longest > (24 if wide else 8):  # no room beside the axes
        room = ax.figure.get_figwidth() * 72 / 8 - 12  # ems of words beside a key and the axis
        columns = max(1, min(3, int((room + 6) / (longest + 6))))
        names = [wrapped(line.get_label(), room) for line in lines]
        look = {"loc": "lower left", "bbox_to_anchor": (0, 1), "handlelength": 3.4, "borderaxespad": 1.2}
        ax.legend(lines, names, ncols=columns, **look)
        if grow:
            rows = -(-sum(name.count("\n") + 1 for name in names) // columns)
            ax.figure.set_figheight(ax.figure.get_figheight() + 0.17 * rows)
        return
    bottom, top = ax.get_ylim()
    names = [f"{line.get_label()} {_last(line):.3g}" if numbers else line.get_label() for line in lines]
    names = [wrapped(name, 12 if wide else 8) for name in names]
    gap = 10.5 * max((name.count("\n") + 1 for name in names), default=1)  # points, in axes 0.6 high
    gap *= abs(top - bottom) / (ax.figure.get_figheight() * 72 * 0.6)
    places = spread([_last(line) for line in lines], gap)
    places -= max(0, places.max(initial=-np.inf) - max(bottom, top))  # not above the axes
    edge, point = ax.get_xlim()[1], np.ptp(ax.get_xlim()) / (ax.figure.get_figwidth() * 72 * 0.6)
    look = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}
    for line, name, place in zip(lines, names, places, strict=True):
        end = line.get_xdata()[np.flatnonzero(~np.isnan(np.asarray(line.get_ydata(), dtype=float)))[-1]]
        lead = {"color": line.get_color(), "linewidth": 0.4, "clip_on": False, "label": "_lead"}
        ax.plot([end, edge + 6 * point], [_last(line), place], **lead, zorder=1)
        key = {"linestyle": line.get_linestyle(), "marker": line.get_marker(), "label": "_key"}
        at = edge + point * np.array([6, 13, 20])
        key |= {"linewidth": 1.2, "markevery": [1], "gid": f"key {line.get_label()}"}
        ax.plot(at, [place] * 3, **lead | key)
        look |= {"color": line.get_color(), "annotation_clip": False, "parse_math": False}
        ax.annotate(name, (at[-1], place), **look)
    ax.set_xlim(right=edge)


def spread(values: Iterable[float], gap: float) -> np.ndarray:
    """Places in the same order, at least `gap` apart, near the values: between pushed up and pushed down."""
    values = np.asarray(list(values), dtype=float)
    order, steps = np.argsort(values, kind="stable"), gap * np.arange(len(values))
    level = values[order] - steps
    up, down = np.maximum.accumulate(level), np.minimum.accumulate(level[::-1])[::-1]
    places = np.empty_like(values)
    places[order] = (up + down) / 2 + steps
    return places


def _multiples(
    name: str, table: Frame, lines: Lines, language: str, value: str, marks: Marks, notes: Texts, texts: Texts
) -> np.ndarray:
    """Small multiples on one scale, each line against all others in grey."""
    lines, left_out = first_rows(lines, language, 30)
    width = plt.rcParams["figure.figsize"][0]
    columns = 5 if width > 4.5 else 3
    rows = -(-len(lines) // columns)
    years = next(iter(lines.values())).index.to_numpy()
    words = filter(None, [named(value, language), label("other_lines", language), left_out])
    notes = {**notes, "subtitle": label("join", language).join(words)}
    shape = {"notes": notes, "height": 0.9 + 1.05 * rows, "panels": (rows, columns), "n": len(lines)}
    shape |= {"sharex": True, "sharey": True}
    with canvas(None, name, table, language, texts, **shape) as panels:
        for panel, (key, series) in zip(panels, lines.items(), strict=True):
            for other in lines.values():
                panel.plot(years, other[value].astype(float), color=PALE, linewidth=0.7, label="_others")
            panel.plot(years, series[value].astype(float), color=MAIN, marker="o", markersize=2, label=key)
            title = wrapped(key, 0.8 * width * 9 / columns)
            panel.set_title(title, fontsize=8, weight="normal", parse_math=False)
            _years(panel, years, marks, ticks=3)
    return panels


def year_over_year(
    table: Frame, *, ax: Ax = None, language: str = "zh", year: int | None = None, top: int = 20, **texts: str
) -> Axes:
    """The terms that changed most against the year before, each with its interval; hollow ones cross zero.

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
    far = np.maximum(rows["log2_low"], -rows["log2_high"]).nlargest(top).index
    shown = rows.loc[far].sort_values("log2_ratio", ascending=False, kind="stable")
    shape = {"height": 1.3 + 0.19 * len(shown)}
    shape["notes"] = {"subtitle": label("year_over_year.subtitle", language, year=year)}
    with canvas(ax, "year_over_year", rows, language, texts, **shape) as ax:
        low, high = shown["log2_low"], shown["log2_high"]
        draw_dots(ax, shown["log2_ratio"], low, high, (low > 0) | (high < 0))
        name_rows(ax, shown["term"])
        ax.set_xlabel(named("log2_ratio", language))
    return ax


def slope(
    table: Frame,
    *,
    ax: Ax = None,
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
    grid = grid_of(ends.sort_values("year", kind="stable"), [line], "year", value, "slope")
    return _bump("slope", grid, ends, ax, language, value, texts)


def rank_stability(
    table: Frame, *, ax: Ax = None, language: str = "zh", line: str = "", **texts: str
) -> Axes:
    """A bump chart: the rank of each region under each way of measuring; crossings are instability.

    Parameters
    ----------
    table
        From `attention`, one year and dictionary: rank for each region, numerator and denominator; or a
        column ``measure`` in their place. Rank 1 is on top.
    line
        The column that names a line; left out, the region.
    """
    line = line or name_column(table)
    if "measure" not in table:
        needed(table, ["numerator", "denominator"], "rank_stability")
        pairs = zip(table["numerator"], table["denominator"], strict=True)
        table = table.assign(measure=[f"{named(a, language)} / {named(b, language)}" for a, b in pairs])
    needed(table, [line, "rank"], "rank_stability")
    grid = grid_of(table, [line], "measure", "rank", "rank_stability")
    return _bump("rank_stability", grid, table, ax, language, "rank", texts)


def _bump(
    name: str, grid: pd.DataFrame, table: Frame, ax: Ax, language: str, value: str, texts: Texts
) -> Axes:
    """Lines between the columns of a grid; ranks from 1 downwards."""
    grid, note = first_rows(grid, language)
    names = [str(column) for column in grid]
    upright = len(names) > 5
    height = max(plt.rcParams["figure.figsize"][1], 1.2 + 0.19 * len(grid))
    height += max(map(ems, names)) * 8 / 72 if upright else 0
    with canvas(ax, name, table, language, texts, notes={"subtitle": note}, height=height) as ax:
        at = range(grid.shape[1])
        for i, (key, row) in enumerate(grid.iterrows()):
            colour = COLOURS[i] if len(grid) <= MOST_LINES else (MAIN, INK)[i % 2]
            ax.plot(at, row.astype(float), color=colour, marker=MARKERS[i % 7], label=str(key))
        labels = [wrapped(name, 99 if upright else 8) for name in names]
        font = max(5, min(8, ax.figure.get_figwidth() * 72 * 0.55 / len(names))) if upright else 8
        ax.set_xticks(at, labels, parse_math=False, rotation=90 if upright else 0, fontsize=font)
        ax.set_xlim(-0.15, grid.shape[1] - 1 + 0.08)
        ax.set_ylabel(named(value, language))
        if value == "rank":
            ax.invert_yaxis()
            ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        _name_ends(ax, numbers=value != "rank")
        if value == "rank":  # names may need more room than there are ranks
            ax.set_yticks([1, *(tick for tick in ax.get_yticks() if 1 < tick <= grid.max(axis=None))])
    return ax
