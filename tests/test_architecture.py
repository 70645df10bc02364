"""The house keeps its floor plan: data flows one way, and opening the door starts no engine."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "toolkit"
FLOORS = (
    "lazy",
    "pieces",
    "schemas",
    "files",
    "corpus",
    "terms",
    "indicators",
    "measures",
    "plots",
    "store",
    "executors",
    "drafts",
    "watches",
    "layers",
    "pipeline",
    "builds",
    "stored",
    "exports",
    "reports",
    "explore",
    "__main__",
)
HEAVY = ("matplotlib", "duckdb", "papermill", "nbconvert", "statsmodels", "scipy", "pypdf", "IPython")


def _imports(tree: ast.Module) -> set[str]:
    """Modules of the package that a module imports, those for type checking alone left out."""
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("toolkit"):
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.startswith("toolkit.")}
    return found


def _floor(module: str) -> int | None:
    """Number of the floor a module lives on; None for the package itself."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else None


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=[str(p.relative_to(PACKAGE)) for p in MODULES])
def test_no_import_runs_against_the_floor_plan(path):
    """A module imports only from its own floor and those below it."""
    here = ".".join(("toolkit", *path.relative_to(PACKAGE).with_suffix("").parts))
    floor = _floor(here)
    if floor is None:
        assert path.name == "__init__.py", f"{here} has no floor; add it to the plan or move it"
        return
    above = [m for m in _imports(ast.parse(path.read_text(encoding="utf-8"))) if (_floor(m) or 0) > floor]
    assert not above, f"{here} imports from above: {above}"


def test_no_module_bears_the_name_of_a_public_function():
    """`tk.name` is always the function: no module of the top level is called like one."""
    import toolkit

    modules = {path.stem for path in PACKAGE.glob("*.py")} | {path.name for path in PACKAGE.iterdir()}
    assert all(inspect.ismodule(getattr(toolkit, name)) for name in modules & set(dir(toolkit)))


@pytest.mark.parametrize("name", ["toolkit", "toolkit.pipeline", "toolkit.measures", "toolkit.indicators"])
def test_importing_starts_nothing_heavy_and_prints_nothing(name):
    """Importing the package or a room loads no figure, database or notebook library and is silent."""
    code = (
        f"import {name}, sys; loaded = [m for m in {HEAVY!r} if m in sys.modules]; assert not loaded, loaded"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
