"""Every line has one state in the bank's own words; every difference an owner and a clock."""

from collections import Counter
from datetime import date, timedelta

import pytest

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases, matching
from smartunion.domains.settlement.models import Difference, Match, Reconciliation, State
from smartunion.domains.settlement.reads import desk
from smartunion.domains.settlement.rules import refusals
from smartunion.domains.wallet.models import BankOrder
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.models import Timer
from smartunion.site.audits import SETTLEMENT

from .conftest import DAY, MARK, NIGHT, Bank, Said

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Match.objects.values_list("document", "state"))


@pytest.mark.clause("R043")
def test_every_state_is_told_in_the_banks_own_words(
    bank_paper: Bank, organization: dict[str, Person]
) -> None:
    """SAME MORE LESS DIFF SANF FANS EANS EANF PROC, once each; interest is booked, not matched."""
    bank = bank_paper
    same, diff, sanf = bank.paid(100), bank.paid(200), bank.paid(300)
    bank.paid(400)  # ours only
    fans = bank.paid(500, state="refused")
    eans, eanf, proc = (bank.paid(fen, state="sent") for fen in (600, 700, 800))
    bank.paid(900, state="waiting")  # under way on our side only
    extra = Said("PAY", f"{MARK}-payment:999999", "260101-999", 50, 7)
    made = bank.matched(
        [
            same,
            bank.changed(diff, fen=201),
            bank.changed(sanf, state="F"),
            fans,
            eans,
            bank.changed(eanf, state="F"),
            bank.changed(proc, state="P"),
            extra,
            Said("INTEREST", "", "260101-1000", 321),
        ]
    )
    assert sorted(Match.objects.values_list("state", flat=True)) == sorted(
        ["SAME", "DIFF", "SANF", "MORE", "FANS", "EANS", "EANF", "PROC", "PROC", "LESS"]
    )
    assert (made.same, made.differing, made.under_way) == (1, 7, 2)
    booked = Transfer.objects.get(document="bank:260101-1000")
    assert (booked.debit_id, booked.credit_id, booked.amount_fen) == (
        "bank.ecny", "income.interest", 321,
    )  # fmt: skip
    matching.reconcile(day=DAY, at=NIGHT)  # again: nothing twice
    assert Transfer.objects.filter(code="bank.interest").count() == 1
    found = {each.state: each for each in Difference.objects.all()}
    assert len(found) == 8
    assert Difference.objects.count() == 9
    assert all(each.owner for each in found.values())
    assert found["MORE"].due_at.date().isoformat() == "2025-03-13"  # two working days, all of them
    assert found["PROC"].due_at.date().isoformat() == "2025-03-13"  # T+3 includes its day
    timers = Timer.objects.filter(kind=matching.OVERDUE, state="pending")
    assert timers.count() == 9


def test_it_is_matched_by_key_then_by_till_then_by_the_banks_number_never_by_amount(
    bank_paper: Bank,
) -> None:
    bank = bank_paper
    key, till, ref, amount = (bank.paid(fen) for fen in (100, 100, 100, 100))
    bank.matched(
        [
            key,
            bank.changed(till, key="lost-1"),
            bank.changed(ref, key="lost-2", terminal=""),
            bank.changed(amount, key="lost-3", terminal="", ref="260101-other"),
        ]
    )
    assert list(
        Match.objects.order_by("line__number")
        .values_list("way", "state")
        .filter(line__isnull=False)
    ) == [("key", "SAME"), ("terminal", "SAME"), ("ref", "SAME"), ("alone", "LESS")]
    assert Match.objects.get(line=None).state == State.MORE


def test_a_resend_closes_what_has_come_to_agree_and_leaves_the_rest(bank_paper: Bank) -> None:
    bank = bank_paper
    good, missing, wrong = bank.paid(100), bank.paid(200), bank.paid(300)
    made = bank.matched([good, bank.changed(wrong, fen=301)])
    assert (made.same, made.differing) == (1, 2)
    made = bank.matched([good, missing, bank.changed(wrong, fen=301)], number=2)
    assert (made.same, made.differing, made.rounds) == (2, 1, 2) or made.rounds == 1
    more = Difference.objects.get(ours_fen=200)
    assert (more.outcome, more.closed_by) == ("agreed", None)
    assert Timer.objects.get(key=f"settlement/{more.pk}").state == "canceled"
    assert Difference.objects.get(closed_at=None).ours_fen == 300


def booked(code: str) -> dict[tuple[str, str], int]:
    """Return what was posted under a code, by (debit, credit)."""
    found: Counter[tuple[str, str]] = Counter()
    for row in Transfer.objects.filter(code=code):
        found[row.debit_id, row.credit_id] += row.amount_fen
    return dict(found)


def test_what_the_bank_has_moved_settles_what_is_owed_and_a_resend_books_the_difference(
    bank_paper: Bank,
) -> None:
    """应付商户 goes down by what both sides say, once, and back again where the bank takes back."""
    bank = bank_paper
    good, wrong = bank.paid(100), bank.paid(300)
    bank.matched([good, bank.changed(wrong, fen=301)])
    out, back = ("merchant.payable", "bank.ecny"), ("bank.ecny", "merchant.payable")
    assert booked("bank.pay") == {out: 100}, "what differs is not booked"
    bank.matched([good, wrong], number=2)
    matching.reconcile(day=DAY, at=NIGHT)  # again: nothing twice
    assert booked("bank.pay") == {out: 400}
    bank.matched([bank.changed(good, state="F"), wrong], number=3)
    assert booked("bank.pay") == {out: 400, back: 100}
    (audit,) = (each for each in SETTLEMENT if each.id == "M7")
    assert audit.offenders() == []
    Match.objects.filter(kind="PAY", state="SAME").update(bank_fen=299)
    assert audit.offenders() == [
        ("ledger_transfer bank:20250310:PAY", "booked 300 fen, matched 299 fen")
    ]


