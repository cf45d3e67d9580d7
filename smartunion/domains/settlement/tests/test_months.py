"""The month is frozen for the 5th, byte for byte the same for ever."""

from datetime import date, datetime

import pytest

from smartunion.domains.settlement import public
from smartunion.domains.settlement.actions import months
from smartunion.domains.settlement.models import Statement
from smartunion.domains.settlement.reads import statements
from smartunion.domains.settlement.rules import refusals
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Person

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)
REVIEW = datetime(2025, 4, 7, 15, 0, tzinfo=CAMPUS)
"""The 5th of April 2025 is a Saturday within a holiday (T26)."""


@pytest.mark.clause("R052")
@pytest.mark.clause("T26")
def test_what_is_frozen_stays_and_what_comes_later_is_a_prior_correction(
    campus: Campus, organization: dict[str, Person]
) -> None:
    """例 F、例 C: a refund after the close takes its subsidy back in the open statement."""
    one, two = campus.shop("M01"), campus.shop("M02")
    lin = campus.member("lin2", 50_000, 3_000)
    first = campus.pay(lin, 15_000, one, points_fen=0)
    campus.pay(lin, 10_000, two, points_fen=0)
    campus.pay(lin, 3_000, one, points_fen=3_000)  # by points alone: no subsidy, but owed
    march = months.freeze(month=MARCH, by=None, at=REVIEW)
    assert (march.planned_on, march.review_on) == (date(2025, 4, 5), date(2025, 4, 7))
    rows = {each.number: each for each in march.statements.all()}
    assert (rows["M01"].subsidy_fen, rows["M02"].subsidy_fen) == (18_000, 6_000)
    assert (rows["M01"].payable_fen, rows["M01"].principal_fen) == (18_000 + 3_000, 15_000)
    assert statements.again(march) == march.digest
    campus.refund(first.id, 10_000, one, at=REVIEW.replace(day=20))
    assert statements.again(march) == march.digest, "a closed month never changes"
    assert months.freeze(month=MARCH, by=None, at=REVIEW).pk == march.pk
    april = months.freeze(month=APRIL, by=None, at=datetime(2025, 5, 6, 15, tzinfo=CAMPUS))
    rows = {each.number: each for each in april.statements.all()}
    # f(150) = 180: M1 keeps 50 -> 60, M2 100 -> 120; the refund of the principal left its wallet
    assert (rows["M01"].prior_fen, rows["M02"].prior_fen) == (-12_000, 6_000)
    assert (rows["M01"].payable_fen, rows["M01"].rest_fen) == (0, -12_000)
    assert (rows["M02"].payable_fen, rows["M02"].rest_fen) == (6_000, 0)
    assert statements.differing(5) == []
    with pytest.raises(Exception, match="append-only"):
        Statement.objects.filter(pk=rows["M01"].pk).update(payable_fen=1)


@pytest.mark.clause("R059")
def test_what_a_statement_cannot_bear_is_carried_until_it_is_covered(
    campus: Campus, organization: dict[str, Person]
) -> None:
    """例 G: claw-back larger than what is owed."""
    till, by = campus.shop("M01"), organization["wang"]
    lin = campus.member("lin2", 20_000)
    campus.pay(lin, 12_500, till)
    shop = till.merchant_id
    given = {"merchant_id": shop, "document": "decision:1", "by": by, "because": "查实套现"}
    with pytest.raises(refusals.ClawBackWrong):
        months.claw_back(amount_fen=0, at=REVIEW, **given)
    with pytest.raises(refusals.ClawBackTooLarge):  # nothing was granted yet
        months.claw_back(amount_fen=15_000, at=REVIEW, **given)
    months.freeze(month=MARCH, by=None, at=REVIEW)
    with pytest.raises(refusals.ClawBackTooLarge, match="150 元"):
        months.claw_back(amount_fen=15_001, at=REVIEW, **given)
    for _ in range(2):  # the same document takes once
        public.claw_back(amount_fen=15_000, at=REVIEW, **given)
    with pytest.raises(refusals.ClawBackTooLarge, match="只有 0 元"):
        months.claw_back(amount_fen=1, at=REVIEW, **{**given, "document": "decision:3"})
    campus.pay(lin, 5_000, till, at=REVIEW.replace(day=15))
    may = datetime(2025, 5, 6, 15, tzinfo=CAMPUS)
    months.freeze(month=APRIL, by=None, at=may)
    april = public.statement(shop, APRIL)
    assert april is not None
    assert (april.clawed_fen, april.payable_fen, april.rest_fen) == (15_000, 0, -9_000)
    public.covered(
        merchant_id=shop, amount_fen=9_000, document="deposit:1", by=by, at=may,
        because="以保证金抵补",
    )  # fmt: skip
    months.freeze(month=MAY, by=None, at=datetime(2025, 6, 5, 15, tzinfo=CAMPUS))
    later = public.statement(shop, MAY)
    assert later is not None
    assert (later.carried_fen, later.clawed_fen, later.payable_fen, later.rest_fen) == (
        -9_000, -9_000, 0, 0,
    )  # fmt: skip
    booked = Transfer.objects.get(code="settle.claw")
    assert (booked.debit_id, booked.credit_id, booked.amount_fen) == (
        "merchant.subsidy", "expense.subsidy", 15_000,
    )  # fmt: skip
    assert [each.month for each in public.statements_of(shop)] == [MAY, APRIL, MARCH]
    assert public.owes_fen(shop) == 0
    public.claw_back(amount_fen=500, at=REVIEW, **{**given, "document": "decision:2"})
    assert public.owes_fen(shop) == 500
