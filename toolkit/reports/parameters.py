"""The parameters of a notebook: read from its first tagged cell, checked before any kernel starts."""

from __future__ import annotations

import ast
import difflib
import keyword
from collections.abc import Mapping
from typing import Any, NamedTuple

_TYPES = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


class ParameterError(ValueError):
    """A notebook's parameters cell, or a value given for it, is not what the notebook can take."""


class Parameter(NamedTuple):
    """One line of a parameters cell: its type as written, the default and the comment."""

    type: str
    default: Any
    help: str


def read_parameters(notebook: Any) -> dict[str, Parameter]:
    """Read the parameters cell of a notebook without running it.

    Parameters
    ----------
    notebook
        A notebook node. Exactly one cell is tagged `parameters`, and each of its lines reads
        ``name: type = literal  # help``.

    Returns
    -------
    dict
        Name to `Parameter`, in the order of the cell.

    Raises
    ------
    ParameterError
        Where there is no such cell, more than one, or a line of another form.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    if len(cells) != 1:
        raise ParameterError(
            f"The notebook needs exactly one cell tagged 'parameters', but has {len(cells)}. "
            "Tag its first code cell (property inspector, cell tags) and no other."
        )
    source = cells[0].source
    lines = source.splitlines()
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"The parameters cell is no Python: {error}.") from error
    return dict(_read_line(statement, lines) for statement in statements)


def check_parameters(declared: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values if the notebook declares each of them with such a type.

    Values must be plain literals (text, numbers, true or false, None, lists and dicts of them), so that
    what is written into the notebook is what arrives: a code such as ``"010105"`` stays text.

    Raises
    ------
    ParameterError
        For an unknown name (with the nearest known one) or a value of another type.
    """
    for name, value in given.items():
        if name not in declared:
            near = difflib.get_close_matches(str(name), declared, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ParameterError(f"The notebook has no parameter {name!r}; it has {list(declared)}.{hint}")
        _check_value(name, declared[name].type, value)
    return dict(given)


def write_parameters(values: Mapping[str, Any]) -> str:
    """Source of a cell that sets the values; text stays readable in any script."""
    return "\n".join(["# Parameters", *(f"{name} = {value!r}" for name, value in values.items())])


def _read_line(statement: ast.stmt, lines: list[str]) -> tuple[str, Parameter]:
    """Read one ``name: type = literal  # help``."""
    line = lines[statement.lineno - 1]
    if not (
        isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value is not None
        and not keyword.iskeyword(statement.target.id)
    ):
        raise ParameterError(
            f"A line of the parameters cell must read 'name: type = literal', found {line!r}."
        )
    try:
        default = ast.literal_eval(statement.value)
    except ValueError as error:
        raise ParameterError(f"The default must be a literal, found {line!r}.") from error
    kind = ast.unparse(statement.annotation)
    _check_value(statement.target.id, kind, default)
    # Column offsets of the parser count bytes.
    comment = lines[statement.end_lineno - 1].encode()[statement.value.end_col_offset :].decode()
    return statement.target.id, Parameter(kind, default, comment.partition("#")[2].strip())


def _check_value(name: str, kind: str, value: object) -> None:
    """Raise unless the value is a literal of the declared type."""
    allowed = {part.strip().partition("[")[0] for part in kind.split("|")}
    if not allowed - {"None"} or not allowed <= {*_TYPES, "None"}:
        raise ParameterError(
            f"Parameter {name!r} has the type {kind!r}; use one of {list(_TYPES)}, or '| None'."
        )
    exact = {None if part == "None" else _TYPES[part] for part in allowed}
    fits = value is None if None in exact and value is None else type(value) in exact
    fits = fits or (type(value) is int and float in exact)
    if not fits or not _is_literal(value):
        raise ParameterError(
            f"Parameter {name!r} takes {kind}, but was given {value!r} ({type(value).__name__}). "
            "Codes are text: write them in quotes."
        )


def _is_literal(value: object) -> bool:
    """Whether the value comes back the same from its own source text (not NaN, no Path, no numpy number)."""
    try:
        return ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError):
        return False
