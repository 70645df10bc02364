"""A store is built once, brought up to date for what changed alone, and survives what befalls it."""

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import ROOT, SEEDS

import toolkit as tk
from toolkit import builds, drafts, executors, files, layers, store
from toolkit.corpus import readers
from toolkit.schemas import SchemaError

TITLE = "{year}年{name}法治政府建设工作总结\n一、主要工作\n全县开展执法检查{n}次，办理行政复议案件{n}件。\n"
PLACES = ("陇西县", "长海县", "天心区", "铁山区", "渭源县", "临洮县", "通渭县", "漳县")


@pytest.fixture
def folder(tmp_path):
    """A folder of eight short reports, a broken file and a README."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for n, name in enumerate(PLACES):
        (folder / f"{name}.txt").write_text(TITLE.format(year=2015 + n, name=name, n=n + 3), encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "README.md").write_text("about", encoding="utf-8")
    return folder


def build(corpus, target, **options):
    """Build with small parts."""
    return builds.build_store(corpus, target, part_size=3, **options)


def bytes_of(target):
    """All files of a store, but for the lock."""
    files = (path for path in Path(target).rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in files}


def tables_of(target):
    """All tables of a store, as lists."""
    opened = tk.open_store(target)
    names = ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates")
    frames = {name: getattr(opened, name) for name in names} | {"facts": opened.facts()}
    return {name: frame.astype("str").to_dict("list") for name, frame in frames.items()}


def test_second_build_makes_nothing(folder, tmp_path):
    """Built again without a change, all parts are kept and no byte differs."""
    first = build(folder, tmp_path / "s")
    before = bytes_of(tmp_path / "s")
    second = build(folder, tmp_path / "s")
    assert (first.n_kept, len(second.lines), second.n_kept) == (0, 0, len(first.lines))
    assert bytes_of(tmp_path / "s") == before
    assert (first.n_documents, first.n_failed) == (8, 1)


def test_a_new_report_costs_itself(folder, tmp_path):
    """One new file: one document is made in one part, and the store equals one built from nothing."""
    build(folder, tmp_path / "s")
    (folder / "new.txt").write_text(TITLE.format(year=2020, name="岷县", n=7), encoding="utf-8")
    done = build(folder, tmp_path / "s")
    assert done.n_documents == 9
    assert sum("1 made" in line for line in done.lines) == 1
    build(folder, tmp_path / "fresh")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "fresh")


def test_pairs_compared_before_are_not_compared_again(folder, tmp_path, monkeypatch):
    """A copy added to a store with copies is compared with its likes; texts that changed are compared anew."""
    text = TITLE.format(year=2015, name="陇西县", n=3) * 4
    for name in ("copy1.txt", "copy2.html"):
        (folder / name).write_text(f"{text}{name}", encoding="utf-8")
    build(folder, tmp_path / "s", duplicates="keep-all")
    (folder / "copy3.txt").write_text(f"{text}抄本", encoding="utf-8")
    (folder / "copy2.html").rename(folder / "copy2.txt")  # the same bytes, read by another rule
    asked = []
    read = builds._read_texts
    monkeypatch.setattr(builds, "_read_texts", lambda work, names: asked.append(names) or read(work, names))
    build(folder, tmp_path / "s", duplicates="keep-all")
    ids = tk.open_store(tmp_path / "s").ledger.set_index("path")["doc_id"]
    build(folder, tmp_path / "s", duplicates="keep-longest")
    assert len(asked) == 1, "the last build had nothing left to compare"
    assert ids["copy3.txt"] in asked[0]
    build(folder, tmp_path / "fresh", duplicates="keep-longest")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "fresh")


def test_removed_renamed_and_replaced_reports(folder, tmp_path):
    """Gone is gone, a new name is a new row, and bytes decide, not dates: the store equals a fresh one."""
    build(folder, tmp_path / "s")
    (folder / "陇西县.txt").unlink()
    (folder / "漳县.txt").rename(folder / "renamed.txt")
    path = folder / "长海县.txt"
    stamp, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace("检查4次", "检查9次"), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    build(folder, tmp_path / "s")
    paths = set(tk.open_store(tmp_path / "s").documents["path"])
    assert {"renamed.txt"} == paths - {f"{name}.txt" for name in PLACES}
    assert len(paths) == 7
    build(folder, tmp_path / "fresh")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "fresh")


def test_corrected_metadata_is_taken_in(folder, tmp_path):
    """A line of metadata.csv changes its report and the report's part alone."""
    build(folder, tmp_path / "s")
    (folder / "metadata.csv").write_text("path,year\n漳县.txt,2011\n", encoding="utf-8")
    done = build(folder, tmp_path / "s")
    assert len(done.lines) == 1
    assert "its files or metadata changed" in done.summary
    assert 2011 in set(tk.open_store(tmp_path / "s").documents["year"])


