"""Where a figure stands: its clause up to the figures around it, and the words that are no part of what it counts."""

from __future__ import annotations

import functools
from typing import NamedTuple

from toolkit.indicators import grammar
from toolkit.indicators.circumstances import Report
from toolkit.indicators.quantities import Quantity

# Characters that a pattern needs: most clauses have none of them, and the pattern need not run.
_BRACKETS = (("》", "《"), (")", "("), ("）", "（"))
_LINKING = frozenset("、,，和及与或以并 \t\n\r\u3000\u00a0")
_PAUSING = frozenset("，,；;。、(（")
_TRAILING = frozenset(
    '的足“"(（了超逾已是仅从由共近至到达为均约过破迈次双于少高计数有别中在居名列年月 \t\n　'
)
_LEADING = frozenset(
    "、，拟预有且而也又则仍和及与并还共已均就以其同此另因包合总累目现截今去当上下年全近期首成分的一二三四五六七八九十0123456789"
    ' \t\n\u3000(（)）”"'
)
_JOINTS, _REACHING = frozenset("、和及与"), frozenset("到至为成")


class Place(NamedTuple):
    """Where a quantity stands: the text before and after it in its clause, and its link to the last."""

    raw: str
    after: str
    linked: bool
    shared: str
    between: str
    clause: str
    risen: bool
    rises: bool
    anchor: str


_place = functools.partial(tuple.__new__, Place)  # one for every figure: without the detour through Python


def place_of(
    report: Report,
    bounds: tuple[int, int],
    quantity: Quantity,
    around: tuple[Quantity | None, ...],
    anchor: str,
) -> Place:
    """Cut out the clause around a quantity, up to its neighbours."""
    text, clauses, (begin, high), (prior, following) = report.text, report.clauses, bounds, around
    start, end = quantity[:2]
    begin = prior.end if prior else begin
    raw = between = text[begin:start]
    clause, cut = "", clauses.rfind("\n", begin, start)
    if cut >= 0:
        raw, clause = text[cut + 1 : start], text[max(begin, clauses.rfind("\n", begin, cut) + 1) : cut]
    raw = grammar.NOTE.sub("", raw) if ")" in raw or "）" in raw else raw
    raw = raw[:-1] if raw[-1:] == "上" and text[start] in "百千万亿" else raw
    stop = clauses.find("\n", end, end + 200)
    stop = stop if 0 <= stop < high else end + 200 if end + 200 < high else high
    until = following.start if following else stop
    after, shared = text[end : until if until < stop else stop], ""
    if after == "共" and following:
        after = text[following.end : stop]
    if after[-1:] in _JOINTS:
        tier = after.rstrip("、和及与").endswith("级")
        predicate = (grammar.TIER if tier else grammar.SHARED).search(text, until, stop)
        shared = predicate.group() if predicate else ""
    linked = risen = False
    if prior:
        opening = between[:1]
        if len(between) < 8 and (not opening or opening in _LINKING):
            linked = bool(grammar.LINK.fullmatch(between))
        if opening and opening not in _PAUSING and not _REACHING.isdisjoint(between):
            risen = bool(grammar.ROSE.match(between))
    rises = False
    if "由" in raw or "从" in raw:  # 由X提高到Y, and 分别由X、Y提高到
        onward = after[:60] if not following or after.strip("、和及与") else text[following.end : stop]
        rises = bool(grammar.BASE.search(raw[-60:]) and grammar.ROSE.match(onward))
    return _place((raw[-60:], after[:60], linked, shared, between, clause[-40:], risen, rises, anchor))


@functools.lru_cache(maxsize=4096)
def clean(raw: str) -> str:
    """Drop adverbs, dates, approximators and rests of a title around what is counted."""
    if "》" in raw and (title := grammar.TITLE.search(raw)) and title.end() < len(raw):
        raw = raw[title.end() :]
    for close, opening in _BRACKETS:
        if close in raw and opening not in raw[: raw.rindex(close)]:
            raw = raw[raw.rindex(close) + 1 :] or raw
    if raw[:1] in _LEADING and (lead := grammar.LEAD.match(raw)):
        raw = raw[lead.end() :]
    if raw[-1:] in _TRAILING and (trail := grammar.TRAIL.search(raw, max(0, len(raw) - 14))):
        raw = raw[: trail.start()]
    return raw
