"""Errors of this package as sentences in a notebook."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

EXPECTED = (ValueError, KeyError, TypeError, OSError)


def plain_errors(shell: Any = None) -> None:
    """Show what this package refuses as the sentence that says why, without the calls that led there.

    An error that comes from elsewhere, such as a slip in a cell or in a library, keeps its full report, and
    a cell that failed has failed: the rest of *Run All* stops.

    Parameters
    ----------
    shell
        The IPython shell; the running one where None. Outside IPython nothing happens.
    """
    if shell is None:
        from IPython import get_ipython

        shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc(EXPECTED, _tell)


def _tell(
    shell: Any, kind: type, error: BaseException, trace: TracebackType, tb_offset: int | None = None
) -> None:
    """Show an error: the sentence alone where this package raised it."""
    raised = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(trace)]
    if raised and raised[-1].startswith("toolkit"):
        text = error.args[0] if isinstance(error, KeyError) and error.args else error
        shell._showtraceback(kind, error, [f"{kind.__name__}: {text}"])
    else:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
