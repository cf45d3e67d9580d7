"""A plan year comes in whole or not at all, and goes out as it came in."""

from datetime import date
from io import BytesIO

import pytest

from smartunion.domains.planning import public
from smartunion.domains.planning.actions import content as actions
from smartunion.domains.planning.models import PlanVersion, PlanYear, SubTask, Term
from smartunion.domains.planning.reads import files
from smartunion.domains.planning.reads.tables import content_of
from smartunion.domains.planning.rules.refusals import AlreadyAdopted, NoTerms, RowsWrong
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

pytestmark = pytest.mark.django_db
FILE = {"by": None, "at": MARCH_5, "because": "常委会审议通过"}


def changed(sheet: str, number: int, **cells: object) -> files.Raw:
    """Return the plan files of 2025 with some cells of one row written otherwise."""
    raw = {key: [(n, dict(row)) for n, row in rows] for key, rows in files.of_year(2025).items()}
    raw[sheet][number - 1][1].update(cells)
    return raw


@pytest.fixture
def plan() -> PlanYear:
    return actions.import_plan(raw=files.of_year(2025), adopted=True, **FILE)


@pytest.mark.clause("R038")
@pytest.mark.clause("T02")
def test_the_year_has_42_sub_tasks_of_which_the_plan_describes_twelve(plan: PlanYear) -> None:
    origins = list(SubTask.objects.values_list("origin", flat=True))
    assert (len(origins), origins.count("stated")) == (42, 12)
    assert (origins.count("implied"), origins.count("proposed")) == (24, 6)


@pytest.mark.clause("R209")
@pytest.mark.clause("T03")
def test_the_year_has_68_indicators_of_which_47_are_proposed(plan: PlanYear) -> None:
    found = public.indicators(2025)
    origins = [one.origin for one in found]
    assert len(found) == 68
    assert [origins.count(o) for o in ("contract", "stated", "proposed")] == [12, 9, 47]
    k08 = next(one for one in found if one.code == "K08")
    assert (k08.op, str(k08.target.normalize()), k08.clause) == ("<", "0.1", "4.2①")
    assert {one.sense for one in found} == {"gain", "happiness", "safety"}


@pytest.mark.clause("R001")
def test_importing_twice_writes_once(plan: PlanYear) -> None:
    entries = Entry.objects.count()
    again = actions.import_plan(raw=files.of_year(2025), adopted=True, **FILE)
    assert again.pk == plan.pk
    assert Entry.objects.count() == entries
    assert PlanVersion.objects.count() == 1


@pytest.mark.clause("R001")
def test_an_adopted_year_is_not_overwritten_by_another_file(plan: PlanYear) -> None:
    with pytest.raises(AlreadyAdopted):
        actions.import_plan(raw=changed("subtasks", 1, title="别的名称"), **FILE)
    assert not SubTask.objects.filter(title="别的名称").exists()


@pytest.mark.clause("R001")
def test_a_draft_is_replaced_by_the_next_file() -> None:
    actions.import_plan(raw=files.of_year(2025), **FILE)
    actions.import_plan(raw=changed("subtasks", 1, title="别的名称"), **FILE)
    assert SubTask.objects.filter(title="别的名称").exists()
    assert SubTask.objects.count() == 42


