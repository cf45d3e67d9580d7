"""Days with the real bank: faults in its file, refused or found, until both sides are one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import httpx
import pytest
from django.test import Client

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases, months
from smartunion.domains.settlement.models import (
    AccountDay,
    BankFile,
    Difference,
    Payout,
    Reconciliation,
)
from smartunion.domains.settlement.reads import desk, meter, statements
from smartunion.domains.wallet import jobs as wallet_jobs
from smartunion.domains.wallet.actions import allotting
from smartunion.domains.wallet.gateways import HttpBank
from smartunion.domains.wallet.models import Payment, SubsidyAdjustment, Wallet
from smartunion.domains.wallet.tests.conftest import Campus, until_all_is_over
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import ballots
from tests.bank import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Day:
    """A day of trade that the bank has carried out: six purchases, half of the first given back."""

    bank: SandboxProcess
    ours: HttpBank
    day: date
    night: datetime
    wallet: Wallet
    paid: list[int]

    def fault(self, **which: int) -> None:
        httpx.post(f"{self.bank.url}/faults", data={k: str(v) for k, v in which.items()})


def lived(campus: Campus, bank: SandboxProcess, ours: HttpBank, on: date) -> Day:
    campus.at = datetime(on.year, on.month, on.day, 12, 0, tzinfo=CAMPUS)
    wallet = campus.member("shopper")
    allotting.allot(person=wallet.owner, by=wallet.owner, at=campus.at)
    until_all_is_over()
    wallet_jobs.send_allotments(ours, at=campus.at)
    paid = [campus.pay(campus.row(wallet), 1000 + n) for n in range(6)]
    campus.refund(paid[0].id, 500)
    until_all_is_over()
    wallet_jobs.send_payments(ours, at=campus.at)
    night = campus.at + timedelta(days=1)
    return Day(bank, ours, campus_day(campus.at), night, wallet, [each.id for each in paid])


@pytest.fixture
def ours(bank: SandboxProcess) -> Iterator[HttpBank]:
    client = bank.client()
    yield client
    httpx.post(f"{bank.url}/faults")
    client.close()


@pytest.mark.clause("R041")
def test_a_day_of_faults_ends_with_no_fen_unexplained(
    campus: Campus, bank: SandboxProcess, ours: HttpBank
) -> None:
    """缺行、多行、多一分；错尾、错签、昨日文件: every one is found, and nothing stays apart."""
    it = lived(campus, bank, ours, date(2025, 11, 12))
    wanted = {
        "file_trailer": "settlement.trailer_wrong",
        "file_signature": "settlement.file_signature_wrong",
        "file_yesterday": "settlement.file_of_another_day",
        "file_decimal": "settlement.amount_not_whole_fen",
        "file_merchant": "settlement.merchant_unknown",
        "file_twice": "settlement.line_twice",
    }
    for which, refusal in wanted.items():
        it.fault(**{which: 1})
        assert jobs.fetch(ours, day=it.day, at=it.night) is None
        assert BankFile.objects.latest("pk").refusal == refusal
    it.fault(file_missing=1, file_extra=1, file_amount=1, seed=7)
    assert jobs.fetch(ours, day=it.day, at=it.night) is not None
    found = sorted(Difference.objects.values_list("state", flat=True))
    assert found == ["DIFF", "LESS", "MORE"]
    month, later = it.day.replace(day=1), it.day + timedelta(days=10)
    assert meter.month(month, on=later).apart_fen > 0
    it.fault(file_failed=1)
    cases.ask_resend(day=it.day, by=it.wallet.owner, at=it.night)
    assert it.day in desk.days_to_fetch(before=campus_day(it.night), at=it.night)
    assert jobs.fetch(ours, day=it.day, at=it.night) is not None
    open_now = Difference.objects.filter(closed_at=None)
    assert list(open_now.values_list("state", flat=True)) == ["SANF"]
    it.fault(interest_fen=321, interest_on=int(f"{it.day:%Y%m%d}"))
    cases.ask_resend(day=it.day, by=it.wallet.owner, at=it.night)
    assert jobs.reconcile_days(ours, at=it.night) >= 1
    made = Reconciliation.objects.get(day=it.day)
    assert (made.same, made.differing, made.under_way) == (8, 0, 0)
    assert made.ours_fen == made.bank_fen
    assert desk.apart_fen(desk.open_cases()) == 0
    assert set(Difference.objects.values_list("outcome", flat=True)) == {"agreed"}
    account = AccountDay.objects.get(day=it.day)
    assert (account.out_fen, account.in_fen) == (20_000, 321)
    assert desk.day(it.day).unlisted == []


@pytest.mark.clause("R054")
@pytest.mark.clause("K08")
def test_one_fen_too_much_is_seen_and_a_clean_month_is_voted_on_and_paid(
    campus: Campus, bank: SandboxProcess, ours: HttpBank, organization: dict[str, Person],
    client: Client,
) -> None:  # fmt: skip
    it = lived(campus, bank, ours, date(2025, 10, 22))
    month, later = it.day.replace(day=1), it.day + timedelta(days=10)
    assert jobs.fetch(ours, day=it.day, at=it.night) is not None
    right = meter.month(month, on=later)
    assert (right.payments, right.wrong, right.apart_fen) == (6, 0, 0)
    assert right.due_fen == right.booked_fen == 6618
    payment, li = Payment.objects.get(pk=it.paid[3]), organization["li"]
    client.force_login(li)
    for delta in (1, -1):
        SubsidyAdjustment.objects.create(
            payment=payment, kind="replay", delta_fen=delta, statement_month=202510, at=it.night
        )
        found = meter.month(month, on=later)
        assert (found.wrong, found.apart_fen) == ((1, 1) if delta > 0 else (0, 0))
        assert [row.document for row in found.rows] == [f"payment:{payment.pk}"] * (delta > 0)
        shown = client.get("/settlement/meter/?month=2025-10").content.decode()
        assert ("0.0151%" in shown, f"payment:{payment.pk}" in shown) == (delta > 0, delta > 0)
    review_at = datetime(2025, 11, 5, 15, tzinfo=CAMPUS)
    assert jobs.freeze_due(at=review_at - timedelta(days=1)) == 0
    assert jobs.freeze_due(at=review_at) == 1
    months.check(month=month, by=li, at=review_at)
    review = statements.review(month)
    assert review is not None
    run = review.case.runs.get(step="deliberated")
    for member in dict.fromkeys(holders("standing_member", on=review_at.date())):
        ballots.cast(run_id=run.pk, choice="yes", by=member, at=review_at)
    months.pay(month=month, by=li, at=review_at)
    assert jobs.send_payouts(ours, at=review_at) == 1
    payout = Payout.objects.get()
    assert (payout.state, payout.amount_fen) == ("done", 6618)
    made = jobs.fetch(ours, day=campus_day(review_at), at=review_at + timedelta(days=1))
    assert made is not None
    assert (made.same, made.differing, made.bank_fen) == (1, 0, 6618)
    for page in ("?month=2025-10", "months/", "months/2025-10/", "meter/?month=2025-10",
                 "meter/?span=year&month=2025-10",
                 "meter/?month=2025-10&as=xlsx", f"days/{it.day.isoformat()}/"):  # fmt: skip
        assert client.get(f"/settlement/{page}").status_code == 200, page
