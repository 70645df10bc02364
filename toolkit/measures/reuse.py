"""What reports share word for word: with other regions, and with their own last year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd

from toolkit.measures.cells import divide
from toolkit.measures.grids import BY
from toolkit.schemas import need

QUOTED = re.compile(r"《[^》]*》|“[^”]*”|「[^」]*」")
WORDY = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9A-Za-z]")
APART = np.uint64(0xD6E8FEB86659FD93)  # odd: with it a run in a region is one number


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
    corpus: object, *, n: int = 13, quotes: bool = False, headings: bool = False
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

    Returns
    -------
    DataFrame
        One row a sentence outside page furniture of a report with a year: ``doc_id``, ``sentence_no``,
        ``n_runs``, ``n_regions`` (with a report that year), ``n_other_regions`` (median run),
        ``n_other_regions_most`` (most common run), ``share_other`` (share of its runs that any other region
        has), ``own_last_year`` (share of its runs in the own report of the year before; NaN where there is
        none), ``source`` (own last year, other regions, both, novel or too short: half of the runs decide).

    References
    ----------
    Smith, Cordell & Dillon 2013, doi:10.1109/BigData.2013.6691675, whose limit on common runs is not taken
    over.
    """
    documents = corpus.documents.loc[corpus.documents["year"].notna(), ["doc_id", "region_id", "year"]]
    # A report of an unknown region is a region of its own.
    region = documents["region_id"].where(documents["region_id"] != "", documents["doc_id"])
    sentences = _wordings(corpus, quotes, headings).merge(documents.assign(region=region), on="doc_id")
    places = pd.factorize(sentences["region"])[0].astype(np.uint64)
    tables, last_year, last_runs, last_places = [], None, np.empty(0, np.uint64), np.empty(0, np.uint64)
    for year, group in sentences.groupby("year", sort=True):
        hashes = [_hashes(text, n) for text in group["text"]]
        at = np.repeat(np.arange(len(group)), [len(found) for found in hashes])
        run, here = np.concatenate([np.empty(0, np.uint64), *hashes]), places[group.index]
        local = run + here[at] * APART
        found, first = np.unique(local, return_index=True)
        distinct, regions = np.unique(run[first], return_counts=True)
        others, follows = regions[np.searchsorted(distinct, run)] - 1, last_year == year - 1
        again, known = np.isin(local, last_runs) & follows, np.isin(here, last_places) & follows
        tables.append(_by_sentence(group, at, others, again, known))
        last_year, last_runs, last_places = year, found, here
    table = pd.concat(tables or [_by_sentence(sentences, *[np.empty(0, int)] * 4)])
    return table.sort_values(["doc_id", "sentence_no"], ignore_index=True)


