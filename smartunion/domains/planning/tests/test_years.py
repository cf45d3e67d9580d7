"""Next year's plan from this year's; two plans side by side; terms that change on a day."""

from datetime import date

import pytest

from smartunion.domains.planning import public
from smartunion.domains.planning.actions import budget, calendar, milestones
from smartunion.domains.planning.actions.content import import_plan
from smartunion.domains.planning.actions.years import copy_forward
from smartunion.domains.planning.models import PlanVersion, PlanYear, Term
from smartunion.domains.planning.reads import files, plan
from smartunion.domains.planning.rules.content import cells
from smartunion.domains.planning.rules.refusals import (
    AlreadyMet,
    DayPast,
    EvidenceMissing,
    StillToCome,
    YearPublished,
)
from smartunion.domains.planning.rules.timeline import State
from smartunion.domains.planning.rules.years import compare, forward, shifted
from smartunion.kernel.base.calendar import is_provisional, is_working_day
from smartunion.kernel.base.workdays import Calendar, Ruling
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

pytestmark = pytest.mark.django_db
WHY = {"by": None, "at": MARCH_5, "because": "常委会3月5日会议纪要"}


@pytest.fixture
def plan_2025() -> PlanYear:
    return import_plan(raw=files.of_year(2025), adopted=True, **WHY)


def on(day: str, code: str) -> plan.MilestoneFact:
    """Return the milestone as it stands on a day of 2025."""
    return plan.milestone(2025, code, on=date.fromisoformat(f"2025-{day}"))


@pytest.mark.clause("R001")
def test_next_year_is_copied_with_its_dates_and_keeps_terms_and_targets(
    plan_2025: PlanYear,
) -> None:
    signed = {"done_on": date(2025, 1, 6), "evidence": "协议 CCB-2025-01"}
    milestones.achieve(year=2025, code="3.1-01-m01", **signed, by=None, at=MARCH_5)
    copied, problems = copy_forward(year=2025, **WHY)
    assert (copied.year, copied.title, copied.adopted_at) == (
        2026,
        "2026年学校工会工作年度计划",
        None,
    )
    assert copied.finish_on == date(2026, 12, 20)
    opening = plan.milestone(2026, "3.1-01-m01", on=date(2026, 1, 1))
    assert (opening.due_on, opening.done_on) == (date(2026, 1, 5), None)
    cap = Term.objects.get(plan=copied, group="wallet", key="cap_fen")
    assert (cap.value, cap.since) == (24000, date(2026, 1, 1))
    launch = Term.objects.get(plan=copied, group="wallet", key="launch_on")
    assert launch.value == "2026-03-01"
    assert [one.target for one in public.indicators(2026)] == [
        one.target for one in public.indicators(2025)
    ]
    moved = {one.code: one for one in problems}
    assert moved["3.6-06-m02"].words == "周末"
    assert "3.1-01-m05" not in moved


@pytest.mark.clause("T26")
def test_the_copy_lists_the_meetings_of_2026_that_fall_on_days_off(plan_2025: PlanYear) -> None:
    _, problems = copy_forward(year=2025, **WHY)
    fifths = [one.day.month for one in problems if "例会" in one.title]
    assert sorted(fifths) == [4, 5, 7, 9, 10, 12]
    may = next(one for one in problems if "例会" in one.title and one.day.month == 5)
    assert (may.words, may.moves_to) == ("法定节假日 劳动节", date(2026, 5, 6))


