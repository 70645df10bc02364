"""Metadata is read from a report's own text, with a rule for each field and a flag where in doubt."""

import csv
import os
import random
import runpy
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.extracts import read_rows
from toolkit.corpus.metadata import detect_metadata
from toolkit.corpus.metadata_table import read_metadata_table
from toolkit.schemas import DOCUMENTS

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOOLKIT_SHARED", ROOT.parent / "shared"))
SEEDS = ROOT / "seeds"


def body(me: str, more: str = "") -> str:
    """A report's running text that calls its region 我县, 全市 and so on; it cites a plan of other years."""
    return (
        "以习近平新时代中国特色社会主义思想为指导，深入学习贯彻习近平法治思想，全面落实《法治政府建设实施纲要"
        "（2021—2025年）》，法治政府建设取得新成效。\n一、主要举措和成效\n（一）加强党的领导。全年召开常务会议12次。"
        f"{me}坚持把法治建设作为基础工程，{me}全年办理案件120件。{more}\n二、存在的不足\n{me}法治建设仍有差距。\n"
        "三、下一步打算\n继续努力。\n"
    )


# (what it shows, text, path, expected values; `flag` must be raised, `quiet` must not)
CASES = [
    (
        "州",
        "凉山彝族自治州人民政府关于2022年度法治政府建设情况的报告\n\n省人民政府：\n2022年，凉山州坚持"
        + body("我州")
        + "\n凉山彝族自治州人民政府\n2023年2月28日\n",
        "",
        {
            "region_code": "513400",
            "year": 2022,
            "body_kind": "government",
            "issued_on": "2023-02-28",
            "level": "prefecture",
            "issuer": "凉山彝族自治州人民政府",
        },
    ),
    (
        "州短",
        "凉山州2022年法治政府建设年度报告\n2022年，全州坚持" + body("全州"),
        "",
        {"region_code": "513400", "year": 2022},
    ),
    (
        "盟",
        "锡林郭勒盟行政公署关于2021年法治政府建设情况的报告\n自治区人民政府：\n2021年，锡盟行署坚持"
        + body("全盟"),
        "",
        {"region_code": "152500", "year": 2021, "body_kind": "government"},
    ),
    (
        "旗",
        "鄂托克前旗2023年度法治政府建设工作报告\n2023年，鄂托克前旗" + body("全旗"),
        "",
        {"region_code": "150623", "year": 2023},
    ),
    (
        "自治旗",
        "莫力达瓦达斡尔族自治旗人民政府2020年法治政府建设工作情况报告\n2020年，" + body("我旗"),
        "",
        {"region_code": "150722", "year": 2020},
    ),
    (
        "自治县",
        "长阳土家族自治县二〇二三年法治政府建设工作总结\n今年以来，" + body("全县"),
        "",
        {"region_code": "420528", "year": 2023},
    ),
    (
        "林区",
        "神农架林区2019年度法治政府建设工作报告\n2019年，林区党委政府" + body("全区"),
        "",
        {"region_code": "429021", "year": 2019},
    ),
    (
        "兵团",
        "第八师石河子市2022年度法治政府建设情况报告\n2022年，第八师石河子市" + body("师市"),
        "",
        {"region_code": "659001", "year": 2022},
    ),
    (
        "兵团2",
        "新疆生产建设兵团2021年法治政府建设情况报告\n2021年，兵团" + body("兵团"),
        "",
        {"region": "新疆生产建设兵团", "level": "zone", "year": 2021, "province": "新疆维吾尔自治区"},
    ),
    (
        "街道",
        "左家塘街道2023年法治政府建设工作报告\n2023年，左家塘街道在雨花区委、区政府的正确领导下，"
        + body("我街道")
        + "\n长沙市雨花区左家塘街道办事处\n2023年12月10日\n",
        "",
        {
            "region": "左家塘街道",
            "level": "township",
            "body_kind": "township",
            "region_id": "430111-左家塘街道",
            "year": 2023,
        },
    ),
    (
        "镇",
        "陇西县文峰镇人民政府2022年度法治政府建设工作报告\n2022年，文峰镇" + body("我镇"),
        "",
        {
            "region": "文峰镇",
            "region_id": "621122-文峰镇",
            "body_kind": "township",
            "year": 2022,
            "reporting_body": "陇西县文峰镇人民政府",
        },
    ),
    (
        "乡",
        "马蹄藏族乡2021年法治政府建设工作总结\n2021年，马蹄乡在肃南裕固族自治县县委的领导下"
        + body("全乡")
        + "肃南裕固族自治县马蹄藏族乡人民政府\n2021年12月20日",
        "",
        {"level": "township", "body_kind": "township", "year": 2021},
    ),
    (
        "局",
        "天心区教育局2023年法治政府建设工作报告\n2023年，天心区教育局坚持" + body("我局"),
        "",
        {"region_code": "430103", "body_kind": "department", "reporting_body": "天心区教育局", "year": 2023},
    ),
    (
        "厅",
        "湖南省自然资源厅关于2022年度法治政府建设情况的报告\n省人民政府：\n2022年，省自然资源厅坚持"
        + body("我厅"),
        "",
        {"region_code": "430000", "body_kind": "department", "year": 2022, "level": "province"},
    ),
    (
        "局无题",
        "2023年法治政府建设工作总结\n2023年，我局坚持"
        + body("我局")
        + "\n庆云县市场监督管理局\n2023年12月30日\n",
        "",
        {"region_code": "371423", "body_kind": "department", "year": 2023},
    ),
    (
        "县级市",
        "禹州市人民政府\n关于2021年度法治政府建设工作情况的\n报告\n许昌市人民政府：\n2021年，禹州市坚持"
        + body("我市")
        + "\n2022年1月18日\n",
        "",
        {
            "region_code": "411081",
            "year": 2021,
            "title": "禹州市人民政府关于2021年度法治政府建设工作情况的报告",
            "issued_on": "2022-01-18",
        },
    ),
    (
        "直辖市区",
        "上海市静安区2022年法治政府建设情况报告\n2022年，静安区坚持" + body("本区"),
        "",
        {"region_code": "310106", "year": 2022, "prefecture": ""},
    ),
    (
        "重庆县",
        "石柱土家族自治县人民政府关于2020年法治政府建设情况的报告\n市政府：\n2020年，" + body("我县"),
        "",
        {"region_code": "500240", "year": 2020},
    ),
    (
        "朝阳北京",
        "朝阳区2021年法治政府建设年度情况报告\n2021年，朝阳区在市委、市政府的坚强领导下，深入贯彻北京市委全会精神，按照《北京市法治政府建设实施意见》，北京冬奥会筹办"
        + body("全区", "服务首都北京功能。"),
        "",
        {"region_code": "110105", "year": 2021},
    ),
    (
        "朝阳长春",
        "朝阳区2021年法治政府建设工作报告\n2021年，朝阳区在长春市委、市政府领导下，"
        + body("全区", "按照吉林省有关部署。"),
        "",
        {"region_code": "220104", "year": 2021},
    ),
    (
        "朝阳无据",
        "朝阳区2021年法治政府建设工作报告\n2021年，全区" + body("全区"),
        "",
        {"region_code": "", "flag": "region_ambiguous", "region": "朝阳区"},
    ),
    (
        "鼓楼路径",
        "鼓楼区2021年法治政府建设工作报告\n2021年，全区" + body("全区"),
        "江苏省/南京市/鼓楼区2021.txt",
        {"region_code": "320106", "year": 2021},
    ),
    (
        "鼓楼福州",
        "福州市鼓楼区人民政府2018年度法治政府建设情况报告\n" + body("我区"),
        "",
        {"region_code": "350102", "year": 2018},
    ),
    (
        "长沙县",
        "长沙县2019年法治政府建设工作情况报告\n2019年，长沙县" + body("全县"),
        "",
        {"region_code": "430121", "year": 2019},
    ),
    (
        "沙县",
        "沙县人民政府关于2019年度法治政府建设情况的报告\n三明市人民政府：\n2019年，我县" + body("我县"),
        "",
        {"region_code": "350427", "region_id": "350405", "year": 2019},
    ),
    (
        "和县",
        "和县2020年法治政府建设工作总结\n2020年，和县县委、县政府" + body("全县", "马鞍山市"),
        "",
        {"region_code": "340523", "year": 2020},
    ),
    (
        "纲要",
        "某市\n2021年，榆林市榆阳区深入落实《法治政府建设实施纲要（2015-2020年）》和《法治政府建设实施纲要(2021-2025年)》。榆阳区政府"
        + body("我区"),
        "",
        {"region_code": "610802", "year": 2021},
    ),
    (
        "全角年",
        "开化县２０２３年度法治政府建设工作报告\n" + body("我县"),
        "",
        {"region_code": "330824", "year": 2023},
    ),
    (
        "○",
        "平阴县二○二二年度法治政府建设工作报告\n" + body("我县"),
        "",
        {"region_code": "370124", "year": 2022},
    ),
    (
        "跨年度",
        "太和县2022-2023年度法治政府建设工作报告\n" + body("我县"),
        "",
        {"region_code": "341222", "year": 2023, "flag": "year_range"},
    ),
    (
        "去年",
        "关于法治政府建设情况的报告\n县人大常委会：\n去年以来，青田县"
        + body("我县")
        + "\n青田县人民政府\n2024年3月5日\n",
        "",
        {"region_code": "331121", "year": 2023, "flag": "year_weak"},
    ),
    (
        "年份冲突",
        "青田县2022年法治政府建设情况报告\n2022年，青田县" + body("我县"),
        "青田县2021.txt",
        {"region_code": "331121", "year": 2022, "flag": "year_conflict"},
    ),
    (
        "文件名发布年",
        "青田县2022年法治政府建设情况报告\n发布日期：2023-03-02 来源：青田县人民政府\n2022年，青田县"
        + body("我县"),
        "青田县2023.txt",
        {"year": 2022, "published_on": "2023-03-02", "quiet": "year_conflict"},
    ),
    (
        "地区冲突",
        "青田县2022年法治政府建设情况报告\n2022年，青田县" + body("我县") + "\n缙云县人民政府\n2023年1月3日",
        "",
        {"flag": "region_conflict"},
    ),
    (
        "文件名地区冲突",
        "青田县2022年法治政府建设情况报告\n2022年，青田县" + body("我县"),
        "缙云县2022.txt",
        {"region_code": "331121", "flag": "region_conflict"},
    ),
    (
        "经开区",
        "合肥经济技术开发区2022年法治政府建设工作报告\n2022年，经开区管委会" + body("我区", "合肥市"),
        "",
        {"region_id": "340100-合肥经开区", "level": "zone", "body_kind": "zone", "year": 2022},
    ),
    (
        "高新区",
        "襄阳高新区管委会关于2021年度法治政府建设情况的报告\n市政府：\n2021年，高新区" + body("我区"),
        "",
        {"region_id": "420600-襄阳高新区", "body_kind": "zone", "year": 2021},
    ),
    (
        "新区",
        "大鹏新区2022年法治政府建设情况报告\n2022年，大鹏新区在深圳市委市政府领导下" + body("新区"),
        "",
        {"region_id": "440300-大鹏新区", "body_kind": "zone"},
    ),
    (
        "坪山",
        "坪山新区2014年依法行政工作情况报告\n2014年，坪山新区在深圳市委市政府领导下" + body("新区"),
        "",
        {"region_id": "440310", "body_kind": "zone", "subject": "依法行政"},
    ),
    (
        "浦东",
        "上海市浦东新区人民政府2023年法治政府建设情况报告\n2023年，浦东新区" + body("浦东"),
        "",
        {"region_code": "310115", "level": "county", "body_kind": "government"},
    ),
    (
        "滨海",
        "滨海新区2023年法治政府建设情况报告\n天津市2023年，滨海新区" + body("新区"),
        "",
        {"region_code": "120116"},
    ),
    (
        "党政",
        "中共礼县委员会 礼县人民政府关于2023年度法治政府建设情况的报告\n陇南市委、市政府：\n2023年，礼县"
        + body("我县"),
        "",
        {"region_code": "621226", "body_kind": "party-and-government", "year": 2023},
    ),
    (
        "依法治县办",
        "祁阳市委全面依法治市委员会办公室关于2022年度法治建设工作情况的报告\n2022年，祁阳市" + body("我市"),
        "",
        {"region_code": "431181", "body_kind": "party-and-government", "subject": "法治建设"},
    ),
    (
        "法治县",
        "2022年法治宁乡建设工作总结\n2022年，宁乡市坚持" + body("我市"),
        "",
        {"region_code": "430182", "subject": "法治建设"},
    ),
    (
        "政府工作报告",
        "政府工作报告\n——2024年1月10日在青田县第十八届人民代表大会第三次会议上\n青田县人民政府县长 王某\n各位代表：\n现在，我代表县人民政府向大会报告工作，请予审议。\n一、2023年工作回顾\n2023年，全县上下…… \n",  # noqa: E501
        "",
        {
            "region_code": "331121",
            "year": 2024,
            "year_covered": 2023,
            "genre": "work report",
            "subject": "政府工作",
            "issued_on": "2024-01-10",
        },
    ),
    (
        "省工作报告",
        "2023年甘肃省人民政府工作报告\n——2023年1月15日在甘肃省第十四届人民代表大会第一次会议上\n省长 任某\n各位代表：\n现在，我代表省人民政府向大会报告工作。\n一、过去五年和2022年工作回顾\n五年来……",  # noqa: E501
        "",
        {"region_code": "620000", "year": 2023, "level": "province"},
    ),
    (
        "国务院",
        "政府工作报告\n——2019年3月5日在第十三届全国人民代表大会第二次会议上\n国务院总理 李克强\n各位代表：\n现在，我代表国务院，向大会报告政府工作，请予审议。\n一、2018年工作回顾\n",  # noqa: E501
        "",
        {"region_code": "000000", "year": 2019, "level": "nation", "reporting_body": "国务院"},
    ),
    (
        "华亭县",
        "华亭县2015年依法行政工作总结\n2015年，华亭县" + body("全县"),
        "",
        {"region_code": "620824", "region_id": "620881", "year": 2015},
    ),
    (
        "华亭市",
        "华亭市2019年法治政府建设工作总结\n2019年，华亭市" + body("全市"),
        "",
        {"region_code": "620881", "region_id": "620881"},
    ),
    (
        "宣武",
        "北京市宣武区2008年依法行政工作报告\n2008年，宣武区" + body("全区"),
        "",
        {"region_code": "110104", "region_id": "110102"},
    ),
    (
        "引文号",
        "兰考县2021年法治政府建设情况报告\n根据《关于报送法治政府建设情况的通知》（豫法政办〔2021〕5号）要求，现将兰考县2021年法治政府建设情况报告如下：\n"
        + body("我县"),
        "",
        {"doc_number": "", "region_code": "410225", "year": 2021},
    ),
    (
        "自文号",
        "兰政文〔2022〕3号\n兰考县人民政府\n关于2021年度法治政府建设情况的报告\n开封市人民政府：\n2021年，"
        + body("我县"),
        "",
        {
            "doc_number": "兰政文〔2022〕3号",
            "region_code": "410225",
            "title": "兰考县人民政府关于2021年度法治政府建设情况的报告",
        },
    ),
    (
        "字段头",
        "索 引 号：003/2023-00012  发文机关：兰考县人民政府  成文日期：2023-02-01\n标    题：兰考县人民政府关于2022年度法治政府建设情况的报告\n发文字号：兰政文[2023]3号  发布日期：2023年02月03日\n2022年，"  # noqa: E501
        + body("我县"),
        "",
        {
            "doc_number": "兰政文〔2023〕3号",
            "region_code": "410225",
            "issued_on": "2023-02-01",
            "published_on": "2023-02-03",
            "issuer": "兰考县人民政府",
        },
    ),
    (
        "中文签署",
        "巍山彝族回族自治县2020年度法治政府建设情况报告\n2020年，"
        + body("我县")
        + "\n巍山县人民政府\n二〇二一年一月十五日\n",
        "",
        {"region_code": "532927", "issued_on": "2021-01-15", "year_delivered": 2021},
    ),
    (
        "无题省",
        "2022年，湖南省坚持" + body("全省") + "湖南省人民政府\n2023年3月30日",
        "",
        {"region_code": "430000", "year": 2022},
    ),
    (
        "广西",
        "广西壮族自治区2022年法治政府建设情况报告\n2022年，全区各级" + body("我区"),
        "",
        {"region_code": "450000", "year": 2022, "level": "province"},
    ),
    (
        "阿里",
        "阿里地区行政公署2021年法治政府建设情况报告\n2021年，" + body("我地区"),
        "",
        {"region_code": "542500", "year": 2021},
    ),
    (
        "损坏",
        "关于2020年度法治政府建设工作情况的报告\n来源：祁东县司法局\n截至202010月，祁东县" + body("我县"),
        "",
        {"region_code": "430426", "year": 2020, "body_kind": "government"},
    ),
    (
        "空",
        "",
        "",
        {"region_code": "", "year": None, "flag": "region_unknown"},
    ),
    (
        "全县+陇西",
        "法治政府建设工作总结\n今年以来，全县上下"
        + body(
            "全县", "打造法治陇西品牌，陇西经济持续发展，“陇西好人”评选，药都陇西。按照甘肃省、定西市部署。"
        ),
        "2023年法治政府.txt",
        {"region_code": "621122", "year": 2023, "flag": "region_weak"},
    ),
    (
        "吉林市",
        "吉林市2022年法治政府建设情况报告\n2022年，吉林市按照吉林省" + body("我市"),
        "",
        {"region_code": "220200"},
    ),
    (
        "海南州",
        "海南州2022年法治政府建设情况报告\n2022年，海南藏族自治州" + body("全州", "青海省"),
        "",
        {"region_code": "632500"},
    ),
    (
        "东莞",
        "东莞市2022年法治政府建设情况报告\n2022年，东莞市" + body("我市"),
        "",
        {"region_code": "441900", "level": "prefecture"},
    ),
    (
        "东莞镇",
        "东莞市虎门镇2022年法治政府建设情况报告\n2022年，虎门镇" + body("我镇"),
        "",
        {"region_id": "441900-虎门镇", "level": "township"},
    ),
    (
        "南山鹤岗",
        "鹤岗市南山区2022年法治政府建设情况报告\n2022年，南山区" + body("我区"),
        "",
        {"region_code": "230404"},
    ),
    (
        "通报标题",
        "关于印发《青田县2023年法治政府建设工作报告》的通知\n各乡镇人民政府：\n现将《青田县2023年法治政府建设工作报告》印发给你们。\n2023年，青田县"
        + body("我县"),
        "",
        {"region_code": "331121", "year": 2023},
    ),
    (
        "城区",
        "晋城市城区人民政府2022年度法治政府建设工作报告\n2022年，城区坚持" + body("我区"),
        "",
        {"region_code": "140502", "reporting_body": "晋城市城区人民政府"},
    ),
    (
        "师",
        "中国网\n青田县人民政府门户网站 > 法治政府建设年度报告\n青田县2023年度法治政府建设情况报告_青田县人民政府门户网站\n信息来源：青田县司法局  时间：2024-03-01 10:20\n浏览次数：123\n2023年，青田县"  # noqa: E501
        + body("我县"),
        "",
        {
            "region_code": "331121",
            "title": "青田县2023年度法治政府建设情况报告",
            "published_on": "2024-03-01",
            "issuer": "青田县司法局",
            "body_kind": "government",
        },
    ),
    (
        "无题现将",
        "根据上级要求，现将我局2022年度法治政府建设工作情况汇报如下：\n"
        + body("我局")
        + "\n宜都市水利和湖泊局\n2022年12月20日",
        "",
        {"region_code": "420581", "body_kind": "department", "year": 2022},
    ),
    (
        "黄石港",
        "黄石港区2022年法治政府建设情况报告\n2022年，黄石港区" + body("我区"),
        "",
        {"region_code": "420202"},
    ),
    (
        "未来码",
        "青田县2025年法治政府建设情况报告\n2025年，青田县" + body("我县"),
        "",
        {"region_code": "331121", "year": 2025, "flag": "region_code_unverified"},
    ),
    (
        "司法局代拟",
        "陇西县司法局关于陇西县2023年度法治政府建设情况的报告\n2023年，" + body("全县") + body("我县"),
        "",
        {"region_code": "621122", "body_kind": "government", "year": 2023},
    ),
    (
        "办公室自报",
        "青田县人民政府办公室2023年法治政府建设年度报告\n2023年，" + body("我办"),
        "",
        {"region_code": "331121", "body_kind": "department"},
    ),
    (
        "街道只有市",
        "长沙市左家塘街道2023年法治政府建设工作报告\n2023年，左家塘街道在雨花区委、雨花区政府领导下，"
        + body("我街道", "雨花区司法局。"),
        "",
        {"region_id": "430111-左家塘街道"},
    ),
    (
        "搬站",
        "青田县2015年依法行政工作报告\n发布日期：2021-06-01\n2015年，青田县" + body("我县"),
        "",
        {"year": 2015, "year_delivered": None, "quiet": "year_conflict"},
    ),
    (
        "签署过早",
        "青田县2022年法治政府建设情况报告\n2022年，" + body("我县") + "青田县人民政府\n2021年3月1日\n",
        "",
        {"flag": "year_conflict"},
    ),
    (
        "半年",
        "青田县2023年上半年法治政府建设工作总结\n2023年，" + body("我县"),
        "",
        {"flag": "part_year", "year": 2023},
    ),
    (
        "总结与计划",
        "青田县2022年法治政府建设工作总结和2023年工作计划\n2022年，" + body("我县"),
        "",
        {"year": 2022},
    ),
    (
        "总结与计划2",
        "2022年法治政府建设工作总结及2023年工作打算\n青田县司法局\n2022年，" + body("我局"),
        "",
        {"year": 2022, "body_kind": "department"},
    ),
    (
        "不是报告",
        "青田县2023年法治政府建设工作要点\n为深入推进依法行政，制定本要点。\n一、总体要求\n",
        "",
        {"flag": "not_a_report"},
    ),
    (
        "目录老城区",
        "老城区2022年法治政府建设情况报告\n2022年，老城区在洛阳市委、市政府领导下" + body("全区"),
        "",
        {"region_code": "410302"},
    ),
    (
        "提示页题",
        "全县上下坚持依法行政。" + body("全县"),
        "",
        {"title": ""},
    ),
    (
        "县带空格",
        "陇 西 县 2 0 2 3 年法治政府建设工作报告\n2023年，" + body("全县"),
        "",
        {"region_code": "621122", "year": 2023},
    ),
    (
        "行署",
        "大兴安岭地区行政公署关于2022年法治政府建设情况的报告\n2022年，" + body("全区"),
        "",
        {"region_code": "232700"},
    ),
    (
        "师市",
        "第十三师新星市2022年法治政府建设工作报告\n2022年，" + body("师市"),
        "",
        {"region_code": "659011"},
    ),
    (
        "雄安",
        "雄安新区2022年法治政府建设情况报告\n2022年，雄安新区认真贯彻河北省委、省政府部署"
        + body("新区", "河北省"),
        "",
        {"region_id": "130000-雄安新区", "level": "zone"},
    ),
    (
        "两区合并",
        "黄岛区（西海岸新区）2021年法治政府建设情况报告\n2021年，" + body("我区", "青岛市"),
        "",
        {"region_code": "370211"},
    ),
    (
        "西海岸",
        "青岛西海岸新区（黄岛区）2021年法治政府建设情况报告\n2021年，" + body("我区", "青岛市"),
        "",
        {"region_code": "370211", "flag": "merged_administration"},
    ),
    (
        "县辖",
        "中共大悟县委全面依法治县委员会关于2022年法治建设情况的报告\n2022年，" + body("我县"),
        "",
        {"region_code": "420922", "body_kind": "party-and-government"},
    ),
    (
        "新名旧年",
        "会理市2019年法治政府建设情况报告\n2019年，" + body("我市"),
        "",
        {"region_code": "513402", "flag": "region_name_not_of_year"},
    ),
    (
        "县改市当年",
        "会理县2020年度法治政府建设情况报告\n" + body("我县") + "会理市人民政府\n2021年3月1日\n",
        "",
        {"region_code": "513425", "region_id": "513402", "quiet": "region_conflict"},
    ),
    (
        "竖表",
        "索 引 号\n003/2023\n发布机构\n青田县司法局\n发布日期：\n2023-03-02\n名    称：\n青田县2022年法治政府建设情况报告\n文    号：\n青政〔2023〕3号\n2022年，"  # noqa: E501
        + body("我县"),
        "",
        {
            "region_code": "331121",
            "issuer": "青田县司法局",
            "published_on": "2023-03-02",
            "title": "青田县2022年法治政府建设情况报告",
            "doc_number": "青政〔2023〕3号",
        },
    ),
    (
        "横表",
        "发布机构 | 青田县人民政府 | 成文日期 | 2023年2月1日\n青田县2022年法治政府建设情况报告\n2022年，"
        + body("我县"),
        "",
        {"issuer": "青田县人民政府", "issued_on": "2023-02-01"},
    ),
    (
        "方括号",
        "【来源】青田县司法局 【发布时间】2023年3月2日\n青田县2022年法治政府建设情况报告\n2022年，"
        + body("我县"),
        "",
        {"issuer": "青田县司法局", "published_on": "2023-03-02"},
    ),
    (
        "文件名链",
        "2022年，" + body("我县"),
        "甘肃省_定西市_陇西县_2022.txt",
        {"region_code": "621122"},
    ),
    (
        "上级来源",
        "关于2022年度法治政府建设情况的报告\n来源：兰州市司法局\n2022年，" + body("全县"),
        "",
        {"flag": "region_weak"},
    ),
    (
        "上级开头",
        "2022年法治政府建设工作总结\n甘肃省委召开会议以来，" + body("全县"),
        "",
        {"flag": "region_unknown"},
    ),
    (
        "无题只说县",
        "根据有关规定，现将县人民政府2021年法治政府建设工作情况报告如下。\n一、主要成效\n2021年，县人民政府制定《青田县重大行政决策程序规定》《青田县政府常务会学法计划》，印发《青田县法治政府建设方案》，浙江省丽水市考核优秀，"
        + body("全县"),
        "",
        {"region_code": "331121", "year": 2021, "flag": "region_weak"},
    ),
    (
        "页面日期",
        "今天是：2019年10月31日 星期四\n您所在的位置：政务公开 > 工作报告\n2020年榆阳区法治政府建设情况报告\n文章来源：司法局 更新时间：2021/03/29 11:30:01\n2020年，榆阳区"  # noqa: E501
        + body("全区"),
        "",
        {
            "region_code": "610802",
            "year": 2020,
            "issuer": "榆阳区司法局",
            "published_on": "2021-03-29",
            "issued_on": "",
            "body_kind": "government",
        },
    ),
    (
        "政府在上行",
        "礼县人民政府\n2022年度法治政府建设情况报告\n2022年，县政府" + body("全县"),
        "",
        {
            "region_code": "621226",
            "title": "礼县人民政府2022年度法治政府建设情况报告",
            "body_kind": "government",
        },
    ),
    (
        "派出机关",
        "榆阳区人民政府青山路街道办事处关于2022年度法治政府建设情况的报告\n2022年，我街道" + body("我街道"),
        "",
        {"region_id": "610802-青山路街道", "body_kind": "township"},
    ),
    (
        "街道无题",
        "2023年，青山路街道坚持"
        + body("街道", "落实《榆阳区学法制度》，榆阳区司法局指导。")
        + "现将有关工作报告如下",
        "",
        {"region_id": "610802-青山路街道", "body_kind": "township"},
    ),
    (
        "竖线表",
        "索 引 号 | 1162/2025 | 主题分类 | 公文 |\n发文字号 | 青政发〔2023〕33号 | 制发机构 | |\n成文日期 | 2023-02-13 | 发布日期 | 2023-02-20 |\n标 题 | 青田县人民政府关于2022年度法治政府建设情况的报告 |\n2022年，青田县"  # noqa: E501
        + body("我县"),
        "",
        {
            "region_code": "331121",
            "doc_number": "青政发〔2023〕33号",
            "issued_on": "2023-02-13",
            "published_on": "2023-02-20",
            "title": "青田县人民政府关于2022年度法治政府建设情况的报告",
        },
    ),
    (
        "方案",
        "为深入推进依法行政，结合实际，制定本方案。\n一、总体要求\n法治政府，法治政府，法治政府。",
        "",
        {"flag": "not_a_report"},
    ),
    (
        "政府网来源",
        "发布时间：2008-03-06 08:39 信息来源：青田县政府网\n青田县2007年依法行政工作情况报告\n2007年，"
        + body("全县"),
        "",
        {"issuer": "", "published_on": "2008-03-06", "region_code": "331121"},
    ),
    (
        "年份目录",
        "法治政府建设情况报告\n全县上下" + body("我县") + "青田县人民政府",
        "法治/2021/青田县.txt",
        {"region_code": "331121", "year": 2021},
    ),
    (
        "多年目录",
        "青田县2022年法治政府建设情况报告\n" + body("我县"),
        "2010-2023/青田县.txt",
        {"year": 2022, "quiet": "year_conflict"},
    ),
    (
        "年份目录冲突",
        "青田县2022年法治政府建设情况报告\n" + body("我县"),
        "2019/青田县.txt",
        {"year": 2022, "flag": "year_conflict"},
    ),
]


