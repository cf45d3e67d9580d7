"""A campus that trades: the real plan year 2025, lin with money, a canteen with a till."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection

from smartunion.domains.planning import public as planning
from smartunion.domains.wallet.actions import admitting, opening, paying, refunding
from smartunion.domains.wallet.models import Credit, Merchant, Terminal, Wallet
from smartunion.domains.wallet.reads import figures, keys, tills
from smartunion.domains.wallet.reads.audits import audits_on
from smartunion.domains.wallet.rules import code_of, month_number
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.ledger.audits import AUDITS
from smartunion.kernel.people.models import Person
from tests.cast import person, unit

NOON = datetime(2025, 3, 10, 12, 0, tzinfo=CAMPUS)


@dataclass
class Campus:
    """What a test says in one word; everything goes through the real actions."""

    at: datetime = NOON
    seq: int = 0
    wallets: dict[str, Wallet] = field(default_factory=dict)
    tills: dict[str, Terminal] = field(default_factory=dict)

    def member(self, name: str, ecny: int = 0, points: int = 0) -> Wallet:
        """Open a wallet with money in it (fen), as allotted and credited."""
        who = Person.objects.filter(username=name).first() or person(
            name, name, unit("B01", "外国语学院工会分会")
        )
        wallet = opening.open_wallet(person=who, by=None, at=self.at)
        self.fill(wallet, ecny, points)
        self.wallets[name] = Wallet.objects.get(pk=wallet.pk)
        return self.wallets[name]

    def fill(self, wallet: Wallet, ecny: int = 0, points: int = 0) -> None:
        if ecny or points:
            Credit.objects.create(
                wallet=wallet, kind="points" if not ecny else "allotment",
                month=month_number(self.at), ecny_fen=ecny, points_fen=points,
                fund_source="test", budget_code="2025/3.1/mall.allotment",
                document=f"test:{wallet.pk}:{Credit.objects.count()}", at=self.at,
            )  # fmt: skip
            row = Wallet.objects.get(pk=wallet.pk)
            Wallet.objects.filter(pk=wallet.pk).update(
                ecny_fen=row.ecny_fen + ecny, points_fen=row.points_fen + points
            )

    def shop(self, number: str, name: str = "") -> Terminal:
        """Open a shop with one till, undertaking and deposit in order."""
        if number not in self.tills:
            shop = admitting.register_merchant(
                number=number, name=name or f"商户{number}", category="餐饮", by=None, at=self.at
            )
            if shop.state != Merchant.State.ACTIVE:
                admitting.sign_undertaking(merchant_id=shop.pk, by=None, at=self.at)
                admitting.pay_deposit(
                    merchant_id=shop.pk, amount_fen=20_000_00, document=f"deposit:{number}",
                    by=None, at=self.at,
                )  # fmt: skip
                admitting.activate(merchant_id=shop.pk, by=None, at=self.at)
            self.tills[number] = admitting.register_terminal(
                merchant_id=shop.pk, code=f"{number}T1", by=None, at=self.at
            )
        return self.tills[number]

    def next(self) -> int:
        self.seq += 1
        return self.seq

    def later(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at

    def code(self, wallet: Wallet, at: datetime | None = None) -> str:
        return code_of(wallet.pk, int((at or self.at).timestamp() * 10), keys.code_key())

    def pay(self, wallet: Wallet, fen: int, till: Terminal | None = None, **more: object):
        """Pay an hour after the last one, so that no burst comes of it unless asked for."""
        if "at" not in more:
            more["at"] = self.later(hours=1)
        at: datetime = more["at"]  # type: ignore[assignment]
        return paying.pay(
            terminal_id=(till or self.shop("M01")).pk,
            biz_date=more.pop("biz_date", None) or campus_day(more.get("occurred_at") or at),
            terminal_seq=more.pop("seq", None) or self.next(),
            total_fen=fen,
            wallet_id=None if "code" in more else wallet.pk,
            **more,
        )

    def refund(
        self, payment_id: int, fen: int | None, till: Terminal | None = None, **more: object
    ):
        at = more.pop("at", None) or self.later(minutes=1)
        return refunding.refund(
            payment_id=payment_id, amount_fen=fen, terminal_id=(till or self.shop("M01")).pk,
            biz_date=campus_day(at), terminal_seq=more.pop("seq", None) or self.next(), at=at,
            **more,
        )  # fmt: skip

    def row(self, wallet: Wallet) -> Wallet:
        return Wallet.objects.get(pk=wallet.pk)


@pytest.fixture
def campus(request: pytest.FixtureRequest) -> Campus:
    request.getfixturevalue("transactional_db" if _transactional(request) else "db")
    figures.forget()
    tills.forget()
    planning.import_year(year=2025, by=None, at=NOON, because="test")
    return Campus()


def _transactional(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


def assert_clean() -> None:
    """Every audit of ledger and wallet holds."""
    broken = {
        audit.id: rows
        for audit in (*AUDITS, *audits_on(NOON.date()))
        if (rows := audit.offenders())
    }
    assert broken == {}


@pytest.fixture(autouse=True)
def _audited(request: pytest.FixtureRequest):
    """After every test with a campus the books are clean, unless the test breaks them by hand."""
    yield
    if "campus" in request.fixturenames and not request.node.get_closest_marker("breaks"):
        assert_clean()


def until_all_is_over() -> None:
    """Wait until the watermark of folds and orders has passed everything that was written so far.

    It waits for every transaction of the server: another test's, a vacuum's, a killed process's.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (mine,) = cursor.fetchone()
        for _ in range(400):
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [mine]
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("a transaction of this server has been open for 20 seconds")
