"""Roles: what headings name, what the wording of sentences turns to, and whole invented reports."""

import pytest

from toolkit.corpus.roles import named_roles
from toolkit.corpus.structure import parse_structure

FILLER = "全县深入推进各项工作，取得明显成效，全年办理有关事项一百二十余件，群众满意度不断提高。"


def roles(text, **hints):
    """Return the roles of a text in the order in which they come, each once for a run of sentences."""
    found = [row[2] for row in parse_structure(text, **hints).sentences]
    return [role for at, role in enumerate(found) if at == 0 or role != found[at - 1]]


def role_of(text, words, **hints):
    """Return the role of the sentence that holds the words."""
    return next(row[2] for row in parse_structure(text, **hints).sentences if words in row[5])


@pytest.mark.parametrize(
    ("expected", "titles"),
    [
        (
            "achievement",
            "主要举措和成效 工作开展情况 基本情况 2022年目标任务完成情况 过去五年工作回顾 发展成就",
        ),
        (
            "problem",
            "存在的不足和原因 主要问题和薄弱环节 问题与不足 几点不足 存在的差距 面临的困难和挑战",
        ),
        (
            "plan",
            "下一步打算 2023年主要安排 2023年工作重点 今后工作努力方向 改进措施 对今年政府工作的建议",
        ),
        (
            "leadership",
            "党政主要负责人履行推进法治建设第一责任人职责情况 主要负责人履职情况 严格落实第一责任人职责",
        ),
        (
            "rectification",
            "2021年存在问题的整改情况 法治督察反馈问题整改情况 上年度存在问题整改落实情况 督察整改情况",
        ),
        ("other", "其他需要报告的情况 需要说明的问题 附件 名词解释 意见建议"),
        ("problem plan", "存在的问题和下阶段工作计划 存在问题及整改措施 主要问题与改进措施"),
        ("achievement problem plan", "取得成效、存在的问题及下一步打算"),
        ("", "优化营商环境 坚持问题导向，强化执法监督 全面加强政府自身建设"),
    ],
)
def test_headings_name_roles(expected, titles):
    """The words of a heading of the first level name one role, several in their order, or none."""
    for title in titles.split():
        assert " ".join(named_roles(title, 1, 2022)) == expected, title


@pytest.mark.parametrize(
    ("expected", "titles"),
    [
        (
            "",
            "聚焦存在问题，狠抓整改 补齐短板弱项 加强领导，统筹安排部署 强化工作举措，提升成效",
        ),
        ("problem", "存在的问题 主要问题及原因"),
        ("plan", "下一步工作打算 2023年工作安排"),
        ("leadership", "党政主要负责人切实履行推进法治建设第一责任人职责"),
    ],
)
def test_below_the_first_level_only_plain_names_count(expected, titles):
    """Words such as 安排, 成效 and 短板 in a lower heading are the matter of a measure."""
    for title in titles.split():
        assert " ".join(named_roles(title, 2, 2022)) == expected, title


def test_a_year_after_the_covered_one_is_ahead():
    """2023年主要工作 is plan in a report on 2022 and achievement in one on 2023."""
    assert [named_roles("2023年有关工作", 1, year) for year in (2022, 2023)] == [("plan",), ("achievement",)]


def test_a_heading_with_two_roles_turns_where_the_text_does():
    """Problems and plan in one section part at 下一步 or where the next year begins, lists included."""
    text = (
        "某县2023年法治政府建设工作总结\n前言。\n一、执法工作\n甲。\n二、存在的问题和下阶段工作计划\n"
        "虽有成效，但仍有问题：个别单位认识不高。下一步，我县将抓好以下工作：\n一是健全制度。乙。\n二是加强队伍。丙。\n"
    )
    assert roles(text) == ["meta", "achievement", "problem", "plan"]
    assert role_of(text, "下一步") == role_of(text, "丙") == "plan"
    items = "一、存在的问题及下步打算\n一是素质不高。\n二是力量不够。\n"
    later = f"某县2018年工作报告\n前言。\n{items}2019年，我们将认真落实纲要。\n"
    assert roles(later) == ["meta", "problem", "plan"]


def test_a_problem_paragraph_without_heading_is_found():
    """虽然…但还存在… opens the problems; their list goes with them, and the next part ends them."""
    text = (
        f"一、主要举措和成效\n（一）执法\n一是检查。{FILLER}\n二是培训。{FILLER}\n"
        "虽然取得了成绩，但还存在一些问题和不足：一是意识有待提升。二是队伍有待优化。\n"
        "二、2021年工作安排\n一是学习。甲。\n"
    )
    assert roles(text) == ["achievement", "problem", "plan"]
    assert role_of(text, "二是队伍") == "problem"


def test_numbering_that_goes_on_takes_up_its_role_again():
    """（三） after a problem paragraph goes on with （二）; a list that begins anew stays with it."""
    text = (
        f"一、主要举措和成效\n（一）执法。{FILLER}\n（二）普法。{FILLER}\n"
        f"虽有成效，但还有一定差距：一是观念有待提升；二是能力不足。\n（三）调解。{FILLER}\n"
    )
    assert roles(text) == ["achievement", "problem", "achievement"]


def test_a_measure_against_problems_is_an_achievement():
    """针对存在的问题…整改 inside the measures tells what was done."""
    text = (
        f"一、主要举措和成效\n{FILLER}\n针对执法中还存在的不规范问题，开展专项整治，已整改到位。\n{FILLER}\n"
    )
    assert roles(text) == ["achievement"]


