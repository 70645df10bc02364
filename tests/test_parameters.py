"""Parameters cells: read without running, checked before any kernel."""

import nbformat.v4 as v4
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.reports.parameters import ParameterError, check_parameters, read_parameters, write_parameters

CELL = """
region: str = "621122"  # region code # of the report
top: int = 20
share: float = 0.5
draw: bool = True
terms: list[str] = ["行政复议", "a=b"]  # terms
note: str | None = None
"""


def notebook(*sources):
    """A notebook whose code cells are all tagged parameters."""
    return v4.new_notebook(cells=[v4.new_code_cell(s, metadata={"tags": ["parameters"]}) for s in sources])


def test_a_cell_is_read_with_types_defaults_and_help():
    """Unions, lists and values with an equals sign are read as they stand."""
    declared = read_parameters(notebook(CELL))
    assert list(declared) == ["region", "top", "share", "draw", "terms", "note"]
    assert declared["region"] == ("str", "621122", "region code # of the report")
    assert declared["terms"] == ("list[str]", ["行政复议", "a=b"], "terms")
    assert declared["note"].default is None


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "x: int",
        "x: int = 1 + y",
        "import os",
        "x: int = '1'",
        "x: Path = 'a'",
        "x: int = ",
        "x: None = None",
    ],
)
def test_a_line_of_another_form_is_refused(source):
    """Only ``name: type = literal`` is a parameter."""
    with pytest.raises(ParameterError):
        read_parameters(notebook(source))


@pytest.mark.parametrize("cells", [(), ("a: int = 1", "b: int = 2")])
def test_exactly_one_cell_is_tagged(cells):
    """None or two parameters cells are an error that gives the number."""
    with pytest.raises(ParameterError, match=f"has {len(cells)}"):
        read_parameters(notebook(*cells))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("regin", "621122"),
        ("x=1\nopen('f')", 1),
        ("top", "20"),
        ("top", True),
        ("region", 621122),
        ("share", float("nan")),
        ("terms", [object()]),
        ("terms", ("a",)),
        ("draw", 1),
    ],
)
def test_unknown_names_and_other_types_are_refused(name, value):
    """A misspelt name or a number where text is due never reaches a kernel."""
    with pytest.raises(ParameterError):
        check_parameters(read_parameters(notebook(CELL)), {name: value})


def test_an_unknown_name_brings_the_nearest():
    """The error helps with a typing slip."""
    with pytest.raises(ParameterError, match="Did you mean 'region'"):
        check_parameters(read_parameters(notebook(CELL)), {"regin": "1"})


@given(st.text(), st.lists(st.text()), st.integers())
def test_what_is_written_is_what_arrives(text, texts, number):
    """Any text, list and number survives being written as source."""
    values = check_parameters(
        read_parameters(notebook(CELL)), {"region": text, "terms": texts, "top": number}
    )
    space = {}
    exec(write_parameters(values), space)
    assert {name: space[name] for name in values} == values
