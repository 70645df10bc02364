"""Quantities in running text: which numbers state an amount, where they stand, and what they are worth.

Every run of digits, Arabic or Chinese, is decided once: a quantity, or not one for a named reason.
The rules, each with its linguistic reason, stand in docs/indicators.md.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

from toolkit.indicators.numerals import CHINESE, multiplier, narrow, read_chinese


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


class _Unit(NamedTuple):
    """One row of units.csv."""

    name: str
    kind: str
    after_chinese: str
    not_before: str


class _Tail(NamedTuple):
    """What follows a number: magnitude, unit and approximation, up to `end`."""

    end: int
    factor: float
    unit: _Unit | None
    approx: str


_NO_UNIT, _SHARE = _Unit("", "count", "never", ""), _Unit("", "other", "never", "")
_PERCENT, _TIMES = _Unit("%", "percent", "yes", ""), _Unit("倍", "multiple", "yes", "")
_SCAN = re.compile(
    r"《[^》\n]{0,120}》(?:[^《》\n，,。；;]{0,60}》)?(?:\s?[(（]\d{4}[^()（）\n]{0,12}[)）])?"
    r"|“[^“”\n]{1,16}”|\"[^\"\n]{1,16}\"|‘[^‘’\n]{1,16}’|「[^「」\n]{1,16}」"
    rf"|[0-9]+(?:\.[0-9]+)*|[{CHINESE}]{{1,20}}"
)
_RUN = re.compile(rf"[0-9]+(?:\.[0-9]+)*|[{CHINESE}]{{1,20}}")
_Y = r"(?:19|20)\d\d"
_TO = r"\s?[-–—―－~～至到]{1,2}\s?"
_CALENDAR = "国家|国际|世界|全国|全民|宪法|消费|普法|禁毒|宣传|安全"
_NAMED = re.compile(
    rf"(?P<garbled_date>20[0-3]\d(?:1[0-2]|0?[1-9])(?=\s?月)|{_Y}(?=以来|以前))"
    rf"|(?P<date>{_Y}\s?(?P<sep>[-./])\s?\d\d?\s?(?P=sep)\s?\d\d?(?!\d)"
    rf"|(?:{_Y}\s?年\s?)?\d\d?\s?(?:{_TO}\d\d?\s?)?月(?!龄)(?:\s?\d\d?(?:{_TO}\d\d?)?\s?[日号])?"
    rf"|\d\d?\s?(?:{_TO}\d\d?\s?)?日(?!以?内|均|龄)|\d\d?:[0-5]\d(?!\d)(?![:∶%])|\d\d?：[0-5]\d(?![\d%：])"
    r"|\d\d?\s?(?:点(?=\s?\d+分|[前至到起整])|时(?![间期代段空长速效装]))"
    rf"|\d\d?[.·•]\d\d?(?=[”\"]?(?:{_CALENDAR}|[\u4e00-\u9fff]{{0,6}}[日周月](?:[^期\u4e00-\u9fff]|活动|宣传))))"
    rf"|(?P<year>{_Y}\s?年?(?:{_TO}{_Y})(?:\s?年)?|{_Y}(?=\s?年))"
    r"|(?P<named_structure>\d+\s?[+＋](?:[+＋]?(?:\d+|[A-Za-zＮ]))+|\d+(?=[大强超](?![型于]))|\d+[+＋](?=[\u4e00-\u9fff]))"
    r"|(?P<named_service>\d+\s?[*×xX]\s?\d+(?=小时|$)|24\s?小时(?!之?以?内)|(?:72|144|240)小时(?=过境|免签)|(?:365\s?天|\d+\s?(?:分钟|公里|小时))(?=[^，,。；;、\d]{0,8}圈"
    r"|不打烊|自助|值[班守]|在线|全天候|无休|营业|便[利民]|服务|政务|智能|开放))"
    r"|(?P<hotline>(?:1[0-2]\d{3}|9[56]\d{3,4})(?![万余多个件项家次人户名])(?=[^，,。；;\d]{0,8}"
    r"(?:热线|平台|电话|指挥|联动|中心|系统|举报|投诉|工单|便民|政务|市民|服务)|[、/]\s?[19]\d{2,5})"
    r"|1(?:1[09]|2[02])(?=热线|平台|电话|指挥|报警|接警|联动|急救|[、/]\s?1\d\d)"
    r"|0\d{2,3}[-—]\d{7,8}|1[3-9]\d{9}(?!\d)|[48]00-\d{3,4}-?\d{3,4})"
    r"|(?P<code_in_name>(?:973|863|985|211)(?=计划|工程|项目|高校|院校|首席|大学)|\d+(?=(?:号|国道|省道|县道|代|维|型|版|线|频道|甲医院)|[Aa]级|[GDKgk](?![A-Za-z]|[\u4e00-\u9fff]?[/a-z])))"
    r"|(?P<ordinal>\d+(?=届|世纪|周年|年级|级|星级?|时段|路(?=公交|巴士|车))|(?<!\d)0\d(?![.\d])(?=[\u4e00-\u9fff]))"
    r"|(?P<identifier>\d+(?:[-–—/_]\d+){2,}|\d{9,}(?![\d.]))"
)
_DOC_NUMBER = re.compile(
    r"(?<=[〔\[【(（])\s?(?:19|20)\d\d\s?[〕\]】)）]\s?第?\s?\d+\s?号?|(?<=[〔\[【(（])\d+\s?(?=号[令文])"
)
_MARKER = re.compile(r"\d{1,2}(?:[、．)）](?!\d+[、万余多%])|\.(?!\d)|\.(?=(?:19|20)\d\d年))")
_FURNITURE = re.compile(
    r"(?:浏览|阅读|点击|访问|字号|索引|邮编|邮政编码|电话|传真|编号|备案|网安备|ICP备|页码|共|第)(?:次数|量|数|号)?[^，。,;；\u4e00-\u9fff]{1,3}$"
)
_BEFORE_ENDS = re.compile(
    r"(?:(?P<at_least>不少于|不低于|不小于|至少|最少|不下于)"
    r"|(?P<at_most>不超过|不高于|不多于|不大于|至多|最多|不足|不到|低于|少于|小于)"
    r"|(?P<over>超过|突破|超出|超|逾|高于|多于|大于|跨过|跃过|越过)"
    r"|(?P<about>接近|将近|大约|大概|(?<![节签履预违合条公契特制集])约为?|(?<![最附邻远])近))\s?$"
)
_AFTER = re.compile(
    r"[ \u00a0\u3000]?(?:(?P<at_least>[及含]?以上|之上)"
    r"|(?P<at_most>以内|之内|以下|之下|内(?![容部外地陆涝河需设控存环循资江蒙]))"
    r"|(?P<about>左右|上下))(?!级)"
)
_MAGNITUDE = re.compile(
    r"[ \u00a0\u3000]?([余多几]?)([十百千]?[万亿]{1,2}|[十百千](?![分瓦米克伏]))?"
    r"([余多几]?)(\+?)[ \u00a0\u3000]?"
)
_GROUPS = re.compile(r"(?:,\d{3})+(?!\d)(?:\.\d+)?")
_COUNTED = re.compile(r"[，,、](?:占|同比|比上年|较上年|增长|下降|[^，,。；;\d]{1,4}率)")
_PER = re.compile(
    r"/(?:[人月年日天户头亩吨次件升米里棵株秒周套间床辆台]|平方米|平方公里|立方米|小时|千瓦时|公里|公顷"
    r"|(?:m3|m³|L|l)(?![a-z]))(?:[·•.][月年天])?"
)
_FRACTION = re.compile(r"\d{1,2}/\d{1,3}(?![\d/])")
_MEETING = re.compile(rf"(?:[、和及][{CHINESE}]+次)*(?:全会|会议|全体|党代会|人代会|代表大会|常委会|集体)")
_CLASS = re.compile(
    r"(?:的|优质|重大|重点|大型|以上|工业|产业|投资|规模|单体|招商|在建){0,3}(?:企业|项目|工业|产业|工程|合同|采购"
    r"|贫困|班线|线路|客车|货车|园区|基地|平台|单位|机组|电站|自然村|场所|门店|商圈|楼宇)"
)
_OUT_OF = re.compile(rf"分之([{CHINESE}]{{1,9}}|\d+(?:\.\d+)?)")
_TENTHS_END = re.compile(r"$|[^\u4e00-\u9fff]|[的多以左]")
_CLASS_OF = re.compile("的(?!基础)|[级大]")
_SECOND = re.compile(rf"({_TO})(\d+(?:\.\d+)?)")
_CHAIN = re.compile(r"\s?[、和及与或,，]\s?(\d+(?:\.\d+)?)")
_RATIO = re.compile(r"\d+(?:\.\d+)?(?:\s?[:：∶︰比]\s?\d+(?:\.\d+)?)+")
_RANKED = re.compile(
    r"(?:排名?|[位名]?列|居|升[至到]|获|评|取得|位[次于]|保持|增[速幅]|总[分量]|全[国省市区县州盟旗]|世界|全球|[国省市州]内|同类|进入|跻身|综合|得分|连续)"
)
_RANK_END = re.compile(r"\s?([名位])?(?=$|[^\u4e00-\u9fff]|的|和|与|及|并|，)")
_LASTING = re.compile(
    r"(?:连续|延长|缩短|提前|长达?|[达为至满]|超过?|不少于|不低于|历时|寿命|[龄限期]|坚持|持续|免费|累计)(?:了|到|近)?$"
)
_PERIOD = re.compile(
    r"(?:多|左右)?(?:来|间|以来|行动|规划|计划|攻坚|目标|任务|滚动|期|内|时间|制|一遇|前|后)"
)
_AGE_CLASS = re.compile(r"(?:周岁|岁)(?:及?以[上下]|以内|[-—~至到])")
_BARE = re.compile(
    r"(?:[为达至到居计约近超过]|得分|评分|总分|分数|指数|系数|人数|总数|[数率量额比]为?[:：]?|平均)\s?$"
)
_NOT_NOUN = "区强号级代维版型线弄街时点届周星甲道等的之与和及或、年月日度以性元化世国"
_DRIVEN = re.compile(
    r"(?:缩短|压缩|压减|提前|降|减|[至为到]|不超过|限时|承诺|延长|用时|历时|耗时|[减降缩]少?了?)$"
)
_COUNTABLE = re.compile(
    r"[^，,。；;、：:！\d]{0,10}?(?:社区|街道|乡镇|县区|区县|县市|村|部门|单位|项目|制度|文件|办法|小组|平台|基地|园区|试点"
    r"|窗口|企业|机构|站点|专班|案[件例]|事项|指标|公园|学校|医院|小区|工作日|月|小时|百分点|规章|法规|标准|课题|法庭"
    r"|公路|铁路|道路|河[流道]|线路|生产线|断头路|检查组|督[查导]组|工作组|党支部|提案|议案)"
)
_LISTED = re.compile(r"(?:等|、[^，,。；;”\"的]{1,8})$")
_SLOGAN_NEXT = re.compile(
    rf"[联融共合同并互{CHINESE}]|产业|分配|创业|供水|元|一体|班子|工程|建设|机制|(?:民生)?实事"
)
_END = re.compile(r"$|[\s，,。；;、：:！!？?)）]")
_ZERO = re.compile(r"无一([件起例人宗次家户名项份])")


@functools.cache
def read_units() -> dict[str, _Unit]:
    """Read the measure words of data/units.csv, by the word as printed (Latin units in lower case)."""
    path = resources.files("toolkit") / "data" / "units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["unit"]: _Unit(row["canonical"], row["kind"], row["after_chinese"], row["not_before"])
        for row in rows
    }


@functools.cache
def _unit_lengths() -> dict[str, tuple[int, ...]]:
    """Lengths of the units that begin with a character, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in read_units():
        lengths.setdefault(name[0], set()).add(len(name))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


