"""The parts of the region report: each shows one result and says what it does not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.pipeline import Corpus
from toolkit.reports.labels import html_label, label, meaning_of, name_of
from toolkit.reports.rates import (
    FEWEST_PEERS,
    dimension_rates,
    dimension_roles,
    indicator_names,
    lexicon_table,
    role_shares,
)
from toolkit.reports.sheets import (
    Sheet,
    listed,
    place,
    say,
    show_figure,
    show_file,
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
# The small core that reports of a genre state often enough to be compared; ids of indicators.csv.
CORE = {
    "work report": "economy.gdp economy.gdp_growth economy.budget_revenue economy.fixed_investment "
    "economy.retail economy.income market.entities_total market.new_entities oversight.npc_suggestions "
    "oversight.cppcc_proposals",
    "annual report": "reconsideration.received reconsideration.accepted reconsideration.concluded "
    "reconsideration.upheld reconsideration.revoked reconsideration.confirmed_illegal litigation.cases "
    "litigation.leader_appearance_rate legality.reviews legality.opinions normdoc.issued normdoc.cleaned "
    "supervision.double_random enforcement.penalties training.enforcement_sessions dispute.mediated "
    "legalservice.legal_aid pufa.legal_savvy_persons oversight.hotline_cases",
}
_SHORTEST = 8  # characters of a sentence worth quoting: 各位代表！ says nothing


def show_title(sheet: Sheet) -> None:
    """Which region and body, which reports of it, and what kind of page this is."""
    report, language = sheet.report, sheet.language
    named = {
        name: name_of(name, report[name], language) for name in ("body_kind", "genre", "level", "subject")
    }
    place = dict.fromkeys(part for part in report[["province", "prefecture", "region"]] if part)
    years = span(sheet.corpus.documents["year"])
    identity = {
        "region": f"{' '.join(place)} ({named['level']})",
        "region_code": listed(dict.fromkeys(report[["region_code", "region_id"]]), language),
        "reporting_body": f"{report['reporting_body'] or '—'} ({named['body_kind']})",
        "genre": f"{named['genre']} ({named['subject']})",
        "year": label("report.years", language, years=years, n=len(sheet.corpus.documents)),
    }
    show_html(f"<h1>{html_label('report.heading', language, region=report['region'], years=years)}</h1>")
    items = [(name_of("column", name, language), value) for name, value in identity.items()]
    show_part("terms", items=items, shape="identity")
    say(sheet, "report.nature", year=name_of("year", report["genre"], language))


def show_reading(sheet: Sheet) -> None:
    """The region's reports that were read, and who reports in each."""
    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    date = documents["issued_on"].where(documents["issued_on"] != "", documents["published_on"])
    columns = ["year", "title", "reporting_body", "body_kind", "date", *SIZES]
    table = documents.assign(date=date)[columns]
    blank = [name for name in columns if (table[name] == "").all()]
    show_table(sheet, table.drop(columns=blank), shape="cards")
    if set(blank) - {"flags"}:
        names = [name_of("column", name, sheet.language) for name in blank if name != "flags"]
        say(sheet, "reading.blank", names=listed(names, sheet.language))
    years = set(documents["year"])
    missing = sorted(set(range(min(years), max(years) + 1)) - years)
    if missing:
        say(sheet, "reading.gaps", years=listed(missing, sheet.language))
    if sheet.peers.get("dropped"):
        say(sheet, "reading.dropped", "notice", files=listed(sheet.peers["dropped"], sheet.language))
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
    say(sheet, "card.rule")
    rows = card[[*CARD, "causes_stated"]].T.set_axis(card["year_covered"].astype("str"), axis=1)
    rows = rows.map(lambda value: "" if pd.isna(value) else name_of("presence", value, sheet.language))
    rows.insert(0, "part", [name_of("card", part, sheet.language) for part in rows.index])
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
    at = pd.MultiIndex.from_frame(headings[["doc_id", "start"]])
    found = found[~pd.MultiIndex.from_frame(found[["doc_id", "start"]]).isin(at)].drop_duplicates("text")
    show_subsection(sheet, f"quotes.{role}", n=len(found))
    if found.empty:
        say(sheet, "quotes.none", "notice")
        return
    headings = headings.assign(section=headings["marker"] + headings["title"])
    found = pd.merge_asof(
        found.sort_values("start"), headings[["doc_id", "start", "section"]], on="start", by="doc_id"
    ).fillna({"section": ""})
    quotes = [(" ".join(row.text.split()), place(sheet, row)) for row in found.head(all).itertuples()]
    more = label("quotes.more", sheet.language, n=len(found) - most, shown=len(quotes) - most)
    show_part("quotes", quotes=quotes, most=most, more=more)
    show_file(sheet, role, found)


