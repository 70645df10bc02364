"""The explorer as a person uses it: JupyterLab in a real browser, on this machine alone."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from itertools import combinations
from pathlib import Path

import pytest
from conftest import ROOT

from toolkit.explore import VIEWS
from toolkit.reports.labels import name_of

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
        page = browser.new_page(viewport={"width": 1600, "height": 1400})
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
        page.wait_for_selector(".explore img[alt]")
        _settle(page)
        yield page
        browser.close()


def _note_foreign(page, url: str, address: str) -> None:
    """Remember requests that leave this machine."""
    if url.startswith("http") and not url.startswith(address):
        page.foreign.append(url)


CONTROLS = ".explore :is(input, select, textarea, button):visible"


def _settle(page) -> None:
    """Wait until every view is up to date."""
    page.wait_for_timeout(300)
    page.wait_for_function("() => !document.querySelector('.explore').innerText.includes('正在更新')")


def _type(page, label: str, text: str) -> None:
    """Write into the field of a label, with the keyboard, and wait for the views."""
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    _settle(page)


def _view(page, view: str):
    """The panel of a view."""
    return page.locator(f".explore-{view}")


def test_first_look_shows_the_views_side_by_side(page):
    """Run All shows all views of the seeds: pictures with alternative texts, tables, and why one is missing."""
    assert page.get_by_text("已选 5 份报告（共 5 份），5 个地区").count() == 1
    assert page.locator(".explore img[alt]").count() == 3
    assert "陇西县" in _view(page, "terms").inner_text()
    assert "选的是全部报告" in _view(page, "characteristic").inner_text()
    boxes = [_view(page, view).bounding_box() for view in ("terms", "coverage")]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]


def test_the_keyboard_reaches_every_control_and_each_has_a_name(page):
    """Tab alone goes through all controls in their order; each has a name, those of a view with the view's."""
    nameless = re.findall(
        r"- (?:textbox|combobox|button|checkbox|spinbutton)(?: \[.*\])?:?\s*$",
        page.locator(".explore").aria_snapshot(),
        re.MULTILINE,
    )
    assert nameless == []
    for view in VIEWS:
        named = [f"{name_of('view', view)}：{name}" for name in ("排序", "降序", "页")]
        assert [_view(page, view).get_by_label(name, exact=True).count() for name in named] == [1, 1, 1]
    controls = page.locator(CONTROLS)
    usable = [control for control in controls.all() if control.is_enabled()]
    usable[0].focus()
    for control in usable[1:]:
        for _ in range(3):  # a table that scrolls is a stop of its own
            page.keyboard.press("Tab")
            if control.evaluate("e => e === document.activeElement"):
                break
        assert control.evaluate("e => e === document.activeElement"), control.evaluate("e => e.outerHTML")


def test_the_keyboard_alone_makes_a_choice(page, corpus):
    """A region found by a part of its name and a term typed give the concordance that the package gives."""
    import toolkit as tk

    _type(page, "词语（逗号分隔）", "合法性审查")
    expected = len(tk.kwic(corpus, "合法性审查"))
    assert f"共 {expected} 行" in _view(page, "concordance").inner_text()
    _type(page, "查找地区", "陇西")
    part = corpus.where(region_id="621122")
    lines = tk.kwic(part, "合法性审查")
    assert 0 < len(lines) < expected
    assert f"共 {len(lines)} 行" in _view(page, "concordance").inner_text()
    counts = tk.count_phrases(part, ["合法性审查"])
    row = _view(page, "terms").locator("tbody tr").first.inner_text().split("\t")
    assert [str(counts.at[0, name]) for name in ("count", "n_documents", "n_tokens")] == row[5:8]
    assert "陇西县 ✕" in page.locator(".explore").inner_text()
    page.get_by_label("词表维度").focus()
    for key in ("Space", "ArrowDown", "Enter"):  # a list opens before the notebook takes the arrow
        page.keyboard.press(key)
    _settle(page)
    assert page.get_by_label("词表维度").evaluate("e => e.selectedIndex") == 1


def test_a_line_opens_its_sentence_section_and_report(page, corpus):
    """The number of a line opens its sentence; section and report unfold; the hit is marked in each."""
    panel = _view(page, "concordance")
    panel.get_by_label("看原文：第几行").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    panel.locator("blockquote mark").wait_for()
    panel.locator("summary").first.focus()
    panel.get_by_text("所在部分（").click()
    panel.get_by_text("报告全文（").click()
    assert panel.locator("mark:visible").all_inner_texts() == ["合法性审查"] * 3
    text = corpus.documents.set_index("region_id").at["621122", "text"]
    assert panel.locator("details div").last.inner_text().split() == text.split()


