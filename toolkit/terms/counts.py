"""Counts of terms by group, with the denominators they must be divided by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from ahocorasick_rs import AhoCorasick

from toolkit import schemas
from toolkit.terms.folding import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

DATA = Path(__file__).resolve().parents[1] / "data"
KINDS = ("word", "term", "latin")
LEVEL = re.compile("(?:特别行政区|自治[区州县旗]|开发区|新区|地区|林区|街道|[省市州盟区县旗乡镇])$")
COUNTED = ["term", "count", "n_documents", "n_tokens", "n_reports"]  # what follows the keys of a counts table
LONGEST_NAME = 20  # characters of a name that a text may hold as one word; the longest of a county has 15
NAMES = {"region": "region_code or region_id", "reporting_body": "doc_id", "title": "doc_id"}


class Matrix(NamedTuple):
    """A document-term matrix: counts (scipy CSR), the documents of its rows, the terms of its columns."""

    counts: csr_matrix
    documents: pd.DataFrame
    terms: pd.Index


@cache
def read_stopwords(path: str | Path = DATA / "stopwords.txt") -> frozenset[str]:
    """Function words, one a line; lines that start with # are comments."""
    lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def count_terms(
    corpus: object,
    by: Sequence[str] = ("region_code", "year"),
    *,
    kinds: Sequence[str] = KINDS,
    roles: Sequence[str] | None = None,
    stopwords: Iterable[str] | None = None,
    terms: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Count every term in every group of reports.

    Parameters
    ----------
    corpus
        Anything with the tables `documents`, `sentences` and `tokens`; or a store.
    by
        Columns of documents that make the groups, and `role` to split by the role of the sentence.
        Group by code or id: names of places repeat.
    kinds
        Kinds of tokens that get rows. Numbers, punctuation and spaces get none unless asked for.
    roles
        Count only in sentences of these roles, numerator and denominator alike.
    stopwords
        Terms without a row; None takes the shipped list of function words, () drops nothing.
    terms
        Only these terms get rows; denominators stay. In a large store this is what makes counts fast.

    Returns
    -------
    DataFrame
        The columns of `by`, then term (str), count (occurrences), n_documents (reports of the group
        with the term), n_tokens (all words, terms, numbers and Latin of the group outside role meta,
        counted before any row is dropped), n_reports (reports of the group). Sorted by group, falling
        count, term. Spellings of one term of the lexicon that differ by quotation marks or width are one row.

    Raises
    ------
    ValueError
        Where `by` names a place by name, or a column that is not there.

    Notes
    -----
    Terms a group does not have get no row; `complete_years` makes the zeros.
    Reports whose region or year is unknown share a row (``region_id`` empty, ``year`` missing), though they need not
    belong together: name them in metadata.csv, or leave the row out.
    """
    by = _groups(corpus, by)
    roles = counted_roles(roles)
    terms = None if terms is None else schemas.listed(terms)
    dropped = read_stopwords() if stopwords is None else set(stopwords)
    corpus = corpus.few("sentences", "tokens") if hasattr(corpus, "few") else corpus
    if hasattr(corpus, "count_occurrences"):
        sizes = _sizes(corpus, corpus.count_sizes(by, roles), by)
        counts = corpus.count_occurrences(
            by, kinds=schemas.listed(kinds), roles=roles, stopwords=dropped, terms=terms
        )
    else:
        tokens = _tokens(corpus, by, roles)
        sizes = _sizes(corpus, tokens, by)
        kept = tokens[tokens["kind"].isin(schemas.listed(kinds)) & ~tokens["term"].isin(dropped)]
        kept = kept if terms is None else kept[kept["term"].isin(terms)]
        grouped = kept.groupby([*by, "term"], dropna=False, observed=True, sort=False)["doc_id"]
        counts = grouped.agg(count="size", n_documents="nunique").reset_index()
    counts = counts.merge(sizes, on=by, how="left") if by else counts.assign(**sizes.iloc[0])
    order = [*by, "count", "term"]
    rising = [name != "count" for name in order]
    return counts.sort_values(order, ascending=rising, kind="stable", ignore_index=True)


def count_groups(
    corpus: object, by: Sequence[str] = ("region_code", "year"), *, roles: Sequence[str] | None = None
) -> pd.DataFrame:
    """Size of every group: the columns of `by`, n_tokens and n_reports, as `count_terms` gives them."""
    by = _groups(corpus, by)
    roles = counted_roles(roles)
    stored = hasattr(corpus, "count_sizes")
    return _sizes(corpus, corpus.count_sizes(by, roles) if stored else _tokens(corpus, by, roles), by)


def _groups(corpus: object, by: Sequence[str]) -> list[str]:
    """The grouping columns, checked."""
    by = schemas.listed(by)
    for name in by:
        if name in NAMES:
            raise ValueError(
                f"by={by} groups by the name {name!r}, and names repeat (朝阳区 is several places). "
                f"Group by {NAMES[name]}; region_id joins a place over renamings, region_code does not."
            )
        if name != "role" and name not in corpus.documents.columns:
            raise ValueError(f"by={by}: documents has no column {name!r}; it has {list(corpus.documents)}.")
    return by


def counted_roles(roles: Sequence[str] | None) -> list[str]:
    """The roles counted: all but meta where none are named."""
    roles = None if roles is None else schemas.listed(roles)
    unknown = set(roles or ()) - set(schemas.ROLES)
    if unknown:
        raise ValueError(f"roles names {sorted(unknown)}; the roles are {list(schemas.ROLES)}.")
    return [role for role in schemas.ROLES if role != "meta"] if roles is None else roles


def counted_tokens(corpus: object, roles: Sequence[str] | None = None) -> pd.DataFrame:
    """Tokens that enter denominators: words, terms, numbers and Latin in some roles, all but meta where None.

    Spellings of one term of the lexicon are one.
    """
    tokens, sentences = corpus.tokens, corpus.sentences[["doc_id", "sentence_no", "role"]]
    schemas.need(tokens, ["doc_id", "sentence_no", "term", "kind"], "The corpus's tokens")
    kept = tokens[tokens["kind"].isin(schemas.COUNTED_KINDS)].merge(sentences, on=["doc_id", "sentence_no"])
    kept = kept[kept["role"].isin(counted_roles(roles))]
    terms = kept["kind"] == "term"
    spelled = {term: fold(term) for term in kept.loc[terms, "term"].unique()}
    return kept.assign(term=kept["term"].mask(terms, kept["term"].map(spelled)))


def _tokens(corpus: object, by: list[str], roles: list[str]) -> pd.DataFrame:
    """Counted tokens of some roles with the grouping columns."""
    columns = ["doc_id", *(name for name in by if name not in ("role", "doc_id"))]
    return counted_tokens(corpus, roles).merge(corpus.documents[columns], on="doc_id").assign(n_tokens=1)


def _sizes(corpus: object, tokens: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Tokens and reports of every group, groups without a counted token included."""
    documents = [name for name in by if name != "role"]
    if not by:
        return pd.DataFrame({"n_tokens": [tokens["n_tokens"].sum()], "n_reports": [len(corpus.documents)]})
    counted = tokens.groupby(by, dropna=False, observed=True)["n_tokens"].sum().reset_index()
    if documents:
        reports = corpus.documents.groupby(documents, dropna=False)["doc_id"].nunique()
        reports = reports.rename("n_reports").reset_index()
        sizes = reports.merge(counted, on=documents, how="inner" if "role" in by else "left")
    else:
        sizes = counted.assign(n_reports=len(corpus.documents))
    sizes["n_tokens"] = sizes["n_tokens"].fillna(0).astype("int64")
    return sizes[[*by, "n_tokens", "n_reports"]].sort_values(by, ignore_index=True)


def top_terms(counts: pd.DataFrame, n: int = 20, *, leave_out: Iterable[str] = ()) -> pd.DataFrame:
    """The n most frequent terms of every group, with their rank.

    Parameters
    ----------
    counts
        From `count_terms`.
    n
        Rows a group; equal counts are taken in the order of the terms.
    leave_out
        Terms that do not compete, such as `place_terms(corpus)`. Denominators keep them.

    Returns
    -------
    DataFrame
        The columns of counts and rank (1 is the most frequent).
    """
    by = keys(counts)
    kept = counts[~counts["term"].isin(set(leave_out))]
    kept = kept.sort_values([*by, "count", "term"], ascending=[True] * len(by) + [False, True])
    rank = kept.groupby(by, dropna=False).cumcount() + 1 if by else np.arange(1, len(kept) + 1)
    kept = kept.assign(rank=rank)
    return kept[kept["rank"] <= n].reset_index(drop=True)


def keys(counts: pd.DataFrame) -> list[str]:
    """The columns that name a group: those before ``term``."""
    schemas.need(counts, COUNTED, "A counts table (see count_terms)")
    return list(counts.columns[: counts.columns.get_loc("term")])


def complete_years(
    counts: pd.DataFrame,
    *,
    terms: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row for every group, year and term: NaN where there is no report, 0 where it lacks the term.

    Parameters
    ----------
    counts
        From `count_terms` with `year` in `by`.
    terms
        Terms to complete; all of counts where None.
    years
        Years to complete; from the first to the last of counts where None.
    groups
        From `count_groups`. Needed where counts was filtered: otherwise its groups are those that counts
        still has.

    Returns
    -------
    DataFrame
        The columns of counts. No report: count, n_documents and n_tokens NaN, n_reports 0. A report
        without the term: count and n_documents 0.
    """
    by = keys(counts)
    if "year" not in by:
        raise ValueError(f"complete_years needs counts by 'year'; these are by {by}.")
    sizes = [*by, "n_tokens", "n_reports"]
    groups = (counts if groups is None else groups)[sizes].drop_duplicates(by)
    groups = groups[groups["year"].notna()]
    series = [name for name in by if name != "year"]
    if years is None:
        years = range(int(groups["year"].min()), int(groups["year"].max()) + 1) if len(groups) else []
    frame = groups[series].drop_duplicates() if series else pd.DataFrame(index=[0])
    asked = pd.Series(list(years), name="year", dtype=groups["year"].dtype)
    terms = sorted(counts["term"].unique()) if terms is None else schemas.listed(terms)
    wanted = pd.Series(terms, name="term", dtype="str")
    frame = frame.merge(asked, how="cross").merge(wanted, how="cross").merge(groups, on=by, how="left")
    frame = frame.merge(counts[[*by, "term", "count", "n_documents"]], on=[*by, "term"], how="left")
    reported = frame["n_reports"].fillna(0) > 0
    for column in ("count", "n_documents"):
        frame[column] = frame[column].astype("float64").where(~reported, frame[column].fillna(0))
    frame["n_tokens"] = frame["n_tokens"].astype("float64")
    frame["n_reports"] = frame["n_reports"].fillna(0).astype("int64")
    return frame[list(counts.columns)].sort_values([*series, "term", "year"], ignore_index=True)


def document_term_matrix(
    corpus: object,
    *,
    kinds: Sequence[str] = KINDS,
    roles: Sequence[str] | None = None,
    stopwords: Iterable[str] | None = None,
) -> Matrix:
    """Counts of every term in every report as a sparse matrix.

    Returns
    -------
    Matrix
        counts (CSR, int64), documents (one row a matrix row, in the order of `corpus.documents`: doc_id,
        label, region_id, year, n_tokens), terms (Index, sorted).
    """
    from scipy.sparse import csr_matrix

    counts = count_terms(corpus, ["doc_id"], kinds=kinds, roles=roles, stopwords=stopwords)
    sizes = count_groups(corpus, ["doc_id"], roles=roles).set_index("doc_id")["n_tokens"]
    documents = corpus.documents[["doc_id", "label", "region_id", "year"]].reset_index(drop=True)
    documents = documents.assign(n_tokens=documents["doc_id"].map(sizes).fillna(0).astype("int64"))
    terms = pd.Index(sorted(counts["term"].unique()), dtype="str", name="term")
    rows = pd.Index(documents["doc_id"]).get_indexer(counts["doc_id"])
    cells = (counts["count"].to_numpy("int64"), (rows, terms.get_indexer(counts["term"])))
    return Matrix(csr_matrix(cells, shape=(len(documents), len(terms))), documents, terms)


def place_terms(corpus: object) -> list[str]:
    """Names of the corpus's places and level words, which say who reports and not what about.

    Unfiltered they lead every ranking of terms characteristic of one report. Leave them out of rankings
    (`top_terms(counts, leave_out=...)`); denominators keep them.

    Returns
    -------
    list of str
        Sorted: every region, prefecture and province of the corpus; these names without their level (陇西)
        and the pieces a segmenter makes of them; tokens that hold such a name (陇西县委); and level words
        such as 全县 and 区政府.

    Notes
    -----
    Many names are words too: 合作 is a city, 和平 a district. A name without its level, or a piece of a name, is
    taken for a place where its rate in the place's own reports is at least three times that elsewhere.
    """
    owners = _owners(corpus.documents)
    claims = [
        (name[i:j], region_id)
        for name, regions in owners.items()
        for i in range(len(name))
        for j in range(i + 2, min(len(name), i + LONGEST_NAME) + 1)
        for region_id in regions
    ]
    claimed = pd.DataFrame(claims, columns=["term", "region_id"], dtype="str").drop_duplicates()
    found = count_terms(corpus, ["region_id"], stopwords=(), terms=claimed["term"].unique())
    levelled = {name for name in owners if LEVEL.search(name)}
    sizes = count_groups(corpus, ["region_id"]).set_index("region_id")["n_tokens"]
    common = _not_theirs(found, claimed, sizes) - levelled
    names = {name for name in owners if len(name) > 1} - common
    holding = AhoCorasick(sorted(names))
    stored = hasattr(corpus, "vocabulary")
    vocabulary = corpus.vocabulary() if stored else corpus.tokens["term"].unique()
    tokens = [term for term in vocabulary if holding.find_matches_as_indexes(term)]
    pieces = set(found["term"]) - common
    words = pd.read_csv(DATA / "level_words.csv", dtype="str")["word"]
    return sorted({*names, *tokens, *pieces, *words})


def _owners(documents: pd.DataFrame) -> dict[str, set[str]]:
    """Ids of the regions that bear a name, or whose prefecture or province does, with its level and without."""
    owners: dict[str, set[str]] = {}
    for column in ("region", "prefecture", "province"):
        if column not in documents:
            continue
        for region_id, names in documents[["region_id", column]].drop_duplicates().itertuples(index=False):
            for name in filter(None, re.split("[·、/ ]", names)):
                for form in (name, LEVEL.sub("", name)):
                    owners.setdefault(form, set()).add(region_id)
    return owners


def _not_theirs(found: pd.DataFrame, claimed: pd.DataFrame, sizes: pd.Series) -> set[str]:
    """Terms that stand in the reports of their place at less than three times the rate of all others."""
    here = found.merge(claimed).groupby("term")["count"].sum()
    size = claimed["region_id"].map(sizes).groupby(claimed["term"]).sum()
    table = found.groupby("term")["count"].sum().to_frame("all").assign(here=here, size=size).fillna(0)
    rate = table["here"] * (sizes.sum() - table["size"])
    return set(table.index[rate < 3 * (table["all"] - table["here"]) * table["size"]])
