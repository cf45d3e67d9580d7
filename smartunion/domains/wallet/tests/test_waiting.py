"""Payments that wait for the bank: held, then posted, or given back; a real bank that fails."""

import time
from collections.abc import Iterator

import httpx
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from smartunion.domains.wallet import jobs, rules
from smartunion.domains.wallet.actions import allotting, legs, ordering, refunding, refusals
from smartunion.domains.wallet.gateways import BankSilent, HttpBank, keys_of, their_keys
from smartunion.domains.wallet.models import BankFeed, BankOrder, Payment, Wallet
from smartunion.domains.wallet.reads import figures, orders
from smartunion.kernel.base import sm2
from smartunion.kernel.base.days import campus_day
from tests.bank import SandboxProcess

from .conftest import Campus, until_all_is_over

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(bank: SandboxProcess) -> Iterator[HttpBank]:
    ours = bank.client()
    yield ours
    httpx.post(f"{bank.url}/faults")
    ours.close()


@pytest.fixture(autouse=True)
def every_order_keeps_its_payment(campus: Campus) -> Iterator[None]:
    yield
    assert {audit.id: audit.offenders() for audit in orders.AUDITS if audit.offenders()} == {}


@pytest.fixture
def lin(campus: Campus, client: HttpBank) -> Wallet:
    """A member with 200 yuan that the bank has, too, and 30 yuan of points."""
    wallet = campus.member("lin", points=30_00)
    allotting.allot(person=wallet.owner, by=wallet.owner, at=campus.at)
    until_all_is_over()
    jobs.send_allotments(client, at=campus.at)
    return wallet


def faults(bank: SandboxProcess, **given: int) -> None:
    httpx.post(f"{bank.url}/faults", data={name: str(value) for name, value in given.items()})


def ask(campus: Campus, client: HttpBank, **later: float) -> None:
    """Let the worker's round run now, whatever lease is still out."""
    until_all_is_over()
    BankOrder.objects.update(due_at=Now())
    jobs.decide_waiting(client, at=campus.later(**(later or {"seconds": 1})))


def at_the_bank(client: HttpBank, wallet: Wallet) -> tuple[int, int]:
    found = client._ask("GET", f"wallets/{BankFeed.objects.get().mark}-W{wallet.pk}")
    return found["balance_fen"], found["reserved_fen"]


def status(payment_id: int) -> str:
    return Payment.objects.get(pk=payment_id).status


def course(payment_id: int) -> list[str]:
    """Return the states of a payment's order, as they followed each other."""
    order = BankOrder.objects.get(document=f"payment:{payment_id}")
    return list(order.events.order_by("pk").values_list("now", flat=True))


def void(campus: Campus, payment_id: int):
    return refunding.void(
        payment_id=payment_id, terminal_id=campus.shop("M01").pk, biz_date=campus_day(campus.at),
        terminal_seq=campus.next(), at=campus.later(seconds=1),
    )  # fmt: skip


@pytest.mark.clause("R048")
def test_a_large_payment_is_held_then_posted_and_only_then_paid(
    campus: Campus, client: HttpBank, lin: Wallet
) -> None:
    """The points leg waits with it: 150 yuan are 30 yuan of points and 120 of digital yuan."""
    paid = campus.pay(lin, 150_00, pending=True)
    assert paid.status == "P"
    row = campus.row(lin)
    assert (row.ecny_fen, row.ecny_held_fen, row.points_held_fen) == (80_00, 120_00, 30_00)
    with pytest.raises(refusals.NotRefundable):
        campus.refund(paid.id, 1_00)
    ask(campus, client)
    assert course(paid.id) == ["reserved", "posting", "done"]
    assert status(paid.id) == "S"
    assert at_the_bank(client, lin) == (80_00, 0)
    assert campus.row(lin).ecny_held_fen == 0
    campus.refund(paid.id, 150_00)
    with pytest.raises(refusals.NotRefundable):
        campus.refund(paid.id, 1_00)
    jobs.send_payments(client, at=campus.at)
    until_all_is_over()
    jobs.send_payments(client, at=campus.at)
    assert at_the_bank(client, lin) == (200_00, 0)
    newest = client.daily_file(campus_day(campus.at))  # others may have asked before
    assert newest is not None
    number = int(newest.name.rpartition("_")[2].removesuffix(".txt")) + 1
    day = client.daily_file(campus_day(campus.at), number)
    assert day is not None
    assert client.is_genuine(day)
    till = f"M01T1-{campus_day(campus.at):%Y%m%d}-"
    key = f"|{BankFeed.objects.get().mark}-payment:{paid.id}|"
    mine = [line.split("|") for line in day.data.decode().splitlines() if key in line]
    assert [(line[2], line[7][: len(till)], line[8]) for line in mine] == [("PAY", till, "12000")]


