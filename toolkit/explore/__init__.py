"""A corpus under the hand: choose, look, take away, in JupyterLab."""

from toolkit.lazy import attach

_ROOMS = {"recipes": "Choice VIEWS recipe run_recipe", "browser": "Explorer", "sentences": "plain_errors"}
__getattr__, __dir__ = attach(__name__, _ROOMS)
