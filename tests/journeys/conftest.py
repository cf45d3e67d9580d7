"""The campus of 10 March 2025 before a real browser: the clock of the served house is shifted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from smartunion.domains.planning import public as planning
from smartunion.domains.settlement.actions import importing, matching
from smartunion.domains.settlement.tests.conftest import DAY, MARK, NIGHT, Said, account, written
from smartunion.domains.wallet.actions import (
    admitting,
    allotting,
    folding,
    legs,
    opening,
    ordering,
    paying,
)
from smartunion.domains.wallet.models import (
    Allotment,
    BankFeed,
    BankOrder,
    Payment,
    Terminal,
    Wallet,
)
from smartunion.domains.wallet.reads import figures, tills
from smartunion.domains.wallet.tests.conftest import until_all_is_over
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Office, Person, Unit
from tests.browser import PHONE, serving, sign_in
from tests.cast import appoint, person, unit

NOON = datetime(2025, 3, 10, 12, 0, tzinfo=CAMPUS)
TILL: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}


@dataclass(frozen=True)
class March:
    """The house as it is served, and how far its clock is from ours."""

    url: str
    offset: timedelta

    def now(self) -> datetime:
        """Return the present of the served house."""
        return datetime.now(UTC) + self.offset


@pytest.fixture(scope="session")
def march(django_db_setup: None, django_db_blocker: Any) -> Iterator[March]:
    """Serve the house at noon of 10 March 2025."""
    seconds = round((NOON - datetime.now(UTC)).total_seconds())
    with (
        django_db_blocker.unblock(),
        serving(SMARTUNION_CLOCK_OFFSET=str(seconds)) as url,
    ):
        yield March(url, timedelta(seconds=seconds))


@dataclass
class Market:
    """One canteen with a till, people with wallets; everything through the real actions."""

    march: March
    till: Terminal
    people: dict[str, Person] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.march.now()

    def wallet(self, who: Person, *, ecny: int = 0, points: int = 0) -> Wallet:
        """Open a wallet; the money comes by an allotment that the bank has credited."""
        at = self.now()
        opening.open_wallet(person=who, by=who, at=at)
        if ecny:
            allotting.allot(person=who, amount_fen=ecny, by=who, at=at)
            self.bank_credits()
        if points:
            allotting.credit_points(
                persons=[who], points_fen=points, document="test", fund_source="dues",
                by=self.people["giver"], at=at, because="三八节活动积分",
            )  # fmt: skip
        return Wallet.objects.get(owner=who)

    def pay(self, wallet: Wallet, fen: int) -> paying.Paid:
        """Pay at the canteen now, without a till page."""
        at = self.now()
        day = campus_day(at)
        return paying.pay(
            terminal_id=self.till.pk, biz_date=day, terminal_seq=tills.next_seq(self.till.pk, day),
            total_fen=fen, wallet_id=wallet.pk, at=at,
        )  # fmt: skip

    def bank_is_asked(self) -> int:
        """Hold the money of the purchase that waits, as the bank does; return its order."""
        until_all_is_over()
        ordering.order(at=self.now())
        order = BankOrder.objects.get(two_phases=True)
        legs.heard(order_id=order.pk, status="RESERVED", bank_ref="CCB-R1", at=self.now())
        return order.pk

    def bank_posts(self, order_id: int) -> None:
        """Answer that the held money is the merchant's."""
        at = self.now()
        assert legs.may_post(order_id=order_id, at=at)
        legs.heard(order_id=order_id, status="POSTED", bank_ref="CCB-1", posted_at=at, at=at)

    def books_and_bank_agree(self) -> None:
        """Order and fold what was paid; let the bank carry it out and send its day's file."""
        BankFeed.objects.create(pk=1, mark=MARK)
        until_all_is_over()
        ordering.order(at=self.now())
        folding.fold(at=self.now())
        orders = list(BankOrder.objects.filter(kind="PAY").order_by("pk"))
        ordering.orders_done(
            done=[(one.pk, f"CCB-{one.pk}", one.occurred_at) for one in orders], at=self.now()
        )
        said = []
        for one in orders:
            sale = Payment.objects.select_related("terminal").get(pk=int(one.document[8:]))
            said.append(
                Said(
                    "PAY", f"{MARK}-{one.document}", f"CCB-{one.pk}", one.amount_fen, one.wallet_id,
                    f"{MARK}-M{one.merchant_id}",
                    f"{sale.terminal.code}-{sale.biz_date:%Y%m%d}-{sale.terminal_seq}",
                    at=one.occurred_at.astimezone(CAMPUS),
                )
            )  # fmt: skip
        importing.take_account(
            day=DAY, name="STATEMENT", data=account(DAY, 1000, []), genuine=True, by=None, at=NIGHT
        )
        importing.take_file(
            day=DAY, number=1, name=f"UNION_CCB_{DAY:%Y%m%d}_1.txt", data=written(said),
            signature="sm2,bank,x", genuine=True, by=None, at=NIGHT,
        )  # fmt: skip
        matching.reconcile(day=DAY, at=NIGHT)

    def bank_credits(self) -> None:
        """Answer every open allotment as the bank does."""
        for each in Allotment.objects.filter(state__in=("requested", "sent")):
            at = self.now()
            allotting.allotment_sent(allotment_id=each.pk, at=at)
            allotting.allotment_credited(allotment_id=each.pk, bank_ref=f"CCB{each.pk}", at=at)


