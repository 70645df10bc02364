"""Reports that are the same: nearly the same text, or the same region, year, genre, body and subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd

from toolkit.schemas import DUPLICATES

POLICIES = ("error", "keep-longest", "keep-latest", "keep-all")
KEY = ["region_id", "year", "genre", "body_kind", "subject"]
SHINGLE = 13  # characters; shorter runs are shared phrases of the genre
# A polynomial hash modulo 2**64: the base is odd, so that its powers can be divided by.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_COMMON = 50  # a band that more documents have is boilerplate or one page saved many times: it proposes
# only neighbours in the list
_BANDS, _ROWS = 40, 3  # of a signature: pairs with half of their runs in common share a band in 995 of 1,000
_NOISE = 0.15  # three standard errors of the likeness that a signature tells
COMPARED = ["doc_id", "other_id", "similarity", "same_key"]


def near_duplicates(documents: pd.DataFrame, *, threshold: float = 0.5) -> pd.DataFrame:
    """Pairs of documents with much text in common, or with the same key.

    The similarity is the share of 13-character runs that two texts have in common (Jaccard), line ends and
    blanks left out: 1 for the same text, about 0.9 where a copy lost its signature, below 0.1 for reports of
    one county in two years that reuse sentences. Candidates are found by MinHash signatures in bands, so that
    thousands of reports are compared in one pass; the similarity of each candidate is then exact.

    It misleads for very short texts: under 13 characters nothing can be compared, and the similarity is 0
    unless the texts are equal. Of pairs just at 0.5 five in a thousand are missed, of pairs at 0.3 a third:
    a lower threshold finds some pairs, not all. Where more than 50 texts are alike, each is compared with
    its neighbours in the order of doc_ids only.

    Parameters
    ----------
    documents
        Table `documents`, with ``text``.
    threshold
        Pairs below it are left out, except those with the same key.

    Returns
    -------
    DataFrame
        Table `duplicates`: doc_id, other_id, similarity (share), same_key; by similarity, then by id.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents. doi:10.1109/SEQUEN.1997.666900
    """
    texts = documents.set_index("doc_id")["text"]
    signatures = {name: signature(text) for name, text in texts.items()}
    compared = compare_alike(documents, signatures, lambda names: texts[list(names)].to_dict(), threshold)
    return select_pairs(compared, threshold)


def select_pairs(compared: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Table `duplicates`: of the pairs compared those that are alike or have the same key, the likest first."""
    chosen = compared[compared["same_key"] | (compared["similarity"] >= threshold)]
    order = ["similarity", "doc_id", "other_id"]
    return DUPLICATES.typed(chosen.sort_values(order, ascending=[False, True, True], ignore_index=True))


