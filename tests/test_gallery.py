"""The committed gallery: every picture is there and is described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GALLERY = Path(__file__).resolve().parents[1] / "figures" / "gallery"


@pytest.mark.skipif(not GALLERY.exists(), reason="the gallery is not part of this checkout")
def test_every_picture_of_the_gallery_is_described():
    """Each picture on the page exists and has an alt text; each picture of the folder is on the page."""
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", page)
    assert {name for _, name in shown} == {path.name for path in GALLERY.glob("*.png")}
    assert all(len(alt) > 20 for alt, _ in shown)
