"""The worked examples A–L of the subsidy rule, by name. Amounts in fen."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.actions import (
    deciding,
    expiring,
    folding,
    opening,
    paying,
    refunding,
    refusals,
    settling,
)
from smartunion.domains.wallet.models import (
    Freezing,
    Merchant,
    MonthClosing,
    Payment,
    PaymentEvent,
    Refund,
    SubsidyAdjustment,
    WalletMonth,
)
from smartunion.domains.wallet.reads import figures, overview, receipts, register
from smartunion.kernel.base.days import CAMPUS
from tests.cast import person, unit

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R044"), pytest.mark.clause("T04")]


def owed(payment_id: int) -> int:
    """What the union owes for a payment after every replay."""
    row = Payment.objects.annotate(delta=Sum("adjustments__delta_fen", default=0)).get(
        pk=payment_id
    )
    return row.subsidy_fen + row.delta


@pytest.mark.clause("R045")
@pytest.mark.clause("3.1-1")
def test_example_a_a_refund_takes_its_subsidy_back(campus) -> None:
    lin = campus.member("lin", 200_00)
    paid = campus.pay(lin, 200_00)
    assert (paid.status, paid.subsidy_fen) == ("S", 240_00)
    back = campus.refund(paid.id, 30_00)
    assert back.subsidy_fen == -36_00
    assert owed(paid.id) == 204_00
    assert campus.row(lin).ecny_fen == 30_00


@pytest.mark.clause("R045")
def test_example_b_above_the_cap_a_refund_takes_nothing_back(campus) -> None:
    lin = campus.member("lin", 250_00)
    paid = campus.pay(lin, 250_00)
    assert paid.subsidy_fen == 240_00
    assert campus.refund(paid.id, 30_00).subsidy_fen == 0
    assert campus.refund(paid.id, 30_00).subsidy_fen == -12_00
    assert owed(paid.id) == 228_00


def test_example_c_a_refund_is_replayed_over_both_merchants(campus) -> None:
    """The refunder loses what the cap gives to the other; nobody keeps a ratio of 2.4."""
    lin = campus.member("lin", 250_00)
    first = campus.pay(lin, 150_00, campus.shop("M01"))
    second = campus.pay(lin, 100_00, campus.shop("M02"))
    assert (first.subsidy_fen, second.subsidy_fen) == (180_00, 60_00)
    assert campus.refund(first.id, 100_00).subsidy_fen == -60_00
    assert (owed(first.id), owed(second.id)) == (60_00, 120_00)


def test_example_d_rounding_cancels_over_the_month(campus) -> None:
    lin = campus.member("lin", 100_00)
    shares = [campus.pay(lin, 33_33).subsidy_fen for _ in range(3)]
    assert shares == [39_99, 40_00, 39_99]
    assert sum(shares) == 9999 * 6 // 5 == 119_98


@pytest.mark.clause("R048")
def test_example_e_a_mixed_payment_goes_back_in_its_own_proportions(campus) -> None:
    lin = campus.member("lin", 70_00, 30_00)
    paid = campus.pay(lin, 100_00)
    assert (paid.ecny_fen, paid.points_fen) == (70_00, 30_00)
    assert paid.subsidy_fen == 84_00, "points earn none"
    back = campus.refund(paid.id, 90_00)
    assert (back.ecny_fen, back.points_fen) == (63_00, 27_00)
    rest = campus.refund(paid.id, 10_00)
    assert (rest.ecny_fen, rest.points_fen) == (7_00, 3_00)
    assert Payment.objects.get(pk=paid.id).status == "R"
    assert owed(paid.id) == 0


@pytest.mark.clause("R048")
def test_example_e_small_refunds_never_give_back_too_many_points(campus) -> None:
    """0.50 with 0.05 in points, refunded as 10 × 0.05: five fen of points, not ten."""
    lin = campus.member("lin", 45, 5)
    paid = campus.pay(lin, 50)
    parts = [campus.refund(paid.id, 5) for _ in range(10)]
    assert (sum(p.ecny_fen for p in parts), sum(p.points_fen for p in parts)) == (45, 5)


@pytest.mark.clause("R052")
def test_example_f_after_the_fifth_a_refund_is_an_adjustment_in_the_open_month(campus) -> None:
    lin = campus.member("lin", 300_00)
    march = campus.pay(lin, 200_00)
    with pytest.raises(refusals.MonthNotOver):
        folding.close_month(month=date(2025, 3, 1), by=None, at=campus.at)
    campus.at = datetime(2025, 4, 5, 10, tzinfo=CAMPUS)
    folding.close_month(month=date(2025, 3, 1), by=None, at=campus.at)
    folding.close_month(month=date(2025, 3, 1), by=None, at=campus.at)
    april = campus.pay(lin, 100_00)
    back = campus.refund(march.id, 30_00)
    assert back.statement_month == 202504
    assert SubsidyAdjustment.objects.get().statement_month == 202504
    assert owed(march.id) == 204_00
    assert owed(april.id) == april.subsidy_fen == 120_00, "April's cap is untouched"
    row = campus.row(lin)
    assert (row.month, row.net_fen) == (202504, 100_00)
    assert WalletMonth.objects.get().subsidy_fen == 240_00, "March's statement stays"
    assert MonthClosing.objects.count() == 1


def test_example_f_the_expired_allotment_goes_back_to_the_fund(campus, monkeypatch) -> None:
    """With the term MONTH_END, what the month left over, and refunds of it, return to the fund."""
    real = figures.terms_on
    monkeypatch.setattr(figures, "terms_on", lambda d: replace(real(d), expiry=rules.MONTH_END))
    lin = campus.member("lin", 200_00)
    paid = campus.pay(lin, 150_00)
    campus.at = datetime(2025, 4, 1, 0, 30, tzinfo=CAMPUS)
    done = expiring.expire_allotments(month=date(2025, 3, 1), by=None, at=campus.at)
    assert done == 50_00
    assert expiring.expire_allotments(month=date(2025, 3, 1), by=None, at=campus.at) == 0
    back = campus.refund(paid.id, 30_00)
    assert (back.ecny_fen, back.to_fund_fen, back.statement_month) == (30_00, 30_00, 202503)
    assert campus.row(lin).ecny_fen == 0


def test_example_g_a_refund_larger_than_what_is_owed_leaves_the_merchant_owing(campus) -> None:
    """The ledger carries it: the merchant's account may stand on the other side."""
    lin = campus.member("lin", 200_00)
    paid = campus.pay(lin, 200_00)
    back = campus.refund(paid.id, None)
    assert back.subsidy_fen == -240_00
    assert owed(paid.id) == 0
    assert campus.row(lin).net_fen == 0


