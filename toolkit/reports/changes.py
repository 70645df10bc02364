"""The parts of the region report on change: trends, the last two years, new terms, and what is copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.pipeline import Corpus
from toolkit.reports.labels import label, name_of
from toolkit.reports.rates import latest_names
from toolkit.reports.sheets import (
    Sheet,
    place,
    say,
    show_figure,
    show_file,
    show_limit,
    show_part,
    show_subsection,
    show_table,
)
from toolkit.terms.counts import complete_years, count_terms
from toolkit.terms.phrases import count_phrases

_CHANGES = [
    "term",
    "previous_count",
    "count",
    "previous_per_10k",
    "per_10k",
    "log2_ratio",
    "log2_low",
    "log2_high",
]
_SOURCES = ["own_last_year", "other_regions", "both", "novel"]


def phrase_counts(corpus: Corpus, terms: Sequence[str]) -> pd.DataFrame:
    """How often each term stands in each region and year, as text, with the region's latest name."""
    counts = count_phrases(corpus, terms)
    counts.insert(1, "region", counts["region_id"].map(latest_names(corpus)))
    return counts


def show_change(sheet: Sheet, terms: Sequence[str]) -> None:
    """Trends where there are several years; where there is one, say so and set dated reports side by side."""
    from toolkit import plots
    from toolkit.measures import frequency, trend

    phrases = phrase_counts(sheet.beside, terms)
    if sheet.corpus.documents["year"].nunique() == 1:
        say(sheet, "change.one_year", "notice", year=sheet.report["year"])
        if len(sheet.beside.documents) > 1:
            rates = frequency(phrases)
            axes = plots.side_by_side(rates, terms=list(terms), language=sheet.language)
            show_figure(sheet, "side_by_side", axes, rates)
        return
    rates = frequency(complete_years(phrases, terms=list(terms)))
    show_figure(sheet, "trend", plots.trend(rates, language=sheet.language), rates)
    slopes = trend(phrases, terms=list(terms), region="region_id")
    columns = ["term", "n_years", "first_year", "last_year", "n_missing", "slope", "p_exact", "reason"]
    show_table(sheet, slopes[columns], shape="cards")
    show_limit(sheet, "slopes")
    counts = count_terms(sheet.corpus, by=["region_id", "year"])
    telling = (counts["term"].str.len() > 1) & ~counts["term"].isin(sheet.places)
    _show_last_change(sheet, counts, counts[telling & ~counts["term"].str.contains(r"\d")])
    _show_new_terms(sheet, counts[telling])


def show_copied(sheet: Sheet, *, most: int = 6, last: int = 12) -> None:
    """How much of each report its own last year or other regions have word for word, and the plainest cases."""
    from toolkit.measures import boilerplate

    years = sheet.corpus.documents[["doc_id", "year"]]
    regions = sheet.shared.groupby("doc_id")[["n_regions", "own_last_year"]].max()
    table = boilerplate(sheet.shared).merge(years, on="doc_id").sort_values("year", kind="stable").tail(last)
    table = table.join(regions["n_regions"], on="doc_id")
    # Where there is no report to share with, a share of 0 would be a claim.
    table.loc[table["doc_id"].map(regions["own_last_year"]).isna(), ["own_last_year", "both"]] = float("nan")
    table.loc[table["n_regions"] == 1, ["other_regions", "both"]] = float("nan")
    if table[_SOURCES[:2]].isna().all(axis=None):
        say(sheet, "copied.none", "notice")
        return
    show_table(sheet, table[["year", "n_regions", "n_runs", *_SOURCES]])
    show_limit(sheet, "copied")
    _show_shared(sheet, most)


def _show_shared(sheet: Sheet, most: int) -> None:
    """The longest sentences of the latest report that other regions or its own last year have."""
    language = sheet.language
    now = sheet.shared.merge(sheet.latest.sentences, on=["doc_id", "sentence_no"])
    found = now[now["source"].isin(["own last year", "other regions", "both"])]
    show_subsection(sheet, "copied.sentences", n=len(found), all=len(now))
    if found.empty:
        say(sheet, "copied.nowhere", "notice")
        return
    found = found.sort_values(["n_runs", "sentence_no"], ascending=[False, True])
    quotes = []
    for row in found.drop_duplicates("text").head(most).itertuples():
        n = {"n": row.n_other_regions, "all": row.n_regions - 1}
        where = [
            name_of("source", row.source, language),
            label("copied.regions", language, **n),
            place(sheet, row),
        ]
        quotes.append((" ".join(row.text.split()), " · ".join(where if n["all"] else where[::2])))
    show_part("quotes", quotes=quotes, most=most, more="")
    show_file(sheet, "copied", found)


