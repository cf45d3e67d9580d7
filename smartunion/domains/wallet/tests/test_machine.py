"""Any order of what money can do, month ends and bank faults, against a model in Python."""

from datetime import date, timedelta

import httpx
import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smartunion.domains.wallet import jobs, rules
from smartunion.domains.wallet.actions import (
    allotting,
    deciding,
    folding,
    legs,
    ordering,
    refunding,
    refusals,
)
from smartunion.domains.wallet.gateways import CORPORATE, HttpBank, Instruction, Opening
from smartunion.domains.wallet.models import (
    Allotment,
    BankFeed,
    BankOrder,
    Freezing,
    Payment,
    WalletMonth,
)
from smartunion.domains.wallet.reads import figures, orders, statements
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from tests.bank import SandboxProcess

from .conftest import Campus, assert_clean

pytestmark = pytest.mark.django_db

MARCH = date(2025, 3, 1)


def is_burst(recent: list, at, terms: rules.Terms) -> bool:
    """Tell what the statement must find: the window is closed, 30:00.000 counts (T57)."""
    last = terms.burst_count - 1
    return len(recent) >= last and recent[last - 1] >= at - terms.window


class WalletMachine(RuleBasedStateMachine):
    """One wallet over two months, two merchants; the model keeps only what the rules say.

    The bank is the real process: it holds, posts and voids while its line is cut at any place.
    """

    campus: Campus
    officer: Person
    bank: SandboxProcess
    client: HttpBank

    @initialize(ecny=st.integers(0, 400_00), points=st.integers(0, 100_00))
    def open(self, ecny: int, points: int) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.campus = Campus(at=type(self).campus.at)
        self.wallet = self.campus.member("machine", ecny, points)
        self.terms = figures.terms_on(self.campus.at.date())
        ordering.order(at=self.campus.at)
        self.purse = f"{BankFeed.objects.get().mark}-W{self.wallet.pk}"
        self.client.open_wallets([Opening(self.purse, "personal", "machine")])
        if ecny:
            given = (self.purse, "ALLOC", CORPORATE, self.purse, ecny, self.campus.at)
            self.client.carry_out([Instruction(*given)])
        self.ecny, self.points = ecny, points
        self.paid: dict[int, list[int]] = {}  # id -> [month, seq, ecny, points, back]
        self.waiting: dict[int, list[int]] = {}
        self.recent: list = []
        self.frozen = False
        self.counts: dict[int, int] = {}
        self.drawn: dict[int, int] = {}  # month -> what of its quota was asked for
        self.under_way: dict[int, int] = {}  # allotment -> fen
        self.closed: dict[date, object] = {}  # month -> its statements, frozen

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            try:
                if hasattr(self, "purse"):
                    self.all_ends()
            finally:
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)

    def all_ends(self) -> None:
        """Once the bank is well again, everything that waits ends, and its books are ours."""
        self.campus.later(minutes=3)
        for _ in range(legs.TRIES + 2):
            self.ask_the_bank()
        self.look_at_what_waited()
        ended = ("done", "voided", "refused")
        left = BankOrder.objects.exclude(state__in=ended).values_list(
            "kind", "document", "state", "attempts", "amount_fen"
        )
        assert list(left) == []
        assert self.under_way == {}, "every allotment has come"
        kept = self.client.balance_fen(self.purse)
        assert kept == self.ecny + sum(e[2] for e in self.waiting.values()), "held for a freeze"
        assert_clean()
        assert {a.id: a.offenders() for a in orders.AUDITS if a.offenders()} == {}

    @rule(
        fen=st.integers(1, 150_00), gap=st.sampled_from([1, 9, 29, 30, 31, 600, 20_000]),
        pending=st.booleans(), shop=st.sampled_from(["M01", "M02"]),
    )  # fmt: skip
    def pay(self, fen: int, gap: int, pending: bool, shop: str) -> None:
        at = self.campus.later(minutes=gap)
        points = min(self.points, fen)
        ecny = fen - points
        try:
            made = self.campus.pay(self.wallet, fen, self.campus.shop(shop), at=at, pending=pending)
        except refusals.Frozen:
            assert self.frozen
            return
        except refusals.Insufficient:
            assert not self.frozen
            assert ecny > self.ecny
            return
        assert not self.frozen
        assert (made.ecny_fen, made.points_fen) == (ecny, points)
        self.ecny -= ecny
        self.points -= points
        burst = is_burst(self.recent, at, self.terms)
        self.recent = [at, *self.recent][:2]
        month = rules.month_number(at)
        self.counts[month] = self.counts.get(month, 0) + 1
        entry = [month, self.counts[month], ecny, points, 0]
        assert made.status == ("H" if burst else "P" if pending and ecny else "S")
        self.frozen = burst
        if made.status == "S":
            self.paid[made.id] = entry
        else:
            self.waiting[made.id] = [*entry, int(burst)]

    @rule(fen=st.integers(1, 120_00))
    def allot(self, fen: int) -> None:
        month = rules.month_number(self.campus.at)
        drawn = self.drawn.get(month, 0)
        ask = {"person": self.wallet.owner, "by": self.wallet.owner, "at": self.campus.at}
        if drawn + fen > self.terms.allotment_fen:
            with pytest.raises(refusals.QuotaUsedUp):
                allotting.allot(amount_fen=fen, **ask)
            return
        made = allotting.allot(amount_fen=fen, **ask)
        self.drawn[month] = drawn + fen
        self.under_way[made.pk] = fen

    @rule()
    def close(self) -> None:
        """Close the first month of the two; what comes later is a correction in the open one."""
        if campus_day(self.campus.at) <= date(2025, 4, 1):
            with pytest.raises(refusals.MonthNotOver):
                folding.close_month(month=MARCH, by=None, at=self.campus.at)
            return
        folding.close_month(month=MARCH, by=None, at=self.campus.at)
        now = (
            statements.settled(MARCH),
            list(WalletMonth.objects.values_list("month", "net_fen", "subsidy_fen", "payments")),
        )
        assert self.closed.setdefault(MARCH, now) == now, "closing twice keeps the first"
        self.campus.later(minutes=1)

    @precondition(lambda self: self.paid)
    @rule(which=st.integers(0, 50), part=st.floats(0.01, 1))
    def refund(self, which: int, part: float) -> None:
        key = sorted(self.paid)[which % len(self.paid)]
        entry = self.paid[key]
        left = entry[2] + entry[3] - entry[4]
        till = Payment.objects.select_related("terminal").get(pk=key).terminal
        if not left:
            with pytest.raises(refusals.NotRefundable):
                self.campus.refund(key, 1, till)
            return
        fen = max(1, int(left * part))
        before = rules.split_back(entry[2] + entry[3], entry[3], entry[4])
        entry[4] += fen
        after = rules.split_back(entry[2] + entry[3], entry[3], entry[4])
        back = self.campus.refund(key, fen, till)
        assert (back.ecny_fen, back.points_fen) == (after[0] - before[0], after[1] - before[1])
        self.ecny += back.ecny_fen
        self.points += back.points_fen

    @rule(
        fault=st.sampled_from(
            ["", "lose_requests", "lose_answers", "wrong_signatures", "down", "nobody asks"]
        ),
        times=st.integers(1, 3),
    )
    def the_bank_is_asked(self, fault: str, times: int) -> None:
        if fault == "nobody asks":
            self.campus.later(minutes=3)
        elif fault:
            httpx.post(f"{self.bank.url}/faults", data={fault: str(times)})
        self.ask_the_bank()
        httpx.post(f"{self.bank.url}/faults")
        self.look_at_what_waited()

    def ask_the_bank(self) -> None:
        """Ask as the worker does; the rows are taken for certain inside this one transaction."""
        everything = {
            "from": 0, "to": 2**62,
            "decide_by": self.campus.at + timedelta(seconds=self.terms.bank_answer_seconds),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(ordering._GATHER, everything)
        BankOrder.objects.update(
            due_at=F("occurred_at")
        )  # long ago: the transaction's clock stands
        jobs.send_allotments(self.client, at=self.campus.at)
        jobs.decide_waiting(self.client, at=self.campus.at)
        jobs.send_payments(self.client, at=self.campus.at)

    def look_at_what_waited(self) -> None:
        credited = Allotment.objects.filter(pk__in=list(self.under_way), state="credited")
        for key in credited.values_list("pk", flat=True):
            self.ecny += self.under_way.pop(key)
        for key in [key for key, each in self.waiting.items() if not each[5]]:
            status = Payment.objects.get(pk=key).status
            if status == "S":
                self.paid[key] = self.waiting.pop(key)[:5]
            elif status in "VX":
                entry = self.waiting.pop(key)
                self.ecny += entry[2]
                self.points += entry[3]

    @precondition(lambda self: any(not each[5] for each in self.waiting.values()))
    @rule(which=st.integers(0, 50))
    def the_cashier_voids(self, which: int) -> None:
        keys = sorted(k for k, each in self.waiting.items() if not each[5])
        key = keys[which % len(keys)]
        row = Payment.objects.get(pk=key)
        deciding_now = BankOrder.objects.filter(
            document=f"payment:{key}", state__in=("posting", "voiding")
        ).exists()
        try:
            refunding.void(
                payment_id=key, terminal_id=row.terminal_id, biz_date=row.biz_date,
                terminal_seq=self.campus.next(), at=self.campus.at,
            )  # fmt: skip
        except refusals.BankIsDeciding:
            assert deciding_now
        else:
            assert not deciding_now
            self.look_at_what_waited()

    @precondition(lambda self: self.frozen)
    @rule()
    def release(self) -> None:
        freezing = Freezing.objects.get(wallet=self.wallet, decided_at=None)
        self.campus.later(minutes=3)
        deciding.release(
            freezing_id=freezing.pk, by=type(self).officer, at=self.campus.at, because="已核实"
        )
        entry = self.waiting.pop(freezing.payment_id)
        self.paid[freezing.payment_id] = entry[:5]
        self.frozen, self.recent = False, []

    @precondition(lambda self: hasattr(self, "paid"))
    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        for month, (settled, totals) in self.closed.items():
            assert statements.settled(month) == settled, "a closed month is for ever the same"
            kept = WalletMonth.objects.values_list("month", "net_fen", "subsidy_fen", "payments")
            assert list(kept) == totals
        row = self.campus.row(self.wallet)
        assert (row.ecny_fen, row.points_fen) == (self.ecny, self.points)
        counting = {**self.paid, **{k: v[:5] for k, v in self.waiting.items() if not v[5]}}
        for month in self.counts:
            entries = sorted((e[1], k, e) for k, e in counting.items() if e[0] == month)
            nets = [e[2] - rules.split_back(e[2] + e[3], e[3], e[4])[0] for _, _, e in entries]
            shares = rules.attribution(nets, self.terms)
            for (_, key, _), share in zip(entries, shares, strict=True):
                held = Payment.objects.get(pk=key)
                booked = held.subsidy_fen + sum(a.delta_fen for a in held.adjustments.all())
                assert booked == share


def test_no_order_of_events_breaks_the_books(campus, bank: SandboxProcess) -> None:
    """Every share is the model's own after every step, and every audit holds at the end.

    Reserved, posted, voided or expired: each waiting payment ends once (P1), what is held is what
    waits (L4), the bank's own balance is ours to the fen, and a month that was closed says for
    ever what it said (M1), whatever is refunded, released or voided of it later.
    """
    WalletMachine.bank, WalletMachine.client = bank, bank.client()
    WalletMachine.campus = Campus(at=campus.at + timedelta(days=15))
    WalletMachine.officer = campus.member("officer").owner
    for shop in ("M01", "M02"):
        campus.shop(shop)
    case = WalletMachine.TestCase
    case.settings = settings(
        max_examples=12, stateful_step_count=20, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    case().runTest()
