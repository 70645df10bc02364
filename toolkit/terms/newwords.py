"""Words that neither jieba nor the lexicon knows: candidates for a researcher's own lexicon."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from math import log2

import pandas as pd

from toolkit.terms.counts import read_stopwords
from toolkit.terms.folding import fold
from toolkit.terms.lexicon import Lexicon
from toolkit.terms.segment import dictionary

RUN = re.compile(r"[\u4e00-\u9fd5]+")
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
    runs = list(_runs(corpus))
    counts = Counter(candidate for _, _, run in runs for candidate, _, _ in _strings(run, max_length))
    jieba, literals = dictionary()[0], lexicon.literals if lexicon else {}
    wanted = {word for word, seen in counts.items() if seen >= min_count}
    wanted = {word for word in wanted if not jieba.get(word) and word not in literals}
    grams, positions = _grams(["".join(run) for _, _, run in runs], wanted)
    wanted = {word for word in wanted if cohesion(word, grams, positions) >= min_cohesion}
    beside: dict[str, tuple[Counter, Counter]] = {word: (Counter(), Counter()) for word in wanted}
    places: dict[str, dict[str, int]] = {word: {} for word in wanted}
    edge = count()
    for doc_id, sentence_no, run in runs:
        for word, left, right in _strings(run, max_length):
            if word in wanted:
                beside[word][0][left or next(edge)] += 1
                beside[word][1][right or next(edge)] += 1
                places[word].setdefault(doc_id, sentence_no)
    texts = corpus.sentences.set_index(["doc_id", "sentence_no"])["text"]
    found = []
    for word, (left, right) in beside.items():
        freedom = min(branch_entropy(left), branch_entropy(right))
        if freedom >= min_freedom:
            example = texts[next(iter(places[word].items()))].strip()
            holds = cohesion(word, grams, positions)
            found.append((word, counts[word], len(places[word]), holds, freedom, example))
    table = pd.DataFrame(found, columns=COLUMNS)
    return table.sort_values(["count", "candidate"], ascending=[False, True], ignore_index=True)


def _runs(corpus: object) -> Iterator[tuple[str, int, list[str]]]:
    """Stretches of word tokens of one sentence that only quotation marks interrupt, outside page furniture."""
    keys = ["doc_id", "sentence_no"]
    tokens = corpus.tokens.merge(corpus.sentences[[*keys, "role"]], on=keys)
    tokens = tokens[tokens["role"] != "meta"]
    place, run = ("", -1), []
    for *here, term, kind in zip(*(tokens[name] for name in (*keys, "term", "kind")), strict=True):
        if run and (tuple(here) != place or (kind != "word" and (fold(term) or kind == "term"))):
            yield *place, run
            run = []
        place = tuple(here)
        if kind == "word" and RUN.fullmatch(term):
            run.append(term)
        elif kind == "word" and run:
            yield *place, run
            run = []
    if run:
        yield *place, run


def _grams(texts: list[str], words: set[str]) -> tuple[Counter[str], Counter[int]]:
    """How often every word and every part of it stands in the texts, and the places for each length."""
    parts = {part for word in words for part in (word, *_halves(word))}
    positions: Counter[int] = Counter()
    for length, number in Counter(map(len, texts)).items():
        positions.update({size: number * (length - size + 1) for size in range(1, length + 1)})
    grams: Counter[str] = Counter()
    for size in {len(part) for part in parts}:
        pieces = (text[at : at + size] for text in texts for at in range(len(text) - size + 1))
        grams.update(filter(parts.__contains__, pieces))
    return grams, positions


def _strings(run: list[str], longest: int) -> Iterator[tuple[str, str, str]]:
    """Strings of two tokens or more without a function word, and the characters beside them."""
    stopwords = read_stopwords()
    for first in range(len(run)):
        left = run[first - 1][-1] if first else ""
        for last in range(first + 1, len(run) + 1):
            candidate = "".join(run[first:last])
            if run[last - 1] in stopwords or len(candidate) > longest:
                break
            if last > first + 1:
                yield candidate, left, run[last][0] if last < len(run) else ""


def cohesion(word: str, grams: Mapping[str, int], positions: Mapping[int, int]) -> float:
    """Pointwise mutual information, in bits, of a word's parts: the least over all ways to divide it in two.

    grams counts every string, positions the places where a string of a length can stand.
    """
    share = {part: grams[part] / positions[len(part)] for part in {word, *_halves(word)}}
    return min(log2(share[word] / (share[word[:cut]] * share[word[cut:]])) for cut in range(1, len(word)))


def _halves(word: str) -> Iterator[str]:
    """Both parts of every way to divide a word in two."""
    for cut in range(1, len(word)):
        yield word[:cut]
        yield word[cut:]


def branch_entropy(beside: Counter) -> float:
    """Entropy, in bits, of the characters beside a word."""
    total = beside.total()
    return -sum(seen / total * log2(seen / total) for seen in beside.values())
