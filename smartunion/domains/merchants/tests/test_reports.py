"""The month's report and the trial's heat maps: page, paper, sheets, public archive."""

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.merchants import jobs
from smartunion.domains.merchants.actions import publishing
from smartunion.domains.merchants.models import HeatDay
from smartunion.domains.merchants.reads import report
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Account, Transfer
from tests.cast import appoint, person, unit

FEBRUARY = datetime(2025, 2, 3, 12, tzinfo=CAMPUS)


@pytest.mark.clause("R050")
@pytest.mark.clause("T59")
def test_every_day_of_the_trial_is_published_once_and_small_cells_never(
    db: None, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five payers in one half hour show a number, four in another show none, to nobody."""
    campus.at = FEBRUARY
    for n in range(5):
        member = campus.member(f"p{n}", ecny=5_000)
        campus.pay(member, 1000, at=FEBRUARY + timedelta(minutes=n))
        if n < 4:
            campus.pay(member, 1000, campus.shop("M02", "小店"), at=FEBRUARY + timedelta(hours=2))
    with pytest.raises(refusals.DayNotOver):
        publishing.publish_heat(day=FEBRUARY.date(), at=FEBRUARY)
    at = datetime(2025, 2, 6, 0, 20, tzinfo=CAMPUS)
    assert jobs.publish(at=at) == 5
    assert jobs.publish(at=at) == 0
    there = HeatDay.objects.get(day=FEBRUARY.date())
    assert sorted(there.cells) == [["商户M01", 24, 5], ["小店", 28, None]]
    anybody = Client()
    listed = anybody.get(reverse("merchants:heat_days")).content.decode()
    assert listed.count("/merchants/heat/2025-02-") == 5
    shown = anybody.get(reverse("merchants:heat_day", args=["2025-02-03"])).content.decode()
    assert there.sha256 in shown
    assert "&lt;5" in shown
    assert "p0" not in shown
    for wrong in ("2025-02-20", "yesterday"):
        assert anybody.get(reverse("merchants:heat_day", args=[wrong])).status_code == 404


@pytest.mark.clause("R052")
def test_the_report_of_the_fifth_says_what_the_rows_say(
    db: None, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First page, paper, and the vouchers that finance takes over with its own codes."""
    lin = campus.member("lin", ecny=30_000)
    first = campus.pay(lin, 20_000)
    campus.pay(lin, 5_000, campus.shop("M02"))
    campus.refund(first.id, 10_000)
    april = datetime(2025, 4, 3, 9, tzinfo=CAMPUS)
    Account.objects.filter(code="merchant.deposit").update(gl="2201-05")
    monkeypatch.setattr(clock, "now", lambda: april)
    it = report.report(date(2025, 3, 1), on=april.date())
    assert it.meter is None, "no day was matched with the bank"
    net = 15_000 * 6 // 5
    assert it.total.subsidy_fen + it.adjusted_fen == net == sum(row.owed_fen for row in it.rows)
    assert (it.cap_users, it.earners, it.freezings, it.suspicions) == (0, 1, 0, 0)
    assert [row.code for row in it.top] == ["M01", "M02"]
    wang = person("wang", "王建国", unit("B02", "机关工会分会"))
    appoint(wang, "merchants.risk")
    client = Client()
    client.force_login(wang)
    page = reverse("merchants:report")
    shown = client.get(page, {"month": "2025-03"}).content.decode()
    assert "180.00 元" in shown
    assert "还没有与银行逐日对完账" in shown
    assert "4月7日" in shown  # the 5th is a Saturday after Qingming
    paper = client.get(page, {"month": "2025-03", "as": "pdf"})
    assert paper.content.startswith(b"%PDF-")
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(page, {"month": "2025-03", "as": "xlsx"}).content)
    ).worksheets[0]
    rows = list(book.iter_rows(min_row=2, values_only=True))
    march = Transfer.objects.filter(event_at__lt=datetime(2025, 4, 1, tzinfo=CAMPUS))
    assert len(rows) == march.count() == 2  # both shops' deposits
    assert {(row[6], row[7], row[8]) for row in rows} == {("2201-05", "商户保证金", 20_000)}
    assert client.get(page, {"month": "x"}).status_code == 404
