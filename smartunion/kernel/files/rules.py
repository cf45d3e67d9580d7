"""What may be stored: the kinds of evidence, the types of content, the size. Pure."""

from enum import StrEnum

from smartunion.kernel.base.refusals import Refused

MOST_BYTES = 20 * 1024 * 1024
HEAD_BYTES = 16_384
"""How much of a file its type is told from."""

OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OCTETS = "application/octet-stream"
"""What is kept as it came and is only ever saved, never shown."""

SHOWN_IN_THE_BROWSER = {"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"}
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg .jpeg",
    "image/webp": ".webp",
    "text/plain": ".txt .csv .md",
    OFFICE[b"word/"]: ".docx",
    OFFICE[b"xl/"]: ".xlsx",
    OFFICE[b"ppt/"]: ".pptx",
}


class Kind(StrEnum):
    """What a file proves (2.2: 采购合同、验收单、公示截图)."""

    CONTRACT = "contract"
    ACCEPTANCE = "acceptance"
    SCREENSHOT = "screenshot"
    QUOTE = "quote"
    VOUCHER = "voucher"
    MINUTES = "minutes"
    PHOTO = "photo"
    UNDERTAKING = "undertaking"
    REPORT = "report"
    SOURCE = "source"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return the plan's own word."""
        return LABELS[self]


LABELS = {
    Kind.CONTRACT: "合同",
    Kind.ACCEPTANCE: "验收单",
    Kind.SCREENSHOT: "公示截图",
    Kind.QUOTE: "报价单",
    Kind.VOUCHER: "原始凭证",
    Kind.MINUTES: "会议纪要",
    Kind.PHOTO: "现场照片",
    Kind.UNDERTAKING: "承诺书",
    Kind.REPORT: "报告",
    Kind.SOURCE: "制度原件",
    Kind.OTHER: "其他材料",
}


class WrongType(Refused):
    """The content is none of the types that we keep."""

    code = "files.wrong_type"
    text = "「{name}」不能存：只收 PDF、图片（PNG、JPEG、WebP）、纯文本、docx、xlsx、pptx"
    clause = "2.2"
    remedy = "另存为其中一种再上传；旧格式 .doc、.xls 请另存为 .docx、.xlsx"
    status = 422


class WrongEnding(Refused):
    """The name says another type than the content."""

    code = "files.wrong_ending"
    text = "「{name}」的内容是 {ending}，与文件名的后缀不符"
    clause = "2.2"
    remedy = "把文件名的后缀改为 {ending} 再上传"
    status = 422


class TooLarge(Refused):
    """More than one upload should carry."""

    code = "files.too_large"
    text = "「{name}」有 {megabytes} MB，一个文件最多 {most} MB"
    remedy = "压缩图片，或把 PDF 拆成几份再上传"
    status = 413


class Empty(Refused):
    """Nothing was in it."""

    code = "files.empty"
    text = "「{name}」是空文件"
    remedy = "确认文件能打开、有内容，再上传"
    status = 422


def media_type_of(head: bytes) -> str | None:
    """Return the media type that the first bytes (HEAD_BYTES) tell, None for what is not kept.

    The name and the browser's own claim are not asked: SVG and HTML would run scripts here.
    """
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in OFFICE.items() if part in head), None)
    return "text/plain" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Return whether the bytes are readable UTF-8 and no mark-up that a browser would run."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as cut:
        if len(head) < HEAD_BYTES or cut.start < len(head) - 3:
            return False  # only a character cut by the end of the head is still text
        text = head[: cut.start].decode("utf-8-sig")
    readable = all(ch.isprintable() or ch in "\r\n\t" for ch in text)
    return readable and not text.lstrip().startswith("<")


def ending_fits(name: str, media_type: str) -> bool:
    """Return whether the name's ending is one of the type's own."""
    return name.lower().endswith(tuple(ENDINGS[media_type].split()))
