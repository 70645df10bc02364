"""Which terms make two sets of reports differ, and which come and go."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from toolkit.measures.cells import divide
from toolkit.measures.grids import cells_of, two_sides
from toolkit.measures.trends import first_and_last, make_series


def word_shift(
    counts: pd.DataFrame, *, target: Mapping[str, object], reference: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Which terms explain the difference between two years or groups; the contributions sum to it exactly.

    The difference is the Jensen-Shannon divergence, in bits, over the terms of the table, rescaled to sum to 1.
    Read the longest contributions and `more_in`. A term contributes because it is frequent and differs; the
    list says nothing of certainty (see `keyness`), and single reports bring their local names to its top.

    Parameters
    ----------
    counts, target, reference
        As in `keyness`.

    Returns
    -------
    DataFrame
        One row a term, largest absolute contribution first: ``term``, ``count_target``, ``count_reference``,
        ``n_tokens_target``, ``n_tokens_reference``, ``n_documents``, ``share_target``, ``share_reference``,
        ``contribution``, ``difference`` (their sum, the same in every row), ``contribution_share`` (of it),
        ``more_in`` (target, reference or neither). Where a side is empty there is no difference: NaN.

    References
    ----------
    Gallagher et al. 2021, doi:10.1140/epjds/s13688-021-00260-3.
    """
    from scipy.special import xlogy

    table = two_sides(counts, target, reference)
    a, b, *_ = cells_of(table)
    p, q = divide(a, a.sum()), divide(b, b.sum())
    m = (p + q) / 2
    parts = ((xlogy(p, p) + xlogy(q, q)) / 2 - xlogy(m, m)) / np.log(2)
    difference = parts.sum() if len(parts) else np.nan
    table = table.assign(share_target=p, share_reference=q, contribution=parts, difference=difference)
    table["contribution_share"] = divide(parts, difference)
    table["more_in"] = np.select([p > q, p < q], ["target", "reference"], "neither")
    return table.iloc[np.lexsort((table["term"], -np.abs(parts)))].reset_index(drop=True)


def new_and_vanished(
    counts: pd.DataFrame,
    corpus: object = None,
    *,
    terms: Sequence[str] | None = None,
    region: str | None = None,
    year: str = "year",
    min_count: int = 2,
    min_years: int = 2,
) -> pd.DataFrame:
    """Terms that appear or disappear within a region, with the years that show it and the first evidence.

    A term is new in its first year where at least `min_years` earlier reports lack it, and vanished after its
    last where at least `min_years` later reports lack it. Read `n_years_before` and `n_years_after`: absence
    from two reports is weak evidence. Missing years prove nothing. Renamings look like a death and a birth.

    Parameters
    ----------
    counts, terms, region, year
        As in `trend`.
    corpus
        With it the first sentence that holds the term is found: the columns of evidence.
    min_count
        Leave out terms with fewer occurrences in the region in all.
    min_years
        Reports without the term that are asked for before a new or after a vanished one.

    Returns
    -------
    DataFrame
        One row a region and term, new ones by first year, then vanished ones by last year: key columns,
        ``term``, ``status`` (new, vanished, or new and vanished), ``first_year``, ``last_year``, ``n_years``
        (with the term), ``n_years_before``, ``n_years_after`` (reports without it), ``count``; with `corpus`
        ``doc_id``, ``sentence_no``, ``evidence`` (empty where the sentence is not found).
    """
    series = make_series(counts, terms, region, year)
    there, present = series.tokens[:, None, :] > 0, series.counts > 0
    line, term = np.nonzero(series.counts.sum(axis=2) >= max(min_count, 1))
    there, present = np.broadcast_to(there, present.shape)[line, term], present[line, term]
    first, last = first_and_last(present, series.years)
    before = (there & (series.years < first[:, None])).sum(axis=1)
    after = (there & (series.years > last[:, None])).sum(axis=1)
    new, gone = before >= min_years, after >= min_years
    status = np.select([new & gone, new, gone], ["new and vanished", "new", "vanished"], "")
    table = series.keys.iloc[line].reset_index(drop=True).assign(term=series.terms[term], status=status)
    table = table.assign(first_year=first, last_year=last, n_years=present.sum(axis=1))
    table = table.assign(n_years_before=before, n_years_after=after)
    table["count"] = series.counts[line, term].sum(axis=1).astype(np.int64)
    when = np.where(new, first, last)
    order = np.lexsort((term, line, when, ~new))
    table = table.iloc[order[(new | gone)[order]]].reset_index(drop=True)
    return table if corpus is None else _with_evidence(table, corpus, list(series.keys.columns), year)


def _with_evidence(table: pd.DataFrame, corpus: object, names: list[str], year: str) -> pd.DataFrame:
    """Beside each row the first sentence of the first year that holds the term, page furniture left out."""
    keyed, found = [*names, "first_year"], []
    places = corpus.documents[["doc_id", *names, year]].rename(columns={year: "first_year"})
    texts = corpus.sentences.loc[corpus.sentences["role"] != "meta", ["doc_id", "sentence_no", "text"]]
    for key, rows in table.groupby(keyed, sort=False):
        held = places.merge(pd.DataFrame([key], columns=keyed), on=keyed).merge(texts, on="doc_id")
        lines = list(held[["doc_id", "sentence_no", "text"]].itertuples(index=False, name=None))
        for index, term in rows["term"].items():
            found += [(index, *line) for line in lines if term in line[2]][:1]
    evidence = pd.DataFrame(found, columns=["at", "doc_id", "sentence_no", "evidence"]).set_index("at")
    evidence["evidence"] = evidence["evidence"].str.strip()
    table = table.join(evidence.astype({"sentence_no": "Int64"}))
    return table.fillna({"doc_id": "", "evidence": ""})
