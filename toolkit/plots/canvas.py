"""The sheet a plot is drawn on: axes in our style, with title, subtitle and footer, and its alt text."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from toolkit.plots.labels import label, named, unwrapped, wrapped
from toolkit.plots.style import GREY, HASH_SALT, MAIN, OTHER, style
from toolkit.plots.tables import describe

Texts = Mapping[str, str]  # title, subtitle, footer
Ax = Axes | None  # axes to draw in; None makes a figure
_SIZES = {"title": 10.5, "subtitle": 8.5, "footer": 7.5}
_PAD = 4.0  # points between the edge of the sheet and its text
_USUAL = 55.0  # points for title, subtitle and footer of one line each


@contextmanager
def canvas(
    ax: Axes | None,
    name: str,
    table: pd.DataFrame,
    language: str,
    texts: Mapping[str, str],
    *,
    height: float | None = None,
    panels: tuple[int, ...] = (),
    n: int | None = None,
    notes: Mapping[str, str] | None = None,
    **grid: object,
) -> Iterator[Axes]:
    """Axes to draw `name` on, those given or new ones in our style; captions are set when the block ends.

    Within a context of `style()` that style is kept; else the screen style is used, for this figure only.
    `panels` asks for rows and columns of axes, of which the first `n` are used (yielded as a flat array);
    `height` is in inches; `notes` of the plot itself stand in subtitle and footer, unless the caller
    replaces these.
    """
    unknown = set(texts) - set(_SIZES)
    if unknown:
        raise TypeError(f"plots.{name}() has no argument {sorted(unknown)}; texts are {list(_SIZES)}.")
    settings = {} if plt.rcParams["svg.hashsalt"] == HASH_SALT else style(language=language)
    defaults = {"title": label(f"{name}.title", language), **describe(table, language, notes or {})}
    words = {**defaults, **texts}
    with matplotlib.rc_context(settings):
        if ax is not None:
            yield ax
            heading = "\n".join(filter(None, (words["title"], words["subtitle"])))
            ax.set_title(wrapped(heading, _room(ax)), loc="left", fontsize=9, parse_math=False)
            _finish(ax, name)
            return
        width, usual = plt.rcParams["figure.figsize"]
        figure = plt.figure(figsize=(width, height or usual))
        axes = figure.subplots(*(panels or (1, 1)), squeeze=False, **grid).ravel()
        for each in axes[n:] if n else ():
            each.set_axis_off()
        try:
            yield axes[:n] if panels else axes[0]
        except BaseException:
            plt.close(figure)
            raise
        _write(figure, words, defaults)
        for each in axes:
            _finish(each, name)


def _finish(ax: Axes, name: str) -> None:
    """Name the axes, break long axis labels, and give ticks made later the fonts of today."""
    ax.set_gid(name)
    ax.tick_params(labelfontfamily=plt.rcParams["font.family"])
    width, height = (size * 72 / 9 * 0.8 for size in ax.figure.get_size_inches())
    for text, room in ((ax.xaxis.label, width), (ax.yaxis.label, height)):
        text.set_text(wrapped(text.get_text(), room))


def _room(ax: Axes) -> float:
    """Width of the axes in ems of 9 points."""
    return ax.get_position().width * ax.figure.get_figwidth() * 72 / 9


def _write(figure: Figure, words: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    """Set title, subtitle and footer at the left edge of the sheet, which grows where they are long.

    One that was removed stays as an invisible text, for the caption and the alt text.
    """
    width, height = (72 * inches for inches in figure.get_size_inches())
    texts = {name: wrapped(words.get(name, ""), (width - 2 * _PAD) / size) for name, size in _SIZES.items()}
    blocks = {name: (text.count("\n") + 1) * _SIZES[name] * 1.45 for name, text in texts.items() if text}
    bottom = _PAD + blocks.get("footer", 0)
    top = _PAD + sum(blocks.values()) + _PAD - bottom
    height += max(0, top + bottom - _USUAL)
    figure.set_figheight(height / 72)
    bold = {"color": plt.rcParams["text.color"], "weight": plt.rcParams["axes.titleweight"]}
    looks = {"title": bold, "footer": {"va": "bottom"}}
    for name in [name for name in words if not words[name]]:
        figure.text(0, 0, defaults[name], gid=name, visible=False)
    for name in blocks:
        y = {"title": height - _PAD, "subtitle": height - _PAD - blocks.get("title", 0), "footer": _PAD}[name]
        look = {"fontsize": _SIZES[name], "color": GREY, "va": "top", **looks.get(name, {})}
        figure.text(_PAD / width, y / height, texts[name], gid=name, linespacing=1.25, **look)
    figure.get_layout_engine().set(rect=(0, bottom / height, 1, max(0.1, 1 - (top + bottom) / height)))


def name_rows(ax: Axes, names: Iterable[object], width: float = 12) -> None:
    """Names of rows at the left, first on top, long ones in two lines."""
    labels = [wrapped(name, width) for name in names]
    ax.set_yticks(range(len(labels)), labels, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(labels) - 0.4, -0.6)


def draw_dots(ax: Axes, values: pd.Series, low: object, high: object, sure: object) -> None:
    """A dot and a line for each row, coloured by direction; hollow where not sure."""
    rows, colours = np.arange(len(values)), np.where(values > 0, MAIN, OTHER)
    ax.hlines(rows, low, high, colors=colours, linewidth=1.2)
    faces = np.where(sure, colours, "white")
    ax.scatter(values, rows, c=faces, edgecolors=colours, linewidths=1.2, s=20, zorder=3)
    ax.axvline(0, color=GREY, linewidth=0.6, label="_zero")


def caption(axes: object, language: str = "zh") -> str:
    """What stands below a figure in a study: title, subtitle (scope, denominator) and footer (source, n).

    It holds also what was removed from the sheet with ``title=""`` and the like, as journals want it.
    """
    figure = np.atleast_1d(axes).flat[0].figure
    order = {text.get_gid(): unwrapped(text.get_text()) for text in figure.texts}
    texts = [order[name] for name in _SIZES if order.get(name)]
    return label("stop", language).join([*texts, ""]).replace("。。", "。").strip()


def alt_text(axes: object, language: str = "zh") -> str:
    """One or two sentences that tell a reader who cannot see the figure what it shows.

    Parameters
    ----------
    axes
        What a plot function returned: Axes, or an array of them.
    language
        "zh" or "en".
    """
    panels = list(np.atleast_1d(axes).flat)
    first = panels[0]
    written = {text.get_gid(): unwrapped(text.get_text()) for text in first.figure.texts}
    title = written.get("title") or unwrapped(first.get_title(loc="left"))
    subtitle = written.get("subtitle")
    about = label("alt", language, kind=named(f"{first.get_gid()}.kind", language), title=title)
    about += label("alt.about", language, subtitle=subtitle) if subtitle else label("stop", language)
    comma = label("list", language)
    items = _lines(panels) or _rows(first)
    if not _lines(panels) and first.get_title():
        items = [f"{unwrapped(each.get_title())} ({comma.join(_rows(each)[:3])})" for each in panels]
    if items:
        shown = items if len(items) <= 7 else [*items[:4], "…", *items[-2:]]
        about += label("alt.items", language, n=len(items), items=comma.join(shown))
    return about


def _rows(ax: Axes) -> list[str]:
    """Named rows with the length of their bar or the place of their dot; the words of a cloud or network."""
    if not isinstance(ax.yaxis.get_major_locator(), FixedLocator):
        return [] if ax.axison else [unwrapped(text.get_text()) for text in ax.texts if text.get_text()]
    names = [unwrapped(tick.get_text()) for tick in ax.get_yticklabels()]
    bars = [bar.get_width() for bar in ax.patches if hasattr(bar, "get_width")]
    dots = [x for g in ax.collections if isinstance(g, PathCollection) for x in g.get_offsets()[:, 0]]
    values = next((found for found in (bars, dots) if len(found) == len(names)), None)
    return names if values is None else [f"{n} {v:.3g}" for n, v in zip(names, values, strict=True)]


def _lines(panels: list[Axes]) -> list[str]:
    """Named lines with their first and last defined value."""
    found = []
    for ax in panels:
        ticks = dict(zip(ax.get_xticks(), (t.get_text() for t in ax.get_xticklabels()), strict=False))
        for line in ax.lines:
            x, y = (np.asarray(values, dtype=float) for values in line.get_data())
            known = np.flatnonzero(~np.isnan(y))
            if line.get_label().startswith("_") or not len(known):
                continue
            ends = [f"{y[i]:.3g} ({ticks.get(x[i]) or format(x[i], '.0f')})" for i in known[[0, -1]]]
            found.append(f"{line.get_label()} {' → '.join(ends)}")
    return found
