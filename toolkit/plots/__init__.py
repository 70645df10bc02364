"""Measure tables become matplotlib axes: one function for each measure, of the same noun."""

from __future__ import annotations

from importlib import import_module

_ROOMS = {
    "bars": (
        "collocates frequency frequency_and_cloud keyness roles side_by_side tf_idf word_cloud word_shift"
    ),
    "canvas": "alt_text caption",
    "fonts": "font_paths missing_characters",
    "greys": "grey_check grey_picture",
    "grids": "coverage heat_map tile_map",
    "points": "cooccurrence dispersion distribution scatter",
    "saving": "save_figure",
    "times": "adoption_curve rank_stability slope trend year_over_year",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import the module of a plot when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'toolkit.plots' has no attribute {name!r}; it has {sorted(_HOME)}")
    return getattr(import_module(f"toolkit.plots.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Public names, for completion."""
    return sorted({*globals(), *_HOME})
