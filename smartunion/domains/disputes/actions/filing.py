"""Ask for mediation, say what happened outside; the calendar of rights follows each word.

The trail says that a dispute was registered, never by whom: who stands in it has a right not to be
found by whoever reads the trail.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction

from smartunion.domains.disputes.models import LabourDispute
from smartunion.domains.disputes.procedure import DISPUTE
from smartunion.domains.disputes.reads import cases
from smartunion.domains.disputes.rules import refusals
from smartunion.domains.disputes.rules.records import Part
from smartunion.domains.disputes.rules.topics import REVIEW
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.timers import actions as timers
from smartunion.kernel.trail.record import record

REMINDS = "disputes.reminds"
MORNING = time(9, 0)
FIELDS = {"story": "事由", "demand": "请求"}
EVENTS = {
    "applied_on": "申请仲裁的日子",
    "accepted_on": "仲裁受理的日子",
    "decided_on": "收到裁决或复核决定的日子",
}
"""What happens outside the house and only the applicant knows."""


@transaction.atomic
def register(
    *, topic: str, known_on: date, story: str, demand: str, evidence: str = "", by: Person,
    at: datetime,
) -> LabourDispute:  # fmt: skip
    """Register an application for mediation: its limits begin, the calendar of rights stands.

    What happened is sealed. Mediators of the applicant's own unit keep out from the start.
    """
    on = campus_day(at)
    if by.unit is None or by.kind != Person.Kind.STAFF:
        raise refusals.NotStaff
    said = {"story": story, "demand": demand}
    if missing := [FIELDS[name] for name, text in said.items() if not text.strip()]:
        raise refusals.Incomplete(missing="、".join(missing))
    if known_on > on:
        raise refusals.KnownLater(known=known_on, today=on)
    Person.objects.select_for_update().get(pk=by.pk)
    if (there := cases.going(by, topic)) is not None:
        raise refusals.FiledAlready(number=there.number)
    count = LabourDispute.objects.filter(number__startswith=f"LD-{on.year}-").count()
    number = f"LD-{on.year}-{count + 1:03}"
    case = engine.open_case(
        sheet=DISPUTE,
        title=number,
        unit=by.unit,
        applicant=by,
        facts={
            "number": number,
            "review": topic == REVIEW,
            "kept_out": cases.kept_out_of(by, on=on),
        },
        by=None,
        at=at,
    )
    made = LabourDispute.objects.create(
        number=number, applicant=by, topic=topic, known_on=known_on, registered_at=at, case=case
    )
    private.seal(
        about=cases.about(made), kind=Part.CLAIM, data={**said, "evidence": evidence}, subject=by,
        by=by, at=at,
    )  # fmt: skip
    _remind_before(made, cases.limit(made), "first", at)
    record("disputes.registered", made, by=None, at=at, number=number)
    return made


def _remind_before(it: LabourDispute, until: date, right: str, at: datetime) -> None:
    for days in cases.terms_on(campus_day(at)).remind_days:
        due_at = datetime.combine(until - timedelta(days=days), MORNING, CAMPUS)
        if due_at > at:
            timers.set_timer(
                kind=REMINDS, key=f"dispute/{it.pk}/{right}/{days}", due_at=due_at,
                payload={"dispute": it.pk, "right": right, "days": days}, at=at,
            )  # fmt: skip


@transaction.atomic
def remind(*, dispute_id: int, right: str, days: int, at: datetime) -> None:
    """Remind the applicant of a limit; the notice does not say of what."""
    it = LabourDispute.objects.select_related("applicant").get(pk=dispute_id)
    tell(
        to=it.applicant, about=f"disputes.labourdispute:{it.pk}:{right}:{days}",
        title=f"{it.number} 有一项期限还剩 {days} 天", text="打开看你的日历。",
        link=_link(it), at=at,
    )  # fmt: skip
    record("disputes.reminded", it, by=None, at=at, days=days)


@transaction.atomic
def happened(*, dispute_id: int, what: str, on: date, by: Person, at: datetime) -> LabourDispute:
    """Note what happened outside, once, in its order; the calendar moves from the estimate."""
    it = LabourDispute.objects.select_for_update().get(pk=dispute_id)
    if it.applicant_id != by.pk:
        raise refusals.NotYours(number=it.number)
    why = _wrong(it, what, on, campus_day(at))
    if why:
        raise refusals.EventWrong(what=EVENTS.get(what, what), on=on, why=why)
    setattr(it, what, on)
    it.save(update_fields=[what])
    if what == "applied_on" or it.topic == REVIEW:
        timers.cancel_under(prefix=f"dispute/{it.pk}/first", at=at)
    if what == "decided_on":
        last = cases.calendar(it)[-1]
        if last.until is not None:
            _remind_before(it, last.until, last.code, at)
    record("disputes.event_noted", it, by=None, at=at, step=EVENTS[what])
    return it


def _wrong(it: LabourDispute, what: str, on: date, today: date) -> str:
    """Return why a day cannot be noted; empty for a good one."""
    names: Iterable[str] = ("decided_on",) if it.topic == REVIEW else EVENTS
    if what not in names:
        return "这类争议没有这一步"
    if getattr(it, what) is not None:
        return "已经填过"
    before = {"accepted_on": it.applied_on}.get(what, it.known_on)
    if before is None:
        return "先填申请仲裁的日子"
    if on > today:
        return "晚于今天"
    return "早于前一步" if on < before else ""


def _link(it: LabourDispute) -> str:
    return f"/disputes/{it.pk}/"
