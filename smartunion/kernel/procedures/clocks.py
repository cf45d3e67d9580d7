"""The timers of a step: due, escalations, take-over, and the automatic step's own.

Keys begin with `run/<id>`; a limit that moves gives the later timers new keys, because what has
fired stays fired.
"""

from datetime import datetime

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.timers.actions import cancel_under, set_timer

from .define import Kind, Since, Step, Within
from .limits import AT_EVENT, Due, Start, at_event, due, share
from .models import Case, StepRun, Stop

DUE = "procedures.due"
ESCALATE = "procedures.escalate"
TAKE_OVER = "procedures.take_over"
AUTO = "procedures.auto"


def under(run: StepRun) -> str:
    """Return what the keys of the run's timers begin with."""
    return f"run/{run.pk}"


def start_of_step(run: StepRun, case: Case) -> Start:
    """Return the moments that the step's limits may count from."""
    return Start(run.opened_at, case.opened_at, case.event_at)


def limit_of(step: Step, start: Start, calendar: Calendar) -> Due | None:
    """Return when the step is due; None without a limit, or while its event has no time yet."""
    limit = step.limit
    if limit is None or (at_event(limit) and start.event_at is None):
        return None
    return due(limit, start, calendar)


def wind(run: StepRun, case: Case, step: Step, *, at: datetime) -> None:
    """Set every timer of the step that is still to come, by the run's present limit."""
    key = under(run) if run.moves == 0 else f"{under(run)}/{run.moves}"
    start = start_of_step(run, case)

    def put(kind: str, name: str, moment: datetime, **payload: object) -> None:
        told = {"run": run.pk, **payload}
        set_timer(kind=kind, key=f"{key}/{name}", due_at=moment, payload=told, at=at)

    if step.kind == Kind.AUTO and run.moves == 0:
        put(AUTO, "auto", at)
    take_over = step.duty.take_over_after
    counted = take_over and (take_over.since not in AT_EVENT or start.event_at is not None)
    if take_over and counted and run.taken_over_at is None:
        moment = due(take_over, start, campus()).at
        if moment > at or run.moves == 0:
            put(TAKE_OVER, "take_over", moment)
    if run.due_at is None:
        return
    if step.kind != Kind.PUBLICITY and (run.due_at > at or run.moves == 0):
        put(DUE, "due", run.due_at)
    since = run.opened_at
    if isinstance(step.within, Within) and step.within.since != Since.BEFORE:
        since = start.of(step.within.since)
    for number, escalation in enumerate(step.escalations):
        moment = share(since, run.due_at, escalation.at_percent)
        if moment > at or run.moves == 0:
            put(ESCALATE, f"escalate/{number}", moment, escalation=number)


def stop(run: StepRun, *, at: datetime) -> None:
    """Cancel what is still to come of the step: it has ended."""
    cancel_under(prefix=under(run), at=at)


def is_still(run: StepRun) -> bool:
    """Test if the step's clock stands still: its applicant has to supply something."""
    return Stop.objects.filter(run=run, ended_at=None).exists()


def move(
    run: StepRun, case: Case, step: Step, ends: Due | None, *, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """Give the step another limit and its timers other moments; return the old and the new."""
    before = run.due_at
    provisional = bool(ends and ends.provisional)
    move_to(run, case, step, ends.at if ends else None, provisional, at=at)
    return before, run.due_at


def move_to(
    run: StepRun,
    case: Case,
    step: Step,
    due_at: datetime | None,
    provisional: bool,
    *,
    at: datetime,
) -> None:
    """Let the step be due at another moment; what has fired stays fired."""
    moved = run.due_at != due_at
    run.due_at, run.provisional = due_at, provisional
    if moved:
        run.moves += 1
        run.late = run.late and due_at is not None and due_at <= at
    run.save(update_fields=["due_at", "provisional", "moves", "late"])
    if moved:
        stop(run, at=at)
        wind(run, case, step, at=at)
