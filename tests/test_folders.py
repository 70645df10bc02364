"""Names and folders of reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.files import PARTIAL
from toolkit.reports import folders
from toolkit.reports.folders import folder_name, publish, read_record, why_run


def test_a_plain_name_stays_as_it_is():
    """Code and name make the folder."""
    assert folder_name("621122", "陇西县") == "621122-陇西县"


@given(st.text(), st.text())
def test_any_name_is_one_safe_part(code, name):
    """No separator, no brace, no trailing dot, at most 120 bytes, and never outside."""
    made = folder_name(code, name)
    assert made and len(made.encode()) <= 120
    assert not set(made) & set('<>:"/\\|?*{}~\0\n') and made == made.strip(". ")


@pytest.mark.parametrize("name", ["../../x", "a/b", "CON", "nul.txt", "A", "县" * 60, "{县}", "x.", " x"])
def test_a_changed_name_carries_its_hash(name):
    """Two names that would meet after the change do not."""
    assert folder_name(name) != name
    assert folder_name(name) != folder_name(name + "?")


def test_a_report_is_made_again_only_for_a_reason(tmp_path):
    """Missing, changed and altered are told apart; what is complete is left alone."""
    work, folder = tmp_path / "work", tmp_path / "r"
    work.mkdir()
    (work / "report.html").write_text("1", encoding="utf-8")
    assert why_run(folder, {"reports": "a"}) == "missing"
    publish(work, folder, {"hashes": {"reports": "a"}})
    assert why_run(folder, {"reports": "a"}) == ""
    assert why_run(folder, {"reports": "b"}) == "changed: reports"
    (folder / "report.html").write_text("2", encoding="utf-8")
    assert why_run(folder, {"reports": "a"}) == "altered: report.html"


def test_publishing_removes_only_what_it_made(tmp_path):
    """A figure of the former run goes, a reader's own note stays."""
    work, folder = tmp_path / "work", tmp_path / "r"
    for name in ("old.svg", "report.html"):
        work.mkdir(exist_ok=True)
        (work / name).write_text(name, encoding="utf-8")
        publish(work, folder, {"hashes": {}})
        (folder / "note.txt").write_text("mine", encoding="utf-8")
    assert sorted(path.name for path in folder.iterdir()) == ["note.txt", "record.json", "report.html"]
    assert list(read_record(folder)["outputs"]) == ["report.html"]


def test_an_interrupted_publication_is_made_again_and_leaves_nothing_behind(tmp_path, monkeypatch):
    """Stopped between two files, the report counts as missing; published again, no file of either run is left over."""
    work, folder = tmp_path / "work", tmp_path / "r"

    def finish(*names):
        work.mkdir(exist_ok=True)
        for name in names:
            (work / name).write_text(name, encoding="utf-8")

    finish("a.svg", "report.html")
    publish(work, folder, {"hashes": {"reports": "a"}})
    finish("b.svg", "report.html")
    moved = iter(["b.svg"])
    honest = folders.move
    monkeypatch.setattr(folders, "move", lambda *paths: honest(*paths) if next(moved) else None)
    with pytest.raises(StopIteration):
        publish(work, folder, {"hashes": {"reports": "b"}})
    monkeypatch.undo()
    assert why_run(folder, {"reports": "a"}) == why_run(folder, {"reports": "b"}) == "missing"
    (folder / f"{PARTIAL}1").write_text("half", encoding="utf-8")
    finish("report.html")
    publish(work, folder, {"hashes": {"reports": "b"}})
    assert sorted(path.name for path in folder.iterdir()) == ["record.json", "report.html"]


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"hashes": [], "outputs": {}}', '{"hashes": {"reports": "a"}, "outputs": 3}',
        '{"hashes": {"reports": "a"}, "outputs": {}}', '{"hashes": {"reports": "a"}}',
        '{"hashes": {"reports": "a"}, "outputs": {"report.html": "of another report"}}',
        '{"hashes": {"reports": "a"}, "outputs": {"report.html": 1, "../../x": "y"}}',
    ],
)  # fmt: skip
def test_a_foreign_or_broken_record_proves_nothing(tmp_path, text):
    """Whatever stands in record.json, a report is up to date only if the hashes of its files are those recorded."""
    (tmp_path / "report.html").write_text("1", encoding="utf-8")
    (tmp_path / "record.json").write_text(text, encoding="utf-8")
    assert why_run(tmp_path, {"reports": "a"}).split(":")[0] in ("missing", "altered")
