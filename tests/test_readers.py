"""Every input has one reading, whatever it is; one bad file never stops the others."""

from __future__ import annotations

import os

import pytest

from toolkit.corpus.readers import Limits, read_folder

REPORT = "2023年，全县法治政府建设取得新进展，现将有关情况报告如下：\n一、主要工作\n受理行政复议案件11件。\n"


def outcomes(folder, **limits):
    """Path, status and reason of each reading."""
    return [(r.path, r.status, r.reason) for r in read_folder(folder, limits=Limits(**limits))]


def test_each_file_has_one_reading_in_order_of_path(tmp_path):
    """Files below folders are read, notes and hidden files are set aside, and all are listed."""
    for name in ("b.txt", "a/2.txt", "a/1.txt", "README.md", "metadata.csv", "frame.csv", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name + REPORT, encoding="utf-8")
    assert outcomes(tmp_path) == [
        (".hidden", "skipped", "hidden"),
        ("README.md", "skipped", "not a report"),
        ("a/1.txt", "ok", ""),
        ("a/2.txt", "ok", ""),
        ("b.txt", "ok", ""),
        ("frame.csv", "skipped", "not a report"),
        ("metadata.csv", "skipped", "not a report"),
    ]


def test_a_reading_says_how_it_was_read(tmp_path):
    """Text, encoding and hash are those of the file's bytes."""
    (tmp_path / "gbk.txt").write_bytes(REPORT.encode("gbk"))
    (reading,) = read_folder(tmp_path)
    assert (reading.text, reading.encoding, reading.row, len(reading.sha256)) == (REPORT, "gb18030", 0, 64)


def test_identical_copies_are_read_once(tmp_path):
    """A byte-identical copy is skipped and names the first file."""
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_text(REPORT, encoding="utf-8")
    first, second = read_folder(tmp_path)
    assert (first.status, second.status, second.reason) == ("ok", "skipped", "identical copy")
    assert "'1.txt'" in second.detail


def test_links_and_devices_are_not_opened(tmp_path):
    """A link that loops, a link out of the folder and a FIFO are listed and never followed."""
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "out.txt").symlink_to(os.devnull)
    os.mkfifo(tmp_path / "pipe.txt")
    assert outcomes(tmp_path) == [
        ("loop", "skipped", "symbolic link"),
        ("out.txt", "skipped", "symbolic link"),
        ("pipe.txt", "skipped", "not a regular file"),
    ]


def test_a_file_above_the_limit_is_refused_unread(tmp_path):
    """The size limit holds before a byte is read, and the detail names both sizes."""
    with (tmp_path / "huge.txt").open("wb") as sparse:
        sparse.truncate(51 * 2**20)
    (reading,) = read_folder(tmp_path)
    assert (reading.status, reading.reason, reading.sha256) == ("failed", "too large", "")
    assert "53477376 bytes" in reading.detail


def test_names_that_are_not_utf8_are_printable(tmp_path):
    """A GBK file name from an old archive is listed with escapes that any writer can store."""
    (tmp_path / os.fsdecode("天心区.txt".encode("gbk"))).write_text(REPORT, encoding="utf-8")
    (reading,) = read_folder(tmp_path)
    assert reading.path == r"\xcc\xec\xd0\xc4\xc7\xf8.txt"
    assert reading.status == "ok"


def test_a_missing_folder_is_an_error(tmp_path):
    """A wrong path raises with the path in quotes; it is no empty corpus."""
    with pytest.raises(FileNotFoundError, match="found none at"):
        list(read_folder(tmp_path / "nowhere"))
