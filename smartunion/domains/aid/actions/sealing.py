"""Open what is sealed: only with the step in hand, only with a purpose, always logged."""

from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.aid.models import Application
from smartunion.domains.aid.reads.cases import about, in_hand, involved
from smartunion.domains.aid.rules import persons
from smartunion.domains.aid.rules.persons import PARTS, Sealed
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.trail.record import record


@transaction.atomic
def read(
    *, application_id: int, part: Sealed, purpose: str, by: Person, at: datetime
) -> dict[str, Any]:
    """Return a sealed part; who read it, when and what for stands in the log of its subject.

    :raises Refused: no step of the case in hand, one's own matter, or no purpose said
    """
    application = Application.objects.select_related("case").get(pk=application_id)
    who = involved(application)
    if no := persons.may_read(part, who, by.pk, by.name, in_hand(application, by)):
        raise no
    if no := persons.said_purpose(purpose):
        raise no
    found = private.open_sealed(
        about=about(application), kind=PARTS[part], by=by, purpose=purpose, at=at
    )
    record("aid.sealed_read", application, by=by, at=at, part=part.words)
    return found
