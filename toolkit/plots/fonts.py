"""The fonts that come with the package, and which characters they can show."""

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

SANS, SERIF = "Toolkit Sans SC", "Toolkit Serif SC"
MISSING = "〓"  # the typesetters' mark for a character that is not in the case
# Zero-width, bidi and other characters that have no shape of their own, and would turn a label around.
_SHAPELESS = {*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, *range(0x200B, 0x2010)}
_SHAPELESS |= {*range(0x2028, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF}
_SHAPELESS = (_SHAPELESS | {*range(0xE0000, 0xE01F0)}) - {0x0A}


def font_paths() -> dict[str, Path]:
    """Paths of the shipped fonts, by the names "sans", "sans-bold" and "serif".

    They are subsets of Noto Sans SC and Noto Serif SC under the SIL Open Font License: GB2312, the 8,105
    characters of 通用规范汉字表, punctuation, enclosed numbers, arrows, Latin.
    """
    folder = Path(str(files("toolkit") / "data" / "fonts"))
    names = {"sans": "SansSC-Regular", "sans-bold": "SansSC-Bold", "serif": "SerifSC-Regular"}
    return {key: folder / f"Toolkit{name}.ttf" for key, name in names.items()}


@cache
def register(path: str | Path | None = None) -> str:
    """Make the shipped fonts, or one font file of your own, known to matplotlib; no setting is changed.

    Parameters
    ----------
    path
        A static TrueType or OpenType file. Left out: the shipped fonts.

    Returns
    -------
    str
        The family name to use as ``font.family``.

    Raises
    ------
    FileNotFoundError
        Where there is no such file.
    ValueError
        Where the font has no Chinese characters: every label would be boxes.
    """
    from matplotlib import font_manager

    if path is None:
        for shipped in font_paths().values():
            font_manager.fontManager.addfont(shipped)
        return SANS
    if not Path(path).is_file():
        raise FileNotFoundError(f"There is no font file {str(path)!r}; give the path of a .ttf or .otf file.")
    if ord("法") not in _charmap(path):
        raise ValueError(f"The font {str(path)!r} has no glyph for 法; Chinese labels need a Chinese font.")
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


@cache
def _charmap(path: str | Path) -> frozenset[int]:
    """Code points that a font file has a glyph for."""
    from matplotlib import ft2font

    return frozenset(ft2font.FT2Font(str(path)).get_charmap())


@cache
def _shown(*own: str) -> frozenset[int]:
    """Code points that figures can show: in every shipped face, in matplotlib's own font, or in fonts of yours."""
    import matplotlib

    first, *others = map(_charmap, font_paths().values())
    extra = (f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", *own)
    return first.intersection(*others).union(*map(_charmap, extra))


@cache
def _paths(families: tuple[str, ...]) -> tuple[str, ...]:
    """Files of the families in use that are not ours."""
    from matplotlib import font_manager

    others = [name for name in families if name not in (SANS, SERIF)]
    return tuple(font_manager.findfont(font_manager.FontProperties(family=[name])) for name in others)


def chinese_font() -> str:
    """The file of the first font in use that has Chinese characters."""
    from matplotlib import font_manager, rcParams

    found = (font_manager.findfont(font_manager.FontProperties(family=[f])) for f in rcParams["font.family"])
    return next((path for path in found if ord("法") in _charmap(path)), str(font_paths()["sans"]))


def missing_characters(texts: str | Iterable[str], *, font: str | Path | None = None) -> str:
    """Characters that the figures' font cannot show, each once, in code point order.

    Figures show 〓 in their place. Name a larger font (``style(font=...)``) where it matters.

    Parameters
    ----------
    texts
        A text, or many.
    font
        A font file of your own, used before the shipped ones.

    Examples
    --------
    >>> missing_characters("法治政府 \U00030edd")
    '\U00030edd'
    """
    used = set(texts) if isinstance(texts, str) else set().union(*map(set, texts))
    shown = _shown() if font is None else _shown(str(font))
    return "".join(sorted(c for c in used if ord(c) not in shown and ord(c) not in _SHAPELESS))


def printable(text: object) -> str:
    """The text as a label can show it in the fonts in use: shapeless characters left out, missing ones as 〓."""
    from matplotlib import rcParams

    shown = _shown(*_paths(tuple(rcParams["font.family"])))
    kept = (c for c in str(text) if ord(c) not in _SHAPELESS)
    return "".join(c if ord(c) in shown or c == "\n" else MISSING for c in kept)


@lru_cache(maxsize=8)
def web_font(path: Path, characters: frozenset[str]) -> bytes:
    """A font file with these characters only, as WOFF; the same bytes every time.

    WOFF2 would be a fifth smaller and cost ten times as much.
    """
    from io import BytesIO

    from fontTools import subset, ttLib

    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=["kern"], notdef_outline=True))
    cutter.populate(unicodes=[ord(character) for character in characters])
    out = BytesIO()
    with ttLib.TTFont(path, lazy=True, recalcTimestamp=False) as font:
        cutter.subset(font)
        font.flavor = "woff"
        font.save(out, reorderTables=False)
    return out.getvalue()
