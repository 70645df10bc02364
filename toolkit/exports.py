"""Tables leave the package: Excel, CSV, Stata, SPSS, Parquet, GraphML, each with its codebook."""

from __future__ import annotations

import csv
import hashlib
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from toolkit import __version__
from toolkit.files import finished
from toolkit.plots.saving import csv_text
from toolkit.schemas import TABLES

# What a format can hold: characters in a cell, characters in a name, columns, rows in one sheet.
_CELL = {".xlsx": 32_767, ".sav": 10_900}  # SPSS: 32,767 bytes, three for a Chinese character
_NAME = {".dta": 32, ".sav": 21}  # SPSS: 64 bytes
_COLUMNS = {".xlsx": 16_384, ".dta": 32_767}
_SHEET_ROWS = 1_048_575
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RESERVED = re.compile(  # words of Stata, then of SPSS; names with a leading _ are changed anyway
    "aggregate|array|boolean|break|byte|case|catch|class|colvector|complex|const|continue|default|delegate|"
    "delete|do|double|else|eltypedef|end|enum|explicit|export|external|float|for|friend|function|global|goto|"
    "if|in|inline|int|local|long|null|pragma|protected|quad|rowvector|short|str[0-9#]*|strl|typedef|typename|"
    "using|virtual|with|all|and|by|eq|ge|gt|le|lt|ne|not|or|to",
    re.IGNORECASE,
)


