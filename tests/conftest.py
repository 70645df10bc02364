"""What several tests share: the five seeds as a corpus, read once."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def corpus():
    """The five seeds with their verified metadata."""
    import toolkit as tk

    return tk.read_corpus(SEEDS)
