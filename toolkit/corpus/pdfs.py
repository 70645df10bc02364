"""PDF: the text layer by paragraphs; what has none is refused with its reason."""

import io
from operator import and_

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PyPdfError

from .extracts import Extract, Unreadable
from .paragraphs import join_pages

MOST_PAGES = 2000
SCANNED = 20  # fewer characters on a page are a stamp or a page number over a picture
GARBLED = 0.2


def read_pdf(data: bytes) -> list[Extract]:
    """Read the text of a PDF.

    Returns
    -------
    list of Extract
        One. Flags: `scanned_pages` (some pages are pictures), `garbled_font` (some characters mean nothing).

    Raises
    ------
    Unreadable
        encrypted; scanned (no text layer: the toolkit does not recognise characters); garbled font (more
        than a fifth of the characters mean nothing); too large; damaged file.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable("too large", f"{len(reader.pages)} pages; the limit is {MOST_PAGES}.")
        pages = [page.extract_text() for page in reader.pages]
    except FileNotDecryptedError:
        raise Unreadable("encrypted") from None
    except LimitReachedError as error:
        raise Unreadable("too large", str(error)) from None
    except PyPdfError as error:
        raise Unreadable("damaged file", str(error)) from None
    bare = [len("".join(text.split())) < SCANNED for text in pages]
    if all(bare) and sum(map(len, pages)) < SCANNED * len(pages):
        raise Unreadable("scanned", f"{len(pages)} pages.")
    pictures = ("/XObject" in page.get("/Resources", {}) for page in reader.pages)
    text = join_pages([page.split("\n") for page in pages])
    strange = 5 * text.count("(cid:") + sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in text)
    if strange > GARBLED * len(text):
        raise Unreadable("garbled font")
    scanned, garbled = any(map(and_, bare, pictures)), strange > len(text) / 100
    flags = ("scanned_pages",) * scanned + ("garbled_font",) * garbled
    return [Extract(0, text, "pdf", {}, flags)]
