"""What is left of a figure in grey print, and which of its series look alike there."""

from io import BytesIO
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from toolkit.plots.labels import unwrapped
from toolkit.plots.saving import figure_of, render

_DPI = 300
_SWATCH = (60, 24)  # pixels that every key is brought to before two are compared


def grey_check(axes: object, *, least: float = 0.1) -> pd.DataFrame:
    """Render the figure in grey and compare the keys of its series (legend, or key before a line's name).

    Read `told_apart`: where it is False, a reader of a grey print cannot tell the two. What has no key (a
    shade that grows with a number, panels of their own) is not compared.

    Parameters
    ----------
    axes
        What a plot function returned, or a Figure.
    least
        Mean difference of grey (0 to 1), where either key has ink, from which two keys are told apart.

    Returns
    -------
    DataFrame
        One row a pair of series in one axes: ``series``, ``other``, ``difference``, ``told_apart``; alike
        ones first.
    """
    from PIL import Image

    figure = figure_of(axes)
    usual, rows = figure.dpi, []
    figure.set_dpi(_DPI)  # so that places on the sheet are pixels of the picture
    with Image.open(BytesIO(render(figure, "png", dpi=_DPI))) as picture:
        grey = picture.convert("L")
    for ax in figure.axes:
        swatches = {}
        for name, box in _keys(ax).items():
            x0, y0, x1, y1 = map(int, box.extents)
            crop = grey.crop((x0 + 2, grey.height - y1 + 2, x1 - 1, grey.height - y0 - 1))
            swatches[name] = np.asarray(crop.resize(_SWATCH), dtype=float) / 255
        for (one, a), (other, b) in combinations(swatches.items(), 2):
            ink = np.minimum(a, b) < 0.98
            apart = float(np.abs(a - b)[ink].mean()) if ink.any() else 0.0
            rows.append((one, other, apart, apart >= least))
    figure.set_dpi(usual)
    table = pd.DataFrame(rows, columns=["series", "other", "difference", "told_apart"])
    return table.sort_values("difference", kind="stable", ignore_index=True)


def _keys(ax: Axes) -> dict[str, object]:
    """Name of each series, and where its key stands on the sheet."""
    legend = ax.get_legend()
    named = zip(legend.get_texts(), legend.legend_handles, strict=True) if legend else ()
    keys = {unwrapped(text.get_text()): handle.get_window_extent() for text, handle in named}
    led = [line for line in ax.lines if str(line.get_gid()).startswith("key ")]
    return keys | {unwrapped(line.get_gid()[4:]): line.get_window_extent().padded(3) for line in led}


def grey_picture(axes: object, *, dpi: int = 300) -> bytes:
    """The figure as a grey PNG, as a printer without colour gives it."""
    from PIL import Image

    buffer = BytesIO()
    with Image.open(BytesIO(render(figure_of(axes), "png", dpi=dpi))) as picture:
        picture.convert("L").save(buffer, format="PNG", dpi=(dpi, dpi))
    return buffer.getvalue()
