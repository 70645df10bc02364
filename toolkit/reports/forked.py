"""The cells of a notebook in a forked process, followed message by message as those of a kernel are."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import time
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine as PapermillEngine
from papermill.engines import NBClientEngine

from toolkit.reports.kernels import Forked, can_fork, fork

_LAST_WORDS = 1.0  # seconds to hand over what a cell printed before its time was over


class Engine(PapermillEngine):
    """Runs Python notebooks in a fork; others, and where there is no fork, in a kernel."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook that papermill manages."""
        language = nb_man.nb.metadata.get("kernelspec", {}).get("language", "python")
        if not can_fork() or language != "python":
            return NBClientEngine.execute_managed_notebook(nb_man, kernel_name, **options)
        timeout = options.pop("execution_timeout", None)
        names = PapermillNotebookClient.class_trait_names()
        known = {name: value for name, value in options.items() if name in names}
        return ForkClient(nb_man, timeout=timeout, **known).execute()


class ForkClient(PapermillNotebookClient):
    """nbclient's book-keeping (outputs, displays updated later, widgets) over a fork instead of a kernel."""

    process: Forked

    def execute(self, **_: Any) -> Any:
        """Run all cells; those after one that fails stay as they are."""
        self.reset_execution_trackers()
        self.record_timing = False  # of sockets; papermill's own times of the cells are kept
        cells = [(cell.source, self._may_fail(cell)) for cell in self.nb.cells if self._runs(cell)]
        self.process = fork((self.resources.get("metadata") or {}).get("path") or ".", cells=cells)
        try:
            self.papermill_execute_cells()
            self._finish()
        finally:
            self.process.kill()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """Follow one cell to its end."""
        if not self._runs(cell):
            return cell
        self.code_cells_executed += 1
        self.clear_before_next_output = False
        timeout = self._get_timeout(cell)
        limit = None if timeout is None else time.monotonic() + timeout
        reply = self._follow(cell, cell_index, limit)
        if reply["status"] == "error" and not self._may_fail(cell):
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell

    def _follow(self, cell: Any, number: int, limit: float | None) -> dict[str, Any]:
        """Take the messages of a cell until its reply."""
        try:
            while message := self._read(limit):
                if message.get("msg_type") == "reply":
                    return message["content"]
                self._take(message, cell, number)
        except TimeoutError:
            self._take_last_words(cell, number)
            raise CellTimeoutError.error_from_timeout_and_cell(
                "The fork was ended", int(self._get_timeout(cell) or 0), cell
            ) from None
        raise DeadKernelError(f"The process ended with code {self.process.returncode}")

    def _read(self, limit: float | None) -> dict[str, Any] | None:
        """The next message before the limit, also where a cell never stops talking."""
        left = None if limit is None else limit - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        return self.process.read(left)

    def _take(self, message: dict[str, Any], cell: Any, number: int) -> None:
        """Give nbclient a message as a kernel would have sent it."""
        if "failed" in message:
            raise DeadKernelError(message["failed"])
        kind = message["msg_type"]
        whole = {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {"msg_id": ""}}
        buffers = [base64.b64decode(part) for part in message["buffers"]]
        self.process_message({**whole, "content": message["content"], "buffers": buffers}, cell, number)

    def _take_last_words(self, cell: Any, number: int) -> None:
        """Ask the process to end, and take what it still says."""
        limit = time.monotonic() + _LAST_WORDS
        os.kill(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError, DeadKernelError):
            while message := self._read(limit):
                if message.get("msg_type") != "reply":
                    self._take(message, cell, number)

    def _finish(self) -> None:
        """The notebook's own metadata, if all cells ran."""
        while message := self.process.read(None):
            if message.get("msg_type") == "end":
                self.nb.metadata["language_info"] = message["content"]["language_info"]
        self.set_widgets_metadata()

    def _runs(self, cell: Any) -> bool:
        """Whether there is something to run."""
        tags = cell.metadata.get("tags", ())
        return cell.cell_type == "code" and bool(cell.source.strip()) and self.skip_cells_with_tag not in tags

    def _may_fail(self, cell: Any) -> bool:
        """Whether the cells after it run even if it fails."""
        allowed = self.allow_errors or "raises-exception" in cell.metadata.get("tags", ())
        return allowed and not self.force_raise_errors
