"""Running one notebook: complete or absent, and the reason said."""

import hashlib
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


def run(tmp_path, *sources, timeout=60, engine="auto", **parameters):
    """Run a notebook of these cells into tmp_path/report.ipynb."""
    report = tmp_path / "report.ipynb"
    options = {"folder": tmp_path, "timeout": timeout, "engine": engine}
    return run_notebook(notebook(*sources), report, parameters, **options)


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


@pytest.mark.slow
def test_ten_megabytes_arrive_as_they_are(tmp_path):
    """A value of ten megabytes, full of quotes, braces and line ends, is the same text in the cell."""
    value = "法\"'\\\n{0}\t" * 2**20
    run(tmp_path, "import hashlib; print(hashlib.sha256(code.encode()).hexdigest())", code=value)
    cells = json.loads((tmp_path / "report.ipynb").read_text(encoding="utf-8"))["cells"]
    assert len(value.encode()) > 10 * 2**20
    assert cells[2]["outputs"][0]["text"] == [hashlib.sha256(value.encode()).hexdigest() + "\n"]


def test_a_failing_cell_leaves_no_report_but_its_trace(tmp_path):
    """The final name stays free, the failed notebook and the reason are kept, later cells did not run."""
    with pytest.raises(NotebookError, match="Cell 2: ZeroDivisionError") as caught:
        run(tmp_path, "1 / 0", "print('later')")
    assert caught.value.reason == "exception"
    assert not (tmp_path / "report.ipynb").exists()
    failed = json.loads((tmp_path / "report.failed.ipynb").read_text(encoding="utf-8"))
    assert failed["cells"][-1]["outputs"] == []


ENDS = {
    "kernel died": "import os; os._exit(1)",
    "exit": "import sys; sys.exit(0)",
    "input": "input()",
    "timeout": "import time; time.sleep(60)",
}
ENDLESS = "import sys\nwhile True: display('more')"
KINDS = ["auto", pytest.param("kernel", marks=pytest.mark.slow)]


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.parametrize("reason", ENDS)
def test_every_other_end_has_its_name(tmp_path, reason, engine):
    """Death of the process, sys.exit, input() and an endless cell each fail with their own reason."""
    with pytest.raises(NotebookError) as caught:
        run(tmp_path, "print('before')", ENDS[reason], "done = True", timeout=3, engine=engine)
    assert caught.value.reason == reason
    assert not (tmp_path / "report.ipynb").exists()
    failed = json.loads((tmp_path / "report.failed.ipynb").read_text(encoding="utf-8"))
    assert "".join(failed["cells"][2]["outputs"][0]["text"]) == "before\n"
    assert failed["cells"][4]["execution_count"] is None


@pytest.mark.parametrize("engine", KINDS)
def test_a_killed_process_costs_its_report_one_retry(tmp_path, engine):
    """A process that is killed once is started again; the report is complete."""
    source = (
        "import os, pathlib; p = pathlib.Path('tried'); p.exists() or (p.touch(), os.kill(os.getpid(), 9))"
    )
    node = run(tmp_path, source, "print('whole')", engine=engine)
    assert node.cells[-1].outputs[0].text == "whole\n"
    assert (tmp_path / "report.ipynb").exists() and not list(tmp_path.glob("*failed*"))


def test_a_process_killed_twice_fails_and_no_more(tmp_path):
    """The second death of a report is its last: it is tried twice, and the next report runs."""
    with pytest.raises(NotebookError, match="kernel died"):
        run(tmp_path, "import os; print(1, file=open('tries', 'a')); os.kill(os.getpid(), 9)")
    assert (tmp_path / "tries").read_text(encoding="utf-8") == "1\n1\n"
    assert run(tmp_path, "print(2)").cells[-1].outputs[0].text == "2\n"


def test_a_cell_that_never_stops_talking_is_stopped(tmp_path):
    """Output without end does not hold off the end of the time."""
    with pytest.raises(NotebookError, match="timeout"):
        run(tmp_path, ENDLESS, timeout=1)


def test_an_unknown_engine_is_refused(tmp_path):
    """The engines there are on this system are named."""
    with pytest.raises(ValueError, match=r"'kernel'.*found 'spawn'"):
        run(tmp_path, "1", engine="spawn")
    assert not list(tmp_path.iterdir())


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