@functools.cache
def _followers() -> frozenset[str]:
    """Characters that may follow a Chinese numeral where it states an amount."""
    return frozenset(_unit_lengths()) | frozenset("分成番倍余多几 ")


def _unit_at(text: str, at: int) -> tuple[_Unit | None, int]:
    """Find the longest measure word that stands at a position, and where it ends."""
    first = text[at : at + 1]
    lengths = _unit_lengths().get(first) or _unit_lengths().get(first.lower(), ())
    units = read_units()
    for length in lengths:
        word = text[at : at + length].replace("（", "(").replace("）", ")")
        unit = units.get(word) or (units.get(word.lower()) if first.isascii() else None)
        after = text[at + length : at + length + 1]
        if unit and (not after or after not in unit.not_before):
            if first.isascii() and first.isalpha() and after.isascii() and after.isalpha():
                continue
            return unit, at + length
    return None, at


def _tail(text: str, at: int) -> _Tail:
    """Read magnitude, unit and approximation after the digits that end at a position."""
    unit, end = _unit_at(text, at)
    factor, approx = 1.0, "exact"
    if unit is None:
        match = _MAGNITUDE.match(text, at)
        more, marks, more_after, plus = match.groups()
        factor = multiplier(marks) if marks else 1.0
        approx = "over" if more or more_after or plus else "exact"
        unit, end = _unit_at(text, match.end())
        if unit is None:
            end = match.start() + len(match.group().rstrip()) if marks or approx == "over" else at
    if (
        unit is not None
        and text[end : end + 1] in ("余", "多", "+")
        and text[end : end + 2] not in ("多元", "多种")
    ):
        more_unit, more_end = _unit_at(text, end + 1) if unit.name == "个" else (None, end + 1)
        unit, end, approx = more_unit or unit, more_end, "over"
    if unit is not None and text[end : end + 1] == "/" and (per := _PER.match(text, end)):
        unit, end = _Unit(unit.name + per.group(), "other", "never", ""), per.end()
    after = _AFTER.match(text, end)
    if after and (unit is not None or approx == "over" or factor > 1):
        approx, end = after.lastgroup, after.end()
    return _Tail(end, factor, unit, approx)


