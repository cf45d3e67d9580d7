"""A day with the real bank: faults in its file, refused or found, until both sides are one."""

from datetime import datetime, timedelta

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
from smartunion.domains.wallet.models import Payment, SubsidyAdjustment
from smartunion.domains.wallet.tests.conftest import Campus, until_all_is_over
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import ballots
from tests.bank import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("R041")
@pytest.mark.clause("R054")
@pytest.mark.clause("K08")
def test_a_day_of_faults_ends_with_no_fen_unexplained(
    campus: Campus, bank: SandboxProcess, organization: dict[str, Person], client: Client
) -> None:
    """缺行、多行、多一分；错尾、错签、昨日文件: every one is found, and nothing stays apart."""
    ours = bank.client()
    campus.at = datetime(2025, 3, 3, 12, 0, tzinfo=CAMPUS)
    day = campus_day(campus.at)
    wallet = campus.member("shopper")
    allotting.allot(person=wallet.owner, by=wallet.owner, at=campus.at)
    until_all_is_over()
    wallet_jobs.send_allotments(ours, at=campus.at)
    paid = [campus.pay(campus.row(wallet), 1000 + n) for n in range(6)]
    campus.refund(paid[0].id, 500)
    until_all_is_over()
    wallet_jobs.send_payments(ours, at=campus.at)
    night = campus.at + timedelta(days=1)

    def fault(**which: int) -> None:
        httpx.post(f"{bank.url}/faults", data={k: str(v) for k, v in which.items()})

    wanted = {
        "file_trailer": "settlement.trailer_wrong",
        "file_signature": "settlement.file_signature_wrong",
        "file_yesterday": "settlement.file_of_another_day",
        "file_decimal": "settlement.amount_not_whole_fen",
        "file_merchant": "settlement.merchant_unknown",
        "file_twice": "settlement.line_twice",
    }
    for which, refusal in wanted.items():
        fault(**{which: 1})
        assert jobs.fetch(ours, day=day, at=night) is None
        assert BankFile.objects.latest("pk").refusal == refusal
    fault(file_missing=1, file_extra=1, file_amount=1, seed=7)
    made = jobs.fetch(ours, day=day, at=night)
    assert made is not None
    found = sorted(Difference.objects.values_list("state", flat=True))
    assert found == ["DIFF", "LESS", "MORE"]
    assert desk.days_to_fetch(before=campus_day(night), at=night) == []
    later = day + timedelta(days=10)
    wrong = meter.month(day.replace(day=1), on=later)
    assert wrong.apart_fen > 0
    assert wrong.by_amount is not None
    assert wrong.by_amount > 0
    assert {row.document.partition(":")[0] for row in wrong.rows} >= {"payment"}
    fault(file_failed=1)
    cases.ask_resend(day=day, by=wallet.owner, at=night)
    assert jobs.reconcile_days(ours, at=night) == 1
    open_now = Difference.objects.filter(closed_at=None)
    assert list(open_now.values_list("state", flat=True)) == ["SANF"]
    fault(interest_fen=321, interest_on=int(f"{day:%Y%m%d}"))
    cases.ask_resend(day=day, by=wallet.owner, at=night)
    assert desk.days_to_fetch(before=campus_day(night), at=night) == [day]
    assert jobs.reconcile_days(ours, at=night) == 1
    fault()
    made = Reconciliation.objects.get(day=day)
    assert (made.same, made.differing, made.under_way) == (8, 0, 0)
    assert made.ours_fen == made.bank_fen
    assert desk.apart_fen(desk.open_cases()) == 0
    assert set(Difference.objects.values_list("outcome", flat=True)) == {"agreed"}
    account = AccountDay.objects.get(day=day)
    assert (account.out_fen, account.in_fen) == (20_000, 321)
    assert desk.day(day).unlisted == []
    right = meter.month(day.replace(day=1), on=later)
    assert (right.payments, right.wrong, right.apart_fen) == (6, 0, 0)
    assert right.due_fen == right.booked_fen == 6618
    payment = Payment.objects.get(pk=paid[3].id)
    for delta in (1, -1):  # one fen too much is seen, and where
        SubsidyAdjustment.objects.create(
            payment=payment, kind="replay", delta_fen=delta, statement_month=202503, at=night
        )
        found = meter.month(day.replace(day=1), on=later)
        assert (found.wrong, found.apart_fen) == ((1, 1) if delta > 0 else (0, 0))
        assert [row.document for row in found.rows] == [f"payment:{payment.pk}"] * (delta > 0)
    on_fifth = datetime(2025, 4, 7, 15, tzinfo=CAMPUS)
    month = day.replace(day=1)
    months.freeze(month=month, by=None, at=on_fifth)
    months.check(month=month, by=organization["li"], at=on_fifth)
    review = statements.review(month)
    assert review is not None
    run = review.case.runs.get(step="deliberated")
    for member in dict.fromkeys(holders("standing_member", on=on_fifth.date())):
        ballots.cast(run_id=run.pk, choice="yes", by=member, at=on_fifth)
    months.pay(month=month, by=organization["li"], at=on_fifth)
    assert jobs.send_payouts(ours, at=on_fifth) == 1
    payout = Payout.objects.get()
    assert (payout.state, payout.amount_fen) == ("done", 6618)
    paid_day = campus_day(on_fifth)
    made = jobs.fetch(ours, day=paid_day, at=on_fifth + timedelta(days=1))
    assert made is not None
    assert (made.same, made.differing, made.bank_fen) == (1, 0, 6618)
    client.force_login(organization["li"])
    for page in ("/settlement/?month=2025-03", "/settlement/months/", "/settlement/months/2025-03/",
                 "/settlement/meter/?month=2025-03", "/settlement/days/2025-03-03/"):  # fmt: skip
        assert client.get(page).status_code == 200
    case = Difference.objects.earliest("pk")
    assert "银行的每一次说法" in client.get(f"/settlement/cases/{case.pk}/").content.decode()
    ours.close()
