"""The explorer: choices on top, and below them the views, side by side and up to date."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
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

OFFERED = 200  # regions listed at a time: what is typed narrows them
_WIDE = {"layout": {"width": "98%"}, "style": {"description_width": "7.5em"}}
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
        self._source, self._held, self._task = source, False, None
        self._lexicon = read_lexicon().table
        self.panels = {view: Panel(view, language, Path(out)) for view in VIEWS}
        self._make_controls(source, ", ".join(terms))
        self._make_layout(views)
        self._watch()
        self._soon(self._open)

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
        self.search = widgets.Text(description=say("search"), placeholder=say("search_hint"), **_WIDE)
        self.regions = widgets.SelectMultiple(description=say("regions"), rows=6, **_WIDE)
        self.listed = widgets.HTML()
        self.take = widgets.Button(description=say("take"), layout={"width": "auto"})
        self.clear = widgets.Button(description=say("clear"), layout={"width": "auto"})
        self.first = widgets.Dropdown(description=say("first"), **_WIDE)
        self.last = widgets.Dropdown(description=say("last"), **_WIDE)
        self.roles = widgets.SelectMultiple(options=roles, description=say("roles"), rows=6, **_WIDE)
        self.terms = widgets.Text(value=terms, description=say("terms"), continuous_update=False, **_WIDE)
        self.dimension = widgets.Dropdown(options=dimensions, description=say("dimension"), **_WIDE)
        self.mechanism = widgets.Dropdown(options=[("", "")], description=say("mechanism"), **_WIDE)
        self.message, self.progress = widgets.HTML(), widgets.Output()
        self.open_views = {
            view: widgets.Checkbox(
                description=name_of("view", view, self.language), indent=False, layout={"width": "auto"}
            )
            for view in VIEWS
        }

    def _make_layout(self, views: tuple[str, ...] | list[str]) -> None:
        """Choices in columns, views in a grid that has as many columns as there is room for."""
        column, wrap = {"min_width": "0"}, {"flex_flow": "row wrap"}
        regions = [self.province, self.prefecture, self.search, self.regions, self.listed]
        places = widgets.VBox([*regions, widgets.HBox([self.take, self.clear], layout=wrap)], layout=column)
        words = [self.source, self.opener, self.first, self.last, self.terms, self.dimension, self.mechanism]
        choices = widgets.GridBox(
            [widgets.VBox(words, layout=column), places, widgets.VBox([self.roles], layout=column)],
            layout={"grid_template_columns": "repeat(auto-fit, minmax(300px, 1fr))", "grid_gap": "4px 16px"},
        )
        for view, box in self.open_views.items():
            box.value = view in views
            self.panels[view].widget.layout.display = None if box.value else "none"
        shown = widgets.HBox(
            [widgets.HTML(escape(self._say("views"))), *self.open_views.values()], layout=wrap
        )
        grid = widgets.GridBox(
            [panel.widget for panel in self.panels.values()],
            layout={"grid_template_columns": "repeat(auto-fit, minmax(430px, 1fr))", "grid_gap": "10px"},
        )
        self.widget = widgets.VBox([choices, shown, self.message, self.progress, grid])

    def _watch(self) -> None:
        """Tie every choice to what it changes."""
        self.opener.on_click(lambda _: self._soon(self._open))
        self.province.observe(lambda _: self._offer_prefectures(), "value")
        for control in (self.prefecture, self.search):
            control.observe(lambda _: self._offer_regions(), "value")
        for control in (self.regions, self.first, self.last, self.roles, self.terms):
            control.observe(lambda _: self.refresh(), "value")
        self.take.on_click(lambda _: self._choose([code for _, code in self.regions.options]))
        self.clear.on_click(lambda _: self._choose([]))
        self.dimension.observe(lambda _: self._offer_mechanisms(), "value")
        self.mechanism.observe(lambda change: self._add_term(change["new"]), "value")
        for view, box in self.open_views.items():
            box.observe(lambda change, view=view: self._show_view(view, change["new"]), "value")

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Change several choices as one: refresh at the end."""
        held, self._held = self._held, True
        try:
            yield
        finally:
            self._held = held
        self.refresh()

    def _soon(self, work: Any) -> None:
        """Begin work after the messages that wait, so that a page is never blank; newer work ends older.

        Without a running loop, in a script, the work is done at once.
        """
        steps = work()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            for _ in steps:
                pass
            return
        if self._task is not None:
            self._task.cancel()
        self._task = loop.create_task(_walk(steps))

    def _open(self) -> Iterator[None]:
        """Read the folder that is named, and show it; a wrong path becomes a sentence."""
        self.message.value = f"<p role='status'>{escape(self._say('opening', path=self.source.value))}</p>"
        yield
        try:
            with self.progress:
                corpus = open_source(self.source.value)
            documents = corpus.documents
        except _EXPECTED as error:
            self.message.value = alert(error)
            return
        self.progress.clear_output()
        self.corpus, self._source, self._held = corpus, self.source.value, True
        provinces = sorted(set(documents["province"]) - {""})
        years = sorted({int(year) for year in documents["year"].dropna()}) or [0]
        self.province.options = [(self._say("all"), ""), *((name, name) for name in provinces)]
        self.first.options = self.last.options = years
        self.first.value, self.last.value = years[0], years[-1]
        self.regions.value = ()
        self.search.value = ""
        self._offer_prefectures()
        self._offer_mechanisms()
        self._held = False
        yield from self._bring_up()

    def _places(self) -> Any:
        """The regions of the corpus, one row each, narrowed to province and prefecture."""
        documents = self.corpus.documents.drop_duplicates("region_id", keep="last").sort_values("region_id")
        for name, control in (("province", self.province), ("prefecture", self.prefecture)):
            documents = documents[documents[name] == control.value] if control.value else documents
        return documents

    def _offer_prefectures(self) -> None:
        """List the prefectures of the province, then their regions."""
        with self._quiet():
            self.prefecture.value = ""
            names = sorted(set(self._places()["prefecture"]) - {""}) if self.province.value else []
            self.prefecture.options = [(self._say("all"), ""), *((name, name) for name in names)]
            self._offer_regions()

    def _offer_regions(self) -> None:
        """List the regions whose name or code has the text that was typed; those chosen stay, on top."""
        wanted, chosen = self.search.value.strip(), tuple(self.regions.value)
        kept = [option for option in self.regions.options if option[1] in chosen]
        rows = self._places()[["region", "region_id"]].itertuples(index=False)
        named = [(f"{region} {code}", code) for region, code in rows]
        found = [option for option in named if wanted in option[0] and option[1] not in chosen]
        with self._quiet():
            self.regions.options = [*kept, *found[:OFFERED]]
            self.regions.value = chosen
        listed = self._say("listed", n=len(found), shown=min(len(found), OFFERED), chosen=len(chosen))
        self.listed.value = f"<p style='margin:0 0 0 7.5em;line-height:1.3'>{escape(listed)}</p>"

    def _choose(self, codes: list[str]) -> None:
        """Choose these regions."""
        self.regions.value = tuple(codes)
        self._offer_regions()

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
            region_ids=tuple(self.regions.value),
            years=tuple(sorted((self.first.value or 0, self.last.value or 0))),
            roles=tuple(self.roles.value),
            terms=tuple(dict.fromkeys(term for term in terms if term)),
            dimension=self.dimension.value,
            language=self.language,
        )

    def refresh(self) -> None:
        """Bring the open views up to date, one after another; a newer choice ends the work on an older."""
        if self.corpus is not None and not self._held:
            self._soon(self._bring_up)

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
        self.message.value = f"<p role='status'>{about}</p>"

    def _about(self, choice: Choice) -> str:
        """How much is chosen: reports, regions, years, tokens."""
        documents = chosen_documents(choice, self.corpus)
        years = documents["year"].dropna()
        span = f"{years.min()}–{years.max()}" if len(years) else "–"
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


async def _walk(steps: Iterator[None]) -> None:
    """Take the steps one by one, and let messages in between."""
    for _ in steps:
        await asyncio.sleep(0.01)
