"""Warm starts: forks are as clean as fresh kernels, say the same, and leave nothing behind."""

import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat.v4 as v4
import pytest

from toolkit.reports import kernels
from toolkit.reports.execution import NotebookError, read_notebook, run_notebook
from toolkit.reports.slices import Slices

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(not kernels.can_fork(), reason="warm starts need Linux with pidfd_open")
ENGINES = ["kernel", "warm", "fork"]


def notebook(*sources):
    """A notebook with a parameters cell and these code cells."""
    cells = [v4.new_code_cell("n: int = 0", metadata={"tags": ["parameters"]})]
    return v4.new_notebook(cells=[*cells, *map(v4.new_code_cell, sources)])


def run(folder, *sources, engine="fork", timeout=60):
    """The code cells of a notebook after it ran in a folder, without those of the parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {"folder": folder, "engine": engine, "timeout": timeout}
    return run_notebook(notebook(*sources), folder / "report.ipynb", {}, **options).cells[2:]


def printed(cell):
    """What a cell wrote to stdout."""
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")


def outputs(node):
    """All a reader sees of a notebook: counts and outputs, and the metadata but for the times."""
    cells = [(cell.get("execution_count"), cell.get("outputs")) for cell in node.cells]
    return cells, {name: value for name, value in node.metadata.items() if name != "papermill"}


def pictures(node):
    """Number of pictures among the outputs."""
    found = [output for cell in node.cells for output in cell.get("outputs", ())]
    return sum("image/png" in output.get("data", {}) for output in found)


KINDS = [
    "import sys; print('a'); print('b', file=sys.stderr); print('c'); 1 + 1",
    "import pandas as pd; pd.DataFrame({f'column {i}': [i] for i in range(40)})",
    "from matplotlib import pyplot as plt; plt.plot([1, 3, 2]); print('drawn')",
    "handle = display('first', display_id='x'); print('between'); display({'a': 1}, metadata={'k': 'v'})",
    "handle.update('second'); _ + 1 if isinstance(_, int) else In[1][:6]",
    "from IPython.display import clear_output; print('gone'); clear_output(); print('left')",
    "import asyncio; await asyncio.sleep(0.01); 'awaited'",
    "!echo from the shell",
    # a thread of the kernel reads what comes from C: it needs its time before the next line is printed
    "import os, time; os.system('echo from C'); time.sleep(0.5); print('after')",
    "import warnings; warnings.warn('mind')",
    "%matplotlib inline\nfigure, ax = plt.subplots(); ax.set_title('法治'); None",
    "import ipywidgets; ipywidgets.IntSlider(value=3)",
    "class Shape:\n    def _repr_html_(self): return '<b>法</b>'\n    def __repr__(self): return 'shape'\nShape()",
    "from tqdm.auto import tqdm; tqdm.__module__",
    "'quiet';",
    "import sys; sorted({'pandas', 'matplotlib'} & set(sys.modules)), get_ipython().__class__.__name__",
]


def test_every_kind_of_output_is_the_same_in_all_ways(tmp_path, monkeypatch):
    """Streams in order, results, displays changed later, widgets, figures and awaits are those of a kernel."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # kernels do not read the descriptors where they see it
    seen = {}
    for engine in ENGINES:
        cells = run(tmp_path / engine, *KINDS, engine=engine)
        for cell in cells:  # the numbers of widgets are drawn at random
            for output in cell.outputs:
                output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        seen[engine] = [(cell.execution_count, cell.outputs) for cell in cells]
    for number, source in enumerate(KINDS):
        assert seen["warm"][number] == seen["kernel"][number], source
        assert seen["fork"][number] == seen["kernel"][number], source
    assert [len(output) for _, output in seen["fork"]] == [3, 1, 2, 3, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["region_report", "comparison"])
def test_real_reports_are_the_same_in_all_ways(tmp_path, corpus, name):
    """Text, HTML, tables, the bytes of pictures and all files of the two notebooks are equal."""
    region = {"region": "621122"} if name == "region_report" else {}
    slices = Slices(corpus)
    if region:
        slices.save(tmp_path / "slice", slices.find("621122"), slices.load(slices.units))
    else:
        slices.save_whole(tmp_path / "slice")
    node, seen, files = read_notebook(ROOT / "notebooks" / f"{name}.ipynb"), {}, {}
    for engine in ENGINES:
        folder = tmp_path / engine
        folder.mkdir()
        values = {"corpus": "../slice", "out": ".", "formats": ["png", "svg", "pdf"], **region}
        made = run_notebook(node, folder / "report.ipynb", values, folder=folder, engine=engine)
        seen[engine] = outputs(made)
        found = [path for path in sorted(folder.iterdir()) if path.suffix != ".ipynb"]
        files[engine] = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
        assert pictures(made) == sum(path.suffix == ".png" for path in found) >= 5
    assert seen["fork"] == seen["warm"] == seen["kernel"]
    assert files["fork"] == files["warm"] == files["kernel"]


