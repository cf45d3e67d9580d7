"""Each audit is silent over a sound year and names what somebody has bent behind the rules."""

from datetime import date

import pytest
from django.db import connection

from smartunion.domains.aid.reads.audits import audits_on
from smartunion.domains.aid.reads.totals import payments
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import Period

from .conftest import House

BENT = {
    "A1": "UPDATE procedures_poll SET passed = false",
    "A2": "UPDATE procedures_poll SET yes = 3, no = 0, abstain = 0",
    "A3": "UPDATE procedures_steprun SET ended_by_id = (SELECT beneficiary_id FROM aid_application)"
    " WHERE step = 'verify'",
    "A4": "DELETE FROM procedures_signature",
    "A5": "UPDATE aid_disbursement SET amount_fen = amount_fen + 1",
    "A6": """UPDATE publicity_posting SET rows = '[["申请人", "林晓梅"]]'""",
    "A7": "UPDATE aid_disbursement SET paid_at = paid_at - interval '5 days'",
    "A8": "UPDATE aid_application SET approved_fen = 50001 * 100",
}


def broken() -> set[str]:
    return {audit.id for audit in audits_on(date(2025, 3, 20)) if audit.offenders()}


@pytest.mark.parametrize("audit", BENT)
def test_an_audit_finds_what_was_bent(house: House, audit: str) -> None:
    house.paid(house.people["lin"])
    assert broken() == set()
    with connection.cursor() as cursor:
        cursor.execute(BENT[audit])
    assert audit in broken()


@pytest.mark.clause("R228")
def test_k20_counts_what_is_due_and_leaves_out_what_owes_nothing(house: House) -> None:
    """Paid in time hits, unpaid past its day misses, refused and not yet due do not count."""
    house.paid(house.people["lin"])
    house.to(house.hand_in(house.people["mo"]), "accept")
    late = house.to(house.hand_in(house.people["qian"]), "verify")
    march = Period(date(2025, 3, 1), date(2025, 4, 1))
    measure = MEASURES["K20"]
    early = measure.tally(march, date(2025, 3, 20))
    assert (early.part, early.whole, early.left_out) == (1, 1, 1), "not yet due"
    due = payments(march.first, march.until, on=date(2025, 4, 1))
    assert {p.number: p.in_time for p in due}[late.number] is False
    closed = measure.tally(march, date(2025, 4, 1))
    assert (closed.part, closed.whole) == (1, 2)
