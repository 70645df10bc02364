"""Words of many documents as columns: each distinct word is looked at once."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from toolkit.schemas import COUNTED_KINDS, ROLES
from toolkit.terms.folding import fold
from toolkit.terms.segment import Segmenter, absent, kind_of

KINDS = (*COUNTED_KINDS, "punct", "space")
TERM = KINDS.index("term")


class _Words(NamedTuple):
    """Tokens of a batch: words and kinds by number, and the sentence of each, counted through the batch."""

    vocabulary: list[str]
    codes: np.ndarray
    kinds: np.ndarray
    sentence: np.ndarray


def token_tables(
    segmenter: Segmenter, documents: Sequence[tuple[str, Sequence[tuple]]]
) -> dict[str, pa.Table]:
    """Tokens of some documents, and their counts.

    Parameters
    ----------
    segmenter
        Cuts the sentences.
    documents
        (doc_id, rows): rows (sentence_no, section_no, role, start, end, text) tile the document.

    Returns
    -------
    dict of pyarrow.Table
        tokens (as `schemas.TOKENS`); counts (doc_id, role, kind, term, count) of counted kinds, terms of the lexicon
        folded; sizes (doc_id, role, n_tokens). Words, ids, roles and kinds are dictionary-encoded.
    """
    rows = [*chain.from_iterable(rows for _, rows in documents)]
    owner = np.repeat(np.arange(len(documents), dtype=np.int32), [len(rows) for _, rows in documents])
    ids = [doc_id for doc_id, _ in documents]
    roles = np.array([ROLES.index(row[2]) for row in rows], np.int32)
    words = _cut(segmenter, documents)
    token_owner = owner[words.sentence]
    lengths = np.fromiter(map(len, words.vocabulary), np.int32)[words.codes]
    before = np.cumsum([0, *(len(row[5]) for row in rows)])[:-1]
    shift = np.array([row[3] for row in rows]) - before
    ends = np.cumsum(lengths, dtype=np.int32) + shift.astype(np.int32)[words.sentence]
    first = np.searchsorted(token_owner, np.arange(len(documents))).astype(np.int32)
    tokens = {
        "doc_id": _coded(token_owner, ids),
        "token_no": np.arange(len(ends), dtype=np.int32) - first[token_owner],
        "sentence_no": np.array([row[0] for row in rows], np.int32)[words.sentence],
        "start": ends - lengths,
        "end": ends,
        "term": _coded(words.codes, words.vocabulary),
        "kind": _coded(words.kinds, KINDS),
    }
    return {"tokens": pa.table(tokens), **_counted(words, token_owner, roles[words.sentence], ids)}


def _cut(segmenter: Segmenter, documents: Sequence[tuple[str, Sequence[tuple]]]) -> _Words:
    """Cut every document; a sign that no text has ends each sentence."""
    sign = absent("".join(row[5] for _, rows in documents for row in rows))
    found: list[str] = [sign]
    protected: list[int] = []
    for _, rows in documents:
        if rows:
            tokens, terms = segmenter.cut_marked(sign.join(row[5] for row in rows))
            protected += [len(found) + place for place in terms]
            found += tokens
            found.append(sign)
    encoded = pa.array(found, pa.string()).dictionary_encode()
    vocabulary, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    kinds = np.array([KINDS.index(kind_of(word)) for word in vocabulary], np.int8)[codes]
    kinds[protected] = TERM
    ends = codes == 0
    words = ~ends
    return _Words(vocabulary, codes[words], kinds[words], np.cumsum(ends, dtype=np.int32)[words] - 1)


def _counted(words: _Words, owner: np.ndarray, roles: np.ndarray, ids: list[str]) -> dict[str, pa.Table]:
    """Counts by document, role, kind and folded word, and the sizes of documents by role."""
    counted = words.kinds < len(COUNTED_KINDS)
    group = (owner * len(ROLES) + roles)[counted]
    codes, vocabulary = words.codes[counted], [*words.vocabulary]
    kinds, places = words.kinds[counted], {word: code for code, word in enumerate(words.vocabulary)}
    folded = np.arange(len(vocabulary))
    for code in np.unique(codes[kinds == TERM]):
        word = fold(vocabulary[code])
        folded[code] = places.setdefault(word, len(places))
        vocabulary += [word] if len(places) > len(vocabulary) else []
    codes = np.where(kinds == TERM, folded[codes], codes)
    keys = (group.astype(np.int64) * len(KINDS) + kinds) * len(vocabulary) + codes
    if len(keys) and keys.max() < 1 << 31:  # they sort in half the time
        keys = keys.astype(np.int32)
    keys, n = np.unique(keys, return_counts=True)
    rest, code = np.divmod(keys, len(vocabulary))
    at, kind = np.divmod(rest, len(KINDS))
    sizes = np.bincount(group, minlength=len(ids) * len(ROLES))
    there = np.flatnonzero(sizes)

    def place(group: np.ndarray) -> dict[str, pa.Array]:
        """The columns doc_id and role."""
        return {"doc_id": _coded(group // len(ROLES), ids), "role": _coded(group % len(ROLES), ROLES)}

    counts = {"kind": _coded(kind, KINDS), "term": _coded(code, vocabulary), "count": pa.array(n, pa.int32())}
    return {
        "counts": pa.table(place(at) | counts),
        "sizes": pa.table(place(there) | {"n_tokens": pa.array(sizes[there], pa.int32())}),
    }


def _coded(codes: np.ndarray, values: Sequence[str]) -> pa.DictionaryArray:
    """Text by number."""
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(values, pa.string()))
