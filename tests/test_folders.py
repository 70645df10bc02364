"""Names and folders of reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.reports.folders import folder_name, publish, read_record, why_run, work_folder


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


def test_leftovers_are_cleared_and_a_running_neighbour_is_respected(tmp_path):
    """A work folder of a dead process goes; one of a living process stops the run."""
    (tmp_path / ".work-999999999").mkdir()
    with work_folder(tmp_path) as work:
        assert work.is_dir() and not (tmp_path / ".work-999999999").exists()
    assert not list(tmp_path.iterdir())
    (tmp_path / ".work-1").mkdir()
    with pytest.raises(RuntimeError, match="process 1"), work_folder(tmp_path):
        pass
