"""A merchant comes and goes by the sheets, through the pages, with its deposit to the fen."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.merchants.actions import deciding, detecting, disputing, leaving
from smartunion.domains.merchants.models import Departure, Dispute, Suspicion
from smartunion.domains.merchants.reads import cases
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.settlement import public as settlement
from smartunion.domains.settlement.actions import months
from smartunion.domains.settlement.rules.refusals import ClawBackTooLarge
from smartunion.domains.wallet.actions import admitting
from smartunion.domains.wallet.models import Merchant, SubsidyAdjustment, Terminal, Wallet
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.reads import balance_fen
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.refusals import NotYours, OwnMatter
from tests.cast import appoint

MORNING = datetime(2025, 3, 11, 9, tzinfo=CAMPUS)


@pytest.fixture
def house(
    campus: Campus, organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> Campus:
    campus.at = MORNING
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    return campus


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def say(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.clause("R055")
@pytest.mark.clause("R056")
@pytest.mark.clause("R047")
@pytest.mark.clause("T21")
def test_a_shop_comes_in_step_by_step_each_by_its_own_office(
    house: Campus, organization: dict[str, Person]
) -> None:
    """Undertaking by the officer, money by finance, terminals tried, the chair admits."""
    shop = admitting.register_merchant(
        number="M77", name="南门裁缝", category="生活服务", by=None, at=MORNING
    )
    page = reverse("merchants:shop", args=[shop.pk])
    tang, li, wang = (signed_in(organization[name]) for name in ("tang", "li", "wang"))
    assert "立准入件" in say(tang.get(page))
    tang.post(page, {"do": "open"})
    assert tang.post(page, {"do": "open"}).status_code == 302  # twice is once
    assert cases.step_of(shop.pk) == "undertaking"
    early = wang.post(page, {"do": "admission"})
    assert (early.status_code, "现在不在办理" in say(early)) == (409, True)
    assert (
        li.post(page, {"do": "undertaking", "signer": "刘玉兰", "paper": "CN-77"}).status_code
        == NotYours.status
    )  # finance signs nothing
    shop.refresh_from_db()
    assert shop.undertaking_signed_at is None, "refused, nothing of it is kept"
    tang.post(page, {"do": "undertaking", "signer": "刘玉兰", "paper": "CN-77"})
    assert (
        tang.post(page, {"do": "deposit", "amount": "1", "slip": "x"}).status_code
        == NotYours.status
    )
    before = balance_fen("merchant.deposit")
    li.post(page, {"do": "deposit", "amount": "15,000", "slip": "回单 1"})
    assert cases.step_of(shop.pk) == "deposit", "a part does not do the step"
    li.post(page, {"do": "deposit", "amount": "5000", "slip": "回单 2"})
    assert balance_fen("merchant.deposit") - before == 20_000_00
    assert "还没有登记终端" in say(tang.post(page, {"do": "acceptance", "note": "试收试退"}))
    admitting.register_terminal(merchant_id=shop.pk, code="M77T1", by=None, at=MORNING)
    tang.post(page, {"do": "acceptance", "note": "试收 0.01 元并退回"})
    second = Terminal.objects.create(merchant=shop, code="M77T2")
    assert "M77T2" in say(wang.post(page, {"do": "admission"}))
    second.retired_at = MORNING
    second.save()
    wang.post(page, {"do": "admission"})
    shop.refresh_from_db()
    assert (shop.state, shop.deposit_fen) == ("active", 20_000_00)
    shown = say(wang.get(page))
    assert "CN-77，刘玉兰 签署" in shown
    assert "试收 0.01 元并退回" in shown
    assert cases.step_of(shop.pk) == ""


@pytest.fixture
def caught(house: Campus, organization: dict[str, Person]) -> Merchant:
    """A shop at which wang has confirmed a cash-out."""
    lin = house.member("lin", ecny=20_000)
    till = house.shop("M36", "裁缝店")
    for n in range(4):
        house.pay(lin, 4280, till, at=MORNING + timedelta(minutes=41 * n))
    house.at = MORNING + timedelta(days=1)
    detecting.scan(month=MORNING.date(), by=None, at=house.at)
    for one in Suspicion.objects.order_by("pk"):
        deciding.confirm(
            suspicion_id=one.pk, by=organization["wang"], at=house.at, because="没有货物"
        )
    return till.merchant


@pytest.mark.clause("R059")
@pytest.mark.clause("7.1③")
def test_a_shop_is_expelled_by_finding_decision_and_forfeit(
    house: Campus, caught: Merchant, organization: dict[str, Person]
) -> None:
    tang, li, wang, qian = (organization[name] for name in ("tang", "li", "wang", "qian"))
    honest = house.shop("M02").merchant
    house.pay(house.member("mo", ecny=200_00), 200_00, house.shop("M36"))
    house.at = datetime(2025, 4, 7, 15, tzinfo=CAMPUS)
    months.freeze(month=date(2025, 3, 1), by=None, at=house.at)
    with pytest.raises(refusals.NoGround):
        leaving.open_departure(
            merchant_id=honest.pk, kind="expel", by=tang, at=house.at, because="传言"
        )
    page = reverse("merchants:shop", args=[caught.pk])
    signed_in(wang).post(page, {"do": "leave", "kind": "expel", "because": "认定套现"})
    caught.refresh_from_db()
    assert caught.state == "suspended", "it stops at once"
    with pytest.raises(refusals.AlreadyUnderWay):
        leaving.open_departure(
            merchant_id=caught.pk, kind="leave", by=tang, at=house.at, because="再来"
        )
    give = {"merchant_id": caught.pk, "at": house.at}
    leaving.settle(account="已对账", by=li, **give)
    with pytest.raises(OwnMatter):
        leaving.decide(forfeit_fen=0, by=wang, because="我提的我定", **give)
    with pytest.raises(refusals.ForfeitWrong):
        leaving.decide(forfeit_fen=20_000_01, by=qian, because="多没收", **give)
    held, kept, bank = (
        balance_fen(one) for one in ("merchant.deposit", "income.forfeit", "bank.ecny")
    )
    claw = {"merchant_id": caught.pk, "by": qian, "at": house.at, "because": "多付的补贴"}
    with pytest.raises(ClawBackTooLarge):
        settlement.claw_back(amount_fen=240_01, document="decision:8", **claw)
    settlement.claw_back(amount_fen=240_00, document="decision:9", **claw)
    house.at = datetime(2025, 5, 6, 15, tzinfo=CAMPUS)
    months.freeze(month=date(2025, 4, 1), by=None, at=house.at)  # which bears nothing
    assert settlement.debt_fen(caught.pk) == 240_00
    give["at"] = house.at
    leaving.decide(forfeit_fen=12_000_00, by=qian, because="套现属实", **give)
    signed_in(li).post(page, {"do": "refund", "note": "退款回单 3"})
    assert held - balance_fen("merchant.deposit") == 20_000_00
    assert balance_fen("income.forfeit") - kept == 12_000_00
    assert bank - balance_fen("bank.ecny") == 7_760_00, "what it owed is paid by the deposit"
    assert settlement.debt_fen(caught.pk) == 0
    caught.refresh_from_db()
    assert (caught.state, caught.deposit_fen) == ("expelled", 0)
    assert not caught.terminals.filter(retired_at=None).exists()
    gone = Departure.objects.get()
    assert (gone.forfeit_fen, gone.back_fen) == (12_000_00, 7_760_00)
    with pytest.raises(refusals.NotTrading):
        leaving.open_departure(
            merchant_id=caught.pk, kind="leave", by=tang, at=house.at, because="又走"
        )
    leaving.open_departure(
        merchant_id=honest.pk, kind="leave", by=tang, at=house.at, because="合同到期"
    )
    leaving.settle(merchant_id=honest.pk, account="已对账", by=li, at=house.at)
    with pytest.raises(refusals.ForfeitWrong):
        leaving.decide(
            merchant_id=honest.pk, forfeit_fen=1, by=wang, at=house.at, because="没有依据"
        )


def test_a_shop_disputes_a_finding_and_somebody_else_sets_it_right(
    house: Campus, caught: Merchant, organization: dict[str, Person]
) -> None:
    """Its own page, its own findings; who found it does not answer; what was taken comes back."""
    found = Suspicion.objects.filter(taken_fen__gt=0).get()
    owner = Person.objects.create(
        username="tailor", name="刘玉兰", unit=caught.unit, kind=Person.Kind.MERCHANT
    )
    appoint(owner, "merchant.own", scope="unit")
    other = Person.objects.create(
        username="m02owner", name="周", unit=house.shop("M02").merchant.unit,
        kind=Person.Kind.MERCHANT,
    )  # fmt: skip
    appoint(other, "merchant.own", scope="unit")
    own = reverse("merchants:own")
    assert "没有货物" in say(signed_in(owner).get(own))
    theirs = signed_in(other)
    assert "没有货物" not in say(theirs.get(own))
    assert theirs.post(own, {"suspicion": found.pk, "text": "不是我"}).status_code == 404
    signed_in(owner).post(own, {"suspicion": found.pk, "text": "四件衣服，有取件单"})
    dispute = Dispute.objects.get()
    with pytest.raises(refusals.OwnDecision):
        disputing.answer(
            dispute_id=dispute.pk, upheld=False, by=organization["wang"], at=house.at,
            because="维持",
        )  # fmt: skip
    desk = signed_in(organization["qian"])
    address = reverse("merchants:disputes")
    desk.post(address, {"dispute": dispute.pk, "upheld": "yes", "because": "取件单属实"})
    dispute.refresh_from_db()
    assert (dispute.upheld, dispute.given_fen) == (True, found.taken_fen)
    taken = SubsidyAdjustment.objects.filter(kind="penalty")
    assert sum(one.delta_fen for one in taken) == 0
    assert Wallet.objects.get(owner__username="lin").barred_at is None
    found.refresh_from_db()
    assert (found.state, found.taken_fen) == ("excluded", 0)
    assert "取件单属实" in say(signed_in(owner).get(own))
    again = desk.post(address, {"dispute": dispute.pk, "upheld": "no", "because": "又改"})
    assert again.status_code == 409
