"""First bytes decide what a file is; its name is only compared."""

from __future__ import annotations

import pytest
from documents import docx, ofd, pdf, zipped

from toolkit.corpus.formats import contradicts, detect_format

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "text"),
        ("法治政府".encode("gbk"), "text"),
        (pdf(["甲"]), "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "pdf"),
        (docx(""), "docx"),
        (ofd([]), "ofd"),
        (zipped({"xl/workbook.xml": ""}), "xlsx"),
        (zipped({"a.txt": ""}), "archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "legacy office"),
        (OLE + "Workbook".encode("utf-16-le"), "legacy excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1\\ansi}", "rtf"),
        (b"\xff\xd8\xff\xe0JFIF", "image"),
        (b"\x89PNG\r\n", "image"),
        (b"Rar!\x1a", "archive"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC><html>", "web page"),
        ("\ufeff<!DOCTYPE HTML><html>法".encode("utf-8"), "web page"),
        ("<html><body>法".encode("utf-16"), "web page"),
        (b"<!-- saved from url=(0009)http://a -->\r\n<HTML>", "web page"),
        (b"<div class=a>", "web page"),
        (b"From: <Saved by WPS>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;", "web archive"),
        ("指标<5的有3个，>5的有2个".encode(), "text"),
    ],
)
def test_bytes_name_the_format(data, kind):
    """Each format is known by its bytes, whatever the file is called."""
    assert detect_format(data, "report.bin") == kind


def test_only_a_name_tells_csv_from_text():
    """CSV is plain text; here the extension decides."""
    assert detect_format("标题,正文\n".encode(), "a.CSV") == "csv"
    assert detect_format("标题,正文\n".encode(), "a.txt") == "text"


@pytest.mark.parametrize(
    ("kind", "name", "wrong"),
    [
        ("text", "a.txt", False),
        ("text", "2023年1.3号报告", False),
        ("text", "a.pdf", True),
        ("web page", "a.doc", True),
        ("web page", "content_1.shtml", False),
        ("docx", "a.doc", True),
        ("pdf", "a.PDF", False),
    ],
)
def test_a_name_that_promises_another_format_is_noticed(kind, name, wrong):
    """HTML named .doc and the like contradict; a dot in a title is no extension."""
    assert contradicts(kind, name) is wrong
