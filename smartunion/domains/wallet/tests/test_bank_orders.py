"""Orders to the bank: a real bank process, real transactions, answers lost on the way."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime

import httpx
import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from smartunion.domains.wallet import jobs
from smartunion.domains.wallet.actions import allotting, deciding, ordering, refunding
from smartunion.domains.wallet.gateways import CORPORATE, BankSilent, HttpBank, Opening, Outcome
from smartunion.domains.wallet.models import Allotment, BankFeed, BankOrder, Freezing, Wallet
from smartunion.domains.wallet.reads import orders
from smartunion.kernel.base import sm2
from smartunion.kernel.base.days import campus_day
from tests.bank import SandboxProcess, running
from tests.cast import person, unit

from .conftest import Campus, until_all_is_over

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(bank: SandboxProcess) -> Iterator[HttpBank]:
    ours = bank.client()
    yield ours
    httpx.post(f"{bank.url}/faults")
    ours.close()


def allot(campus: Campus, wallet: Wallet) -> Allotment:
    return allotting.allot(person=wallet.owner, by=wallet.owner, at=campus.at)


def at_the_bank(bank: SandboxProcess, wallet: Wallet) -> int:
    """Look into the bank's own books."""
    reference = f"{BankFeed.objects.get().mark}-W{wallet.pk}"
    with psycopg.connect(bank.database) as books:
        row = books.execute(
            "SELECT balance_fen FROM bank.wallet WHERE reference = %s", [reference]
        ).fetchone()
    return row[0] if row else 0