def export(
    data: object,
    path: str | Path,
    *,
    labels: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    source: str = "",
    force: bool = False,
) -> list[Path]:
    """Write a table, several tables or a corpus to a file of the kind its name ends in, with a codebook.

    Nothing is cut: what a format cannot hold is split (long texts into further columns, long tables into
    further sheets) or refused with advice. Text stays text: no cell becomes a formula, link or number.
    Control characters, which these formats cannot hold, become spaces, with a warning that counts them
    (Parquet keeps them). Every file is complete or absent.

    Parameters
    ----------
    data
        A DataFrame; a mapping of names to DataFrames; or a `Corpus`.
    path
        Ends in .xlsx, .csv, .dta (Stata 14 and later, with a .do), .sav (SPSS), .parquet, or .graphml
        (an edge list: two columns of names, then numbers). Several tables become sheets of one
        workbook, otherwise one file each: ``stem-name.csv``.
    labels
        Chinese labels by column, for columns that the package does not know.
    settings
        What moved the numbers; of a corpus, its own. Versions and hashes go into the codebook.
    source
        Where the data come from, for the codebook.
    force
        Replace files that are there.

    Returns
    -------
    list of Path
        The data files, for Stata also a ``.do`` each that opens the data and declares the panel, then the
        codebook, such as ``panel.dta.codebook.csv``: one row a variable with its name in the file, its name
        in the table, label, unit, meaning, type, missing and replaced characters, source, sha256 of the
        file, versions.

    Raises
    ------
    ValueError
        For an unknown ending, or where the format cannot hold the table.
    FileExistsError
        Where a file is there and `force` is False.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"term": ["法治"], "per_10k": [12.5]})
    >>> [path.name for path in export(table, Path(tempfile.mkdtemp()) / "terms.csv")]
    ['terms.csv', 'terms.csv.codebook.csv']
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in _WRITERS:
        raise ValueError(
            f"Tables cannot be exported as {path.name!r}; its name must end in {list(_WRITERS)}."
        )
    tables = _tables(data, path.stem)
    book = path.with_name(f"{path.name}.codebook.csv")
    targets = _targets(tables, path)
    scripts = [target.with_suffix(".do") for target in targets if kind == ".dta"]
    there = [p.name for p in [*targets, *scripts, book] if p.exists()]
    if there and not force:
        raise FileExistsError(f"{there} in {str(path.parent)!r} would be replaced; pass force=True to do so.")
    rows: list[dict[str, object]] = []
    about = {"source": source, "versions": _versions(data, settings)}
    for target, part in targets.items():
        ready = {name: _prepared(table, kind, labels or {}, name) for name, table in part.items()}
        with finished(target) as temporary:
            _WRITERS[kind](ready, temporary)
            about |= {"file": target.name, "sha256": hashlib.sha256(temporary.read_bytes()).hexdigest()}
        rows += [
            {"table": name, **row, **about} for name, (_, book_rows) in ready.items() for row in book_rows
        ]
        if kind == ".dta":
            _write_text(target.with_suffix(".do"), _do(target.name, *next(iter(ready.values()))))
    _write_text(book, "\ufeff" + csv_text(pd.DataFrame(rows)))
    _warn(rows)
    return [*targets, *scripts, book]


def _tables(data: object, name: str) -> dict[str, pd.DataFrame]:
    """The tables of whatever was given, by name."""
    if isinstance(data, pd.DataFrame):
        return {name: data}
    held = {table: getattr(data, table) for table in TABLES if hasattr(data, table)}
    found = dict(data) if isinstance(data, Mapping) else held
    if not found or not all(isinstance(table, pd.DataFrame) for table in found.values()):
        raise TypeError(
            f"export() takes a DataFrame, a mapping of DataFrames or a Corpus, not {type(data)!r}."
        )
    return found


def _targets(tables: dict[str, pd.DataFrame], path: Path) -> dict[Path, dict[str, pd.DataFrame]]:
    """Which tables go into which file."""
    if path.suffix.lower() == ".xlsx" or len(tables) == 1:
        return {path: tables}
    safe = dict(zip(tables, _unique([re.sub(r"\W+", "_", name) for name in tables]), strict=True))
    return {path.with_name(f"{path.stem}-{safe[name]}{path.suffix}"): {name: tables[name]} for name in safe}


def _prepared(
    table: pd.DataFrame, kind: str, labels: Mapping[str, str], name: str
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """The table as the format can hold it, and its codebook rows."""
    most = _COLUMNS.get(kind, math.inf)
    if table.shape[1] > most:
        raise ValueError(
            f"{name!r} has {table.shape[1]} columns, {kind} holds {most}: use long form or .parquet."
        )
    parts: list[pd.Series] = []
    rows: list[dict[str, object]] = []
    for column, values in table.reset_index(drop=True).items():
        plain, replaced = _clean(values, kind)
        label, unit, meaning = _known(str(column), name)
        for i, part in enumerate(_parts(plain, _CELL.get(kind))):
            parts.append(part.rename(f"{column}_{i + 1}" if i else str(column)))
            row = {"name": str(column), "label": labels.get(column, label), "unit": unit, "meaning": meaning}
            row["label"] += f"（续{i}）" if i else ""
            missing = int(values.isna().sum())
            rows.append({**row, "type": str(part.dtype), "n_missing": missing, "n_replaced": replaced})
    names = [part.name for part in parts]
    variables = legal_names(names, _NAME[kind]) if kind in _NAME else _unique(names, fold=str)
    ready = pd.DataFrame(dict(zip(variables, parts, strict=True)))
    return ready, [{"variable": v, **row} for v, row in zip(variables, rows, strict=True)]


def _clean(values: pd.Series, kind: str) -> tuple[pd.Series, int]:
    """Values as plain numbers or text, without control characters; and how many were replaced."""
    if kind == ".parquet":
        return values, 0
    if types.is_bool_dtype(values.dtype):
        values = values.astype("float64" if values.hasnans else "int8")
    if types.is_integer_dtype(values.dtype) and not types.is_unsigned_integer_dtype(values.dtype):
        plain = "float64" if values.isna().any() else "int64"
        return values.astype(plain), 0
    if types.is_numeric_dtype(values.dtype):
        return values.astype("float64"), 0
    texts = [None if missing else str(cell) for cell, missing in zip(values, values.isna(), strict=True)]
    pairs = [(None, 0) if text is None else _BAD.subn(" ", text) for text in texts]
    return pd.Series([text for text, _ in pairs], dtype=object), sum(n for _, n in pairs)


def _parts(values: pd.Series, most: int | None) -> Iterator[pd.Series]:
    """The column, or several where its texts are longer than a cell holds."""
    yield values.str.slice(0, most) if most and values.dtype == object else values
    longest = 0 if values.dtype != object or not most else values.str.len().max()
    for start in range(most or 1, int(longest) if longest == longest else 0, most or 1):
        yield values.str.slice(start, start + most)


def legal_names(names: Iterable[str], most: int) -> list[str]:
    """Names that Stata and SPSS accept, unique without regard to case, at most so many characters."""
    stems = [re.sub(r"\W", "_", name) or "v" for name in names]
    stems = [stem if stem[0].isalpha() else f"v{stem}" for stem in stems]
    return _unique([f"{stem}_" if _RESERVED.fullmatch(stem) else stem for stem in stems], most)


def _unique(
    names: Iterable[str],
    most: int = 10**6,
    *,
    taken: Iterable[str] = (),
    fold: Callable[[str], str] = str.lower,
) -> list[str]:
    """The names, cut to `most` characters; those that are taken get _2, _3 ... at their end."""
    used, chosen = set(taken), []
    for name in names:
        choice, n = name[:most], 1
        while fold(choice) in used:
            n += 1
            choice = f"{name[: most - len(str(n)) - 1]}_{n}"
        used.add(fold(choice))
        chosen.append(choice)
    return chosen


@cache
def _variables() -> dict[str, tuple[str, str]]:
    """Chinese label and unit of the columns that the package makes."""
    text = (files("toolkit") / "data" / "variables.csv").read_text(encoding="utf-8")
    return {row["name"]: (row["zh"], row["unit"]) for row in csv.DictReader(text.splitlines())}


def _known(column: str, table: str) -> tuple[str, str, str]:
    """Chinese label, unit and English meaning of a column, where known."""
    schemas = [TABLES[table]] if table in TABLES else list(TABLES.values())
    found = next((c for schema in schemas for c in schema.columns if c.name == column), None)
    label, unit = _variables().get(column, (column, ""))
    return label, found.unit if found else unit, found.meaning if found else ""


def _versions(data: object, settings: Mapping[str, object] | None) -> str:
    """Version of the package and every plain setting, as one line."""
    chosen = {**(getattr(data, "settings", None) or {}), **(settings or {})}
    parts = [f"toolkit {__version__}", f"pandas {pd.__version__}"]
    return "; ".join([*parts, *(f"{key}={value}" for key, value in sorted(chosen.items()))])


def _write_text(path: Path, text: str) -> None:
    """Write a text whole, with LF line ends."""
    with finished(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def _warn(rows: list[dict[str, object]]) -> None:
    """Say how many characters were replaced, and where."""
    hit = {f"{row['table']}.{row['name']}": row["n_replaced"] for row in rows if row["n_replaced"]}
    if hit:
        warnings.warn(f"Control characters became spaces, which a search will not find: {hit}.", stacklevel=3)


Ready = Mapping[str, tuple[pd.DataFrame, list[dict[str, object]]]]


def _write_csv(ready: Ready, path: Path) -> None:
    """CSV, UTF-8 with BOM so that Excel reads Chinese, formulas guarded."""
    ((table, _),) = ready.values()
    path.write_bytes(csv_text(table).encode("utf-8-sig"))


def _write_parquet(ready: Ready, path: Path) -> None:
    """Parquet, the exchange format: types and every character as they are."""
    ((table, _),) = ready.values()
    table.to_parquet(path, index=False)


def _write_dta(ready: Ready, path: Path) -> None:
    """Stata 118: Chinese in names, labels and values; long texts as strL."""
    ((table, rows),) = ready.values()
    texts = [name for name in table if table[name].dtype == object]
    table = table.assign(**{name: table[name].fillna("") for name in texts})
    large = [n for n in table if table[n].dtype == "int64" and table[n].abs().max() > 2_147_483_620]
    table = table.astype(dict.fromkeys(large, "float64"))
    table.to_stata(
        path,
        version=118,
        write_index=False,
        time_stamp=datetime(2000, 1, 1),
        variable_labels={row["variable"]: row["label"][:80] for row in rows},
        convert_strl=[name for name in texts if table[name].str.len().max() > 500],
    )


def _do(name: str, table: pd.DataFrame, rows: list[dict[str, object]]) -> str:
    """A short .do: open the data, and declare the panel where there is one."""
    variables = {row["name"]: row["variable"] for row in rows}
    key = [variables[part] for part in ("region_id", "year") if part in variables]
    lines = ["* Stata 14 or later", "version 14", f'use "{name}", clear']
    if len(key) == 2 and not table[key].isna().any(axis=None) and not table.duplicated(key).any():
        lines += [f"egen panel_id = group({key[0]})", f"xtset panel_id {key[1]}"]
    return "\n".join([*lines, "describe", ""])


def _write_sav(ready: Ready, path: Path) -> None:
    """SPSS, with labels."""
    import pyreadstat

    ((table, rows),) = ready.values()
    texts = {name: table[name].fillna("") for name in table if table[name].dtype == object}
    pyreadstat.write_sav(table.assign(**texts), path, column_labels=[row["label"][:80] for row in rows])


def _write_xlsx(ready: Ready, path: Path) -> None:
    """A workbook: an index, a sheet for each table (more for long ones), the codebook; all cells inert."""
    import xlsxwriter

    inert = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    sheets = [(name, part) for name, (table, _) in ready.items() for part in _chunks(table)]
    names = sheet_names([name for name, _ in sheets])
    index = pd.DataFrame(
        [(s, name, len(part), part.shape[1]) for s, (name, part) in zip(names, sheets, strict=True)],
        columns=["sheet", "table", "rows", "columns"],
    )
    book = pd.DataFrame([{"table": name, **row} for name, (_, rows) in ready.items() for row in rows])
    with xlsxwriter.Workbook(str(path), {**inert, "constant_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2000, 1, 1)})
        bold = workbook.add_format({"bold": True})
        parts = [index, *(part for _, part in sheets), book]
        for name, table in zip(["index", *names, "codebook"], parts, strict=True):
            _fill(workbook.add_worksheet(name), table, bold)


def _chunks(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The table in pieces that fit a sheet; an empty one is one piece."""
    for start in range(0, max(len(table), 1), _SHEET_ROWS):
        yield table.iloc[start : start + _SHEET_ROWS]


