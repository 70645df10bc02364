"""Numerals as reports print them: Arabic, full-width and Chinese, read as numbers."""

from __future__ import annotations

import functools
import math
import re

CHINESE = "〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2, **{c: n for n, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}}
_SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_NUMERAL = re.compile(f"[{CHINESE}]{{1,20}}")
_NARROW = dict(zip("０１２３４５６７８９．％＋＂", '0123456789.%+"', strict=True))


def narrow(text: str) -> str:
    """Give the twin of a text in which full-width digits and signs are ASCII, one character for one."""
    for wide, sign in _NARROW.items():
        if wide in text:
            text = text.replace(wide, sign)
    return text


def multiplier(marks: str) -> float:
    """Read magnitude words after a number: 万 is 10**4, 千万 is 10**7, 万亿 is 10**12."""
    return math.prod(_SMALL.get(mark) or _LARGE[mark] for mark in marks)


@functools.lru_cache(maxsize=4096)
def read_chinese(numeral: str) -> float:
    """Read a Chinese numeral.

    Parameters
    ----------
    numeral
        A run of Chinese numeral characters, such as 九, 二十三, 一百零五, 三千万 or 二〇二三. 几 and 数
        stand for an unknown digit.

    Returns
    -------
    float
        Its value; NaN where a digit is unknown (几十) or the run is not one number (三四).

    Examples
    --------
    >>> read_chinese("二十三"), read_chinese("两万三千"), read_chinese("二〇二三")
    (23.0, 23000.0, 2023.0)
    """
    if not _NUMERAL.fullmatch(numeral):
        return math.nan
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if all(c in _DIGITS for c in numeral):
        positional = len(numeral) == 1 or len(numeral) == 4 or "〇" in numeral
        return float("".join(str(_DIGITS[c]) for c in numeral)) if positional else math.nan
    total = section = digit = 0
    for c in numeral:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        else:
            whole = section + digit
            total = total + (whole or 1) * 10**4 if c == "万" else (total + whole or 1) * 10**8
            section = digit = 0
    return float(total + section + digit)
