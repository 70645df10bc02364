"""The parts of the comparison: all regions and years, unranked where they cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from toolkit.reports.changes import phrase_counts
from toolkit.reports.labels import label, name_of
from toolkit.reports.parts import CARD, SIZES, say_mixed, value_grid
from toolkit.reports.rates import (
    LEAST,
    alike,
    cards,
    coverage_in_time,
    dimension_rates,
    first_reports,
    latest_names,
    shared_and_problems,
    stated_values,
)
from toolkit.reports.sheets import (
    Sheet,
    listed,
    say,
    show_figure,
    show_file,
    show_html,
    show_limit,
    show_subsection,
    show_table,
    span,
)
from toolkit.terms.counts import count_terms

MOST_ALIKE = 400  # reports compared with each other; of more, so many are taken


def show_comparison_title(sheet: Sheet) -> None:
    """How many reports of how many regions, and what kind of page this is."""
    documents = sheet.corpus.documents
    show_html(f"<h1>{label('comparison.title', sheet.language)}</h1>")
    regions = documents["region_id"].nunique()
    say(sheet, "comparison.lead", "lead", n=len(documents), regions=regions, years=span(documents["year"]))
    say(sheet, "report.nature", year="")


def show_coverage(sheet: Sheet) -> None:
    """Which region-years there are, and which in time; by province where the corpus spans several."""
    from toolkit import plots

    table = coverage_in_time(sheet.corpus)
    show_figure(sheet, "coverage", plots.coverage(table, language=sheet.language), table)
    provinces = sheet.corpus.documents.query("province != ''").groupby("province").size()
    if len(provinces) > 1:
        table = provinces.rename("n_reports").reset_index()
        title = label("tile_map.title", sheet.language)
        axes = plots.tile_map(table, language=sheet.language, title=title)
        show_figure(sheet, "tile_map", axes, table)


def show_reports(sheet: Sheet, *, most: int = 60) -> None:
    """The regions: which years, how much text, what was flagged; every report is in a file."""
    documents = sheet.corpus.documents.sort_values(["region_code", "year"], kind="stable")
    regions = documents.groupby("region_id", sort=False)
    table = regions.agg(region_code=("region_code", "last"), region=("region", "last"), years=("year", span))
    table["n_reports"] = regions.size()
    years = regions["year"].agg(lambda year: year.max() - year.min() + 1 - year.nunique())
    table["n_missing"] = years.astype("Int64")
    table["body_kind"] = regions["body_kind"].agg(lambda kinds: "|".join(dict.fromkeys(kinds)))
    table["flags"] = regions["flags"].agg(lambda flags: " ".join(dict.fromkeys(" ".join(flags).split())))
    table[SIZES[:2]] = regions[SIZES[:2]].sum()
    order = ["region_code", "region", "years", "n_reports", "n_missing", "body_kind", *SIZES]
    show_table(sheet, table[order].head(most), shape="cards")
    if len(table) > most:
        say(sheet, "reading.more", n=len(table) - most)
    show_file(sheet, "reports", documents.drop(columns="text", errors="ignore"))
    say_mixed(sheet)
    show_limit(sheet, "reading")


def show_cards(sheet: Sheet) -> None:
    """In how many reports each statutory part was found, and how many were on time."""
    card, language = cards(sheet.corpus), sheet.language
    if card.empty:
        say(sheet, "card.none", "notice")
        return
    choices = ["section", "passage", "mention", "absent"]
    table = card[list(CARD)].apply(pd.Series.value_counts).T.reindex(columns=choices)
    table = table.fillna(0).astype("int64").rename_axis("part").reset_index()
    table["part"] = [name_of("card", part, language) for part in table["part"]]
    show_table(sheet, table.rename(columns=lambda name: name_of("presence", name, language)))
    counts = card["timeliness"].value_counts()
    times = [f"{name_of('timeliness', name, language)} {n}" for name, n in counts.items()]
    say(sheet, "card.times", n=len(card), times=listed(times, language))
    show_limit(sheet, "card")


def show_disclosure(sheet: Sheet, *, most: int = 25) -> None:
    """Which indicators reports state at all, before any value."""
    from toolkit.indicators import read_indicators

    found = sheet.facts
    found = found[(found["indicator_id"] != "") & ~found["role"].isin(["plan", "meta"])]
    names = {row.indicator_id: getattr(row, sheet.language) for row in read_indicators()}
    table = found.groupby("indicator_id")["doc_id"].nunique().rename("n_stated").reset_index()
    if table.empty:
        say(sheet, "facts.none", "notice")
        return
    table["n_reports"] = len(sheet.corpus.documents)
    table["share"] = table["n_stated"] / table["n_reports"]
    table = table.sort_values(["n_stated", "indicator_id"], ascending=[False, True]).head(most)
    table.insert(0, "indicator", table.pop("indicator_id").map(names))
    show_table(sheet, table)
    show_limit(sheet, "disclosure")


def show_values(sheet: Sheet, *, most: int = 12, columns: int = 6) -> None:
    """Core figures of the latest reports side by side, unranked; then rates of the reports alike, one dot each.

    Counts of unequal places have no common scale, so only rates in percent are drawn together.
    """
    from toolkit import plots

    latest = _latest(sheet).head(columns)
    grid = value_grid(sheet, sheet.corpus.where(doc_id=latest["doc_id"]), ["region", "year"], most=most)
    if len(grid):
        show_table(sheet, grid)
        say(sheet, "values.rule", "limit", n=len(latest), of=sheet.corpus.documents["region_id"].nunique())
    chosen = _alike(sheet, "distribution")
    if chosen is None:
        return
    found = sheet.corpus.where("sections", "sentences", doc_id=chosen["doc_id"])
    table, drawn = stated_values(found, unit="%", most=most)
    if not drawn:
        say(sheet, "distribution.none", "notice", least=LEAST)
        return
    title = _title(sheet, "distribution")
    axes = plots.distribution(table, language=sheet.language, row=f"name_{sheet.language}", title=title)
    show_figure(sheet, "rates", axes, table)


def _latest(sheet: Sheet) -> pd.DataFrame:
    """The latest report of each region, in the order of the codes."""
    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    return documents.drop_duplicates("region_id", keep="last").sort_values("region_code", kind="stable")


def show_dimensions_by_region(sheet: Sheet, *, most: int = 40) -> None:
    """Region by part of the 纲要, each region's latest report; in the order of the codes, unranked."""
    from toolkit import plots

    latest = _latest(sheet)
    show_subsection(sheet, "dimensions.regions", n=min(most, len(latest)), of=len(latest))
    rates = dimension_rates(sheet.corpus.where(doc_id=latest.head(most)["doc_id"]))
    rates["dimension"] = [name_of("dimension", name, sheet.language) for name in rates["dimension"]]
    title = label("dimensions.regions", sheet.language, n=min(most, len(latest)), of=len(latest))
    axes = plots.heat_map(rates, row="label", column="dimension", language=sheet.language, title=title)
    show_figure(sheet, "dimensions_by_region", axes, rates)


