"""Headings: every style of marker, what is not a heading, titles, unmarked headings, and the tree."""

import pytest

from toolkit.corpus.structure import parse_structure

BODY = "全县深入推进各项工作，取得了明显成效，全年共办理有关事项一百二十余件，群众满意度不断提高。"


def headings(text, **hints):
    """Return (level, marker, title, style) of every heading of a text."""
    return [row[2:6] for row in parse_structure(text, **hints).sections if row[5] != "none"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("一、主要工作", (1, "一、", "主要工作", "line")),
        ("一、主要工作。", (1, "一、", "主要工作", "line")),
        ("一、主要工作：", (1, "一、", "主要工作", "line")),
        ("十一．主要工作", (1, "十一．", "主要工作", "line")),
        ("—、主要工作", (1, "—、", "主要工作", "line")),  # 一 read as a dash
        ("二 、主要工作", (1, "二 、", "主要工作", "line")),
        ("一　主要工作", (1, "一", "主要工作", "line")),
        ("第一部分 2023年工作回顾", (1, "第一部分", "2023年工作回顾", "line")),
        ("(一)加强学习,提高认识。" + BODY, (2, "(一)", "加强学习,提高认识", "run-in")),
        ("（ 一 ）加强学习", (2, "（ 一 ）", "加强学习", "line")),
        ("三）加强学习。" + BODY, (2, "三）", "加强学习", "run-in")),  # first bracket lost
        ("㈠加强学习：" + BODY, (2, "㈠", "加强学习", "run-in")),
        ("1.加强学习。" + BODY, (3, "1.", "加强学习", "run-in")),
        ("１．加强学习.全面开展培训，提高能力.", (3, "１．", "加强学习", "run-in")),
        ("2、加强学习　" + BODY, (3, "2、", "加强学习", "run-in")),
        ("一是加强学习。" + BODY, (3, "一是", "加强学习", "run-in")),
        (
            "一是加大培训力度,采取专题研讨、专家讲座等形式,开展执法人员资格培训。",
            (3, "一是", "加大培训力度", "run-in"),
        ),
        ("第一，加强学习。" + BODY, (3, "第一，", "加强学习", "run-in")),
        ("(1)加强学习。" + BODY, (4, "(1)", "加强学习", "run-in")),
        ("1）加强学习。" + BODY, (4, "1）", "加强学习", "run-in")),
        ("①加强学习。" + BODY, (4, "①", "加强学习", "run-in")),
        ("——加强学习。" + BODY, (4, "——", "加强学习", "run-in")),
        ("●加强学习。" + BODY, (4, "●", "加强学习", "run-in")),
    ],
)
def test_each_style_of_marker_is_read(line, expected):
    """A line with a marker is a heading: level, marker, words and style are read, however punctuated."""
    assert headings(f"前言。\n{line}\n{BODY}\n") == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "一、二、三产业融合发展，农业增加值稳步增长。",
        "一、二审案件全部按期办结，无超期案件。",
        "一二三产业融合发展，农业增加值稳步增长。",
        "“十四五”规划落地，十四五、十五五规划衔接。",
        "工作中，一是注重程序，二是注重论证，三是注重公开。",
        "要求做到“一是学深悟透；二是真抓实干”，取得实效。",
        "依据条例第三条第（一）项规定办理。",
        "1.2万件事项全程网办。",
        "2023.年度任务完成。",
        "三要素齐全的文书达到九成。",
        "——2023年1月10日在某市第十五届人民代表大会第三次会议上",
        "增长8.5%，其中（1）为重点。",
    ],
)
def test_enumerations_in_prose_are_no_headings(line):
    """Numbers in a sentence, in quotes, in citations of law or in a subtitle open no section."""
    assert headings(f"前言。\n{line}\n{BODY}\n") == []


def test_items_inside_a_paragraph_are_a_list():
    """一是 and 二是 inside a paragraph are headings where they follow a colon, a stop or a semicolon."""
    text = "主要表现在:一是认识不够;二是力量不足,部分乡镇执法人员长期空缺,难以独立承担日常的各类执法工作。\n"
    assert headings(text) == [(3, "一是", "认识不够", "list"), (3, "二是", "力量不足", "list")]


