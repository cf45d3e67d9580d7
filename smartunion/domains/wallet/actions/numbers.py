"""Say why nothing stands under a terminal's number: the house refused it, or it never came."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from smartunion.domains.wallet.models import SkippedNumber, Terminal
from smartunion.domains.wallet.reads import numbers
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals

AT_ONCE = 1000
"""So many numbers are explained by one sentence; a wider gap is a machine that counts wrongly."""

_REFUSED = """
INSERT INTO wallet_skippednumber (terminal_id, biz_date, terminal_seq, refusal, because, at)
SELECT %(terminal)s, %(day)s, %(number)s, %(code)s, %(because)s, %(at)s
WHERE NOT EXISTS (SELECT 1 FROM wallet_payment WHERE terminal_id = %(terminal)s
    AND biz_date = %(day)s AND terminal_seq = %(number)s)
  AND NOT EXISTS (SELECT 1 FROM wallet_refund WHERE terminal_id = %(terminal)s
    AND biz_date = %(day)s AND terminal_seq = %(number)s)
ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic
def refused(
    *, terminal_id: int, biz_date: date, terminal_seq: int, no: Refused, at: datetime
) -> None:
    """Keep that a number was used for a request that was refused before a wallet was asked.

    A decline that has a row of its own stays that row. The terminal may send the number again.
    """
    given: dict[str, Any] = {
        "terminal": terminal_id, "day": biz_date, "number": terminal_seq, "code": no.code,
        "because": str(no)[:200], "at": at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, given)
        found = cursor.fetchone()
    if found is not None:
        made = SkippedNumber.objects.get(pk=found[0])
        record("wallet.number_refused", made, by=None, at=at, because=made.because, code=no.code)


@transaction.atomic
def explain(
    *, terminal_id: int, biz_date: date, first: int, by: Person, at: datetime, because: str
) -> int:
    """Explain the gap that begins with a number; return how many numbers it has.

    Never by the shop's own people. :raises Refused: no reason, one's own shop, nothing missing
    """
    if not because.strip():
        raise refusals.ReasonMissing
    terminal = Terminal.objects.select_for_update(of=("self",)).select_related("merchant").get(
        pk=terminal_id
    )  # fmt: skip
    if by.unit_id == terminal.merchant.unit_id:
        raise refusals.OwnShop
    missing = numbers.gaps([terminal_id], since=biz_date, until=biz_date + timedelta(days=1))
    gap = next((each for each in missing if each.first == first), None)
    if gap is None:
        raise refusals.NoGap(terminal=terminal.code, day=biz_date.isoformat(), number=first)
    made = SkippedNumber.objects.bulk_create(
        SkippedNumber(
            terminal=terminal, biz_date=biz_date, terminal_seq=number,
            because=because.strip()[:200], by=by, at=at,
        )
        for number in range(gap.first, min(gap.last, gap.first + AT_ONCE - 1) + 1)
    )  # fmt: skip
    numbered = f"{made[0].terminal_seq}–{made[-1].terminal_seq}"
    record("wallet.numbers_explained", made[0], by=by, at=at, because=because, number=numbered)
    return len(made)
