"""Cases without opening a seal: whose (by a mark), how far, under which name things are sealed."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import constant_time_compare

from smartunion.domains.crisis.models import Hold, LocationRequest, RedCase
from smartunion.domains.crisis.procedure import mark_of
from smartunion.domains.crisis.rules.matrix import Stage
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import name_of_subject

STAGES = {
    RedCase.State.RUNNING: Stage.RUNNING,
    RedCase.State.CARING: Stage.CARING,
    RedCase.State.CLOSED: Stage.OVER,
    RedCase.State.STOOD_DOWN: Stage.OVER,
}


def is_about(case: RedCase, person: Person) -> bool:
    """Test if a person is the one concerned; nobody handles their own case."""
    return constant_time_compare(case.subject_mark, mark_of(person.pk))


def about(case: RedCase) -> str:
    """Return the name under which the case's sealed parts are kept."""
    return name_of_subject(case)


def stage_of(case: RedCase) -> Stage:
    """Return how far a case is, as far as knowing goes."""
    return STAGES[RedCase.State(case.state)]


def stands(asked: LocationRequest, *, at: datetime) -> bool:
    """Test if a request waits or its release still holds."""
    if asked.state == LocationRequest.State.ASKED:
        return True
    held = asked.state in (LocationRequest.State.RELEASED, LocationRequest.State.FOUND)
    return held and asked.expires_at is not None and at < asked.expires_at


def held() -> set[str]:
    """Return under which names nothing may be erased: cases that go on, and those under a hold."""
    going_on = Q(state__in=[RedCase.State.RUNNING, RedCase.State.CARING])
    ordered = Exists(Hold.objects.filter(case=OuterRef("pk"), lifted_at=None))
    return {about(case) for case in RedCase.objects.filter(going_on | ordered).only("pk")}


def hold_on(case: RedCase) -> Hold | None:
    """Return the hold that stands on a case."""
    found = Hold.objects.select_related("asked_by", "agreed_by", "over_asked_by")
    return found.filter(case=case, lifted_at=None).first()
