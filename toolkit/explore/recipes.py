"""What a choice shows, written as the code that makes it: the code a person sees is the code that ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus

VIEWS = ("coverage", "terms", "frequency", "characteristic", "concordance", "indicators", "attention")

MOST_LINES = 28  # small multiples on one page

_HEAD = """import pandas as pd

import toolkit as tk

corpus = tk.{opener}({source!r})"""

_BODIES = {
    "coverage": """
table = tk.coverage(part)
axes = tk.plots.coverage(table, language={language!r})""",
    "terms": """
counts = tk.count_phrases(part, {terms!r}, roles={roles!r})
table = tk.frequency({counts})
names = part.documents.groupby("region_id", as_index=False)["region"].last()
table = names.merge(table, on="region_id").drop(columns="range")
{figure}""",
    "frequency": """
counts = tk.count_terms(part, by=["region_id", "year"], roles={roles!r})
pooled = counts.groupby("term", as_index=False)["count"].sum()
pooled["n_tokens"] = tk.count_groups(part, by=["region_id", "year"], roles={roles!r})["n_tokens"].sum()
pooled["per_10k"] = 10_000 * pooled["count"] / pooled["n_tokens"]
table = pooled[~pooled["term"].isin(tk.place_terms(part))]
table = table.sort_values(["count", "term"], ascending=[False, True], ignore_index=True).head(60)
axes = tk.plots.frequency(table, language={language!r})""",
    "characteristic": """
counts = tk.count_terms(corpus, by=["doc_id"], roles={roles!r})
keys = tk.keyness(counts, target={{"doc_id": list(part.documents["doc_id"])}})
table = keys[~keys["term"].isin(tk.place_terms(corpus))].reset_index(drop=True)
axes = tk.plots.keyness(table, language={language!r})""",
    "concordance": """
lines = [tk.kwic(part, term, roles={roles!r}) for term in {terms!r}]
table = pd.concat(lines, ignore_index=True)""",
    "indicators": """
facts = tk.facts(part)
facts = facts[facts["role"].isin({roles!r} or facts["role"])]
columns = ["doc_id", "indicator_id", "phrase", "value", "unit", "approx", "statistic", "role"]
columns += ["surface", "sentence_no", "start", "end"]
table = facts[columns].merge(part.documents[["doc_id", "label", "year"]], on="doc_id")""",
    "attention": """
sheet = tk.attention(part, tk.read_lexicon())
table = sheet[sheet["dictionary"] == {dimension!r}].reset_index(drop=True)""",
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


def recipe(choice: Choice, corpus: Corpus) -> str:
    """Write the code that makes the table (and the figure, where the view has one) of a choice.

    The corpus is needed only to write the years of the choice as a list. All values are written with
    ``repr``, so that no text a person types is ever code.

    Raises
    ------
    ValueError
        For a view that is none of `VIEWS`, or a view that needs a term where there is none.
    """
    if choice.view not in VIEWS:
        raise ValueError(f"Expected one of the views {list(VIEWS)}; found {choice.view!r}.")
    if choice.view in ("terms", "concordance") and not choice.terms:
        raise ValueError(
            "Expected a term to look for; none was given. Type one, or pick one from the lexicon."
        )
    return f"{_HEAD.format(opener=opener(choice.source), source=choice.source)}\n{_body(choice, corpus)}\n"


def opener(source: str) -> str:
    """The public function that opens a folder: ``open_store`` for a store, ``read_corpus`` for reports."""
    return "open_store" if (Path(source) / "manifest.json").is_file() else "read_corpus"


def run_recipe(choice: Choice, corpus: Corpus) -> Mapping[str, object]:
    """Run the code of a choice on a corpus that is read already; return its ``table`` and ``axes`` (or None).

    Raises
    ------
    ValueError
        Where no report fits the choice, and for what `recipe` refuses.
    """
    import toolkit

    recipe(choice, corpus)
    chosen = len(_chosen(choice, corpus))
    if not chosen:
        raise ValueError("No report of this corpus has these regions and years. Widen the choice.")
    if choice.view == "characteristic" and chosen == len(corpus.documents):
        raise ValueError("All reports are chosen, so none is left to compare with. Choose regions or years.")
    names: dict[str, object] = {"pd": pd, "tk": toolkit, "corpus": corpus}
    exec(compile(_body(choice, corpus), "<what you see>", "exec"), names)
    return {"table": names["table"], "axes": names.get("axes"), "part": names["part"]}


def _filters(choice: Choice, corpus: Corpus) -> dict[str, list]:
    """The columns of documents that a choice filters by."""
    filters: dict[str, list] = {}
    if choice.region_ids:
        filters["region_id"] = list(choice.region_ids)
    if choice.years:
        known = sorted({int(year) for year in corpus.documents["year"].dropna()})
        filters["year"] = [year for year in known if choice.years[0] <= year <= choice.years[1]]
    return filters


def _chosen(choice: Choice, corpus: Corpus) -> pd.DataFrame:
    """The documents of a choice; the larger tables are left alone until the recipe runs."""
    documents = corpus.documents
    for name, values in _filters(choice, corpus).items():
        documents = documents[documents[name].isin(values)]
    return documents


def _body(choice: Choice, corpus: Corpus) -> str:
    """The code of the view, from the filter on."""
    named = ", ".join(f"{name}={values!r}" for name, values in _filters(choice, corpus).items())
    part = _chosen(choice, corpus)
    lines = _BODIES[choice.view].format(
        terms=list(choice.terms),
        roles=list(choice.roles) or None,
        dimension=choice.dimension,
        language=choice.language,
        counts="tk.complete_years(counts)" if _has_series(part) else "counts",
        figure=_figure(choice, part),
    )
    return f"part = {f'corpus.where({named})' if named else 'corpus'}{lines}"


def _figure(choice: Choice, documents: pd.DataFrame) -> str:
    """The figure of followed terms: lines where there are years to join, reports side by side elsewhere."""
    regions, language = documents["region_id"].nunique(), f"language={choice.language!r}"
    if not _has_series(documents):
        return f"axes = tk.plots.side_by_side(table, {language})"
    if regions == 1:
        return f"axes = tk.plots.trend(table, {language})"
    if regions <= MOST_LINES:
        return (
            f'axes = tk.plots.trend(table[table["term"] == {choice.terms[0]!r}], line="region", {language})'
        )
    return "axes = None  # lines of so many regions cannot be told apart: choose fewer"


def _has_series(documents: pd.DataFrame) -> bool:
    """Whether a region has reports of several years, so that there is something to join by a line."""
    return bool(len(documents) and documents.groupby("region_id")["year"].nunique().max() > 1)
