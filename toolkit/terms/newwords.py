"""Words that neither jieba nor the lexicon knows: candidates for a researcher's own lexicon."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import count as counter
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
    tokens = corpus.tokens.merge(corpus.sentences[["doc_id", "sentence_no", "role", "text"]])
    tokens = tokens[tokens["role"] != "meta"]
    grams: Counter[str] = Counter()
    beside: dict[str, tuple[Counter, Counter]] = defaultdict(lambda: (Counter(), Counter()))
    reports: dict[str, set[str]] = defaultdict(set)
    examples: dict[str, str] = {}
    positions: Counter[int] = Counter()
    edge = counter()
    for (doc_id, _), rows in tokens.groupby(["doc_id", "sentence_no"], sort=False):
        for run in _runs(rows):
            text = "".join(run)
            for size in range(1, min(max_length, len(text)) + 1):
                positions[size] += len(text) - size + 1
                grams.update(text[at : at + size] for at in range(len(text) - size + 1))
            for candidate, left, right in _strings(run, max_length):
                beside[candidate][0][left or next(edge)] += 1
                beside[candidate][1][right or next(edge)] += 1
                reports[candidate].add(doc_id)
                examples.setdefault(candidate, rows["text"].iloc[0].strip())
    known = dictionary()[0]
    literals = lexicon.literals if lexicon else {}
    found = []
    for candidate, (left, right) in beside.items():
        if grams[candidate] >= min_count and not known.get(candidate) and candidate not in literals:
            holds = cohesion(candidate, grams, positions)
            free = min(branch_entropy(left), branch_entropy(right))
            if holds >= min_cohesion and free >= min_freedom:
                size = (left.total(), len(reports[candidate]))
                found.append((candidate, *size, holds, free, examples[candidate]))
    table = pd.DataFrame(found, columns=COLUMNS)
    return table.sort_values(["count", "candidate"], ascending=[False, True], ignore_index=True)


def _runs(rows: pd.DataFrame) -> Iterator[list[str]]:
    """Stretches of word tokens of one sentence that only quotation marks interrupt."""
    run: list[str] = []
    for term, kind in zip(rows["term"], rows["kind"], strict=True):
        if kind == "word" and RUN.fullmatch(term):
            run.append(term)
        elif fold(term) or kind == "term":
            if run:
                yield run
            run = []
    if run:
        yield run


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
