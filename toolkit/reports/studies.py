"""The figures of a written study: the five that a paper on such a corpus carries, and chosen terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from toolkit.pipeline import Corpus
from toolkit.reports.labels import label, name_of
from toolkit.reports.rates import latest_names, role_shares

SIZES = {"single": "paper-1col", "double": "paper-2col", "screen": "screen"}
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}
LEAST = 5  # reports, or regions, for a spread or a relation to be shown
MOST = 6  # mechanisms or indicators in one figure
_KEY = ["region_id", "year"]


class Drawing(NamedTuple):
    """A plot by its name, its table and its options; no name where the table cannot show it."""

    plot: str
    table: pd.DataFrame
    options: Mapping[str, Any] = MappingProxyType({})


def draw_study(
    corpus: Corpus,
    out: str | Path,
    *,
    figures: Sequence[str] = (),
    terms: Sequence[str] = (),
    language: str = "zh",
    size: str = "single",
    formats: Sequence[str] = ("png",),
    dpi: int = 300,
    close: bool = True,
) -> pd.DataFrame:
    """Draw the figures of a study, each with its caption and its data; say what cannot be drawn, and why.

    Kinds of reports are not mixed unasked: those of the commonest genre and body are drawn, and the caption
    counts the others (``corpus.where(...)`` chooses them). At the width of a column a figure bears no title:
    its caption is set below it. Every caption ends with what the figure does not show.

    Parameters
    ----------
    corpus
        The reports.
    out
        Folder for ``<figure>-<language>.png`` (and other formats), ``.csv`` (data) and ``.txt`` (caption).
    figures
        Of coverage (with timeliness), roles, adoption_curve, distribution, boilerplate and terms; left out,
        the first five, and terms where `terms` are given.
    terms
        Terms to follow, found as text.
    language
        "zh", "en" or "both".
    size
        "single" (8.5 cm), "double" (17 cm) or "screen".
    formats, dpi
        As in `toolkit.plots.save_figure`.
    close
        False leaves the figures open, for a notebook to show.

    Returns
    -------
    DataFrame
        One row a figure and language: ``figure``, ``language``, ``drawn`` (bool), ``caption`` (or why it is
        not drawn), ``files`` (their names, separated by spaces).

    Raises
    ------
    ValueError
        For an unknown figure, language, size or format, or a corpus without reports.
    """
    chosen = list(figures) or [name for name in FIGURES if name != "terms" or terms]
    for value, known in ((language, LANGUAGES), (size, SIZES), *((name, FIGURES) for name in chosen)):
        if value not in known:
            raise ValueError(f"The figures of a study know {list(known)}; {value!r} is none of them.")
    kinds = corpus.documents[["genre", "body_kind"]].value_counts()
    if kinds.empty:
        raise ValueError("The corpus has no report, so no figure can be drawn; `toolkit check` says why.")
    kind = dict(zip(kinds.index.names, kinds.index[0], strict=True))
    reports, rows = corpus.where(**kind), []
    saving = {"formats": formats, "dpi": dpi, "close": close}
    for name in chosen:
        for each in LANGUAGES[language]:
            drawing = FIGURES[name](reports, each, list(terms))
            about = _scope(reports, each, others=int(kinds[1:].sum()), **kind)
            stem = Path(out) / f"{name}-{each}"
            caption, files = _save(name, drawing, each, about, stem, size, saving)
            rows.append((name, each, bool(drawing.plot), caption, " ".join(files)))
    return pd.DataFrame(rows, columns=["figure", "language", "drawn", "caption", "files"])


def _save(
    name: str, drawing: Drawing, language: str, about: str, stem: Path, size: str, saving: dict[str, Any]
) -> tuple[str, list[str]]:
    """Caption and files of one figure; of one that cannot be drawn, the reason and the data."""
    from matplotlib import rc_context

    from toolkit import plots
    from toolkit.plots.style import style

    title = label(f"study.{name}", language)
    axes, rest = None, label(f"study.{name}.none", language, n=LEAST) if not drawing.plot else ""
    if drawing.plot:
        with rc_context(style(SIZES[size], language=language)):
            texts = {"title": title} if size == "screen" else {"title": "", "subtitle": "", "footer": ""}
            if "central_on" in drawing.table and drawing.table["central_on"].any():
                texts.pop("footer", None)  # it names the central documents whose dates are drawn
            draw = getattr(plots, drawing.plot)
            axes = draw(drawing.table, language=language, **{**texts, **drawing.options})
        rest = label(f"study.{name}.note", language) + label(f"{drawing.plot}.limit", language)
    caption = f"{title}{about}{rest}"
    paths = plots.save_figure(axes, stem, data=drawing.table, caption=caption, **saving)
    return caption, [path.name for path in paths]


def _scope(corpus: Corpus, language: str, *, others: int, genre: str, body_kind: str) -> str:
    """What was drawn: kind, regions, years, denominator, number of reports; and what was left out."""
    from toolkit.plots.tables import describe

    words = describe(corpus.documents[[*_KEY, "n_tokens"]].assign(n_reports=1), language)
    kind = {"genre": name_of("genre", genre, language), "body": name_of("body_kind", body_kind, language)}
    about = label("study.scope", language, **words, **kind)
    about += label("study.others", language, n=others) if others else ""
    return about + (label("study.one_each", language) if _one_each(corpus) else "")


def _one_each(corpus: Corpus) -> bool:
    """Whether every region has one report, so that region and year cannot be told apart."""
    return bool(corpus.documents["region_id"].is_unique)


def _coverage(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Region-years with a report; on time, late, or undated where a deadline applies."""
    from toolkit.corpus.coverages import coverage
    from toolkit.corpus.statutory import statutory_card

    card = statutory_card(corpus).merge(corpus.documents[["doc_id", *_KEY]], on="doc_id")
    dated = card[card["timeliness"] != "unknown"].drop_duplicates(_KEY).set_index(_KEY)["timeliness"]
    table = coverage(corpus).join(dated, on=_KEY)
    table["status"] = table.pop("timeliness").fillna(table["status"])
    return Drawing("coverage", table)


