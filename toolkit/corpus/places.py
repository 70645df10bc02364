"""Which region reports: ordered rules over the text, the file name and the folder, settled by evidence."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from toolkit.corpus.bodies import title_organ
from toolkit.corpus.layout import Layout, masked, plain
from toolkit.corpus.regions import (
    LAST_YEAR,
    Mention,
    Region,
    find_regions,
    local_id,
    parent_code,
    region_id,
    region_of,
    regions_named,
    stem,
)

_ZONE = re.compile(
    r"(?P<name>[一-龥]{0,12}?(?:新区|开发区|高新区|经开区|工业园区|产业园区|园区|示范区|度假区|保税区|合作区|管理区|实验区|试验区|"
    r"风景区|名胜区|新城|生产建设兵团|第[一二三四五六七八九十]{1,3}师))(?![一-龥]{0,2}(?:建设(?!兵团)|创建|工作领导))"
)
_TOWNSHIP = re.compile(r"(?P<name>[一-龥]{1,8}?(?:街道|镇|(?:[一-龥]族)?乡|苏木))(?!村|企|街)")


class Place(NamedTuple):
    """The decision on the region, with the rule and what was noticed."""

    region_code: str
    region_id: str
    region: str
    province: str
    prefecture: str
    level: str
    source: str
    printed: str  # the place as the title prints it
    flags: tuple[str, ...]


class Claim(NamedTuple):
    """What one rule says: a chain of names, and a zone or township under it."""

    rule: str
    chain: tuple[str, ...]
    local: str = ""
    kind: str = ""  # zone or township
    merged: bool = False
    printed: str = ""


@dataclass
class Clues:
    """What the rules look at; what costs a pass over the whole text is counted only when a rule asks."""

    layout: Layout
    issuer: str
    stem: str  # of the file name
    folders: list[str]  # nearest first
    year: int | None
    hints: dict[str, str]
    words: Counter[str]  # self-mentions: 我县, 全市

    @cached_property
    def evidence(self) -> Counter[str]:
        """How often each name stands in the text; front matter, signature and file name count more."""
        layout = self.layout
        near = [layout.title, self.issuer, *layout.front[-12:], *layout.tail[-8:], self.stem, *self.folders]
        counts = Counter(mention.surface for mention in find_regions(layout.body[:12000]))
        for mention in find_regions(plain(" ".join(near))):
            counts[mention.surface] += 3
        return counts

    @cached_property
    def own_class(self) -> str:
        """The class word the text uses of itself: 县 where it says 我代表县人民政府, 我县, 全县.

        我县 counts more than 全县, since a district also speaks of 全市, the city it lies in.
        """
        told = re.search("代表(省|市|县|区|自治区|州|盟|旗)(?:人民)?政府", self.layout.opening)
        if told:
            return told[1][-1]
        counts: Counter[str] = Counter()
        for word, count in self.words.items():
            counts[word[-1]] += count * (3 if word[0] == "我" else 1)
        return next((word for word, _ in counts.most_common() if word in "省市县区州盟旗"), "")


UNKNOWN = Place("", "", "", "", "", "unknown", "", "", ("region_unknown",))


def read_place(words: str, rule: str) -> Claim | None:
    """Read a place name such as 湖南省长沙市天心区, 陇西县文峰镇, 大鹏新区 or 开发区·铁山区."""
    words = plain(words)
    mentions = _chain(find_regions(words), words)
    full = [m for m in mentions if m.full]
    end = mentions[-1].end if mentions else 0
    if (
        mentions and not mentions[-1].full
    ):  # 坪山新区, 黄石经济技术开发区: the short form is part of the zone's name
        end = mentions[-1].start
    rest = re.sub(r"^(?:人民政府|政府|中共|委员会)", "", words[end:])
    zone, township = _ZONE.match(rest), _TOWNSHIP.match(rest)
    before = _ZONE.search(words[: full[-1].start]) if full else None
    if full and before and re.search(r"[·、（(.]$|师$", words[: full[-1].start]):
        return Claim(rule, tuple(m.surface for m in full), merged=True, printed=words[: full[-1].end])
    chain = tuple(m.surface for m in (mentions if zone else full))
    if zone:
        return Claim(rule, chain, zone["name"], "zone")
    if township and (full or re.search("政府|办事处|街道|党", words) or not rest[township.end() :]):
        return Claim(rule, chain, township["name"], "township")
    return Claim(rule, chain) if chain else None


def _chain(mentions: list[Mention], words: str) -> list[Mention]:
    """The first run of names that stand side by side (广东省深圳市坪山区), or joined by · and the like."""
    run: list[Mention] = []
    for mention in mentions:
        between = words[run[-1].end : mention.start] if run else ""
        if run and not re.fullmatch(r"|人民政府|[一-龥]{0,12}(?:区|师)?[·、.（(]?", between):
            break
        if run and between and not (re.search(r"[·、.（(]$|师$", between)):
            break
        run.append(mention)
    return run


def decide_place(clues: Clues) -> Place:
    """Decide the region by the first rule that names one; the other rules confirm it or raise a flag."""
    code, year = clues.hints.get("region_code", ""), clues.year
    if region_of(code):
        return _place(region_of(code, year) or region_of(code), year, Claim("container", ()), ())
    claims = filter(None, _claims(clues))
    places = [(claim, rows) for claim in claims if (rows := _settle(claim, clues)) or claim.local]
    places = places or _body_claims(clues)
    if not places:
        return UNKNOWN
    claim, rows = places[0]
    if claim.local and not rows:
        rows = _parent_by_evidence(claim, clues)
    claim, rows = _sharpen(claim, rows, places)
    flags = ["region_weak"] if claim.rule.startswith("body") else []
    if len(rows) > 1:
        names = " or ".join(f"{row.region_code} {row.prefecture or row.province}" for row in rows[:6])
        return UNKNOWN._replace(
            region=claim.chain[-1],
            source=f"{claim.rule}: {names}",
            level=rows[0].level,
            flags=("region_ambiguous",),
        )
    if rows and _conflict(rows[0], claim, places):
        flags.append("region_conflict")
    return _place(rows[0] if rows else None, year, claim, tuple(flags))


def _claims(clues: Clues) -> list[Claim | None]:
    """Every rule's claim, in order of trust."""
    layout = clues.layout
    front = "\n".join(layout.front)
    spoken = re.search(
        r"代表([^，,。\s□]{2,28}?)(?:人民政府|管委会|管理委员会|政府|行署|，|,|向)", layout.opening
    )
    told = re.search(
        r"现[将就]([^，,。\s□]{2,28}?)(?:人民政府|政府|\d{4}|二[〇零]|年度|上一年)", layout.opening
    )
    session = re.search(
        r"在([^\s，,。]{2,30}?)(?:第[一二三四五六七八九十]{1,3}届|[一二三四五六七八九十]{1,3}届)", front
    )
    starts = re.findall(
        r"(?:^|[。，,\n])\s*(?:\d{4}年度?(?:以来)?[，,]?|今年以来[，,]?|近年来[，,]?)?([^，,。\s□]{2,24})",
        layout.opening[:500],
    )
    nation = Claim("opening", ("国务院",)) if re.search("代表国务院", layout.opening) else None
    return [
        read_place(clues.hints.get("region", ""), "container"),
        read_place(title_organ(layout.title), "title") or _within(layout.title, "title"),
        nation,
        read_place(spoken[1], "opening: 代表") if spoken else None,
        read_place(told[1], "opening: 现将") if told else None,
        read_place(session[1], "session") if session else None,
        read_place(clues.issuer, "issuer"),
        next(filter(None, (_at_start(words) for words in starts)), None),
        read_place(title_organ(clues.stem), "file name") or _within(clues.stem, "file name"),
        *(_within(folder, "folder") for folder in clues.folders),
    ]


