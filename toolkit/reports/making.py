"""One report of a batch, made by whichever process has the task: run, turned into a page, put in its place."""

from __future__ import annotations

import contextlib
import shutil
import textwrap
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.files import move, write_text
from toolkit.reports.execution import NotebookError, read_notebook, run_notebook
from toolkit.reports.folders import FAILED, PAGE, publish
from toolkit.reports.pages import report_page
from toolkit.reports.plans import Job

SLICE = ".corpus"
_LONGEST = 300  # characters of a reason; the failed notebook has the rest


class Task(NamedTuple):
    """A job with the folder that holds its slice, the place of its report, and how it is run."""

    job: Job
    work: Path
    place: Path
    timeout: int
    engine: str
    problem: str = ""  # why its slice could not be written


def make_report(task: Task) -> dict[str, Any]:
    """Make the report; its status, reason, warnings and seconds.

    The notebook runs in a thread: a kernel's client needs an event loop, and the caller's may be in use.
    """
    started, results = time.monotonic(), []
    thread = threading.Thread(target=lambda: results.append(_make(task)), daemon=True)
    thread.start()
    thread.join()
    shutil.rmtree(task.work, ignore_errors=True)
    return {"warnings": 0, **results[0], "seconds": round(time.monotonic() - started, 1)}


def failure(error: Exception) -> dict[str, Any]:
    """The result of a task that ended in this error, in a sentence without folders of this machine."""
    if isinstance(error, OSError) and error.strerror:
        name = Path(str(error.filename2 or error.filename or "a file")).name
        reason = f"cannot write or read {name}: {error.strerror}"
    else:
        reason = str(error) if isinstance(error, NotebookError) else f"{type(error).__name__}: {error}"
    return {"status": "failed", "reason": textwrap.shorten(reason, _LONGEST), "warnings": 0, "seconds": 0.0}


def _make(task: Task) -> dict[str, Any]:
    """Run the notebook, make its page, publish both, or what is left of a failed run."""
    from jupyter_core.utils import ensure_event_loop

    if task.problem:
        return {"status": "failed", "reason": task.problem}
    job = task.job
    try:
        values = {**job.parameters, "corpus": SLICE, "out": "."}
        notebook, output = read_notebook(job.notebook), task.work / "report.ipynb"
        how = {"folder": task.work, "timeout": task.timeout, "engine": task.engine}
        node = run_notebook(notebook, output, values, **how)
        html = report_page(node, title=job.title, language=job.parameters["language"])
        write_text(task.work / PAGE, html)
        outputs = [output for cell in node.cells for output in cell.get("outputs", ())]
        result = {"status": "done", "warnings": sum(output.get("name") == "stderr" for output in outputs)}
        publish(task.work, task.place, {"hashes": job.hashes, "parameters": job.parameters, **result})
    except Exception as error:  # one report never stops the others; the index and run.json say what happened
        _keep_trace(task)
        return failure(error)
    finally:
        ensure_event_loop().close()  # the kernel's client made one for this thread
    return result


def _keep_trace(task: Task) -> None:
    """Put the notebook of a failed run beside the place of its report."""
    with contextlib.suppress(OSError):  # a full disk is told by the error that led here
        if (task.work / FAILED).exists():
            task.place.mkdir(parents=True, exist_ok=True)
            move(task.work / FAILED, task.place / FAILED)
