"""The page of measures and the docstrings are held to the code."""

import inspect
import re
from pathlib import Path

import pandas as pd
import pytest
from small_corpus import counts_table, make_corpus

from toolkit import measures as m

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, flags=re.M | re.S))
BY = ["region_id", "year"]

ROWS = [
    (region, year, n)
    for region in "AB"
    for year, n in zip(range(2015, 2022), [0, 0, 1, 3, 2, 6, 7], strict=True)
]
COUNTS = counts_table(
    *[(region, year, "复议", n, 50) for region, year, n in ROWS if n],
    *[(region, year, "执法", 50 - n, 50) for region, year, n in ROWS],
)
HIT = ("a2020", 0, 2, "M083", "复议", "行政执法", "achievement", 0, "", "")
CORPUS = make_corpus(
    *[
        (f"{region.lower()}{year}", region, year, "复议 公开 。 执法 公开 复议 。")
        for region, year, _ in ROWS
    ],
    hits=[HIT],
)
DOCUMENTS = COUNTS.assign(doc_id="d").reindex(columns=["region_id", "year", "doc_id", *COUNTS.columns[2:]])
SAMPLE = m.draw_sample(CORPUS).assign(verdict=pd.array([True], dtype="boolean"))
FIRST, SHARED, SHEET = m.adoption(CORPUS), m.shared_sentences(CORPUS), m.attention(CORPUS, {"复议": ["复议"]})
SIDES = {"target": {"region_id": "A"}}

RESULTS = {
    "frequency": lambda: m.frequency(COUNTS),
    "tf_idf": lambda: m.tf_idf(COUNTS),
    "location_quotient": lambda: m.location_quotient(COUNTS),
    "trend": lambda: m.trend(COUNTS),
    "pooled_trend": lambda: m.pooled_trend(COUNTS, terms=["复议"]),
    "change_points": lambda: m.change_points(COUNTS, terms=["复议"]),
    "breaks": m.breaks,
    "year_over_year": lambda: m.year_over_year(COUNTS),
    "new_and_vanished": lambda: m.new_and_vanished(COUNTS, CORPUS),
    "adoption": lambda: FIRST,
    "adoption_curve": lambda: m.adoption_curve(FIRST),
    "keyness": lambda: m.keyness(COUNTS, **SIDES),
    "log_odds": lambda: m.log_odds(COUNTS, **SIDES),
    "tidylo_log_odds": lambda: m.tidylo_log_odds(COUNTS),
    "word_shift": lambda: m.word_shift(COUNTS, **SIDES),
    "similarity": lambda: m.similarity(COUNTS, measures=["cosine", "jaccard", "containment", "jsd"]),
    "dispersion": lambda: m.dispersion(COUNTS, corpus=CORPUS),
    "collocates": lambda: m.collocates(CORPUS, "复议"),
    "cooccurrence": lambda: m.cooccurrence(CORPUS),
    "diversity": lambda: m.diversity(CORPUS),
    "shared_sentences": lambda: SHARED,
    "boilerplate": lambda: m.boilerplate(SHARED),
    "novel_frequency": lambda: m.novel_frequency(CORPUS, SHARED),
    "attention": lambda: SHEET,
    "attention_hits": lambda: m.attention_hits(CORPUS, {"复议": ["复议"]}),
    "rank_stability": lambda: m.rank_stability(SHEET),
    "draw_sample": lambda: m.draw_sample(CORPUS),
    "precision": lambda: m.precision(SAMPLE),
    "recall": lambda: m.recall(CORPUS.hits, CORPUS.hits),
    "bootstrap_rates": lambda: m.bootstrap_rates(DOCUMENTS, terms=["复议"]),
}
KEYS = {
    "key but the year": ["region_id"],
    "key but the unit": BY,
    "key of the other with `other_` before it": [f"other_{name}" for name in BY],
    "key": BY,
}


def documented(section: str) -> list[str]:
    """Columns that the page promises."""
    line = re.search(r"^Columns: (.*)$", SECTIONS[section], flags=re.M)[1]
    parts = [part.strip() for part in re.split(r",\s*", line)]
    return [name for part in parts for name in KEYS.get(part, [part.strip("`")])]


@pytest.mark.parametrize("name", RESULTS)
def test_page_names_the_columns(name):
    """The page's columns are the returned ones, in their order; the measure returned at least one row."""
    table = RESULTS[name]()
    assert list(table.columns) == documented(name)
    assert len(table) > 0


