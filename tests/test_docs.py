"""The documentation is held to the code."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_tables_page_is_what_the_schemas_say():
    """docs/tables.md is the page that its script makes from toolkit/schemas.py."""
    made = runpy.run_path(str(ROOT / "scripts" / "build_tables_page.py"))["page"]()
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == made
