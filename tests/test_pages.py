"""Pages: inert, self-contained, with alternative texts."""

import base64
import re
from itertools import product

import nbformat.v4 as v4
import pytest

from toolkit.reports.pages import page, read_template, report_page

PIXEL = base64.b64encode(b"\x89PNG").decode()
HOSTILE = (
    '<h2 id="a">一 &lt;b&gt;</h2><script>alert(1)</script><p onclick="x()">甲<img src=x onerror=alert(1)>'
    '<a href="javascript:alert(1)">乙</a><svg><script>1</script></svg></p>'
)


def shown(data, metadata=None):
    """A notebook with one displayed output, a markdown cell and a message to stderr."""
    output = v4.new_output("display_data", data=data, metadata=metadata or {})
    error = v4.new_output("stream", name="stderr", text="warned")
    cell = v4.new_code_cell("secret = 1", outputs=[output, error])
    return v4.new_notebook(cells=[v4.new_markdown_cell("how it works"), cell])


def test_corpus_text_is_inert():
    """Scripts, handlers and javascript links of a text do not reach the page; headings and words do."""
    html = report_page(shown({"text/html": HOSTILE}), title="<陇西县>")
    assert not re.search(r"<script|onclick=|onerror=|javascript:|<svg|<img", html)
    assert "<title>&lt;陇西县&gt;</title>" in html and "甲" in html and '<a href="#a">' in html


def test_code_notes_and_messages_stay_out():
    """A report is the outputs alone."""
    html = report_page(shown({"text/html": "<p>结果</p>"}), title="t")
    assert "结果" in html and not re.search("secret|how it works|warned", html)


def test_a_progress_bar_is_no_result():
    """What a cell displays as plain text only, such as a bar, stays out; the value of a cell is shown."""
    notebook = shown({"text/plain": "reading: 12%"})
    value = v4.new_output("execute_result", data={"text/plain": "1 < 2"}, execution_count=1)
    notebook.cells[1].outputs.append(value)
    html = report_page(notebook, title="t")
    assert "reading" not in html and "<pre>1 &lt; 2</pre>" in html


def test_a_figure_keeps_its_alternative_text():
    """The alt text of the metadata reaches the page, escaped; a figure without one is refused."""
    html = report_page(shown({"image/png": PIXEL}, {"image/png": {"alt": '图"一"'}}), title="t")
    assert 'alt="图&#34;一&#34;"' in html or "alt='图\"一\"'" in html or 'alt="图&quot;一&quot;"' in html
    with pytest.raises(ValueError, match="alternative text"):
        report_page(shown({"image/png": PIXEL}), title="t")


def test_a_page_asks_nothing_of_the_network():
    """No address outside, a policy that forbids all but the page's own style, and the language."""
    html = page("<h1>法治</h1>", title="法治", language="zh")
    assert not re.search(r"https?://", html)
    assert "default-src 'none'" in html and "unsafe" not in html
    assert '<html lang="zh">' in html and html.count("<h1") == 1


def test_a_page_carries_the_font_of_its_characters():
    """Both faces are embedded as small WOFF subsets."""
    html = page("<h1>陇西县</h1><p>法治政府</p>", title="陇西县")
    faces = re.findall(r"font/woff;base64,([^)]+)\)", html)
    assert len(faces) == 2
    assert all(base64.b64decode(face)[:4] == b"wOFF" and len(face) < 40_000 for face in faces)


def test_reordering_controls_are_shown():
    """A right-to-left override is printed as its code, not obeyed."""
    assert "[U+202E]" in page("a\u202eb", title="t")


def luminance(colour):
    """Relative luminance of a colour written as #rrggbb or #rgb (WCAG 2.2)."""
    digits = colour.lstrip("#")
    parts = (
        [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
        if len(digits) == 6
        else [int(d * 2, 16) for d in digits]
    )
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in parts)]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The ratio of WCAG 2.2: black on white is 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_has_contrast_enough():
    """Each colour of the style for text, on each of its grounds, has 4.5:1 or more; black on white has 21:1."""
    css = read_template("page.css")
    named = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6});", css))
    texts = {named[name] for name in re.findall(r"(?<![-\w])color: var\(--(\w+)\)", css)}
    grounds = {named[name] for name in re.findall(r"background: var\(--(\w+)\)", css)}
    grounds |= set(re.findall(r"background: (#[0-9a-f]{3,6})", css))
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert len(texts) >= 3 and len(grounds) >= 3
    assert {pair: 1 for pair in product(texts, grounds) if contrast(*pair) < 4.5} == {}
    assert set(re.findall(r"(?<![-\w])color: (?!var)([^;]+);", css)) == {"inherit"}