@pytest.mark.slow
def test_a_wrong_preload_would_be_seen(tmp_path, monkeypatch):
    """With the inline backend among the libraries imported early, a warm kernel shows no figure."""
    sources = ["from matplotlib import pyplot as plt; plt.plot([1, 2]); None"]
    right = run(tmp_path / "right", *sources, engine="warm")
    add = "from toolkit.reports import forkserver as f; f.PRELOADED += ('matplotlib_inline.backend_inline',)"
    kernels.stop()
    monkeypatch.setattr(kernels, "_SERVE", f"{add}; f.serve({{}})")
    wrong = run(tmp_path / "wrong", *sources, engine="warm")
    kernels.stop()
    assert (len(right[0].outputs), len(wrong[0].outputs)) == (1, 0)


SPOIL = """
import builtins, os, random, sys, warnings
import matplotlib, numpy as np, pandas as pd
os.environ["SPOILT"] = "1"; os.chdir("/"); sys.path.append("spoilt"); sys.modules["spoilt"] = sys
warnings.simplefilter("error"); matplotlib.rcParams["font.size"] = 77; pd.set_option("display.max_rows", 3)
builtins.spoilt = np.spoilt = pd.spoilt = True; np.random.seed(1); random.seed(1); import toolkit.plots.style as style
style.MAIN = "spoilt"; open("/dev/null").close(); os.umask(0)
"""
LOOK = """
import builtins, os, random, sys, warnings
import matplotlib, numpy as np, pandas as pd, toolkit.plots.style as style
print(os.environ.get("SPOILT"), os.path.basename(os.getcwd()), sys.path, "spoilt" in sys.modules)
print([f for f in warnings.filters if f[0] == "error"], matplotlib.rcParams["font.size"], matplotlib.get_backend())
print(pd.get_option("display.max_rows"), pd.get_option("display.max_columns"), style.MAIN, end=" ")
print([hasattr(m, "spoilt") for m in (builtins, np, pd)])
print(os.umask(0o22), sys.modules["__main__"].__name__, [name for name in dir() if "spoil" in name.lower()])
"""


@pytest.mark.parametrize("engine", [pytest.param("warm", marks=pytest.mark.slow), "fork"])
def test_nothing_leaks_from_one_report_to_the_next(tmp_path, engine, monkeypatch):
    """Folder, environment, path, modules, filters, styles, options and the mask are those of a fresh kernel."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    run(tmp_path / "same", SPOIL, engine=engine)
    after = printed(run(tmp_path / "same", LOOK, engine=engine)[0])
    assert after == printed(run(tmp_path / "same", LOOK, engine="kernel")[0])
    assert (
        after.startswith("None same [") and "60 20 #1f5a8a [False, False, False]\n18 __main__ []\n" in after
    )


def test_chance_is_not_inherited(tmp_path):
    """Two forks draw different numbers from numpy's old global state and from random."""
    source = "import random, numpy as np; print(np.random.rand(), random.random())"
    drawn = [printed(run(tmp_path, source)[0]).split() for _ in range(3)]
    assert len({value for row in drawn for value in row}) == 6


def test_the_environment_of_the_moment_reaches_the_cells(tmp_path, monkeypatch):
    """What the caller's environment says now counts, not what it said when the server started."""
    run(tmp_path, "1")
    monkeypatch.setenv("TOOLKIT_TEST_WORD", "法治")
    monkeypatch.setenv("MPLBACKEND", "svg")
    source = "import os, matplotlib; print(os.environ['TOOLKIT_TEST_WORD'], matplotlib.get_backend())"
    for engine in ("fork", "warm"):
        assert printed(run(tmp_path, source, engine=engine)[0]) == "法治 svg\n"


def test_many_threads_share_one_server(tmp_path):
    """Reports asked for at once by several threads do not meet; the server has one thread and no report in it."""
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(run, tmp_path / str(i), f"print({i}, end='')") for i in range(8)]
        assert [printed(future.result()[0]) for future in made] == [str(i) for i in range(8)]
    (_, server, _), *others = kernels._server
    threads = [path.joinpath("comm").read_text() for path in Path(f"/proc/{server.pid}/task").iterdir()]
    assert not others and set(threads[1:]) <= {"jemalloc_bg_thd\n"}  # Arrow's allocator is ready for forks
    assert Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii") == ""