def test_the_29th_of_february_becomes_the_28th() -> None:
    assert shifted(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_a_copy_into_an_unpublished_year_says_that_days_are_provisional(
    plan_2025: PlanYear,
) -> None:
    content = files.inspect(files.of_year(2025))[0]
    for _ in range(3):
        content, problems = forward(content, calendar=Calendar())
    assert content["plan"][0]["year"] == 2028
    assert all(one.provisional for one in problems)


@pytest.mark.clause("R001")
def test_two_years_are_compared_row_by_row_and_cell_by_cell(plan_2025: PlanYear) -> None:
    content = files.inspect(files.of_year(2025))[0]
    other = files.inspect(files.of_year(2025))[0]
    del other["subtasks"][-1]
    other["milestones"] = [m for m in other["milestones"] if m["sub_task"] != "3.6-07"]
    other["indicators"][6]["target"] = 80
    other["terms"][4]["since"] = date(2025, 3, 1)
    found = compare(cells(content), cells(other))
    told = [(d.sheet, d.code, d.what, d.column, d.before, d.after) for d in found]
    assert ("子任务", "3.6-07", "删除", "", "", "") in told
    assert ("指标", "K07", "修改", "目标值", "75", "80") in told
    assert ("约定", "wallet cap_fen", "修改", "起", "2025-01-01", "2025-03-01") in told
    assert len(told) == 4
    assert compare(cells(content), cells(content)) == []


@pytest.mark.clause("R001")
def test_a_term_changes_from_a_day_on_and_both_values_stay_readable(plan_2025: PlanYear) -> None:
    assert public.terms("wallet", on=date(2025, 6, 30))["cap_fen"] == 24000
    budget.set_term(
        year=2025, group="wallet", key="cap_fen", value=20000, since=date(2025, 7, 1), **WHY
    )
    assert public.terms("wallet", on=date(2025, 6, 30))["cap_fen"] == 24000
    assert public.terms("wallet", on=date(2025, 7, 1))["cap_fen"] == 20000
    assert PlanVersion.objects.count() == 2


@pytest.mark.clause("R012")
@pytest.mark.clause("T77")
def test_before_the_tenth_of_may_includes_the_tenth(plan_2025: PlanYear) -> None:
    assert on("05-10", "3.1-03-m01").words == "今天到期"
    assert on("05-11", "3.1-03-m01").words == "逾期 1天"


@pytest.mark.clause("T27")
def test_a_human_deadline_on_a_saturday_stands_and_shows_its_day(plan_2025: PlanYear) -> None:
    last = on("12-19", "3.6-06-m02")
    assert (last.counts_on, last.day.words) == (date(2025, 12, 20), "周末")


@pytest.mark.clause("T26")
def test_the_meeting_of_the_fifth_of_october_is_late_only_after_the_ninth(
    plan_2025: PlanYear,
) -> None:
    october = next(
        one
        for one in plan.milestones(2025, on=date(2025, 10, 9))
        if one.kind == "meeting" and one.due_on == date(2025, 10, 5)
    )
    assert (october.counts_on, october.state) == (date(2025, 10, 9), State.RUNNING)
    assert on("10-10", october.code).state == State.LATE


@pytest.mark.clause("R012")
def test_a_milestone_is_met_once_by_evidence_and_not_tomorrow(
    plan_2025: PlanYear, wang: Person
) -> None:
    code = "3.1-01-m02"
    act = {"year": 2025, "code": code, "by": wang, "at": MARCH_5}
    with pytest.raises(StillToCome):
        milestones.achieve(**act, done_on=date(2025, 3, 6), evidence="验收单")
    with pytest.raises(EvidenceMissing):
        milestones.achieve(**act, done_on=date(2025, 1, 17), evidence=" ")
    milestones.achieve(**act, done_on=date(2025, 1, 17), evidence="验收单 41 份")
    milestones.achieve(**act, done_on=date(2025, 1, 17), evidence="验收单 41 份")
    assert on("03-05", code).words == "已完成，迟 2天"
    assert Entry.objects.filter(what="planning.milestone_met").count() == 1
    with pytest.raises(AlreadyMet):
        milestones.achieve(**act, done_on=date(2025, 1, 15), evidence="更正")
    milestones.withdraw(**act, because="日期登记有误")
    milestones.achieve(**act, done_on=date(2025, 1, 15), evidence="更正")
    assert on("03-05", code).words == "已完成"


@pytest.mark.clause("R012")
def test_what_is_late_is_listed_the_longest_first(plan_2025: PlanYear) -> None:
    late = public.late_milestones(on=date(2025, 2, 1))
    assert late[0].code == "3.1-01-m01"
    assert all(one.state == State.LATE for one in late)
    assert [one.counts_on for one in late] == sorted(one.counts_on for one in late)


@pytest.mark.clause("T30")
def test_an_officer_rules_days_from_today_on_and_says_why(wang: Person) -> None:
    act = {"by": wang, "at": MARCH_5, "because": "校庆放假通知"}
    with pytest.raises(DayPast):
        calendar.rule_day(day=date(2025, 3, 4), is_working=False, label="校庆", **act)
    calendar.rule_day(day=date(2025, 5, 15), is_working=False, label="校庆", **act)
    assert not is_working_day(date(2025, 5, 15))
    assert Entry.objects.get(what="calendar.day_ruled").by == wang
    calendar.lift_day(day=date(2025, 5, 15), **act)
    assert is_working_day(date(2025, 5, 15))
    with pytest.raises(YearPublished):
        calendar.confirm_year(year=2025, **act)
    assert is_provisional(date(2031, 5, 1))
    calendar.confirm_year(year=2031, **act)
    calendar.confirm_year(year=2031, **act)
    assert not is_provisional(date(2031, 5, 1))


def test_a_ruling_is_told_apart_from_the_states_day() -> None:
    ruled = Calendar(rulings={date(2025, 5, 15): Ruling(is_working=False, label="校庆")})
    assert ruled.fact(date(2025, 5, 15)).words == "校定休息 校庆"
