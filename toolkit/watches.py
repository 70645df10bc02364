"""What a process is at: noted beside the store, so that who finds it dead knows where it died."""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Sequence
from pathlib import Path


class Watch:
    """A note that is there while a part is made, and stays where its process dies.

    Parameters
    ----------
    note
        The file. For a part of one file it says which document the process is at, and in which layer.
    seconds
        Most seconds for one step; a process that takes longer ends itself. 0 sets no bound.
    exact
        Whether each document is a step of its own, and noted.
    deadly
        Notes of processes that died before: what they were at is set aside.
    """

    def __init__(self, note: Path, seconds: float, exact: bool, deadly: Sequence[str]) -> None:
        self.note, self.seconds, self.exact, self.deadly = note, seconds, exact, deadly
        self._since = -seconds

    def __enter__(self) -> Watch:
        self.note.write_text("", encoding="utf-8")
        return self

    def __exit__(self, *error: object) -> None:
        self.rest()
        self.note.unlink(missing_ok=True)

    def step(self, layer: str, doc_id: str) -> bool:
        """Begin with a document, or a batch that begins with it; whether it may be tried."""
        now = time.monotonic()
        if self.seconds and now - self._since > self.seconds / 10:  # each time costs a thread
            faulthandler.dump_traceback_later(self.seconds, exit=True)
            self._since = now
        name = f"{layer} {doc_id}"
        if self.exact and name not in self.deadly:
            self.note.write_text(name, encoding="utf-8")
        return name not in self.deadly

    def rest(self) -> None:
        """Set no bound to what follows, and name no document for it."""
        if self.exact:
            self.note.write_text("", encoding="utf-8")
        if self.seconds:
            faulthandler.cancel_dump_traceback_later()
            self._since = -self.seconds
