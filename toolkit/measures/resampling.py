"""How sure a rate or share is: intervals from resampled documents, and for proportions in closed form."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.measures.cells import divide
from toolkit.measures.grids import BY, make_grid
from toolkit.schemas import listed, need
from toolkit.terms.counts import counted_tokens, keys

ONE_UNIT = "one report: no variance between documents to resample"


def wilson(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval of a share; NaN where n is 0. Never outside 0 to 1, and not empty at 0 or n.

    Wilson 1927, doi:10.1080/01621459.1927.10502953; Newcombe 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857.
    """
    from scipy.special import ndtri

    k, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    z = ndtri(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (k + z**2 / 2) / (n + z**2)
        margin = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
        ends = np.maximum(middle - margin, 0), np.minimum(middle + margin, 1)
    return np.where(n > 0, ends[0], np.nan), np.where(n > 0, ends[1], np.nan)


def bootstrap(
    values: ArrayLike,
    statistic: Callable[[np.ndarray], float] = np.mean,
    *,
    indices: ArrayLike | None = None,
    n_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a statistic of values, one for each document.

    Never of tokens, which are not independent.

    ``indices`` gives the resamples explicitly (one row each), otherwise ``seed`` draws them. NaN for one
    value. Efron & Tibshirani 1993.
    """
    values = np.asarray(values)
    if len(values) < 2:
        return np.nan, np.nan
    if indices is None:
        indices = np.random.default_rng(seed).integers(0, len(values), (n_resamples, len(values)))
    estimates = [statistic(values[row]) for row in np.asarray(indices)]
    low, high = np.quantile(estimates, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def bootstrap_rates(
    counts: pd.DataFrame,
    *,
    terms: Sequence[str],
    unit: str = "doc_id",
    n_resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Interval of each term's rate in a group, from resampling the group's documents whole.

    Read it as what other documents of the same kind would have given. With one report a region and year there
    is no variance between documents: the interval is missing and `reason` says so; `bootstrap_sentences`
    answers another question. Below ten documents it is too narrow.

    Parameters
    ----------
    counts
        From `count_terms` with `unit` among the keys; the other keys make the groups.
    terms
        Terms to look at.
    unit
        Key column of what is drawn.
    n_resamples, confidence, seed
        Number of draws, level of the interval, seed of the generator.

    Returns
    -------
    DataFrame
        One row a group and term: key columns, ``term``, ``count``, ``n_tokens``, ``n_units``, ``per_10k``,
        ``low``, ``high`` (per 10,000 tokens), ``unit``, ``reason``.
    """
    need(counts, [unit], "Resampling")
    grid, names = make_grid(counts, terms=terms), [name for name in keys(counts) if name != unit]
    ends, rng, tables = [(1 - confidence) / 2, (1 + confidence) / 2], np.random.default_rng(seed), []
    apart = names and len(grid.groups)
    groups = grid.groups.groupby(names, observed=True, dropna=False).indices if apart else {}
    for rows in groups.values() or [np.arange(len(grid.groups))]:
        block, sizes, n = grid.counts[rows].toarray(), grid.sizes[rows], len(rows)
        draws = rng.multinomial(n, np.full(n, 1 / n), n_resamples) if n > 1 else np.full((1, n), np.nan)
        low, high = np.quantile(divide(draws @ block, (draws @ sizes)[:, None]) * 1e4, ends, axis=0)
        table = grid.groups.iloc[rows[:1]][names].merge(pd.DataFrame({"term": grid.terms}), how="cross")
        table = table.assign(count=block.sum(axis=0), n_tokens=int(sizes.sum()), n_units=n)
        rate = divide(table["count"], sizes.sum()) * 1e4
        table = table.assign(per_10k=rate, low=low, high=high, unit=unit)
        tables.append(table.assign(reason="" if n > 1 else ONE_UNIT))
    return pd.concat(tables, ignore_index=True)


def bootstrap_sentences(
    corpus: object, *, terms: Sequence[str], by: Sequence[str] = BY, **options: object
) -> pd.DataFrame:
    """Interval of each term's rate from resampling sentences within a group.

    How much hangs on a few sentences.

    It describes the text at hand, not other reports that might have been written: sentences of one report are
    not independent, and it is narrower than an interval over documents.

    Parameters
    ----------
    corpus
        A corpus with documents, sentences and tokens.
    terms, by, options
        Terms; columns of documents that make the groups; n_resamples, confidence, seed.

    Returns
    -------
    DataFrame
        As `bootstrap_rates`, with ``unit`` sentence.
    """
    by, unit = listed(by), "sentence"
    tokens = counted_tokens(corpus).merge(corpus.documents[list(dict.fromkeys(["doc_id", *by]))], on="doc_id")
    tokens[unit] = tokens["doc_id"] + "-" + tokens["sentence_no"].astype(str)
    counts = tokens.groupby([*by, unit, "term"], observed=True).size().rename("count").reset_index()
    counts["n_tokens"] = counts.groupby([*by, unit], observed=True)["count"].transform("sum")
    return bootstrap_rates(counts.assign(n_documents=1, n_reports=1), terms=terms, unit=unit, **options)
