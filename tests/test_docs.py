"""The documentation is held to the code."""

import doctest
import re
import runpy
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_tables_page_is_what_the_schemas_say():
    """docs/tables.md is the page that its script makes from toolkit/schemas.py."""
    made = runpy.run_path(str(ROOT / "scripts" / "build_tables_page.py"))["page"]()
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == made


def test_readme_examples_print_what_they_say(monkeypatch):
    """Every example of the README runs on the seeds and prints what stands below it."""
    monkeypatch.chdir(ROOT)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=flags)
    assert result.attempted >= 8
    assert result.failed == 0


def test_examples_of_docstrings_print_what_they_say(monkeypatch):
    """Every example of a public name of the package prints what stands below it."""
    monkeypatch.chdir(ROOT)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    paths = [path.relative_to(ROOT) for path in sorted((ROOT / "toolkit").rglob("*.py"))]
    shown = [path for path in paths if ">>> " in path.read_text(encoding="utf-8")]
    modules = [
        import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__")) for path in shown
    ]
    results = {module.__name__: doctest.testmod(module, optionflags=flags) for module in modules}
    assert {name for name, result in results.items() if result.failed} == set()
    assert sum(result.attempted for result in results.values()) >= 25


def test_links_between_pages_lead_somewhere():
    """Every relative link of the README and the docs names a file that is there."""
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links {target}"


def test_conda_file_repeats_no_dependency():
    """environment.yml names python and pip and installs the project; pyproject.toml is the one list."""
    import yaml

    wanted = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert wanted == ["python>=3.11", "pip", {"pip": ["-e ."]}]
