"""Web pages give their article, say how it was found, and are never silently empty."""

from __future__ import annotations

import time

import pytest
from documents import page

from toolkit.corpus.cleaning import clean_text, find_furniture
from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.webpages import read_hints, read_page, read_web_archive

LINES = [
    "2023年，全县各级各部门坚持以习近平法治思想为指导，法治政府建设取得新进展，现将有关情况报告如下：",
    "一、主要举措和成效",
    "（一）依法履职。全县受理行政复议案件11件，审结10件，行政机关负责人出庭应诉率达到100%。",
    "二、存在的问题",
    "一是基层执法力量仍然薄弱，二是执法监督机制还不够健全，三是普法宣传的针对性还需要加强。",
]
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in LINES)
BREAKS = "<br/>".join(LINES)
OLD = f"<table><tr><td><table><tr><td><font size=3>{BREAKS}</font></td></tr></table></td></tr></table>"


def body(data: str | bytes) -> list[str]:
    """The lines with text that a page gives."""
    text = read_page(data if isinstance(data, bytes) else data.encode())[0].text
    return [line.strip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    "article",
    [
        f"<div class='TRS_Editor'><div class='TRS_Editor'>{PARAGRAPHS}</div></div>",
        f"<div id='zoom'>{BREAKS}</div>",
        f"<table><tr><td>索引号</td><td>123</td></tr></table><div id='UCAP-CONTENT'>{PARAGRAPHS}</div>",
        f"<div class='xxgk-content'>{PARAGRAPHS}</div>",
        f"<div class='pages_content'><span>{PARAGRAPHS}</span></div>",
        f"<td class='con_text'>{PARAGRAPHS}</td>".join(("<table><tr>", "</tr></table>")),
    ],
)
def test_the_container_of_a_known_cms_gives_the_article_alone(article):
    """Menu, side list and footer stay out; every line of the article is there, without a flag."""
    assert body(page(article)) == LINES
    assert read_page(page(article).encode())[0].flags == ()


@pytest.mark.parametrize("article", [OLD, f"<div><div>{PARAGRAPHS}</div></div>"])
def test_a_page_without_a_known_container_keeps_all_lines(article):
    """Old table layouts and bare divisions lose no line of the article, whatever comes with it."""
    found = body(page(article))
    assert [line for line in found if line in LINES] == LINES


def test_an_unclosed_container_takes_what_follows_it():
    """Where a page never closes the article, the footer comes with it, for the furniture rules to mark."""
    assert body(page(f"<div class='article-content'>{PARAGRAPHS}")) == [*LINES, "版权所有：某县人民政府"]


def test_a_container_that_holds_half_the_report_is_flagged():
    """Where a known container lacks running text of the page, more is taken, or a flag says so."""
    halves = f"<div id='zoom'><p>{LINES[0]}</p><p>{LINES[1]}</p></div><div>{LINES[2]}<p>{LINES[4]}</p></div>"
    assert set(LINES) - set(body(page(halves))) == {LINES[3]}
    most = f"<div id='zoom'>{PARAGRAPHS}</div><footer>{LINES[4]}</footer>"
    (extract,) = read_page(page(most).encode())
    assert (extract.text.split("\n")[0].strip(), extract.flags) == (LINES[0], ("extraction_thin",))


@pytest.mark.parametrize("depth", [300, 5000, 200_000])
@pytest.mark.parametrize("tag", ["div", "font", "st1:chsdate", "div class='TRS_Editor'"])
def test_deep_nesting_neither_hangs_nor_empties(depth, tag):
    """A text below hundreds of unclosed tags is found; below 200,000 all text is taken by a linear reader."""
    start = time.monotonic()
    (extract,) = read_page(page(f"<{tag}>" * depth + PARAGRAPHS).encode())
    assert all(line in extract.text for line in LINES)
    assert time.monotonic() - start < 5
    if depth == 200_000:
        assert extract.flags == ("extraction_fallback",)


def test_a_lying_charset_is_overruled_and_flagged():
    """The bytes decide; gb2312 declared over GB18030 bytes is no lie."""
    lie = page(f"<div id='zoom'>{PARAGRAPHS}</div>", head='<meta charset="gb2312">')
    assert read_page(lie.encode("utf-8"))[0].flags == ("charset_mismatch",)
    assert body(lie.encode("utf-8")) == LINES
    assert read_page(lie.encode("gb18030"))[0].flags == ()
    assert body(lie.encode("gb18030")) == LINES


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html><frameset cols='*'><frame src='a.html'></frameset></html>", "frames only"),
        ("<html><body><div id='app'></div><script>draw('报告')</script></body></html>", "needs scripts"),
        ("<html><head><title>标题</title></head><body> &nbsp; </body></html>", "empty page"),
    ],
)
def test_a_page_without_text_is_refused_with_its_reason(content, reason):
    """Frames, scripts and empty pages are failures with a reason, never an empty text."""
    with pytest.raises(Unreadable) as refused:
        read_page(content.encode())
    assert refused.value.reason == reason


