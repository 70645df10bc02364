"""Run one notebook with checked parameters: the executed notebook is complete, or it is not there.

papermill does the running; this module does not trust its word. After a kernel death or a timeout papermill
marks every cell as completed, and it leaves half-written files under their final name. So a notebook runs in
memory, each cell is asked whether it ran, and the file is put in place by one rename.
"""

from __future__ import annotations

import copy
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.files import write_text
from toolkit.reports.parameters import check_parameters, read_parameters, write_parameters

ENGINES = ("auto", "fork", "warm", "kernel")
_TRIES = {"kernel start": 3, "kernel died": 2}
_SOCKET_LIMIT = 90  # bytes; a socket's path may have 104 on macOS, 108 on Linux


class NotebookError(RuntimeError):
    """A notebook did not run to its end. `reason` is one word for tables, `detail` the sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def read_notebook(path: str | os.PathLike[str]) -> Any:
    """Read a notebook file as a node of the current notebook format."""
    import nbformat

    return nbformat.read(path, as_version=4)


def run_notebook(
    notebook: Any,
    output: str | os.PathLike[str],
    parameters: Mapping[str, Any],
    *,
    folder: str | os.PathLike[str] = ".",
    timeout: int = 600,
    engine: str = "auto",
) -> Any:
    """Run a notebook and write the executed one, complete or not at all.

    Parameters
    ----------
    notebook
        A notebook node (see `read_notebook`); it is not changed.
    output
        Where the executed notebook goes. If the run fails nothing appears there; what ran is kept
        beside it as ``<stem>.failed.ipynb``.
    parameters
        Values for names that the parameters cell declares.
    folder
        Working directory of the kernel.
    timeout
        Seconds that one cell may take.
    engine
        ``"fork"`` runs the cells in a process forked from one that has imported the stack, the fastest;
        ``"warm"`` starts an ordinary kernel that way; both need Linux. ``"kernel"`` starts a fresh kernel.
        ``"auto"`` is fork where it works, else kernel. The outputs are the same.

    Returns
    -------
    NotebookNode
        The executed notebook, without absolute paths.

    Raises
    ------
    ParameterError
        Before any kernel starts: unknown name, wrong type.
    ValueError
        For an unknown engine, or one that this system does not have.
    NotebookError
        `reason` is exception, exit, input, timeout, kernel died (twice), kernel start or not run.
    """
    output, options = Path(output), _engine_options(engine)
    values = check_parameters(read_parameters(notebook), parameters)
    failure: NotebookError | None = None
    tries: Counter[str] = Counter()
    while failure is None or tries[failure.reason] < _TRIES.get(failure.reason, 1):
        if failure:
            time.sleep(0.5 * tries.total())
        node = _parameterize(notebook, values)
        failure = _execute(node, Path(folder), timeout, options) or _unfinished(node)
        if failure is None:
            break
        tries[failure.reason] += 1
    _join_streams(node)
    _hide_places(node, Path(folder))
    failed = output.with_name(f"{output.stem}.failed.ipynb")
    _write(node, failed if failure else output)
    if failure:
        raise failure
    failed.unlink(missing_ok=True)
    return node


def _parameterize(notebook: Any, values: Mapping[str, Any]) -> Any:
    """A copy of the notebook with a cell that sets the values after the parameters cell."""
    import nbformat
    import papermill

    node = copy.deepcopy(notebook)
    at = next(i for i, cell in enumerate(node.cells) if "parameters" in cell.metadata.get("tags", ()))
    cell = nbformat.v4.new_code_cell(write_parameters(values), metadata={"tags": ["injected-parameters"]})
    cell.id = "injected-parameters"
    node.cells.insert(at + 1, cell)
    node = papermill.execute_notebook(node, None, prepare_only=True, progress_bar=False)
    node.metadata.papermill["parameters"] = dict(values)
    return node


def _engine_options(engine: str) -> dict[str, Any]:
    """What papermill is told: its name for the engine, and the class that starts kernels."""
    from papermill.engines import papermill_engines

    from toolkit.reports.kernels import ForkEngine, WarmKernelManager, can_fork

    if engine not in ENGINES or (engine in ("fork", "warm") and not can_fork()):
        known = ENGINES if can_fork() else ("auto", "kernel")
        raise ValueError(f"On this system the engine is one of {list(known)}, found {engine!r}.")
    papermill_engines.register("toolkit-fork", ForkEngine)
    if engine == "warm":
        return {"engine_name": None, "kernel_manager_class": WarmKernelManager}
    return {"engine_name": "toolkit-fork" if engine == "fork" or (engine == "auto" and can_fork()) else None}


def _execute(node: Any, folder: Path, timeout: int, options: Mapping[str, Any]) -> NotebookError | None:
    """Run the cells in a process of their own; return what went wrong outside of them."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines

    with tempfile.TemporaryDirectory(prefix="tk-", ignore_cleanup_errors=True) as sockets:
        try:
            papermill_engines.execute_notebook_with_engine(
                nb=node,
                kernel_name="python3",
                input_path=None,
                progress_bar=False,
                start_timeout=60,
                execution_timeout=timeout,
                autosave_cell_every=0,
                shutdown_kernel="immediate",
                record_timing=False,
                config=_connection(sockets),
                resources={"metadata": {"path": str(folder)}},
                **options,
            )
        except CellTimeoutError:
            return NotebookError("timeout", f"A cell took more than {timeout} seconds.")
        except DeadKernelError:
            return NotebookError(
                "kernel died", "The kernel ended while a cell was running (memory, a crash)."
            )
        except (RuntimeError, OSError) as error:
            if any(cell.metadata.papermill.get("start_time") for cell in node.cells):
                return NotebookError("kernel died", f"The connection to the kernel broke: {error}")
            return NotebookError(
                "kernel start", f"No kernel started in {_TRIES['kernel start']} attempts: {error}"
            )
    return None