def _approx(text: str, start: int, tail: str) -> str:
    """Let a word before the number (近, 超过, 不少于) decide where nothing after it does."""
    if tail != "exact":
        return tail
    before = _BEFORE_ENDS.search(text, max(0, start - 4), start)
    return before.lastgroup if before else "exact"


def _quantity(text: str, start: int, end: int, value: float, unit: _Unit, approx: str, rule: str) -> Quantity:
    """Assemble a quantity; approximation may also stand before it; a broken count (0.02次) is a mean."""
    approx = _approx(text, start, approx)
    kind = "other" if unit.kind == "count" and value % 1 else unit.kind
    return Quantity(start, end, text[start:end], value, unit.name, approx, kind, rule)


def _rank(text: str, start: int, end: int, value: float) -> Quantity | str:
    """Decide 第N: a rank where the clause ranks and nothing is numbered, otherwise an ordinal."""
    match = _RANK_END.match(text, end)
    begin = max(0, start - 24)
    if math.isnan(value) or not match or not _RANKED.search(text, begin, start - 1):
        return "ordinal"
    approx = "at_most" if text[start - 1] == "前" else "exact"
    unit = _Unit(match[1] or "名", "rank", "", "")
    return _quantity(text, start - 1, match.end(1) if match[1] else end, value, unit, approx, "rank")