def show_facts(sheet: Sheet, *, most: int = 40) -> None:
    """Core figures of the latest report with its words and their place, the others folded; then the years."""
    found, language = sheet.facts, sheet.language
    now = found[found["doc_id"].isin(sheet.latest.documents["doc_id"])]
    stated = now[(now["indicator_id"] != "") & now["certain"] & (now["role"] != "plan")]
    stated = stated.drop_duplicates(["indicator_id", "surface", "phrase"])
    core = _core(sheet)
    names, order = _indicators(language), {name: i for i, name in enumerate(core)}
    table = stated.assign(
        indicator=stated["indicator_id"].map(names), place=[place(sheet, row) for row in stated.itertuples()]
    )
    chosen = table[table["indicator_id"].isin(core)]
    chosen = chosen.sort_values("indicator_id", key=lambda ids: ids.map(order), kind="stable")
    rest = table[~table["indicator_id"].isin(core)]
    columns = ["indicator", "surface", "phrase", "actor", "place"]
    say(
        sheet, "facts.found", all=len(now), n=len(stated), core=chosen["indicator_id"].nunique(), of=len(core)
    )
    if len(chosen):
        show_table(sheet, chosen[columns], shape="cards")
    absent = [names[name] for name in core if name not in set(chosen["indicator_id"])]
    if absent:
        say(sheet, "facts.absent", "notice", names=listed(absent, language))
    if len(rest):
        more = label("facts.more", language, n=len(rest), shown=min(most, len(rest)))
        show_table(sheet, rest[columns].head(most), shape="cards", more=more)
    show_file(sheet, "facts", found)
    show_limit(sheet, "facts")
    grid = value_grid(sheet, sheet.corpus, ["year"])
    if len(grid):
        show_subsection(sheet, "facts.years")
        show_table(sheet, grid)
        say(sheet, "facts.years_limit", "limit")


def _core(sheet: Sheet) -> list[str]:
    """Ids of the core indicators of the reports' genre."""
    return CORE.get(sheet.report["genre"], CORE["annual report"]).split()


def _indicators(language: str) -> dict[str, str]:
    """Names of the indicators."""
    from toolkit.indicators import read_indicators

    return {row.indicator_id: getattr(row, language) for row in read_indicators()}


def value_grid(
    sheet: Sheet, corpus: Corpus, columns: Sequence[str], *, most: int = 12, last: int = 6
) -> pd.DataFrame:
    """Indicators that two reports or more state, core ones first, against the last years (or reports)."""
    from toolkit.indicators import panel

    years = corpus.documents["year_covered"].fillna(corpus.documents["year"])
    reports = corpus.documents[["region_id"]].assign(year=years).drop_duplicates()
    cells = panel(corpus, sheet.facts).merge(reports, on=["region_id", "year"])
    cells = cells[(cells["statistic"] == "level") & cells["value"].notna()]
    cells = cells.drop_duplicates(["indicator_id", "unit", "region_id", "year"], keep=False)
    if cells.empty:
        return cells.iloc[:, :0]
    places = corpus.documents.groupby("region")["region_id"].nunique()
    columns = [*(["region_id"] if places.max() > 1 else []), *columns]  # 朝阳区 is several places
    cells = cells.assign(column=cells[columns].astype("str").agg(" ".join, axis=1))
    grid = cells.pivot(index=["indicator_id", "unit"], columns="column", values="value")
    grid = grid[cells["column"].drop_duplicates().tail(last)].dropna(thresh=2)
    rows = grid.index.to_frame(index=False).assign(n=grid.count(axis=1).to_numpy())
    rows["rank"] = ~rows["indicator_id"].isin(_core(sheet))
    rows = rows.sort_values(["rank", "n"], ascending=[True, False], kind="stable").head(most)
    grid = grid.iloc[rows.index].rename_axis(columns=None).reset_index(drop=True)
    grid.insert(0, "indicator", indicator_names(rows, sheet.language).to_numpy())
    return grid


