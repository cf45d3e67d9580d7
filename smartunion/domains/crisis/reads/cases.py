"""Cases without opening a seal: whose (by a mark), how far, under which name things are sealed."""

from datetime import datetime

from django.utils.crypto import constant_time_compare

from smartunion.domains.crisis.models import LocationRequest, RedCase
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


def is_held(about: str) -> bool:
    """Test if the legal hold of a case forbids to erase what is sealed about it."""
    table, _, key = about.partition(":")
    return table == "crisis.redcase" and RedCase.objects.filter(pk=key, held_until=None).exists()