def test_only_what_is_over_the_floor_and_not_by_points_alone_waits(
    campus: Campus, lin: Wallet
) -> None:
    terms = figures.terms_on(campus_day(campus.at))
    assert not rules.waits_for_bank(100_00, terms)
    assert rules.waits_for_bank(100_01, terms)
    assert campus.pay(lin, 30_00, points_fen=30_00, pending=True).status == "S"


def test_a_no_of_the_bank_gives_the_money_back(campus: Campus, client: HttpBank) -> None:
    """The bank has less than we thought: asked some times, as an allotment may be under way."""
    mo = campus.member("mo", ecny=150_00)
    paid = campus.pay(mo, 120_00, pending=True)
    for _ in range(legs.TRIES):
        assert status(paid.id) == "P"
        ask(campus, client)
    assert (status(paid.id), course(paid.id)) == ("V", ["refused"])
    assert campus.row(mo).ecny_fen == 150_00


def test_a_lost_answer_to_the_posting_is_asked_for_and_paid_once(
    campus: Campus, client: HttpBank, lin: Wallet, bank: SandboxProcess
) -> None:
    paid = campus.pay(lin, 120_00, points_fen=0, pending=True)
    until_all_is_over()
    ordering.order(at=campus.at)
    order = BankOrder.objects.get(two_phases=True)
    leased = jobs._lease(jobs._LEASE_UNDECIDED)[0]
    client.open_wallets(leased.wallets)
    held = client.reserve([leased.instruction], seconds=60)[0]
    legs.heard(order_id=order.pk, status=held.status, bank_ref=held.bank_ref, at=campus.at)
    assert legs.may_post(order_id=order.pk, at=campus.at)
    with pytest.raises(refusals.BankIsDeciding):
        void(campus, paid.id)
    faults(bank, lose_answers=1)
    with pytest.raises(BankSilent):
        client.post([(leased.key, leased.amount_fen)])
    faults(bank)
    assert status(paid.id) == "P"
    ask(campus, client)
    assert status(paid.id) == "S"
    assert at_the_bank(client, lin) == (80_00, 0)
    moment = campus.at
    for said in ("POSTED", "VOIDED", "RESERVED"):  # notifications: twice, late, out of turn
        legs.heard(order_id=order.pk, status=said, bank_ref="x", posted_at=moment, at=moment)
    assert (status(paid.id), course(paid.id)[-1]) == ("S", "done")


def test_what_the_bank_tells_before_its_answer_and_twice_is_heard_once(
    campus: Campus, lin: Wallet, bank: SandboxProcess, live_server, settings
) -> None:
    """The bank's own word comes over HTTP; when the answer is lost, it alone is enough."""
    settings.BANK_THEIR_KEYS = f"CCB01:{sm2.public_of(bank.bank_private)}"
    door = f"{live_server.url}/wallet/bank/notifications/"
    told = HttpBank(bank.url, ours=keys_of(bank.ours), theirs=their_keys(), told_at=door)
    faults(bank, notify_first=1, notify_twice=1)
    paid = campus.pay(lin, 120_00, points_fen=0, pending=True)
    ask(campus, told)
    assert (status(paid.id), course(paid.id)) == ("S", ["reserved", "posting", "done"])
    faults(bank, notify_first=1, lose_answers=1)
    small = campus.pay(lin, 10_00, points_fen=0)
    until_all_is_over()
    assert jobs.send_payments(told, at=campus.at) == 0, "the answer was lost"
    order = BankOrder.objects.get(document=f"payment:{small.id}")
    assert (order.state, bool(order.bank_ref)) == ("done", True), "and yet it is known"
    forged = {"X-Timestamp": str(int(time.time())), "X-Signature": "sm2,CCB01,AAAA"}
    assert httpx.post(door, json={"outcomes": []}, headers=forged).status_code == 401
    told.close()


