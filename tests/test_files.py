"""Files appear whole under their names, and a folder has one writer."""

import subprocess
import sys

import pytest
from conftest import ROOT

from toolkit.files import LOCK, finished, locked, write_json

HOLD = """
import sys, pathlib
from toolkit.files import locked
with locked(pathlib.Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_failure_leaves_the_old_file(tmp_path):
    """Where writing fails, the old file is whole and the temporary one is gone."""
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(OSError, match="full"), finished(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise OSError("disk full")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_held_open_is_waited_for(tmp_path, monkeypatch):
    """A rename refused for a moment (Excel, a scanner) is tried again, three times; then the error is told."""
    waits, honest = [], type(tmp_path).replace
    monkeypatch.setattr("toolkit.files.time.sleep", waits.append)

    def refuse(self, target):
        if len(waits) < refusals:
            raise PermissionError(13, "in use", str(target))
        return honest(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", refuse)
    refusals = 2
    write_json(tmp_path / "a.json", {"甲": 1})
    assert waits == [0.1, 0.4] and (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "甲": 1\n}\n'
    refusals = 99
    with pytest.raises(PermissionError, match="in use"):
        write_json(tmp_path / "a.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("mode", ["alone", "shared"])
def test_a_folder_has_one_writer_or_several_of_one_work(tmp_path, mode):
    """A second writer is told who holds the folder; writers of parts share it; a dead holder holds nothing."""
    command = [sys.executable, "-c", HOLD, str(tmp_path), mode]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT}
    with subprocess.Popen(command, text=True, encoding="utf-8", **pipes) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError, match=f"pid {other.pid}, host .*, since 20"), locked(tmp_path):
            pass
        if mode == "shared":
            with locked(tmp_path, shared=True):
                assert (tmp_path / LOCK).read_text(encoding="utf-8").count("pid") == 2
        other.kill()
    with locked(tmp_path):
        assert str(other.pid) not in (tmp_path / LOCK).read_text(encoding="utf-8")


def test_bytes_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    """For what others rely on, file, rename and folder are settled in this order, so that no power cut can lie."""
    steps = []
    honest = type(tmp_path).replace
    monkeypatch.setattr(
        "toolkit.files.sync", lambda path: steps.append(("sync", path.is_dir(), path.exists()))
    )
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda self, to: steps.append(("rename", to.name)) or honest(self, to)
    )
    write_json(tmp_path / "manifest.json", {})
    assert steps == [("sync", False, True), ("rename", "manifest.json"), ("sync", True, True)]
