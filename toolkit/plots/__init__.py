"""Measure tables become matplotlib axes: one function for each measure, of the same noun."""

from toolkit.lazy import attach

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
__getattr__, __dir__ = attach(__name__, _ROOMS)
