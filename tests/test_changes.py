"""Change in a region's report: only between years that follow, only terms that truly came or went."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot
from small import small_corpus

from toolkit.reports import changes, sheets
from toolkit.reports.slices import Slices


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """The HTML shown so far; figures are named, not drawn, and files go to an empty folder."""
    texts = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sheets, "display", lambda item, **options: texts.append(item.data))
    monkeypatch.setattr(changes, "show_figure", lambda sheet, name, axes, data: texts.append((name, data)))
    yield texts
    pyplot.close("all")


def sheet_of(*reports):
    """The sheet of region 1."""
    return sheets.Sheet(*Slices(small_corpus(*reports)).slice("1"), Path(), "zh", ["png"])


def test_the_last_two_years_are_taken_apart_by_terms(shown):
    """The word shift holds terms of two characters or more, and its contributions sum to the difference."""
    changes.show_change(sheet_of(("1", 2020, "法治 政府 的"), ("1", 2021, "法治 数字 的")), ["法治"])
    shift = next(item for item in shown if item[0] == "word_shift")[1]
    assert set(shift["term"]) == {"法治", "政府", "数字"}
    assert shift["contribution"].sum() == pytest.approx(shift["difference"].iloc[0])


def test_a_term_inside_a_longer_word_has_not_vanished(shown):
    """数字 is new in the third year with its sentence; 法治, later only within 法治社会, is not vanished."""
    early, late = "法治 " * 5 + "政府", "数字 " * 5 + "法治社会 政府"
    years = [("1", 2018, early), ("1", 2019, early), ("1", 2020, late), ("1", 2021, late)]
    changes.show_change(sheet_of(*years), ["法治"])
    table = "".join(item for item in shown if isinstance(item, str)).split("新出现与不再出现的词")[1]
    assert ">数字</td>" in table and ">新出现</td>" in table and ">法治</td>" not in table
    assert "句 0 · 字符" in table


def test_what_cannot_be_compared_is_no_zero(shown):
    """Without a report to share with nothing is shown; without a year before, its column is a dash."""
    text = "坚持党的领导全面推进依法行政建设法治政府"
    changes.show_copied(sheet_of(("1", 2021, text)))
    assert "无从比较" in shown[0] and len(shown) == 1
    changes.show_copied(sheet_of(("1", 2021, text), ("2", 2021, text)))
    cells = pd.Series(shown[1].split("<td")[1:]).str.extract(">([^<]*)<")[0].tolist()
    assert cells == ["2021", "2", "8", "—", "100.0%", "—", "0.0%"]
    assert text in shown[-2] and "其他 1 个地区中 1 个" in shown[-2]
