"""DOCX and OFD, read as zipped XML under size guards; no entity is ever resolved."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree

from .extracts import Extract, Unreadable
from .paragraphs import join_pages

MOST_MEMBERS, LARGEST_MEMBER, LARGEST_PART, MOST_TAGS, DENSEST = 2000, 64 * 2**20, 16 * 2**20, 600_000, 200
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
CHARACTERS = {f"{WORD}tab": "\t", f"{WORD}br": "\n", f"{WORD}cr": "\n", f"{WORD}noBreakHyphen": "-"}
DIGITS = "〇一二三四五六七八九"


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a zip file after checking that it is no bomb.

    Raises
    ------
    Unreadable
        Where it has too many or repeated members, encrypted ones, or one that unpacks beyond its limit
        (64 MB, or 200 times its packed size).
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise Unreadable("damaged file", str(error)) from None
    members = package.infolist()
    if len(members) > MOST_MEMBERS or len({m.filename for m in members}) < len(members):
        raise Unreadable("zip bomb", f"{len(members)} members, or one name twice.")
    for member in members:
        packed, size = member.compress_size, member.file_size
        if member.flag_bits & 1:
            raise Unreadable("encrypted")
        if size > LARGEST_MEMBER or (size > 2**20 and size > DENSEST * packed):
            raise Unreadable("zip bomb", f"{member.filename!r} unpacks from {packed} to {size} bytes.")
    return package


def read_part(package: zipfile.ZipFile, name: str) -> etree._Element:
    """Parse one XML part; refuse what `check_part` refuses, and parts with too many tags."""
    data = check_part(package, name, LARGEST_PART)
    if data.count(b"<") > MOST_TAGS:
        raise Unreadable("zip bomb", f"{name!r} has more than {MOST_TAGS} tags.")
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True))


def check_part(package: zipfile.ZipFile, name: str, most: int = LARGEST_MEMBER) -> bytes:
    """Unpack one XML part; refuse it above a size, whatever its header says, or with a DOCTYPE."""
    with package.open(name) as part:
        data = part.read(most + 1)
    if len(data) > most:
        raise Unreadable("zip bomb", f"{name!r} has more than {most} bytes.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise Unreadable("forbidden XML", f"{name!r}.")
    return data


def read_docx(data: bytes) -> list[Extract]:
    """Read a Word document: paragraphs, tables and text boxes in their order, then foot- and endnotes.

    Automatic numbers of headings (一、, (一), 1.) are written out where they stand, for the stored text lacks
    them. Deleted text, headers and footers are left out. Raises Unreadable as `open_package` does.
    """
    package = open_package(data)
    names = package.namelist()
    numbers = _Numbers(package, names)
    parts = [f"word/{name}.xml" for name in ("document", "footnotes", "endnotes")]
    texts = ["\n".join(_blocks(read_part(package, name), numbers)) for name in parts if name in names]
    text = "\n".join(text.rstrip("\n") for text in texts if text.strip())
    return [Extract(0, text, "docx", {}, ("empty",) if not text.strip() else ())]


def read_ofd(data: bytes) -> list[Extract]:
    """Read an OFD document (GB/T 33190): the text objects of each page from top to bottom, left to right.

    Raises Unreadable where the pages hold pictures or outlines but no text, and as `open_package` does.
    """
    package = open_package(data)
    root = read_part(package, "OFD.xml").findtext(".//{*}DocRoot", "").lstrip("/")
    document = read_part(package, root)
    pages = [page.get("BaseLoc", "") for page in document.iterfind("{*}Pages/{*}Page")]
    lines = [_ofd_lines(read_part(package, _inside(root, page))) for page in pages]
    text = join_pages(lines)
    if not text.strip():
        raise Unreadable("no text layer")
    return [Extract(0, text, "ofd", {}, ())]


def _inside(root: str, place: str) -> str:
    """Name of a member given relative to the document's root, or absolutely."""
    return place.lstrip("/") if place.startswith("/") else posixpath.join(posixpath.dirname(root), place)


def _ofd_lines(page: etree._Element) -> list[str]:
    """Text of one page by lines: objects whose middles lie within half a character belong together."""
    placed = []
    for piece in page.iterfind(".//{*}TextObject"):
        left, top = (float(n) for n in piece.get("Boundary", "0 0").split()[:2])
        size = float(piece.get("Size", "4"))
        for code in piece.iterfind("{*}TextCode"):
            x, y = left + float(code.get("X") or 0), top + float(code.get("Y") or 0)
            placed.append((y, x, size, code.text or ""))
    lines: list[list[tuple[float, str]]] = []
    height = float("-inf")
    for y, x, size, text in sorted(placed):
        if y - height > size / 2:
            lines.append([])
            height = y
        lines[-1].append((x, text))
    return ["".join(text for _, text in sorted(line)) for line in lines]