def test_a_refund_over_the_rest_and_one_of_a_refunded_payment_change_nothing(campus) -> None:
    lin = campus.member("lin", ecny=100_00)
    till = campus.shop("M01")
    paid = campus.pay(lin, 60_00, till)
    campus.refund(paid.id, 25_00, till)
    with pytest.raises(refusals.RefundTooMuch, match=r"35\.00"):
        campus.refund(paid.id, 35_01, till)
    assert campus.row(lin).ecny_fen == 65_00
    campus.refund(paid.id, 35_00, till)
    with pytest.raises(refusals.NotRefundable, match="全额退款"):
        campus.refund(paid.id, 1, till)
    assert campus.row(lin).ecny_fen == 100_00
    assert Refund.objects.filter(payment=paid.id).count() == 2


def test_a_void_after_the_post_is_a_whole_refund_today_and_refused_tomorrow(campus) -> None:
    lin = campus.member("lin", ecny=200_00)
    till = campus.shop("M01")
    one, other = (campus.pay(lin, fen, till) for fen in (60_00, 40_00))

    def void(payment_id: int) -> object:
        return refunding.void(
            payment_id=payment_id, terminal_id=till.pk, biz_date=campus.at.date(),
            terminal_seq=campus.next(), at=campus.at,
        )  # fmt: skip

    assert void(one.id).total_fen == 60_00
    assert Payment.objects.get(pk=one.id).status == "R"
    campus.later(minutes=24 * 60)
    with pytest.raises(refusals.NotVoidable):
        void(other.id)
    assert campus.row(lin).ecny_fen == 160_00