@pytest.mark.clause("R001")
@pytest.mark.parametrize(
    ("sheet", "row", "cells", "says"),
    [
        ("milestones", 1, {"due_on": "2月30日"}, "“里程碑”第 1 行“止”是“2月30日”，应为日期"),
        ("subtasks", 2, {"code": "3.1-01"}, "“子任务”第 2 行是“3.1-01”，应为唯一，与第 1 行重复"),
        (
            "subtasks",
            1,
            {"project": "3.9"},
            "“子任务”第 1 行“工程”是“3.9”，应为“工程”表里已有的编号",
        ),
        ("indicators", 8, {"op": "≥"}, "“指标”第 8 行“比较”是“≥”，应为以下之一"),
        ("income", 1, {"amount": "86万"}, "“收入”第 1 行“金额”是“86万”，应为金额"),
        ("income", 1, {"amount": 8600000.005}, "“收入”第 1 行“金额”"),
        ("terms", 1, {"value": "两百元"}, "“约定”第 1 行“值”是“两百元”，应为JSON"),
        ("projects", 1, {"titel": "x"}, "“工程”第 1 行“titel”是“x”，应为没有这一列"),
        ("milestones", 1, {"due_on": date(2026, 1, 5)}, "应为2025-01-01 至 2025-12-31 之间的日期"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(
    sheet: str, row: int, cells: dict[str, object], says: str
) -> None:
    with pytest.raises(RowsWrong) as no:
        actions.import_plan(raw=changed(sheet, row, **cells), **FILE)
    assert any(says in line for line in no.value.facts["errors"]), no.value.facts["errors"]
    assert not PlanYear.objects.exists()


@pytest.mark.clause("R208")
@pytest.mark.clause("T01")
def test_a_file_whose_sums_differ_is_refused_with_both_sums() -> None:
    with pytest.raises(RowsWrong) as no:
        actions.import_plan(raw=changed("income", 1, amount=8700000), **FILE)
    assert "收入合计 10,700,000.00 元，支出合计 10,600,000.00 元" in str(no.value.facts["errors"])
    assert not PlanYear.objects.exists()


@pytest.mark.clause("R001")
def test_a_workbook_comes_back_as_the_plan_it_was_made_from(plan: PlanYear) -> None:
    before = content_of(plan)
    after, errors = files.inspect(files.from_workbook(BytesIO(files.to_workbook(before))))
    assert errors == []
    assert files.digest(after) == files.digest(before)


@pytest.mark.clause("R202")
@pytest.mark.clause("R203")
@pytest.mark.clause("R204")
@pytest.mark.clause("R205")
@pytest.mark.clause("R206")
@pytest.mark.clause("R207")
def test_the_year_has_1060_wan_from_four_sources_for_six_projects(plan: PlanYear) -> None:
    content = content_of(plan)
    income = {row["code"]: row["amount_fen"] for row in content["income"] if not row["outside"]}
    assert income == {
        "school": 860_0000_00,
        "dues": 120_0000_00,
        "superior": 50_0000_00,
        "love_fund": 30_0000_00,
    }
    lines = {one.code: one.amount_fen for one in public.budget_lines(2025) if "/" not in one.code}
    assert [lines[f"3.{n}"] for n in range(1, 7)] == [
        wan * 10000_00 for wan in (480, 260, 150, 0, 120, 50)
    ]


@pytest.mark.clause("R001")
def test_terms_are_those_of_the_day_and_none_without_a_year(plan: PlanYear) -> None:
    wallet = public.terms("wallet", on=date(2025, 3, 5))
    assert (wallet["rate_num"], wallet["rate_den"], wallet["cap_fen"]) == (6, 5, 24000)
    with pytest.raises(NoTerms):
        public.terms("wallet", on=date(2026, 3, 5))
    with pytest.raises(NoTerms):
        public.terms("nothing", on=date(2025, 3, 5))
    with pytest.raises(TypeError):
        wallet["cap_fen"] = 0  # type: ignore[index]


def test_the_last_terms_last_for_what_cannot_wait_for_a_plan(plan: PlanYear) -> None:
    """On New Year's Day the alarm still knows its thirty seconds."""
    last = public.terms("crisis", on=date(2025, 12, 31))
    assert public.lasting_terms("crisis", on=date(2026, 1, 1)) == last
    assert public.lasting_terms("crisis", on=date(2025, 3, 5))["call_seconds"] == 30
    with pytest.raises(NoTerms):
        public.lasting_terms("crisis", on=date(2024, 12, 31))
    with pytest.raises(NoTerms):
        public.lasting_terms("nothing", on=date(2026, 1, 1))


@pytest.mark.clause("R001")
def test_a_draft_gives_no_terms() -> None:
    actions.import_plan(raw=files.of_year(2025), **FILE)
    assert Term.objects.exists()
    with pytest.raises(NoTerms):
        public.terms("wallet", on=date(2025, 3, 5))
