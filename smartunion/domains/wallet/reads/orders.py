"""What must hold between the wallet's rows and the orders to the bank."""

from smartunion.kernel.ledger.audits import Audit

AUDITS = (
    Audit(
        "M1",
        "每笔已成交的数字人民币都有一条金额相同的银行指令，每条指令都有其凭据",
        """
        WITH due AS (
          SELECT 'payment:' || id AS document, ecny_fen AS fen, xid FROM wallet_payment
           WHERE born = 'S' OR (born = 'P' AND status IN ('S', 'R', 'P'))
          UNION ALL
          SELECT 'payment:' || p.id, p.ecny_fen, e.xid
            FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
           WHERE e.now = 'S' AND p.born = 'H'
          UNION ALL
          SELECT 'refund:' || id, ecny_fen, xid FROM wallet_refund
          UNION ALL
          SELECT 'refund:' || id || ':fund', to_fund_fen, xid FROM wallet_refund
          UNION ALL
          SELECT 'credit:' || id, -ecny_fen, xid FROM wallet_credit WHERE kind = 'expiry'
          UNION ALL
          SELECT 'allotment:' || id, amount_fen, 0 FROM wallet_allotment WHERE state <> 'requested'
        )
        SELECT COALESCE(d.document, o.document) AS "where",
          format('due %s fen, ordered %s fen', d.fen, o.amount_fen) AS what
        FROM (SELECT * FROM due WHERE fen > 0) d
        FULL JOIN wallet_bankorder o ON o.document = d.document
        WHERE d.fen IS DISTINCT FROM o.amount_fen
          AND (o.id IS NOT NULL OR d.xid < (SELECT to_xid FROM wallet_bankfeed))
          AND (d.document IS NOT NULL OR NOT o.two_phases)
        """,
    ),
    Audit(
        "M2",
        "没有被银行最终拒绝而未处理的收付款指令",
        """
        SELECT format('wallet_bankorder %s', document) AS "where", refusal AS what
        FROM wallet_bankorder WHERE state = 'refused' AND kind <> 'ALLOC' AND NOT two_phases
        """,
    ),
    Audit(
        "M3",
        "银行已记账的划拨都已到账，未记账的都未到账",
        """
        SELECT format('wallet_allotment %s', a.id) AS "where",
          format('allotment %s, order %s', a.state, o.state) AS what
        FROM wallet_allotment a JOIN wallet_bankorder o ON o.document = 'allotment:' || a.id
        WHERE (a.state = 'credited') <> (o.state = 'done')
        """,
    ),
    Audit(
        "P2",
        "两阶段付款至多了结一次：银行记账的即已收款，金额不超过预授权，撤销或过期的没有记账",
        """
        SELECT format('wallet_bankorder %s', o.document) AS "where",
          format('order %s %s fen, payment %s %s fen, ended %s times', o.state, o.amount_fen,
            p.status, p.ecny_fen, e.ended) AS what
        FROM wallet_bankorder o
        JOIN wallet_payment p ON p.id = split_part(o.document, ':', 2)::bigint
        CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE now IN ('done', 'voided', 'refused')) AS ended,
            count(*) FILTER (WHERE now = 'posting') AS posted,
            (SELECT now FROM wallet_bankorderevent l WHERE l.order_id = o.id
              ORDER BY id DESC LIMIT 1) AS last
          FROM wallet_bankorderevent WHERE order_id = o.id) e
        WHERE o.two_phases AND (
          o.amount_fen <> p.ecny_fen OR o.state <> COALESCE(e.last, 'waiting')
          OR e.ended <> (o.state IN ('done', 'voided', 'refused'))::int
          OR CASE o.state
               WHEN 'done' THEN p.status NOT IN ('S', 'R') OR o.bank_ref = ''
               WHEN 'refused' THEN p.status NOT IN ('V', 'X') OR e.posted > 0
               WHEN 'voided' THEN p.status NOT IN ('V', 'X')
               WHEN 'voiding' THEN p.status NOT IN ('V', 'X', 'P')
                 OR (p.status = 'P' AND e.posted = 0)
               WHEN 'posting' THEN p.status <> 'P'
               ELSE p.status NOT IN ('P', 'V', 'X') END)
        """,
    ),
)
