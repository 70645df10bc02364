"""Reports that are the same: nearly the same text, or the same region, year, genre, body and subject."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from itertools import combinations

import pandas as pd

from toolkit.schemas import DUPLICATES

POLICIES = ("error", "keep-longest", "keep-latest", "keep-all")
KEY = ["region_id", "year", "genre", "body_kind", "subject"]
SHINGLE = 13  # characters; shorter runs are shared phrases of the genre
_SAMPLE = 16  # one of 16 shingles stands for the text while candidates are sought
_COMMON = 50  # a sampled shingle in more documents than this is boilerplate and proposes no pair


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
    keyed = {_pair(*ids) for group in _groups(documents) for ids in combinations(group, 2)}
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


def _pair(one: str, other: str) -> tuple[str, str]:
    """Two ids in order."""
    return (one, other) if one < other else (other, one)


def _candidates(texts: dict[str, str], threshold: float) -> set[tuple[str, str]]:
    """Pairs whose samples of shingles look alike enough to be compared exactly."""
    holders, sizes = defaultdict(list), {}
    for name, text in texts.items():
        sample = _sampled(text)
        sizes[name] = len(sample)
        for value in sample:
            holders[value].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if 1 < len(names) <= _COMMON:
            shared.update(_pair(*names_) for names_ in combinations(names, 2))
    return {
        (one, other)
        for (one, other), count in shared.items()
        if count >= 0.5 * threshold * min(sizes[one], sizes[other])
    }


def _sampled(text: str) -> set[int]:
    """Hashes of the shingles whose hash is divisible by 16: the same choice in every text."""
    data, width = text.encode("utf-16-le", "surrogatepass"), 2 * SHINGLE
    values = (zlib.crc32(data[i : i + width]) for i in range(0, len(data) - width + 2, 2))
    return {value for value in values if value % _SAMPLE == 0}


def _groups(documents: pd.DataFrame) -> list[list[str]]:
    """Ids of documents that share a complete key, bureaus also their name."""
    known = documents[(documents["region_id"] != "") & documents["year"].notna()]
    named = known["reporting_body"].where(known["body_kind"].isin(["department", "party-and-government"]), "")
    groups = known.groupby([*KEY, named.rename("body")], sort=True, dropna=False)["doc_id"]
    return [sorted(ids) for _, ids in groups if len(ids) > 1]


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
    rows = documents.set_index("doc_id", drop=False)
    dropped, members = set(), []
    for ids in _groups(documents):
        group = rows.loc[ids]
        length = group["text"].str.len()
        signed = group["issued_on"].where(group["issued_on"] != "", group["published_on"])
        ranking = pd.DataFrame({"signed": signed if policy == "keep-latest" else "", "length": length})
        best = ranking.sort_values(["signed", "length"], kind="stable").index[-1]
        losers = set() if policy == "keep-all" else set(ids) - {best}
        dropped |= losers
        columns = [*KEY, "doc_id", "path", "n_chars", "issued_on", "published_on"]
        members.append(group[columns].assign(kept=~group["doc_id"].isin(losers)))
    if members and policy == "error":
        raise ValueError(_complaint(members))
    empty = documents.iloc[:0][[*KEY, "doc_id", "path", "n_chars", "issued_on", "published_on"]].assign(
        kept=True
    )
    table = pd.concat(members or [empty], ignore_index=True)
    return ~documents["doc_id"].isin(dropped), table


def _complaint(members: list[pd.DataFrame]) -> str:
    """The sentence that lists the files of the first ten groups."""
    lines = [
        f"  {group.iloc[0]['region_id']} {group.iloc[0]['year']} {group.iloc[0]['body_kind']}: "
        + ", ".join(repr(path) for path in group["path"])
        for group in members[:10]
    ]
    more = f"\n  and {len(members) - 10} more" if len(members) > 10 else ""
    return (
        f"{len(members)} region-years have more than one report of the same genre, body and subject:\n"
        + "\n".join(lines)
        + more
        + '\nRemove files, correct metadata.csv, or choose duplicates="keep-longest" (or -latest, or -all).'
    )
