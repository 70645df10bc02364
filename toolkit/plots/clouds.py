"""The word cloud: packed by the package wordcloud, drawn as text that can be searched."""

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from toolkit.plots.fonts import MISSING, chinese_font, printable
from toolkit.plots.style import MAIN

_WIDTH, _HEIGHT = 450, 300  # of the sheet the words are packed on


class _Word(Text):
    """A text whose size is in units of the axes, so that it grows and shrinks with them."""

    height = 10

    def draw(self, renderer: RendererBase) -> None:
        """Draw at the size that the axes have now."""
        unit = self.axes.get_window_extent().width / _WIDTH * 72 / self.figure.dpi
        self.set_fontsize(self.height * unit)
        super().draw(renderer)


def draw_cloud(ax: Axes, words: list[str], weights: np.ndarray) -> None:
    """Pack the words and write each in its place; a word for which there is no room is left out."""
    from wordcloud import WordCloud

    if not words:
        raise ValueError("A word cloud needs a word whose value is above zero; the table has none.")
    printed = (printable(word).strip() or MISSING for word in words)
    shown = dict(zip(printed, map(float, weights), strict=True))
    sheet = {"width": _WIDTH, "height": _HEIGHT, "margin": 3, "max_font_size": 60}
    cloud = WordCloud(font_path=chinese_font(), prefer_horizontal=1.0, random_state=1, **sheet)
    ax.set(xlim=(0, _WIDTH), ylim=(_HEIGHT, 0), aspect="equal")
    ax.set_axis_off()
    font = FontProperties(family=rcParams["font.family"])
    for (word, _), size, (top, left), _, _ in cloud.generate_from_frequencies(shown).layout_:
        ink = TextPath((0, 0), word, size=size, prop=font)
        points = ink.vertices[ink.codes != Path.CLOSEPOLY]  # its exact extents cost more than the packing
        place = left - points[:, 0].min(), top + points[:, 1].max()
        text = _Word(*place, word, color=MAIN, font=font, parse_math=False)
        text.set_in_layout(False)
        text.height = size
        ax.add_artist(text)
