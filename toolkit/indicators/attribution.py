"""What a quantity counts, who did it, in which capacity and when: facts from quantities and sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import pandas as pd

from toolkit.indicators import grammar
from toolkit.indicators.catalogue import match_indicator
from toolkit.indicators.circumstances import Report, Setting, before
from toolkit.indicators.clauses import Place, clean, place_of
from toolkit.indicators.implied import find_implied
from toolkit.indicators.quantities import Quantity, find_quantities
from toolkit.schemas import FACTS

# Characters that a pattern needs: most clauses have none of them, and the pattern need not run.
_CHANGING = frozenset(
    "长短幅速降低高快升少加减缩落大涨滑窄增率度了约近超过逾达到为别均于间计也 \t\n\r\u3000\u00a0"
)
_COMPARING = frozenset("较比相")
_ENDING = frozenset("、和及与了 \u3000")
_CLOSING, _BRACKET = frozenset('”"）)'), frozenset("(（")
_WHOLES = frozenset(["总量", "总数", "总额", "总值", "规模", "余额"])
_RAISING = frozenset("增减降提升压缩扩")
_MEASURING = frozenset("数率量额值")
_BARE = frozenset("率比度幅速量额值积数模重长加降少高低升落涨短缩增减期径格算均际义年")
_OPENING = frozenset("是约占相为完超跃稳均居位排列创高低比较达总增数")
_WHOLE_NOUN = frozenset("度率量额值数比积力耗收入出费润口产价")

# What a quantity counts: phrase, head noun for those that follow, rule and whether it is certain.
_Reading = tuple[str, str, str, bool]


def _head(phrase: str, verb: re.Match | None) -> str:
    """Drop the verb that opens a phrase: 受理行政复议申请 is about 行政复议申请."""
    rest = phrase[verb.end() :] if verb else ""
    return phrase if len(rest) < 2 or rest[0] in "、和并后等及" or rest.startswith("成功") else rest


def _read(place: Place, quantity: Quantity, topic: str, previous: str, base: str) -> _Reading:
    """Say what a quantity counts, from the grammar of its clause."""
    before, after = clean(place.raw), place.after
    closed = place.rises or not after or after[0] in "、，和及与(（)）”[［"
    closed = closed or (after[0] in _RAISING and bool(grammar.ROSE.match(after)))
    after = grammar.JOINT.sub("", after) if after[-1:] in _ENDING else after
    if after:
        after = after.removeprefix("大关").lstrip(' 　、和及与了”"）)')
        if after[-1:] in _CLOSING and not ("“" in after or '"' in after or "(" in after or "（" in after):
            after = after.rstrip('”"）)')
    if place.linked and not before and previous and (closed or not after or not place.between):
        return previous, topic, "parallel", True
    if before == "连续" and quantity.kind == "duration" and (previous or topic):
        return f"({previous or topic})连续", topic, "standing", bool(previous)
    if quantity.surface[0] == "翻" and base and before[:1] in ("", *_COMPARING):
        return base, topic, "carried change", True
    if place.risen and before and base and before not in base:
        return base + before, topic, "carried change", True
    if previous and before[:1] in _COMPARING and _compared(before, after):
        return previous, topic, "base of comparison", True
    said = None
    if after and not closed:
        said, kind = grammar.PREDICATE.match(after), quantity.kind
        free = kind == "percent" and (after[0] == "的" or before.endswith(("完成", "实现")))
        if not said and before[-1:] not in _MEASURING and (free or kind not in ("percent", "rank")):
            return _after(before, after)
    verb = grammar.VERB_START.match(before)
    bare = verb.end() == len(before) if verb else not before
    if bare or ((before[-1:] in _BARE or "较" in before) and grammar.BARE_SUBJECT.fullmatch(before)):
        return _carried(place, before, "" if closed else after, topic, previous, base)
    if (previous or topic) and before[:1] in _OPENING and grammar.OPENS.match(before):
        if quantity.kind == "percentage_point" and base:  # 败诉率7%,低于全省平均水平3个百分点
            return base + before, topic, "standing", True
        return f"({previous or topic}){before}", topic, "standing", bool(previous)
    if verb and place.anchor and grammar.CASES.fullmatch(before, verb.end()):
        return f"({place.anchor}){before}", place.anchor, "carried subject", False
    verbal = said and after[0] not in "中大" and (quantity.kind == "duration" or not verb)
    head = "" if quantity.kind == "percent" else _head(before, verb)
    return f"{before} {after[:30]}" if verbal else before, head, "noun before", True


def _compared(before: str, after: str) -> bool:
    """Ask whether a number is what a change is measured from: 较2022年558件增加."""
    return bool(grammar.COMPARED.match(before) and grammar.ROSE_FROM.match(after))


def _after(before: str, after: str) -> _Reading:
    """Read a number that stands before its noun: 开展3次全区执法人员业务培训."""
    noun = after.lstrip("的")
    verb = grammar.PREDICATE.search(noun, 2)
    head = noun[: verb.start()] if verb else noun
    lead = before[-36:]
    return f"{lead}{noun[:40]}", head.rstrip("、和及与的") or noun, "noun after", True


def _carried(place: Place, before: str, after: str, topic: str, previous: str, base: str) -> _Reading:
    """Read a bare verb, rate or change with the subject of what came before."""
    changes = bool(before) and bool(grammar.CHANGE.search(before)) and not before.endswith("率")
    if changes and base:
        return (grammar.CHANGE.sub("", base) or base) + before, topic, "carried change", True
    if not before and previous and "累计" in place.raw:
        return f"{topic or previous}累计", topic, "standing", True
    if not before and not after:
        return previous or place.clause, topic or place.clause, "carried subject", bool(previous)
    clause = clean(place.clause)
    whole = grammar.CHANGE.sub("", base) if before in _WHOLES else ""  # 产值增长8%,总量突破9亿元
    own = topic or whole or (place.anchor if before else "")
    own = own or _head(clause, grammar.VERB_START.match(clause))
    bare = before or after[:30]
    phrase = f"({own}){bare}" if own else bare or place.clause
    return phrase, own or bare, "carried subject", bool(topic and bare)


def _shared(place: Place, run: list[Quantity]) -> list[str]:
    """Split a coordinated subject for 分别: 企业核准、备案类项目办理时限 has two members with one head."""
    subject, _, verb = place.raw.partition("分别")
    items = [item for item in grammar.SPLIT.split(clean(subject)) if item]
    if len(items) < len(run) or len(run) < 2:
        return []
    items = items[-len(run) :]
    first, last = items[0], items[-1]
    verb = clean(verb)
    if len({quantity.unit for quantity in run}) > 1:  # what is measured in unlike units shares no noun
        return [item + verb for item in items]
    if grammar.NUMBERED.fullmatch(first):
        return [f"第{item.lstrip('第')[0]}{last.lstrip('第')[1:]}{verb}" for item in items]
    if first[-1:] == last[-1:] or first[-1:] in _WHOLE_NOUN:
        longer = first[-1:] == last[-1:] and len(first) > len(last) + 1
        lead = first[: len(first) - len(last)] if longer else ""
        return [first + verb, *(lead + item + verb for item in items[1:])]
    if grammar.MODIFIER.search(first):
        return [*(item + last[len(first) :] + verb for item in items[:-1]), last + verb]
    same, measure = last.find(first[-2:]), grammar.MEASURED.search(last)
    if same < 0 and (alike := last.find(first[-1], 1)) > 0:  # members of a list are alike: 服务业, 新兴产业
        same = alike - 1
    head = last.partition("”")[2] or (last[same + 2 :] if same >= 0 else "".join(last.partition("类")[1:]))
    head = head or (measure.group() if measure else "")
    return [*(item + head + verb for item in items[:-1]), last + verb]


def _several(place: Place, phrase: str, topic: str) -> list[str]:
    """Name the facts that lie on one number: 受理率、办结率均为100% states two."""
    items = [item for item in grammar.SPLIT.split(clean(place.raw.partition("均")[0])) if item]
    ends = {item[-1] for item in items}
    if len(items) < 2 or len(ends) > 1 or not ends <= set("率度量额比数"):
        return [phrase]
    return [f"({topic}){item}" if len(item) < 4 and topic else item for item in items]


def _statistic(place: Place, quantity: Quantity) -> str:
    """Tell level from change, mean, stock and base."""
    raw, near = place.raw, place.raw[-14:]
    if place.rises or (raw[:1] in _COMPARING and _compared(raw, place.after)):
        return "base"
    if quantity.kind == "percentage_point":
        return "change"
    if place.risen:
        return "level"
    changes = near[-1:] in _CHANGING and quantity.kind != "rank" and grammar.CHANGE.search(near)
    if changes or (quantity.kind == "percent" and grammar.SHRUNK.match(clean(raw))):
        return "change"
    if quantity.surface[0] == "翻":
        return "change"
    if "均" in near and grammar.MEAN.search(near):
        return "mean"
    return "stock" if quantity.kind != "percent" and grammar.STOCK.search(near) else "level"


def _opens(between: str) -> bool:
    """Ask whether a bracket opens before a figure and is still open: not so in 增长7%(下同)；消费."""
    return between[:1] in _BRACKET and ")" not in between and "）" not in between


class _Stated(NamedTuple):
    """A figure that a sentence has stated, and what the sentence was about then."""

    start: int
    quantity: Quantity
    topic: str


@dataclass(slots=True)
class _Thread:
    """What a sentence has said so far, for the quantities that inherit from it."""

    inherited: str = ""
    topic: str = ""
    previous: str = ""
    base: str = ""
    latest: str = ""
    phrases: list[str] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    whole: _Stated | None = None
    rest: float = 0.0
    lead: str = ""
    noun: str = ""
    last_unit: str = ""
    stated: list[_Stated] = field(default_factory=list)
    enclosed: bool = False
    members: list[str] = field(default_factory=list)
    aside: tuple | None = None

    def part_of(self, between: str, quantity: Quantity) -> str:
        """The fact that 其中 or a bracket makes this one a part of, until unit or sentence turn or the parts add up."""
        if self.aside and (")" in between or "）" in between):  # what a bracket said stays in it
            (self.topic, self.previous, self.base, self.latest, self.stated), self.aside = self.aside, None
        if opens := _opens(between):
            self.aside = self.topic, self.previous, self.base, self.latest, [*self.stated]
            opens = not grammar.ASIDE.search(between)
        if self.stated and (opens or "其中" in between):
            same = (fact for fact in reversed(self.stated) if fact.quantity.unit == quantity.unit)
            last = self.stated[-1] if quantity.kind in ("percent", self.stated[-1].quantity.kind) else None
            self.whole, self.enclosed = next(same, last), opens
            self.rest = self.whole.quantity.value if self.whole else 0.0
        elif self.rest <= 0 or (self.whole and quantity.unit != self.whole.quantity.unit):
            self.whole = None
        elif "；" in between or ";" in between or (self.enclosed and (")" in between or "）" in between)):
            self.whole, self.enclosed = None, False
        self.rest -= quantity.value
        return f"{self.whole.start}-0" if self.whole else ""

    def read(self, text: str, found: list[Quantity], index: int, place: Place) -> _Reading:
        """Read one quantity in the light of those before it, and remember it."""
        raw, between = place.raw, place.between
        lead = ""
        if self.noun and raw == between and raw.lstrip("的").startswith(self.noun):
            rest = raw.lstrip("的")[len(self.noun) :]
            lead = self.lead if grammar.LINK.fullmatch(rest) else ""
            raw = rest if rest.strip("、和及与的") else ""
            place = place._replace(raw=raw)
        topic = self.whole.topic if self.whole else self.topic or self.inherited
        phrase, head, rule, certain = _read(place, found[index], topic, self.previous, self.base)
        again = self.latest and phrase == self.previous and found[index].unit == self.last_unit
        if rule == "parallel" or (again and rule != "carried change"):
            phrase = self.latest
        if rule == "noun after":
            self.lead, self.noun = lead or clean(raw)[-36:], head
            phrase = f"{lead}{phrase}{place.shared[:20]}" if lead or place.shared else phrase
        else:
            self.lead = self.noun = ""
        if not self.queue:
            self.spread(text, found, index, place, rule)
        if self.queue:
            phrase, rule = self.queue.pop(0), "distributed"
        elif "分别" in phrase:
            phrase = phrase.replace("分别", "")
        if rule == "noun before" and len(phrase) < 5:
            phrase, head = self.completed(phrase, found[index]) or (phrase, head)
        self.topic, self.latest, self.inherited = head or self.topic, phrase[:120], ""
        if rule not in ("carried change", "parallel", "standing"):
            self.base = phrase[:80]
            bare = phrase.rpartition(")")[2] if rule == "noun before" else self.previous
            self.previous = bare if phrase[:1] == "(" else self.base
        self.phrases.append(phrase)
        return phrase, head, rule, certain

    def completed(self, phrase: str, quantity: Quantity) -> tuple[str, str] | None:
        """Complete a member that shares its noun: 案件9件,其中刑事3件; 国家级示范村2个、省级36个."""
        if self.whole and self.whole.topic:
            return f"({self.whole.topic}){phrase}", self.whole.topic
        tier = grammar.TIER_ALONE.fullmatch(phrase) and grammar.TIER_ALONE.search(self.previous)
        if not tier or quantity.unit != self.last_unit:
            return None
        return self.previous[: tier.start()] + phrase + self.previous[tier.end() :], self.topic

    def spread(self, text: str, found: list[Quantity], index: int, place: Place, rule: str) -> None:
        """Queue the members of a list for the figures that are given to them one by one."""
        again = self.members and (place.risen or rule == "carried change")
        if again and len(self.members) == len(_run(text, found, index)):
            self.queue = [member + clean(place.raw) for member in self.members]
        elif listed := _spread(place):
            run = _run(text, found, index)
            paired = "分别" in place.raw or len(grammar.SPLIT.split(listed.raw)) == len(run)
            self.queue = (paired and (_shared(listed, run) or _replayed(self.phrases, listed, run))) or []
            self.members = [*self.queue]
        elif rule in ("noun before", "noun after"):
            self.members = []  # another subject: what follows changes this one


def _run(text: str, found: list[Quantity], index: int) -> list[Quantity]:
    """The quantities that follow one another with nothing but a comma or 和 between them."""
    last, most = index + 1, min(len(found), index + 12)
    while last < most and grammar.LINK.fullmatch(text, found[last - 1].end, found[last].start):
        last += 1
    return found[index:last]


def _spread(place: Place) -> Place | None:
    """The place of a figure whose subject is a list: 分别 says so, or a change of two named things."""
    if "分别" in place.raw:
        return place
    joined = "和" in place.raw and place.raw[-1:] in _CHANGING and grammar.CHANGE.search(place.raw)
    if not joined:
        return None
    same = grammar.SAME.search(place.raw)
    at = min(joined.start(), same.start()) if same else joined.start()
    return place._replace(raw=f"{place.raw[:at]}分别{place.raw[at:]}")


def _replayed(phrases: list[str], place: Place, run: list[Quantity]) -> list[str]:
    """Distribute over the facts just stated: 甲4个、乙3人,分别增长4倍和2倍; 建议75件、提案131件,满意率分别达..."""
    before, _, verb = place.raw.partition("分别")
    verb = clean(verb) or verb.strip()
    own = grammar.SAME.sub("", clean(before))
    bare = not own or (own[-1] in _BARE and grammar.BARE_SUBJECT.fullmatch(own))
    if len(run) < 2 or len(phrases) < len(run) or not bare:
        return []
    return [f"({phrase}){own}" if own else phrase + verb for phrase in phrases[-len(run) :]]


def _years(raw: str, run: list[Quantity]) -> dict[int, str]:
    """Give each figure its year where as many years are listed: 2021年、2022年案件分别为86件、113件."""
    listed = grammar.YEARS.search(raw)
    years = re.findall(r"\d{4}", listed.group()) if listed else []
    return dict(zip((figure.start for figure in run), years, strict=True)) if len(years) == len(run) else {}


def _shared_verb(phrase: str, rule: str, latest: str) -> str:
    """The verb that a member of a list shares with the first: 制定规章1部、规范性文件13件."""
    if rule != "noun before" or phrase[:1] == "(":
        return ""
    opened = grammar.VERB_START.match(latest)
    return opened.group() if opened else ""


def _sentence_facts(report: Report, sentence: tuple, found: list, inherited: str) -> tuple[list[tuple], str]:
    """Read every quantity of one sentence in the light of those before it; also say what it was about."""
    number, _, role, low, high = sentence[:5]
    text, thread = report.text, _Thread(inherited=inherited)
    said = text[low:high] + inherited
    case, parted = "诉" in said or "复议" in said, "其中" in said or "(" in said or "（" in said
    setting, carried = Setting(report, low, found[-1].start), inherited and grammar.ANCHOR.search(inherited)
    named = bool(setting.anchors[0])
    rows, prior, verb, years, anchor = [], None, "", {}, carried.group() if carried else ""
    for index, quantity in enumerate(found):
        start, end = quantity[:2]
        if prior and prior.start == start:
            rows.append((start, 1, *quantity[1:7], *rows[-1][8:]))
            continue
        following = index + 1 + (index + 1 < len(found) and found[index + 1].start == start)
        following = found[following] if following < len(found) else None
        if named and (nearest := before(setting.anchors, start)):
            anchor = nearest[-1].group()
        place = place_of(report, (low, high), quantity, (prior, following), anchor)
        part = thread.part_of(place.between, quantity) if parted else ""
        topic, latest = thread.topic, thread.latest
        said, head, rule, certain = thread.read(text, found, index, place)
        carried = head if rule == "carried subject" else ""
        verb = _shared_verb(said, rule, verb + latest) if place.between[:1] == "、" else ""
        context = (anchor, topic, latest, carried, place.clause, place.raw, place.after[:30])
        near = case and any("诉" in words or "复议" in words for words in context)
        about = text[max(low, start - 300) : end] + place.after if near else ""
        inherits = rows and place.linked and rule in ("parallel", "distributed")
        statistic = rows[-1][8] if inherits else _statistic(place, quantity)
        qualifier = " ".join(dict.fromkeys(grammar.QUALIFIER.findall(place.raw)))
        if "分别" in place.raw:
            years |= _years(place.raw, _run(text, found, index))
        *around, aim = setting.around(start, role, about, statistic == "base", years.get(start, ""))
        rest = (*around, part, qualifier, aim, number, rule, certain, quantity.rule == "none of")
        for item, phrase in enumerate(_several(place, said, head) if "均" in place.raw else (said,)):
            name = match_indicator(verb + phrase, context, quantity, statistic)
            rows.append((start, item, *quantity[1:7], statistic, phrase, name, *rest))
        if parted and statistic not in ("change", "base", "mean"):
            thread.stated.append(_Stated(start, quantity, thread.topic))
        thread.last_unit, prior = quantity.unit, quantity
    return rows, thread.topic


def extract_facts(text: str, sentences: list[tuple], *, year: int | None, genre: str = "") -> list[tuple]:
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

    Returns
    -------
    list of tuple
        Rows of the facts table without doc_id, in order of start and item_no.
    """
    quantities, report = find_quantities(text), Report(text, year, genre)
    rows: list[tuple] = []
    at, ended, topic = 0, 0, ""
    for sentence in sentences:
        first = at
        while at < len(quantities) and quantities[at].start < sentence[4]:
            at += 1
        if at > first:
            near = sentence[3] - ended < 30 and "\n" not in text[ended : sentence[3]]
            found, topic = _sentence_facts(report, sentence, quantities[first:at], topic if near else "")
            rows, ended = rows + found, sentence[4]
    rows += _implied_facts(report, sentences)
    return sorted(rows, key=itemgetter(0, 1))


