"""A hang, a crash or a memory bomb costs one file; the next one is read as if nothing had been."""

from __future__ import annotations

import random
import time

import pytest
from documents import docx, ofd, page, paragraph, pdf

from toolkit.corpus import sandbox
from toolkit.corpus.extracts import Unreadable, read_rows
from toolkit.corpus.sandbox import Sandbox

FAULTY = """
import sys, types
sys.path.insert(0, sys.argv[1])
from toolkit.corpus import sandbox
from toolkit.corpus.extracts import Extract
def hang(data):
    while True: pass
def crash(data):
    import os; os.abort()
def fill(data):
    return bytearray(2**40)
def chatter(data):
    print("noise on standard output", flush=True)
    return [Extract(0, data.decode() + "\\ud800", "none", {}, ("flag",))]
def fail(data):
    raise IndexError("list index out of range")
parsers = {f.__name__: f for f in (hang, crash, fill, chatter, fail)}
sandbox.read_rows = lambda table: [{"kind": name, "reader": "none." + name} for name in parsers]
sandbox.import_module = lambda name: types.SimpleNamespace(**parsers)
sandbox.serve()
"""


@pytest.fixture
def faulty(monkeypatch):
    """A sandbox whose parsers misbehave."""
    monkeypatch.setattr(sandbox, "PROGRAM", FAULTY)
    with Sandbox(seconds=5) as box:
        yield box


@pytest.mark.parametrize(
    ("kind", "reason"), [("crash", "crash"), ("fill", "too much memory"), ("fail", "damaged file")]
)
def test_a_fault_costs_one_file(faulty, kind, reason):
    """A crash, a memory bomb and an unexpected error give their reason, and the next file is read."""
    for _ in range(2):
        with pytest.raises(Unreadable) as refused:
            faulty.read(kind, b"")
        assert refused.value.reason == reason
        assert faulty.read("chatter", "法治".encode())[0].text.startswith("法治")


def test_a_hang_ends_with_the_time_limit(faulty):
    """After its seconds a hanging reader is killed, not waited for."""
    faulty.read("chatter", b"")
    faulty.seconds = 0.5
    start = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        faulty.read("hang", b"")
    assert (refused.value.reason, time.monotonic() - start < 3) == ("timeout", True)
    faulty.seconds = 5
    assert faulty.read("chatter", b"a")[0].flags == ("flag",)


def test_an_answer_keeps_its_characters_and_flags(faulty):
    """What a parser prints does not reach the answer; surrogates arrive, for the cleaning to stop."""
    assert faulty.read("chatter", "治".encode()) == [(0, "治\ud800", "none", {}, ("flag",))]


def test_one_child_reads_many_files():
    """300 web pages need one child and some milliseconds each, not one start each."""
    data = page(
        "<div id='zoom'><p>2023年，全县法治政府建设取得新进展新成效，现将有关情况报告如下。</p></div>"
    ).encode()
    with Sandbox() as box:
        box.read("web page", data)
        child = box._child
        assert all(box.read("web page", data)[0].text.endswith("如下。") for _ in range(50))
        assert box._child is child
        box._n_read = sandbox.FILES_PER_CHILD
        box.read("web page", data)
        assert box._child is not child
    assert box._child is None
    assert child.poll() is not None


BODY = "2023年，全县法治政府建设取得新进展，现将有关情况报告如下：受理行政复议案件11件。"
SOUND = {
    "docx": docx(paragraph(BODY) * 5),
    "ofd": ofd([(10, 10, BODY), (10, 20, BODY)]),
    "pdf": pdf([BODY] * 5, [BODY]),
    "web page": page(f"<div id=zoom>{f'<p>{BODY}</p>' * 5}</div>").encode(),
    "csv": f"标题,正文\na,{BODY}\n".encode(),
}


def spoilt(data: bytes, rng: random.Random) -> bytes:
    """The same bytes with some changed, lost, inserted or doubled."""
    spoilt = bytearray(data)
    for _ in range(rng.choice((1, 3, 10, 50))):
        place, length = rng.randrange(len(spoilt) + 1), rng.randrange(1, 30)
        piece = spoilt[place : place + length]
        spoilt[place : place + length] = rng.choice(
            (rng.randbytes(len(piece)), b"", piece * 2, rng.randbytes(9))
        )
    return bytes(spoilt)


@pytest.mark.parametrize("n_files", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_spoilt_files_are_read_or_refused_and_never_stop_the_reader(n_files):
    """Of files damaged at random each gives its extracts or a known reason, within the time limit."""
    rng = random.Random(20261122)
    known = {row["name"] for row in read_rows("notices") if row["kind"] == "failed"} - {"timeout", "crash"}
    with Sandbox(seconds=10) as box:
        for kind, sound in SOUND.items():
            for _ in range(n_files):
                reason = ""
                try:
                    box.read(kind, spoilt(sound, rng))
                except Unreadable as error:
                    reason = error.reason
                assert reason in {"", *known}