@pytest.mark.parametrize(
    ("text", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_invented_report_of_another_province(text, path, expected):
    """Reports in the manner of other provinces and levels, and damaged ones, come right or are flagged."""
    found = detect_metadata(text, path=path)
    values = {name: found.values[name] for name in expected if name in found.values}
    assert values == {name: value for name, value in expected.items() if name in values}
    assert expected.get("flag", "") in ("", *found.flags)
    assert expected.get("quiet") not in found.flags


def test_seeds_come_right_from_their_text_alone():
    """Every value of seeds/metadata.csv is found without that table and without the file's name."""
    with (SEEDS / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    for row in rows:
        found = detect_metadata((SEEDS / row["path"]).read_text(encoding="utf-8-sig"))
        expected = {name: value for name, value in row.items() if name not in ("path", "note")}
        assert {
            name: str("" if found.values[name] is None else found.values[name]) for name in expected
        } == expected
        assert set(found.flags) <= {"merged_administration"}


DAMAGES = {
    "letters lost": lambda text, chance: "".join(c for c in text if c == "\n" or chance.random() > 0.03),
    "letters replaced": lambda text, chance: "".join("�" if chance.random() < 0.03 else c for c in text),
    "blanks inside": lambda text, chance: "".join(c + " " * (chance.random() < 0.05) for c in text),
    "lines broken": lambda text, chance: "".join(c + "\n" * (chance.random() < 0.02) for c in text),
    "beginning lost": lambda text, chance: text[chance.randrange(400) :],
    "end lost": lambda text, chance: text[: chance.randrange(300, len(text))],
    "one line": lambda text, chance: text.replace("\n", ""),
    "wrapped": lambda text, chance: "\n".join(text[i : i + 38] for i in range(0, len(text), 38)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_seed_is_right_or_flagged(damage):
    """However a seed is damaged, a wrong region or year never goes without a flag."""
    chance = random.Random(damage)
    for row in read_metadata_table(SEEDS / "metadata.csv").reset_index().to_dict("records"):
        text = (SEEDS / row["path"]).read_text(encoding="utf-8-sig")
        for _ in range(6):
            found = detect_metadata(DAMAGES[damage](text, chance))
            for field, column in (("region", "region_code"), ("year", "year")):
                right = str(found.values[column]) == row[column]
                assert right or any(flag.startswith(field) for flag in found.flags), (row["path"], column)


@pytest.mark.skipif(not SHARED.exists(), reason="the development corpora are not here")
def test_gold_metadata():
    """The hand-checked metadata of the seeds agree with what is detected."""
    columns = {
        "region": "region", "province": "province", "prefecture": "prefecture", "adcode": "region_code",
        "report_year": "year", "title": "title", "issuing_body": "issuer", "document_number": "doc_number",
    }  # fmt: skip
    with (SHARED / "gold" / "metadata.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            values = detect_metadata((SEEDS / row["file"]).read_text(encoding="utf-8-sig")).values
            assert {gold: str(values[column]) for gold, column in columns.items()} == {
                gold: row[gold] for gold in columns
            }


@pytest.mark.skipif(not SHARED.exists(), reason="the development corpora are not here")
@pytest.mark.parametrize("with_names", [True, False], ids=["with file names", "text alone"])
def test_shenzhen_has_no_silent_error(with_names):
    """Of 158 work reports each region and year is right or flagged; with their file names all are right."""
    with (SHARED / "corpora" / "shenzhen.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    outcomes = Counter()
    for row in rows:
        text = (SHARED / "corpora" / "shenzhen" / row["file"]).read_text(encoding="utf-8-sig")
        found = detect_metadata(text, path=row["file"] if with_names else "")
        region = (
            found.values["region_id"] == row["adcode"]
            if row["adcode"]
            else found.values["region"] == row["region"]
        )
        right = {"region": region, "year": str(found.values["year"]) == row["year"]}
        for field, good in right.items():
            flagged = any(
                flag.startswith((field, "zone" if field == "region" else field)) for flag in found.flags
            )
            outcomes[field, "right" if good else "flagged" if flagged else "silent"] += 1
    assert outcomes["region", "silent"] == outcomes["year", "silent"] == 0
    if with_names:
        assert outcomes["region", "right"] == outcomes["year", "right"] == len(rows) == 158


def test_container_hints_stand_in_for_what_the_text_lacks():
    """A table's columns or a page's meta tags give what the text does not, and the source says so."""
    hints = {
        "title": "陇西县2022年法治政府建设情况报告", "region_code": "621122", "source_url": "https://example.cn/1",
        "published_on": "2023-03-01", "doc_number": "陇政发〔2023〕1号",
    }  # fmt: skip
    found = detect_metadata("全县上下坚持依法行政。", hints=hints)
    assert {name: found.values[name] for name in hints} == hints
    assert (found.values["year"], found.sources["title"], found.sources["region"]) == (
        2022,
        "container",
        "container",
    )


def test_rules_page_is_made_from_the_table():
    """docs/metadata.md ends with the table of patterns as its script makes it, one reason for each."""
    made = runpy.run_path(str(ROOT / "scripts" / "build_metadata_page.py"))["page"]()
    assert (ROOT / "docs" / "metadata.md").read_text(encoding="utf-8") == made
    assert all(row["reason"] for row in read_rows("metadata_rules"))


def test_every_flag_is_documented():
    """Each flag that the invented reports raise stands in the table of flags with what to do."""
    page = (ROOT / "docs" / "metadata.md").read_text(encoding="utf-8")
    raised = {flag for case in CASES for flag in detect_metadata(case[1], path=case[2]).flags}
    assert len(raised) >= 15
    assert not [flag for flag in raised if flag not in page]


def test_file_name_in_gbk_is_read():
    """A file name whose bytes are GBK, as Python hands it over, still names its region and year."""
    path = "陇西县2022年.txt".encode("gbk").decode("utf-8", "surrogateescape")
    values = detect_metadata("法治政府建设情况报告\n全县坚持依法行政。", path=path).values
    assert (values["region"], values["year"]) == ("陇西县", 2022)


def test_every_field_has_a_rule():
    """Where a value is given, its group's source names the rule."""
    found = detect_metadata(CASES[0][1])
    assert found.sources == {
        "region": "title",
        "year": "title",
        "body": "title; issuer: signature",
        "genre": "title",
        "title": "line",
        "date": "issued: signature",
    }


@given(
    st.text(
        alphabet="陇西县朝阳区2023年〇二年度法治政府建设报告《》（）\n。，:〔〕号1 > 镇开发区\u3000𠮷",
        max_size=200,
    )
)
def test_any_text_gives_values_for_every_column(text):
    """Whatever the text, ids come with codes, and what is unknown is flagged."""
    found = detect_metadata(text)
    assert set(found.values) <= set(DOCUMENTS.names)
    assert bool(found.values["region_code"]) == bool(found.values["region_id"])
    assert found.values["region_code"] or {"region_unknown", "region_ambiguous"} & set(found.flags)
    assert found.values["year"] is not None or "year_unknown" in found.flags


LETTER = """{head}
　　2021年，辛集市坚持以习近平法治思想为指导，深入推进依法行政，法治政府建设取得明显成效。现将有关情况报告如下：
　　一、主要工作
　　全市深入推进各项工作，成效明显。2022年，全市将继续努力。
　　　　　　　　辛集市人民政府
　　　　　　　　{date}
"""


def test_a_title_of_party_and_government_over_four_lines_is_one():
    """Joint letters print each organ on a line of its own, and 报告 may stand alone and spaced."""
    head = "中共辛集市委\n辛集市人民政府\n关于2021年度法治政府建设情况的\n报    告\n中共河北省委、河北省人民政府："
    found = detect_metadata(LETTER.format(head=head, date="2022年2月18日"))
    assert found.values["title"] == "中共辛集市委辛集市人民政府关于2021年度法治政府建设情况的报告"
    assert (found.values["body_kind"], found.flags) == ("party-and-government", ())


def test_a_number_in_a_cell_without_colon_is_found():
    """A table of catalogue data copied without colons keeps its cells apart by tabs."""
    head = "索引号\t\t008123/2022-00012\t\t文号\t\t辛政发〔2022〕3号\n辛集市2021年法治政府建设情况报告"
    assert (
        detect_metadata(LETTER.format(head=head, date="2022年2月18日")).values["doc_number"]
        == "辛政发〔2022〕3号"
    )


def test_a_report_signed_before_its_year_was_over_is_flagged():
    """A whole year's report signed in March of that year holds two reports, or the year means something else."""
    head = "辛集市2021年法治政府建设情况报告"
    assert "year_conflict" in detect_metadata(LETTER.format(head=head, date="2021年3月11日")).flags
    assert detect_metadata(LETTER.format(head=head, date="2021年12月28日")).flags == ()


def test_a_paragraph_on_next_year_is_no_second_opening():
    """2021年，我县将… near the top of a short text speaks of the plan, not of the year under report."""
    text = "务川仡佬族苗族自治县2020年度法治政府建设情况报告\n　　2020年，全县依法行政。\n　　2021年，我县将继续努力。\n"
    assert "year_conflict" not in detect_metadata(text).flags


def test_a_congress_is_no_issuer():
    """代表 in 人民代表大会 represents nobody."""
    text = "关于某报告的决议\n滕州市第十九届人民代表大会常务委员会第八次会议听取和审议了市司法局局长的报告。"
    assert "会议" not in detect_metadata(text).values["issuer"]


@pytest.mark.parametrize("code", ["110105", "220104"])
def test_a_code_in_the_file_name_settles_a_name_of_several_places(code):
    """朝阳区 is a district of Beijing and of Changchun; 110105_2023.txt says which. Digits of a hash say nothing."""
    text = "朝阳区2023年法治政府建设年度报告\n" + "2023年，朝阳区坚持依法行政，我区开展检查3次。\n" * 8
    found = detect_metadata(text, path=f"{code}_2023.txt")
    assert (found.values["region_code"], found.flags) == (code, ())
    for name in (f"a{code}b.txt", f"2023{code}.txt"):
        assert detect_metadata(text, path=name).flags == ("region_ambiguous",)


def test_a_code_in_the_file_name_contradicts_a_title():
    """A title goes before the file name, and the contradiction is flagged."""
    found = detect_metadata("渭源县2023年法治政府建设年度报告\n全县开展检查。\n", path="621122_2023.txt")
    assert (found.values["region_code"], "region_conflict" in found.flags) == ("621123", True)
