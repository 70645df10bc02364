"""The sheet a notebook writes on: headings, sentences, tables and figures in the reader's language.

Words come from data/labels.csv, everything from the corpus is escaped, and what a result does not show
follows it. The parts of a report are in `toolkit.reports.parts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML, Image, display

from toolkit.corpus.statutory import statutory_card
from toolkit.pipeline import Corpus
from toolkit.plots.labels import ems, short_number
from toolkit.reports.labels import html_label, label, name_of, read_labels
from toolkit.reports.pages import render
from toolkit.reports.slices import open_corpus, open_slice
from toolkit.terms.counts import place_terms

SCREEN_DPI = 200
_YEARS = ("year", "year_covered", "first_year", "last_year")
_CLOSED = ("body_kind", "dimension", "dated_by", "genre", "level", "subject", "status", "role", "reason")
_CLOSED += ("presence", "timeliness")
_SHARES = ("share", "own_last_year", "other_regions", "both", "novel")
_NARROW = 5.5  # ems that are never broken into lines
_LARGE = 1e8  # from here on numbers are read in these units


@dataclass(frozen=True)
class Sheet:
    """A report in the making: the reports it is about, and how it is written.

    Attributes
    ----------
    corpus
        The reports: of one region and genre, or all.
    beside, sides, shared, ranges, peers
        As in `toolkit.reports.slices.Slice`; for a comparison the corpus itself, and nothing.
    out, language, formats
        Where figures go, the language of the words, the formats of the files.
    """

    corpus: Corpus
    beside: Corpus
    sides: pd.DataFrame
    shared: pd.DataFrame
    ranges: pd.DataFrame
    peers: Mapping[str, Any]
    out: Path
    language: str
    formats: Sequence[str]

    @cached_property
    def report(self) -> pd.Series:
        """The region's latest report: its row of documents."""
        return self.corpus.documents.sort_values("year", kind="stable").iloc[-1]

    @cached_property
    def latest(self) -> Corpus:
        """The corpus of the latest year alone."""
        return self.corpus.where(year=int(self.report["year"]))

    @cached_property
    def facts(self) -> pd.DataFrame:
        """The figures that the reports state, found once."""
        from toolkit.indicators import facts

        return facts(self.corpus)

    @cached_property
    def cards(self) -> pd.DataFrame:
        """The statutory parts of every report, looked for once."""
        return statutory_card(self.corpus)

    def groups(self, most: int) -> list[str]:
        """Region and year, or the year alone where that would make more than `most` groups."""
        keys = ["region_id", "year"]
        return keys if len(self.corpus.documents[keys].drop_duplicates()) <= most else keys[1:]

    @cached_property
    def places(self) -> list[str]:
        """Names of places and level words: they leave rankings and stay in denominators."""
        return place_terms(self.beside)

    @cached_property
    def name(self) -> str:
        """Region and latest year, and the tokens counted: the subtitle of a figure."""
        tokens = f"{self.latest.documents['n_tokens'].sum():,}"
        region, year = self.report["region"], self.report["year"]
        return label("sheet.name", self.language, region=region, year=year, n_tokens=tokens)


def open_sheet(
    corpus: str,
    region: str = "",
    *,
    genre: str = "",
    out: str = ".",
    language: str = "zh",
    formats: Sequence[str] = ("png",),
) -> Sheet:
    """Open a folder of reports, or one prepared by a batch, for the report of a region.

    Without `region` the sheet is of the whole corpus, for a comparison.
    """
    written = (Path(out), language, list(formats))
    if region:
        return Sheet(*open_slice(corpus, region, genre), *written)
    whole = open_corpus(corpus)
    return Sheet(whole, whole, *[pd.DataFrame()] * 3, {}, *written)


def show_html(text: str) -> None:
    """Show HTML that is ours, or escaped."""
    display(HTML(text))


def show_part(part: str, **values: Any) -> None:
    """Show a part of templates/parts.html.j2; values are escaped."""
    show_html(render("parts.html.j2", part=part, **values))


def show_section(sheet: Sheet, key: str) -> None:
    """A heading, and the sentence that says what follows where labels.csv has one."""
    show_html(f'<h2 id="{key}">{html_label(f"{key}.heading", sheet.language)}</h2>')
    if f"{key}.intro" in read_labels():
        say(sheet, f"{key}.intro")


def show_subsection(sheet: Sheet, key: str, **values: Any) -> None:
    """A heading of the third level."""
    show_html(f"<h3>{html_label(key, sheet.language, **values)}</h3>")


def say(sheet: Sheet, key: str, kind: str = "", **values: Any) -> None:
    """One paragraph; `kind` may be limit (what a result does not show) or notice."""
    shape = f' class="{kind}"' if kind else ""
    show_html(f"<p{shape}>{html_label(key, sheet.language, **values)}</p>")


