"""Self-contained HTML pages: no script but our own, no address outside, a font that has the characters."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from toolkit.reports.labels import label

_FACES = {"Toolkit Sans": "ToolkitSansSC-Regular.ttf", "Toolkit Serif": "ToolkitSerifSC-Regular.ttf"}
_HEADING = re.compile(r"<h([123])[^>]*>(.*?)</h\1>", re.DOTALL)
_SECTION = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>')
_TAG = re.compile(r"<[^>]+>")
# Bidirectional controls reorder what a reader sees; they are shown as their code instead.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TAGS = (
    "a abbr b blockquote br caption cite code col colgroup dd details div dl dt em figcaption h1 h2 h3 h4 hr "
    "i li mark ol p pre section small span strong sub summary sup table tbody td tfoot th thead tr ul"
)
_ATTRIBUTES = {
    "*": ["class", "id", "lang", "title"],
    "a": ["href"],
    "th": ["scope", "colspan", "rowspan"],
    "td": ["colspan", "rowspan", "data-head"],
}


def report_page(notebook: Any, *, title: str, language: str = "zh") -> str:
    """The outputs of an executed notebook as one HTML page.

    Code, markdown cells and messages to stderr are left out; HTML outputs are sanitised; figures keep the
    alternative text of their metadata.

    Raises
    ------
    ValueError
        Where a figure has no alternative text.
    """
    for output in (out for cell in notebook.cells for out in cell.get("outputs", ())):
        if "image/png" in output.get("data", {}) and not output.metadata.get("image/png", {}).get("alt"):
            raise ValueError(
                "A figure has no alternative text; show it with toolkit.reports.sheets.show_figure."
            )
    body, _ = _exporter().from_notebook_node(notebook)
    sections = [(anchor, _TAG.sub("", name)) for anchor, name in _SECTION.findall(body)]
    return page(body, title=title, language=language, sections=sections)


def page(
    body: str,
    *,
    title: str,
    language: str = "zh",
    sections: list[tuple[str, str]] | None = None,
    script: str = "",
) -> str:
    """Wrap HTML of ours into a page: language, title, policy, style, font and a list of its sections."""
    body = _BIDI.sub(lambda match: f"[U+{ord(match[0]):04X}]", body)
    navigation = label("page.sections", language)
    style = read_template("page.css") + _font_faces(body, f"{title}{navigation}")
    policy = [
        "default-src 'none'",
        "img-src data:",
        "font-src data:",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}" if script else "script-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return render(
        "page.html.j2",
        body=Markup(body),
        title=title,
        language=language,
        style=Markup(style),
        script=Markup(script),
        policy=Markup("; ".join(policy)),
        sections=[(anchor, Markup(name)) for anchor, name in sections or ()],
        navigation=navigation,
        skip=label("page.skip", language),
    )


def render(template: str, **values: Any) -> str:
    """Fill a file of templates/; values are escaped unless they are marked as HTML."""
    return _template(template).render(**values)


@functools.cache
def read_template(name: str) -> str:
    """Read a file of templates/."""
    return (files("toolkit.reports") / "templates" / name).read_text(encoding="utf-8")


@functools.cache
def _exporter() -> Any:
    """One exporter for the process: building it costs more than a page."""
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors.sanitize import SanitizeHTML
    from traitlets.config import Config

    with as_file(files("toolkit.reports") / "templates") as folder:
        config = Config(HTMLExporter={"template_name": "cells", "extra_template_basedirs": [str(folder)]})
        exporter = HTMLExporter(config=config)
    exporter.register_preprocessor(
        SanitizeHTML(tags=_TAGS.split(), attributes=_ATTRIBUTES, strip=True), enabled=True
    )
    return exporter


@functools.cache
def _environment() -> Any:
    """Jinja, with automatic escapes."""
    from jinja2 import Environment

    return Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


@functools.cache
def _template(name: str) -> Any:
    """A compiled template: compiling costs more than filling, and a report fills dozens of parts."""
    return _environment().from_string(read_template(name))


def _hash(text: str) -> str:
    """The policy's name of an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _font_faces(body: str, more: str) -> str:
    """CSS with the page's characters from our two faces; the serif one serves headings only."""
    from toolkit.plots.fonts import web_font

    headings = more + "".join(match[2] for match in _HEADING.finditer(body))
    texts = {"Toolkit Sans": _TAG.sub(" ", body) + more, "Toolkit Serif": headings}
    rules = []
    for family, name in _FACES.items():
        path = Path(str(files("toolkit") / "data" / "fonts" / name))
        if not path.exists():  # an installation without the fonts still makes readable pages
            continue
        data = base64.b64encode(web_font(path, frozenset(texts[family]))).decode()
        rules.append(
            f'@font-face{{font-family:"{family}";src:url(data:font/woff;base64,{data}) format("woff")}}'
        )
    return "\n".join(rules)
