"""Lexicon hits of a document, with negation and nesting."""

from bisect import bisect_left, bisect_right

from toolkit.corpus import wording
from toolkit.terms.lexicon import Lexicon, Match

REACH = 40  # characters that a cue of negation can be away


def negation(text: str, start: int, end: int, first: int, last: int) -> str:
    """The cue that negates a hit within its clause, such as 未 or 不够; empty where there is none.

    Parameters
    ----------
    text, start, end
        The text and the hit.
    first, last
        Bounds of the sentence.
    """
    clause = wording.CLAUSE_END.split(text[max(first, start - REACH) : start])[-1]
    found = wording.NEGATED_BEFORE.search(clause)
    if found:
        cue = found[1] or found[2]
        required = cue.startswith(("未", "没")) and wording.REQUIRED.search(text, end, last)
        return "" if required or wording.EVADED.search(found[0]) else cue
    clause = wording.CLAUSE_END.split(text[end : min(last, end + REACH)], maxsplit=1)[0]
    found = wording.NEGATED_AFTER.match(clause)
    return found[1] if found else ""


def find_hits(text: str, sentences: list[tuple], lexicon: Lexicon) -> list[tuple]:
    """Every lexicon hit of a document, in the column order of HITS without doc_id.

    Parameters
    ----------
    text
        The cleaned text.
    sentences
        Rows (sentence_no, section_no, role, start, end, text) that tile it.
    lexicon
        From `read_lexicon`.

    Returns
    -------
    list of tuple
        (start, end, mechanism, surface, dimension, role, sentence_no, negated, nested_in). A hit inside a
        longer hit of the same dimension carries that mechanism in `nested_in` and is not counted.
    """
    if not sentences:
        return []
    starts = [row[3] for row in sentences]
    cues = [*(cue.start() for cue in wording.NEGATION_CUE.finditer(text)), len(text) + REACH]
    rows = []
    widest: dict[str, list[Match]] = {}
    for match in lexicon.find(text):
        start, end, mechanism, dimension = match
        number, _, role, first, last, _ = sentences[bisect_right(starts, start) - 1]
        outer = _container(widest.setdefault(dimension, []), match)
        near = cues[bisect_left(cues, start - REACH)] < end + REACH
        negated = negation(text, start, end, first, last) if near else ""
        rows.append((start, end, mechanism, text[start:end], dimension, role, number, negated, outer))
    return rows


def _container(earlier: list[Match], match: Match) -> str:
    """The mechanism of the longer hit that contains this one; hits come by start, longer first."""
    while earlier and earlier[-1].end <= match.start:
        earlier.pop()
    for hit in earlier:
        if hit.end >= match.end:
            return hit.mechanism
    earlier.append(match)
    return ""