def _show_last_change(sheet: Sheet, counts: pd.DataFrame, telling: pd.DataFrame, *, most: int = 24) -> None:
    """What changed between the last two years, if these follow each other."""
    from toolkit import plots
    from toolkit.measures import word_shift, year_over_year

    last = int(sheet.report["year"])
    years = {"year": last, "before": last - 1}
    show_subsection(sheet, "change.last", **years)
    changes = year_over_year(counts, region="region_id")
    changes = changes[(changes["year"] == last) & changes["previous_n_tokens"].notna()]
    if changes.empty:
        say(sheet, "change.gap", "notice", **years)
        return
    shift = word_shift(telling, target={"year": last}, reference={"year": last - 1})
    if not shift["contribution"].any():
        say(sheet, "change.same", "notice", **years)
        return
    title = label("word_shift.title", sheet.language, **years)
    show_figure(
        sheet, "word_shift", plots.word_shift(shift, top=20, language=sheet.language, title=title), shift
    )
    clear = (changes["p_adjusted"] < 0.05) & changes["term"].isin(set(telling["term"]))
    changes = changes[clear].sort_values(["p_adjusted", "term"]).head(most)
    if changes.empty:
        say(sheet, "change.none", "notice")
    else:
        show_table(sheet, changes.sort_values(["log2_ratio", "term"], ascending=[False, True])[_CHANGES])
    show_limit(sheet, "change")


def _show_new_terms(sheet: Sheet, counts: pd.DataFrame, *, most: int = 10, recent: int = 5) -> None:
    """Of the last years the most frequent terms that came and stayed, or went, each with its first sentence."""
    from toolkit.measures import new_and_vanished

    show_subsection(sheet, "new.heading", recent=recent)
    found = new_and_vanished(counts, region="region_id", min_count=5)
    texts = sheet.corpus.documents.groupby("year")["text"].sum()
    # A segmenter may take the term for part of a longer word in some years: the text decides.
    found = found.loc[
        pd.Index([row.Index for row in found.itertuples() if _is_so(row, texts)], dtype="int64")
    ]
    last = int(counts["year"].max())
    came = found[(found["status"] == "new") & (found["last_year"] == last)]
    came = came[came["first_year"] > last - recent]
    gone = found[(found["status"] == "vanished") & (found["last_year"] >= last - recent)]
    ranked = [
        part.sort_values(["count", "term"], ascending=[False, True]).head(most) for part in (came, gone)
    ]
    terms = pd.concat(ranked)["term"].tolist()
    if not terms:
        say(sheet, "new.none", "notice")
        return
    table = new_and_vanished(counts, sheet.corpus, terms=terms, region="region_id", min_count=5)
    table = table.merge(sheet.corpus.sentences[["doc_id", "sentence_no", "start", "end"]], how="left")
    pairs = zip(table["evidence"], table["term"], strict=True)
    shown = table.assign(
        evidence=[_around(text, term) for text, term in pairs],
        place=[place(sheet, row) if row.doc_id else "" for row in table.itertuples()],
    )
    columns = ["term", "status", "first_year", "last_year", "n_years", "count", "evidence", "place"]
    show_table(sheet, shown[columns], shape="cards")
    show_file(sheet, "new_terms", table)
    show_limit(sheet, "new")


def _around(text: str, term: str, room: int = 30) -> str:
    """The part of a sentence around a term."""
    text = " ".join(text.split())
    first = max(0, text.find(term) - room)
    last = first + 2 * room + len(term)
    return "…" * (first > 0) + text[first:last] + "…" * (last < len(text))


def _is_so(row: Any, texts: pd.Series) -> bool:
    """Whether the term stands nowhere in the texts before it was new, or after it vanished."""
    outside = (
        texts[texts.index < row.first_year] if row.status == "new" else texts[texts.index > row.last_year]
    )
    return not outside.str.contains(row.term, regex=False).any()
