"""Which region reports: ordered rules over the text, the file name and the folder, settled by evidence."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from toolkit.corpus import regions
from toolkit.corpus.bodies import title_organ
from toolkit.corpus.layout import Layout, masked, plain, rules
from toolkit.corpus.regions import Mention, Region


class Place(NamedTuple):
    """The decision on the region, with the rule and what was noticed."""

    region_code: str
    region_id: str
    region: str
    province: str
    prefecture: str
    level: str
    source: str
    flags: tuple[str, ...]


class Claim(NamedTuple):
    """What one rule says: a chain of names, and a zone or township under it."""

    rule: str
    chain: tuple[str, ...]
    local: str = ""
    kind: str = ""  # zone or township
    merged: bool = False


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
        counts = Counter(mention.surface for mention in regions.find_regions(layout.body[:12000]))
        for mention in regions.find_regions(plain(" ".join(near))):
            counts[mention.surface] += 3
        return counts

    @cached_property
    def own_class(self) -> str:
        """The class word the text uses of itself: 县 where it says 我代表县人民政府, 我县, 全县.

        我县 counts more than 全县, since a district also speaks of 全市, the city it lies in.
        """
        told = rules("place")["own class"].search(self.layout.opening)
        if told:
            return told[1][-1]
        counts: Counter[str] = Counter()
        for word, count in self.words.items():
            counts[word[-1]] += count * (3 if word[0] == "我" else 1)
        return next((word for word, _ in counts.most_common() if word in "省市县区州盟旗"), "")


def named_codes(name: str) -> str:
    """A file name with the names of places for their codes: 110105_2023 is 北京市朝阳区_2023.

    Examples
    --------
    >>> named_codes("110105_2023"), named_codes("content_20230105")
    ('北京市朝阳区_2023', 'content_20230105')
    """

    def names(code: re.Match[str]) -> str:
        """The chain of names that the code stands for; the digits where it stands for none."""
        row = regions.region_of(code[0])
        return "".join(dict.fromkeys((row.province, row.prefecture, row.name))) if row else code[0]

    return re.sub(r"(?<![0-9A-Za-z])[1-8][0-9]{5}(?![0-9A-Za-z])", names, name)


UNKNOWN = Place("", "", "", "", "", "unknown", "", ("region_unknown",))


def read_place(words: str, rule: str) -> Claim | None:
    """Read a place name such as 湖南省长沙市天心区, 陇西县文峰镇, 大鹏新区 or 开发区·铁山区."""
    words, look = plain(words), rules("place")
    whole = words.removesuffix("人民政府")
    if _is_name(whole):  # also one that is a common word: 城区, 老城区
        return Claim(rule, (whole,))
    mentions = _chain(regions.find_regions(words), words)
    if mentions and not mentions[-1].full and mentions[-1].start != (mentions[-2].end if mentions[1:] else 0):
        mentions = mentions[:-1]
    full = [mention.surface for mention in mentions if mention.full]
    before = words[: mentions[-1].start] if mentions else ""
    if full and mentions[-1].full and look["joined"].search(before) and rules("part")["zone"].search(before):
        return Claim(rule, tuple(full), merged=True)
    rest = words[mentions[-1].end if mentions and mentions[-1].full else len(before) :]
    rest = rest.removeprefix("人民政府")
    zone, township = _local(rest, "zone"), _local(rest, "township")
    if zone:  # 坪山新区, 黄石经济技术开发区: a short form is part of the zone's name
        return Claim(rule, tuple(mention.surface for mention in mentions), zone["name"], "zone")
    if township and (full or township.end() < len(rest) or rest.endswith(("街道", "镇", "乡"))):
        return Claim(rule, tuple(full), township["name"], "township")
    return Claim(rule, tuple(full)) if full else None


def _local(words: str, kind: str) -> re.Match[str] | None:
    """The zone or township that some words begin with."""
    return rules("place")[kind].match(words) if rules("part")[kind].search(words) else None


def _is_name(words: str) -> bool:
    """Whether the words are a region's full name and nothing else."""
    return any(row.name == words for row in regions.regions_named(words))


def _chain(mentions: list[Mention], words: str) -> list[Mention]:
    """The first run of names that stand side by side (广东省深圳市坪山区), or joined by · and the like."""
    run: list[Mention] = []
    for mention in mentions:
        between = words[run[-1].end : mention.start] if run else ""
        joined = len(between) < 14 and rules("place")["joined"].search(between)
        if between.strip(" _-—/") and not joined:
            break
        run.append(mention)
    return run


