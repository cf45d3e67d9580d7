"""What must hold between the wallet's rows and the orders to the bank."""

from smartunion.kernel.ledger.audits import Audit

AUDITS = (
    Audit(
        "M1",
        "每笔已成交的数字人民币都有一条金额相同的银行指令，每条指令都有其凭据",
        """
        WITH due AS (
          SELECT 'payment:' || id AS document, ecny_fen AS fen, xid FROM wallet_payment
           WHERE born = 'S'
          UNION ALL
          SELECT 'payment:' || p.id, p.ecny_fen, e.xid
            FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
           WHERE e.now = 'S'
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
        """,
    ),
    Audit(
        "M2",
        "没有被银行最终拒绝而未处理的收付款指令",
        """
        SELECT format('wallet_bankorder %s', document) AS "where", refusal AS what
        FROM wallet_bankorder WHERE state = 'refused' AND kind <> 'ALLOC'
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
)
