"""One panel: a view of the choice as table and figure, with its pages, its places, its files and its code."""

from __future__ import annotations

import logging
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import pandas as pd

from toolkit.explore.evidence import show_place
from toolkit.explore.recipes import Choice, body, recipe, run_recipe
from toolkit.reports.labels import label, name_of

if TYPE_CHECKING:
    from toolkit.pipeline import Corpus

log = logging.getLogger(__name__)

PAGE = 50
DPI, WIDTH = 120, 11.0  # of the figure on the screen: dots an inch, centimetres
_EXPECTED = (ValueError, KeyError, OSError)
_PLACED = {"doc_id", "start", "end"}
_OF = "<span class='explore-of'>{}：</span>{}"  # the view of a control, for those who hear it
_NOTE = "<p style='margin:0;line-height:1.4;{}'>{}</p>"


class Panel:
    """A view of the choice. It keeps what it shows until its code is another.

    Parameters
    ----------
    view
        One of `VIEWS`.
    language
        zh or en.
    out
        Where tables and figures are saved.
    memory
        Of `run_recipe`, shared by the panels of a corpus.
    """

    def __init__(self, view: str, language: str, out: Path, memory: dict[str, dict]) -> None:
        self.view, self.language, self.out, self.memory = view, language, out, memory
        self.corpus: Corpus | None = None
        self.shown: dict[str, Any] = {}
        self.code = ""
        say, wide = self._say, {"layout": {"width": "auto", "max_width": "100%"}, **_READ}
        name = name_of("view", view, language)
        self.title = widgets.HTML(f"<h3 style='margin:0'>{escape(name)}</h3>")
        self.note = widgets.HTML()
        self.figure, self.table, self.place, self.saved = (widgets.HTML() for _ in range(4))
        named = {
            key: _OF.format(*map(escape, (name, say(key)))) for key in ("sort", "falling", "page", "line")
        }
        self.sort = widgets.Dropdown(options=[("–", "")], description=named["sort"], **wide)
        self.falling = widgets.Checkbox(description=named["falling"], indent=False, **wide)
        self.page = widgets.BoundedIntText(1, min=1, max=1, description=named["page"], **wide)
        self.line = widgets.BoundedIntText(0, min=0, max=0, description=named["line"], **wide)
        self.bar = widgets.HBox([self.sort, self.falling, self.page, self.line], layout=_WRAP)
        self.savers = {
            kind: widgets.Button(description=say(kind), tooltip=f"{name}: {say(kind)}", layout=_FITTED)
            for kind in ("csv", "xlsx", "figure")
        }
        self.shows_code = widgets.ToggleButton(
            description=say("show_code"), tooltip=f"{name}: {say('code')}", layout=_FITTED
        )
        self.box = widgets.Textarea(rows=14, tooltip=f"{name}: {say('code')}", layout=_HIDDEN)
        giving = widgets.HBox([*self.savers.values(), self.shows_code], layout=_WRAP)
        self.content = widgets.VBox(
            [self.figure, self.bar, self.table, self.place, giving, self.saved, self.box]
        )
        self.widget = widgets.VBox([self.title, self.note, self.content], layout=_FRAME)
        self.widget.add_class(f"explore-{view}")
        for control in (self.sort, self.falling, self.page):
            control.observe(lambda _: self._show_table(), "value")
        self.line.observe(lambda _: self._show_place(), "value")
        self.shows_code.observe(lambda change: _unfold(self.box, change["new"]), "value")
        for kind, button in self.savers.items():
            button.on_click(lambda _, kind=kind: self.save(kind))

    def _say(self, key: str, **values: object) -> str:
        """The word of a key in the language of the panel."""
        return label(f"explore.{key}", self.language, **values)

    def wants(self, choice: Choice, corpus: Corpus) -> bool:
        """Say whether the panel shows something else than the choice, and mark it if so."""
        self._choice, same = choice, corpus is self.corpus
        try:
            code = body(choice, corpus)
        except _EXPECTED as error:
            code = str(error)
        if same and code == self.code:
            return False
        self.note.value = _NOTE.format("color:#6b4e00", f"⟳ {escape(self._say('stale'))}")
        self.content.layout.opacity = "0.45"
        return True

    def update(self, choice: Choice, corpus: Corpus) -> None:
        """Show the choice: table, figure and code; what cannot be shown becomes a sentence."""
        from toolkit.plots.style import style

        self.corpus, self.code = corpus, ""
        try:
            self.code = body(choice, corpus)
            self.shown = run_recipe(choice, corpus, self.memory, style(language=self.language, width=WIDTH))
            self.box.value = recipe(choice, corpus)
            self.figure.value = _picture(self.shown["axes"], self.language)
        except _EXPECTED as error:
            self.code = self.code or str(error)
            self.complain(error)
        except Exception as error:
            log.exception("the panel %s could not be made", self.view, exc_info=error)
            self.complain(RuntimeError(self._say("unforeseen", error=f"{type(error).__name__}: {error}")))
        else:
            self._offer(self.shown["table"])
            self._show_table()
            self.note.value = _NOTE.format(
                "color:#555",
                escape(label(f"viewnote.{self.view}", self.language, dimension=choice.dimension)),
            )
            _unfold(self.content, True)
        self.content.layout.opacity = "1"

    def complain(self, error: Exception) -> None:
        """Show an error as its sentence, in the place of what cannot be shown."""
        self.shown = {}
        self.note.value = alert(error)
        _unfold(self.content, False)

    def _offer(self, table: pd.DataFrame) -> None:
        """Fit pages, lines and columns to sort by to a new table."""
        shown, self.shown = self.shown, {}  # the controls below say nothing while there is no table
        kept = self.sort.value
        names = [("–", ""), *((name, name) for name in table.columns)]
        if tuple(self.sort.options) != tuple(names):
            self.sort.options = names
            self.sort.value = kept if kept in table else ""
        self.page.max = max(1, -(-len(table) // PAGE))
        self.page.value = 1
        self.line.value, self.line.max = 0, len(table) if {*table} >= _PLACED else 0
        self.line.layout.display = None if {*table} >= _PLACED else "none"
        self.savers["figure"].disabled = shown["axes"] is None
        self.place.value = self.saved.value = ""
        self.shown = shown

    def sorted_table(self) -> pd.DataFrame:
        """The table in the order that was chosen."""
        table = self.shown["table"]
        if not self.sort.value:
            return table
        rising = not self.falling.value
        return table.sort_values(self.sort.value, ascending=rising, kind="stable", ignore_index=True)

    def _show_table(self) -> None:
        """Show one page of the table, numbered from 1."""
        if not self.shown:
            return
        table, first = self.sorted_table(), (self.page.value - 1) * PAGE
        rows = table.iloc[first : first + PAGE].drop(columns=["doc_id"], errors="ignore")
        rows.index = pd.RangeIndex(first + 1, first + 1 + len(rows))
        spoken = {"n": f"{len(table):,}", "first": first + 1, "last": first + len(rows)}
        count = self._say("rows", **spoken) if len(table) else self._say("nothing")
        lined = {"left", "keyword", "right"} <= {*rows}
        shown = _lines(rows, self.language) if lined else _cells(rows)
        self.table.value = f"<p style='margin:0'>{escape(count)}</p><div style='{_SCROLL}'>{shown}</div>"
        self._show_place()

    def _show_place(self) -> None:
        """Show the sentence, section and report of the line that is asked for."""
        if not self.line.value or not self.shown or self.corpus is None:
            self.place.value = ""
            return
        row = self.sorted_table().iloc[self.line.value - 1]
        span = int(row["start"]), int(row["end"])
        self.place.value = show_place(self.corpus, row["doc_id"], *span, language=self.language)

    def save(self, kind: str) -> None:
        """Save the current table or figure, and say where."""
        from toolkit.exports import export
        from toolkit.plots.saving import save_figure

        stem = self.out / self.view
        try:
            if not self.shown:
                raise ValueError(self._say("nothing"))
            self.out.mkdir(parents=True, exist_ok=True)
            table = self.sorted_table()
            if kind == "figure":
                counted = {done: names for done, names in self.memory.items() if "axes" not in names}
                axes = run_recipe(self._choice, self.corpus, counted)["axes"]
                paths = save_figure(axes, stem, formats=("png", "pdf"), data=table, close=True)
            else:
                paths = export(pd.DataFrame(table), stem.with_suffix(f".{kind}"), force=True)
        except _EXPECTED as error:
            self.saved.value = alert(error)
            return
        names = ", ".join(path.as_posix() for path in paths)
        self.saved.value = _NOTE.format("", escape(self._say("saved", paths=names)))


_FITTED = {"width": "auto"}
_READ = {"style": {"description_width": "initial"}, "description_allow_html": True}
_WRAP = {"flex_flow": "row wrap", "align_items": "center"}
_HIDDEN = {"display": "none", "width": "98%"}
_FRAME = {"border": "1px solid #bbb", "padding": "8px 10px", "min_width": "0", "overflow": "hidden"}
_SCROLL = "overflow:auto;max-height:24em;white-space:nowrap"


def alert(error: Exception) -> str:
    """An error as a sentence that is read out at once."""
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    return f'<p role="alert" style="color:#8b1a10;margin:0;line-height:1.4">{escape(str(text))}</p>'


def _unfold(box: Any, shown: bool) -> None:
    """Show a widget, or hide it so that the keyboard passes it by."""
    box.layout.display = None if shown else "none"


def _cells(rows: pd.DataFrame) -> str:
    """A page of a table as HTML, escaped."""
    return rows.to_html(escape=True, na_rep="–", float_format=_number, border=0)


def _number(value: float) -> str:
    """Four digits, and every digit of what is larger."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.15g}" if value == int(value) else f"{value:.1f}"


def _lines(rows: pd.DataFrame, language: str) -> str:
    """A page of a concordance as HTML: the keyword in the middle, the contexts against it."""
    lines = []
    for number, row in rows.iterrows():
        left, keyword, right = (escape(" ".join(row[name].split())) for name in ("left", "keyword", "right"))
        year = "–" if pd.isna(row["year"]) else int(row["year"])
        role = escape(name_of("role", row["role"], language))
        lines.append(
            f"<tr><th scope='row'>{number}</th><td>{escape(row['region'])}</td><td>{year}</td><td>{role}</td>"
            f"<td style='text-align:right'>{left}</td><td><b>{keyword}</b></td>"
            f"<td style='text-align:left'>{right}</td></tr>"
        )
    names = "".join(
        f"<th scope='col'>{name}</th>" for name in ("", "region", "year", "role", "", "keyword", "")
    )
    return f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _picture(axes: Any, language: str) -> str:
    """A figure as an image with a text for those who cannot see it; empty where there is none."""
    if axes is None:
        return ""
    from matplotlib import pyplot as plt

    from toolkit.plots import alt_text
    from toolkit.plots.saving import figure_of, render

    figure = figure_of(axes)
    plt.close(figure)
    data = b64encode(render(figure, "png", dpi=DPI)).decode("ascii")
    text = escape(alt_text(axes, language))
    return f'<img style="max-width:100%" alt="{text}" src="data:image/png;base64,{data}">'
