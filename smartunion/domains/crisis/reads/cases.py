"""Cases without opening a seal: whose (by a mark), how far, under which name things are sealed."""

from django.utils.crypto import constant_time_compare, salted_hmac

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.rules.matrix import Stage
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import name_of_subject

SUBJECT = "crisis.subject"
"""Sealed with every case: who it is, how they are reached, what raised the alarm."""

STAGES = {
    RedCase.State.RUNNING: Stage.RUNNING,
    RedCase.State.CARING: Stage.CARING,
    RedCase.State.CLOSED: Stage.OVER,
    RedCase.State.STOOD_DOWN: Stage.OVER,
}


def mark_of(person_id: int) -> str:
    """Return the mark that a case keeps in place of a person: keyed, so that no list undoes it."""
    return salted_hmac("crisis.subject", str(person_id), algorithm="sha256").hexdigest()


def is_about(case: RedCase, person: Person) -> bool:
    """Test if a person is the one concerned; nobody handles their own case."""
    return constant_time_compare(case.subject_mark, mark_of(person.pk))


def about(case: RedCase) -> str:
    """Return the name under which the case's sealed parts are kept."""
    return name_of_subject(case)


def stage_of(case: RedCase) -> Stage:
    """Return how far a case is, as far as knowing goes."""
    return STAGES[RedCase.State(case.state)]
