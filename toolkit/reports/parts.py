"""The parts of the region report: each shows one result and says what it does not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.reports.labels import html_label, label, meaning_of, name_of
from toolkit.reports.rates import FEWEST_PEERS, dimension_rates, dimension_roles, role_shares
from toolkit.reports.sheets import (
    Sheet,
    listed,
    say,
    show_figure,
    show_html,
    show_limit,
    show_part,
    show_subsection,
    show_table,
    span,
)

CARD = ("measures", "shortcomings", "leadership", "plan", "other")
NOT_YET = ("problem", "plan")
SIZES = ["n_chars", "n_tokens", "flags"]
_SHORTEST = 8  # characters of a sentence worth quoting: 各位代表！ says nothing


def show_title(sheet: Sheet) -> None:
    """Who and when, and what kind of page this is."""
    report, language = sheet.report, sheet.language
    closed = {name: name_of(name, report[name], language) for name in ("body_kind", "genre", "subject")}
    values = closed | {
        "place": " ".join(
            dict.fromkeys(part for part in report[["province", "prefecture", "region"]] if part)
        ),
        "code": report["region_code"],
        "body": report["reporting_body"] or "—",
        "n": len(sheet.corpus.documents),
    }
    years = span(sheet.corpus.documents["year"])
    show_html(f"<h1>{html_label('report.heading', language, region=report['region'], years=years)}</h1>")
    say(sheet, "report.lead", "lead", **values)
    say(sheet, "report.nature", year=name_of("year", report["genre"], language))


def show_reading(sheet: Sheet) -> None:
    """The region's reports that were read, and who reports in each."""
    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    date = documents["issued_on"].where(documents["issued_on"] != "", documents["published_on"])
    columns = ["year", "title", "reporting_body", "body_kind", "date", *SIZES]
    show_table(sheet, documents.assign(date=date)[columns], shape="roomy")
    years = set(documents["year"])
    missing = sorted(set(range(min(years), max(years) + 1)) - years)
    if missing:
        say(sheet, "reading.gaps", years=listed(missing, sheet.language))
    _show_flags(sheet, documents["flags"])
    say_mixed(sheet)
    show_limit(sheet, "reading")


def say_mixed(sheet: Sheet) -> None:
    """A notice where the reports are of several kinds of body, or have several subjects."""
    for column in ("body_kind", "subject"):
        found = sheet.corpus.documents[column].unique()
        kinds = [name_of(column, kind, sheet.language) for kind in found]
        if len(kinds) > 1:
            say(sheet, f"reading.mixed_{column}", "notice", kinds=listed(kinds, sheet.language))


def _show_flags(sheet: Sheet, flags: pd.Series) -> None:
    """What the flags of the reports mean."""
    language, found = sheet.language, dict.fromkeys(" ".join(flags).split())
    meanings = [(name_of("flag", flag, language), meaning_of(flag, language)) for flag in found]
    if meanings:
        say(sheet, "reading.flags")
        show_part("terms", items=meanings)


def show_card(sheet: Sheet) -> None:
    """Which contents that the rules demand the latest reports have; work reports have no such duty."""
    from toolkit.corpus.statutory import statutory_card

    card = statutory_card(sheet.corpus).drop_duplicates("year_covered", keep="last")
    card = card.sort_values("year_covered", ascending=False).head(5)
    if card.empty:
        say(sheet, "card.none", "notice")
        return
    rows = card[list(CARD)].T.set_axis(card["year_covered"].astype("str"), axis=1)
    rows = rows.map(lambda value: name_of("presence", value, sheet.language))
    rows.insert(0, "part", [name_of("card", part, sheet.language) for part in CARD])
    show_table(sheet, rows)
    show_table(sheet, card[["year_covered", "deadline", "dated", "dated_by", "timeliness"]])
    show_limit(sheet, "card")


