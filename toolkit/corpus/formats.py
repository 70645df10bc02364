"""What a file is: its first bytes decide, its name is only compared."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
ZIPPED = ((b"word/document.xml", "docx"), (b"xl/workbook.xml", "xlsx"), (b"OFD.xml", "ofd"))
EXTENSIONS = {
    "text": {".txt", ".text", ".md"},
    "web page": {".html", ".htm", ".shtml", ".xhtml", ".jhtml", ".jsp", ".asp", ".aspx", ".php", ".do"},
    "web archive": {".mht", ".mhtml"},
    "csv": {".csv", ".tsv"},
    "legacy office": {".doc", ".wps", ".dot"},
    "rtf": {".rtf", ".doc"},
}
_MARKUP = re.compile(
    rb"^\s*<(?:div|p|table|span|meta|script|!--)[\s>-]|<(?:!doctype\s+html|html|head|body|frameset)[\s>]",
    re.I,
)
_MAIL = re.compile(rb"^(?:From|MIME-Version|Subject|Content-Type): .*?multipart/related", re.S)


def detect_format(data: bytes, name: str = "") -> str:
    """Name the format of a file from its bytes.

    Returns
    -------
    str
        pdf, docx, xlsx, ofd, rtf, web page, web archive, legacy office (Word 97, WPS), legacy excel,
        encrypted (office), image, archive, xml, csv or text. Only the last two are told apart by the
        file's name, for their bytes are alike.
    """
    head = data[:4096]
    if data.startswith(b"PK\x03\x04"):
        return next((kind for member, kind in ZIPPED if member in data), "archive")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "encrypted"
        return "legacy excel" if "Workbook".encode("utf-16-le") in data else "legacy office"
    for magic, kind in MAGIC:
        if head.startswith(magic) or (kind == "pdf" and magic in head[:1024]):
            return kind
    plain = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")
    if _MAIL.match(plain):
        return "web archive"
    if b"<" in plain and _MARKUP.search(plain):
        return "web page"
    if plain.startswith(b"<?xml"):
        return "xml"
    return "csv" if _suffix(name) in EXTENSIONS["csv"] else "text"


def contradicts(kind: str, name: str) -> bool:
    """True where a file's extension promises another format than its bytes have."""
    suffix = _suffix(name)
    return suffix != "" and suffix not in EXTENSIONS.get(kind, {f".{kind}"})


def _suffix(name: str) -> str:
    """The extension in lower case; names that end in 。 or a date have none."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z]{2,5}", suffix) else ""
