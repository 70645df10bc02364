"""What a quantity counts, who did it, in which capacity and when: facts from quantities and sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from toolkit.indicators.catalogue import match_indicator
from toolkit.indicators.implied import find_implied
from toolkit.indicators.quantities import Quantity, find_quantities
from toolkit.schemas import FACTS

_CUT = re.compile(r"[，,；;：:。！!？?\n]")
_LINK = re.compile(r"[\s、,，和及与或以]*(?:以及|并)?$")
_LEAD = re.compile(
    r"(?:[\s、,，且而也又则仍(（)）”\"]|和(?![解谐平])|及(?![时格])|与(?!会)|并(?![联购网轨])|还(?![建款贷迁田清原])|共(?![同建享治青产用])"
    r"|已(?!婚)|均(?![衡等线匀])|就(?![业近医学诊读餐])|以(?![上下旧工])|以及|其中|同时|此外|另外?|还有|因为|包括|共计|合计|总计|累计|目前"
    r"|现(?:已|有|共|在)|[一二三四五六七八九十]{1,3}[是要]|[一二三四五六七八九十]+[、)）]|\d{1,2}[.、]"
    r"|截[至止][^，,。]{0,8}?(?:目前|底|末|月|日|年)|(?:今|去|当|上)年(?:以来|度)?|(?:19|20)\d\d年?(?:度|底|末)?(?:以来|来)?"
    r"|\d{1,2}月份?|\d{1,2}[日号]|[上下]半年|年内|全年|一年来|近?[两三五0-9]+年来?|期间|首次|成功|分别)+"
)
_TRAIL = re.compile(
    r"(?:[\s“\"(（了超逾已是仅从由]|(?<![公])共|(?<![附邻])近|(?<!甚)至|(?<![收得达遇感接])到|(?<![传下])达|(?<![行成作])为|(?<!平)均"
    r"|(?<![节签履预违合条公契])约|达到|超过|突破|不少于|不低于|不超过|至少|高达|共计|合计|总计|累计|(?:19|20)\d\d年"
    r"|总数|共有|现有|分别|其中|因为|接近|大约|保持在|稳定在|控制在|位居|排名|位列)+$"
)
_VERBS = (
    "责令履行|确认违法|共收到|收到|受理|审结|办结|办理|处理|处置|化解|调解|调处|维持|驳回|撤销|变更|撤回|终止|败诉|胜诉|结案|立案"
    "|开展|组织|举办|召开|制定|印发|出台|修订|废止|清理|审查|审核|备案|报备|出具|提出|提供|发放|发布|公布|公示|公开|推送|制作"
    "|梳理|承接|下放|取消|保留|新增|新建|建成|建立|设立|成立|创建|打造|完成|实现|推进|查处|查办|移送|移交|抽查|检查|排查|整改"
    "|培训|培养|培育|选聘|聘请|遴选|配备|配置|组建|引进|落户|投入|安排|筹集|减免|追回|拨付|走访|接待|解决|回复|答复|采纳|覆盖"
    "|惠及|受益|参加|参与|辞退|问责|处罚|纠正|录入|挂接|关停|竣工|供应|开工|改造|整治|拆除|清除|释放|加固|发现|收集|下达|发出"
    "|下发|拟定|征集|评查|应诉|出庭|颁发|换发|认领|编制|产生|归集|归口|更新|上线|运行|签订|签约|核发|安装"
)
_VERB_START = re.compile(f"(?:{_VERBS})+了?")
_RATE = r"(?:按时|按期|及时|出庭|综合|平均)?[^，,。；;、]{0,2}率"
_BARE = re.compile(
    rf"(?:(?:{_RATE}和(?:基本)?)?{_RATE}|[^，,。；;]{{0,4}}(?:占比|压缩比|度|[增降涨]幅|增速)"
    r"|总[量数额值]|余额|面积|金额|人数|数量|规模|比重"
    r"|(?:同比|环比|同期|同口径|可比口径|按?可比价格?(?:计算)?|年均|实际|名义|比?上年|较[^，,。]{0,4})*"
    r"(?:增长|增加|下降|减少|提高|降低|提升|上升|回落|上涨|缩短|压缩|[增减降])?)$"
)
_CHANGE = re.compile(
    r"(?:增长|增幅|增速|下降|降低|降幅|提高|提升|上升|减少|增加|压减|压缩|缩短|提速|回落|扩大|上涨|涨幅|下滑|收窄|缩减|净增|(?<!新)增|[减降高低快]|年均)"
    r"(?:率|幅度?|了|约|近|超过?|逾|达到?|为|分别|均|不低于|不少于|时间|预计|也){0,3}\s?$"
)
_BASE = re.compile(r"(?:由|从)[^，,；;。]{0,40}$")
_COMPARED = re.compile(r"(?:较|比|相比)[^，,。；;]{0,12}$")
_ROSE_FROM = re.compile(r"(?:净|共|同比|大幅|分别)?[增减升降提翻缩]")
_ROSE = re.compile(
    r"[^，,；;。\d]{0,10}?(?:增|减|降|提|升|压|缩|扩|调整|优化|整合|合并|变|发展|下放|延长|改)[^，,；;。\d]{0,3}?[到至为成]"
)
_PREDICATE = re.compile(
    r"(?:参与|参加|报名|均|已|全部|分别|用于|通过|获(?!奖)|被(?![征拆害执])|在(?![校编职建岗册园线库外])|进行|落户|纳入|完成|正在"
    r"|未(?!成年|来)|无(?!人机|障碍|线|偿|公害|党)|采用|诉|因(?!素)|得到|达(?!标)|超(?![高大市声级算])|占(?!地)|优化|整合|合并|位居|配备|实现"
    r"|接受|开展|办结|竣工|开工|投入|建成(?!区)|投产|动工|签订|到(?!期)|由|予以|按|经(?![营济费理贸典])|仍|都(?!市)|全面|顺利"
    r"|提前|陆续|相继|稳步|先后|以上|免费|大关|中(?![小心医央学国介型药试级层队部标共外期欧高长东西])|支持|帮助|带动|推动|促进|惠及)"
)
_SHARED = re.compile(
    r"(?:配备|实现|完成|参加|参与|接受|纳入|建立|达到|通过|落实|开展|获|建成|投入|开工|竣工)[^、]*$"
)
_STOCK = re.compile(r"总数|保有量|库存|存量(?!”)|现有|共有|拥有|余额|在册|在园|在校|现行有效|累计达")
_MEAN = re.compile(r"平均|人均|户均|次均|件均|均值|日均|月均|年均|均为?$")
_QUALIFIER = re.compile(
    r"[累同环平人年其新首第全共另总按预力不分较](?:(?<=累)计|(?<=[同环])比|(?<=平)均|(?<=人)均|(?<=年)均|(?<=其)中|(?<=新)增"
    r"|(?<=首)批|(?<=第)一批|(?<=全)年|(?<=总)数|(?<=按)时|(?<=预)计|(?<=力)争|(?<=不)含|(?<=分)别|(?<=较)上年|(?<=另)外?|(?<=共)(?<!公共)计?)"
)
# Each of the next patterns begins with a set of characters, so that a scan skips all else.
_ACTOR = re.compile(
    r"[全我各省市县区州本公司法检](?:(?<![\u4e00-\u9fff“].)|(?<=[年来前度月底日由对是].))"
    r"(?:(?<=全)[国省市县区州盟旗镇乡]|(?<=我)[省市县区州]|(?<=[省市县区州])(?:本级|(?:人民)?政府|市场监管局|司法局|公安局|法院)"
    r"|(?<=各)(?:级|地|乡镇|县区|区县|部门|单位|街道|镇街?|执法单位)|(?<=本)(?:级(?:人民)?政府|[局委办]|机关)"
    r"|(?<=公)安(?:局|机关)|(?<=司)法局|(?<=法)院|(?<=检)察院)"
)
_WHOLE = ("全", "我", "各")
_PERIOD = re.compile(
    r"[12去上过今本全十五53三](?:(?<=[12])(?<![含《〔].)(?P<year>\d{3})\s?年(?:\s?(?P<month>\d{1,2})\s?月|(?P<half>上半年))?"
    r"|(?P<last>(?<=去)年|(?<=上)年|(?<=过)去一年)(?!同期|相比|末)|(?P<this>(?<=今)年|(?<=本)年度?|(?<=全)年)"
    r"|(?<=十)(?P<plan>[二三四五])五”?(?:时期|期间|以来)|(?P<many>(?<=[五53三])年来)|(?P<part>(?<=上)半年))"
)
_PLANS = {"二": 2011, "三": 2016, "四": 2021, "五": 2026}
_ANCHOR = re.compile(
    r"[行应人法仲规重矛信热](?:(?<=行)政(?:复议|执法|应诉|诉讼)|(?<=应)诉|(?<=人)民调解|(?<=法)律援助|(?<=仲)裁"
    r"|(?<=规)范性文件|(?<=重)大行政决策|(?<=矛)盾纠纷|(?<=信)访|(?<=热)线)"
)
_SAME = re.compile(r"同比|环比|较上年|比上年|同口径|年均")
_TITLE = re.compile(r"》(?:的?(?:通知|要求|规定|意见|精神)(?:[(（][^()（）]*[)）])?|[(（][^()（）]*[)）])")
_WHOLE_NOUN = frozenset("度率量额值数比积力耗收入出费润口产价")
_OPENS = re.compile(
    r"约?占|相当于|超(?:额|年度|计划|目标)|[跃稳均]?居(?![民家住委])|位居|位列|排名|列[全第]|创[历下近新]|高于|低于"
    r"|比(?![赛例亚重])|较|达历史|(?:总量|增速|增幅|数量|总数|总投资)(?=.{0,8}$)"
)
_TIER = re.compile(r"(?<=级)[^级、和及与]+$")
_MEASURED = re.compile(
    r"(?:(?:零售|交易|销售|营业|成交|贷款|投资|进出?口|出口)额?|(?:增加|总?产)值|产量|销量|收入|支出|人数|数量|警情|案件|时限|浓度"
    r"|面积|比重|占比|可支配收入|总额)$"
)
_CLOSE = re.compile("[)）]")
_SPLIT = re.compile(r"[、和与及]")


class _Place(NamedTuple):
    """Where a quantity stands: the text before and after it in its clause, and its link to the last."""

    raw: str
    after: str
    linked: bool
    shared: str
    between: str
    clause: str


class _Reading(NamedTuple):
    """What a quantity counts: phrase, head noun for those that follow, rule and whether it is certain."""

    phrase: str
    topic: str
    rule: str
    certain: bool


def _place(
    text: str, low: int, quantity: Quantity, prior: Quantity | None, following: Quantity | None, high: int
) -> _Place:
    """Cut out the clause around a quantity, up to its neighbours."""
    until = following.start if following else high
    begin = max(low, prior.end) if prior else low
    between = text[begin : quantity.start]
    cuts = [m.end() for m in _CUT.finditer(between)][-2:]
    raw = between[cuts[-1] :] if cuts else between
    clause = between[cuts[-2] if len(cuts) > 1 else 0 : cuts[-1] - 1] if cuts else ""
    stop = _CUT.search(text, quantity.end, high)
    stop = stop.start() if stop else high
    after = text[quantity.end : min(stop, until)]
    if after == "共" and following:
        after = text[following.end : stop]
    open_list = after.endswith(("、", "和", "及", "与"))
    shared = _TIER if open_list and after.rstrip("、和及与").endswith("级") else _SHARED
    predicate = shared.search(text, until, stop) if open_list else None
    linked = bool(prior and _LINK.fullmatch(between))
    return _Place(
        raw[-60:], after[:60], linked, predicate.group() if predicate else "", between, clause[-40:]
    )


def _clean(raw: str) -> str:
    """Drop adverbs, dates, approximators and rests of a title around what is counted."""
    title = _TITLE.search(raw)
    raw = raw[title.end() :] if title and title.end() < len(raw) else raw
    for close, opening in (("》", "《"), (")", "("), ("）", "（")):
        if close in raw and opening not in raw[: raw.rindex(close)]:
            raw = raw[raw.rindex(close) + 1 :] or raw
    lead = _LEAD.match(raw)
    raw = raw[lead.end() :] if lead else raw
    trail = _TRAIL.search(raw, max(0, len(raw) - 14))
    return raw[: trail.start()] if trail else raw


def _head(phrase: str) -> str:
    """Drop the verb that opens a phrase: 受理行政复议申请 is about 行政复议申请."""
    verb = _VERB_START.match(phrase)
    rest = phrase[verb.end() :] if verb else ""
    return phrase if not rest or rest[0] in "、和并后等及" else rest


def _read(place: _Place, quantity: Quantity, topic: str, previous: str) -> _Reading:
    """Say what a quantity counts, from the grammar of its clause."""
    before, after = _clean(place.raw), place.after.strip(' 　、和及与了”"）)')
    closed = not place.after or place.after[0] in "、，和及与(（)）”" or bool(_rises(place))
    noun_after = after and not closed and not _PREDICATE.match(after)
    if quantity.kind == "percent" or quantity.kind == "rank":
        free = after.startswith("的") or before.endswith(("完成", "实现"))
        noun_after = noun_after and free and quantity.kind == "percent"
    if place.linked and not before and previous and (closed or not after or not place.between):
        return _Reading(previous, topic, "parallel", True)
    if _COMPARED.match(before) and _ROSE_FROM.match(after) and previous:
        return _Reading(previous, topic, "base of comparison", True)
    if noun_after and not _owns(before):
        return _after(before, after)
    if _BARE.fullmatch(before) or _VERB_START.fullmatch(before):
        return _carried(place, before, "" if closed else after, topic, previous)
    if _OPENS.match(before) and (previous or topic):
        return _Reading(f"({previous or topic}){before}", topic, "carried subject", bool(previous))
    verbal = _PREDICATE.match(after) and not closed and after[0] != "中"
    verbal = verbal and (quantity.kind == "duration" or not _VERB_START.match(before))
    head = "" if quantity.kind == "percent" else _head(before)
    return _Reading(f"{before} {after[:30]}" if verbal else before, head, "noun before", True)


def _rises(place: _Place) -> bool:
    """Ask whether the number is the first of 由X提高到Y."""
    return bool(_BASE.search(place.raw) and _ROSE.match(place.after))


def _owns(before: str) -> bool:
    """Ask whether the words before a number are a noun that it counts, and no verb waiting for its object."""
    return False if not before else before.endswith(("数", "率", "量", "额", "值", "总数"))


def _after(before: str, after: str) -> _Reading:
    """Read a number that stands before its noun: 开展3次全区执法人员业务培训."""
    noun = after.lstrip("的")
    verb = _PREDICATE.search(noun, 2)
    head = noun[: verb.start()] if verb else noun
    lead = before[-24:]
    return _Reading(f"{lead}{noun[:40]}", head.rstrip("、和及与的") or noun, "noun after", True)


def _carried(place: _Place, before: str, after: str, topic: str, previous: str) -> _Reading:
    """Read a bare verb, rate or change with the subject of what came before."""
    changes = bool(before) and bool(_CHANGE.search(before)) and not before.endswith("率")
    if changes and previous:
        return _Reading(previous + before, topic, "carried change", True)
    if not before and not after:
        return _Reading(previous or place.clause, topic or place.clause, "carried subject", bool(previous))
    own = topic or _head(_clean(place.clause))
    bare = before or after[:30]
    certain = bool(topic) and bool(bare)
    return _Reading(
        f"({own}){bare}" if own else bare or place.clause, own or bare, "carried subject", certain
    )


def _shared(place: _Place, count: int) -> list[str]:
    """Split a coordinated subject for 分别: 企业核准、备案类项目办理时限 has two members with one head."""
    subject, _, verb = place.raw.partition("分别")
    subject = _clean(subject)
    items = [item for item in _SPLIT.split(subject) if item]
    if len(items) < count or count < 2:
        return []
    items = items[-count:]
    first, last = items[0], items[-1]
    verb = _clean(verb)
    if first[-1:] == last[-1:] or first[-1:] in _WHOLE_NOUN:
        longer = first[-1:] == last[-1:] and len(first) > len(last)
        lead = first[: len(first) - len(last)] if longer else ""
        return [first + verb, *(lead + item + verb for item in items[1:])]
    same, measure = last.find(first[-2:]), _MEASURED.search(last)
    head = last.partition("”")[2] or (last[same + 2 :] if same >= 0 else "")
    head = head or (measure.group() if measure else last[min(2, len(first)) :])
    return [*(item + head + verb for item in items[:-1]), last + verb]


def _several(place: _Place, reading: _Reading) -> list[str]:
    """Name the facts that lie on one number: 受理率、办结率均为100% states two."""
    subject, both, _ = place.raw.partition("均")
    items = [item for item in _SPLIT.split(_clean(subject)) if item] if both else []
    ends = {item[-1] for item in items}
    if len(items) < 2 or len(ends) > 1 or not ends <= set("率度量额比数"):
        return [reading.phrase]
    return [f"({reading.topic}){item}" if len(item) < 4 and reading.topic else item for item in items]


def _statistic(place: _Place, quantity: Quantity) -> str:
    """Tell level from change, mean, stock and base."""
    near = place.raw[-14:]
    if _rises(place) or (_COMPARED.match(place.raw) and _ROSE_FROM.match(place.after)):
        return "base"
    if quantity.kind == "percentage_point" or (quantity.kind != "rank" and _CHANGE.search(near)):
        return "change"
    if _MEAN.search(near):
        return "mean"
    return "stock" if _STOCK.search(near) else "level"


def _capacity(context: str) -> str:
    """Tell in which capacity an authority stands in a case; empty where the report mixes or does not say."""
    found = [word for word in ("被申请人", "被告", "复议机关") if word in context]
    if found:
        return found[0] if len(found) == 1 else ""
    if "应诉" in context or "出庭" in context or "败诉" in context:
        return "被告" if "复议" not in context else ""
    return (
        "复议机关"
        if "行政复议" in context and not re.search("培训|宣传|服务站|联系点|窗口|人员", context)
        else ""
    )


def _scope(actor: str) -> str:
    """Say whether an actor is the reporting body itself or its whole jurisdiction."""
    if not actor:
        return "unknown"
    if actor.startswith(_WHOLE):
        return "whole jurisdiction"
    return "own body" if "政府" in actor or actor.startswith("本") or actor.endswith("本级") else "unknown"


def _span(match: re.Match | None, year: int | None, genre: str, role: str) -> tuple[str, str]:
    """Turn the last expression of time before a quantity into the first and last day of its period."""
    delivered = genre == "work report"
    first = last = (
        None if year is None else year + (role == "plan" and not delivered) - (delivered and role != "plan")
    )
    if match and match["year"]:
        first = last = int(match.group()[:4])
        if match["month"] and 1 <= int(match["month"]) <= 12:
            return f"{first}-{int(match['month']):02d}-01", _month_end(first, int(match["month"]))
    elif match and match["plan"]:
        first, last = _PLANS[match["plan"]], _PLANS[match["plan"]] + 4
    elif match and year and match["last"]:
        first = last = year - 1
    elif match and year and match["this"] and match.group() != "全年":
        first = last = year
    elif match and match["many"] and last:
        first = last - (4 if match.group()[0] in "五5" else 2)
    if last is None:
        return "", ""
    half = bool(match and (match["half"] or match["part"]))
    return f"{first}-01-01", f"{last}-06-30" if half else f"{last}-12-31"


def _month_end(year: int, month: int) -> str:
    """Last day of a month."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == 2 and leap else 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return f"{year}-{month:02d}-{days}"


