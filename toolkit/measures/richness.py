"""How varied the vocabulary of a report is, by measures that length moves more or less."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from toolkit.terms.counts import counted_tokens

Tokens = Sequence[Hashable]


def type_measures(frequencies: ArrayLike) -> dict[str, float]:
    """The measures that need only how often each type occurs; see `diversity` for their names."""
    f = np.asarray(frequencies, dtype=float)
    f = f[f > 0]
    n, v = f.sum(), float(len(f))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_n, log_v = np.log(n), np.log(v)
        values = {
            "ttr": v / n,
            "rttr": v / np.sqrt(n),
            "cttr": v / np.sqrt(2 * n),
            "herdan_c": log_v / log_n,
            "summer": np.log(log_v) / np.log(log_n),
            "dugast": log_n**2 / (log_n - log_v),
            "maas": (log_n - log_v) / log_n**2,
            "yule_k": 1e4 * ((f**2).sum() - n) / n**2,
            "entropy": -(f / n * np.log2(f / n)).sum(),
            "repeat_rate": ((f / n) ** 2).sum(),
        }
    return {name: float(value) if np.isfinite(value) and n else np.nan for name, value in values.items()}


def mattr(tokens: Tokens, window: int = 100) -> float:
    """Mean type-token ratio of all windows of this many tokens; NaN for a shorter text.

    Covington & McFall 2010, doi:10.1080/09296171003643098.
    """
    if len(tokens) < window:
        return np.nan
    held = Counter(tokens[:window])
    total = len(held)
    for old, new in zip(tokens, tokens[window:], strict=False):
        held[new] += 1
        held[old] -= 1
        if not held[old]:
            del held[old]
        total += len(held)
    return total / (len(tokens) - window + 1) / window


def mtld(tokens: Tokens, threshold: float = 0.72) -> float:
    """Mean number of tokens for which the type-token ratio stays at the threshold, both ways.

    NaN without repeats.

    A factor closes when the ratio falls *below* the threshold. McCarthy & Jarvis 2010,
    doi:10.3758/BRM.42.2.381.
    """
    return (_factor_length(tokens, threshold) + _factor_length(tokens[::-1], threshold)) / 2


def _factor_length(tokens: Tokens, threshold: float) -> float:
    """Tokens per factor in one direction."""
    factors, seen, length = 0.0, set(), 0
    for token in tokens:
        length += 1
        seen.add(token)
        if len(seen) / length < threshold:
            factors, seen, length = factors + 1, set(), 0
    if length:
        factors += (1 - len(seen) / length) / (1 - threshold)
    return len(tokens) / factors if factors else np.nan


def hdd(tokens: Tokens, draws: int = 42) -> float:
    """Expected type-token ratio of this many tokens drawn without return; NaN for a shorter text.

    McCarthy & Jarvis 2007, doi:10.1177/0265532207080767; some packages do not divide by the draws.
    """
    from scipy.special import gammaln

    n, f = len(tokens), np.array(list(Counter(tokens).values()), dtype=float)
    if n < draws:
        return np.nan
    missed = n - f
    with np.errstate(invalid="ignore"):
        log_none = gammaln(missed + 1) - gammaln(missed - draws + 1) - gammaln(n + 1) + gammaln(n - draws + 1)
    return float((1 - np.where(missed >= draws, np.exp(log_none), 0)).sum() / draws)


def diversity(corpus: object, *, window: int = 500, draws: int = 42, threshold: float = 0.72) -> pd.DataFrame:
    """Lexical diversity of each report, over its counted tokens outside page furniture, in their order.

    Read `mattr` and `hdd`; compare the others only between reports of like length. ttr, rttr, cttr, herdan_c
    and summer fall or rise with length; yule_k and maas much less; mtld varies with the order of sections.
    All depend on the segmenter: longer user words make any text look more varied.

    Parameters
    ----------
    corpus
        A corpus with tokens and sentences.
    window, draws, threshold
        Of `mattr`, `hdd` and `mtld`.

    Returns
    -------
    DataFrame
        One row a report: ``doc_id``, ``n_tokens``, ``n_types``, ``ttr``, ``rttr``, ``cttr``, ``herdan_c``,
        ``summer``, ``dugast``, ``maas`` (natural logarithm), ``yule_k``, ``entropy`` (bits), ``repeat_rate``,
        ``mattr``, ``mtld`` (tokens), ``hdd``. NaN where the report is too short.

    References
    ----------
    McCarthy & Jarvis 2010, doi:10.3758/BRM.42.2.381; Tweedie & Baayen 1998, doi:10.1023/A:1001749303137.
    """
    rows = []
    for doc_id, words in counted_tokens(corpus).groupby("doc_id", sort=True)["term"]:
        tokens, types = words.tolist(), words.value_counts()
        lengthy = {"mattr": mattr(tokens, window), "mtld": mtld(tokens, threshold), "hdd": hdd(tokens, draws)}
        sizes = {"doc_id": doc_id, "n_tokens": len(tokens), "n_types": len(types)}
        rows.append(sizes | type_measures(types) | lengthy)
    names = ["doc_id", "n_tokens", "n_types", *type_measures([1]), "mattr", "mtld", "hdd"]
    return pd.DataFrame(rows, columns=names)