def _blocks(parent: etree._Element, numbers: _Numbers) -> Iterator[str]:
    """The paragraphs below an element; a row of a table is one line with tabs between its cells."""
    for child in parent:
        if child.tag == f"{WORD}p":
            yield numbers.mark(child) + _run_text(child)
        elif child.tag == f"{WORD}tbl":
            for row in child.iterfind(f".//{WORD}tr"):
                if next(row.iterancestors(f"{WORD}tbl")) is not child:
                    continue  # of a table inside a cell, which the cell holds
                cells = (" ".join(_blocks(cell, numbers)).strip() for cell in row.iterfind(f"{WORD}tc"))
                yield "\t".join(cells)
        elif isinstance(child.tag, str):
            yield from _blocks(child, numbers)


def _run_text(paragraph: etree._Element) -> str:
    """Text of a paragraph; a text box inside it follows on lines of its own."""
    parts: list[str] = []
    boxes: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{WORD}p":  # inside a text box
            boxes.append(_run_text(node))
        elif node.tag == f"{WORD}t":
            parts.append(node.text or "")
        elif node.tag != FALLBACK and isinstance(node.tag, str):
            if node.getparent().tag == f"{WORD}r":
                parts.append(CHARACTERS.get(node.tag, ""))
            stack.extend(reversed(node))
    return "\n".join(filter(None, ["".join(parts), *boxes]))


class _Numbers:
    """Automatic numbers of a document's paragraphs, counted as Word counts them."""

    def __init__(self, package: zipfile.ZipFile, names: list[str]) -> None:
        self._levels: dict[tuple[str, int], etree._Element] = {}
        self._styles: dict[str, etree._Element] = {}
        self._counts: dict[tuple[str, int], int] = {}
        if "word/numbering.xml" not in names:
            return
        numbering = read_part(package, "word/numbering.xml")
        schemes = {s.get(f"{WORD}abstractNumId"): s for s in numbering.iterfind(f"{WORD}abstractNum")}
        for number in numbering.iterfind(f"{WORD}num"):
            for level in schemes.get(_value(number, "abstractNumId"), ()):
                if level.tag == f"{WORD}lvl":
                    self._levels[number.get(f"{WORD}numId"), int(level.get(f"{WORD}ilvl"))] = level
        styles = read_part(package, "word/styles.xml") if "word/styles.xml" in names else ()
        self._styles = {s.get(f"{WORD}styleId"): p for s in styles for p in s.iterfind(f".//{WORD}numPr")}

    def mark(self, paragraph: etree._Element) -> str:
        """The number in front of a paragraph; empty where it has none."""
        properties = paragraph.find(f"{WORD}pPr")
        if not self._levels or properties is None:
            return ""
        found = properties.find(f"{WORD}numPr")
        found = self._styles.get(_value(properties, "pStyle")) if found is None else found
        if found is None:
            return ""
        scheme, depth = _value(found, "numId"), int(_value(found, "ilvl") or 0)
        if (scheme, depth) not in self._levels:
            return ""
        self._counts[scheme, depth] = self._count(scheme, depth) + 1
        for deeper in [key for key in self._counts if key[0] == scheme and key[1] > depth]:
            del self._counts[deeper]
        text = _value(self._levels[scheme, depth], "lvlText")
        for level in range(depth + 1):
            if f"%{level + 1}" in text and (scheme, level) in self._levels:
                number = max(self._count(scheme, level), 1)
                form = _value(self._levels[scheme, level], "numFmt")
                text = text.replace(f"%{level + 1}", _numeral(number, form))
        return text

    def _count(self, scheme: str, level: int) -> int:
        """The last number given at a level; one less than its first where none was given."""
        return self._counts.get((scheme, level), int(_value(self._levels[scheme, level], "start") or 1) - 1)


def _value(node: etree._Element, name: str) -> str:
    """The value of a child element; empty where there is none."""
    child = node.find(f"{WORD}{name}")
    return "" if child is None else child.get(f"{WORD}val", "")


def _numeral(number: int, form: str) -> str:
    """A list number as Word prints it: Chinese for the Chinese formats, else arabic; nothing for bullets."""
    if form in ("bullet", "none"):
        return ""
    if not form.startswith(("chinese", "japanese", "ideograph", "taiwanese")) or not 0 < number < 100:
        return f"({number})" if form == "decimalEnclosedParen" else str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")
