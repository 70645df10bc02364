"""Every input has one reading, whatever it is; one bad file never stops the others."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from documents import docx, encrypted, page, paragraph, pdf, zipped

from toolkit.corpus import readers
from toolkit.corpus.extracts import read_rows
from toolkit.corpus.readers import Limits, read_folder

REPORT = "2023年，全县法治政府建设取得新进展，现将有关情况报告如下：\n一、主要工作\n受理行政复议案件11件。\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


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
        ("README.md", "skipped", "kept name"),
        ("a/1.txt", "ok", ""),
        ("a/2.txt", "ok", ""),
        ("b.txt", "ok", ""),
        ("frame.csv", "skipped", "kept name"),
        ("metadata.csv", "skipped", "kept name"),
    ]


def test_what_a_browser_saves_beside_a_page_is_no_report(tmp_path):
    """Frames, scripts and styles of X_files are set aside where X.html is there; another such folder is read."""
    names = (
        "甲/页[1].html",
        "甲/页[1]_files/saved_resource.html",
        "甲/页[1]_files/a/b.txt",
        "乙_files/报告.txt",
    )
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{REPORT}{name}", encoding="utf-8")
    assert outcomes(tmp_path) == [
        ("乙_files/报告.txt", "ok", ""),
        ("甲/页[1].html", "flagged", "extension_mismatch"),
        ("甲/页[1]_files/a/b.txt", "skipped", "part of a saved page"),
        ("甲/页[1]_files/saved_resource.html", "skipped", "part of a saved page"),
    ]


def test_files_of_the_collecting_program_are_set_aside(tmp_path):
    """A script, its log and a list of addresses are no reports of an unknown region."""
    for name in ("scrape.py", "crawl.log", "urls.JSON", "主页.url"):
        (tmp_path / name).write_text(REPORT + name, encoding="utf-8")
    assert {(status, reason) for _, status, reason in outcomes(tmp_path)} == {("skipped", "program file")}


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


def test_a_text_longer_than_any_report_is_refused(tmp_path):
    """Millions of lines are no report, and would take minutes; the limit can be raised."""
    (tmp_path / "long.txt").write_text("法\n" * 600, encoding="utf-8")
    assert outcomes(tmp_path, n_chars=1199) == [("long.txt", "failed", "too large")]
    assert outcomes(tmp_path, n_chars=1200) == [("long.txt", "ok", "")]


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


B_ROWS = {
    "B1 empty": ("a.txt", b"", "flagged", "empty"),
    "B1 blank": ("a.txt", " \n\u3000".encode(), "flagged", "empty"),
    "B1 mark only": ("a.txt", b"\xef\xbb\xbf", "flagged", "empty"),
    "B2 utf-16": ("a.txt", REPORT.encode("utf-16"), "ok", ""),
    "B2 big5": ("a.txt", "本府積極推動依法行政，維護人民權益。".encode("big5"), "ok", ""),
    "B3 truncated": ("a.txt", REPORT.encode("gb18030")[:-2], "flagged", "replaced_characters"),
    "B4 binary": ("a.txt", bytes(range(256)) * 9, "failed", "undecodable"),
    "B10 bomb": ("a.docx", docx("<w:p/>" * 400_000), "failed", "zip bomb"),
    "B10 nested zip": ("a.zip", zipped({"b.zip": zipped({"c.txt": "x"})}), "failed", "archive"),
    "B10 xxe": ("a.docx", zipped({"word/document.xml": "<!DOCTYPE a><a/>"}), "failed", "forbidden XML"),
    "B11 encrypted": ("a.pdf", encrypted(pdf(["甲"]), "secret"), "failed", "encrypted"),
    "B11 encrypted office": (
        "a.docx",
        OLE + "EncryptedPackage".encode("utf-16-le"),
        "failed",
        "encrypted",
    ),
    "B11 truncated": ("a.pdf", pdf(["甲" * 30] * 9)[:-300], "failed", "damaged file"),
    "B11 web page": ("a.pdf", page(f"<p>{REPORT}</p>").encode(), "flagged", "extension_mismatch"),
    "B11 scanned": ("a.pdf", pdf([""]), "failed", "scanned"),
    "B12 frames": ("a.html", b"<html><frameset><frame src=a></frameset></html>", "failed", "frames only"),
    "B12 scripts": ("a.html", b"<html><script>x()</script></html>", "failed", "needs scripts"),
    "B12 deep": ("a.html", page("<div>" * 200_000 + REPORT).encode(), "flagged", "extraction_fallback"),
    "B13 word as text": ("a.txt", docx(paragraph(REPORT)), "flagged", "extension_mismatch"),
    "B13 old word": ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "failed", "legacy office"),
    "B19 picture": ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), "failed", "image"),
    "table": ("a.csv", "标题,正文\n甲,乙\n".encode(), "ok", ""),
    "table without texts": ("a.csv", "标题,备注\n甲,乙\n".encode(), "failed", "no text column"),
    "table without rows": ("a.csv", "标题,正文\n".encode(), "failed", "empty table"),
}


@pytest.fixture(scope="module")
def bad_folder(tmp_path_factory):
    """Readings of one folder that holds every bad input, each in a folder of its own, and a good one last."""
    root = tmp_path_factory.mktemp("bad")
    for case, (name, data, _, _) in B_ROWS.items():
        (root / case).mkdir()
        (root / case / name).write_bytes(data)
    (root / "z.txt").write_text(REPORT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(root))  # no LibreOffice
        return list(read_folder(root))


def test_bad_inputs_cost_themselves_alone(bad_folder):
    """Every input has one reading, in order, and the good report after all the bad ones is read."""
    paths = [reading.path for reading in bad_folder]
    assert paths == sorted([*(f"{case}/{name}" for case, (name, *_) in B_ROWS.items()), "z.txt"])
    assert bad_folder[-1].status == "ok"


@pytest.mark.parametrize("case", B_ROWS)
def test_each_bad_input_has_its_status_and_reason(case, bad_folder):
    """The reading names the fault, and a sentence says what to do."""
    (bad,) = (reading for reading in bad_folder if reading.path.startswith(f"{case}/"))
    assert (bad.status, bad.reason) == B_ROWS[case][2:]
    assert bool(bad.detail) == (bad.status != "ok")


def test_the_rows_of_a_table_file_are_readings(tmp_path):
    """Each row has its number, its hints and the hash of the file; an identical copy is skipped once."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(
            "地区,正文\n甲县,全县法治政府建设取得新进展。\n乙县,\n", encoding="utf-8"
        )
    first, second, copy = read_folder(tmp_path)
    assert (first.row, first.hints, first.status) == (1, {"region": "甲县"}, "ok")
    assert (second.row, second.flags, second.sha256) == (2, ("empty",), first.sha256)
    assert (copy.path, copy.row, copy.reason) == ("b.csv", 0, "identical copy")


