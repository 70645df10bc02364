"""The region x year panel: cells with a state and evidence; nothing is summed or averaged."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection

import pandas as pd

KEY = ("region_id", "year", "genre", "body_kind", "indicator_id", "unit")
KEY += ("actor_scope", "capacity", "statistic", "period_start", "period_end")
COLUMNS = [*KEY, "region", "value", "approx", "state", "n_facts", "evidence", "derived_from"]
# A rate, its part and its whole. A 纠错率 is not among them: 审结 holds settled and terminated cases too.
RATES = (
    ("litigation.leader_appearance_rate", "litigation.leader_appearances", "litigation.hearings"),
    ("litigation.lost_rate", "litigation.lost", "litigation.concluded"),
    ("reconsideration.concluded_rate", "reconsideration.concluded", "reconsideration.accepted"),
)
_LEFT_OUT = ("plan", "meta")


def panel(
    corpus: object,
    facts: pd.DataFrame,
    *,
    indicators: Collection[str] | None = None,
    years: Collection[int] = (),
    gaps: bool = True,
) -> pd.DataFrame:
    """Arrange facts as a long panel of region, year and indicator, with gaps visible.

    A cell is what one report, or several, say of one indicator with the same unit, actor scope, capacity,
    statistic and period. Facts that differ in any of these stand in rows of their own and are never added
    up or averaged; where facts of one cell disagree, the state is conflict and the value is missing.

    Parameters
    ----------
    corpus
        A Corpus; its documents say which region-years have a report.
    facts
        The facts table; targets (role plan) and page furniture are left out.
    indicators
        Ids to show; by default those that any fact has.
    years
        Years whose gaps are shown; by default from the first to the last of the corpus.
    gaps
        Whether what is not stated, or has no report, has rows.

    Returns
    -------
    DataFrame
        The key columns region_id, year, genre, body_kind, indicator_id, unit, actor_scope, capacity,
        statistic, period_start, period_end; then region, value (in unit; NaN where the state is conflict,
        not stated or no report), approx, state (stated, stated zero, implied, derived, conflict, not
        stated, no report), n_facts, evidence (doc_id:start-end of each fact, separated by spaces) and
        derived_from (the two terms of a derived rate). `year` is the year of the period a fact speaks of.
        Sorted by the key.

    Notes
    -----
    "not stated" says that the report gives no such figure, not that nothing happened; "no report" says
    that the corpus has none for a region-year between the first and the last of `years`.
    """
    documents = corpus.documents.set_index("doc_id").to_dict("index")
    cells, reports = defaultdict(list), {}
    for document in documents.values():
        year = document["year"] if pd.isna(document["year_covered"]) else document["year_covered"]
        if not pd.isna(year):
            key = (document["region_id"], int(year), document["genre"], document["body_kind"])
            reports[key] = document["region"]
    wholes = {
        f"{row.doc_id}:{row.start}-{row.item_no}": row.indicator_id for row in facts.itertuples(index=False)
    }
    for fact in facts.itertuples(index=False):
        if not fact.indicator_id or fact.role in _LEFT_OUT or fact.doc_id not in documents:
            continue
        if wholes.get(f"{fact.doc_id}:{fact.part_of}") == fact.indicator_id:
            continue
        cells[_cell(fact, documents[fact.doc_id])].append(fact)
    shown = set(indicators) if indicators is not None else {key[4] for key in cells}
    rows = [_row(key, found) for key, found in cells.items() if key[4] in shown]
    rows += _derived(rows, shown)
    rows += _gaps(rows, reports, shown, years or {key[1] for key in reports}) if gaps else []
    names = {key[0]: region for key, region in reports.items()}
    table = pd.DataFrame(
        [{**row, "region": names.get(row["region_id"], "")} for row in rows], columns=COLUMNS
    )
    types = {"year": "Int64", "value": "float64", "n_facts": "int64"}
    table = table.astype({name: types.get(name, "str") for name in COLUMNS})
    return table.sort_values(list(KEY), kind="stable", ignore_index=True)


def _cell(fact: tuple, document: dict) -> tuple:
    """The key of the cell a fact belongs to; its year is the last year of the period it speaks of."""
    covered = document["year"] if pd.isna(document["year_covered"]) else document["year_covered"]
    year = int(fact.period_end[:4]) if fact.period_end else covered
    place = (document["region_id"], year, document["genre"], document["body_kind"])
    scope = (fact.actor_scope, fact.capacity, fact.statistic, fact.period_start, fact.period_end)
    return (*place, fact.indicator_id, fact.unit, *scope)


def _row(key: tuple, found: list[tuple]) -> dict[str, object]:
    """One cell from its facts: stated where they agree, conflict where they do not."""
    printed = [fact for fact in found if not fact.implied] or found
    values = {(fact.value, fact.approx) for fact in printed}
    agree = len(values) == 1
    value, approx = next(iter(values)) if agree else (math.nan, "")
    state = "implied" if printed[0].implied else "stated zero" if value == 0 else "stated"
    state = state if agree else "conflict"
    evidence = " ".join(f"{fact.doc_id}:{fact.start}-{fact.end}" for fact in found)
    said = {"value": value, "approx": approx, "state": state, "n_facts": len(found), "evidence": evidence}
    return {**dict(zip(KEY, key, strict=True)), **said, "derived_from": ""}


def _derived(rows: list[dict[str, object]], shown: set[str]) -> list[dict[str, object]]:
    """Rates that no report states, from two counts of one cell; both terms are named."""
    counts, stated, made = {}, set(), []
    for row in rows:
        place = tuple(row[name] for name in KEY if name not in ("indicator_id", "unit"))
        counts[place, row["indicator_id"]] = row
        stated.add((place[:4], row["indicator_id"]))
    for (place, indicator), part in counts.items():
        for rate, part_id, whole_id in RATES:
            whole = counts.get((place, whole_id))
            if indicator != part_id or whole is None or (place[:4], rate) in stated:
                continue
            usable = part["unit"] == whole["unit"] and part["approx"] == whole["approx"] == "exact"
            if usable and whole["value"] and part["value"] <= whole["value"]:
                terms = f"100 * {part_id} {part['value']:g} / {whole_id} {whole['value']:g}"
                evidence = f"{part['evidence']} {whole['evidence']}"
                value = 100 * part["value"] / whole["value"]
                said = {"indicator_id": rate, "unit": "%", "value": value, "state": "derived"}
                said |= {"evidence": evidence, "n_facts": 2, "derived_from": terms}
                made.append({**part, **said})
    return [row for row in made if row["indicator_id"] in shown or row["derived_from"]]


def _gaps(
    rows: list[dict[str, object]], reports: dict[tuple, str], shown: set[str], years: Collection[int]
) -> list[dict[str, object]]:
    """A row for every indicator that a report does not state, and for every region-year without a report."""
    said = {tuple(row[name] for name in KEY[:5]) for row in rows}
    span = range(min(years), max(years) + 1) if years else ()
    blank = dict.fromkeys(COLUMNS, "")
    made = []
    for region_id, genre, body_kind in sorted({(key[0], *key[2:]) for key in reports}):
        for year in span:
            place = (region_id, year, genre, body_kind)
            state = "not stated" if place in reports else "no report"
            for indicator in sorted(shown):
                if (*place, indicator) not in said:
                    cell = dict(zip(KEY[:5], (*place, indicator), strict=True))
                    made.append({**blank, **cell, "value": math.nan, "state": state, "n_facts": 0})
    return made