def test_last_years_problems_and_what_was_done_are_rectification():
    """A report that begins with last year's problems has them, and their measures, as rectification."""
    text = (
        "某县2018年法治政府建设报告\n前言。\n一、2017年存在问题的整改情况\n2017年主要存在以下问题：力度不够。"
        f"我们采取了以下措施：一是加大培训；二是学习经验。\n二、2018年主要工作完成情况\n{FILLER}\n"
    )
    assert roles(text) == ["meta", "rectification", "achievement"]


def test_the_five_parts_of_the_regulation():
    """The wording of the regulation of 2019 gives the five roles; its third part is leadership throughout."""
    text = (
        "某省2022年法治政府建设年度报告\n现将有关情况报告如下。\n一、2022年推进法治政府建设的主要举措和成效\n"
        f"（一）学习。{FILLER}\n（二）抓好督察反馈问题整改。制定措施36条，已完成30条。\n"
        "二、2022年推进法治政府建设存在的不足和原因\n一是力量薄弱。原因是培训不够。\n"
        "三、党政主要负责人履行推进法治建设第一责任人职责，加强法治政府建设的有关情况\n"
        "（一）组织领导。会议2次。\n"
        "四、2023年推进法治政府建设的主要安排\n（一）学习。针对存在的问题，开展培训。\n五、其他需要报告的情况\n无。\n"
        "某省人民政府\n2023年3月20日\n"
    )
    assert roles(text) == ["meta", "achievement", "problem", "leadership", "plan", "other", "meta"]


def test_a_work_report_in_parts():
    """第一部分 and 第二部分 give their roles to the headings below; 困难和挑战 are problems."""
    text = (
        "2024年某区政府工作报告\n——2024年1月18日在某区人民代表大会上\n各位代表：\n现在报告工作，请予审议。\n"
        f"第一部分 2023年工作回顾\n{FILLER}\n一、经济运行稳中向好。{FILLER}\n二、民生保障取得成效。{FILLER}\n"
        "在肯定成绩的同时，我们也清醒认识到，发展还面临不少困难和挑战：产业不优，收支矛盾突出。\n"
        f"第二部分 2024年工作安排\n今年意义重大。\n一、聚力产业升级。{FILLER}\n二、提升民生成效。{FILLER}\n"
    )
    assert roles(text, genre="work report", year=2024) == ["meta", "achievement", "problem", "plan"]


def test_a_report_without_headings():
    """Introduction, measures, problems, plan and signature are told apart by their wording alone."""
    text = (
        "某县2020年法治政府建设工作情况\n2020年，我县认真贯彻落实实施纲要。现将有关情况报告如下：\n"
        f"{FILLER}\n{FILLER}\n在看到成绩的同时，我们也清醒认识到，工作还存在一些不足，主要是意识不强。\n"
        "2021年，我县将进一步规范执法行为，加强队伍建设。\n某县人民政府\n2021年1月15日\n"
    )
    assert roles(text) == ["meta", "achievement", "problem", "plan", "meta"]


def test_damaged_headings_keep_their_roles():
    """Dashes for 一, full stops typed as dots, spaces in words and lost brackets do not hide the parts."""
    text = (
        "关于2019年度法治政府建设情况的报告\n我县扎实推进依法行政.现将情况报告如下：\n—、主要工作及成效\n"
        "（ 一 ）依法履职.公布12项.\n三）规范执法。检查12次.\n二 、存 在 的 问 题\n(1)意识不强.能力不足。\n"
        "三.下一步工作打算\n１．加强学习.组织培训.\n"
    )
    assert roles(text) == ["meta", "achievement", "problem", "plan"]


def test_the_rule_of_a_role_is_named():
    """role_source names the rules behind a section's role; a section with several roles is mixed."""
    text = "一、存在的问题和下步打算\n力量不足。下一步，我们将加强培训。\n"
    assert parse_structure(text).sections[0][6:8] == ("mixed", "heading+cue")


def test_without_any_heading_the_parts_are_told_by_their_wording():
    """Last year's problems, measures, problems and a plan in plain paragraphs each get their role."""
    text = (
        "某县2018年法治政府建设情况报告\n现将有关情况报告如下：\n2017年我县工作主要存在以下问题：力度不够。我们加大了培训。\n"
        f"{FILLER}\n{FILLER}\n我县工作虽有成效，但还有一定差距：一是认识不高；二是力量不足。\n"
        "1.加强学习。要把学习纳入计划，进一步加大培训力度。\n2.加强监督。继续推进案卷评查，着力规范执法。\n"
    )
    assert roles(text) == ["meta", "rectification", "achievement", "problem", "plan"]


def test_leadership_first_and_headings_that_name_nothing():
    """After the leadership part a heading that names nothing is told by its words, measures or plan."""
    text = (
        "某区2023年度法治政府建设情况报告\n2023年，某区以习近平法治思想为指导，推进依法行政。\n"
        "一、区政府主要负责同志履行推进法治建设第一责任人职责情况\n主持会议8次。\n"
        "二、扎实推进依法行政\n（一）优化营商环境。取消事项12项，办件量达到3.2万件。\n三、存在问题\n一是力量不足。\n"
        "四、强化保障再上新台阶\n（一）加强学习。要进一步加强领导干部学法。\n特此报告。\n某区人民政府\n2024年2月28日\n"
    )
    assert roles(text) == ["meta", "leadership", "achievement", "problem", "plan", "meta"]


def test_each_item_of_a_mixed_part_turns_for_itself():
    """Items that name a lack and then 下一步 have both roles each."""
    text = (
        f"某县2021年工作报告\n一、主要成效\n{FILLER}\n二、存在问题及下一步打算\n"
        "（一）执法力量不足。人员少。下一步，将充实力量。\n（二）形式单一。针对性不强。下一步，将创新形式。\n"
    )
    assert roles(text) == ["meta", "achievement", "problem", "plan", "problem", "plan"]