def decide_place(clues: Clues) -> Place:
    """Decide the region by the first rule that names one; the other rules confirm it or raise a flag."""
    code, year = clues.hints.get("region_code", ""), clues.year
    if known := regions.region_of(code, year) or regions.region_of(code):
        return _place(known, year, Claim("container", ()), ())
    claims = filter(None, _claims(clues))
    places = [(claim, rows) for claim in claims if (rows := _settle(claim, clues)) or claim.local]
    places = places or _body_claims(clues)
    if not places:
        return UNKNOWN
    claim, rows = places[0]
    if claim.local and (not rows or (claim.kind == "township" and rows[0].level != "county")):
        inside = [row for row in _parent_by_evidence(claim, clues) if not rows or _lies_in(row, rows[0].name)]
        rows = inside or rows
    if len(rows) > 1:
        names = " or ".join(f"{row.region_code} {row.prefecture or row.province}" for row in rows[:6])
        rule, flags = f"{claim.rule}: {names}", ("region_ambiguous",)
        return UNKNOWN._replace(region=claim.chain[-1], source=rule, level=rows[0].level, flags=flags)
    weak = claim.rule.startswith("body") or (rows and not claim.local and _is_doubtful(rows[0], claim, clues))
    conflict = rows and _conflict(rows[0], claim, places)
    flags = ("region_weak",) * bool(weak) + ("region_conflict",) * bool(conflict)
    return _place(rows[0] if rows else None, year, claim, flags)


def _is_doubtful(row: Region, claim: Claim, clues: Clues) -> bool:
    """Whether an issuer is of another class than the text's own region (兰州市, but 全县), or an opening names a
    region that the text names no more often than another of its class.
    """
    if claim.rule not in ("issuer", "opening") or row.level == "nation":
        return False
    other_class = clues.own_class not in ("", row.name[-1])
    if other_class or claim.rule == "issuer":
        return other_class
    rivals = (name for name in clues.evidence if name[-1] == row.name[-1] and name != row.name)
    return max((clues.evidence[name] for name in rivals), default=0) >= clues.evidence[row.name]


def _claims(clues: Clues) -> list[Claim | None]:
    """Every rule's claim, in order of trust."""
    layout = clues.layout
    speech = masked("".join(layout.front[-3:])) + layout.opening  # in a wrapped text it begins above the body
    spoken = [(rule, pattern.search(speech)) for rule, pattern in rules("speaker").items()]
    session = rules("place")["session"].search("\n".join(layout.front))
    starts = _clauses(layout.opening[:500])
    own = (claim for claim in starts if claim.local or clues.own_class in ("", claim.chain[-1][-1]))
    return [
        read_place(clues.hints.get("region", ""), "container"),
        read_place(title_organ(layout.title), "title") or _within(layout.title, "title"),
        Claim("opening: 代表", ("国务院",)) if "代表国务院" in layout.opening else None,
        *(read_place(found[1], rule) for rule, found in spoken if found),
        read_place(session[1], "session") if session else None,
        read_place(clues.issuer, "issuer"),
        next(own, None),
        read_place(title_organ(clues.stem), "file name") or _within(clues.stem, "file name"),
        Claim("folder", named) if (named := tuple(filter(_is_name, reversed(clues.folders)))) else None,
        *(_within(folder, "folder") for folder in clues.folders),
    ]


def _within(words: str, rule: str) -> Claim | None:
    """A full name, or else a zone, anywhere in a title, file name or folder name."""
    words = masked(plain(words))
    full = [mention.start for mention in regions.find_regions(words) if mention.full]
    if full:
        return read_place(words[full[0] :], rule)
    zone = rules("place")["zone in a name"].search(words)
    return Claim(rule, (), zone[1], "zone") if zone else None


def _clauses(opening: str) -> Iterator[Claim]:
    """Places that clauses of the opening begin with: 天心区坚持以…, 大鹏新区管委会在…."""
    kinds = [kind for kind in ("zone", "township") if rules("part")[kind].search(opening)]
    named = {mention.start for mention in regions.find_regions(opening) if mention.full}
    for clause in rules("place")["clause"].finditer("\n" + opening):
        words, local = clause[1], None
        for kind in kinds:
            local = local or _local(words, kind)
        acts = local and len(local["name"]) > 3 and re.match(r"[^\s_（(，,·、]", words[local.end() :])
        if (clause.start(1) - 1 in named or acts) and (claim := read_place(words, "opening")):
            yield claim


