"""Quantities in running text: which numbers state an amount, where they stand, and what they are worth.

Every run of digits, Arabic or Chinese, is decided once: a quantity, or not one for a named reason.
The rules, each with its linguistic reason, stand in docs/indicators.md.
"""

from __future__ import annotations

import functools
import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.indicators import grammar
from toolkit.indicators.numerals import narrow, read_chinese
from toolkit.indicators.units import NO_UNIT, PERCENT, SHARE, TIMES, Tail, Unit, followers, read_tail


class Quantity(NamedTuple):
    """One quantity: its span, what it says and the rule that found it."""

    start: int
    end: int
    surface: str
    value: float
    unit: str
    approx: str
    kind: str
    rule: str


class Decision(NamedTuple):
    """One run of digits and what became of it: reason is "fact", or why it is not one."""

    start: int
    end: int
    surface: str
    reason: str


_made = functools.partial(tuple.__new__, Quantity)  # one for every figure: without the detour through Python

# What may follow a number that names or dates something; before all else the pattern NAMED need not run.
_NAMED_NEXT = frozenset(
    "月日年时点:：∶.·•-–—―－~～至到+＋大强超*×xX小分公天号国省县代维型版线频甲AaGDKgk届世周级星路/_ 计工项高院首页华载诞米"
    "热平指报接联急、以刑治警有"
)
_NAMED_LONG = frozenset(
    ".、平项高院工首计热指接联急以刑治警有"
)  # where only three digits and more are a name
# Last characters of the words of BEFORE_ENDS: most numbers stand after others.
_BOUNDING = frozenset("上于少多大小下过到足破出超逾近将约概有 \u3000为")
_FRACTIONAL = frozenset("分番倍成")
_GROUPING, _PROPORTIONAL = frozenset(", \u00a0"), frozenset("/:：∶︰比成")
# Units that name or define something in some places.
_DEFINING = frozenset("年岁期类种米伏吨兆分元") | {"周岁", "英寸", "方面", "环节", "大类", "领域", "公里"}
_DEFINING |= {"千伏", "kv", "兆瓦", "千瓦", "毫米"}
_JOINING = frozenset("-–—―－~～至")
_AMOUNT_END = re.compile("[0-9%‰]")
_QUOTED = {"《": "in_title", **dict.fromkeys('“"‘「', "quoted")}
_BEFORE_NUMERAL = ("第", "前", "无")  # before these a Chinese numeral is a rank, an ordinal or none
_NEARING = ("近", "超", "逾", "上", "过", "破")  # before these 百 and 千 alone are amounts
_NAMING = "这那每某其首头同唯统之届"  # after these a Chinese numeral counts nothing
_NOT_NOUN = "区强号级代维版型线弄街时点届周星甲道等的之与和及或、年月日度以性元化世国"


def _quantity(text: str, start: int, end: int, value: float, unit: Unit, approx: str, rule: str) -> Quantity:
    """Assemble a quantity; approximation may also stand before it; a broken count (0.02次) is a mean."""
    if approx == "exact" and text[start - 1 : start] in _BOUNDING:
        before = grammar.BEFORE_ENDS.search(text, max(0, start - 4), start)
        approx = before.lastgroup if before else approx
    kind = "other" if unit.kind == "count" and value % 1 else unit.kind
    return _made((start, end, text[start:end], value, unit.name, approx, kind, rule))


def _rank(text: str, start: int, end: int, value: float) -> list[Quantity] | str:
    """Decide 第N: a rank where the clause ranks and nothing is numbered, otherwise an ordinal."""
    match = grammar.RANK_END.match(text, end)
    begin = max(0, start - 24)
    moved = grammar.MOVED.match(text, end)
    ranked = moved or (match and grammar.RANKED.search(text, begin, start - 1))
    if math.isnan(value) or not ranked:
        return "ordinal"
    match = moved or match
    approx = "at_most" if text[start - 1] == "前" else "exact"
    unit = Unit(match[1] or "名", "rank", "", "")
    end = match.end(1) if match[1] else end
    return [_quantity(text, start - 1, end, value, unit, approx, "rank")]


