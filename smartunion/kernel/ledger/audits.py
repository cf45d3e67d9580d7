"""What must hold of the ledger at any moment. Each audit returns the rows that break it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Audit:
    """A statement, and the query for the rows that break it: (where, what is wrong)."""

    id: str
    statement: str
    sql: str

    def offenders(self, limit: int = 20) -> list[tuple[Any, ...]]:
        """Return the first rows that break the statement; empty when it holds.

        All of them are looked for before the first are taken: a plan made for a few rows that
        come at once (nested loops) is a slow one when there are none, as there should be.
        """
        query = f"WITH broken AS MATERIALIZED ({self.sql}) SELECT * FROM broken LIMIT {limit:d}"  # noqa: S608 - our own text
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


AUDITS = (
    Audit(
        "L1",
        "借贷相等，全部科目余额之和为零",
        """
        SELECT 'ledger_balance: all' AS "where",
          format('debits %s, credits %s', SUM(debit_fen), SUM(credit_fen)) AS what
        FROM ledger_balance HAVING SUM(debit_fen) <> SUM(credit_fen)
        UNION ALL
        SELECT format('ledger_transfer %s', id), 'no positive amount between two accounts'
        FROM ledger_transfer WHERE amount_fen <= 0 OR debit = credit
        """,
    ),
    Audit(
        "L2",
        "科目余额等于水位前全部分录之和",
        """
        SELECT format('ledger_balance %s', code) AS "where",
          format('stored %s/%s, transfers %s/%s', COALESCE(b.debit_fen, 0),
            COALESCE(b.credit_fen, 0), COALESCE(t.d, 0), COALESCE(t.c, 0)) AS what
        FROM (SELECT account_id AS code, debit_fen, credit_fen FROM ledger_balance) b
        FULL JOIN (
          SELECT code, SUM(d)::bigint AS d, SUM(c)::bigint AS c FROM (
            SELECT debit AS code, amount_fen AS d, 0 AS c FROM ledger_transfer
              WHERE xid < COALESCE((SELECT xid FROM ledger_watermark WHERE name = 'balances'), 0)
            UNION ALL
            SELECT credit, 0, amount_fen FROM ledger_transfer
              WHERE xid < COALESCE((SELECT xid FROM ledger_watermark WHERE name = 'balances'), 0)
          ) legs GROUP BY code
        ) t USING (code)
        WHERE (COALESCE(b.debit_fen, 0), COALESCE(b.credit_fen, 0))
           <> (COALESCE(t.d, 0), COALESCE(t.c, 0))
        """,
    ),
    Audit(
        "L6",
        "封存块重新计算的摘要与封存时相同",
        """
        SELECT format('ledger_block %s', b.id) AS "where",
          format('%s rows hash to %s, stored %s rows %s', h.o_rows, left(h.o_hash, 12),
            b.rows, left(b.hash, 12)) AS what
        FROM ledger_block b
        LEFT JOIN ledger_block p ON p.to_xid = b.from_xid
        CROSS JOIN LATERAL ledger_hash(b.from_xid, b.to_xid, COALESCE(p.hash, '')) h
        WHERE h.o_hash <> b.hash OR h.o_rows <> b.rows OR b.previous_hash <> COALESCE(p.hash, '')
        """,
    ),
    Audit(
        "L9",
        "本库的事务号已越过每一个水位：新分录进得了余额和封存块",
        """
        SELECT name AS "where", format('stands at %s, this cluster at %s: see docs/operations.md',
          xid, pg_current_xact_id()::text::bigint) AS what
        FROM (
          SELECT format('ledger_watermark %s', name) AS name, xid FROM ledger_watermark
          UNION ALL SELECT 'ledger_block', MAX(to_xid) FROM ledger_block
        ) marks WHERE xid > pg_current_xact_id()::text::bigint
        """,
    ),
    Audit(
        "E1",
        "每张凭据的预留不为负",
        """
        SELECT format('ledger_encumbrance %s', document) AS "where",
          format('%s fen left', SUM(amount_fen)) AS what
        FROM ledger_encumbrance GROUP BY document HAVING SUM(amount_fen) < 0
        """,
    ),
)
