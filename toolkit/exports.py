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
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api import types

from toolkit import __version__
from toolkit.files import finished
from toolkit.plots.saving import csv_text
from toolkit.schemas import TABLES

# What a format can hold: code units of a cell, a name and a label, by how the format counts; columns; rows.
_CELL = {".xlsx": ("utf-16-le", 32_767), ".sav": ("utf-8", 32_700)}
_NAME = {".dta": ("utf-32-le", 32), ".sav": ("utf-8", 64), "sheet": ("utf-16-le", 31)}
_LABEL = {".dta": ("utf-32-le", 80), ".sav": ("utf-8", 120)}  # SPSS cuts labels of values at 120 bytes
_UNIT = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}  # bytes of a code unit
_EXACT = 10**15  # whole numbers beyond this lose digits in Excel, Stata and SPSS
_COLUMNS = {".xlsx": 16_384, ".dta": 32_767}
_SHEET_ROWS = 1_048_575
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
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
        Chinese labels by column, for columns that the package does not know (``attrs["labels"]`` and
        ``attrs["units"]`` of a table are used too).
    settings
        What moved the numbers; of a corpus, its own. Versions and hashes go into the codebook.
    source
        Where the data come from, for the codebook.
    force
        Replace files that are there.

    Returns
    -------
    list of Path
        The data files, for Stata also a ``.do`` and an ``.R`` each that open the data and declare the panel,
        then the codebook, such as ``panel.dta.codebook.csv``: one row a variable with its name in the file,
        its name in the table, label, unit, meaning, type, labels of values, missing and replaced characters,
        source, sha256 of the file, versions.

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
    scripts = [target.with_suffix(end) for target in targets if kind == ".dta" for end in (".do", ".R")]
    there = [p.name for p in [*targets, *scripts, book] if p.exists()]
    if there and not force:
        place = str(path.parent)
        raise FileExistsError(
            f"{there} in {place!r} would be replaced; say force=True, or --force, to do so."
        )
    rows: list[dict[str, object]] = []
    about = {"source": source, "versions": _versions(data, settings)}
    for target, part in targets.items():
        ready = {name: _prepared(table, kind, labels or {}, name) for name, table in part.items()}
        with finished(target) as temporary:
            _WRITERS[kind](ready, temporary, about["versions"])
            about |= {"file": target.name, "sha256": hashlib.sha256(temporary.read_bytes()).hexdigest()}
        rows += [{"table": name, **row, **about} for name, one in ready.items() for row in one.rows]
        if kind == ".dta":
            do, r = _scripts(target.name, next(iter(ready.values())), about["versions"])
            _write_text(target.with_suffix(".do"), do)
            _write_text(target.with_suffix(".R"), r)
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


class Prepared(NamedTuple):
    """A table as a format can hold it, its rows of the codebook, and labels of values by variable."""

    table: pd.DataFrame
    rows: list[dict[str, object]]
    values: dict[str, dict[int, str]]


def _prepared(table: pd.DataFrame, kind: str, labels: Mapping[str, str], name: str) -> Prepared:
    """The table as the format can hold it, and its codebook rows."""
    most = _COLUMNS.get(kind, math.inf)
    if table.shape[1] > most:
        raise ValueError(
            f"{name!r} has {table.shape[1]} columns, {kind} holds {most}: use long form or .parquet."
        )
    parts, rows, choices = [], [], []
    labels = {**table.attrs.get("labels", {}), **labels}
    for column, values in table.reset_index(drop=True).items():
        codes = _choices(str(column), table) if kind in _LABEL else {}
        plain, replaced = _coded(values, codes) if codes else _clean(values, kind)
        label, unit, meaning = _known(str(column), name)
        unit = table.attrs.get("units", {}).get(column, unit)
        for i, part in enumerate(_parts(plain, kind)):
            parts.append(part.rename(f"{column}_{i + 1}" if i else str(column)))
            row = {"name": str(column), "label": labels.get(column, label), "unit": unit, "meaning": meaning}
            row["label"] += f"（续{i}）" if i else ""
            row |= {"type": str(part.dtype), "values": "; ".join(f"{n}={text}" for text, n in codes.values())}
            rows.append({**row, "n_missing": int(values.isna().sum()), "n_replaced": replaced})
            choices.append({n: text for text, n in codes.values()})
    names = [_BAD.sub("_", part.name) for part in parts]
    variables = legal_names(names, kind) if kind in _NAME else _unique(names, fold=str)
    if kind == ".xlsx" and max(map(len, names), default=0) > 255:
        raise ValueError(
            f"{name!r} has a column name of more than 255 characters: rename it, or use .parquet."
        )
    ready = pd.DataFrame(dict(zip(variables, parts, strict=True)))
    books = [{"variable": v, **row} for v, row in zip(variables, rows, strict=True)]
    return Prepared(ready, books, {v: codes for v, codes in zip(variables, choices, strict=True) if codes})