def _arabic(text: str, start: int, end: int) -> tuple[list[Quantity] | str, int]:
    """Decide a run of Arabic digits, and say how far the decision reaches."""
    before = text[start - 1] if start else "\n"
    foreign = not "\u4e00" <= before <= "\u9fff"
    if foreign:
        if document := grammar.DOC_NUMBER.match(text, start):
            return "doc_number", document.end()
        if before not in "，。,;；" and grammar.FURNITURE.search(text, max(0, start - 10), start):
            named = grammar.NAMED.match(text, start)
            return "furniture", named.end() if named else end
    elif before in "第前":
        digits = text[start:end]
        rank = _rank(text, start, end, float(digits) if digits.isdigit() else math.nan)
        if before == "第" or (not isinstance(rank, str) and text[end : end + 1] not in ("%", "‰")):
            return rank, end
    first, digits = text[start], end - start
    after = text[end : end + 1]
    likely = (after in _NAMED_NEXT and (digits > 2 or after not in _NAMED_LONG)) or first == "0"
    likely = likely or (digits > 4 and first in "19")
    if (likely or before == "线" or digits > 8) and (named := grammar.NAMED.match(text, start)):
        return named.lastgroup, named.end()
    if before == "每":
        return "rate_base", end
    if foreign:
        if before in "\n\r\u3000 。；;：:(（" and grammar.MARKER.match(text, start):
            return "heading_marker", end
        if before in "+＋":
            return "named_structure", end
        joint, negative = text[start - 2 : start - 1], before == "-" and text[end : end + 1] == "%"
        if before in ".·•-_/@" and joint.isalnum() and (joint.isascii() or not negative):
            return "identifier", end
        if before.isascii() and before.isalpha() and _coded(text, start, end):
            return "code_in_name", end
    return _amount(text, start, end), end


def _coded(text: str, start: int, end: int) -> bool:
    """Ask whether digits after a letter belong to a code (PM2.5), and are no amount after a word (LNG30吨)."""
    word = text[start - 3 : start]
    return not (word.isascii() and word.isalpha() and read_tail(text, end).unit)


@functools.lru_cache(maxsize=8)
def _wide_commas(text: str) -> bool:
    """Ask whether a text writes its clause commas full-width, so that `,` between digits groups thousands."""
    return text.count("，") > text.count(",") / 2


def _amount(text: str, start: int, end: int) -> list[Quantity] | str:
    """Read an Arabic number as an amount: ratio, range, number with unit, or number with a bare noun."""
    digits, comma = text[start:end], text[end : end + 1]
    grouped = grammar.GROUPS.match(text, end) if comma in _GROUPING and end - start < 4 else None
    if grouped and (comma != "," or _wide_commas(text)):
        end = grouped.end()
        digits = re.sub("[, \u00a0]", "", text[start:end])
    try:
        value = float(digits)
    except ValueError:  # 2021.02.18
        return "identifier"
    tail = read_tail(text, end)
    if text[end : end + 1] in _PROPORTIONAL and (proportion := _proportion(text, start, end, value)):
        return [proportion]
    joined = tail.unit is None or text[tail.end : tail.end + 1] in _JOINING
    if joined and tail.approx != "over" and (second := grammar.SECOND.match(text, tail.end)):
        bounds = _range(text, start, value, tail, second)
        if bounds or tail.unit is None:
            return bounds
    if tail.unit is None:
        return _without_unit(text, start, end, value, tail)
    before = text[start - 1 : start]
    defining = tail.approx != "exact" or tail.unit.name in _DEFINING or before in ("超", "过")
    if defining and (reason := _not_an_amount(text, start, end, tail)):
        return reason
    below = tail.unit.name == "%" and start > 1 and before in "-－−" and not text[start - 2].isdigit()
    start, value = (start - 1, -value) if below else (start, value)
    return [_quantity(text, start, tail.end, _scaled(value, tail), tail.unit, tail.approx, "number and unit")]


def _proportion(text: str, start: int, end: int, value: float) -> Quantity | None:
    """Read 1/4, 2.85∶1 and 7成."""
    after = text[end : end + 1]
    if after == "/" and (part := grammar.FRACTION.match(text, start)):
        top, bottom = (int(digits) for digits in part.group().split("/"))
        if top < bottom:
            limit = grammar.AFTER.match(text, part.end())
            approx, end = (limit.lastgroup, limit.end()) if limit else ("exact", part.end())
            return _quantity(text, start, end, top / bottom, SHARE, approx, "fraction")
    if after in ":：∶︰比" and (ratio := grammar.RATIO.match(text, start)):
        first, second, *more = re.split(r"\s?[:：∶︰比]\s?", ratio.group())
        if not re.search(r"(?:19|20)\d\d$", ratio.group()):
            share = math.nan if more or not float(second) else float(first) / float(second)
            return _quantity(text, start, ratio.end(), share, SHARE, "exact", "ratio")
    return _fraction(text, start, end, value) if after == "成" and value < 10 else None


