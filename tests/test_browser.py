"""The pages in a real browser: pictures with their words, nothing asked of the network, hostile texts inert."""

import getpass
import re
import shutil
import socket
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from toolkit import read_corpus
from toolkit.reports.batch import run_reports
from toolkit.reports.site import index_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>甲</a>&lt;script&gt;"
    "<svg onload=alert(4)> [乙](javascript:alert(5)) **丙** |丁| `戊` $\\frac{1}{0}$ \\badcmd_x^2 # % \u202e己\u2066"
)
TEXT = """{year}年{hostile}法治政府建设年度报告
一、主要举措和成效
=1+1 全县受理行政复议案件{n}件，{hostile}，负责人出庭应诉率100%。全面推行行政执法公示制度，$法治$ 宣传 {n} 场次。
二、存在的不足和原因
{hostile}执法力量不足，队伍建设有待加强。
三、下一年度安排
@下一步，{hostile}继续加强行政执法公示制度建设，=1+1 推进合法性审查。
"""
NAMES = {"621122": f"../../{HOSTILE}", "420205": "=1+1/con.$x$<b>" + "县" * 100}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder of a batch on reports whose texts, file names and names of places are hostile."""
    folder = tmp_path_factory.mktemp("reports")
    reports = (("621122", 2021, 7), ("621122", 2022, 8), ("621122", 2023, 9), ("420205", 2023, 30))
    meta = ["path,region_code,year,genre,issued_on"]
    for code, year, n in reports:
        name = f"=1+1 $a$ 'onerror=alert(1)' {code}{year}.txt"
        (folder / name).write_text(TEXT.format(year=year, n=n, hostile=HOSTILE), encoding="utf-8")
        meta.append(f"{name},{code},{year},annual report,{year + 1}-02-01")
    (folder / "metadata.csv").write_text("\n".join(meta), encoding="utf-8")
    corpus = read_corpus(folder, progress=False)
    names = corpus.documents["region_code"].map(NAMES)
    columns = dict.fromkeys(("region", "province", "reporting_body", "issuer"), names)
    corpus = replace(corpus, documents=corpus.documents.assign(**columns, title=HOSTILE))
    out = folder.parent / "hostile-figures"
    terms = {"terms": ["行政复议", "$法治$", "<script>", "=1+1"]}
    run = run_reports(corpus, out, formats=["png", "svg", "pdf"], parameters=terms, progress=False)
    assert run.ok, run.summary
    return out


@pytest.fixture
def tab():
    """An empty tab; what it asks for, says and asks the reader must be nothing in the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        yield page
        browser.close()
    assert wrong == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_index_finds_sorts_and_opens_reports(hostile, tab):
    """Search and sort work, the link opens the report, and the true names of places are on both pages."""
    tab.goto((hostile / "index.html").as_uri())
    rows = tab.locator("#reports tbody tr:visible")
    assert rows.count() == 2
    tab.fill("#search", "4202 年度")
    assert rows.count() == 1 and "=1+1/con.$x$<b>县县" in rows.first.inner_text()
    tab.fill("#search", "")
    tab.click("thead button >> nth=4")
    assert "=1+1" in rows.first.inner_text()
    tab.click("thead button >> nth=4")
    assert "=1+1" in rows.nth(1).inner_text()
    tab.click("#reports a >> nth=0")
    assert "../../<script>alert(1)</script>" in tab.inner_text("h1") and "[U+202E]" in tab.inner_text("h1")
    assert tab.locator("nav a").count() == tab.locator("h2").count() > 10


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_shows_its_pictures_and_fits(hostile, tab, width):
    """On a screen and on a phone: pictures with alternative texts, the fonts, no page wider than the window."""
    pages = sorted(hostile.glob("**/*.html"))
    assert len(pages) == 4
    tab.set_viewport_size({"width": width, "height": 800})
    for path in pages:
        tab.goto(path.as_uri())
        pictures = tab.evaluate("[...document.images].map((i) => i.naturalWidth > 99 && i.alt.length > 9)")
        assert all(pictures) and (len(pictures) > 3 or path.name == "index.html")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("document.fonts.check('20px \"Toolkit Sans\"', '县')")
        assert not tab.evaluate("[...document.querySelectorAll('main *')].some((e) => e.onerror || e.onload)")


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_no_page_holds_anything_that_could_run(hostile):
    """Each page has a strict policy; no script but the index's own, no handler, no link but to files."""
    for path in hostile.glob("**/*.html"):
        html, own = path.read_text(encoding="utf-8"), path.name == "index.html"
        assert "default-src 'none'" in html and "unsafe" not in html and len(html) < 3e6
        tags = Tags(html).found
        names = [tag for tag, _ in tags]
        assert names.count("script") == own and names.count("style") == 1
        assert not {"iframe", "object", "embed", "link", "base", "form", "svg"} & (
            set(names) - ({"svg"} if own else set())
        )
        for _, attributes in tags:
            assert not [name for name in attributes if name.startswith("on")]
            assert attributes.get("src", "data:image/png").startswith("data:image/png")
            assert not re.search(r"^\s*(?!#)[\w+.-]*:", attributes.get("href", ""))