def test_meta_tags_become_hints():
    """The tags of the national guideline for government sites give title, date, source and address."""
    head = (
        '<META content="某县2023年法治政府建设情况报告" name="ArticleTitle">'
        "<meta name='PubDate' content='2024-1-5 09:30:00'><meta name=ContentSource content=县司法局>"
        '<meta name="Url" content="http://www.example.gov.cn/a.html"><meta name="keywords" content="x">'
    )
    assert read_hints(head) == {
        "title": "某县2023年法治政府建设情况报告",
        "published_on": "2024-01-05",
        "issuer": "县司法局",
        "source_url": "http://www.example.gov.cn/a.html",
    }
    title = "<title>某县人民政府门户网站_2023年法治政府建设情况报告 - 法治政府</title>"
    assert read_hints(title) == {"title": "2023年法治政府建设情况报告"}
    assert read_hints("<title>某县人民政府</title>") == {}


def test_a_heading_beside_the_article_gives_the_title():
    """The title may stand outside of the article's container: the one heading that names a year's report is it."""
    heading = '<h3 class="t"><span>某县2023年</span>法治政府建设情况报告</h3>'
    assert read_hints(f"<title>某县政府网</title><h2>政府工作报告</h2>{heading}") == {
        "title": "某县2023年法治政府建设情况报告"
    }
    assert read_hints(f"{heading}<h3>某县2022年政府工作报告</h3>") == {}
    saved = "<!-- saved from url=(0031)http://www.example.gov.cn/a.html -->"
    assert read_hints(saved) == {"source_url": "http://www.example.gov.cn/a.html"}


def test_hidden_text_is_no_text():
    """Scripts, styles, comments and their contents never reach the report."""
    noise = "<script>var a='脚本'</script><style>p{}</style><!-- 注释 --><noscript>请开启</noscript>"
    assert body(page(f"<div id='zoom'>{noise}{PARAGRAPHS}</div>")) == LINES


def test_a_web_archive_is_read_like_its_page():
    """MHTML, as old browsers save pages, gives the same text."""
    head = b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n"
    content = page(f"<div id='zoom'>{PARAGRAPHS}</div>").encode()
    archive = (
        head
        + b"--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + content
        + b"\r\n--B--"
    )
    assert read_web_archive(archive)[0].text == read_page(content)[0].text
    with pytest.raises(Unreadable):
        read_web_archive(head + b"--B\r\nContent-Type: image/png\r\n\r\n\r\n--B--")


