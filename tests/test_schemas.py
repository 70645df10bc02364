"""The tables keep their promises, and say so in a sentence where they do not."""

import pandas as pd
import pytest

from toolkit import schemas


def test_every_table_accepts_its_own_empty_frame():
    """A frame built without rows has every promised column with its promised type."""
    for table in schemas.TABLES.values():
        assert list(schemas.check(table.frame(), table).columns) == table.names


def test_key_columns_are_columns():
    """Each key names columns that the table has."""
    for table in schemas.TABLES.values():
        assert set(table.key) <= set(table.names), table.name


def test_missing_column_is_named():
    """A table without a promised column is refused, and the sentence names the column."""
    frame = schemas.DUPLICATES.frame().drop(columns="similarity")
    with pytest.raises(schemas.SchemaError, match="similarity"):
        schemas.check(frame, schemas.DUPLICATES)


def test_what_is_no_table_is_quoted():
    """A measure given something else than a table quotes it, and names what it needs."""
    with pytest.raises(TypeError, match="A trend needs a DataFrame; found '行政复议', a str"):
        schemas.need("行政复议", ["term"], "A trend")


def test_wrong_type_is_named():
    """A year read as text is refused, and the sentence names column and type."""
    frame = schemas.COVERAGE.frame().astype({"year": "str"})
    with pytest.raises(schemas.SchemaError, match="'year' of 'coverage' has type 'str'"):
        schemas.check(frame, schemas.COVERAGE)


def test_repeated_key_is_refused():
    """Two rows with one key are refused with the key that repeats."""
    frame = schemas.DUPLICATES.frame([("a", "b", 0.5, False)] * 2)
    with pytest.raises(schemas.SchemaError, match="repeat its key"):
        schemas.check(frame, schemas.DUPLICATES)


def test_check_returns_the_table_itself():
    """Checking changes and copies nothing."""
    frame = schemas.DUPLICATES.frame([("a", "b", 0.5, False)])
    before = frame.copy()
    assert schemas.check(frame, schemas.DUPLICATES) is frame
    pd.testing.assert_frame_equal(frame, before)
