"""The measure sheet.

The attention a report gives to a dictionary, under every convention in use, side by side.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.pieces import pieces
from toolkit.schemas import COUNTED_KINDS

NUMERATORS = ("longest match", "substring", "token", "tf-idf", "weighted")
TOUCHED = ("sentences", "paragraph characters")
DENOMINATORS = ("tokens", "tokens without punctuation", "content tokens", "Han characters", *TOUCHED)
Words = Mapping[str, Collection[str]] | Collection[str]
Weights = Mapping[str, float] | None
SPAN = ["dictionary", "doc_id", "start", "end", "surface", "sentence_no"]
_SPACE = r"[\s\v\pZ\x1c-\x1f\x85]"  # white space, as Python has it
_OTHER = r"[^\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}]+"  # what is no Han character
DEFAULT = ("longest match", "tokens without punctuation")
_CELL = ["numerator", "dictionary", "doc_id"]


def attention_hits(
    corpus: object, lexicon: object, *, by: str | None = "dimension", weights: Weights = None
) -> pd.DataFrame:
    """Every match behind every cell of the sheet, so that each count can be read in its place.

    Parameters
    ----------
    corpus
        A corpus with documents, sentences, tokens and, for a lexicon, hits.
    lexicon
        A lexicon, or your own dictionaries ``{name: [words]}``.
    by
        Column of the lexicon's table that makes the dictionaries; None takes it as one, named "lexicon".
    weights
        Word -> weight, for the numerator "weighted".

    Returns
    -------
    DataFrame
        One row a match outside page furniture: ``numerator`` (longest match, substring, token, tf-idf,
        weighted), ``dictionary``, ``doc_id``, ``start``, ``end``, ``surface``, ``sentence_no``, ``weight`` (1
        for the first three; for tf-idf ln(N / reports with the surface)). Sorted by these.
    """
    names = None if isinstance(lexicon, Mapping) else _names(lexicon, by)
    words = _words(lexicon, names)
    spans = candidates = _substrings(corpus, words)
    if names is not None:
        hits = corpus.hits[corpus.hits["role"] != "meta"]
        candidates = hits.assign(dictionary=hits["mechanism"].map(names))[SPAN]
    longest = _leftmost_longest(candidates)
    tables = {"longest match": longest, "substring": spans, "token": _tokens(corpus, words)}
    reports = longest.groupby(["dictionary", "surface"])["doc_id"].transform("nunique")
    tables["tf-idf"] = longest.assign(weight=np.log(len(corpus.documents) / reports))
    if weights is not None:
        tables["weighted"] = longest.assign(weight=longest["surface"].map(weights).fillna(0).astype(float))
    found = [table.assign(numerator=name, weight=table.get("weight", 1.0)) for name, table in tables.items()]
    order = ["numerator", *SPAN, "weight"]
    return pd.concat(found)[order].sort_values(order, ignore_index=True)


def _names(lexicon: object, by: str | None) -> dict[str, str]:
    """Entry of the lexicon -> dictionary."""
    table = lexicon.table.assign(lexicon="lexicon")
    return dict(zip(table["id"], table[by or "lexicon"], strict=True))


def dictionaries(lexicon: object, by: str | None = "dimension") -> list[str]:
    """The names of the dictionaries, in order."""
    return sorted(lexicon if isinstance(lexicon, Mapping) else set(_names(lexicon, by).values()))


def _words(lexicon: object, names: Mapping[str, str] | None) -> pd.DataFrame:
    """One row a dictionary and word."""
    if names is None:
        rows = {(name, word) for name, words in lexicon.items() for word in words}
    else:
        rows = {(names[entry], literal) for literal, entries in lexicon.literals.items() for entry in entries}
    return pd.DataFrame(sorted(rows), columns=["dictionary", "surface"])


def _substrings(corpus: object, words: pd.DataFrame) -> pd.DataFrame:
    """Every place where a word stands as a string, nested ones too, outside page furniture."""
    from ahocorasick_rs import AhoCorasick

    matcher, rows = AhoCorasick(words["surface"].tolist()), []
    texts = corpus.sentences[corpus.sentences["role"] != "meta"]
    texts = texts[["doc_id", "sentence_no", "start", "text"]]
    for doc_id, number, start, text in texts.itertuples(index=False):
        for which, first, last in matcher.find_matches_as_indexes(text, overlapping=True):
            rows.append((which, doc_id, start + first, start + last, number))
    found = pd.DataFrame(rows, columns=["which", "doc_id", "start", "end", "sentence_no"])
    return found.join(words, on="which")[SPAN]


def _tokens(corpus: object, words: pd.DataFrame) -> pd.DataFrame:
    """Every token that equals a word, outside page furniture."""
    roles = corpus.sentences[["doc_id", "sentence_no", "role"]]
    kept = corpus.tokens[corpus.tokens["term"].isin(words["surface"])]
    kept = kept.rename(columns={"term": "surface"}).merge(words, on="surface")
    kept = kept.merge(roles, on=["doc_id", "sentence_no"])
    return kept.loc[kept["role"] != "meta", SPAN]


def _leftmost_longest(spans: pd.DataFrame) -> pd.DataFrame:
    """Of overlapping spans of one dictionary and document the leftmost, among these the longest."""
    order = ["dictionary", "doc_id", "start", "end"]
    ordered = spans.sort_values(order, ascending=[True, True, True, False])
    kept, place, last = [], None, 0
    for *here, start, end in ordered[order].itertuples(index=False):
        kept.append(here != place or start >= last)
        if kept[-1]:
            place, last = here, end
    return ordered[np.array(kept, dtype=bool)]


def attention(
    corpus: object,
    lexicon: object,
    *,
    by: str | None = "dimension",
    weights: Weights = None,
    stopwords: Collection[str] | None = None,
    hits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The attention each report gives to each dictionary: every numerator over every denominator.

    Read the default, longest match over tokens without punctuation, and then how far the rank moves under the
    others (`rank_stability`): matching moves ranks, the denominator hardly. Sentence and paragraph shares
    measure another thing, how much of the report touches the topic. Ranks are among all reports of a year in
    the corpus, ties share the better one: choose one genre, kind of body and level first (`corpus.where`).

    Parameters
    ----------
    corpus, lexicon, by, weights
        As in `attention_hits` (a store is gone through a thousand reports at a time), whose table is the evidence for every cell.
    stopwords
        Words left out of content tokens (words and terms only); None takes the shipped list of function words.
    hits
        `attention_hits` of the same, if you have it.

    Returns
    -------
    DataFrame
        One row a report, dictionary, numerator and denominator, sorted by these: ``doc_id``, ``region_id``,
        ``year``, ``dictionary``, ``numerator``, ``denominator``, ``count`` (matches; for sentences and
        paragraph characters the sentences and characters of paragraphs with a match; sum of weights for
        tf-idf and weighted), ``size`` (the denominator), ``share`` (count / size; NaN over nothing),
        ``log_count`` (ln(1 + count)), ``location_quotient`` (share over the share of all reports), ``rank``
        (1 is most), ``n_ranked`` (reports of the year).
    """
    numerators = [name for name in NUMERATORS if name != "weighted" or weights is not None]
    ways = [(n, d) for n in numerators for d in DENOMINATORS if n in NUMERATORS[:3] or d not in TOUCHED]
    measured = measure(corpus, lexicon, by=by, weights=weights, stopwords=stopwords, hits=hits)
    return lay_out(corpus.documents, measured, dictionaries(lexicon, by), ways)


