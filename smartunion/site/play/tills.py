"""The crowd: a day's draws, purchases and returns, made by several processes at once.

What different people do with their wallets has nothing to do with each other, so a day is split by
person; whatever order they come in, the books are the same.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol, TypeVar

from django.db import connection

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.actions import allotting, numbers, opening, paying, refunding
from smartunion.domains.wallet.reads import figures, purses
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person


class Asked(Protocol):
    """What somebody wants at a moment."""

    @property
    def person_id(self) -> int: ...

    @property
    def at(self) -> datetime: ...


A = TypeVar("A", bound=Asked)
R = TypeVar("R")


@dataclass(frozen=True)
class Draw:
    """A month's quota drawn by its member."""

    person_id: int
    at: datetime


@dataclass(frozen=True)
class Return:
    """A purchase brought back to the till, whole (`part_fen` None) or in part."""

    person_id: int
    payment_id: int
    terminal_id: int
    day: date
    number: int
    part_fen: int | None
    at: datetime


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
    phone = f"phone-{person.pk}"
    try:
        code = purses.code(person, phone, at=purchase.at) or opening.issue_code(
            person=person, device_key=phone, by=person, at=purchase.at
        )
        paid = paying.pay(
            terminal_id=purchase.terminal_id,
            biz_date=purchase.day,
            terminal_seq=purchase.number,
            total_fen=purchase.total_fen,
            code=code,
            points_fen=purchase.points_fen,
            pending=rules.waits_for_bank(purchase.total_fen, figures.terms_on(purchase.day)),
            at=purchase.at,
        )
    except Refused as no:
        numbers.refused(
            terminal_id=purchase.terminal_id, biz_date=purchase.day,
            terminal_seq=purchase.number, no=no, at=purchase.at,
        )  # fmt: skip
        return Bought(purchase, refusal=no.code)
    return Bought(purchase, payment_id=paid.id)


def draw(asked: Draw) -> str:
    """Draw the quota as the member does on the phone; return the refusal's code, or nothing."""
    person = Person(pk=asked.person_id)
    try:
        allotting.allot(person=person, by=person, at=asked.at)
    except Refused as no:
        return no.code
    return ""


def give_back(asked: Return) -> str:
    """Give the money back as the till does; return the refusal's code, or nothing."""
    try:
        refunding.refund(
            payment_id=asked.payment_id,
            terminal_id=asked.terminal_id,
            biz_date=asked.day,
            terminal_seq=asked.number,
            amount_fen=asked.part_fen,
            at=asked.at,
            because="商品退换",
        )
    except Refused as no:
        numbers.refused(
            terminal_id=asked.terminal_id, biz_date=asked.day, terminal_seq=asked.number, no=no,
            at=asked.at,
        )  # fmt: skip
        return no.code
    return ""


HURRIED = {"PGOPTIONS": "-c synchronous_commit=off"}
"""The same for the bank that is played with: what it says of itself reaches the disk with ours."""


def hurry() -> None:
    """Let this connection not wait for the disk: a year that a power cut takes is played again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def start_afresh() -> None:
    """In a forked process: let go of the connection that the other one still speaks on."""
    connection.connection = None
    threading.Thread(target=_end_with_the_play, daemon=True).start()
    hurry()


def _end_with_the_play() -> None:
    """End when the play has ended, however it did: killed, it cannot say so any more."""
    if play := multiprocessing.parent_process():
        play.join()
        os._exit(1)


def _all(do: Callable[[A], R], asked: Sequence[A]) -> list[R]:
    return [do(each) for each in sorted(asked, key=lambda each: each.at)]


class Crowd:
    """Several processes; what one person does stays in one of them and in order."""

    def __init__(self, pool: ProcessPoolExecutor, size: int) -> None:
        self.pool, self.size = pool, size

    def begin(self, do: Callable[[A], R], asked: Iterable[A]) -> Iterator[R]:
        """Begin with what people ask; read the iterator to wait for what became of each."""
        shares: list[list[A]] = [[] for _ in range(self.size)]
        for each in asked:
            shares[each.person_id % self.size].append(each)
        begun = self.pool.map(partial(_all, do), [share for share in shares if share])
        return (result for share in begun for result in share)


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Open the doors: one process for each core, each with a connection of its own."""
    size = os.cpu_count() or 1
    connection.close()  # a forked process must not inherit a live one
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(size, mp_context=fork, initializer=start_afresh) as pool:
        list(pool.map(_all, [buy] * size, [[]] * size))
        hurry()
        yield Crowd(pool, size)
