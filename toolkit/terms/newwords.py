"""Words that neither jieba nor the lexicon knows: candidates for a researcher's own lexicon."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from math import log2

import numpy as np
import pandas as pd

from toolkit.terms.counts import read_stopwords
from toolkit.terms.folding import fold
from toolkit.terms.lexicon import Lexicon
from toolkit.terms.segment import dictionary

RUN = re.compile(r"[\u4e00-\u9fd5]+")
EDGE = "\n"  # between stretches of words
COLUMNS = ["candidate", "count", "n_documents", "cohesion", "freedom", "example"]


def new_words(
    corpus: object,
    *,
    min_count: int = 3,
    max_length: int = 8,
    min_cohesion: float = 3.0,
    min_freedom: float = 1.0,
    lexicon: Lexicon | None = None,
) -> pd.DataFrame:
    """Candidates for new words, by cohesion inside and freedom outside.

    A word holds together inside (its parts occur together more often than by chance) and is free
    outside (many different characters stand before and after it). Candidates are strings of whole tokens, so
    that a word jieba knows is never torn; they are for a person to accept.

    Parameters
    ----------
    corpus
        Anything with the tables `documents`, `sentences` and `tokens`.
    min_count
        Occurrences a candidate needs.
    max_length
        Characters a candidate may have.
    min_cohesion
        Least log2 ratio of its probability to that of its parts, over all ways to divide it in two.
    min_freedom
        Least entropy, in bits, of the characters beside it, on the poorer side.
    lexicon
        Its terms and wordings are no candidates, as jieba's words are none.

    Returns
    -------
    DataFrame
        candidate, count (occurrences), n_documents (reports), cohesion (bits), freedom (bits; the end of a
        run counts as a character of its own each time), example (the sentence of its first occurrence).
        Sorted by falling count, then candidate.

    Notes
    -----
    Counted within sentences, with quotation marks left out: half the terms of art stand in them here
    and without them there. On a handful of reports the figures are unstable; read the examples.

    References
    ----------
    Church & Hanks (1990), Computational Linguistics 16(1), 22-29, for cohesion as mutual information.
    Huang & Powers (2003), PACLIC 17, for branch entropy as word boundary evidence.
    """
    words = _words(corpus)
    text = "".join(words["edge"] + words["term"]) + EDGE
    spans = _spans(words, text, max_length)
    counts = spans["candidate"].value_counts()
    known, literals = dictionary()[0], lexicon.literals if lexicon else {}
    counts = counts[counts >= min_count]
    counts = counts[[not known.get(word) and word not in literals for word in counts.index]]
    spans = spans[spans["candidate"].isin(counts.index)]
    grams, positions = _grams(text, spans.drop_duplicates("candidate"), max_length)
    holds = {word: cohesion(word, grams, positions) for word in counts.index}
    spans = spans[spans["candidate"].map(holds) >= min_cohesion]
    free = _freedom(text, spans)
    spans = spans[spans["candidate"].map(free) >= min_freedom]
    rows = words.loc[spans["row"], ["doc_id", "sentence_no"]].assign(candidate=spans["candidate"].to_numpy())
    first = {"sentence_no": ("sentence_no", "first"), "doc_id": ("doc_id", "first")}
    table = rows.groupby("candidate", as_index=False).agg(**first, n_documents=("doc_id", "nunique"))
    table = table.merge(corpus.sentences[["doc_id", "sentence_no", "text"]], on=["doc_id", "sentence_no"])
    for column, values in (("count", counts), ("cohesion", holds), ("freedom", free)):
        table[column] = table["candidate"].map(values)
    table["example"] = table["text"].str.strip()
    return table[COLUMNS].sort_values(["count", "candidate"], ascending=[False, True], ignore_index=True)


def _words(corpus: object) -> pd.DataFrame:
    """Chinese words outside page furniture; edge is set where one does not follow the one before.

    Quotation marks interrupt nothing; other signs, numbers, terms and the ends of sentences do.
    """
    keys = ["doc_id", "sentence_no"]
    tokens = corpus.tokens[[*keys, "term", "kind"]].merge(corpus.sentences[[*keys, "role"]], on=keys)
    chinese = {term: bool(RUN.fullmatch(term)) for term in tokens["term"].unique()}
    blank = {term for term, is_chinese in chinese.items() if not is_chinese and not fold(term)}
    tokens = tokens[(tokens["role"] != "meta") & ~tokens["term"].isin(blank)]
    is_word = (tokens["kind"] == "word") & tokens["term"].map(chinese).astype(bool)
    follows = is_word.shift(fill_value=False) & (tokens[keys] == tokens[keys].shift()).all(axis=1)
    edge = follows.map({True: "", False: EDGE})
    return tokens.assign(edge=edge)[is_word].reset_index(drop=True)


def _spans(words: pd.DataFrame, text: str, longest: int) -> pd.DataFrame:
    """Strings of two words or more without a function word: candidate, start, end, row of the first word."""
    sizes = words["term"].str.len()
    ends = (sizes + words["edge"].str.len()).cumsum()
    starts = ends - sizes
    edges = (words["edge"] != "").cumsum()
    stops = words["term"].isin(read_stopwords()).cumsum()
    parts = []
    for more in range(1, longest):
        last = ends.shift(-more)
        fits = (last - starts <= longest) & (edges == edges.shift(-more))
        fits &= stops.shift(-more) == stops.shift(fill_value=0)
        parts.append(pd.DataFrame({"start": starts[fits], "end": last[fits].astype("int64")}))
    spans = pd.concat(parts).rename_axis("row").reset_index().sort_values(["start", "end"])
    return spans.assign(candidate=[text[a:b] for a, b in zip(spans["start"], spans["end"], strict=True)])


def _grams(text: str, spans: pd.DataFrame, longest: int) -> tuple[dict[str, int], dict[int, int]]:
    """How often every span and every part of it stands in the text, and the places for each length."""
    characters = pd.factorize(np.array(list(text)))[0]
    ids, times = characters, [characters]
    lengths = Counter(map(len, text.split(EDGE)))
    positions: dict[int, int] = {}
    for size in range(1, longest + 1):
        times.append(np.bincount(ids)[ids])
        positions[size] = sum(n * (length - size + 1) for length, n in lengths.items() if length >= size)
        ids = pd.factorize(ids[:-1] * len(characters) + characters[size:])[0]
    grams: dict[str, int] = {}
    for first, last in zip(spans["start"].tolist(), spans["end"].tolist(), strict=True):
        cuts = range(first + 1, last)
        for start, end in ((first, last), *((first, cut) for cut in cuts), *((cut, last) for cut in cuts)):
            grams[text[start:end]] = int(times[end - start][start])
    return grams, positions


def _freedom(text: str, spans: pd.DataFrame) -> dict[str, float]:
    """Entropy beside every candidate, on the poorer side; every edge is a character of its own."""
    beside: dict[str, tuple[Counter, Counter]] = defaultdict(lambda: (Counter(), Counter()))
    for _, start, end, word in spans[["start", "end", "candidate"]].itertuples():
        left, right = beside[word]
        left[start if text[start - 1] == EDGE else text[start - 1]] += 1
        right[end if text[end] == EDGE else text[end]] += 1
    return {word: min(map(branch_entropy, sides)) for word, sides in beside.items()}


def cohesion(word: str, grams: Mapping[str, int], positions: Mapping[int, int]) -> float:
    """Pointwise mutual information, in bits, of a word's parts: the least over all ways to divide it in two.

    grams counts every string, positions the places where a string of a length can stand.
    """

    def share(part: str) -> float:
        """How much of the places where it can stand a string takes."""
        return grams[part] / positions[len(part)]

    cuts = range(1, len(word))
    return min(log2(share(word) / (share(word[:cut]) * share(word[cut:]))) for cut in cuts)


def branch_entropy(beside: Counter) -> float:
    """Entropy, in bits, of the characters beside a word."""
    total = beside.total()
    return -sum(seen / total * log2(seen / total) for seen in beside.values())
