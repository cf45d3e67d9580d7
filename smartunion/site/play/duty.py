"""The rosters' part of the year: numbers proven at its end, and an absence that opens a gap."""

from collections.abc import Callable
from datetime import datetime, timedelta

from smartunion.domains.membership.actions import terms as membership
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.models import Check
from smartunion.kernel.people.models import Absence

Note = Callable[[datetime, Callable[[datetime], None]], None]

PROVEN_BEFORE = timedelta(days=9)
"""How long before the end everybody on duty was asked whether their number is right."""

SILENT = 2
"""How many have not answered: the page and the watch show them."""

AWAY_AHEAD = timedelta(days=4)
"""The one absence of the coming fortnight begins about so long after the end."""

AWAY_DAYS = 2


class Rosters:
    """What happens to the rosters that the founding has laid."""

    def __init__(self, file: Note, until: datetime) -> None:
        self.file, self.until = file, until

    def plan(self) -> None:
        """Write the deeds into the diary."""
        self.file(self.until - PROVEN_BEFORE, self._prove)
        self.file(self.until - timedelta(hours=2), self._go_away)

    def _prove(self, at: datetime) -> None:
        """Ask everybody on duty; all but two tap the link within the hour."""
        terms = reads.terms_at(at)
        if terms is None or Check.objects.exists():
            return
        asked = actions.ask_checks(terms=terms, by=None, at=at)
        for number, check in enumerate(asked[:-SILENT]):
            via = Check.Via.REPLY if number % 3 else Check.Via.LINK
            when = at + timedelta(seconds=40 + 25 * number)
            actions.answer_check(by=check.person, at=when, via=via)

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
