"""The bank's days and the month's review in the played year: matched, checked, voted on, paid."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases, months
from smartunion.domains.settlement.reads import statements
from smartunion.domains.wallet import jobs as wallet
from smartunion.domains.wallet import public as shop
from smartunion.kernel.base.days import campus_month
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting, holders
from smartunion.kernel.procedures import ballots
from smartunion.kernel.procedures.models import Voter

from .campus import Campus, moment

SEATS = 7
Note = Callable[[datetime, Callable[[datetime], None]], None]


class Settlement:
    """What finance and the committee do for the shop, month after month."""

    def __init__(self, campus: Campus, note: Note, bank: Any, *, until: datetime) -> None:
        """Settle the last two months that are lived; the worker catches up with the days before."""
        self.campus, self.note, self.bank = campus, note, bank
        self.first = campus_month(until).replace(day=1) - timedelta(days=1)
        self.first = self.first.replace(day=1)

    def match(self, *, since: date, until: date, at: datetime) -> None:
        """Fetch and match days whose orders the bank has carried out."""
        day = max(since, self.first)
        while day <= until and day < at.date():
            if statements.unmatched(day):
                made = jobs.fetch(self.bank, day=day, at=at)
                if made is not None and made.differing:
                    clerk = self._finance("finance_clerk", at)
                    cases.ask_resend(day=day, by=clerk, at=at, because="当日有差错，请银行补发")
                    jobs.fetch(self.bank, day=day, at=at)
            day += timedelta(days=1)

    def close(self, month: date, *, by: Person, at: datetime) -> None:
        """Close a month on the day of its review; one that is settled is matched and frozen."""
        if month < self.first:
            shop.close_month(month=month, by=by, at=at)
            return
        wallet.send_payments(self.bank, at=at)
        self.match(since=month, until=at.date(), at=at)
        months.freeze(month=month, by=by, at=at)

    def plan(self, month: date, on: datetime) -> None:
        """Note how a frozen month goes its way: finance, the vote of seven, the payment."""
        if month < self.first:
            return
        day = on.date()
        self.note(moment(day, "15:40"), partial(self._check, month))
        vote = self.campus.calendar.add_working_days(day, 1)
        for seat in range(SEATS):
            at = moment(vote, "15:00") + timedelta(minutes=2 * seat)
            self.note(at, partial(self._vote, month, seat))
        paid = self.campus.calendar.add_working_days(vote, 1)
        self.note(moment(paid, "10:00"), partial(self._pay, month))

    def _stands(self, month: date, step: str) -> bool:
        found = statements.review(month)
        run = statements.open_step(found) if found else None
        return run is not None and run.step == step

    def _finance(self, office: str, at: datetime) -> Person:
        on = at.date()
        return next(one.person for each in (office, "finance_head") if (one := acting(each, on=on)))

    def _check(self, month: date, at: datetime) -> None:
        if self._stands(month, "checked"):
            months.check(month=month, by=self._finance("finance_head", at), at=at)

    def _vote(self, month: date, seat: int, at: datetime) -> None:
        found = statements.review(month)
        run = statements.open_step(found) if found else None
        body = list(dict.fromkeys(holders("standing_member", on=at.date())))
        if run and run.step == "deliberated" and seat < len(body):
            waiting = run.poll.voters.filter(person=body[seat], state=Voter.State.WAITING)
            if waiting.exists():
                ballots.cast(run_id=run.pk, choice="yes", by=body[seat], at=at)

    def _pay(self, month: date, at: datetime) -> None:
        if self._stands(month, "paid"):
            months.pay(month=month, by=self._finance("finance_clerk", at), at=at)
            jobs.send_payouts(self.bank, at=at)
