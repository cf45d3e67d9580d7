"""Inside the house: draw the grids of two days again and again; hold them against a slow count."""

import json
import statistics
import sys
import time
from datetime import date

from django.db import connection

from smartunion.domains.wallet.reads import heat, overview
from smartunion.domains.wallet.reads.figures import terms_on

TIMES = 9
SLOW = """
SELECT m.name, floor(extract(epoch FROM (p.occurred_at AT TIME ZONE 'Asia/Shanghai')::time) / 1800),
  count(*), count(DISTINCT p.wallet_id)
FROM wallet_payment p JOIN wallet_merchant m ON m.id = p.merchant_id
WHERE p.biz_date = %s AND p.status IN ('S', 'R') GROUP BY 1, 2
"""


def milliseconds(day: date) -> list[float]:
    """Return how long each drawing took."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        heat.grid(day)
        took.append((time.perf_counter() - began) * 1000)
    return took


def is_right(day: date) -> bool:
    """Tell if every cell, muted or not, is what a slow count says."""
    least = terms_on(day).heatmap_min_payers
    with connection.cursor() as cursor:
        cursor.execute(SLOW, [day])
        slow = {(m, int(s)): n if p >= least else None for m, s, n, p in cursor.fetchall()}
    return slow == {(c.merchant, c.slot): c.count for c in overview.heat_cells(day)}


days = [date.fromisoformat(each) for each in sys.argv[1:]]
worst, ordinary = (milliseconds(day) for day in days)
print(
    json.dumps(
        {
            "ms": round(statistics.median(worst), 1),
            "worst_ms": round(max(worst), 1),
            "day_ms": round(statistics.median(ordinary), 1),
            "right": all(is_right(day) for day in days),
            "cells": len(overview.heat_cells(days[0])),
        }
    )
)
