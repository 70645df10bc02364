"""Tables of texts: one row is one report."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from .encodings import decode
from .extracts import Extract, Unreadable
from .office import check_part, open_package
from .webpages import hint_columns, tidy_hint

MOST_ROWS = 200_000


def read_delimited(data: bytes) -> list[Extract]:
    """Read a CSV or TSV file, one report a row; the header names the columns in Chinese or English.

    The column of the text is required (text, 正文, 内容, 全文 ...); others become hints where their name is
    known (`data/hints.csv`). Comma, tab, semicolon and `|` separate. Raises Unreadable without such a header.
    """
    found = decode(data)
    header = found.text.partition("\n")[0]
    separator = max("\t,;|", key=header.count)
    csv.field_size_limit(2**31 - 1)  # a report is longer than the default of 131,072 characters
    rows = csv.reader(io.StringIO(found.text, newline=""), delimiter=separator)
    flags = ("replaced_characters",) * bool(found.n_replaced)
    return list(_reports(rows, found.encoding, flags))


def read_workbook(data: bytes) -> list[Extract]:
    """Read the first sheet of an XLSX workbook, one report a row; see `read_delimited` for the columns."""
    package = open_package(data)
    for name in package.namelist():
        if name.endswith((".xml", ".rels")):
            check_part(package, name)
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()
    rows = ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))
    return list(_reports(rows, "xlsx", ()))


def _cell(value: object) -> str:
    """A cell as text: whole numbers without a fraction, dates in ISO form."""
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _reports(rows: Iterable[list[str]], encoding: str, flags: tuple[str, ...]) -> Iterator[Extract]:
    """One extract for each row below the header; a row without text is flagged empty."""
    rows = iter(rows)
    header = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
    columns = [hint_columns("table").get(name.lower(), "") for name in header]
    if "text" not in columns:
        wanted = ", ".join(name for name, column in hint_columns("table").items() if column == "text")
        raise Unreadable("no text column", f"Found {header}, none of {wanted}.")
    for number, row in enumerate(islice(rows, MOST_ROWS), start=1):
        if not any(cell.strip() for cell in row):
            continue
        pairs = [(column, cell) for column, cell in zip(columns, row, strict=False) if column]
        text = next((cell for column, cell in pairs if column == "text"), "")
        values = {c: tidy_hint(c, cell) for c, cell in pairs if c != "text" and cell.strip()}
        ragged = ("ragged_row",) * (len(row) > len(header))
        yield Extract(number, text, encoding, values, (*flags, *ragged, *("empty",) * (not text.strip())))
