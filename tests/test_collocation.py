"""Words that stand together, never across sentences or the items of a list."""

from xml.etree import ElementTree

import pytest
from small_corpus import make_corpus

from toolkit.measures import cells, collocates, cooccurrence, write_graphml

CORPUS = make_corpus(
    ("a", "A", 2020, "推进 行政 复议 改革 。 行政 执法 、 复议 应诉 。"),
    ("b", "B", 2020, "行政 复议 公开 。 普法 宣传 普法 。"),
)


def test_windows_stop_at_sentences_and_lists():
    """Within one word of 复议 stand 行政 twice, 改革, 应诉 and 公开; 执法 is beyond the 、."""
    table = collocates(CORPUS, "复议", window=1, min_count=1).set_index("term")
    assert table["count"].to_dict() == {"行政": 2, "改革": 1, "应诉": 1, "公开": 1}
    assert table.loc["行政", ["count_outside", "n_inside", "n_outside", "n_documents"]].tolist() == [
        1,
        5,
        6,
        2,
    ]
    assert table.loc["行政", "log_dice"] == cells.log_dice(2, 1, 5, 6)
    assert table.loc["行政", "delta_p"] == pytest.approx(2 / 5 - 1 / 6)


def test_list_boundary_can_be_switched_off():
    """Without the boundary 执法 stands beside 复议; a window of one side only sees that side."""
    assert "执法" in set(collocates(CORPUS, "复议", window=1, min_count=1, boundary="")["term"])
    left = collocates(CORPUS, "复议", window=(1, 0), min_count=1, boundary="")
    assert set(left["term"]) == {"行政", "执法"}


def test_node_that_is_not_there():
    """A word that does not occur has no collocates: an empty table with its columns."""
    table = collocates(CORPUS, "黄桃")
    assert table.empty
    assert "log_dice" in table.columns


def test_network_counts_sentences():
    """行政 and 复议 share three of four sentences; each is counted once a sentence."""
    edges = cooccurrence(CORPUS, min_count=2)
    assert edges[["source", "target", "n_sentences", "n_source", "n_target", "n_total"]].values.tolist() == [
        ["复议", "行政", 3, 3, 3, 4]
    ]
    assert edges["log_dice"].tolist() == [14]
    assert edges["log_likelihood"][0] == pytest.approx(cells.log_likelihood(3, 0, 3, 1))


def test_graphml_holds_every_edge(tmp_path):
    """The file parses, has every word once and every edge with its numbers."""
    edges = cooccurrence(CORPUS, min_count=1)
    root = ElementTree.parse(write_graphml(edges, tmp_path / "net.graphml")).getroot()
    space = "{http://graphml.graphdrawing.org/xmlns}"
    nodes, found = root.findall(f".//{space}node"), root.findall(f".//{space}edge")
    assert {node.get("id") for node in nodes} == {*edges["source"], *edges["target"]}
    assert len(found) == len(edges)
    assert float(found[0].find(f"{space}data[@key='n_sentences']").text) == edges["n_sentences"][0]