def answer_ten(phone: Page, number: int, told: Sequence[int], *, by_hand: bool) -> None:
    """Answer the ten questions of a page of the questionnaire, each tapped or all at once."""
    items = range(number * 10 - 9, number * 10 + 1)
    chosen = [f"input[name=i{item}][value='{told[item - 1]}']" for item in items]
    if by_hand:
        for one in chosen:
            phone.locator("label", has=phone.locator(one)).click()
    else:
        tick = "each => each.forEach(one => { document.querySelector(one).checked = true })"
        phone.evaluate(tick, chosen)


@pytest.fixture
def market(transactional_db: None, march: March) -> Market:
    """Open the canteen, with its plan year."""
    figures.forget()
    tills.forget()
    planning.import_year(year=2025, by=None, at=NOON, because="test")
    Office.objects.get_or_create(
        code="member", defaults={"title": "会员", "scope": "own", "grants": ["wallet.own", "home"]}
    )
    shop = admitting.register_merchant(
        number="M01", name="第一食堂", category="餐饮", place="东区食堂一层", by=None, at=NOON
    )
    admitting.sign_undertaking(merchant_id=shop.pk, by=None, at=NOON)
    admitting.pay_deposit(
        merchant_id=shop.pk, amount_fen=20_000_00, document="deposit:M01", by=None, at=NOON
    )
    admitting.activate(merchant_id=shop.pk, by=None, at=NOON)
    till = admitting.register_terminal(
        merchant_id=shop.pk, code="CCB-7741-0001", name="1号收银台", by=None, at=NOON
    )
    giver = person("giver", "高兴发", unit("B09", "图书馆工会分会"))
    return Market(march, till, {"giver": giver})


@pytest.fixture
def cashier(market: Market) -> Person:
    """Stand at the canteen's till."""
    home = Unit.objects.get(code="M01")
    who = person("luo", "罗小军", home, Person.Kind.MERCHANT)
    appoint(who, "till.use", "merchant.own", scope=Office.Scope.UNIT)
    return who


@pytest.fixture
def officer(market: Market, wang: Person) -> Person:
    """王主任 with the offices that decide."""
    appoint(
        wang,
        "wallet.desk",
        "wallet.release",
        "wallet.points",
        "indicator.view",
        "cockpit.view",
        "plan.view",
    )
    return wang


@pytest.fixture
def opens(screen: Callable[..., Any], march: March) -> Callable[..., Page]:
    """Return a function that opens an address of the March house as a person."""

    def opened(who: Person, path: str, size: dict[str, Any] = PHONE, **more: Any) -> Page:
        context = screen(size, base_url=march.url, **more)
        context.add_cookies([{**sign_in(who), "url": march.url}])
        page: Page = context.new_page()
        page.goto(path)
        return page

    return opened