@pytest.mark.slow
def test_a_killed_server_is_started_again(tmp_path):
    """Whoever kills the server costs the next report a start, not its life."""
    run(tmp_path, "1")
    (_, server, _), *_ = kernels._server
    server.kill()
    assert printed(run(tmp_path, "print(2)")[0]) == "2\n"
    assert kernels._server[0][1].pid != server.pid


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """A fork that cannot settle says why; it is no death of the kernel, and the server lives on."""
    run(tmp_path, "1")
    with pytest.raises(NotebookError, match=r"kernel start.*No such file or directory"):
        run_notebook(notebook("1"), tmp_path / "r.ipynb", {}, folder=tmp_path / "none", engine="fork")


def alive(process):
    """Whether a process runs and is no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(processes, seconds=10):
    """Wait until none of the processes is left."""
    end = time.monotonic() + seconds
    while any(map(alive, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(alive, processes))


STARTS_A_CHILD = (
    "import subprocess, os; p = subprocess.Popen(['sleep', '60']); print(os.getpid(), p.pid, flush=True)"
)


def test_a_cell_that_hangs_ends_with_all_it_started(tmp_path):
    """After the timeout neither the fork nor the program that its cell started is left."""
    with pytest.raises(NotebookError, match="timeout"):
        run(tmp_path, STARTS_A_CHILD + "; p.wait()", timeout=1)
    failed = json.loads((tmp_path / "report.failed.ipynb").read_text(encoding="utf-8"))
    assert gone(map(int, "".join(failed["cells"][2]["outputs"][0]["text"]).split()))


@pytest.mark.slow
def test_nothing_is_left_when_the_caller_is_killed(tmp_path):
    """kill -9 of the caller ends the server, its forks, and what their cells started."""
    code = f"""
import sys; sys.path.insert(0, {str(ROOT / "tests")!r})
from pathlib import Path; from test_kernels import run
run(Path({str(tmp_path)!r}), "import os; print(os.getppid(), file=open('pids', 'a'))")
run(Path({str(tmp_path)!r}), {(STARTS_A_CHILD + "; print(os.getpid(), p.pid, file=open('pids', 'a')); p.wait()")!r})
"""
    caller = subprocess.Popen([sys.executable, "-c", code])
    path = tmp_path / "pids"
    while caller.poll() is None and not (
        path.exists() and len(path.read_text(encoding="utf-8").split()) == 3
    ):
        time.sleep(0.05)
    found = [int(word) for word in path.read_text(encoding="utf-8").split()]
    assert len(found) == 3 and all(map(alive, found))
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    assert gone(found)


def _from_a_daemon(folder, queue):
    """Run a notebook in a daemonic process, as dask's workers are."""
    queue.put(printed(run(folder, "print(6 * 7)")[0]))


@pytest.mark.slow
def test_a_daemonic_process_may_use_it(tmp_path):
    """Daemonic workers must not have multiprocessing's children; the server is none."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    worker = context.Process(target=_from_a_daemon, args=(tmp_path, queue), daemon=True)
    worker.start()
    assert queue.get() == "42\n"
    worker.join()


@pytest.mark.slow
def test_stock_papermill_finds_both_doors(tmp_path):
    """By the entry points of pyproject.toml: the provisioner named by the environment, the engine by its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = tmp_path / "doors-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: doors\nVersion: 1\n", encoding="utf-8")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in doors.items())
        for group, doors in project["entry-points"].items()
    ]
    (package / "entry_points.txt").write_text("\n".join(groups), encoding="utf-8")
    source = "import sys; print('toolkit.reports.parts' in sys.modules)"
    spec = {"name": "python3", "language": "python", "display_name": "Python"}
    made = notebook(source)
    made.metadata.kernelspec = spec
    (tmp_path / "in.ipynb").write_text(json.dumps(made), encoding="utf-8")
    seen = {}
    for way, options, more in (
        ("stock", [], {}),
        ("warm", [], {"JUPYTER_DEFAULT_PROVISIONER_NAME": "toolkit-warm"}),
        ("fork", ["--engine", "toolkit-fork"], {}),
    ):
        path = os.pathsep.join([str(tmp_path), str(ROOT)])
        command = [sys.executable, "-m", "papermill", *options, "in.ipynb", f"{way}.ipynb"]
        environment = {**os.environ, "PYTHONPATH": path, **more}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        node = json.loads((tmp_path / f"{way}.ipynb").read_text(encoding="utf-8"))
        seen[way] = "".join(node["cells"][1]["outputs"][0]["text"]).split()[0]
    assert seen == {"stock": "False", "warm": "True", "fork": "True"}
