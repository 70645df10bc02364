"""Figures and their data as files: complete or absent, and the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.files import finished

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf", "eps", "tiff")
_NO_DATES = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "eps": {"Creator": "gov-report-toolkit"},
}
# What an SVG reader without our font may use; text stays text.
_SVG_FAMILIES = {
    "Toolkit Sans SC": "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', SimHei",
    "Toolkit Serif SC": "'Noto Serif SC', 'Noto Serif CJK SC', 'Songti SC', SimSun",
}


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV text in which no text cell can act as a formula (see `guarded`)."""
    texts = table.select_dtypes(exclude=["number", "bool", "boolean", "datetime"])
    safe = {name: texts[name].astype(object).map(guarded, na_action="ignore") for name in texts}
    return table.assign(**safe).rename(columns=guarded).to_csv(index=False, lineterminator="\n")


def guarded(cell: object) -> object:
    """The cell, with ' before a text that a spreadsheet would take for a formula."""
    risky = isinstance(cell, str) and len(cell) > 1 and cell.lstrip(" ")[:1] in tuple("=+-@\t\r\n")
    return f"'{cell}" if risky else cell


def save_figure(
    figure: object,
    stem: str | Path,
    *,
    formats: Iterable[str] = ("png",),
    dpi: int = 300,
    data: pd.DataFrame | None = None,
    caption: str = "",
    close: bool = False,
) -> list[Path]:
    """Write a figure, the data it shows and its caption side by side.

    Every file appears under its name only when it is complete. The same figure gives the same bytes on
    every run: no dates, no random ids.

    Parameters
    ----------
    figure
        Axes, an array of Axes, or a Figure; None where only data and caption are to be written.
    stem
        Path without suffix, such as ``figures/621122/frequency``; folders are made.
    formats
        Of png, svg (text as text), pdf (type 42), eps (type 3) and tiff (RGB, LZW, no transparency).
    dpi
        Dots per inch of png and tiff: 300, or 600 for line art.
    data
        The plotted table: becomes ``stem.csv``, UTF-8 with BOM so that Excel reads Chinese.
    caption
        Becomes ``stem.txt``: what, region, years, denominator, number of reports, source.
    close
        Close the figure afterwards, as batches should.

    Returns
    -------
    list of Path
        The files written, in the order of `formats`, then data and caption.

    Raises
    ------
    ValueError
        For an unknown format.
    """
    wanted = [name.lower().lstrip(".") for name in ([formats] if isinstance(formats, str) else formats)]
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise ValueError(f"Figures cannot be saved as {unknown}; expected some of {list(FORMATS)}.")
    sheet = None if figure is None else figure_of(figure)
    with _placed(sheet, dpi) if sheet else nullcontext():
        contents = {f".{name}": render(sheet, name, dpi=dpi) for name in wanted if sheet}
    if data is not None:
        contents[".csv"] = csv_text(data).encode("utf-8-sig")
    if caption:
        contents[".txt"] = f"{caption}\n".encode()
    paths = [Path(f"{stem}{suffix}") for suffix in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        with finished(path) as temporary:
            temporary.write_bytes(content)
    if close and sheet:
        from matplotlib import pyplot as plt

        plt.close(sheet)
    return paths


def figure_of(figure: object) -> Figure:
    """The Figure of Axes, of an array of Axes, or itself."""
    first = figure.flat[0] if hasattr(figure, "flat") else figure
    return getattr(first, "figure", None) or first


def render(figure: Figure, name: str, *, dpi: int = 300) -> bytes:
    """The figure as the bytes of one format, without dates and random ids."""
    import matplotlib

    from toolkit.plots.style import settings

    buffer = BytesIO()
    picture = "rgba" if name in ("png", "tiff") else name
    with matplotlib.rc_context(settings()), _placed(figure, dpi):
        figure.savefig(buffer, format=picture, dpi=dpi, metadata=_NO_DATES.get(picture))
    content = buffer.getvalue()
    if picture == "rgba":
        return _picture(content, name, int(figure.get_figwidth() * dpi), dpi)
    if name == "eps":
        return re.sub(rb"%%CreationDate: .*\n", b"", content)
    if name == "svg":
        return _with_families(content.decode("utf-8")).encode("utf-8")
    return content


@contextmanager
def _placed(figure: Figure, dpi: int) -> Iterator[None]:
    """Lay the figure out once; every format then has the same picture, and is drawn once and not twice."""
    import matplotlib
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    engine, usual = figure.get_layout_engine(), figure.dpi
    if engine is None:
        yield
        return
    if not isinstance(engine, PlaceHolderLayoutEngine):  # which stands where a layout was switched off
        figure.dpi = dpi
        engine.execute(figure)
        figure.dpi = usual
    with matplotlib.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
        figure.set_layout_engine(None)
    try:
        yield
    finally:
        figure.set_layout_engine(engine)


def _picture(pixels: bytes, name: str, width: int, dpi: int) -> bytes:
    """PNG, or TIFF as journals take it (LZW): RGB, since nothing shows through a white sheet."""
    from PIL import Image

    buffer = BytesIO()
    whole = Image.frombuffer("RGBA", (width, len(pixels) // (4 * width)), pixels)
    options = {"compression": "tiff_lzw"} if name == "tiff" else {"compress_level": 2}
    whole.convert("RGB").save(buffer, format=name, dpi=(dpi, dpi), **options)
    return buffer.getvalue()


def _with_families(svg: str) -> str:
    """Carry the characters in use of our fonts, and name common Chinese fonts for readers that refuse them."""
    from base64 import b64encode
    from html import unescape

    from toolkit.plots.fonts import font_paths, web_font

    used = frozenset(unescape("".join(re.findall(r">([^<>]+)</(?:text|tspan)>", svg))))
    faces = []
    for key, path in font_paths().items():
        family, bold = f"Toolkit {key.partition('-')[0].title()} SC", key.endswith("bold")
        if used and f"'{family}'" in svg and (not bold or re.search(r"font(?:-weight)?: (?:bold|700)", svg)):
            data = b64encode(web_font(path, used)).decode()
            weight = "bold" if bold else "normal"
            source = f"src:url(data:font/woff;base64,{data}) format('woff')"
            faces.append(f"@font-face{{font-family:'{family}';font-weight:{weight};{source}}}")
    for ours, others in _SVG_FAMILIES.items():
        svg = svg.replace(f"'{ours}'", f"'{ours}', {others}")
    return svg.replace(" <defs>\n", f" <defs>\n  <style>{''.join(faces)}</style>\n", 1) if faces else svg
