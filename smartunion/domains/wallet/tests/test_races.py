"""Real threads on real connections: two at once never see a wallet that is not so."""

import random
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import RawCursor

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.actions import (
    deciding,
    opening,
    paying,
    refusals,
    sending,
    settling,
)
from smartunion.domains.wallet.models import Freezing, Payment, PaymentEvent
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any], threads: int = 8) -> list[Any]:
    """Run the calls together, each on a connection of its own; a refusal is a result."""
    start = threading.Barrier(min(threads, len(calls)))
    mine = threading.local()

    def run(call: Callable[[], Any]) -> Any:
        try:
            if not hasattr(mine, "started"):
                mine.started = True
                start.wait(20)
            return call()
        except Refused as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(min(threads, len(calls))) as pool:
        return list(pool.map(run, calls))


def test_two_payments_at_the_edge_of_the_balance(campus) -> None:
    tills = [campus.shop("M01"), campus.shop("M02")]
    for n in range(10):
        lin = campus.member(f"m{n}", 100_00)
        at = campus.later(hours=1)
        results = at_once(
            *(
                lambda till=till, lin=lin, at=at, n=n: campus.pay(
                    lin, 60_00, till, at=at, seq=900 + n
                )
                for till in tills
            )
        )
        kinds = sorted(type(each).__name__ for each in results)
        assert kinds == ["Insufficient", "Paid"]
        assert campus.row(lin).ecny_fen == 40_00


def test_the_same_request_eight_times_at_once_is_one_payment(campus) -> None:
    lin = campus.member("lin", 100_00)
    till, code, at = campus.shop("M01"), campus.code(lin), campus.at
    results = at_once(
        *(lambda: campus.pay(lin, 10_00, till, at=at, code=code, seq=7) for _ in range(8))
    )
    assert {each.id for each in results} == {results[0].id}
    assert sum(not each.replayed for each in results) == 1
    assert Payment.objects.count() == 1
    other = at_once(
        *(lambda fen=fen: campus.pay(lin, fen, till, at=at, code=code, seq=7) for fen in (1, 2))
    )
    assert [each.code for each in other] == ["wallet.key_reused"] * 2


def test_one_code_at_two_tills_pays_once(campus) -> None:
    lin = campus.member("lin", 100_00)
    tills, code, at = [campus.shop("M01"), campus.shop("M02")], campus.code(lin), campus.at
    results = at_once(
        *(lambda t=t: campus.pay(lin, 10_00, t, at=at, code=code, seq=1) for t in tills)
    )
    assert sorted(type(each).__name__ for each in results) == ["CodeUsed", "Paid"]


