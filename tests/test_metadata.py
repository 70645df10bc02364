"""Metadata is read from a report's own text, with a rule for each field and a flag where in doubt."""

from pathlib import Path

import pytest

from toolkit.corpus.metadata import detect_metadata

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
TRUE_VALUES = {
    "000": ("621122", "陇西县", "甘肃省", "定西市", 2023, "government"),
    "001": ("420205", "铁山区", "湖北省", "黄石市", 2023, "government"),
    "002": ("210224", "长海县", "辽宁省", "大连市", 2018, "government"),
    "003": ("650107", "达坂城区", "新疆维吾尔自治区", "乌鲁木齐市", 2024, "government"),
    "004": ("430103", "天心区", "湖南省", "长沙市", 2020, "government"),
}


@pytest.mark.parametrize("number", TRUE_VALUES)
def test_seed_is_read_from_its_text_alone(number):
    """Region, parents, year and body of every seed come from its text, without file name or table."""
    text = next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8-sig")
    values = detect_metadata(text).values
    columns = ("region_code", "region", "province", "prefecture", "year", "body_kind")
    assert tuple(values[name] for name in columns) == TRUE_VALUES[number]
