"""The pages in a real browser: every picture there, nothing asked of the network, the index searches and sorts."""

import shutil
from pathlib import Path

import pytest
from small import small_corpus, write_notebooks

from toolkit.reports.batch import run_reports

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FIGURE = """import io
from IPython.display import HTML, Image, display
from matplotlib.figure import Figure
figure = Figure(figsize=(2, 1)); figure.subplots().bar([0, 1], [1, 2])
buffer = io.BytesIO(); figure.savefig(buffer, format="png")
display(Image(buffer.getvalue()), metadata={"image/png": {"alt": "两个条形"}})
display(HTML("<h1>陇西县</h1><h2 id='a'>读了什么</h2><script>document.title = 'hit'</script>"))"""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_pages_work_in_a_browser(tmp_path):
    """A report shows its picture and no script runs; the index finds, sorts and links the reports."""
    from playwright.sync_api import sync_playwright

    corpus = small_corpus(("621122", 2023, "甲 乙"), ("420205", 2020, "甲"), ("420205", 2023, "甲 乙 丙"))
    run = run_reports(
        corpus, tmp_path, notebooks=write_notebooks(tmp_path / "notebooks", FIGURE), progress=False
    )
    assert run.ok, run.summary
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.goto((tmp_path / "index.html").as_uri())
        rows = page.locator("#reports tbody tr:visible")
        assert rows.count() == 2
        page.fill("#search", "4202 地42")
        assert rows.count() == 1 and "地420205" in rows.first.inner_text()
        page.fill("#search", "")
        page.click("thead button >> nth=4")
        page.click("thead button >> nth=4")
        assert "地420205" in rows.first.inner_text()
        page.click("text=地621122")
        pictures = "[...document.images].map((image) => [image.naturalWidth > 0, image.alt])"
        assert page.evaluate(pictures) == [[True, "两个条形"]]
        assert page.title() != "hit" and page.locator("nav a").inner_text() == "读了什么"
        assert page.evaluate("document.fonts.check('20px \"Toolkit Sans\"', '县')")
        browser.close()
    assert errors == [] and all(url.startswith(("file:", "data:")) for url in asked)
    assert Path(tmp_path, "index.html").is_file()