def _choices(column: str, table: pd.DataFrame) -> dict[object, tuple[str, int]]:
    """Value -> label and code, of a column that has few fixed values; empty for others.

    The codes are those of data/values.csv, the same in every file; a column with any other value stays text.
    """
    values = table[column] if table.columns.is_unique and column in table else None
    if values is None:
        return {}
    if types.is_bool_dtype(values.dtype):
        return {False: ("否", 0), True: ("是", 1)}
    if column == "panel_id" and {"region", "region_id"} <= {*table}:
        last = table.drop_duplicates("panel_id", keep="last")
        return {row.panel_id: (f"{row.region} {row.region_id}", row.panel_id) for row in last.itertuples()}
    known = _values().get("state" if column.startswith("ind_") and column.endswith("_st") else column, {})
    return known if known and set(values.dropna()) <= {*known, ""} else {}


def _coded(values: pd.Series, codes: Mapping[object, tuple[str, int]]) -> tuple[pd.Series, int]:
    """The codes of the values; missing and empty ones are missing."""
    numbers = [codes[cell][1] if not pd.isna(cell) and cell != "" else math.nan for cell in values]
    plain = pd.Series(numbers, dtype="float64")
    return plain if plain.isna().any() else plain.astype("int32"), 0


def _clean(values: pd.Series, kind: str) -> tuple[pd.Series, int]:
    """Values as plain numbers or text, without control characters; and how many were replaced."""
    dtype = values.dtype
    if kind == ".parquet" and not (types.is_object_dtype(dtype) or types.is_string_dtype(dtype)):
        return values, 0
    if types.is_bool_dtype(dtype):
        values = values.astype("Int8")
    if types.is_integer_dtype(values.dtype):
        known = values.dropna()
        if kind == ".csv" or known.empty or max(-int(known.min()), int(known.max())) <= _EXACT:
            gaps = len(known) < len(values)
            plain = ("float64", "int64") if kind != ".csv" else ("Int64", values.dtype)
            return values.astype(plain[0] if gaps else plain[1]), 0
    elif types.is_numeric_dtype(values.dtype):
        return values.astype("float64"), 0
    bad = _SURROGATE if kind == ".parquet" else _BAD
    texts = [None if missing else _text(cell) for cell, missing in zip(values, values.isna(), strict=True)]
    pairs = [(None, 0) if text is None else bad.subn(" ", text) for text in texts]
    return pd.Series([text for text, _ in pairs], dtype=object), sum(n for _, n in pairs)


def _text(cell: object) -> str:
    """A cell as text; a time of midnight is its date."""
    return str(cell).removesuffix(" 00:00:00") if isinstance(cell, datetime) else str(cell)


