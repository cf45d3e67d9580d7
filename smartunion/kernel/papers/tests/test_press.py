"""A paper is readable by people, by machines and by readers' tools; same data, same bytes."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from smartunion.kernel.papers import press as papers
from smartunion.kernel.papers.press import ROOT, NoFontsError, press
from tests.cast import MARCH_5

SAMPLE = """
#import "/kernel/papers/house.typ": *
#show: house.with(title: data.title, head: "页眉", foot: "页脚")
#outline(title: [目录])
#for chapter in data.chapters [
  = #chapter
  #data.text
]
"""
DATA = {"title": "纸", "chapters": ["第一章", "第二章"], "text": "供应商围标，#不是指令*"}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a template in a code tree of its own, with the house's own paper beside it."""
    own = tmp_path / "kernel/papers"
    own.mkdir(parents=True)
    (own / "house.typ").write_text((ROOT / "kernel/papers/house.typ").read_text("utf-8"), "utf-8")
    (own / "sample.typ").write_text(SAMPLE, "utf-8")
    monkeypatch.setattr(papers, "ROOT", tmp_path)
    return own / "sample.typ"


def test_a_paper_counts_its_own_pages_and_its_text_can_be_read(sample: Path) -> None:
    paper = press(sample, DATA, at=MARCH_5)
    read = PdfReader(io.BytesIO(paper.pdf))
    assert paper.pages == len(read.pages) == 3
    assert "目录" in read.pages[0].extract_text()
    assert "第二章" in read.pages[2].extract_text()
    assert "第 3 页，共 3 页" in read.pages[2].extract_text()
    assert [entry.title for entry in read.outline] == ["第一章", "第二章"]


def test_what_people_typed_is_text_and_never_an_instruction(sample: Path) -> None:
    read = PdfReader(io.BytesIO(press(sample, DATA, at=MARCH_5).pdf))
    assert "供应商围标，#不是指令*" in read.pages[1].extract_text().replace(" ", "")


def test_its_fonts_travel_with_it(sample: Path) -> None:
    read = PdfReader(io.BytesIO(press(sample, DATA, at=MARCH_5).pdf))
    named = set()
    for page in read.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert any(f"/FontFile{n}" in inner.get_object() for n in ("", "2", "3"))
            named.add(font.get_object()["/BaseFont"])
    assert any("Noto" in name for name in named)


def test_the_same_data_make_the_same_bytes(sample: Path) -> None:
    first = press(sample, DATA, at=MARCH_5)
    assert press(sample, DATA, at=MARCH_5).pdf == first.pdf
    assert press(sample, DATA, at=MARCH_5 + timedelta(days=1)).pdf != first.pdf


def test_missing_fonts_are_told_and_never_replaced_by_empty_boxes(
    tmp_path: Path, settings, sample: Path
) -> None:
    settings.PAPER_FONTS = tmp_path
    papers.fonts.cache_clear()
    try:
        with pytest.raises(NoFontsError):
            press(sample, DATA, at=MARCH_5)
    finally:
        papers.fonts.cache_clear()
