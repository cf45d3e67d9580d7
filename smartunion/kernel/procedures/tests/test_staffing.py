"""Who does an open step when its people go away, come back, leave their posts or take them up."""

from datetime import date, timedelta

import pytest

from smartunion.domains.membership.actions import terms
from smartunion.kernel.base.days import start_of
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Appointment, Person
from smartunion.kernel.procedures import changes, engine, refusals
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint

from .grant import HOUR, check, give, run_of, start

TODAY = date(2025, 3, 5)


def post_of(person: Person, office: str) -> int:
    return Appointment.objects.get(person=person, office__code=office).pk


def heard(at=MARCH_5) -> None:
    """Let every subscriber hear what has happened."""
    deliver(at=at)


@pytest.mark.clause("R033")
def test_b_is_found_and_told_when_a_goes_away_and_a_again_when_back(lin, grant) -> None:
    case = start(lin)
    back = TODAY + timedelta(days=2)
    terms.leave_post(
        person_id=grant["chen"].pk, since=TODAY, until=back, by=None, at=MARCH_5, because="出差"
    )
    heard()
    run = run_of(case, "check")
    assert (run.lead, run.backup) == (grant["chen"], grant["wang"])
    assert run.taken_over_because == StepRun.TakenOver.AWAY
    assert Notice.objects.filter(person=grant["wang"], title="B角接手：补助·核实").exists()
    fire_due(at=start_of(back))
    run.refresh_from_db()
    assert run.taken_over_at is None
    assert Notice.objects.filter(person=grant["chen"], title="A角返岗：补助·核实").exists()


def test_an_absence_of_next_week_is_looked_at_next_week(lin, grant) -> None:
    case = start(lin)
    gone = TODAY + timedelta(days=1)
    terms.leave_post(
        person_id=grant["chen"].pk, since=gone, until=gone + timedelta(days=9), by=None,
        at=MARCH_5, because="出差",
    )  # fmt: skip
    heard()
    assert run_of(case, "check").taken_over_at is None
    fire_due(at=start_of(gone))
    assert run_of(case, "check").taken_over_at == start_of(gone)


def test_where_b_is_away_too_somebody_else_of_the_offices_stands_in(lin, grant) -> None:
    case = start(lin)
    give(grant["tan"], "t_backup")
    for who in ("wang", "chen"):
        terms.leave_post(
            person_id=grant[who].pk, since=TODAY, until=TODAY + timedelta(days=20), by=None,
            at=MARCH_5, because="学习",
        )  # fmt: skip
    heard()
    run = run_of(case, "check")
    assert run.backup == grant["tan"]
    assert run.taken_over_at is not None
    check(case, grant["tan"], at=MARCH_5 + HOUR)


def test_a_step_that_opens_while_a_is_away_opens_with_b(lin, grant) -> None:
    terms.leave_post(
        person_id=grant["chen"].pk, since=TODAY, until=TODAY + timedelta(days=2), by=None,
        at=MARCH_5, because="出差",
    )  # fmt: skip
    run = run_of(start(lin), "check")
    assert (run.lead, run.backup) == (None, grant["wang"])
    assert run.taken_over_because == StepRun.TakenOver.AWAY


def test_a_successor_inherits_the_open_steps_and_they_are_logged(lin, grant) -> None:
    case = start(lin)
    old = grant["chen"]
    terms.succeed(
        appointment_id=post_of(old, "t_branch"), person_id=grant["tan"].pk, on=TODAY, by=None,
        at=MARCH_5, because="换届",
    )  # fmt: skip
    heard()
    run = run_of(case, "check")
    assert run.lead == grant["tan"]
    entry = Entry.objects.get(what="procedures.assigned")
    assert (entry.facts["before"], entry.facts["person"]) == ("陈志远", "tan老师")
    assert Notice.objects.filter(person=grant["tan"], title__startswith="改由您办理").exists()
    with pytest.raises(refusals.NotYours):
        check(case, old)
    check(case, grant["tan"])


