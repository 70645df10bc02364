"""Division codes are those of the year, and one id joins a region over renamings, mergers and upgrades."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.regions import (
    LAST_YEAR,
    find_regions,
    local_id,
    region_id,
    region_of,
    regions,
    regions_named,
    stem,
)


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("620824", 2017, "620881"),  # 华亭县 -> 华亭市 2018
        ("110104", 2009, "110102"),  # 宣武区 into 西城区 2010
        ("440300-坪山新区", 2014, "440310"),  # a zone that became a district in 2016
        ("440300-大鹏新区", 2014, "440300-大鹏新区"),  # a zone that did not
        ("632126", 2010, "630223"),  # 互助: 海东地区 became a city and every code changed
        ("621122", 2023, "621122"),
        ("371200", 2018, "371200"),  # 莱芜市 was split into two districts: it stays its own id
    ],
)
def test_id_follows_what_became_of_a_region(code, year, expected):
    """A region keeps one id over the events of its history."""
    assert region_id(code, year) == expected


def test_code_given_to_another_place_is_not_confused():
    """232701 was 加格达奇区 until 2009 and is 漠河市 since 2018: the year tells which."""
    assert region_id("232701", 2008) == "232761"
    assert region_id("232701", 2020) == "232701"
    assert region_of("232701", 2008).name == "加格达奇区"
    assert region_of("232701", 2020).name == "漠河市"


def test_both_names_are_valid_in_the_year_of_a_change():
    """坪山区 came in 2016; its code stood in 2016 and not in 2015."""
    assert region_of("440310", 2016).name == "坪山区"
    assert region_of("440310", 2015) is None
    assert [row.name for row in regions_named("华亭县", 2018)] == ["华亭县"]
    assert [row.name for row in regions_named("华亭市", 2018)] == ["华亭市"]


def test_id_is_a_fixed_point():
    """Every id is its own id in the last listed year, so that joining twice changes nothing."""
    for row in regions():
        final = region_id(row.region_code, row.start_year)
        assert region_id(final, LAST_YEAR) == final, row


def test_table_is_complete_and_sound():
    """Codes have six digits, every county has a province, and there are 34 provinces today."""
    now = [row for row in regions() if row.end_year == 9999]
    assert all(re.fullmatch(r"\d{6}", row.region_code) for row in regions())
    assert all(row.province for row in now if row.level != "nation")
    assert sum(row.level == "province" for row in now) == 34
    assert len({row.region_code for row in now}) == len(now)
    assert 2800 < sum(row.level == "county" for row in now) < 2900


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("陇西县", "陇西"),
        ("凉山彝族自治州", "凉山"),
        ("内蒙古自治区", "内蒙古"),
        ("新疆维吾尔自治区", "新疆"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("鄂伦春自治旗", "鄂伦春"),
        ("阿里地区", "阿里"),
        ("浦东新区", "浦东"),
    ],
)
def test_short_form(name, short):
    """The short form of a name is what people say: 凉山 for 凉山彝族自治州."""
    assert stem(name) == short


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("长沙县与望城区", ["长沙县", "望城区"]),  # 沙县 lies inside 长沙县
        ("示范县创建，市和县委", []),  # 范县, 和县
        ("和县人民政府", ["和县"]),
        ("合作市场监管", []),  # 合作市
        ("合作市人民政府", ["合作市"]),
        ("主城区、新城区改造", []),
        ("晋城市城区人民政府", ["晋城市", "城区"]),
        ("全国、全州上下", []),  # 全州 is short for 全州县
        ("长阳县、凉山州、广西壮族自治区", ["长阳县", "凉山州", "广西壮族自治区"]),
    ],
)
def test_full_names_in_a_text(text, names):
    """Only whole names count, never a part of a longer name or of a common word."""
    assert [mention.surface for mention in find_regions(text) if mention.full] == names


@given(st.text(alphabet="广东省深圳市坪山区长沙县和,。\n 2023年A𠮷", max_size=40))
def test_mentions_slice_the_text(text):
    """Offsets are code points: every mention is text[start:end], and mentions do not overlap."""
    mentions = find_regions(text)
    assert all(text[mention.start : mention.end] == mention.surface for mention in mentions)
    assert all(one.end <= other.start for one, other in pairwise(mentions))


def test_name_of_several_places_gives_them_all():
    """鼓楼区 is four places, and 朝阳区 two: a name alone decides nothing."""
    assert {row.region_code for row in regions_named("鼓楼区", 2020)} == {
        "320106",
        "320302",
        "350102",
        "410204",
    }
    assert {row.region_code for row in regions_named("朝阳区", 2020)} == {"110105", "220104"}


def test_own_id_is_one_for_the_ways_to_write_a_zone():
    """经济技术开发区 and 经开区 of one city are one zone."""
    assert local_id("340100", "合肥经济技术开发区") == local_id("340100", "合肥经开区") == "340100-合肥经开区"