def _connection(sockets: str) -> Any:
    """Sockets in a private folder: no ports to clash over, nothing on the network."""
    from traitlets.config import Config

    if sys.platform == "win32" or len(sockets.encode()) > _SOCKET_LIMIT:
        return Config()
    files = {"ip": f"{sockets}/k", "connection_file": f"{sockets}/kernel.json"}
    return Config(KernelManager={"transport": "ipc", **files})


def _unfinished(node: Any) -> NotebookError | None:
    """Ask each cell whether it ran, whatever its recorded status says."""
    for number, cell in enumerate(node.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                return _cell_error(number, output)
        if cell.source.strip() and cell.execution_count is None:
            return NotebookError("not run", f"Cell {number} did not run.")
        if cell.metadata.papermill.get("exception"):
            return NotebookError("exception", f"Cell {number} failed without saying why.")
    if not node.metadata.papermill.get("end_time"):
        return NotebookError("not run", "The run has no end.")
    return None


def _cell_error(number: int, output: Any) -> NotebookError:
    """Name the error of a cell."""
    reasons = {"SystemExit": "exit", "KeyboardInterrupt": "exit", "StdinNotImplementedError": "input"}
    reason = reasons.get(output.ename, "exception")
    return NotebookError(reason, f"Cell {number}: {output.ename}: {output.evalue}")


def _join_streams(node: Any) -> None:
    """What a cell printed in several breaths is one output; where a kernel cuts it depends on the clock."""
    for cell in node.cells:
        joined: list[Any] = []
        for output in cell.get("outputs", ()):
            last = joined[-1] if joined else {}
            if output.output_type == "stream" and output.name == last.get("name"):
                last["text"] += output.text
            else:
                joined.append(output)
        if cell.cell_type == "code":
            cell.outputs = joined


def _hide_places(node: Any, folder: Path) -> None:
    """Replace absolute folders of this machine in texts, tracebacks and metadata; images are left alone."""
    places = {
        str(folder.resolve()): ".",
        str(Path(__file__).resolve().parents[2]): "<toolkit>",
        sys.prefix: "<python>",
        sys.base_prefix: "<python>",
        tempfile.gettempdir(): "<temporary>",
        str(Path.home()): "~",
    }
    names = sorted((name for name in places if len(name) > 1), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![\w-])")
    numbered = re.compile(r"(?<=ipykernel_)\d+")  # of the process, in the file name of a cell

    def hide(value: Any) -> Any:
        """Replace in all texts of a JSON value."""
        if isinstance(value, str):
            return numbered.sub("", pattern.sub(lambda match: places[match[0]], value))
        if isinstance(value, list):
            return [hide(item) for item in value]
        if isinstance(value, dict):
            for key in value.keys() - {"image/png", "image/jpeg"}:
                value[key] = hide(value[key])
        return value

    hide(node.metadata)
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs = hide(cell.outputs)


def _write(node: Any, path: Path) -> None:
    """Write the notebook, whole or not at all."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, nbformat.writes(node) + "\n")