def _parts(values: pd.Series, kind: str) -> Iterator[pd.Series]:
    """The column, or several where its texts are longer than a cell holds."""
    if values.dtype != object or kind not in _CELL:
        yield values
        return
    encoding, most = _CELL[kind]
    widest = max(
        (len(text.encode(encoding)) // _UNIT[encoding] / len(text) for text in values if text), default=1
    )
    most = int(most / widest)  # characters: rare ones take two units of Excel, and Chinese three of SPSS
    longest = values.str.len().max()
    yield values.str.slice(0, most)
    for start in range(most, int(longest) if longest == longest else 0, most):
        yield values.str.slice(start, start + most)


def legal_names(names: Iterable[str], kind: str) -> list[str]:
    """Names that Stata (".dta") or SPSS (".sav") accepts, unique without regard to case."""
    stems = [re.sub(r"\W", "_", name) or "v" for name in names]
    stems = [stem if stem[0].isalpha() else f"v{stem}" for stem in stems]
    return _unique([f"{stem}_" if _RESERVED.fullmatch(stem) else stem for stem in stems], _NAME[kind])


def _cut(text: str, limit: tuple[str, int], spare: int = 0) -> str:
    """As much of the text as the code units of a format hold, less the spare ones."""
    encoding, most = limit
    return text.encode(encoding, "replace")[: (most - spare) * _UNIT[encoding]].decode(encoding, "ignore")


def _labelled(text: object, limit: tuple[str, int]) -> str:
    """A label that fits; a longer one ends in … (the codebook has it whole)."""
    text = str(text)
    return text if _cut(text, limit) == text else _cut(text, limit, 3) + "…"


def _unique(
    names: Iterable[str],
    limit: tuple[str, int] = ("utf-8", 10**6),
    *,
    taken: Iterable[str] = (),
    fold: Callable[[str], str] = str.lower,
) -> list[str]:
    """The names, cut to the limit; those that are taken get _2, _3 ... at their end."""
    used, chosen = set(taken), []
    for name in names:
        choice, n = _cut(name, limit), 1
        while fold(choice) in used:
            n += 1
            choice = f"{_cut(name, limit, len(str(n)) + 1)}_{n}"
        used.add(fold(choice))
        chosen.append(choice)
    return chosen


@cache
def _values() -> dict[str, dict[str, tuple[str, int]]]:
    """Columns of few fixed values: each value with its Chinese label and its code."""
    text = (files("toolkit") / "data" / "values.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for row in csv.DictReader(text.splitlines()):
        values = found.setdefault(row["column"], {})
        values[row["value"]] = (row["zh"], len(values) + 1)
    return found


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
    """Say how many characters were replaced, and where, and which names were too long."""
    cut = [row["name"] for row in rows if len(row["variable"]) < len(row["name"])]
    if cut:
        warnings.warn(
            f"{len(cut)} names were shortened, such as {cut[0]!r}: the codebook maps them.", stacklevel=3
        )
    hit = {f"{row['table']}.{row['name']}": row["n_replaced"] for row in rows if row["n_replaced"]}
    if hit:
        warnings.warn(f"Control characters became spaces, which a search will not find: {hit}.", stacklevel=3)


Ready = Mapping[str, Prepared]


def _write_csv(ready: Ready, path: Path, versions: str) -> None:
    """CSV, UTF-8 with BOM so that Excel reads Chinese, formulas guarded."""
    (one,) = ready.values()
    path.write_bytes(csv_text(one.table).encode("utf-8-sig"))


def _write_parquet(ready: Ready, path: Path, versions: str) -> None:
    """Parquet, the exchange format: types and every character as they are."""
    (one,) = ready.values()
    one.table.to_parquet(path, index=False)


def _write_dta(ready: Ready, path: Path, versions: str) -> None:
    """Stata 118: Chinese in names, labels and values; long texts as strL."""
    ((table, rows, values),) = ready.values()
    texts = [name for name in table if table[name].dtype == object]
    table = table.assign(**{name: table[name].fillna("") for name in texts})
    large = [n for n in table if table[n].dtype == "int64" and table[n].abs().max() > 2_147_483_620]
    table = table.astype(dict.fromkeys(large, "float64"))
    table.to_stata(
        path,
        version=118,
        write_index=False,
        time_stamp=datetime(2000, 1, 1),
        data_label=_labelled(versions, _LABEL[".dta"]),
        variable_labels={row["variable"]: _labelled(row["label"], _LABEL[".dta"]) for row in rows},
        value_labels=values,
        convert_strl=[name for name in texts if table[name].str.len().max() > 500],
    )


def _scripts(name: str, one: Prepared, versions: str) -> tuple[str, str]:
    """A short .do and a short .R: open the data, and declare the panel where there is one."""
    variables = {row["name"]: row["variable"] for row in one.rows}
    unit = next((variables[part] for part in ("panel_id", "region_id") if part in variables), "")
    do = ["* Stata 14 or later", "version 14", f'use "{name}", clear']
    r = ["# R with the package haven", "library(haven)", f'data <- read_dta("{name}")']
    key = [unit, variables.get("year", "")]
    if all(key) and not one.table[key].isna().any(axis=None) and not one.table.duplicated(key).any():
        made = "panel_id" in variables
        do += ([] if made else [f"egen panel_id = group({unit})"]) + [f"xtset panel_id {key[1]}"]
        r += [f"data <- data[order(data${unit}, data${key[1]}), ]"]
    code = next((variables[part] for part in ("region_code", "region_id") if part in variables), "")
    if code and key[1]:  # codes are text here; a number lacks the zero of 000000 and does not join
        do += ["* To join a table of your own, first give it codes as text:"]
        do += [f"* tostring code, gen({code}) format(%06.0f)", f"* merge m:1 {code} {key[1]} using own.dta"]
        r += [f'# own${code} <- sprintf("%06d", own$code)']
        r += [f'# data <- merge(data, own, by = c("{code}", "{key[1]}"), all.x = TRUE)']
    plain = re.sub("[`$\"']", " ", versions)  # which Stata would act on
    do += [f"note: {plain}", "describe"]
    return "\n".join([*do, ""]), "\n".join([*r, ""])


def _write_sav(ready: Ready, path: Path, versions: str) -> None:
    """SPSS, with labels."""
    import pyreadstat

    ((table, rows, values),) = ready.values()
    texts = {name: table[name].fillna("") for name in table if table[name].dtype == object}
    limit = _LABEL[".sav"]
    pyreadstat.write_sav(
        table.assign(**texts),
        path,
        column_labels=[_labelled(row["label"], limit) for row in rows],
        variable_value_labels={
            name: {table[name].dtype.type(n).item(): _labelled(text, limit) for n, text in codes.items()}
            for name, codes in values.items()
        },
    )


def _write_xlsx(ready: Ready, path: Path, versions: str) -> None:
    """A workbook: an index, a sheet for each table (more for long ones), the codebook; all cells inert."""
    import xlsxwriter

    inert = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    sheets = [(name, part) for name, one in ready.items() for part in _chunks(one.table)]
    names = sheet_names([name for name, _ in sheets])
    index = pd.DataFrame(
        [(s, name, len(part), part.shape[1]) for s, (name, part) in zip(names, sheets, strict=True)],
        columns=["sheet", "table", "rows", "columns"],
    )
    book = pd.DataFrame([{"table": name, **row} for name, one in ready.items() for row in one.rows])
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
    return _unique(stems, _NAME["sheet"], taken=("index", "codebook", "history"))


def _write_graphml(ready: Ready, path: Path, versions: str) -> None:
    """An undirected network; the ends are two columns of names, or pairs such as region and other_region."""
    from toolkit.measures.collocation import write_graphml

    ((table, _, _),) = ready.values()
    pairs = [name for name in table if f"other_{name}" in table]
    ends = [name for name in table if table[name].dtype == object]
    if pairs:
        sides = [pairs, [f"other_{name}" for name in pairs]]
    elif len(ends) == 2:
        sides = [[ends[0]], [ends[1]]]
    else:
        raise ValueError(
            "GraphML needs an edge list: two columns of names (or columns x and other_x), then numbers; "
            f"found {list(table)}."
        )
    names = [table[side].astype(str).agg(" ".join, axis=1) for side in sides]
    numbers = table.drop(columns=[name for side in sides for name in side]).select_dtypes("number")
    edges = pd.concat([*names, numbers.set_axis(legal_names(numbers, ".sav"), axis=1)], axis=1)
    write_graphml(edges.set_axis(["source", "target", *edges.columns[2:]], axis=1), path)


_WRITERS: dict[str, Callable[[Ready, Path, str], None]] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
    ".dta": _write_dta,
    ".sav": _write_sav,
    ".parquet": _write_parquet,
    ".graphml": _write_graphml,
}
