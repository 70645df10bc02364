"""The index of a batch: every region with its coverage, status and links, in one page that works offline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from toolkit.reports.labels import label, meaning_of, name_of
from toolkit.reports.pages import page, read_template, render


def index_page(
    rows: Sequence[Mapping[str, Any]], *, inputs: Sequence[Mapping[str, Any]] = (), language: str = "zh"
) -> str:
    """The page of all reports.

    Parameters
    ----------
    rows
        One mapping for each report: folder, region_code, region, province, prefecture, genre, body_kind,
        n_chars (year to characters; empty for the comparison), flags, status, reason, files (those there).
    inputs
        Rows of the ledger that became no document: path, row, status, reason, detail.
    language
        ``zh`` or ``en``.
    """
    others = [row for row in rows if not row["n_chars"]]
    rows = [row for row in rows if row["n_chars"]]
    counts = Counter(row["status"] for row in rows)
    parts = ", ".join(f"{name_of('status', status, language)} {n}" for status, n in sorted(counts.items()))
    title = label("index.title", language)
    body = render(
        "index.html.j2",
        title=title,
        summary=label("index.summary", language, n=len(rows), parts=parts),
        rows=[{**row, **_years(row["n_chars"])} for row in rows],
        others=others,
        inputs=inputs,
        text=lambda key, **values: label(f"index.{key}", language, **values),
        name=lambda kind, value: name_of(kind, value, language),
        meaning=lambda notice: meaning_of(notice, language),
        english=lambda notice: meaning_of(notice, "en"),
    )
    return page(body, title=title, language=language, script=read_template("index.js"))


def _years(sizes: Mapping[int, int]) -> dict[str, Any]:
    """Span, gaps and total of a region's reports, and bars of their length with gaps as gaps."""
    if not sizes:
        return {"span": "", "gaps": 0, "total": 0, "bars": "", "width": 0}
    first, last, top = min(sizes), max(sizes), max(1, *sizes.values())
    heights = {(year - first) * 5: round(18 * n / top) for year, n in sizes.items()}
    bars = "".join(f"M{x} 18v-{height}h4v{height}z" for x, height in heights.items())
    return {
        "span": f"{first}–{last}" if last > first else str(first),
        "gaps": last - first + 1 - len(sizes),
        "total": sum(sizes.values()),
        "bars": bars if len(sizes) > 1 else "",
        "width": (last - first + 1) * 5,
    }
