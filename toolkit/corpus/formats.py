"""What a file is: its first bytes decide, its name is only compared."""

import re
from functools import cache
from pathlib import PurePosixPath

from .extracts import read_rows

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
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # parts of an OLE file have their names in UTF-16
        parts = (("EncryptedPackage", "encrypted"), ("Workbook", "legacy excel"), ("", "legacy office"))
        return next(kind for name, kind in parts if name.encode("utf-16-le") in data)
    for kind, first, member in _signatures():
        late = kind == "pdf" and first in head[:1024]  # readers of PDF allow a preamble
        if (late or head.startswith(first)) and member in data:
            return kind
    plain = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")
    if _MAIL.match(plain):
        return "web archive"
    if b"<" in plain and _MARKUP.search(plain):
        return "web page"
    if plain.startswith(b"<?xml"):
        return "xml"
    return "csv" if _suffix(name) in ("csv", "tsv") else "text"


def contradicts(kind: str, name: str) -> bool:
    """True where a file's extension promises another format than its bytes have."""
    suffix = _suffix(name)
    return suffix != "" and (kind, suffix) not in _extensions()


@cache
def _signatures() -> tuple[tuple[str, bytes, bytes], ...]:
    """Kind, first bytes and name of a member, of every format that can be told by them."""
    rows = [row for row in read_rows("formats") if row["first_bytes"]]
    return tuple((row["kind"], bytes.fromhex(row["first_bytes"]), row["member"].encode()) for row in rows)


@cache
def _extensions() -> frozenset[tuple[str, str]]:
    """Every kind with each extension its files may have."""
    rows = read_rows("formats")
    return frozenset((row["kind"], each) for row in rows for each in row["extensions"].split())


def _suffix(name: str) -> str:
    """The extension in lower case, without its dot; names that end in 。 or a date have none."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix[1:] if re.fullmatch(r"\.[a-z]{2,5}", suffix) else ""
