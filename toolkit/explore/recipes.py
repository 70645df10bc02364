"""What a choice shows, written as the code that makes it: the code a person sees is the code that ran."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.reports.labels import label

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus
    from toolkit.stored import Store

VIEWS = ("terms", "coverage", "concordance", "frequency", "characteristic", "indicators", "attention")

MOST_LINES = 28  # small multiples on one page
MOST_HITS = 500  # lines of a concordance for each term: ten pages, and few enough to read at once
# Reports of a store at a time: every word of them is read, or every fact.
MOST_REPORTS = {"attention": 1_000, "indicators": 10_000}

_HEAD = """import pandas as pd

import toolkit as tk

corpus = tk.{call}
"""

_BODIES = {
    "coverage": """
{part}
table = tk.coverage(part)
axes = tk.plots.coverage(table, language={language!r})""",
    "terms": """
{part}
counts = tk.count_phrases(part, {terms!r}, by={by!r}, roles={roles!r})
table = tk.frequency({counts}).drop(columns="range")
{figure}""",
    "frequency": """
whole = tk.count_terms(corpus, by=[], roles={roles!r})
places = tk.place_terms(corpus)
{part}
counts = whole if part is corpus else tk.count_terms(part, by=[], roles={roles!r})
table = tk.frequency(tk.top_terms(counts, 60, leave_out=places)).drop(columns="range")
axes = tk.plots.frequency(table, language={language!r})""",
    "characteristic": """
