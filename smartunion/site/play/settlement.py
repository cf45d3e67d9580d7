"""The bank's days and the month's review in the played year: matched, checked, voted on, paid.

On some days of every month the bank's file is wrong: a line is missing or too many, a fen too much,
a booked one told as failed, or the whole file is refused. The bank is asked to send it again, and
each month ends with no fen unexplained. Once a quarter it pays interest that nobody asked for.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import httpx

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases, months
from smartunion.domains.settlement.reads import desk, statements
from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting, holders
from smartunion.kernel.procedures import ballots
from smartunion.kernel.procedures.models import Voter

from . import lines
from .campus import Campus, moment
from .errands import Errands
from .people import random_of

SEATS = 7
Note = Callable[[datetime, Callable[[datetime], None]], None]

WRONG_LINES = ("file_missing", "file_extra", "file_amount", "file_failed")
WRONG_FILES = ("file_trailer", "file_signature", "file_twice", "file_decimal", "file_yesterday")
"""What can be wrong with lines of a file, which is then found by matching, and with a whole one."""

ROADS: tuple[dict[str, int], ...] = (
    {},
    {"delay_ms": 60},
    {"lose_answers": 1},
    {"lose_requests": 1},
)
"""On the way of what is sent that night: nothing, a delay, a lost answer, a lost request."""

INTEREST_DAY = 21
INTEREST_FEN = 9_000
"""The bank pays on the 21st of a quarter's last month, about so much for 300 people's wallets."""


class Messenger:
    """Who asks the bank beside the play (errands.py): for the days' files, over a bad road too."""

    def __init__(self, bank: Any, line: Any, world: str) -> None:
        """Ask for files of `bank`, send over `line`; `world` is where the faults are switched."""
        self.bank, self.line = bank, line
        self.switch = partial(_switch, httpx.Client(base_url=world, trust_env=False, timeout=10))
        if world:  # what a play that was killed left wrong would strike another day
            self.switch({})

    def match(self, until: date, at: datetime) -> None:
        """Fetch and match the days until one whose orders the bank has carried out."""
        before = min(until + timedelta(days=1), campus_day(at))
        for day in desk.days_to_fetch(before=before, at=at):
            jobs.fetch(self.bank, day=day, at=at)

    def strike(self, day: date, fault: dict[str, Any], road: dict[str, Any], at: datetime) -> None:
        """Match the days until one whose file is wrong; on the road to the bank something is lost.

        Nothing strikes twice: what was matched before stays as it is.
        """
        if not statements.unmatched(day):
            return
        self.switch(road)
        try:
            lines.send_all(self.line, at=at)
            self.switch({})  # nothing is lost where nothing was left to send
            self.match(day - timedelta(days=1), at)
            self.switch(fault)
            jobs.fetch(self.bank, day=day, at=at)
        finally:
            self.switch({})

    def fetch(self, day: date, at: datetime) -> None:
        """Fetch the file that comes after one that was refused, as the worker does."""
        if statements.unmatched(day):
            self.match(day, at)

    def ask_again(self, day: date, at: datetime) -> None:
        """Ask for the day's file again where it differs from what we say."""
        if desk.open_cases().filter(day=day).exists():
            clerk = _finance("finance_clerk", at)
            cases.ask_resend(day=day, by=clerk, at=at, because="当日有差错，请银行补发")
            jobs.fetch(self.bank, day=day, at=at)


def _switch(world: httpx.Client, fault: dict[str, Any]) -> None:
    """Set the bank's faults; what is not named is right again."""
    world.post("/faults", data=fault)


def _finance(office: str, at: datetime) -> Person:
    on = at.date()
    return next(one.person for each in (office, "finance_head") if (one := acting(each, on=on)))


class Settlement:
    """What finance and the committee do for the shop, month after month."""

    def __init__(
        self, campus: Campus, note: Note, bank: Any, *, line: Any, errands: Errands, world: str
    ) -> None:
        """Settle every month; `world` is where the bank's faults are switched, empty: nowhere.

        `line` is the year's line to the bank, which loses what is sent.
        """
        self.campus, self.note, self.bank, self.line = campus, note, bank, line
        self.errands, self.world, self.struck = errands, world, False

    def trouble(self, month: date) -> None:
        """Note the days of a month whose file will be wrong, and the interest of its quarter."""
        luck = random_of(self.campus.seed, "bank", month)
        last = (next_month(month) - timedelta(days=1)).day
        for week, wrong in enumerate((WRONG_LINES, WRONG_FILES, WRONG_LINES)):
            day = month.replace(day=min(luck.randint(2, 8) + 9 * week, last - 1))
            fault = {luck.choice(wrong): 1, "seed": luck.randrange(1000)}
            road = luck.choice(ROADS)
            after = day + timedelta(days=1)
            self.note(moment(after, "02:40"), partial(self._strike, day, fault, road))
            self.note(moment(after, "03:15"), partial(self._fetch, day))
            self.note(moment(after, "09:20"), partial(self._ask_again, day))
            # A case of that day has until the end of the second working day.
            self.note(moment(after + timedelta(days=2), "00:05"), lambda at: self.quiet())
        if month.month % 3 == 0:
            day = month.replace(day=INTEREST_DAY)
            fen = {"interest_fen": INTEREST_FEN + luck.randrange(1000), "interest_on": str(day)}
            self.note(moment(day, "23:59"), partial(self._earn, fen))

    def _earn(self, fen: dict[str, Any], at: datetime) -> None:
        day = campus_day(at)
        if self.world and statements.unmatched(day):
            self.quiet()
            with httpx.Client(base_url=self.world, trust_env=False) as world:
                _switch(world, fen)

    def _strike(self, day: date, fault: dict[str, Any], road: dict[str, Any], at: datetime) -> None:
        if self.world:
            self.struck = True
            self.errands.begin("strike", day, fault, road, at)

    def _fetch(self, day: date, at: datetime) -> None:
        self.errands.begin("fetch", day, at)

    def _ask_again(self, day: date, at: datetime) -> None:
        self.errands.begin("ask_again", day, at)

    def quiet(self) -> None:
        """Wait until nothing is wrong at the bank that was to strike a day's file."""
        if self.struck:
            self.errands.wait()
        self.struck = False

    def match(self, *, until: date, at: datetime) -> None:
        """Begin to match the days until one whose orders the bank has carried out."""
        self.errands.begin("match", until, at)

    def close(self, month: date, *, by: Person, at: datetime) -> None:
        """Match and freeze a month on the day of its review."""
        self.quiet()
        lines.send_all(self.line, at=at)
        self.match(until=campus_day(at), at=at)
        self.errands.wait()
        months.freeze(month=month, by=by, at=at)

    def plan(self, month: date, on: datetime) -> None:
        """Note how a frozen month goes its way: finance, the vote of seven, the payment."""
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

    def _check(self, month: date, at: datetime) -> None:
        if self._stands(month, "checked"):
            months.check(month=month, by=_finance("finance_head", at), at=at)

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
            months.pay(month=month, by=_finance("finance_clerk", at), at=at)
            self.quiet()
            jobs.send_payouts(self.bank, at=at)
