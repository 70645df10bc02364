"""Build the fonts in toolkit/data/fonts from Google's static TTFs of Noto Sans SC and Noto Serif SC.

Run once, by hand, when the character set changes::

    python scripts/build_fonts.py            # fetches two npm packages with `npm pack` (126 MB)
    python scripts/build_fonts.py FOLDER     # where FOLDER already holds the two .tgz files

The fonts are renamed "Toolkit Sans SC" and "Toolkit Serif SC", so that an installed font of the same name
(often a variable one, which matplotlib draws in its thinnest weight) can never win.
The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

VERSION = "0.4.3"
PACKAGES = {
    "sans": f"expo-google-fonts-noto-sans-sc-{VERSION}.tgz",
    "serif": f"expo-google-fonts-noto-serif-sc-{VERSION}.tgz",
}
FACES = (
    ("sans", "package/400Regular/NotoSansSC_400Regular.ttf", "Toolkit Sans SC", "Regular"),
    ("sans", "package/700Bold/NotoSansSC_700Bold.ttf", "Toolkit Sans SC", "Bold"),
    ("serif", "package/400Regular/NotoSerifSC_400Regular.ttf", "Toolkit Serif SC", "Regular"),
)
RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x02C6, 0x02DC),  # spacing modifiers
    (0x2000, 0x206F),  # general punctuation, zero-width and bidi characters where the font has them
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x22FF),  # letterlike (℃), number forms, arrows, operators
    (0x2460, 0x24FF),  # enclosed numbers (①)
    (0x2500, 0x26FF),  # box drawing, blocks, shapes, symbols
    (0x2E80, 0x2FDF),  # radicals
    (0x3000, 0x303F),  # CJK punctuation
    (0x3200, 0x33FF),  # enclosed and squared CJK (㈠ ㎡)
    (0xFE10, 0xFE6F),  # vertical and small forms
    (0xFF00, 0xFFEF),  # full-width and half-width
)
PLACES = "壆囍坣輋阾冚埗塱氹岃磡漖滘涌圳嵙峯堃淼"  # Lingnan village and street names, some outside both lists
ROOT = Path(__file__).resolve().parents[1]
LIST_8105 = Path(__file__).with_name("tongyong-guifan-hanzi.txt")


def characters() -> set[int]:
    """Code points to keep: GB2312, the 8,105 characters of 通用规范汉字表, and the ranges above."""
    rows = (bytes([high, low]) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    gb2312 = "".join(row.decode("gb2312", errors="ignore") for row in rows)
    hanzi = PLACES + "".join(LIST_8105.read_text(encoding="utf-8").split())
    return {*map(ord, gb2312), *map(ord, hanzi), *(code for a, b in RANGES for code in range(a, b + 1))}


def build(source: bytes, family: str, style: str, target: Path) -> TTFont:
    """Subset one face, drop what costs time in every PDF, rename it, write it without a date of today.

    Each PDF embeds a subset, which fontTools cuts from the whole file: it does so in a third of the time where
    the glyphs bear their names, Unicode maps to them once, and there is no kerning to prune. Latin letters
    stand as the designer spaced them.
    """
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    options = subset.Options(
        hinting=False,
        layout_features=[],
        name_IDs=[0, 5, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        glyph_names=True,
        drop_tables=["GDEF", "GPOS", "GSUB", "vhea", "vmtx", "VORG", "BASE", "gasp", "STAT", "DSIG", "meta"],
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font["cmap"].tables = [table for table in font["cmap"].tables if table.platformID == 3]
    font["post"].formatType, font["post"].extraNames, font["post"].mapping = 2.0, [], {}
    names = {1: family, 2: style, 3: f"{family} {style} {VERSION}", 4: f"{family} {style}"}
    names[6] = f"{family.replace(' ', '')}-{style}"
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["name"].names.sort()
    font.save(target, reorderTables=True)
    return font


def main() -> None:
    """Fetch the packages where they are not given, and build every face."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="folder with the two .tgz files of npm")
    parser.add_argument("--out", type=Path, default=ROOT / "toolkit" / "data" / "fonts")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        if arguments.folder is None:
            for kind in PACKAGES:
                name = f"@expo-google-fonts/noto-{kind}-sc@{VERSION}"
                subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True)
        for kind, member, family, style in FACES:
            with tarfile.open(folder / PACKAGES[kind]) as package:
                source = package.extractfile(member).read()
                licence = package.extractfile("package/LICENSE_FONT").read()
            target = arguments.out / f"{family.replace(' ', '')}-{style}.ttf"
            font = build(source, family, style, target)
            (arguments.out / f"OFL-{kind}.txt").write_bytes(licence)
            print(
                f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.1f} MB"
            )


if __name__ == "__main__":
    main()