def _arabic(text: str, start: int, end: int) -> list[Quantity] | str:
    """Decide a run of Arabic digits."""
    before = text[start - 1] if start else "\n"
    if before in "第前":
        rank = _rank(text, start, end, _number(text[start:end]))
        if (not isinstance(rank, str) and text[end : end + 1] != "%") or before == "第":
            return rank if isinstance(rank, str) else [rank]
    if not "\u4e00" <= before <= "\u9fff":
        if _DOC_NUMBER.match(text, start):
            return "doc_number"
        if _FURNITURE.search(text, max(0, start - 10), start):
            return "furniture"
    named = _NAMED.match(text, start)
    if named:
        return named.lastgroup
    if before in "\n\r\u3000 。；;：:(（" and _MARKER.match(text, start):
        return "heading_marker"
    if before == "每":
        return "rate_base"
    if before in "+＋":
        return "named_structure"
    if before in ".·•-_/@" and text[start - 2 : start - 1].isalnum():
        return "identifier"
    return _amount(text, start, end)


@functools.lru_cache(maxsize=8)
def _wide_commas(text: str) -> bool:
    """Ask whether a text writes its clause commas full-width, so that `,` between digits groups thousands."""
    return text.count("，") > text.count(",") / 2


def _number(digits: str) -> float:
    """Read Arabic digits; NaN for a run that is no number (2021.02.18, or longer than any amount)."""
    return float(digits) if digits.count(".") < 2 and len(digits) <= 20 else math.nan


