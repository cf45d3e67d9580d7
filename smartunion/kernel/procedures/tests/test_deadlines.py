"""What the clock does with a step: late, handed over, escalated, done by itself; never twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from smartunion.kernel.base.days import CAMPUS, end_of
from smartunion.kernel.base.models import CalendarDay, CalendarYear
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures import changes, engine, refusals
from smartunion.kernel.procedures.define import By, Duty, Escalation, Since, Step, Unit, Within
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.lint import faults
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.registry import ACTS
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record
from tests.cast import MARCH_5

from .grant import DAY, GRANT, HOUR, MINUTE, check, run_of, start

OFFICES = frozenset({"t_branch", "t_backup", "t_visitor", "t_chair", "t_member"})
DUE = end_of(date(2025, 3, 10))
"""Four days after Wednesday the fifth is a Sunday, so Monday's end."""


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("id").values_list("title", flat=True))


def test_the_sheet_of_these_tests_is_well_made() -> None:
    assert faults(GRANT, offices=OFFICES, acts=frozenset({"test.book"})) == []


@pytest.mark.clause("R033")
def test_a_step_that_is_not_done_goes_half_way_to_the_chair_then_to_b_and_is_late(
    lin, grant
) -> None:
    case = start(lin)
    run = run_of(case, "check")
    assert run.due_at == DUE
    assert told(grant["chen"]) == ["待办：补助·核实"]
    fire_due(at=DUE - MINUTE)
    run.refresh_from_db()
    assert run.taken_over_at == end_of(date(2025, 3, 7))
    assert run.taken_over_because == StepRun.TakenOver.CLOCK
    assert told(grant["zhu"]) == ["时限已过 50%：补助·核实"]
    assert told(grant["wang"]) == ["B角接手：补助·核实"]
    assert told(grant["chen"])[1:] == ["B角接手：补助·核实"]
    assert not run.late
    fire_due(at=DUE)
    run.refresh_from_db()
    assert run.late
    assert run.state == StepRun.State.OPEN, "late is late, the step stays to be done"
    assert told(grant["chen"])[-1] == told(grant["wang"])[-1] == "已到期：补助·核实"
    assert told(grant["zhu"])[-1] == "已到期：补助·核实"
    assert Notice.objects.filter(person=grant["wang"])[0].link == f"/cases/{case.pk}/"
    check(case, grant["wang"], at=DUE + HOUR)
    assert case.runs.get(step="check").late


@pytest.mark.clause("T30")
def test_the_last_moment_of_the_last_day_is_in_time_and_the_next_is_not(lin, grant) -> None:
    """23:59:59 on the day itself counts; 24:00 is the day after."""
    in_time, late = start(lin), start(lin)
    check(in_time, grant["chen"], at=DUE - timedelta(seconds=1))
    check(late, grant["chen"], at=DUE)
    assert not in_time.runs.get(step="check").late
    assert late.runs.get(step="check").late


@pytest.mark.clause("T30")
@pytest.mark.clause("T32")
@pytest.mark.parametrize(
    ("start_at", "limit", "ends", "provisional"),
    [
        ((2026, 9, 28, 10), Within(5, Unit.WORKING_DAYS), end_of(date(2026, 10, 10)), False),
        ((2026, 2, 13, 9), Within(5, Unit.WORKING_DAYS), end_of(date(2026, 2, 27)), False),
        ((2026, 9, 20, 9), Within(15, Unit.DAYS), end_of(date(2026, 10, 8)), False),
        ((2026, 9, 20, 9), Within(15, Unit.DAYS, roll=False), end_of(date(2026, 10, 5)), False),
        ((2026, 4, 30, 16, 30), Within(24, Unit.HOURS), (2026, 5, 1, 16, 30), False),
        ((2026, 12, 30, 9), Within(3, Unit.DAYS), end_of(date(2027, 1, 4)), True),
        ((2025, 4, 1, 9), By(5, 10), end_of(date(2025, 5, 10)), False),
        ((2026, 9, 30, 21, 0), Within(30, Unit.SECONDS), (2026, 9, 30, 21, 0, 30), False),
        ((2026, 9, 30, 23, 58), Within(8, Unit.MINUTES, Since.TRIGGER), (2026, 10, 1, 0, 6), False),
    ],
)
def test_the_clock_table_fires_to_the_microsecond(
    *, lin, grant, start_at, limit, ends, provisional
) -> None:
    """Not before the moment that the table says, and at it."""
    ends = ends if isinstance(ends, datetime) else datetime(*ends, tzinfo=CAMPUS)
    steps = tuple(
        replace(step, within=limit, duty=Duty(lead="t_branch"), escalations=())
        if step.code == "check"
        else step
        for step in GRANT.steps
    )
    sheet = replace(GRANT, version=f"{start_at} {limit}"[:20], steps=steps)
    at = datetime(*start_at, tzinfo=CAMPUS)
    case = engine.open_case(
        sheet=sheet, title="x", facts={}, applicant=lin, unit=lin.unit, by=lin, at=at
    )
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=at
    )
    run = run_of(case, "check")
    assert (run.due_at, run.provisional) == (ends, provisional)
    fire_due(at=ends - timedelta(microseconds=1))
    run.refresh_from_db()
    assert not run.late
    fire_due(at=ends)
    run.refresh_from_db()
    assert run.late
    assert Timer.objects.get(key=f"run/{run.pk}/due").fired_at == ends


