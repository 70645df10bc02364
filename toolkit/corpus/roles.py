"""Give each sentence its role in the report, and say which rule gave it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from toolkit.corpus import wording

if TYPE_CHECKING:
    from toolkit.corpus.headings import Heading


_TOP = ("part", "topic", "han", "bracket", "digit")  # classes that divide a report where none stands above


class Roles(NamedTuple):
    """The role and the rule of each sentence."""

    roles: list[str]
    sources: list[str]


def named_roles(title: str, level: int, year: int | None = None) -> tuple[str, ...]:
    """Return the roles that the words of a heading name, in their order; none where it names none.

    Below the first level a word such as 安排 or 成效 is mostly the matter of a measure, so only phrases
    that cannot be one (存在的问题, 下一步) count. `year` is the last year the report reviews.
    """
    title = "".join(title.split())
    if not wording.NAMING.search(title) or (level > 1 and not wording.STRONG.search(title)):
        return ()
    roles = dict.fromkeys(match.lastgroup or "" for match in wording.NAMED.finditer(title))
    if level > 2:
        roles = {role: None for role in roles if role in ("problem", "plan") and len(title) < 20}
    years = wording.YEAR.findall(title)
    if level <= 1 and year is not None and years and set(roles) <= {"achievement"} and "回顾" not in title:
        return ("plan",) if int(years[-1]) > year else ("achievement",)
    return tuple(dict.fromkeys("achievement" if role == "review" else role for role in roles))


class _State:
    """What has been read so far: the running role and its rule, and the lists that are open."""

    def __init__(self) -> None:
        self.role, self.source = "achievement", "default"
        self.sequence: tuple[str, ...] = ()
        self.passage = ""  # the role to go back to when a passage inside another role ends
        self.turned = False  # a paragraph without heading has just turned to plan
        self.lists: dict[tuple[int, str], tuple[int, str]] = {}  # (parent, class): last number, base role


def _enter(state: _State, heading: Heading, parent: int, ahead: str, year: int | None) -> None:
    """Take the role of a heading: what its words name, else what its list or its parent has."""
    before, (number, base) = state.role, state.lists.get((parent, heading.kind), (-1, ""))
    goes_on = heading.number > number or not (heading.number or state.passage or state.turned)
    resumes = bool(base) and goes_on
    base, source = (base, "numbering") if resumes else (state.role, "inherited")
    top = parent < 0 and heading.kind in _TOP
    named = _own_roles(heading, base, top, year)
    if named:
        state.role, state.source, state.sequence = named[0], "heading", named
        base = named[-1] if top else base
    else:
        if top and base in ("problem", "leadership", "rectification", "other"):
            base = "plan" if base != "rectification" and _looks_ahead(ahead) else "achievement"
            source = "wording"
        elif not resumes and "plan" in state.sequence and base == "problem" and _turns_to_plan(ahead[:120]):
            base, source = "plan", "wording"
        state.role, state.source = base, source
        state.sequence = () if top else state.sequence
    state.turned = False
    if state.role != before or named:
        state.passage = ""  # a list inside the passage does not end it
    state.lists[parent, heading.kind] = (heading.number, base)


def _own_roles(heading: Heading, base: str, top: bool, year: int | None) -> tuple[str, ...]:
    """Return the roles a heading names; inside a plan or the problems only those two can change the role."""
    if (heading.kind == "word" and len(heading.title) >= 15) or (not top and base == "rectification"):
        return ()
    named = named_roles(heading.title, 1 if top else max(heading.level, 2), year)
    inside = not top and base in ("plan", "problem", "other")
    return () if inside and named not in (("problem",), ("plan",)) else named


def _looks_ahead(passage: str) -> bool:
    """Tell whether a passage speaks of what is to be done rather than of what was done."""
    return len(wording.TODO.findall(passage)) > 2 * len(wording.PAST.findall(passage))


def _turns_to_plan(passage: str) -> bool:
    """Tell whether a passage after the problems says what is to be done and names no lack."""
    return bool(wording.TODO.search(passage)) and not wording.LACK.search(passage)


def _turn(state: _State, sentence: str, opens: bool, headed: bool, year: int | None) -> None:
    """Turn to the role that the wording of a sentence shows, if it shows one."""
    role = _cue(state, sentence, opens, headed, year)
    if role:
        state.passage = "" if role == "plan" else state.role
        state.turned = role == "plan" and not headed
        state.role, state.source = role, "cue"


def _cue(state: _State, sentence: str, opens: bool, headed: bool, year: int | None) -> str:
    """Return the role that the wording of a sentence turns to; empty where it turns to none."""
    aware = wording.AWARE.search(sentence)
    if state.role in ("plan", "rectification", "other"):
        return "problem" if state.role == "plan" and aware and opens and not headed else ""
    dated = wording.DATED.match(sentence)
    later = int(dated.group(1)) - year if dated and year else 0
    if later > 0 and wording.TODO.search(sentence):
        return "plan"
    if later < 0 and opens and not headed and wording.FOUND.search(sentence):
        return "rectification"
    if wording.SOON.match(sentence) or ("将" in sentence and wording.WILL.match(sentence)):
        return "plan"
    if state.role == "problem":
        return "plan" if wording.REMEDY.match(sentence) else ""
    lack = aware or ((not headed or "problem" in state.sequence) and wording.PROBLEM.search(sentence))
    if lack and not wording.DONE.search(sentence, 0, lack.end()):
        return "problem"
    return "leadership" if opens and not headed and wording.LEADER.match(sentence) else ""


def assign_roles(
    text: str,
    starts: list[int],
    opens: set[int],
    meta: list[str],
    headings: list[Heading],
    parents: list[int],
    year: int | None,
) -> Roles:
    """Give each sentence its role.

    Parameters
    ----------
    starts
        First character of each sentence; the sentences tile the text.
    opens
        First characters of the paragraphs.
    meta
        For each sentence the rule that makes it meta (furniture, front, signature), or an empty string.
    headings, parents
        The headings, and for each the index of the one that encloses it.
    year
        The last year the report reviews; None where unknown.

    Returns
    -------
    Roles
        The role of each sentence, and the rule that gave it.
    """
    state, headed, cued = _State(), False, _cued_sentences(text, starts)
    entries = {heading.start: at for at, heading in enumerate(headings) if heading.level}
    roles, sources, stops = list(meta), list(meta), [*starts[1:], len(text)]
    for i, start in enumerate(starts):
        if meta[i]:
            roles[i] = "meta"
            continue
        opening = start in opens
        if not opening and i not in cued and start not in entries:
            roles[i], sources[i] = state.role, state.source
            continue
        at, line = entries.get(start, -1), False
        if opening:
            headed = at >= 0
            if at < 0 or headings[at].number < 2:
                _open_paragraph(state, text, start)
        if at >= 0:
            parent = parents[at] if headings[parents[at]].level else -1
            line = headings[at].style == "line"
            ahead = stops[i] if line else start
            _enter(state, headings[at], parent, text[ahead : ahead + 400], year)
        if i in cued and not line:
            _turn(state, text[start : stops[i]], opening, headed, year)
        roles[i], sources[i] = state.role, state.source
    return Roles(roles, sources)


def _open_paragraph(state: _State, text: str, start: int) -> None:
    """Begin a paragraph without heading: a passage ends with its paragraph unless a list follows it."""
    if not state.passage and (state.role != "problem" or "plan" not in state.sequence):
        return
    if text[max(0, start - 40) : start].rstrip()[-1:] in (":", "："):
        return
    passage = text[start : start + 120].partition("\n")[0]
    if state.passage and not wording.LACK.search(passage):
        ahead = state.role == "problem" and _looks_ahead(passage)
        state.role, state.source = ("plan", "wording") if ahead else (state.passage, "inherited")
        state.passage, state.turned = "", ahead
    elif state.role == "problem" and "plan" in state.sequence and _turns_to_plan(passage):
        state.role, state.source = "plan", "wording"


def _cued_sentences(text: str, starts: list[int]) -> set[int]:
    """Return the sentences that hold a word by which a role can be told."""
    return {bisect_right(starts, match.start()) - 1 for match in wording.CUE.finditer(text)}