def compare_alike(
    documents: pd.DataFrame,
    signatures: Mapping[str, np.ndarray],
    read_texts: Callable[[set[str]], Mapping[str, str]],
    threshold: float,
    known: Mapping[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """All pairs whose signatures look alike, or with the same key, with their exact similarity.

    `read_texts` fetches the texts of some doc_ids; `known` holds similarities that were computed before from
    the same texts. The result has a row for every pair compared, by doc_id, then by other_id.
    """
    known = known or {}
    groups = documents["doc_id"].groupby(_groups(documents))
    keyed = {pair for _, ids in groups for pair in combinations(sorted(ids), 2)}
    pairs = sorted(_candidates(signatures, threshold) | keyed)
    left = [pair for pair in pairs if pair not in known]
    texts = read_texts({name for pair in left for name in pair}) if left else {}

    @lru_cache(maxsize=256)  # pairs come in the order of their first member: memory stays bounded
    def shingled(name: str) -> np.ndarray:
        """The runs of one text, by their hashes, cut once."""
        return np.unique(_hash_runs(_dense(texts[name])))

    rows = []
    for pair in pairs:
        similar = known.get(pair)
        if similar is None:
            a, b = map(shingled, pair)
            common = len(np.intersect1d(a, b, assume_unique=True))
            equal = _dense(texts[pair[0]]) == _dense(texts[pair[1]])
            similar = common / (len(a) + len(b) - common) if len(a) and len(b) else equal
        rows.append((*pair, float(similar), pair in keyed))
    return pd.DataFrame(rows, columns=COMPARED)


def signature(text: str) -> np.ndarray:
    """The smallest of a text's runs under each of 120 orders: two texts agree in the share of runs they share."""
    runs = (_hash_runs(_dense(text)) >> np.uint64(20)).astype(np.uint32)
    pieces = np.array_split(
        runs, len(runs) // 65_536 + 1
    )  # a yearbook of millions of characters, piece by piece
    return np.min([(piece * _orders()).min(axis=1) for piece in pieces], axis=0) if len(runs) else runs


def _dense(text: str) -> str:
    """A text without blanks and line ends."""
    return "".join(text.split())


@lru_cache(maxsize=1)
def _orders() -> np.ndarray:
    """Odd numbers: multiplied by one modulo 2**32, all numbers stand in another order."""
    drawn = np.random.default_rng(5).integers(0, 2**31, (_BANDS * _ROWS, 1), np.uint32)
    return drawn << np.uint32(1) | np.uint32(1)


def _candidates(signatures: Mapping[str, np.ndarray], threshold: float) -> set[tuple[str, str]]:
    """Pairs whose signatures look alike enough for the texts to be compared."""
    names = sorted(name for name, values in signatures.items() if len(values))
    if not names:
        return set()
    table = np.stack([signatures[name] for name in names])
    mixed = np.random.default_rng(7).integers(1, 2**63, _ROWS).astype(np.uint64)
    found = [np.empty(0, np.int64)]
    for band in np.hsplit(table, _BANDS):
        keys = band.astype(np.uint64) @ mixed
        order = np.argsort(keys, kind="stable")
        keys, groups, sizes = (
            keys[order],
            *np.unique(keys[order], return_inverse=True, return_counts=True)[1:],
        )
        for step in range(1, _COMMON):
            same = keys[step:] == keys[:-step]
            if step > 1:
                same &= sizes[groups[step:]] <= _COMMON
            if not same.any():
                break
            found.append(order[:-step][same] * len(names) + order[step:][same])
    left, right = np.divmod(np.unique(np.concatenate(found)), len(names))
    agreed = sum((column[left] == column[right] for column in table.T), np.zeros(len(left), np.int64))
    alike = agreed >= (threshold - _NOISE) * table.shape[1]
    return {(names[one], names[other]) for one, other in zip(left[alike], right[alike], strict=True)}


def _hash_runs(text: str) -> np.ndarray:
    """Hashes of all shingles of a text without blanks, in their order."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(letters) < SHINGLE:
        return np.empty(0, np.uint64)
    powers, inverses = (
        np.multiply.accumulate(np.full(len(letters), base, np.uint64)) for base in (_BASE, _INVERSE)
    )
    sums = np.concatenate([[np.uint64(0)], np.add.accumulate(letters * powers)])
    # the sum over letters i to i + 12 of letter * base ** (place + 1), divided by base ** i
    return (sums[SHINGLE:] - sums[:-SHINGLE]) * inverses[: len(letters) - SHINGLE + 1] * np.uint64(_BASE)


def _groups(documents: pd.DataFrame) -> pd.Series:
    """Number of the group of reports that share a complete key, bureaus also their name; NaN outside groups."""
    known = documents[(documents["region_id"] != "") & documents["year"].notna()]
    named = known["reporting_body"].where(known["body_kind"].isin(["department", "party-and-government"]), "")
    numbers = known.groupby([*KEY, named.rename("body")], sort=True, dropna=False).ngroup()
    return numbers[numbers.duplicated(keep=False)].reindex(documents.index)


def resolve_duplicates(documents: pd.DataFrame, policy: str = "error") -> tuple[pd.Series, pd.DataFrame]:
    """Decide which of several reports with one key stay; texts are never joined.

    Reports are duplicates where region_id, year, genre, body_kind and subject are equal; departments of one
    region are told apart by their reporting body as well, since each reports for itself. A report whose
    region or year is unknown is nobody's duplicate.

    Parameters
    ----------
    documents
        Table `documents`, with ``text`` or with its length as ``n_text``.
    policy
        "error" raises and lists the files; "keep-longest" keeps the longest text; "keep-latest" the one
        signed (else published) last, the longer one where that is equal; "keep-all" keeps every one.

    Returns
    -------
    keep : Series of bool
        True for the rows that stay, with the index of `documents`.
    table : DataFrame
        One row for each member of a group: the key, doc_id, path, n_chars, issued_on, published_on, kept.

    Raises
    ------
    ValueError
        For an unknown policy, and under "error" where there are duplicates.
    """
    if policy not in POLICIES:
        raise ValueError(f"duplicates must be one of {POLICIES}, not {policy!r}.")
    groups = _groups(documents)
    length = documents["n_text"] if "n_text" in documents else documents["text"].str.len()
    signed = documents["issued_on"].where(documents["issued_on"] != "", documents["published_on"])
    ranked = pd.DataFrame({"signed": signed if policy == "keep-latest" else "", "length": length})
    order = ranked.sort_values(["signed", "length"], kind="stable").index
    best = documents.loc[order, "doc_id"].groupby(groups[order]).last()
    keep = groups.isna() | documents["doc_id"].isin(best) | (policy == "keep-all")
    table = (
        documents.assign(kept=keep, group=groups).dropna(subset="group").sort_values("group", kind="stable")
    )
    if len(table) and policy == "error":
        raise ValueError(_complaint(table))
    columns = [*KEY, "doc_id", "path", "n_chars", "issued_on", "published_on", "kept"]
    return keep, table[columns].reset_index(drop=True)


def _complaint(table: pd.DataFrame) -> str:
    """The sentence that lists the files of the first ten groups."""
    groups = [group for _, group in table.groupby("group")]
    rows = [(*group[["region_id", "year", "body_kind"]].iloc[0], group["path"].tolist()) for group in groups]
    lines = "\n".join(f"  {region} {year} {kind}: {paths}" for region, year, kind, paths in rows[:10])
    return (
        f"{len(rows)} region-years have more than one report of the same genre, body and subject:\n{lines}\n"
        "Remove files, join the parts of one report in one file, correct region or year in metadata.csv, or choose "
        'duplicates="keep-longest" (or -latest, or -all; --duplicates keep-longest on the command line).'
    )
