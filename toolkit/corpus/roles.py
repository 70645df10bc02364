"""Give each sentence its role in the report, and say which rule gave it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from toolkit.corpus.headings import Heading


_LACKS = r"(?:问题|不足|短板|差距|困难|薄弱环节|弱项)"
# What a measure does to problems: 聚焦存在的问题 names a measure, not the problems.
_TREATED = "".join(
    f"(?<!{verb})"
    for verb in (
        "聚焦",
        "针对",
        "围绕",
        "解决",
        "破解",
        "整治",
        "查找",
        "查摆",
        "梳理",
        "对照",
        "补齐",
        "化解",
    )
)
# Roles that the words of a heading name, in the order in which it names them; the first that fits counts.
_NAMES = {
    "other": r"其[他它](?:需要?|应当)?(?:报告|说明|事项|情况)[^，,]{0,8}|需要?(?:说明|报告)的[^，,]{0,8}"
    r"|意见[和与]?建议|附[件表注录]|名词(?:解释|注释)|注释$|有关名词",
    "rectification": r"(?:存在的?|[反馈指出发现查]{2}的?)?(?:主要|突出)?(?:问题|不足|[反馈督察]{2}意见)的?"
    r"[^，,、及和与]{0,6}(?:整改|改进|解决|办理)[^，,措方计打]{0,5}(?:情况|进展|成效)"
    r"|整改(?:落实|完成|进展)?情况",
    "leadership": r"[^，,]{0,12}主要负责(?:人|同志)[^，,]{0,12}(?:履行|履职|职责|述法)[^，,]{0,30}"
    r"(?:[，,].*情况$)?|(?:履行|落实|压实|扛牢|靠实|夯实)[^，,]{0,16}第一责任人[^，,]{0,12}(?:[，,].*情况$)?"
    r"|第一责任人[^，,]{0,12}(?:履行|履职|职责|落实)[^，,]{0,8}",
    "problem": rf"{_TREATED}(?:(?:存在|面临)的?(?:主要|突出|一些|困难)?[和与、]?{_LACKS}|面临的?(?:主要)?挑战"
    rf"|主要{_LACKS}|^{_LACKS}(?:$|[和与及、以之])|问题(?:[和与及、]|以及)(?:不足|困难|差距|原因)"
    r"|困难[和与及、](?:挑战|问题)|不足(?:之处|$|[和与及、])|差距(?:[和与及、]|$))"
    r"(?:[及和与、的主要]{0,3}原因(?:分析)?)?",
    "review": r"(?:(?!问题|整改|负责|责任人|下一?[步年])[^，,、和及与]){0,20}"
    r"(?:工作|完成|落实|开展|推进|进展|执行|履行|建设|实施)情况",
    "plan": r"(?:下一?步|下一?阶段|下一?年|明年|来年|今后|未来)(?:[^，,、及和与]{0,8}(?:举措|措施))?"
    r"|打算|努力方向|展望|对策|目标|定位|思路|^今年|(?:整改|改进)(?:措施|方向)|(?:目标|主要)任务"
    r"|工作的?(?:计划|安排|设想|部署|要求|建议|谋划|要点)|(?:主要|重点|任务|年度?)安排"
    r"|(?:总体|指导)(?:要求|思想|部署)",
    "achievement": r"回顾|成效|成[绩就果]|做法|亮点|(?:主要|重点|工作)举措|过去|总结|情况$|^主要工作$",
}
_NAMED = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _NAMES.items()))
# Below the first level only these words name a role; the others are matters of a measure.
_STRONG = re.compile(
    r"存在的?|主要问题|^问题|^不足|下一?[步年]|下一?阶段|明年|今后|打算|工作(?:计划|安排)|困难和|附件|名词|回顾"
    r"|整改(?:落实|完成)?情况|责任人|其[他它]需要|^(?:工作|取得的?|主要)(?:成效|成绩)"
)


_AHEAD = (
    r"(?:继续|进一步|以|按照|坚持|认真|深入|重点|全面|全力|紧紧|牢牢|严格|不断|持续|着力|切实|始终|围绕|立足"
    r"|积极|努力|从|采取|高度|正视|直面|加以|下大)"
)
# Without one of these words a heading names no role, and a sentence turns to none. Plain words side by side
# let the search leap to their first characters.
_NAMING = re.compile(
    "其[他它]|需要|需报告|附[件表注录]|名词|注释|整改|改进|解决|办理|负责|责任人|问题|不足|短板|差距|困难|薄弱|弱项|挑战"
    "|情况|回顾|成[效绩就果]|做法|亮点|举措|过去|总结|主要工作|年|下步|下一|下阶段|今后|未来|打算|方向|展望|措施|思路"
    "|计划|安排|设想|部署|要求|建议|谋划|要点|思想|任务|目标|定位|对策"
)
_CUE = re.compile(
    "存在|清醒|面临|不足|差距|问题|下步|下一|下阶段|下年|明年|来年|今后|接下来|新的一年|新一年|当前|第一责任"
    rf"|20[0-3]\d\s?年|将{_AHEAD}"
)
_YEAR = re.compile(r"(20[0-3]\d)年")
_PROBLEM = re.compile(
    r"(?:还|仍|也|但|尚|依然|目前|当前|同时|我们)[^。；\n]{0,40}?(?:存在|面临)"
    rf"[^。；\n]{{0,40}}?(?:{_LACKS}|薄弱|现象|挑战)"
    r"|(?:看到|认识到|意识到)[^。\n]{0,40}(?:问题|不足|差距|困难|短板|挑战)"
    rf"|{_LACKS}[^，,。\n]{{0,10}}(?:主要|具体)?(?:表现|体现|反映|有|是)[在为于]?[:：]"
    r"|(?:还|仍|尚)(?:然?有|需)[^。，,\n]{0,10}(?:差距|不足|距离|短板)"
    rf"|^(?:目前|当前|主要)?存在的?(?:主要|突出)?{_LACKS}"
)
# Said of problems only, so it counts in a paragraph with a heading too.
_AWARE = re.compile(
    r"清醒地?(?:看到|认识|意识)"
    r"|(?:肯定|总结|取得|看到)[^。，,]{0,4}成绩的同时[^。]{0,60}(?:问题|不足|困难|挑战|差距)"
)
_FOUND = re.compile(r"存在[^。]{0,12}(?:问题|不足)")
_DONE = re.compile(r"针对|整改|整治|排查|督促|约谈|查处")
_SOON = re.compile(
    r"(?:各位代表[！!，,:：]\s*)?(?:为此|对此|针对[^，,。\n]{0,16})?[，,]?"
    r"(?:下一?步|下一?阶段|下一?年|明年|来年|今后|接下来|新的?一年|展望)"
)
_WILL = re.compile(rf"[^。；\n]{{0,30}}?(?:我们|[我本全][县区市省镇州旗局]|政府)将{_AHEAD}")
_DATED = re.compile(r"[^。\n]{0,4}?(20[0-3]\d)\s?年(?!\s?\d{1,2}\s?月)")
_REMEDY = re.compile(r"(?:针对|对于?)(?:上述|以上|这些|存在的?)[^，,。\n]{0,8}(?:问题|不足)")
_LEADER = re.compile(
    r"[^。\n]{0,40}(?:主要负责(?:人|同志)|党政)[^。\n]{0,30}第一责任人|[^，,。\n]{0,12}第一责任人"
)
_TODO = re.compile(r"将|要|力争|确保|进一步|加快|加大|加强|继续|推进|着力")
_PAST = re.compile(r"了|已|共|累计|达到?\d|完成|荣获|同比|[\d%]+[件次人个项场家]")
_LACK = re.compile(
    r"不够|不足|不[高强多深畅全严]|不到位|不平衡|不充分|不健全|有待|亟待|滞后|薄弱|缺乏|偏[低少弱慢]|欠缺"
    r"|存在(?![^。，,]{0,10}整改)|尚未|差距|较少|[仍还]需"
)
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
    if not _NAMING.search(title) or (level > 1 and not _STRONG.search(title)):
        return ()
    roles = dict.fromkeys(match.lastgroup or "" for match in _NAMED.finditer(title))
    if level > 2:
        roles = {role: None for role in roles if role in ("problem", "plan") and len(title) < 20}
    years = _YEAR.findall(title)
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
    resumes = bool(base) and (
        heading.number > number or not (heading.number or state.passage or state.turned)
    )
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
    return len(_TODO.findall(passage)) > 2 * len(_PAST.findall(passage))


def _turns_to_plan(passage: str) -> bool:
    """Tell whether a passage after the problems says what is to be done and names no lack."""
    return bool(_TODO.search(passage)) and not _LACK.search(passage)


def _turn(state: _State, sentence: str, opens: bool, headed: bool, year: int | None) -> None:
    """Turn to the role that the wording of a sentence shows, if it shows one."""
    role = _cue(state, sentence, opens, headed, year)
    if role:
        state.passage = "" if role == "plan" else state.role
        state.turned = role == "plan" and not headed
        state.role, state.source = role, "cue"


def _cue(state: _State, sentence: str, opens: bool, headed: bool, year: int | None) -> str:
    """Return the role that the wording of a sentence turns to; empty where it turns to none."""
    aware = _AWARE.search(sentence)
    if state.role in ("plan", "rectification", "other"):
        return "problem" if state.role == "plan" and aware and opens and not headed else ""
    dated = _DATED.match(sentence)
    if dated and year and int(dated.group(1)) > year and _TODO.search(sentence):
        return "plan"
    if dated and year and int(dated.group(1)) < year and opens and not headed and _FOUND.search(sentence):
        return "rectification"
    if _SOON.match(sentence) or ("将" in sentence and _WILL.match(sentence)):
        return "plan"
    if state.role == "problem":
        return "plan" if _REMEDY.match(sentence) else ""
    lack = aware or ((not headed or "problem" in state.sequence) and _PROBLEM.search(sentence))
    if lack and not _DONE.search(sentence, 0, lack.end()):
        return "problem"
    return "leadership" if opens and not headed and _LEADER.match(sentence) else ""


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
    roles, sources = list(meta), list(meta)
    for i, start in enumerate(starts):
        if meta[i]:
            roles[i] = "meta"
            continue
        stop = starts[i + 1] if i + 1 < len(starts) else len(text)
        at = entries.get(start, -1)
        line = at >= 0 and headings[at].style == "line"
        if start in opens and (at < 0 or headings[at].number < 2):
            passage = text[start : start + 120].partition("\n")[0]
            _open_paragraph(state, text[max(0, start - 40) : start], passage)
        if at >= 0:
            parent = parents[at] if headings[parents[at]].level else -1
            ahead = stop if line else start
            _enter(state, headings[at], parent, text[ahead : ahead + 400], year)
        headed = at >= 0 if start in opens else headed
        if i in cued and not line:
            _turn(state, text[start:stop], start in opens, headed, year)
        roles[i], sources[i] = state.role, state.source
    return Roles(roles, sources)


def _open_paragraph(state: _State, before: str, passage: str) -> None:
    """Begin a paragraph without heading: a passage ends with its paragraph unless a list follows it."""
    if not state.passage and (state.role != "problem" or "plan" not in state.sequence):
        return
    if before.rstrip()[-1:] in (":", "："):
        return
    if state.passage and not _LACK.search(passage):
        ahead = state.role == "problem" and _looks_ahead(passage)
        state.role, state.source = ("plan", "wording") if ahead else (state.passage, "inherited")
        state.passage, state.turned = "", ahead
    elif state.role == "problem" and "plan" in state.sequence and _turns_to_plan(passage):
        state.role, state.source = "plan", "wording"


def _cued_sentences(text: str, starts: list[int]) -> set[int]:
    """Return the sentences that hold a word by which a role can be told."""
    cued, i, n = set(), 0, len(starts)
    for match in _CUE.finditer(text):
        while i + 1 < n and starts[i + 1] <= match.start():
            i += 1
        cued.add(i)
    return cued