def test_a_correction_of_no_file_is_refused_by_every_build(folder, tmp_path):
    """A mistyped path in metadata.csv ends the build of a store that was complete, as it ends the first."""
    build(folder, tmp_path / "s")
    (folder / "metadata.csv").write_text("path,year\n陇西.txt,2016\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="陇西"):
        build(folder, tmp_path / "s")


def test_a_saved_corpus_is_no_store(folder, tmp_path):
    """A build refuses the folder of a saved corpus and leaves it as it is."""
    corpus = tk.read_corpus(folder)
    corpus.save(tmp_path / "saved")
    with pytest.raises(ValueError, match="holds other files"):
        build(folder, tmp_path / "saved")
    assert len(tk.Corpus.open(tmp_path / "saved").documents) == len(corpus.documents)


def test_a_new_word_makes_new_tokens_and_keeps_the_rest(folder, tmp_path):
    """Another dictionary: tokens, hits and counts are new, sentences and facts are kept."""
    build(folder, tmp_path / "s")
    done = build(folder, tmp_path / "s", segmenter=tk.Segmenter(user_words=["执法检查"]))
    assert all("rules, dictionary or versions changed (terms)" in line for line in done.lines)
    assert not any("base:" in line or "facts:" in line for line in done.lines)
    opened = tk.open_store(tmp_path / "s")
    assert tk.count_terms(opened, [], terms=["执法检查"])["count"].tolist() == [8]


@pytest.mark.parametrize(("jobs", "size"), [(2, 3), pytest.param(8, 1, marks=pytest.mark.slow)])
def test_workers_and_the_order_of_inputs_change_nothing(folder, tmp_path, monkeypatch, jobs, size):
    """Several processes, given the files in another order, write the bytes that one writes."""
    builds.build_store(folder, tmp_path / "one", part_size=size)

    def shuffled(place):
        return random.Random(jobs).sample(entries := list(os.scandir(place)), len(entries))

    monkeypatch.setattr(readers, "os", SimpleNamespace(**(vars(os) | {"scandir": shuffled})))
    builds.build_store(folder, tmp_path / "many", part_size=size, jobs=jobs)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "many")


def test_shares_of_a_build_make_the_store_of_one(folder, tmp_path):
    """Two invocations with --part make the parts, a third joins them: every byte is that of one build."""
    build(folder, tmp_path / "one")
    shares = [build(folder, tmp_path / "two", part=f"{k}/2") for k in (2, 1)]
    assert all(done.lines and "a build without --part joins them" in done.summary for done in shares)
    assert all(
        ": new; " in line for done in shares for line in done.lines
    )  # whatever other shares made before
    with pytest.raises(FileNotFoundError, match="Expected a saved corpus or a store"):
        tk.open_store(tmp_path / "two")
    last = build(folder, tmp_path / "two")
    assert (last.lines, last.n_kept) == ([], sum(len(done.lines) for done in shares))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    with pytest.raises(ValueError, match="found '3/2'"):
        build(folder, tmp_path / "three", part="3/2")
    assert not (tmp_path / "three").exists()


