"""Reports that are the same: nearly the same text, or the same region, year, genre, body and subject."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from toolkit.schemas import DUPLICATES

POLICIES = ("error", "keep-longest", "keep-latest", "keep-all")
KEY = ["region_id", "year", "genre", "body_kind", "subject"]
SHINGLE = 13  # characters; shorter runs are shared phrases of the genre
# Odd powers, modulo 2**64: a polynomial hash whose upper bits depend on every character.
_WEIGHTS = np.array([pow(0x9E3779B97F4A7C15, power, 2**64) for power in range(1, SHINGLE + 1)], np.uint64)
_COMMON = 50  # a sampled shingle in more documents is boilerplate: it proposes only neighbours in the list


def near_duplicates(documents: pd.DataFrame, *, threshold: float = 0.5) -> pd.DataFrame:
    """Pairs of documents with much text in common, or with the same key.

    The similarity is the share of 13-character runs that two texts have in common (Jaccard), line ends and
    blanks left out: 1 for the same text, about 0.9 where a copy lost its signature, below 0.1 for reports of
    one county in two years that reuse sentences. Candidates are found on a sample of the runs (one in 16,
    chosen by a hash), so that thousands of reports are compared in one pass; the similarity of each candidate
    is then exact.

    It misleads for very short texts: under 13 characters nothing can be compared, and the similarity is 0
    unless the texts are equal.

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
    texts = {row.doc_id: "".join(row.text.split()) for row in documents[["doc_id", "text"]].itertuples()}
    groups = documents["doc_id"].groupby(_groups(documents))
    keyed = {pair for _, ids in groups for pair in combinations(sorted(ids), 2)}
    shingles: dict[str, frozenset[str]] = {}

    def shingled(name: str) -> frozenset[str]:
        """The runs of one text, cut once."""
        if name not in shingles:
            text = texts[name]
            shingles[name] = frozenset(text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1))
        return shingles[name]

    rows = []
    for one, other in sorted(_candidates(texts, threshold) | keyed):
        a, b = shingled(one), shingled(other)
        similarity = len(a & b) / len(a | b) if a and b else float(texts[one] == texts[other])
        if similarity >= threshold or (one, other) in keyed:
            rows.append((one, other, similarity, (one, other) in keyed))
    rows.sort(key=lambda row: (-row[2], row[0], row[1]))
    return DUPLICATES.frame(rows)


def _candidates(texts: dict[str, str], threshold: float) -> set[tuple[str, str]]:
    """Pairs whose samples of shingles look alike enough to be compared exactly."""
    samples = {name: _sampled(texts[name]) for name in sorted(texts)}
    holders = defaultdict(list)
    for name, sample in samples.items():
        for value in sample:
            holders[value].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        shared.update(combinations(names, 2) if len(names) <= _COMMON else pairwise(names))
    enough = 0.5 * threshold
    return {
        pair for pair, count in shared.items() if count >= enough * min(len(samples[name]) for name in pair)
    }


def _sampled(text: str) -> list[int]:
    """Hashes of the shingles whose hash begins with four zero bits: the same choice in every text."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(letters) < SHINGLE:
        return []
    hashes = np.lib.stride_tricks.sliding_window_view(letters, SHINGLE) @ _WEIGHTS
    return np.unique(hashes[hashes >> np.uint64(60) == 0]).tolist()


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
        Table `documents`.
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
    groups, length = _groups(documents), documents["text"].str.len()
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
        'Remove files, correct metadata.csv, or choose duplicates="keep-longest" (or -latest, or -all).'
    )
