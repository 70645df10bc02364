"""Who reports, and what: genre, subject, issuer, own document number, reporting body and its kind."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from toolkit.corpus.dates import DATE
from toolkit.corpus.layout import Layout

# What an organisation's name ends with decides its kind; the first that fits counts.
_ORGANS = (
    (
        "zone",
        r"(?:新区|开发区|高新区|经开区|园区|示范区|度假区|保税区|合作区|管理区|实验区|试验区|风景区|名胜区)?(?:管委会|管理委员会)$",
    ),
    (
        "party-and-government",
        r"(?:依法治\w{1,4}|法治\w{0,6})(?:委员会)?(?:办公室|办)?$|[县市区州旗省盟]委[、和]?.{0,6}政府$|委员会.{2,12}人民政府$",
    ),
    ("township", r"(?:街道|街道办|街道办事处|苏木|[^城]镇|乡)(?:人民政府|政府|党工委|办事处|党委)?$"),
    ("government", r"(?:人民政府|政府|行政公署|行署|国务院)(?:办公室|办公厅|办)?$"),
    ("department", r"(?:局|厅|委|委员会|办公室|办|中心|支队|大队|总队|分局|院|处|署|社|馆|站|公司)$"),
)
_OWN = re.compile(
    "[我本](?:[局厅委办院队镇乡街县市区州盟旗省]|中心)|全[局厅院镇乡县市区州盟旗省]|[局厅委]党[组委]|局机关|[县市区州旗盟省]政府"
)
_SUBJECTS = (
    ("政府工作", "(?:政府|行署|管委会.{0,8}|管理委员会.{0,8})工作报告"),
    ("法治政府", "法治政府"),
    ("依法行政", "依法行政"),
    ("法治建设", r"法治建设|法治\S{1,8}建设|依法治[省市县区州旗]|述法|法治.{0,12}(?:报告|总结|情况)"),
    ("政府工作", "工作报告"),
)
_OTHER_TEXT = re.compile(
    "^(?!.*(?:总结|报告)).*(?:法治|依法行政|政府工作).*(?:要点|计划|方案|规划|决议|意见|办法|解读|公示|名单)$"
)
_BLAND = re.compile(r"本站|本网|网站|门户|互联网|网信|记者|^[\w.-]*$(?<![\u4e00-\u9fff])|日报|新闻")
NUMBER = re.compile(
    r"(?P<prefix>[一-龥]{2,10}?)\s*[〔\[(（]\s*(?P<year>\d{4})\s*[〕\])）]\s*(?:第\s*)?(?P<count>\d{1,4})\s*号"
)


_AFTER_ORGAN = re.compile(
    r"关于|\d{4}|二[〇零]|年度|(?<!依)法治|依法行政|(?<!全面)依法治|政府工作报告|工作报告|推进|贯彻|上半年|在\S{2,20}人民代表大会"
)


_RANKS = (("department", "[局厅委办院队心组]"), ("township", "[镇乡街]"), ("place", ""))


class Body(NamedTuple):
    """Who reports: name, kind, rule and what was noticed."""

    name: str
    kind: str
    source: str
    flags: tuple[str, ...]


def decide_genre(layout: Layout, stem: str) -> tuple[str, str, str, tuple[str, ...]]:
    """Genre, subject, the rule that gave them, and flags.

    The title decides, then the opening (我代表…向大会报告工作; 现将…报告如下), then the file name, then what
    the body mostly speaks of.
    """
    opening = layout.opening + "".join(layout.front[-3:])
    spoken = "政府工作报告" if re.search("代表.{2,30}向大会|各位代表", opening) else ""
    told = "".join(re.findall("(?:报告|汇报|总结)如下|[将就].{4,50}(?:报告|公布|公开|汇报)", layout.opening))
    rules = (("title", layout.title), ("opening", spoken or (told and layout.opening)), ("file name", stem))
    for source, words in rules:
        subject = next((subject for subject, pattern in _SUBJECTS if re.search(pattern, words)), "")
        if subject:
            return ("work report" if subject == "政府工作" else "annual report"), subject, source, ()
    counts = {subject: layout.body.count(subject) for subject, _ in _SUBJECTS[1:4]}
    subject = max(counts, key=counts.__getitem__)
    if counts[subject] >= 3:
        return "annual report", subject, "body", ("genre_weak",)
    if re.search(r"\d{4}年.{0,6}工作回顾", layout.opening):
        return "work report", "政府工作", "review heading", ("genre_weak",)
    other = any(_OTHER_TEXT.search(line) for line in layout.front)
    return "unknown", "unknown", "", ("genre_unknown", "not_a_report") if other else ("genre_unknown",)


def find_number(layout: Layout) -> str:
    """The report's own document number: a labelled field, or what a front-matter line begins with.

    A number inside a sentence or brackets is cited, not its own.
    """
    for line in (layout.fields.get("doc_number", ""), *layout.front):
        match = NUMBER.match(re.sub(r"\s+", "", line.lstrip("# ")))
        if match:
            return f"{match['prefix']}〔{match['year']}〕{match['count']}号"
    return ""


def kind_of(name: str) -> str:
    """Kind of an organisation by the end of its name; empty where it is none.

    Examples
    --------
    >>> [kind_of(name) for name in ("长海县人民政府", "坪山新区管委会", "天心区司法局", "文峰镇政府")]
    ['government', 'zone', 'department', 'township']
    """
    return next((kind for kind, ending in _ORGANS if re.search(ending, name)), "")


def title_organ(title: str) -> str:
    """What stands before the year or 关于 in a title: a place, an organisation (陇西县司法局), or nothing."""
    head = _AFTER_ORGAN.split(title)
    words = head[0] or (head[1] if len(head) > 1 and re.match(r"\d{4}", title) else "")
    return re.sub(r"^[年度\s]+|[\s:：的]+$", "", words)


def find_issuer(layout: Layout, place: str) -> tuple[str, str]:
    """Issuer as printed and its rule; 区司法局 is completed with the place as the title prints it."""
    under = [line for line in layout.front[-4:] if layout.title and _is_organ(line, 24)]
    told = re.findall(
        r"(?:代表|现[将就])([^，,。\s□]{2,28}?(?:人民政府|管委会|管理委员会|国务院|局|厅))", layout.opening
    )
    organ = title_organ(layout.title)
    field = re.split(r"[\s|（(]", layout.fields.get("issuer", ""))[0]
    rules = (
        ("signature", _signature(layout.tail)),
        ("line under the title", "".join(under[-1:])),
        ("title", organ if kind_of(organ) else ""),
        ("field", "" if _BLAND.search(field) else field),
        ("opening", "".join(told[:1])),
    )
    source, name = next(((rule, found) for rule, found in rules if found), ("", ""))
    name = re.sub(r"\s|文件$", "", name)
    if re.match(r"[县区市州旗盟省](?!中|直)", name) and place and not name.startswith(place):
        name = place + name[1:] if place[-1] == name[0] else place + name
    return name, source


def _is_organ(line: str, longest: int) -> bool:
    """Whether a line is the name of an organisation and nothing else."""
    plausible = 3 <= len(line) <= longest and not re.search(
        "[>:：，,。、;；|〔]|^各|^[市区县]委[市区县]", line
    )
    return plausible and bool(kind_of(line))


def _signature(tail: list[str]) -> str:
    """The organisation that signs: a line beside a date line, or a whole government on the last line."""
    for number in range(len(tail) - 1, max(-1, len(tail) - 12), -1):
        line = re.sub(r"\s", "", tail[number])
        beside = tail[number + 1 : number + 3] + tail[max(0, number - 1) : number]
        dated = any(len(each) <= 24 and DATE.match(each) for each in beside)
        last = number >= len(tail) - 2 and re.search("[县市区州省旗]人民政府$", line)
        if (dated or last) and _is_organ(line, 30):
            return line
    return ""


def self_mentions(layout: Layout) -> Counter[str]:
    """How often the body says 我县, 全市, 我局 and the like of itself."""
    return Counter(_OWN.findall(layout.body[:12000]))


def decide_body(layout: Layout, issuer: str, *, region: str, level: str, words: Counter[str]) -> Body:
    """Reporting body and its kind, from title, self-mentions and issuer.

    A 司法局 usually drafts and signs the report of the whole government: where the text says 我区 and 全区
    and never 我局, the government reports and the bureau is only the issuer.
    """
    organ = title_organ(layout.title)
    named, issued = kind_of(organ), kind_of(re.sub("(?<=政府)办公[室厅]$", "", issuer))
    own: Counter[str] = Counter()
    for word, count in words.items():
        own[next(rank for rank, letters in _RANKS if re.search(letters, word))] += count
    bureau = own["department"] >= 2 and 2 * own["department"] >= own["place"]
    if re.search("司法|法制", organ) and not own["department"] and own["place"] >= 3:
        named = ""  # 陇西县司法局关于陇西县…: it writes for the government
    if named == "government" and re.search("办公[室厅]$", organ) and bureau:
        named = "department"
    kind, name, source = "unknown", issuer, "issuer" if issuer else ""
    if named:
        kind, name, source = named, organ, "title"
    elif level in ("zone", "township"):
        kind, name, source = level, "", "region"
    elif issued == "department" and bureau:
        kind, source = issued, "self-mention and issuer"
    elif issued in ("township", "zone", "party-and-government", "government"):
        kind = issued
    elif region:
        kind, name, source = "government", "", "self-mention" if own["place"] else "region"
    contradicted = kind in ("government", "township") and own["department"] >= max(5, own["place"] + 1)
    flags = ("body_unknown",) if kind == "unknown" else ("body_conflict",) if contradicted else ()
    office = {"government": "人民政府", "township": "人民政府", "zone": "管理委员会"}.get(kind, "")
    office = "办事处" if region.endswith("街道") else office
    name = name or region + office
    return Body("国务院" if name.startswith(("国务院", "全国人民政府")) else name, kind, source, flags)