def show_quotes(sheet: Sheet, role: str, *, most: int = 6, all: int = 40) -> None:
    """Sentences of one role in the latest report, in its own words, each with its place."""
    corpus = sheet.latest
    headings = corpus.sections[corpus.sections["style"] == "line"]
    found = corpus.sentences[
        (corpus.sentences["role"] == role) & (corpus.sentences["text"].str.strip().str.len() >= _SHORTEST)
    ]
    # A heading on a line of its own says nothing of its own; it is the place of what follows.
    found = found.merge(
        headings[["doc_id", "start"]].assign(heading=True), on=["doc_id", "start"], how="left"
    )
    found = found[found["heading"].isna()]
    show_subsection(sheet, f"quotes.{role}", n=len(found))
    if found.empty:
        say(sheet, "quotes.none", "notice")
        return
    quotes = [
        (" ".join(row.text.split()), _place(sheet, headings, row)) for row in found.head(all).itertuples()
    ]
    more = label("quotes.more", sheet.language, n=len(found) - most, shown=len(quotes) - most)
    show_part("quotes", quotes=quotes, most=most, more=more)


def show_facts(sheet: Sheet, *, most: int = 25) -> None:
    """Figures that the latest report states, with its words, and over the years where there are several."""
    from toolkit.files import finished
    from toolkit.indicators import facts, panel, read_indicators
    from toolkit.plots.saving import csv_text

    found = facts(sheet.corpus)
    names = {row.indicator_id: getattr(row, sheet.language) for row in read_indicators()}
    now = found[found["doc_id"].isin(sheet.latest.documents["doc_id"])]
    core = now[(now["indicator_id"] != "") & now["certain"] & (now["role"] != "plan")]
    with finished(sheet.out / "facts.csv") as path:
        path.write_text(csv_text(found), encoding="utf-8-sig", newline="\n")
    if core.empty:
        say(sheet, "facts.none", "notice")
        return
    say(sheet, "facts.found", all=len(now), n=len(core), shown=min(most, len(core)))
    table = core.assign(
        indicator=core["indicator_id"].map(names), sentence_no=core["sentence_no"].astype("str")
    )
    show_table(sheet, table[["indicator", "surface", "phrase", "actor", "sentence_no"]].head(most))
    show_part("files", words=label("figure.files", sheet.language), files=["facts.csv"])
    show_limit(sheet, "facts")
    cells = panel(sheet.corpus, found)
    if cells["year"].nunique() > 1:
        _show_years(sheet, cells, names)


def show_institutions(sheet: Sheet) -> None:
    """National institutions in force in the report's year, and which of them it reports; slogans are left out.

    What stands only under problems and plans, or is denied, is listed apart: a mention is not adoption.
    """
    from toolkit.terms.lexicon import read_lexicon

    table, year = read_lexicon().table, int(sheet.report["year"])
    first, last = (pd.to_numeric(table[name], errors="coerce") for name in ("valid_from", "valid_to"))
    known = table[
        (table["kind"] == "institution") & (table["scope"] == "national") & (first <= year) & ~(last < year)
    ]
    hits = sheet.latest.hits[sheet.latest.hits["role"] != "meta"]
    done = ~hits["role"].isin(NOT_YET) & (hits["negated"] == "")
    known = known.assign(found=known["id"].isin(hits["mechanism"]))
    known = known.assign(done=known["id"].isin(hits.loc[done, "mechanism"]))
    name = "name" if sheet.language == "zh" else "english"
    rows = [
        {
            "dimension": dimension,
            "in_force": len(group),
            "reported": int(group["found"].sum()),
            "terms": listed(group.loc[group["done"], name], sheet.language),
            "only_planned": listed(group.loc[group["found"] & ~group["done"], name], sheet.language),
        }
        for dimension, group in known.groupby("dimension", sort=False)
    ]
    say(sheet, "institutions.found", year=year, n=int(known["found"].sum()), all=len(known))
    show_table(sheet, pd.DataFrame(rows))
    show_limit(sheet, "institutions")