def show_institutions(sheet: Sheet) -> None:
    """National institutions in force in the report's year, and which of them it reports; slogans are left out.

    Each with the number of the first sentence that has it. What stands only under problems and plans, or is
    denied, is listed apart: a mention is not adoption.
    """
    table, year = lexicon_table(), int(sheet.report["year"])
    first, last = (pd.to_numeric(table[name], errors="coerce") for name in ("valid_from", "valid_to"))
    known = table[
        (table["kind"] == "institution") & (table["scope"] == "national") & (first <= year) & ~(last < year)
    ]
    hits = sheet.latest.hits[sheet.latest.hits["role"] != "meta"]
    hits = hits.assign(reported=~hits["role"].isin(NOT_YET) & (hits["negated"] == ""))
    hits = hits.sort_values(["reported", "doc_id", "start"], ascending=[False, True, True])
    columns = ["mechanism", "reported", "doc_id", "sentence_no", "start", "end", "surface"]
    hits = hits[columns].drop_duplicates("mechanism").rename(columns={"mechanism": "id"})
    known = known[["id", "name", "english", "dimension", "valid_from", "legal_basis"]].merge(hits, how="left")
    known["reported"] = known["reported"].map({True: "reported", False: "only_planned"}).fillna("not found")
    known = known.fillna({"doc_id": ""}).astype(dict.fromkeys(["sentence_no", "start", "end"], "Int64"))
    names = known["name" if sheet.language == "zh" else "english"]
    known["words"] = [f"{name} [{no}]" for name, no in zip(names, known["sentence_no"], strict=True)]
    rows = []
    for dimension, group in known.groupby("dimension", sort=False):
        lists = {how: group.loc[group["reported"] == how, "words"] for how in ("reported", "only_planned")}
        words = {how: listed(found, sheet.language) for how, found in lists.items()}
        rows.append(
            {"dimension": dimension, "in_force": len(group), "n_found": len(lists["reported"]), **words}
        )
    counts = known["reported"].value_counts()
    numbers = {"n": counts.get("reported", 0), "planned": counts.get("only_planned", 0), "all": len(known)}
    say(sheet, "institutions.found", year=year, **numbers)
    show_table(sheet, pd.DataFrame(rows), shape="cards")
    show_file(sheet, "institutions", known.drop(columns="words"))
    show_limit(sheet, "institutions")


def show_dimensions(sheet: Sheet, *, most: int = 30) -> None:
    """How much each report says of each part of the 纲要, per 10,000 tokens; of many, by year."""
    from toolkit import plots

    keys = sheet.groups(most)
    rates = dimension_rates(sheet.corpus, keys)
    if rates["label"].nunique() == 1:
        return
    if rates["label"].str.fullmatch(r"\d+").all():  # one region: a year without a report is a gap
        years = pd.DataFrame({"year": range(rates["year"].min(), rates["year"].max() + 1)})
        every = years.merge(rates[["dimension"]].drop_duplicates(), how="cross")
        rates = every.merge(rates, how="left").assign(label=every["year"].astype("str"))
        rates["region"] = sheet.report["region"]
    rates["dimension"] = [name_of("dimension", name, sheet.language) for name in rates["dimension"]]
    options = {"title": label("dimensions.heading", sheet.language), **_by_year(sheet, keys)}
    axes = plots.heat_map(rates, row="label", column="dimension", language=sheet.language, **options)
    show_figure(sheet, "dimensions", axes, rates)


def show_dimension_roles(sheet: Sheet) -> None:
    """How much the latest report says of each part of the 纲要 as done, as a problem and as a plan."""
    from toolkit import plots

    split = dimension_roles(sheet.latest)
    if split.empty:
        return
    split["dimension"] = [name_of("dimension", name, sheet.language) for name in split["dimension"]]
    options = {"title": label("dimension_roles.title", sheet.language), "subtitle": sheet.name}
    axes = plots.roles(split, row="dimension", value="per_10k", language=sheet.language, **options)
    show_figure(sheet, "dimension_roles", axes, split)


def show_roles(sheet: Sheet, *, most: int = 30) -> None:
    """What the text of each report is given to; of many reports, by year."""
    from toolkit import plots

    keys = sheet.groups(most)
    shares = role_shares(sheet.corpus, keys)
    documents, n_chars = sheet.corpus.documents, f"{shares['n_chars'].sum():,}"
    about = {"region": sheet.report["region"], "n": len(documents), "years": span(documents["year"])}
    about["regions"] = documents["region_id"].nunique()
    name = label("report.heading" if about["regions"] == 1 else "comparison.lead", sheet.language, **about)
    subtitle = label("roles.subtitle", sheet.language, name=name, n_chars=n_chars)
    subtitle = _by_year(sheet, keys).get("subtitle", subtitle)
    several = shares["year"].nunique() > 1 and shares.groupby("year")["label"].nunique().max() == 1
    if "region_id" not in keys:
        shares["n_reports"] = shares["year"].map(documents["year"].value_counts())
    row = "year" if several else "label"
    axes = plots.roles(shares, row=row, language=sheet.language, subtitle=subtitle)
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


