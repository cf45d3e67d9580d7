"""Break the glass: one record, in an emergency, for minutes; then it is reviewed and told.

Who may break it holds `private.glass`, who reviews it `private.review`; nobody both in one matter.
That it was broken is recorded at once, and site/wiring.py tells the reviewers of it; the person
concerned is told when the emergency is over (PIPL 18), and reads each opening in their log anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Ground, grounds_of
from smartunion.kernel.trail.record import record

from . import reads, vault
from .models import Glass
from .refusals import (
    NotByGlass,
    NotForYou,
    NothingSealed,
    NotLater,
    OwnGlass,
    ProveYourself,
    ReviewedAlready,
    ToldAlready,
    Unreviewed,
)
from .registry import kind_of, kinds, needed

BREAKS, REVIEWS = "private.glass", "private.review"


@dataclass(frozen=True)
class Proof:
    """A second factor that somebody has proven: by what means, and when."""

    factor: str
    at: datetime


@transaction.atomic
def shatter(
    *,
    about: str,
    kind: str,
    reason: Glass.Reason,
    proof: Proof | None,
    by: Person,
    at: datetime,
    because: str,
) -> Glass:
    """Open one record to a reader who has none of its purposes, for the term's minutes.

    `open_sealed(purpose=GLASS)` works until then, each opening with its line. Breaking what is
    still broken changes nothing. Raises NotForYou, NotByGlass, NothingSealed, OwnGlass,
    ProveYourself or Unreviewed.
    """
    declared, on = kind_of(kind), campus_day(at)
    office = next((g.office for g in _grounds(by, at) if g.permission == BREAKS), "")
    if not office:
        raise NotForYou(purpose="紧急查阅", words=declared.words, by=by.name)
    if not declared.glass:
        raise NotByGlass(words=declared.words)
    head = vault.head(about, kind)
    if head is None:
        raise NothingSealed
    if head[0] == by.pk:
        raise OwnGlass(by=by.name)
    Person.objects.select_for_update().get(pk=by.pk)
    here = Glass.objects.filter(by=by, about=about, kind=kind, until__gt=at)
    if found := here.order_by("-pk").first():
        return found
    if proof is None or not is_fresh(proof, at=at):
        raise ProveYourself(minutes=needed("glass_factor_minutes", on=on))
    if old := waiting_too_long(at=at).filter(Q(office=office) | Q(by=by)).first():
        raise Unreviewed(office=old.office, at=old.at, days=needed("glass_review_days", on=on))
    glass = Glass.objects.create(
        by=by,
        office=office,
        about=about,
        kind=kind,
        subject_id=head[0],
        reason=reason,
        because=because.strip(),
        factor=proof.factor,
        proven_at=proof.at,
        at=at,
        until=at + timedelta(minutes=needed("glass_minutes", on=on)),
        tell_due_at=at + timedelta(days=needed("glass_tell_days", on=on)) if head[0] else None,
    )
    record(
        "private.glass_broken", glass, by=by, at=at,
        because=Glass.Reason(reason).label, office=office,
    )  # fmt: skip
    return glass


@transaction.atomic
def review(
    *, glass_id: int, verdict: Glass.Verdict, by: Person, at: datetime, because: str
) -> Glass:
    """Say whether a broken glass was called for; final, and by nobody who is part of it."""
    glass = _locked(glass_id, by)
    if glass.reviewed_at is not None:
        raise ReviewedAlready(at=glass.reviewed_at)
    glass.reviewed_by, glass.reviewed_at = by, at
    glass.verdict, glass.note = verdict, because.strip()
    glass.save(update_fields=["reviewed_by", "reviewed_at", "verdict", "note"])
    record(
        "private.glass_reviewed", glass, by=by, at=at, because=Glass.Verdict(verdict).label,
    )  # fmt: skip
    return glass


@transaction.atomic
def tell(*, glass_id: int, by: Person, at: datetime) -> Glass:
    """Let the person concerned know that their record was opened in an emergency (PIPL 18)."""
    glass = _locked(glass_id, by)
    if glass.told_at is not None or glass.subject_id is None:
        raise ToldAlready
    glass.told_by, glass.told_at = by, at
    glass.save(update_fields=["told_by", "told_at"])
    record("private.glass_told", glass, by=by, at=at)
    return glass


@transaction.atomic
def put_off(*, glass_id: int, until: datetime, by: Person, at: datetime, because: str) -> Glass:
    """Put off telling, while the emergency lasts: by no more than the term each time."""
    glass = _locked(glass_id, by)
    if glass.told_at is not None or glass.tell_due_at is None:
        raise ToldAlready
    days = needed("glass_tell_days", on=campus_day(at))
    if not at < until <= at + timedelta(days=days) or not because.strip():
        raise NotLater(days=days)
    glass.tell_due_at = until
    glass.save(update_fields=["tell_due_at"])
    record("private.glass_put_off", glass, by=by, at=at, because=because.strip())
    return glass


def _locked(glass_id: int, by: Person) -> Glass:
    glass = Glass.objects.select_for_update().get(pk=glass_id)
    if by.pk in (glass.by_id, glass.subject_id):
        raise OwnGlass(by=by.name)
    return glass


def _grounds(by: Person, at: datetime) -> Sequence[Ground]:
    return [one for one in grounds_of(by, on=campus_day(at)) if not one.dormant]


# ---------- what pages and audits ask ----------


def is_fresh(proof: Proof | None, *, at: datetime) -> bool:
    """Test if a second factor was proven within the term's minutes."""
    minutes = timedelta(minutes=needed("glass_factor_minutes", on=campus_day(at)))
    return proof is not None and at - minutes <= proof.at <= at


