"""A plan year, a few members, two shops, and payments as rows: what the figures are made of."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps

from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Person
from tests.cast import MARCH_5, appoint, person, unit

APRIL_23 = datetime(2025, 4, 23, 10, 42, tzinfo=CAMPUS)


class Scene:
    """Rows of the shop, made by hand; `pay` is one purchase."""

    def __init__(self) -> None:
        self.seq = itertools.count(1)
        self.wallets: dict[int, Any] = {}
        self.tills: dict[str, Any] = {}

    def member(self, username: str, name: str = "") -> Person:
        return person(username, name or f"{username}老师", unit("B01", "外国语学院工会分会"))

    def wallet(self, who: Person) -> Any:
        if who.pk not in self.wallets:
            self.wallets[who.pk] = apps.get_model("wallet", "Wallet").objects.create(
                owner=who, opened_at=MARCH_5
            )
        return self.wallets[who.pk]

    def till(self, shop: str) -> Any:
        if shop not in self.tills:
            number = f"S-{len(self.tills) + 1:03}"
            merchant = apps.get_model("wallet", "Merchant").objects.create(
                unit=unit(number, shop, "merchant"), number=number, name=shop, category="餐饮",
                undertaking_signed_at=MARCH_5, deposit_fen=2_000_000, state="active",
            )  # fmt: skip
            self.tills[shop] = apps.get_model("wallet", "Terminal").objects.create(
                merchant=merchant, code=f"T{number}"
            )
        return self.tills[shop]

    def pay(
        self, who: Person, at: datetime, fen: int = 12_00, *, shop: str = "第一食堂",
        subsidy_fen: int = 0, status: str = "S",
    ) -> Any:  # fmt: skip
        till = self.till(shop)
        number = next(self.seq)
        good = status != "F"
        return apps.get_model("wallet", "Payment").objects.create(
            terminal=till, biz_date=campus_day(at), terminal_seq=number, request_hash=b"",
            wallet=self.wallet(who), merchant=till.merchant, month=at.year * 100 + at.month,
            seq=number if good else None, asked_fen=fen, ecny_fen=fen if good else 0, points_fen=0,
            subsidy_fen=subsidy_fen if good else 0, born=status, status=status,
            occurred_at=at, received_at=at,
        )  # fmt: skip


@pytest.fixture
def scene(db: None) -> Scene:
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    return Scene()


@pytest.fixture
def officer(scene: Scene) -> Person:
    """王主任, who may see figures and their rows, with names."""
    who = person("wang", "王建国", unit("B02", "机关工会分会"))
    appoint(
        who, "cockpit.view", "indicator.view", "indicator.rows", "people.view", "plan.view", "home"
    )
    return who


def shift_to(at: datetime) -> str:
    """Return the clock offset that makes it this moment now."""
    return str((at - datetime.now(UTC)).total_seconds())


@pytest.fixture
def in_april(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the house believe that it is 23 April 2025, 10:42."""
    monkeypatch.setenv(clock.VARIABLE, shift_to(APRIL_23))