def _last_before(matches: list[re.Match], at: int) -> re.Match | None:
    """The last of some matches that ends before a position."""
    found = None
    for match in matches:
        if match.end() > at:
            break
        found = match
    return found


@dataclass
class _Thread:
    """What a sentence has said so far, for the quantities that inherit from it."""

    inherited: str = ""
    topic: str = ""
    previous: str = ""
    latest: str = ""
    phrases: list[str] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    whole: str = ""
    whole_topic: str = ""
    whole_unit: str = ""
    lead: str = ""
    noun: str = ""
    last: str = ""
    last_unit: str = ""

    def part_of(self, place: _Place, quantity: Quantity) -> str:
        """The fact that 其中 makes this one a part of, until the unit or the part of the sentence changes."""
        if "其中" in place.between and self.last:
            self.whole, self.whole_unit, self.whole_topic = self.last, self.last_unit, self.topic
        elif quantity.unit != self.whole_unit or "；" in place.between or ";" in place.between:
            self.whole = ""
        return self.whole

    def read(self, text: str, found: list[Quantity], index: int, place: _Place) -> _Reading:
        """Read one quantity in the light of those before it, and remember it."""
        lead = ""
        if self.noun and place.raw.startswith(self.noun) and place.raw == place.between:
            rest = place.raw[len(self.noun) :]
            lead = self.lead if _LINK.fullmatch(rest) else ""
            place = place._replace(raw=rest if rest.strip("、和及与的") else "")
        topic = self.whole_topic if self.whole else self.topic or self.inherited
        reading = _read(place, found[index], topic, self.previous)
        if reading.rule == "parallel" or (reading.phrase == self.previous and self.latest):
            reading = reading._replace(phrase=self.latest)
        after = reading.rule == "noun after"
        self.lead, self.noun = (lead or _clean(place.raw)[-24:], reading.topic) if after else ("", "")
        if after and (lead or place.shared):
            reading = reading._replace(phrase=f"{lead}{reading.phrase}{place.shared[:20]}")
        if "分别" in place.raw and not self.queue:
            run = _run_length(text, found, index)
            self.queue = _shared(place, run) or _replayed(self.phrases, place, run)
        if self.queue:
            reading = reading._replace(phrase=self.queue.pop(0), rule="distributed")
        self.topic, self.latest, self.inherited = reading.topic or self.topic, reading.phrase, ""
        if reading.rule != "carried change" and not reading.phrase.startswith("("):
            self.previous = reading.phrase
        self.phrases.append(reading.phrase)
        return reading


