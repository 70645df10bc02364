"""Cleaning keeps every character it can, and furniture rules eat no report text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.cleaning import clean_text, find_furniture

PROSE = (
    "2023年，全县上下坚持以习近平法治思想为指导，深入推进依法行政，严格规范公正文明执法，"
    "法治政府建设各项工作取得了新的明显成效，群众满意度不断提升。"
)


def rules(text: str) -> dict[str, str]:
    """What each rule took, by its text."""
    return {text[start:end].strip(): rule for start, end, rule in find_furniture(text)}


def test_line_ends_and_control_characters_become_plain():
    r"""\r\n and \r become \n; NUL and other control characters become one space each, with a flag."""
    assert clean_text("甲\r\n乙\r丙\n") == ("甲\n乙\n丙\n", ())
    assert clean_text("甲\0乙\x07") == ("甲 乙 ", ("control_characters",))
    assert clean_text("甲\u2028乙\x0b丙") == ("甲\n乙\n丙", ())


def test_radicals_of_printed_pdfs_become_the_characters_they_look_like():
    """A browser's PDF says ⾏政 with U+2F8F; counted as it stands, 行政复议 would be 0. One for one, with a flag."""
    assert clean_text("\u2f00、\u2f8f政复议在\u2ed3沙县") == ("一、行政复议在长沙县", ("radicals",))
    assert clean_text("每\u2f3e")[0] == "每户"  # the mainland form, not that of the Unicode table
    every, flags = clean_text("".join(map(chr, range(0x2F00, 0x2FD6))))
    assert (len(every), flags) == (214, ("radicals",))
    assert all("\u4e00" <= sign <= "\u9fff" for sign in every)


def test_lone_surrogates_are_stopped_at_the_boundary():
    """Parquet, Excel and CSV writers fail on surrogates, so each becomes one U+FFFD, with a flag."""
    text, flags = clean_text("法\ud800治")
    assert (text, flags) == ("法\ufffd治", ("replaced_characters",))
    text.encode("utf-8")


@pytest.mark.parametrize(
    "kept", ["𠮷", "鿖", "葛\U000e0100", "e\u0301", "政\u200b府", "\u202eabc", "信\xad息", "\xa0", "２０２３"]
)
def test_rare_characters_are_preserved(kept):
    """Non-BMP, new ideographs, variation selectors, zero-width and bidi controls stay as they are."""
    assert clean_text(f"法治{kept}建设") == (f"法治{kept}建设", ())


@pytest.mark.parametrize("blank", ["", " \n\t", "\ufeff", "\u3000\xa0\n\u200b"])
def test_a_text_without_characters_is_flagged_empty(blank):
    """Empty, whitespace-only and BOM-only texts carry the flag `empty`."""
    assert clean_text(blank)[1] == ("empty",)


def test_markup_left_in_a_text_is_flagged():
    """HTML entities and tags in the text come from a bad copy; they stay, with a flag."""
    assert clean_text("法治&nbsp;政府") == ("法治&nbsp;政府", ("markup_residue",))


def test_mojibake_is_flagged_and_never_repaired():
    """Text that went through a wrong codec keeps its characters and gets a flag."""
    for wrong in (
        PROSE.encode("utf-8").decode("gb18030", "replace"),
        PROSE.encode("utf-8").decode("cp1252", "replace"),
        PROSE + "锟斤拷锟斤拷",
    ):
        text, flags = clean_text(wrong)
        assert text == clean_text(text)[0]
        assert "mojibake" in flags
    assert clean_text(PROSE) == (PROSE, ())


