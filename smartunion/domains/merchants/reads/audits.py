"""What must hold of merchants: samples are what their seed draws (CB1), deposits are booked."""

from smartunion.kernel.ledger.audits import Audit

AUDITS = (
    Audit(
        "CB1",
        "回访样本就是公开种子抽出的那些",
        """
        WITH sold AS (
          SELECT s.id AS sample, s.seed, s.percent, p.id AS payment, m.number AS merchant,
            format('P-%s-%s', to_char(p.biz_date, 'MMDD'),
              CASE WHEN length(p.id::text) < 5 THEN lpad(p.id::text, 5, '0') ELSE p.id::text END
            ) AS number
          FROM merchants_callsample s
          JOIN wallet_payment p ON p.month = to_char(s.month, 'YYYYMM')::int AND p.seq > 0
            AND p.received_at <= s.drawn_at
          JOIN wallet_merchant m ON m.id = p.merchant_id
          LEFT JOIN LATERAL (
            SELECT e.now FROM wallet_paymentevent e
            WHERE e.payment_id = p.id AND e.at <= s.drawn_at ORDER BY e.id DESC LIMIT 1
          ) e ON true
          WHERE coalesce(e.now, p.born) IN ('S', 'R')
        ), ranked AS (
          SELECT *, row_number() OVER (
              PARTITION BY sample, merchant
              ORDER BY encode(sha256(convert_to(seed || number, 'UTF8')), 'hex')
            ) AS place,
            ceil(count(*) OVER (PARTITION BY sample, merchant) * percent / 100.0) AS size
          FROM sold
        ), called AS (
          SELECT sample_id AS sample, payment_id AS payment, merchant, number,
            instead_of_id IS NOT NULL AS replaces
          FROM merchants_callback
        )
        SELECT format('merchants_callback %s', coalesce(c.number, r.number)) AS "where",
          CASE WHEN c.payment IS NULL THEN 'drawn by the seed, but not on the list'
            ELSE 'on the list, but not drawn by the seed' END AS what
        FROM (SELECT * FROM ranked WHERE place <= size) r
        FULL JOIN (SELECT * FROM called WHERE NOT replaces) c
          ON c.sample = r.sample AND c.payment = r.payment AND c.merchant = r.merchant
            AND c.number = r.number
        WHERE c.payment IS NULL OR r.payment IS NULL
        UNION ALL
        SELECT format('merchants_callsample %s', id), 'the seed is not the hash of month and block'
        FROM merchants_callsample
        WHERE seed <> encode(
          sha256(convert_to(to_char(month, 'YYYYMM') || block_hash, 'UTF8')), 'hex')
        """,
    ),
    Audit(
        "D1",
        "商户名册上的保证金合计等于账上的商户保证金",
        """
        SELECT 'wallet_merchant: all' AS "where",
          format('register %s, ledger %s fen', held.fen, booked.fen) AS what
        FROM (SELECT coalesce(sum(deposit_fen), 0)::bigint AS fen FROM wallet_merchant) held,
          (SELECT coalesce(sum(CASE WHEN credit = 'merchant.deposit' THEN amount_fen
              ELSE -amount_fen END), 0)::bigint AS fen
            FROM ledger_transfer WHERE 'merchant.deposit' IN (debit, credit)) booked
        WHERE held.fen <> booked.fen
        """,
    ),
)
"""Named rows of what is not so; `smartunion check` asks."""
