"""The figures of a written study: the five that a paper on such a corpus carries, and chosen terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from toolkit.indicators import read_indicators
from toolkit.pipeline import Corpus
from toolkit.reports.labels import label, name_of
from toolkit.reports.rates import (
    LEAST,
    coverage_in_time,
    dimension_rates,
    first_reports,
    latest_names,
    role_shares,
    shared_and_problems,
    stated_values,
)
from toolkit.schemas import listed

SIZES = {"single": "paper-1col", "double": "paper-2col", "screen": "screen"}
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
_KEY = ["region_id", "year"]


class Drawing(NamedTuple):
    """A plot by its name (none where the table cannot show it), its table, the reports it shows, its options."""

    plot: str
    table: pd.DataFrame
    reports: pd.DataFrame
    denominator: int | str = ""
    options: Mapping[str, Any] = MappingProxyType({})


def draw_study(
    corpus: Corpus,
    out: str | Path,
    *,
    figures: Sequence[str] = (),
    terms: Sequence[str] = (),
    indicators: Sequence[str] = (),
    language: str = "zh",
    size: str | float = "single",
    formats: Sequence[str] = ("png",),
    dpi: int = 300,
    grey: bool = False,
    close: bool = True,
) -> pd.DataFrame:
    """Draw the figures of a study, each with its caption and its data; say what cannot be drawn, and why.

    Kinds of reports are not mixed unasked: those of the commonest genre and body are drawn, and the caption
    counts the others (``corpus.where(...)`` chooses them). At the width of a column a figure bears no title:
    its caption is set below it. Every caption names the reports and the denominator of its own figure, and
    ends with what the figure does not show.

    Parameters
    ----------
    corpus
        The reports, or a store of them.
    out
        Folder for ``<figure>-<language>.png`` (and other formats), ``.csv`` (data) and ``.txt`` (caption).
    figures
        Of coverage (with timeliness), roles, adoption_curve, distribution, boilerplate, terms, dimensions,
        network and provinces; left out, the first five, and terms where `terms` are given.
    terms
        Terms to follow, found as text.
    indicators
        Ids of the indicators whose values are shown (`toolkit.indicators.read_indicators`); left out, those
        that most reports state.
    language
        "zh", "en" or "both".
    size
        "single" (8.5 cm), "double" (17 cm), "screen", or the width in centimetres that a journal asks for.
    formats, dpi
        As in `toolkit.plots.save_figure`.
    grey
        Also write ``<figure>-<language>-grey.png``, as a printer without colour gives it, and check it.
    close
        False leaves the figures open, for a notebook to show.

    Returns
    -------
    DataFrame
        One row a figure and language: ``figure``, ``language``, ``drawn`` (bool), ``caption`` (or why it is
        not drawn), ``alike`` (series that look alike in grey, ``a = b``; empty where there are none or it was
        not checked), ``files`` (their names, separated by spaces).

    Raises
    ------
    ValueError
        For an unknown figure, language, size, indicator or format, or a corpus without reports.
    """
    chosen = listed(figures) or [*list(FIGURES)[:5], *(["terms"] if terms else [])]
    require_known(chosen, indicators, language, size)
    looks = _looks(size)
    kinds = corpus.documents[["genre", "body_kind"]].value_counts()
    if kinds.empty:
        raise ValueError("The corpus has no report, so no figure can be drawn; `toolkit check` says why.")
    kind = dict(zip(kinds.index.names, kinds.index[0], strict=True))
    reports, rows = corpus.where(**kind), []
    saving = {"formats": formats, "dpi": dpi, "close": close}
    for name in chosen:
        drawing = FIGURES[name](reports, Choice(listed(terms), listed(indicators)))
        for each in LANGUAGES[language]:
            about = _about(name, drawing, reports, each, others=int(kinds[1:].sum()), **kind)
            stem = Path(out) / f"{name}-{each}"
            rows.append(
                (
                    name,
                    each,
                    bool(drawing.plot),
                    *_save(name, drawing, each, about, stem, looks, saving, grey),
                )
            )
    return pd.DataFrame(rows, columns=["figure", "language", "drawn", "caption", "alike", "files"])


def require_known(
    figures: Sequence[str], indicators: Sequence[str], language: str, size: str | float
) -> None:
    """Refuse an unknown figure, indicator, language or size, before anything is read."""
    ids = [row.indicator_id for row in read_indicators()]
    checks = [(language, LANGUAGES), *((name, FIGURES) for name in figures)]
    for value, known in [*checks, *((name, ids) for name in indicators)]:
        if value not in known:
            raise ValueError(f"The figures of a study know {list(known)}; {value!r} is none of them.")
    _looks(size)


class Choice(NamedTuple):
    """What the researcher chose to see."""

    terms: list[str]
    indicators: list[str]


def _looks(size: str | float) -> dict[str, Any]:
    """Kind and width of `toolkit.plots.style.style` for a size by name or in centimetres."""
    if size in SIZES:
        return {"kind": SIZES[size]}
    try:
        width = float(size)
    except ValueError:
        width = 0.0
    if not 6 <= width <= 30:
        raise ValueError(f"size is one of {list(SIZES)} or a width of 6 to 30 centimetres; found {size!r}.")
    return {"kind": "paper-1col" if width < 12 else "paper-2col", "width": width}


def _save(
    name: str,
    drawing: Drawing,
    language: str,
    about: str,
    stem: Path,
    looks: dict[str, Any],
    saving: dict[str, Any],
    grey: bool,
) -> tuple[str, str, str]:
    """Caption, series alike in grey, and files of one figure; of one that cannot be drawn, reason and data."""
    from matplotlib import rc_context

    from toolkit import plots
    from toolkit.files import finished
    from toolkit.plots.style import style

    title = label(f"study.{name}", language)
    axes, alike, rest = None, "", label(f"study.{name}.none", language, n=LEAST) if not drawing.plot else ""
    extra = Path(f"{stem}-grey.png")
    if drawing.plot:
        with rc_context(style(language=language, **looks)):
            screen = looks["kind"] == "screen"
            texts = {"title": title} if screen else {"title": "", "subtitle": "", "footer": ""}
            dated = "central_on" in drawing.table and drawing.table["central_on"].any()
            if dated:
                texts.pop("footer", None)  # it names the central documents whose dates are drawn
            own = {
                key: value.replace("{language}", language) if isinstance(value, str) else value
                for key, value in drawing.options.items()
            }
            axes = getattr(plots, drawing.plot)(drawing.table, language=language, **texts | own)
            if grey:
                pairs = plots.grey_check(axes).query("not told_apart")
                alike = "; ".join(pairs["series"] + " = " + pairs["other"])
                with finished(extra) as temporary:
                    temporary.write_bytes(plots.grey_picture(axes, dpi=saving["dpi"]))
        rest = label(f"study.{name}.note", language) + (label("study.dates", language) if dated else "")
        rest += label(f"{drawing.plot}.limit", language)
    caption = f"{title}{about}{rest}"
    paths = plots.save_figure(axes, stem, data=drawing.table, caption=caption, **saving)
    names = [path.name for path in paths] + ([extra.name] if grey and drawing.plot else [])
    return caption, alike, " ".join(names)


def _about(
    name: str, drawing: Drawing, corpus: Corpus, language: str, *, others: int, genre: str, body_kind: str
) -> str:
    """What was drawn: kind, regions, years, denominator, number of reports; and what was left out."""
    from toolkit.plots.tables import describe

    shown = drawing.reports if len(drawing.reports) else corpus.documents
    words = describe(shown[["region_id", "region", "year"]].assign(n_reports=1), language)
    words |= {"genre": name_of("genre", genre, language), "body": name_of("body_kind", body_kind, language)}
    n = f"{drawing.denominator:,}" if isinstance(drawing.denominator, int) else drawing.denominator
    words["denominator"] = label(f"study.{name}.denominator", language, n=n)
    about = label("study.scope" if drawing.plot else "study.asked", language, **words)
    left = len(corpus.documents) - len(shown)
    about += label("study.left_out", language, n=left) if left else ""
    about += label("study.others", language, n=others) if others else ""
    if _one_each(corpus):
        return about + label("study.one_each", language)
    yearly = shown["year"].value_counts()
    low, high = yearly.min(), yearly.max()
    return about + label("study.yearly", language, n=low if low == high else f"{low}–{high}")


def _one_each(corpus: Corpus) -> bool:
    """Whether every region has one report, so that region and year cannot be told apart."""
    return bool(corpus.documents["region_id"].is_unique)


def _coverage(corpus: Corpus, choice: Choice) -> Drawing:
    """Region-years with a report; on time, late, or undated where a deadline applies."""
    table = coverage_in_time(corpus)
    n = table["region_id"].nunique() * int(table["year"].max() - table["year"].min() + 1)
    return Drawing("coverage", table, corpus.documents, n)


def _roles(corpus: Corpus, choice: Choice) -> Drawing:
    """Shares of roles by year, each report counted once; by report where every region has one."""
    shares = role_shares(corpus)
    n = int(shares["n_chars"].sum())
    if _one_each(corpus) and len(corpus.documents) <= 30:
        return Drawing("roles", shares, corpus.documents, n, {"row": "label"})
    wide = shares.pivot_table(index=_KEY, columns="role", values="share", fill_value=0).groupby("year")
    table = wide.mean().stack().rename("share").reset_index()
    table["n_reports"] = table["year"].map(wide.size())
    return Drawing("roles", table, corpus.documents, n, {"row": "year"})


def _adoption(corpus: Corpus, choice: Choice) -> Drawing:
    """Curves of the institutions whose first report can be dated in most regions."""
    table, shown = first_reports(corpus)
    if shown.empty:
        return Drawing("", table, shown)
    low, high = table["n_could"].min(), table["n_could"].max()
    n = f"{low}" if low == high else f"{low}–{high}"
    return Drawing("adoption_curve", table, shown, n, {"line": "name_{language}"})


def _distribution(corpus: Corpus, choice: Choice) -> Drawing:
    """Values of the indicators that most reports state, or of those chosen; one row a report and indicator."""
    table, drawn = stated_values(corpus, indicators=choice.indicators)
    if not drawn:
        return Drawing("", table, corpus.documents.head(0))
    return Drawing("distribution", table, corpus.documents, len(corpus.documents), {"row": "name_{language}"})


def _boilerplate(corpus: Corpus, choice: Choice) -> Drawing:
    """Each report's share of text that stands elsewhere too, against its share of text on problems."""
    table = shared_and_problems(corpus)
    drawn = "scatter" if len(table) >= LEAST else ""
    shown = corpus.documents[corpus.documents["doc_id"].isin(table["doc_id"])]
    options = {"x": "reused", "y": "problem_share", "name": "name"}
    return Drawing(drawn, table, shown, int(table["n_runs"].sum()), options)


