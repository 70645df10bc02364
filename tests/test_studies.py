"""The figures of a written study: drawn where the corpus can show them, said where it cannot."""

import matplotlib
import pandas as pd
import pytest
from PIL import Image

from toolkit.__main__ import main
from toolkit.indicators import facts
from toolkit.pipeline import read_corpus
from toolkit.plots.saving import FORMATS
from toolkit.reports.studies import FIGURES, draw_study

matplotlib.use("Agg")


def test_the_seeds_say_what_they_cannot_show(corpus, tmp_path):
    """Five regions, one year each: no curve, no distribution, no relation; every caption says why."""
    study = draw_study(corpus, tmp_path, terms=["行政复议"]).set_index("figure")
    assert study.index[study["drawn"]].tolist() == ["coverage", "roles", "terms"]
    assert study["caption"].str.contains("地区与年份无法区分").all()
    assert "分母：35个地区年" in study.loc["coverage", "caption"]  # 5 regions, 2018 to 2024
    assert "分母" not in study.loc["adoption_curve", "caption"]
    assert study.loc["adoption_curve", "caption"].endswith("首次报告的年份才能确定。")
    assert (
        (tmp_path / "coverage-zh.txt").read_text(encoding="utf-8").startswith("收集情况与公布时限（年度报告")
    )
    names = {path.name for path in tmp_path.iterdir()}
    assert names == set(" ".join(study["files"]).split())
    assert "roles-zh.png" in names
    assert "adoption_curve-zh.png" not in names


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Six regions with three reports each, of which the later ones repeat sentences and report a hotline."""
    folder = tmp_path_factory.mktemp("county")
    for i, name in enumerate(["陇西县", "长海县", "临洮县", "和平县", "会宁县", "通渭县"]):
        for year in (2020, 2021, 2022):
            told = "建立行政执法公示制度。" if year > 2020 + i % 2 else "加强学习。"
            text = (
                f"{year}年{name}法治政府建设年度报告\n一、主要举措\n全年办理行政复议案件{10 + i}件。{told}"
                f"持续推进依法行政工作，不断提高法治政府建设的质量和水平，服务全县高质量发展大局。\n"
                f"二、存在的问题\n{name}执法力量不足。\n三、下一步打算\n加强队伍建设。\n"
            )
            (folder / f"{name}{year}.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_command_draws_all_and_the_same_bytes_twice(county, tmp_path, capsys):
    """Six figures in two languages, each with caption and data; a second run gives the same bytes."""
    runs = []
    for language in ("both", "en"):
        out = tmp_path / language
        options = ["--language", language, "--formats", "svg", "--term", "行政复议"]
        assert main(["figures", str(county), "--out", str(out), *options]) == 0
        runs.append({path.name: path.read_bytes() for path in out.iterdir()})
    both, again = runs
    pairs = [f"{name}-{each}" for name in list(FIGURES)[:6] for each in ("zh", "en")]
    assert set(both) == {f"{pair}.{kind}" for pair in pairs for kind in ("svg", "csv", "txt")}
    assert "全部18份报告" in both["distribution-zh.txt"].decode()
    assert "（各条线" in both["adoption_curve-zh.txt"].decode()
    assert again == {name: content for name, content in both.items() if "-en." in name}
    assert "12 of 12 figures" in capsys.readouterr().out
    assert "not adopted" in both["adoption_curve-en.txt"].decode()


def test_unknown_choices_are_named(corpus, tmp_path):
    """An unknown figure is quoted beside the known ones, before anything is written."""
    with pytest.raises(ValueError, match=r"coverage.*'pie'"):
        draw_study(corpus, tmp_path, figures=["pie"])
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_every_format_is_the_same_twice_and_grey_is_checked(county, tmp_path):
    """PNG, SVG, PDF, EPS, TIFF and the grey picture of chosen figures have the same bytes in a second run."""
    corpus, runs = read_corpus(county), []
    for out in (tmp_path / "a", tmp_path / "b"):
        options = {"figures": ["roles", "terms"], "terms": ["行政复议", "依法行政"], "size": 14, "dpi": 100}
        study = draw_study(corpus, out, formats=FORMATS, grey=True, **options)
        runs.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert runs[0] == runs[1]
    kinds = {*(f".{name}" for name in FORMATS), "-grey.png", ".csv", ".txt"}
    assert set(runs[0]) == {f"{name}-zh{kind}" for name in ("roles", "terms") for kind in kinds}
    assert study["alike"].tolist() == ["", ""]
    with Image.open(tmp_path / "a" / "roles-zh.png") as picture:
        assert picture.width == round(14 / 2.54 * 100)


def test_series_alike_in_grey_are_named(county, tmp_path, monkeypatch, capsys):
    """Two terms drawn in one look are named by the command, for a printer without colour."""
    from toolkit.plots import times

    for name, value in (("COLOURS", "#555555"), ("DASHES", "-"), ("MARKERS", "o")):
        monkeypatch.setattr(times, name, (value,) * 7)
    options = ["--figure", "terms", "--term", "行政复议", "--term", "依法行政", "--grey", "--dpi", "80"]
    assert main(["figures", str(county), "--out", str(tmp_path), *options]) == 0
    assert "alike in grey print: 行政复议 = 依法行政" in capsys.readouterr().out


def test_chosen_indicators_and_widths(county, tmp_path):
    """One chosen indicator is one row; a width of 90 is quoted with what is expected."""
    corpus = read_corpus(county)
    known = facts(corpus).query("indicator_id != ''")["indicator_id"].unique()
    chosen = known[0]
    draw_study(corpus, tmp_path, figures=["distribution"], indicators=[chosen])
    data = pd.read_csv(tmp_path / "distribution-zh.csv")
    assert data["indicator_id"].unique().tolist() == [chosen]
    with pytest.raises(ValueError, match="6 to 30 centimetres; found '90'"):
        draw_study(corpus, tmp_path, size="90")
    with pytest.raises(ValueError, match=r"'no\.such'"):
        draw_study(corpus, tmp_path, indicators=["no.such"])