def test_refunds_and_payments_together_never_lose_a_fen(campus) -> None:
    lin = campus.member("lin", 200_00)
    paid = [campus.pay(lin, 30_00) for _ in range(3)]
    at = campus.later(hours=1)
    calls = [
        lambda p=p, fen=fen: campus.refund(p.id, fen, at=at, seq=p.id * 100 + fen // 100)
        for p in paid
        for fen in (7_00, 5_00, 20_00)
    ]
    calls += [
        lambda n=n: campus.pay(lin, 10_00 + n, at=at + timedelta(hours=n), seq=90_000_000 + n)
        for n in range(1, 8)
    ]
    random.Random(7).shuffle(calls)  # noqa: S311 - the same every time
    results = at_once(*calls)
    assert sum(isinstance(each, refusals.RefundTooMuch) for each in results) == 3


@pytest.mark.clause("T57")
@pytest.mark.clause("R057")
def test_fifty_devices_under_eight_clients_each_get_exactly_two_and_one_held(campus) -> None:
    wallets = [campus.member(f"d{n}", 100_00) for n in range(50)]
    for n, wallet in enumerate(wallets):
        opening.bind_device(person=wallet.owner, device_key=f"phone{n}", by=None, at=campus.at)
    till, at = campus.shop("M01"), campus.at
    calls = [
        lambda w=w, s=s: campus.pay(w, 1_00, till, at=at, seq=s)
        for s, w in enumerate((w for w in wallets for _ in range(6)), start=1)
    ]
    random.Random(1).shuffle(calls)  # noqa: S311 - the same every time
    at_once(*calls)
    for wallet in wallets:
        born = Counter(Payment.objects.filter(wallet=wallet).values_list("born", flat=True))
        assert born == {"S": 2, "H": 1, "F": 3}


def test_a_release_and_payments_at_once(campus) -> None:
    """Whichever comes first, what is paid after the release settles and what before is declined."""
    wang = campus.member("wang").owner
    for n in range(6):
        lin = campus.member(f"r{n}", 100_00)
        at = campus.later(hours=1)
        for minute in range(3):
            campus.pay(lin, 1_00, at=at + timedelta(minutes=minute))
        freezing = Freezing.objects.get(wallet=lin)
        at = campus.later(minutes=10)
        at_once(
            lambda f=freezing, at=at: deciding.release(
                freezing_id=f.pk, by=wang, at=at, because="已核实"
            ),
            lambda lin=lin, at=at, n=n: campus.pay(lin, 2_00, at=at, seq=700 + n),
            lambda lin=lin, at=at, n=n: campus.pay(lin, 3_00, at=at, seq=800 + n),
        )
        row = campus.row(lin)
        assert (row.frozen_at, row.ecny_held_fen) == (None, 0)


def test_python_and_the_database_state_the_same_rule(campus) -> None:
    """Two thousand random payments: the function's subsidy is the rule's, to the fen.

    The regression that this holds: SUM(bigint) is numeric in PostgreSQL, and numeric division
    rounds where the rule floors.
    """
    terms = figures.terms_on(campus.at.date())
    luck = random.Random(20250310)  # noqa: S311 - the same every time
    till = campus.shop("M01")
    spent = []
    for n in range(40):
        lin = campus.member(f"p{n}", 10_000_00)
        at, before = campus.at, 0
        for _ in range(50):
            fen = luck.choice([luck.randint(1, 9), luck.randint(1, 9_99)])
            at += timedelta(minutes=31)
            before += _due(campus.pay(lin, fen, till, at=at), fen, before, terms)
        spent.append((lin, before))
    april = campus.at.replace(month=4, day=1)
    for lin, before in spent:  # the slow path counts an earlier month from its payments
        campus.pay(lin, 1, till, at=april)
        occurred = april.replace(month=3, day=30)
        for _ in range(3):
            fen = luck.randint(1, 9_99)
            occurred += timedelta(minutes=31)
            paid = campus.pay(lin, fen, till, at=april, occurred_at=occurred, offline=True)
            before += _due(paid, fen, before, terms)  # noqa: PLW2901 - a running sum


def _due(paid: paying.Paid, fen: int, before: int, terms: rules.Terms) -> int:
    due = rules.subsidy_fen(before + fen, terms) - rules.subsidy_fen(before, terms)
    assert paid.subsidy_fen == due
    return fen


def test_a_payment_is_one_round_trip_and_two_writing_statements(campus) -> None:
    """A ratchet without a clock: the protocol's messages and the tables' own counters."""
    lin = campus.member("lin", 500_00)
    till = campus.shop("M01")
    campus.pay(lin, 1_00, till)  # prepares the statement, fills the caches
    paid, sent = _on_the_wire(lambda: campus.pay(lin, 2_00, till))
    assert paid.status == "S"
    assert sent == ["Bind", "Describe", "Execute", "Sync"], "one round trip is one Sync"
    args = _args(campus, campus.row(lin), till)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        before = _written(cursor)
        _, text = sending.Statements.under(figures.terms_on(campus.at.date())).plain
        RawCursor(connection.connection).execute(text, args)
        after = _written(cursor)
        cursor.execute("ROLLBACK")
    assert after - before == Counter(
        {("wallet_payment", "inserted"): 1, ("wallet_wallet", "updated"): 1}
    )


def test_a_payment_in_two_phases_is_four_writing_statements(campus) -> None:
    """Reserved in one round trip with two; what the bank has posted is settled with two more."""
    lin, till = campus.member("lin", 500_00), campus.shop("M01")
    campus.pay(lin, 110_00, till, pending=True)
    paid, sent = _on_the_wire(lambda: campus.pay(lin, 120_00, till, pending=True))
    assert paid.status == "P"
    assert sent == ["Bind", "Describe", "Execute", "Sync"], "one round trip is one Sync"
    with CaptureQueriesContext(connection) as asked:
        settling.settle(payment_id=paid.id, at=campus.at)
    written = [
        found[1] for each in asked.captured_queries
        if (found := re.search(r"(?:UPDATE|INSERT INTO) \"?(wallet_\w+)", each["sql"]))
    ]  # fmt: skip
    assert written == ["wallet_wallet", "wallet_payment"], "the event is the payment's statement"
    assert PaymentEvent.objects.get(payment=paid.id).now == "S"


def _on_the_wire(do: Callable[[], paying.Paid]) -> tuple[paying.Paid, list[str]]:
    """Do something; return what came of it, and the protocol's messages that were sent."""
    with tempfile.TemporaryFile() as wire:
        pgconn = connection.connection.pgconn
        pgconn.trace(wire.fileno())
        try:
            done = do()
        finally:
            pgconn.untrace()
        wire.seek(0)
        lines = wire.read().decode().splitlines()
        return done, [line.split("\t")[3] for line in lines if "\tF\t" in line]


def _written(cursor: Any) -> Counter:
    """What this session has written so far, by the server's own count."""
    cursor.execute("SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables")
    count: Counter = Counter()
    for name, inserted, updated, deleted in cursor.fetchall():
        count[name, "inserted"] += inserted
        count[name, "updated"] += updated
        count[name, "deleted"] += deleted
    return count


def _args(campus, wallet, till) -> tuple[Any, ...]:
    at = campus.later(hours=1)
    return (
        till.pk, at.date(), campus.next(), b"h" * 32, wallet.pk, None, till.merchant_id, 1_00, at,
        at, 202503,
    )  # fmt: skip
