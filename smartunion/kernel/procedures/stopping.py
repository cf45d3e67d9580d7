"""A step's clock stands still while its applicant has to supply something, and goes on after.

Only where the sheet says so (`Step.waits`), never once the limit has passed, and never for longer
than the caller's working days: what the applicant leaves lying does not lie for ever.
"""

from datetime import datetime, timedelta

from django.db import transaction

from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.record import record

from . import clocks, refusals, staffing, telling
from .engine import locked, must_be_open
from .models import Case, StepRun, Stop

STANDS = "procedures.stands"


@transaction.atomic
def stop(*, run_id: int, asks: str, working_days: int, by: Person, at: datetime) -> Stop:
    """Stop an open step's clock with what is asked of the applicant; only its A or B may.

    :raises Refused: the sheet lets no clock stand still here, it stands already, or it is late
    """
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    staffing.check(run, case, step, by)
    if not asks.strip():
        raise refusals.ReasonMissing
    if not step.waits or run.due_at is None or run.due_at <= at:
        raise refusals.NoStop(step=step.name)
    made = Stop.objects.create(
        run=run, asks=asks[:400], by=by, at=at, was_due_at=run.due_at,
        ends_at=end_of(add_working_days(campus_day(at), working_days)),
    )  # fmt: skip
    clocks.move_to(run, case, step, None, provisional=False, at=at)
    set_timer(
        kind=STANDS, key=f"{clocks.under(run)}/stands/{made.pk}", due_at=made.ends_at,
        payload={"run": run.pk}, at=at,
    )  # fmt: skip
    record("procedures.clock_stopped", case, by=by, at=at, because=made.asks, step=step.name)
    return made


@transaction.atomic
def go_on(*, run_id: int, answer: str, by: Person | None, at: datetime) -> Stop | None:
    """Let the clock go on with what was left of it: the applicant has answered, or time is up."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    it = Stop.objects.filter(run=run, ended_at=None).first()
    if it is None:
        return None
    if by is not None and by.pk != case.applicant_id:
        raise refusals.NotYours(step=step.name, holders="申请人", by=by.name)
    if by is not None and not answer.strip():
        raise refusals.ReasonMissing
    it.ended_at, it.answer = at, answer[:1000]
    it.save(update_fields=["ended_at", "answer"])
    if run.state == StepRun.State.OPEN:
        moment = at + (it.was_due_at - it.at) - timedelta(microseconds=1)
        due_at = end_of(campus_day(moment))  # a day's end is the next one's beginning
        clocks.move_to(run, case, step, due_at, provisional=False, at=at)
    _record(case, step.name, run, by, at)
    return it


def _record(case: Case, step: str, run: StepRun, by: Person | None, at: datetime) -> None:
    record(
        "procedures.clock_went_on", case, by=by, at=at,
        because="" if by else "到期没有补充", step=step, until=telling.moment(run.due_at),
    )  # fmt: skip


def time_is_up(timer: Timer, at: datetime) -> None:
    """Handle the timer of a stop that the applicant left lying."""
    go_on(run_id=timer.payload["run"], answer="", by=None, at=at)
