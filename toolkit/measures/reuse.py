"""What reports share word for word: with other regions, and with their own last year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.measures.cells import divide
from toolkit.measures.grids import BY
from toolkit.schemas import listed, need

QUOTED = re.compile(r"《[^》]*》|“[^”]*”|「[^」]*」")
WORDY = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff0-9A-Za-z]")
BLOCK = 300  # regions whose runs are looked up together
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


def _runs(texts: pd.Series, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the runs of many sentences, one after the other, and how many each has."""
    lengths = texts.str.len().to_numpy("int64")
    sizes = np.maximum(lengths - n + 1, 0)
    # Where a sentence begins in the joined text, less where its runs begin among all runs.
    shift = np.cumsum(lengths) - lengths - (np.cumsum(sizes) - sizes)
    return _hashes("".join(texts), n)[np.repeat(shift, sizes) + np.arange(sizes.sum())], sizes


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
    tables = list(shared_by_year(corpus, n=n, quotes=quotes, headings=headings))
    empty = [np.empty(0, int)] * 4
    table = pd.concat(tables or [_by_sentence(_wordings(corpus, quotes, headings), 0, *empty)])
    return table.sort_values(["doc_id", "sentence_no"], ignore_index=True)


def shared_by_year(
    corpus: object, *, n: int = 13, quotes: bool = False, headings: bool = False
) -> Iterator[pd.DataFrame]:
    """The rows of `shared_sentences` in pieces, a year after the other, for what must not be in memory at once."""
    last_year, last = None, {}
    for year, group in _years(corpus, quotes, headings):
        last, n_regions = last if last_year == year - 1 else {}, group["place"].nunique()
        found: list[np.ndarray] = []
        blocks = {at: _Block.of(part, n, found) for at, part in group.groupby(group["place"] // BLOCK)}
        runs = np.concatenate(found)
        del group, found
        runs.sort()
        first = np.flatnonzero(np.append(True, runs[1:] != runs[:-1])[: len(runs)])
        distinct, n_having = runs[first], np.diff(np.append(first, len(runs))).astype(np.int32)
        del runs, first
        for at, block in blocks.items():
            others = n_having[np.searchsorted(distinct, block.run)] - 1
            again, known = block.again(last.get(at))
            yield _by_sentence(block.rows, n_regions, block.sizes, others, again, known)
        last_year, last = year, {at: block.kept() for at, block in blocks.items()}


def _years(corpus: object, quotes: bool, headings: bool) -> Iterator[tuple[int, pd.DataFrame]]:
    """The sentences of one year after another as they are compared, with the number of their report's region."""
    documents = corpus.documents.loc[corpus.documents["year"].notna(), ["doc_id", "region_id", "year"]]
    # A report of an unknown region is a region of its own.
    region = documents["region_id"].where(documents["region_id"] != "", documents["doc_id"])
    places = documents[["doc_id", "year"]].assign(place=pd.factorize(region)[0])
    if not hasattr(corpus, "parts"):
        yield from _wordings(corpus, quotes, headings).merge(places, on="doc_id").groupby("year", sort=True)
        return
    for year in sorted(documents["year"].unique()):
        part = corpus.where("sections", "sentences", year=year)
        yield year, _wordings(part, quotes, headings).merge(places, on="doc_id")


class _Block(NamedTuple):
    """Sentences of some regions in one year: their runs, how many each has, and each region's runs as numbers of it."""

    rows: pd.DataFrame
    run: np.ndarray
    sizes: np.ndarray
    own: np.ndarray  # each once, in order

    @classmethod
    def of(cls, rows: pd.DataFrame, n: int, all_runs: list[np.ndarray]) -> _Block:
        """Hash the sentences; each region's distinct runs go to all_runs."""
        run, sizes = _runs(rows["text"], n)
        own, first = np.unique(_owned(rows, run, sizes), return_index=True)
        all_runs.append(run[first])
        return cls(rows.drop(columns="text"), run, sizes, own)

    def kept(self) -> tuple[np.ndarray, np.ndarray]:
        """What the next year is compared with: the runs of each region in order, and the regions that have any."""
        return self.own, self.rows["place"].to_numpy()[self.sizes > 0]

    def again(self, last: tuple[np.ndarray, np.ndarray] | None) -> tuple[np.ndarray, np.ndarray]:
        """Of each run whether its region had it last year, and of each sentence whether there was a last year."""
        if last is None or not len(last[0]):
            return np.zeros(len(self.run), bool), np.zeros(len(self.rows), bool)
        here = _owned(self.rows, self.run, self.sizes)
        at = np.minimum(np.searchsorted(last[0], here), len(last[0]) - 1)
        return last[0][at] == here, np.isin(self.rows["place"], last[1])


def _owned(rows: pd.DataFrame, run: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Each run as a number of its region."""
    return run + np.repeat(rows["place"].to_numpy(np.uint64), sizes) * APART


def _by_sentence(
    rows: pd.DataFrame,
    n_regions: int,
    n: np.ndarray,
    others: np.ndarray,
    again: np.ndarray,
    known: np.ndarray,
) -> pd.DataFrame:
    """Runs of some reports of one year, summed up for each of their sentences."""
    at = np.repeat(np.arange(len(n)), n)
    ordered, begin, some = others[np.lexsort((others, at))], np.cumsum(n) - n, n > 0
    table = rows[["doc_id", "sentence_no"]].assign(n_runs=n, n_regions=n_regions)
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

    by, place, tables = listed(by), ["doc_id", "sentence_no"], []
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
    table = table if terms is None else table[table["term"].isin(listed(terms))]
    return table[[*by, "term", *order]].reset_index(drop=True)
