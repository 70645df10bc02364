"""The index of a batch."""

from toolkit.reports.site import index_page

ROW = {
    "folder": "621122-陇西县",
    "region_code": "621122",
    "region": "陇西县<script>",
    "province": "甘肃省",
    "prefecture": "定西市",
    "genre": "annual report",
    "body_kind": "government",
    "n_chars": {2019: 5000, 2021: 6000},
    "flags": "",
    "status": "done",
    "reason": "missing",
    "files": ["report.html", "report.ipynb"],
}


def test_the_index_links_every_report_and_names_what_failed():
    """A row links its report, a failed one says why and has no link, a lost file is listed."""
    failed = {**ROW, "region": "铁山区", "status": "failed", "reason": "timeout: x", "files": []}
    lost = {"path": "a.txt", "row": 0, "status": "failed", "reason": "empty", "detail": "文件为空"}
    html = index_page([ROW, failed], inputs=[lost])
    assert 'href="621122-%E9%99%87%E8%A5%BF%E5%8E%BF/report.html"' in html
    assert html.count("report.html") == 1 and "timeout: x" in html and "文件为空" in html
    assert "陇西县&lt;script&gt;" in html and "缺 1 年" in html
    assert html.count('<path d="M0 18v-15h4v15zM10 18v-18h4v18z"/>') == 2


def test_the_index_reads_in_english_too():
    """All words come from the labels."""
    html = index_page([ROW], language="en")
    assert "Index of reports" in html and '<html lang="en">' in html
