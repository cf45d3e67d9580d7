"""From payments to the ledger: exactly once, whatever dies; and the audits that watch it."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from smartunion.domains.wallet.actions import allotting, folding, refusals
from smartunion.domains.wallet.models import Fold, Payment, Refund, Wallet
from smartunion.domains.wallet.reads.audits import audits_on
from smartunion.kernel.ledger import reads as ledger
from smartunion.kernel.ledger.actions import close_block, fold_balances
from smartunion.kernel.ledger.audits import AUDITS
from smartunion.kernel.ledger.models import Transfer

from .conftest import until_all_is_over

pytestmark = pytest.mark.django_db(transaction=True)


def fold_all_that_is_over(*, at: datetime) -> Fold | None:
    """Fold once every transaction of the test is over, as a fold of an hour later would."""
    until_all_is_over()
    return folding.fold(at=at)


@pytest.mark.clause("R044")
@pytest.mark.clause("T06")
def test_payments_become_balanced_transfers_and_charge_their_budget_lines(campus) -> None:
    lin = campus.member("lin", 200_00, 30_00)
    paid = campus.pay(lin, 100_00)
    campus.pay(lin, 50_00, campus.shop("M02"), points_fen=0)
    campus.refund(paid.id, 50_00)
    assert fold_all_that_is_over(at=campus.at) is not None
    assert fold_all_that_is_over(at=campus.at) is None, "nothing is left to fold"
    assert ledger.balance_fen("merchant.payable") == 100_00
    assert ledger.balance_fen("merchant.subsidy") == 102_00
    assert ledger.spent_fen("2025/3.1/mall.subsidy") == 102_00
    assert ledger.balance_fen("wallet.ecny") == 115_00 == campus.row(lin).ecny_fen
    assert ledger.balance_fen("wallet.points") == -15_00 + 30_00 == campus.row(lin).points_fen
    subsidies = Transfer.objects.filter(budget_code="2025/3.1/mall.subsidy")
    assert {each.fund_source for each in subsidies} == {"school"}
    fold_balances(at=campus.at)
    assert ledger.balance_fen("merchant.subsidy") == 102_00, "stored now, the same"
    assert close_block(at=campus.at) is not None
    assert sum(each.debit_fen - each.credit_fen for each in ledger.balances()) == 0


def test_a_payment_that_commits_late_falls_into_the_next_fold(campus) -> None:
    """Its id is smaller than one already folded; a watermark by ids would lose it."""
    lin, mo = campus.member("lin", 50_00), campus.member("mo", 50_00)
    till = campus.shop("M01")
    folding.fold(at=campus.at)
    paying, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        from django.db import transaction

        with transaction.atomic():
            campus.pay(lin, 10_00, till, at=campus.at, seq=501)
            paying.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert paying.wait(20)
    quick = campus.pay(mo, 20_00, till, at=campus.at, seq=502)
    folding.fold(at=campus.at)
    go_on.set()
    thread.join()
    slow_one = Payment.objects.get(terminal_seq=501)
    assert slow_one.pk < quick.id
    fold_all_that_is_over(at=campus.at)
    assert ledger.balance_fen("merchant.payable") == 30_00


WORKER = """
import os, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from datetime import datetime, timezone
from smartunion.domains.wallet.actions import folding
print("ready", flush=True)
while True:
    folding.fold(at=datetime(2025, 3, 10, 12, tzinfo=timezone.utc))
