"""Word 97, WPS and RTF files, through LibreOffice where it is installed."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .extracts import Unreadable

SECONDS = 120.0


def convert_to_docx(data: bytes, seconds: float = SECONDS) -> bytes:
    """Convert an old Word, WPS or RTF file with LibreOffice.

    Each call has a profile of its own, for two calls that share one fail without a word; the whole process
    group is ended when the time is over, for the program leaves a child behind.

    Raises
    ------
    Unreadable
        Where LibreOffice is not on the PATH, takes too long, or gives no file.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        raise Unreadable("legacy office")
    with tempfile.TemporaryDirectory(prefix="toolkit-legacy-") as place:
        source = Path(place, "report.doc")
        source.write_bytes(data)
        options = ["--headless", "--norestore", "--nologo", "--nolockcheck"]
        profile = f"-env:UserInstallation={Path(place, 'profile').as_uri()}"
        quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        command = [program, profile, *options, "--convert-to", "docx", "--outdir", place, str(source)]
        child = subprocess.Popen(command, start_new_session=True, **quiet)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Unreadable("timeout", f"LibreOffice was given {seconds:g} seconds.") from None
        finally:
            if hasattr(os, "killpg") and child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            child.wait()
        made = source.with_suffix(".docx")
        if not made.exists():
            advice = "LibreOffice could not read it. Open it there and save it as .docx."
            raise Unreadable("damaged file", advice)
        return made.read_bytes()
