"""Notebooks times regions become reports."""

from toolkit.lazy import attach

__getattr__, __dir__ = attach(__name__, {"batch": "run_reports Run"})