@pytest.mark.slow
def test_a_cluster_builds_the_same_store(folder, tmp_path):
    """The workers of a dask cluster write the bytes that this process writes."""
    build(folder, tmp_path / "one")
    build(folder, tmp_path / "two", jobs=2, scheduler="local")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def deadly(job, *shared):
    """Make a part in a process that ends at some words: in the layer that the words name, or without an end."""
    honest_draft, honest_hits, honest_facts = drafts.draft_report, layers.find_hits, layers.extract_facts

    def die(text):
        if "无尽" in text:
            while True:
                pass
        os.kill(os.getpid(), signal.SIGKILL)

    def patched(honest, word):
        def call(first, *rest, **options):
            text = first if isinstance(first, str) else first.text
            return die(text) if word in text else honest(first, *rest, **options)

        return call

    try:
        drafts.draft_report = patched(honest_draft, "毒于读")
        layers.find_hits = patched(honest_hits, "毒于词")
        layers.extract_facts = patched(honest_facts, "毒于数")
        return layers.make_part(job, *shared)
    finally:
        drafts.draft_report, layers.find_hits, layers.extract_facts = honest_draft, honest_hits, honest_facts


def poison(path, *words):
    """Add deadly words to a report."""
    path.write_text(
        path.read_text(encoding="utf-8") + "".join(f"{word}。\n" for word in words), encoding="utf-8"
    )


DEADLY = {"毒于词": "临洮县.txt", "毒于读": "陇西县.txt", "毒于数": "漳县.txt"}


@pytest.mark.parametrize(
    ("way", "n"),
    [({"jobs": 2}, 3), pytest.param({"jobs": 2, "scheduler": "local"}, 1, marks=pytest.mark.slow)],
)
def test_a_document_that_kills_its_workers_costs_itself(folder, tmp_path, monkeypatch, way, n):
    """Whatever layer it dies in it is failed, all others are there; tried again when it or the rules changed."""
    names = dict(list(DEADLY.items())[:n])
    build(folder, tmp_path / "sound")
    for word, name in names.items():
        poison(folder / name, word)
    monkeypatch.setattr(builds, "make_part", deadly)
    done = build(folder, tmp_path / "s", **way)
    opened, sound = tk.open_store(tmp_path / "s"), tk.open_store(tmp_path / "sound")
    rows = opened.ledger.set_index("path").loc[list(names.values())]
    assert (done.n_documents, done.n_failed) == (8 - n, n + 1) and "killed its worker" in done.summary
    assert rows["status"].tolist() == ["failed"] * n and rows["reason"].tolist() == ["crash"] * n
    assert rows["detail"].str.contains("died more than once").all()
    assert opened.tokens.equals(sound.where(path=opened.documents["path"].tolist()).tokens)
    assert not list((tmp_path / "s").glob(".tmp-*"))
    monkeypatch.undo()  # from here on a second try would succeed
    before = bytes_of(tmp_path / "s")
    assert build(folder, tmp_path / "s").lines == [] and bytes_of(tmp_path / "s") == before
    for name in {f"{name}.txt" for name in PLACES} - set(names.values()):
        poison(folder / name, "无害")
    assert build(folder, tmp_path / "s").n_documents == 8 - n
    again = build(folder, tmp_path / "s", segmenter=tk.Segmenter(user_words=["无害"]))
    assert again.n_documents == 8 - n + 1  # the one whose words could not be made
    for name in names.values():
        poison(folder / name, "无害")
    assert build(folder, tmp_path / "s").n_failed == 1


@pytest.mark.slow
def test_a_deadly_row_of_a_table_costs_itself(tmp_path, monkeypatch):
    """Of a table file with six reports one kills and one never ends; four are there, in a share of a build too."""
    (tmp_path / "corpus").mkdir()
    rows = [TITLE.format(year=2015 + n, name=name, n=n + 3) for n, name in enumerate(PLACES[:6])]
    rows[1] += "毒于读。"
    rows[4] += "毒于数，无尽。"
    pd.DataFrame({"text": rows}).to_csv(tmp_path / "corpus" / "table.csv", index=False)
    monkeypatch.setattr(builds, "make_part", deadly)
    monkeypatch.setattr(builds, "STALLED", 2)
    build(tmp_path / "corpus", tmp_path / "s", jobs=2, part="1/1")
    monkeypatch.undo()
    done = build(tmp_path / "corpus", tmp_path / "s")
    ledger = tk.open_store(tmp_path / "s").ledger
    assert (done.n_documents, done.n_failed) == (4, 2)
    assert ledger["status"].tolist().count("failed") == 2
    assert ledger.loc[ledger["reason"] == "crash", "row"].tolist() == [2, 5]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="lets a copy of this process die")
