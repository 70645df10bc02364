"""Reports for all regions: a failure stops nothing, a second run does only what is needed."""

import json
import re
from pathlib import Path

import nbformat.v4 as v4
import pandas as pd
import pytest
from small import small_corpus, write_notebooks

from toolkit.reports import batch, making
from toolkit.reports.execution import NotebookError

CORPUS = (("420205", 2023, "法治 政府"), ("621122", 2023, "法治 法治"))


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A batch whose notebooks are not run: each writes its files at once; regions named in `bad` fail."""
    ran, bad = [], set()

    def run_notebook(notebook, output, parameters, *, folder, timeout, engine):
        ran.append(parameters.get("region", "comparison"))
        if parameters.get("region") in bad:
            output.with_name("report.failed.ipynb").write_text("{}", encoding="utf-8")
            raise NotebookError("timeout", "A cell took too long.")
        output.write_text("{}", encoding="utf-8")
        return v4.new_notebook()

    monkeypatch.setattr(making, "run_notebook", run_notebook)
    monkeypatch.setattr("toolkit.reports.pages._font_faces", lambda *texts: "")  # costs a second a page
    notebooks = write_notebooks(tmp_path / "notebooks", "x = 1")

    def run(corpus=CORPUS, **options):
        corpus = small_corpus(*corpus) if isinstance(corpus, tuple) else corpus
        ran.clear()
        return batch.run_reports(corpus, tmp_path / "out", notebooks=notebooks, progress=False, **options)

    run.ran, run.bad, run.out = ran, bad, tmp_path / "out"
    return run


def status(run):
    """Folder to status."""
    return dict(zip(run.table["folder"], run.table["status"], strict=True))


def test_notebooks_run_and_one_failure_stops_nothing(tmp_path):
    """With real kernels: the failed region keeps its trace, the other and the comparison are complete."""
    source = "assert region != '420205', '坏'"
    notebooks = write_notebooks(tmp_path / "notebooks", source, "print(corpus, out, formats)")
    out = tmp_path / "out"
    run = batch.run_reports(small_corpus(*CORPUS), out, notebooks=notebooks, progress=False)
    assert not run.ok and "420205-地420205: exception: Cell 2: AssertionError: 坏" in run.summary
    assert status(run) == {"420205-地420205": "failed", "621122-地621122": "done", "comparison": "done"}
    assert sorted(path.name for path in (out / "420205-地420205").iterdir()) == ["report.failed.ipynb"]
    done = sorted(path.name for path in (out / "621122-地621122").iterdir())
    assert done == ["record.json", "report.html", "report.ipynb"]
    manifest = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [report["status"] for report in manifest["reports"]] == ["failed", "done", "done"]
    assert "AssertionError: 坏" in (out / "index.html").read_text(encoding="utf-8")
    assert not list(out.glob(".work*"))
    for path in out.rglob("*.*"):
        text = re.sub(r"base64,[^)]+", "", path.read_bytes().decode("utf-8", "replace"))
        assert str(tmp_path) not in text and str(Path.home()) not in text and str(Path.cwd()) not in text


def test_a_second_run_does_nothing_and_says_so(quick):
    """Complete reports made from the same things are left alone."""
    assert quick().ok and len(quick.ran) == 3
    again = quick()
    assert quick.ran == [] and set(status(again).values()) == {"up to date"}
    assert "3 up to date" in again.summary
    assert quick(force=True).table["reason"].tolist() == ["forced"] * 3


def test_only_what_changed_is_done_again_and_the_reason_named(quick):
    """A failed region is missing, a touched file altered, another language a change of parameters."""
    quick.bad.add("420205")
    assert status(quick())["420205-地420205"] == "failed"
    quick.bad.clear()
    (quick.out / "comparison" / "report.html").write_text("edited", encoding="utf-8")
    assert quick().table["reason"].tolist() == ["missing", "", "altered: report.html"]
    assert sorted(quick.ran) == ["420205", "comparison"]
    assert not (quick.out / "420205-地420205" / "report.failed.ipynb").exists()
    assert quick(language="en").table["reason"].tolist() == ["changed: parameters"] * 3
    assert quick((*CORPUS, ("7", 2020, "甲")), language="en").table["reason"].tolist() == [
        "changed: corpus", "changed: corpus", "missing", "changed: corpus",
    ]  # fmt: skip


def test_regions_are_chosen_by_code_or_name(quick):
    """The others stay in the index as not asked; an unknown one is refused with what there is."""
    run = quick(regions=["地621122"])
    assert status(run)["420205-地420205"] == "not asked" and sorted(quick.ran) == ["621122", "comparison"]
    assert run.ok
    with pytest.raises(ValueError, match="from \\['999999'\\]; its regions are 420205 地420205, 621122"):
        quick(regions=["621122", "999999"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "fr"}, "language is one of"),
        ({"formats": ("gif",)}, "formats are some of"),
        ({"jobs": 0}, "jobs is the number"),
        ({"part": "3/2"}, "found '3/2'"),
        ({"part": "1/2"}, "open one store: build it first"),
        ({"engine": "steam"}, "engine is one of"),
        ({"parameters": {"trems": []}}, "no parameter 'trems'"),
        ({"parameters": {"region": "1"}}, "sets \\['region'\\] itself"),
    ],
)
def test_wrong_options_write_nothing(quick, options, message):
    """They are refused before a kernel starts or a folder is made."""
    with pytest.raises(ValueError, match=message):
        quick(**options)
    assert quick.ran == [] and not quick.out.exists()


@pytest.mark.parametrize("name", ["../../x", "{县}", "a/b\\c", "CON", "陇" * 100])
def test_names_never_leave_the_folder(quick, name):
    """Whatever a region is called, its files are one level below out, and the true name is on the index."""
    quick(small_corpus(("1", 2020, "甲"), region=name))
    assert {path.parent.parent for path in quick.out.rglob("report.html")} == {quick.out}
    assert name in (quick.out / "index.html").read_text(encoding="utf-8")


def test_a_stopped_run_keeps_what_was_finished(quick, monkeypatch):
    """After an interruption the index names what was not reached, and the next run does only that."""
    make = making.make_report

    def stop(task):
        if task.job.folder == "621122-地621122":
            raise KeyboardInterrupt
        return make(task)

    monkeypatch.setattr(batch, "make_report", stop)
    with pytest.raises(KeyboardInterrupt):
        quick()
    assert "中断前未轮到" in (quick.out / "index.html").read_text(encoding="utf-8")
    assert not list(quick.out.glob(".work*"))
    monkeypatch.setattr(batch, "make_report", make)
    assert status(quick())["621122-地621122"] == "done" and quick.ran == ["621122"]


def test_a_file_that_cannot_be_replaced_fails_one_report(quick, monkeypatch):
    """A full disk or a file held open costs that report, and no folder of the machine is named."""
    publish = making.publish

    def refuse(made, folder, record):
        if "420205" in folder.name:
            raise PermissionError(13, "Permission denied", str(folder / "report.html"))
        publish(made, folder, record)

    monkeypatch.setattr(making, "publish", refuse)
    run = quick()
    assert status(run)["621122-地621122"] == "done" and not run.ok
    assert "cannot write or read report.html: Permission denied" in run.summary
    assert str(quick.out.parent) not in (quick.out / "run.json").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_seeds_become_reports(tmp_path, language):
    """Five regions and the comparison: complete, quiet, self-contained, of moderate size, the same every time."""
    seeds = Path(__file__).resolve().parents[1] / "seeds"
    options = {"language": language, "formats": ("png", "svg"), "progress": False}
    run = batch.run_reports(seeds, tmp_path, jobs=2, **options)
    assert run.ok and len(run.table) == 6 and run.table["warnings"].sum() == 0, run.summary
    pages = sorted(tmp_path.glob("*/report.html"))
    assert len(pages) == 6
    first = {page: page.read_text(encoding="utf-8") for page in pages}
    for page, html in first.items():
        assert f'<html lang="{language}">' in html and html.count("<h1") == 1 and len(html) < 3e6
        assert not re.search(r'(?:src|href)="(?!data:|#|[\w.-]+")', html) and "url(http" not in html
        pictures = re.findall(r"<img [^>]*>", html)
        assert pictures and all('alt="' in picture for picture in pictures)
        for name in re.findall(r'href="([\w.-]+)"', html):
            assert (page.parent / name).is_file()
    again = batch.run_reports(seeds, tmp_path, regions=["621122"], force=True, **options)
    assert again.ok and {page: page.read_text(encoding="utf-8") for page in pages} == first
    assert set(batch.run_reports(seeds, tmp_path, **options).table["status"]) == {"up to date"}


def test_the_panel_of_stated_figures_stands_beside_the_reports(corpus, tmp_path):
    """A batch writes the panel for R, Excel and Stata with codebooks, the same rows in each, and once."""
    from toolkit.indicators import facts, panel
    from toolkit.reports.panels import write_panel

    out, work = tmp_path / "out", tmp_path / "work"
    hashes = {"corpus": "a", "settings": "b", "toolkit": "c", "notebook": "d"}
    for path in (out, work):
        path.mkdir()
    write_panel(corpus, out, work, hashes)
    expected = panel(corpus, facts(corpus))
    assert len(pd.read_parquet(out / "panel.parquet")) == len(expected)
    assert len(pd.read_stata(out / "panel.dta")) == len(expected)
    assert len(pd.read_csv(out / "panel.csv", encoding="utf-8-sig")) == len(expected)
    assert (out / "panel.xlsx").is_file() and list(out.glob("panel.dta*codebook*"))
    made = (out / "panel.xlsx").stat().st_mtime_ns
    write_panel(None, out, work, hashes)
    assert (out / "panel.xlsx").stat().st_mtime_ns == made


def test_the_panel_of_many_regions_is_written_block_by_block(corpus, tmp_path, monkeypatch):
    """Two regions at a time, facts found once: Parquet, CSV and codebooks are those of the whole panel."""
    from toolkit.exports import export
    from toolkit.indicators import facts, panel
    from toolkit.reports import panels

    asked = []
    monkeypatch.setattr(panels, "facts", lambda corpus: asked.append(corpus) or facts(corpus))
    monkeypatch.setattr(panels, "BLOCK", 2)
    out, work, whole = (tmp_path / name for name in ("out", "work", "whole"))
    for path in (out, work, whole):
        path.mkdir()
    panels.write_panel(corpus, out, work, dict.fromkeys(("corpus", "settings", "toolkit"), "a"))
    assert len(asked) == 1
    for suffix in panels.LARGE:
        export(panel(corpus, facts(corpus)), whole / f"panel.{suffix}", settings=corpus.settings)
    assert (out / "panel.csv").read_bytes() == (whole / "panel.csv").read_bytes()
    found, expected = (pd.read_parquet(place / "panel.parquet") for place in (out, whole))
    pd.testing.assert_frame_equal(found, expected)
    books = [pd.read_csv(place / "panel.csv.codebook.csv").drop(columns="file") for place in (out, whole)]
    pd.testing.assert_frame_equal(*books)
