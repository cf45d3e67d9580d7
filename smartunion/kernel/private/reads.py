"""Questions about sealed records that need not open them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import held_on

from .models import Access, Consent, RecordKey, Sealed


def accesses(about: str) -> QuerySet[Access]:
    """Return who has opened what is sealed about a row, the newest first."""
    return Access.objects.filter(about=about).select_related("by__unit").order_by("-id")


def accesses_to(subject: Person) -> QuerySet[Access]:
    """Return who has opened a person's sealed data, the newest first; their own readings too."""
    return Access.objects.filter(subject=subject).select_related("by__unit").order_by("-id")


def versions(about: str, kind: str) -> int:
    """Return how many versions of a record are kept; 0 where there is none or it is erased."""
    return Sealed.objects.filter(about=about, kind=kind).count()


def consented(subject: Person, purpose: str, *, at: datetime) -> bool:
    """Test if a person's consent to a purpose was in force at a moment."""
    given = Consent.objects.filter(subject=subject, purpose=purpose, given_at__lte=at)
    return any(c.withdrawn_at is None or c.withdrawn_at > at for c in given)


@dataclass(frozen=True)
class Told:
    """A reading as the data subject sees it."""

    at: datetime
    by: str
    office: str
    what: str
    purpose: str
    mine: bool


def told(readings: Sequence[Access]) -> list[Told]:
    """Put readings into words, with the office that the reader holds or held then."""
    days = {campus_day(row.at) for row in readings}
    offices = {day: _offices(day, {row.by_id for row in readings}) for day in days}
    return [
        Told(
            at=row.at,
            by=row.by.name,
            office=offices[campus_day(row.at)].get(row.by_id) or str(row.by.unit or ""),
            what=words_of(row.kind),
            purpose=row.purpose,
            mine=row.by_id == row.subject_id,
        )
        for row in readings
    ]


def _offices(on: date, people: set[int]) -> dict[int, str]:
    held = held_on(on).filter(person__in=people).select_related("office").order_by("-office__role")
    return {appointment.person_id: appointment.office.title for appointment in held}


@dataclass(frozen=True)
class Kept:
    """A record as the data subject sees it, unopened."""

    what: str
    since: datetime
    readings: int


def kept_of(subject: Person) -> list[Kept]:
    """Return which records of a person are sealed, the newest first."""
    counts: dict[tuple[str, str], int] = {}
    for row in Access.objects.filter(subject=subject).exclude(by=subject):
        counts[row.about, row.kind] = counts.get((row.about, row.kind), 0) + 1
    return [
        Kept(words_of(key.kind), key.made_at, counts.get((key.about, key.kind), 0))
        for key in RecordKey.objects.filter(subject=subject).order_by("-made_at", "-pk")
    ]


def consents_of(subject: Person) -> list[tuple[str, Consent]]:
    """Return a person's consents in force, each with its purpose in words."""
    given = Consent.objects.filter(subject=subject, withdrawn_at=None).order_by("-given_at")
    return [(words_of(one.purpose), one) for one in given]


def words_of(kind: str) -> str:
    """Return the Chinese of a kind of record or of a purpose, as site/words.py gives it."""
    words: Mapping[str, str] = import_string(settings.PRIVATE_WORDS)
    return words.get(kind, kind)
