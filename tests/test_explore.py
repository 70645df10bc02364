"""What the explorer shows is what its code makes, and whatever a person types is text, never code."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import SEEDS

from toolkit.explore import VIEWS, Choice, Explorer, plain_errors, recipe, run_recipe
from toolkit.explore.evidence import show_place

TERMS, REGIONS = ("行政复议", "行政执法"), ("621122", "420205")


def choices(source):
    """Every view of all regions and of two, but for the one that needs a rest."""
    return [
        Choice(view=view, source=str(source), terms=TERMS, region_ids=regions, dimension="行政执法")
        for view in VIEWS
        for regions in ((), REGIONS)
        if not (view == "characteristic" and not regions)
    ]


CHOICES = choices(SEEDS)
FOLDER, STORE = {}, {}  # what statements left behind, shared by the tests of views


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A store of the seeds, in two parts."""
    import toolkit as tk

    folder = tmp_path_factory.mktemp("explore") / "store"
    tk.build_store(SEEDS, folder, part_size=3)
    return tk.open_store(folder)


@pytest.fixture
def pyplot():
    """matplotlib without a screen; figures closed afterwards."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def drawn(axes):
    """The numbers and words of a figure."""
    if axes is None:
        return None
    panels = list(axes.flat) if hasattr(axes, "flat") else [axes]
    numbers = [line.get_xydata().tolist() for panel in panels for line in panel.lines]
    numbers += [patch.get_bbox().bounds for panel in panels for patch in panel.patches]
    return repr(numbers), [panel.get_title() for panel in panels]


@pytest.mark.parametrize("choice", CHOICES, ids=[f"{c.view}-{len(c.region_ids) or 'all'}" for c in CHOICES])
def test_pasted_code_makes_the_same_table_and_figure(choice, corpus, pyplot, monkeypatch):
    """The code shown, run from an empty namespace as a person would paste it, makes what is shown."""
    shown, read, names = run_recipe(choice, corpus, FOLDER), [], {}

    def once(folder, **options):  # reading is tested elsewhere, and takes a second each time
        read.append((folder, options))
        return corpus

    monkeypatch.setattr("toolkit.pipeline.read_corpus", once)
    exec(recipe(choice, corpus), names)
    assert read == [(str(SEEDS), {"duplicates": "keep-all"})]
    pd.testing.assert_frame_equal(pd.DataFrame(names["table"]), pd.DataFrame(shown["table"]))
    assert drawn(names.get("axes")) == drawn(shown["axes"])
    assert len(shown["table"])


@pytest.mark.parametrize("choice", CHOICES, ids=[f"{c.view}-{len(c.region_ids) or 'all'}" for c in CHOICES])
def test_a_store_shows_what_the_folder_shows(choice, corpus, opened, pyplot):
    """Every view of a store is that of the folder it was made from, and its code opens the store."""
    stored = replace(choice, source=str(opened.folder))
    shown, memory = run_recipe(choice, corpus, FOLDER)["table"], STORE
    pd.testing.assert_frame_equal(
        pd.DataFrame(run_recipe(stored, opened, memory)["table"]), pd.DataFrame(shown)
    )
    assert f"tk.open_store({str(opened.folder)!r})" in recipe(stored, opened)


def test_views_of_a_store_load_no_words(opened, pyplot, monkeypatch):
    """Of many reports no view but the sheet reads the rows of words; that one reads those of the chosen alone."""
    from toolkit.stored import Store

    monkeypatch.setattr("toolkit.stored.FEW", 0)

    read, rows = [], Store._rows

    def watched(self, name, doc_ids):
        read.append((name, len(doc_ids)))
        return rows(self, name, doc_ids)

    monkeypatch.setattr(Store, "_rows", watched)
    chosen = [choice for choice in choices(opened.folder) if choice.region_ids]
    for choice in chosen:
        run_recipe(choice, opened)
        words = [n for name, n in read if name == "tokens"]
        assert words == ([len(REGIONS)] if choice.view == "attention" else [])


def test_a_store_too_large_for_a_view_is_said(opened, monkeypatch):
    """What would read every word of a large store is refused with the number that is possible."""
    monkeypatch.setattr("toolkit.explore.recipes.MOST_REPORTS", {"attention": 4})
    with pytest.raises(ValueError, match="at most 4 reports of a store at a time; 5 are chosen"):
        run_recipe(Choice(view="attention", source=str(opened.folder), language="en"), opened)


def test_statements_that_did_not_change_are_not_run_again(corpus, pyplot, monkeypatch):
    """With a memory, a change of region counts the whole corpus no second time, and the result is the same."""
    from toolkit.terms import counts

    counted, plain = [], counts.place_terms

    def watched(corpus):
        counted.append(corpus)
        return plain(corpus)

    monkeypatch.setattr(counts, "place_terms", watched)
    memory, choice = {}, Choice(view="characteristic", source=str(SEEDS), region_ids=("621122",))
    run_recipe(choice, corpus, memory)
    other = replace(choice, region_ids=("420205",))
    again = run_recipe(other, corpus, memory)["table"]
    assert len(counted) == 1
    pd.testing.assert_frame_equal(again, run_recipe(other, corpus)["table"])


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
        (Choice(view="terms", language="en"), "Expected a term to look for"),
        (Choice(view="coverage", region_ids=("999999",), language="en"), "No report has these"),
        (Choice(view="characteristic", language="en"), "none is left to compare with"),
        (Choice(view="characteristic"), "选的是全部报告"),
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
    assert page.count(f"<mark>{hit['surface']}</mark>") == 3  # in sentence, section and report
    with pytest.raises(ValueError, match="span inside"):
        show_place(corpus, hit["doc_id"], 10, 10**6)


class TestExplorer:
    """The widgets, without a browser."""

    @pytest.fixture(autouse=True)
    def read(self, corpus, monkeypatch):
        """Take the seeds as they are read already; another path is opened as ever."""
        from toolkit.explore import browser, recipes

        def opened(source, **options):
            return corpus if source == str(SEEDS) else recipes.open_source(source, **options)

        monkeypatch.setattr(browser, "open_source", opened)

    @pytest.fixture
    def explorer(self, tmp_path, pyplot):
        """The explorer on the seeds, with the view open that is made fastest."""
        return Explorer(str(SEEDS), out=tmp_path, views=("concordance",))

    @pytest.fixture
    def both(self, explorer):
        """With the view of terms open beside it."""
        explorer.open_views["terms"].value = True
        return explorer

    def test_open_views_stand_side_by_side(self, both):
        """After opening, each open view has its table and code, the terms a picture with its alt text."""
        terms, lines = both.panels["terms"], both.panels["concordance"]
        assert 'alt="' in terms.figure.value and "行政复议" in terms.table.value
        assert "tk.count_phrases" in terms.box.value and "tk.kwic" in lines.box.value
        assert terms.widget.layout.display is None and lines.widget.layout.display is None

    def test_a_closed_view_is_made_when_it_is_opened(self, explorer):
        """What is not shown costs nothing, and comes when it is asked for."""
        panel = explorer.panels["coverage"]
        assert panel.widget.layout.display == "none" and not panel.shown
        explorer.open_views["coverage"].value = True
        assert panel.widget.layout.display is None and len(panel.shown["table"]) == 5

    def test_only_what_changed_is_made_again(self, both):
        """A term does not touch the coverage; what is out of date says so until it is made."""
        both.open_views["coverage"].value = True
        coverage, terms = both.panels["coverage"], both.panels["terms"]
        before = coverage.shown["table"]
        both._held = True
        both.terms.value = "合法性审查"
        choice = both.choice("terms")
        assert terms.wants(choice, both.corpus) and "正在更新" in terms.note.value
        assert not coverage.wants(replace(choice, view="coverage"), both.corpus)
        both._held = False
        both.refresh()
        assert set(terms.shown["table"]["term"]) == {"合法性审查"}
        assert "正在更新" not in terms.note.value and coverage.shown["table"] is before

    @pytest.mark.parametrize("typed", ["陇西", "621122", "陇西县 621122"])
    def test_a_region_is_found_by_what_only_it_has(self, explorer, typed):
        """A part of a name, a code, or an offer taken whole chooses the region, and its button takes it out."""
        explorer.search.value = typed
        assert explorer.region_ids == ("621122",) and explorer.search.value == ""
        assert set(explorer.panels["concordance"].shown["table"]["region"]) == {"陇西县"}
        assert "621122" in explorer.panels["concordance"].box.value
        explorer.chosen.children[0].click()
        assert explorer.region_ids == ()

    @pytest.mark.parametrize(("typed", "said"), [("区", "有 3 个地区"), ("乌有县", "没有地区含有")])
    def test_a_region_that_is_not_clear_is_asked_about(self, explorer, typed, said):
        """Several regions, or none, are answered with a sentence, and nothing is chosen."""
        explorer.search.value = typed
        assert said in explorer.listed.value and explorer.region_ids == ()

    def test_province_and_prefecture_narrow_the_offer(self, explorer):
        """Province, then prefecture, then region; all places of a province are chosen with one button."""
        explorer.province.value = "湖北省"
        assert explorer.search.options == ("铁山区 420205",)
        explorer.prefecture.value = "黄石市"
        explorer.take.click()
        assert explorer.region_ids == ("420205",)
        explorer.clear.click()
        assert explorer.region_ids == ()

    def test_years_and_parts_narrow_the_choice(self, explorer):
        """First and last year, in whatever order, and the parts that are ticked."""
        explorer.first.value, explorer.last.value = 2024, 2023
        explorer.roles["plan"].value = True
        lines = explorer.panels["concordance"].shown["table"]
        assert set(lines["year"]) == {2023, 2024} and set(lines["role"]) == {"plan"}

    def test_line_opens_its_place(self, explorer):
        """The number of a line opens its sentence with the hit marked, in the order that is shown."""
        panel = explorer.panels["concordance"]
        panel.sort.value, panel.falling.value = "start", True
        panel.line.value = 2
        starts = panel.shown["table"]["start"].sort_values(ascending=False)
        assert f"{starts.iloc[1]}-" in panel.place.value and "<mark>" in panel.place.value

    def test_pages_have_fifty_rows(self, explorer):
        """The second page begins with the 51st line and the last page ends with the last."""
        panel = explorer.panels["concordance"]
        n = len(panel.shown["table"])
        panel.page.value = 2
        assert f"共 {n} 行；第 51–100 行" in panel.table.value and panel.table.value.count("<tr>") == 51
        panel.page.value = panel.page.max
        assert f"–{n} 行" in panel.table.value

    def test_lexicon_term_is_added_once(self, explorer):
        """A term picked from the lexicon joins those that are followed."""
        name = explorer.mechanism.options[1][1]
        explorer.mechanism.value = name
        explorer._add_term(name)
        assert explorer.choice("terms").terms == (*TERMS, name)

    def test_wrong_folder_is_a_sentence(self, both):
        """A path that does not exist becomes a message; what was open stays, in the code too."""
        both.source.value = "nowhere"
        both.opener.click()
        assert "does not exist" in both.message.value and 'role="alert"' in both.message.value
        both.terms.value = "合法性审查"
        assert repr(str(SEEDS)) in both.panels["terms"].box.value

    def test_what_cannot_be_shown_is_a_sentence_in_its_panel(self, explorer):
        """A view that fails says why, and is back when the choice allows it; the others go on."""
        explorer.open_views["characteristic"].value = True
        panel = explorer.panels["characteristic"]
        assert "选的是全部报告" in panel.note.value and panel.content.layout.display == "none"
        explorer.choose(["621122"])
        assert "alert" not in panel.note.value and panel.content.layout.display is None
        assert len(panel.shown["table"])

    def test_an_unforeseen_error_stays_in_its_panel(self, both, monkeypatch):
        """An error nobody expected is named in the panel, not thrown into a log nobody reads."""
        import toolkit as tk

        monkeypatch.setattr("toolkit.terms.concordance.kwic", lambda *_, **__: 1 / 0)
        both.terms.value = "法治"
        assert "ZeroDivisionError" in both.panels["concordance"].note.value
        assert tk is not None and both.panels["terms"].note.value

    @pytest.mark.parametrize(
        ("kind", "names"),
        [("csv", {"terms.csv"}), ("xlsx", {"terms.xlsx"}), ("figure", {"terms.png", "terms.pdf"})],
    )
    def test_saving_says_where(self, both, tmp_path, kind, names):
        """The table or figure of the moment is saved, the figure at print quality, and the place is said."""
        panel = both.panels["terms"]
        panel.savers[kind].click()
        assert names <= {path.name for path in tmp_path.iterdir()} and "terms" in panel.saved.value
        if kind == "figure":
            from PIL import Image

            with Image.open(tmp_path / "terms.png") as picture:
                assert picture.width >= 0.95 * 17 / 2.54 * 300

    def test_corpus_text_is_escaped(self, both):
        """Markup in a table shows as text."""
        panel = both.panels["terms"]
        panel.shown["table"] = panel.shown["table"].assign(region="<script>alert(1)</script>")
        panel._show_table()
        assert "<script>" not in panel.table.value and "&lt;script&gt;" in panel.table.value

    def test_figures_of_others_stay_open(self, both):
        """The both closes its own figures alone."""
        from matplotlib import pyplot

        mine = pyplot.figure()
        both.terms.value = "法治"
        assert pyplot.get_fignums() == [mine.number]

    def test_a_newer_choice_ends_work_on_an_older(self, tmp_path, pyplot):
        """In a notebook, panels are made one after another, and a second change overtakes the first."""
        import asyncio

        async def change_twice():
            explorer = Explorer(str(SEEDS), out=tmp_path, views=("concordance",))
            assert not explorer.panels["concordance"].shown  # the page is shown before the first view is made
            first = explorer._task
            explorer.terms.value = "法治"
            await explorer._task
            return explorer, first

        explorer, first = asyncio.run(change_twice())
        assert first.cancelled()
        assert set(explorer.panels["concordance"].shown["table"]["keyword"]) == {"法治"}


class TestPlainErrors:
    """Errors in a notebook."""

    @pytest.fixture
    def shell(self):
        """An IPython shell that shows errors of the package as sentences."""
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell()
        plain_errors(shell)
        return shell

    def test_what_the_package_refuses_is_a_sentence(self, shell, capsys):
        """A wrong path is one line that says what to do, and the cell has failed."""
        done = shell.run_cell("import toolkit as tk; tk.read_corpus('nowhere')")
        shown = capsys.readouterr().out
        assert isinstance(done.error_in_exec, FileNotFoundError)
        assert "does not exist" in shown and "Traceback" not in shown and len(shown.splitlines()) == 1

    def test_a_slip_in_a_cell_keeps_its_report(self, shell, capsys):
        """What does not come from the package is reported in full."""
        shell.run_cell("int('a')")
        assert "Traceback" in capsys.readouterr().out


def test_objects_show_themselves_escaped(corpus, opened):
    """Store, lexicon and concordance have an escaped table for a notebook and lines of text elsewhere."""
    import toolkit as tk

    lexicon = tk.read_lexicon()
    assert "陇西县" in opened._repr_html_() and repr(opened).startswith("Store: 5 reports")
    assert "<table" in lexicon._repr_html_() and "entries" in repr(lexicon)
    lines = tk.kwic(corpus, "行政复议")
    assert repr(lines).endswith(f"\n{len(lines)} lines") and repr(lines).count("[行政复议]") == len(lines)
    assert repr(tk.kwic(corpus, "法")).count("[法]") == 60
    marked = lines.assign(left="<b>", label="<i>").head(1)
    assert "<i>" not in marked._repr_html_() and "&lt;b&gt;" in marked._repr_html_()
