"""Statements that imply a figure without printing one: 全覆盖 is 100 %, 未发生 is a true zero."""

from __future__ import annotations

import re

from toolkit.indicators.quantities import Quantity

_WORDS = re.compile(
    r"[两三多全应均未没无零首居率](?:(?P<full>(?<=[两三多])级全覆盖|(?<=全)覆盖|(?<=应)(?:.尽[\u4e00-\u9fff]|..尽[\u4e00-\u9fff]{2})"
    r"|(?<=全)部(?:整改到位|销号|办结|完成|整改|参改|达标|落实|建成|结案|移交|清零|兑现|公开|配备|按时[\u4e00-\u9fff]{2})"
    r"|(?<=全)面整改到位|(?<=均)已[\u4e00-\u9fff]{2})"
    r"|(?P<zero>(?<=未)发生(?!变)|(?<=没)有发生(?!变)|(?<=无)一(?=被|发生|败诉|违|错|投诉|因)"
    r"|(?<=零)(?:败诉|撤销|纠错|上访|事故发生|发生))"
    r"|(?P<first>(?<=首)[个家]|(?<=居)(?:全[国省市区]|[\u4e00-\u9fff]{0,4})首位|(?<=率)先))"
)
_BACK = re.compile(r"[，,。；;：:！？\n]")
_DENIED = re.compile(r"(?:未|没有|尚未|不能|难以|无法|未能)[^，,。；;]{0,8}$")
_AIMED = re.compile(
    r"(?:推进|推动|力争|确保|努力|加快|争取|逐步|继续|持续|探索|实施|坚持|要)[^，,。；;]{0,24}$"
)


def find_implied(text: str) -> list[tuple[Quantity, str, bool]]:
    """Find statements of all, none and first that print no number.

    Parameters
    ----------
    text
        The cleaned text of a report.

    Returns
    -------
    list of (Quantity, phrase, certain)
        value 100 and unit % for all of something, 0 for none, rank 1 for first (首个, 率先). A negated
        statement (尚未全覆盖) is left out; an aim (推进全覆盖) is not certain, and neither is a claim to
        be first.
    """
    found = []
    for match in _WORDS.finditer(text):
        low = max(0, match.start() - 40)
        cuts = [cut.end() for cut in _BACK.finditer(text, low, match.start())]
        begin = cuts[-1] if cuts else low
        stop = _BACK.search(text, match.end(), match.end() + 30)
        before, after = (
            text[begin : match.start()],
            text[match.end() : stop.start() if stop else match.end() + 30],
        )
        kind = match.lastgroup
        if kind == "full" and _DENIED.search(before):
            continue
        value, unit, sort = {
            "full": (100.0, "%", "percent"),
            "zero": (0.0, "", "count"),
            "first": (1.0, "名", "rank"),
        }[kind]
        surface, rule = (
            match.group(),
            {"full": "implied all", "zero": "implied none", "first": "implied first"}[kind],
        )
        quantity = Quantity(match.start(), match.end(), surface, value, unit, "exact", sort, rule)
        phrase = (before + surface + after if kind != "zero" else before + after).strip("并且还，,、 ")
        found.append((quantity, phrase, kind != "first" and not _AIMED.search(before)))
    return found