def test_a_number_missing_or_repeated_does_no_harm():
    """A list that begins at 2 or has 3 twice keeps its items and their parent."""
    items = "".join(f"{item}。{BODY}\n" for item in ("2.培训", "3.检查", "3.监督"))
    text = f"一、工作\n(一)执法\n{items}二、问题\n{BODY}\n"
    rows = parse_structure(text).sections
    assert [(row[3], row[1]) for row in rows] == [
        ("一、", -1),
        ("(一)", 1),
        ("2.", 2),
        ("3.", 2),
        ("3.", 2),
        ("二、", -1),
    ]


def test_the_tree_follows_the_classes_of_markers():
    """Title, part, 一、, (一), 1., (1), ① enclose each other in this order; 一是 hangs below what is open."""
    text = (
        "某县2023年工作报告\n第一部分 回顾\n一、工作\n（一）执法\n"
        f"1.培训。{BODY}\n（1）初训。{BODY}\n①内训。{BODY}\n"
        f"一是学习。{BODY}\n2.检查。{BODY}\n（二）普法\n一是宣传。{BODY}\n第二部分 安排\n一、学习\n{BODY}\n"
    )
    rows = {row[0]: row for row in parse_structure(text).sections}
    named = {row[4]: rows[row[1]][4] if row[1] > 0 else "" for row in rows.values()}
    assert named == {
        "某县2023年工作报告": "",
        "回顾": "某县2023年工作报告",
        "工作": "回顾",
        "执法": "工作",
        "培训": "执法",
        "初训": "培训",
        "内训": "初训",
        "学习": "安排",  # the last of two
        "检查": "执法",
        "普法": "工作",
        "宣传": "普法",
        "安排": "某县2023年工作报告",
    }


def test_a_title_over_two_lines_is_joined():
    """A title wrapped after a word that cannot end it is one heading."""
    text = (
        "开发区关于2023年度法治建设\n情况的报告\n区司法局\n2023年，我区推进法治建设，成效明显。\n一、工作\n"
    )
    assert headings(text)[0] == (0, "", "开发区关于2023年度法治建设情况的报告", "line")


@pytest.mark.parametrize(
    "lines",
    [
        ["绵竹市司法局", "关于报送2022年度法治政府建设情况的报告"],
        ["中共辛集市委", "辛集市人民政府", "关于2021年度法治政府建设情况的", "报    告"],
        ["内蒙古自治区鄂尔多斯市达拉特旗", "2023年法治政府建设情况报告"],
        ["安吉县2022年度法治政府建设情况", "报告"],
    ],
)
def test_who_reports_and_a_lone_last_word_belong_to_the_title(lines):
    """Official letters print the organisation on a line of its own, narrow pages the last word."""
    text = "\n".join([*lines, f"2023年，{BODY}", "一、工作", BODY])
    assert headings(text)[0] == (0, "", "".join("".join(lines).split()), "line")


def test_of_two_titles_the_one_before_the_body_counts():
    """A web page prints the title before the report does; navigation is no title."""
    text = (
        "首页 > 政务公开 > 工作报告\n某政发〔2019〕2号某县2018年法治政府建设情况报告\n2019-03-26\n"
        f"某县2018年法治政府建设情况报告\n某市人民政府：\n{BODY}\n一、工作\n"
    )
    sections = parse_structure(text).sections
    assert [row[5] for row in sections] == ["none", "line", "line"]
    assert text[sections[1][8] :].startswith("某县2018年法治政府建设情况报告\n某市")


def test_a_line_without_marker_between_paragraphs_is_a_heading():
    """Unmarked parts restart the numbers below them and are closed by the next part."""
    text = (
        f"各位代表：\n现在报告工作，请予审议。\n2021年工作回顾\n{BODY}\n一、经济\n{BODY}\n二、民生\n{BODY}\n"
        f"2022年主要工作\n{BODY}\n一、产业\n{BODY}\n名词解释\n1.专精特新：指专业化、精细化、特色化、新颖化的企业。\n"
    )
    rows = parse_structure(text, genre="work report", year=2022).sections
    assert [(row[2], row[4], row[6]) for row in rows if row[5] == "line"] == [
        (4, "2021年工作回顾", "achievement"),
        (1, "经济", "achievement"),
        (1, "民生", "achievement"),
        (4, "2022年主要工作", "plan"),
        (1, "产业", "plan"),
        (4, "名词解释", "other"),
    ]


