"""Lexicon hits of a document, with negation and nesting."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from toolkit.terms.lexicon import Lexicon, Match

# A negator reaches forward within its clause; 的 ends an attribute, and with it the reach. 未来, 未成年,
# 未发现 (a fault), 不得力, 不得不 only look negative, and 无 begins too many words to reach beyond its noun.
BEFORE = re.compile(
    r"(?:(尚未|从未(?!发[现生]|出现)|未能|未曾|未(?!来|成年|必|免|发[现生]|出现)|没有|没能|[并尚均暂仍]无"
    r"|不(?:得(?![力不])|能|再|宜|许|准)|缺乏|缺少)[^的但而却]{0,30}|(无)(?:任何|相关|有关)?)$"
)
AFTER = re.compile(
    r"[^的对]{0,12}?(还?不(?:够|足|到位|健全|完善|规范|高|强|严|及时|全面|深入|充分|落实)"
    r"|(?:尚|仍|均)?未(?:能|得到|有效|全面|严格|真正){0,3}(?:落实|建立|开展|执行|形成|完成|实现|到位)|缺位|缺失|滞后|流于形式)"
)
# Without one of these near a hit nothing negates it.
CUE = re.compile("[未没无不缺滞流]")
REACH = 40  # characters that a cue of BEFORE or AFTER can be away
CLAUSE = re.compile(r"[,，。;；:：!！?？\n]")
# 未经合法性审查不得提交: what may not be left out is in force.
REQUIRED = re.compile("不得|不予|不能|一律不")
# 不得规避合法性审查: two negations; what may not be evaded is in force.
EVADED = re.compile("违[反背]|[规逃]避|妨[碍害]|阻[碍挠]|干[预扰涉]|拒[绝不]|[代取]替|取代|推诿")


def negation(text: str, start: int, end: int, first: int, last: int) -> str:
    """The cue that negates a hit within its clause, such as 未 or 不够; empty where there is none.

    Parameters
    ----------
    text, start, end
        The text and the hit.
    first, last
        Bounds of the sentence.
    """
    found = BEFORE.search(CLAUSE.split(text[max(first, start - REACH) : start])[-1])
    if found:
        cue = found[1] or found[2]
        required = cue.startswith(("未", "没")) and REQUIRED.search(text, end, last)
        return "" if required or EVADED.search(found[0]) else cue
    found = AFTER.match(CLAUSE.split(text[end : min(last, end + REACH)], maxsplit=1)[0])
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
    cues = [*(cue.start() for cue in CUE.finditer(text)), len(text) + REACH]
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
