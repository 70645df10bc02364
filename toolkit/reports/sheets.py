"""What the notebooks call: sentences, tables and figures of a report, in the reader's language.

Every function shows something and returns nothing; words come from data/labels.csv. What cannot be shown is
said: a region with one report gets no trend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML, Image, display

from toolkit.pipeline import Corpus
from toolkit.reports.labels import html_label, label, name_of, read_labels
from toolkit.reports.slices import open_corpus, open_slice
from toolkit.terms.counts import place_terms

SCREEN_DPI = 200


@dataclass(frozen=True)
class Sheet:
    """A report in the making: the reports it is about, and how it is written.

    Attributes
    ----------
    corpus
        The reports: of one region and genre, or all.
    beside, sides, peers
        As in `toolkit.reports.slices.Slice`; for a comparison the corpus itself, and nothing.
    out, language, formats
        Where figures go, the language of the words, the formats of the files.
    """

    corpus: Corpus
    beside: Corpus
    sides: pd.DataFrame
    peers: Mapping[str, Any]
    out: Path
    language: str
    formats: Sequence[str]

    @property
    def report(self) -> pd.Series:
        """The region's latest report: its row of documents."""
        documents = self.corpus.documents
        return documents.sort_values("year", kind="stable").iloc[-1]

    @property
    def name(self) -> str:
        """Region and year of the latest report, and its tokens: a subtitle."""
        report = self.report
        tokens = f"{report['n_tokens']:,}"
        return label(
            "sheet.name", self.language, region=report["region"], year=report["year"], n_tokens=tokens
        )

    @property
    def places(self) -> list[str]:
        """Names of places and level words: they leave rankings and stay in denominators."""
        return place_terms(self.beside)

    @property
    def latest(self) -> Corpus:
        """The corpus of the latest report alone."""
        return self.corpus.where(doc_id=self.report["doc_id"])


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
    folder = Path(out)
    if not region:
        whole = open_corpus(corpus)
        return Sheet(whole, whole, pd.DataFrame(), {}, folder, language, list(formats))
    return Sheet(*open_slice(corpus, region, genre), folder, language, list(formats))


def show_title(sheet: Sheet) -> None:
    """Who and when, and what kind of page this is."""
    report, language = sheet.report, sheet.language
    years = sheet.corpus.documents["year"]
    span = str(report["year"]) if years.nunique() == 1 else f"{years.min()}–{years.max()}"
    place = " ".join(dict.fromkeys(part for part in report[["province", "prefecture", "region"]] if part))
    values = {
        "place": place,
        "code": report["region_code"],
        "body": report["reporting_body"] or name_of("body_kind", "unknown", language),
        "kind": name_of("body_kind", report["body_kind"], language),
        "genre": name_of("genre", report["genre"], language),
        "subject": name_of("subject", report["subject"], language),
        "n": len(years),
    }
    title = html_label("report.title", language, region=report["region"], years=span)
    lead = html_label("report.lead", language, **values)
    year = (
        html_label(f"year.{report['genre']}", language) if f"year.{report['genre']}" in read_labels() else ""
    )
    _html(f'<h1>{title}</h1><p class="lead">{lead}</p><p>{label("report.nature", language)} {year}</p>')


def show_section(sheet: Sheet, key: str, **values: Any) -> None:
    """A heading, and the sentence that says what follows where labels.csv has one."""
    _html(f'<h2 id="{key}">{html_label(f"{key}.heading", sheet.language)}</h2>')
    if f"{key}.intro" in read_labels():
        say(sheet, f"{key}.intro", **values)


def say(sheet: Sheet, key: str, kind: str = "", **values: Any) -> None:
    """One paragraph; `kind` may be limit or say."""
    shape = f' class="{"limit say" if kind == "say" else kind}"' if kind else ""
    _html(f"<p{shape}>{html_label(key, sheet.language, **values)}</p>")


def show_limit(sheet: Sheet, key: str) -> None:
    """The sentence on what a result does not show."""
    say(sheet, f"{key}.limit", "limit")


