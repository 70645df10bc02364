"""Phrases counted as text, however the segmenter divides them."""

from collections.abc import Sequence

import pandas as pd

from toolkit.schemas import listed
from toolkit.terms.concordance import STOPS, kwic, spellings
from toolkit.terms.counts import COUNTED, count_groups, counted_roles


def count_phrases(
    corpus: object,
    phrases: Sequence[str],
    by: Sequence[str] = ("region_id", "year"),
    *,
    roles: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Count how often each phrase stands in each group, as text.

    The same places as `kwic` shows, so every count can be looked at line by line. A phrase inside a longer
    word is counted (印度 inside 印度尼西亚): for terms of policy, where that matters, count the hits of the
    lexicon.

    Parameters
    ----------
    corpus
        Anything with the tables `documents`, `sentences` and `tokens`; or a store.
    phrases
        Taken literally, quotation marks and width of characters aside.
    by
        Columns of documents that make a group: codes or ids, never names.
    roles
        Only sentences of these roles, in count and denominator; all but meta where None.

    Returns
    -------
    DataFrame
        One row for each group and phrase, in the order of groups and of `phrases`: the columns of `by`,
        ``term``, ``count`` (0 where the group lacks it), ``n_documents`` (reports with it), ``n_tokens``
        (counted tokens of the group), ``n_reports``.
    """
    by = listed(by)
    groups = count_groups(corpus, by, roles=roles)
    documents = corpus.documents[["doc_id", *(name for name in by if name != "doc_id")]]
    corpus = corpus.few("sections", "sentences") if hasattr(corpus, "few") else corpus
    parts = []
    for phrase, lines in _count(corpus, list(dict.fromkeys(listed(phrases))), roles).items():
        found = documents.merge(lines, left_on="doc_id", right_index=True)
        grouped = found.groupby(by, dropna=False, as_index=False)
        counts = grouped.agg(count=("count", "sum"), n_documents=("doc_id", "nunique"))
        parts.append(groups.merge(counts, how="left", on=by).assign(term=phrase))
    empty = groups.iloc[:0].assign(term="", count=0, n_documents=0)
    table = pd.concat(parts) if parts else empty
    table[["count", "n_documents"]] = table[["count", "n_documents"]].fillna(0).astype("int64")
    return table.sort_values(by, kind="stable", ignore_index=True)[[*by, *COUNTED]]


def _count(corpus: object, phrases: list[str], roles: Sequence[str] | None) -> dict[str, pd.Series]:
    """How often each phrase stands in each report that has it; a store is searched once for all of them."""
    patterns = {phrase: spellings(phrase) for phrase in phrases if not STOPS.search(phrase)}
    if not hasattr(corpus, "parts") or not all(patterns.values()):
        patterns = {}
    found = corpus.count_matches(list(patterns.values()), counted_roles(roles)) if patterns else []
    counts = dict(zip(patterns, found, strict=True))
    for phrase in phrases:
        if phrase not in counts:
            lines = kwic(corpus, phrase, window=0, roles=roles)
            counts[phrase] = lines["doc_id"].value_counts().rename("count")
    return {phrase: counts[phrase] for phrase in phrases}
