"""A year's statement is its months' bills; what a month leaves over is told of, kept or expires."""

from dataclasses import replace
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client

from smartunion.domains.wallet import jobs, rules
from smartunion.domains.wallet.actions import allotting, expiring
from smartunion.domains.wallet.reads import bills, figures, years
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person

from .conftest import Campus

pytestmark = pytest.mark.django_db


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=CAMPUS)


def test_the_year_is_the_sum_of_its_months_bills_on_page_and_paper(
    campus: Campus, organization: dict[str, Person], client: Client
) -> None:
    """期初 + 划入 − 到期 − 付款 + 退款 = 期末, each month as its own bill says it."""
    wallet = campus.member("lin", 200_00, 30_00)
    first = campus.pay(wallet, 50_00, points_fen=10_00)
    campus.at = at(4, 2)
    campus.fill(wallet, 200_00)
    campus.pay(wallet, 120_00, campus.shop("M02", "书店"), points_fen=0)
    campus.refund(first.id, 25_00)
    campus.at = at(5, 9)
    terms = figures.terms_on(campus.at.date())
    found = years.year(wallet.owner, year=2025, terms=terms, at=campus.at)
    assert found is not None
    assert [row.month.month for row in found.rows] == [1, 2, 3, 4, 5]
    for row in found.rows:
        bill = bills.bill(wallet.owner, month=row.month, terms=terms)
        assert bill is not None
        assert (row.opening_fen, row.closing_fen) == (bill.opening_fen, bill.closing_fen)
        assert (row.in_fen - row.expired_fen, row.paid_fen - row.back_fen) == (
            bill.in_fen, bill.out_fen,
        )  # fmt: skip
        assert row.subsidy_fen == bill.meter.subsidy_fen
        assert row.points_closing_fen == bill.points_closing_fen
    total = found.total
    assert total["in_fen"] + total["back_fen"] - total["paid_fen"] == found.closing_fen == 260_00
    assert (total["count"], total["subsidy_fen"]) == (2, 24_00 + 144_00)
    assert found.shops == [("书店", 120_00), ("商户M01", 25_00)]
    client.force_login(wallet.owner)
    with time_machine.travel(campus.at, tick=False):
        page = client.get("/wallet/year/?year=2025").content.decode()
        paper = client.get("/wallet/year/?year=2025&as=pdf")
    assert "年度账单" in page
    assert "260.00" in page
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")


def test_who_has_not_drawn_all_is_told_once_before_the_month_ends(
    campus: Campus, organization: dict[str, Person]
) -> None:
    lin, mo, out = campus.member("lin2"), campus.member("mo2"), campus.member("out2")
    type(out).objects.filter(pk=out.pk).update(barred_at=campus.at)
    allotting.allot(person=mo.owner, by=mo.owner, at=campus.at)
    assert jobs.keep_months(at=at(3, 26)) == 0
    assert jobs.keep_months(at=at(3, 27)) == 1
    assert jobs.keep_months(at=at(3, 28)) == 0, "each once"
    told = Notice.objects.get(about="wallet.undrawn:2025-03")
    assert (told.person, told.title) == (lin.owner, "3月福利额度还没有划完")
    assert "31日24:00" in told.text
    assert jobs.keep_months(at=datetime(2024, 3, 28, tzinfo=CAMPUS)) == 0, "no plan, no word"


def test_by_the_terms_what_is_left_is_carried_over_or_goes_back_to_the_fund(
    campus: Campus, organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CARRY_OVER leaves it; MONTH_END takes it once, tells before, and spares the new month's."""
    lin, mo = campus.member("lin2", 80_00, 5_00), campus.member("mo2", 30_00)
    campus.at = at(4, 1, 1)
    campus.fill(lin, 200_00)
    assert jobs.keep_months(at=campus.at) == 0
    assert campus.row(lin).ecny_fen == 280_00, "carried over"
    real = figures.terms_on
    monkeypatch.setattr(figures, "terms_on", lambda d: replace(real(d), expiry=rules.MONTH_END))
    jobs.keep_months(at=campus.at)
    assert [campus.row(each).ecny_fen for each in (lin, mo)] == [200_00, 0]
    assert campus.row(lin).points_fen == 5_00
    assert expiring.expire_allotments(month=date(2025, 3, 1), by=None, at=campus.at) == 0
    jobs.keep_months(at=at(4, 27))
    owners = Notice.objects.filter(about="wallet.unspent:2025-04").values_list("person", flat=True)
    assert list(owners) == [lin.owner_id]