def test_a_document_that_kills_the_build_is_set_aside_by_the_next(folder, tmp_path, monkeypatch):
    """With one job the work is done in the build's own process: that dies, and the next build works apart."""
    for name in PLACES[:5]:
        (folder / f"{name}.txt").unlink()
    poison(folder / "临洮县.txt", "毒于词")
    monkeypatch.setattr(builds, "make_part", deadly)
    assert ended(lambda: build(folder, tmp_path / "s")) == -signal.SIGKILL
    done = build(folder, tmp_path / "s")
    assert (done.n_documents, done.n_failed) == (2, 2)


def test_a_part_that_kills_whatever_is_left_out_is_named(folder, tmp_path, monkeypatch):
    """Where no document is at fault, the build ends with a sentence that names the part; what is done is kept."""

    def hopeless(function, work, **options):
        return (executors.Outcome(job, error=executors.WorkerDied()) for job in work)

    monkeypatch.setattr(executors, "map_items", hopeless)
    with pytest.raises(
        OSError, match=r"parts of the store failed, part \d+ first: its worker process died twice.*are kept"
    ):
        build(folder, tmp_path / "s")
    monkeypatch.undo()
    assert build(folder, tmp_path / "s").n_documents == 8


def test_memory_limits_the_number_of_workers(folder, tmp_path, monkeypatch):
    """As many processes work as the memory holds beside the one that joins; with none it is refused."""
    seen = []
    honest = executors.map_items
    monkeypatch.setattr(
        executors,
        "map_items",
        lambda *args, jobs, apart, **more: seen.append(jobs) or honest(*args, jobs=1, **more),
    )
    for number, memory in enumerate((None, 2, 3, 5)):
        build(
            folder, tmp_path / f"s{number}", jobs=8, memory=memory and memory * builds.PROCESS_MEMORY + 2**20
        )
    assert seen == [8, 1, 2, 4]
    with pytest.raises(ValueError, match=r"memory is 100 MB; one process needs about 350 MB .* Allow more"):
        build(folder, tmp_path / "s", memory=100 * 2**20)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")
