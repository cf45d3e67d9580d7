"""Appoint, end, succeed: who holds which seat from when until when."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from smartunion.domains.membership import rules
from smartunion.domains.membership.models import Recusal
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import (
    Absence,
    Appointment,
    Establishment,
    Office,
    Person,
    Seat,
    Unit,
)
from smartunion.kernel.people.reads import held_on
from smartunion.kernel.trail.record import record


@transaction.atomic
def appoint(
    *,
    office: str,
    unit_id: int,
    person_id: int,
    since: date,
    until: date | None = None,
    seat_id: int | None = None,
    part: str = Appointment.Part.LEAD,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Appointment:
    """Appoint a person to an office from a day (R014–R025).

    Where the office has seats, the named one or the first vacant one is taken; `until` left out is
    the office's full term. Refused: an eighth of seven, a second holder, a person on two seats of
    one body, oneself.
    """
    unit = Unit.objects.select_for_update().get(pk=unit_id)  # one appointment a body at a time
    post = Office.objects.get(code=office)
    person = Person.objects.get(pk=person_id)
    if by is not None and by.pk == person.pk:
        raise rules.OwnAppointment(person=person.name)
    if post.kind and post.kind != unit.kind:
        raise rules.NotThere(office=post.title, kind=post.get_kind_display(), unit=unit.name)
    if until is None and post.term_years:
        until = rules.after_years(since, post.term_years)
    span = rules.Span(since, until)
    seat = _free_seat(post, unit, part, span, seat_id)
    if seat is not None:
        _check_one_seat(seat, person, part, span)
    appointment = Appointment.objects.create(
        office=post, unit=unit, person=person, part=part, seat=seat, since=since, until=until
    )
    record(
        "people.appointed",
        appointment,
        by=by,
        at=at,
        because=because,
        person=person.name,
        office=post.title,
        unit=unit.name,
        part=part,
        since=since.isoformat(),
        until=until.isoformat() if until else "",
    )
    return appointment


@transaction.atomic
def end_term(
    *, appointment_id: int, on: date, by: Person | None, at: datetime, because: str
) -> None:
    """End a term before its time: `on` is the first day without the office."""
    appointment = _locked(appointment_id)
    if appointment.until is not None and appointment.until <= on:
        raise rules.AlreadyOver(person=appointment.person.name, until=appointment.until)
    rules.Span(appointment.since, on)
    before = appointment.until
    appointment.until = on
    appointment.save(update_fields=["until"])
    record(
        "people.term_ended",
        appointment,
        by=by,
        at=at,
        because=because,
        person=appointment.person.name,
        office=appointment.office.title,
        unit=appointment.unit.name,
        until=on.isoformat(),
        before=before.isoformat() if before else "",
    )


@transaction.atomic
def succeed(
    *,
    appointment_id: int,
    person_id: int,
    on: date,
    by: Person | None,
    at: datetime,
    because: str,
) -> Appointment:
    """Let another person take over a seat: the old term ends where the new one starts."""
    old = _locked(appointment_id)
    end_term(appointment_id=old.pk, on=on, by=by, at=at, because=because)
    new = appoint(
        office=old.office.code,
        unit_id=old.unit_id,
        person_id=person_id,
        since=on,
        seat_id=old.seat_id,
        part=old.part,
        by=by,
        at=at,
        because=because,
    )
    record(
        "people.succeeded",
        new,
        by=by,
        at=at,
        because=because,
        before=old.person.name,
        person=new.person.name,
    )
    return new


@transaction.atomic
def leave_post(
    *, person_id: int, since: date, until: date, by: Person | None, at: datetime, because: str
) -> Absence:
    """Note that a person is away: from that day the B parts of their posts take over (2.2)."""
    rules.Span(since, until)
    person = Person.objects.get(pk=person_id)
    absence = Absence.objects.create(person=person, since=since, until=until, because=because)
    record(
        "people.away",
        absence,
        by=by,
        at=at,
        because=because,
        person=person.name,
        since=since.isoformat(),
        until=until.isoformat(),
    )
    return absence


@transaction.atomic
def go_away(*, since: date, until: date, by: Person, at: datetime, because: str) -> Absence:
    """Say that one is away oneself, from today or later, until the day one is back (2.2).

    :raises Refused: it begins in the past, ends before it begins, or meets another absence
    """
    Person.objects.select_for_update().get(pk=by.pk)
    if since < campus_day(at):
        raise rules.AwayInThePast(since=_day(since), today=_day(campus_day(at)))
    other = Absence.objects.filter(person=by, since__lt=until, until__gt=since).first()
    if other is not None:
        raise rules.AwayAlready(since=_day(other.since), until=_day(other.until))
    return leave_post(person_id=by.pk, since=since, until=until, by=by, at=at, because=because)


@transaction.atomic
def come_back(*, absence_id: int, by: Person, at: datetime, because: str) -> None:
    """End one's own absence today; one that has not begun is taken back whole.

    :raises Refused: it is somebody else's, or over already
    """
    absence = Absence.objects.select_for_update().filter(pk=absence_id, person=by).first()
    today = campus_day(at)
    if absence is None:
        raise rules.Gone(what="离岗登记")
    if absence.until <= today:
        raise rules.AlreadyOver(person=by.name, until=_day(absence.until))
    if absence.since >= today:
        record(
            "people.absence_canceled", by, by=by, at=at, because=because,
            since=absence.since.isoformat(), until=absence.until.isoformat(),
        )  # fmt: skip
        absence.delete()
        return
    absence.until = today
    absence.save(update_fields=["until"])
    record("people.back", absence, by=by, at=at, because=because, until=today.isoformat())


@transaction.atomic
def recuse(*, appointment_id: int, matter: str, by: Person, at: datetime, because: str) -> Recusal:
    """Record that an officer stays out of a matter (T17): only the officer may say so."""
    appointment = Appointment.objects.filter(pk=appointment_id, person=by).first()
    if appointment is None or not appointment.office.audits:
        raise rules.Gone(what="任职")
    recusal = Recusal.objects.create(
        appointment=appointment, matter=matter, because=because, recorded_at=at
    )
    record("people.recused", recusal, by=by, at=at, because=because, matter=matter)
    return recusal


def _locked(appointment_id: int) -> Appointment:
    """Return the appointment, its row locked."""
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("person", "office", "unit")
        .filter(pk=appointment_id)
        .first()
    )
    if found is None:
        raise rules.Gone(what="任职")
    return found


def _overlapping(span: rules.Span) -> Q:
    """Return the filter of terms that share a day with this one."""
    clash = Q(until__isnull=True) | Q(until__gt=span.since)
    return clash & Q(since__lt=span.until) if span.until else clash


def _free_seat(
    post: Office, unit: Unit, part: str, span: rules.Span, seat_id: int | None
) -> Seat | None:
    """Return the seat to take: the named one, or the first that nobody holds in that time."""
    seats = list(
        Seat.objects.filter(office=post, unit=unit)
        .select_related("unit", "office")
        .order_by("number")
    )
    if not seats:
        return None
    clashing = Appointment.objects.filter(_overlapping(span), seat__in=seats, part=part)
    holders = {a.seat_id: a for a in clashing.select_related("person")}
    if seat_id is not None:
        seat = next((s for s in seats if s.pk == seat_id), None)
        if seat is None:
            raise rules.Gone(what="席位")
        if taken := holders.get(seat.pk):
            raise rules.SeatTaken(
                unit=unit.name, seat=str(seat), holder=taken.person.name, since=taken.since
            )
        return seat
    if free := next((s for s in seats if s.pk not in holders), None):
        return free
    if not post.body:
        taken = next(iter(holders.values()))
        raise rules.SeatTaken(
            unit=unit.name, seat=post.title, holder=taken.person.name, since=taken.since
        )
    whole = Establishment.objects.get(kind=unit.kind)
    held = held_on(span.since).filter(unit=unit, office__body=True, seat__isnull=False).count()
    raise rules.BodyFull(
        unit=unit.name,
        seats=whole.seats,
        sum_of_seats=whole.sum_of_seats,
        held=held,
        next=held + 1,
        office=post.title,
    )


def _check_one_seat(seat: Seat, person: Person, part: str, span: rules.Span) -> None:
    """Refuse a second seat of one body, and a B part that is its own A part."""
    held = Appointment.objects.filter(_overlapping(span), unit=seat.unit, person=person)
    if held.filter(seat=seat).exclude(part=part).exists():
        raise rules.OwnBackup(person=person.name)
    other = held.filter(office__body=True, seat__isnull=False).exclude(seat=seat)
    if seat.office.body and (taken := other.select_related("office").first()):
        raise rules.SitsTwice(
            person=person.name,
            unit=seat.unit.name,
            office=taken.office.title,
            seats=Establishment.objects.get(kind=seat.unit.kind).seats,
        )


def _day(on: date) -> str:
    return f"{on.month}月{on.day}日"