def _amount(text: str, start: int, end: int) -> list[Quantity] | str:
    """Read an Arabic number as an amount: ratio, range, number with unit, or number with a bare noun."""
    before = text[start - 1 : start]
    grouped = _GROUPS.match(text, end) if end - start < 4 and text[end : end + 1] == "," else None
    if grouped and _wide_commas(text):
        end = grouped.end()
    value, tail = _number(text[start:end].replace(",", "")), _tail(text, end)
    if math.isnan(value):
        return "identifier"
    if before.isascii() and before.isalpha() and not (tail.unit and text[start - 3 : start].isalpha()):
        return "code_in_name"
    if text[end : end + 1] == "/" and (part := _FRACTION.match(text, start)):
        top, bottom = (int(digits) for digits in part.group().split("/"))
        if top < bottom:
            unit = _SHARE
            return [_quantity(text, start, part.end(), top / bottom, unit, "exact", "fraction")]
    if text[end : end + 1] in ":：∶︰比" and end < len(text):
        ratio = _RATIO.match(text, start)
        if ratio and not re.search(r"(?:19|20)\d\d$", ratio.group()):
            first, second, *more = re.split(r"\s?[:：∶︰比]\s?", ratio.group())
            share = math.nan if more or not float(second) else float(first) / float(second)
            return [_quantity(text, start, ratio.end(), share, _SHARE, "exact", "ratio")]
    if text[end : end + 1] == "成" and value < 10 and (tenths := _fraction(text, start, end, value)):
        return [tenths]
    if tail.unit is None and not (tail.factor > 1 or tail.approx == "over"):
        second = _SECOND.match(text, end)
        if second:
            return _range(text, start, end, second)
    if tail.unit is None:
        return _without_unit(text, start, end, value, tail)
    reason = _not_an_amount(text, start, end, tail)
    if reason:
        return reason
    if (
        text[start - 1 : start] in "-－−"
        and start > 1
        and not text[start - 2].isdigit()
        and tail.unit.name == "%"
    ):
        start, value = start - 1, -value
    return [_quantity(text, start, tail.end, _scaled(value, tail), tail.unit, tail.approx, "number and unit")]


def _scaled(value: float, tail: _Tail) -> float:
    """Multiply without the dust of binary fractions: 1547.16万 is 15471600."""
    return round(value * tail.factor, 6) if tail.factor > 1 else value


