"""What a figure counts: phrases, parts, distribution, statistic, actor, capacity, period and indicator."""

import time

import pytest

from toolkit.indicators import extract_facts, read_indicators
from toolkit.schemas import FACTS

NAMES = FACTS.names[1:]


def facts_of(text, role="achievement", year=2023, genre="annual report"):
    """The facts of one sentence, as dicts."""
    return [
        dict(zip(NAMES, row, strict=True))
        for row in extract_facts(text, [(0, 0, role, 0, len(text), text)], year=year, genre=genre)
    ]


def said(text, *names):
    """Some columns of every fact of a sentence."""
    return [tuple(fact[name] for name in names) for fact in facts_of(text)]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("举办各类法治培训班24期", ["举办各类法治培训班"]),
        ("开展3次全区执法人员业务培训", ["开展全区执法人员业务培训"]),
        (
            "收到行政复议申请21件,受理19件,审结19件",
            ["收到行政复议申请", "(行政复议申请)受理", "(行政复议申请)审结"],
        ),
        ("政务数据资源挂接2520条,挂接率为99.28%", ["政务数据资源挂接", "(政务数据资源挂接)挂接率"]),
        ("地区生产总值570亿元,增长12%", ["地区生产总值", "地区生产总值增长"]),
        (
            "企业核准、备案类项目办理时限分别压减至44天、15天以内",
            ["企业核准类项目办理时限压减", "备案类项目办理时限压减"],
        ),
        ("发明专利授权量、申请量分别增长58.4%、63.1%", ["发明专利授权量增长", "发明专利申请量增长"]),
        (
            "引进院士团队4个、领军人才3人,分别增长4倍和2倍",
            ["引进院士团队", "领军人才", "引进院士团队增长", "领军人才增长"],
        ),
        ("受理率、办结率均为100%", ["受理率", "办结率"]),
        ("21个部门、8个事业单位配备了法律顾问", ["部门配备了法律顾问", "事业单位配备了法律顾问"]),
        ("新增1个教育基地和1个示范社区", ["新增教育基地", "新增示范社区"]),
        ("入户率从33%提高到52%", ["入户率", "入户率提高"]),
        ("创建14个国家级、161个省级产业园", ["创建国家级产业园", "创建省级产业园"]),
        ("取消15项(其中2项为子项),新增17项", ["取消", "为子项", "(取消)新增"]),
        (
            "公共预算收入12亿元,为预算的102%,同比增加0.8亿元",
            ["公共预算收入", "(公共预算收入)为预算的", "公共预算收入同比增加"],
        ),
        (
            "生产总值增加到121万亿元,五年年均增长5.2%,十年增加70万亿元",
            ["生产总值增加", "生产总值年均增长", "生产总值增加"],
        ),
        ("办结时限由20个工作日压缩为承诺的5个工作日", ["办结时限", "办结时限压缩为承诺的"]),
        ("收到申请17件,不予受理2件,受理15件", ["收到申请", "(申请)不予受理", "(申请)受理"]),
        ("新登记市场主体3012户,总数达2.1万户", ["新登记市场主体", "(新登记市场主体)总数"]),
        ("2018—2022年累计完成投资300亿元", ["完成投资"]),
        ("3月至12月共举办培训班6期,培训600人", ["举办培训班", "(举办培训班)培训"]),
        ("失业率在4.5%以内,CPI涨幅控制在3%左右", ["失业率", "CPI涨幅"]),
        ("7个社区获评“示范社区”,", ["社区获评“示范社区”"]),
        ("城镇和农村居民人均收入分别达3万元和1万元", ["城镇居民人均收入", "农村居民人均收入"]),
        ("吞吐量1350万吨,连续4年居全国第一", ["吞吐量", "(吞吐量)连续", "(吞吐量)居全国"]),
        ("生产总值372亿元,同比增长（下同）13%", ["生产总值", "生产总值同比增长"]),
        ("建成110千伏变电站3座", ["建成110千伏变电站"]),
        ("新增上市企业9家、累计达35家", ["新增上市企业", "上市企业累计"]),
        (
            "办理人大建议75件、政协提案131件,满意率分别达100%、94.7%",
            ["办理人大建议", "政协提案", "(办理人大建议)满意率", "(政协提案)满意率"],
        ),
        (
            "物价指数、登记失业率、单位能耗分别为102.3%、2.5%和0.3吨",
            ["物价指数", "登记失业率", "单位能耗"],
        ),
        ("第一、二产业增加值分别增长3%、5%", ["第一产业增加值增长", "第二产业增加值增长"]),
        (
            "现代服务业和新兴产业增加值占GDP比重分别达31%和40%",
            ["现代服务业增加值占GDP比重", "新兴产业增加值占GDP比重"],
        ),
        ("生产总值和财政收入年均增长7.2%和9.0%", ["生产总值年均增长", "财政收入年均增长"]),
        (
            "城镇、农村居民收入分别达3万元、1万元,增长8%、10%",
            ["城镇居民收入", "农村居民收入", "城镇居民收入增长", "农村居民收入增长"],
        ),
        (
            "城镇、农村居民收入分别达3万元、1万元；财政收入9亿元,增长8%、4%",
            ["城镇居民收入", "农村居民收入", "财政收入", "财政收入增长", "财政收入增长"],
        ),
        (
            "生活补贴、护理补贴标准分别从181元、243元提高到188元、252元",
            ["生活补贴标准", "护理补贴标准", "生活补贴标准提高", "护理补贴标准提高"],
        ),
        (
            "强化行政复议监督,畅通申请渠道,新收120件,审结110件",
            ["(行政复议)新收", "(行政复议)审结"],
        ),
        ("法律援助优化流程,全年共受理案件320件", ["(法律援助)受理案件"]),
        ("产生4亿元的生产总值和1亿元的财政收入", ["产生生产总值", "产生财政收入"]),
        ("市场主体由2015年的1.2万户增至3.4万户", ["市场主体", "市场主体增"]),
        ("总产值4500亿元,增长38%,预计全年突破5000亿元大关", ["总产值", "总产值增长", "总产值"]),
        ("近千名群众参与,上百家企业受益,服务群众上万人次", ["群众参与", "企业受益", "服务群众"]),
        ("共有规范性文件120件,废止12件", ["规范性文件", "(规范性文件)废止"]),
        ("年均浓度小于33微克/立方米", ["年均浓度"]),
        ("预计（下同）本区生产总值2150亿元", ["本区生产总值"]),
        ("财政总收入连续突破300亿元，达到389亿元[1]，增长5%", ["财政总收入", "财政总收入", "财政总收入增长"]),
        ("国内生产总值增长6.6%,总量突破90万亿元", ["国内生产总值增长", "(国内生产总值)总量"]),
        ("用水量3万吨,是全市平均水平的2.5倍", ["用水量", "(用水量)是全市平均水平的"]),
        ("财政收入12亿元,比2015年翻了一番", ["财政收入", "财政收入"]),
        ("受理申请9件（含结转2件）,其中维持4件", ["受理申请", "含结转", "(申请)维持"]),
        ("新收案件96件,败诉率8%,低于全省3个百分点", ["新收案件", "(案件)败诉率", "(案件)败诉率低于全省"]),
        ("创建国家级示范村2个、省级36个", ["创建国家级示范村", "创建省级示范村"]),
        ("受理诉求86件,日均2件,办结率99%", ["受理诉求", "(诉求)日均", "(诉求)办结率"]),
        ("受理案件9件,其中刑事4件、民事5件,办结3件", ["受理案件", "(案件)刑事", "(案件)民事", "(案件)办结"]),
        ("及时受理率和按期答复率均达100%", ["及时受理率", "按期答复率"]),
        ("许可事项46项,与2022年相比减少8项", ["许可事项", "许可事项相比减少"]),
        ("梳理文件9件,拟保留5件、废止4件", ["梳理文件", "(文件)保留", "(文件)废止"]),
        ("产值首次突破9亿元", ["产值"]),
    ],
)
def test_phrases(text, phrases):
    """A figure is said of the words that the grammar of its clause gives it."""
    assert [fact["phrase"] for fact in facts_of(text)] == phrases


