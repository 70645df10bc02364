"""Which words stand together within sentences, and the network they make."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.measures import cells
from toolkit.schemas import listed
from toolkit.terms.counts import counted_tokens
from toolkit.terms.folding import fold

ASSOCIATIONS = {
    "log_dice": cells.log_dice,
    "log_likelihood": lambda a, b, n1, n2: cells.log_likelihood(a, b, n1, n2, signed=True),
    "pmi": cells.pointwise_information,
    "npmi": cells.normalised_information,
    "mi3": lambda a, b, n1, n2: cells.pointwise_information(a, b, n1, n2, power=3),
    "t_score": cells.t_score,
    "delta_p": cells.delta_p,
    "minimum_sensitivity": cells.minimum_sensitivity,
}


def collocates(
    corpus: object, node: str, *, window: int | tuple[int, int] = 5, min_count: int = 3, boundary: str = "、"
) -> pd.DataFrame:
    """Words that stand near a word, within the same sentence and not across a list's 、.

    Read `log_dice` (at most 14; comparable between corpora) beside `count`; `delta_p` is directional: how
    much more likely the collocate is near the node. PMI favours rare words, t and G2 frequent ones. Formulaic
    sentences copied from report to report look like collocations: see `n_documents`.

    Parameters
    ----------
    corpus
        A corpus with tokens and sentences.
    node
        A term as the segmenter writes it; quotation marks do not count.
    window
        Counted tokens on either side, or (left, right).
    min_count
        Leave out rarer collocates.
    boundary
        Punctuation that a window does not cross, besides the ends of sentences; "" for none.

    Returns
    -------
    DataFrame
        One row a collocate, largest log_dice first: ``node``, ``term``, ``count`` (its tokens inside windows,
        each once), ``count_outside``, ``n_documents`` (reports where it stands near), ``n_inside``,
        ``n_outside`` (tokens inside and outside windows, the node's own left out), ``n_left``, ``n_right``
        (the window), ``log_dice``, ``log_likelihood`` (negative where rarer near the node), ``pmi`` (bits),
        ``npmi``, ``mi3`` (bits), ``t_score``, ``delta_p``, ``minimum_sensitivity``.

    References
    ----------
    Evert 2008, Corpora and collocations; Rychlý 2008; Gries 2013, doi:10.1075/ijcl.18.1.09gri; Bouma 2009.
    """
    tokens, node = _with_stretch(corpus, boundary), fold(node)
    term, stretch = tokens["term"].to_numpy(), tokens["stretch"].to_numpy()
    is_node, near = term == node, np.zeros(len(tokens), dtype=bool)
    left, right = (window, window) if isinstance(window, int) else window
    for step in range(1, max(left, right) + 1):
        same = stretch[step:] == stretch[:-step]
        if step <= left:
            near[:-step] |= is_node[step:] & same
        if step <= right:
            near[step:] |= is_node[:-step] & same
    rest = tokens.assign(near=near)[~is_node]
    found = rest[rest["near"]].groupby("term")["doc_id"].agg(count="size", n_documents="nunique")
    found = found[found["count"] >= min_count].reset_index()
    a, n1 = found["count"].to_numpy(), int(rest["near"].sum())
    b, n2 = rest["term"].value_counts().reindex(found["term"]).to_numpy() - a, len(rest) - n1
    found.insert(0, "node", node)
    found.insert(3, "count_outside", b)
    found = found.assign(n_inside=n1, n_outside=n2, n_left=left, n_right=right)
    found = found.assign(**{name: measure(a, b, n1, n2) for name, measure in ASSOCIATIONS.items()})
    return found.sort_values(["log_dice", "term"], ascending=[False, True], ignore_index=True)


def _with_stretch(corpus: object, boundary: str) -> pd.DataFrame:
    """Counted tokens with the number of their stretch: what no sentence end and no boundary interrupts."""
    place = corpus.tokens[["doc_id", "sentence_no"]]
    new = (place != place.shift()).any(axis=1) | corpus.tokens["term"].isin(list(boundary))
    numbered = corpus.tokens[["doc_id", "token_no"]].assign(stretch=new.cumsum())
    return counted_tokens(corpus).merge(numbered, on=["doc_id", "token_no"])


def cooccurrence(
    corpus: object, *, terms: Sequence[str] | None = None, top: int = 100, min_count: int = 3
) -> pd.DataFrame:
    """Pairs of words that share sentences: the edge list of a network.

    The unit is the sentence, the table of each pair a true 2 x 2 table of sentences. Read `log_dice` or
    `npmi` as weights; a network of the most frequent words shows the genre rather than the topic, so choose
    `terms`.

    Parameters
    ----------
    corpus
        A corpus with tokens and sentences.
    terms
        The words of the network; by default the `top` most frequent of kinds word and term with two
        characters or more.
    top, min_count
        Number of words; fewest common sentences.

    Returns
    -------
    DataFrame
        One row a pair, strongest first: ``source``, ``target``, ``n_sentences`` (with both), ``n_source``,
        ``n_target`` (with each), ``n_total`` (sentences with counted tokens), ``log_dice``, ``npmi``,
        ``log_likelihood``.
    """
    from scipy.sparse import coo_array

    tokens = counted_tokens(corpus)
    sentence = tokens.groupby(["doc_id", "sentence_no"]).ngroup().to_numpy()
    if terms is None:
        words = tokens.loc[tokens["kind"].isin(["word", "term"]) & (tokens["term"].str.len() > 1), "term"]
        terms = words.value_counts(sort=True).sort_index().nlargest(top, keep="first").index
    index = pd.Index(list(dict.fromkeys(listed(terms))))
    column = index.get_indexer(tokens["term"])
    kept, n = column >= 0, int(sentence.max(initial=-1)) + 1
    there = coo_array((np.ones(kept.sum()), (sentence[kept], column[kept])), shape=(n, len(index))).tocsr()
    there.data[:] = 1
    joint = (there.T @ there).tocoo()
    each = there.sum(axis=0)
    pairs = (joint.row < joint.col) & (joint.data >= min_count)
    i, j, a = joint.row[pairs], joint.col[pairs], joint.data[pairs]
    table = pd.DataFrame({"source": index[i], "target": index[j], "n_sentences": a.astype(np.int64)})
    table = table.assign(n_source=each[i].astype(np.int64), n_target=each[j].astype(np.int64), n_total=n)
    for name in ("log_dice", "npmi", "log_likelihood"):
        table[name] = ASSOCIATIONS[name](a, each[j] - a, each[i], n - each[i])
    order = ["log_dice", "source", "target"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def write_graphml(edges: pd.DataFrame, path: str | Path) -> Path:
    """Write an edge list (source, target, then numbers) as GraphML, for Gephi, igraph or NetworkX.

    A number that is missing is left out of its edge.
    """
    from xml.etree import ElementTree

    root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    numbers = list(edges.columns[2:])
    columns = [*((name, "edge", "double") for name in numbers), ("label", "node", "string")]
    for name, owner, kind in columns:
        told = {"id": name, "for": owner, "attr.name": name, "attr.type": kind}
        ElementTree.SubElement(root, "key", told)
    graph = ElementTree.SubElement(root, "graph", edgedefault="undirected")
    for word in sorted({*edges["source"], *edges["target"]}):
        node = ElementTree.SubElement(graph, "node", id=word)
        ElementTree.SubElement(node, "data", key="label").text = word
    for row in edges.itertuples(index=False):
        edge = ElementTree.SubElement(graph, "edge", source=row.source, target=row.target)
        for name, number in zip(numbers, row[2:], strict=True):
            if not pd.isna(number):
                ElementTree.SubElement(edge, "data", key=name).text = repr(float(number))
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return Path(path)
