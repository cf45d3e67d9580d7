"""The year's drills: two branches each month from March on, answered by the phones.

Planned by the same round as ever and begun by their timers. A run that was answered before is left
alone, so a play that was interrupted is simply played again.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from smartunion.domains.crisis.protocol import RED
from smartunion.domains.planning import public as planning
from smartunion.domains.safety.protocol import INCIDENT
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.response import actions as response
from smartunion.kernel.response import drills
from smartunion.kernel.response.models import Asked, Run, StepRun

from .aid import tick
from .campus import moment

Note = Callable[[datetime, Callable[[datetime], None]], None]

FIRST_MONTH, LAST_MONTH = 3, 12
"""The first is held before the spring's questionnaires, which ask for one."""

ANSWERS = {
    RED.code: (
        (19, "call", "answered", "a"),
        (214, "arrive", "here", "c"),
        (391, "decide", "soothe", "c"),
    ),
    INCIDENT.code: (
        (22, "onsite", "there", "guard"),
        (148, "aed", "arrived", "volunteer"),
        (209, "medics", "arrived", "medic"),
        (437, "hospital", "delivered", "medic"),
    ),
}
"""Protocol -> so many seconds after T0, which step is answered how and by which post."""

PLAYED = {RED.code: 22, INCIDENT.code: 1}
"""Of how many of the month's branches a drill is played: more of them would say no more."""

HEARD, EACH = timedelta(seconds=4), timedelta(seconds=3)
"""When the first says 收到, and how much later each of the others does."""

SLOWER = 11
"""By how many seconds the second branch of a month is slower than the first."""


class Drills:
    """The monthly drills, noted into the year's diary."""

    def __init__(self, note: Note, until: datetime) -> None:
        self.note, self.until = note, until

    def plan(self) -> None:
        """Note when each month's drills are planned, and when they are held."""
        for month in range(FIRST_MONTH, LAST_MONTH + 1):
            first = date(self.until.year, month, 1)
            terms = planning.lasting_terms(drills.SECTION, on=first)
            held_on = first.replace(day=terms["drill_day"])
            planned_at = moment(held_on, f"{terms['drill_hour']:02}:00")
            branches = terms["drill_branches"]
            self.note(moment(first, "09:00"), partial(self._order, planned_at, branches))
            for number in range(len(ANSWERS)):
                self.note(planned_at + number * drills.APART, self._hold)

    def _order(self, planned_at: datetime, many: int, at: datetime) -> None:
        """Plan the month's drills as the worker's round does."""
        branches = list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))
        for number, protocol in enumerate(ANSWERS):
            ahead = number * len(branches) // len(ANSWERS)
            turn = drills.turn(branches, campus_day(planned_at), many, ahead=ahead)
            for unit in turn[: PLAYED[protocol]]:
                drills.order(
                    protocol=protocol, unit=unit, planned_at=planned_at + number * drills.APART,
                    by=None, at=at, because="月度演练",
                )  # fmt: skip

    def _hold(self, at: datetime) -> None:
        """Let the timers begin them, and answer each."""
        tick(at)
        for protocol in ANSWERS:
            held = drills.held().filter(protocol=protocol, planned_at=at)
            for number, drill in enumerate(held.order_by("pk")):
                if drill.run is not None:
                    self._hear(drill.run, at + timedelta(seconds=SLOWER * number))
                    self._answer(drill.run, protocol, at + timedelta(seconds=SLOWER * number))

    def _hear(self, run: Run, at: datetime) -> None:
        """Let everybody who was called say 收到, one after the other."""
        called = Asked.objects.filter(run=run).exclude(summoned_at=None).select_related("person")
        for number, one in enumerate(called.order_by("pk")):
            if one.received_at is None and run.ended_at is None:
                then = at + HEARD + number * EACH
                response.receive(run_id=run.pk, by=one.person, at=then, via="link")

    def _answer(self, run: Run, protocol: str, at: datetime) -> None:
        for seconds, step, outcome, post in ANSWERS[protocol]:
            waits = run.steps.filter(code=step).exclude(state=StepRun.State.DONE).exists()
            by = _on(run, post)
            if waits and by is not None:
                then = at + timedelta(seconds=seconds)
                response.answer(
                    run_id=run.pk, step=step, outcome=outcome, by=by, at=then, via="link"
                )


def _on(run: Run, post: str) -> Person | None:
    """Return who was asked first for a post; None where the roster has nobody."""
    asked = Asked.objects.filter(run=run, post=post).select_related("person").order_by("turn")
    return next((one.person for one in asked), None)