@given(st.text(st.characters(), max_size=100))
def test_cleaning_twice_is_cleaning_once(text):
    """Clean text is stable, free of control characters, and can be encoded."""
    once = clean_text(text)[0]
    assert clean_text(once)[0] == once
    once.encode("utf-8")
    assert not any(c in once for c in "\r\0\x1b\x7f\x9f\u2028")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("首页 > 政务公开 > 政府部门信息公开目录 > 区司法局", "breadcrumb"),
        ("智能问答返回顶部", "button"),
        ("您现在的位置：首页>信息公开>规划总结", "breadcrumb"),
        ("当前位置： 网站首页 » 法治政府", "breadcrumb"),
        ("发布时间 : 2021-02-18 来源:长沙市天心区司法局 字体大小:", "published"),
        ("【发布日期：2021年2月18日】", "published"),
        ("日期：2023-01-20 10:22 浏览次数：88次", "published"),
        ("来源： 县司法局", "source"),
        ("（新华社北京2023年3月14日电）", "source"),
        ("【我要纠错】责任编辑：王安", "editor"),
        ("浏览次数： 1024 次", "counter"),
        ("【字体：大 中 小】", "font size"),
        ("下载、打印", "button"),
        ("[打印本页] [关闭窗口]", "button"),
        ("分享到：微信 微博 QQ空间", "button"),
        ("扫一扫在手机打开当前页", "qr code"),
        ("微信扫一扫：分享", "qr code"),
        ("— 3 —", "page number"),
        ("－12－", "page number"),
        ("第 3 页 共 12 页", "page number"),
        ("长政发〔2019〕2号      签发人:蒋夙志", "signer"),
        ("抄送:县委,县人大。", "copies"),
        ("长海县人民政府办公室     2019年1月30日印发", "printed by"),
        ("（此件公开发布）", "disclosure"),
        ("索 引 号： 114403006955506492/2021-00545  分类：", "index"),
        ("上一篇：关于2020年度法治政府建设情况的报告", "neighbour"),
        ("相关附件:", "related"),
        ("1．附件1：名词解释.doc", "attachment"),
        ("版权所有：某县人民政府 粤ICP备05011111号", "copyright"),
        ("您的浏览器不支持video标签", "script notice"),
        ("一、工作开展情况……………………3", "contents"),
        ("https://www.example.gov.cn/c/2024-01-15/1.html 1/5", "link"),
        ("2024/3/5 10:22    长海县2018年法治政府建设进展情况报告", "browser stamp"),
        ("11/22/26, 2:05 PM 政府工作报告", "browser stamp"),
        ("file:///C:/Users/张三/报告.html 1/5", "link"),
        ("共2页 第1页 1 2 下一页 尾页", "page number"),
        ("友情链接：", "related"),
        ("预览时标签不可点", "wechat"),
        ("点个“在看”支持一下", "wechat"),
        ("热门搜索：社保 医保 公积金", "search"),
        ("（信息公开选项：主动公开）", "disclosure"),
        ("一审：张三 二审：李四 三审：王五", "editor"),
        ("Produced By 某通发布系统", "copyright"),
    ],
)
def test_furniture_of_pages_is_found(line, rule):
    """A line of page furniture among paragraphs is taken whole, by the rule that names its kind."""
    text = f"{PROSE}\n{line}\n{PROSE}"
    assert find_furniture(text) == [(len(PROSE) + 1, len(PROSE) + 1 + len(line), rule)]


@pytest.mark.parametrize(
    "line",
    [
        "（二）推行扫码入企、亮码检查，规范涉企行政执法",
        "一、主要举措和成效",
        "下一个百年奋斗目标新征程",
        "下一步工作打算",
        "位置优越，交通便利",
        "相关政策措施落实到位",
        "来源于基层的意见建议",
        "审核把关机制更加健全",
        "分享改革经验3次",
        "大力推进政务公开",
        "政务公开",
        "分类：甲类3件、乙类5件。",
        "2019年1月30日",
        "大连市人民政府:",
        "主办单位：区教育局",
        "关闭企业12家",
        "打印机采购规范",
        "3",
        "附件：",
        "各位代表！",
        "（一）公开范围不断扩大",
        "抄告制度落实",
        "-3.5%",
        "联系人大代表32人",
        "字号规范使用情况良好。",
        "一审：30件",
        "点击率最高的栏目",
        "更多好人好事涌现",
        "链接各方资源",
        "维护：坚决维护权威",
    ],
)
def test_lines_of_reports_are_left_alone(line):
    """Headings, lists and short sentences that resemble furniture stay report text."""
    text = f"{PROSE}\n{line}\n{PROSE}"
    assert find_furniture(text) == []


def test_the_head_and_foot_of_a_printed_document_are_found():
    """Channel, byline, date, copies and printing line are furniture; title and signature are not."""
    text = (
        "#\n政府公文\n长海县2018年法治政府建设进展情况报告\n\n政府办文书科\n\n2019-03-26\n\n"
        f"{PROSE}\n\n长海县人民政府\n2019年1月30日\n\n"
        "抄送:县委各部委，县人大常委会办公室，\n县法院，县检察院。\n长海县人民政府办公室 2019年1月30日印发"
    )
    assert rules(text) == {
        "#": "ornament",
        "政府公文": "menu",
        "政府办文书科": "byline",
        "2019-03-26": "page date",
        "抄送:县委各部委，县人大常委会办公室，": "copies, open",
        "县法院，县检察院。": "copies",
        "长海县人民政府办公室 2019年1月30日印发": "printed by",
    }


def test_a_catalogue_table_copied_cell_by_cell_is_found_without_the_title():
    """Labels of the 索引号 table take their values, but never the title that follows an empty one."""
    title = "关于2020年度法治政府建设情况的报告"
    text = f"索引号\n114403006955506492/2021-00545\n发布机构\n区司法局\n主题词\n{title}\n{PROSE}"
    assert title not in rules(text)
    assert len(rules(text)) == 5


def test_a_class_of_documents_is_no_title():
    """组配分类 is followed by a class that may read like a title, or, where it is empty, by the title itself."""
    title = "安吉县2022年度法治政府建设情况报告"
    table = "发文机关\n安吉县人民政府\n组配分类\n法治政府建设年度报告\n"
    assert rules(f"{table}{title}\n{PROSE}")["法治政府建设年度报告"] == "index value"
    assert title not in rules(f"{table}{title}\n{PROSE}") | rules(f"组配分类\n{title}\n{PROSE}")