def test_an_unknown_posting_past_its_time_is_voided_and_the_bank_s_word_stands(
    campus: Campus, client: HttpBank, lin: Wallet
) -> None:
    """Void after post: the bank answers that it has posted, so the payment is paid, not lost."""
    again = campus.pay(lin, 60_00, points_fen=0, pending=True)
    until_all_is_over()
    ordering.order(at=campus.at)
    leased = jobs._lease(jobs._LEASE_UNDECIDED)[0]
    client.open_wallets(leased.wallets)
    held = client.reserve([leased.instruction], seconds=60)[0]
    legs.heard(order_id=leased.id, status=held.status, bank_ref=held.bank_ref, at=campus.at)
    legs.may_post(order_id=leased.id, at=campus.at)
    client.post([(leased.key, leased.amount_fen)])  # and nobody hears the answer
    ask(campus, client, minutes=3)
    assert course(again.id) == ["reserved", "posting", "voiding", "done"]
    assert status(again.id) == "S"
    assert at_the_bank(client, lin) == (140_00, 0)


def test_the_bank_is_down_for_an_hour_at_lunch(
    campus: Campus, client: HttpBank, lin: Wallet, bank: SandboxProcess
) -> None:
    """Small payments go on; a large one comes back after its time; afterwards all is resolved."""
    faults(bank, down=1)
    large = campus.pay(lin, 120_00, points_fen=0, pending=True)
    ask(campus, client)
    assert status(large.id) == "P"
    small = campus.pay(lin, 15_00, points_fen=0, at=campus.later(minutes=1))
    assert small.status == "S"
    ask(campus, client, minutes=2)
    assert status(large.id) == "X"
    assert campus.row(lin).ecny_fen == 185_00
    assert BankOrder.objects.get(document=f"payment:{large.id}").state == "voiding"
    faults(bank)
    ask(campus, client, hours=1)
    jobs.send_payments(client, at=campus.at)
    assert BankOrder.objects.exclude(state__in=("done", "voided")).count() == 0
    assert at_the_bank(client, lin) == (185_00, 0)
    key = f"{BankFeed.objects.get().mark}-payment:{large.id}"
    assert client.query([key])[key].status == "VOIDED", "what comes late finds the door shut"


def test_the_cashier_voids_what_waits(campus: Campus, client: HttpBank, lin: Wallet) -> None:
    paid = campus.pay(lin, 120_00, points_fen=0, pending=True)
    until_all_is_over()
    ordering.order(at=campus.at)
    void(campus, paid.id)
    assert campus.row(lin).ecny_fen == 200_00
    ask(campus, client)
    assert (status(paid.id), course(paid.id)) == ("V", ["voiding", "voided"])
    assert at_the_bank(client, lin) == (200_00, 0)


def test_the_database_lets_an_order_end_once_and_as_it_was_asked(
    campus: Campus, client: HttpBank, lin: Wallet
) -> None:
    paid = campus.pay(lin, 120_00, points_fen=0, pending=True)
    ask(campus, client)
    for change in (
        "UPDATE wallet_bankorder SET state = 'posting' WHERE two_phases",
        "UPDATE wallet_bankorder SET amount_fen = amount_fen - 1 WHERE two_phases",
        "UPDATE wallet_bankorder SET two_phases = false WHERE two_phases",
        "DELETE FROM wallet_bankorderevent",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert status(paid.id) == "S"