def _roles(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Shares of roles by year, each report counted once; by report where every region has one."""
    shares = role_shares(corpus)
    if _one_each(corpus) and len(corpus.documents) <= 30:
        return Drawing("roles", shares, {"row": "label"})
    wide = shares.pivot_table(index=_KEY, columns="role", values="share", fill_value=0).groupby("year")
    table = wide.mean().stack().rename("share").reset_index()
    table["n_reports"] = table["year"].map(wide.size())
    return Drawing("roles", table, {"row": "year"})


def _adoption(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Curves of the institutions whose first report can be dated in most regions."""
    from toolkit.measures import adoption, adoption_curve
    from toolkit.terms.lexicon import read_lexicon

    words = read_lexicon().table
    words = words[words["kind"].eq("institution") & words["scope"].eq("national")].set_index("id")
    sizes = corpus.documents.groupby("year")["region_id"].nunique()
    years = sizes.index[sizes.ge(LEAST).cummax()]  # with few regions a curve leaps
    first = adoption(corpus.where(year=list(years)), mechanisms=sorted(words.index))
    dated = first[first["status"] == "first reported"].value_counts("mechanism")
    at_risk = first[(first["status"] != "in the first report") & (first["n_reports"] > 1)].value_counts(
        "mechanism"
    )
    dated = dated[at_risk.reindex(dated.index, fill_value=0) >= LEAST]
    top = sorted(dated.index, key=lambda mechanism: (-dated[mechanism], mechanism))[:MOST]
    if not top:
        return Drawing("", first)
    table = adoption_curve(first[first["mechanism"].isin(top)])
    table.insert(1, "name", table["mechanism"].map(words["name" if language == "zh" else "english"]))
    return Drawing("adoption_curve", table, {"line": "name"})


def _distribution(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Values of the indicators that most reports state, one row a report and indicator."""
    from toolkit.indicators import facts, panel, read_indicators

    reports = corpus.documents[["region_id", "region", "year", "year_covered"]]
    reports = reports.assign(year=reports["year_covered"].fillna(reports["year"])).drop(
        columns="year_covered"
    )
    cells = (
        panel(corpus, facts(corpus)).merge(reports[_KEY].drop_duplicates(), on=_KEY).dropna(subset="value")
    )
    kind = ["indicator_id", "unit", "actor_scope", "capacity", "statistic"]
    cells = cells.drop_duplicates([*kind, *_KEY], keep=False)  # several periods of one year are no one value
    most = cells.value_counts(kind).reset_index().drop_duplicates("indicator_id").head(MOST)
    if most.empty or most["count"].max() < LEAST:
        return Drawing("", cells[[*kind, *_KEY, "region", "value"]])
    names = {row.indicator_id: getattr(row, language) for row in read_indicators()}
    table = most[kind].merge(reports, how="cross").merge(cells[[*kind, *_KEY, "value"]], how="left")
    table.insert(0, "name", table["indicator_id"].map(names) + " (" + table["unit"] + ")")
    return Drawing("distribution", table, {"row": "name"})


def _boilerplate(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Each report's share of text that stands elsewhere too, against its share of text on problems."""
    from toolkit.measures import boilerplate, shared_sentences

    shared = shared_sentences(corpus)
    comparable = (shared["n_regions"] > 1) | shared["own_last_year"].notna()
    table = boilerplate(shared).merge(
        corpus.documents[["doc_id", "region_id", "region", "year"]], on="doc_id"
    )
    table = table[table["doc_id"].isin(shared.loc[comparable, "doc_id"])].dropna(subset="novel")
    problems = role_shares(corpus).query("role == 'problem'").set_index(_KEY)["share"].rename("problem_share")
    table = table.join(problems, on=_KEY).fillna({"problem_share": 0}).assign(reused=1 - table["novel"])
    drawn = "scatter" if len(table) >= LEAST else ""
    return Drawing(drawn, table, {"x": "reused", "y": "problem_share"})


def _terms(corpus: Corpus, language: str, terms: list[str]) -> Drawing:
    """Chosen terms over the years; reports side by side where every region has one."""
    from toolkit.measures import frequency
    from toolkit.terms.phrases import count_phrases

    if not terms:
        return Drawing("", pd.DataFrame({"term": terms}))
    if not _one_each(corpus):
        return Drawing("trend", frequency(count_phrases(corpus, terms, by=["year"])))
    table = frequency(
        count_phrases(corpus.where(region_id=sorted(corpus.documents["region_id"])[:12]), terms)
    )
    table.insert(1, "region", table["region_id"].map(latest_names(corpus)))
    return Drawing("side_by_side", table, {"terms": terms})


FIGURES = {
    "coverage": _coverage,
    "roles": _roles,
    "adoption_curve": _adoption,
    "distribution": _distribution,
    "boilerplate": _boilerplate,
    "terms": _terms,
}
