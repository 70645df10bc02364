"""Web pages: the container of the article first, then main content, then all text; never silently empty."""

import html
import re
from functools import cache

from . import wording
from .encodings import decode
from .extracts import Extract, Unreadable, read_rows

PROSE = 30  # a line of so many characters is running text, not a link
ENOUGH = 0.9  # share of the page's running text that an extraction must hold
MOST_NODES = 20  # of one selector; an article has one, a broken page nests thousands
DEEPEST = 5000  # real pages with unclosed tags reach hundreds; parsers hang at 200,000
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "utf8": "utf-8"}

_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template|select|title)\b.*?(?:</\1\s*>|\Z)", re.I | re.S
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|tr|li|h\d|table|ul|ol|dl|dt|dd|section|article|form|hr|body|pre|center)\b[^<>]*>", re.I
)
_CELL = re.compile(r"</t[dh]\b[^<>]*>", re.I)
_BULLET = re.compile(r"^[ \t]*• ?", re.M)
_TYPED_BULLET = re.compile("•|&bull;|&#8226;")
_INLINE = re.compile(r"</?(?:span|font|b|strong|em|i|u|sup|sub|big|small|o:p|st1:\w+)\b[^<>]*>", re.I)
_LINK = re.compile(r"<a\s[^<>]*>[^<>]*</a>", re.I)
_TAG = re.compile(r"<[a-z/!?][^<>]*>", re.I)
_NESTING = re.compile(  # all tags but those that close themselves
    r"<(/?)(?!(?:p|li|td|tr|th|dd|dt|option|br|hr|img|input|meta|link|col|area|base|embed|param|wbr)\b)"
    r"[a-z][\w:-]*(?:\s[^<>]*?)?(/?)>",
    re.I,
)
_META = re.compile(r"<meta\s([^<>]*)>", re.I)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>", re.I)
_HEADING = re.compile(r"<h([1-4])\b[^<>]*>(.{6,300}?)</h\1\s*>", re.I | re.S)
_YEARLY = re.compile(
    r"(?:\d{4}|[二２].{3})\s*年.*(?:报告|总结|汇报)"
)  # what a heading that is a report's title says
_TITLE_GAP = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|--+|——")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")
# WeChat: the element at the head of an article, and where its script fills it, what it is filled with.
_POSTED = re.compile(
    r"""(?:\bid=["']publish_time["'][^<>]*>|\bcreateTime\s*=\s*["'])\s*(\d{4}\D\d{1,2}\D\d{1,2})"""
)
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")


def read_page(data: bytes) -> list[Extract]:
    """Take the report out of a web page.

    Parameters
    ----------
    data
        The page's bytes. The encoding is found from them; what the page declares is only compared.

    Returns
    -------
    list of Extract
        One. Its flags say how far to trust it: `charset_mismatch` (declared encoding is wrong),
        `extraction_fallback` (all text of the page, menus included), `extraction_thin` (a known container
        held less than 90 % of the page's running text).

    Raises
    ------
    Unreadable
        Where the page has no text: frames only, drawn by scripts, or empty.
    """
    found = decode(data)
    flags = ["replaced_characters"] * bool(found.n_replaced)
    declared = _CHARSET.search(data[:4096])
    if declared and not data.isascii():
        name = declared[1].decode().lower()
        if WIDER.get(name, name) != WIDER.get(found.encoding, found.encoding).removesuffix("-sig"):
            flags.append("charset_mismatch")
    whole = _strip_tags(found.text)
    if not whole:
        framed, drawn = (re.search(tag, found.text, re.I) for tag in ("<i?frame", "<script"))
        raise Unreadable("frames only" if framed else "needs scripts" if drawn else "empty page")
    text, flag = _extract(found.text, whole)
    text = text if _TYPED_BULLET.search(found.text) else _BULLET.sub("", text)  # the extraction adds bullets
    flags += [flag] * bool(flag)
    hints = read_hints(found.text)
    if printed := _printed_date(whole):
        hints.setdefault("published_on", printed)
    return [Extract(0, text, found.encoding, hints, tuple(flags))]


