"""What must hold of coupons, between their rows and the ledger's."""

from smartunion.kernel.ledger.audits import Audit

AUDITS = (
    Audit(
        "CP1",
        "每张券的面额 = 余额 + 已核销 + 过期收回",
        """
        SELECT format('coupons_coupon %s', c.id) AS "where",
          format('face %s, left %s, redeemed %s, expired %s fen', c.face_fen, c.left_fen,
            coalesce(r.fen, 0), c.expired_fen) AS what
        FROM coupons_coupon c
        LEFT JOIN (SELECT coupon_id, sum(amount_fen) AS fen FROM coupons_redemption
            WHERE undone_at IS NULL GROUP BY 1) r
          ON r.coupon_id = c.id
        WHERE c.face_fen <> c.left_fen + coalesce(r.fen, 0) + c.expired_fen
        """,
    ),
    Audit(
        "CP2",
        "券的余额合计等于账上的应付券，未结算的核销合计等于账上的应付场馆",
        """
        WITH legs AS (
          SELECT credit AS code, amount_fen AS fen FROM ledger_transfer
            WHERE credit IN ('coupon.payable', 'venue.payable')
          UNION ALL
          SELECT debit, -amount_fen FROM ledger_transfer
            WHERE debit IN ('coupon.payable', 'venue.payable')
        ), due AS (
          SELECT 'coupon.payable' AS code, coalesce(sum(left_fen), 0)::bigint AS fen
            FROM coupons_coupon
          UNION ALL
          SELECT 'venue.payable', coalesce(sum(amount_fen), 0)::bigint FROM coupons_redemption
            WHERE merchant_id IS NOT NULL AND payout_id IS NULL AND undone_at IS NULL
        ), booked AS (SELECT code, sum(fen)::bigint AS fen FROM legs GROUP BY code)
        SELECT 'ledger ' || due.code AS "where",
          format('rows %s, ledger %s fen', due.fen, coalesce(booked.fen, 0)) AS what
        FROM due LEFT JOIN booked ON booked.code = due.code
        WHERE due.fen <> coalesce(booked.fen, 0)
        """,
    ),
    Audit(
        "CP3",
        "没有核销在过期之后，没有人核销自己的券，场馆结算等于所结的核销",
        """
        SELECT format('coupons_redemption %s', r.id) AS "where",
          format('at %s, expires %s, by %s of %s', r.at, c.expires_on, r.by_id, c.holder_id) AS what
        FROM coupons_redemption r JOIN coupons_coupon c ON c.id = r.coupon_id
        WHERE (r.at AT TIME ZONE 'Asia/Shanghai')::date > c.expires_on OR r.by_id = c.holder_id
          OR (c.kind = 'sport') <> (r.merchant_id IS NOT NULL)
        UNION ALL
        SELECT format('coupons_venuepayout %s', p.id),
          format('paid %s, redeemed %s fen', p.amount_fen, coalesce(sum(r.amount_fen), 0))
        FROM coupons_venuepayout p LEFT JOIN coupons_redemption r ON r.payout_id = p.id
          AND r.merchant_id = p.merchant_id
        GROUP BY p.id HAVING p.amount_fen <> coalesce(sum(r.amount_fen), 0)
        """,
    ),
)
"""Named rows of what is not so; `smartunion check` asks."""