def test_an_office_that_falls_vacant_leaves_its_steps_to_b(lin, grant) -> None:
    case = start(lin)
    terms.end_term(
        appointment_id=post_of(grant["chen"], "t_branch"), on=TODAY, by=None, at=MARCH_5,
        because="调离",
    )  # fmt: skip
    heard()
    run = run_of(case, "check")
    assert (run.lead, run.backup) == (None, grant["wang"])
    assert run.taken_over_at is not None
    give(grant["mo"], "t_branch")
    changes.restaff(run.pk, at=MARCH_5 + HOUR)
    run.refresh_from_db()
    assert (run.lead, run.taken_over_at) == (grant["mo"], None), "the new holder has it"


def test_what_was_heard_twice_changes_nothing_more(lin, grant) -> None:
    start(lin)
    terms.leave_post(
        person_id=grant["chen"].pk, since=TODAY, until=TODAY + timedelta(days=2), by=None,
        at=MARCH_5, because="出差",
    )  # fmt: skip
    entry = Entry.objects.get(what="people.away")
    heard()
    before = (Entry.objects.count(), Notice.objects.count())
    changes.went_away(entry)
    assert (Entry.objects.count(), Notice.objects.count()) == before


@pytest.mark.clause("2.2")
def test_an_officer_names_another_person_where_nobody_is_left(lin, grant, mo) -> None:
    case = start(lin)
    run = run_of(case, "check")
    with pytest.raises(refusals.NotPermitted):
        changes.assign(run_id=run.pk, to=grant["tan"], by=grant["zhu"], at=MARCH_5, because="回避")
    appoint(grant["zhu"], "procedures.assign")
    with pytest.raises(refusals.OwnMatter):
        changes.assign(run_id=run.pk, to=lin, by=grant["zhu"], at=MARCH_5, because="回避")
    with pytest.raises(refusals.ReasonMissing):
        changes.assign(run_id=run.pk, to=grant["tan"], by=grant["zhu"], at=MARCH_5, because=" ")
    changes.assign(run_id=run.pk, to=grant["tan"], by=grant["zhu"], at=MARCH_5, because="回避")
    with pytest.raises(refusals.TakenAlready):
        changes.assign(run_id=run.pk, to=grant["tan"], by=grant["zhu"], at=MARCH_5, because="再")
    changes.restaff(run.pk, at=MARCH_5 + HOUR)
    assert run_of(case, "check").lead == grant["tan"], "an officer's word outlives a look"
    check(case, grant["tan"])


@pytest.mark.clause("2.2")
def test_kin_of_the_applicant_is_passed_over_and_may_not_act(lin, grant) -> None:
    case = start(lin, kin=grant["chen"].pk)
    run = run_of(case, "check")
    assert (run.lead, run.backup) == (None, grant["wang"])
    with pytest.raises(refusals.OwnMatter):
        check(case, grant["chen"])


def test_the_officer_who_applies_never_gets_their_own_case(grant) -> None:
    case = start(grant["wang"])
    run = run_of(case, "check")
    assert (run.lead, run.backup) == (grant["chen"], None)
    check(case, grant["chen"])
    with pytest.raises(refusals.OwnMatter):
        engine.pass_step(run_id=run_of(case, "book").pk, by=grant["wang"], at=MARCH_5)


@pytest.mark.parametrize("host", ["mo", "chen"])
def test_a_person_named_by_the_case_does_an_outside_step_or_an_officer_records_it(
    lin, grant, host: str
) -> None:
    case = start(lin, host=grant["mo"].pk)
    run_of(case, "check").delete()
    sheet = engine.sheet_of(case.sheet.digest)
    engine.enter(case, sheet, ("ship",), at=MARCH_5)
    run = run_of(case, "ship")
    assert (run.lead, run.backup) == (grant["mo"], grant["chen"])
    with pytest.raises(refusals.OutputMissing):
        engine.pass_step(run_id=run.pk, by=grant[host], at=MARCH_5)
    engine.pass_step(
        run_id=run.pk, outputs={"slip": Given(text="单号 1")}, by=grant[host], at=MARCH_5
    )
    case.refresh_from_db()
    assert case.closed_at == MARCH_5
