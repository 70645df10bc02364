"""What befalls a batch: killed, full disks, flipped bits, lying clocks, foreign files, two runs at once.

Old results or new ones, never halves; what was finished is kept; every failure is a sentence.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat.v4 as v4
import pandas as pd
import pytest
from conftest import ROOT, SEEDS
from small import small_corpus, write_notebooks
from test_executors import gone

from toolkit import exports, files, store
from toolkit.builds import build_store
from toolkit.corpus import readers
from toolkit.reports import batch, folders, making, plans
from toolkit.reports.folders import RECORD, read_record

REGIONS = ["621121", "621122"]


def corpus_of(word="法治"):
    """Two regions with two reports each, all of which bear the word."""
    return small_corpus(*[(code, year, f"{word} 政府 {code}") for code in REGIONS for year in (2022, 2023)])


@pytest.fixture
def run(monkeypatch, tmp_path):
    """A batch in this process whose notebooks take no time: each writes what its slice holds."""

    def run_notebook(notebook, output, parameters, *, folder, **options):
        text = json.dumps(parameters, ensure_ascii=False) + str(
            sorted(path.name for path in (folder / ".corpus").iterdir())
        )
        files.write_text(output, text)
        files.write_text(folder / "figure.svg", text * 2)
        node = v4.new_notebook(cells=[v4.new_code_cell("x")])
        node.cells[0].outputs = [
            v4.new_output("display_data", {"text/html": f"<p>{parameters.get('region')}</p>"})
        ]
        return node

    monkeypatch.setattr(making, "run_notebook", run_notebook)
    monkeypatch.setattr("toolkit.reports.pages._font_faces", lambda *texts: "")  # costs a second a page
    monkeypatch.setattr(
        "toolkit.reports.panels.SHEETS", ("parquet",)
    )  # workbooks and Stata cost more than the rest
    notebooks = write_notebooks(tmp_path / "notebooks", "x = 1")

    def run(out="out", corpus=None, **options):
        corpus = corpus_of() if corpus is None else corpus
        return batch.run_reports(corpus, tmp_path / out, notebooks=notebooks, progress=False, **options)

    run.folder = tmp_path
    return run


def bytes_of(out):
    """Every file of a batch but the manifest (it holds seconds), the lock and workbooks with a date."""
    apart = ("run.json", files.LOCK, "panel.dta")
    paths = [path for path in out.rglob("*") if path.is_file() and path.name not in apart]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def untimed(name, content):
    """The content of a file; of an executed notebook, without the times papermill notes in it."""
    if not name.endswith(".ipynb"):
        return content
    node = json.loads(content)
    for part in (node, *node["cells"]):
        part["metadata"].pop("papermill", None)
    return node


def halves(out):
    """Report folders whose record names files that are not whole, and unfinished files under final names."""
    found = []
    for folder in filter(Path.is_dir, out.iterdir()):
        record = read_record(folder)
        if record.get("hashes"):
            found += [
                folder for name, value in record["outputs"].items() if store.sha256(folder / name) != value
            ]
        for path in folder.glob("report.html"):
            found += [] if path.read_text(encoding="utf-8").rstrip().endswith("</html>") else [path]
    return found


def killed_at(work, seconds):
    """Do the work in a child process and kill it after some seconds; whether it was still at work."""
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
@pytest.mark.parametrize("times", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_a_run_killed_again_and_again_ends_as_one_that_was_not(run, times):
    """kill -9 at random moments: no half is ever to be seen, and the last run leaves the bytes of a fresh one."""
    run("fresh")
    random.seed(times)
    began = time.monotonic()
    run("measured")
    length, killed = time.monotonic() - began, 0
    for n in range(times):
        shutil.rmtree(run.folder / "out", ignore_errors=n % 10 == 0)
        for _ in range(3 if n % 10 == 0 else 1):
            killed += killed_at(run, random.uniform(0, length))
            if (run.folder / "out").exists():
                assert not halves(run.folder / "out")
        run()
        assert bytes_of(run.folder / "out") == bytes_of(run.folder / "fresh")
    assert killed >= times / 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
def test_killed_before_and_after_a_rename(run, monkeypatch):
    """Wherever a name is given, dying just before it or just after costs nothing but that report's work."""
    run("fresh")
    honest, calls = files.move, []
    movers = (files, making, folders)

    def patch(function):
        for module in movers:
            monkeypatch.setattr(module, "move", function)

    patch(lambda *paths: calls.append(paths) or honest(*paths))
    run("counted")
    for n in range(0, len(calls), max(1, len(calls) // 4)):
        for late in (False, True):
            left = [n]

            def deadly(*paths, left=left, late=late):
                left[0] -= 1
                if left[0] < 0 and not late:
                    os.kill(os.getpid(), signal.SIGKILL)
                honest(*paths)
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            patch(deadly)
            killed_at(run, 4)  # it kills itself sooner; a copy of a process with threads may hang
            assert not halves(run.folder / "out")
    patch(honest)
    run()
    assert bytes_of(run.folder / "out") == bytes_of(run.folder / "fresh")


def full_after(monkeypatch, n):
    """Let the n-th write and all after it find the disk full, after half of its bytes; the writes counted."""
    count = [0]

    def spent():
        count[0] += 1
        return count[0] > n

    @contextlib.contextmanager
    def finished(path, honest=files.finished, **options):
        with honest(path, **options) as temporary:
            if spent():
                temporary.write_bytes(b"half")
                raise OSError(28, "No space left on device", str(path))
            yield temporary

    def write_table(table, path, honest=store.write_table):
        if spent():
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device", str(path))
        return honest(table, path)

    def to_parquet(table, path, honest=pd.DataFrame.to_parquet, **options):
        if spent():
            Path(path).write_bytes(b"half")
            raise OSError(28, "No space left on device", str(path))
        return honest(table, path, **options)

    for module in (files, exports):
        monkeypatch.setattr(module, "finished", finished)
    monkeypatch.setattr(store, "write_table", write_table)
    monkeypatch.setattr(pd.DataFrame, "to_parquet", to_parquet)
    return count


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_a_disk_full_at_any_write_leaves_the_old_reports(run, monkeypatch, step):
    """For the n-th write, for every n: reports are wholly old or wholly new, it is said, and a rerun succeeds."""
    run("fresh", corpus_of("新"))
    with monkeypatch.context() as patch:
        count = full_after(patch, 10**9)
        run("counted", corpus_of("新"))
    new = bytes_of(run.folder / "fresh")
    for n in range(0, count[0], step):
        shutil.rmtree(run.folder / "out", ignore_errors=True)
        run()
        old = bytes_of(run.folder / "out")
        with monkeypatch.context() as patch:
            full_after(patch, n)
            try:
                done = run(corpus=corpus_of("新"))
                assert not done.ok and "No space left on device" in done.summary
            except OSError as error:
                assert error.errno == 28 and error.filename
        assert not halves(run.folder / "out")
        for name, content in bytes_of(run.folder / "out").items():
            assert content in (old.get(name), new.get(name)) or name.endswith(RECORD), (n, name)
        assert run(corpus=corpus_of("新")).ok
        assert bytes_of(run.folder / "out") == new


def test_a_newer_toolkit_or_other_settings_make_reports_again(run, monkeypatch):
    """What was made by other code, or with other versions or dictionaries, is never taken for up to date."""
    run()
    with monkeypatch.context() as patch:
        patch.setattr(plans, "package_digest", lambda: "newer")
        assert set(run().table["reason"]) == {"changed: toolkit"}
    corpus = corpus_of()
    corpus.settings["lexicon_sha256"] = "another"
    assert set(run(corpus=corpus).table["reason"]) == {"changed: settings, toolkit"}


def test_records_of_others_and_flipped_bits_prove_nothing(run):
    """A record copied from another report, or a bit flipped in any file of a report, costs that report alone."""
    run()
    out, sound = run.folder / "out", bytes_of(run.folder / "out")
    first, second = (f"{code}-地{code}" for code in REGIONS[:2])
    shutil.copy(out / first / RECORD, out / second / RECORD)
    assert run().table.set_index("folder").loc[second, "reason"] == "changed: reports, parameters"
    assert bytes_of(out) == sound
    for name in ("report.html", "report.ipynb", "figure.svg"):
        path = out / first / name
        path.write_bytes(sound[f"{first}/{name}"][:-2] + b"#" + sound[f"{first}/{name}"][-1:])
        assert run().table["reason"].tolist() == [f"altered: {name}", "", ""]
        assert bytes_of(out) == sound


def test_dates_decide_nothing(run):
    """Files that seem older, or of the future, are up to date; other bytes under the same date and size are not."""
    run()
    out = run.folder / "out"
    for n, path in enumerate(sorted(out.rglob("*"))):
        os.utime(path, (n, n) if n % 2 else (4e9, 4e9))
    assert set(run().table["status"]) == {"up to date"}
    path = out / f"{REGIONS[0]}-地{REGIONS[0]}" / "report.html"
    stamp, text = path.stat(), path.read_bytes()
    path.write_bytes(text.replace(b"html", b"htmI", 1))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert run().table["reason"].tolist()[0] == "altered: report.html"


def test_a_second_run_is_told_who_writes_and_readers_are_not_stopped(run):
    """While a run holds the folder another ends with its process and time; the reports can be read and copied."""
    run()
    out = run.folder / "out"
    with files.locked(out):
        with pytest.raises(BlockingIOError, match=rf"pid {os.getpid()}, host .*since"):
            run(force=True)
        assert (out / "index.html").read_bytes() and not list(out.glob(".work*"))
    assert run().ok


@pytest.mark.parametrize("place", ["a file", "read-only"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(run, monkeypatch, place):
    """One sentence, and the corpus is not even opened."""
    monkeypatch.setattr(batch, "read_corpus", lambda *args, **options: pytest.fail("read"))
    (run.folder / "out").write_text("", encoding="utf-8")
    if place == "read-only":
        (run.folder / "out").unlink()
        monkeypatch.setattr(batch.os, "access", lambda path, mode: False)
    with pytest.raises(OSError, match="Choose another folder"):
        run(corpus=SEEDS)


def test_links_in_the_corpus_lead_nowhere(run, capsys):
    """A loop, a link out of the folder and a pipe are listed and not followed; the reports are made."""
    corpus = run.folder / "corpus"
    corpus.mkdir()
    text = "2023年陇西县法治政府建设工作总结\n一、主要工作\n全县开展执法检查3次。\n"
    (corpus / "a.txt").write_text(text, encoding="utf-8")
    (corpus / "loop").symlink_to(corpus)
    (corpus / "out.txt").symlink_to(SEEDS / "README.md")
    os.mkfifo(corpus / "pipe.txt")
    done = run(corpus=corpus)
    assert done.inputs == {"flagged": 1, "skipped": 3} and not (done.table["status"] == "failed").any()


@pytest.mark.parametrize(
    "value", ["{region}", "{0.__class__}", "../../x", "a'b\"c\n\\", '"""', "$(rm)", "陇" * 9999]
)
def test_values_are_never_code_nor_places(run, value):
    """Braces, quotes and paths in a value reach the notebook as they are, and no file stands elsewhere."""
    before = {path for path in run.folder.rglob("*") if "out" not in path.parts}
    run(corpus=small_corpus(("1", 2020, "甲"), region=value), parameters={"terms": [value]})
    page = next((run.folder / "out").glob("1-*/report.ipynb"))
    assert json.dumps(value, ensure_ascii=False) in page.read_text(encoding="utf-8")
    assert {path for path in run.folder.rglob("*") if "out" not in path.parts} == before


@pytest.mark.parametrize("name", ["x=1\nopen('f','w')", "class", "__import__('os')", "corpus", "unknown"])
def test_names_of_parameters_are_checked_before_anything_is_read(run, monkeypatch, name):
    """A name with code, a keyword, one the batch sets and an unknown one are refused; nothing runs or is written."""
    monkeypatch.setattr(batch, "read_corpus", lambda *args, **options: pytest.fail("read"))
    with pytest.raises(ValueError, match=r"no parameter|sets \["):
        run(corpus=SEEDS, parameters={name: 1})
    assert not (run.folder / "out").exists()


FAULTS = """
import os, signal, time
faults = {
    "1": lambda: 1 / 0,
    "2": lambda: time.sleep(99),
    "3": lambda: (_ for _ in ()).throw(SystemExit(0)),
    "4": lambda: input("? "),
    "5": lambda: os._exit(1),
    "6": lambda: os.kill(os.getppid(), signal.SIGKILL),
}
faults.get(region, lambda: print("well"))()
"""


@pytest.mark.slow
def test_every_end_of_a_notebook_costs_its_report_alone(tmp_path):
    """Failing, endless, leaving, asking and dying notebooks have their reasons; one that kills its worker is given up."""
    notebooks = write_notebooks(tmp_path / "notebooks", FAULTS)
    corpus = small_corpus(*[(str(n), 2023, "法治 政府") for n in range(8)])
    out, options = tmp_path / "out", {"notebooks": notebooks, "timeout": 8, "progress": False}
    done = batch.run_reports(corpus, out, jobs=2, engine="kernel", **options)
    reasons = dict(zip(done.table["folder"].str[0], done.table["reason"], strict=True))
    assert {number: reasons[number].partition(":")[0] for number in "12345"} == {
        "1": "exception", "2": "timeout", "3": "exit", "4": "input", "5": "kernel died",
    }  # fmt: skip
    assert "its worker process died twice" in reasons["6"]
    status = dict(zip(done.table["folder"].str[0], done.table["status"], strict=True))
    assert {number for number, found in status.items() if found == "done"} == {"0", "7", "c"}
    for number in "12345":
        assert (out / f"{number}-地{number}" / "report.failed.ipynb").is_file()
        assert not (out / f"{number}-地{number}" / "report.html").exists()
    assert not list(out.glob(".work*")) and "its worker process died twice" in (out / "run.json").read_text(
        "utf-8"
    )


@pytest.mark.slow
def test_reports_are_the_same_wherever_they_are_made(tmp_path):
    """This process, a dask cluster, two shares and the corpus in memory leave the same files."""
    notebooks = write_notebooks(
        tmp_path / "notebooks", "print(region, sorted(__import__('os').listdir(corpus)))"
    )
    place, folder = tmp_path / "store", tmp_path / "corpus"
    folder.mkdir()
    for path in sorted(SEEDS.glob("0*.txt"))[:2]:
        shutil.copy(path, folder)
    build_store(folder, place, part_size=1, progress=False)
    ways = {
        "one": [{}],
        "dask": [{"jobs": 2, "scheduler": "local"}],
        "shares": [{"part": "2/2"}, {"part": "1/2"}, {}],
        "memory": [{}],
    }
    for name, runs in ways.items():
        for options in runs:
            corpus = folder if name == "memory" else place
            done = batch.run_reports(corpus, tmp_path / name, notebooks=notebooks, progress=False, **options)
            assert done.ok, done.summary
        assert (set(done.table["status"]) == {"up to date"}) is (name == "shares")
    made = {
        name: {
            path: content
            for path, content in bytes_of(tmp_path / name).items()
            if not path.startswith(".tables")
        }
        for name in ways
    }
    for name in ways:
        assert made[name].keys() == made["one"].keys()
        for path, content in made[name].items():
            if not path.endswith((".xlsx", "record.json")):  # a workbook bears the date of its making
                assert untimed(path, content) == untimed(path, made["one"][path]), (name, path)


@pytest.mark.slow
def test_eight_workers_and_the_order_of_inputs_change_no_report(tmp_path, monkeypatch):
    """Reports of seven regions and the comparison, all at once and from a shuffled folder, are those of one worker."""
    cells = "print(region, sorted(__import__('os').listdir(corpus)))"
    notebooks, folder = write_notebooks(tmp_path / "notebooks", cells), tmp_path / "corpus"
    folder.mkdir()
    for n, name in enumerate(("陇西县", "天心区", "铁山区", "渭源县", "临洮县", "通渭县", "漳县")):
        text = f"2023年{name}法治政府建设工作总结\n一、主要工作\n全县开展执法检查{n + 3}次。\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    def shuffled(place):
        return random.Random(8).sample(entries := list(os.scandir(place)), len(entries))

    options = {"notebooks": notebooks, "progress": False}
    assert batch.run_reports(folder, tmp_path / "one", **options).ok
    monkeypatch.setattr(readers, "os", SimpleNamespace(**(vars(os) | {"scandir": shuffled})))
    assert batch.run_reports(folder, tmp_path / "eight", jobs=8, **options).ok
    one, eight = (bytes_of(tmp_path / name) for name in ("one", "eight"))
    assert one.keys() == eight.keys() and len(list((tmp_path / "one").glob("*/report.html"))) == 8
    for path, content in one.items():
        if not path.endswith((".xlsx", "record.json")):  # a workbook bears the date of its making
            assert untimed(path, content) == untimed(path, eight[path]), path


ENDLESS = """
import os, pathlib, signal, sys
from toolkit import __main__, reports
from toolkit.reports import batch
find = batch.find_notebooks
batch.find_notebooks = lambda folder: find(sys.argv[1])
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start without
    sys.exit(__main__.main(["report", sys.argv[2], "--out", sys.argv[3], "--jobs", "2"]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_asked_to_stop_stops_and_says_what_is_missing(tmp_path, number):
    """Workers and kernels are gone within ten seconds, the index is written, the exit code is 1."""
    cells = "import os, pathlib, time\npathlib.Path(os.environ['PIDS'], str(os.getpid())).touch()\ntime.sleep(300)"
    notebooks, pids = write_notebooks(tmp_path / "notebooks", cells, comparison=(cells,)), tmp_path / "pids"
    pids.mkdir()
    script = tmp_path / "run.py"
    script.write_text(ENDLESS, encoding="utf-8")
    command = [sys.executable, str(script), str(notebooks), str(SEEDS), str(tmp_path / "out")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PIDS": str(pids)}
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        while len(list(pids.iterdir())) < 2:
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(number)
        began = time.monotonic()
        _, message = process.communicate(timeout=60)
        assert process.returncode == 1 and "what was finished is kept" in message
    while not all(gone(int(path.name)) for path in pids.iterdir()):
        assert time.monotonic() - began < 10
        time.sleep(0.1)
    assert "中断前未轮到" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "out").glob(".work*"))


def test_every_bit_of_every_part_counts(tmp_path):
    """A bit flipped anywhere in any file of a store is seen; all of them damaged at once, it is built again."""
    place = tmp_path / "s"
    build_store(SEEDS, place, part_size=3, progress=False)
    sound = {path: path.read_bytes() for path in sorted(place.rglob("*.parquet"))}
    chance = random.Random(5)
    for path, content in sound.items():
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        store.forget(place)
        assert store.read_record(path.parent) is None, path
    assert len(sound) > 10
    build_store(SEEDS, place, part_size=3, progress=False)
    assert {path: path.read_bytes() for path in sound} == sound
    assert len(list((place / "quarantine").iterdir())) == len(
        {p.parent for p in sound if "tables" not in p.parts}
    )


@pytest.mark.slow
def test_no_locale_home_or_cache_of_others_changes_anything(tmp_path):
    """In the C locale, without a home, beside a poisoned jieba.cache: the same words, each file by its encoding."""
    (tmp_path / "jieba.cache").write_bytes(b"poison")
    code = "import toolkit as tk; c = tk.read_corpus('seeds'); s = tk.Segmenter(engine='jieba');"
    code += (
        f"print(ascii(s.cut({'推进法治政府建设'!a})), len(c.tokens))"  # the C locale takes no Chinese command
    )
    found = []
    for more in ({}, {"LC_ALL": "C", "PYTHONUTF8": "0", "HOME": "/nonexistent", "TMPDIR": str(tmp_path)}):
        command = [
            sys.executable,
            "-X",
            "warn_default_encoding",
            "-W",
            "error::EncodingWarning:toolkit",
            "-c",
            code,
        ]
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | more
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        found.append(done.stdout)
    assert found[0] == found[1] and (tmp_path / "jieba.cache").read_bytes() == b"poison"