def test_all_processes_together_stay_within_the_memory(tmp_path):
    """300 reports of 5,000 characters, four processes asked for, 1,200 MB allowed: measured, not computed."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import build as benchmark
    finally:
        sys.path.pop(0)
    (tmp_path / "corpus").mkdir()
    benchmark.grow(tmp_path / "corpus", 300)
    cost = benchmark.build(tmp_path / "corpus", tmp_path / "s", 4, "--memory", "1200MB")
    assert 200 < cost.memory <= 1200


def test_small_corpora_are_divided_for_several_processes():
    """From 8,000 files on parts hold up to 1,000; below, there are parts for all processes."""
    sizes = [builds._part_size(n) for n in (28_000, 8_000, 7_999, 4_000, 2_000, 1_999, 5)]
    assert sizes == [1000, 1000, 500, 500, 250, 125, 125]


def test_duplicates_policy_is_that_of_read_corpus(folder, tmp_path):
    """Two reports of one region and year stop the build; a policy settles it without making a part again."""
    (folder / "twin.txt").write_text(
        TITLE.format(year=2015, name="陇西县", n=3) + "此外还有。\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match="twin"):
        build(folder, tmp_path / "s")
    done = build(folder, tmp_path / "s", duplicates="keep-longest")
    assert (done.lines, done.n_documents) == ([], 8)
    corpus, opened = tk.read_corpus(folder, duplicates="keep-longest"), tk.open_store(tmp_path / "s")
    for name in ("documents", "ledger", "duplicates", "tokens"):
        assert getattr(opened, name).equals(getattr(corpus, name)), name


def test_unforeseen_error_costs_one_document(folder, tmp_path, monkeypatch):
    """An error in the words of one report fails that report in the ledger, and no other."""
    honest = layers.find_hits

    def broken(text, *rest):
        if "临洮县" in text:
            raise RuntimeError("boom")
        return honest(text, *rest)

    monkeypatch.setattr(layers, "find_hits", broken)
    done = build(folder, tmp_path / "s")
    opened = tk.open_store(tmp_path / "s")
    row = opened.ledger.set_index("path").loc["临洮县.txt"]
    assert (done.n_documents, done.n_failed, row["status"]) == (7, 2, "failed")
    assert "boom" in row["detail"]
    assert len(opened.tokens["doc_id"].unique()) == 7


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "gone"])
def test_damaged_parts_are_set_aside_and_made_again(folder, tmp_path, damage):
    """Whatever file of a part is damaged, build says so, keeps it in quarantine and restores every byte."""
    build(folder, tmp_path / "s")
    sound = bytes_of(tmp_path / "s")
    random.seed(damage)
    for name in random.sample(sorted(n for n in sound if n.endswith(".parquet")), 4):
        path, whole = tmp_path / "s" / name, sound[name]
        at = random.randrange(len(whole))
        if damage == "gone":
            path.unlink()
        else:
            flipped = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            path.write_bytes({"flip": flipped, "cut": whole[:at], "empty": b""}[damage])
        done = build(folder, tmp_path / "s")
        after = bytes_of(tmp_path / "s")
        assert {n: b for n, b in after.items() if not n.startswith("quarantine/")} == sound
        assert name.startswith("tables/") or "was damaged" in done.summary


def test_a_full_disk_leaves_the_old_store(folder, tmp_path, monkeypatch):
    """No space at the n-th write, for every n: the old tables are untouched, the message says what to do."""
    target = tmp_path / "s"
    build(folder, target)
    manifest = (target / "manifest.json").read_bytes()
    before = tables_of(target)
    (folder / "new.txt").write_text(TITLE.format(year=2020, name="岷县", n=7), encoding="utf-8")
    honest_table, honest_json, left = store.write_table, store.write_json, [0]

    def failing(honest):
        """A writer that fails when no writes are left, after half its bytes."""

        def write(value, path):
            left[0] -= 1
            if left[0] < 0:
                place = path if isinstance(path, Path) else value
                place.with_name(f"{files.PARTIAL}half").write_bytes(b"half")
                raise OSError(28, "No space left on device", str(place))
            return honest(value, path)

        return write

    monkeypatch.setattr(store, "write_table", failing(honest_table))
    monkeypatch.setattr(store, "write_json", failing(honest_json))
    for n in range(100):
        left[0] = n
        try:
            build(folder, target)
            break
        except OSError as error:
            assert "No space left" in str(error)
            assert "build again" in str(error)
            assert (target / "manifest.json").read_bytes() == manifest
            if n % 4 == 0:
                store.forget(target)
                assert tables_of(target) == before
    assert n > 5
    monkeypatch.undo()
    build(folder, target)
    build(folder, tmp_path / "fresh")
    assert bytes_of(target) == bytes_of(tmp_path / "fresh")


def ended(work):
    """How a copy of this process ends that does the work; one that hangs (it had threads) is killed."""
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            work()
            code = 0
        os._exit(code)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(corpus, target, n):
    """Build in a process that is killed at its n-th write; whether it was."""
    left = [n]

    def dying(honest):
        def write(*args):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return honest(*args)

        return write

    def work():
        for note in target.glob(f"{files.PARTIAL}at-*"):  # a copy of this process has no server of workers
            note.unlink()
        store.write_table, store.write_json = dying(store.write_table), dying(store.write_json)
        build(corpus, target)

    code = ended(work)
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
@pytest.mark.parametrize("rounds", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_a_killed_build_goes_on(folder, tmp_path, rounds):
    """kill -9 at some write, again and again; whenever a build comes through, its bytes are of an undisturbed one."""
    random.seed(rounds)
    build(folder, tmp_path / "fresh")
    target, n_killed, n_through = tmp_path / "s", 0, 0
    while n_killed < rounds or not n_through:
        if killed(folder, target, random.randrange(40)):
            n_killed += 1
            assert not (target / "manifest.json").exists()
        else:
            n_through += 1
            assert bytes_of(target) == bytes_of(tmp_path / "fresh")
            shutil.rmtree(target)


def test_rows_that_two_older_parts_hold_are_taken_once(folder, tmp_path, monkeypatch):
    """A build that ended before its manifest leaves a second older part; the next takes each report from one."""
    builds.build_store(folder, tmp_path / "s")
    poison(folder / "漳县.txt", "无害")
    with monkeypatch.context() as patch:
        patch.setattr(builds, "_join", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            builds.build_store(folder, tmp_path / "s")
    poison(folder / "陇西县.txt", "无害")
    builds.build_store(folder, tmp_path / "s")
    builds.build_store(folder, tmp_path / "fresh")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "fresh")


@pytest.mark.parametrize("damage", ["flip", "gone"])
def test_all_files_damaged_at_once(folder, tmp_path, damage):
    """One bit flipped in every file of every part, or every record gone: one build restores all bytes."""
    build(folder, tmp_path / "s")
    sound = bytes_of(tmp_path / "s")
    random.seed(7)
    for name, whole in sound.items():
        if damage == "gone" and name.endswith("part.json"):
            (tmp_path / "s" / name).unlink()
        elif damage == "flip" and name != "manifest.json":
            at = random.randrange(len(whole))
            flipped = whole[:at] + bytes([whole[at] ^ (1 << random.randrange(8))]) + whole[at + 1 :]
            (tmp_path / "s" / name).write_bytes(flipped)
    done = build(folder, tmp_path / "s")
    assert all("was damaged" in line for line in done.lines)
    assert done.n_kept == 0
    after = bytes_of(tmp_path / "s")
    assert {n: b for n, b in after.items() if not n.startswith("quarantine/")} == sound


def test_a_poisoned_manifest_and_foreign_parts_are_not_used(folder, tmp_path):
    """A build believes its own hashes only: another store's manifest is replaced, a part of other files unused."""
    build(folder, tmp_path / "s")
    sound = bytes_of(tmp_path / "s")
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / "漳县.txt").write_text(TITLE.format(year=2022, name="漳县", n=999), encoding="utf-8")
    build(other, tmp_path / "o")
    shutil.copy(tmp_path / "o" / "manifest.json", tmp_path / "s" / "manifest.json")
    with pytest.raises(ValueError, match="makes this part again"):
        _ = tables_of(tmp_path / "s")
    foreign = next(
        path
        for path in (tmp_path / "o" / "facts").glob("*/p*")
        if not (tmp_path / "s" / path.relative_to(tmp_path / "o")).exists()
    )
    shutil.copytree(foreign, tmp_path / "s" / foreign.relative_to(tmp_path / "o"))
    build(folder, tmp_path / "s")
    assert bytes_of(tmp_path / "s") == sound


