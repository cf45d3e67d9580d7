"""What can be read, and what is refused with what to do instead."""

import io
import zipfile

import pytest
from pypdf import PdfWriter

from smartunion.domains.policy.rules import numbering, texts, word_numbers
from smartunion.domains.policy.rules.refusals import Broken, Garbled, Scanned, TooLong, UnknownForm

RULE = ["福利采购办法", "第一章 总则", "第一条 为规范福利采购，制定本办法。",
        "第二条 单一来源采购由三名专家论证。"]  # fmt: skip


SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed(body: str, **parts: str) -> bytes:
    """Pack a Word file: its body, and its other parts by name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr(
            "word/document.xml", f"<w:document {SPACE}><w:body>{body}</w:body></w:document>"
        )
        for part, inside in parts.items():
            package.writestr(f"word/{part}.xml", f"<w:{part} {SPACE}>{inside}</w:{part}>")
    return held.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(lines: list[str], *, table: list[list[str]] | None = None) -> bytes:
    body = "".join(paragraph(line) for line in lines)
    for row in table or []:
        body += (
            f"<w:tbl><w:tr>{''.join(f'<w:tc>{paragraph(c)}</w:tc>' for c in row)}</w:tr></w:tbl>"
        )
    return packed(body)


def level(at: int, text: str, form: str = "chineseCountingThousand", more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(number: int, at: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'


RULES = (
    '<w:abstractNum w:abstractNumId="7">'
    + level(0, "第%1章", more='<w:pStyle w:val="Chapter"/>')
    + level(1, "第%2条", more='<w:lvlRestart w:val="0"/><w:pStyle w:val="Article"/>')
    + level(2, "（%3）", "chineseCounting", '<w:suff w:val="nothing"/>')
    + '</w:abstractNum><w:abstractNum w:abstractNumId="8">'
    + level(0, "%1.", "decimal") + level(1, "%1.%2", "decimal") + level(2, "•", "bullet")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="8"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
)  # fmt: skip
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name}"><w:basedOn w:val="{base}"/>{given}</w:style>'
    for name, base, given in (
        ("Chapter", "", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("Article", "", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("Quiet", "Article", ""),
    )
)


@pytest.mark.clause("R198")
def test_the_numbers_that_word_counts_are_written_out_and_cut_the_rule() -> None:
    """Chapters and articles by style, items by hand; articles go on over the chapters."""
    chapter, article = '<w:pStyle w:val="Chapter"/>', '<w:pStyle w:val="Article"/>'
    body = "".join(
        [paragraph("采购办法"), paragraph("总则", chapter)]
        + [paragraph(f"第 {n} 个规定。", article) for n in range(1, 11)]
        + [paragraph("程序", chapter), paragraph("按下列程序：", article),
           paragraph("询价；", numbered(1, 2)), paragraph("审议。", numbered(1, 2)),
           paragraph("由样式继承。", '<w:pStyle w:val="Quiet"/>' + numbered(1, 1)),
           paragraph("不编号的一段。", article + '<w:numPr><w:numId w:val="0"/></w:numPr>')]
    )  # fmt: skip
    read = texts.read(packed(body, numbering=RULES, styles=STYLES), "办法.docx")
    found = numbering.cut(read.text)
    articles = found.articles
    assert [p.label for p in articles][8:] == ["第九条", "第十条", "第十一条", "第十二条"]
    assert [p.path for p in (articles[0], articles[10])] == [("第一章 总则",), ("第二章 程序",)]
    assert articles[10].text == "第十一条 按下列程序：\n（一）询价；\n（二）审议。"
    assert articles[11].text == "第十二条 由样式继承。\n不编号的一段。"
    assert found.findings == ()
    assert read.notes == ("有 16 段的编号是 Word 自动编的，已照它的规则写出：请核对条号",)


def test_lists_count_on_together_and_start_over_where_they_are_told() -> None:
    body = "".join(
        paragraph(text, numbered(number, at))
        for text, number, at in (
            ("甲", 2, 0), ("乙", 2, 1), ("点", 2, 2), ("丙", 2, 1), ("丁", 3, 0),
            ("戊", 3, 1), ("己", 2, 0),
        )
    ) + paragraph("没有规则", numbered(9, 0))  # fmt: skip
    read = texts.read(packed(body, numbering=RULES), "细则.docx")
    assert read.text.splitlines() == [
        "1. 甲", "1.1 乙", "点", "1.2 丙", "5. 丁", "5.1 戊", "6. 己", "没有规则",
    ]  # fmt: skip
    assert "1 段用了自动编号" in read.notes[1]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("chineseCountingThousand", "一 十 十一 二十 一百零五 一百一十 一千零一"),
        ("chineseCounting", "一 十 十一 二十 一〇五 一一〇 一〇〇一"),
        ("chineseLegalSimplified", "壹 壹拾 壹拾壹 贰拾 壹佰零伍 壹佰壹拾 壹仟零壹"),
        ("ideographTraditional", "甲 癸 甲 癸 戊 癸 甲"),
        ("decimalEnclosedCircleChinese", "① ⑩ ⑪ ⑳ 105 110 1001"),
        ("lowerLetter", "a j k t aaaaa fffff " + "m" * 39),
        ("upperRoman", "I X XI XX CV CX MI"),
    ],
)
def test_each_kind_of_number_is_written_as_word_writes_it(form: str, told: str) -> None:
    counted = (1, 10, 11, 20, 105, 110, 1001)
    assert " ".join(word_numbers.WRITTEN[form](n) for n in counted) == told


def test_what_was_struck_out_or_told_twice_is_read_once() -> None:
    old = "<w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del>"
    new = "<w:ins><w:r><w:t>新</w:t></w:r></w:ins>"
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('内')}</w:tc></w:tr></w:tbl>"
    body = f"<w:p>{old}{new}</w:p><w:sdt><w:sdtContent>{paragraph('目录')}</w:sdtContent></w:sdt>"
    body += f"<w:tbl><w:tr><w:tc>{paragraph('外')}{inner}</w:tc></w:tr></w:tbl>"
    note = "<w:footnote><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote>"
    read = texts.read(packed(body, footnotes=note), "a.docx")
    assert read.text.splitlines() == ["新", "目录", "外 内"]
    assert read.notes == ("有 1 条脚注没有读入：要引用的，请写进正文",)


def test_marks_of_markdown_are_not_text() -> None:
    read = texts.read(
        "# 办法\n\n> 演示用文本\n\n## 第一章 总则\n\n第一条 **应当**看[这里](http://a/)。".encode(),
        "a.md",
    )
    cut = numbering.cut(read.text)
    assert [p.text for p in cut.pieces] == [
        "办法\n演示用文本", "## 第一章 总则", "第一条 应当看这里。",
    ]  # fmt: skip


def test_a_file_of_two_hundred_pages_is_read_whole() -> None:
    """Two hundred pages of a pdf with a number on each: every article, no page number."""
    pages = [f"第{word_numbers.chinese(n)}条 本条规定第 {n} 件事，由经办人办理并签字留存。"
             for n in range(1, 201)]  # fmt: skip
    content = pdf(
        ['#set page(width: 12cm, height: 6cm, numbering: "1")', "#pagebreak()\n".join(pages)]
    )
    read = texts.read(content, "长.pdf")
    found = numbering.cut(read.text)
    assert [p.number for p in found.articles] == list(range(1, 201))
    assert found.articles[-1].text == pages[-1]
    assert found.findings == ()


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
        ("改名.docx", packed("")[:-30], Broken),
        ("空.docx", docx(RULE).replace(b"word/document.xml", b"word/unknown0.xml"), Broken),
        ("实体.docx", packed("<!DOCTYPE x>"), Broken),
        ("大.txt", b"x" * (texts.MOST_BYTES + 1), TooLong),
    ],
    ids=[
        "scanned_pdf",
        "broken_pdf",
        "broken_docx",
        "old_doc",
        "mojibake",
        "utf8_as_gb18030",
        "no_text",
        "docx_cut_off",
        "docx_without_body",
        "docx_with_entities",
        "too_large",
    ],
)
def test_what_cannot_be_quoted_is_refused(name: str, content: bytes, no: type) -> None:
    with pytest.raises(no):
        texts.read(content, name)