def test_titles_that_run_in_are_found_by_their_neighbours():
    """Short first sentences are titles where most paragraphs begin so; one alone is a sentence."""
    titles = ["强化组织领导，压实工作责任", "提升行政决策质效", "规范行政执法行为"]
    text = "\n".join(f"{title}。{BODY}" for title in titles)
    assert [row[2] for row in headings("前言部分说明全年工作，共分三项。\n" + text)] == titles
    assert headings(f"提升行政决策质效。{BODY}\n{BODY}\n{BODY}\n") == []


def test_a_series_of_titles_inside_a_paragraph_is_found():
    """Three short sentences without comma or figure, each with its elaboration, are headings of level 4."""
    series = ["加强领导干部学法", "加强青少年法治教育", "开展全面普法活动"]
    text = "六、普法\n" + BODY + "".join(f"{title}。{BODY}" for title in series) + "\n"
    assert headings(text)[1:] == [(4, "", title, "run-in") for title in series]


def test_a_table_of_cells_in_an_annex_has_no_headings():
    """After 附件 short lines are cells of a table."""
    text = f"一、工作\n{BODY}\n附件\n教育局\n{BODY}\n卫健局\n{BODY}\n"
    assert [row[2] for row in headings(text)] == ["工作", "附件"]


def test_a_report_whose_line_ends_were_lost_is_read():
    """In one long line markers after a stop or a space still open sections, and the title is found."""
    text = (
        "某县2023年法治政府建设工作报告 2023年，我县推进法治建设，现报告如下： 一、主要举措 （一）加强领导。"
        "开会6次。一是健全机制。印发要点。二是压实责任。纳入考核。 （二）规范执法。检查120次。 "
        "二、存在的问题 一是力量不足；二是宣传不够。 三、2024年工作安排 （一）强化学习。组织培训。"
    )
    assert [row[2] for row in headings(text)] == [
        "某县2023年法治政府建设工作报告",
        *["主要举措", "加强领导", "健全机制", "压实责任", "规范执法", "存在的问题", "力量不足", "宣传不够"],
        *["2024年工作安排", "强化学习"],
    ]


def test_markers_glued_to_a_heading_are_found():
    """Where even the spaces are gone, （一） and 一是 directly behind the words of a heading open sections."""
    text = "现报告如下：一、主要做法（一）政务公开一是完善制度。设立受理点。二是依据第三条第（一）项公开。二、存在问题\n"
    assert [row[2] for row in headings(text)] == [
        *["主要做法", "政务公开", "完善制度", "依据第三条第（一）项公开", "存在问题"]
    ]


def test_a_table_of_contents_opens_no_sections():
    """The headings of a contents page come again in the body and count there only."""
    text = f"某省2022年法治政府建设年度报告\n目 录\n一、成效\n二、不足\n{BODY}\n一、成效\n{BODY}\n二、不足\n{BODY}\n"
    rows = [row for row in parse_structure(text).sections if row[2] == 1]
    assert [(row[4], row[8]) for row in rows] == [
        ("成效", text.rindex("一、")),
        ("不足", text.rindex("二、")),
    ]


def test_a_link_to_a_file_above_the_body_is_no_annex():
    """附件 at the head of a page does not make an annex of the report."""
    text = f"某县2022年工作总结及2023年工作计划\n某县政府。\n附件：报告全文\n一、工作\n{BODY}\n二、问题\n{BODY}\n"
    assert [row[2] for row in headings(text)] == ["某县2022年工作总结及2023年工作计划", "工作", "问题"]


def test_torn_markers_count_as_the_next_number_only():
    """(二坚持 has lost a bracket and 二存在的问题 a comma; 三个突破 is a number of things."""
    text = f"一、工作\n(一)执法。{BODY}\n(二普法。{BODY}\n二存在的问题\n{BODY}\n三个突破\n{BODY}\n"
    assert [row[:3] for row in headings(text)] == [
        *[(1, "一、", "工作"), (2, "(一)", "执法"), (2, "(二", "普法"), (1, "二", "存在的问题")],
        (4, "", "三个突破"),
    ]
