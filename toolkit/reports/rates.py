"""Tables that several parts of a report stand on: what each text is given to, and reports that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace

import pandas as pd

from toolkit.pieces import pieces
from toolkit.pipeline import Corpus
from toolkit.stored import Store

FEWEST_PEERS = 10  # reports that are alike, before quartiles of them mean anything
LEAST = 5  # reports, or regions, before dots, ranks or a curve of them mean anything
BUNDLE = 400  # regions whose cells of figures are in memory together
ALIKE = ["year", "genre", "body_kind", "level"]
_YEARLY = ("region_id", "year")
_CELL = ["indicator_id", "unit", "actor_scope", "capacity", "statistic"]


@cache
def lexicon_table() -> pd.DataFrame:
    """The entries of the shipped lexicon, read once; a copy of what is changed is the caller's to make."""
    from toolkit.terms.lexicon import read_lexicon

    return read_lexicon().table


def latest_names(corpus: Corpus) -> pd.Series:
    """The latest name of each region."""
    documents = corpus.documents.sort_values("year", kind="stable").drop_duplicates("region_id", keep="last")
    return documents.set_index("region_id")["region"]


def role_shares(corpus: Corpus, by: Sequence[str] = _YEARLY) -> pd.DataFrame:
    """Characters of each role in each group, and their share of all but meta; a role it lacks is 0."""
    keys = list(by)
    sums = pd.concat([_role_sizes(part, keys) for part in pieces(corpus, "sentences")])
    sums = sums.groupby(level=[*keys, "role"]).sum().unstack(fill_value=0)
    table = sums.stack().rename("n_chars").reset_index()
    table["share"] = table["n_chars"] / table.groupby(keys)["n_chars"].transform("sum")
    return _labelled(table, corpus, keys)


def _role_sizes(corpus: Corpus, keys: list[str]) -> pd.Series:
    """Characters of each role in each group."""
    sentences = corpus.sentences[corpus.sentences["role"] != "meta"].merge(_places(corpus, keys), on="doc_id")
    sizes = sentences.assign(n_chars=sentences["text"].str.count(r"\S"))
    return sizes.groupby([*keys, "role"])["n_chars"].sum()


def dimension_rates(corpus: Corpus, by: Sequence[str] = _YEARLY) -> pd.DataFrame:
    """Hits of the lexicon by group and dimension, slogans and hits within longer ones left out.

    Returns
    -------
    DataFrame
        label, the columns of `by`, dimension, count, n_tokens, per_10k; a dimension without a hit is 0.
    """
    hits, dimensions, keys = _counted_hits(corpus), lexicon_table()["dimension"].unique(), list(by)
    sizes = corpus.documents.groupby(keys, as_index=False)["n_tokens"].sum()
    rates = sizes.merge(pd.DataFrame({"dimension": dimensions}), how="cross")
    counts = hits.merge(_places(corpus, keys), on="doc_id").groupby([*keys, "dimension"]).size()
    rates = rates.merge(counts.rename("count").reset_index(), on=[*keys, "dimension"], how="left")
    rates["count"] = rates["count"].fillna(0).astype("int64")
    rates["per_10k"] = rates["count"] * 1e4 / rates["n_tokens"].where(rates["n_tokens"] > 0)
    return _labelled(rates, corpus, keys)


def dimension_roles(corpus: Corpus) -> pd.DataFrame:
    """The same hits by dimension and role of the sentence: what is done, and what is a problem or a plan.

    Returns
    -------
    DataFrame
        dimension, role, count, per_10k; every dimension with every role that has a hit, in the lexicon's order.
    """
    counts = _counted_hits(corpus).groupby(["role", "dimension"]).size().unstack("role", fill_value=0)
    counts = counts.reindex(lexicon_table()["dimension"].unique(), fill_value=0)
    rates = counts.rename_axis("dimension").stack().rename("count").reset_index()
    tokens = corpus.documents["n_tokens"].sum()
    return rates.assign(per_10k=rates["count"] * 1e4 / tokens if tokens else float("nan"))


def _counted_hits(corpus: Corpus) -> pd.DataFrame:
    """Hits of the lexicon outside page furniture that count, slogans left out."""
    table = lexicon_table()
    slogans, found = table.loc[table["kind"] == "slogan", "id"], []
    for part in pieces(corpus, "hits"):
        hits = part.hits
        kept = (hits["role"] != "meta") & (hits["nested_in"] == "") & ~hits["mechanism"].isin(slogans)
        found.append(hits.loc[kept, ["doc_id", "dimension", "role"]])
    return pd.concat(found)


def only(corpus: Corpus | Store, **columns: object) -> Corpus | Store:
    """The reports whose documents have these values; those of a store stay on the disk."""
    return corpus.narrow(**columns) if hasattr(corpus, "narrow") else corpus.where(**columns)


