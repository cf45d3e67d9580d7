"""What must hold of every purchase; each audit names the rows that break it.

They read the tables in other words than the actions: a mistake in the one is seen by the other.
"""

from smartunion.kernel.ledger.audits import Audit

AUDITS = (
    Audit(
        "Q1",
        "没有一份报价晚于截止",
        """
        SELECT format('procurement_quote %s', q.id) AS "where",
          format('%s after %s', q.submitted_at, t.closes_at) AS what
        FROM procurement_quote q JOIN procurement_tender t ON t.id = q.tender_id
        WHERE q.submitted_at > t.closes_at
        """,
    ),
    Audit(
        "Q2",
        "开标前没有一个价格可读",
        """
        SELECT format('procurement_quote %s', q.id) AS "where", 'a price before its opening' AS what
        FROM procurement_quote q JOIN procurement_tender t ON t.id = q.tender_id
        WHERE q.price_fen IS NOT NULL AND (t.opened_at IS NULL OR t.opened_at <= t.closes_at)
        """,
    ),
    Audit(
        "Q3",
        "中选价是一家没有放弃的报价，三家以上有效",
        """
        SELECT format('procurement_tender %s', t.id) AS "where",
          format('award %s of %s valid quotes', p.price_fen,
            jsonb_array_length(c.result -> 'valid')) AS what
        FROM procurement_tender t
        JOIN procurement_purchase p ON p.id = t.purchase_id
        JOIN LATERAL (SELECT result FROM procurement_clearing WHERE tender_id = t.id
          ORDER BY number DESC LIMIT 1) c ON true
        WHERE t.state = 'awarded' AND (
          jsonb_array_length(c.result -> 'valid') < (t.notice ->> 'least')::int
          OR NOT EXISTS (SELECT FROM procurement_quote q WHERE q.tender_id = t.id
            AND q.supplier_id = p.supplier_id AND q.price_fen = p.price_fen
            AND q.replaced_at IS NULL AND q.withdrawn_at IS NULL))
        """,
    ),
    Audit(
        "Q4",
        "有疑点的中选都有两位评审的理由",
        """
        SELECT format('procurement_tender %s', t.id) AS "where",
          format('%s flags, %s reasons', jsonb_array_length(c.result -> 'flags'), c.reasons) AS what
        FROM procurement_tender t
        JOIN LATERAL (SELECT x.result, (SELECT COUNT(*) FROM procurement_judgment j
            WHERE j.clearing_id = x.id) AS reasons
          FROM procurement_clearing x WHERE x.tender_id = t.id
          ORDER BY number DESC LIMIT 1) c ON true
        WHERE t.state = 'awarded' AND jsonb_array_length(c.result -> 'flags') > 0 AND c.reasons < 2
        """,
    ),
    Audit(
        "Q5",
        "合同价等于成交价，预留与列支对得上",
        """
        SELECT format('procurement_contract %s', c.id) AS "where",
          format('price %s, award %s, set aside %s, left %s, paid %s',
            c.price_fen, p.price_fen, e.fen, e.left_fen, tr.amount_fen) AS what
        FROM procurement_contract c
        JOIN procurement_purchase p ON p.id = c.purchase_id
        CROSS JOIN LATERAL (SELECT COALESCE(SUM(amount_fen) FILTER (WHERE kind = 'encumber'), 0)
            AS fen, COALESCE(SUM(amount_fen), 0) AS left_fen
          FROM ledger_encumbrance WHERE document = c.document) e
        LEFT JOIN ledger_transfer tr ON tr.id = c.transfer_id
        WHERE c.price_fen <> p.price_fen OR e.fen <> c.price_fen
          OR (c.paid_at IS NULL AND e.left_fen <> c.price_fen)
          OR (c.paid_at IS NOT NULL AND (e.left_fen <> 0 OR tr.amount_fen > c.price_fen))
        """,
    ),
    Audit(
        "Q6",
        "单一来源够 10 万元的，三位专家、至少一位校外，都没有关联",
        """
        SELECT format('procurement_purchase %s', p.id) AS "where",
          format('%s experts, %s from outside', COUNT(o.id), COUNT(o.id) FILTER (WHERE o.outside))
            AS what
        FROM procurement_purchase p
        JOIN procedures_case k ON k.id = p.case_id
        JOIN procedures_steprun r ON r.case_id = k.id AND r.step = 'argued' AND r.state = 'passed'
        LEFT JOIN procurement_opinion o ON o.purchase_id = p.id AND o.supports
          AND o.linked = '' AND o.signed_at IS NOT NULL
        GROUP BY p.id, k.facts
        HAVING COUNT(o.id) < (k.facts ->> 'experts_needed')::int
          OR COUNT(o.id) FILTER (WHERE o.outside) < (k.facts ->> 'outside_needed')::int
        """,
    ),
    Audit(
        "Q7",
        "应急采购由三个不同的人签字",
        """
        SELECT format('procurement_purchase %s', p.id) AS "where", 'one person signed twice' AS what
        FROM procurement_purchase p JOIN procedures_case k ON k.id = p.case_id
        WHERE p.method = 'emergency' AND EXISTS (
          SELECT FROM unnest(ARRAY[k.facts ->> 'signer_chair', k.facts ->> 'signer_audit',
            k.facts ->> 'signer_finance']) s WHERE s IS NOT NULL GROUP BY s HAVING COUNT(*) > 1)
        """,
    ),
    Audit(
        "Q8",
        "没有一次应急采购是在上次手续逾期时提出的",
        """
        SELECT format('procurement_purchase %s', p.id) AS "where",
          format('asked while the papers of %s were overdue', q.number) AS what
        FROM procurement_purchase p
        JOIN procurement_purchase q ON q.method = 'emergency' AND q.id <> p.id
        JOIN procedures_steprun r ON r.case_id = q.case_id AND r.step = 'backfilled'
        WHERE p.method = 'emergency' AND r.due_at <= p.requested_at
          AND (r.ended_at IS NULL OR r.ended_at > p.requested_at)
        """,
    ),
)