def test_example_h_what_waits_for_the_bank_counts_and_a_void_replays(campus) -> None:
    lin = campus.member("lin", 300_00)
    first = campus.pay(lin, 180_00)
    waiting = campus.pay(lin, 50_00, pending=True)
    assert (first.subsidy_fen, waiting.status, waiting.subsidy_fen) == (216_00, "P", 24_00)
    row = campus.row(lin)
    assert (row.net_fen, row.ecny_held_fen, row.ecny_fen) == (230_00, 50_00, 70_00)
    later = campus.pay(lin, 10_00)
    assert later.subsidy_fen == 0, "the cap is reached while the other waits"
    till = campus.shop("M01")
    gone = refunding.void(
        payment_id=waiting.id, terminal_id=till.pk, biz_date=campus.at.date(),
        terminal_seq=campus.next(), at=campus.at,
    )  # fmt: skip
    assert gone.status == "V"
    assert owed(later.id) == 12_00
    assert campus.row(lin).ecny_held_fen == 0
    kept = campus.pay(lin, 5_00, pending=True)
    settling.settle(payment_id=kept.id, at=campus.at)
    assert Payment.objects.get(pk=kept.id).status == "S"
    assert [e.now for e in PaymentEvent.objects.order_by("id")] == ["V", "S"]
    (shown,) = register.subsidy_report(date(2025, 3, 1))
    assert (shown.gross_fen, shown.owed_fen) == (195_00, 234_00), "a voided one earns nothing"
    assert [one.subsidy_fen for one in overview.subsidies(date(2025, 3, 1))] == [234_00]
    last = receipts.receipt(
        kept.id, terms=figures.terms_on(campus.at.date()), names=False, payer=False
    )
    assert last is not None
    assert last.computation[0].figure == "190.00", "nor is it counted before the next"


@pytest.mark.clause("R057")
@pytest.mark.clause("T57")
def test_example_i_the_third_payment_in_thirty_minutes_is_held(campus) -> None:
    lin = campus.member("lin", 200_00)
    opening.bind_device(person=lin.owner, device_key="phone", by=None, at=campus.at)
    noon = campus.at
    for minutes in (0, 10):
        assert campus.pay(lin, 10_00, at=noon + timedelta(minutes=minutes)).status == "S"
    held = campus.pay(lin, 10_00, at=noon + timedelta(minutes=30))
    assert (held.status, held.subsidy_fen) == ("H", 0)
    row = campus.row(lin)
    assert (row.ecny_held_fen, row.net_fen) == (10_00, 20_00)
    with pytest.raises(refusals.Frozen):
        campus.pay(lin, 1_00, at=noon + timedelta(hours=9))
    with pytest.raises(refusals.Frozen):
        opening.issue_code(person=lin.owner, device_key="phone", by=None, at=campus.at)


@pytest.mark.clause("T57")
@pytest.mark.parametrize(("milliseconds", "status"), [(0, "H"), (1, "S")])
def test_example_i_thirty_minutes_are_a_closed_interval(campus, milliseconds, status) -> None:
    lin = campus.member("lin", 200_00)
    noon = campus.at
    campus.pay(lin, 1_00, at=noon)
    campus.pay(lin, 1_00, at=noon + timedelta(minutes=1))
    last = campus.pay(lin, 1_00, at=noon + timedelta(minutes=30, milliseconds=milliseconds))
    assert last.status == status


def held(campus, wallet):
    noon = campus.at
    for minutes in range(3):
        paid = campus.pay(wallet, 10_00, at=noon + timedelta(minutes=minutes))
    campus.at = noon + timedelta(minutes=5)
    assert paid.status == "H"
    return Freezing.objects.get(payment_id=paid.id)