def test_two_facts_on_one_number():
    """受理率、办结率均为100% states two facts at one place, told apart by item_no."""
    assert said("受理率、办结率均为100%", "start", "item_no") == [(9, 0), (9, 1)]


def test_parts_point_at_their_whole():
    """What follows 其中 is part of what stands before it, until the unit changes."""
    rows = facts_of("审结19件,其中维持13件、驳回1件、撤回5件,调解3次")
    assert [row["part_of"] for row in rows] == ["", *["2-0"] * 3, ""]


def test_an_open_bracket_holds_parts():
    """A bracket holds parts of the figure before it until it closes; (下同) holds none."""
    rows = facts_of("审结45件（一审30件,二审15件）,败诉2件")
    assert [row["part_of"] for row in rows] == ["", "2-0", "2-0", ""]
    assert {row["part_of"] for row in facts_of("产值12亿元,增长7%(下同)；投资8亿元,增长3%")} == {""}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("备案文件143件,其中区县68件、部门75件,纠正4件", ["", "4-0", "4-0", ""]),
        ("办理处罚23件,罚没9万元,其中免罚3件", ["", "", "4-0"]),
        ("受理21件,同比增加3件,其中维持9件", ["", "", "2-0"]),
        ("出庭率100%,其中正职出庭3件", ["", ""]),
    ],
)
def test_a_whole_is_measured_like_its_parts(text, parts):
    """A whole has the unit of its parts, is no change, and has no further part once they add up to it."""
    assert [row["part_of"] for row in facts_of(text)] == parts


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("主要预期目标是：收入增长8%", ["plan"]),
        ("较好完成目标任务,收入增长8%", ["achievement"]),
        ("培训3次,力争办结率达到95%,败诉率控制在8%以内", ["achievement", "plan", "plan"]),
        ("力争上游,办案3件", ["achievement"]),
        ("到2025年,覆盖率达到95%", ["plan"]),
    ],
)
def test_an_aim_is_a_plan_wherever_it_stands(text, roles):
    """What a sentence names as a target, or puts after the report's year, is planned and not achieved."""
    assert [row["role"] for row in facts_of(text)] == roles


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("收到申请1113件,较2022年558件增加了555件", [2023, 2022, 2023]),
        ("市场主体由2015年的1.2万户增至3.4万户", [2015, 2023]),
        ("败诉率较上年下降1.2个百分点", [2023]),
        ("比2010年翻一番", [2023]),
        ("自2019年以来办结300件", [2019]),
        ("去年办结300件", [2022]),
        ("审结37件（含上年结转3件）,维持4件", [2023, 2022, 2023]),
        ("出台办法（2021-2025年）,实施151项", [2023]),
        ("投入较“十三五”期间增长62%", [2023]),
        ("2021年、2022年案件分别为86件、113件", [2021, 2022]),
    ],
)
def test_the_year_of_the_base_is_its_own(text, years):
    """The year that a change is measured from is the period of the base and of no other figure."""
    assert [int(fact["period_start"][:4]) for fact in facts_of(text)] == years