def show_limit(sheet: Sheet, key: str) -> None:
    """The sentence on what a result does not show."""
    say(sheet, f"{key}.limit", "limit")


def show_table(sheet: Sheet, table: pd.DataFrame, *, shape: str = "", more: str = "") -> None:
    """A table: heads from labels.csv (`column.<name>`), closed choices and flags in words, NaN as a dash.

    `shape` may be cards (on a phone each row is a card: for tables with sentences) or settings; with `more`
    the table is folded under these words.
    """
    language = sheet.language
    heads = [
        (name_of("column", name, language), _shape(name, dtype, table[name]))
        for name, dtype in table.dtypes.items()
    ]
    columns = [[_cell(name, value, language) for value in table[name]] for name in table.columns]
    rows = list(zip(*columns, strict=True))
    show_part("table", heads=heads, rows=rows, shape=shape, more=more)


def _shape(name: Any, dtype: Any, values: pd.Series) -> str:
    """Numbers stand to the right; years and closed choices are not broken into lines."""
    if pd.api.types.is_numeric_dtype(dtype) and name not in _YEARS:
        return "n"
    short = name in _YEARS or (name in _CLOSED and name != "reason")
    return "k" if short or max(map(ems, values.astype("str")), default=0) <= _NARROW else ""


def show_file(sheet: Sheet, name: str, table: pd.DataFrame, key: str = "figure.files") -> None:
    """Save a table of the page as ``<name>.csv``, and name the file.

    Rows that point into a report (doc_id, sentence_no, start, end) bear their citation.
    """
    from toolkit.files import finished
    from toolkit.plots.saving import csv_text
    from toolkit.terms.citations import citations

    if {"doc_id", "sentence_no", "start", "end"} <= set(table):
        cited = table[table["doc_id"] != ""]
        table = table.assign(citation=citations(sheet.corpus, cited).reindex(table.index, fill_value=""))
    with finished(sheet.out / f"{name}.csv") as path:
        path.write_text(csv_text(table), encoding="utf-8-sig", newline="\n")
    show_part("files", words=label(key, sheet.language), files=[f"{name}.csv"])


def place(sheet: Sheet, row: Any) -> str:
    """Sentence and characters of a row that points into a report, and the heading where it has one."""
    values = {"no": row.sentence_no, "start": row.start, "end": row.end}
    where = label("quotes.place", sheet.language, **values)
    heading = " ".join(str(getattr(row, "section", "")).split())
    return f"{heading} · {where}" if heading else where


def show_figure(sheet: Sheet, name: str, axes: Any, data: pd.DataFrame) -> None:
    """A figure with its alternative text, its files beside it, and what it does not show.

    Files ``<name>.png`` (or the formats asked for) and ``<name>.csv`` with the plotted data go to the
    sheet's folder.
    """
    from matplotlib import pyplot as plt

    from toolkit.plots import alt_text, save_figure
    from toolkit.plots.saving import figure_of
    from toolkit.plots.saving import render as picture

    figure = figure_of(axes)
    image = Image(picture(figure, "png", dpi=SCREEN_DPI), format="png")
    figure.set_layout_engine("none")  # placed once: every format has the same picture, in half the time
    paths = save_figure(axes, sheet.out / name, formats=sheet.formats, data=data)
    display(image, metadata={"image/png": {"alt": alt_text(axes, sheet.language)}})
    plt.close(figure)
    show_part("files", words=label("figure.files", sheet.language), files=[path.name for path in paths])
    if f"{name}.limit" in read_labels():
        show_limit(sheet, name)


def listed(items: Sequence[Any], language: str) -> str:
    """A list in words."""
    return label("list.comma", language).join(map(str, items))


def span(years: pd.Series) -> str:
    """The year, or first and last; a dash for none."""
    known = years.dropna()
    return "–".join(dict.fromkeys([str(known.min()), str(known.max())])) if len(known) else "—"


def _cell(name: str, value: Any, language: str) -> str:
    """A cell for reading: words for closed choices, a dash for what is missing, numbers to three digits."""
    if pd.isna(value) or value == "":
        return "—"
    if name in _CLOSED:
        return listed([name_of(name, part, language) for part in str(value).split("|")], language)
    if name == "flags":
        return listed([name_of("flag", flag, language) for flag in value.split()], language)
    if isinstance(value, str | bool) or name in _YEARS:
        return " ".join(str(value).split())
    if name in _SHARES:
        return "< 0.1%" if 0 < value < 0.001 else f"{value:.1%}"
    if abs(value) >= _LARGE:
        return short_number(value, language)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"
