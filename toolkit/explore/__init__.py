"""A corpus under the hand: choose, look, take away, in JupyterLab."""

from __future__ import annotations

from importlib import import_module

_HOME = {
    "Choice": "recipes",
    "VIEWS": "recipes",
    "recipe": "recipes",
    "run_recipe": "recipes",
    "Explorer": "browser",
    "plain_errors": "sentences",
}


def __getattr__(name: str) -> object:
    """Import the module of a name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'toolkit.explore' has no attribute {name!r}; it has {sorted(_HOME)}")
    return getattr(import_module(f"toolkit.explore.{_HOME[name]}"), name)