@pytest.mark.parametrize(
    ("text", "statistics"),
    [
        ("加快21个避难场所建设", ["level"]),
        ("产值翻一番", ["change"]),
        ("新增企业9家、累计35家", ["level", "stock"]),
        ("补贴分别从181元、243元提高到188元、252元", ["base", "base", "level", "level"]),
        ("新登记市场主体同比增长19.02%", ["change"]),
        ("办案周期缩短8天", ["change"]),
        ("新增58名", ["level"]),
        ("平均跑动次数0.02次", ["mean"]),
        ("市场主体总数达35675户", ["stock"]),
        ("比重从2.4%提高到2.9%", ["base", "level"]),
        ("环节由5个减为2个", ["base", "level"]),
        ("材料由15件精简到6件", ["base", "level"]),
        ("压减时限76%", ["change"]),
        ("压缩到最快40分钟", ["level"]),
        ("纠错率高达55.6%", ["level"]),
        ("受理率、办结率均为100%", ["level", "level"]),
        ("办理量年均1500件", ["mean"]),
        ("收到申请1113件,较2022年558件增加了555件", ["level", "base", "change"]),
    ],
)
def test_statistic(text, statistics):
    """Level, change, mean, stock and base are told apart."""
    assert [fact["statistic"] for fact in facts_of(text)] == statistics


