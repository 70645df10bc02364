"""Quantities: every number is decided, and what is an amount is read right."""

import csv
import math
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.indicators import grammar
from toolkit.indicators.grammar import read_grammar
from toolkit.indicators.numerals import narrow, read_chinese
from toolkit.indicators.quantities import explain, find_quantities

SHARED = Path(os.environ.get("TOOLKIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
needs_gold = pytest.mark.skipif(not (SHARED / "gold").exists(), reason="the annotated gold is not here")


def read(text):
    """Surface, value, unit and approximation of every quantity."""
    return [(q.surface, q.value, q.unit, q.approx) for q in find_quantities(text)]


def gold_rows(name):
    """Rows of a gold table, read unquoted."""
    with (SHARED / "gold" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def gold_text(file):
    """The seed as it came."""
    return (SHARED / "seeds" / file).read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("九", 9),
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("两万三千", 23000),
        ("三千万", 3e7),
        ("二〇二三", 2023),
        ("一亿二千万", 1.2e8),
    ],
)
def test_chinese_numerals(numeral, value):
    """Chinese numerals are read by place, by magnitude and digit by digit."""
    assert read_chinese(numeral) == value


def test_unknown_numerals_are_nan():
    """A run that is not one number has no value."""
    assert (
        math.isnan(read_chinese("几十")) and math.isnan(read_chinese("三四")) and math.isnan(read_chinese(""))
    )


def test_narrow_keeps_positions():
    """The twin has one character for one character."""
    text = "共２３件，占９８．５％"
    assert len(narrow(text)) == len(text)
    assert read(text) == [("２３件", 23, "件", "exact"), ("９８．５％", 98.5, "%", "exact")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公示信息55万余条", [("55万余条", 550000, "条", "over")]),
        ("追回欠薪1547.16万元", [("1547.16万元", 15471600, "元", "exact")]),
        ("阅读量达48万+,", [("48万+", 480000, "", "over")]),
        ("一个工作日内办结", [("一个工作日内", 1, "工作日", "at_most")]),
        ("压减至44天、15天以内", [("44天", 44, "天", "exact"), ("15天以内", 15, "天", "at_most")]),
        ("实现50%以上的事项", [("50%以上", 50, "%", "at_least")]),
        ("座谈会62场(次)", [("62场(次)", 62, "场(次)", "exact")]),
        (
            "超过70%,近5倍,不少于3次",
            [("70%", 70, "%", "over"), ("5倍", 5, "倍", "about"), ("3次", 3, "次", "at_least")],
        ),
        ("减少3、5、8个", [("3", 3, "个", "exact"), ("5", 5, "个", "exact"), ("8个", 8, "个", "exact")]),
        (
            "需要3至5个工作日",
            [("3至5个工作日", 3, "工作日", "at_least"), ("3至5个工作日", 5, "工作日", "at_most")],
        ),
        ("提高3.5个百分点", [("3.5个百分点", 3.5, "百分点", "exact")]),
        ("发电20万千瓦时", [("20万千瓦时", 200000, "千瓦时", "exact")]),
        ("超过三分之一", [("三分之一", 1 / 3, "", "over")]),
        (
            "六成以上,百分之三十,翻两番",
            [
                ("六成以上", 60, "%", "at_least"),
                ("百分之三十", 30, "%", "exact"),
                ("翻两番", 4, "倍", "exact"),
            ],
        ),
        ("居全市第一,获全省第3名", [("第一", 1, "名", "exact"), ("第3名", 3, "名", "exact")]),
        ("规范性文件无一件被撤销", [("无一件", 0, "件", "exact")]),
        ("全县7行政执法单位", [("7", 7, "", "exact")]),
        ("培训20多万人次", [("20多万人次", 200000, "人次", "over")]),
        (
            "完成85.6亿元、295.6亿斤",
            [("85.6亿元", 8.56e9, "元", "exact"), ("295.6亿斤", 2.956e10, "斤", "exact")],
        ),
        ("占全省的1/4左右", [("1/4左右", 1 / 4, "", "about")]),
        ("近七成案件经调解结案", [("七成", 70, "%", "about")]),
        ("压缩至0.5个工作日。", [("0.5个工作日", 0.5, "工作日", "exact")]),
        ("筹集住房2.9万套（间）", [("2.9万套（间）", 29000, "套(间)", "exact")]),
        ("减少一半,占比过半", [("一半", 1 / 2, "", "exact"), ("过半", 1 / 2, "", "over")]),
        ("浓度为35微克每立方米", [("35微克每立方米", 35, "微克/立方米", "exact")]),
        ("死亡率从0.30下降到0.08。", [("0.30", 0.3, "", "exact"), ("0.08", 0.08, "", "exact")]),
        ("受教育年限提高到11.3年", [("11.3年", 11.3, "年", "exact")]),
        ("由第8位上升到第5位", [("第8位", 8, "位", "exact"), ("第5位", 5, "位", "exact")]),
        ("纯收入达到12 345元", [("12 345元", 12345, "元", "exact")]),
        (
            "分别净减少10.6万、3.3万平方公里",
            [("10.6万", 106000, "平方公里", "exact"), ("3.3万平方公里", 33000, "平方公里", "exact")],
        ),
        ("翻了一番,产值翻两番", [("翻了一番", 2, "倍", "exact"), ("翻两番", 4, "倍", "exact")]),
        ("控制在万分之三以内", [("万分之三以内", 3 / 10000, "", "at_most")]),
        ("增长8%-8.5%左右", [("8%-8.5%左右", 8, "%", "at_least"), ("8%-8.5%左右", 8.5, "%", "at_most")]),
        ("由5%至8%", [("5%", 5, "%", "exact"), ("8%", 8, "%", "exact")]),
        ("同比增长-8.5%", [("-8.5%", -8.5, "%", "exact")]),
        ("连续三年居全省第一", [("三年", 3, "年", "exact"), ("第一", 1, "名", "exact")]),
        ("数据总量50TB。", [("50TB", 50, "tb", "exact")]),
        ("线路110千伏", [("110千伏", 110, "千伏", "exact")]),
    ],
)
def test_quantities(text, expected):
    """Span, value, unit and approximation follow the grammar of amounts."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023年办理", "year"),
        ("2021-2025年", "year"),
        ("6月履行了", "date"),
        ("于30日印发", "date"),
        ("每天8:30上班", "date"),
        ("“12·4”国家宪法日", "date"),
        ("202010月", "garbled_date"),
        ("长政发〔2019〕2号", "doc_number"),
        ("《纲要(2021-2025年)》", "in_title"),
        ("第三批示范", "ordinal"),
        ("第2次会议", "ordinal"),
        ("党的二十大精神", "party_congress"),
        ("“八五”普法", "plan_name"),
        ("“十四五”规划", "plan_name"),
        ("一、强化引领", "heading_marker"),
        ("1.加强建设", "heading_marker"),
        ("一网通办", "named_mechanism"),
        ("三项制度", "named_mechanism"),
        ("构建1+X体系", "named_structure"),
        ("三大攻坚战", "named_structure"),
        ("世界500强企业", "named_structure"),
        ("四个意识", "political_formula"),
        ("进一步规范", "lexicalised"),
        ("24小时不打烊", "named_service"),
        ("15分钟便民服务圈", "named_service"),
        ("拨打12345热线", "hotline"),
        ("整合12333、12345全部", "hotline"),
        ("20国集团", "identifier"),
        ("共 12 页", "furniture"),
        ("PM2.5浓度", "code_in_name"),
        ("建成5G基站", "code_in_name"),
        ("4A级景区", "code_in_name"),
        ("近5年来", "period"),
        ("发现一起,查处一起", "lexicalised"),
        ("拆除一批、改造一批", "lexicalised"),
        ("企业三方协商机制", "named_structure"),
        ("做好五篇大文章", "named_structure"),
        ("三十亿元级项目", "class_limit"),
        ("超10亿元项目", "class_limit"),
        ("青年科学家502论坛", "identifier"),
        ("开展P2P网贷监测", "code_in_name"),
        ("年PM2.5日平均值", "code_in_name"),
        ("同广大群众一起,", "lexicalised"),
        ("站点500米覆盖率", "named_service"),
        ("新中国70华诞", "ordinal"),
        ("65岁以上老人", "class_limit"),
        ("浏览次数:1234", "furniture"),
    ],
)
def test_refusals_have_a_name(text, reason):
    """A number that is no amount is refused for a named reason."""
    assert read(text) == [] and explain(text)[0].reason == reason


@needs_gold
def test_gold_spans_and_values():
    """On the annotated reports every amount is found once, with its value, unit and approximation."""
    wanted, found = set(), set()
    rows = gold_rows("indicators.tsv")
    for row in rows:
        wanted.add(
            (row["file"], int(row["start"]), int(row["end"]), float(row["value"]), row["unit"], row["approx"])
        )
    for file in {row["file"] for row in rows}:
        found |= {(file, q.start, q.end, q.value, q.unit, q.approx) for q in find_quantities(gold_text(file))}
    both = len(wanted & found)
    assert 2 * both / (len(wanted) + len(found)) >= 0.98


@needs_gold
def test_gold_refusals():
    """None of the annotated numbers that are no amounts is taken for one."""
    for row in gold_rows("non_indicators.tsv"):
        spans = find_quantities(gold_text(row["file"]))
        assert not any(q.start < int(row["end"]) and int(row["start"]) < q.end for q in spans), row


@pytest.mark.parametrize("row", [row for row in read_grammar() if row["name"] in ("NAMED", "WORD")], ids=str)
def test_refusals_of_the_table(row):
    """Every refusal of the grammar table has an example that it refuses and a counter-example that it does not."""
    assert row["reason"] in {decision.reason for decision in explain(row["example"])}
    assert find_quantities(row["example"]) == []
    assert find_quantities(row["counter_example"]) != []


@pytest.mark.parametrize(
    "row",
    [row for row in read_grammar() if row["name"] not in ("NAMED", "WORD", "MAGNITUDE")],
    ids=lambda row: row["name"],
)
def test_patterns_of_the_table(row):
    """Every other pattern of the grammar table finds its example and not its counter-example."""
    pattern = getattr(grammar, row["name"])
    search = pattern.match if row["name"] in ("VERB_START", "LEAD", "OPENS") else pattern.search
    if row["name"] in ("RANK_END", "TENTHS_END", "ENDS", "BARE_SUBJECT", "LINK", "COMPARED"):
        search = pattern.match if row["name"] != "BARE_SUBJECT" else pattern.fullmatch
    assert search(row["example"]) and not search(row["counter_example"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("新建110千伏变电站", "specification"),
        ("35千伏及以上线路", "specification"),
        ("5万吨级码头", "specification"),
        ("1000兆宽带", "specification"),
        ("300毫米管道", "specification"),
        ("430分以上考生", "class_limit"),
        ("满分为5分", "class_limit"),
        ("建成区500米公交全覆盖", "named_service"),
        ("110刑事治安总警情下降", "hotline"),
        ("7T磁共振", "code_in_name"),
        ("成为第四个经济总量过万亿元城市", "class_limit"),
        ("110有效警情下降", "hotline"),
        ("1.5T磁共振", "code_in_name"),
        ("信心百倍", "named_structure"),
    ],
)
def test_a_size_that_says_which_thing_counts_nothing(text, reason):
    """A size right before the noun of a thing specifies it; a score with a bound says who is meant."""
    assert find_quantities(text) == []
    assert reason in {decision.reason for decision in explain(text)}


@pytest.mark.parametrize("row", [row for row in read_grammar() if row["name"] == "NO_AMOUNT"], ids=str)
def test_what_defines_counts_nothing(row):
    """Every row of NO_AMOUNT is reached: a number before its example is refused for its reason."""
    text = f"共30{row['example']}"
    assert find_quantities(text) == [] and explain(text)[0].reason == row["reason"]


def test_spans_end_within_the_text():
    """A measure word that begins a longer one at the end of the text ends where the text ends."""
    assert [q.end for text in ("线路110千伏", "开展两次", "床位9张") for q in find_quantities(text)] == [
        7,
        4,
        4,
    ]


@pytest.mark.parametrize("unit", ["1", "1、", "一", "《", "“", "1-", "万", "百分之", "1:"])
def test_hostile_strings_take_linear_time(unit):
    """Four times the text takes about four times the time, up to a hundred thousand characters of one pattern."""
    seconds = []
    for length in (25_000, 100_000):
        began = time.process_time()
        find_quantities((unit * length)[:length])
        seconds.append(time.process_time() - began)
    assert seconds[1] < 10 * seconds[0] + 0.5


@given(
    st.text(
        alphabet="0123456789.,%一二三十百千万亿第几两半年月日件个次人元项名《》“”()、，。 提高到至-+Aa",
        max_size=60,
    )
)
@settings(max_examples=150, deadline=None)
def test_spans_are_slices_in_order(text):
    """Whatever stands there, every surface is the slice of its span, and spans follow one another."""
    found = find_quantities(text)
    assert all(text[q.start : q.end] == q.surface for q in found)
    starts = [(q.start, q.end) for q in found]
    assert all(a == b or a[1] <= b[0] for a, b in pairwise(starts))


def test_documentation_names_every_pattern():
    """docs/indicators.md explains every pattern and every reason of the grammar table."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert all(f"| {row['name']} |" in page or f"| {row['reason']}" in page for row in read_grammar())