def show_side_by_side(sheet: Sheet, terms: Sequence[str], *, most: int = 12) -> None:
    """The latest report of each region beside the others, in the order of the codes, unranked."""
    from toolkit import plots
    from toolkit.measures import frequency

    documents = _latest(sheet)
    chosen = documents.head(most)
    say(sheet, "beside.rule", "notice", n=len(chosen), of=len(documents))
    rates = frequency(phrase_counts(sheet.corpus.where(doc_id=chosen["doc_id"]), terms))
    axes = plots.side_by_side(rates, terms=list(terms), language=sheet.language)
    show_figure(sheet, "side_by_side", axes, rates)


def show_particular_terms(sheet: Sheet, *, top: int = 15, most: int = 30) -> None:
    """The terms of each region with the highest TF-IDF, in one table."""
    from toolkit.measures import tf_idf

    ranked = tf_idf(count_terms(sheet.corpus, by=["region_id"]), scheme="quanteda")
    telling = (ranked["count"] > 1) & (ranked["term"].str.len() > 1) & ~ranked["term"].isin(sheet.places)
    ranked = ranked[telling].sort_values(["region_id", "tf_idf", "term"], ascending=[True, False, True])
    lists = ranked.groupby("region_id")["term"].agg(lambda terms: listed(terms.head(top), sheet.language))
    table = lists.rename("terms").reset_index()
    table.insert(1, "region", table["region_id"].map(latest_names(sheet.corpus)))
    show_table(sheet, table.drop(columns="region_id").head(most))
    show_limit(sheet, "particular")


def show_diffusion(sheet: Sheet) -> None:
    """When regions first report a national institution, with the dates of its central document."""
    from toolkit import plots

    curve, shown = first_reports(sheet.corpus)
    if shown.empty:
        say(sheet, "diffusion.none", "notice", least=LEAST)
        return
    could = {"least": curve["n_could"].min(), "most": curve["n_could"].max()}
    subtitle, line = label("diffusion.subtitle", sheet.language, **could), f"name_{sheet.language}"
    axes = plots.adoption_curve(curve, line=line, language=sheet.language, subtitle=subtitle)
    show_figure(sheet, "diffusion", axes, curve)