@pytest.mark.parametrize(
    ("text", "actor", "scope"),
    [
        ("全县举办培训3次", "全县", "whole jurisdiction"),
        ("2018年县政府审结复议案4件", "县政府", "own body"),
        ("举办培训3次", "", "unknown"),
        ("我局举办培训3次", "我局", "own body"),
        ("落实办法（省政府令第2号）,制发文件3件", "", "unknown"),
        ("创建“全国示范村”2个", "", "unknown"),
    ],
)
def test_actor_and_scope(text, actor, scope):
    """The actor is who stands at the start of a clause, and its scope is its body or its jurisdiction."""
    assert said(text, "actor", "actor_scope") == [(actor, scope)]


@pytest.mark.parametrize(
    ("text", "capacity"),
    [
        ("受理行政复议申请3件", "复议机关"),
        ("以区政府为被申请人的复议案件17件", "被申请人"),
        ("行政应诉案件5件", "被告"),
        ("办理以区政府为被告或被申请人的诉讼或复议案件104件", ""),
    ],
)
def test_capacity(text, capacity):
    """An authority decides a case, answers for an act, or is sued; what mixes them stays without."""
    assert said(text, "capacity") == [(capacity,)]


@pytest.mark.parametrize(
    ("text", "genre", "role", "period"),
    [
        ("办案3件", "annual report", "achievement", ("2023-01-01", "2023-12-31")),
        ("办案3件", "work report", "achievement", ("2022-01-01", "2022-12-31")),
        ("办案3件", "work report", "plan", ("2023-01-01", "2023-12-31")),
        ("办案3件", "annual report", "plan", ("2024-01-01", "2024-12-31")),
        ("2019年办案3件", "annual report", "achievement", ("2019-01-01", "2019-12-31")),
        ("去年办案3件", "annual report", "achievement", ("2022-01-01", "2022-12-31")),
        ("上半年办案3件", "annual report", "achievement", ("2023-01-01", "2023-06-30")),
        ("2020年2月办案3件", "annual report", "achievement", ("2020-02-01", "2020-02-29")),
        ("“十三五”期间办案3件", "annual report", "achievement", ("2016-01-01", "2020-12-31")),
        ("“十五”期间办案3件", "annual report", "achievement", ("2001-01-01", "2005-12-31")),
        ("“十三五”期末办案3件", "annual report", "achievement", ("2020-01-01", "2020-12-31")),
        ("截至2020年2月办案3件", "annual report", "achievement", ("2020-01-01", "2020-02-29")),
        ("五年来办案3件", "annual report", "achievement", ("2019-01-01", "2023-12-31")),
        ("办案104件(含2019年转结),审结91件", "annual report", "achievement", ("2023-01-01", "2023-12-31")),
    ],
)
def test_period(text, genre, role, period):
    """The period comes from the words of time before the figure, and from the report's year and genre."""
    last = facts_of(text, role=role, genre=genre)[-1]
    assert (last["period_start"], last["period_end"]) == period