def test_an_order_that_comes_after_its_day_was_matched_has_the_bank_asked_again(
    bank_paper: Bank,
) -> None:
    """An upload, a release, a bank that was away: nothing stays outside because it came late."""
    bank = bank_paper
    first = bank.paid(100)
    bank.matched([first])
    morning, until = NIGHT + timedelta(hours=2), NIGHT.date()
    assert desk.days_to_look_again(before=until, at=morning) == {}
    late = bank.paid(200)
    assert list(desk.days_to_look_again(before=until, at=morning)) == [DAY]
    jobs.reconcile_days(Silent(), at=morning)
    asked = Reconciliation.objects.get(day=DAY)
    assert asked.resend_asked_at == morning
    assert desk.days_to_look_again(before=until, at=morning) == {}, "asked once"
    made = bank.matched([first, late], number=2)
    assert (made.same, made.differing) == (2, 0)
    slow = bank.paid(300, state="sent")
    assert bank.matched([first, late], number=3).under_way == 1
    assert desk.days_to_look_again(before=until, at=NIGHT + timedelta(hours=23)) == {}
    again = desk.days_to_look_again(before=until, at=NIGHT + timedelta(hours=24))
    assert again == {DAY: "有处理中的笔数"}, "once a day, as long as something is under way"
    BankOrder.objects.filter(document=slow.key.removeprefix(f"{MARK}-")).update(
        state="done", bank_ref=slow.ref, posted_at=NIGHT
    )
    assert bank.matched([first, late, slow], number=4).same == 3
    assert desk.days_to_look_again(before=until, at=NIGHT + timedelta(days=2)) == {}


class Silent:
    """A bank that has nothing to say today."""

    def corporate_statement(self, day: date) -> None:
        """Say nothing."""


@pytest.mark.clause("R048")
def test_a_refund_is_matched_when_it_is_initiated_and_again_when_it_has_succeeded(
    bank_paper: Bank,
) -> None:
    """The bank bills a refund when it is initiated; until it has succeeded it is under way."""
    bank = bank_paper
    paid = bank.paid(1000)
    order = BankOrder.objects.create(
        kind="REFUND", document="refund:1", wallet=bank.campus.wallets["lin"],
        merchant=bank.campus.shop("M01").merchant, amount_fen=400,
        occurred_at=NIGHT - timedelta(hours=10), state="sent", bank_ref="",
    )  # fmt: skip
    back = Said(
        "REFUND", f"{MARK}-refund:1", "260101-77", 400, order.wallet_id, paid.merchant, "", "P",
        at=order.occurred_at,
    )  # fmt: skip
    bank.matched([paid, back])
    assert states()["refund:1"] == "PROC"
    BankOrder.objects.filter(pk=order.pk).update(
        state="done", bank_ref="260101-77", posted_at=NIGHT
    )
    made = bank.matched([paid, bank.changed(back, state="S")], number=2)
    assert (made.same, made.under_way) == (2, 0)
    assert Difference.objects.get().outcome == "agreed"


def test_what_the_bank_proves_is_taken_over_and_words_alone_close_no_money(
    bank_paper: Bank, organization: dict[str, Person]
) -> None:
    bank, (one, other) = bank_paper, (organization["zhao"], organization["qian"])
    unknown, missing, named = bank.paid(600, state="sent"), bank.paid(700), bank.paid(800)
    bank.matched([unknown, bank.changed(named, wallet_id=4711)])
    eans, more, diff = (Difference.objects.get(state=s) for s in ("EANS", "MORE", "DIFF"))
    with pytest.raises(refusals.ReasonMissing):
        cases.explain(case_id=more.pk, by=one, at=NIGHT, because=" ")
    cases.explain(case_id=more.pk, by=one, at=NIGHT, because="银行漏列，编号 2025-17")
    with pytest.raises(refusals.OwnExplanation):
        cases.confirm(case_id=more.pk, by=one, at=NIGHT)
    with pytest.raises(refusals.MoneyStillApart, match="还差 700 分"):
        cases.confirm(case_id=more.pk, by=other, at=NIGHT)
    cases.correct(case_id=eans.pk, by=one, at=NIGHT, because="对账文件第 1 行")
    assert BankOrder.objects.get(document=eans.document).state == "done"
    cases.explain(case_id=diff.pk, by=one, at=NIGHT, because="银行换了钱包编号")
    cases.confirm(case_id=diff.pk, by=other, at=NIGHT)  # the money is the same
    with pytest.raises(refusals.CaseClosed):
        cases.confirm(case_id=diff.pk, by=other, at=NIGHT)
    made = matching.reconcile(day=DAY, at=NIGHT)
    assert (made.same, made.differing) == (1, 2)
    timer = Timer.objects.get(key=f"settlement/{more.pk}")
    jobs.overdue(timer, NIGHT + timedelta(days=3))
    more.refresh_from_db()
    assert more.overdue_at is not None
    assert missing.key.endswith(more.document)