@pytest.mark.parametrize("name", RESULTS)
def test_docstring_names_the_columns(name):
    """Each column that a measure adds is named in its docstring."""
    told = inspect.getdoc(getattr(m, name))
    added = [column for column in RESULTS[name]().columns if not column.startswith(("other_", *BY))]
    same_rows = "The same rows" in told
    missing = [
        column for column in added if f"``{column}``" not in told and not (same_rows and column in COUNTS)
    ]
    assert not missing


def test_every_section_is_a_measure_that_is_tested():
    """Each section of the page is a public function, each with how to read it or what it holds."""
    assert set(SECTIONS) == set(RESULTS)
    assert all(hasattr(m, name) for name in SECTIONS)


def test_every_public_name_is_on_the_page():
    """Nothing public is missing from the page, and every public name can be loaded."""
    for name in dir(m):
        assert callable(getattr(m, name))
        assert f"`{name}`" in PAGE or name in SECTIONS, name


def test_results_do_not_depend_on_the_order_of_rows():
    """A shuffled counts table gives the same numbers, and the input stays as it was."""
    mixed = COUNTS.sample(frac=1, random_state=1)
    before = mixed.copy()
    for measure in (
        m.trend,
        m.year_over_year,
        m.dispersion,
        lambda c: m.keyness(c, **SIDES),
        m.new_and_vanished,
    ):
        pd.testing.assert_frame_equal(measure(mixed), measure(COUNTS))
    pd.testing.assert_frame_equal(mixed, before)


EDGES = {
    "no row": COUNTS.head(0),
    "one region": COUNTS[COUNTS["region_id"] == "A"],
    "one year": COUNTS[COUNTS["year"] == 2019],
    "one group": COUNTS.tail(1),
    "no tokens": COUNTS.head(2).assign(count=0, n_documents=0, n_tokens=0),
    "no occurrence": COUNTS.assign(count=0, n_documents=0),
    "no year": COUNTS.assign(year=pd.array([pd.NA] * len(COUNTS), dtype="Int64")),
    "no known region": COUNTS.assign(region_id=""),
}
ON_TABLES = (
    ["frequency", "tf_idf", "location_quotient", "tidylo_log_odds", "dispersion", "similarity"],
    ["trend", "year_over_year", "new_and_vanished"],
)
ON_COUNTS = {name: getattr(m, name) for names in ON_TABLES for name in names} | {
    "similarity, nearest": lambda counts: m.similarity(counts, nearest=2, measures=["cosine", "jsd"]),
    "pooled_trend": lambda counts: m.pooled_trend(counts, terms=["复议", "没有"]),
    "change_points": lambda counts: m.change_points(counts, terms=["复议", "没有"]),
    "bootstrap_rates": lambda counts: m.bootstrap_rates(counts, terms=["复议"], unit="year", n_resamples=9),
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", ON_COUNTS)
def test_edges_are_not_warnings(name, edge):
    """Tables with little or nothing in them give the same columns, undefined values NaN and no warning."""
    found = ON_COUNTS[name](EDGES[edge])
    assert list(found.columns) == list(ON_COUNTS[name](COUNTS).columns)
    assert not found.select_dtypes("float").isin([float("inf"), -float("inf")]).any(axis=None)


@pytest.mark.parametrize("edge", ["one region", "one group", "no tokens"])
def test_nothing_to_compare_with(edge):
    """Where target or reference is empty nothing is key and nothing differs: the values are NaN."""
    table, first = EDGES[edge], {"region_id": EDGES[edge]["region_id"].iloc[0]}
    key = m.keyness(table, target=first, min_documents=0, measures=["williams", "chi_squared", "pmi"])
    assert (
        key[["log_ratio", "log_ratio_conservative", "log_likelihood", "p", "williams"]].isna().all(axis=None)
    )
    assert m.word_shift(table, target=first)["difference"].isna().all()


def test_unknown_places_are_no_series():
    """Reports whose region is not known are several places: they are no series over the years."""
    unknown = pd.concat([COUNTS, COUNTS[COUNTS["region_id"] == "A"].assign(region_id="")])
    for measure in (m.trend, m.year_over_year, m.new_and_vanished):
        pd.testing.assert_frame_equal(measure(unknown), measure(COUNTS))


def test_unknown_name_is_refused():
    """A name that the room does not have is refused with the list of those it has."""
    with pytest.raises(AttributeError, match="keyness"):
        m.no_such_measure  # noqa: B018
