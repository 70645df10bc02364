"""A store answers every public function as the corpus in memory does."""

import functools
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SEEDS
from pandas.testing import assert_frame_equal

import toolkit as tk
from toolkit import measures as m
from toolkit import store, stored
from toolkit.builds import build_store
from toolkit.measures import wide
from toolkit.terms.citations import citations

FRAMES = ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates")
TERM, ID = "行政复议", {"region_id": "621122"}
BYS = (["region_code", "year"], ["doc_id"], ["role"], ["year", "role"], ["doc_id", "role"], ["level"], [])


def _yearly(corpus):
    """Counts by region and year, of the terms that at least two reports have."""
    counts = tk.count_terms(corpus, ["region_id", "year"])
    return counts[counts.groupby("term")["count"].transform("size") > 2].reset_index(drop=True)


ANSWERS = {
    "count_terms": lambda c: [tk.count_terms(c, by) for by in BYS],
    "count_terms_options": lambda c: tk.count_terms(
        c, ["year"], kinds=["number", "latin", "term"], roles=["plan", "meta"], stopwords=["2023"]
    ),
    "count_terms_of_terms": lambda c: tk.count_terms(c, ["region_id"], terms=[TERM, "'; DROP TABLE x; --"]),
    "count_groups": lambda c: [tk.count_groups(c, by, roles=r) for by in BYS for r in (None, ["problem"])],
    "count_phrases": lambda c: tk.count_phrases(
        c, ["依法行政", "执法", "(试行)", "（试行）", "。一是", "措施:一是", "乌有"]
    ),
    "document_term_matrix": lambda c: (
        lambda x: [x.documents, pd.DataFrame(x.counts.toarray(), columns=x.terms)]
    )(tk.document_term_matrix(c)),
    "place_terms": lambda c: pd.Series(tk.place_terms(c)),
    "kwic": lambda c: [tk.kwic(c, TERM), tk.kwic(c, "[0-9]+件", regex=True, sort_by="region_code", window=5)],
    "kwic_over_sentences": lambda c: tk.kwic(c, "。一是", limit=3),
    "kwic_words": lambda c: tk.kwic(c, TERM, unit="words", window=3, roles=["achievement"]),
    "citations": lambda c: citations(c, tk.kwic(c, TERM)),
    "coverage": tk.coverage,
    "statutory_card": tk.statutory_card,
    "facts": tk.facts,
    "panel": lambda c: tk.panel(c, tk.facts(c)),
    "audit": lambda c: tk.audit(c, tk.facts(c)),
    "frequency": lambda c: tk.frequency(_yearly(c)),
    "tf_idf": lambda c: tk.tf_idf(_yearly(c)),
    "trend": lambda c: tk.trend(_yearly(c)),
    "year_over_year": lambda c: tk.year_over_year(_yearly(c)),
    "new_and_vanished": lambda c: m.new_and_vanished(tk.count_terms(c, ["level", "year"]), c),
    "keyness": lambda c: tk.keyness(_yearly(c), target=ID),
    "log_odds": lambda c: tk.log_odds(_yearly(c), target=ID),
    "word_shift": lambda c: tk.word_shift(_yearly(c), target=ID),
    "similarity": lambda c: tk.similarity(_yearly(c)),
    "dispersion": lambda c: tk.dispersion(_yearly(c), corpus=c),
    "collocates": lambda c: tk.collocates(c, TERM),
    "cooccurrence": m.cooccurrence,
    "diversity": m.diversity,
    "adoption": m.adoption,
    "shared_sentences": m.shared_sentences,
    "attention": lambda c: tk.attention(c, {TERM: [TERM], "执法": ["执法", "监督"]}),
    "draw_sample": m.draw_sample,
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The seeds as a store of several parts, searched part by part as if they were many."""
    folder = tmp_path_factory.mktemp("stored") / "store"
    tk.build_store(SEEDS, folder, part_size=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toolkit.stored.FEW", 0)
        patch.setattr("toolkit.stored.AT_A_TIME", 1)
        yield tk.open_store(folder)


def assert_same(one, other):
    """Assert that two answers are the same, types and order included."""
    if isinstance(one, list):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            assert_same(*pair)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other)
    else:
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", FRAMES)
def test_tables_are_those_of_the_corpus(corpus, opened, name):
    """Each table of a store equals the one in memory, as a whole and for one region."""
    assert_same(getattr(opened, name), getattr(corpus, name))
    one = {"region_code": ["621122", "430103"]}
    assert_same(getattr(opened.where(**one), name), getattr(corpus.where(**one), name))


@pytest.mark.parametrize("name", ANSWERS)
def test_store_and_memory_give_the_same_answer(corpus, opened, name):
    """Every public function gives the same table from a store of three parts and from memory."""
    assert_same(ANSWERS[name](opened), ANSWERS[name](corpus))


@pytest.mark.parametrize(
    "name", ["count_terms", "count_terms_of_terms", "count_phrases", "kwic", "kwic_words"]
)
def test_few_reports_are_read_and_not_searched(corpus, opened, name, monkeypatch):
    """Where a store holds few reports their rows are read instead, and the answer is the same."""
    monkeypatch.setattr("toolkit.stored.FEW", 200)
    monkeypatch.setattr("toolkit.stored.Store.count_occurrences", None)
    monkeypatch.setattr("toolkit.stored.Store.count_matches", None)
    assert_same(ANSWERS[name](opened), ANSWERS[name](corpus))


def test_of_few_reports_few_rows_are_read(tmp_path, monkeypatch):
    """Rows lie in groups by report: of the groups of a file those that hold the report are read, and no other."""
    path, read = tmp_path / "texts.parquet", []
    rows = {
        "doc_id": [f"d{number}" for number in range(200)],
        "text": [f"{number:04}" for number in range(200)],
    }
    store.write_table(pa.table(rows), path)
    read_groups = pq.ParquetFile.read_row_groups

    def watched(file, groups):
        read.extend(groups)
        return read_groups(file, groups)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", watched)
    found = stored._rows_of(str(path), {"d7", "d199", "elsewhere"})
    assert found.to_pydict() == {"doc_id": ["d7", "d199"], "text": ["0007", "0199"]}
    assert read == [0, 199 // store.GROUPS["texts"]]


def test_a_term_of_any_length_is_found(tmp_path):
    """A group of rows is passed over only where its bounds are known, which those of endless words are not."""
    terms = ["a", "b" * 5000, "c"]
    rows = dict.fromkeys(("doc_id", "role", "kind"), terms) | {"term": terms, "count": [1, 1, 1]}
    store.write_table(pa.table(rows), tmp_path / "counts.parquet")
    with pq.ParquetFile(tmp_path / "counts.parquet") as parquet:
        assert stored._holding(parquet, ["c"]) == [0]
    rows = {name: [values[0]] for name, values in rows.items()}
    store.write_table(pa.table(rows), tmp_path / "counts.parquet")
    with pq.ParquetFile(tmp_path / "counts.parquet") as parquet:
        assert (stored._holding(parquet, ["a"]), stored._holding(parquet, ["c"])) == ([0], [])


def test_settings_and_texts_are_the_same(corpus, opened):
    """A store says what moved its numbers, and gives each text back."""
    assert opened.settings == corpus.settings
    assert all(opened.text(doc_id) == corpus.text(doc_id) for doc_id in corpus.documents["doc_id"])
    assert "5 reports, 5 regions, 2018-2024" in repr(opened)


def test_unknown_names_are_refused(opened):
    """A column or a report that is not there is refused by name."""
    with pytest.raises(KeyError, match="colour"):
        opened.where(colour="red")
    with pytest.raises(KeyError, match="ffff"):
        opened.text("ffff")


def test_large_tables_are_refused_with_advice(corpus, opened):
    """Beyond the limit rows are not loaded unasked: the error says how to narrow; counts still answer."""
    small = tk.open_store(opened.folder, large=100, memory="100MB")
    with pytest.raises(ValueError, match=r"store\.where\(year=2023\)"):
        _ = small.tokens
    assert "text" not in small.documents
    assert_same(tk.count_terms(small), tk.count_terms(corpus))
    assert_same(tk.kwic(small, TERM), tk.kwic(corpus, TERM))
    assert_same(small.where(year=2023).tokens, corpus.where(year=2023).tokens)


def test_a_narrowed_store_counts_what_is_left(corpus, opened):
    """Narrowed to some reports, a store counts and sizes these alone, as the corpus narrowed the same way."""
    few, same = opened.narrow(year=2023), corpus.where(year=2023)
    for by in BYS:
        assert_same(tk.count_terms(few, by), tk.count_terms(same, by))
        assert_same(tk.count_groups(few, by), tk.count_groups(same, by))


def test_saved_corpus_is_no_store(corpus, tmp_path):
    """What corpus.save wrote is not opened as a store, nor a store as a saved corpus."""
    saved = corpus.save(tmp_path / "saved")
    with pytest.raises(ValueError, match=r"Corpus\.open"):
        tk.open_store(saved)
    with pytest.raises(FileNotFoundError, match="toolkit build"):
        tk.open_store(tmp_path)


@pytest.mark.parametrize("layer", ["base", "terms", "facts", "tables"])
def test_a_flipped_bit_is_found_before_it_is_read(opened, tmp_path, layer):
    """One bit flipped in any table of any part: reading it is refused, with the part and the remedy."""
    folder = tmp_path / "store"
    shutil.copytree(opened.folder, folder)
    reads = {
        "documents": lambda s: s.documents,
        "texts": lambda s: s.documents,
        "counts": tk.count_terms,
        "facts": tk.facts,
        "sizes": tk.count_groups,
    }
    for path in sorted(folder.glob(f"{layer}/**/*.parquet")):
        if path.stem in ("made", "inputs", "signatures", "compared") or (layer, path.stem) in (
            ("base", "documents"),
            ("terms", "sizes"),
        ):
            continue  # read by the build alone
        whole = path.read_bytes()
        path.write_bytes(whole[:50] + bytes([whole[50] ^ 4]) + whole[51:])
        with pytest.raises(ValueError, match=rf"{path.name}.*makes this part again"):
            reads.get(path.stem, lambda s, name=path.stem: getattr(s, name))(tk.open_store(folder))
        path.write_bytes(whole)


def test_a_part_without_rows_is_read(tmp_path):
    """A store of a notice without figures and a text of two characters has tables without rows, not an error."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("陇西县通知\n请各单位认真学习。\n", encoding="utf-8")
    (corpus / "b.txt").write_text("无题", encoding="utf-8")
    build_store(corpus, tmp_path / "s", duplicates="keep-all")
    opened = tk.open_store(tmp_path / "s")
    assert opened.facts().empty
    assert len(opened.where().documents) == 2


def test_a_narrowed_store_is_refused_by_its_own_size(opened):
    """Few reports of a store with many rows give their facts; ledger and duplicates are theirs alone."""
    few = tk.open_store(opened.folder, large=10).narrow(region_code="621122")
    assert set(few.facts()["doc_id"]) == set(few.documents["doc_id"]) == set(few.ledger["doc_id"])
    assert few.duplicates.empty


def test_columns_are_filtered_by_whatever_holds_values(opened):
    """A range, an array and an index of years choose what a list of them chooses."""
    wanted = set(opened.where(year=[2020, 2021, 2022, 2023]).documents["doc_id"])
    for years in (range(2020, 2024), pd.Index([2020, 2021, 2022, 2023]), frozenset(range(2020, 2024))):
        assert set(opened.where(year=years).documents["doc_id"]) == wanted


def test_the_wide_panel_of_a_store_is_that_of_memory(opened, monkeypatch):
    """Gone through report by report and region by region, a store gives the sheet and the panel of one corpus."""
    monkeypatch.setattr(stored, "AT_A_TIME", 1)
    monkeypatch.setattr(wide, "by_region", functools.partial(wide.by_region, most=1))
    exact = {"check_exact": False, "rtol": 1e-12}
    corpus, lexicon = tk.read_corpus(SEEDS), tk.read_lexicon()
    assert_frame_equal(m.attention(opened, lexicon), m.attention(corpus, lexicon), **exact)
    assert_frame_equal(m.region_years(opened), m.region_years(corpus), **exact)