def test_a_step_that_is_done_leaves_no_timer_behind(lin, grant) -> None:
    case = start(lin)
    run = run_of(case, "check")
    pending = Timer.objects.filter(key__startswith=f"run/{run.pk}/", state=Timer.State.PENDING)
    names = {timer.key.rpartition("/")[2] for timer in pending.all()}
    assert names == {"due", "take_over", "0", "1"}
    check(case, grant["chen"])
    assert not pending.exists()
    before = Notice.objects.count()
    fire_due(at=MARCH_5 + 30 * DAY)
    assert not case.runs.get(step="check").late
    assert not Notice.objects.filter(title__endswith="核实", at__gt=MARCH_5).exists()
    assert Notice.objects.count() >= before


def test_an_automatic_step_is_done_by_the_clock_and_passes_by_itself(lin, grant) -> None:
    case = start(lin)
    check(case, grant["chen"])
    assert run_of(case, "book")
    fire_due(at=MARCH_5)
    passed = case.runs.get(step="book")
    assert (passed.state, passed.ended_by, passed.ended_at) == ("passed", None, MARCH_5)
    assert passed.evidence.get().text == "已登记"


def test_what_a_rule_refuses_to_the_clock_is_left_to_people_with_the_reason(lin, grant) -> None:
    ACTS["test.book"] = lambda run, at: None  # forgets its output
    case = start(lin)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    run = run_of(case, "book")
    assert "登记单" in Entry.objects.get(what="procedures.stuck").because
    assert told(grant["chen"])[-1] == "自动办理未成：补助·登记"
    engine.pass_step(
        run_id=run.pk, outputs={"entry": Given(text="手工")}, by=grant["chen"], at=MARCH_5 + HOUR
    )
    assert case.runs.get(step="book").state == "passed"


def test_a_broken_act_keeps_its_timer_and_is_tried_again(lin, grant) -> None:
    """What is no refusal is a fault of ours: nothing of it is kept, the timer stays."""

    def breaks(run: StepRun, at: datetime) -> None:
        engine.pass_step(run_id=run.pk, outputs={"entry": Given(text="半途")}, by=None, at=at)
        raise RuntimeError("half way")

    ACTS["test.book"] = breaks
    case = start(lin)
    check(case, grant["chen"])
    fire_due(at=MARCH_5)
    run = run_of(case, "book")
    assert run.evidence.count() == 0
    timer = Timer.objects.get(key=f"run/{run.pk}/auto")
    assert (timer.state, timer.tries > 0) == ("pending", True)
    from .grant import book

    ACTS["test.book"] = book
    fire_due(at=MARCH_5 + HOUR)
    assert case.runs.get(step="book").state == "passed"


def by_silence(run: StepRun, at: datetime) -> None:
    engine.pass_step(
        run_id=run.pk, facts={"complete": True}, outputs={"paper": Given(text="逾期自动立案")},
        by=None, at=at, because="逾期自动立案",
    )  # fmt: skip


def test_silence_files_by_the_sheets_own_act_at_the_due_moment(lin, grant) -> None:
    def silent(step: Step) -> Step:
        if step.code != "check":
            return step
        return replace(step, escalations=(Escalation(100, "lead", "test.file"),))

    sheet = replace(GRANT, version="silent", steps=tuple(silent(step) for step in GRANT.steps))
    ACTS["test.file"] = by_silence
    case = engine.open_case(
        sheet=sheet, title="x", facts={"amount_fen": 1}, applicant=lin, unit=lin.unit, by=lin,
        at=MARCH_5,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=MARCH_5
    )
    fire_due(at=DUE)
    filed = case.runs.get(step="check")
    assert (filed.state, filed.ended_at, filed.late) == ("passed", DUE, True)
    assert case.runs.get(step="visit").state == "skipped"


