"""What a report says of itself: region, year, body, genre, title, dates, each with the rule that found it."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from toolkit.corpus import bodies
from toolkit.corpus.dates import decide_years, find_dates
from toolkit.corpus.layout import plain, read_layout, tidy_title
from toolkit.corpus.places import Clues, decide_place, named_codes
from toolkit.schemas import DOCUMENTS

# The columns of the documents table that are detected, from region_code to retrieved_on.
COLUMNS = DOCUMENTS.names[DOCUMENTS.names.index("region_code") : DOCUMENTS.names.index("retrieved_on") + 1]
GROUPS = ("region", "year", "body", "genre", "title", "date")  # what the ledger keeps a source for


class Metadata(NamedTuple):
    """Values by column of the documents table, the rule for each, and flags."""

    values: dict[str, object]
    sources: dict[str, str]
    flags: tuple[str, ...]


def detect_metadata(
    text: str,
    *,
    path: str = "",
    hints: Mapping[str, str] | None = None,
    furniture: Sequence[tuple[int, int, str]] = (),
) -> Metadata:
    """Read a report's metadata from its own text, then from its file name and folder.

    Nothing is guessed: a name that fits several regions, a year that contradicts the file name or a rule that
    is weak raises a flag, and what is unknown is "" or None. docs/metadata.md lists every rule and flag.

    Parameters
    ----------
    text
        The cleaned text.
    path
        The file, relative to the corpus folder; its name and folders are the last clues.
    hints
        What the container says (HTML meta tags, table columns), by column of the documents table.
    furniture
        Spans of page furniture (start, end, rule).

    Returns
    -------
    Metadata
        ``values`` by column of the documents table (region_code to retrieved_on), ``sources`` by the ledger's
        groups (region, year, body, genre, title, date), ``flags`` sorted.

    Examples
    --------
    >>> found = detect_metadata("2023年陇西县法治政府建设工作总结\\n今年以来,陇西县始终坚持以人民为中心。")
    >>> found.values["region_code"], found.values["year"], found.sources["year"]
    ('621122', 2023, 'title')
    """
    given = {name: str(value) for name, value in (hints or {}).items() if value}
    where = PurePosixPath(_readable(path))
    stem, folders = plain(where.stem), [plain(part) for part in reversed(where.parts[:-1])]
    layout = read_layout(text, furniture=furniture)
    if not layout.title and (title := tidy_title(given.get("title", ""))):
        layout = layout._replace(title=title, title_source="container")
    genre, subject, genre_source, flags = bodies.decide_genre(layout, stem)
    issued, published, date_source = find_dates(layout, given)
    told = {"issued": issued, "published": published, "year": given.get("year", "")}
    years = decide_years(layout, genre=genre, names=[stem, *folders], **told)
    if flags and years.covered:  # what `year` means depends on the genre
        flags = (*flags, "year_weak")
    year = years.delivered if genre == "work report" else years.covered
    words = bodies.self_mentions(layout)
    issuer, issuer_source = bodies.find_issuer(layout)
    place = decide_place(Clues(layout, issuer, named_codes(stem), folders, year, given, words))
    joined = "merged_administration" in place.flags
    issuer = bodies.complete_issuer(issuer, bodies.title_organ(layout.title) if joined else place.region)
    body = bodies.decide_body(layout, issuer, region=place.region, level=place.level, words=words)
    who = (body.name, body.kind, genre, subject)
    when = (year, years.covered, years.delivered)
    number = given.get("doc_number") or bodies.find_number(layout)
    printed = (layout.title, issuer or given.get("issuer", ""), number, issued, published)
    found = (given.get("source_url", ""), given.get("retrieved_on", ""))
    who_rules = "; ".join(filter(None, (body.source, issuer_source and f"issuer: {issuer_source}")))
    sources = (place.source, years.source, who_rules, genre_source, layout.title_source, date_source)
    values = dict(zip(COLUMNS, (*place[:6], *who, *when, *printed, *found), strict=True))
    raised = sorted({*flags, *years.flags, *place.flags, *body.flags})
    return Metadata(values, dict(zip(GROUPS, sources, strict=True)), tuple(raised))


def _readable(path: str) -> str:
    """A path whose bytes are GBK reaches Python as escapes: read it as the collector named it."""
    data = path.encode("utf-8", "surrogateescape")
    whole = path.isascii() or data.decode("utf-8", "ignore") == path
    return path if whole else data.decode("gb18030", "replace")