def show_shared_text(sheet: Sheet) -> None:
    """What reports alike share word for word against the room they give to problems, one dot a report."""
    from toolkit import plots

    chosen = _alike(sheet, "shared_text")
    if chosen is None:
        return
    kind = {name: chosen[name].iloc[0] for name in ("genre", "body_kind")}
    years = [int(chosen["year"].iloc[0]) - 1, int(chosen["year"].iloc[0])]
    kind |= {"region_id": chosen["region_id"], "year": years}
    table = shared_and_problems(sheet.corpus.where("sections", "sentences", **kind))
    table = table[table["doc_id"].isin(chosen["doc_id"])]
    if len(table) < LEAST:
        say(sheet, "study.boilerplate.none", "notice", n=LEAST)
        return
    title = _title(sheet, "shared_text")
    options = {"name": "region", "language": sheet.language, "title": title}
    axes = plots.scatter(table, "reused", "problem_share", **options)
    show_figure(sheet, "shared_text", axes, table)


def show_attention(sheet: Sheet, *, most: int = 15) -> None:
    """The rank of each report alike by attention to the whole lexicon, under each way of counting."""
    from toolkit import plots
    from toolkit.measures import attention, rank_stability
    from toolkit.measures.sheet import DEFAULT
    from toolkit.plots.labels import named
    from toolkit.terms.lexicon import read_lexicon

    chosen = _alike(sheet, "attention")
    if chosen is None:
        return
    cells = attention(sheet.corpus.where(doc_id=chosen["doc_id"]), read_lexicon(), by=None)
    cells = cells[(cells["numerator"] == DEFAULT[0]) | (cells["denominator"] == DEFAULT[1])]
    cells = cells.merge(chosen[["doc_id", "region"]], on="doc_id")
    usual = cells[(cells[["numerator", "denominator"]] == list(DEFAULT)).all(axis=1)].sort_values("rank")
    shown = cells[cells["doc_id"].isin(usual["doc_id"].head(most))]
    axes = plots.rank_stability(
        shown, language=sheet.language, line="region", title=_title(sheet, "attention")
    )
    show_figure(sheet, "attention", axes, cells)
    moves = rank_stability(cells).query("numerator != 'tf-idf'")
    for column in ("numerator", "denominator"):
        moves[column] = [named(way, sheet.language) for way in moves[column]]
    show_table(sheet, moves[["numerator", "denominator", "n_reports", "spearman", "largest_move"]])


def show_similarity(sheet: Sheet, *, most: int = 12) -> None:
    """The most alike pairs of reports of one year, by vocabulary."""
    from toolkit.measures import similarity

    chosen = _sampled(sheet)
    if len(chosen) < 2:
        say(sheet, "similarity.none", "notice")
        return
    counts = count_terms(sheet.corpus.where(doc_id=chosen["doc_id"]), by=["region_id", "year"])
    names = latest_names(sheet.corpus)
    pairs = similarity(counts, nearest=None if len(chosen) <= 300 else 5)
    pairs = pairs.sort_values(["cosine", "region_id", "other_region_id"], ascending=[False, True, True]).head(
        most
    )
    pairs = pairs.assign(region=pairs["region_id"].map(names), other=pairs["other_region_id"].map(names))
    say(sheet, "similarity.rule", n=len(chosen), year=chosen["year"].iloc[0])
    show_table(sheet, pairs[["region", "other", "cosine", "jaccard", "containment"]])
    show_limit(sheet, "similarity")


def _alike(sheet: Sheet, what: str) -> pd.DataFrame | None:
    """The reports of one year that are alike; where they are too few, say so."""
    chosen, n = _sampled(sheet), len(alike(sheet.corpus.documents))
    if len(chosen) < n:
        say(sheet, "alike.sampled", "notice", n=len(chosen), of=n)
    if len(chosen) >= LEAST:
        return chosen
    say(
        sheet,
        "alike.few",
        "notice",
        what=label(f"{what}.what", sheet.language),
        n=len(chosen),
        least=LEAST,
    )
    return None


def _sampled(sheet: Sheet) -> pd.DataFrame:
    """The reports of one year that are alike; of very many, MOST_ALIKE at equal distances in the order of codes."""
    chosen = alike(sheet.corpus.documents)
    if len(chosen) <= MOST_ALIKE:
        return chosen
    chosen = chosen.sort_values(["region_code", "region_id"], ignore_index=True)
    return chosen.take([n * len(chosen) // MOST_ALIKE for n in range(MOST_ALIKE)])


def _title(sheet: Sheet, what: str) -> str:
    """What is shown, and of which reports."""
    chosen = _sampled(sheet)
    values = {"year": chosen["year"].iloc[0], "n": len(chosen)}
    return label("alike.title", sheet.language, what=label(f"{what}.what", sheet.language), **values)
