"""Paper: a PDF from a Typst template and plain data. Every report of the house goes through here.

    paper = press(HERE / "handbook.typ", {"title": "…", "chapters": […]}, at=at)
    paper.pdf, paper.pages

A template begins with `#import "/kernel/papers/house.typ": *`; paths start at the code's own root.
It gets its data as `data` and never reads a file, a clock or the network, so that the same data
make the same bytes. Fonts come with the house: no system font is asked for.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

ROOT = Path(__file__).parents[2]
FAMILY = "Noto Sans S Chinese"
"""What the fonts call themselves; drawings that go on paper name it, too."""

PAGES = "<pages>"


class NoFontsError(Exception):
    """The fonts are not installed: `make setup` puts them into node_modules."""


@dataclass(frozen=True)
class Paper:
    """A finished document: its bytes, and how many pages it has."""

    pdf: bytes
    pages: int


@cache
def fonts() -> typst.Fonts:
    """Return the house's fonts, read once for each process."""
    found = typst.Fonts(include_system_fonts=False, font_paths=[str(settings.PAPER_FONTS)])
    if FAMILY not in found.families():
        raise NoFontsError(f"{FAMILY} is not in {settings.PAPER_FONTS}")
    return found


def press(template: Path, data: Mapping[str, Any], *, at: datetime) -> Paper:
    """Print the data by a template (a .typ file inside the code), dated `at`.

    The data must be plain: text, numbers, lists, mappings. Raises typst.TypstError where the
    template is wrong, which is our fault and never the reader's.
    """
    compiler = typst.Compiler(
        str(template),
        root=str(ROOT),
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    pdf = compiler.compile(format="pdf", timestamp=int(at.timestamp()), pdf_standards="ua-1")
    return Paper(cast(bytes, pdf), int(json.loads(compiler.query(PAGES, field="value", one=True))))