def test_folders_are_safe_and_inside(hostile):
    """Names with ../, slashes and 300 bytes become short names that every system takes."""
    folders = sorted(path.name for path in hostile.iterdir() if path.is_dir())
    assert len(folders) == 3 and "comparison" in folders
    for name in folders:
        assert len(name.encode()) <= 120 and not re.search(r'[<>:"/\\|?*$%\s\u202e\u2066]|^\.|\.$', name)
    assert not (hostile.parent / "etc").exists() and (hostile / "run.json").is_file()


def test_no_output_says_where_or_by_whom_it_was_made(hostile):
    """No folder, user or host of this machine in any file: pages, notebooks, figures, workbooks, tables."""
    own = [
        str(hostile.parent),
        str(Path(__file__).parents[1]),
        f"{Path.home()}/",
        sys.prefix,
        socket.gethostname(),
    ]
    own += [getpass.getuser()] if getpass.getuser() != "root" else []  # as a word, root is in every style
    secret = re.compile(b"|".join(re.escape(name.encode()) for name in own if len(name) > 3))
    kinds = set()
    for path in (path for path in hostile.rglob("*") if path.is_file()):
        kinds.add(path.suffix)
        contents = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                contents = [book.read(name) for name in book.namelist()]
                assert not any(b"<f>" in content for content in contents)
        for content in contents:
            assert not secret.search(content), path.name
    assert {".html", ".ipynb", ".png", ".svg", ".pdf", ".csv", ".xlsx", ".json", ".dta", ".parquet"} <= kinds


def test_a_report_prints_whole(hostile, tab):
    """Paper has every section and what is folded on the screen; no navigation, and text that can be copied."""
    tab.goto(next(hostile.glob("4*/report.html")).as_uri())
    folded = tab.text_content("details tbody tr:last-child td:first-child")
    headings = tab.locator("h2").all_inner_texts()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(tab.pdf(format="A4"))).pages)
    lines = re.sub(r"\s", "", text)
    assert folded and all(re.sub(r"\s", "", words) in lines for words in (folded, *headings))
    assert "目录" not in lines


def test_thousands_of_regions_are_found_and_sorted_at_once(tab, tmp_path):
    """2,800 regions: a search or a sort takes less than half a second."""
    row = {"province": "省", "prefecture": "市", "genre": "annual report", "body_kind": "government"}
    row |= {"flags": "", "status": "done", "reason": "missing", "files": ["report.html", "report.ipynb"]}
    rows = [
        {**row, "folder": f"{n}", "region": f"县{n}", "region_code": f"{n}", "n_chars": {2020: n, 2021: 9}}
        for n in range(110000, 112800)
    ]
    (tmp_path / "index.html").write_text(index_page(rows), encoding="utf-8")
    tab.goto((tmp_path / "index.html").as_uri())
    assert tab.inner_text("#shown") == "100 / 2800" and tab.locator("#reports tbody tr").count() == 100
    timed = "(act) => {{ const t = performance.now(); {}; document.body.offsetHeight; return performance.now() - t; }}"
    click = "document.querySelectorAll('#reports thead button')[4].click()"
    assert tab.evaluate(timed.format(f"{click}; {click}")) < 500
    assert "县112799" in tab.inner_text("#reports tbody tr >> nth=0")
    find = "s = document.querySelector('#search'); s.value = '县1127'; s.dispatchEvent(new Event('input'))"
    assert tab.evaluate(timed.format(f"const {find}")) < 500
    assert tab.inner_text("#shown") == "100 / 100"
    tab.fill("#search", "")
    tab.click("#more")
    assert tab.inner_text("#shown") == "200 / 2800"
