"""The explorer: choices on top, and below them the views, side by side and up to date."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from toolkit.explore.panels import Panel, alert
from toolkit.explore.recipes import VIEWS, Choice, chosen_documents, open_source
from toolkit.reports.labels import label, name_of
from toolkit.schemas import ROLES

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus

BUTTONS = 24  # chosen regions with a button of their own
_WIDE = {"layout": {"width": "auto"}, "style": {"description_width": "auto"}}
_STYLE = """<style>
.explore-choices .widget-inline-hbox {flex-direction: column; align-items: stretch; height: auto}
.explore-choices .widget-inline-hbox > label {text-align: left; height: auto; line-height: 1.5}
.explore-choices select {height: 28px; flex: none}
.explore-choices p, .explore-choices button {margin: 2px}
.explore table {border-collapse: collapse; line-height: 1.45; margin: 0}
.explore :is(td, th) {padding: 1px 7px; border-bottom: 1px solid #ddd; text-align: left}
.explore td {max-width: 26em; overflow: hidden; text-overflow: ellipsis}
.explore thead th {position: sticky; top: 0; background: var(--jp-layout-color1, white)}
.explore .widget-checkbox {margin-right: 10px}
:is(.explore-concordance, .explore-indicators, .explore-attention) {grid-column: 1 / -1}
.explore summary {cursor: pointer}
.explore-of {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap}
</style>"""
_EXPECTED = (ValueError, KeyError, OSError)


class Explorer:
    """A corpus under the hand: choose regions, years, parts and terms; see tables, figures and places.

    Every view has the code that makes it. Show the explorer by naming it in the last line of a cell.

    Parameters
    ----------
    source
        A folder of reports, or a store; another can be opened in the widget.
    terms
        Terms to begin with.
    views
        The views that are open at first, of `VIEWS`.
    language
        zh or en.
    out
        Where tables and figures are saved.
    """

    def __init__(
        self,
        source: str = "../seeds",
        *,
        terms: tuple[str, ...] | list[str] = ("行政复议", "行政执法"),
        views: tuple[str, ...] | list[str] = VIEWS,
        language: str = "zh",
        out: str | Path = "../figures/explore",
    ) -> None:
        from toolkit.terms.lexicon import read_lexicon

        self.language = language
        self.corpus: Corpus | None = None
        self.region_ids: tuple[str, ...] = ()
        self._source, self._held, self._task = source, False, None
        self._offered: dict[str, str] = {}
        self._lexicon = read_lexicon().table
        self._memory: dict[str, dict] = {}
        self.panels = {view: Panel(view, language, Path(out), self._memory) for view in VIEWS}
        self._make_controls(source, ", ".join(terms))
        self._make_layout(views)
        self._watch()
        self.open()

    def _say(self, key: str, **values: object) -> str:
        """The word of a key in the language of the explorer."""
        return label(f"explore.{key}", self.language, **values)

    def _make_controls(self, source: str, terms: str) -> None:
        """One widget for each choice, each with its label."""
        say, every = self._say, [(self._say("all"), "")]
        roles = [(name_of("role", role, self.language), role) for role in ROLES if role != "meta"]
        dimensions = list(dict.fromkeys(self._lexicon["dimension"]))
        self.source = widgets.Text(value=source, description=say("source"), continuous_update=False, **_WIDE)
        self.opener = widgets.Button(description=say("open"))
        self.province = widgets.Dropdown(options=every, description=say("province"), **_WIDE)
        self.prefecture = widgets.Dropdown(options=every, description=say("prefecture"), **_WIDE)
        self.search = widgets.Combobox(
            description=say("search"), placeholder=say("search_hint"), continuous_update=False, **_WIDE
        )
        self.listed, self.chosen = widgets.HTML(), widgets.HBox(layout={"flex_flow": "row wrap"})
        self.take = widgets.Button(description=say("take"), layout={"width": "auto"})
        self.clear = widgets.Button(description=say("clear"), layout={"width": "auto"})
        self.first = widgets.Dropdown(description=say("first"), **_WIDE)
        self.last = widgets.Dropdown(description=say("last"), **_WIDE)
        self.roles = {role: _box(name) for name, role in roles}
        self.terms = widgets.Text(value=terms, description=say("terms"), continuous_update=False, **_WIDE)
        self.dimension = widgets.Dropdown(options=dimensions, description=say("dimension"), **_WIDE)
        self.mechanism = widgets.Dropdown(options=[("", "")], description=say("mechanism"), **_WIDE)
        self.message, self.progress = widgets.HTML(), widgets.Output()
        self.open_views = {view: _box(name_of("view", view, self.language)) for view in VIEWS}

    def _make_layout(self, views: tuple[str, ...] | list[str]) -> None:
        """Choices in columns, views in a grid that has as many columns as there is room for."""
        column, wrap = {"min_width": "0"}, {"flex_flow": "row wrap"}
        regions = [self.province, self.prefecture, self.search, self.listed]
        buttons = widgets.HBox([self.take, self.clear], layout=wrap)
        places = widgets.VBox([*regions, buttons, self.chosen], layout=column)
        roles = (
            widgets.HTML(f"<p>{escape(self._say('roles'))}</p>"),
            widgets.HBox([*self.roles.values()], layout=wrap),
        )
        words = [self.source, self.opener, self.terms, self.dimension, self.mechanism]
        choices = widgets.GridBox(
            [
                widgets.VBox(words, layout=column),
                places,
                widgets.VBox([self.first, self.last, *roles], layout=column),
            ],
            layout={"grid_template_columns": "repeat(auto-fit, minmax(230px, 1fr))", "grid_gap": "4px 16px"},
        )
        choices.add_class("explore-choices")
        for view, box in self.open_views.items():
            box.value = view in views
            self.panels[view].widget.layout.display = None if box.value else "none"
        shown = widgets.HBox(
            [widgets.HTML(escape(self._say("views"))), *self.open_views.values()], layout=wrap
        )
        grid = widgets.GridBox(
            [panel.widget for panel in self.panels.values()],
            layout={
                "grid_template_columns": "repeat(auto-fit, minmax(max(380px, 40%), 1fr))",
                "grid_gap": "10px",
            },
        )
        self.widget = widgets.VBox([widgets.HTML(_STYLE), choices, shown, self.message, self.progress, grid])
        self.widget.add_class("explore")

    def _watch(self) -> None:
        """Tie every choice to what it changes."""
        self.opener.on_click(lambda _: self._open_again())
        self.province.observe(lambda _: self._offer_prefectures(), "value")
        self.prefecture.observe(lambda _: self._offer_regions(), "value")
        self.search.observe(lambda change: self._find_region(change["new"].strip()), "value")
        for control in (self.first, self.last, self.terms, *self.roles.values()):
            control.observe(lambda _: self.refresh(), "value")
        self.take.on_click(lambda _: self.choose(self._offered))
        self.clear.on_click(lambda _: self.choose(()))
        self.dimension.observe(lambda _: self._offer_mechanisms(), "value")
        self.mechanism.observe(lambda change: self._add_term(change["new"]), "value")
        for view, box in self.open_views.items():
            box.observe(lambda change, view=view: self._show_view(view, change["new"]), "value")

    def open(self) -> None:
        """Read the folder that is named, and show it; a wrong path becomes a sentence."""
        self.message.value = f"<p role='status'>{escape(self._say('opening', path=self.source.value))}</p>"
        try:
            corpus = open_source(self.source.value, progress=True if _loop() else None)
            documents = corpus.documents
        except _EXPECTED as error:
            self.message.value = alert(error)
            return
        self.corpus, self._source, self._held = corpus, self.source.value, True
        self._memory.clear()
        provinces = sorted(set(documents["province"]) - {""})
        years = sorted({int(year) for year in documents["year"].dropna()}) or [0]
        self.province.options = [(self._say("all"), ""), *((name, name) for name in provinces)]
        self.first.options = self.last.options = years
        self.first.value, self.last.value = years[0], years[-1]
        self.province.value = ""
        self._offer_prefectures()
        self.choose(())
        self._offer_mechanisms()
        self._held = False
        self.refresh()

    def _open_again(self) -> None:
        """Open another folder; the bar of its progress stands below the choices."""
        with self.progress:
            self.open()
        self.progress.clear_output()

    def _places(self) -> Any:
        """The regions of the corpus, one row each, narrowed to province and prefecture."""
        documents = self.corpus.documents.drop_duplicates("region_id", keep="last").sort_values("region_id")
        for name, control in (("province", self.province), ("prefecture", self.prefecture)):
            documents = documents[documents[name] == control.value] if control.value else documents
        return documents

    def _offer_prefectures(self) -> None:
        """List the prefectures of the province, then their regions."""
        names = sorted(set(self._places()["prefecture"]) - {""}) if self.province.value else []
        self.prefecture.options = [(self._say("all"), ""), *((name, name) for name in names)]
        self.prefecture.value = ""
        self._offer_regions()

    def _offer_regions(self) -> None:
        """Let the regions of province and prefecture be found by name or code."""
        rows = self._places()[["region_id", "region"]].itertuples(index=False)
        self._offered = {code: f"{region} {code}" for code, region in rows}
        self.search.options = tuple(self._offered.values())
        self._tell(self._say("listed", n=len(self._offered), chosen=len(self.region_ids)))

    def _find_region(self, typed: str) -> None:
        """Choose the region that was typed, by name, code or a part of either that only it has."""
        if not typed:
            return
        found = [code for code, name in self._offered.items() if typed in name]
        exact = [
            code for code in found if typed in (code, self._offered[code], self._offered[code].split()[0])
        ]
        if len(exact or found) == 1:
            self.search.value = ""
            self.choose((*self.region_ids, *(exact or found)))
        else:
            names = ", ".join(self._offered[code] for code in found[:8]) + (" …" if len(found) > 8 else "")
            self._tell(self._say("several" if found else "unknown", typed=typed, n=len(found), names=names))

    def _tell(self, text: str) -> None:
        """Say something below the search for regions."""
        self.listed.value = f"<p role='status' style='line-height:1.3'>{escape(text)}</p>"

    def choose(self, region_ids: Iterable[str]) -> None:
        """Choose these regions (all where there are none); each gets a button that takes it out again."""
        self.region_ids = tuple(dict.fromkeys(region_ids))
        names = self.corpus.documents.drop_duplicates("region_id", keep="last").set_index("region_id")[
            "region"
        ]
        buttons = []
        for code in self.region_ids[:BUTTONS]:
            out = self._say("take_out", name=names[code])
            button = widgets.Button(description=f"{names[code]} ✕", tooltip=out, layout={"width": "auto"})
            button.on_click(lambda _, code=code: self.choose(c for c in self.region_ids if c != code))
            buttons.append(button)
        more = len(self.region_ids) - len(buttons)
        self.chosen.children = [*buttons, *([widgets.HTML(f"… + {more}")] if more else [])]
        self._tell(self._say("listed", n=len(self._offered), chosen=len(self.region_ids)))
        self.refresh()

    def _offer_mechanisms(self) -> None:
        """List the lexicon's terms of the dimension; the attention sheet follows the dimension."""
        names = self._lexicon.loc[self._lexicon["dimension"] == self.dimension.value, "name"]
        self.mechanism.options = [("", ""), *((name, name) for name in names)]
        self.refresh()

    def _add_term(self, term: str) -> None:
        """Add a term of the lexicon to those that are followed."""
        if term and term not in self.choice("terms").terms:
            self.terms.value = ", ".join([*self.choice("terms").terms, term])

    def _show_view(self, view: str, shown: bool) -> None:
        """Open or close a view; one that is closed costs no time."""
        self.panels[view].widget.layout.display = None if shown else "none"
        self.refresh()

    def choice(self, view: str) -> Choice:
        """What is chosen now, for one view."""
        terms = [term.strip() for term in re.split(r"[,，、;；]", self.terms.value)]
        return Choice(
            view=view,
            source=self._source,
            region_ids=self.region_ids,
            years=tuple(sorted((self.first.value or 0, self.last.value or 0))),
            roles=tuple(role for role, box in self.roles.items() if box.value),
            terms=tuple(dict.fromkeys(term for term in terms if term)),
            dimension=self.dimension.value,
            language=self.language,
        )

    def refresh(self) -> None:
        """Bring the open views up to date, one after another; a newer choice ends the work on an older.

        Messages of the page are heard in between. Without a running loop, in a script, all is done at once.
        """
        if self.corpus is None or self._held:
            return
        if self._task is not None:
            self._task.cancel()
        steps, loop = self._bring_up(), _loop()
        if loop is None:
            for _ in steps:
                pass
        else:
            self._task = loop.create_task(_walk(steps))

    def _bring_up(self) -> Iterator[None]:
        """Mark what is out of date, then make it anew, view by view."""
        choice = self.choice(VIEWS[0])
        shown = [panel for view, panel in self.panels.items() if self.open_views[view].value]
        stale = [panel for panel in shown if panel.wants(replace(choice, view=panel.view), self.corpus)]
        about = self._about(choice)
        for number, panel in enumerate(stale, 1):
            name = name_of("view", panel.view, self.language)
            now = self._say("updating", name=name, number=number, n=len(stale))
            self.message.value = f"<p role='status'>{about} · {escape(now)}</p>"
            yield
            panel.update(replace(choice, view=panel.view), self.corpus)
        used = {step for panel in shown for step in panel.shown.get("steps", ())}
        for step in set(self._memory) - used:
            del self._memory[step]
        self.message.value = f"<p role='status'>{about}</p>"

    def _about(self, choice: Choice) -> str:
        """How much is chosen: reports, regions, years, tokens."""
        documents = chosen_documents(choice, self.corpus)
        years = documents["year"].dropna()
        span = (
            "–".join(str(year) for year in dict.fromkeys((years.min(), years.max()))) if len(years) else "?"
        )
        sizes = {
            "all": len(self.corpus.documents),
            "regions": documents["region_id"].nunique(),
            "years": span,
        }
        sizes["tokens"] = f"{int(documents['n_tokens'].sum()):,}"
        return escape(self._say("about", n=len(documents), **sizes))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widgets in a notebook."""
        return self.widget._repr_mimebundle_(**options)


def _box(description: str) -> widgets.Checkbox:
    """A box to tick, as wide as its words."""
    return widgets.Checkbox(description=description, indent=False, layout={"width": "auto"})


def _loop() -> asyncio.AbstractEventLoop | None:
    """The running loop of a notebook; None in a script."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def _walk(steps: Iterator[None]) -> None:
    """Take the steps one by one, and let messages in between."""
    for _ in steps:
        await asyncio.sleep(0.01)