def _run_length(text: str, found: list[Quantity], index: int) -> int:
    """Count the quantities that follow one another with nothing but a comma or 和 between them."""
    run = 1
    while index + run < len(found) and run < 12:
        if not _LINK.fullmatch(text, found[index + run - 1].end, found[index + run].start):
            break
        run += 1
    return run


def _replayed(phrases: list[str], place: _Place, count: int) -> list[str]:
    """Distribute over the facts just stated: 甲4个、乙3人,分别增长4倍和2倍."""
    before, _, verb = place.raw.partition("分别")
    verb = _clean(verb) or verb.strip()
    own = bool(_SAME.sub("", _clean(before)))
    return [] if own or count < 2 or len(phrases) < count else [phrase + verb for phrase in phrases[-count:]]


class _Setting(NamedTuple):
    """A sentence with its actors and times, for the facts that stand in it."""

    number: int
    role: str
    low: int
    high: int
    actors: list[re.Match]
    times: list[re.Match]
    year: int | None
    genre: str

    def around(self, text: str, at: int, about: str) -> tuple[str, str, str, str, str]:
        """Actor, actor scope, capacity, first and last day of the period at a position."""
        actor = _last_before(self.actors, at)
        actor = actor.group() if actor else ""
        open_times = [time for time in self.times if not _closed(text, time, at)]
        period = _span(_last_before(open_times, at), self.year, self.genre, self.role)
        capacity = _capacity(about) if "诉" in about or "复议" in about else ""
        return (actor, _scope(actor), capacity, *period)


