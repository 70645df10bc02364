"""The parts of the comparison: all regions and years, unranked where they cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from toolkit.reports.changes import phrase_counts
from toolkit.reports.labels import label, name_of
from toolkit.reports.parts import CARD, SIZES, say_mixed, value_grid
from toolkit.reports.rates import (
    FEWEST_PEERS,
    LEAST,
    alike,
    coverage_in_time,
    dimension_rates,
    first_reports,
    latest_names,
    only,
    shared_and_problems,
    stated_cells,
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

MANY = 60  # regions, or places, that are shown one by one; of more regions, prefectures or provinces are
MOST_ALIKE = 400  # reports drawn as dots or ranked in every way; of more, so many are taken
BUNDLE = 2000  # reports whose figures are in memory together
MOST_PAIRED = 5000  # reports of which every pair is looked at
_SPREAD = ["least", "low", "median", "high", "most"]


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

    table = coverage_in_time(sheet.corpus, sheet.cards)
    show_figure(sheet, "coverage", plots.coverage(table, language=sheet.language), table)
    provinces = sheet.corpus.documents.query("province != ''").groupby("province").size()
    if len(provinces) > 1:
        table = provinces.rename("n_reports").reset_index()
        title = label("tile_map.title", sheet.language)
        axes = plots.tile_map(table, language=sheet.language, title=title)
        show_figure(sheet, "tile_map", axes, table)


def show_reports(sheet: Sheet) -> None:
    """The regions: which years, how much text, what was flagged; of many, by place. Every report is in a file."""
    documents = sheet.corpus.documents.sort_values(["region_code", "year"], kind="stable")
    place = _place(sheet)
    regions = documents.assign(place=_names(sheet, documents, place)).groupby("region_id", sort=False)
    table = regions.agg(
        region_code=("region_code", "last"),
        region=("region", "last"),
        place_name=("place", "last"),
        years=("year", span),
    )
    table["n_reports"] = regions.size()
    years = regions["year"].agg(lambda year: year.max() - year.min() + 1 - year.nunique())
    table["n_missing"] = years.astype("Int64")
    table["body_kind"] = regions["body_kind"].agg(lambda kinds: "|".join(dict.fromkeys(kinds)))
    table["flags"] = regions["flags"].agg(lambda flags: " ".join(dict.fromkeys(" ".join(flags).split())))
    table[SIZES[:2]] = regions[SIZES[:2]].sum()
    if place != ["region_id"]:
        places = table.assign(n_flagged=table["flags"] != "").groupby("place_name", sort=False)
        sums = places[["n_reports", "n_missing", "n_flagged", *SIZES[:2]]].sum()
        sums.insert(0, "n_places", places.size())
        show_table(sheet, sums.reset_index())
        say(sheet, "reading.by_place", n=len(table))
    else:
        order = ["region_code", "region", "years", "n_reports", "n_missing", "body_kind", *SIZES]
        show_table(sheet, table[order], shape="cards")
    show_file(sheet, "reports", documents.drop(columns="text", errors="ignore"))
    say_mixed(sheet)
    show_limit(sheet, "reading")


def _place(sheet: Sheet) -> list[str]:
    """The columns of documents by which regions are shown: of more than MANY the finest that makes as few places.

    Where all regions lie in one place, they are shown by themselves, the first in the order of codes.
    """
    documents = sheet.corpus.documents
    if documents["region_id"].nunique() > MANY:
        for names in (["province", "prefecture"], ["province"]):
            if 1 < len(documents[names].drop_duplicates()) <= MANY:
                return names
    return ["region_id"]


def _names(sheet: Sheet, table: pd.DataFrame, place: list[str]) -> pd.Series:
    """What the place of each row is called: its province where it is in no prefecture."""
    names = table[place[-1]]
    names = names.where(names != "", table[place[0]])
    return names.where(names != "", label("place.unknown", sheet.language))


def _in_order(sheet: Sheet, table: pd.DataFrame, place: list[str]) -> pd.DataFrame:
    """The table with the names of places as label, in the order of their codes."""
    order = {name: i for i, name in enumerate(_names(sheet, _latest(sheet), place).unique())}
    table = table.assign(label=_names(sheet, table, place))
    return table.sort_values("label", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def show_cards(sheet: Sheet) -> None:
    """In how many reports each statutory part was found, and how many were on time."""
    card, language = sheet.cards, sheet.language
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
    from toolkit.indicators import facts, read_indicators

    ids = sheet.corpus.documents["doc_id"]
    bundles = (only(sheet.corpus, doc_id=ids[at : at + BUNDLE]) for at in range(0, len(ids), BUNDLE))
    stated = map(_stated, [sheet.facts] if len(ids) <= BUNDLE else map(facts, bundles))
    names = {row.indicator_id: getattr(row, sheet.language) for row in read_indicators()}
    table = pd.concat(stated).groupby(level=0).sum().rename("n_stated").reset_index()
    if table.empty:
        say(sheet, "facts.none", "notice")
        return
    table["n_reports"] = len(sheet.corpus.documents)
    table["share"] = table["n_stated"] / table["n_reports"]
    table = table.sort_values(["n_stated", "indicator_id"], ascending=[False, True]).head(most)
    table.insert(0, "indicator", table.pop("indicator_id").map(names))
    show_table(sheet, table)
    show_limit(sheet, "disclosure")


def _stated(found: pd.DataFrame) -> pd.Series:
    """In how many reports each indicator is stated, of their facts."""
    found = found[(found["indicator_id"] != "") & ~found["role"].isin(["plan", "meta"])]
    return found.groupby("indicator_id")["doc_id"].nunique()


def show_values(sheet: Sheet, *, most: int = 12, columns: int = 6) -> None:
    """Core figures of the latest reports side by side, unranked; then rates of the reports alike, one dot each.

    Counts of unequal places have no common scale, so only rates in percent are drawn together. Of many regions
    the quartiles of each figure stand for the values.
    """
    from toolkit import plots

    regions = sheet.corpus.documents["region_id"].nunique()
    if regions <= MANY:
        latest = _latest(sheet).head(columns)
        grid = value_grid(sheet, sheet.corpus.where(doc_id=latest["doc_id"]), ["region", "year"], most=most)
        if len(grid):
            show_table(sheet, grid)
            say(sheet, "values.rule", "limit", n=len(latest), of=regions)
    every = alike(sheet.corpus.documents)
    chosen, cells = _sampled(sheet), None
    if regions > MANY and not _too_few(sheet, "values", len(every)):
        held = only(sheet.corpus, doc_id=every["doc_id"])
        cells = stated_cells(held)
        table, drawn = stated_values(held, cells=cells, most=most)
        quartiles = (
            _quartiles(table, f"name_{sheet.language}", "value", "indicator") if drawn else table.head(0)
        )
        if quartiles.empty:
            say(sheet, "values.none", "notice", least=FEWEST_PEERS)
        else:
            show_table(sheet, quartiles)
            say(sheet, "values.quartiles", "limit", n=len(every), year=every["year"].iloc[0])
    if _alike(sheet, "distribution") is None:
        return
    found = only(sheet.corpus, doc_id=chosen["doc_id"])
    table, drawn = stated_values(found, cells=cells, unit="%", most=most)
    if not drawn:
        say(sheet, "distribution.none", "notice", least=LEAST)
        return
    title = _title(sheet, "distribution")
    axes = plots.distribution(table, language=sheet.language, row=f"name_{sheet.language}", title=title)
    show_figure(sheet, "rates", axes, table)


def _quartiles(table: pd.DataFrame, row: str, value: str, name: str) -> pd.DataFrame:
    """Of each row that FEWEST_PEERS reports have how many these are, their quartiles, the least and the most."""
    groups = table.groupby(row, sort=False).filter(lambda rows: rows[value].count() >= FEWEST_PEERS)
    groups = groups.groupby(row, sort=False)[value]
    at = [0, 0.25, 0.5, 0.75, 1]
    found = groups.quantile(at).unstack().reindex(columns=at)
    found.insert(0, "n_stated", groups.count())
    return found.rename_axis(name).set_axis(["n_stated", *_SPREAD], axis=1).reset_index()


def _latest(sheet: Sheet) -> pd.DataFrame:
    """The latest report of each region, in the order of the codes."""
    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    return documents.drop_duplicates("region_id", keep="last").sort_values("region_code", kind="stable")


def show_dimensions_by_region(sheet: Sheet) -> None:
    """Region by part of the 纲要, each region's latest report; in the order of the codes, unranked; of many, by place."""
    from toolkit import plots

    latest, place = _latest(sheet), _place(sheet)
    one_by_one, of = place == ["region_id"], len(latest)
    latest = latest.head(MANY) if one_by_one else latest
    keys = ["region_id", "year"] if one_by_one else place
    rates = dimension_rates(only(sheet.corpus, doc_id=latest["doc_id"]), keys)
    rates["dimension"] = [name_of("dimension", name, sheet.language) for name in rates["dimension"]]
    rates = rates if one_by_one else _in_order(sheet, rates, place)
    key = f"dimensions.{'regions' if one_by_one else 'places'}"
    show_subsection(sheet, key, n=len(latest), of=of)
    texts = {"title": label(key, sheet.language, n=len(latest), of=of)}
    texts |= {} if one_by_one else {"subtitle": _of_places(sheet, rates, of)}
    axes = plots.heat_map(rates, row="label", column="dimension", language=sheet.language, **texts)
    show_figure(sheet, "dimensions_by_region", axes, rates)


