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
_COMMON = 50  # a sampled shingle in more documents is boilerplate: it proposes only neighbours in the list,
_MOST_PAIRS = 20_000_000  # as do those in fewer where there would be more pairs than memory should hold


def near_duplicates(
    documents: pd.DataFrame,
    *,
    threshold: float = 0.5,
    samples: Mapping[str, np.ndarray] | None = None,
    read_texts: Callable[[set[str]], dict[str, str]] | None = None,
) -> pd.DataFrame:
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
    samples, read_texts
        For a corpus that outgrows memory: `sample_runs` of every text, and a function that fetches the
        texts of some doc_ids; `documents` needs no text then.

    Returns
    -------
    DataFrame
        Table `duplicates`: doc_id, other_id, similarity (share), same_key; by similarity, then by id.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents. doi:10.1109/SEQUEN.1997.666900
    """
    if samples is None or read_texts is None:
        whole = documents.set_index("doc_id")["text"]
        samples = {doc_id: sample_runs(text) for doc_id, text in whole.items()}
        read_texts = lambda names: {name: whole[name] for name in names}  # noqa: E731
    groups = documents["doc_id"].groupby(_groups(documents))
    keyed = {pair for _, ids in groups for pair in combinations(sorted(ids), 2)}
    pairs = sorted(_candidates(samples, threshold) | keyed)
    fetched = read_texts({name for pair in pairs for name in pair}) if pairs else {}
    texts = {name: "".join(fetched[name].split()) for pair in pairs for name in pair}

    @lru_cache(maxsize=256)  # pairs come in the order of their first member: memory stays bounded
    def shingled(name: str) -> np.ndarray:
        """The runs of one text, by their hashes, cut once."""
        return np.unique(_hash_runs(texts[name]))

    rows = []
    for one, other in pairs:
        a, b = shingled(one), shingled(other)
        common = len(np.intersect1d(a, b, assume_unique=True))
        similar = common / (len(a) + len(b) - common) if len(a) and len(b) else texts[one] == texts[other]
        similarity = float(similar)
        if similarity >= threshold or (one, other) in keyed:
            rows.append((one, other, similarity, (one, other) in keyed))
    rows.sort(key=lambda row: (-row[2], row[0], row[1]))
    return DUPLICATES.frame(rows)


def _candidates(samples: Mapping[str, np.ndarray], threshold: float) -> set[tuple[str, str]]:
    """Pairs whose samples of shingles look alike enough to be compared exactly."""
    names = sorted(samples)
    sizes = np.array([len(samples[name]) for name in names], np.int64)
    if not sizes.sum():
        return set()
    bits = np.uint64(
        len(names).bit_length()
    )  # of the owner, in place of the shingle's last: one sort of numbers
    keys = np.concatenate([samples[name] for name in names]) << np.uint64(4) >> bits << bits
    keys |= np.repeat(np.arange(len(names), dtype=np.uint64), sizes)
    keys.sort()
    owners = (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    first = np.flatnonzero(np.append(True, np.diff(keys >> bits) != 0))
    lengths = np.diff(np.append(first, len(owners)))
    shares, times = np.unique(lengths[(lengths > 1) & (lengths <= _COMMON)], return_counts=True)
    few = shares[np.cumsum(shares * (shares - 1) // 2 * times) <= _MOST_PAIRS]
    # Names that share a shingle follow each other in their order.
    follows = np.repeat(lengths > few.max(initial=1), lengths)
    follows[first] = False
    after = np.flatnonzero(follows)
    found = [owners[after - 1] * len(names) + owners[after]]
    for length in few:
        held = owners[first[lengths == length][:, None] + np.arange(length)]
        one, other = np.triu_indices(length, 1)
        found.append((held[:, one] * len(names) + held[:, other]).ravel())
    pairs = np.sort(np.concatenate(found))
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    shared = np.diff(np.append(starts, len(pairs)))
    left, right = np.divmod(pairs[starts], len(names))
    enough = shared >= 0.5 * threshold * np.minimum(sizes[left], sizes[right])
    return {(names[one], names[other]) for one, other in zip(left[enough], right[enough], strict=True)}


def sample_runs(text: str) -> np.ndarray:
    """Hashes of a text's shingles that begin with four zero bits: the same choice in every text."""
    hashes = _hash_runs("".join(text.split()))
    chosen = np.sort(hashes[hashes < 2**60])
    return chosen[np.concatenate([[True], chosen[1:] != chosen[:-1]])] if len(chosen) else chosen


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