def _closed(text: str, time: re.Match, at: int) -> bool:
    """Ask whether a time stands in a bracket that closes before a position: (2019年6593件)."""
    start = time.start()
    return text[start - 1 : start] in ("(", "（") and bool(_CLOSE.search(text, start, at))


def _setting(text: str, sentence: tuple, year: int | None, genre: str) -> _Setting:
    """Look for the actors and the times of a sentence."""
    number, _, role, low, high = sentence[:5]
    actors, times = list(_ACTOR.finditer(text, low, high)), list(_PERIOD.finditer(text, low, high))
    return _Setting(number, role, low, high, actors, times, year, genre)


def _sentence_facts(
    text: str, setting: _Setting, found: list[Quantity], inherited: str
) -> tuple[list[tuple], str]:
    """Read every quantity of one sentence in the light of those before it; also say what it was about."""
    anchors = list(_ANCHOR.finditer(text, setting.low, setting.high))
    thread, rows, prior = _Thread(inherited=inherited), [], None
    for index, quantity in enumerate(found):
        if prior and prior.start == quantity.start:
            rows.append((quantity.start, 1, *quantity[1:7], *rows[-1][8:]))
            continue
        following = next((q for q in found[index + 1 : index + 3] if q.start > quantity.start), None)
        place = _place(text, setting.low, quantity, prior, following, setting.high)
        anchor = _last_before(anchors, quantity.start) or _ANCHOR.search(inherited)
        anchor = anchor.group() if anchor else ""
        part_of, topic = thread.part_of(place, quantity), f"{thread.topic} {thread.latest}"
        reading = thread.read(text, found, index, place)
        carried = reading.topic if reading.rule == "carried subject" else ""
        context = f"{anchor} {topic} {carried} {place.clause} {place.raw} {place.after[:30]}"
        about = text[setting.low : quantity.end] + place.after if "诉" in context or "复议" in context else ""
        around = setting.around(text, quantity.start, about)
        inherits = rows and place.linked and reading.rule in ("parallel", "distributed")
        statistic = rows[-1][8] if inherits else _statistic(place, quantity)
        qualifier = " ".join(dict.fromkeys(_QUALIFIER.findall(place.raw)))
        last = (setting.role, setting.number, reading.rule, reading.certain, quantity.rule == "none of")
        for item, phrase in enumerate(_several(place, reading)):
            name = match_indicator(phrase, context, quantity, statistic)
            said = (quantity.start, item, *quantity[1:7], statistic, phrase, name)
            rows.append((*said, *around, part_of, qualifier, *last))
        thread.last, thread.last_unit, prior = f"{quantity.start}-0", quantity.unit, quantity
    return rows, thread.topic