def show_side_by_side(sheet: Sheet, terms: Sequence[str], *, most: int = 12) -> None:
    """The latest report of each region beside the others, in the order of the codes, unranked; of many, by place."""
    from toolkit import plots
    from toolkit.measures import frequency

    documents = _latest(sheet)
    if _place(sheet) != ["region_id"]:
        _show_terms_by_place(sheet, terms, documents)
        return
    chosen = documents.head(most)
    say(sheet, "beside.rule", "notice", n=len(chosen), of=len(documents))
    rates = frequency(phrase_counts(sheet.corpus.where(doc_id=chosen["doc_id"]), terms))
    axes = plots.side_by_side(rates, terms=list(terms), language=sheet.language)
    show_figure(sheet, "side_by_side", axes, rates)


def _show_terms_by_place(sheet: Sheet, terms: Sequence[str], latest: pd.DataFrame) -> None:
    """The terms in the latest reports of each place together, and how far the reports alike differ."""
    from toolkit import plots
    from toolkit.measures import frequency
    from toolkit.terms.phrases import count_phrases

    place, alike_ones = _place(sheet), alike(sheet.corpus.documents)
    say(sheet, "beside.places", "notice", of=len(latest))
    rates = frequency(count_phrases(only(sheet.corpus, doc_id=latest["doc_id"]), terms, by=place))
    rates = _in_order(sheet, rates, place)
    texts = {"title": label("beside.title", sheet.language)}
    texts |= {"subtitle": _of_places(sheet, rates, len(latest))}
    axes = plots.heat_map(rates, row="label", column="term", language=sheet.language, **texts)
    show_figure(sheet, "side_by_side", axes, rates)
    if _too_few(sheet, "beside", len(alike_ones)):
        return
    each = frequency(count_phrases(only(sheet.corpus, doc_id=alike_ones["doc_id"]), terms, by=["doc_id"]))
    table = _quartiles(each, "term", "per_10k", "term")
    table["n_stated"] = each.groupby("term", sort=False)["count"].agg(lambda n: (n > 0).sum()).to_numpy()
    show_table(sheet, table)
    say(sheet, "beside.quartiles", n=len(alike_ones), year=alike_ones["year"].iloc[0])


