"""Parts of a store: what belongs where, and what is complete."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import store

HASHES = st.sets(
    st.integers(0, 10_000).map(lambda n: hashlib.sha256(str(n).encode()).hexdigest()), max_size=60
)


@settings(max_examples=40, deadline=None)
@given(hashes=HASHES, size=st.integers(1, 9))
def test_every_hash_is_in_one_part_of_at_most_the_size(hashes, size):
    """Parts hold every hash once, none more than the size, and depend on the set alone."""
    parts = store.partition(sorted(hashes), size)
    assert sorted(h for part in parts.values() for h in part) == sorted(hashes)
    assert all(0 < len(part) <= size for part in parts.values())
    assert {k: sorted(v) for k, v in store.partition(sorted(hashes)[::-1], size).items()} == parts


@settings(max_examples=40, deadline=None)
@given(hashes=HASHES, size=st.integers(2, 9))
def test_a_new_hash_touches_one_part(hashes, size):
    """With one hash more, every part but the one it falls into is what it was."""
    new = "5" * 64
    before, after = store.partition(sorted(hashes), size), store.partition(sorted({*hashes, new}), size)
    kept = [name for name, part in before.items() if after.get(name) == part]
    assert len(before) - len(kept) <= 1


def test_equal_hashes_cannot_be_divided_for_ever():
    """Two different hashes end in two parts of one, however alike they begin."""
    assert len(store.partition(["0" * 64, "0" * 63 + "1"], 1)) == 2


def test_a_damaged_manifest_is_a_sentence(tmp_path):
    """A manifest that is no JSON, none of ours, or names places outside of its folder is refused with the remedy."""
    outside = '{"schema_version": 1, "folders": {"base/../../x": {}}}'
    absolute = '{"schema_version": 1, "folders": {"/etc": {}}}'
    for text in ("{", "[]", "{}", '{"schema_version": 1, "folders": 7}', outside, absolute):
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"is damaged .* Save or build again"):
            store.read_manifest(tmp_path)


def test_any_flipped_bit_of_any_file_of_a_part_is_seen(tmp_path):
    """One bit flipped in a table or its record, a file more, one less, or an empty record: the part is not complete."""
    folder = tmp_path / "part"
    table = pa.table({"doc_id": ["a", "b"] * 50, "n": pa.array(range(100), pa.int32())})
    store.write_part(folder, {"one": table, "two": table})
    assert store.read_record(folder).keys() == {"one.parquet", "two.parquet"}
    for path in folder.glob("*.parquet"):
        whole = path.read_bytes()
        for at in range(0, len(whole), 7):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
            store.forget(folder)
            assert store.read_record(folder) is None, (path.name, at)
        path.write_bytes(whole)
    record = (folder / store.RECORD).read_bytes()
    for damage in (
        b"{}",
        b'{"parts": {}}',
        record[:-9],
        record.replace(b"two.parquet", b"../x.parquet"),
        b"",
    ):
        (folder / store.RECORD).write_bytes(damage)
        store.forget(folder)
        assert store.read_record(folder) is None, damage
    (folder / store.RECORD).write_bytes(record)
    assert store.read_record(folder) is not None
    (folder / "three.parquet").write_bytes(b"")
    assert store.read_record(folder) is None


def test_a_part_is_complete_or_absent(tmp_path):
    """Where a table cannot be written, no folder appears and no draft stays."""
    with pytest.raises(AttributeError):
        store.write_part(tmp_path / "part", {"a": "no table"})
    assert list(tmp_path.iterdir()) == []