def _range(text: str, start: int, end: int, second: re.Match) -> list[Quantity] | str:
    """Read 3至5个 as two quantities on one span: the lower and the upper bound."""
    named = _NAMED.match(text, second.start(2))
    if named:
        return named.lastgroup
    low, high, tail = _number(text[start:end]), _number(second[2]), _tail(text, second.end())
    if tail.unit and tail.unit.name in ("岁", "周岁"):
        return "class_limit"
    if low >= high or (tail.unit is None and tail.factor == 1):
        return "identifier"
    reason = _not_an_amount(text, start, second.end(), tail) if tail.unit else ""
    if reason:
        return reason
    unit = tail.unit or _NO_UNIT
    return [
        Quantity(
            start,
            tail.end,
            text[start : tail.end],
            _scaled(low, tail),
            unit.name,
            "at_least",
            unit.kind,
            "range",
        ),
        Quantity(
            start,
            tail.end,
            text[start : tail.end],
            _scaled(high, tail),
            unit.name,
            "at_most",
            unit.kind,
            "range",
        ),
    ]


def _not_an_amount(text: str, start: int, end: int, tail: _Tail) -> str:
    """Name the reason why a number with a unit is no amount of the reporter's; empty where it is one."""
    unit, after = tail.unit.name, tail.end
    if unit == "年" and (_PERIOD.match(text, end + 1) or not _LASTING.search(text, max(0, start - 5), start)):
        return "period"
    if unit in ("岁", "周岁") and (_AGE_CLASS.match(text, end) or text[start - 1] in "-–—－~～至"):
        return "class_limit"
    limited = tail.approx in ("at_least", "at_most")
    if limited and (tail.unit.kind == "money" or "及以" in text[end:after]) and _CLASS.match(text, after):
        return "class_limit"
    if unit == "英寸":
        return "code_in_name"
    if unit == "期" and text[after : after + 2] in ("工程", "项目", "建设", "主体", "用地", "地块", "厂房"):
        return "ordinal"
    if unit in ("类", "种", "方面", "环节", "大类", "领域") and text[start - 1 : start] == "等":
        return "named_structure"
    if unit in ("米", "公里") and text[start - 2 : start] == "最后":
        return "lexicalised"
    return ""


def _without_unit(text: str, start: int, end: int, value: float, tail: _Tail) -> list[Quantity] | str:
    """Decide a number without a measure word: chained to one that has it, before a noun, or no amount."""
    at = end
    for _ in range(12):
        chained = _CHAIN.match(text, at)
        if not chained or tail.factor > 1 or tail.approx == "over":
            break
        if _NAMED.match(text, chained.start(1)):
            return _NAMED.match(text, chained.start(1)).lastgroup
        at = chained.end()
        shared = _tail(text, at)
        if shared.unit is not None:
            return [_quantity(text, start, end, _scaled(value, shared), shared.unit, "exact", "chained")]
    marked = tail.factor > 1 or tail.approx == "over"
    if not marked and 1900 <= value <= 2060 and value == int(value) and end - start == 4:
        return "year"
    after = text[tail.end : tail.end + 1]
    if marked and after == "级":
        return "class_limit"
    noun = "\u4e00" <= after <= "\u9fff" and after not in _NOT_NOUN
    if (after.isascii() and after.isalpha()) or (noun and value % 1 and not marked):
        return "code_in_name"
    counted = "\u4e00" <= text[start - 1 : start] <= "\u9fff" and _COUNTED.match(text, end)
    if marked or noun or counted or _BARE.search(text, max(0, start - 4), start):
        kind = _NO_UNIT if noun or marked or counted else _SHARE
        rule = "number and noun" if noun else "number without unit"
        return [_quantity(text, start, tail.end, _scaled(value, tail), kind, tail.approx, rule)]
    return "identifier"


