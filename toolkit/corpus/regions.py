"""The region table: division codes as they were in each year, the id that joins them, and their names."""

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from toolkit.corpus import wording
from toolkit.corpus.extracts import read_rows

# The year-end lists behind regions.csv; a code of a later year is the last list's, and said to be unverified.
FIRST_YEAR, LAST_YEAR = 1980, 2024


class Region(NamedTuple):
    """One row of regions.csv: a code under one name, for the years it stood."""

    region_code: str
    name: str
    start_year: int
    end_year: int  # 9999 where it still stands
    province: str
    prefecture: str
    level: str


class Mention(NamedTuple):
    """A name found in a text. `full` is False for a short form such as 陇西 or 广东."""

    start: int
    end: int
    surface: str
    full: bool


@cache
def regions() -> tuple[Region, ...]:
    """Every row of regions.csv: code, name, first and last year, province, prefecture, level.

    `start_year` is the first year whose year-end list has the row, `end_year` the first whose list lacks it,
    so that in the year of a change both the old and the new row count as valid.
    """
    columns = ("region_code", "name", "start_year", "end_year", "province", "prefecture", "level")
    rows = (Region(*map(row.get, columns)) for row in read_rows("regions"))
    return tuple(row._replace(start_year=int(row[2]), end_year=int(row[3] or 9999)) for row in rows)


@cache
def _by_code() -> dict[str, list[Region]]:
    """Rows of each code, oldest first."""
    table = defaultdict(list)
    for region in sorted(regions(), key=lambda region: region.start_year):
        table[region.region_code].append(region)
    return dict(table)


def region_of(code: str, year: int | None = None) -> Region | None:
    """The row of a code in a year (the newest row where no year is given); None where it did not stand.

    Examples
    --------
    >>> region_of("440310", 2017).name
    '坪山区'
    >>> region_of("440310", 2014) is None
    True
    """
    rows = [row for row in _by_code().get(code, ()) if year is None or row.start_year <= year <= row.end_year]
    return rows[-1] if rows else None


@cache
def _events() -> dict[str, list[tuple[int, str]]]:
    """old id -> [(year, new id)], oldest first."""
    table = defaultdict(list)
    for row in read_rows("region_events"):
        table[row["old_id"]].append((int(row["year"]), row["new_id"]))
    return {old: sorted(events) for old, events in table.items()}


def region_id(code: str, year: int | None = None) -> str:
    """The harmonised id of a code: the latest code along the chain of events from that year on.

    A renamed, upgraded, recoded or merged region takes the code of what it became, step by step; a split
    region takes the code of the part that kept its name or seat, or keeps its own where none did.
    The chain starts with events of `year` itself or later, so that a code given to another place afterwards
    is not confused with it.

    Examples
    --------
    >>> region_id("110104", 2009), region_id("440300-坪山新区", 2014), region_id("621122")
    ('110102', '440310', '621122')
    """
    now = FIRST_YEAR if year is None else year
    if year is None and region_of(code) and region_of(code).end_year == 9999:
        return code
    while True:
        row = region_of(code, now)
        later = [(when, new) for when, new in _events().get(code, ()) if when >= now]
        if not later or (row and row.end_year < later[0][0]):
            return code
        now, code = later[0]


@cache
def stem(name: str) -> str:
    """The name without its class word: 华亭县 and 华亭市 share 华亭; 凉山彝族自治州 is 凉山."""
    short = wording.AUTONOMOUS.sub("", name)
    return short if 1 < len(short) < len(name) else wording.CLASS_WORD.sub("", name)


@cache
def _names() -> dict[str, list[Region]]:
    """Surface -> rows that bear it: full names and short forms (长阳县 for 长阳土家族自治县, 陇西)."""
    table = defaultdict(list)
    for region in regions()[1:]:
        table[region.name].append(region)
    for region in regions():
        root, last = stem(region.name), region.name[-1]
        for short in {root, root + last if "自治" in region.name else root}:
            if len(short) > 1 and short != region.name:
                table[short].append(region)
    table["国务院"] = [regions()[0]]
    return dict(table)


@cache
def _finder() -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[str, bool]]]:
    """The automaton over all names, and for each pattern its surface and whether it is a full name."""
    names = sorted(_names())
    full = {region.name for region in regions()} | {"国务院"}
    full |= {stem(region.name) + region.name[-1] for region in regions() if "自治" in region.name}
    automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
    return automaton, [(name, name in full) for name in names]


# A class word that belongs to the next word: 合作市场, 城区域, 全区间.
_BROKEN = {"市": "场值", "区": "域间块位", "旗": "帜舰"}
# Names that are also common words, beside all of two characters (和县, 城区): 老城区改造, 建设新城区.
_COMMON = frozenset(("老城区", "新城区", "城中区", "市中区", "市郊区", "南郊区"))


def find_regions(text: str) -> list[Mention]:
    """Names of regions in a text, leftmost and longest (长沙县 hides 沙县), in order.

    Words that only look like a name are left out: 合作市 in 合作市场, and names that are also common words
    (和县 in 市和县委; 城区, 新区) where no full name, or for counties no break, stands before them.
    Short forms have ``full=False``: they are never evidence by themselves.
    """
    automaton, patterns = _finder()
    found: list[Mention] = []
    for number, start, end in automaton.find_matches_as_indexes(text):
        surface, full = patterns[number]
        if text[end : end + 1] and text[end] in _BROKEN.get(surface[-1], ""):
            continue
        if full and (len(surface) == 2 or surface in _COMMON):
            under = found and found[-1].end == start and found[-1].full
            broken = start == 0 or text[start - 1] in "年在" or not "一" <= text[start - 1] <= "龥"
            if not under and (surface[-1] == "区" or not broken):
                continue
        found.append(Mention(start, end, surface, full))
    return found


@cache
def regions_named(surface: str, year: int | None = None) -> tuple[Region, ...]:
    """Rows that bear a name (full or short), those valid in the year where there are any.

    Several rows of one place (the same region_id) are given as the newest one that fits.
    """
    rows = _names().get(surface, [])
    valid = [row for row in rows if row.start_year <= year <= row.end_year] if year else []
    if year and year > LAST_YEAR:
        valid = [row for row in rows if row.end_year == 9999]
    newest: dict[str, Region] = {}
    for row in sorted(valid or rows, key=lambda row: (row.end_year, row.start_year)):
        newest[region_id(row.region_code, min(row.end_year, LAST_YEAR))] = row
    return tuple(newest.values())


def parent_code(region: Region) -> str:
    """Code of the prefecture a region lies in, of its province where there is none."""
    prefecture = region.region_code[:4] + "00"
    return prefecture if region.prefecture else region.region_code[:2] + "0000"


def local_id(parent: str, name: str) -> str:
    """The id of a zone or township without a code of its own: its parent's code, a hyphen, its name.

    A zone's parent is the prefecture (the province where there is none), a township's the county. Long
    names of zones are shortened the usual way, so that 经济技术开发区 and 经开区 give one id.

    Examples
    --------
    >>> local_id("440300", "大鹏新区")
    '440300-大鹏新区'
    """
    name = re.sub("高新技术(?:产业)?开发区", "高新区", name)
    return f"{parent}-{re.sub('经济(?:技术)?开发区', '经开区', name)}"