def _scaled(value: float, tail: Tail) -> float:
    """Multiply without the dust of binary fractions: 1547.16万 is 15471600."""
    return float(f"{value * tail.factor:.15g}") if tail.factor > 1 else value


def _range(text: str, start: int, low: float, first: Tail, second: re.Match) -> list[Quantity] | str:
    """Read 3至5个, 5亿—10亿元 and 8%-9% as two quantities on one span: the lower and the upper bound."""
    if named := grammar.NAMED.match(text, second.start(2)):
        return named.lastgroup
    tail = read_tail(text, second.end())
    if first.unit and (tail.unit != first.unit or grammar.RISING.search(text, max(0, start - 14), start)):
        return ""
    if tail.unit and tail.unit.name in ("岁", "周岁"):
        return "class_limit"
    low = _scaled(low, first if first.factor > 1 or first.unit else tail)
    high = _scaled(float(second[2]), tail)
    if not low < high or (tail.unit is None and tail.factor == 1):
        return "" if first.unit else "identifier"
    if tail.unit and (reason := _not_an_amount(text, start, second.end(), tail)):
        return reason
    unit, surface = tail.unit or NO_UNIT, text[start : tail.end]
    bounds = ((low, "at_least"), (high, "at_most"))
    return [Quantity(start, tail.end, surface, v, unit.name, a, unit.kind, "range") for v, a in bounds]


def _not_an_amount(text: str, start: int, end: int, tail: Tail) -> str:
    """Name the reason why a number with a unit is no amount of the reporter's; empty where it is one."""
    unit, after = tail.unit.name, tail.end
    if named := grammar.NO_AMOUNT.match(text, end):
        return named.lastgroup
    lasting = unit == "年" and grammar.LASTING.search(text, max(0, start - 5), start)
    if unit == "年" and not lasting and "." not in text[start:end]:
        return "period"
    if unit in ("岁", "周岁") and text[start - 1] in "-–—－~～至":
        return "class_limit"
    if unit == "分" and "满分" in text[max(0, start - 3) : start]:
        return "class_limit"
    limited = tail.approx in ("at_least", "at_most") or text[start - 1 : start] in ("超", "过")
    money = tail.unit.kind == "money" or "及以" in text[end:after]
    if limited and money and grammar.CLASS.match(text, after):
        return "class_limit"
    if unit in ("类", "种", "方面", "环节", "大类", "领域") and text[start - 1 : start] == "等":
        return "named_structure"
    return "lexicalised" if unit in ("米", "公里") and text[start - 2 : start] == "最后" else ""


def _without_unit(text: str, start: int, end: int, value: float, tail: Tail) -> list[Quantity] | str:
    """Decide a number without a measure word: chained to one that has it, before a noun, or no amount."""
    if tail.approx != "over" and (chained := grammar.CHAIN.match(text, tail.end)):
        if named := grammar.NAMED.match(text, chained.start(1)):
            return named.lastgroup
        shared = read_tail(text, chained.end())
        if shared.unit is not None:
            own = tail if tail.factor > 1 else shared
            return [_quantity(text, start, tail.end, _scaled(value, own), shared.unit, "exact", "chained")]
    marked = tail.factor > 1 or tail.approx == "over"
    if not marked and 1900 <= value <= 2060 and value == int(value) and end - start == 4:
        return "year"
    after = text[tail.end : tail.end + 1]
    if marked and after == "级":
        return "class_limit"
    noun = "\u4e00" <= after <= "\u9fff" and after not in _NOT_NOUN
    risen = text[start - 1 : start] in ("由", "从") and grammar.ROSE.match(text, end)
    if (after.isascii() and after.isalpha()) or (noun and value % 1 and not marked and not risen):
        return "code_in_name"
    counted = "\u4e00" <= text[start - 1 : start] <= "\u9fff" and grammar.COUNTED.match(text, end)
    noun = noun and bool(marked or risen or grammar.FREE.search(text, max(0, start - 4), start))
    if marked or noun or counted or risen or grammar.BARE.search(text, max(0, start - 4), start):
        kind = NO_UNIT if (noun and not risen) or marked or counted else SHARE
        rule = "number and noun" if noun and not risen else "number without unit"
        return [_quantity(text, start, tail.end, _scaled(value, tail), kind, tail.approx, rule)]
    return "identifier"


