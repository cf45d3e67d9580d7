"""Inside the house: close October, give some of it back, close November; print what it took."""

import json
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

from smartunion.domains.settlement.actions import months
from smartunion.domains.settlement.reads import statements
from smartunion.domains.wallet import rules
from smartunion.domains.wallet.actions import expiring, refunding
from smartunion.domains.wallet.models import Payment
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import CAMPUS

OCTOBER, NOVEMBER, DECEMBER = (date(2025, month, 1) for month in (10, 11, 12))
BACK = 200


def main() -> None:
    at = datetime(2025, 11, 5, 15, tzinfo=CAMPUS)
    months.freeze(month=OCTOBER, by=None, at=at)
    for n, row in enumerate(Payment.objects.filter(month=202510).order_by("pk")[:BACK], 1):
        refunding.refund(
            payment_id=row.pk, amount_fen=row.asked_fen // 2, terminal_id=row.terminal_id,
            biz_date=date(2025, 11, 6), terminal_seq=900_000 + n,
            at=at + timedelta(days=1, seconds=n),
        )  # fmt: skip
    began = time.perf_counter()
    made = months.freeze(month=NOVEMBER, by=None, at=datetime(2025, 12, 5, 15, tzinfo=CAMPUS))
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    differing = statements.differing(5)
    again = time.perf_counter() - began
    real = figures.terms_on
    figures.terms_on = lambda day: replace(real(day), expiry=rules.MONTH_END)
    began = time.perf_counter()
    expired_fen = expiring.expire_allotments(
        month=DECEMBER, by=None, at=datetime(2026, 1, 1, 0, 30, tzinfo=CAMPUS)
    )
    assert expired_fen > 0
    expiry = time.perf_counter() - began
    rows = made.statements
    print(
        json.dumps(
            {
                "seconds": round(seconds, 3),
                "again_s": round(again, 3),
                "expiry_s": round(expiry, 3),
                "identical": differing == [],
                "payments": Payment.objects.filter(month=202511).count(),
                "merchants": rows.count(),
                "corrected": rows.exclude(prior_fen=0).count(),
            }
        )
    )


main()
