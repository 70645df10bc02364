"""The patterns of structure are a table: each compiles and gives its reason."""

import pytest

from toolkit.corpus import wording
from toolkit.corpus.extracts import read_rows

ROWS = read_rows("wording")


@pytest.mark.parametrize("name", sorted({row["name"] for row in ROWS}))
def test_every_pattern_compiles_and_refers_to_others_that_exist(name):
    """A name gives a compiled pattern without any reference left in it."""
    assert not any(f"<{row['name']}>" in getattr(wording, name).pattern for row in ROWS)


def test_every_rule_has_its_reason():
    """A rule without a reason cannot be judged by who comes next."""
    assert all(len(row["reason"]) >= 8 for row in ROWS)


def test_groups_are_named_by_rows():
    """A row with a group becomes a group: the words of a heading name their role."""
    assert wording.NAMED.search("存在的主要问题").lastgroup == "problem"


def test_an_unknown_name_is_an_error():
    """A misspelt pattern is named with the table it is missing from."""
    with pytest.raises(AttributeError, match=r"wording.csv has no pattern 'MARKR'"):
        _ = wording.MARKR