TITLE = "某县2022年法治政府建设工作情况报告"
LONG = [line.replace("11件", f"1{n}件") for n in range(6) for line in LINES]  # a report outweighs its page
MENU = "<ul><li>首页</li><li>新闻中心</li><li>政务公开</li><li>政务服务</li><li>互动交流</li></ul>"
CRUMB = "<div>您当前所在位置：<a>首页</a> &gt; <a>政务公开</a> &gt; <a>法治政府建设</a></div>"
FOOT = (
    "<div><p>主办：某县人民政府办公室&nbsp;&nbsp;承办：某县融媒体中心</p><p>网站标识码：6211220001&nbsp;"
    "陇ICP备05000555号-1 甘公网安备 62112202000104号</p><p>建议使用IE9以上浏览器，1366*768以上分辨率浏览本站</p></div>"
)
RELATED = "<h3>相关文档</h3>" + "".join(
    f"<li><a>关于印发某县第{n}号文件的通知</a><span>2023-01-1{n}</span></li>" for n in range(6)
)
SOUP = "".join(
    f'<p style="text-indent: 2em; font-family: 仿宋_GB2312"><span>&nbsp;&emsp;</span><span lang="EN-US">{line[:1]}</span>'
    f"<span>{line[1:-1]}</span><font>{line[-1:]}</font><o:p></o:p></p>"
    for line in LONG
)
PLAIN = "".join(f"<p>　　{line}</p>" for line in LONG)
PRINTED = "<br>\n&nbsp;&nbsp;&emsp;".join(LONG)
LAYOUTS = {  # what stands between the title and the footer
    "TRS": f"<p>发布时间：2023-01-18 10:22 来源：某县司法局 浏览次数：356 字号：[大 中 小]</p>"
    f"<div class='view TRS_UEDITOR'>{PLAIN}</div><p>附件：<a>1.统计表.docx</a></p><p>分享到：微信 微博</p>",
    "JCMS": f"<p>信息来源：某县司法局　发布日期：2023-01-18　浏览次数：88</p><div id='zoom'><!--begin-->{PLAIN}</div>"
    "<p>上一篇：某县2021年报告</p><p>【打印本页】【关闭窗口】</p>",
    "VSB": f"<p>时间：2023-01-18&nbsp;作者：&nbsp;来源：某县司法局&nbsp;点击：[320]</p><div class='v_news_content'>{SOUP}</div>"
    "<p>上一条：甲 下一条：乙</p><p>【关闭】</p>",
    "EWB": f"<p>【信息时间：2023-01-18　　阅读次数：321】【我要打印】</p><div class='ewb-article-info'>{SOUP}</div>",
    "unknown": f"<section><p>2023-01-18 10:22:31 来源：某县司法局 A+ A-</p><section>{SOUP}</section></section>",
    "bare divisions": "<div><div>日期：2023-01-18 点击数：88 次</div>"
    + "".join(f"<div>&nbsp;&nbsp;&nbsp;&nbsp;{line}</div>" for line in LONG)
    + f"</div>{RELATED}",
    "old tables": f"<table><tr><td>{RELATED}</td><td><table><tr><td>发布时间:2023-1-18 10:11:32　阅读次数:<b>233</b>"
    f"　字体:【<a>大</a> <a>中</a> <a>小</a>】</td></tr><tr><td><font size=3>{PRINTED}</font></td></tr></table>"
    "</td></tr></table>",
    "print bar": f"<p>2023-01-18　来源：某县司法局　【字号：大 中 小】</p><div class='article_txt'>{PLAIN}</div>"
    "<p>（此件公开发布）</p><p>扫一扫在手机上查看当前页面</p><p>智能问答返回顶部</p>",
    "never closed": "<p>更新日期: 2023/1/18</p><div class=detail-content>"
    + "".join(f"<p>{line}" for line in LONG),
}


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_saved_page_gives_its_report_and_its_date(layout, charset):
    """Whatever the layout: every line of the report in order, none as furniture, nothing else unmarked."""
    content = f"<html><head><meta charset=utf-8><title>{TITLE}_某县人民政府</title></head><body>{MENU}{CRUMB}"
    content += f"<h1>{TITLE}</h1>{LAYOUTS[layout]}{FOOT}</body></html>"
    found = read_page(content.encode(charset))[0]
    assert (found.hints["title"], found.hints["published_on"]) == (TITLE, "2023-01-18")
    text = clean_text(found.text)[0]
    spans = find_furniture(text)
    ends = [0, *(end for _, end, _ in spans)]
    starts = [*(start for start, _, _ in spans), len(text)]
    rest = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    kept = ["".join(line.split()) for line in rest.split("\n") if line.strip()]
    assert [line for line in kept if line != TITLE] == LONG


def test_the_only_date_that_stands_alone_is_the_page_s():
    """A list of dates says nothing of this page; nor do the day of signature and the day of today."""

    def dated(*lines):
        """The date that a page with these lines gives."""
        content = page("".join(f"<p>{line}</p>" for line in lines) + PLAIN)
        return read_page(content.encode())[0].hints.get("published_on")

    assert dated("2023-01-18 10:22") == "2023-01-18"
    assert dated("2023-01-18", "2023-02-03") is None
    assert dated("成文日期：2023-01-16", "今天是2023年3月2日", "会议时间：2022-05-06") is None
    assert dated("2023-02-03", "成文日期：2023-01-16", "发布日期：2023年1月18日") == "2023-01-18"


@pytest.mark.parametrize(
    "mark",
    [
        '<em id="publish_time" class="rich_media_meta">2023年1月18日 10:22</em>',
        "<em id='publish_time'></em><script>var t = '1674008520', createTime = '2023-01-18 10:22';</script>",
    ],
    ids=["shown", "in the script that shows it"],
)
def test_a_wechat_article_gives_the_date_in_its_head(mark):
    """It stands behind the account's name, so that no line begins with it; the day of signature is another."""
    content = page(f'<h1>{TITLE}</h1><p><span id="js_name">某县司法局</span> {mark} 甘肃</p>')
    content = content.replace("</body>", f'<div id="js_content">{PLAIN}<p>2022-12-30</p></div></body>')
    assert read_page(content.encode())[0].hints["published_on"] == "2023-01-18"


def test_a_relative_day_of_a_wechat_article_is_no_date():
    """昨天 10:22 says nothing once the page is saved."""
    content = page(f'<em id="publish_time">昨天 10:22</em><div id="js_content">{PLAIN}</div>')
    assert "published_on" not in read_page(content.encode())[0].hints
