"""DOCX and OFD: text in its order, numbers of headings written out, bombs and entities refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from documents import W, docx, ofd, paragraph, zipped

from toolkit.corpus.extracts import Unreadable
from toolkit.corpus.office import open_package, read_docx, read_ofd
from toolkit.corpus.sandbox import Sandbox

NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="5">'
    '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>'
    '<w:lvl w:ilvl="2"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>'
    '</w:abstractNum><w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num></w:numbering>'
)


def level(n: int) -> str:
    """The property that numbers a paragraph at a level."""
    return f'<w:numPr><w:ilvl w:val="{n}"/><w:numId w:val="2"/></w:numPr>'


def refusal(read, data: bytes) -> str:
    """The reason for which a reader refuses."""
    with pytest.raises(Unreadable) as refused:
        read(data)
    return refused.value.reason


def test_paragraphs_tables_and_text_boxes_keep_their_order():
    """A table row becomes one line with tabs; a text box follows its paragraph; its double is not read."""
    box = f"<w:txbxContent>{paragraph('框内')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    twice = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    double = f"<w:p><w:r><w:t>框外</w:t><mc:AlternateContent {mc}>{twice}</mc:AlternateContent></w:r></w:p>"
    cells = (paragraph("甲"), paragraph("乙") + paragraph("丙"))
    table = f"<w:tbl><w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr></w:tbl>"
    text = read_docx(docx(paragraph("首段") + table + double + paragraph("末段")))[0].text
    assert text == "首段\n甲\t乙 丙\n框外\n框内\n末段"


def test_tabs_breaks_and_deletions():
    """Tabs and line breaks are characters; what was deleted under revision is not text."""
    properties = "<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
    run = "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>"
    deleted = "<w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
    assert read_docx(docx(f"<w:p>{properties}{run}{deleted}</w:p>"))[0].text == "甲\t乙\n丙"


def test_automatic_numbers_of_headings_are_written_out():
    """一、 (一) 3. are not in the stored text but on the printed page; deeper levels begin anew."""
    body = [("工作", 0), ("甲", 1), ("细", 2), ("目", 2), ("乙", 1), ("问题", 0), ("丙", 1)]
    text = read_docx(docx("".join(paragraph(t, level(n)) for t, n in body), numbering=NUMBERING))[0].text
    assert text.split("\n") == ["一、工作", "（一）甲", "3.细", "4.目", "（二）乙", "二、问题", "（一）丙"]


def test_numbers_may_come_from_the_style_of_a_heading():
    """Headings numbered through their style, the usual way in templates, get their numbers too."""
    styles = f'<w:styles {W}><w:style w:styleId="1"><w:pPr>{level(0)}</w:pPr></w:style></w:styles>'
    body = (
        paragraph("工作", '<w:pStyle w:val="1"/>')
        + paragraph("正文")
        + paragraph("问题", '<w:pStyle w:val="1"/>')
    )
    text = read_docx(docx(body, numbering=NUMBERING, styles=styles))[0].text
    assert text.split("\n") == ["一、工作", "正文", "二、问题"]


def test_a_document_without_text_is_flagged_empty():
    """No characters is a flag, not a silent empty text."""
    assert read_docx(docx(paragraph("")))[0].flags == ("empty",)


def test_ofd_text_is_ordered_by_place_and_page():
    """Objects of one height belong to one line, from left to right, whatever their order in the file."""
    pages = [[(60, 20.4, "情况的报告"), (20, 40, "一、工作"), (20, 20, "某县2023年")], [(20, 20, "二、问题")]]
    assert read_ofd(ofd(*pages))[0].text == "某县2023年情况的报告\n一、工作\n二、问题"
    assert refusal(read_ofd, ofd([])) == "no text layer"


BOMBS = {
    "one huge text": lambda: docx(paragraph("法" * 12_000_000)),
    "three million paragraphs": lambda: docx("<w:p/>" * 3_000_000),
    "many small tags": lambda: docx("<w:p/>" * 700_000 + "".join(f"<w:p>{n}</w:p>" for n in range(90_000))),
    "three thousand members": lambda: zipped({f"word/{n}.xml": "x" for n in range(3000)}),
    "deep elements": lambda: docx("<w:sdt>" * 60_000 + "</w:sdt>" * 60_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_in_little_memory(name):
    """Each bomb costs under a second and fits 300 MB of address space, libraries included."""
    data = BOMBS[name]()
    assert len(data) < 2**20
    with Sandbox(seconds=10, memory=300 * 2**20) as sandbox:
        with pytest.raises(Unreadable):
            sandbox.read("docx", b"warm")
        sandbox.seconds = 1
        with pytest.raises(Unreadable) as refused:
            sandbox.read("docx", data)
    assert refused.value.reason in ("zip bomb", "damaged file")


def test_a_header_that_lies_about_its_size_is_not_trusted():
    """A member that unpacks to more than its header says is cut at the limit or refused."""
    data = bytearray(docx(paragraph("法" * 9_000_000)))
    place = data.find(b"PK\x01\x02", data.find(b"word/document.xml") + 60)
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    assert refusal(read_docx, bytes(data)) in ("zip bomb", "damaged file")


def test_entities_are_never_resolved(tmp_path):
    """XXE and billion laughs are refused for their DOCTYPE; the outside file is not opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    use = f"<w:document {W}><w:p><w:r><w:t>&{{name}};</w:t></w:r></w:p></w:document>"
    xxe = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>' + use.replace("{name}", "e")
    tens = [f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    laughs = f'<!DOCTYPE x [<!ENTITY a "哈">{"".join(tens)}]>' + use.replace("{name}", "i")
    for content in (xxe, laughs, xxe.encode("utf-16")):
        assert refusal(read_docx, zipped({"word/document.xml": content})) == "forbidden XML"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_packages_that_are_not_what_they_seem_are_refused():
    """Truncated, encrypted, doubled: each has its reason."""
    sound = docx(paragraph("甲"))
    assert refusal(read_docx, sound[:-30]) == "damaged file"
    locked = bytearray(sound)
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    assert refusal(open_package, bytes(locked)) == "encrypted"
    doubled = io.BytesIO()
    with zipfile.ZipFile(doubled, "w") as package:
        package.writestr("word/document.xml", "<a/>")
        package.writestr("word/document.xml", "<b/>")
    assert refusal(read_docx, doubled.getvalue()) == "zip bomb"