def with_changed_os(monkeypatch, **functions):
    """Let the readers, and nothing else, see other functions of the system."""
    monkeypatch.setattr(readers, "os", SimpleNamespace(**(vars(os) | functions)))


def test_a_file_that_changes_while_it_is_read_is_flagged(tmp_path, monkeypatch):
    """The size and time of the open file are compared before and after."""
    path = tmp_path / "a.txt"
    path.write_text(REPORT, encoding="utf-8")

    def touched(number):
        os.utime(path, ns=(0, os.fstat(number).st_mtime_ns + 1))
        return os.fstat(number)

    with_changed_os(monkeypatch, fstat=touched)
    (reading,) = read_folder(tmp_path)
    assert (reading.flags, reading.text) == (("changed_during_read",), REPORT)


def test_what_may_not_be_read_is_listed(tmp_path, monkeypatch):
    """A file and a folder without permission are failures of their own, and the rest is read."""
    for name in ("a.txt", "b/c.txt", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name + REPORT, encoding="utf-8")

    def refused(number):
        if os.fstat(number).st_ino == (tmp_path / "a.txt").stat().st_ino:
            raise PermissionError(13, "Permission denied")
        return os.fstat(number)

    def closed(folder):
        if str(folder).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return os.scandir(folder)

    with_changed_os(monkeypatch, fstat=refused, scandir=closed)
    assert outcomes(tmp_path) == [
        ("a.txt", "failed", "unreadable"),
        ("b", "failed", "unreadable"),
        ("d.txt", "ok", ""),
    ]


def test_names_are_kept_as_they_are(tmp_path):
    """Composed and decomposed accents, spaces at the end and line ends in names are different files."""
    names = ["\u00e9.txt", "e\u0301.txt", "a.txt ", "a.txt", "b\n.txt"]
    for name in names:
        (tmp_path / name).write_text(name + REPORT, encoding="utf-8")
    assert outcomes(tmp_path) == [(name, "ok", "") for name in sorted(names)]


def test_folders_may_be_nested_deeply(tmp_path):
    """Five hundred folders inside each other hold a report that is found."""
    deep = tmp_path.joinpath(*["d"] * 500)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text(REPORT, encoding="utf-8")
    assert outcomes(tmp_path) == [("d/" * 500 + "a.txt", "ok", "")]


def test_two_thousand_files_in_one_folder_are_all_listed(tmp_path):
    """A large folder is read file by file, each listed once."""
    for n in range(2000):
        (tmp_path / f"{n}.txt").write_text(f"{REPORT}{n}", encoding="utf-8")
    paths = [reading.path for reading in read_folder(tmp_path)]
    assert (len(paths), paths) == (2000, sorted(paths))


def test_the_page_on_reading_holds_every_rule_and_notice():
    """docs/reading.md explains each flag, each reason and each rule in the words of the tables."""
    doc = Path(__file__).resolve().parents[1].joinpath("docs", "reading.md").read_text(encoding="utf-8")
    for row in read_rows("notices"):
        name = f"`{row['name']}`" if row["kind"] == "flag" else row["name"]
        assert f"| {name} | {row['meaning']} |" in doc
    for row in read_rows("furniture"):
        assert f"| {row['rule']} | {row['scope']} | {row['reason']} |" in doc
    for row in read_rows("hints"):
        assert row["name"] in doc


def test_every_flag_and_reason_in_the_code_is_explained():
    """No reader gives a flag or a reason that notices.csv does not know."""
    names = {row["name"] for row in read_rows("notices")}
    rooms = Path(readers.__file__).parent
    modules = "cleaning faults formats legacy office pdfs readers sandbox sheets webpages"
    used: set[str] = set()
    for module in modules.split():
        source = rooms.joinpath(f"{module}.py").read_text(encoding="utf-8")
        used |= set(re.findall(r'Unreadable\("([^"]+)"', source))
        used |= set(re.findall(r'_without_text\(path, "\w+", "([^"]+)"', source))
        used |= set(re.findall(r'[\[(]"(\w+)",?[\])] \*', source))
    assert used - {"head", "tail"} <= names  # these two are scopes of rules
    assert len(used) >= 20
