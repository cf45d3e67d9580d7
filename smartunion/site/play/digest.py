"""The books of a played year as one number: the same seed gives the same books.

In how many pieces a day was folded is not the seed's: a play that was killed folds what it finds.
"""

import hashlib

from django.db import connection

BOOKS = {
    "payments": """
      SELECT t.code, p.biz_date, p.terminal_seq, o.username, p.ecny_fen, p.points_fen,
             p.subsidy_fen, p.status, p.reason, extract(epoch FROM p.occurred_at)::bigint
        FROM wallet_payment p JOIN wallet_terminal t ON t.id = p.terminal_id
        JOIN wallet_wallet w ON w.id = p.wallet_id JOIN people_person o ON o.id = w.owner_id
       ORDER BY 1, 2, 3""",
    "refunds": """
      SELECT t.code, r.biz_date, r.terminal_seq, r.ecny_fen, r.points_fen, r.subsidy_fen
        FROM wallet_refund r JOIN wallet_terminal t ON t.id = r.terminal_id ORDER BY 1, 2, 3""",
    "wallets": """
      SELECT o.username, w.ecny_fen, w.points_fen, w.month, w.seq, w.net_fen,
             LEAST(w.cap_fen, w.net_fen * w.rate_num / w.rate_den)
        FROM wallet_wallet w JOIN people_person o ON o.id = w.owner_id ORDER BY 1""",
    "transfers": """
      SELECT debit, credit, budget_code, fund_source, sum(amount_fen)::bigint
        FROM ledger_transfer GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
    "milestones": """
      SELECT m.code, a.done_on FROM planning_achievement a
        JOIN planning_milestone m ON m.id = a.milestone_id ORDER BY 1""",
}


def of_the_books() -> str:
    """Return the SHA-256 of everything that the seed decides, in an order of its own."""
    total = hashlib.sha256()
    with connection.cursor() as cursor:
        for name, query in BOOKS.items():
            cursor.execute(query)
            total.update(name.encode())
            for row in cursor.fetchall():
                total.update(repr(row).encode())
    return total.hexdigest()