def extract_facts(
    text: str, sentences: list[tuple], *, year: int | None, genre: str = "", region: str = ""
) -> list[tuple]:
    """State every quantity of one report as a fact.

    Parameters
    ----------
    text
        The cleaned text of the report.
    sentences
        Rows of the sentences table without doc_id: sentence_no, section_no, role, start, end, text.
    year
        The report's year: the covered year, and for a 政府工作报告 the year of delivery. None where
        unknown.
    genre
        annual report, work report or unknown; it decides what "this year" means.
    region
        Name of the region; facts of the report as a whole need no name, so it is only kept for callers.

    Returns
    -------
    list of tuple
        Rows of the facts table without doc_id, in order of start and item_no.
    """
    quantities = find_quantities(text)
    rows: list[tuple] = []
    at, ended, topic = 0, 0, ""
    for sentence in sentences:
        first = at
        while at < len(quantities) and quantities[at].start < sentence[4]:
            at += 1
        if at > first:
            near = sentence[3] - ended < 30 and "\n" not in text[ended : sentence[3]]
            setting = _setting(text, sentence, year, genre)
            found, topic = _sentence_facts(text, setting, quantities[first:at], topic if near else "")
            rows, ended = rows + found, sentence[4]
    rows += _implied_facts(text, sentences, year, genre)
    return sorted(rows, key=lambda row: row[:2])


