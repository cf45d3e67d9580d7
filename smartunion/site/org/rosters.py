"""The demonstration's rosters: 24 hours, every post of every branch, a primary and a deputy.

The plan names three fixed contacts of each college and no nights, holidays or leaves (T46). Here
each has a colleague with whom they change places every week. A's is a member of the branch's
committee; B's is whoever of the college's party and administration is on duty, C's a second doctor
of the campus hospital, appointed beside them from members who hold no post yet.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from smartunion.kernel.base.days import start_of
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.models import Pattern
from smartunion.kernel.duty.rules import OF_A_BRANCH, OF_THE_CAMPUS, Part, Post
from smartunion.kernel.people.models import Appointment, Office, Seat, Unit
from smartunion.kernel.people.reads import held_on
from smartunion.site.org.founding import HOSPITAL_HOME, doctors_of, spare_members

HOTLINE = "400 000 0110"
"""Marked as simulated: 400 000 is given to nobody."""

BEYOND_DAYS = 35
"""How far past the year's end the founding lays; from then on the worker lays ahead."""

SECOND = ("contact_b", "contact_c")
"""Contacts who get a second one as their B part."""


@transaction.atomic
def lay(*, year: int, at: datetime) -> int:
    """Appoint the second contacts, set every rotation and lay the year; return how many shifts.

    What stands stays: run again, it adds what is missing. A campus that is too small leaves gaps.
    """
    first = date(year, 1, 1)
    _second_contacts(first)
    lines: list[tuple[Unit | None, Post]] = [
        (branch, post)
        for branch in Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code")
        for post in OF_A_BRANCH
    ]
    lines += [(None, post) for post in OF_THE_CAMPUS]
    on_duty = set(Pattern.objects.values_list("turns__person", flat=True))
    for unit, post in lines:
        if Pattern.objects.filter(unit=unit, post=post).exists():
            continue
        fit = reads.eligible(unit=unit, post=post, at=start_of(first))
        two = [person for person in fit if person.pk not in on_duty][: len(Part)]
        on_duty |= {person.pk for person in two}
        for part, persons in zip(Part, (two, two[::-1]), strict=True):
            if len(two) == len(Part) or (two and part == Part.PRIMARY):
                actions.set_pattern(
                    unit=unit, post=post, part=part, persons=persons,
                    first_on=first - timedelta(days=first.weekday()), by=None, at=start_of(first),
                )  # fmt: skip
    if not reads.hotline(at=at):
        actions.set_hotline(number=HOTLINE, by=None, at=at, because="演示号码，未接入真实热线")
    until = start_of(date(year + 1, 1, 1)) + timedelta(days=BEYOND_DAYS)
    return actions.lay(until=until, by=None, at=at)


def _second_contacts(since: date) -> None:
    """Appoint a B part to contacts B and C of each branch, as long as members are left.

    C from the hospital's staff; B from the branch itself where it has somebody free, else from the
    one that has most.
    """
    backup = Appointment.Part.BACKUP
    spare = spare_members(since)
    doctors = doctors_of(spare)
    spare[HOSPITAL_HOME] = [one for one in spare.get(HOSPITAL_HOME, []) if one not in doctors]
    terms = []
    for code in SECOND:
        office = Office.objects.get(code=code)
        held = held_on(since).filter(office=office, part=backup)
        known = set(held.values_list("unit_id", flat=True))
        for seat in Seat.objects.filter(office=office).select_related("unit").order_by("unit"):
            home = spare.get(seat.unit.code) or max(spare.values(), key=len, default=[])
            if code == "contact_c":
                home = doctors or home
            if seat.unit_id in known or not home:
                continue
            terms.append(
                Appointment(
                    office=office, unit=seat.unit, person=home.pop(), part=backup, seat=seat,
                    since=since,
                )
            )  # fmt: skip
    Appointment.objects.bulk_create(terms)
