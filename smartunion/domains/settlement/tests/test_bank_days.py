"""A day with the real bank: faults in its file, refused or found, until both sides are one."""

from datetime import datetime, timedelta

import httpx
import pytest

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import cases
from smartunion.domains.settlement.models import AccountDay, BankFile, Difference, Reconciliation
from smartunion.domains.settlement.reads import desk
from smartunion.domains.wallet import jobs as wallet_jobs
from smartunion.domains.wallet.actions import allotting
from smartunion.domains.wallet.tests.conftest import Campus, until_all_is_over
from smartunion.kernel.base.days import CAMPUS, campus_day
from tests.bank import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("R041")
def test_a_day_of_faults_ends_with_no_fen_unexplained(campus: Campus, bank: SandboxProcess) -> None:
    """缺行、多行、多一分；错尾、错签、昨日文件: every one is found, and nothing stays apart."""
    client = bank.client()
    campus.at = datetime(2025, 3, 3, 12, 0, tzinfo=CAMPUS)
    day = campus_day(campus.at)
    wallet = campus.member("lin")
    allotting.allot(person=wallet.owner, by=wallet.owner, at=campus.at)
    until_all_is_over()
    wallet_jobs.send_allotments(client, at=campus.at)
    paid = [campus.pay(campus.row(wallet), 1000 + n) for n in range(6)]
    campus.refund(paid[0].id, 500)
    until_all_is_over()
    wallet_jobs.send_payments(client, at=campus.at)
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
        assert jobs.fetch(client, day=day, at=night) is None
        assert BankFile.objects.latest("pk").refusal == refusal
    fault(file_missing=1, file_extra=1, file_amount=1, seed=7)
    made = jobs.fetch(client, day=day, at=night)
    assert made is not None
    found = sorted(Difference.objects.values_list("state", flat=True))
    assert found == ["DIFF", "LESS", "MORE"]
    assert desk.days_to_fetch(before=campus_day(night), at=night) == []
    fault(file_failed=1)
    cases.ask_resend(day=day, by=wallet.owner, at=night)
    assert jobs.reconcile_days(client, at=night) == 1
    open_now = Difference.objects.filter(closed_at=None)
    assert list(open_now.values_list("state", flat=True)) == ["SANF"]
    fault(interest_fen=321, interest_on=int(f"{day:%Y%m%d}"))
    cases.ask_resend(day=day, by=wallet.owner, at=night)
    assert desk.days_to_fetch(before=campus_day(night), at=night) == [day]
    assert jobs.reconcile_days(client, at=night) == 1
    fault()
    made = Reconciliation.objects.get(day=day)
    assert (made.same, made.differing, made.under_way) == (8, 0, 0)
    assert made.ours_fen == made.bank_fen
    assert desk.apart_fen(desk.open_cases()) == 0
    assert set(Difference.objects.values_list("outcome", flat=True)) == {"agreed"}
    account = AccountDay.objects.get(day=day)
    assert (account.out_fen, account.in_fen) == (20_000, 321)
    assert desk.day(day).unlisted == []
    client.close()
