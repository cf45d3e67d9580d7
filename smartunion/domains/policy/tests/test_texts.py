"""What can be read, and what is refused with what to do instead."""

import io
import zipfile

import pytest
from pypdf import PdfWriter

from smartunion.domains.policy.rules import numbering, texts
from smartunion.domains.policy.rules.refusals import Broken, Garbled, Scanned, UnknownForm

RULE = ["福利采购办法", "第一章 总则", "第一条 为规范福利采购，制定本办法。",
        "第二条 单一来源采购由三名专家论证。"]  # fmt: skip


def docx(lines: list[str], *, table: list[list[str]] | None = None) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    for row in table or []:
        cells = "".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in row)
        body += f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr(
            "word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>"
        )
    return held.getvalue()


def pdf(lines: list[str]) -> bytes:
    import typst
    from django.conf import settings

    source = '#set text(font: "Noto Sans SC")\n' + "\n\n".join(lines)
    return bytes(typst.compile(source.encode(), font_paths=[str(settings.PAPER_FONTS)]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "\n".join(RULE).encode()),
        ("a.txt", "\r\n".join(RULE).encode("gb18030")),
        ("a.md", ("<!-- title: x -->\n" + "\n\n".join(RULE)).encode()),
        ("a.html", ("<script>第九条</script><nav>首页</nav><p>" + "<p>".join(RULE)).encode()),
        ("a.docx", docx(RULE)),
        ("a.pdf", pdf(RULE)),
    ],
)  # fmt: skip
def test_every_form_says_the_same(name: str, content: bytes) -> None:
    read = texts.read(content, name)
    assert numbering.kept_lines(read.text) == RULE
    assert [p.label for p in numbering.cut(read.text).articles] == ["第一条", "第二条"]


def test_a_table_of_a_docx_is_read_row_by_row() -> None:
    read = texts.read(docx(["第一条 标准如下："], table=[["类别", "金额"]]), "a.docx")
    assert read.text.endswith("类别 | 金额")


def blank_pdf() -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "no"),
    [
        ("扫描.pdf", blank_pdf(), Scanned),
        ("坏.pdf", b"%PDF-1.4 broken", Broken),
        ("坏.docx", b"PK\x03\x04 broken", Broken),
        ("旧.doc", b"\xd0\xcf\x11\xe0", UnknownForm),
        ("乱.txt", ("第一条 " + "锟斤拷" * 20).encode(), Garbled),
        ("乱.txt", "\n".join(RULE * 3).encode().decode("gb18030", "replace").encode(), Garbled),
        ("图.txt", bytes(range(256)) * 4, Broken),
    ],
)
def test_what_cannot_be_quoted_is_refused(name: str, content: bytes, no: type) -> None:
    with pytest.raises(no):
        texts.read(content, name)
