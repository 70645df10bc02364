"""Who reports, and what: genre, subject, issuer, own document number, reporting body and its kind."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from toolkit.corpus import wording
from toolkit.corpus.layout import Layout, rules
from toolkit.schemas import BODY_KINDS

_OFFICES = {"government": "人民政府", "township": "人民政府", "zone": "管理委员会"}


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
    look, opening = rules("genre"), layout.opening
    for source, words in _genre_clues(layout, stem):
        for subject in ("政府工作", "法治政府", "依法行政", "法治建设", "工作报告"):
            if look[subject].search(words):
                work = subject in ("政府工作", "工作报告")
                return *(("work report", "政府工作") if work else ("annual report", subject)), source, ()
    subject = max(("法治政府", "依法行政", "法治建设"), key=layout.body.count)
    count = layout.body.count(subject)
    other = ("not_a_report",) if any(map(look["other text"].search, (*layout.front, opening))) else ()
    if "各位代表" in layout.body or re.search(r"\d{4}年.{0,6}工作回顾", opening):
        return "work report", "政府工作", "body", ("genre_weak",)
    if count >= 3:
        return "annual report", subject, "body", ("genre_weak", *other)
    return "unknown", "unknown", "", ("genre_unknown", *other)


def _genre_clues(layout: Layout, stem: str) -> Iterator[tuple[str, str]]:
    """Words that may name the genre, strongest first, with where they stand."""
    yield "title", layout.title
    look, opening = rules("genre"), layout.opening
    if look["spoken"].search(opening + "".join(layout.front[-3:])):
        yield "opening", "工作报告"
    else:
        yield "opening", "".join(part for part in re.split("[。\\n]", opening) if look["told"].search(part))
    yield "file name", stem


def find_number(layout: Layout) -> str:
    """The report's own document number: a labelled field, or what a front-matter line begins with.

    A number inside a sentence or brackets is cited, not its own.
    """
    front = [line for line in layout.front if "号" in line]
    cells = [cell for line in front for cell in re.split(r"\s{2,}", line)]
    lines = (re.sub(r"[\s#]+", "", line) for line in (layout.fields.get("doc_number", ""), *front, *cells))
    found = next(filter(None, map(rules("organ")["number"].match, lines)), None)
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found else ""


def kind_of(name: str) -> str:
    """Kind of an organisation by the end of its name; empty where it is none.

    Examples
    --------
    >>> [kind_of(name) for name in ("长海县人民政府", "坪山新区管委会", "天心区司法局", "文峰镇政府")]
    ['government', 'zone', 'department', 'township']
    """
    return next((k for k, ending in rules("organ").items() if k in BODY_KINDS and ending.search(name)), "")


def title_organ(title: str) -> str:
    """What stands before the year or 关于 in a title: a place, an organisation (陇西县司法局), or nothing."""
    head = rules("organ")["ends before"].split(title)
    words = head[0] or (head[1] if len(head) > 1 and re.match(r"\d{4}", title) else "")
    return re.sub(r"^[年度\s]+|[\s:：的]+$", "", words)


def find_issuer(layout: Layout) -> tuple[str, str]:
    """Issuer as printed, and its rule."""
    source, name = next((pair for pair in _issuers(layout) if pair[1]), ("", ""))
    return re.sub(r"\s|文件$", "", name), source


def _issuers(layout: Layout) -> Iterator[tuple[str, str]]:
    """What each rule takes for the issuer, in order of trust."""
    look, organ = rules("organ"), title_organ(layout.title)
    yield "signature", _signature(layout.tail)
    under = [line for line in layout.front[-4:] if layout.title and _is_organ(line, 24)]
    yield "line under the title", "".join(under[-1:])
    yield "title", organ if kind_of(organ) else ""
    field = re.split(r"[\s|（(]", layout.fields.get("issuer", ""))[0]
    yield "field", "" if look["no issuer"].search(field) else field
    yield "opening", "".join(look["says who"].findall(layout.opening)[:1])


def complete_issuer(name: str, place: str) -> str:
    """区司法局 or 司法局 with the place as the title prints it, so that it means something outside its file."""
    bare = re.match(r"[县区市州旗盟省](?!中|直)|司法局|法制办|政府办", name)
    if bare and place and not name.startswith(place):
        return place + name[1:] if place[-1] == name[0] else place + name
    return name


def _is_organ(line: str, longest: int) -> bool:
    """Whether a line is the name of an organisation and nothing else."""
    return 3 <= len(line) <= longest and not rules("organ")["no name"].search(line) and bool(kind_of(line))


def _signature(tail: list[str]) -> str:
    """The organisation that signs: a line beside a date line, or a whole government on the last line."""
    for number in range(len(tail) - 1, max(-1, len(tail) - 12), -1):
        line = "".join(tail[number].split())
        beside = tail[number + 1 : number + 3] + tail[max(0, number - 1) : number]
        dated = any(len(each) <= 24 and wording.FULL_DATE.match(each) for each in beside)
        last = number >= len(tail) - 2 and re.search("[县市区州省旗]人民政府$", line)
        if (dated or last) and _is_organ(line, 30):
            return line
    return ""


def self_mentions(layout: Layout) -> Counter[str]:
    """How often the body says 我县, 全市, 我局 and the like of itself."""
    return Counter(rules("text")["own words"].findall(layout.body[:12000]))


def decide_body(layout: Layout, issuer: str, *, region: str, level: str, words: Counter[str]) -> Body:
    """Reporting body and its kind, from title, self-mentions and issuer.

    A 司法局 usually drafts and signs the report of the whole government: where the text says 我区 and 全区
    and never 我局, the government reports and the bureau is only the issuer.
    """
    organ = title_organ(layout.title)
    named, issued = kind_of(organ), kind_of(re.sub("(?<=政府)办公[室厅]$", "", issuer))
    bureau = sum(count for word, count in words.items() if re.search("[局厅委办院队心组]", word))
    place = sum(count for word, count in words.items() if not re.search("[局厅委办院队心组镇乡街]", word))
    own = bureau >= 2 and 2 * bureau >= place
    if re.search("司法|法制", organ) and not bureau and place >= 3:
        named = ""  # 陇西县司法局关于陇西县…: it writes for the government
    if named == "government" and re.search("办公[室厅]$", organ) and own:
        named = "department"
    kind, name, source = "unknown", issuer, "issuer" if issuer else ""
    if named:
        kind, name, source = named, organ, "title"
    elif level in ("zone", "township"):
        kind, name, source = level, "", "region"
    elif issued == "department" and own:
        kind, source = issued, "self-mention and issuer"
    elif issued not in ("", "department"):
        kind = issued
    elif region:
        kind, name, source = "government", "", "self-mention" if place else "region"
    contradicted = kind in ("government", "township") and bureau >= max(5, place + 1)
    flags = ("body_unknown",) if kind == "unknown" else ("body_conflict",) if contradicted else ()
    name = name or region + ("办事处" if region.endswith("街道") else _OFFICES.get(kind, ""))
    return Body("国务院" if name.startswith(("国务院", "全国人民政府")) else name, kind, source, flags)
