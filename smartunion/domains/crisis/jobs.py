"""What the clock, the run and the trail ask of crisis."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from smartunion.domains.crisis.actions import calling, drilling, following, locating, showing
from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases, duties
from smartunion.domains.crisis.rules import matrix
from smartunion.domains.crisis.rules.matrix import Field, Role
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.response.markers import Marker
from smartunion.kernel.response.models import Asked, Correction, Run, StepRun
from smartunion.kernel.response.registry import Card, Hooks
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.models import Entry

ON_THE_MAP: dict[str, Marker] = {
    Post.C: Marker.MEDIC, Post.SECURITY: Marker.GUARD, Post.DRIVER: Marker.VEHICLE,
    Post.A: Marker.ESCORT, Post.B: Marker.ESCORT, Post.LEADER: Marker.ESCORT,
}  # fmt: skip
"""As what those who were called stand on the board: A and B stay with the person."""


def _case_of(about: str) -> int | None:
    """Return the case that a run is about; None for one that is not a case's (a bare drill)."""
    table, _, key = about.partition(":")
    return int(key) if table == "crisis.redcase" else None


def after_outcome(run: Run, step: StepRun, outcome: str, by: Person | None, at: datetime) -> None:
    """Let the case follow a step of its run."""
    if (case_id := _case_of(run.about)) is not None:
        following.follow(case_id=case_id, step=step.code, outcome=outcome, by=by, at=at)


def after_end(run: Run, at: datetime) -> None:
    """Let the case follow the end of its run."""
    if (case_id := _case_of(run.about)) is not None:
        stood_down = run.state == Run.State.STOOD_DOWN
        following.end(case_id=case_id, stood_down=stood_down, at=at)


def card(run: Run, step: StepRun | None, person: Person) -> Card:
    """Return whom to call, for who has said 收到; a mere preview shows nobody."""
    case_id = _case_of(run.about)
    return showing.card(case_id=case_id, step=step, by=person) if case_id else Card()


def panel(run: Run, person: Person) -> SafeString:
    """Return the way from the run to the case."""
    case_id = _case_of(run.about)
    if case_id is None:
        return SafeString("")
    there = reverse("crisis:case", kwargs={"case_id": case_id})
    return format_html('<p><a class="btn" href="{}">打开个案 {}</a></p>', there, run.number)


def who_may_see(run: Run, person: Person, mandate: Mandate) -> bool:
    """Let the centre and the auditors see the run, besides those who were asked in it."""
    case = RedCase.objects.filter(run_id=run.pk).first()
    seen = duties.roles_on(case, person, mandate) if case else []
    return bool({Role.CENTRE, Role.AUDITOR} & set(seen))


def marker(run: Run, person: Person) -> Marker | None:
    """Return as what somebody stands on the map who was called to a case: by their post."""
    called = Asked.objects.filter(run=run, person=person).exclude(told_at=None).order_by("pk")
    posts = called.values_list("post", flat=True)
    return next((ON_THE_MAP[post] for post in posts if post in ON_THE_MAP), None)


def may_locate(run: Run, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may know where a case is: where its helpers are says as much (T51)."""
    case = RedCase.objects.filter(run_id=run.pk).first()
    if case is None:  # a bare drill is about nobody
        return True
    stage = cases.stage_of(case)
    roles = duties.roles_on(case, person, mandate)
    return any(matrix.may_see(role, Field.LAST_PLACE, stage) for role in roles)


def correct(task: Correction, value: str, by: Person, at: datetime) -> None:
    """Take the right number of the person (人工修正)."""
    if (case_id := _case_of(task.run.about)) is not None:
        calling.correct_number(case_id=case_id, phone=value, by=by, at=at, because=task.what)


def begin_drill(unit: Unit | None, by: Person | None, at: datetime) -> Run:
    """Open a drill about nobody: a case of its own kind that can never become real."""
    case = drilling.begin(unit=unit, by=by, at=at)
    return Run.objects.get(pk=case.run_id or 0)


def location_expires(timer: Timer, at: datetime) -> None:
    """A release to look for somebody has run out."""
    locating.expire_location(request_id=timer.payload["request"], at=at)


def hear_closed(entry: Entry) -> None:
    """Close the red case when the last sheet of its after-care is closed."""
    following.close_when_cared_for(
        procedure_case_id=int(entry.subject.partition(":")[2]), at=entry.at
    )


HOOKS = Hooks(
    after_outcome=after_outcome,
    after_end=after_end,
    card=card,
    panel=panel,
    who_may_see=who_may_see,
    marker=marker,
    may_locate=may_locate,
    correct=correct,
    begin_drill=begin_drill,
)

TIMERS = {"crisis.location_expires": location_expires}
