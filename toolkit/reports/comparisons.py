"""The parts of the comparison: all regions and years, unranked where they cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from toolkit.reports.changes import phrase_counts
from toolkit.reports.labels import label, name_of
from toolkit.reports.parts import CARD, SIZES, say_mixed
from toolkit.reports.rates import FEWEST_PEERS, alike, latest_names, role_shares
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
from toolkit.terms.counts import count_terms

FEWEST_AT_RISK = 5  # regions; with fewer the curve moves by leaps


def show_comparison_title(sheet: Sheet) -> None:
    """How many reports of how many regions, and what kind of page this is."""
    documents = sheet.corpus.documents
    show_html(f"<h1>{label('comparison.title', sheet.language)}</h1>")
    regions = documents["region_id"].nunique()
    say(sheet, "comparison.lead", "lead", n=len(documents), regions=regions, years=span(documents["year"]))
    say(sheet, "report.nature", year="")


def show_coverage(sheet: Sheet) -> None:
    """Which region-years there are, by region and year; by province where the corpus spans several."""
    from toolkit import plots
    from toolkit.corpus.coverages import coverage

    table = coverage(sheet.corpus)
    show_figure(sheet, "coverage", plots.coverage(table, language=sheet.language), table)
    provinces = sheet.corpus.documents.query("province != ''").groupby("province").size()
    if len(provinces) > 1:
        table = provinces.rename("n_reports").reset_index()
        title = label("tile_map.title", sheet.language)
        axes = plots.tile_map(table, language=sheet.language, title=title)
        show_figure(sheet, "tile_map", axes, table)


def show_reports(sheet: Sheet, *, most: int = 60) -> None:
    """The reports of all regions: who, when, how long."""
    documents = sheet.corpus.documents
    show_table(sheet, documents[["region_code", "region", "year", "genre", "body_kind", *SIZES]].head(most))
    if len(documents) > most:
        say(sheet, "reading.more", n=len(documents) - most)
    say_mixed(sheet)
    show_limit(sheet, "reading")


def show_cards(sheet: Sheet) -> None:
    """In how many reports each statutory part was found, and how many were on time."""
    from toolkit.corpus.statutory import statutory_card

    card, language = statutory_card(sheet.corpus), sheet.language
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
    """Which indicators reports state at all, before any value; then the values of one year's reports."""
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
    _show_values(sheet, found[found["certain"] & (found["statistic"] == "level")], names)


def _show_values(sheet: Sheet, found: pd.DataFrame, names: dict[str, str], *, least: float = 0.3) -> None:
    """Shares that enough of the reports alike state, each report a dot: counts of unequal places have no range."""
    from toolkit import plots

    chosen = _alike(sheet, "distribution")
    if chosen is None:
        return
    values = found[found["doc_id"].isin(chosen["doc_id"]) & (found["unit"] == "%")]
    values = values.drop_duplicates(["doc_id", "indicator_id"], keep=False)
    n = values.groupby("indicator_id").size()
    n = n[n >= least * len(chosen)].sort_values(ascending=False).head(12)
    if n.empty:
        say(sheet, "distribution.none", "notice", share=f"{least:.0%}")
        return
    cells = chosen[["doc_id", "region", "year"]].merge(pd.DataFrame({"indicator_id": n.index}), how="cross")
    cells = cells.merge(values[["doc_id", "indicator_id", "value"]], how="left")
    cells["indicator_id"] = cells["indicator_id"].map(names)
    show_figure(sheet, "rates", plots.distribution(cells, language=sheet.language), cells)


def show_side_by_side(sheet: Sheet, terms: Sequence[str], *, most: int = 12) -> None:
    """The latest report of each region beside the others, in the order of the codes, unranked."""
    from toolkit import plots
    from toolkit.measures import frequency

    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    documents = documents.drop_duplicates("region_id", keep="last")
    chosen = documents.sort_values("region_code").head(most)
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


def show_diffusion(sheet: Sheet, *, most: int = 7) -> None:
    """When regions first report a national institution, with the dates of its central document."""
    from toolkit import plots
    from toolkit.measures import adoption, adoption_curve
    from toolkit.terms.lexicon import read_lexicon

    table = read_lexicon().table.set_index("id")
    table = table[(table["kind"] == "institution") & (table["scope"] == "national")]
    curve = adoption_curve(adoption(sheet.corpus, mechanisms=table.index.tolist()))
    curve = curve[curve["n_at_risk"] > 0]
    events = curve[curve["n_first"] > 0].groupby("mechanism")
    best = events.agg(risk=("n_at_risk", "first"), first=("n_first", "sum"))
    # A first event among few regions lifts the whole curve for good.
    best = best[(best["risk"] >= FEWEST_AT_RISK) & (best["first"] > 1)]
    best = best.sort_values(["first", "risk"], ascending=False, kind="stable").head(most)
    if best.empty:
        say(sheet, "diffusion.none", "notice", least=FEWEST_AT_RISK)
        return
    curve = curve[curve["mechanism"].isin(best.index)].copy()
    curve["mechanism"] = curve["mechanism"].map(table["name" if sheet.language == "zh" else "english"])
    show_figure(sheet, "diffusion", plots.adoption_curve(curve, language=sheet.language), curve)


def show_shared_text(sheet: Sheet) -> None:
    """What reports alike share word for word against the room they give to problems, one dot a report."""
    from toolkit import plots
    from toolkit.measures import boilerplate, shared_sentences

    chosen = _alike(sheet, "shared_text")
    if chosen is None:
        return
    part = sheet.corpus.where(doc_id=chosen["doc_id"])
    roles = role_shares(part, ["doc_id"]).query("role == 'problem'").rename(columns={"share": "problem"})
    table = chosen[["doc_id", "region", "year"]].merge(boilerplate(shared_sentences(part)), on="doc_id")
    table = table.merge(roles[["doc_id", "problem"]], how="left", on="doc_id").fillna({"problem": 0})
    axes = plots.scatter(
        table, "other_regions", "problem", language=sheet.language, title=_title(sheet, "shared_text")
    )
    show_figure(sheet, "shared_text", axes, table)


def show_attention(sheet: Sheet, *, most: int = 15) -> None:
    """The rank of each report alike by attention to the whole lexicon, under each way of counting."""
    from toolkit import plots
    from toolkit.measures import attention, rank_stability
    from toolkit.measures.sheet import DEFAULT
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
        moves[column] = [name_of("way", way, sheet.language) for way in moves[column]]
    show_table(sheet, moves[["numerator", "denominator", "n_reports", "spearman", "largest_move"]])


def show_similarity(sheet: Sheet, *, most: int = 12) -> None:
    """The most alike pairs of reports of one year, by vocabulary."""
    from toolkit.measures import similarity

    chosen = alike(sheet.corpus.documents)
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
    chosen = alike(sheet.corpus.documents)
    if len(chosen) >= FEWEST_PEERS:
        return chosen
    say(
        sheet,
        "alike.few",
        "notice",
        what=label(f"{what}.what", sheet.language),
        n=len(chosen),
        least=FEWEST_PEERS,
    )
    return None


def _title(sheet: Sheet, what: str) -> str:
    """What is shown, and of which reports."""
    chosen = alike(sheet.corpus.documents)
    values = {"year": chosen["year"].iloc[0], "n": len(chosen)}
    return label("alike.title", sheet.language, what=label(f"{what}.what", sheet.language), **values)