def _settle(claim: Claim, clues: Clues) -> list[Region]:
    """Rows a claim can mean: by the chain's own parents, then by parents named elsewhere; one row decides."""
    if not claim.chain:
        return []
    rows = list(regions.regions_named(claim.chain[-1], clues.year))
    for parent in claim.chain[:-1]:
        rows = [row for row in rows if _lies_in(row, parent)] or rows
    if len(rows) > 1:
        rows = [row for row in rows if row.name[-1] == clues.own_class] or rows
    clear = len(rows) > 1 and _clear_winner(Counter({row: _support(row, clues.evidence) for row in rows}), 2)
    return [clear] if clear else rows


def _lies_in(row: Region, parent: str) -> bool:
    """Whether a row lies in a region of that name, in full or short."""
    return any(parent in (name, regions.stem(name)) for name in _parents(row))


def _support(row: Region, evidence: Counter[str]) -> int:
    """How often the row's prefecture and province are named; full names count double."""
    return sum(2 * evidence[name] + evidence[regions.stem(name)] for name in _parents(row))


def _parents(row: Region) -> set[str]:
    """Names of the prefecture and province a row lies in."""
    return {row.prefecture, row.province} - {"", row.name}


def _body_claims(clues: Clues) -> list[tuple[Claim, list[Region]]]:
    """The name the body mostly uses, of the class it uses of itself (全县 + 陇西); weak evidence."""
    own, evidence = clues.own_class, clues.evidence
    scores: Counter[str] = Counter()
    for surface, count in evidence.items():
        for row in regions.regions_named(surface, clues.year):
            fits = row.name[-1] == own or (own == "区" and row.name.endswith("自治区"))
            known = surface == row.name or row.level != "county" or _support(row, evidence)
            if fits and known:
                scores[row.name] += count * (2 if surface == row.name else 1)
                break
    name = _clear_winner(scores, 3)
    claim = Claim(f"body: {name} with 全{own}", (name,))
    return [(claim, _settle(claim, clues))] if name else []


def _parent_by_evidence(claim: Claim, clues: Clues) -> list[Region]:
    """The region a zone or township lies in where its name stands alone: the one the text names most."""
    for level in ("prefecture", "province") if claim.kind == "zone" else ("county",):
        scores: Counter[Region] = Counter()
        for surface, count in clues.evidence.items():
            rows = [row for row in regions.regions_named(surface, clues.year) if row.level == level]
            if len(rows) == 1 and (level != "county" or surface == rows[0].name):
                scores[rows[0]] += count
        if clear := _clear_winner(scores, 2):
            return [clear]
    return []


def _clear_winner(scores: Counter, least: int) -> Any:
    """The key that scores at least so much and twice as much as any other; None where there is none."""
    ranked = [*scores.most_common(2), (None, 0), (None, 0)]
    return ranked[0][0] if ranked[0][1] >= max(least, 2 * ranked[1][1]) else None


def _conflict(row: Region, claim: Claim, places: list[tuple[Claim, list[Region]]]) -> bool:
    """Whether another rule names a region that is neither this one, nor above it, nor below it."""
    others = [found[0] for other, found in places if other is not claim and len(found) == 1]
    others = [other for other in others if other.level != "nation" and _final(other) != _final(row)]
    return any(not _lies_in(row, other.name) and not _lies_in(other, row.name) for other in others)


def _final(row: Region) -> str:
    """The harmonised id of a row, whenever it stood."""
    return regions.region_id(row.region_code, min(row.end_year, regions.LAST_YEAR))


def _place(row: Region | None, year: int | None, claim: Claim, flags: tuple[str, ...]) -> Place:
    """Fill in code, id, names and level; zones and townships get an id of their own."""
    stood = row is None or not year or claim.local or row.start_year <= year <= row.end_year
    noticed = {
        "region_name_not_of_year": not stood,
        "region_code_unverified": bool(year) and not regions.FIRST_YEAR <= year <= regions.LAST_YEAR,
        "merged_administration": claim.merged,
        f"{claim.kind}_without_code": bool(claim.local),
        "region_unknown": row is None,
    }
    raised = (*flags, *(flag for flag, up in noticed.items() if up))
    if row is None:
        return Place("", "", claim.local, "", "", claim.kind, claim.rule, raised)
    if not claim.local:
        latest = min(year or regions.LAST_YEAR, regions.LAST_YEAR)
        final = regions.region_id(row.region_code, latest) if stood else _final(row)
        names = (row.name, row.province, row.prefecture, row.level)
        return Place(row.region_code, final, *names, claim.rule, raised)
    zoned = claim.kind == "zone" and row.level == "county"
    own = regions.local_id(regions.parent_code(row) if zoned else row.region_code, claim.local)
    names = (claim.local, row.province, row.prefecture, claim.kind)
    return Place(own, regions.region_id(own, year), *names, claim.rule, raised)