def _implied_facts(report: Report, sentences: list[tuple]) -> list[tuple]:
    """State what a report implies without a number: 全覆盖 is 100 %, 未发生 is a true zero."""
    rows, starts, last, setting = [], [sentence[3] for sentence in sentences], -1, None
    for quantity, phrase, certain in find_implied(report.text):
        start, end = quantity[:2]
        at = bisect_right(starts, start) - 1
        number, _, role, low, high = sentences[at][:5] if at >= 0 else (0, 0, "", 0, 0)
        if start < high:
            about = report.text[max(low, start - 120) : min(high, end + 60)]
            first = quantity.kind == "rank"  # 率先 claims an order and measures nothing
            name = "" if first else match_indicator(phrase, (about,), quantity, "level")
            if at != last:
                last, setting = at, Setting(report, low, high)
            *around, role = setting.around(start, role, about)
            said = (start, 0, *quantity[1:7], "level", phrase, name, *around)
            rows.append((*said, "", "", role, number, quantity.rule, certain, True))
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
    if callable(getattr(corpus, "facts", None)):  # a store made them when it was built
        return corpus.facts()
    columns = ["sentence_no", "section_no", "role", "start", "end", "text"]
    by_doc = corpus.sentences.groupby("doc_id", sort=False)[columns]
    groups = {doc_id: list(group.itertuples(index=False, name=None)) for doc_id, group in by_doc}
    rows = []
    for document in corpus.documents.itertuples(index=False):
        year = None if pd.isna(document.year) else int(document.year)
        found = extract_facts(document.text, groups.get(document.doc_id, []), year=year, genre=document.genre)
        rows += [(document.doc_id, *row) for row in found]
    return FACTS.frame(sorted(rows, key=lambda row: (row[0], row[1], row[2])))