def _chinese(text: str, start: int, end: int) -> list[Quantity] | str:
    """Decide a run of Chinese numerals; the default is that it belongs to a word, a name or a heading."""
    before, numeral = text[start - 1 : start], text[start:end]
    if before in ("第", "前"):
        return _rank(text, start, end, read_chinese(numeral))
    value = read_chinese(numeral)
    if text[end : end + 1] in _FRACTIONAL and (part := _fraction(text, start, end, value)):
        return [part]
    zero = grammar.ZERO.match(text, start - 1) if before == "无" else None
    if zero:
        unit = Unit(zero[1], "count", "", "")
        return [Quantity(start - 1, zero.end(), zero.group(), 0.0, unit.name, "exact", unit.kind, "none of")]
    tail = read_tail(text, end)
    if before in ("数", "几") and numeral[0] in "十百千万亿":
        start, value = start - 1, math.nan
    elif numeral[0] in "百千万亿" and tail.approx != "over" and before not in _NEARING:
        return ""
    if tail.unit is None or (math.isnan(value) and text[start] not in "数几"):
        return ""
    if not _chinese_amount(text, start, end, numeral, tail):
        return ""
    tier = text[tail.end : tail.end + 1] == "级" and tail.unit.kind == "money"
    if tier or (numeral[0] in "百千万亿" and grammar.CLASS_OF.match(text, tail.end)):
        return "class_limit"
    if reason := _not_an_amount(text, start, end, tail):
        return reason
    some = math.isnan(value) or (before == "上" and text[start - 2] != "迈")
    approx = "about" if some else tail.approx
    return [_quantity(text, start, tail.end, value * tail.factor, tail.unit, approx, "chinese numeral")]


def _fraction(text: str, start: int, end: int, value: float) -> Quantity | None:
    """Read 百分之三十, 三分之一, 六成, 三倍 and 翻两番."""
    before, after, stop = text[start - 1 : start], text[end : end + 1], end + 1
    unit = PERCENT
    if after == "分" and (part := grammar.OUT_OF.match(text, end)) and value:
        top = float(part[1]) if part[1][0].isdigit() else read_chinese(part[1])
        unit = PERCENT if value == 100 else SHARE
        value, stop = (top if value == 100 else top / value), part.end()
    elif after == "番" and (turned := grammar.TURNED.search(text, max(0, start - 2), start)):
        start, value, unit = turned.start(), 2.0**value, TIMES
    elif after == "倍" and before != "成" and text[start] not in "百千万":  # 信心百倍
        unit = TIMES
    elif after != "成" or not 2 <= value <= 9:
        return None
    elif before in ("近", "超", "约", "逾") or grammar.TENTHS_END.match(text, stop):
        value *= 10
    else:
        return None
    more = text[stop : stop + 1] == "多"
    limit = grammar.AFTER.match(text, stop)
    approx, stop = (
        (limit.lastgroup, limit.end()) if limit else ("over", stop + 1) if more else ("exact", stop)
    )
    return _quantity(text, start, stop, value, unit, approx, "fraction")


def _chinese_amount(text: str, start: int, end: int, numeral: str, tail: Tail) -> bool:
    """Ask the grammar whether a Chinese numeral and its classifier count something."""
    before, unit = text[start - 1 : start], tail.unit
    limited = tail.approx in ("at_most", "at_least") or tail.approx == "over"
    if unit.after_chinese == "never" or numeral in "二零〇" or (before and before in _NAMING):
        return False
    if unit.name == "期" or (unit.name == "次" and grammar.MEETING.match(text, tail.end)):
        return False
    if unit.after_chinese == "limit":
        return limited or bool(grammar.DRIVEN.search(text, max(0, start - 3), start))
    at_end = bool(grammar.ENDS.match(text, tail.end)) and "\u4e00" <= before <= "\u9fff"
    if numeral == "一":
        around = text[max(0, start - 16) : start] + "\n" + text[tail.end : tail.end + 16]
        again = text[start : tail.end] in around
        again = again or (unit.name == "起" and before in "众民们人家者员友我")
        article = unit.name == "批" or again or before in "每年月周季度上任唯另有下新后在到决落漏的"
        counted = unit.after_chinese == "yes" and at_end and not article
        return tail.approx in ("at_most", "at_least") or counted
    if grammar.SLOGAN_NEXT.match(text, tail.end):
        return False
    if unit.after_chinese == "yes":
        return True
    listed = grammar.LISTED.search(text, max(0, start - 10), start)
    countable = unit.name not in ("项", "条", "类", "种") and grammar.COUNTABLE.match(text, tail.end)
    at_end = at_end and unit.name != "条"
    return not listed and (at_end or bool(countable) or tail.approx == "over")