def waiting_too_long(*, at: datetime) -> QuerySet[Glass]:
    """Return the broken glasses that the term's days have passed without a review."""
    days = timedelta(days=needed("glass_review_days", on=campus_day(at)))
    return Glass.objects.filter(reviewed_at=None, at__lte=at - days).order_by("at")


@dataclass(frozen=True)
class Broken:
    """A broken glass as its breaker and the reviewers see it: never what was read."""

    glass: Glass
    what: str
    readings: int
    open: bool
    mine: bool
    days: int


def shown(glasses: Sequence[Glass], *, to: Person, at: datetime) -> list[Broken]:
    """Put glasses into words, each with how often the record was opened by it."""
    return [
        Broken(
            glass,
            reads.words_of(glass.kind),
            sum(one.glass_id == glass.pk for one in reads.accesses(glass.about)),
            at < glass.until,
            to.pk in (glass.by_id, glass.subject_id),
            (campus_day(at) - campus_day(glass.at)).days,
        )
        for glass in glasses
    ]


def broken_by(person: Person) -> QuerySet[Glass]:
    """Return what somebody has broken, the newest first."""
    return Glass.objects.filter(by=person).select_related("reviewed_by").order_by("-pk")


def to_review() -> QuerySet[Glass]:
    """Return what waits for a review or for the person to be told, the oldest first."""
    waiting = Q(reviewed_at=None) | Q(told_at=None, tell_due_at__isnull=False)
    return Glass.objects.filter(waiting).select_related("by", "subject").order_by("at")


def done(most: int = 30) -> list[Glass]:
    """Return the last ones of which nothing is left to do."""
    waiting = Q(reviewed_at=None) | Q(told_at=None, tell_due_at__isnull=False)
    rows = Glass.objects.exclude(waiting).select_related("by", "reviewed_by").order_by("-pk")
    return list(rows[:most])


def openable(about: str) -> list[tuple[str, str]]:
    """Return which kinds of record about a row could be opened so: (code, words)."""
    return [
        (kind.code, kind.words)
        for kind in kinds().values()
        if kind.glass and vault.head(about, kind.code) is not None
    ]