def show_table(sheet: Sheet, table: pd.DataFrame, *, caption: str = "", shape: str = "") -> None:
    """A table with every cell escaped; heads come from labels.csv (`column.<name>`), NaN is a dash."""
    language = sheet.language
    numeric = [
        pd.api.types.is_numeric_dtype(dtype) and name != "year" for name, dtype in table.dtypes.items()
    ]
    classes = [' class="n"' if right else "" for right in numeric]
    heads = "".join(
        f'<th scope="col"{look}>{escape(name_of("column", name, language))}</th>'
        for name, look in zip(table.columns, classes, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{look}>{_number(value) if look else _cell(value)}</td>"
            for value, look in zip(row, classes, strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False)
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    look = f' class="{shape}"' if shape else ""
    body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    _html(f'<div class="scroll"><table{look}>{title}{body}</table></div>')


def show_figure(sheet: Sheet, name: str, axes: Any, data: pd.DataFrame) -> None:
    """A figure with its alternative text, its files beside it, and what it does not show.

    Files ``<name>.png`` (or the formats asked for) and ``<name>.csv`` with the plotted data go to the
    sheet's folder.
    """
    from matplotlib import pyplot as plt

    from toolkit.plots import alt_text, save_figure
    from toolkit.plots.saving import figure_of, render

    figure = figure_of(axes)
    paths = save_figure(axes, sheet.out / name, formats=sheet.formats, data=data)
    alt = alt_text(axes, sheet.language)
    display(Image(render(figure, "png", dpi=SCREEN_DPI), format="png"), metadata={"image/png": {"alt": alt}})
    plt.close(figure)
    files = " · ".join(f'<a href="{escape(path.name)}">{escape(path.name)}</a>' for path in paths)
    _html(f'<p class="caption">{label("figure.files", sheet.language)}{files}</p>')
    if f"{name}.limit" in read_labels():
        show_limit(sheet, name)


def show_reading(sheet: Sheet) -> None:
    """The reports that were read, and who reports in each."""
    documents = sheet.corpus.documents.sort_values("year", kind="stable")
    language = sheet.language
    table = pd.DataFrame(
        {
            "year": documents["year"].astype("str"),
            "title": documents["title"].where(documents["title"] != "", "—"),
            "reporting_body": documents["reporting_body"],
            "body_kind": [name_of("body_kind", kind, language) for kind in documents["body_kind"]],
            "date": documents["issued_on"].where(documents["issued_on"] != "", documents["published_on"]),
            "n_chars": documents["n_chars"],
            "n_tokens": documents["n_tokens"],
            "flags": [_flags(flags, language) for flags in documents["flags"]],
        }
    )
    show_table(sheet, table)
    years = sorted(int(year) for year in documents["year"].unique())
    missing = sorted(set(range(years[0], years[-1] + 1)) - set(years))
    if missing:
        say(sheet, "reading.gaps", years=_join(missing, language))
    for column in ("body_kind", "subject"):
        if documents[column].nunique() > 1:
            kinds = _join([name_of(column, kind, language) for kind in documents[column].unique()], language)
            say(sheet, f"reading.mixed_{column}", "say", kinds=kinds)
    show_limit(sheet, "reading")


def role_shares(sheet: Sheet) -> pd.DataFrame:
    """Characters of each role by region and year, and their share of all but meta."""
    documents = sheet.corpus.documents
    sentences = sheet.corpus.sentences.merge(
        documents[["doc_id", "region_id", "region", "year"]], on="doc_id"
    )
    sentences = sentences[sentences["role"] != "meta"]
    sentences = sentences.assign(n_chars=sentences["text"].str.replace(r"\s", "", regex=True).str.len())
    table = sentences.groupby(["region_id", "year", "role"], as_index=False).agg(
        {"region": "last", "n_chars": "sum"}
    )
    table["share"] = table["n_chars"] / table.groupby(["region_id", "year"])["n_chars"].transform("sum")
    table.insert(0, "label", table["region"] + " " + table["year"].astype("str"))
    return table.sort_values(["year", "region_id", "role"], ignore_index=True)


def show_roles(sheet: Sheet, shares: pd.DataFrame, *, most: int = 30) -> None:
    """The composition of each report; of the latest ones where there are many."""
    from toolkit import plots

    labels = shares.sort_values("year", kind="stable")["label"].drop_duplicates().tail(most)
    shown = shares[shares["label"].isin(set(labels))]
    show_figure(sheet, "roles", plots.roles(shown, row="label", language=sheet.language), shown)


def show_quotes(sheet: Sheet, role: str, *, most: int = 8) -> None:
    """Sentences of one role in the latest report, in its own words, each with its place."""
    corpus, language = sheet.latest, sheet.language
    sections = corpus.sections.set_index("section_no")
    headings = (sections["marker"] + sections["title"]).to_dict()
    lines = sections["style"] == "line"
    found = corpus.sentences[
        (corpus.sentences["role"] == role) & (corpus.sentences["text"].str.strip() != "")
    ]
    starts = set(sections.loc[lines, "start"])
    found = found[~found["start"].isin(starts)]  # a heading on its own line says nothing of its own
    _html(f"<h3>{html_label(f'quotes.{role}', language, n=len(found))}</h3>")
    if found.empty:
        say(sheet, "quotes.none", "say")
        return
    above = {no: no if lines[no] else sections["parent_no"].get(no, -1) for no in sections.index}
    quotes = [_quote(row, headings.get(above[row.section_no], ""), language) for row in found.itertuples()]
    _html("".join(quotes[:most]))
    if len(quotes) > most:
        more = html_label("quotes.more", language, n=len(quotes) - most)
        _html(f"<details><summary>{more}</summary>{''.join(quotes[most:])}</details>")


def _quote(row: Any, section: str, language: str) -> str:
    """A sentence and its place."""
    values = {"section": section, "no": row.sentence_no, "start": row.start, "end": row.end}
    place = html_label("quotes.place", language, **values)
    return f"<blockquote>{escape(' '.join(row.text.split()))}<cite>{place}</cite></blockquote>"


def show_others(sheet: Sheet) -> None:
    """Say what the other reports are that this one is held against."""
    peers, language = sheet.peers, sheet.language
    kinds = [f"{name_of('body_kind', kind, language)} {n}" for kind, n in peers["body_kinds"].items()]
    years = "–".join(map(str, dict.fromkeys(peers["years"])))
    values = {
        "n": peers["n_reports"],
        "regions": peers["n_regions"],
        "years": years,
        "kinds": _join(kinds, language),
    }
    say(sheet, "keyness.others", **values)


def show_keyness(sheet: Sheet, *, top: int = 10) -> None:
    """Terms characteristic of the latest report against the others; names of places do not compete."""
    from toolkit import plots
    from toolkit.measures import keyness

    if not sheet.peers["n_reports"]:
        say(sheet, "keyness.alone", "say")
        return
    show_others(sheet)
    keys = keyness(sheet.sides, target={"side": "this"}, reference={"side": "others"}, min_documents=1)
    keys = keys[
        ~keys["term"].isin(set(sheet.places)) & (keys[["count_target", "count_reference"]].max(axis=1) >= 3)
    ]
    keys = keys.sort_values(["log_likelihood", "term"], ascending=[False, True], ignore_index=True)
    if keys.empty:
        say(sheet, "keyness.none", "say")
        return
    show_figure(
        sheet, "keyness", plots.keyness(keys, language=sheet.language, top=top, subtitle=sheet.name), keys
    )


def count_phrases(corpus: Corpus, phrases: Sequence[str]) -> pd.DataFrame:
    """How often each phrase stands in each region and year, as text, however the segmenter divides it.

    Returns
    -------
    DataFrame
        Columns of `count_terms` by region_id, region and year, with a row for every phrase: a report without
        it counts 0.
    """
    from toolkit.terms.concordance import kwic

    documents = corpus.documents.sort_values(["region_code", "year"], kind="stable")
    parts = []
    for phrase in phrases:
        found = documents["doc_id"].map(kwic(corpus, phrase, window=0)["doc_id"].value_counts()).fillna(0)
        parts.append(
            documents.assign(
                term=phrase, count=found.astype("int64"), n_documents=(found > 0).astype("int64")
            )
        )
    sums = {"count": "sum", "n_documents": "sum", "n_tokens": "sum", "n_reports": "sum"}
    table = (
        pd.concat(parts)
        .assign(n_reports=1)
        .groupby(["region_id", "year", "term"], sort=False)
        .agg(sums)
        .reset_index()
    )
    table.insert(1, "region", table["region_id"].map(_names(corpus)))
    return table


def show_change(sheet: Sheet, terms: Sequence[str]) -> None:
    """Trends where there are several years; where there is one, say so and set dated reports side by side."""
    from toolkit import plots
    from toolkit.measures import frequency, trend
    from toolkit.terms.counts import complete_years

    counts = count_phrases(sheet.beside, terms)
    if sheet.corpus.documents["year"].nunique() == 1:
        say(sheet, "change.one_year", "say", year=sheet.report["year"])
        if len(sheet.beside.documents) > 1:
            _show_beside(sheet, frequency(counts), terms)
        return
    rates = frequency(complete_years(counts, terms=list(terms)))
    show_figure(sheet, "trend", plots.trend(rates, language=sheet.language), rates)
    slopes = trend(counts, terms=list(terms), region="region_id")
    columns = ["term", "n_years", "first_year", "last_year", "n_missing", "slope", "p_exact", "reason"]
    table = slopes[columns].astype({"first_year": "str", "last_year": "str"})
    show_table(sheet, table.assign(reason=[name_of("reason", r, sheet.language) for r in table["reason"]]))
    show_limit(sheet, "slopes")
    _show_last_change(sheet)


def _show_beside(sheet: Sheet, rates: pd.DataFrame, terms: Sequence[str]) -> None:
    """Dated reports side by side, unranked."""
    from toolkit import plots

    axes = plots.side_by_side(rates, terms=list(terms), language=sheet.language)
    show_figure(sheet, "side_by_side", axes, rates)


def show_contexts(sheet: Sheet, terms: Sequence[str], *, most: int = 5, window: int = 22) -> None:
    """Concordance lines of each term in the latest report, with the section they stand in."""
    from toolkit.terms.concordance import kwic

    for term in terms:
        lines = kwic(sheet.latest, term, window=window)
        _html(f"<h3>{html_label('context.term', sheet.language, term=term, n=len(lines))}</h3>")
        rows = "".join(
            f'<tr><td>{_cell(line.left)}</td><th scope="row">{escape(line.keyword)}</th>'
            f"<td>{_cell(line.right)}</td></tr>"
            for line in lines.head(most).itertuples()
        )
        if rows:
            _html(f'<div class="scroll"><table class="kwic"><tbody>{rows}</tbody></table></div>')


def show_quality(sheet: Sheet) -> None:
    """The ledger: by which rule region, year and the rest were found, and what was flagged."""
    ledger, language = sheet.corpus.ledger, sheet.language
    columns = [
        "path",
        "status",
        "n_meta_chars",
        "region_source",
        "year_source",
        "body_source",
        "title_source",
        "date_source",
    ]
    table = ledger[columns].assign(
        status=[name_of("status", status, language) for status in ledger["status"]]
    )
    show_table(sheet, table)
    if len(sheet.corpus.duplicates):
        say(sheet, "quality.duplicates", "say", n=len(sheet.corpus.duplicates))
    show_limit(sheet, "quality")


def show_settings(sheet: Sheet) -> None:
    """Everything that could move a number."""
    rows = list(_flat(sheet.corpus.settings))
    show_table(sheet, pd.DataFrame(rows, columns=["setting", "value"]), shape="settings")


def show_citations(sheet: Sheet) -> None:
    """How to cite the reports (GB/T 7714) and this page."""
    items = [
        f"<li>{escape(citation(row))} <code>{row.doc_id}</code></li>"
        for row in sheet.corpus.documents.itertuples()
    ]
    _html(f"<ol>{''.join(items)}</ol>")
    version = sheet.corpus.settings.get("versions", {}).get("toolkit", "")
    say(sheet, "cite.toolkit", version=version)


def citation(document: Any) -> str:
    """One report as a reference of GB/T 7714-2015; what is unknown is left out, never guessed."""
    author = document.issuer or document.reporting_body
    title = document.title or f"[{document.region}{document.year}]"
    date = document.issued_on or document.published_on
    seen = f"[{document.retrieved_on}]" if document.retrieved_on else ""
    medium = "R/OL" if document.source_url else "R"
    parts = [
        author,
        f"{title}[{medium}]",
        f"({date}){seen}" if date else f"{document.year}{seen}",
        document.source_url,
    ]
    return ". ".join(str(part) for part in parts if part) + "."


def show_comparison_title(sheet: Sheet) -> None:
    """How many reports of how many regions, and what kind of page this is."""
    documents, language = sheet.corpus.documents, sheet.language
    years = documents["year"].dropna()
    values = {"n": len(documents), "regions": documents["region_id"].nunique()}
    values["years"] = "–".join(map(str, dict.fromkeys([years.min(), years.max()]))) if len(years) else "—"
    title, lead = label("comparison.title", language), html_label("comparison.lead", language, **values)
    _html(f'<h1>{title}</h1><p class="lead">{lead}</p><p>{label("report.nature", language)}</p>')


def show_reports(sheet: Sheet, *, most: int = 60) -> None:
    """The reports of all regions: who, when, how long."""
    documents, language = sheet.corpus.documents, sheet.language
    table = documents[["region_code", "region", "year", "genre", "body_kind", "n_chars", "n_tokens", "flags"]]
    words = {name: [name_of(name, v, language) for v in documents[name]] for name in ("genre", "body_kind")}
    flags = [_flags(flags, language) for flags in documents["flags"]]
    show_table(sheet, table.assign(**words, flags=flags, year=documents["year"].astype("str")).head(most))
    if len(table) > most:
        say(sheet, "reading.more", n=len(table) - most)
    show_limit(sheet, "reading")


def show_side_by_side(sheet: Sheet, terms: Sequence[str], *, most: int = 12) -> None:
    """The latest report of each region beside the others, in the order of the codes, unranked."""
    from toolkit.measures import frequency

    documents = sheet.corpus.documents.sort_values("year", kind="stable").drop_duplicates(
        "region_id", keep="last"
    )
    chosen = documents.sort_values("region_code").head(most)
    say(sheet, "beside.rule", "say", n=len(chosen), of=len(documents))
    _show_beside(sheet, frequency(count_phrases(sheet.corpus.where(doc_id=chosen["doc_id"]), terms)), terms)


def show_particular_terms(sheet: Sheet, *, top: int = 15, most: int = 12) -> None:
    """The terms of each region with the highest TF-IDF, in one table."""
    from toolkit.measures import tf_idf
    from toolkit.terms.counts import count_terms

    counts = count_terms(sheet.corpus, by=["region_id"])
    ranked = tf_idf(counts, scheme="quanteda")
    ranked = ranked[~ranked["term"].isin(set(sheet.places)) & (ranked["count"] >= 2)]
    ranked = ranked.sort_values(["region_id", "tf_idf", "term"], ascending=[True, False, True])
    names = _names(sheet.corpus)
    lists = ranked.groupby("region_id", sort=True)["term"].agg(
        lambda terms: _join(terms.head(top), sheet.language)
    )
    table = pd.DataFrame({"region": lists.index.map(names), "terms": lists.to_numpy()})
    show_table(sheet, table.head(most))
    show_limit(sheet, "particular")


def _show_last_change(sheet: Sheet) -> None:
    """Terms that changed most between the last two years, if these follow each other."""
    from toolkit.measures import year_over_year
    from toolkit.terms.counts import count_terms

    last = int(sheet.report["year"])
    changes = year_over_year(count_terms(sheet.corpus, by=["region_id", "year"]), region="region_id")
    now = changes[(changes["year"] == last) & changes["previous_n_tokens"].notna()]
    _html(f"<h3>{html_label('change.last', sheet.language, year=last, before=last - 1)}</h3>")
    if now.empty:
        say(sheet, "change.gap", "say", year=last, before=last - 1)
        return
    now = now[~now["term"].isin(set(sheet.places)) & (now["p_adjusted"] < 0.05)]
    columns = [
        "term",
        "previous_count",
        "count",
        "previous_per_10k",
        "per_10k",
        "log2_ratio",
        "log2_low",
        "log2_high",
    ]
    now = now.sort_values(["log2_ratio", "term"], ascending=[False, True])
    if now.empty:
        say(sheet, "change.none", "say")
    else:
        show_table(
            sheet,
            now[columns] if len(now) <= 24 else pd.concat([now[columns].head(12), now[columns].tail(12)]),
        )
    show_limit(sheet, "change")


def _names(corpus: Corpus) -> pd.Series:
    """The latest name of each region."""
    documents = corpus.documents.sort_values("year", kind="stable").drop_duplicates("region_id", keep="last")
    return documents.set_index("region_id")["region"]


def _html(text: str) -> None:
    """Show HTML."""
    display(HTML(text))


def _cell(value: Any) -> str:
    """A cell's text, escaped, on one line; a dash for what is missing."""
    return "—" if pd.isna(value) or value == "" else escape(" ".join(str(value).split()))


def _number(value: Any) -> str:
    """A number for reading: whole, or three significant digits; a dash for NaN."""
    if pd.isna(value):
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"


def _flags(flags: str, language: str) -> str:
    """Flags in words."""
    return _join([name_of("flag", flag, language) for flag in flags.split()], language)


def _join(items: Sequence[Any], language: str) -> str:
    """A list in words."""
    return label("list.comma", language).join(map(str, items))


def _flat(settings: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Nested settings as rows."""
    rows = []
    for name, value in settings.items():
        path = f"{above}{name}"
        rows += _flat(value, f"{path}.") if isinstance(value, Mapping) else [(path, str(value))]
    return rows