whole = tk.count_terms(corpus, by=[], roles={roles!r})
places = tk.place_terms(corpus)
{part}
chosen = tk.count_terms(part, by=[], roles={roles!r}).set_index("term")
whole = whole.set_index("term")
rest = whole.sub(chosen.reindex(whole.index).fillna({{"count": 0, "n_documents": 0}}).ffill().bfill())
sides = {{"chosen": chosen, "rest": rest[rest["count"] > 0].astype("int64")}}
counts = pd.concat(sides, names=["side"]).reset_index()
keys = tk.keyness(counts, target={{"side": "chosen"}})
table = keys[~keys["term"].isin(places)].reset_index(drop=True)
axes = tk.plots.keyness(table, language={language!r})""",
    "concordance": """
{part}
order = ["year", "region", "label"]
lines = [tk.kwic(part, term, sort_by=order, roles={roles!r}, limit={limit}) for term in {terms!r}]
table = pd.concat(lines, ignore_index=True)""",
    "indicators": """
{facts}
facts = facts[facts["doc_id"].isin(part.documents["doc_id"]) & facts["role"].isin({roles!r} or facts["role"])]
columns = ["doc_id", "indicator_id", "phrase", "value", "unit", "approx", "statistic", "role"]
facts = facts[[*columns, "surface", "sentence_no", "start", "end"]]
table = part.documents[["doc_id", "label", "region", "year"]].merge(facts, on="doc_id")""",
    "attention": """
{loaded}
sheet = tk.attention(part, tk.read_lexicon())
table = sheet[sheet["dictionary"] == {dimension!r}]
table = part.documents[["doc_id", "region"]].merge(table, on="doc_id").drop(columns="dictionary")""",
}


@dataclass(frozen=True)
class Choice:
    """What a person chose to look at.

    Attributes
    ----------
    view
        One of `VIEWS`.
    source
        The folder of reports, or a store.
    region_ids
        Regions; all where empty.
    years
        First and last year; all where None.
    roles
        Roles of sentences; all but meta where empty.
    terms
        Phrases to follow, taken literally.
    dimension
        Dimension of the lexicon, for the attention sheet.
    language
        Language of figures, zh or en.
    """

    view: str = "terms"
    source: str = "../seeds"
    region_ids: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    roles: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    dimension: str = ""
    language: str = "zh"


def open_source(source: str, *, progress: bool | None = None) -> Corpus | Store:
    """Open a store, or read a folder of reports, as the first line of every recipe does."""
    import toolkit

    if _is_store(source):
        return toolkit.open_store(source)
    return toolkit.read_corpus(source, duplicates="keep-all", progress=progress)


def _is_store(source: str) -> bool:
    """Whether a path is a store."""
    return (Path(source) / "manifest.json").is_file()


def recipe(choice: Choice, corpus: Corpus | Store) -> str:
    """Write the code that makes the table (and the figure, where the view has one) of a choice.

    The corpus is needed to write the years of the choice as a list, and to refuse what cannot be shown.
    All values are written with ``repr``, so that no text a person types is ever code.

    Raises
    ------
    ValueError
        For a view that is none of `VIEWS`, a view that needs a term where there is none, and a choice
        that holds no report, all of them where a rest is needed, or too many.
    """
    path = repr(choice.source)
    call = (
        f"open_store({path})" if _is_store(choice.source) else f'read_corpus({path}, duplicates="keep-all")'
    )
    return f"{_HEAD.format(call=call)}{body(choice, corpus)}\n"


def body(choice: Choice, corpus: Corpus | Store) -> str:
    """The code of a choice, from the open corpus on: equal code shows equal things."""
    if choice.view not in VIEWS:
        raise ValueError(f"Expected one of the views {list(VIEWS)}; found {choice.view!r}.")
    filters = _filters(choice, corpus)
    documents = chosen_documents(choice, corpus)
    stored = hasattr(corpus, "parts")
    _refuse(choice, len(documents), len(corpus.documents), stored)
    named = ", ".join(f"{name}={values!r}" for name, values in filters.items())
    narrowed = f"part = corpus.{'narrow' if stored else 'where'}({named})" if named else "part = corpus"
    many = documents["region_id"].nunique() > MOST_LINES
    return _BODIES[choice.view].format(
        part=narrowed,
        loaded=f"part = corpus.where({named})" if stored else narrowed,
        facts=f"{narrowed}\nfacts = tk.facts(part)" if stored else f"facts = tk.facts(corpus)\n{narrowed}",
        terms=list(choice.terms),
        roles=list(choice.roles) or None,
        limit=MOST_HITS,
        dimension=choice.dimension,
        language=choice.language,
        by=["year"] if many else ["region_id", "year"],
        counts="tk.complete_years(counts)" if _has_series(documents) or many else "counts",
        figure=_figure(choice, documents),
    )


def run_recipe(
    choice: Choice,
    corpus: Corpus | Store,
    memory: dict[str, dict] | None = None,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> dict[str, object]:
    """Run the code of a choice on a corpus that is read already; return its ``table`` and ``axes`` (or None).

    The third value, ``steps``, are the keys under which `memory` holds what this run used.

    Parameters
    ----------
    choice, corpus
        What to show, and of what.
    memory
        What each statement left behind when it was last run after the same statements: it is filled and
        used again, so that only the code after the first change runs. Keep one for each corpus.
    settings
        Of matplotlib, for the figure: its size on the screen.

    Raises
    ------
    ValueError
        For what `recipe` refuses.
    """
    from matplotlib import rc_context

    import toolkit

    code = body(choice, corpus)
    names: dict[str, object] = {"pd": pd, "tk": toolkit, "corpus": corpus}
    done, left = "", {}
    for statement in ast.parse(code).body:
        done += f"{ast.unparse(statement)}\n"
        if memory is None or done not in memory:
            with rc_context(settings):
                exec(compile(ast.Module([statement], []), "<what you see>", "exec"), names)
        else:
            names = dict(memory[done])
        left[done] = dict(names)
    if memory is not None:
        memory.update(left)
    return {"table": names["table"], "axes": names.get("axes"), "steps": tuple(left)}


def _refuse(choice: Choice, n_chosen: int, n_reports: int, stored: bool) -> None:
    """Say why a choice cannot be shown, in its language."""
    most = MOST_REPORTS.get(choice.view, n_chosen)
    reasons = {
        "no_term": choice.view in ("terms", "concordance") and not choice.terms,
        "no_report": not n_chosen,
        "no_rest": choice.view == "characteristic" and n_chosen == n_reports,
        "too_many": stored and n_chosen > most,
    }
    for reason, holds in reasons.items():
        if holds:
            n = f"{n_chosen:,}"
            raise ValueError(label(f"explore.{reason}", choice.language, n=n, most=f"{most:,}"))


def _filters(choice: Choice, corpus: Corpus | Store) -> dict[str, list]:
    """The columns of documents that a choice filters by."""
    filters: dict[str, list] = {}
    if choice.region_ids:
        filters["region_id"] = list(choice.region_ids)
    known = sorted({int(year) for year in corpus.documents["year"].dropna()})
    if choice.years and known and tuple(choice.years) != (known[0], known[-1]):
        filters["year"] = [year for year in known if choice.years[0] <= year <= choice.years[1]]
    return filters


def chosen_documents(choice: Choice, corpus: Corpus | Store) -> pd.DataFrame:
    """The documents of a choice; the larger tables are left alone."""
    documents = corpus.documents
    for name, values in _filters(choice, corpus).items():
        documents = documents[documents[name].isin(values)]
    return documents


def _figure(choice: Choice, documents: pd.DataFrame) -> str:
    """The figure of followed terms: lines where there are years to join, reports side by side elsewhere.

    Regions get their names in the table where each has rows of its own.
    """
    regions, language = documents["region_id"].nunique(), f"language={choice.language!r}"
    if regions > MOST_LINES:
        return f"axes = tk.plots.trend(table, {language})"
    names = 'names = part.documents.groupby("region_id", as_index=False)["region"].last()\n'
    names += 'table = names.merge(table, on="region_id")\n'
    if not _has_series(documents):
        return f"{names}axes = tk.plots.side_by_side(table, {language})"
    if regions == 1:
        return f"{names}axes = tk.plots.trend(table, {language})"
    first = choice.terms[0]
    return f'{names}axes = tk.plots.trend(table[table["term"] == {first!r}], line="region", title={first!r}, {language})'


def _has_series(documents: pd.DataFrame) -> bool:
    """Whether a region has reports of several years, so that there is something to join by a line."""
    return bool(len(documents) and documents.groupby("region_id")["year"].nunique().max() > 1)