def test_a_file_that_changes_under_the_build_is_told(folder, tmp_path, monkeypatch):
    """What was listed and is another file when it is read ends its part; the next build takes it in."""
    honest = layers.read_sources

    def late(sources, **options):
        sources = list(sources)
        for source in sources:
            if source.path == "漳县.txt":
                Path(source.place).write_text(TITLE.format(year=2022, name="漳县", n=77), encoding="utf-8")
        return honest(sources, **options)

    monkeypatch.setattr(layers, "read_sources", late)
    with pytest.raises(OSError, match=r"漳县\.txt changed while the store was built; build again"):
        build(folder, tmp_path / "s")
    monkeypatch.undo()
    build(folder, tmp_path / "s")
    build(folder, tmp_path / "fresh")
    assert bytes_of(tmp_path / "s") == bytes_of(tmp_path / "fresh")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_loops_and_links_are_set_aside(folder, tmp_path):
    """A link to the folder itself, to a place outside and to nothing: skipped in the ledger, as in memory."""
    (tmp_path / "outside.txt").write_text(TITLE.format(year=2020, name="岷县", n=7), encoding="utf-8")
    for name, place in {
        "loop": folder,
        "out.txt": tmp_path / "outside.txt",
        "dangling.txt": tmp_path / "no",
    }.items():
        (folder / name).symlink_to(place)
    assert build(folder, tmp_path / "s").n_documents == 8
    ledger = tk.open_store(tmp_path / "s").ledger
    assert ledger.equals(tk.read_corpus(folder).ledger)
    assert set(ledger.set_index("path").loc[["loop", "out.txt", "dangling.txt"], "status"]) == {"skipped"}