def _chinese(text: str, start: int, end: int) -> list[Quantity] | str:
    """Decide a run of Chinese numerals; the default is that it belongs to a word, a name or a heading."""
    before, numeral = text[start - 1 : start], text[start:end]
    if before in ("第", "前"):
        rank = _rank(text, start, end, read_chinese(numeral))
        return rank if isinstance(rank, str) else [rank]
    if text[end : end + 1] not in _followers() and before != "无":
        return ""
    value = read_chinese(numeral)
    part = _fraction(text, start, end, value)
    if part:
        return [part]
    zero = _ZERO.match(text, start - 1) if before == "无" else None
    if zero:
        unit = _Unit(zero[1], "count", "", "")
        return [Quantity(start - 1, zero.end(), zero.group(), 0.0, unit.name, "exact", unit.kind, "none of")]
    tail = _tail(text, end)
    if before in ("数", "几") and numeral[0] in "十百千万亿":
        start, value = start - 1, math.nan
    elif (
        numeral[0] in "百千万亿"
        and tail.approx != "over"
        and before not in ("近", "超", "逾", "上", "过", "破")
    ):
        return ""
    if tail.unit is None or (math.isnan(value) and text[start] not in "数几"):
        return ""
    if not _chinese_amount(text, start, end, numeral, tail):
        return ""
    if numeral[0] in "百千万亿" and _CLASS_OF.match(text, tail.end):
        return "class_limit"
    if reason := _not_an_amount(text, start, end, tail):
        return reason
    approx = "about" if math.isnan(value) or before == "上" else tail.approx
    return [_quantity(text, start, tail.end, value * tail.factor, tail.unit, approx, "chinese numeral")]


def _fraction(text: str, start: int, end: int, value: float) -> Quantity | None:
    """Read 百分之三十, 三分之一, 六成, 三倍 and 翻两番."""
    before, after, stop = text[start - 1 : start], text[end : end + 1], end + 1
    unit = _PERCENT
    if after == "分" and (part := _OUT_OF.match(text, end)) and value:
        top = _number(part[1]) if part[1][0].isdigit() else read_chinese(part[1])
        unit = _PERCENT if value == 100 else _SHARE
        value, stop = (top if value == 100 else top / value), part.end()
    elif after == "番" and before == "翻":
        return _quantity(text, start - 1, stop, 2.0**value, _TIMES, "exact", "fraction")
    elif after == "倍" and before != "成":
        unit = _TIMES
    elif after == "成" and 2 <= value <= 9 and _TENTHS_END.match(text, stop):
        value *= 10
    else:
        return None
    more = text[stop : stop + 1] == "多"
    limit = _AFTER.match(text, stop)
    approx, stop = (
        (limit.lastgroup, limit.end()) if limit else ("over", stop + 1) if more else ("exact", stop)
    )
    return _quantity(text, start, stop, value, unit, approx, "fraction")


def _chinese_amount(text: str, start: int, end: int, numeral: str, tail: _Tail) -> bool:
    """Ask the grammar whether a Chinese numeral and its classifier count something."""
    before, unit = text[start - 1 : start], tail.unit
    limited = tail.approx in ("at_most", "at_least") or tail.approx == "over"
    if (
        (before and before in "这那每某其首头同唯统之届")
        or numeral in "二零〇"
        or unit.after_chinese == "never"
    ):
        return False
    if unit.name == "期" or (unit.name == "次" and _MEETING.match(text, tail.end)):
        return False
    if unit.after_chinese == "limit":
        return limited or bool(_DRIVEN.search(text, max(0, start - 3), start))
    at_end = bool(_END.match(text, tail.end)) and "\u4e00" <= before <= "\u9fff"
    if numeral == "一":
        return limited or (
            unit.after_chinese == "yes" and at_end and before not in "每年月周季度上任唯另有下新后在到决落漏"
        )
    if _SLOGAN_NEXT.match(text, tail.end):
        return False
    if unit.after_chinese == "yes":
        return True
    listed = _LISTED.search(text, max(0, start - 10), start)
    countable = unit.name not in ("项", "条", "类", "种") and _COUNTABLE.match(text, tail.end)
    at_end = at_end and unit.name != "条"
    return not listed and (at_end or bool(countable) or tail.approx == "over")