def _by_sentence(
    group: pd.DataFrame, at: np.ndarray, others: np.ndarray, again: np.ndarray, known: np.ndarray
) -> pd.DataFrame:
    """Runs of one year, summed up for each of its sentences."""
    n = np.bincount(at, minlength=len(group))
    ordered, begin, some = others[np.lexsort((others, at))], np.cumsum(n) - n, n > 0
    table = group[["doc_id", "sentence_no"]].assign(n_runs=n, n_regions=group["region"].nunique())
    for name, offset in (("n_other_regions", (n - 1) // 2), ("n_other_regions_most", n - 1)):
        table[name] = pd.array(np.full(len(n), pd.NA), dtype="Int64")
        table.loc[some, name] = ordered[(begin + offset)[some]]
    share = np.where(some, n, np.nan)
    table["share_other"] = np.bincount(at, others > 0, minlength=len(n)) / share
    table["own_last_year"] = np.where(known, np.bincount(at, again, minlength=len(n)) / share, np.nan)
    own, other = table["own_last_year"] >= 0.5, table["n_other_regions"].fillna(0) > 0
    names = ["too short", "both", "own last year", "other regions"]
    return table.assign(source=np.select([~some, own & other, own, other], names, "novel"))


def _wordings(corpus: object, quotes: bool, headings: bool) -> pd.DataFrame:
    """Each sentence outside page furniture with its text as it is compared."""
    sentences = corpus.sentences.loc[corpus.sentences["role"] != "meta"]
    need(sentences, ["doc_id", "sentence_no", "section_no", "text"], "The corpus's sentences")
    if not headings:
        titles = corpus.sections[["doc_id", "section_no", "title"]]
        sentences = sentences.merge(titles, on=["doc_id", "section_no"], how="left").fillna({"title": ""})
        sentences.loc[sentences.duplicated(["doc_id", "section_no"]), "title"] = ""
        pairs = zip(sentences["text"], sentences["title"], strict=True)
        sentences["text"] = [text.replace(title, "", 1) if title else text for text, title in pairs]
    cleaned = [WORDY.sub("", text if quotes else QUOTED.sub("", text)) for text in sentences["text"]]
    return sentences[["doc_id", "sentence_no"]].assign(text=cleaned)


def boilerplate(shared: pd.DataFrame) -> pd.DataFrame:
    """Where each report's text comes from: shares of its runs by source; they sum to 1.

    Returns
    -------
    DataFrame
        One row a report: ``doc_id``, ``n_runs``, ``own_last_year``, ``other_regions``, ``both``, ``novel``
        (shares of runs of 13 characters, 0 to 1; NaN for a report without any).
    """
    names = ["own last year", "other regions", "both", "novel"]
    runs = shared.pivot_table(index="doc_id", columns="source", values="n_runs", aggfunc="sum", fill_value=0)
    runs = runs.reindex(columns=names, fill_value=0).astype(float).rename_axis(columns=None)
    total = runs.sum(axis=1)
    table = runs.div(total.where(total > 0), axis=0).rename(columns=lambda name: name.replace(" ", "_"))
    table.insert(0, "n_runs", total.astype(np.int64))
    return table.reset_index()


def novel_frequency(
    corpus: object,
    shared: pd.DataFrame,
    *,
    by: Sequence[str] = BY,
    terms: Sequence[str] | None = None,
    **options: object,
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
    options
        Of `count_terms`: kinds, roles, stopwords.

    Returns
    -------
    DataFrame
        One row a group and term, in the order of `count_terms`: the columns of `by`, ``term``, ``count``,
        ``n_tokens``, ``per_10k``, ``count_novel``, ``n_tokens_novel``, ``per_10k_novel`` (only sentences whose
        source is novel or too short; NaN where none is left).
    """
    from toolkit.terms.counts import count_groups, count_terms

    by, place, tables = list(by), ["doc_id", "sentence_no"], []
    for sources in (shared, shared[shared["source"].isin(["novel", "too short"])]):
        sentences = corpus.sentences.merge(sources[place], on=place)
        part = SimpleNamespace(documents=corpus.documents, sentences=sentences, tokens=corpus.tokens)
        tables.append(count_terms(part, by, **options)[[*by, "term", "count", "n_tokens"]])
    sizes = count_groups(part, by, roles=options.get("roles"))[[*by, "n_tokens"]]
    table, novel = tables[0], tables[1].drop(columns="n_tokens")
    for side, on in ((novel, [*by, "term"]), (sizes, by)):
        table = table.merge(side, how="left", on=on, suffixes=("", "_novel"))
    new = ["count_novel", "n_tokens_novel"]
    table[new] = table[new].fillna(0).astype("int64")
    for kind in ("", "_novel"):
        table[f"per_10k{kind}"] = divide(table[f"count{kind}"], table[f"n_tokens{kind}"]) * 1e4
    order = [f"{name}{kind}" for kind in ("", "_novel") for name in ("count", "n_tokens", "per_10k")]
    table = table if terms is None else table[table["term"].isin(list(terms))]
    return table[[*by, "term", *order]].reset_index(drop=True)
