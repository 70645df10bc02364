"""Running one notebook: complete or absent, and the reason said."""

import json

import nbformat.v4 as v4
import pytest

from toolkit.reports.execution import NotebookError, run_notebook
from toolkit.reports.parameters import ParameterError


def notebook(*sources):
    """A notebook with a parameters cell and these code cells."""
    first = 'code: str = "000000"  # region\ntop: int = 5'
    cells = [v4.new_code_cell(first, metadata={"tags": ["parameters"]})]
    return v4.new_notebook(cells=[*cells, *map(v4.new_code_cell, sources)])


def run(tmp_path, *sources, timeout=60, **parameters):
    """Run a notebook of these cells into tmp_path/report.ipynb."""
    return run_notebook(
        notebook(*sources), tmp_path / "report.ipynb", parameters, folder=tmp_path, timeout=timeout
    )


def test_values_arrive_readable_and_folders_stay_private(tmp_path):
    """A code keeps its zeros, Chinese is readable, quotes and braces survive, no absolute folder is left."""
    value = '010105陇西县 "\'{x}\\n\n"""'
    source = "import os, sys; print(code == " + repr(value) + ", os.getcwd(), sys.prefix, sep='|')"
    run(tmp_path, source, code=value)
    text = (tmp_path / "report.ipynb").read_text(encoding="utf-8")
    printed = json.loads(text)["cells"][2]["outputs"][0]["text"]
    assert "".join(printed).startswith("True|.|<python>")
    assert "010105陇西县" in text and str(tmp_path) not in text
    assert not list(tmp_path.glob("*failed*")) and not list(tmp_path.glob(".*"))


def test_a_failing_cell_leaves_no_report_but_its_trace(tmp_path):
    """The final name stays free, the failed notebook and the reason are kept, later cells did not run."""
    with pytest.raises(NotebookError, match="Cell 2: ZeroDivisionError") as caught:
        run(tmp_path, "1 / 0", "print('later')")
    assert caught.value.reason == "exception"
    assert not (tmp_path / "report.ipynb").exists()
    failed = json.loads((tmp_path / "report.failed.ipynb").read_text(encoding="utf-8"))
    assert failed["cells"][-1]["outputs"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os; os._exit(1)", "kernel died"),
        ("import sys; sys.exit(0)", "exit"),
        ("input()", "input"),
        ("import time; time.sleep(60)", "timeout"),
    ],
)
def test_every_other_end_has_its_name(tmp_path, source, reason):
    """Kernel death, sys.exit, input() and an endless cell each fail with their own reason."""
    with pytest.raises(NotebookError) as caught:
        run(tmp_path, source, "done = True", timeout=3)
    assert caught.value.reason == reason
    assert not (tmp_path / "report.ipynb").exists()
    assert (tmp_path / "report.failed.ipynb").exists()


def test_a_wrong_parameter_starts_no_kernel(tmp_path, monkeypatch):
    """Parameters are refused before anything runs."""
    monkeypatch.setattr("toolkit.reports.execution._execute", lambda *args: pytest.fail("a kernel started"))
    with pytest.raises(ParameterError, match="Did you mean 'code'"):
        run(tmp_path, "1", cod="1")
    assert not list(tmp_path.iterdir())


def test_a_kernel_that_does_not_start_is_tried_three_times(tmp_path, monkeypatch):
    """A port clash at the start is no failure of the notebook, until the third time."""
    starts = []

    def refuse(*args):
        starts.append(1)
        return NotebookError("kernel start", "address in use")

    monkeypatch.setattr("toolkit.reports.execution._execute", refuse)
    monkeypatch.setattr("toolkit.reports.execution.time.sleep", lambda seconds: None)
    with pytest.raises(NotebookError, match="kernel start"):
        run(tmp_path, "1")
    assert len(starts) == 3
