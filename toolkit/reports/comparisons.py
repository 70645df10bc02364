"""The parts of the comparison: all regions and years, unranked where they cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from toolkit.reports.labels import label, name_of
from toolkit.reports.parts import CARD, SIZES, count_phrases, latest_names
from toolkit.reports.sheets import (
    Sheet,
    listed,
    say,
    show_figure,
    show_html,
    show_limit,
    show_table,
    span,
)


def show_comparison_title(sheet: Sheet) -> None:
    """How many reports of how many regions, and what kind of page this is."""
    documents = sheet.corpus.documents
    show_html(f"<h1>{label('comparison.title', sheet.language)}</h1>")
    regions = documents["region_id"].nunique()
    say(sheet, "comparison.lead", "lead", n=len(documents), regions=regions, years=span(documents["year"]))
    say(sheet, "report.nature", year="")


def show_reports(sheet: Sheet, *, most: int = 60) -> None:
    """The reports of all regions: who, when, how long."""
    documents = sheet.corpus.documents
    show_table(sheet, documents[["region_code", "region", "year", "genre", "body_kind", *SIZES]].head(most))
    if len(documents) > most:
        say(sheet, "reading.more", n=len(documents) - most)
    show_limit(sheet, "reading")


def show_side_by_side(sheet: Sheet, terms: Sequence[str], *, most: int = 12) -> None:
    """The latest report of each region beside the others, in the order of the codes, unranked."""
    from toolkit import plots
    from toolkit.measures import frequency

    documents = sheet.corpus.documents.sort_values("year", kind="stable").drop_duplicates(
        "region_id", keep="last"
    )
    chosen = documents.sort_values("region_code").head(most)
    say(sheet, "beside.rule", "notice", n=len(chosen), of=len(documents))
    rates = frequency(count_phrases(sheet.corpus.where(doc_id=chosen["doc_id"]), terms))
    axes = plots.side_by_side(rates, terms=list(terms), language=sheet.language)
    show_figure(sheet, "side_by_side", axes, rates)


def show_particular_terms(sheet: Sheet, *, top: int = 15, most: int = 30) -> None:
    """The terms of each region with the highest TF-IDF, in one table."""
    from toolkit.measures import tf_idf
    from toolkit.terms.counts import count_terms

    ranked = tf_idf(count_terms(sheet.corpus, by=["region_id"]), scheme="quanteda")
    ranked = ranked[
        ~ranked["term"].isin(set(sheet.places)) & (ranked["count"] > 1) & (ranked["term"].str.len() > 1)
    ]
    ranked = ranked.sort_values(["region_id", "tf_idf", "term"], ascending=[True, False, True])
    lists = ranked.groupby("region_id")["term"].agg(lambda terms: listed(terms.head(top), sheet.language))
    table = lists.rename("terms").reset_index()
    table.insert(1, "region", table["region_id"].map(latest_names(sheet.corpus)))
    show_table(sheet, table.drop(columns="region_id").head(most))
    show_limit(sheet, "particular")


def show_coverage(sheet: Sheet) -> None:
    """Which region-years there are, by region and year."""
    from toolkit import plots
    from toolkit.corpus.coverages import coverage

    table = coverage(sheet.corpus)
    show_figure(sheet, "coverage", plots.coverage(table, language=sheet.language), table)


def show_cards(sheet: Sheet) -> None:
    """In how many reports each statutory part was found, and how many were on time."""
    from toolkit.corpus.statutory import statutory_card

    card = statutory_card(sheet.corpus)
    if card.empty:
        say(sheet, "card.none", "notice")
        return
    table = (
        card[list(CARD)]
        .apply(pd.Series.value_counts)
        .T.reindex(columns=["section", "passage", "mention", "absent"])
    )
    table = table.fillna(0).astype("int64").rename_axis("part").reset_index()
    table["part"] = [name_of("card", part, sheet.language) for part in table["part"]]
    show_table(sheet, table.rename(columns=lambda name: name_of("presence", name, sheet.language)))
    times = [
        f"{name_of('timeliness', name, sheet.language)} {n}"
        for name, n in card["timeliness"].value_counts().items()
    ]
    say(sheet, "card.times", n=len(card), times=listed(times, sheet.language))
    show_limit(sheet, "card")


def show_disclosure(sheet: Sheet, *, most: int = 25) -> None:
    """Which indicators reports state at all: the share that states each, before any value."""
    from toolkit.indicators import facts, read_indicators

    found = facts(sheet.corpus)
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