def _regions(text: str) -> Iterator[tuple[int, int, list[Quantity] | str]]:
    """Walk the text once: each stretch that was decided, with its quantities or its reason."""
    at, next_to = 0, followers()
    for found in grammar.SCAN.finditer(text):
        start, end = found.span()
        if start < at:
            continue
        first = text[start]
        if "0" <= first <= "9":
            decided, end = _arabic(text, start, end)
        elif first in _QUOTED:
            decided = _QUOTED[first]
        elif text[end - 1] in "半数":
            limit = grammar.AFTER.match(text, end)
            approx, end = (limit.lastgroup, limit.end()) if limit else ("exact", end)
            approx = "over" if first == "过" else approx
            decided = [_quantity(text, start, end, 0.5, SHARE, approx, "fraction")]
        elif text[end : end + 1] in next_to or text[start - 1 : start] in _BEFORE_NUMERAL:
            decided = _chinese(text, start, end)
        else:
            continue
        if not decided:
            continue
        at = end if isinstance(decided, str) else max(end, decided[-1].end)
        yield start, at, decided


def explain(text: str) -> list[Decision]:
    """Say of every run of digits what became of it, so that each refusal can be checked.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of Decision
        One for each run of Arabic digits or Chinese numerals, in order: "fact", or the name of the reason
        why it states no amount. The reasons are listed in docs/indicators.md.

    Examples
    --------
    >>> [(d.surface, d.reason) for d in explain("进一步深化,2023年办案3件")]
    [('一', 'lexicalised'), ('2023', 'year'), ('3', 'fact')]
    """
    twin = narrow(text)
    regions = [(0, 0, ""), *_regions(twin)]
    rows, starts = [], [start for start, _, _ in regions]
    for run in grammar.RUN.finditer(twin):
        start, end = run.span()
        _, until, decided = regions[bisect_right(starts, start) - 1]
        reason = "" if start >= until else decided if isinstance(decided, str) else "fact"
        rows.append(Decision(start, end, text[start:end], _why(twin, start, end, reason)))
    return rows


def _why(text: str, start: int, end: int, reason: str) -> str:
    """Name the word, name or marker that a numeral belongs to, where no rule has decided it."""
    if reason not in ("", "quoted"):
        return reason
    if named := grammar.NAMED.match(text, start):
        return named.lastgroup
    begin = max(0, start - 8)
    for row in grammar.read_grammar():
        if row["name"] == "WORD":
            for match in re.finditer(row["pattern"], text[begin : end + 12]):
                if match.start() <= start - begin < match.end():
                    return row["reason"]
    return "named_mechanism" if reason else "lexicalised"


def find_quantities(text: str) -> list[Quantity]:
    """Find every quantity of a text.

    Parameters
    ----------
    text
        Any text; it is read as it stands, full-width digits included.

    Returns
    -------
    list of Quantity
        In order of position. 3至5个 gives two on one span: lower bound (at_least), upper bound (at_most).

    Examples
    --------
    >>> [(q.surface, q.value, q.unit, q.approx) for q in find_quantities("2023年受理工单2.9万余件")]
    [('2.9万余件', 29000.0, '件', 'over')]
    """
    twin = narrow(text)
    found = [q for _, _, decided in _regions(twin) if not isinstance(decided, str) for q in decided]
    if twin is not text:
        surfaces = (text[q.start : q.end] for q in found)
        found = [q if q.surface == s else q._replace(surface=s) for q, s in zip(found, surfaces, strict=True)]
    return found