def test_pages_of_fifty_lines(page, corpus):
    """A frequent term fills several pages, and the next begins with line 51."""
    import toolkit as tk

    _type(page, "词语（逗号分隔）", "行政执法, 行政复议")
    page.get_by_role("button", name="清除所选").press("Enter")
    _settle(page)
    panel, n = _view(page, "concordance"), sum(len(tk.kwic(corpus, t)) for t in ("行政执法", "行政复议"))
    assert panel.locator("tbody tr").count() == 50
    panel.get_by_label("上下文：页", exact=True).fill("2")
    page.keyboard.press("Tab")
    panel.get_by_text(f"共 {n} 行；第 51–100 行").wait_for()
    assert panel.locator("tbody th").first.inner_text() == "51"


def test_pasted_code_makes_what_is_seen_in_every_view(page, lab):
    """Table by table, the code of the page, run as a person would paste it, makes the file the page saves."""
    _, home = lab
    _type(page, "查找地区", "陇西")
    codes = {}
    for view in VIEWS:
        panel = _view(page, view)
        panel.get_by_role("button", name="表存为 CSV").press("Enter")
        panel.get_by_text("已保存").wait_for()
        panel.get_by_role("button", name="代码").press("Space")
        codes[view] = panel.locator("textarea").input_value()
    script = home / "notebooks" / "pasted.py"
    lines = ["import toolkit, pandas, pathlib", "pathlib.Path('pasted').mkdir()"]
    for view, code in codes.items():
        lines += [code, f"toolkit.export(pandas.DataFrame(table), 'pasted/{view}.csv')"]
    script.write_text("\n".join(lines), encoding="utf-8")
    settings = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
    subprocess.run([sys.executable, script.name], cwd=script.parent, env=os.environ | settings, check=True)
    for view in VIEWS:
        saved, pasted = home / "figures" / "explore" / f"{view}.csv", script.parent / "pasted" / f"{view}.csv"
        assert saved.read_bytes() == pasted.read_bytes(), view
    assert saved.read_bytes().startswith(b"\xef\xbb\xbf")


def test_table_and_figure_are_given_away(page, lab):
    """XLSX, and the figure as PNG of 300 dots an inch and as PDF, stand where the page says."""
    _, home = lab
    for name, suffix in (("表存为 XLSX", "xlsx"), ("图存为 PNG、PDF", "pdf")):
        _view(page, "terms").get_by_role("button", name=name).press("Enter")
        _view(page, "terms").get_by_text(f"terms.{suffix}").wait_for()
    from PIL import Image

    with Image.open(home / "figures" / "explore" / "terms.png") as picture:
        assert picture.info["dpi"][0] == pytest.approx(300, abs=1)
    assert (home / "figures" / "explore" / "terms.xlsx").stat().st_size > 4000


@pytest.mark.parametrize("width", [1280, 1600])
def test_nothing_is_cut_off(page, width):
    """On small and large screens no label is cut, and panels lie beside or below each other."""
    page.set_viewport_size({"width": width, "height": 1400})
    page.wait_for_timeout(800)
    cut = "es => es.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"
    assert page.locator(".explore :is(label, button, h3, p):visible").evaluate_all(cut) == []
    boxes = [_view(page, view).bounding_box() for view in VIEWS]
    for one, other in combinations(boxes, 2):
        apart = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        assert apart or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    folder = os.environ.get("TOOLKIT_SCREENSHOTS")
    if folder:
        for view in VIEWS:
            _view(page, view).scroll_into_view_if_needed()
            page.screenshot(path=Path(folder) / f"explore-{width}-{view}.png")


def test_a_wrong_path_is_a_sentence(page):
    """A folder that is not there is said in a sentence, and what was open stays."""
    before = _view(page, "terms").inner_text()
    field = page.get_by_label("语料文件夹", exact=True)
    field.fill("../nowhere")
    page.get_by_role("button", name="打开").press("Enter")
    page.get_by_role("alert").get_by_text("does not exist").wait_for()
    assert _view(page, "terms").inner_text() == before


def test_nothing_leaves_the_machine_and_nothing_breaks(page):
    """No page error, and no request beyond this machine."""
    assert page.errors == []
    assert page.foreign == []
