"""Questions about sealed records that need not open them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.people.models import Office, Person
from smartunion.kernel.people.reads import held_on

from . import holds, vault
from .define import BY_CASE, CLOCK, RecordKind, Sort
from .models import Consent, Glass
from .registry import kept_words, kinds


@dataclass(frozen=True)
class Reading:
    """One line of the log: who has opened which record, when and why; no `by` where a job did."""

    id: int
    by: Person | None
    at: datetime
    purpose: str
    about: str
    kind: str
    version: int
    subject_id: int | None
    glass_id: int | None = None

    @property
    def by_id(self) -> int | None:
        """Return who read it."""
        return self.by.pk if self.by else None


def accesses(about: str, *, most: int = 200) -> list[Reading]:
    """Return who has opened what is sealed about a row, the newest first."""
    return _readings(vault.log_of(about=about, most=most))


def accesses_to(subject: Person, *, skip: int = 0, most: int = 200) -> list[Reading]:
    """Return who has opened a person's sealed data, the newest first; their own readings too."""
    return _readings(vault.log_of(subject_id=subject.pk, skip=skip, most=most))


class AccessesTo:
    """All readings of a person's data, for a paginator: it counts and cuts in the database."""

    ordered = True

    def __init__(self, subject: Person) -> None:
        self.subject = subject

    def count(self) -> int:
        """Return how many there are."""
        first = vault.log_of(subject_id=self.subject.pk, most=1)
        return first[0]["total"] if first else 0

    def __getitem__(self, rows: slice) -> list[Reading]:
        return accesses_to(self.subject, skip=rows.start, most=rows.stop - rows.start)


def has_read(by: Person, about: str, *, kinds: Collection[str], since: datetime) -> bool:
    """Test if a person has opened one of these kinds about a row since a moment."""
    lines = vault.log_of(about=about)
    return any(
        one["by_id"] == by.pk and one["kind"] in kinds and one["at"] >= since for one in lines
    )


def versions(about: str, kind: str) -> int:
    """Return how many versions of a record are kept; 0 where there is none or it is erased."""
    head = vault.head(about, kind)
    return head[1] if head else 0


def overdue_kinds(before: datetime, *, most: int = 1_000) -> list[tuple[str, int, datetime]]:
    """Return (kind in words, how many, the first day) of what was to be erased by a moment.

    What is held is not: it waits for its hold to be lifted.
    """
    found: dict[str, list[datetime]] = {}
    for row in vault.due(most=most, at=before, but=holds.held()):
        found.setdefault(words_of(row["kind"]), []).append(row["erase_at"])
    return [(words, len(days), min(days)) for words, days in sorted(found.items())]


def unmade_months(at: datetime) -> tuple[list[str], int]:
    """Return which of this month and the next has no table of the log, and how many lines lack one.

    Before anything was read nothing is missing.
    """
    tables = {one["name"]: one for one in vault.log_tables()}
    if not any(one["lines"] for one in tables.values()):
        return [], 0
    day, missing = campus_day(at), []
    for month in (day, next_month(day)):
        table = tables.get(vault.month_table(month))
        if table is None or not table["attached"]:
            missing.append(f"{month:%Y年%m月}")
    return missing, tables[vault.REST]["lines"]


def _readings(lines: Sequence[Mapping[str, Any]]) -> list[Reading]:
    readers = Person.objects.select_related("unit").in_bulk(
        {row["by_id"] for row in lines} - {None}
    )
    return [
        Reading(
            by=readers.get(row["by_id"]),
            **{name: row[name] for name in _LINE},
        )
        for row in lines
    ]


_LINE = ("id", "at", "purpose", "about", "kind", "version", "subject_id", "glass_id")


def consented(subject: Person, purpose: str, *, at: datetime) -> bool:
    """Test if a person's consent to a purpose was in force at a moment."""
    given = Consent.objects.filter(subject=subject, purpose=purpose, given_at__lte=at)
    return any(c.withdrawn_at is None or c.withdrawn_at > at for c in given)


UNTOLD = "紧急查阅，事由稍后告知"


@dataclass(frozen=True)
class Told:
    """A reading as the data subject sees it."""

    at: datetime
    by: str
    office: str
    what: str
    purpose: str
    mine: bool
    glass: bool = False


