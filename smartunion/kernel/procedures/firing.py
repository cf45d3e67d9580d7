"""What happens when a timer of a step fires: in the transaction that marks the timer fired.

Each handler locks the case first, as everybody does who changes it. A step that was finished in
the meantime is left alone; who finishes it has canceled the timer, and then the ticker takes back
whatever the handler wrote. So a step is either finished in time or late, never both.
"""

from datetime import datetime

from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.record import record

from . import ballots, clocks, staffing, stopping, telling
from .changes import STAFFING, look, substitute
from .define import Kind, Procedure, Step
from .engine import hand_over, locked, pass_step
from .models import Case, StepRun
from .registry import Act, act_of

OPEN = StepRun.State.OPEN


def due(timer: Timer, at: datetime) -> None:
    """Mark the step late and tell A and B; a vote whose time is up is counted."""
    run, case, sheet = locked(timer.payload["run"])
    if run.state != OPEN:
        return
    step = sheet.step(run.step)
    if step.kind == Kind.VOTE:
        ballots.time_is_up(run, case, sheet, step, at=at)
        return
    run.late = True
    run.save(update_fields=["late"])
    record("procedures.late", case, by=None, at=at, step=step.name, sheet=sheet.code)
    telling.overdue(run, case, sheet, step, at=at)


def take_over(timer: Timer, at: datetime) -> None:
    """Let B take over what A has not done in time; a B who is away too is replaced first."""
    run, case, sheet = locked(timer.payload["run"])
    if run.state != OPEN or run.taken_over_at is not None:
        return
    step = sheet.step(run.step)
    substitute(run, case, step, at=at)
    hand_over(run, case, sheet, step, StepRun.TakenOver.CLOCK, by=None, at=at)


def escalate(timer: Timer, at: datetime) -> None:
    """Tell the next office, and do what the sheet lets the clock do."""
    run, case, sheet = locked(timer.payload["run"])
    if run.state != OPEN:
        return
    step = sheet.step(run.step)
    escalation = step.escalations[timer.payload["escalation"]]
    parts = {"lead": run.lead, "backup": run.backup}
    if escalation.to in parts:
        people = [person for person in (parts[escalation.to],) if person]
    else:
        people = staffing.holders_for(escalation.to, case, campus_day(at))
    record(
        "procedures.escalated", case, by=None, at=at,
        step=step.name, percent=escalation.at_percent, to="、".join(one.name for one in people),
    )  # fmt: skip
    telling.escalated(run, case, sheet, step, people=people, percent=escalation.at_percent, at=at)
    if escalation.act:
        _do(act_of(escalation.act), run, case, sheet, step, at=at)


def auto(timer: Timer, at: datetime) -> None:
    """Do an automatic step and pass it; what a rule refuses is left to people, with the reason."""
    run, case, sheet = locked(timer.payload["run"])
    if run.state == OPEN:
        step = sheet.step(run.step)
        _do(act_of(step.act) if step.act else _nothing, run, case, sheet, step, at=at, passes=True)


def _nothing(run: StepRun, at: datetime) -> None:
    """Do nothing: the step only takes its way."""


def _do(
    act: Act,
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    *,
    at: datetime,
    passes: bool = False,
) -> None:
    """Call the domain's function; a refusal takes back what it did and is told to A and B."""
    try:
        with transaction.atomic():
            act(run, at)
            if passes and StepRun.objects.filter(pk=run.pk, state=OPEN).exists():
                pass_step(run_id=run.pk, by=None, at=at)
    except Refused as no:
        record("procedures.stuck", case, by=None, at=at, because=str(no), step=step.name)
        telling.stuck(run, case, sheet, step, why=str(no), at=at)


HANDLERS: dict[str, Handler] = {
    clocks.DUE: due,
    clocks.TAKE_OVER: take_over,
    clocks.ESCALATE: escalate,
    clocks.AUTO: auto,
    STAFFING: look,
    stopping.STANDS: stopping.time_is_up,
}
"""For site/wiring.py."""
