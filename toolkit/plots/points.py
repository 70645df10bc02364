"""Plots of points: distributions, two quantities against each other, places in the text, networks."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import Ax, Axes, canvas, name_rows
from toolkit.plots.labels import ems, label, named, short_number, wrapped
from toolkit.plots.style import GREY, INK, MAIN, OTHER
from toolkit.plots.tables import Frame, first_rows, needed


def distribution(
    table: Frame, *, language: str = "zh", value: str = "value", row: str = "indicator_id", **texts: str
) -> np.ndarray:
    """How many reports state each quantity, and beside it every value as a point and the median as a line.

    Each row has a scale of its own (logarithmic where positive values span more than two powers of ten), for
    units differ; compare within a row.

    Parameters
    ----------
    table
        One row a report and `row`: the number `value`, NaN where the report does not state it.

    Returns
    -------
    numpy.ndarray
        Two Axes for each row: the share of reports that state it, and the values.
    """
    needed(table, [row, value], "distribution")
    groups = {name: rows[value].astype(float) for name, rows in table.groupby(row, sort=False)}
    groups, left_out = first_rows(groups, language, 12)
    shape = {"panels": (len(groups), 2), "width_ratios": [1, 2.6], "height": 1.1 + 0.62 * len(groups)}
    words = filter(None, (label("distribution.subtitle", language), left_out))
    notes = {"subtitle": label("join", language).join(words)}
    with canvas(None, "distribution", table, language, texts, notes=notes, **shape) as panels:
        for (name, values), bar, strip in zip(groups.items(), panels[::2], panels[1::2], strict=True):
            known = np.sort(values.dropna())
            bar.barh(0, len(known) / len(values), color=MAIN, height=0.5)
            bar.set(xlim=(0, 1), xticks=[], yticks=[], ylim=(-0.7, 0.7))
            height = 0.5 * np.sin(np.arange(len(known)) * 2.4)
            strip.plot(known, height, ".", color=MAIN, alpha=0.5, label="_")
            strip.vlines(values.median(), -0.8, 0.8, color=OTHER, linewidth=1.8)
            if len(known) and known[0] > 0 and known[-1] > 100 * known[0]:
                strip.set_xscale("log")
                strip.minorticks_off()
            else:
                strip.xaxis.set_major_locator(MaxNLocator(4))
            strip.xaxis.set_major_formatter(lambda x, _: short_number(x, language))
            strip.set(yticks=[], ylim=(-1, 1))
            title = {"fontsize": 8, "loc": "left", "weight": "normal"}
            bar.set_title(f"{len(known)}/{len(values)}", **title)
            strip.set_title(named(str(name), language), parse_math=False, **title)
    return panels


def scatter(
    table: Frame, x: str, y: str, *, ax: Ax = None, language: str = "zh", name: str = "", **texts: str
) -> Axes:
    """Two quantities of each report against each other, such as boilerplate and the share of problems.

    Parameters
    ----------
    table
        One row a report, with the numbers `x` and `y`.
    name
        A column whose words are written beside the five dots that lie farthest out, where there is room.
    """
    needed(table, [x, y, *([name] if name else [])], "scatter")
    places = table[[x, y]].astype(float)
    with canvas(ax, "scatter", table, language, texts) as ax:
        many = len(table) > 5000  # as a picture within PDF and SVG, which would be slow otherwise
        ax.scatter(places[x], places[y], s=14, color=MAIN, alpha=0.6, linewidths=0, rasterized=many)
        if name:
            _name_farthest(ax, places, table[name])
        ax.set_xlabel(named(x, language))
        ax.set_ylabel(named(y, language))
    return ax


def _name_farthest(ax: Axes, places: Frame, names: Frame, most: int = 5) -> None:
    """Names beside the dots farthest from the medians, but not over one another."""
    known = places.dropna()
    reach = (known.max() - known.min()).where(lambda size: size > 0, 1)
    apart = ((known - known.median()) / reach).pow(2).sum(axis=1)
    size = ax.figure.get_size_inches() * 72 * 0.75
    taken: list[np.ndarray] = []
    for i in apart.nlargest(most, keep="first").index:
        at = ((known.loc[i] - known.min()) / reach).to_numpy()
        if all((np.abs((at - other) * size) > [80, 11]).any() for other in taken):
            taken.append(at)
            side = {"ha": "right", "xytext": (-4, 3)} if at[0] > 0.5 else {"ha": "left", "xytext": (4, 3)}
            look = {"textcoords": "offset points", "fontsize": 7, "color": INK, "parse_math": False}
            ax.annotate(wrapped(names[i], 99), known.loc[i].to_numpy(), **side, **look)


def dispersion(
    table: Frame,
    *,
    ax: Ax = None,
    language: str = "zh",
    row: str = "label",
    position: str = "position",
    **texts: str,
) -> Axes:
    """A strip for each report with a tick at each occurrence of a term: even, clumped, or only at the end.

    Parameters
    ----------
    table
        One row an occurrence: `row` names the report (or term), `position` is its place in the text, 0 to 1
        (start divided by the length of the text).
    """
    needed(table, [row, position], "dispersion")
    strips = {name: rows[position].to_numpy(float) for name, rows in table.groupby(row, sort=False)}
    strips, note = first_rows(strips, language)
    shape = {"notes": {"subtitle": note}, "height": 1.25 + 0.2 * len(strips)}
    with canvas(ax, "dispersion", table, language, texts, **shape) as ax:
        ax.eventplot(list(strips.values()), colors=MAIN, linelengths=0.7, linewidths=0.8)
        name_rows(ax, strips, 14)
        ax.set_xlim(0, 1)
        ax.set_xlabel(label("position", language))
    return ax


def cooccurrence(
    table: Frame, *, ax: Ax = None, language: str = "zh", value: str = "log_dice", top: int = 30, **texts: str
) -> Axes:
    """The strongest pairs of terms as a network: thicker lines for stronger ties.

    Distance on the page is layout, not measurement: read the lines. The same table gives the same picture.

    Parameters
    ----------
    table
        From `cooccurrence`: source, target and the strength `value`.
    top
        How many pairs, strongest first.
    """
    needed(table, ["source", "target", value], "cooccurrence")
    edges = table.nlargest(top, value, keep="first")
    nodes = list(dict.fromkeys(edges[["source", "target"]].to_numpy().ravel()))
    pairs = edges[["source", "target"]].map(nodes.index).to_numpy()
    strength = edges[value].to_numpy(float)
    widths = 0.4 + 2.2 * (strength - strength.min()) / (np.ptp(strength) or 1)
    places = arrange(pairs, len(nodes))
    with canvas(ax, "cooccurrence", table, language, texts) as ax:
        for pair, width in zip(pairs, widths, strict=True):
            ax.plot(*places[pair].T, color=GREY, alpha=0.45, linewidth=width, zorder=1, label="_edge")
        ax.scatter(*places.T, s=10 + 8 * np.bincount(pairs.ravel()), color=MAIN, zorder=2)
        ax.margins(0.08)
        _name_nodes(ax, nodes, places)
        ax.set_axis_off()
    return ax


def _name_nodes(ax: Axes, nodes: list[str], places: np.ndarray) -> None:
    """Words above their nodes, or below, right or left where another word or node is in the way."""
    font = 8 if ax.figure.get_figwidth() > 4.5 else 7
    room = ax.figure.get_size_inches() * 72 * 0.9 - (0, 40)
    points = (places - places.min(axis=0)) / np.maximum(np.ptp(places, axis=0), 1e-9) * room / 1.16
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    for i, (x, y) in enumerate(points):
        word = wrapped(nodes[i], 10)
        wide, high = font * max(map(ems, word.split("\n"))) / 2, font * 0.7 * (word.count("\n") + 1)
        ways = [(0, high + 3), (0, -high - 3), (wide + 4, 0), (-wide - 4, 0)]
        boxes = [(x + a - wide, y + b - high, x + a + wide, y + b + high) for a, b in ways]
        others = [*taken[:i], *taken[i + 1 :]]
        best = min(range(4), key=lambda k: sum(_meet(boxes[k], other) for other in others))
        taken.append(boxes[best])
        look = {"xytext": ways[best], "textcoords": "offset points", "ha": "center", "va": "center"}
        ax.annotate(word, places[i], **look, fontsize=font, color=INK, parse_math=False, zorder=3)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, bottom, right, top) overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def arrange(pairs: np.ndarray, n: int, *, rounds: int = 200) -> np.ndarray:
    """Places of n nodes by springs and repulsion (Fruchterman & Reingold 1991) from a fixed beginning."""
    turn = np.arange(n) * np.pi * (3 - 5**0.5)
    places = np.sqrt((np.arange(n) + 0.5) / n)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    ideal = 1.4 / np.sqrt(n)
    a, b = pairs.T
    for step in range(rounds):
        gap = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(gap, axis=2), 1e-3)
        move = (gap * (ideal / distance)[..., None] ** 2).sum(axis=1) - places  # drawn to the middle
        pull = (places[a] - places[b]) * np.linalg.norm(places[a] - places[b], axis=1)[:, None] / ideal
        np.add.at(move, a, -pull)
        np.add.at(move, b, pull)
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        places += move / length * np.minimum(length, 0.12 * (1 - step / rounds))
    return places