@pytest.mark.clause("T57")
def test_example_i_a_release_settles_and_counting_starts_afresh(campus) -> None:
    lin = campus.member("lin", 200_00)
    wang = person("wang", "王建国", unit("B02", "机关工会分会"))
    freezing = held(campus, lin)
    with pytest.raises(refusals.OwnMatter):
        deciding.release(freezing_id=freezing.pk, by=lin.owner, at=campus.at, because="是我")
    with pytest.raises(refusals.ReasonMissing):
        deciding.release(freezing_id=freezing.pk, by=wang, at=campus.at, because=" ")
    deciding.release(freezing_id=freezing.pk, by=wang, at=campus.at, because="家庭聚餐，已核实")
    assert Payment.objects.get(pk=freezing.payment_id).status == "S"
    assert owed(freezing.payment_id) == 12_00
    row = campus.row(lin)
    assert (row.net_fen, row.ecny_held_fen, row.frozen_at) == (30_00, 0, None)
    assert campus.pay(lin, 1_00, at=campus.at).status == "S"
    with pytest.raises(refusals.AlreadyDecided):
        deciding.release(freezing_id=freezing.pk, by=wang, at=campus.at, because="再来")


@pytest.mark.clause("R059")
def test_example_i_a_confirmed_cash_out_voids_and_takes_the_subsidy_back(campus) -> None:
    lin = campus.member("lin", 200_00)
    wang = person("wang", "王建国", unit("B02", "机关工会分会"))
    before = campus.pay(lin, 10_00)
    campus.later(hours=2)
    freezing = held(campus, lin)
    deciding.confirm_cash_out(freezing_id=freezing.pk, by=wang, at=campus.at, because="虚构交易")
    assert Payment.objects.get(pk=freezing.payment_id).status == "V"
    burst = Payment.objects.filter(status="S").exclude(pk=before.id)
    assert [owed(each.pk) for each in burst] == [0, 0]
    assert owed(before.id) == 12_00
    with pytest.raises(refusals.Barred):
        campus.pay(lin, 1_00, at=campus.at)
    campus.refund(burst[0].pk, 5_00)
    assert [owed(each.pk) for each in burst] == [0, 0], "never below nothing"
    deciding.readmit(wallet_id=lin.pk, by=wang, at=campus.at, because="期满")
    assert campus.pay(lin, 1_00, at=campus.at).status == "S"


@pytest.mark.clause("T57")
def test_an_appeal_is_the_members_own_and_due_in_one_working_day(campus) -> None:
    """Frozen on a Friday: the answer is due by the end of Monday."""
    campus.at = datetime(2025, 3, 14, 12, tzinfo=CAMPUS)
    lin, mo = campus.member("lin", 200_00), campus.member("mo")
    freezing = held(campus, lin)
    with pytest.raises(refusals.NotOwnFreezing):
        deciding.appeal(freezing_id=freezing.pk, text="不是我", by=mo.owner, at=campus.at)
    made = deciding.appeal(freezing_id=freezing.pk, text="给家人买饭", by=lin.owner, at=campus.at)
    assert made.due_at == datetime(2025, 3, 18, 0, 0, tzinfo=CAMPUS)
    with pytest.raises(refusals.AlreadyAppealed):
        deciding.appeal(freezing_id=freezing.pk, text="再问", by=lin.owner, at=campus.at)
    deciding.release(freezing_id=freezing.pk, by=mo.owner, at=campus.at, because="已核实")
    made.refresh_from_db()
    assert made.answered_at == campus.at


def test_example_j_an_offline_payment_belongs_to_the_month_in_which_it_happened(
    campus, monkeypatch
) -> None:
    """Uploaded before the review it counts in its month; after it, as an adjustment."""
    monkeypatch.setattr(campus, "at", datetime(2025, 2, 27, 12, tzinfo=CAMPUS))
    lin = campus.member("lin", 300_00)
    campus.pay(lin, 50_00)
    march = campus.pay(lin, 100_00, at=datetime(2025, 3, 2, 9, tzinfo=CAMPUS))
    occurred = datetime(2025, 2, 28, 18, tzinfo=CAMPUS)
    late = campus.pay(
        lin, 20_00, at=datetime(2025, 3, 2, 10, tzinfo=CAMPUS), occurred_at=occurred, offline=True
    )
    row = Payment.objects.get(pk=late.id)
    assert (row.month, row.seq, late.subsidy_fen) == (202502, 2, 24_00)
    folding.close_month(month=date(2025, 2, 1), by=None, at=datetime(2025, 3, 5, 9, tzinfo=CAMPUS))
    later = campus.pay(
        lin, 10_00, at=datetime(2025, 3, 6, 10, tzinfo=CAMPUS),
        occurred_at=occurred + timedelta(hours=2), offline=True,
    )  # fmt: skip
    assert (later.subsidy_fen, owed(later.id)) == (0, 12_00)
    adjustment = SubsidyAdjustment.objects.get()
    assert (adjustment.kind, adjustment.statement_month) == ("late", 202503)
    assert WalletMonth.objects.get().subsidy_fen == 84_00
    assert campus.row(lin).net_fen == 100_00
    assert owed(march.id) == 120_00