"""


def test_a_fold_killed_at_any_moment_folds_exactly_once(campus) -> None:
    """kill -9 of the folding process again and again while payments go on."""
    people = [campus.member(f"m{n}", 200_00) for n in range(4)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "smartunion.site.settings"}
    for round_ in range(4):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
            env=environment, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert worker.stdout is not None
        worker.stdout.readline()
        deadline = time.monotonic() + 0.3 + 0.17 * round_
        while time.monotonic() < deadline or Fold.objects.count() < round_:
            for person in people:
                campus.pay(person, 7)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    while fold_all_that_is_over(at=campus.at):
        pass
    total = sum(p.ecny_fen for p in Payment.objects.filter(status="S"))
    assert ledger.balance_fen("merchant.payable") == total
    assert Fold.objects.count() >= 2


@pytest.mark.clause("R041")
@pytest.mark.clause("R042")
def test_an_allotment_is_spendable_once_the_bank_has_credited_it(campus) -> None:
    lin = campus.member("lin")
    first = allotting.allot(person=lin.owner, amount_fen=150_00, by=lin.owner, at=campus.at)
    assert first.fund_source == "welfare_quota"
    with pytest.raises(refusals.Insufficient):
        campus.pay(lin, 1_00)
    allotting.allotment_sent(allotment_id=first.pk, at=campus.at)
    allotting.allotment_credited(allotment_id=first.pk, bank_ref="B1", at=campus.at)
    allotting.allotment_credited(allotment_id=first.pk, bank_ref="B1", at=campus.at)
    assert campus.pay(lin, 150_00).status == "S"
    with pytest.raises(refusals.QuotaUsedUp, match=r"还能再划¥50\.00"):
        allotting.allot(person=lin.owner, amount_fen=50_01, by=lin.owner, at=campus.at)
    rest = allotting.allot(person=lin.owner, by=lin.owner, at=campus.at)
    assert rest.amount_fen == 50_00
    with pytest.raises(refusals.QuotaUsedUp):
        allotting.allot(person=lin.owner, by=lin.owner, at=campus.at)
    allotting.allotment_failed(allotment_id=rest.pk, at=campus.at, because="账户状态异常")
    with pytest.raises(refusals.AllotmentNotOpen):
        allotting.allot(person=lin.owner, month=date(2025, 2, 1), by=lin.owner, at=campus.at)
    again = allotting.allot(person=lin.owner, by=lin.owner, at=campus.at)
    allotting.allotment_credited(allotment_id=again.pk, bank_ref="B2", at=campus.at)
    fold_all_that_is_over(at=campus.at)
    assert ledger.spent_fen("2025/3.1/mall.allotment") == 200_00


def test_points_are_never_credited_to_oneself_nor_twice(campus) -> None:
    lin, wang = campus.member("lin"), campus.member("wang")
    said = {
        "points_fen": 36_00, "document": "三八节", "fund_source": "school", "at": campus.at,
        "because": "三八节慰问",
    }  # fmt: skip
    with pytest.raises(refusals.NotToOneself):
        allotting.credit_points(persons=[lin.owner, wang.owner], by=wang.owner, **said)
    assert allotting.credit_points(persons=[lin.owner], by=wang.owner, **said) == 1
    assert allotting.credit_points(persons=[lin.owner], by=wang.owner, **said) == 0
    assert campus.row(lin).points_fen == 36_00


BREAKS = {
    "L3": "ALTER DOMAIN fen DROP CONSTRAINT fen_is_never_negative;"
    "UPDATE wallet_wallet SET ecny_fen = -1",
    "L4": "UPDATE wallet_wallet SET ecny_held_fen = 5",
    "L8": "UPDATE wallet_payment SET asked_fen = asked_fen + 1 WHERE seq = 2",
    "L5": "UPDATE wallet_wallet SET ecny_fen = ecny_fen + 1",
    "L10": "UPDATE wallet_refund SET ecny_fen = ecny_fen - 1",
    "L7": "UPDATE ledger_transfer SET amount_fen = amount_fen + 1 WHERE code = 'pay.ecny'",
    "I1": "UPDATE wallet_refund SET terminal_seq = 1, biz_date = (SELECT MIN(biz_date) FROM "
    "wallet_payment)",
    "I2": "UPDATE wallet_payment SET seq = 9 WHERE seq = 2",
    "S1": "UPDATE wallet_payment SET subsidy_fen = subsidy_fen + 1 WHERE seq = 2",
    "S2": "UPDATE wallet_payment SET subsidy_fen = 200000 WHERE seq = 2",
    "S3": "UPDATE wallet_payment SET subsidy_fen = subsidy_fen + (CASE seq WHEN 1 THEN 1 ELSE -1 "
    "END) WHERE seq < 3",
    "R1": "UPDATE wallet_refund SET points_fen = 9999999",
    "R2": "UPDATE wallet_refund SET statement_month = 202501",
    "V1": "UPDATE wallet_payment SET device_id = 1, received_at = now()",
}
LEDGER_BREAKS = {
    "L1": "UPDATE ledger_balance SET debit_fen = debit_fen + 1 WHERE account_id = 'wallet.ecny'",
    "L2": "UPDATE ledger_transfer SET amount_fen = amount_fen + 1 WHERE code = 'pay.ecny'",
    "L6": "UPDATE ledger_transfer SET because = '改过' WHERE code = 'pay.ecny'",
    "E1": "INSERT INTO ledger_encumbrance (kind, document, budget_code, fund_source, amount_fen, "
    "because, at) VALUES ('spend', 'd', 'b', 'f', -1, '', now())",
}


@pytest.mark.breaks
@pytest.mark.parametrize(
    ("audit_id", "harm", "of_ledger"),
    [(k, v, False) for k, v in BREAKS.items()] + [(k, v, True) for k, v in LEDGER_BREAKS.items()],
    ids=[*BREAKS, *(f"ledger-{k}" for k in LEDGER_BREAKS)],
)
def test_an_audit_names_the_row_that_was_broken_by_hand(campus, audit_id, harm, of_ledger) -> None:
    lin = campus.member("lin", 250_00, 10_00)
    paid = [campus.pay(lin, fen) for fen in (20_00, 150_00, 70_00)]
    campus.refund(paid[1].id, 50_00)
    fold_all_that_is_over(at=campus.at)
    fold_balances(at=campus.at)
    close_block(at=campus.at)
    watch = {a.id: a for a in (AUDITS if of_ledger else audits_on(campus.at.date()))}
    assert {a.id: a.offenders() for a in watch.values() if a.offenders()} == {}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger looks
        cursor.execute(harm)
        try:
            named = watch[audit_id].offenders()
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
            if audit_id == "L3":
                cursor.execute("UPDATE wallet_wallet SET ecny_fen = 0")
                cursor.execute(
                    "ALTER DOMAIN fen ADD CONSTRAINT fen_is_never_negative CHECK (VALUE >= 0)"
                )
    assert named, harm
    where, what = named[0]
    assert where
    assert what


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_transfer SET amount_fen = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE wallet_refund SET ecny_fen = 0",
        "DELETE FROM wallet_payment",
        "TRUNCATE wallet_payment CASCADE",
        "UPDATE wallet_payment SET ecny_fen = 1",
        "UPDATE wallet_payment SET status = 'V'",
        "UPDATE wallet_credit SET ecny_fen = 1",
        "UPDATE wallet_subsidyadjustment SET delta_fen = 1",
        "UPDATE wallet_paymentevent SET because = ''",
    ],
)
def test_what_has_happened_cannot_be_changed(campus, sql) -> None:
    lin = campus.member("lin", 100_00)
    paid = campus.pay(lin, 50_00)
    campus.refund(paid.id, 10_00)
    fold_all_that_is_over(at=campus.at)
    with connection.cursor() as cursor:
        cursor.execute("SET smartunion.disposable = ''")
        try:
            with pytest.raises(Exception, match=r"append-only|only the status|does not become"):
                cursor.execute(sql)
        finally:
            cursor.execute("SET smartunion.disposable = 'on'")


def test_a_late_fold_after_a_day_keeps_days_apart(campus) -> None:
    lin = campus.member("lin", 100_00)
    campus.pay(lin, 10_00)
    campus.later(days=1)
    campus.pay(lin, 20_00)
    fold_all_that_is_over(at=campus.at + timedelta(days=1))
    rows = Transfer.objects.filter(code="pay.ecny").order_by("id")
    assert [each.amount_fen for each in rows] == [10_00, 20_00]
    assert Refund.objects.count() == 0
    assert Wallet.objects.get().net_fen == 30_00
    assert rows[0].event_at.date() == date(2025, 3, 10)
