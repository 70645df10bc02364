"""Checks of what reports say against themselves, their neighbours in time and official tables."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from toolkit.indicators.panels import RATES

COLUMNS = ["check", "result", "doc_id", "other_doc_id", "region_id", "year", "indicator_id", "left_value"]
COLUMNS += ["right_value", "left_span", "right_span", "detail"]
RESULTS = ("pass", "fail", "uncertain", "not assessable")
# What cannot exceed what, in one report.
ORDERED = (
    ("reconsideration.accepted", "reconsideration.received"),
    ("reconsideration.concluded", "reconsideration.accepted"),
    ("reconsideration.concluded", "reconsideration.received"),
    ("litigation.concluded", "litigation.cases"),
    ("litigation.lost", "litigation.cases"),
    ("litigation.leader_appearances", "litigation.hearings"),
    (
        "litigation.reconsideration_and_litigation_concluded",
        "litigation.reconsideration_and_litigation_cases",
    ),
    ("dispute.mediated_success", "dispute.mediated"),
)
OUTCOMES = ("reconsideration.withdrawn", "reconsideration.not_accepted", "reconsideration.concluded")
GROWTH = {
    "economy.gdp": "economy.gdp_growth",
    "market.entities_total": "market.entities_total_yoy",
    "market.new_entities": "market.new_entities_yoy",
}
_CARRIED = ("结转", "转结", "上年", "跨年", "往年")


def audit(corpus: object, facts: pd.DataFrame, *, official: pd.DataFrame | None = None) -> pd.DataFrame:
    """Check figures against one another; an error in a report is a finding and is never repaired.

    Parameters
    ----------
    corpus
        A Corpus.
    facts
        The facts table.
    official
        Optional official figures with the columns region_id, year, indicator_id and value.

    Returns
    -------
    DataFrame
        One row for each check: check (parts of a whole; outcomes of applications; part within whole;
        percentage; rate from counts; growth; continuity; official), result (pass, fail, uncertain, not
        assessable), doc_id, other_doc_id (the report of the year before), region_id, year, indicator_id,
        left_value, right_value (what was compared), left_span, right_span (start-end, several separated
        by spaces) and detail (a sentence). Sorted by result (fail first), check, doc_id and left_span.

    Notes
    -----
    Parts that add up to less than their whole are uncertain, for 其中 need not name all of them. An
    excess is uncertain where the sentence speaks of cases carried over. A figure unchanged from the year
    before, and one more than five times or less than a fifth of it, are uncertain: they ask for a look,
    they prove nothing.
    """
    documents = corpus.documents.set_index("doc_id").to_dict("index")
    texts = corpus.sentences.set_index(["doc_id", "sentence_no"])["text"].to_dict()
    rows: list[dict[str, object]] = []
    series = defaultdict(dict)
    used = facts[~facts["role"].isin(["plan", "meta"])]
    for doc_id, group in used.groupby("doc_id", sort=True):
        found = list(group.itertuples(index=False))
        document = documents[doc_id]
        place = {"doc_id": doc_id, "region_id": document["region_id"], "year": document["year"]}
        for check in (_parts, _others, _outcomes, _ordered, _percentages, _rates):
            rows += [{**place, **row} for row in check(found, texts)]
        for fact in found:
            told = fact.indicator_id and fact.statistic in ("level", "stock", "change")
            if told and not pd.isna(document["year"]):
                key = (document["region_id"], document["genre"], document["body_kind"], fact.actor_scope)
                series[(*key, fact.indicator_id, fact.unit)].setdefault(int(document["year"]), fact)
    rows += [row for key in sorted(series) for row in _continuity(key, series)]
    rows += _official(official, used, documents) if official is not None else []
    table = pd.DataFrame([{"other_doc_id": "", **row} for row in rows], columns=COLUMNS)
    types = {"year": "Int64", "left_value": "float64", "right_value": "float64"}
    table = table.astype({name: types.get(name, "str") for name in COLUMNS})
    rank = {"fail": 0, "uncertain": 1, "not assessable": 2, "pass": 3}
    order = ["result", "check", "doc_id", "left_span"]
    return table.sort_values(order, key=lambda c: c.map(rank) if c.name == "result" else c, ignore_index=True)


def _result(
    check: str, result: str, left: list[tuple], right: list[tuple], values: tuple, detail: str
) -> dict:
    """One row of the audit, with the spans of both sides."""
    spans = [" ".join(f"{fact.start}-{fact.end}" for fact in side) for side in (left, right)]
    said = {"left_value": values[0], "right_value": values[1], "left_span": spans[0], "right_span": spans[1]}
    named = [fact.indicator_id for fact in (*right, *left) if fact.indicator_id]
    return {"check": check, "result": result, "indicator_id": (named or [""])[0], "detail": detail, **said}


def _summed(check: str, parts: list[tuple], whole: tuple) -> dict:
    """Compare the sum of parts with their whole."""
    total = math.fsum(part.value for part in parts)
    exact = all(fact.approx == "exact" for fact in (*parts, whole))
    result = "pass" if total == whole.value else "fail" if total > whole.value and exact else "uncertain"
    if check == "outcomes of applications" and total != whole.value and exact:
        result = "fail"
    sum_of = "+".join(f"{part.value:g}" for part in parts)
    return _result(
        check, result, parts, [whole], (total, whole.value), f"{sum_of} = {total:g} of {whole.value:g}"
    )


def _parts(found: list[tuple], texts: dict) -> Iterator[dict]:
    """其中: the parts of a whole cannot exceed it."""
    wholes, parts = {f"{fact.start}-{fact.item_no}": fact for fact in found}, defaultdict(list)
    for fact in found:
        if fact.part_of and fact.statistic == "level" and fact.kind == "count":
            parts[fact.part_of].append(fact)
    for whole, members in parts.items():
        same = [part for part in members if part.unit == wholes[whole].unit] if whole in wholes else []
        if same:
            yield _summed("parts of a whole", same, wholes[whole])


def _others(found: list[tuple], texts: dict) -> Iterator[dict]:
    """共四件, 一件……, 另外三件: what 另外 completes."""
    for fact in found:
        if "另" in fact.qualifier.split() or "另外" in fact.qualifier.split():
            near = [f for f in found if f.sentence_no == fact.sentence_no and f.start <= fact.start]
            before = [f for f in near if f.unit == fact.unit and not f.part_of]
            if len(before) > 2 and "共" in before[0].qualifier.split():
                yield _summed("parts of a whole", before[1:], before[0])


def _one(found: list[tuple], indicator: str) -> tuple | None:
    """The only exact fact of an indicator in a report; None where there is none or several disagree."""
    of_it = [fact for fact in found if fact.indicator_id == indicator and fact.approx == "exact"]
    return of_it[0] if of_it and len({(f.value, f.capacity) for f in of_it}) == 1 else None


def _outcomes(found: list[tuple], texts: dict) -> Iterator[dict]:
    """Applications received are given up, refused or concluded where no case is pending."""
    received = _one(found, "reconsideration.received")
    outcomes = [fact for fact in (_one(found, indicator) for indicator in OUTCOMES) if fact]
    others = ("reconsideration.accepted", "reconsideration.pending", "reconsideration.corrected")
    if not received or len(outcomes) < 2 or any(_one(found, indicator) for indicator in others):
        return
    if any(fact.sentence_no != received.sentence_no for fact in outcomes):
        return
    if any(word in texts[received.doc_id, received.sentence_no] for word in _CARRIED):
        return
    yield _summed("outcomes of applications", outcomes, received)


def _ordered(found: list[tuple], texts: dict) -> Iterator[dict]:
    """What is accepted was received, what is concluded was accepted, unless it was carried over."""
    for small, large in ORDERED:
        left, right = _one(found, small), _one(found, large)
        if not left or not right or left.unit != right.unit or left.capacity != right.capacity:
            continue
        said = texts[left.doc_id, left.sentence_no] + texts[right.doc_id, right.sentence_no]
        carried = any(word in said for word in _CARRIED)
        result = "pass" if left.value <= right.value else "uncertain" if carried else "fail"
        detail = f"{left.value:g} against {right.value:g}" + (", with cases carried over" if carried else "")
        yield _result("part within whole", result, [left], [right], (left.value, right.value), detail)


def _percentages(found: list[tuple], texts: dict) -> Iterator[dict]:
    """A rate or a share lies between 0 and 100."""
    for fact in found:
        share = fact.kind == "percent" and fact.statistic in ("level", "stock") and not fact.implied
        if share and fact.phrase.endswith(("率", "占比", "比重", "比例", "覆盖面")):
            result = "pass" if 0 <= fact.value <= 100 else "fail"
            yield _result(
                "percentage", result, [fact], [], (fact.value, 100), f"{fact.phrase} {fact.surface}"
            )


def _rates(found: list[tuple], texts: dict) -> Iterator[dict]:
    """A stated rate against the counts it is made of, within the rounding of its last digit."""
    for rate_id, part_id, whole_id in RATES:
        rate, part, whole = (_one(found, indicator) for indicator in (rate_id, part_id, whole_id))
        if rate and part and whole and whole.value:
            computed = 100 * part.value / whole.value
            digits = len(rate.surface.rstrip("%％").partition(".")[2])
            result = "pass" if abs(rate.value - computed) <= 0.5 * 10**-digits + 1e-9 else "fail"
            detail = f"{part.value:g} / {whole.value:g} is {computed:.4g} %, stated {rate.surface}"
            yield _result("rate from counts", result, [rate], [part, whole], (rate.value, computed), detail)


def _continuity(key: tuple, series: dict) -> Iterator[dict]:
    """A figure against the year before, and against the growth that the report states."""
    indicator = key[4]
    for year, fact in sorted(series[key].items()):
        before = series[key].get(year - 1)
        if before is None or fact.statistic == "change" or not before.value or math.isnan(fact.value):
            continue
        place = {"doc_id": fact.doc_id, "other_doc_id": before.doc_id, "region_id": key[0], "year": year}
        ratio = fact.value / before.value
        unchanged = ratio == 1 and fact.value >= 10 and fact.kind == "count"
        result = "uncertain" if unchanged or not 0.2 <= ratio <= 5 else "pass"
        changed = "unchanged" if unchanged else f"factor {ratio:.3g}"
        detail = f"{fact.value:g} after {before.value:g}, {changed}"
        values = (fact.value, before.value)
        yield {**place, **_result("continuity", result, [fact], [before], values, detail)}
        growth = series.get((*key[:4], GROWTH.get(indicator, ""), "%"), {}).get(year)
        if growth:
            computed = 100 * (ratio - 1)
            result = "pass" if abs(growth.value - computed) <= 0.5 else "uncertain"
            detail = f"stated {growth.surface}, computed {computed:.3g} % (real and nominal growth differ)"
            values = (growth.value, computed)
            yield {**place, **_result("growth", result, [growth], [fact, before], values, detail)}


def _official(official: pd.DataFrame, facts: pd.DataFrame, documents: dict[str, dict]) -> list[dict]:
    """Stated figures against official tables."""
    wanted = ["region_id", "year", "indicator_id", "value"]
    missing = [name for name in wanted if name not in official.columns]
    if missing:
        raise ValueError(
            f"Official figures need the columns {wanted}; {missing} are not in {list(official.columns)}."
        )
    said = defaultdict(list)
    for fact in facts[facts["indicator_id"] != ""].itertuples(index=False):
        document = documents[fact.doc_id]
        if fact.statistic != "base":
            year = int(fact.period_end[:4]) if fact.period_end else document["year"]
            said[document["region_id"], year, fact.indicator_id].append(fact)
    rows = []
    for row in official[wanted].itertuples(index=False):
        found = said.get((row.region_id, int(row.year), row.indicator_id), [])
        agree = any(fact.value == row.value for fact in found)
        exact = any(fact.approx == "exact" for fact in found)
        result = "pass" if agree else "fail" if exact else "uncertain" if found else "not assessable"
        value = found[0].value if found else math.nan
        told = ", ".join(fact.surface for fact in found) or "nothing"
        detail = f"official {row.value:g}, reports say {told}"
        doc_id = found[0].doc_id if found else ""
        place = {"doc_id": doc_id, "region_id": row.region_id, "year": row.year, "other_doc_id": ""}
        made = _result("official", result, found, [], (value, row.value), detail)
        rows.append({**made, **place, "indicator_id": row.indicator_id})
    return rows
