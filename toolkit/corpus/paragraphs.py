"""Printed lines become paragraphs again."""

from toolkit.corpus import wording

RAGGED = 3  # a line that ends so many Han characters before the right margin is full
NARROWEST = 20  # Han characters: what is narrower is no column of running text
_ENDS = tuple("。！？：；")


def join_pages(pages: list[list[str]]) -> str:
    """Join the printed lines of a paged document to paragraphs.

    A line is continued by the next if it reaches the right margin, does not end a sentence, and the next is
    neither indented nor begins with a heading's number. A page number, or a browser's line of time, title or
    address, in the middle of a paragraph moves behind it. No character but the line ends is lost.

    Parameters
    ----------
    pages
        The lines of each page.

    Returns
    -------
    str
        One line for each paragraph.
    """
    widths = sorted(columns(line) for page in pages for line in page if line.strip())
    margin = max(NARROWEST, widths[int(len(widths) * 0.9)] if widths else 0)
    done: list[str] = []
    waiting: list[str] = []  # page numbers met inside a paragraph
    current, before = "", ""
    for page in pages:
        lines = [line.rstrip() for line in page if line.strip()]
        for n, line in enumerate(lines):
            edge = min(n, len(lines) - 1 - n) if len(lines) > 1 else 2
            if (edge == 0 and wording.PAGE_NUMBER.fullmatch(line)) or (
                edge < 2 and wording.PRINT_STAMP.fullmatch(line)
            ):
                waiting.append(line.strip())
                continue
            if current and not goes_on(before, line, margin):
                done += [current, *waiting]
                current, waiting = "", []
            current, before = _join(current, line), line
    return "\n".join([*filter(None, [*done, current]), *waiting])


def goes_on(before: str, line: str, margin: float) -> bool:
    """True where a printed line goes on from the one before it, given the width of the column."""
    full = columns(before) >= margin - RAGGED and not before.rstrip().endswith(_ENDS)
    return full and not line.startswith(("\u3000", "    ")) and not wording.ITEM.match(line)


def _join(before: str, line: str) -> str:
    """Put two lines together, with a space between Latin words."""
    if not before:
        return line
    seam = before[-1:] + line[:1]
    return before + " " * (seam.isascii() and seam.isalpha()) + line.lstrip()


def columns(line: str) -> float:
    """Width of a line in Han characters; digits and Latin letters take half."""
    return len(line.rstrip().encode("gb18030", "replace")) / 2