def told(readings: Sequence[Reading]) -> list[Told]:
    """Put readings into words, with the office that the reader holds or held then."""
    days = {campus_day(row.at) for row in readings}
    readers = {row.by.pk for row in readings if row.by}
    silent = _not_yet_told({row.glass_id for row in readings if row.glass_id})
    offices = {day: _offices(day, readers) for day in days}
    return [
        Told(
            at=row.at,
            by=row.by.name if row.by else "系统",
            office=_office(row.by, offices[campus_day(row.at)]),
            what=words_of(row.kind),
            purpose=UNTOLD if row.glass_id in silent else row.purpose,
            mine=row.by is not None and row.by.pk == row.subject_id,
            glass=row.glass_id is not None,
        )
        for row in readings
    ]


def _not_yet_told(glasses: set[int]) -> set[int]:
    """Return the emergencies of which the person hears the reason later (PIPL 18)."""
    untold = Glass.objects.filter(pk__in=glasses, told_at=None)
    return set(untold.values_list("pk", flat=True))


def _office(by: Person | None, offices: Mapping[int, str]) -> str:
    return (offices.get(by.pk) or str(by.unit or "")) if by else ""


def _offices(on: date, people: set[int]) -> dict[int, str]:
    held = held_on(on).filter(person__in=people).select_related("office").order_by("-office__role")
    return {appointment.person_id: appointment.office.title for appointment in held}


@dataclass(frozen=True)
class Kept:
    """A record as the data subject sees it, unopened."""

    what: str
    sort: str
    since: datetime
    until: datetime | None
    readings: int


def kept_of(subject: Person) -> list[Kept]:
    """Return which records of a person are sealed, the newest first."""
    return [
        Kept(
            words_of(row["kind"]),
            _sort(row["kind"]),
            row["made_at"],
            row["erase_at"],
            row["readings"],
        )
        for row in vault.kept(subject.pk)
    ]


@dataclass(frozen=True)
class Gone:
    """An erased record as the data subject sees it: the proof of its deletion."""

    what: str
    since: datetime
    at: datetime
    because: str
    versions: int
    digest: str


def erased_of(subject: Person) -> list[Gone]:
    """Return what was erased of a person, the newest first."""
    return [
        Gone(
            words_of(row["kind"]),
            row["made_at"],
            row["at"],
            row["because"],
            row["versions"],
            row["digest"],
        )
        for row in vault.erased(subject.pk)
    ]


def _sort(kind: str) -> str:
    found = kinds().get(kind)
    return found.sort.words if found else ""


def consents_of(subject: Person) -> list[tuple[str, Consent]]:
    """Return a person's consents in force, each with its purpose in words."""
    given = Consent.objects.filter(subject=subject, withdrawn_at=None).order_by("-given_at")
    return [(words_of(one.purpose), one) for one in given]


def words_of(kind: str) -> str:
    """Return the Chinese of a kind of record or of a purpose, as site/words.py gives it."""
    if found := kinds().get(kind):
        return found.words
    words: Mapping[str, str] = import_string(settings.PRIVATE_WORDS)
    return words.get(kind, kind)


@dataclass(frozen=True)
class Declared:
    """One kind of sealed record as everybody may read it: who opens it for what, how long kept."""

    what: str
    sort: str
    purposes: Sequence[tuple[str, str]]
    kept: str
    own: bool
    glass: bool


def declared(*, on: date) -> list[Declared]:
    """Return every kind of sealed record, by class, as the registry and the day's terms say."""
    return [
        Declared(
            kind.words,
            kind.sort.words,
            _purposes(kind),
            kept_words(kind, on=on),
            kind.own,
            kind.glass,
        )
        for kind in sorted(kinds().values(), key=lambda kind: list(Sort).index(kind.sort))
    ]


def _purposes(kind: RecordKind) -> list[tuple[str, str]]:
    """Return (purpose, who may have it), offices by their titles."""
    told = [(one.words, _who(one.can)) for one in kind.purposes.values()]
    if kind.own_words:
        told.append(("办理时写明的用途", _titles(kind.own_words)))
    return told


def _who(can: str) -> str:
    if can == BY_CASE:
        return "正在办理这件事的人"
    return "系统作业，没有人看" if can == CLOCK else _titles((can,))


def _titles(cans: Collection[str]) -> str:
    granting = Q()
    for can in cans:
        granting |= Q(grants__contains=can)
    titles = Office.objects.filter(granting).order_by("role", "pk").values_list("title", flat=True)
    return "、".join(dict.fromkeys(titles))