def _within(words: str, rule: str) -> Claim | None:
    """A full name anywhere in a title, file name or folder name."""
    words = masked(plain(words))
    mentions = [mention for mention in find_regions(words) if mention.full]
    if not mentions and re.search("国务院", words):
        return Claim(rule, ("国务院",))
    return read_place(words[mentions[0].start :], rule) if mentions else _local(words, rule)


def _local(words: str, rule: str) -> Claim | None:
    """A zone or township in a name without any region."""
    zone = re.search(
        r"(?:^|[\s_（(]|年度?)([一-龥]{2,10}?(?:新区|开发区|高新区|经开区|园区|示范区|管理区))", words
    )
    return Claim(rule, (), zone[1], "zone") if zone else None


def _at_start(words: str) -> Claim | None:
    """A place that a clause of the opening begins with: 天心区坚持以…, 长海县人民政府在…."""
    mentions = find_regions(words)
    if mentions and mentions[0].start == 0 and mentions[0].full:
        return read_place(words, "opening")
    zone = _ZONE.match(words)
    acts = zone and re.match(
        "管委会|管理委员会|党工委|坚持|始终|认真|深入|全面|以|在|紧|积极|严格|按照|围绕", words[zone.end() :]
    )
    return read_place(words, "opening") if acts and len(zone["name"]) > 3 else None


def _settle(claim: Claim, clues: Clues) -> list[Region]:
    """Rows a claim can mean: by the chain's own parents, then by parents named elsewhere; one row decides."""
    if not claim.chain:
        return []
    rows = list(regions_named(claim.chain[-1], clues.year))
    for parent in claim.chain[:-1]:
        rows = [row for row in rows if _lies_in(row, parent)] or rows
    if len(rows) > 1:
        rows = [row for row in rows if row.name[-1] == clues.own_class] or rows
    if len(rows) > 1:
        scores = {row: _support(row, clues.evidence) for row in rows}
        best, second = sorted(scores.values(), reverse=True)[:2]
        if best >= 2 and best >= 2 * second:
            return [max(rows, key=lambda row: scores[row])]
    return rows


