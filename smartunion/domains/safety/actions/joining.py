"""Sign up, and take it back: the gate of 7.3."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from smartunion.domains.safety.models import Event, HealthCheck, Participant
from smartunion.domains.safety.reads import locks
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.answers import said_no
from smartunion.domains.safety.rules.gate import report_months
from smartunion.domains.safety.rules.kinds import Answer, EventKind
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.trail.record import record

PURPOSE = "safety.health_check"
WORDING = (
    "我同意校工会在我报名文体活动时，用工号向校医院核验体检报告是否在有效期内。"
    "校医院只答复“是或否”和报告日期，不提供任何体检结果。不同意的不能参加竞赛，其他权益不受影响；"
    "可以随时在“谁看过我的资料”里撤回。"
)


@transaction.atomic
def agree(*, by: Person, at: datetime) -> None:
    """Agree, for oneself, that the hospital may be asked (PIPL 29)."""
    given = private.consent(subject=by, purpose=PURPOSE, wording=WORDING, by=by, at=at)
    record("safety.agreed", given, by=by, at=at)


@transaction.atomic
def note_check(
    *, event_id: int, answer: Answer, report_on: date | None, by: Person, at: datetime
) -> HealthCheck:
    """Keep what the hospital answered: yes or no and a date; a no is kept as well (R239)."""
    kept = report_on if answer in (Answer.FIT, Answer.OLD) else None
    check = HealthCheck.objects.create(
        event_id=event_id, person=by, asked_at=at, answer=answer.value, report_on=kept
    )
    record("safety.health_checked", check.event, by=by, at=at)
    return check


@transaction.atomic
def sign_up(
    *,
    event_id: int,
    check_id: int | None = None,
    declared: bool = False,
    by: Person,
    at: datetime,
) -> Participant:
    """Take one place at an open event. A report is needed where the terms ask for one (T54).

    Raises SignUpClosed, SignedUpAlready, DeclarationMissing, whatever the hospital's answer comes
    to, or Full. No answer is never a yes.
    """
    event = locks.event(event_id)
    if event.state != Event.State.OPEN or at >= event.starts_at:
        state = "已开始" if event.state == Event.State.OPEN else event.get_state_display()
        raise refusals.SignUpClosed(number=event.number, state=state)
    if Participant.objects.filter(event=event, person=by, withdrawn_at=None).exists():
        raise refusals.SignedUpAlready(number=event.number)
    kind = EventKind(event.kind)
    if kind == EventKind.RUN and not declared:
        raise refusals.DeclarationMissing
    check = _checked(event, kind, check_id, by)
    if event.taken >= event.places:
        raise refusals.Full(number=event.number, places=event.places)
    Event.objects.filter(pk=event.pk).update(taken=F("taken") + 1)
    row = Participant.objects.create(
        event=event, person=by, signed_up_at=at, declared_at=at if declared else None,
        check_made=check,
    )  # fmt: skip
    record("safety.signed_up", event, by=by, at=at, number=event.number)
    return row


def _checked(event: Event, kind: EventKind, check_id: int | None, by: Person) -> HealthCheck | None:
    """Return the check that lets the person in; None where the kind asks for none."""
    event_on = campus_day(event.starts_at)
    months = report_months(kind, terms_on(event_on))
    if not months:
        return None
    check = HealthCheck.objects.filter(pk=check_id or 0, event=event, person=by).first()
    if check is None:
        raise refusals.ConsentMissing
    if no := said_no(
        Answer(check.answer), report_on=check.report_on, event_on=event_on, months=months
    ):
        raise no
    return check


@transaction.atomic
def withdraw(*, event_id: int, by: Person, at: datetime) -> None:
    """Give one's place back before the start; it is free for another at once."""
    event = locks.event(event_id)
    if at >= event.starts_at:
        raise refusals.SignUpClosed(number=event.number, state="已开始")
    row = Participant.objects.filter(event=event, person=by, withdrawn_at=None).first()
    if row is None:
        raise refusals.NotSignedUp(number=event.number)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    Event.objects.filter(pk=event.pk).update(taken=F("taken") - 1)
    record("safety.withdrew", event, by=by, at=at, number=event.number)
