"""The widgets: a thin skin of choices over the recipes."""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pandas as pd

from toolkit.explore.evidence import show_place
from toolkit.explore.recipes import VIEWS, Choice, opener, recipe, run_recipe
from toolkit.reports.labels import label, name_of
from toolkit.schemas import ROLES

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus

PAGE = 50
_WIDE = {"layout": {"width": "98%"}, "style": {"description_width": "initial"}}
_EXPECTED = (ValueError, KeyError, OSError)


class Explorer:
    """A corpus under the hand: choose regions, years, parts and terms; see tables, figures and places.

    Every table comes with the code that makes it. Show it by naming it in the last line of a cell.

    Parameters
    ----------
    source
        A folder of reports, or a store; another can be opened in the widget.
    terms
        Terms to begin with.
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
        language: str = "zh",
        out: str | Path = "../figures/explore",
    ) -> None:
        from toolkit.terms.lexicon import read_lexicon

        self.language, self.out = language, Path(out)
        self.corpus: Corpus | None = None
        self.shown: dict[str, Any] = {}
        self._lexicon = read_lexicon().table
        self._make_controls(source, ", ".join(terms))
        self._watch()
        self.open()

    def _say(self, key: str, **values: object) -> str:
        """The word of a key in the language of the explorer."""
        return label(f"explore.{key}", self.language, **values)

    def _make_controls(self, source: str, terms: str) -> None:
        """One widget for each choice, each with its label."""
        say, every = self._say, label("explore.all", self.language)
        named = [(name_of("view", view, self.language), view) for view in VIEWS]
        roles = [(name_of("role", role, self.language), role) for role in ROLES if role != "meta"]
        dimensions = list(dict.fromkeys(self._lexicon["dimension"]))
        self.source = widgets.Text(value=source, description=say("source"), continuous_update=False, **_WIDE)
        self.opener = widgets.Button(description=say("open"))
        self.view = widgets.Dropdown(options=named, value="terms", description=say("view"), **_WIDE)
        self.province = widgets.Dropdown(options=[(every, "")], description=say("province"), **_WIDE)
        self.search = widgets.Text(description=say("search"), **_WIDE)
        self.regions = widgets.SelectMultiple(description=say("regions"), rows=6, **_WIDE)
        self.years = widgets.SelectionRangeSlider(
            options=[0], description=say("years"), continuous_update=False, **_WIDE
        )
        self.roles = widgets.SelectMultiple(options=roles, description=say("roles"), rows=6, **_WIDE)
        self.terms = widgets.Text(value=terms, description=say("terms"), continuous_update=False, **_WIDE)
        self.dimension = widgets.Dropdown(options=dimensions, description=say("dimension"), **_WIDE)
        self.mechanism = widgets.Dropdown(options=[("", "")], description=say("mechanism"), **_WIDE)
        self.sort = widgets.Dropdown(options=[("", "")], description=say("sort"), **_WIDE)
        self.falling = widgets.Checkbox(description=say("falling"), indent=False)
        self.page = widgets.BoundedIntText(value=1, min=1, max=1, description=say("page"), **_WIDE)
        self.line = widgets.BoundedIntText(value=0, min=0, max=0, description=say("line"), **_WIDE)
        self.message, self.figure, self.table, self.place, self.saved = (widgets.HTML() for _ in range(5))
        self.savers = {name: widgets.Button(description=say(name)) for name in ("csv", "xlsx", "figure")}
        self.code = widgets.Textarea(rows=10, tooltip=say("code"), layout={"width": "98%"})
        left = [self.source, self.opener, self.view, self.province, self.search, self.regions, self.years]
        left += [self.roles, self.terms, self.dimension, self.mechanism]
        bar = widgets.HBox([self.sort, self.falling, self.page, self.line])
        saving = widgets.HBox([*self.savers.values()])
        right = [self.message, self.figure, bar, self.table, self.place, saving, self.saved]
        right += [widgets.HTML(f"<p>{escape(say('code'))}</p>"), self.code]
        self.widget = widgets.HBox(
            [
                widgets.VBox(left, layout={"width": "30%", "min_width": "18em"}),
                widgets.VBox(right, layout={"width": "70%"}),
            ]
        )

    def _watch(self) -> None:
        """Tie every choice to what it changes."""
        self.opener.on_click(lambda _: self.open())
        for control in (self.province, self.search):
            control.observe(lambda _: self._offer_regions(), "value")
        for control in (self.view, self.regions, self.years, self.roles, self.terms):
            control.observe(lambda _: self.refresh(), "value")
        self.dimension.observe(lambda _: self._offer_mechanisms(), "value")
        self.mechanism.observe(lambda change: self._add_term(change["new"]), "value")
        for control in (self.sort, self.falling, self.page):
            control.observe(lambda _: self._show_table(), "value")
        self.line.observe(lambda change: self._show_place(change["new"]), "value")
        for name, button in self.savers.items():
            button.on_click(lambda _, name=name: self._save(name))

    def open(self) -> None:
        """Read the folder that is named, and show it; a wrong path becomes a sentence."""
        import toolkit

        self.message.value = f"<p>{escape(self._say('opening'))}</p>"
        try:
            made = opener(self.source.value)
            options = {"duplicates": "keep-all"} if made == "read_corpus" else {}
            self.corpus = getattr(toolkit, made)(self.source.value, **options)
        except _EXPECTED as error:
            self._complain(error)
            return
        documents = self.corpus.documents
        provinces = sorted(set(documents["province"]) - {""})
        self.province.options = [
            (self._say("all"), ""),
            *((name, name) for name in provinces),
        ]
        years = sorted({int(year) for year in documents["year"].dropna()}) or [0]
        self.years.options = years
        self.years.value = (years[0], years[-1])
        self._offer_regions()
        self._offer_mechanisms()
        self.refresh()

    def _offer_regions(self) -> None:
        """List the regions of the province whose name or code has the text that was typed."""
        documents = self.corpus.documents.drop_duplicates("region_id", keep="last")
        if self.province.value:
            documents = documents[documents["province"] == self.province.value]
        wanted = self.search.value.strip()
        rows = documents.sort_values("region_id")[["region", "region_id"]].itertuples(index=False)
        self.regions.options = [
            (f"{region} {code}", code) for region, code in rows if wanted in f"{region} {code}"
        ]

    def _offer_mechanisms(self) -> None:
        """List the lexicon's terms of the dimension; the attention sheet follows the dimension."""
        names = self._lexicon.loc[self._lexicon["dimension"] == self.dimension.value, "name"]
        self.mechanism.options = [("", ""), *((name, name) for name in names)]
        if self.view.value == "attention":
            self.refresh()

    def _add_term(self, term: str) -> None:
        """Add a term of the lexicon to those that are followed."""
        if term and term not in self.choice.terms:
            self.terms.value = ", ".join([*self.choice.terms, term])

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        terms = [term.strip() for term in re.split(r"[,，、;；]", self.terms.value)]
        return Choice(
            view=self.view.value,
            source=self.source.value,
            region_ids=tuple(self.regions.value),
            years=tuple(self.years.value),
            roles=tuple(self.roles.value),
            terms=tuple(dict.fromkeys(term for term in terms if term)),
            dimension=self.dimension.value,
            language=self.language,
        )

    def refresh(self) -> None:
        """Make what the choice asks for, and show table, figure and code."""
        if self.corpus is None:
            return
        from matplotlib import pyplot as plt

        try:
            self.shown = dict(run_recipe(self.choice, self.corpus))
            self.code.value = recipe(self.choice, self.corpus)
        except _EXPECTED as error:
            self._complain(error)
            return
        self.message.value = f"<p>{escape(repr(self.shown['part']))}</p>"
        self.figure.value = _picture(self.shown["axes"])
        plt.close("all")
        table = self.shown["table"]
        self.sort.options = [("", ""), *((name, name) for name in table.columns)]
        self.page.max, self.page.value = max(1, -(-len(table) // PAGE)), 1
        self.line.value, self.line.max = 0, len(table) if {"doc_id", "start", "end"} <= {*table} else 0
        self.place.value = self.saved.value = ""
        self._show_table()

    def sorted_table(self) -> pd.DataFrame:
        """The table in the order that was chosen."""
        table = self.shown["table"]
        if not self.sort.value:
            return table
        return table.sort_values(
            self.sort.value, ascending=not self.falling.value, kind="stable", ignore_index=True
        )

    def _show_table(self) -> None:
        """Show one page of the table, numbered from 1."""
        if "table" not in self.shown:
            return
        table, first = self.sorted_table(), (self.page.value - 1) * PAGE
        rows = table.iloc[first : first + PAGE].drop(columns=["doc_id"], errors="ignore")
        rows.index = pd.RangeIndex(first + 1, first + 1 + len(rows))
        spoken = {"n": len(table), "first": first + 1, "last": first + len(rows)}
        count = self._say("rows", **spoken) if len(table) else self._say("nothing")
        shown = _lines(rows, self.language) if "keyword" in rows else _cells(rows)
        self.table.value = (
            f"<p>{escape(count)}</p><div style='overflow-x:auto;white-space:nowrap'>{shown}</div>"
        )

    def _show_place(self, line: int) -> None:
        """Show the sentence, section and report of one line."""
        if not line or self.corpus is None:
            self.place.value = ""
            return
        row = self.sorted_table().iloc[line - 1]
        self.place.value = show_place(self.corpus, row["doc_id"], int(row["start"]), int(row["end"]))

    def _save(self, kind: str) -> None:
        """Save the current table or figure, and say where."""
        from toolkit.exports import export
        from toolkit.plots.saving import save_figure

        stem = self.out / self.view.value
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if kind != "figure":
                paths = export(self.sorted_table(), stem.with_suffix(f".{kind}"), force=True)
            else:
                axes = run_recipe(self.choice, self.corpus)["axes"]
                if axes is None:
                    raise ValueError(self._say("no_figure"))
                paths = save_figure(
                    _figure_of(axes), stem, formats=("png", "pdf"), data=self.shown["table"], close=True
                )
        except _EXPECTED as error:
            self._complain(error)
            return
        self.saved.value = (
            f"<p>{escape(self._say('saved', paths=', '.join(path.as_posix() for path in paths)))}</p>"
        )

    def _complain(self, error: Exception) -> None:
        """Show an error as its sentence."""
        text = error.args[0] if isinstance(error, KeyError) and error.args else error
        self.message.value = f'<p role="alert" style="color:#8b1a10">{escape(str(text))}</p>'

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widgets in a notebook."""
        return self.widget._repr_mimebundle_(**options)


def _cells(rows: pd.DataFrame) -> str:
    """A page of a table as HTML, escaped."""
    return rows.to_html(escape=True, na_rep="–", float_format=lambda value: f"{value:.4g}", border=0)


def _lines(rows: pd.DataFrame, language: str) -> str:
    """A page of a concordance as HTML: the keyword in the middle, the contexts against it."""
    lines = []
    for number, row in rows.iterrows():
        left, keyword, right = (escape(" ".join(row[name].split())) for name in ("left", "keyword", "right"))
        place = f"{escape(row['label'])} · {escape(name_of('role', row['role'], language))}"
        lines.append(
            f"<tr><th>{number}</th><td>{place}</td><td style='text-align:right'>{left}</td>"
            f"<td><b>{keyword}</b></td><td style='text-align:left'>{right}</td></tr>"
        )
    return f"<table>{''.join(lines)}</table>"


def _figure_of(axes: Any) -> Any:
    """The figure of one or several axes."""
    return axes.flat[0].figure if hasattr(axes, "flat") else axes.figure


def _picture(axes: Any) -> str:
    """A figure as an image with a text for those who cannot see it; empty where there is none."""
    if axes is None:
        return ""
    from toolkit.plots import alt_text

    stream = BytesIO()
    _figure_of(axes).savefig(stream, format="png", dpi=110)
    data = b64encode(stream.getvalue()).decode("ascii")
    return f'<img style="max-width:100%" alt="{escape(alt_text(axes))}" src="data:image/png;base64,{data}">'
