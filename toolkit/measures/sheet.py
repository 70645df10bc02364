"""The measure sheet.

The attention a report gives to a dictionary, under every convention in use, side by side.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from toolkit.schemas import COUNTED_KINDS

NUMERATORS = ("longest match", "substring", "token", "tf-idf", "weighted")
DENOMINATORS = (
    "tokens",
    "tokens without punctuation",
    "content tokens",
    "Han characters",
    "sentences",
    "paragraph characters",
)
DEFAULT = ("longest match", "tokens without punctuation")


def attention_hits(
    corpus: object,
    lexicon: object,
    *,
    by: str | None = "dimension",
    weights: Mapping[str, float] | None = None,
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
    words = _dictionaries(lexicon, by)
    spans = _substrings(corpus, words)
    if isinstance(lexicon, Mapping):
        candidates = spans
    else:
        group = pd.Series("lexicon", lexicon.table["id"]) if by is None else lexicon.table.set_index("id")[by]
        candidates = corpus.hits.assign(dictionary=corpus.hits["mechanism"].map(group))
        candidates = candidates[candidates["role"] != "meta"][spans.columns]
    longest = _leftmost_longest(candidates)
    tables = {"longest match": longest, "substring": spans, "token": _tokens(corpus, words)}
    reports = longest.groupby(["dictionary", "surface"])["doc_id"].transform("nunique")
    tables["tf-idf"] = longest.assign(weight=np.log(len(corpus.documents) / reports))
    if weights is not None:
        tables["weighted"] = longest.assign(weight=longest["surface"].map(weights).fillna(0).astype(float))
    found = [table.assign(numerator=name, weight=table.get("weight", 1.0)) for name, table in tables.items()]
    order = ["numerator", "dictionary", "doc_id", "start", "end", "surface", "sentence_no", "weight"]
    return pd.concat(found)[order].sort_values(order, ignore_index=True)


def _dictionaries(lexicon: object, by: str | None) -> dict[str, list[str]]:
    """Dictionary -> words."""
    if isinstance(lexicon, Mapping):
        return {name: list(dict.fromkeys(words)) for name, words in lexicon.items()}
    names = lexicon.table.set_index("id")[by] if by else dict.fromkeys(lexicon.table["id"], "lexicon")
    words: dict[str, list[str]] = {}
    for literal, ids in lexicon.literals.items():
        for name in dict.fromkeys(names[identifier] for identifier in ids):
            words.setdefault(name, []).append(literal)
    return words


def _substrings(corpus: object, words: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Every place where a word stands as a string, nested ones too, outside page furniture."""
    from ahocorasick_rs import AhoCorasick

    pairs = [(name, word) for name, held in words.items() for word in held]
    matcher = AhoCorasick([word for _, word in pairs])
    rows = []
    kept = corpus.sentences[corpus.sentences["role"] != "meta"]
    for doc_id, number, start, text in kept[["doc_id", "sentence_no", "start", "text"]].itertuples(
        index=False
    ):
        for which, first, last in matcher.find_matches_as_indexes(text, overlapping=True):
            name, word = pairs[which]
            rows.append((name, doc_id, start + first, start + last, word, number))
    return pd.DataFrame(rows, columns=["dictionary", "doc_id", "start", "end", "surface", "sentence_no"])