def read_web_archive(data: bytes) -> list[Extract]:
    """Take the report out of a page saved as MHTML: its first part of type text/html."""
    from email import message_from_bytes

    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            return read_page(part.get_payload(decode=True))
    raise Unreadable("empty page", "The web archive has no part of type text/html.")


def read_hints(page: str) -> dict[str, str]:
    """What the page says of itself in the meta tags government sites must carry, by columns of documents."""
    hints: dict[str, str] = {}
    for tag in _META.findall(page):
        found = _ATTRIBUTE.findall(tag)
        pairs = {name.lower(): html.unescape(a or b or c).strip() for name, a, b, c in found}
        column = hint_columns("meta").get(pairs.get("name", pairs.get("property", "")).lower())
        if column and pairs.get("content"):
            hints.setdefault(column, tidy_hint(column, pairs["content"]))
    named = _TITLE_GAP.split(html.unescape("".join(_TITLE.findall(page)[:1])))
    if reports := [piece for piece in named if re.search("报告|总结|情况|汇报", piece)]:
        hints.setdefault("title", tidy_hint("title", reports[0]))
    headings = {tidy_hint("title", _strip_tags(words)) for _, words in _HEADING.findall(page)}
    if len(reports := [heading for heading in headings if _YEARLY.search(heading)]) == 1:
        hints.setdefault("title", reports[0])  # it may stand beside the article's container
    if posted := _POSTED.search(page):
        hints.setdefault("published_on", tidy_hint("published_on", posted[1]))
    if saved := _SAVED_FROM.search(page):
        hints.setdefault("source_url", saved[1])
    return hints


def _printed_date(whole: str) -> str:
    """The date a page prints beside its article: labelled, or else the only one that begins a line."""
    labelled, bare = wording.LABELLED_DAY.search(whole), set(wording.BARE_DAY.findall(whole))
    date = labelled[1] if labelled else bare.pop() if len(bare) == 1 else ""
    return tidy_hint("published_on", date)


def tidy_hint(column: str, value: str) -> str:
    """A hint as its column holds it: dates in ISO form."""
    date = _DATE.search(value) if column.endswith("_on") else None
    return "{}-{:0>2}-{:0>2}".format(*date.groups()) if date else " ".join(value.split())


@cache
def hint_columns(where: str) -> dict[str, str]:
    """Column of documents by the name of a meta tag (`meta`) or of a table's column (`table`)."""
    return {row["name"]: row["column"] for row in read_rows("hints") if row["where"] == where}


def _extract(page: str, whole: str) -> tuple[str, str]:
    """The article's text and a flag; the whole page where nothing better holds its running text."""
    depth = deepest = 0
    for closing, empty in _NESTING.findall(page):
        depth += -1 if closing else not empty
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        return whole, "extraction_fallback"
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(page)
    running = _prose(_strip_tags(_LINK.sub("", page)))  # long titles in lists of links are no report
    best, best_share = "", 0.0
    for row in read_rows("containers"):
        nodes = tree.body.query_selector_all(row["selector"]) if tree.body else []
        for text in (_tidy(extract_plain_text(node.html, alt_texts=False)) for node in nodes[:MOST_NODES]):
            share = _prose(text) / running
            if share > best_share:
                best, best_share = text, share
        if best_share >= ENOUGH:
            return best, ""
    merged = HTMLTree.parse(_INLINE.sub("", page))  # a character in a tag of its own would be dropped
    main = _tidy(extract_plain_text(merged, main_content=True, alt_texts=False))
    if _prose(main) >= ENOUGH * running:
        return main, ""
    return (best, "extraction_thin") if best_share >= 0.5 else (whole, "extraction_fallback")


def _strip_tags(page: str) -> str:
    """All text of a page, in time that grows with its length only, however broken its tags are."""
    text = _BLOCK.sub("\n", _HIDDEN.sub(" ", page))
    return _tidy(html.unescape(_TAG.sub("", _CELL.sub("\t", text))))


def _tidy(text: str) -> str:
    """No space at line ends, at most one blank line."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n\t ")


def _prose(text: str) -> float:
    """Characters in lines of running text; all characters where there is none; never 0 for a text."""
    lines = ["".join(line.split()) for line in text.split("\n")]
    return sum(len(line) for line in lines if len(line) >= PROSE) or sum(map(len, lines)) / 1000 or 0.001