@pytest.mark.clause("T32")
def test_a_limit_from_an_event_begins_when_the_event_has_a_time(lin, grant) -> None:
    case = start(lin, host=grant["tan"].pk)
    run = case.runs.create(step="ship", state=StepRun.State.OPEN, opened_at=MARCH_5)
    run_check = run_of(case, "check")
    happened = datetime(2025, 3, 7, 15, 0, tzinfo=CAMPUS)
    engine.set_event(
        case_id=case.pk, event_at=happened, by=grant["chen"], at=happened + HOUR, because="合同签订"
    )
    run.refresh_from_db()
    assert run.due_at == end_of(date(2025, 3, 14))
    assert Timer.objects.filter(key__startswith=f"run/{run.pk}/", state="pending").count() == 1
    engine.set_event(
        case_id=case.pk, event_at=happened + 3 * DAY, by=grant["chen"], at=happened + 4 * DAY,
        because="改签",
    )  # fmt: skip
    run.refresh_from_db()
    assert run.due_at == end_of(date(2025, 3, 17))
    pending = Timer.objects.filter(key__startswith=f"run/{run.pk}/", state="pending")
    assert [timer.due_at for timer in pending] == [run.due_at]
    run_check.refresh_from_db()
    assert run_check.due_at == DUE, "a limit that does not count from the event stays"


@pytest.mark.clause("T32")
def test_a_provisional_limit_moves_once_its_year_is_known_and_people_are_told_again(
    lin, grant
) -> None:
    """Wed 2026-12-30 and four days: Monday 2027-01-04 by weekdays alone, which the notice rules."""
    late_december = datetime(2026, 12, 30, 9, 0, tzinfo=CAMPUS)
    case = start(lin, at=late_december)
    run = run_of(case, "check")
    assert run.provisional
    assert run.due_at == end_of(date(2027, 1, 4))
    CalendarDay.objects.create(
        day=date(2027, 1, 4), is_working=False, label="元旦补休", because="通知", by="王",
        at=late_december,
    )  # fmt: skip
    year = CalendarYear.objects.create(year=2027, because="通知", by="王", at=late_december)
    entry = record(
        "calendar.year_confirmed", year, by=grant["wang"], at=late_december + HOUR, year=2027
    )
    changes.calendar_changed(entry)
    run.refresh_from_db()
    assert run.due_at == end_of(date(2027, 1, 5))
    assert not run.provisional
    assert told(grant["chen"])[-1] == "期限变动：补助·核实"
    count = Notice.objects.count()
    changes.calendar_changed(entry)  # heard twice
    assert Notice.objects.count() == count
    fire_due(at=end_of(date(2027, 1, 4)))
    run.refresh_from_db()
    assert not run.late, "the old moment no longer counts"
    fire_due(at=run.due_at)
    run.refresh_from_db()
    assert run.late


def test_a_minute_is_a_crisis_and_a_confidential_case_is_not_named(lin, grant) -> None:
    sheet = replace(GRANT, version="secret", confidential=True)
    case = engine.open_case(
        sheet=sheet, title="某某的病", facts={}, applicant=lin, unit=lin.unit, by=lin, at=MARCH_5
    )
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=lin, at=MARCH_5
    )
    notice = Notice.objects.get(person=grant["chen"])
    assert "某某" not in notice.title + notice.text
    assert "补助" not in notice.title + notice.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(6))
def test_a_step_finished_while_its_deadline_fires_is_either_late_or_in_time(
    lin, grant, round_: int
) -> None:
    """Officer and clock meet at the case's lock: one outcome, told once, nothing lost."""
    case = start(lin)
    run = run_of(case, "check")

    def officer() -> str:
        try:
            check(case, grant["chen"], at=DUE - timedelta(microseconds=1))
        finally:
            connection.close()
        return "passed"

    def clock() -> int:
        try:
            return fire_due(at=DUE)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(clock), pool.submit(officer), pool.submit(clock)]
        for future in done:
            future.result(timeout=30)
    run.refresh_from_db()
    assert run.state == "passed"
    told_late = Entry.objects.filter(what="procedures.late", subject=f"procedures.case:{case.pk}")
    fired = Timer.objects.get(key=f"run/{run.pk}/due")
    assert told_late.count() == int(run.late) == int(fired.state == Timer.State.FIRED)
    assert not Timer.objects.filter(key__startswith=f"run/{run.pk}/", state="pending").exists()
    assert case.runs.filter(step="book").count() == 1
    passed = Entry.objects.filter(what="procedures.passed", facts__code="check")
    assert passed.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_clocks_at_once_hand_a_step_over_once(lin, grant) -> None:
    case = start(lin)

    def clock(_: int) -> int:
        try:
            return fire_due(at=DUE)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        fired = sum(pool.map(clock, range(10)))
    assert fired == 4
    for what in ("procedures.taken_over", "procedures.late"):
        assert Entry.objects.filter(what=what, subject=f"procedures.case:{case.pk}").count() == 1
    assert Entry.objects.filter(what="procedures.escalated").count() == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_is_told_that_it_is_done(lin, grant) -> None:
    case = start(lin)
    run = run_of(case, "check")

    def act(who) -> str:
        try:
            engine.pass_step(
                run_id=run.pk, outputs={"paper": Given(text="x")}, by=who, at=MARCH_5 + MINUTE
            )
        except refusals.AlreadyDone as no:
            return no.code
        finally:
            connection.close()
        return "passed"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(act, [grant["chen"], grant["wang"]]))
    assert answers == ["passed", "procedures.already_done"]