def _implied_facts(text: str, sentences: list[tuple], year: int | None, genre: str) -> list[tuple]:
    """State what a report implies without a number: 全覆盖 is 100 %, 未发生 is a true zero."""
    rows, at = [], 0
    for quantity, phrase, certain in find_implied(text):
        while at < len(sentences) and sentences[at][4] <= quantity.start:
            at += 1
        if at == len(sentences):
            break
        if sentences[at][3] <= quantity.start:
            setting = _setting(text, sentences[at], year, genre)
            about = text[setting.low : setting.high]
            name = match_indicator(phrase, about, quantity, "level")
            around = setting.around(text, quantity.start, about)
            said = (quantity.start, 0, *quantity[1:7], "level", phrase, name, *around)
            rows.append((*said, "", "", setting.role, setting.number, quantity.rule, certain, True))
    return rows


def facts(corpus: object) -> pd.DataFrame:
    """State every quantity of every report: the facts table.

    Parameters
    ----------
    corpus
        A Corpus, or anything with the tables `documents` and `sentences`.

    Returns
    -------
    DataFrame
        One row for each stated quantity, in the columns of `schemas.FACTS`, sorted by doc_id, start and
        item_no. `text[start:end] == surface` holds in the document's text. Targets in plans are facts of
        role plan; `implied` marks statements without a number. `certain` is False where the rule is weak:
        read the sentence.

    Examples
    --------
    >>> import toolkit as tk
    >>> corpus = tk.read_corpus("seeds")                                           # doctest: +SKIP
    >>> tk.facts(corpus).query("indicator_id == 'reconsideration.received'")       # doctest: +SKIP
    """
    columns = ["sentence_no", "section_no", "role", "start", "end", "text"]
    groups = {
        doc_id: list(group[columns].itertuples(index=False, name=None))
        for doc_id, group in corpus.sentences.groupby("doc_id", sort=False)
    }
    rows = []
    for document in corpus.documents.itertuples(index=False):
        year = None if pd.isna(document.year) else int(document.year)
        found = extract_facts(document.text, groups.get(document.doc_id, []), year=year, genre=document.genre)
        rows += [(document.doc_id, *row) for row in found]
    return FACTS.frame(sorted(rows, key=lambda row: (row[0], row[1], row[2])))