def alike(documents: pd.DataFrame) -> pd.DataFrame:
    """The largest set of reports of one year, genre, kind of body and level; the latest of equals."""
    documents = documents[(documents["region_id"] != "") & documents["year"].notna()]
    groups = [group.drop_duplicates("region_id", keep="last") for _, group in documents.groupby(ALIKE)]
    return max(reversed(groups), key=len, default=documents)


def peer_ranges(values: pd.DataFrame, documents: pd.DataFrame, report: pd.Series) -> pd.DataFrame:
    """Shares of one report beside the middle half of the reports alike; below FEWEST_PEERS do not show them.

    Parameters
    ----------
    values
        One row a report and name: doc_id, name, value.
    documents
        All reports.
    report
        The row of documents that is held against those of other regions.

    Returns
    -------
    DataFrame
        name, value, low and high (quartiles), median, n_reports (alike, of other regions).
    """
    same = (documents[ALIKE] == report[ALIKE]).all(axis=1) & (documents["region_id"] != report["region_id"])
    others = values[values["doc_id"].isin(documents.loc[same, "doc_id"])].groupby("name", sort=False)["value"]
    table = others.quantile([0.25, 0.5, 0.75]).unstack().reindex(columns=[0.25, 0.5, 0.75])
    table = table.set_axis(["low", "median", "high"], axis=1).assign(n_reports=int(same.sum()))
    own = values[values["doc_id"] == report["doc_id"]].set_index("name")["value"]
    table.insert(0, "value", own.reindex(table.index))
    return table.rename_axis("name").reset_index()


def coverage_in_time(corpus: Corpus | Store, card: pd.DataFrame | None = None) -> pd.DataFrame:
    """`coverage`, its status on time or late where a date can be held against a deadline, by `cards` of the same."""
    from toolkit.corpus.coverages import coverage
    from toolkit.corpus.statutory import statutory_card

    keys = list(_YEARLY)
    card = statutory_card(corpus) if card is None else card
    card = card.merge(corpus.documents[["doc_id", *keys]], on="doc_id")
    dated = card[card["timeliness"] != "unknown"].drop_duplicates(keys).set_index(keys)["timeliness"]
    table = coverage(corpus).join(dated, on=keys)
    table["status"] = table.pop("timeliness").fillna(table["status"])
    return table


