"""Where the words of a cloud stand: packed by their boxes around the middle, without chance."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from toolkit.plots.fonts import MISSING, printable
from toolkit.plots.style import MAIN

_ASPECT = 1.5  # width over height


def draw_cloud(ax: Axes, words: list[str], weights: np.ndarray) -> None:
    """Draw each word as outlines (sharp at any size) with an area in proportion to its weight."""
    from matplotlib import rcParams

    if not words:
        raise ValueError("A word cloud needs a word whose value is above zero; the table has none.")
    font = FontProperties(family=rcParams["font.family"])
    paths = [TextPath((0, 0), printable(word) or MISSING, size=1, prop=font, usetex=False) for word in words]
    sizes = np.sqrt(weights / weights.max())[:, None]
    ends = np.array([(path.vertices.min(axis=0), path.vertices.max(axis=0)) for path in paths])
    boxes = (ends[:, 1] - ends[:, 0]) * sizes
    places = pack(boxes)
    for word, path, size, place, middle in zip(words, paths, sizes, places, ends.mean(axis=1), strict=True):
        move = Affine2D().translate(*-middle).scale(size[0]).translate(*place)
        ax.add_artist(PathPatch(move.transform_path(path), color=MAIN, linewidth=0, label=word))
    ax.set_axis_off()
    ax.set_aspect("equal")
    low, high = (places - boxes / 2).min(axis=0), (places + boxes / 2).max(axis=0)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def pack(boxes: np.ndarray) -> np.ndarray:
    """Centres of boxes (width, height) such that none overlap: each at the first free point of a spiral.

    Boxes are placed in the order given, so the first stands in the middle.
    """
    halves = boxes / 2 + 0.06 * boxes[:, 1:]  # air in proportion to the size of the word
    reach = 1.3 * np.sqrt((4 * halves.prod(axis=1)).sum()) + halves.max()
    turns = np.sqrt(np.linspace(0, 1, 3000))
    angles = 2 * np.pi * turns * reach / 0.12
    spiral = (
        reach
        * turns[:, None]
        * np.column_stack([np.cos(angles) * _ASPECT**0.5, np.sin(angles) / _ASPECT**0.5])
    )
    centres = np.zeros_like(halves)
    for i, half in enumerate(halves):
        gaps = np.abs(spiral[:, None, :] - centres[:i]) - (half + halves[:i])
        free = (gaps > 0).any(axis=2).all(axis=1)
        centres[i] = spiral[np.argmax(free)] if free.any() else (0, centres[:i, 1].min() - 2 * half[1])
    return centres