def _fill(sheet: object, table: pd.DataFrame, bold: object) -> None:
    """Write header and rows; text as text, missing as an empty cell."""
    sheet.freeze_panes(1, 0)
    for x, name in enumerate(table.columns):
        sheet.write_string(0, x, str(name), bold)
        sheet.set_column(x, x, min(40, 4 + 1.8 * len(str(name))))
    for y, row in enumerate(table.itertuples(index=False, name=None), start=1):
        for x, cell in enumerate(row):
            if isinstance(cell, (int, float, np.number)) and math.isfinite(cell):
                sheet.write_number(y, x, cell)
            elif not pd.isna(cell):
                sheet.write_string(y, x, str(cell))


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel accepts: at most 31 characters, none of [ ] : * ? / \\, unique whatever the case."""
    stems = [re.sub(r"[\[\]:*?/\\'\x00-\x1f]", "_", name).strip() or "table" for name in names]
    return _unique(stems, 31, taken=("index", "codebook", "history"))


def _write_graphml(ready: Ready, path: Path) -> None:
    """An undirected network: two columns of names are the ends, the others numbers of the edges."""
    from toolkit.measures.collocation import write_graphml

    ((table, _),) = ready.values()
    ends = [name for name in table if table[name].dtype == object]
    numbers = table.drop(columns=ends)
    if len(ends) != 2 or numbers.isna().any(axis=None):
        raise ValueError(
            f"GraphML needs an edge list: two columns of names, then numbers without gaps; found {list(table)}."
        )
    numbers = numbers.set_axis(legal_names(numbers, 60), axis=1)
    write_graphml(table[ends].set_axis(["source", "target"], axis=1).join(numbers), path)


_WRITERS: dict[str, Callable[[Ready, Path], None]] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
    ".dta": _write_dta,
    ".sav": _write_sav,
    ".parquet": _write_parquet,
    ".graphml": _write_graphml,
}