def show_keyness(sheet: Sheet, *, top: int = 10) -> None:
    """Terms characteristic of the latest report against the others; names of places do not compete."""
    from toolkit import plots

    peers, language = sheet.peers, sheet.language
    if not peers["n_reports"]:
        say(sheet, "keyness.alone", "notice")
        return
    kinds = [f"{name_of('body_kind', kind, language)} {n}" for kind, n in peers["body_kinds"].items()]
    values = {"n": peers["n_reports"], "regions": peers["n_regions"], "kinds": listed(kinds, language)}
    say(sheet, "keyness.others", years="–".join(map(str, dict.fromkeys(peers["years"]))), **values)
    keys = _keys(sheet)
    if keys.empty:
        say(sheet, "keyness.none", "notice")
        return
    axes = plots.keyness(keys, language=language, top=top, subtitle=sheet.name)
    show_figure(sheet, "keyness", axes, keys)


def _keys(sheet: Sheet, least: int = 3) -> pd.DataFrame:
    """Keyness of terms of two characters or more that stand `least` times on one side, strongest first."""
    from toolkit.measures import keyness

    keys = keyness(sheet.sides, target={"side": "this"}, reference={"side": "others"}, min_documents=1)
    counts = keys[["count_target", "count_reference"]].max(axis=1)
    keys = keys[(keys["term"].str.len() > 1) & (counts >= least) & (keys["log_ratio"] != 0)]
    return keys.sort_values(["log_likelihood", "term"], ascending=[False, True], ignore_index=True)


def show_contexts(
    sheet: Sheet, terms: Sequence[str], *, most: int = 5, window: int = 16, characteristic: int = 3
) -> None:
    """Concordance lines of the chosen terms and the most characteristic ones, in the latest report."""
    from toolkit.terms.concordance import kwic

    keys = _keys(sheet) if sheet.peers["n_reports"] else pd.DataFrame({"term": [], "log_ratio": []})
    key_terms = keys.loc[keys["log_ratio"] > 0, "term"].head(characteristic)
    found = {term: kwic(sheet.latest, term, window=window) for term in dict.fromkeys([*terms, *key_terms])}
    for term, lines in found.items():
        if lines.empty:
            continue
        show_subsection(sheet, "context.term", term=term, n=len(lines))
        rows = [
            (*(" ".join(text.split()) for text in (row.left, row.keyword, row.right)), place(sheet, row))
            for row in lines.drop_duplicates(["left", "right"])
            .drop(columns="section")
            .head(most)
            .itertuples()
        ]
        show_part("lines", lines=rows)
    absent = [term for term, lines in found.items() if lines.empty]
    if absent:
        say(sheet, "context.absent", "notice", terms=listed(absent, sheet.language))
    show_file(sheet, "contexts", pd.concat(found, names=["term"]).reset_index("term").reset_index(drop=True))
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


def show_quality(sheet: Sheet) -> None:
    """The ledger: what became of the inputs, and by how many reports each rule found region, year and the rest."""
    ledger, language = sheet.corpus.ledger, sheet.language
    counts = ledger["status"].value_counts()
    statuses = [f"{name_of('status', status, language)} {n}" for status, n in counts.items()]
    say(sheet, "quality.inputs", n=len(ledger), statuses=listed(statuses, language))
    read = ledger[ledger["doc_id"] != ""]
    rows = [
        (name_of("column", f"{name}_source", language), source or "—", n)
        for name in ("region", "year", "body", "title", "date")
        for source, n in read[f"{name}_source"].value_counts().items()
    ]
    show_table(sheet, pd.DataFrame(rows, columns=["field", "rule", "n_reports"]))
    if len(sheet.corpus.duplicates):
        say(sheet, "quality.duplicates", "notice", n=len(sheet.corpus.duplicates))
    show_file(sheet, "ledger", ledger)
    show_limit(sheet, "quality")


def show_settings(sheet: Sheet) -> None:
    """Everything that could move a number."""
    rows = list(_flat(sheet.corpus.settings))
    show_table(sheet, pd.DataFrame(rows, columns=["setting", "value"]), shape="settings")


def show_tables(sheet: Sheet) -> None:
    """The tables behind the page as one workbook, with a codebook."""
    from toolkit.exports import export
    from toolkit.terms.counts import count_terms

    tables = {
        "documents": sheet.corpus.documents.drop(columns="text"),
        "facts": sheet.facts,
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


def _flat(settings: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Nested settings as rows."""
    rows = []
    for name, value in settings.items():
        path = f"{above}{name}"
        rows += _flat(value, f"{path}.") if isinstance(value, Mapping) else [(path, str(value))]
    return rows
