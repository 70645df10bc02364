"""What the explorer shows is what its code makes, and whatever a person types is text, never code."""

import pandas as pd
import pytest
from conftest import SEEDS

from toolkit.explore import VIEWS, Choice, Explorer, recipe, run_recipe
from toolkit.explore.evidence import show_place

CHOICES = [
    Choice(
        view=view, source=str(SEEDS), terms=("行政复议", "行政执法"), region_ids=regions, dimension="行政执法"
    )
    for view in VIEWS
    for regions in ((), ("621122", "420205"))
    if not (view == "characteristic" and not regions)
]


@pytest.fixture
def pyplot():
    """matplotlib without a screen; figures closed afterwards."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


@pytest.mark.parametrize("choice", CHOICES, ids=[f"{c.view}-{len(c.region_ids) or 'all'}" for c in CHOICES])
def test_pasted_code_makes_the_same_table(choice, corpus, pyplot):
    """The code shown, run from an empty namespace as a person would paste it, makes the table that is shown."""
    shown = run_recipe(choice, corpus)
    names = {}
    exec(recipe(choice, corpus), names)
    pd.testing.assert_frame_equal(pd.DataFrame(names["table"]), pd.DataFrame(shown["table"]))
    assert (names.get("axes") is None) == (shown["axes"] is None)
    assert len(shown["table"])


@pytest.mark.parametrize("typed", ['"); import os; ("', "'''", "a\\nb", "C++", "{choice}", "(试行)"])
def test_typed_text_is_never_code(typed, corpus, pyplot):
    """Quotes, braces and escapes in a term reach the search as they were typed."""
    choice = Choice(view="concordance", source=str(SEEDS), terms=(typed,))
    assert len(run_recipe(choice, corpus)["table"]) == sum(
        text.count(typed) for text in corpus.sentences.loc[corpus.sentences["role"] != "meta", "text"]
    )


def test_years_and_roles_limit_the_choice(corpus, pyplot):
    """Years filter reports, and roles filter sentences."""
    choice = Choice(
        view="concordance", source=str(SEEDS), terms=("行政执法",), years=(2023, 2024), roles=("plan",)
    )
    table = run_recipe(choice, corpus)["table"]
    assert set(table["role"]) == {"plan"}
    assert set(table["year"]) == {2023, 2024}


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (Choice(view="weather"), "Expected one of the views"),
        (Choice(view="terms"), "Expected a term to look for"),
        (Choice(view="coverage", region_ids=("999999",)), "No report of this corpus"),
        (Choice(view="characteristic"), "none is left to compare with"),
    ],
)
def test_impossible_choices_are_sentences(choice, sentence, corpus):
    """What cannot be shown is refused with a sentence that says what to do."""
    with pytest.raises(ValueError, match=sentence):
        run_recipe(choice, corpus)


def test_place_leads_back_to_sentence_section_and_report(corpus):
    """A hit is shown marked, under its headings, in its sentence, with the whole report to unfold."""
    hit = corpus.hits.iloc[40]
    page = show_place(corpus, hit["doc_id"], hit["start"], hit["end"])
    assert page.count(f"<mark>{hit['surface']}</mark>") == 2
    with pytest.raises(ValueError, match="span inside"):
        show_place(corpus, hit["doc_id"], 10, 10**6)


class TestExplorer:
    """The widgets, without a browser."""

    @pytest.fixture
    def explorer(self, tmp_path, pyplot):
        """The explorer on the seeds."""
        return Explorer(str(SEEDS), out=tmp_path)

    def test_first_look_has_figure_table_and_code(self, explorer):
        """After opening there are a picture with its alt text, a table and the code."""
        assert 'alt="' in explorer.figure.value
        assert "行政复议" in explorer.table.value
        assert "tk.count_phrases" in explorer.code.value

    def test_choosing_a_region_changes_what_is_shown(self, explorer):
        """A region that is chosen is the only one in table and code."""
        explorer.regions.value = ["621122"]
        assert set(explorer.shown["table"]["region_id"]) == {"621122"}
        assert "621122" in explorer.code.value

    def test_search_and_province_narrow_the_list(self, explorer):
        """Typing narrows the list of regions, and so does the province."""
        explorer.search.value = "陇西"
        assert [code for _, code in explorer.regions.options] == ["621122"]
        explorer.search.value, explorer.province.value = "", "湖北省"
        assert [code for _, code in explorer.regions.options] == ["420205"]

    def test_line_opens_its_place(self, explorer):
        """The number of a line opens its sentence with the hit marked, in the order that is shown."""
        explorer.view.value = "concordance"
        explorer.sort.value, explorer.falling.value = "start", True
        explorer.line.value = 2
        assert f"{int(explorer.sorted_table().iloc[1]['start'])}-" in explorer.place.value
        assert "<mark>" in explorer.place.value

    def test_lexicon_term_is_added_once(self, explorer):
        """A term picked from the lexicon joins those that are followed."""
        name = explorer.mechanism.options[1][1]
        explorer.mechanism.value = name
        explorer._add_term(name)
        assert explorer.choice.terms.count(name) == 1

    def test_wrong_folder_is_a_sentence(self, explorer):
        """A path that does not exist becomes a message; what was open stays."""
        explorer.source.value = "nowhere"
        explorer.open()
        assert "does not exist" in explorer.message.value
        assert explorer.corpus is not None

    @pytest.mark.parametrize(
        ("kind", "names"), [("csv", {"terms.csv"}), ("figure", {"terms.png", "terms.pdf"})]
    )
    def test_saving_says_where(self, explorer, tmp_path, kind, names):
        """The table or figure of the moment is saved, and the place is said."""
        explorer._save(kind)
        assert names <= {path.name for path in tmp_path.iterdir()}
        assert "terms" in explorer.saved.value

    def test_corpus_text_is_escaped(self, explorer):
        """Markup in a label shows as text."""
        explorer.shown["table"] = explorer.shown["table"].assign(region="<script>alert(1)</script>")
        explorer._show_table()
        assert "<script>" not in explorer.table.value


def test_a_store_shows_what_the_folder_shows(tmp_path, pyplot):
    """A store made of the seeds opens by its path and gives the same table, and its code opens the store."""
    import toolkit as tk

    tk.build_store(SEEDS, tmp_path / "store")
    folder, store = Explorer(str(SEEDS), out=tmp_path), Explorer(str(tmp_path / "store"), out=tmp_path)
    for explorer in (folder, store):
        explorer.view.value = "concordance"
    pd.testing.assert_frame_equal(pd.DataFrame(folder.shown["table"]), pd.DataFrame(store.shown["table"]))
    assert "tk.open_store" in store.code.value