class Measured(NamedTuple):
    """What the sheet is laid out from: counts by numerator, dictionary, report and denominator; sizes of reports."""

    counts: pd.Series
    sizes: pd.DataFrame
    n_paragraphs: pd.Series


def measure(
    corpus: object,
    lexicon: object,
    *,
    by: str | None = "dimension",
    weights: Weights = None,
    stopwords: Collection[str] | None = None,
    hits: pd.DataFrame | None = None,
) -> Measured:
    """Count and measure every report, those of a store a thousand at a time; see `attention`."""
    if hits is not None:
        return _measured(corpus, hits, stopwords)
    found, surfaces = [], []
    for part in pieces(corpus, "sentences", "tokens", "hits"):
        matches = attention_hits(part, lexicon, by=by, weights=weights)
        longest = matches[matches["numerator"] == NUMERATORS[0]]
        surfaces.append(longest.value_counts(["dictionary", "surface", "doc_id"]).rename("n").reset_index())
        found.append(_measured(part, matches[matches["numerator"] != "tf-idf"], stopwords))
    # How rare a word is, all reports together tell.
    table = pd.concat(surfaces).sort_values(["dictionary", "surface", "doc_id"])
    reports = table.groupby(["dictionary", "surface"])["doc_id"].transform("size")
    table["weight"] = table["n"] * np.log(len(corpus.documents) / reports)
    weighed = table.assign(numerator="tf-idf").groupby(_CELL)["weight"].sum()
    counts = pd.concat(dict.fromkeys(DENOMINATORS[:4], weighed), names=["denominator"])
    found.append(Measured(counts, found[0].sizes[:0], found[0].n_paragraphs[:0]))
    return Measured(*(pd.concat(tables) for tables in zip(*found, strict=True)))