def _tokens(corpus: object, words: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Every token that equals a word, outside page furniture."""
    rows = pd.DataFrame(
        [(name, word) for name, held in words.items() for word in held], columns=["dictionary", "term"]
    )
    kept = corpus.tokens.merge(rows, on="term").merge(_roles(corpus), on=["doc_id", "sentence_no"])
    return kept[kept["role"] != "meta"].rename(columns={"term": "surface"})[
        ["dictionary", "doc_id", "start", "end", "surface", "sentence_no"]
    ]


def _roles(corpus: object) -> pd.DataFrame:
    """Role of each sentence."""
    return corpus.sentences[["doc_id", "sentence_no", "role"]]


def _leftmost_longest(spans: pd.DataFrame) -> pd.DataFrame:
    """Of overlapping spans of one dictionary and document the leftmost, among these the longest."""
    ordered = spans.sort_values(["dictionary", "doc_id", "start", "end"], ascending=[True, True, True, False])
    kept, last = [], ("", "", 0)
    for row in ordered[["dictionary", "doc_id", "start", "end"]].itertuples(index=False):
        free = (row.dictionary, row.doc_id) != last[:2] or row.start >= last[2]
        kept.append(free)
        last = (row.dictionary, row.doc_id, row.end) if free else last
    return ordered[np.array(kept, dtype=bool)]


def attention(
    corpus: object,
    lexicon: object,
    *,
    by: str | None = "dimension",
    weights: Mapping[str, float] | None = None,
    stopwords: Collection[str] = (),
    hits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The attention each report gives to each dictionary: every numerator over every denominator.

    Read the default, longest match over tokens without punctuation, and then how far the rank moves under the
    others (`rank_stability`): matching moves ranks, the denominator hardly. Sentence and paragraph shares
    measure another thing, how much of the report touches the topic. Ranks are within a year; ties share the
    better rank.

    Parameters
    ----------
    corpus, lexicon, by, weights
        As in `attention_hits`, whose table is the evidence for every cell.
    stopwords
        Words left out of content tokens.
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
    hits = attention_hits(corpus, lexicon, by=by, weights=weights) if hits is None else hits
    sizes, paragraphs = _sizes(corpus, stopwords)
    reports = corpus.documents[["doc_id", "region_id", "year"]]
    dictionaries = sorted(_dictionaries(lexicon, by))
    numerators = [name for name in NUMERATORS if name != "weighted" or weights is not None]
    cells = {}
    keys = ["numerator", "dictionary", "doc_id"]
    for denominator in DENOMINATORS:
        if denominator == "sentences":
            found = hits.drop_duplicates([*keys, "sentence_no"]).groupby(keys).size()
        elif denominator == "paragraph characters":
            placed = hits.merge(paragraphs, on=["doc_id", "sentence_no"]).drop_duplicates(
                [*keys, "paragraph"]
            )
            found = placed.groupby(keys)["n_chars"].sum()
        else:
            found = hits.groupby(keys)["weight"].sum()
        cells[denominator] = found
    names = [numerators, dictionaries, reports["doc_id"], DENOMINATORS]
    full = pd.MultiIndex.from_product(names, names=[*keys, "denominator"])
    counts = pd.concat(cells, names=["denominator"]).reorder_levels(full.names).reindex(full, fill_value=0)
    table = counts.rename("count").reset_index().merge(reports, on="doc_id").astype({"count": float})
    plain = table["numerator"].isin(NUMERATORS[:3]) | ~table["denominator"].isin(DENOMINATORS[4:])
    table = table[plain].merge(sizes, on=["doc_id", "denominator"])
    return _ranked(table)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Shares, quotients and ranks."""
    cell = ["dictionary", "numerator", "denominator"]
    share = table["count"] / table["size"].where(table["size"] > 0)
    totals = table.groupby(cell)[["count", "size"]].transform("sum")
    overall = totals["count"] / totals["size"].where(totals["size"] > 0)
    table = table.assign(share=share, log_count=np.log1p(table["count"]))
    table["location_quotient"] = share / overall.where(overall > 0)
    within = table.groupby([*cell, "year"], dropna=False)["share"]
    table["rank"], table["n_ranked"] = within.rank(method="min", ascending=False), within.transform("count")
    table = table.astype({"rank": "Int64", "n_ranked": "int64"})
    for name, order in (("numerator", NUMERATORS), ("denominator", DENOMINATORS)):
        table[name] = pd.Categorical(table[name], order, ordered=True)
    order = ["doc_id", "region_id", "year", *cell, "count", "size", "share", "log_count", "location_quotient"]
    table = table.sort_values(["doc_id", *cell], ignore_index=True)[[*order, "rank", "n_ranked"]]
    return table.astype({"numerator": "str", "denominator": "str"})


def _sizes(corpus: object, stopwords: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every denominator of every report, and the paragraph of every sentence with its length."""
    tokens = corpus.tokens.merge(_roles(corpus), on=["doc_id", "sentence_no"])
    tokens = tokens[(tokens["role"] != "meta") & (tokens["kind"] != "space")]
    content = tokens["kind"].isin(["word", "term"]) & ~tokens["term"].isin(list(stopwords))
    sentences = corpus.sentences[corpus.sentences["role"] != "meta"].copy()
    broken = corpus.sentences["text"].str.contains("\n").groupby(corpus.sentences["doc_id"])
    lines = broken.cumsum() - corpus.sentences["text"].str.contains("\n")
    sentences["paragraph"] = lines.loc[sentences.index].astype(np.int64)
    sentences["length"] = sentences["text"].str.count(r"\S")
    sentences["han"] = sentences["text"].str.count(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
    documents = pd.Index(corpus.documents["doc_id"])
    grouped = sentences.groupby("doc_id")
    columns = {
        "tokens": tokens.groupby("doc_id").size(),
        "tokens without punctuation": tokens[tokens["kind"].isin(COUNTED_KINDS)].groupby("doc_id").size(),
        "content tokens": tokens[content].groupby("doc_id").size(),
        "Han characters": grouped["han"].sum(),
        "sentences": grouped.size(),
        "paragraph characters": grouped["length"].sum(),
    }
    sizes = pd.concat({name: size.reindex(documents, fill_value=0) for name, size in columns.items()})
    sizes = sizes.rename_axis(["denominator", "doc_id"]).rename("size").reset_index()
    sentences["n_chars"] = sentences.groupby(["doc_id", "paragraph"])["length"].transform("sum")
    return sizes, sentences[["doc_id", "sentence_no", "paragraph", "n_chars"]]


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
        One row a dictionary, year, numerator and denominator: these, ``n_reports``, ``spearman`` (NaN for
        fewer than three reports or equal shares), ``largest_move``, ``mean_move`` (places), ``mean_share``,
        ``times_default`` (mean share over the default's).
    """
    cell, report = ["dictionary", "year"], ["doc_id", "dictionary"]
    base = sheet[(sheet["numerator"] == default[0]) & (sheet["denominator"] == default[1])]
    if base.empty:
        raise ValueError(
            f"default={tuple(default)!r} is not in the sheet; numerators are {list(NUMERATORS)}."
        )
    both = sheet.merge(base[[*report, "share", "rank"]], on=report, suffixes=("", "_default"))
    both["move"] = (both["rank"] - both["rank_default"]).abs().astype(float)
    rows = []
    for key, table in both.groupby([*cell, "numerator", "denominator"], sort=False, dropna=False):
        ranks = table[["share", "share_default"]].rank()
        varied = len(table) > 2 and (ranks.nunique() > 1).all()
        rho = ranks["share"].corr(ranks["share_default"]) if varied else np.nan
        share, usual = table["share"].mean(), table["share_default"].mean()
        times = share / usual if usual else np.nan
        rows.append((*key, len(table), rho, table["move"].max(), table["move"].mean(), share, times))
    measures = ["n_reports", "spearman", "largest_move", "mean_move", "mean_share", "times_default"]
    return pd.DataFrame(rows, columns=[*cell, "numerator", "denominator", *measures])