def _lies_in(row: Region, parent: str) -> bool:
    """Whether a row lies in a region of that name, in full or short."""
    return any(
        parent in (name, stem(name)) for name in (row.prefecture, row.province) if name and name != row.name
    )


def _support(row: Region, evidence: Counter[str]) -> int:
    """How often the row's prefecture and province are named; full names count double."""
    names = {name for name in (row.prefecture, row.province) if name and name != row.name}
    return sum(2 * evidence[name] + evidence[stem(name)] for name in names)


def _body_claims(clues: Clues) -> list[tuple[Claim, list[Region]]]:
    """The name the body mostly uses, of the class it uses of itself (全县 + 陇西); weak evidence."""
    own, evidence = clues.own_class, clues.evidence
    scores: Counter[str] = Counter()
    for surface, count in evidence.items():
        for row in regions_named(surface, clues.year):
            fits = row.name[-1] == own or (own == "区" and row.name.endswith("自治区"))
            known = surface == row.name or row.level != "county" or _support(row, evidence)
            if fits and known:
                scores[row.name] += count * (2 if surface == row.name else 1)
                break
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < 3 or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return []
    claim = Claim(f"body: {ranked[0][0]} with 全{own}", (ranked[0][0],))
    return [(claim, _settle(claim, clues))]


def _parent_by_evidence(claim: Claim, clues: Clues) -> list[Region]:
    """The region a zone or township lies in where its name stands alone: the one the text names most."""
    level = "prefecture" if claim.kind == "zone" else "county"
    scores: Counter[Region] = Counter()
    for surface, count in clues.evidence.items():
        rows = [row for row in regions_named(surface, clues.year) if row.level == level]
        if len(rows) == 1 and (level == "prefecture" or surface == rows[0].name):
            scores[rows[0]] += count
    ranked = scores.most_common(2)
    clear = ranked and ranked[0][1] >= 2 and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1])
    return [ranked[0][0]] if clear else []


def _sharpen(
    claim: Claim, rows: list[Region], places: list[tuple[Claim, list[Region]]]
) -> tuple[Claim, list[Region]]:
    """Where the first rule is ambiguous, the first later rule that decides among its rows."""
    for other, found in places[1:] if len(rows) > 1 else ():
        inside = [
            row for row in rows if any(row == each or parent_code(row) == each.region_code for each in found)
        ]
        if len(found) == 1 and len(inside) == 1:
            return claim._replace(rule=f"{claim.rule} + {other.rule}"), inside
    return claim, rows


def _conflict(row: Region, claim: Claim, places: list[tuple[Claim, list[Region]]]) -> bool:
    """Whether another rule names a region that is neither this one, nor above it, nor below it."""
    mine = region_id(row.region_code, row.end_year if row.end_year < LAST_YEAR else None)
    for other, found in places:
        if other is claim or len(found) != 1 or other.rule == "folder":
            continue
        theirs = region_id(found[0].region_code, found[0].end_year if found[0].end_year < LAST_YEAR else None)
        related = mine == theirs or _lies_in(row, found[0].name) or _lies_in(found[0], row.name)
        if not related and theirs != "000000":
            return True
    return False


def _place(row: Region | None, year: int | None, claim: Claim, flags: tuple[str, ...]) -> Place:
    """Fill in code, id, names and level; zones and townships get an id of their own."""
    noticed = list(flags)
    if row and year and not claim.local and not row.start_year <= year <= row.end_year:
        noticed.append("region_name_not_of_year")
    if year and (year > LAST_YEAR or year < 1980):
        noticed.append("region_code_unverified")
    if claim.merged:
        noticed.append("merged_administration")
    printed = claim.printed or "".join(claim.chain[-1:]) + claim.local
    if not claim.local:
        when = min(year or LAST_YEAR, LAST_YEAR)
        valid = row.start_year <= when <= row.end_year
        harmonised = region_id(row.region_code, when if valid else min(row.end_year, LAST_YEAR))
        names = (row.name, row.province, row.prefecture, row.level)
        return Place(row.region_code, harmonised, *names, claim.rule, printed, tuple(noticed))
    noticed.append(f"{claim.kind}_without_code")
    if row is None:
        flags = (*noticed, "region_unknown")
        return UNKNOWN._replace(
            region=claim.local, level=claim.kind, source=claim.rule, printed=printed, flags=flags
        )
    parent = row.region_code if claim.kind == "township" else _zone_parent(row)
    own = local_id(parent, claim.local)
    names = (claim.local, row.province, row.prefecture, claim.kind)
    return Place(own, region_id(own, year), *names, claim.rule, printed, tuple(noticed))


def _zone_parent(row: Region) -> str:
    """The prefecture of a zone, however its parent is given."""
    return row.region_code if row.level in ("province", "prefecture") else parent_code(row)
