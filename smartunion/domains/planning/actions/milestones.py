"""Milestones are met by evidence, withdrawn with a reason, moved by amendment only (T27)."""

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from smartunion.domains.planning.models import Achievement, Milestone
from smartunion.domains.planning.reads.amendments import opened
from smartunion.domains.planning.rules.refusals import (
    AlreadyMet,
    EvidenceMissing,
    NothingLikeThat,
    NotMet,
    ReasonMissing,
    StillToCome,
)
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files.actions import store
from smartunion.kernel.files.rules import Kind
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .content import close_amendment


def _locked(year: int, code: str) -> Milestone:
    row = (
        Milestone.objects.select_for_update(of=("self",)).filter(plan__year=year, code=code).first()
    )
    if row is None:
        raise NothingLikeThat(year=year, what="里程碑", code=code)
    return row


@transaction.atomic
def achieve(
    *,
    year: int,
    code: str,
    done_on: date,
    evidence: str,
    upload: "UploadedFile[bytes] | None" = None,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Achievement:
    """Record that a milestone was met on a day, shown by evidence in words or a file (1.2, R012).

    The same day and evidence again change nothing. Raises StillToCome, EvidenceMissing,
    AlreadyMet, NothingLikeThat. That `by` holds the owner office is the page's question.
    """
    row = _locked(year, code)
    today = campus_day(at)
    if done_on > today:
        raise StillToCome(done_on=done_on.isoformat(), today=today.isoformat())
    if not evidence.strip():
        raise EvidenceMissing
    if met := Achievement.objects.filter(milestone=row).select_related("by").first():
        if (met.done_on, met.evidence) == (done_on, evidence):
            return met
        raise AlreadyMet(
            code=code, done_on=met.done_on.isoformat(), by=met.by.name if met.by else "系统"
        )
    met = Achievement.objects.create(
        milestone=row, done_on=done_on, evidence=evidence, by=by, at=at
    )
    if upload is not None:
        store(upload=upload, kind=Kind.ACCEPTANCE, subject=row, by=by, at=at, because=because)
    record(
        "planning.milestone_met",
        row,
        by=by,
        at=at,
        because=because,
        code=code,
        done_on=done_on.isoformat(),
        evidence=evidence,
    )
    return met


@transaction.atomic
def withdraw(*, year: int, code: str, by: Person, at: datetime, because: str) -> None:
    """Take back a wrong record that a milestone was met; the trail keeps both."""
    if not because.strip():
        raise ReasonMissing
    row = _locked(year, code)
    met = Achievement.objects.filter(milestone=row).first()
    if met is None:
        raise NotMet(code=code)
    record(
        "planning.milestone_withdrawn",
        row,
        by=by,
        at=at,
        because=because,
        code=code,
        done_on=met.done_on.isoformat(),
        evidence=met.evidence,
    )
    met.delete()


@transaction.atomic
def move(
    *,
    year: int,
    code: str,
    due_on: date,
    opens_on: date | None,
    by: Person | None,
    at: datetime,
    because: str,
) -> None:
    """Move a milestone's date: an amendment with a reason, never by itself (T27)."""
    plan = opened(year, because=because)
    row = _locked(year, code)
    before = row.due_on
    row.due_on, row.opens_on = due_on, opens_on
    row.save(update_fields=["due_on", "opens_on"])
    close_amendment(plan=plan, by=by, at=at, because=because)
    record(
        "planning.milestone_moved",
        row,
        by=by,
        at=at,
        because=because,
        code=code,
        before=before.isoformat(),
        due_on=due_on.isoformat(),
    )
