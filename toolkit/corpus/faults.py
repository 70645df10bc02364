"""What a careful reader would notice about a text: cut off, held twice, no report at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST, LONGEST = 600, 60_000
WIDEST = 60  # a printed line is narrower, a paragraph mostly longer
PROBE = 50  # characters of a probe that is looked for a second time

_OPEN_END = tuple("，、；：（《“‘—-,;:([<")
_STOP = tuple("。！？…”’）》」.!?;)\"'")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]")
_GAP = re.compile(r"[\u4e00-\u9fff][ \u3000\xa0](?=[\u4e00-\u9fff])")
_CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
# The last word of an official title is the kind of document (党政机关公文处理工作条例, art. 8).
_OTHER_KIND = re.compile(
    r"[^。，]{2,60}的?(?:决议|决定|通知|通告|意见|方案|办法|规定|批复|请示|函|议案|纪要|讲话|解读|综述"
    r"|公示|名单|摘要|图解|预告|议程)"
)
_CARRIES = re.compile(r"印发|转发|公布|发布|报送")
_PRESS = re.compile(
    r"本报讯|(?:本报|本网|融媒体?)?记者|通讯员|新闻网讯|讯[（(]|一图读懂|图解|划重点|速览|要点摘登"
)
_RETOLD = re.compile(r"(?:报告|会议|他|她|区长|县长|市长|省长)(?:指出|提出|强调|要求|表示|显示|回顾|认为)")
_OPENING = re.compile(
    r"现将.{0,60}(?:报告|汇报|通报|公布|公告)如下|现在，?我(?:受.{2,12}委托，?)?代表.{2,30}报告"
)
_OWN_VOICE = re.compile(
    r"各位代表|现将.{0,60}(?:报告|汇报|通报|公布|公告)如下|我代表.{2,30}(?:报告|作)"
    r"|情况(?:报告|汇报|总结)如下"
)
_ERROR_PAGE = re.compile(
    r"404 Not Found|(?:页面|网页|内容|文章|信息|栏目).{0,8}(?:不存在|未找到|找不到|无法访问|已(?:被)?删除)"
    r"|访问.{0,6}(?:出错|被拒绝|过于频繁)|系统(?:错误|维护)|请输入验证码",
    re.I,
)


def find_faults(text: str, furniture: Sequence[tuple[int, int, str]] = ()) -> tuple[str, ...]:
    """Name what makes a text doubtful as the whole text of one report.

    Nothing is changed and nothing refused: the flags are for the ledger, where a person decides.

    Parameters
    ----------
    text
        A cleaned text.
    furniture
        Its page furniture, as `find_furniture` returns it; it is left out of account.

    Returns
    -------
    tuple of str
        ``very_short`` (under 600 characters), ``very_long`` (above 60,000: often a yearbook),
        ``held_twice`` (the text stands in the file twice), ``several_reports`` (it opens more than once),
        ``cut_off`` (it ends on a comma, an open bracket or a heading), ``no_sentence_end`` (the last
        paragraph lacks its full stop, though the others have theirs), ``printed_lines`` (most lines end
        inside a sentence), ``low_cjk`` (under half of the characters are ideographs), ``spaced_out``
        (spaces between the characters), ``private_characters`` (icons or lost glyphs),
        ``navigation_page``, ``error_page``, ``press_summary``, ``other_kind`` (a resolution, notice,
        plan ... by its title).

    Examples
    --------
    >>> find_faults("一、主要工作\\n全县深入推进依法行政，")
    ('very_short', 'cut_off')
    """
    body = _without(text, furniture)
    dense = "".join(body.split())
    if not dense:
        return ("navigation_page",) if furniture else ()
    flags = [
        name
        for name, holds in (("very_short", len(dense) < SHORTEST), ("very_long", len(dense) > LONGEST))
        if holds
    ]
    flags += ["held_twice"] * _held_twice(dense)
    flags += ["several_reports"] * (len(_OPENING.findall(body)) > 1 and "held_twice" not in flags)
    flags += _ending(body)
    sample = dense[:: len(dense) // 400 + 1]
    flags += ["low_cjk"] * (len(_CJK.findall(sample)) < len(sample) / 2)
    flags += ["spaced_out"] * (len(_GAP.findall(body[:2000])) > 200)
    flags += ["private_characters"] * (sum("\ue000" <= c <= "\uf8ff" for c in sample) > len(sample) / 100)
    return (*flags, *_kind(body, dense, len(text)))


def _without(text: str, furniture: Sequence[tuple[int, int, str]]) -> str:
    """The text between the furniture."""
    starts = [0, *(end for _, end, _ in furniture)]
    ends = [*(start for start, _, _ in furniture), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _held_twice(dense: str) -> bool:
    """True where most passages of the first half come again in the second."""
    places = [int(len(dense) * share / 20) for share in range(1, 10)] if len(dense) > 20 * PROBE else []
    again = [dense.find(dense[place : place + PROBE], place + PROBE) > 0 for place in places]
    return sum(again) > len(again) / 2


def _ending(body: str) -> list[str]:
    """How the lines end, and how the last one does, if it is running text or a heading."""
    *others, last = (line.strip() for line in body.split("\n") if line.strip())
    broken = sum(not line.endswith((*_STOP, *_OPEN_END)) for line in others if len(line) >= 20)
    if broken > max(20, len(others) / 2) and max(map(len, others)) <= WIDEST:
        return ["printed_lines"]
    if last.endswith(_OPEN_END) or (_HEADING.match(last) and len(last) < 40 and not last.endswith(_STOP)):
        return ["cut_off"]
    if len(last) < 40 or last.endswith(_STOP):
        return []
    paragraphs = [line for line in others if len(line) >= 40]
    careless = sum(not line.endswith((*_STOP, *_OPEN_END)) for line in paragraphs)
    return ["no_sentence_end"] * (careless <= len(paragraphs) / 20)  # where others lack it, it proves nothing


def _kind(body: str, dense: str, n_chars: int) -> list[str]:
    """What the text is if it is no report."""
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    if len(dense) < SHORTEST and _ERROR_PAGE.search(body):
        return ["error_page"]
    stops = sum(map(dense.count, "。；，,"))  # one character in fifteen of a report
    if stops < len(dense) / 100 and (len(lines) > 20 or n_chars > 2 * len(body)):
        return ["navigation_page"]
    head = "\n".join(lines[:6])[:400]
    retold = bool(_PRESS.search(head)) and len(_RETOLD.findall(body)) >= 2
    other = any(_OTHER_KIND.fullmatch(line) and not _CARRIES.search(line) for line in lines[:3])
    if (retold or other) and not _OWN_VOICE.search(body[:3000]):
        return ["press_summary" if retold else "other_kind"]
    return []
