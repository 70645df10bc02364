"""The explorer as a person uses it: JupyterLab in a real browser, on this machine alone."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
FONTS = ROOT / "toolkit" / "data" / "fonts"
CONFIG = """
from jupyterlab.galata import configure_jupyter_server
configure_jupyter_server(c)
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = {port}
c.ServerApp.root_dir = {root!r}
c.ServerApp.allow_root = True
c.LabApp.news_url = None
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the notebooks and the seeds."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / "seeds", home / "seeds")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = home / "config.py"
    config.write_text(CONFIG.format(port=port, root=str(home)), encoding="utf-8")
    settings = {"JUPYTER_CONFIG_DIR": str(home / "jupyter"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "jupyterlab", f"--config={config}", "--no-browser"]
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=home, env=os.environ | settings, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, home / "log")
        yield address, home
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    """Wait until the server answers."""
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="module")
def page(lab, tmp_path_factory):
    """A page with the explorer open and every cell run; what went wrong is collected beside it."""
    from playwright.sync_api import sync_playwright

    address, _ = lab
    data = tmp_path_factory.mktemp("fonts")
    (data / "fonts").symlink_to(FONTS)  # the machine may have no Chinese font: text would show as boxes
    with sync_playwright() as playwright:
        environment = os.environ | {"XDG_DATA_HOME": str(data)}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=environment)
        page = browser.new_page(viewport={"width": 1500, "height": 1600})
        page.set_default_timeout(120_000)
        page.errors, page.foreign = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: _note_foreign(page, request.url, address))
        page.goto(f"{address}/lab/tree/notebooks/explore.ipynb?reset")
        page.wait_for_selector(".jp-Notebook")
        page.wait_for_selector(".jp-NotebookPanel-toolbar")
        page.wait_for_function(
            "window.jupyterapp && window.jupyterapp.commands.hasCommand('notebook:run-all-cells')"
        )
        page.wait_for_selector(".jp-StatusBar-Widget >> text=| Idle")
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_selector(".widget-html table")
        yield page
        browser.close()


def _note_foreign(page, url: str, address: str) -> None:
    """Remember requests that leave this machine."""
    if url.startswith("http") and not url.startswith(address):
        page.foreign.append(url)


def _control(page, label: str, kind: str = "input"):
    """The control that stands beside a label."""
    return page.locator(f".widget-inline-hbox:has(label:text-is('{label}')) {kind}").first


def _choose_view(page, view: str) -> None:
    """Choose what to look at, and wait until the code says so."""
    _control(page, "看什么", "select").select_option(label=view)


def _code(page) -> str:
    """The code that the page shows."""
    return page.locator("textarea").last.input_value()


def test_first_look_has_figure_table_and_code(page):
    """Run All shows a picture with its alt text, a table of the seeds and the code that made them."""
    assert page.locator(".widget-html img[alt]").count() == 1
    assert "陇西县" in page.locator(".widget-html table").first.inner_text()
    assert "tk.count_phrases" in _code(page)


def test_concordance_shows_the_numbers_of_the_package(page, corpus):
    """A region chosen and a term typed give the concordance that the package gives."""
    import toolkit as tk

    _choose_view(page, "上下文")
    terms = _control(page, "词语（用逗号分隔）")
    terms.fill("合法性审查")
    terms.press("Enter")
    expected = len(tk.kwic(corpus, "合法性审查"))
    page.wait_for_selector(f"text=共 {expected} 行")
    _control(page, "地区（不选即全部）", "select").select_option(label="陇西县 621122")
    one = len(tk.kwic(corpus.where(region_id="621122"), "合法性审查"))
    page.wait_for_selector(f"text=共 {one} 行")
    assert one < expected


def test_line_opens_its_place(page):
    """The number of a line opens its sentence with the hit marked."""
    line = _control(page, "看第几行的原文")
    line.fill("1")
    line.press("Tab")
    page.wait_for_selector(".widget-html mark")
    assert page.locator(".widget-html mark").first.inner_text() == "合法性审查"


def test_pasted_code_makes_what_is_seen(page, lab, corpus):
    """The code of the page, run as a person would paste it, makes the table whose rows the page counts."""
    _, home = lab
    script = home / "notebooks" / "pasted.py"
    script.write_text(_code(page) + "\nprint(len(table))\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    shown = re.search(r"共 (\d+) 行", page.locator(".widget-html:has(table)").first.inner_text())
    assert run.stdout.split()[-1] == shown[1]


def test_table_is_saved(page, lab):
    """The button saves the table where the page says."""
    _, home = lab
    page.get_by_role("button", name="保存表格 CSV").click()
    page.wait_for_selector("text=已保存")
    assert (home / "figures" / "explore" / "concordance.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_control_has_its_label_and_takes_the_keyboard(page):
    """Each control is labelled, and none is out of the keyboard's reach."""
    boxes = page.locator(".jp-OutputArea-output .widget-inline-hbox:has(input, select, textarea)")
    assert boxes.count() >= 12
    for box in boxes.all():
        names = box.locator("label, .widget-label").all_inner_texts()
        titles = [control.get_attribute("title") or "" for control in box.locator("[title]").all()]
        assert "".join([*names, *titles, box.get_attribute("title") or ""]).strip()
    focusable = page.locator(".jp-OutputArea-output :is(input, select, textarea, button)")
    assert all(int(focusable.nth(i).get_attribute("tabindex") or 0) >= 0 for i in range(focusable.count()))


def test_nothing_leaves_the_machine_and_nothing_breaks(page, lab):
    """No page error, no request beyond this machine; the screenshot is kept for the eye."""
    _, home = lab
    page.screenshot(path=os.environ.get("TOOLKIT_SCREENSHOT", str(home / "explore.png")), full_page=True)
    assert page.errors == []
    assert page.foreign == []