def _terms(corpus: Corpus, choice: Choice) -> Drawing:
    """Chosen terms over the years; reports side by side where every region has one."""
    from toolkit.measures import frequency
    from toolkit.terms.phrases import count_phrases

    terms = choice.terms
    if not terms:
        return Drawing("", pd.DataFrame({"term": terms}), corpus.documents.head(0))
    n = int(corpus.documents["n_tokens"].sum())
    if not _one_each(corpus):
        table = frequency(count_phrases(corpus, terms, by=["year"]))
        return Drawing("trend", table, corpus.documents, n)
    table = frequency(count_phrases(corpus, terms))
    table.insert(1, "region", table["region_id"].map(latest_names(corpus)))
    return Drawing("side_by_side", table, corpus.documents, n, {"terms": terms})


def _dimensions(corpus: Corpus, choice: Choice) -> Drawing:
    """Hits of the lexicon by dimension: over the years, or report by report where every region has one."""
    n = int(corpus.documents["n_tokens"].sum())
    by = ["region_id", "year"] if _one_each(corpus) else ["year"]
    table = dimension_rates(corpus, by)
    for language in ("zh", "en"):
        table[f"name_{language}"] = [name_of("dimension", name, language) for name in table["dimension"]]
    if _one_each(corpus):
        options = {"row": "label", "column": "name_{language}"}
        return Drawing("heat_map", table, corpus.documents, n, options)
    return Drawing("trend", table, corpus.documents, n, {"line": "name_{language}"})


def _network(corpus: Corpus, choice: Choice) -> Drawing:
    """The strongest pairs of terms within sentences."""
    from toolkit.measures import cooccurrence

    table = cooccurrence(corpus).nlargest(30, "log_dice", keep="first").reset_index(drop=True)
    n = int((corpus.sentences["role"] != "meta").sum())
    return Drawing("cooccurrence" if len(table) else "", table, corpus.documents, n)


def _provinces(corpus: Corpus, choice: Choice) -> Drawing:
    """Reports by province, where the corpus spans several."""
    table = (
        corpus.documents.query("province != ''").value_counts("province").rename("n_reports").reset_index()
    )
    drawn = "tile_map" if len(table) > 1 else ""
    shown = corpus.documents[corpus.documents["province"] != ""]
    return Drawing(drawn, table, shown, len(shown))


FIGURES = {
    "coverage": _coverage,
    "roles": _roles,
    "adoption_curve": _adoption,
    "distribution": _distribution,
    "boilerplate": _boilerplate,
    "terms": _terms,
    "dimensions": _dimensions,
    "network": _network,
    "provinces": _provinces,
}
