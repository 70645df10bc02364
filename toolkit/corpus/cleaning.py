"""Control characters leave the text; page furniture is found and marked, never removed."""

import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .encodings import ORDINARY, ordinary_share
from .extracts import read_rows

LONGEST = 120  # a longer line is never furniture as a whole
# Running text is a line of 60 characters with a comma or a stop, or three printed lines of 25 in a row. Above
# the first and below the last of it the rules are bolder.
PROSE, PRINTED = 60, 25
MENU_ENTRY, MENU_RUN, MENU_SHARE = 20, 5, 1 / 12
RUNNING_HEAD = 40

_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Browsers and office programs that print a PDF may write radicals (U+2E80-2FDF) where the page has ordinary
# characters of the same shape: ⾏政 for 行政. Nobody types them, and no term, heading or place would be found.
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_RADICALS |= str.maketrans("⼾⾭⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚", "户青母民虎西见角贝车長长门雨青韦页")
_RADICALS |= str.maketrans("⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳", "风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟")
_RADICAL = re.compile("[\u2e80-\u2fd5]")
_UNCLEAN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2e80-\u2fd5\ud800-\udfff]")
# What UTF-8 looks like after a detour through GBK or Latin-1.
_MARKUP = ("&nbsp;", "&lt;", "&amp;", "&#", "</p>", "</div>", "</span>", "<br")
_TRACES = ("锟斤拷", "烫烫烫", "屯屯屯")
_LATIN_LEADS = "ÃÂâäåæçèéï"
_LATIN_TRACE = re.compile(f"[{_LATIN_LEADS}][\x80-\xbf‘’“”†‡•…‰Š‹Œ€™œž]")
_MENU_GAP = re.compile(r"[\s|｜·>＞/]+")
_STOPS = re.compile(r"[。，；,;]")


class Line(NamedTuple):
    """A line with text in it: its span, and its characters without spaces and in compatibility form."""

    start: int
    end: int
    key: str


def clean_text(raw: str) -> tuple[str, tuple[str, ...]]:
    """Make raw text safe to store and name what is wrong with its characters.

    Line ends of all kinds become ``\\n``; NUL, other control characters and lone surrogates become a space
    or U+FFFD, and radicals the ordinary characters they look like, one for one. Nothing else changes: spaces,
    zero-width characters, full-width digits and rare ideographs stay as they are. Cleaning twice is cleaning
    once.

    Parameters
    ----------
    raw
        The text as a reader returns it.

    Returns
    -------
    tuple
        The text, and flags: ``control_characters``, ``radicals``, ``replaced_characters`` (U+FFFD in the text),
        ``mojibake`` (text that went through a wrong codec: reported, never repaired), ``markup_residue``
        (HTML tags or entities stand in the text), ``empty``.

    Examples
    --------
    >>> clean_text("法治\\r\\n政府\\0")
    ('法治\\n政府 ', ('control_characters',))
    """
    flags = []
    text = raw
    if _UNCLEAN.search(raw):
        text, n_control = _CONTROL.subn(" ", _LINE_END.sub("\n", raw))
        text = _SURROGATE.sub("\ufffd", text).translate(_RADICALS)
        flags += ["control_characters"] * bool(n_control) + ["radicals"] * bool(_RADICAL.search(raw))
    if "\ufffd" in text:
        flags.append("replaced_characters")
    if _looks_like_mojibake(text):
        flags.append("mojibake")
    if ("<" in text or "&" in text) and any(trace in text for trace in _MARKUP):
        flags.append("markup_residue")
    if not text.strip().strip("\ufeff\u200b"):
        flags.append("empty")
    return text, tuple(flags)


