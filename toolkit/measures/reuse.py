"""What reports share word for word: with other regions, and with their own last year."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.measures.grids import need
from toolkit.measures.richness import counted_tokens

QUOTED = re.compile(r"《[^》]*》|“[^”]*”|「[^」]*」")
WORDY = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9A-Za-z]")


def shingles(text: str, n: int = 13) -> set[str]:
    """The distinct runs of n Han characters, digits and Latin letters, everything else left out before."""
    text = WORDY.sub("", text)
    return {text[i : i + n] for i in range(len(text) - n + 1)}


def _hashes(text: str, n: int) -> np.ndarray:
    """A 64-bit hash of every run of n characters, in order; empty for a shorter text."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(codes) < n:
        return np.empty(0, np.uint64)
    total = np.zeros(len(codes) - n + 1, np.uint64)
    for k in range(n):
        total = (total ^ codes[k : len(codes) - n + 1 + k]) * np.uint64(0x9E3779B97F4A7C15)
        total ^= total >> np.uint64(29)
    return total


def shared_sentences(
    corpus: object,
    *,
    n: int = 13,
    quotes: bool = False,
    headings: bool = False,
    region: str = "region_id",
    year: str = "year",
) -> pd.DataFrame:
    """For each sentence how many other regions share it in the same year, and whether the own last year does.

    Sharing is counted in runs of 13 characters (punctuation left out); a sentence is shared by as many other
    regions as hold its median run, so that a different county's name does not hide a copied sentence. No run
    is too common to count. Read `n_other_regions` as boilerplate and `own_last_year` as carry-over. It grows
    with the number of reports collected for the year: compare corpora by `n_regions`. Shorter sentences have
    no run and are NaN.

    Parameters
    ----------
    corpus
        A corpus with documents and sentences (and sections, for headings).
    n
        Characters in a run. 13 finds phrases such as the standing formulas; 25 hides three quarters of them.
    quotes
        Whether titles in 《》 and quotations count as text; they are shared by necessity.
    headings
        Whether the heading's own words count.
    region, year
        Columns of documents.

    Returns
    -------
    DataFrame
        One row a sentence outside page furniture: ``doc_id``, ``sentence_no``, ``n_runs``, ``n_regions``
        (with a report that year), ``n_other_regions`` (median run), ``n_other_regions_most`` (most common
        run), ``share_other`` (share of its runs that any other region has), ``own_last_year`` (share of its
        runs in the own report of the year before; NaN where there is none), ``source`` (own last year, other
        regions, both, novel or too short: half of the runs decide).

    References
    ----------
    Smith, Cordell & Dillon 2013, doi:10.1109/BigData.2013.6691675, whose limit on common runs is not taken
    over.
    """
    runs, sizes = _runs(corpus, n, quotes, headings)
    documents = corpus.documents.loc[corpus.documents[year].notna(), ["doc_id", region, year]]
    runs = runs.merge(documents, on="doc_id")
    regions = documents.groupby(year)[region].nunique()
    held = runs[[year, region, "run"]].drop_duplicates()
    spread = held.groupby([year, "run"]).size().rename("spread").reset_index()
    runs = runs.merge(spread, on=[year, "run"])
    runs["others"] = runs["spread"] - 1
    before = held.assign(**{year: held[year] + 1}, again=True)
    runs = runs.merge(before, on=[year, region, "run"], how="left")
    runs["again"] = runs["again"].fillna(False).astype(float)
    runs["any_other"] = runs["others"] > 0
    keys = ["doc_id", "sentence_no"]
    found = runs.groupby(keys).agg(
        n_runs=("run", "size"),
        n_other_regions=("others", lambda values: int(np.sort(values)[(len(values) - 1) // 2])),
        n_other_regions_most=("others", "max"),
        share_other=("any_other", "mean"),
        own_last_year=("again", "mean"),
    )
    table = sizes.merge(found.reset_index(), on=keys, how="left").merge(documents, on="doc_id", how="left")
    known = documents[[region, year]].assign(**{year: documents[year] + 1}).drop_duplicates()
    last = pd.MultiIndex.from_frame(table[[region, year]]).isin(pd.MultiIndex.from_frame(known))
    table["own_last_year"] = table["own_last_year"].where(last)
    table["n_regions"] = table[year].map(regions)
    return _with_source(table)


def _with_source(table: pd.DataFrame) -> pd.DataFrame:
    """Columns in order, with the word for where each sentence comes from."""
    own, other = table["own_last_year"] >= 0.5, table["n_other_regions"] > 0
    choices = [table["n_runs"].isna(), own & other, own, other]
    names = ["too short", "both", "own last year", "other regions"]
    table = table.assign(n_runs=table["n_runs"].fillna(0), source=np.select(choices, names, "novel"))
    whole = ["n_runs", "n_regions", "n_other_regions", "n_other_regions_most"]
    order = ["doc_id", "sentence_no", *whole, "share_other", "own_last_year", "source"]
    table = table[order].astype(dict.fromkeys(whole, "Int64"))
    return table.sort_values(["doc_id", "sentence_no"], ignore_index=True)


def _runs(corpus: object, n: int, quotes: bool, headings: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hashes of all runs with their sentence, and the sentences themselves."""
    sentences = corpus.sentences[corpus.sentences["role"] != "meta"]
    need(sentences, ["doc_id", "sentence_no", "section_no", "text"], "The corpus's sentences")
    texts = sentences["text"]
    if not headings:
        titles = corpus.sections[["doc_id", "section_no", "title"]]
        titled = sentences[["doc_id", "section_no"]].merge(titles, on=["doc_id", "section_no"], how="left")
        first = ~sentences.duplicated(["doc_id", "section_no"]).to_numpy()
        found = zip(texts, titled["title"].fillna(""), first, strict=True)
        texts = [
            text.replace(title, "", 1) if title and is_first else text for text, title, is_first in found
        ]
    cleaned = [WORDY.sub("", text if quotes else QUOTED.sub("", text)) for text in texts]
    hashes = [_hashes(text, n) for text in cleaned]
    lengths = [len(found) for found in hashes]
    keys = sentences[["doc_id", "sentence_no"]].reset_index(drop=True)
    rows = keys.iloc[np.repeat(np.arange(len(keys)), lengths)].reset_index(drop=True)
    return rows.assign(run=np.concatenate([np.empty(0, np.uint64), *hashes])), keys


def boilerplate(shared: pd.DataFrame) -> pd.DataFrame:
    """Where each report's text comes from: shares of its runs by source; they sum to 1.

    Returns
    -------
    DataFrame
        One row a report: ``doc_id``, ``n_runs``, ``own_last_year``, ``other_regions``, ``both``, ``novel``
        (shares of runs of 13 characters, 0 to 1; NaN for a report without any).
    """
    names = {
        "own last year": "own_last_year",
        "other regions": "other_regions",
        "both": "both",
        "novel": "novel",
    }
    runs = shared.pivot_table(index="doc_id", columns="source", values="n_runs", aggfunc="sum", fill_value=0)
    runs = runs.reindex(columns=list(names), fill_value=0).astype(float).rename(columns=names)
    total = runs.sum(axis=1)
    table = runs.div(total.where(total > 0), axis=0)
    table.insert(0, "n_runs", total.astype(np.int64))
    return table.rename_axis(columns=None).reset_index()


def novel_frequency(
    corpus: object,
    shared: pd.DataFrame,
    *,
    by: Sequence[str] = ("region_id", "year"),
    terms: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every frequency with and without the sentences that are shared.

    Where the two rates differ, the term lives in boilerplate. Without shared sentences little text may be
    left: see `n_tokens_novel`. Too short sentences (mostly headings and numbers) stay in both.

    Parameters
    ----------
    corpus, shared
        A corpus, and `shared_sentences` of it.
    by
        Columns of documents that make the groups.
    terms
        Terms to look at; by default all.

    Returns
    -------
    DataFrame
        One row a group and term: the columns of `by`, ``term``, ``count``, ``n_tokens``, ``per_10k``,
        ``count_novel``, ``n_tokens_novel``, ``per_10k_novel`` (only sentences whose source is novel or too
        short).
    """
    by = list(by)
    tokens = counted_tokens(corpus).merge(
        shared[["doc_id", "sentence_no", "source"]], on=["doc_id", "sentence_no"]
    )
    tokens = tokens.merge(
        corpus.documents[["doc_id", *[name for name in by if name != "doc_id"]]], on="doc_id"
    )
    tokens["novel"] = tokens["source"].isin(["novel", "too short"]).astype(np.int64)
    sizes = tokens.groupby(by, observed=True).agg(n_tokens=("novel", "size"), n_tokens_novel=("novel", "sum"))
    tokens = tokens if terms is None else tokens[tokens["term"].isin(list(terms))]
    counts = tokens.groupby([*by, "term"], observed=True).agg(
        count=("novel", "size"), count_novel=("novel", "sum")
    )
    table = counts.reset_index().merge(sizes.reset_index(), on=by)
    table["per_10k"] = table["count"] / table["n_tokens"] * 1e4
    table["per_10k_novel"] = (
        table["count_novel"] / table["n_tokens_novel"].where(table["n_tokens_novel"] > 0) * 1e4
    )
    order = ["count", "n_tokens", "per_10k", "count_novel", "n_tokens_novel", "per_10k_novel"]
    table = table.sort_values([*by, "count", "term"], ascending=[True] * len(by) + [False, True])
    return table[[*by, "term", *order]].reset_index(drop=True)
