"""From a number back to the sentences it came from."""

from __future__ import annotations

import pytest
from conftest import SEEDS

import toolkit as tk
from toolkit.terms.passages import passages


def test_evidence_of_a_panel_leads_to_its_sentence(corpus):
    """What the panel calls evidence gives the figure inside its sentence, the file and the citation of the fact."""
    facts = tk.facts(corpus)
    cell = (
        tk.panel(corpus, facts)
        .query("state == 'stated' and indicator_id == 'reconsideration.received'")
        .iloc[0]
    )
    (place,) = passages(corpus, cell["evidence"]).to_dict("records")
    assert place["surface"].startswith(f"{cell['value']:g}")
    assert f"{place['before']}{place['surface']}{place['after']}" in corpus.text(place["doc_id"])
    assert (SEEDS / place["path"]).is_file()
    assert cell["region_id"] in place["label"]


def test_a_printed_citation_leads_to_the_same_place(corpus):
    """The citation a page or table prints is enough, and so is text with several of them."""
    lines = tk.kwic(corpus, "行政复议申请")
    printed = tk.citations(corpus, lines)
    assert passages(corpus, printed.iloc[0])["citation"].tolist() == printed.tolist()[:1]
    first = lines.iloc[0]
    of_page = passages(
        corpus, f"{first['doc_id']} {first['start']}–{first['end']}"
    )  # as a page prints characters
    assert of_page["citation"].tolist() == printed.tolist()[:1]
    assert passages(corpus, "; ".join(printed))["surface"].tolist() == ["行政复议申请"] * len(lines)


def test_a_count_redoes_by_its_places(corpus):
    """The places of a term in a region and year are as many as the figure of chosen terms counts there."""
    counted = tk.count_phrases(corpus, ["行政复议"], by=["region_id", "year"]).set_index("region_id")
    for region in ("长海县", "210224"):
        found = passages(corpus, "行政复议", region=region, year=2018)
        assert len(found) == counted.loc["210224", "count"] > 1
        assert len(passages(corpus, "行政复议", region=region, year=2018, limit=2)) == 2


def test_what_is_not_there_is_said(corpus):
    """A report of another corpus, a place beyond the text, a region that is not there are sentences."""
    doc_id = corpus.documents["doc_id"][0]
    with pytest.raises(ValueError, match="begins the SHA-256 of its file"):
        passages(corpus, "0123456789ab:1-2")
    with pytest.raises(ValueError, match="characters; found the place"):
        passages(corpus, f"{doc_id}:9999998-9999999")
    for chosen in ({"region": "长海县"}, {"year": 2018}):
        with pytest.raises(ValueError, match="leave out region and year"):
            passages(corpus, f"{doc_id}:1-2", **chosen)
    with pytest.raises(ValueError, match="of region '朝阳区'"):
        passages(corpus, "行政复议", region="朝阳区")
    assert passages(corpus, "没有这个词").empty
