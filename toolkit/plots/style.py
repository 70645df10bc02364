"""How figures look: plain dictionaries of matplotlib settings, for use in a context."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from toolkit.corpus.extracts import read_rows
from toolkit.plots import fonts

CM = 1 / 2.54
# Width and height in centimetres, and the typeface.
KINDS = {
    "screen": (17.0, 11.0, "sans"),
    "paper-1col": (8.5, 7.5, "serif"),
    "paper-2col": (17.0, 9.5, "serif"),
}
LANGUAGES = ("zh", "en")
# Ordered from dark to light, safe for colour-blind readers; lines also differ in dash and marker.
COLOURS = ("#1b2a49", "#8c2d04", "#1f78a4", "#238b45", "#d95f0e", "#6f9fd8", "#d4b13f")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "*")
INK, GREY, PALE = "#222222", "#6b6b6b", "#d9d9d9"
MAIN, OTHER = "#1f5a8a", "#c4622d"  # one quantity; its opposite direction (also lighter in grey)
SEQUENTIAL = "Blues"
HASH_SALT = "gov-report-toolkit"  # fixed ids in SVG; also how a plot knows that it is drawn in our style


def style(
    kind: str = "screen",
    *,
    language: str = "zh",
    typeface: str | None = None,
    font: str | Path | None = None,
    width: float | None = None,
    height: float | None = None,
) -> dict[str, object]:
    """Settings for figures of one kind, to be used as ``with matplotlib.rc_context(style(...)):``.

    Nothing global changes. Sizes are those of the target page, so that 9 points in the figure are 9 points
    in print. PDF carries text as text in embedded TrueType subsets (type 42), SVG carries text as text,
    EPS uses type 3 (type 42 makes huge, slow EPS files). A ``$`` in a label is a dollar sign.

    Parameters
    ----------
    kind
        "screen" (17 x 11 cm, sans), "paper-1col" (8.5 cm wide, serif) or "paper-2col" (17 cm wide, serif).
    language
        "zh" puts the Chinese font first, so that quotation marks and dashes are Chinese ones;
        "en" puts a Times-like Latin first in the serif kinds.
    typeface
        "sans" (黑体-like) or "serif" (宋体-like); left out, as the kind has it.
    font
        A font file of your own, used first.
    width, height
        Centimetres, where a journal wants others than the kind has. Figures of rows choose their own height.

    Returns
    -------
    dict
        rcParams.

    Raises
    ------
    ValueError
        For an unknown kind, language or typeface.
    """
    for value, allowed in ((kind, KINDS), (language, LANGUAGES), (typeface or "sans", ("sans", "serif"))):
        if value not in allowed:
            raise ValueError(f"{value!r} is not known to style(); expected one of {list(allowed)}.")
    wide, high, usual = KINDS[kind]
    fonts.register()
    serif = (typeface or usual) == "serif"
    family = [fonts.SERIF if serif else fonts.SANS, "DejaVu Sans"]
    if serif and language == "en":
        family.insert(0, "STIXGeneral")
    if font is not None:
        family.insert(0, fonts.register(font))
    weight = "normal" if serif or font else "bold"  # the serif comes in one weight, yours perhaps too
    size = ((width or wide) * CM, (height or high) * CM)
    return {"figure.figsize": size, "font.family": family, "axes.titleweight": weight, **settings()}


def looks(kind: str) -> dict[str, tuple[str, str]]:
    """Colour and sign (or hatch) of each role or status, dark to light, so that grey print keeps them apart."""
    rows = [row for row in read_rows("looks") if row["kind"] == kind]
    return {row["name"]: (row["colour"], row["sign"]) for row in rows}


@cache
def settings() -> dict[str, object]:
    """What all kinds have in common, from data/figure.mplstyle."""
    from matplotlib import rc_params_from_file

    with as_file(files("toolkit") / "data" / "figure.mplstyle") as path:
        return dict(rc_params_from_file(path, use_default_template=False))