def show_dimensions(sheet: Sheet, *, most: int = 30) -> None:
    """How much each report says of each part of the 纲要, per 10,000 tokens; of many, by year; of one, by role."""
    from toolkit import plots

    keys = sheet.groups(most)
    rates = dimension_rates(sheet.corpus, keys)
    rates["dimension"] = [name_of("dimension", name, sheet.language) for name in rates["dimension"]]
    options = {"language": sheet.language, "title": label("dimensions.heading", sheet.language)}
    several = rates["label"].nunique() > 1
    if several:
        axes = plots.heat_map(rates, row="label", column="dimension", **options, **_by_year(sheet, keys))
        show_figure(sheet, "dimensions", axes, rates)
    split = dimension_roles(sheet.latest)
    if len(sheet.latest.documents) == 1 and len(split):
        split["dimension"] = [name_of("dimension", name, sheet.language) for name in split["dimension"]]
        options["subtitle"] = sheet.name
        axes = plots.roles(split, row="dimension", value="per_10k", **options)
        show_figure(sheet, "dimension_roles" if several else "dimensions", axes, split)


def show_roles(sheet: Sheet, *, most: int = 30) -> None:
    """What the text of each report is given to; of many reports, by year."""
    from toolkit import plots

    keys = sheet.groups(most)
    shares = role_shares(sheet.corpus, keys)
    axes = plots.roles(shares, row="label", language=sheet.language, **_by_year(sheet, keys))
    show_figure(sheet, "roles", axes, shares)


def _by_year(sheet: Sheet, keys: Sequence[str]) -> dict[str, str]:
    """The subtitle of a figure in which all reports of a year are one row."""
    n = len(sheet.corpus.documents)
    return {} if "region_id" in keys else {"subtitle": label("by_year.subtitle", sheet.language, n=n)}


def show_peers(sheet: Sheet) -> None:
    """The latest report's shares and rates beside the middle half of the reports alike, if these are ten or more."""
    ranges, language = sheet.ranges, sheet.language
    n = int(ranges["n_reports"].max()) if len(ranges) else 0
    show_subsection(sheet, "peers.heading")
    if n < FEWEST_PEERS:
        say(sheet, "peers.few", "notice", n=n, least=FEWEST_PEERS)
        return
    names = [name_of("role", name_of("dimension", name, language), language) for name in ranges["name"]]
    say(sheet, "peers.rule", n=n, year=sheet.report["year"])
    show_table(sheet, ranges.assign(name=names)[["name", "value", "low", "median", "high"]])
    show_limit(sheet, "peers")


def show_keyness(sheet: Sheet, *, top: int = 10, least: int = 3) -> None:
    """Terms characteristic of the latest report against the others; names of places do not compete."""
    from toolkit import plots
    from toolkit.measures import keyness

    peers, language = sheet.peers, sheet.language
    if not peers["n_reports"]:
        say(sheet, "keyness.alone", "notice")
        return
    kinds = [f"{name_of('body_kind', kind, language)} {n}" for kind, n in peers["body_kinds"].items()]
    values = {"n": peers["n_reports"], "regions": peers["n_regions"], "kinds": listed(kinds, language)}
    say(sheet, "keyness.others", years="–".join(map(str, dict.fromkeys(peers["years"]))), **values)
    keys = keyness(sheet.sides, target={"side": "this"}, reference={"side": "others"}, min_documents=1)
    counts = keys[["count_target", "count_reference"]].max(axis=1)
    keys = keys[(keys["term"].str.len() > 1) & (counts >= least)]
    keys = keys.sort_values(["log_likelihood", "term"], ascending=[False, True], ignore_index=True)
    axes = plots.keyness(keys, language=language, top=top, subtitle=sheet.name)
    show_figure(sheet, "keyness", axes, keys)


def show_contexts(sheet: Sheet, terms: Sequence[str], *, most: int = 5, window: int = 18) -> None:
    """Concordance lines of each term in the latest report."""
    from toolkit.terms.concordance import kwic

    for term in terms:
        lines = kwic(sheet.latest, term, window=window)
        show_subsection(sheet, "context.term", term=term, n=len(lines))
        rows = lines.head(most)[["left", "keyword", "right"]].itertuples(index=False, name=None)
        if len(lines):
            show_part("lines", lines=[[" ".join(cell.split()) for cell in row] for row in rows])
    show_limit(sheet, "context")


