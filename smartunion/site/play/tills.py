"""The crowd at the tills: a day's purchases, made by several processes at once.

Purchases of different people have nothing to do with each other, so a day is split by person;
whatever order they come in, the books are the same.
"""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from smartunion.domains.wallet.actions import opening, paying
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person


@dataclass(frozen=True)
class Purchase:
    """One purchase as the till will ask for it."""

    person_id: int
    terminal_id: int
    day: date
    number: int
    total_fen: int
    points_fen: int
    at: datetime
    back_at: datetime | None = None
    back_fen: int | None = None
    """When it will be given back, and how much of it (None: all)."""


@dataclass(frozen=True)
class Bought:
    """What became of a purchase: the payment, or the code of the refusal."""

    purchase: Purchase
    payment_id: int = 0
    refusal: str = ""


def buy(purchase: Purchase) -> Bought:
    """Show a code on the person's phone and let the till take it."""
    person = Person(pk=purchase.person_id)
    try:
        code = opening.issue_code(
            person=person, device_key=f"phone-{person.pk}", by=person, at=purchase.at
        )
        paid = paying.pay(
            terminal_id=purchase.terminal_id,
            biz_date=purchase.day,
            terminal_seq=purchase.number,
            total_fen=purchase.total_fen,
            code=code,
            points_fen=purchase.points_fen,
            at=purchase.at,
        )
    except Refused as no:
        return Bought(purchase, refusal=no.code)
    return Bought(purchase, payment_id=paid.id)


def hurry() -> None:
    """Let this connection not wait for the disk: a year that a power cut takes is played again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def start_afresh() -> None:
    """In a forked process: let go of the connection that the other one still speaks on."""
    connection.connection = None
    hurry()


def _all(purchases: list[Purchase]) -> list[Bought]:
    return [buy(each) for each in sorted(purchases, key=lambda each: each.at)]


class Crowd:
    """Several processes that buy; what one person buys stays in one of them and in order."""

    def __init__(self, pool: ProcessPoolExecutor, size: int) -> None:
        self.pool, self.size = pool, size

    def shop(self, purchases: Iterable[Purchase]) -> list[Bought]:
        """Make the purchases and return what became of each."""
        shares: list[list[Purchase]] = [[] for _ in range(self.size)]
        for each in purchases:
            shares[each.person_id % self.size].append(each)
        return [bought for share in self.pool.map(_all, shares) for bought in share]


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Open the doors: one process for each core, each with a connection of its own."""
    size = os.cpu_count() or 1
    connection.close()  # a forked process must not inherit a live one
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(size, mp_context=fork, initializer=start_afresh) as pool:
        list(pool.map(_all, [[] for _ in range(size)]))
        hurry()
        yield Crowd(pool, size)
