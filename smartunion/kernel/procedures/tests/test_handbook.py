"""The manual is what runs: every step in six columns, none empty, on pages and on paper."""

import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.procedures import diagram, handbook, six
from smartunion.kernel.procedures.define import END, Procedure
from smartunion.kernel.procedures.handbook import Manual
from smartunion.kernel.procedures.registry import wired
from tests.cast import MARCH_5

from .sample import SAMPLE

COLUMNS = ("flow", "limit", "outputs", "lead", "backup", "risks")


@pytest.fixture
def welfare(db: None, settings) -> Unit:
    settings.PROCEDURE_SHEETS = "smartunion.kernel.procedures.tests.sample.SHEETS"
    return Unit.objects.create(
        code="C1", name="福利保障专门委员会", kind=Unit.Kind.SPECIAL, project="3.1"
    )


@pytest.fixture
def manual(welfare: Unit) -> Manual:
    return handbook.manual_of(welfare, on=campus_day(MARCH_5))


@pytest.fixture
def pdf(manual: Manual) -> tuple[handbook.Paper, PdfReader]:
    made = handbook.paper(manual, at=MARCH_5, printed="2025年3月5日")
    return made, PdfReader(io.BytesIO(made.pdf))


def words_of(read: PdfReader) -> str:
    """Return everything that a reader can select, without the breaks of lines."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in read.pages))


def elements(name: str, picture: str) -> list[str]:
    """Return the attributes of every element of a kind."""
    return re.findall(rf"<{name} ([^>]*)>", picture)


def attribute(name: str, element: str) -> str:
    """Return the first attribute of that name."""
    found = re.search(rf'\b{name}="([^"]*)"', element)
    assert found, f"{name} is not in {element}"
    return found.group(1)


@pytest.mark.clause("R027")
@pytest.mark.parametrize("sheet", [*wired(), SAMPLE], ids=lambda sheet: sheet.code)
def test_no_sheet_has_an_empty_column(sheet: Procedure) -> None:
    """事项—流程—时限—输出—责任—风险: an empty cell would be a duty that nobody has."""
    for row in six.rows(sheet, {}):
        assert row.name
        for column in COLUMNS:
            assert getattr(row, column), f"{sheet.code}.{row.code}: {column} is empty"
            assert all(getattr(row, column)), f"{sheet.code}.{row.code}: {column} has a blank line"


@pytest.mark.parametrize("sheet", [*wired(), SAMPLE], ids=lambda sheet: sheet.code)
def test_every_sheet_can_be_drawn_and_nothing_stands_on_anything(sheet: Procedure) -> None:
    picture = diagram.drawing(sheet, names={})
    _, _, width, height = (float(n) for n in attribute("viewBox", picture).split())
    boxes = [
        tuple(float(attribute(name, box)) for name in ("x", "y", "width", "height"))
        for box in elements("rect", picture)
        if ' rx="' in box and "fill:none" not in box
    ]
    assert len(boxes) == len(sheet.steps) + 1
    for i, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + high <= height
        for ox, oy, owide, ohigh in boxes[i + 1 :]:
            assert x + wide <= ox or ox + owide <= x or y + high <= oy or oy + ohigh <= y
    told = diagram.describe(sheet)
    assert all(step.name in told for step in sheet.steps)
    assert "办结" in told


def test_a_picture_has_an_arrow_for_every_way() -> None:
    drawn = elements("path", diagram.drawing(SAMPLE, names={}))
    tips = [path for path in drawn if diagram.STYLE["tip"] in path]
    assert len(tips) == sum(len(step.targets) for step in SAMPLE.steps)
    assert END in {target for step in SAMPLE.steps for target in step.targets}


@pytest.mark.clause("R028")
def test_the_paper_holds_every_step_and_counts_its_own_pages(
    manual: Manual, pdf: tuple[handbook.Paper, PdfReader]
) -> None:
    made, read = pdf
    words = words_of(read)
    assert made.pages == len(read.pages)
    for step in SAMPLE.steps:
        assert words.count(step.name) >= 3, step.name  # picture, six columns, step by step
    assert SAMPLE.digest() in words
    assert f"第{made.pages}页，共{made.pages}页" in words


@pytest.mark.clause("R033", "R034")
def test_the_paper_says_who_a_and_b_are_and_what_guards_against_the_risk(
    pdf: tuple[handbook.Paper, PdfReader],
) -> None:
    words = words_of(pdf[1])
    assert "B角" in words
    assert "优亲厚友——亲属回避（不通过不能办结）" in words
    assert "2日内未办，B角接手" in words


def test_the_page_says_as_many_pages_as_the_paper_has(
    welfare: Unit, lin: Person, pdf: tuple[handbook.Paper, PdfReader]
) -> None:
    client = Client()
    client.force_login(lin)
    shown = client.get("/handbook/C1/").content.decode()
    paper = client.get("/handbook/C1.pdf")
    pages = len(PdfReader(io.BytesIO(paper.content)).pages)
    assert paper["Content-Type"] == "application/pdf"
    assert f"PDF（{pages} 页）" in shown
    assert "共 17 页" in shown
    assert SAMPLE.digest() in shown


def test_a_changed_step_changes_the_hash_that_is_printed(welfare: Unit, manual: Manual) -> None:
    assert manual.matters[0].digest == SAMPLE.digest()
    assert manual.matters[0].version == SAMPLE.version


def test_a_committee_without_sheets_says_so_and_still_prints(welfare: Unit, lin: Person) -> None:
    Unit.objects.create(code="C2", name="健康守护专门委员会", kind=Unit.Kind.SPECIAL, project="3.2")
    client = Client()
    client.force_login(lin)
    assert "还没有属于本机构的六栏表" in client.get("/handbook/C2/").content.decode()
    assert client.get("/handbook/C2.pdf").content.startswith(b"%PDF")
    assert client.get("/handbook/C9/").status_code == 404