def find_furniture(text: str) -> list[tuple[int, int, str]]:
    """Find what belongs to the page and not to the report: navigation, buttons, page numbers, end matter.

    The rules are the rows of ``data/furniture.csv``, each with its reason. They look at whole lines without
    their spaces, anchored at both ends; a line of more than 120 characters is never furniture as a whole.
    Some hold only above the first or below the last line of running text, where a report does not reach.
    They miss what no rule describes (it is then counted), and may take a caption that looks like a button.

    Parameters
    ----------
    text
        A cleaned text.

    Returns
    -------
    list of tuple
        `(start, end, rule)`: code points, end-exclusive, sorted, without overlap; line ends not included.

    Examples
    --------
    >>> find_furniture("首页 > 政务公开\\n一、主要工作\\n扫一扫在手机打开当前页")
    [(0, 9, 'breadcrumb'), (17, 28, 'qr code')]
    """
    lines = _lines(text)
    first, last = _running_text(lines)
    marked = _mark_lines(lines, first, last)
    _mark_menus(text, lines, marked, first, last)
    _mark_bare_page_numbers(lines, marked)
    _mark_running_heads(lines, marked)
    spans = [(lines[n].start, lines[n].end, rule) for n, rule in marked.items()]
    parts = (part for n, line in enumerate(lines) if n not in marked for part in _parts(text, line))
    return sorted([*spans, *parts])


def _looks_like_mojibake(text: str) -> bool:
    """True where traces of a wrong codec stand in the text, or most ideographs are rare ones."""
    if any(trace[0] in text and trace in text for trace in _TRACES):
        return True
    if any(lead in text for lead in _LATIN_LEADS) and _LATIN_TRACE.search(text):
        return True
    ideographs = sum("\u4e00" <= c <= "\u9fff" for c in text) if ordinary_share(text) < ORDINARY else 0
    return ideographs > max(20, len(text) / 3)


def _running_text(lines: list[Line]) -> tuple[int, int]:
    """First and last line of the running text: long lines, or three of printed length in a row."""
    lengths = [0 if line.key.startswith("抄送") else len(line.key) for line in lines]

    def prose(n: int) -> bool:
        """Whether a line is long and has a stop."""
        return lengths[n] >= PROSE and bool(_STOPS.search(lines[n].key))

    def printed(n: int) -> bool:
        """Whether three lines of printed length begin here, two of them with a stop."""
        three = range(n, n + 3)
        fits = 0 <= n < len(lines) - 2 and all(lengths[m] >= PRINTED for m in three)
        return fits and sum(bool(_STOPS.search(lines[m].key)) for m in three) >= 2

    places = range(len(lines))
    first = next((n for n in places if prose(n) or printed(n)), len(lines))
    return first, next((n for n in reversed(places) if prose(n) or printed(n - 2)), -1)


def _lines(text: str) -> list[Line]:
    """The lines that hold more than space."""
    lines, start = [], 0
    for raw in text.split("\n"):
        key = "".join(raw.split())
        if key:
            key = unicodedata.normalize("NFKC", key) if len(key) <= LONGEST else key
            lines.append(Line(start, start + len(raw), key))
        start += len(raw) + 1
    return lines


@cache
def _pattern(*scopes: str) -> tuple[re.Pattern[str], tuple[tuple[str, int], ...]]:
    """All patterns of some scopes as one, with the name and longest line of each."""
    rows = [row for scope in scopes for row in read_rows("furniture") if row["scope"] == scope]
    joined = "|".join(f"(?P<r{n}>{row['pattern']})" for n, row in enumerate(rows))
    return re.compile(joined or r"(?!)"), tuple((row["rule"], int(row["longest"])) for row in rows)


def _rule_of(key: str, *scopes: str) -> str:
    """Name of the rule that takes the whole line; empty where none does."""
    pattern, rules = _pattern(*scopes)
    found = pattern.fullmatch(key)
    if not found:
        return ""
    rule, longest = rules[int(found.lastgroup[1:])]
    return rule if len(key) <= longest else ""


