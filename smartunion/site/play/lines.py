"""The year's line to the bank: it loses a request or an answer now and then, and all is resolved.

The bank is the real process; what fails is the way there, so that both books must still agree.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from django.db import connection
from django.db.models.functions import Now

from smartunion.domains.wallet import jobs
from smartunion.domains.wallet.actions import ordering
from smartunion.domains.wallet.gateways import Bank, BankSilent
from smartunion.domains.wallet.models import BankOrder
from smartunion.domains.wallet.pages import notified
from smartunion.domains.wallet.reads import banked, waits
from smartunion.site.play.people import random_of

ONE_IN = 40
"""How many asks, about, pass before one of them or its answer is lost."""

QUIET = 4
"""After a loss, this many asks go well: whoever asks again is heard."""

BEFORE, AFTER = "before", "after"

PATIENCE = 3000
"""How often it is looked, every hundredth of a second, whether what was begun is over."""

ROUNDS = 4
"""How often all is sent: what the bank had too little money for comes after what brings it."""


class Line:
    """What stands where the bank stands; `lost` counts what was lost on the way."""

    def __init__(self, bank: Bank, strikes: Callable[[str], str]) -> None:
        self._bank, self._strikes, self.lost = bank, strikes, 0

    def __getattr__(self, name: str) -> Any:
        """Return the bank's own method, over this line."""
        method = getattr(self._bank, name)

        def over(*given: Any, **more: Any) -> Any:
            struck = self._strikes(name)
            self.lost += bool(struck)
            if struck == BEFORE:
                raise BankSilent(f"play: the request of {name} was lost")
            answer = method(*given, **more)
            if struck == AFTER:
                raise BankSilent(f"play: the answer to {name} was lost")
            return answer

        return over


def of_the_year(bank: Bank, seed: int, *whose: str) -> Line:
    """Return the line of a whole year, with the seed's luck; who else sends has luck of its own."""
    luck = _Luck(random_of(seed, "line", *whose))
    return Line(bank, luck.strikes)


class _Luck:
    def __init__(self, luck: Random) -> None:
        self._luck, self._quiet = luck, QUIET

    def strikes(self, name: str) -> str:
        """Return what happens to this ask."""
        if name not in ("carry_out", "query", "reserve", "post", "void"):
            return ""
        self._quiet -= 1
        if self._quiet >= 0 or self._luck.randrange(ONE_IN):
            return ""
        self._quiet = QUIET
        return self._luck.choice([BEFORE, AFTER])


def ask_until_known(send: Callable[..., int], bank: Bank, *, at: datetime) -> None:
    """Send until nothing is left whose outcome was lost; the played clock waits for no lease."""
    while True:
        while send(bank, at=at):
            pass
        if not (lost := waits.lost_on_the_way()):
            return
        _due_now(lost)


def send_all(bank: Bank, *, at: datetime) -> None:
    """Send until the bank has carried out all that happened so far: its files will show it."""
    _until_certain()
    for _ in range(ROUNDS):
        ask_until_known(jobs.send_payments, bank, at=at)
        ask_until_known(jobs.send_allotments, bank, at=at)
        left = BankOrder.objects.filter(two_phases=False, state__in=("waiting", "sent"))
        if not (waiting := list(left.values_list("pk", flat=True))):
            break
        _due_now(waiting)  # those, too, that a play that was killed has leased
    _until_certain()


def _until_certain() -> None:
    """Wait until every transaction that has begun is over: only then its rows become orders."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (begun,) = cursor.fetchone()
        for _ in range(PATIENCE):
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %s", [begun]
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)


def decide(bank: Bank, how: str, *, at: datetime) -> None:
    """Let the bank decide about a large purchase that was just made, over a line that is `how`.

    well: as always. lost: the answer to the posting is lost, and asked for. late: so is every
    further one, until the time is over; the void then hears that it was posted. down: the bank
    is away for an hour, and the money comes back. twice: it tells the outcome again.
    """
    _until_ordered(at)
    told = BankOrder.objects.filter(pk__in=waits.open_orders())
    keys = [f"{banked.mark()}-{document}" for document in told.values_list("document", flat=True)]
    every = ("open_wallets", "reserve", "post", "void", "query")
    soon, over = at + timedelta(seconds=1), at + timedelta(minutes=3)
    if how == "down":
        _over(bank, every, BEFORE, soon)
        _over(bank, every, BEFORE, over)
    elif how in ("lost", "late"):
        _over(bank, ("post",), AFTER, soon)
    ends = {"down": at + timedelta(hours=1), "late": over}
    while waits.open_orders():
        _over(bank, (), "", ends.get(how, soon + timedelta(seconds=3)))
    if how == "twice":
        notified.hear(bank.query(keys).values(), at=over)


def _over(bank: Bank, names: Collection[str], when: str, at: datetime) -> None:
    _due_now(waits.open_orders())
    line = Line(bank, lambda name: when if name in names else "")
    jobs.decide_waiting(cast(Bank, line), at=at)


def _until_ordered(at: datetime) -> None:
    """Wait until the purchase is certainly over, so that its order is written."""
    for _ in range(PATIENCE):
        ordering.order(at=at)
        if not waits.without_order():
            return
        time.sleep(0.01)


def _due_now(order_ids: Collection[int]) -> None:
    BankOrder.objects.filter(pk__in=order_ids).update(due_at=Now())