def first_reports(corpus: Corpus, *, most: int = 6) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves of the national institutions whose first report can be dated; those with a central date first.

    Years count from the first with reports of LEAST regions on, since with few a curve leaps; an institution
    needs LEAST regions that could report it first: they have several reports, and the first is without it.

    Returns
    -------
    DataFrame, DataFrame
        `adoption_curve` with name_zh, name_en and n_could (those regions), and the documents it stands on;
        where there is no curve, `adoption` (first reports), and no document.
    """
    from toolkit.measures import adoption, adoption_curve
    from toolkit.measures.pooling import breaks

    words = lexicon_table()
    words = words[words["kind"].eq("institution") & words["scope"].eq("national")].set_index("id")
    sizes = corpus.documents.groupby("year")["region_id"].nunique()
    years = list(sizes.index[sizes.ge(LEAST).cummax()])
    within = only(corpus, year=years)
    columns = ["doc_id", "mechanism", "role", "negated", "nested_in", "sentence_no", "start", "surface"]
    hits = [
        part.hits.loc[part.hits["mechanism"].isin(words.index), columns] for part in pieces(within, "hits")
    ]
    held = SimpleNamespace(documents=within.documents, hits=pd.concat(hits))
    first = adoption(held, mechanisms=sorted(words.index))
    dated = first[first["status"] == "first reported"].value_counts("mechanism")
    could = first[(first["status"] != "in the first report") & (first["n_reports"] > 1)]
    could = could.value_counts("mechanism")
    dated = dated[could.reindex(dated.index, fill_value=0) >= LEAST]
    central = set(" ".join(breaks()["mechanisms"]).split())
    top = sorted(dated.index, key=lambda m: (dated[m] < LEAST, m not in central, -dated[m], m))[:most]
    if not top:
        return first, corpus.documents.head(0)
    table = adoption_curve(first[first["mechanism"].isin(top)])
    for place, (language, column) in enumerate((("zh", "name"), ("en", "english")), 1):
        table.insert(place, f"name_{language}", table["mechanism"].map(words[column]))
    table["n_could"] = table["mechanism"].map(could)
    return table, corpus.documents[corpus.documents["year"].isin(years)]


def stated_cells(corpus: Corpus | Store) -> pd.DataFrame:
    """What reports state as one value of one year: rows of `panel`, made of BUNDLE regions at a time."""
    from toolkit.indicators import facts, panel

    reports, found = _years_told(corpus)[[*_YEARLY]].drop_duplicates(), []
    regions = sorted(corpus.documents["region_id"].unique())
    for at in range(0, max(len(regions), 1), BUNDLE):
        part = only(corpus, region_id=regions[at : at + BUNDLE])
        found.append(panel(part, facts(part)).dropna(subset="value"))
    cells = pd.concat(found, ignore_index=True).merge(reports, on=[*_YEARLY])
    return cells.drop_duplicates([*_CELL, *_YEARLY], keep=False)  # several periods of a year are no one value


def _years_told(corpus: Corpus | Store) -> pd.DataFrame:
    """Region and name of each report, and the year that its figures speak of."""
    year = corpus.documents["year_covered"].fillna(corpus.documents["year"])
    return corpus.documents[[*_YEARLY, "region"]].assign(year=year)


def stated_values(
    corpus: Corpus | Store,
    *,
    cells: pd.DataFrame | None = None,
    indicators: Sequence[str] = (),
    unit: str = "",
    most: int = 6,
) -> tuple[pd.DataFrame, bool]:
    """Values of the indicators that most reports state (or of those named), NaN where a report does not.

    `cells` are the `stated_cells` of these reports, or of more.

    Returns
    -------
    DataFrame, bool
        One row a report and indicator: name_zh, name_en, the indicator and its definition, region_id, region,
        year (that the figure speaks of), value; and whether LEAST reports state one (or any, if named).
    """
    reports = _years_told(corpus)
    cells = stated_cells(corpus) if cells is None else cells
    cells = cells.merge(reports[[*_YEARLY]].drop_duplicates(), on=[*_YEARLY])
    cells = cells[cells["unit"] == unit] if unit else cells
    top = cells.value_counts(_CELL).reset_index().drop_duplicates("indicator_id")
    top = top[top["indicator_id"].isin(indicators)] if indicators else top.head(most)
    if top.empty or top["count"].max() < (1 if indicators else LEAST):
        return cells[[*_CELL, *_YEARLY, "region", "value"]], False
    table = top[_CELL].merge(reports, how="cross").merge(cells[[*_CELL, *_YEARLY, "value"]], how="left")
    for place, language in enumerate(("zh", "en")):
        table.insert(place, f"name_{language}", indicator_names(table, language))
    return table, True


def indicator_names(table: pd.DataFrame, language: str) -> pd.Series:
    """Names of a table's indicators with their units (indicator_id, unit)."""
    from toolkit.indicators import read_indicators
    from toolkit.plots.labels import named

    names = {row.indicator_id: getattr(row, language) for row in read_indicators()}
    units = {unit: named(f"unit.{unit}", language).removeprefix("unit.") for unit in set(table["unit"])}
    return table["indicator_id"].map(names) + " (" + table["unit"].map(units) + ")"


def shared_and_problems(corpus: Corpus) -> pd.DataFrame:
    """Each report's share of text that stands elsewhere too, and its share of text on problems.

    Only reports with another region's report of their year, or their own of the year before, to compare with.

    Returns
    -------
    DataFrame
        `boilerplate` with label, region_id, region, year, problem_share, reused (its shares but novel), and
        name (region and year).
    """
    from toolkit.measures import boilerplate, shared_sentences

    shared = shared_sentences(corpus)
    shared = shared[(shared["n_regions"] > 1) | shared["own_last_year"].notna()]
    table = boilerplate(shared).dropna(subset="novel")
    table = table.merge(corpus.documents[["doc_id", "label", *_YEARLY, "region"]], on="doc_id")
    problems = role_shares(corpus, ["doc_id"]).query("role == 'problem'").set_index("doc_id")["share"]
    table["problem_share"] = table["doc_id"].map(problems).fillna(0)
    return table.assign(reused=1 - table["novel"], name=table["region"] + " " + table["year"].astype("str"))


def _places(corpus: Corpus, keys: list[str]) -> pd.DataFrame:
    """Where each report belongs."""
    return corpus.documents[list(dict.fromkeys(["doc_id", *keys]))]


def _labelled(table: pd.DataFrame, corpus: Corpus, keys: list[str]) -> pd.DataFrame:
    """With the region's name and a label of the group: the year alone where there is one region."""
    names = table[keys].astype("str")
    if keys == ["year"]:
        n = corpus.documents["year"].value_counts()
        names["n"] = [f"(n={n[year]})" for year in table["year"]]
    if "region_id" in table:
        names["region_id"] = table["region_id"].map(latest_names(corpus))
        table.insert(1, "region", names["region_id"])
        if "year" in names and corpus.documents["region_id"].nunique() == 1:
            names = names.drop(columns="region_id")
    table.insert(0, "label", names.agg(" ".join, axis=1))
    return table
