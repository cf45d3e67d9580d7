"""Read a Word file as its reader does: blocks in order, tables by rows, numbers counted. Pure.

What was struck out or moved away is left out, a drawing's text is taken once.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl.xml.functions import fromstring

from .refusals import Broken, TooLong
from .word_numbers import Numbers, W

MOST_UNPACKED = 100 * 1024 * 1024
STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
LOOSE = W.strip("{}").encode()
GONE = frozenset({
    f"{W}del", f"{W}moveFrom", f"{W}pPr",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
})  # fmt: skip
"""Struck out, moved away, a paragraph's properties, and a drawing told a second time."""

WRAPS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
"""What stands around blocks, rows or cells without being one."""


DAMAGE = (zipfile.BadZipFile, KeyError, SyntaxError, EOFError, OSError, ValueError, RecursionError,
          NotImplementedError)  # fmt: skip
"""What a file that is no docx, was cut off or packed in an unknown way makes of reading it."""


@dataclass(frozen=True)
class Told:
    """The lines of a file, and what a person should know of how they were read."""

    lines: list[str]
    notes: tuple[str, ...]


def read(content: bytes, name: str) -> Told:
    """Return the lines of a docx with the numbers that Word writes; refuses a broken one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
                raise TooLong(name=name, megabytes="100+", most=MOST_UNPACKED // 2**20)
            there = set(package.namelist())
            body = _root(package.read("word/document.xml"), name)
            numbering, styles, feet = (
                _root(package.read(part), name) if part in there else None
                for part in ("word/numbering.xml", "word/styles.xml", "word/footnotes.xml")
            )
        numbers = Numbers(numbering, styles)
        lines = list(_blocks(body.find(f"{W}body"), numbers))
        return Told(lines, tuple(_notes(numbers, feet)))
    except DAMAGE as why:
        raise Broken(name=name, why="不是 docx") from why


def _root(part: bytes, name: str) -> Any:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Broken(name=name, why="含有外部实体")
    return fromstring(part.replace(STRICT, LOOSE))


def _notes(numbers: Numbers, feet: Any) -> Iterator[str]:
    if numbers.written:
        yield f"有 {numbers.written} 段的编号是 Word 自动编的，已照它的规则写出：请核对条号"
    if numbers.unknown:
        yield f"有 {numbers.unknown} 段用了自动编号，文件里没有编号的规则：请把编号转成文字"
    notes = feet.findall(f"{W}footnote") if feet is not None else []
    if told := sum(bool(_text(one).strip()) for one in notes):
        yield f"有 {told} 条脚注没有读入：要引用的，请写进正文"


def _inside(node: Any, *tags: str) -> Iterator[Any]:
    """Yield the children of some tags, also those that stand in a wrap."""
    for child in node if node is not None else ():
        if child.tag in tags:
            yield child
        elif child.tag in WRAPS:
            yield from _inside(child, *tags)


def _blocks(node: Any, numbers: Numbers) -> Iterator[str]:
    for block in _inside(node, f"{W}p", f"{W}tbl"):
        if block.tag == f"{W}p":
            yield numbers.before(block.find(f"{W}pPr")) + _text(block)
            continue
        for row in _inside(block, f"{W}tr"):
            cells = (
                " ".join(line.strip() for line in _blocks(cell, numbers) if line.strip())
                for cell in _inside(row, f"{W}tc")
            )
            yield " | ".join(cells)


def _text(node: Any) -> str:
    """Return what is written in a paragraph, and nothing that was struck out."""
    told = []
    for child in node:
        if child.tag in GONE:
            continue
        if child.tag == f"{W}t":
            told.append(child.text or "")
        elif child.tag == f"{W}tab":
            told.append(" ")
        elif child.tag == f"{W}noBreakHyphen":
            told.append("-")
        elif child.tag in (f"{W}br", f"{W}cr"):
            told.append("\n")
        else:
            told.append(_text(child))
    return "".join(told)