@pytest.fixture(autouse=True)
def orders_are_written_an_hour_later(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Let every transaction be over before orders are written, but where one is kept open."""
    write = ordering.order

    def later(*, at: datetime) -> int:
        until_all_is_over()
        return write(at=at)

    if "not_committed_yet" not in request.node.name:
        monkeypatch.setattr(ordering, "order", later)


@pytest.fixture(autouse=True)
def every_row_has_its_order(campus: Campus) -> Iterator[None]:
    """After each test the audits of the orders must hold, but for what a test sets aside."""
    yield
    broken = {audit.id for audit in orders.AUDITS if audit.offenders()}
    assert broken <= {"M2"}, broken


def let_the_leases_run_out() -> None:
    BankOrder.objects.exclude(state="done").update(due_at=Now())


@pytest.mark.clause("R041")
@pytest.mark.clause("R042")
def test_an_allotment_is_spendable_once_the_bank_has_moved_it(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    asked = allot(campus, lin)
    assert campus.row(lin).ecny_fen == 0
    jobs.send_allotments(client, at=campus.at)
    asked.refresh_from_db()
    assert asked.state == Allotment.State.CREDITED
    assert asked.bank_ref
    assert campus.row(lin).ecny_fen == 200_00 == at_the_bank(bank, lin)


@pytest.mark.clause("R043")
@pytest.mark.clause("R048")
def test_payments_and_refunds_move_their_digital_yuan_and_never_the_points(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin", points=30_00)
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    paid = campus.pay(lin, 100_00)
    campus.refund(paid.id, 10_00)
    campus.pay(lin, 5_00, points_fen=0)
    jobs.send_payments(client, at=campus.at)
    assert at_the_bank(bank, lin) == campus.row(lin).ecny_fen == 200_00 - 70_00 + 7_00 - 5_00
    assert set(BankOrder.objects.values_list("state", flat=True)) == {"done"}


def test_ordering_again_makes_no_second_order(campus: Campus, client: HttpBank) -> None:
    lin = campus.member("lin", ecny=50_00)
    campus.pay(lin, 10_00)
    assert ordering.order(at=campus.at) == 1
    assert ordering.order(at=campus.at) == 0
    BankFeed.objects.update(to_xid=0)
    assert ordering.order(at=campus.at) == 0


def test_a_payment_that_is_not_committed_yet_is_ordered_later(campus: Campus) -> None:
    """Commit order is not id order: nothing may be passed over."""
    lin, mo = campus.member("lin", ecny=50_00), campus.member("mo", ecny=50_00)
    campus.shop("M01")
    begun, finish = threading.Event(), threading.Event()

    def slow() -> None:
        from django.db import transaction

        with transaction.atomic():
            campus.pay(lin, 1_00, seq=901)
            begun.set()
            finish.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    campus.pay(mo, 2_00, seq=902)
    ordering.order(at=campus.at)
    assert not BankOrder.objects.filter(wallet=lin).exists()
    finish.set()
    thread.join()
    until_all_is_over()
    ordering.order(at=campus.at)
    assert sorted(BankOrder.objects.values_list("amount_fen", flat=True)) == [1_00, 2_00]


def test_a_lost_answer_is_asked_for_and_moves_the_money_once(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    campus.pay(lin, 30_00)
    httpx.post(f"{bank.url}/faults", data={"lose_answers": "2"})
    assert jobs.send_payments(client, at=campus.at) == 0
    assert BankOrder.objects.get(kind="PAY").state == "sent"
    httpx.post(f"{bank.url}/faults")
    assert jobs.send_payments(client, at=campus.at) == 0, "it is not due again yet"
    let_the_leases_run_out()
    assert jobs.send_payments(client, at=campus.at) == 1
    assert at_the_bank(bank, lin) == 170_00 == campus.row(lin).ecny_fen


def test_a_worker_that_died_after_its_lease_is_made_good_by_the_next(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    allot(campus, lin)
    ordering.order(at=campus.at)
    leased = jobs._lease(jobs._LEASE_KINDS, kinds=["ALLOC"])
    client.open_wallets(leased[0].wallets)
    client.carry_out([leased[0].instruction])  # and here it dies: nobody notes the answer
    assert jobs.send_allotments(client, at=campus.at) == 0, "the lease still runs"
    let_the_leases_run_out()
    assert jobs.send_allotments(client, at=campus.at) == 1
    assert campus.row(lin).ecny_fen == 200_00 == at_the_bank(bank, lin)


def test_a_bank_that_cannot_be_reached_loses_nothing(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    asked = allot(campus, lin)
    nowhere = bank.client("http://127.0.0.1:9")
    assert jobs.send_allotments(nowhere, at=campus.at) == 0
    asked.refresh_from_db()
    assert asked.state == Allotment.State.SENT
    let_the_leases_run_out()
    assert jobs.send_allotments(client, at=campus.at) == 1
    assert campus.row(lin).ecny_fen == 200_00


def test_an_answer_with_another_signature_is_taken_as_lost(
    campus: Campus, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    allot(campus, lin)
    stranger = bank.client(signs=f"UNION01:{sm2.new_private()}")
    assert jobs.send_allotments(stranger, at=campus.at) == 0
    assert campus.row(lin).ecny_fen == 0
    assert BankOrder.objects.get().state == "sent"


def test_the_bank_changes_its_own_key_and_nothing_is_lost_on_the_way(
    campus: Campus, bank: SandboxProcess
) -> None:
    """Both keys are believed for a while; a file that the old one signed stays the bank's."""
    day, known = campus.at.date(), [Opening("rotation", "personal", "rotation")]
    before = bank.client()
    before.open_wallets(known)
    old_file = before.daily_file(day) or before.corporate_statement(day)
    assert before.is_genuine(old_file)
    with running(database="rotated", bank_private=sm2.new_private(), bank_key="CCB02") as changed:
        both = f"{bank.theirs},{changed.theirs}"
        changed.client(believes=both).open_wallets(known)
        with pytest.raises(BankSilent):
            changed.client(believes=bank.theirs).balance_fen(CORPORATE)
        forged = f"CCB02:{sm2.public_of(bank.bank_private)}"
        with pytest.raises(BankSilent):
            changed.client(believes=forged).balance_fen(CORPORATE)
        assert changed.client(believes=both).is_genuine(old_file)
        after = changed.client()
        after.open_wallets(known)
        assert not after.is_genuine(old_file), "the old key is not believed any more"
    with pytest.raises(BankSilent):
        bank.client(believes=changed.theirs).balance_fen(CORPORATE)


def test_two_workers_at_once_send_every_order_once(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    for _ in range(20):
        campus.pay(lin, 1_00)

    def worker() -> None:
        ours = bank.client()
        jobs.send_payments(ours, at=campus.at)
        ours.close()
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BankOrder.objects.filter(state="done", attempts=1).count() == 21
    assert at_the_bank(bank, lin) == 180_00


def test_a_payment_that_overtakes_its_allotment_is_sent_again(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin", ecny=10_00)
    campus.pay(lin, 10_00)
    assert jobs.send_payments(client, at=campus.at) == 0
    assert BankOrder.objects.get(kind="PAY").state == "sent"
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    let_the_leases_run_out()
    assert jobs.send_payments(client, at=campus.at) == 1
    assert at_the_bank(bank, lin) == 190_00


@pytest.mark.clause("T57")
def test_a_held_payment_is_ordered_when_an_officer_has_released_it(
    campus: Campus, client: HttpBank
) -> None:
    lin = campus.member("lin", ecny=50_00)
    for _ in range(3):
        campus.pay(lin, 10_00, at=campus.later(minutes=1))
    ordering.order(at=campus.at)
    assert BankOrder.objects.count() == 2
    officer = person("wang", "王建国", unit("B02", "机关工会分会"))
    deciding.release(
        freezing_id=Freezing.objects.get().pk, by=officer, at=campus.later(hours=1), because="误触"
    )
    ordering.order(at=campus.at)
    assert BankOrder.objects.count() == 3


def test_a_voided_payment_goes_back_at_the_bank_too(
    campus: Campus, client: HttpBank, bank: SandboxProcess
) -> None:
    lin = campus.member("lin")
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    paid = campus.pay(lin, 10_00)
    refunding.void(
        payment_id=paid.id,
        terminal_id=campus.shop("M01").pk,
        biz_date=campus_day(campus.at),
        terminal_seq=campus.next(),
        at=campus.at,
    )
    jobs.send_payments(client, at=campus.at)
    assert at_the_bank(bank, lin) == 200_00 == campus.row(lin).ecny_fen


class EmptyBank:
    """A bank whose corporate wallet is empty."""

    def open_wallets(self, wallets: Sequence[object]) -> None:
        pass

    def query(self, keys: Sequence[str]) -> dict[str, Outcome]:
        return {}

    def carry_out(self, instructions: Sequence[object]) -> list[Outcome]:
        return [Outcome(each.key, "REFUSED", "INSUFFICIENT", "", None) for each in instructions]


def test_an_allotment_that_the_bank_refuses_may_be_asked_again(
    campus: Campus, client: HttpBank
) -> None:
    lin = campus.member("lin")
    refused = allot(campus, lin)
    jobs.send_allotments(EmptyBank(), at=campus.at)
    refused.refresh_from_db()
    assert refused.state == Allotment.State.FAILED
    assert "INSUFFICIENT" in refused.failure
    allot(campus, lin)
    assert jobs.send_allotments(client, at=campus.at) == 1
    assert campus.row(lin).ecny_fen == 200_00


def test_a_payment_that_the_bank_keeps_refusing_is_set_aside_and_can_be_sent_again(
    campus: Campus, client: HttpBank
) -> None:
    lin = campus.member("lin", ecny=10_00)
    campus.pay(lin, 10_00)
    ordering.order(at=campus.at)
    BankOrder.objects.update(attempts=F("attempts") + jobs.PATIENCE - 1)
    jobs.send_payments(client, at=campus.at)
    aside = BankOrder.objects.get()
    assert (aside.state, aside.refusal) == ("refused", "INSUFFICIENT")
    officer = campus.member("officer").owner
    again = {"order_id": aside.pk, "by": officer, "at": campus.at, "because": "银行已补录划拨"}
    assert ordering.send_again(**again)
    assert not ordering.send_again(**again), "it is on its way already"
    allot(campus, lin)
    jobs.send_allotments(client, at=campus.at)
    assert jobs.send_payments(client, at=campus.at) == 1


def test_the_audit_names_a_payment_that_has_no_order_and_one_that_was_refused(
    campus: Campus,
) -> None:
    lin = campus.member("lin", ecny=50_00)
    paid = campus.pay(lin, 10_00)
    ordering.order(at=campus.at)
    order = BankOrder.objects.get()
    BankOrder.objects.filter(pk=order.pk).update(amount_fen=9_99)
    ((where, what),) = orders.AUDITS[0].offenders()
    assert (where, what) == (f"payment:{paid.id}", "due 1000 fen, ordered 999 fen")
    BankOrder.objects.filter(pk=order.pk).update(amount_fen=10_00)
    ordering.order_refused(order_id=order.pk, code="WRONG_ROUTE", at=campus.at)
    assert [what for _, what in orders.AUDITS[1].offenders()] == ["WRONG_ROUTE"]
