"""Statements that imply a figure without printing one: 全覆盖 is 100 %, 未发生 is a true zero."""

from __future__ import annotations

from toolkit.indicators import grammar
from toolkit.indicators.quantities import Quantity

_ALL, _NONE = (100.0, "%", "percent", "implied all"), (0.0, "", "count", "implied none")
_FIRST = (1.0, "名", "rank", "implied first")
_IMPLIED = dict.fromkeys("未没无零", _NONE) | dict.fromkeys("首居率", _FIRST)


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
    for match in grammar.IMPLIED.finditer(text):
        low = max(0, match.start() - 40)
        cuts = [cut.end() for cut in grammar.CUT_WIDE.finditer(text, low, match.start())]
        begin = cuts[-1] if cuts else low
        stop = grammar.CUT_WIDE.search(text, match.end(), match.end() + 30)
        before, surface = text[begin : match.start()], match.group()
        after = text[match.end() : stop.start() if stop else match.end() + 30]
        value, unit, kind, rule = _IMPLIED.get(surface[0], _ALL)
        if kind == "percent" and grammar.DENIED.search(before):
            continue
        quantity = Quantity(match.start(), match.end(), surface, value, unit, "exact", kind, rule)
        said = surface.lstrip("未没无零有一发生") if kind == "count" else surface  # 零败诉 counts 败诉
        phrase = (before + said + after).strip("并且还，,、 ")
        found.append((quantity, phrase, kind != "rank" and not grammar.AIMED.search(before)))
    return found