def _measured(corpus: object, hits: pd.DataFrame, stopwords: Collection[str] | None) -> Measured:
    """Count some matches in each report, and measure it."""
    sizes, paragraphs = _sizes(corpus, stopwords)
    placed = hits.merge(paragraphs, on=["doc_id", "sentence_no"])
    cells = dict.fromkeys(DENOMINATORS[:4], hits.groupby(_CELL)["weight"].sum())
    cells[TOUCHED[0]] = placed.drop_duplicates([*_CELL, "sentence_no"]).groupby(_CELL).size()
    cells[TOUCHED[1]] = placed.drop_duplicates([*_CELL, "paragraph"]).groupby(_CELL)["n_chars"].sum()
    n_paragraphs = paragraphs.groupby("doc_id")["paragraph"].nunique()
    return Measured(pd.concat(cells, names=["denominator"]), sizes, n_paragraphs)


def lay_out(
    documents: pd.DataFrame, measured: Measured, dictionaries: Sequence[str], ways: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """The sheet of these dictionaries in these ways, each a numerator and a denominator; see `attention`."""
    reports = documents[["doc_id", "region_id", "year"]]
    full = pd.DataFrame(list(ways), columns=["numerator", "denominator"])
    full = full.merge(pd.DataFrame({"dictionary": dictionaries}), how="cross").merge(reports, how="cross")
    counts = measured.counts.rename("count").astype(float).reset_index()
    table = full.merge(counts, on=[*_CELL, "denominator"], how="left").fillna({"count": 0.0})
    return _ranked(table.merge(measured.sizes, on=["doc_id", "denominator"]))


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Shares, quotients and ranks."""
    cell = ["dictionary", "numerator", "denominator"]
    share = table["count"] / table["size"].where(table["size"] > 0)
    totals = table.groupby(cell)[["count", "size"]].transform("sum").where(lambda sums: sums > 0)
    quotient = share / (totals["count"] / totals["size"])
    table = table.assign(share=share, log_count=np.log1p(table["count"]), location_quotient=quotient)
    within = table.groupby([*cell, "year"], dropna=False)["share"]
    table["rank"] = within.rank(method="min", ascending=False).astype("Int64")
    table["n_ranked"] = within.transform("count").astype("int64")
    places = {name: i for i, name in enumerate((*NUMERATORS, *DENOMINATORS))}
    table = table.sort_values(["doc_id", *cell], key=lambda c: c.map(places) if c.name in cell[1:] else c)
    order = ["count", "size", "share", "log_count", "location_quotient", "rank", "n_ranked"]
    return table[["doc_id", "region_id", "year", *cell, *order]].reset_index(drop=True)


def _sizes(corpus: object, stopwords: Collection[str] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every denominator of every report, and the paragraph of every sentence with its length."""
    from toolkit.terms.counts import read_stopwords

    text = pa.array(corpus.sentences["text"], pa.string())
    length = pc.subtract(pc.utf8_length(text), pc.count_substring_regex(text, _SPACE))
    han = pc.utf8_length(pc.replace_substring_regex(text, _OTHER, ""))
    ended = pc.cast(pc.match_substring(text, "\n"), pa.int64())
    signs = {"length": length.to_numpy(), "han": han.to_numpy(), "ended": ended.to_numpy()}
    sentences = corpus.sentences[["doc_id", "sentence_no", "role"]].assign(**signs)
    sentences["paragraph"] = sentences.groupby("doc_id")["ended"].cumsum() - sentences["ended"]
    sentences = sentences[sentences["role"] != "meta"].copy()
    sentences["n_chars"] = sentences.groupby(["doc_id", "paragraph"])["length"].transform("sum")
    keys, tokens = ["doc_id", "sentence_no"], corpus.tokens
    documents, grouped = pd.Index(corpus.documents["doc_id"]), sentences.groupby("doc_id")
    owner, number = _places(tokens, documents)
    said = np.zeros((len(documents), 1 + max(number.max(initial=0), sentences["sentence_no"].max())), bool)
    said[_places(sentences, documents)] = True
    function_words = read_stopwords() if stopwords is None else stopwords
    content = tokens["kind"].isin(["word", "term"]) & ~tokens["term"].isin(list(function_words))
    kinds = (tokens["kind"] != "space", tokens["kind"].isin(COUNTED_KINDS), content)
    counted = [np.bincount(owner[said[owner, number] & mask], minlength=len(documents)) for mask in kinds]
    columns = [pd.Series(counts, documents) for counts in counted]
    columns += [grouped["han"].sum(), grouped.size(), grouped["length"].sum()]
    sizes = pd.concat(columns, axis=1, keys=DENOMINATORS).reindex(documents).fillna(0).astype("int64")
    sizes = sizes.rename_axis(index="doc_id", columns="denominator").stack().rename("size").reset_index()
    return sizes, sentences[[*keys, "paragraph", "n_chars"]]


def _places(table: pd.DataFrame, documents: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """The number of the document and of the sentence of every row."""
    codes, names = pd.factorize(table["doc_id"])
    return documents.get_indexer(names)[codes], table["sentence_no"].to_numpy()


def rank_stability(sheet: pd.DataFrame, *, default: Sequence[str] = DEFAULT) -> pd.DataFrame:
    """How far the choice of numerator and denominator moves the reports' ranks, against the default.

    Read `largest_move`: the most places a report of that year moves. With few reports Spearman's rho is
    coarse.

    Parameters
    ----------
    sheet
        From `attention`.
    default
        The numerator and denominator that the others are held against.

    Returns
    -------
    DataFrame
        One row a ``dictionary``, ``year``, ``numerator`` and ``denominator``: these, ``n_reports``,
        ``spearman`` (NaN for fewer than three reports or equal shares), ``largest_move``, ``mean_move``
        (places), ``mean_share``, ``times_default`` (mean share over the default's).
    """
    cell, report = ["dictionary", "year"], ["doc_id", "dictionary"]
    base = sheet[(sheet["numerator"] == default[0]) & (sheet["denominator"] == default[1])]
    if base.empty and len(sheet):
        held = f"{NUMERATORS} over {DENOMINATORS}"
        raise ValueError(f"default={tuple(default)!r} is not in the sheet; it has {held}.")
    both = sheet.merge(base[[*report, "share", "rank"]], on=report, suffixes=("", "_default"))
    both["move"] = (both["rank"] - both["rank_default"]).abs().astype(float)
    grouped = both.groupby([*cell, "numerator", "denominator"], sort=False, dropna=False)
    means = grouped[["share", "share_default"]].mean()
    table = grouped["move"].agg(n_reports="size", largest_move="max", mean_move="mean")
    table.insert(1, "spearman", [_spearman(part["share"], part["share_default"]) for _, part in grouped])
    usual = means["share_default"].where(means["share_default"] > 0)
    return table.assign(mean_share=means["share"], times_default=means["share"] / usual).reset_index()


def _spearman(x: pd.Series, y: pd.Series) -> float:
    """Rank correlation; NaN for fewer than three points or where one side does not vary."""
    varied = len(x) > 2 and x.nunique() > 1 and y.nunique() > 1
    return float(x.rank().corr(y.rank())) if varied else np.nan
