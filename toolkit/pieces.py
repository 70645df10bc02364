"""A corpus that outgrows memory, gone through piece by piece."""

from collections.abc import Iterable
from typing import Any


def pieces(corpus: Any, *tables: str) -> Iterable[Any]:
    """A store as one corpus of these tables after another, for what is counted report by report; a corpus as it is."""
    if not hasattr(corpus, "parts"):
        return [corpus]
    return corpus.parts(*tables) if len(corpus.documents) else [corpus.where(doc_id=[])]


def by_region(corpus: Any, *tables: str, most: int = 5000) -> Iterable[Any]:
    """A store as one corpus of whole regions after another, about `most` reports each; a corpus as it is."""
    if not hasattr(corpus, "parts"):
        return [corpus]
    sizes = corpus.documents["region_id"].value_counts().sort_index()
    turns = (sizes.cumsum() - 1) // most
    groups = [[*group.index] for _, group in sizes.groupby(turns)]
    return (corpus.where(*tables, region_id=group) for group in groups or [[]])
