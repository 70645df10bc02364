"""Notebooks times regions become reports."""

from __future__ import annotations

from importlib import import_module


def __getattr__(name: str) -> object:
    """Import the batch when it is first asked for."""
    if name not in ("run_reports", "Run"):
        raise AttributeError(
            f"module 'toolkit.reports' has no attribute {name!r}; it has run_reports and Run"
        )
    return getattr(import_module("toolkit.reports.batch"), name)
