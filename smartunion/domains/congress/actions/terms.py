"""A congress and who sits in it; its meetings, who came, what was resolved."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from smartunion.domains.congress.models import (
    AgendaItem,
    Attendance,
    Congress,
    Delegate,
    Election,
    Meeting,
)
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.trail.record import record

POST = "congress_delegate"


@transaction.atomic
def convene(
    *, unit_id: int, session: int, since: date, until: date, by: Person | None, at: datetime
) -> Congress:
    """Open a term of a unit's congress."""
    unit = Unit.objects.get(pk=unit_id)
    made = Congress.objects.create(unit=unit, session=session, since=since, until=until)
    record("congress.convened", made, by=by, at=at, unit=unit.name, session=session)
    return made


@transaction.atomic
def seat(
    *,
    congress_id: int,
    person_id: int,
    delegation: str,
    election: Election | None = None,
    by: Person | None,
    at: datetime,
) -> Delegate:
    """Give a member of the unit a seat: the next number of the roll, the post until the term ends.

    Who sits already keeps their seat. Refused: somebody of another unit; oneself.
    """
    congress = Congress.objects.select_for_update().select_related("unit").get(pk=congress_id)
    person = Person.objects.get(pk=person_id)
    there = congress.delegates.filter(person=person).first()
    if there is not None:
        return there
    if person.unit_id != congress.unit_id:
        raise refusals.NotMember(person=person.name, unit=congress.unit.name, congress=congress)
    if by is not None and by.pk == person.pk:
        raise refusals.MayNot(person=person.name, act="登记自己为代表", why="不能办自己的事")
    appointment = Appointment.objects.create(
        office=Office.objects.get(code=POST), unit=congress.unit, person=person,
        since=max(congress.since, campus_day(at)), until=congress.until,
    )  # fmt: skip
    last = congress.delegates.order_by("-number").values_list("number", flat=True).first() or 0
    made = Delegate.objects.create(
        congress=congress, number=last + 1, person=person, delegation=delegation,
        appointment=appointment, election=election,
    )  # fmt: skip
    record("congress.seated", made, by=by, at=at, person=person.name, delegation=delegation)
    return made


@transaction.atomic
def call(
    *, congress_id: int, title: str, place: str, starts_at: datetime, agenda: Sequence[str],
    by: Person | None, at: datetime,
) -> Meeting:  # fmt: skip
    """Call a meeting with its agenda."""
    if not title.strip() or not agenda:
        raise refusals.TextMissing(what="会议名称或议程")
    congress = Congress.objects.get(pk=congress_id)
    made = Meeting.objects.create(congress=congress, title=title, place=place, starts_at=starts_at)
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=made, number=number, title=words)
        for number, words in enumerate(agenda, start=1)
    )
    record("congress.called", made, by=by, at=at, items=len(agenda))
    return made


@transaction.atomic
def attend(*, meeting_id: int, person_id: int, by: Person | None, at: datetime) -> Attendance:
    """Note that a delegate is present: by themselves, or by whoever keeps the door."""
    meeting = _open(meeting_id)
    person = Person.objects.get(pk=person_id)
    if not votes.is_delegate(meeting.congress, person, on=campus_day(at)):
        raise refusals.NotDelegate(person=person.name, congress=meeting.congress)
    made, new = Attendance.objects.get_or_create(meeting=meeting, person=person)
    if new:
        record("congress.attended", meeting, by=by, at=at, person=person.name)
    return made


@transaction.atomic
def resolve(
    *, item_id: int, text: str, resolution: str, by: Person | None, at: datetime
) -> AgendaItem:
    """Write down an item's paper and what was resolved on it."""
    item = AgendaItem.objects.get(pk=item_id)
    _open(item.meeting_id)
    item.text, item.resolution = text, resolution
    item.save(update_fields=["text", "resolution"])
    record("congress.resolved", item, by=by, at=at, because=resolution[:200])
    return item


@transaction.atomic
def close(*, meeting_id: int, minutes: str, by: Person | None, at: datetime) -> Meeting:
    """Close a meeting with its minutes; nothing of it changes afterwards."""
    if not minutes.strip():
        raise refusals.TextMissing(what="会议记录")
    meeting = _open(meeting_id)
    meeting.minutes, meeting.closed_at = minutes, at
    meeting.save(update_fields=["minutes", "closed_at"])
    record("congress.closed", meeting, by=by, at=at, present=meeting.attendance.count())
    return meeting


def _open(meeting_id: int) -> Meeting:
    meeting = Meeting.objects.select_for_update().select_related("congress").get(pk=meeting_id)
    if meeting.closed_at is not None:
        raise refusals.Sealed
    return meeting
