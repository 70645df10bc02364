"""What a careful reader would notice about a text: cut off, held twice, no report at all."""

from collections.abc import Sequence

from . import wording

SHORTEST, LONGEST = 600, 60_000
WIDEST = 60  # a printed line is narrower, a paragraph mostly longer
PROBE = 50  # characters of a probe that is looked for a second time

_OPEN_END = tuple("，、；：（《“‘—-,;:([<")
_STOP = tuple("。！？…”’）》」.!?;)\"'")


def find_faults(text: str, furniture: Sequence[tuple[int, int, str]] = ()) -> tuple[str, ...]:
    """Name what makes a text doubtful as the whole text of one report.

    Nothing is changed: the flags are for the ledger, where a person decides. Only an ``error_page`` is no report.

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
        inside a sentence), ``low_cjk`` (under half of the characters are ideographs), ``traditional``
        (in traditional characters), ``spaced_out`` (spaces between the characters),
        ``private_characters`` (icons or lost glyphs),
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
    flags = ["very_short"] * (len(dense) < SHORTEST) + ["very_long"] * (len(dense) > LONGEST)
    flags += ["held_twice"] * _held_twice(dense)
    flags += ["several_reports"] * (len(wording.OPENING.findall(body)) > 1 and "held_twice" not in flags)
    lines = [line for raw in body.split("\n") if (line := raw.strip())]
    flags += _ending(lines)
    sample = dense[:: len(dense) // 400 + 1]
    flags += ["low_cjk"] * (len(wording.NO_IDEOGRAPH.findall(sample)) > len(sample) / 2)
    flags += ["traditional"] * (len(wording.TRADITIONAL.findall(sample)) > len(sample) / 20)
    flags += ["spaced_out"] * (len(wording.GAP.findall(body[:2000])) > 200)
    flags += ["private_characters"] * (len(wording.PRIVATE.findall(sample)) > len(sample) / 100)
    return (*flags, *_kind(body, lines, dense, len(text)))


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


def _ending(lines: list[str]) -> list[str]:
    """How the lines end, and how the last one does, if it is running text or a heading."""
    *others, last = lines
    broken = sum(not line.endswith((*_STOP, *_OPEN_END)) for line in others if len(line) >= 20)
    if broken > max(20, len(others) / 2) and max(map(len, others)) <= WIDEST:
        return ["printed_lines"]
    headed = wording.OPENS_SECTION.match
    if last.endswith(_OPEN_END) or (headed(last) and len(last) < 40 and not last.endswith(_STOP)):
        return ["cut_off"]
    # cells of an annex, a signature and a date have no stop either
    short = (line for line in [*others[-5:], last] if len(line) < 40)
    cells = [line for line in short if not (headed(line) or line.endswith(_STOP))]
    if last.endswith(_STOP) or len(cells) > 1 or any(map(wording.CLOSING.search, cells)) or len(last) < 5:
        return []
    paragraphs = [line for line in others if len(line) >= 40]
    careless = sum(not line.endswith((*_STOP, *_OPEN_END)) for line in paragraphs)
    return ["no_sentence_end"] * (careless <= len(paragraphs) / 20)  # where others lack it, it proves nothing


def _kind(body: str, lines: list[str], dense: str, n_chars: int) -> list[str]:
    """What the text is if it is no report."""
    if len(dense) < SHORTEST and wording.ERROR_PAGE.search(body) and not wording.OWN_VOICE.search(body):
        return ["error_page"]
    stops = sum(map(dense.count, "。；，,"))  # one character in fifteen of a report
    if stops < len(dense) / 100 and (len(lines) > 20 or n_chars > 2 * len(body)):
        return ["navigation_page"]
    head = "\n".join(lines[:6])[:400]
    retold = bool(wording.PRESS.search(head)) and len(wording.RETOLD.findall(body)) >= 2
    other = any(wording.OTHER_KIND.fullmatch(line) and not wording.CARRIES.search(line) for line in lines[:3])
    if (retold or other) and not wording.OWN_VOICE.search(body[:3000]):
        return ["press_summary" if retold else "other_kind"]
    return []