def test_year_unknown_leaves_the_period_empty():
    """Without a year of the report there is no period to guess."""
    fact = facts_of("办案3件", year=None)[0]
    assert (fact["period_start"], fact["period_end"]) == ("", "")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "行政复议收到申请11件,不予受理4件,维持3件,撤销1件",
            ["received", "not_accepted", "upheld", "revoked"],
        ),
        ("全市一审行政诉讼案件312件,败诉32件,败诉率10.3%", ["cases", "lost", "lost_rate"]),
        ("清理规范性文件1250件,废止127件、修改43件", ["cleaned", "repealed", "amended"]),
        ("办理法律援助案件256件", ["legal_aid"]),
        ("行政复议、行政应诉案件分别为36件和41件", ["received", "cases"]),
        ("复议案件变更、撤销等直接纠错5件", ["overturned"]),
        ("生产总值增长5%,万元生产总值水耗下降1%", ["gdp_growth", ""]),
        ("召开座谈会", []),
        ("亿元GDP生产安全事故死亡率下降60.9%", [""]),
        ("深汕特别合作区地区生产总值增长74.2%", [""]),
        ("海洋生产总值9亿元,地区生产总值12亿元", ["", "gdp"]),
        ("“视频办”事项611个,制作普法微视频3个", ["", "videos"]),
        ("制定政府规章1部、规范性文件13件", ["rules", "issued"]),
        ("行政复议撤销、变更和确认违法11件,撤销3件", ["overturned", "revoked"]),
        ("依据《行政复议法》,对156起违法行为立案", [""]),
        ("在全市率先开展万人培训,法律援助受援人排名第3名", ["", ""]),
        ("行政诉讼零败诉", ["lost"]),
    ],
)
def test_indicators(text, ids):
    """Core figures get the id of the catalogue; the subject may stand before the verb that needs it."""
    assert [name.partition(".")[2] for (name,) in said(text, "indicator_id")] == ids


def test_topic_goes_on_in_the_next_sentence():
    """A sentence that opens with a bare verb goes on with what the one before was about."""
    first, second = "区政府收到行政复议申请1113件。", "受理1033件。"
    rows = extract_facts(
        first + second,
        [
            (0, 0, "achievement", 0, len(first), first),
            (1, 0, "achievement", len(first), len(first + second), second),
        ],
        year=2023,
    )
    assert rows[1][NAMES.index("indicator_id")] == "reconsideration.accepted"


@pytest.mark.parametrize(
    ("text", "value", "kind", "certain"),
    [
        ("实现法律顾问全覆盖", 100, "percent", True),
        ("做到应审尽审", 100, "percent", True),
        ("推进审计全覆盖", 100, "percent", False),
        ("全年未发生行政复议案件", 0, "count", True),
        ("文件无一件被撤销", 0, "count", True),
        ("复议无被撤销、变更案件", 0, "count", True),
    ],
)
def test_implied(text, value, kind, certain):
    """All and none are stated without a number, and kept apart as implied."""
    (fact,) = [fact for fact in facts_of(text) if fact["implied"]]
    assert (fact["value"], fact["kind"], fact["certain"]) == (value, kind, certain)


def test_denied_coverage_is_no_fact():
    """尚未全覆盖 states no coverage."""
    assert facts_of("尚未实现全覆盖") == []


def test_catalogue_is_sound():
    """Ids are unique, and every row names its units."""
    rows = read_indicators()
    assert len({row.indicator_id for row in rows}) == len(rows) and all(row.units for row in rows)


@pytest.mark.parametrize("unit", ["全县1件", "由1提高到2、", "全覆盖", "（其中1件）"])
def test_long_sentences_take_linear_time(unit):
    """Twice the text takes about twice the time, however it is made."""
    seconds = []
    for length in (5_000, 20_000):
        text = unit * (length // len(unit))
        began = time.process_time()
        extract_facts(text, [(0, 0, "achievement", 0, len(text), text)], year=2020)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 10 * seconds[0] + 0.5
