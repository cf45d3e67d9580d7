"""Take results from an outside assessment system: row by row, once each, counted here (R113)."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from smartunion.domains.wellbeing.models import Population, Response
from smartunion.domains.wellbeing.rules import refusals
from smartunion.domains.wellbeing.rules.importing import Row, row_of
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .submitting import settle

PEOPLE = {Person.Kind.STAFF: Population.STAFF, Person.Kind.STUDENT: Population.STUDENT}


@dataclass(frozen=True)
class Taken:
    """What became of a row: taken, known already, or refused with the reason. Never a band."""

    key: str
    state: str
    refused: dict[str, object] | None = None


@transaction.atomic
def take(*, source: str, rows: Sequence[object], shift: int, at: datetime) -> list[Taken]:
    """Take rows one by one: a bad one is refused with its reason, the others are not held up."""
    return [_one(source, raw, shift, at) for raw in rows]


def _one(source: str, raw: object, shift: int, at: datetime) -> Taken:
    key = str(raw.get("key", ""))[:60] if isinstance(raw, dict) else ""
    try:
        return Taken(key, take_row(source=source, row=row_of(raw, shift=shift, at=at), at=at))
    except Refused as no:
        return Taken(key, "refused", no.as_dict())


@transaction.atomic
def take_row(*, source: str, row: Row, at: datetime) -> str:
    """Take one row in a transaction of its own: `taken`, or `known` for the very same again.

    :raises Refused: nobody of that number, or other content under the same key
    """
    person = (
        Person.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(username=row.username, kind__in=PEOPLE)
        .first()
    )
    if person is None:
        raise refusals.PersonUnknown(username=row.username)
    digest = _digest(source, row)
    before = Response.objects.filter(source=source, key=row.key).first()
    if before is not None:
        if before.digest != digest:
            raise refusals.Conflicting(key=row.key)
        return "known"
    response = Response(
        person=person,
        population=PEOPLE[Person.Kind(person.kind)],
        source=source,
        key=row.key,
        digest=digest,
        instrument=f"{source} 1–5",
        started_at=row.answered_at,
        started_on=campus_day(row.answered_at),
    )
    settle(response=response, told=row.answers, seconds=row.seconds, at=at)
    record("wellbeing.imported", response, by=None, at=at, source=source)
    return "taken"


def _digest(source: str, row: Row) -> str:
    """Return what tells a row from another under the same key, of no use without our own key."""
    told = json.dumps([source, row.key, row.username, row.answers, row.answered_at.isoformat()])
    return hmac.new(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hexdigest()
