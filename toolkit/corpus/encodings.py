"""Bytes become text: a ladder of encodings, with damage counted and never repaired."""

import codecs
import re
from functools import cache
from itertools import product
from typing import NamedTuple

from .extracts import Unreadable

# Longest first: the UTF-32 mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Valid UTF-8 mostly also decodes as GB18030, and Big5 nearly always does, so the order breaks ties.
LADDER = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
ORDINARY, SURE = 0.75, 0.95  # real Chinese text scores above 0.95, text in a wrong codec below 0.6
# Enough to choose; charset-normalizer takes minutes over large binary files.
PROBE, SHORT_PROBE = 2**20, 100_000
SAMPLE = 400


class Decoded(NamedTuple):
    """Text, the name of its encoding, and how many U+FFFD stand for bytes that say nothing in it."""

    text: str
    encoding: str
    n_replaced: int


def decode(data: bytes) -> Decoded:
    """Decode bytes of unknown encoding.

    A byte order mark decides; then strict UTF-8; then UTF-8 with damage, GB18030 (which holds GB2312 and
    GBK), Big5, UTF-16 and UTF-32 compete, and the reading with the largest share of ordinary characters
    wins; charset-normalizer is asked last. Damage up to three characters, or one in a thousand, is kept as
    U+FFFD and counted.

    Parameters
    ----------
    data
        The bytes of a text file.

    Returns
    -------
    Decoded
        `text` without byte order mark, the codec's Python name, and the number of replaced characters.

    Raises
    ------
    Unreadable
        Where no encoding gives text with tolerable damage: a binary file, or text saved through a wrong
        codec. It is not guessed.

    Examples
    --------
    >>> decode("法治政府".encode("gb18030"))
    Decoded(text='法治政府', encoding='gb18030', n_replaced=0)
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            found = _attempt(data, encoding)
            return _tolerable(found._replace(text=found.text.removeprefix("\ufeff")))
    if b"\0" not in data:
        try:
            return Decoded(data.decode("utf-8"), "utf-8", 0)
        except UnicodeDecodeError:
            pass  # the ladder below tries UTF-8 again, with its damage counted
    probe = data[:PROBE]
    best, best_share = "", ORDINARY
    for encoding in LADDER:
        text, _, n_replaced = _attempt(probe, encoding)
        share = ordinary_share(text)
        if share > best_share:
            best, best_share = encoding, share
        if share > SURE and n_replaced <= (len(probe) < len(data)):
            break
    return _tolerable(_attempt(data, best or _ask_charset_normalizer(probe)))


def ordinary_share(text: str) -> float:
    """Share of ordinary characters, 0 to 1, in a sample of the text; 1 for an empty text.

    Ordinary are ASCII without control characters, Chinese and general punctuation, and the ideographs of
    GB 2312 level 1 (3,755) and Big5 level 1 (5,401), the frequently used ones of either script. Text read
    through a wrong codec scatters over the 90,000 others. A text in another script scores low as well.
    """
    drawn = text[:: len(text) // SAMPLE | 1]  # odd: UTF-32 read as UTF-16 is sound at every second character
    return (len(drawn) - len(_unusual().findall(drawn))) / len(drawn) if drawn else 1.0


@cache
def _unusual() -> re.Pattern[str]:
    """One character that is none of those that make up most of Chinese text, in either script."""
    simplified = product(range(0xB0, 0xD8), range(0xA1, 0xFF))
    traditional = product(range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    pairs = [*((p, "gb2312") for p in simplified), *((p, "big5") for p in traditional)]
    ideographs = "".join(bytes(pair).decode(encoding, "ignore") for pair, encoding in pairs)
    spans = (" ~", "‐…", "⅐ⅿ", "①⓿", "\u3000〗", "！～")  # ASCII, punctuation, number forms, full-width forms
    return re.compile(f"[^{ideographs}\t\n\r\xa0·×°{''.join(f'{a}-{b}' for a, b in spans)}]")


def _attempt(data: bytes, encoding: str) -> Decoded:
    """Decode with damage replaced and counted; a U+FFFD that the file itself holds is no damage."""
    text = data.decode(encoding, "replace")
    if "\ufffd" not in text:
        return Decoded(text, encoding, 0)
    own = data.count("\ufffd".encode(encoding.removesuffix("-sig"), "ignore") or b"\xef\xbf\xbd")
    return Decoded(text, encoding, max(0, text.count("\ufffd") - own))


def _tolerable(found: Decoded) -> Decoded:
    """Return it if few characters were lost, else refuse."""
    if found.n_replaced <= max(3, len(found.text) // 1000):
        return found
    damage = f"{found.n_replaced} of {len(found.text)} characters are damaged; at most 3, or one in a thousand, may be."
    raise Unreadable("undecodable", f"Read as {found.encoding}, {damage}")


def _ask_charset_normalizer(probe: bytes) -> str:
    """The last rung: an encoding outside the ladder, if its text is ordinary."""
    from charset_normalizer import from_bytes

    guess = from_bytes(probe[:SHORT_PROBE]).best()
    if guess and ordinary_share(str(guess)) > ORDINARY:
        return guess.encoding
    raise Unreadable("undecodable")