def show_frequency(sheet: Sheet, *, top: int = 20, cloud: int = 60) -> None:
    """The most frequent terms of the latest report: bars, and beside them a cloud of the same table."""
    from toolkit import plots
    from toolkit.measures import frequency
    from toolkit.terms.counts import count_terms, top_terms

    counts = count_terms(sheet.latest, by=["region_id", "year"])
    ranked = frequency(top_terms(counts, cloud, leave_out=sheet.places))
    axes = plots.frequency_and_cloud(ranked, top=top, language=sheet.language, subtitle=sheet.name)
    show_figure(sheet, "top_terms", axes, ranked)


def show_quality(sheet: Sheet, *, most: int = 60) -> None:
    """The ledger: by which rule region, year and the rest were found, and what was flagged."""
    sources = [f"{name}_source" for name in ("region", "year", "body", "title", "date")]
    show_table(sheet, sheet.corpus.ledger[["path", "status", "n_meta_chars", *sources]].head(most))
    if len(sheet.corpus.duplicates):
        say(sheet, "quality.duplicates", "notice", n=len(sheet.corpus.duplicates))
    show_limit(sheet, "quality")


def show_settings(sheet: Sheet) -> None:
    """Everything that could move a number."""
    rows = list(_flat(sheet.corpus.settings))
    show_table(sheet, pd.DataFrame(rows, columns=["setting", "value"]), shape="settings")


def show_tables(sheet: Sheet) -> None:
    """The tables behind the page as one workbook, with a codebook."""
    from toolkit.exports import export
    from toolkit.indicators import facts
    from toolkit.terms.counts import count_terms

    tables = {
        "documents": sheet.corpus.documents.drop(columns="text"),
        "facts": facts(sheet.corpus),
        "terms": count_terms(sheet.corpus, by=["region_id", "year"]),
        "roles": role_shares(sheet.corpus),
    }
    paths = export(tables, sheet.out / "tables.xlsx", settings=sheet.corpus.settings, force=True)
    show_part("files", words=label("tables.files", sheet.language), files=[path.name for path in paths])


def show_citations(sheet: Sheet) -> None:
    """How to cite the reports (GB/T 7714) and this page."""
    from toolkit.terms.citations import citation

    documents = sheet.corpus.documents.itertuples()
    show_part("list", items=[(citation(document), document.doc_id) for document in documents])
    say(sheet, "cite.toolkit", version=sheet.corpus.settings.get("versions", {}).get("toolkit", ""))


def _show_years(
    sheet: Sheet, cells: pd.DataFrame, names: Mapping[str, str], *, most: int = 12, last: int = 8
) -> None:
    """The indicators stated in most years, as a table of indicator and year."""
    known = cells[(cells["statistic"] == "level") & cells["value"].notna()]
    known = known.drop_duplicates(["indicator_id", "unit", "year"], keep=False)
    grid = known.pivot(index=["indicator_id", "unit"], columns="year", values="value")
    grid = grid[grid.columns[-last:]].dropna(thresh=2)
    grid = grid.loc[grid.count(axis=1).sort_values(ascending=False, kind="stable").index].head(most)
    if grid.empty:
        return
    show_subsection(sheet, "facts.years")
    units = grid.index.to_frame()
    grid = grid.rename(columns=str).rename_axis(columns=None).reset_index(drop=True)
    grid.insert(0, "indicator", (units["indicator_id"].map(names) + " " + units["unit"]).to_numpy())
    show_table(sheet, grid)
    say(sheet, "facts.years_limit", "limit")


def _place(sheet: Sheet, headings: pd.DataFrame, row: Any) -> str:
    """Heading above a sentence, its number and its characters."""
    above = headings[(headings["doc_id"] == row.doc_id) & (headings["start"] <= row.start)].tail(1)
    section = "".join(above["marker"] + above["title"])
    return label(
        "quotes.place", sheet.language, section=section, no=row.sentence_no, start=row.start, end=row.end
    )


def _flat(settings: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Nested settings as rows."""
    rows = []
    for name, value in settings.items():
        path = f"{above}{name}"
        rows += _flat(value, f"{path}.") if isinstance(value, Mapping) else [(path, str(value))]
    return rows
