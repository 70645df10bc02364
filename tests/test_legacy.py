"""Old Word files need LibreOffice; where it is not there, or fails, a reason says so."""

from __future__ import annotations

import os
import sys
import time

import pytest
from documents import docx, paragraph

from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.legacy import convert_to_docx
from toolkit.corpus.office import read_docx

posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in for LibreOffice is a shell script")


@pytest.fixture
def soffice(tmp_path, monkeypatch):
    """Install a stand-in for LibreOffice that runs a line of Python with `out`, its folder."""

    def install(line: str) -> None:
        script = tmp_path / "soffice"
        start = "import sys, time, pathlib; out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])"
        script.write_text(f"#!{sys.executable}\n{start}\n{line}\n", encoding="utf-8")
        script.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    return install


def test_without_libreoffice_the_reason_says_what_to_do(soffice):
    """An empty PATH gives a failure that names the program and the way out."""
    with pytest.raises(Unreadable, match="LibreOffice on the PATH") as refused:
        convert_to_docx(b"\xd0\xcf\x11\xe0")
    assert refused.value.reason == "legacy office"


@posix
def test_with_libreoffice_the_converted_file_is_read(soffice, tmp_path):
    """What the program leaves in its folder is the document."""
    (tmp_path / "made.docx").write_bytes(docx(paragraph("旧文档")))
    soffice(
        f"out.joinpath('report.docx').write_bytes(pathlib.Path({str(tmp_path)!r}, 'made.docx').read_bytes())"
    )
    assert read_docx(convert_to_docx(b"\xd0\xcf\x11\xe0"))[0].text == "旧文档"


@posix
def test_a_program_that_hangs_or_gives_nothing_costs_one_file(soffice):
    """A hang ends with its time, an empty folder gives a reason."""
    soffice("time.sleep(60)")
    start = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        convert_to_docx(b"", seconds=0.5)
    assert (refused.value.reason, time.monotonic() - start < 10) == ("timeout", True)
    soffice("pass")
    with pytest.raises(Unreadable) as refused:
        convert_to_docx(b"")
    assert refused.value.reason == "damaged file"