def _mark_lines(lines: list[Line], first: int, last: int) -> dict[int, str]:
    """Apply the rules for whole lines; `after` and `before` rules look at the neighbour's rule."""
    marked: dict[int, str] = {}
    previous = ""
    for n, (_, _, key) in enumerate(lines):
        if len(key) > LONGEST or (key[-1] == "。" and len(key) > 30 and key[0] not in "抄分"):
            previous = ""
            continue
        scopes = ("line",) + ("head",) * (n < first) + ("tail",) * (n > last)
        rule = _rule_of(key, *scopes) or (previous and _rule_of(key, f"after {previous}"))
        if rule:
            marked[n] = rule
            before = _rule_of(lines[n - 1].key, f"before {rule}") if n and n - 1 not in marked else ""
            marked |= {n - 1: before} if before else {}
        previous = rule
    return marked


def _mark_menus(text: str, lines: list[Line], marked: dict[int, str], first: int, last: int) -> None:
    """Mark lines of menu words above and below the text, and runs of short lines between such words."""
    run: list[int] = []
    for n, line in enumerate([*lines, Line(0, 0, "。")]):
        if len(line.key) <= MENU_ENTRY and not _STOPS.search(line.key) and line.key[-1] != ":":
            run.append(n)
            continue
        known = [m for m in run if _rule_of(lines[m].key, "menu")] if len(run) >= MENU_RUN else []
        entries = [m for m in run if known and known[0] <= m <= known[-1] and marked.get(m) != "ornament"]
        if len(entries) >= MENU_RUN and len(known) >= max(2, MENU_SHARE * len(entries)):
            marked |= {m: "menu" for m in entries if m not in marked}
        run = []
    for n, line in enumerate(lines):
        if n in marked or first <= n <= last or len(line.key) > LONGEST:
            continue
        words = _MENU_GAP.split(text[line.start : line.end].strip())
        known = sum(bool(_rule_of(word, "menu")) for word in words)
        if known == len(words) or (len(words) >= 3 and known >= len(words) / 2):
            marked[n] = "menu"


def _mark_bare_page_numbers(lines: list[Line], marked: dict[int, str]) -> None:
    """Mark numbers that stand alone if they count the pages: 1, 2, 3 ... with a page of text between."""
    bare = [n for n, line in enumerate(lines) if len(line.key) <= 3 and line.key.isdecimal()]
    values = [int(lines[n].key) for n in bare]
    far = all(lines[b].start - lines[a].start > 200 for a, b in pairwise(bare))
    if len(bare) >= 3 and far and values == list(range(values[0], values[0] + len(bare))):
        marked |= dict.fromkeys(bare, "page number")


def _mark_running_heads(lines: list[Line], marked: dict[int, str]) -> None:
    """Mark short lines that come again beside page numbers: the title at the head of each page."""
    pages = [n for n, rule in marked.items() if rule == "page number"]
    beside = [m for n in pages for m in (n - 1, n + 1) if 0 <= m < len(lines) and m not in marked]
    seen = Counter(lines[m].key for m in beside if len(lines[m].key) <= RUNNING_HEAD) if beside else {}
    heads = {key for key, count in seen.items() if count >= 2}
    if heads:
        marked |= {n: "running head" for n, line in enumerate(lines) if line.key in heads and n not in marked}


def _parts(text: str, line: Line) -> list[tuple[int, int, str]]:
    """Furniture glued to the beginning or the end of a line of text."""
    raw = text[line.start : line.end]
    spans = []
    head = _pattern("start")[0].match(raw) if raw.lstrip()[0] in "发更公信文稿来作浏阅点访字【[(（" else None
    if head and head.end() < len(raw):
        spans.append((line.start, line.start + head.end(), "page head"))
    if raw[-1] not in "。；：！？”" and len(line.key) > 10:
        offset = max(0, len(raw) - 80)
        word = _pattern("end look")[0].search(raw, offset)
        foot = word and _pattern("end")[0].search(raw, offset)
        if foot and foot.start() > (head.end() if head else 0):
            spans.append((line.start + foot.start(), line.end, "page foot"))
    return spans