def test_a_menu_is_a_run_of_short_lines_with_menu_words():
    """A long menu is taken whole although most of its entries are in no list; a table of names is not."""
    menu = "首页\n区长之窗\n街道动态\n政务公开\n本区之窗\n小微企业专栏\n机构职能"
    assert set(rules(f"{menu}\n{PROSE}").values()) == {"menu"}
    table = "教育局\n民政局\n财政局\n水务局\n住建局\n城管局"
    assert rules(f"{PROSE}\n{table}\n{PROSE}") == {}


def test_a_title_below_a_menu_is_no_part_of_it():
    """A menu ends with its last known word; title, issuer and date below it stay."""
    text = f"首页\n政务公开\n法治专栏\n规划计划\n通知公告\n某县2023年法治政府建设报告\n县司法局\n2024年1月5日\n{PROSE}"
    assert list(rules(text)) == ["首页", "政务公开", "法治专栏", "规划计划", "通知公告"]


def test_bare_numbers_are_page_numbers_only_when_they_count_pages():
    """1, 2, 3 with a page of text between are page numbers; 1, 2, 3 in a table are data."""
    pages = "\n".join(f"{PROSE * 3}\n{n}" for n in (1, 2, 3))
    assert list(rules(pages).values()) == ["page number"] * 3
    assert rules(f"{PROSE}\n1\n甲\n2\n乙\n3\n丙\n{PROSE}") == {}


def test_the_title_that_heads_each_printed_page_is_found():
    """A short line that stands beside page numbers again and again is the running head; a salutation is not."""
    head = "某县2023年法治政府建设年度报告"
    pages = "\n".join(f"各位代表！\n{PROSE * 3}\n- {n} -\n{head}" for n in (1, 2, 3))
    assert rules(pages) == {
        "- 1 -": "page number",
        "- 2 -": "page number",
        "- 3 -": "page number",
        head: "running head",
    }


def test_a_text_with_printed_line_ends_is_running_text():
    """Where no line is long, three printed lines in a row are text; head and foot rules keep outside."""
    printed = "\n".join((PROSE * 2)[n : n + 30] for n in range(0, 2 * len(PROSE), 30))
    text = f"2024-01-15 16:32\n{printed}\n政务公开\n{printed}\n网站地图 | 联系我们\n主办：某县人民政府办公室"
    assert rules(text) == {
        "2024-01-15 16:32": "page date",
        "网站地图 | 联系我们": "menu",
        "主办：某县人民政府办公室": "site owner",
    }


def test_long_lines_of_a_page_are_no_running_text():
    """A date line or a footer of sixty characters has no comma; the page's head and foot reach beyond it."""
    date = "发布时间：2021-02-18 16:32:10 来源：某县司法局 字体大小：大 中 小 浏览次数：123 打印 关闭 分享到：微信 微博"
    foot = "主办：某县人民政府办公室 承办：某县政务服务和大数据管理局 网站标识码：6211220001 地址：某县某镇某路一号"
    text = f"{date}\n政务公开\n{PROSE}\n网站地图\n{foot}\n电话：0932-6601234"
    assert [rule for _, _, rule in find_furniture(text)] == [
        "published",
        "menu",
        "menu",
        "copyright",
        "site owner",
    ]


def test_furniture_glued_to_a_paragraph_is_cut_off_at_its_edge():
    """Of a long line only the date line before it and the button after it are furniture."""
    head, foot = "发布时间：2021-02-18 10:22 来源：区司法局 ", "扫一扫在手机打开当前页"
    body = PROSE.rstrip("。") * 2
    text = head + body + foot
    assert find_furniture(text) == [
        (0, len(head), "page head"),
        (len(head + body), len(text), "page foot"),
    ]


@pytest.mark.parametrize(
    "piece", ["A+", "A", "打印", "[打印] ", "大 ", "首页>", "联系我们", "抄送", "- ", "发布时间：1 "]
)
def test_no_line_keeps_the_rules_busy(piece):
    """Lines of repeated fragments, which send careless patterns into endless trials, cost nothing."""
    lines = "\n".join((piece * 120)[:length] + "甲" for length in (20, 60, 110, 118, 130))
    assert all(end <= len(lines) for _, end, _ in find_furniture(lines))


@given(st.text(st.sampled_from("首页>发布时间：2021-来源 局\n打印关闭【】第页抄送:。法治"), max_size=80))
def test_spans_are_sorted_apart_and_inside_the_text(text):
    """Spans never overlap, never leave the text, and never hold a line end."""
    end_before = 0
    for start, end, _ in find_furniture(text):
        assert end_before <= start < end <= len(text)
        assert "\n" not in text[start:end]
        end_before = end