def test_example_j_an_offline_burst_is_found_by_when_it_happened(campus) -> None:
    lin = campus.member("lin", 0, 100_00)
    noon = campus.at
    statuses = [
        campus.pay(
            lin, 5_00, at=noon + timedelta(hours=3), occurred_at=noon + timedelta(minutes=minute),
            offline=True, points_fen=5_00,
        ).status
        for minute in (20, 0, 30)
    ]  # fmt: skip
    assert statuses == ["S", "S", "H"], "the middle one arrives last, and closes the window"


def test_example_k_the_last_millisecond_belongs_to_the_old_month(campus) -> None:
    lin = campus.member("lin", 300_00)
    edge = datetime(2025, 3, 31, 23, 59, 59, 999_000, tzinfo=CAMPUS)
    first = campus.pay(lin, 10_00, at=edge + timedelta(milliseconds=2))
    old = campus.pay(lin, 200_00, at=edge + timedelta(minutes=1), occurred_at=edge)
    assert Payment.objects.get(pk=first.id).month == 202504
    row = Payment.objects.get(pk=old.id)
    assert (row.month, row.seq, old.subsidy_fen) == (202503, 1, 240_00)
    assert campus.row(lin).net_fen == 10_00


def test_example_k_the_future_and_the_past_are_refused(campus) -> None:
    lin = campus.member("lin", 300_00)
    day = campus.at.date()
    with pytest.raises(refusals.InTheFuture):
        campus.pay(
            lin, 1_00, at=campus.at, biz_date=day,
            occurred_at=campus.at + timedelta(minutes=5, seconds=1),
        )  # fmt: skip
    at = campus.at
    assert campus.pay(lin, 1_00, at=at, occurred_at=at + timedelta(minutes=5)).status == "S"
    with pytest.raises(refusals.TooOld):
        campus.pay(lin, 1_00, at=at, occurred_at=at - timedelta(minutes=6))
    with pytest.raises(refusals.BusinessDayWrong):
        campus.pay(lin, 1_00, at=at, biz_date=day - timedelta(days=2))


@pytest.mark.clause("R044")
def test_example_l_the_two_readings_settle_differently_from_the_same_books(campus) -> None:
    """ON_TOP: 200 + 240 = 440 in all; INCLUSIVE: 200 × 1.2 = 240 in all, of which 40 is new."""
    terms = figures.terms_on(campus.at.date())
    assert terms.settlement_mode == rules.ON_TOP
    assert rules.settlement_fen(200_00, 240_00, terms) == (440_00, 240_00)
    inclusive = replace(terms, settlement_mode=rules.INCLUSIVE)
    assert rules.settlement_fen(200_00, 240_00, inclusive) == (240_00, 40_00)


def test_terms_are_the_plans_own(campus) -> None:
    terms = figures.terms_on(campus.at.date())
    assert (terms.allotment_fen, terms.rate_num, terms.rate_den, terms.cap_fen) == (
        200_00, 6, 5, 240_00,
    )  # fmt: skip
    assert rules.subsidy_fen(200_00, terms) == terms.cap_fen
    assert terms.budget_subsidy == "2025/3.1/mall.subsidy"
    assert Merchant.objects.count() == Refund.objects.count() == 0
    assert terms.cap_fen < paying.MOST_FEN