def _of_places(sheet: Sheet, rates: pd.DataFrame, n_reports: int) -> str:
    """How many places, reports and tokens a figure of places adds up."""
    places = rates.drop_duplicates("label")
    n = {"n": len(places), "of": f"{n_reports:,}", "tokens": f"{places['n_tokens'].sum():,}"}
    return label("places.subtitle", sheet.language, **n)


def show_particular_terms(sheet: Sheet, *, top: int = 15) -> None:
    """The terms of each region with the highest TF-IDF, in one table; of many regions, of each place."""
    from toolkit.measures import tf_idf

    place, of = _place(sheet), sheet.corpus.documents["region_id"].nunique()
    ranked = tf_idf(count_terms(sheet.corpus, by=place), scheme="quanteda")
    telling = (ranked["count"] > 1) & (ranked["term"].str.len() > 1) & ~ranked["term"].isin(sheet.places)
    ranked = ranked[telling].sort_values(
        [*place, "tf_idf", "term"], ascending=[*[True] * len(place), False, True]
    )
    lists = ranked.groupby(place)["term"].agg(lambda terms: listed(terms.head(top), sheet.language))
    table = lists.rename("terms").reset_index()
    if place == ["region_id"]:
        table.insert(0, "region", table.pop("region_id").map(latest_names(sheet.corpus)))
        if of > MANY:
            say(sheet, "particular.first", "notice", n=MANY, of=of)
        table = table.head(MANY)
    else:
        say(sheet, "particular.places", "notice", n=of)
        table = _in_order(sheet, table, place)[["label", "terms"]].rename(columns={"label": "place_name"})
    show_table(sheet, table)
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
    kind |= {"region_id": alike(sheet.corpus.documents)["region_id"], "year": years}
    table = shared_and_problems(only(sheet.corpus, **kind))
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

    chosen = _sampled(sheet, MOST_PAIRED)
    if len(chosen) < 2:
        say(sheet, "similarity.none", "notice")
        return
    counts = count_terms(only(sheet.corpus, doc_id=chosen["doc_id"]), by=["region_id", "year"])
    names = latest_names(sheet.corpus)
    pairs = similarity(counts, nearest=None if len(chosen) <= 300 else 5)
    both = pairs[["region_id", "other_region_id"]]
    pairs = pairs[
        ~pd.concat([both.min(axis=1), both.max(axis=1)], axis=1).duplicated()
    ]  # each is near the other
    order = ["cosine", "region_id", "other_region_id"]
    pairs = pairs.sort_values(order, ascending=[False, True, True]).head(most)
    pairs = pairs.assign(region=pairs["region_id"].map(names), other=pairs["other_region_id"].map(names))
    say(sheet, "similarity.rule", n=len(chosen), year=chosen["year"].iloc[0])
    show_table(sheet, pairs[["region", "other", "cosine", "jaccard", "containment"]])
    show_limit(sheet, "similarity")


