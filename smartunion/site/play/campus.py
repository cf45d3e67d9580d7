"""The demonstration campus as the actions need it: its shops, its members, its officers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from smartunion.domains.merchants.actions import admitting as entering
from smartunion.domains.merchants.reads import cases
from smartunion.domains.wallet.actions import admitting
from smartunion.domains.wallet.models import Merchant
from smartunion.kernel.base import yamls
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import members
from smartunion.site.cast import BY_USERNAME

from .people import Shop

HERE = Path(__file__).parent


def moment(day: date, at: str | time = "09:00") -> datetime:
    """Return a moment of a campus day: moment(day, "12:05")."""
    return datetime.combine(day, time.fromisoformat(at) if isinstance(at, str) else at, CAMPUS)


def told(name: str) -> dict[str, Any]:
    """Return one of the files beside this module."""
    data: dict[str, Any] = yamls.read(HERE / name)
    return data


@dataclass
class Campus:
    """Everything that a day of the year is lived with."""

    seed: int
    calendar: Calendar
    shops: list[Shop]
    tills: dict[str, list[int]]
    people: list[Person]
    story: dict[str, Any]
    officers: dict[str, Person]
    points_fen: dict[int, int] = field(default_factory=dict)
    numbers: dict[tuple[int, date], int] = field(default_factory=dict)

    def number(self, terminal_id: int, day: date) -> int:
        """Return the terminal's next number of the business day."""
        self.numbers[terminal_id, day] = self.numbers.get((terminal_id, day), 0) + 1
        return self.numbers[terminal_id, day]

    def person(self, clue: dict[str, Any]) -> Person:
        """Return whom a line of the story is about: one of the cast, or one of the crowd."""
        if "username" in clue:
            return next(p for p in self.people if p.username == clue["username"])
        extras = [p for p in self.people if p.username not in BY_USERNAME]
        number: int = clue["person"]
        return extras[number % len(extras)]


def gather(*, seed: int, year: int, tills: dict[str, list[int]]) -> Campus:
    """Return the campus once it is founded; the same seed and size give the same one."""
    crowd = told("merchants.yaml")
    shops = [
        Shop(
            code=each["code"],
            category=crowd["kinds"][each["kind"]]["category"],
            weight=each["weight"],
            hours=tuple(crowd["kinds"][each["kind"]]["hours"].items()),
            low_fen=crowd["kinds"][each["kind"]]["low_fen"],
            high_fen=crowd["kinds"][each["kind"]]["high_fen"],
        )
        for each in crowd["merchants"]
    ]
    staff = {p.username: p for p in Person.objects.filter(kind=Person.Kind.STAFF)}
    return Campus(
        seed=seed,
        calendar=campus(),
        shops=shops,
        tills=tills,
        people=list(members(on=date(year, 1, 1)).order_by("username")),
        story=told(f"{year}.yaml"),
        officers=staff,
    )


def open_shops(*, day: date, deposit_fen: int) -> dict[str, list[int]]:
    """Take all merchants in, as the plan's first milestones say; return their terminals."""
    crowd = told("merchants.yaml")
    wang = Person.objects.get(username="wang")
    tills: dict[str, list[int]] = {}
    for number, each in enumerate(crowd["merchants"]):
        at = moment(day, time(9, number))
        kind = crowd["kinds"][each["kind"]]
        shop = admitting.register_merchant(
            number=each["code"], name=each["name"], category=kind["category"], by=wang, at=at
        )
        tills[each["code"]] = [
            _till(shop.pk, f"{each['code']}-{n}", by=wang, at=at)
            for n in range(1, 1 + kind.get("tills", 1))
        ]
        if each["code"] in BY_SHEET:
            _by_the_sheet(shop, deposit_fen, at)
        elif shop.state != shop.State.ACTIVE:
            admitting.sign_undertaking(merchant_id=shop.pk, by=wang, at=at)
            admitting.pay_deposit(
                merchant_id=shop.pk, amount_fen=deposit_fen,
                document=f"回单 0113-{each['code']}", by=wang, at=at,
            )  # fmt: skip
            admitting.activate(merchant_id=shop.pk, by=wang, at=at)
    return tills


BY_SHEET = ("M36", "M38", "M39", "M40", "M41")
"""Who comes in by the sheet, step by step: a shop is 230 queries, and all 41 are four seconds."""


def _by_the_sheet(shop: Merchant, deposit_fen: int, at: datetime) -> None:
    """Let a shop be admitted as the officers do it; a second time changes nothing."""
    if shop.state == shop.State.ACTIVE:
        return
    tang, li, wang = (Person.objects.get(username=name) for name in ("tang", "li", "wang"))
    pk = shop.pk
    entering.open_admission(merchant_id=pk, by=tang, at=at)
    step = cases.step_of(pk)
    acts: dict[str, Callable[[], object]] = {
        "undertaking": lambda: entering.sign(
            merchant_id=pk,
            signer=f"{shop.name}负责人",
            paper=f"承诺书 {shop.number}",
            by=tang,
            at=at,
        ),
        "deposit": lambda: entering.take_deposit(
            merchant_id=pk, amount_fen=deposit_fen, slip=f"回单 0113-{shop.number}", by=li, at=at
        ),
        "acceptance": lambda: entering.accept(
            merchant_id=pk, note="试收 0.01 元并退回", by=tang, at=at
        ),
        "admission": lambda: entering.admit(merchant_id=pk, by=wang, at=at),
    }
    while step:
        acts[step]()
        step = cases.step_of(pk)


def _till(merchant_id: int, code: str, *, by: Person, at: datetime) -> int:
    """Register a terminal with its key; a second time changes nothing."""
    terminal = admitting.register_terminal(merchant_id=merchant_id, code=code, by=by, at=at)
    if not terminal.keys.exists():
        admitting.issue_key(terminal_id=terminal.pk, by=by, at=at)
    return terminal.pk
