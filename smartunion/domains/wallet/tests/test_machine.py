"""Any order of payments, refunds, voids and releases, against a model in Python."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.actions import deciding, refunding, refusals
from smartunion.domains.wallet.models import Freezing, Payment
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.people.models import Person

from .conftest import Campus, assert_clean

pytestmark = pytest.mark.django_db


class WalletMachine(RuleBasedStateMachine):
    """One wallet over two months, two merchants; the model keeps only what the rules say."""

    campus: Campus
    officer: Person

    @initialize(ecny=st.integers(0, 400_00), points=st.integers(0, 100_00))
    def open(self, ecny: int, points: int) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.campus = Campus(at=type(self).campus.at)
        self.wallet = self.campus.member("machine", ecny, points)
        self.terms = figures.terms_on(self.campus.at.date())
        self.ecny, self.points = ecny, points
        self.paid: dict[int, list[int]] = {}  # id -> [month, seq, ecny, points, back]
        self.waiting: dict[int, list[int]] = {}
        self.recent: list = []
        self.frozen = False
        self.counts: dict[int, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            assert_clean()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

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
        burst = rules.is_burst(self.recent, at, self.terms)
        self.recent = [at, *self.recent][:2]
        month = rules.month_number(at)
        self.counts[month] = self.counts.get(month, 0) + 1
        entry = [month, self.counts[month], ecny, points, 0]
        assert made.status == ("H" if burst else "P" if pending else "S")
        self.frozen = burst
        if made.status == "S":
            self.paid[made.id] = entry
        else:
            self.waiting[made.id] = [*entry, int(burst)]

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

    @precondition(lambda self: any(not each[5] for each in self.waiting.values()))
    @rule(which=st.integers(0, 50), good=st.booleans())
    def bank_answers(self, which: int, good: bool) -> None:
        keys = sorted(k for k, each in self.waiting.items() if not each[5])
        key = keys[which % len(keys)]
        entry = self.waiting.pop(key)
        row = Payment.objects.get(pk=key)
        if good:
            refunding.settle(payment_id=key, at=self.campus.at)
            self.paid[key] = entry[:5]
        else:
            refunding.void(
                payment_id=key, terminal_id=row.terminal_id, biz_date=row.biz_date,
                terminal_seq=self.campus.next(), at=self.campus.at,
            )  # fmt: skip
            self.ecny += entry[2]
            self.points += entry[3]

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


def test_no_order_of_events_breaks_the_books(campus) -> None:
    """Every share is the model's own after every step, and every audit holds at the end."""
    WalletMachine.campus = Campus(at=campus.at + timedelta(days=15))
    WalletMachine.officer = campus.member("officer").owner
    for shop in ("M01", "M02"):
        campus.shop(shop)
    case = WalletMachine.TestCase
    case.settings = settings(
        max_examples=20, stateful_step_count=20, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    case().runTest()
