"""An officer goes through the year's plan: the tree, the Gantt, the budget, next year's file."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from smartunion.domains.planning import public as planning
from smartunion.domains.planning.models import PlanYear, SpendingLine
from smartunion.domains.planning.reads import files
from smartunion.domains.planning.reads.plan import plan_of
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, check_axe, fits
from tests.cast import appoint

from .conftest import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]


@pytest.fixture
def qian(transactional_db: None, wang: Person) -> Person:
    """王建国 with the offices of who keeps the plan."""
    planning.import_year(year=2025, by=None, at=NOON, because="test")
    appoint(wang, "plan.view", "plan.edit", "plan.budget", "plan.calendar")
    return wang


@pytest.mark.clause("R001")
def test_the_tree_and_the_gantt_lead_to_the_milestone_and_its_clause(
    opens: Opens, qian: Person
) -> None:
    desk = opens(qian, "/plan/", DESK)
    expect(desk.get_by_role("heading", level=1)).to_have_text("年度计划 2025")
    expect(desk.locator(".pl-tasks > li")).to_have_count(42)
    task = desk.locator("li", has_text="弹性福利积分商城3.0").first
    expect(task.get_by_role("table")).to_be_visible()  # what is late stands open
    task.locator("summary").click()
    expect(task.get_by_role("table")).not_to_be_visible()
    check_axe(desk)
    desk.get_by_role("link", name="甘特").first.click()
    expect(desk.get_by_role("table", name="子任务甘特图")).to_be_visible()
    expect(desk.get_by_text("今天 3月10日")).to_be_visible()
    check_axe(desk)
    desk.get_by_role("table", name="子任务甘特图").locator("a").first.click()
    expect(desk).to_have_url(re.compile(r"/plan/\?year=2025#3\.1-01"))
    for path in ("/plan/", "/plan/timeline/", "/plan/budget/", "/plan/import/"):
        fits(opens(qian, path, PHONE))


@pytest.mark.clause("R208")
def test_a_budget_that_breaks_the_sum_is_refused_with_both_sums_and_nothing_typed_is_lost(
    opens: Opens, qian: Person
) -> None:
    desk = opens(qian, "/plan/budget/", DESK)
    desk.goto("/plan/budget/revision/?year=2025")
    line = SpendingLine.objects.get(plan__year=2025, code="3.1")
    amount = desk.locator("input[id='id_s:3.1']")
    assert line.amount_fen is not None
    more = f"{line.amount_fen // 100 + 10_000}"
    amount.fill(more)
    desk.get_by_label("事由").fill("多给福利一万元")
    desk.get_by_role("button", name="保存修订").click()
    refused = desk.get_by_role("alert").first
    expect(refused).to_contain_text("收入合计 10,600,000.00 元")
    expect(refused).to_contain_text("支出合计 10,610,000.00 元")
    expect(refused).to_contain_text("10,000.00 元调平")
    expect(amount).to_have_value(more)
    expect(desk.get_by_label("事由")).to_have_value("多给福利一万元")
    check_axe(desk)
    line.refresh_from_db()
    assert line.amount_fen // 100 + 10_000 == int(more)


@pytest.mark.clause("R001")
def test_a_file_with_a_wrong_cell_is_told_and_the_mended_one_is_looked_at_before_it_is_written(
    opens: Opens, qian: Person
) -> None:
    book = load_workbook(BytesIO(files.workbook_of(plan_of(2025))))
    book["年度计划"]["A2"] = 2026
    due = book["里程碑"]["F2"].value
    book["里程碑"]["F2"] = "二月三十"
    desk = opens(qian, "/plan/import/", DESK)
    upload(desk, book)
    expect(desk.get_by_role("heading", name="1 处不对，没有写入")).to_be_visible()
    expect(desk.get_by_role("cell", name="二月三十")).to_be_visible()
    fits(desk)
    check_axe(desk)
    book["里程碑"]["F2"] = due
    upload(desk, book)
    expect(desk.get_by_text("新年度，还没有写入")).to_be_visible()
    assert not PlanYear.objects.filter(year=2026).exists()
    desk.get_by_role("button", name="写入草案").click()
    expect(desk.get_by_text("草案经常委会通过后冻结成第 1 版")).to_be_visible()
    assert PlanYear.objects.get(year=2026).adopted_at is None

    book["里程碑"]["C2"] = "改过的名字"
    desk.goto("/plan/import/")
    upload(desk, book)
    expect(desk.get_by_text("会改动现有草案，还没有写入")).to_be_visible()
    row = desk.locator("#preview tbody tr", has_text="改过的名字")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("修改")
    fits(desk)
    check_axe(desk)


def upload(desk: Page, book: object) -> None:
    out = BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    desk.get_by_label("年度计划文件").set_input_files(
        {
            "name": "2026.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": out.getvalue(),
        }
    )
    desk.get_by_role("button", name="检查，先看会改哪些行").click()