def _regions(text: str) -> Iterator[tuple[int, int, list[Quantity] | str]]:
    """Walk the text once: each stretch that was decided, with its quantities or its reason."""
    at = 0
    for found in _SCAN.finditer(text):
        start, end = found.span()
        if start < at:
            continue
        first = text[start]
        if first == "《":
            decided = "in_title"
        elif first in '“"‘「':
            decided = "quoted"
        elif "0" <= first <= "9":
            decided = _arabic(text, start, end)
            if not decided or isinstance(decided, str):
                region = _NAMED.match(text, start) or _DOC_NUMBER.match(text, start)
                end = max(end, region.end()) if region and decided != "ordinal" else end
        else:
            decided = _chinese(text, start, end)
        if not isinstance(decided, str):
            end = max(end, decided[-1].end)
        at = end
        yield start, end, decided


_WHY = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("party_congress", "(?:十[一二三四五六七八九]|二十[一二]?)[大届]|[一二三四五六七]中(?=全会|、|和)"),
        (
            "plan_name",
            '(?:十[一二三四五六]|[一二三四五六七八九])五(?=[”"]?(?:普|规划|时期|期间|末|开局|收官))',
        ),
        (
            "heading_marker",
            rf"(?m:^\s*)[{CHINESE}]+(?=[、是要.])|[(（][{CHINESE}]+(?=[)）])|(?<=[：:；;。])[{CHINESE}]+(?=[是要]|、)",
        ),
        (
            "political_formula",
            "[两三四五六七八九十](?:个(?:意识|自信|维护|确立|全面|必须|坚持|明确|结合|务必|区分|健康|毫不|一百年|革命)|位一体)",
        ),
        ("date", f"[〇零一二三四五六七八九]{{4}}年|[{CHINESE}]+月(?=[{CHINESE}份底初中])"),
        ("ordinal", f"[第首][{CHINESE}]+"),
        ("named_service", "一对一|一门式|一站式"),
        (
            "named_mechanism",
            "一[网窗件枚村社户把]|一次(?=办|告知|检查|性)|[一二三四五六]级深度|[两三]项制度|一公开|零(?=费用|距离|跑|次)",
        ),
        (
            "lexicalised",
            "进一步|[统同单唯专逐万之]一|一[些批定律系样旦致直般流线体同起切贯带度半心盘支步]|[上下大][半]|千方百计|百姓|万众",
        ),
        ("named_structure", f"[两二三四五六七八九十百千双][^，,。；;、{CHINESE}]{{1,3}}"),
    )
)


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
    rows = []
    for start, end, decided in _regions(twin):
        for run in _RUN.finditer(twin, start, end):
            reason = "fact" if not isinstance(decided, str) else decided
            if reason in ("", "quoted"):
                named = _NAMED.match(twin, run.start())
                reason = (
                    named.lastgroup
                    if named
                    else _why(twin, run.start(), run.end())
                    or ("named_mechanism" if decided else "lexicalised")
                )
            rows.append(Decision(run.start(), run.end(), text[run.start() : run.end()], reason))
    return rows


def _why(text: str, start: int, end: int) -> str:
    """Name the word, name or marker that a numeral belongs to."""
    for reason, pattern in _WHY:
        for match in pattern.finditer(text, max(0, start - 8), end + 12):
            if match.start() <= start < match.end():
                return reason
    return ""


def find_quantities(text: str, sentences: list[tuple] | None = None) -> list[Quantity]:
    """Find every quantity of a text.

    Parameters
    ----------
    text
        Any text; it is read as it stands, full-width digits included.
    sentences
        Rows of the sentences table without doc_id. Where given, what crosses a sentence end is left out.

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
        found = [q._replace(surface=text[q.start : q.end]) for q in found]
    if sentences:
        starts = {row[4] for row in sentences}
        found = [q for q in found if not any(edge in starts for edge in range(q.start + 1, q.end))]
    return found
