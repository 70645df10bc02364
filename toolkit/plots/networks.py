"""The co-occurrence network as a picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from toolkit.plots.canvas import canvas, needed
from toolkit.plots.labels import wrapped
from toolkit.plots.style import GREY, INK, MAIN


def collocates(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "zh",
    value: str = "log_dice",
    top: int = 40,
    ends: tuple[str, str] = ("node", "collocate"),
    **texts: str,
) -> Axes:
    """The strongest pairs of terms as a network: thicker lines for stronger ties.

    Distance on the page is layout, not measurement: read the lines. The same table gives the same picture.

    Parameters
    ----------
    table
        From `collocates`: two columns of terms (`ends`) and the strength `value`.
    top
        How many pairs, strongest first.
    """
    needed(table, [*ends, value], "collocates")
    edges = table.nlargest(top, value, keep="first")
    nodes = list(dict.fromkeys(edges[list(ends)].to_numpy().ravel()))
    at = {node: i for i, node in enumerate(nodes)}
    pairs = np.array([[at[a], at[b]] for a, b in edges[list(ends)].itertuples(index=False)])
    strength = edges[value].to_numpy(float)
    low, high = strength.min(), strength.max()
    widths = 0.4 + 2.2 * (strength - low) / (high - low if high > low else 1)
    places = arrange(pairs, len(nodes))
    degrees = np.bincount(pairs.ravel(), minlength=len(nodes))
    with canvas(ax, "collocates", table, language, texts) as ax:
        for (a, b), width in zip(pairs, widths, strict=True):
            ax.plot(*places[[a, b]].T, color=GREY, alpha=0.45, linewidth=width, zorder=1, label="_edge")
        ax.scatter(*places.T, s=10 + 8 * degrees, color=MAIN, zorder=2)
        for node, (x, y) in zip(nodes, places, strict=True):
            ax.annotate(
                wrapped(node, 10), (x, y), xytext=(0, 4), textcoords="offset points", ha="center",
                fontsize=8, color=INK, parse_math=False, zorder=3,
                bbox={"facecolor": "white", "alpha": 0.65, "pad": 0.3, "linewidth": 0},
            )  # fmt: skip
        ax.margins(0.08)
        ax.set_axis_off()
    return ax


def arrange(pairs: np.ndarray, n: int, *, rounds: int = 200) -> np.ndarray:
    """Places of n nodes by springs and repulsion (Fruchterman & Reingold 1991) from a fixed beginning."""
    turn = np.arange(n) * np.pi * (3 - 5**0.5)
    places = np.sqrt((np.arange(n) + 0.5) / n)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    ideal = 1.4 / np.sqrt(max(n, 1))
    a, b = pairs.T
    for step in range(rounds):
        gap = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(gap, axis=2), 1e-3)
        move = (gap * (ideal / distance)[..., None] ** 2).sum(axis=1)
        pull = (places[a] - places[b]) * np.linalg.norm(places[a] - places[b], axis=1)[:, None] / ideal
        np.add.at(move, a, -pull)
        np.add.at(move, b, pull)
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        places += move / length * np.minimum(length, 0.12 * (1 - step / rounds))
    return places