def test_a_second_build_is_told_who_is_at_work(folder, tmp_path):
    """While a build holds the folder another is refused with its process; reading goes on."""
    build(folder, tmp_path / "s")
    with files.locked(tmp_path / "s"):
        with pytest.raises(BlockingIOError, match=rf"pid {os.getpid()}, host"):
            build(folder, tmp_path / "s")
        assert len(tk.open_store(tmp_path / "s").documents) == 8
    build(folder, tmp_path / "s")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a place that nobody may write to")
def test_a_place_nobody_may_write_to_is_a_sentence(folder):
    """Even the administrator is refused before work starts."""
    with pytest.raises(OSError, match="could not be written"):
        build(folder, Path("/proc/self/store"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_place_is_a_sentence(folder, tmp_path):
    """A folder that cannot be written is refused before work starts."""
    (tmp_path / "s").mkdir(mode=0o500)
    with pytest.raises(OSError, match="could not be written"):
        build(folder, tmp_path / "s")


def test_wrong_places_are_sentences(folder, tmp_path):
    """A corpus that is not there, a store inside the corpus, a store that is a file: each is refused."""
    with pytest.raises(FileNotFoundError, match="does not exist"):
        build(tmp_path / "none", tmp_path / "s")
    with pytest.raises(ValueError, match="must not lie inside"):
        build(folder, folder / "store")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "报告.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match=r"holds other files, such as '报告\.txt'"):
        build(folder, tmp_path / "other")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="could not be written"):
        build(folder, tmp_path / "file")
    with pytest.raises(ValueError, match="keep-first"):
        build(folder, tmp_path / "s", duplicates="keep-first")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="folder is empty"):
        build(tmp_path / "empty", tmp_path / "s")


def test_a_newer_store_is_refused(folder, tmp_path):
    """A store of a later version is refused by number; nothing is guessed."""
    build(folder, tmp_path / "s")
    path = tmp_path / "s" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"schema_version": 99}))
    with pytest.raises(ValueError, match="schema version 99"):
        tk.open_store(tmp_path / "s")


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("tables", {"base", "terms", "facts"}),
        ("regions", {"base", "terms", "facts"}),
        ("furniture", {"base", "terms", "facts"}),
        ("indicators", {"facts"}),
        ("plot_labels", set()),
    ],
)
def test_rules_name_their_data(monkeypatch, table, changed):
    """Another table of rules makes the layers anew that are made by it, and no others."""
    tools = tk.Segmenter(), tk.read_lexicon()
    before = builds.fingerprints(*tools)
    hashed = store.sha256
    monkeypatch.setattr(store, "sha256", lambda path: "new" if path.stem == table else hashed(path))
    builds._rules.cache_clear()
    after = builds.fingerprints(*tools)
    builds._rules.cache_clear()
    assert {name for name in before if before[name] != after[name]} == changed


def test_the_seeds_are_built_from_the_command_line(tmp_path, capsys):
    """`toolkit build` says what it made and why, and its exit code is 0."""
    from toolkit.__main__ import main

    assert main(["build", str(SEEDS), "--store", str(tmp_path / "s")]) == 0
    assert "5 reports" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "s")