def _alike(sheet: Sheet, what: str) -> pd.DataFrame | None:
    """The reports of one year that are alike; where they are too few, say so."""
    chosen, n = _sampled(sheet), len(alike(sheet.corpus.documents))
    if len(chosen) < n:
        say(sheet, "alike.sampled", "notice", n=len(chosen), of=n)
    return None if _too_few(sheet, what, n, LEAST) else chosen


def _too_few(sheet: Sheet, what: str, n: int, least: int = FEWEST_PEERS) -> bool:
    """Whether too few reports are alike for what would be shown; if so, say it."""
    if n < least:
        what = label(f"{what}.what", sheet.language)
        say(sheet, "alike.few", "notice", what=what, n=n, least=least)
    return n < least


def _sampled(sheet: Sheet, most: int = 0) -> pd.DataFrame:
    """The reports of one year that are alike; of very many, some at equal distances in the order of codes."""
    chosen, most = alike(sheet.corpus.documents), most or MOST_ALIKE
    if len(chosen) <= most:
        return chosen
    chosen = chosen.sort_values(["region_code", "region_id"], ignore_index=True)
    return chosen.take([n * len(chosen) // most for n in range(most)])


def _title(sheet: Sheet, what: str) -> str:
    """What is shown, and of which reports."""
    chosen = _sampled(sheet)
    values = {"year": chosen["year"].iloc[0], "n": len(chosen)}
    return label("alike.title", sheet.language, what=label(f"{what}.what", sheet.language), **values)
