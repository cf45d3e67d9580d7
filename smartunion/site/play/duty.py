"""The rosters' part of the year: numbers proven, an override, a swap, shorter turns, an absence.

Each deed looks whether it was done, so a play that was interrupted is simply played again.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from smartunion.domains.membership.actions import terms as membership
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.models import Check, Pattern, Shift, Swap
from smartunion.kernel.people.models import Absence, Person
from smartunion.kernel.people.reads import holders

from .campus import moment

Note = Callable[[datetime, Callable[[datetime], None]], None]

PROVEN_ON = (3, 17)
"""On which days of a month the test messages go out: the rosters look two weeks ahead."""

PROVEN_BEFORE = timedelta(days=9)
"""How long before the end they went out last."""

SOON, LATER = timedelta(minutes=4), timedelta(minutes=38)
"""When most have tapped the link, and when the others have replied."""

SILENT = 2
"""How many of those who are asked for the first time answer only the next message."""

AWAY_AHEAD = timedelta(days=4)
"""The one absence of the coming fortnight begins about so long after the end."""

AWAY_DAYS = 2

SWAPPED_BEFORE = timedelta(days=23)
"""How long before the end two contacts of the first college change weeks."""

OVERRIDDEN_ON = date(2025, 10, 16)
"""When somebody is put on duty in another's place."""

SHORTER_FROM = date(2025, 9, 1)
"""From when on the drivers take turns of half a week."""

SHORTER_DAYS = 3


class Rosters:
    """What happens to the rosters that the founding has laid."""

    def __init__(self, file: Note, until: datetime) -> None:
        self.file, self.until = file, until

    def plan(self) -> None:
        """Write the deeds into the diary."""
        self.file(moment(SHORTER_FROM - timedelta(days=4), "16:10"), self._shorten)
        self.file(moment(OVERRIDDEN_ON, "11:25"), self._override)
        self.file(self.until - SWAPPED_BEFORE, self._swap)
        for month in range(1, self.until.month + 1):
            for day in PROVEN_ON:
                at = moment(date(self.until.year, month, day), "10:10")
                if at < self.until - PROVEN_BEFORE:
                    self.file(at, self._prove)
        self.file(self.until - PROVEN_BEFORE, self._prove)
        self.file(self.until - timedelta(hours=2), self._go_away)

    @transaction.atomic
    def _prove(self, at: datetime) -> None:
        """Ask whoever is due; most tap the link, some reply, two wait for the next message."""
        terms = reads.terms_at(at)
        if terms is None or Check.objects.filter(answered_at__gt=at).exists():
            return
        actions.ask_checks(terms=terms, by=None, at=at)
        asked = list(Check.objects.filter(answered_at=None).select_related("person").order_by("pk"))
        persons = [check.person for check in asked]
        heard = persons if len(persons) <= SILENT else persons[:-SILENT]
        tapping = [person for number, person in enumerate(heard) if number % 3]
        ways = ((Check.Via.LINK, SOON, tapping), (Check.Via.REPLY, LATER, heard))
        for via, after, some in ways:
            actions.answer_checks(persons=some, at=at + after, via=via)

    def _swap(self, at: datetime) -> None:
        """Let the first college's contact A change her next week with her deputy, who agrees."""
        coming = reads.standing_shifts().filter(
            unit__code="B01", post=reads.Post.A, since__gt=at
        ).select_related("person", "unit").order_by("since", "part")  # fmt: skip
        shift = coming.first()
        if shift is None or Swap.objects.exists():
            return
        offer = next((one for one in reads.offers_of(shift, at=at) if one.returns), None)
        if offer is not None:
            swap = actions.ask_swap(
                shift_id=shift.pk, other=offer.person, in_return_id=offer.returns[0].pk,
                by=shift.person, at=at, because="那一周在外地监考",
            )  # fmt: skip
            later = at + timedelta(minutes=35)
            actions.accept_swap(swap_id=swap.pk, by=offer.person, at=later)

    def _override(self, at: datetime) -> None:
        """Let somebody of the second college take over a day of its contact A, who fell ill."""
        keepers = holders("health_committee_chair", on=campus_day(at))
        coming = reads.standing_shifts().filter(
            unit__code="B02", post=reads.Post.A, part=reads.Part.PRIMARY, since__gt=at
        ).select_related("person", "unit").order_by("since")  # fmt: skip
        shift = coming.first()
        if not keepers or shift is None or Shift.objects.filter(kind=Shift.Kind.OVERRIDE).exists():
            return
        until = min(shift.since + timedelta(days=1), shift.until)
        busy = set(
            reads.standing_shifts()
            .filter(since__lt=until, until__gt=shift.since)
            .values_list("person", flat=True)
        )
        fit = reads.eligible(unit=shift.unit, post=reads.Post.A, at=shift.since)
        free = next((person for person in fit if person.pk not in busy), None)
        if free is not None:
            actions.override(
                unit=shift.unit, post=reads.Post.A, part=reads.Part.PRIMARY, person=free,
                since=shift.since, until=until, by=keepers[0], at=at, because="本人突发高烧",
            )  # fmt: skip

    def _shorten(self, at: datetime) -> None:
        """Make the drivers' turns shorter, as they asked for."""
        drivers = Pattern.objects.filter(post=reads.Post.DRIVER, ended_at=None)
        if drivers.filter(first_on=SHORTER_FROM).exists():
            return
        for one in drivers.order_by("pk"):
            turns = one.turns.order_by("number").values_list("person", flat=True)
            persons = Person.objects.in_bulk(turns)
            actions.set_pattern(
                unit=None, post=reads.Post(one.post), part=reads.Part(one.part),
                persons=[persons[pk] for pk in turns], first_on=SHORTER_FROM,
                days_each=SHORTER_DAYS, by=None, at=at,
            )  # fmt: skip
        laid = Shift.objects.order_by("-until").values_list("until", flat=True).first()
        if laid is not None:
            actions.lay(until=laid, by=None, at=at)

    def _go_away(self, at: datetime) -> None:
        """Let one doctor on duty next week be away for two days: the gap that is shown."""
        coming = reads.standing_shifts().filter(
            post=reads.Post.C, part=reads.Part.PRIMARY, since__gt=self.until
        )
        shift = coming.select_related("person").order_by("since", "unit__code").first()
        if shift is None:
            return
        first = max(campus_day(shift.since) + timedelta(1), campus_day(self.until + AWAY_AHEAD))
        last = first + timedelta(days=AWAY_DAYS)
        if first >= campus_day(shift.until) or Absence.objects.filter(since=first).exists():
            return
        membership.leave_post(
            person_id=shift.person_id, since=first, until=last, by=shift.person, at=at,
            because="外出进修",
        )  # fmt: skip
