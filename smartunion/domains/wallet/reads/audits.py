"""What must hold of the wallet at any moment. Each audit names the rows that break it.

They count from the payments themselves, in other words than the payment function: a mistake in
the one is seen by the other.
"""

# ruff: noqa: S608 - our own text; what is put into it are whole numbers

from datetime import date

from smartunion.domains.wallet.rules import Terms
from smartunion.kernel.ledger.audits import Audit

from .figures import terms_on

_MONTHS = """
  SELECT p.wallet_id, p.month,
    SUM(p.ecny_fen - COALESCE(r.ecny, 0))::bigint AS net_fen,
    SUM(p.ecny_fen + p.points_fen - COALESCE(r.ecny + r.points, 0))::bigint AS all_fen,
    SUM(p.subsidy_fen + COALESCE(a.delta, 0))::bigint AS subsidy_fen
  FROM wallet_payment p
  LEFT JOIN (SELECT payment_id, SUM(ecny_fen) AS ecny, SUM(points_fen) AS points
             FROM wallet_refund GROUP BY 1) r ON r.payment_id = p.id
  LEFT JOIN (SELECT payment_id, SUM(delta_fen) AS delta FROM wallet_subsidyadjustment
             WHERE kind NOT IN ('penalty', 'clawed') GROUP BY 1) a ON a.payment_id = p.id
  WHERE p.status IN ('S', 'P', 'R')
  GROUP BY 1, 2
"""

_SHARES = """
  SELECT p.id, p.wallet_id, p.month, p.seq, p.ecny_fen, p.points_fen, p.asked_fen, p.status,
    p.subsidy_fen + COALESCE(a.delta, 0) AS share_fen,
    p.subsidy_fen + COALESCE(a.delta, 0) + COALESCE(a.penalty, 0) AS owed_fen,
    p.ecny_fen - COALESCE(r.ecny, 0) AS net_fen,
    p.asked_fen - COALESCE(r.ecny + r.points, 0) AS all_fen,
    COALESCE(r.ecny, 0) AS ecny_back, COALESCE(r.points, 0) AS points_back
  FROM wallet_payment p
  LEFT JOIN (SELECT payment_id, SUM(ecny_fen)::bigint AS ecny, SUM(points_fen)::bigint AS points
             FROM wallet_refund GROUP BY 1) r ON r.payment_id = p.id
  LEFT JOIN (SELECT payment_id,
               SUM(delta_fen) FILTER (WHERE kind NOT IN ('penalty', 'clawed'))::bigint AS delta,
               SUM(delta_fen) FILTER (WHERE kind IN ('penalty', 'clawed'))::bigint AS penalty
             FROM wallet_subsidyadjustment GROUP BY 1) a ON a.payment_id = p.id
  WHERE p.status IN ('S', 'P', 'R')
"""


def audits_on(day: date) -> tuple[Audit, ...]:
    """Return the wallet's audits under the terms of a day."""
    return audits(terms_on(day))


def audits(terms: Terms) -> tuple[Audit, ...]:
    """Return the wallet's audits under the given terms. A closed month is judged by its own."""
    base = "all_fen" if terms.points_earn else "net_fen"
    burst_count, burst_minutes = terms.burst_count, terms.burst_minutes
    rates = f"""
      COALESCE(c.rate_num, {terms.rate_num:d})::bigint AS num,
      COALESCE(c.rate_den, {terms.rate_den:d})::bigint AS den,
      COALESCE(c.cap_fen, {terms.cap_fen:d})::bigint AS cap"""
    window = f"interval '{burst_minutes:d} min'"
    return (
        Audit(
            "L3",
            "钱包的每一项余额都不为负",
            """
            SELECT format('wallet_wallet %s', id) AS "where",
              format('%s/%s held %s/%s net %s', ecny_fen, points_fen, ecny_held_fen,
                points_held_fen, net_fen) AS what
            FROM wallet_wallet WHERE LEAST(ecny_fen, points_fen, ecny_held_fen, points_held_fen,
              net_fen, cap_fen) < 0
            """,
        ),
        Audit(
            "L4",
            "冻结金额等于待核实与处理中的付款之和",
            """
            SELECT format('wallet_wallet %s', w.id) AS "where",
              format('held %s/%s, open payments %s/%s', w.ecny_held_fen, w.points_held_fen,
                COALESCE(p.ecny, 0), COALESCE(p.points, 0)) AS what
            FROM wallet_wallet w LEFT JOIN (
              SELECT wallet_id, SUM(ecny_fen) AS ecny, SUM(points_fen) AS points
              FROM wallet_payment WHERE status IN ('P', 'H') GROUP BY 1) p ON p.wallet_id = w.id
            WHERE (w.ecny_held_fen, w.points_held_fen)
               <> (COALESCE(p.ecny, 0), COALESCE(p.points, 0))
            """,
        ),
        Audit(
            "L5",
            "未成功的请求不动一分钱；余额等于入账减付款加退款",
            """
            SELECT format('wallet_wallet %s', w.id) AS "where",
              format('%s/%s, rows give %s/%s', w.ecny_fen, w.points_fen, m.ecny, m.points) AS what
            FROM wallet_wallet w JOIN (
              SELECT wallet_id, SUM(ecny)::bigint AS ecny, SUM(points)::bigint AS points FROM (
                SELECT wallet_id, ecny_fen AS ecny, points_fen AS points FROM wallet_credit
                UNION ALL
                SELECT wallet_id, -ecny_fen, -points_fen FROM wallet_payment
                  WHERE status IN ('S', 'P', 'H', 'R')
                UNION ALL
                SELECT p.wallet_id, r.ecny_fen - r.to_fund_fen, r.points_fen FROM wallet_refund r
                  JOIN wallet_payment p ON p.id = r.payment_id
                UNION ALL SELECT id, 0, 0 FROM wallet_wallet) moves GROUP BY 1
            ) m ON m.wallet_id = w.id
            WHERE (w.ecny_fen, w.points_fen) <> (m.ecny, m.points)
            UNION ALL
            SELECT format('wallet_payment %s', id), 'declined, yet holds money' FROM wallet_payment
            WHERE status = 'F' AND (ecny_fen, points_fen, subsidy_fen) <> (0, 0, 0)
            """,
        ),
        Audit(
            "L10",
            "已汇总的付款重新计算的摘要与汇总时相同",
            """
            SELECT format('wallet_fold %s', f.id) AS "where",
              format('%s rows hash to %s, stored %s rows %s', h.o_rows, left(h.o_hash, 12),
                f.rows, left(f.hash, 12)) AS what
            FROM wallet_fold f LEFT JOIN wallet_fold p ON p.to_xid = f.from_xid
            CROSS JOIN LATERAL wallet_hash(f.from_xid, f.to_xid, COALESCE(p.hash, '')) h
            WHERE h.o_hash <> f.hash OR h.o_rows <> f.rows
            """,
        ),
        Audit(
            "L11",
            "热力图的半小时等于已汇总的付款",
            """
            SELECT format('wallet_halfhour %s %s', merchant_id, begins_at) AS "where",
              format('kept %s, payments %s', COALESCE(h.count, 0), COALESCE(p.count, 0)) AS what
            FROM (SELECT merchant_id, begins_at, SUM(count) AS count FROM wallet_halfhour
                  GROUP BY 1, 2) h
            FULL JOIN (
              SELECT y.merchant_id, to_timestamp(floor(extract(epoch FROM y.occurred_at) / 1800)
                * 1800) AS begins_at, COUNT(*) AS count
              FROM wallet_payment y LEFT JOIN wallet_paymentevent e
                ON e.payment_id = y.id AND e.now = 'S'
              WHERE (CASE WHEN y.born = 'S' THEN y.xid ELSE e.xid END)
                < COALESCE((SELECT MAX(to_xid) FROM wallet_fold), 0) GROUP BY 1, 2
            ) p USING (merchant_id, begins_at)
            WHERE COALESCE(h.count, 0) <> COALESCE(p.count, 0)
            """,
        ),
        Audit(
            "L7",
            "总账里的应付与补贴等于已汇总的付款",
            """
            SELECT format('ledger_transfer %s', code) AS "where",
              format('posted %s, movements %s', COALESCE(t.fen, 0), COALESCE(m.fen, 0)) AS what
            FROM (SELECT code, SUM(amount_fen)::bigint AS fen FROM ledger_transfer
                  WHERE document LIKE 'fold:%' GROUP BY 1) t
            FULL JOIN (SELECT code, SUM(amount_fen)::bigint AS fen FROM wallet_movement
                  WHERE xid < COALESCE((SELECT MAX(to_xid) FROM wallet_fold), 0) GROUP BY 1) m
              USING (code)
            WHERE COALESCE(t.fen, 0) <> COALESCE(m.fen, 0)
            """,
        ),
        Audit(
            "L8",
            "每笔付款的各支付方式相加等于应付；未成功的付款没有序号",
            """
            SELECT format('wallet_payment %s', id) AS "where",
              format('%s #%s: %s + %s for %s', status, seq, ecny_fen, points_fen, asked_fen) AS what
            FROM wallet_payment
            WHERE (status = 'F') <> (seq IS NULL)
              OR (seq IS NOT NULL AND asked_fen <> ecny_fen + points_fen)
            """,
        ),
        Audit(
            "I1",
            "一个终端流水号只有一笔",
            """
            SELECT format('terminal %s %s #%s', terminal_id, biz_date, terminal_seq) AS "where",
              format('%s rows', COUNT(*)) AS what
            FROM (SELECT terminal_id, biz_date, terminal_seq FROM wallet_payment
                  UNION ALL SELECT terminal_id, biz_date, terminal_seq FROM wallet_refund) k
            GROUP BY terminal_id, biz_date, terminal_seq HAVING COUNT(*) > 1
            """,
        ),
        Audit(
            "I2",
            "每个钱包每月的序号从1起连续",
            """
            SELECT format('wallet %s month %s', wallet_id, month) AS "where",
              format('%s payments numbered %s to %s', COUNT(*), MIN(seq), MAX(seq)) AS what
            FROM wallet_payment WHERE seq > 0 GROUP BY wallet_id, month
            HAVING COUNT(DISTINCT seq) <> MAX(seq) OR MIN(seq) <> 1 OR COUNT(*) <> MAX(seq)
            """,
        ),
        Audit(
            "S1",
            "每个钱包每月的补贴（含调整）等于累计净消费乘以比例，不超过上限",
            f"""
            SELECT format('wallet %s month %s', m.wallet_id, m.month) AS "where",
              format('net %s earns %s, booked %s', m.{base},
                LEAST(m.cap, m.{base} * m.num / m.den), m.subsidy_fen) AS what
            FROM (SELECT m.*, {rates} FROM ({_MONTHS}) m
                  LEFT JOIN wallet_monthclosing c ON c.month = m.month) m
            WHERE m.subsidy_fen <> LEAST(m.cap, m.{base} * m.num / m.den)
            UNION ALL
            SELECT format('wallet_wallet %s month %s', w.id, w.month),
              format('counter %s/%s, payments %s/%s', w.net_fen, w.subsidy_fen,
                COALESCE(m.{base}, 0), COALESCE(m.subsidy_fen, 0))
            FROM (SELECT *, LEAST(cap_fen, net_fen * rate_num / rate_den) AS subsidy_fen
                  FROM wallet_wallet) w
            LEFT JOIN ({_MONTHS}) m ON m.wallet_id = w.id AND m.month = w.month
            WHERE w.month > 0
              AND (w.net_fen, w.subsidy_fen) <> (COALESCE(m.{base}, 0), COALESCE(m.subsidy_fen, 0))
            """,
        ),
        Audit(
            "S2",
            "每笔付款的补贴不为负，不超过其净额的比例；净额为零则无补贴",
            f"""
            SELECT format('wallet_payment %s', s.id) AS "where",
              format('net %s carries %s', s.{base}, s.share_fen) AS what
            FROM (SELECT s.*, {rates} FROM ({_SHARES}) s
                  LEFT JOIN wallet_monthclosing c ON c.month = s.month) s
            WHERE s.share_fen < 0 OR s.owed_fen < 0
               OR s.den * s.share_fen > s.num * s.{base} + s.den - 1
               OR (s.{base} = 0 AND s.share_fen <> 0)
            """,
        ),
        Audit(
            "S3",
            "每笔付款的补贴等于按序重算的份额",
            f"""
            SELECT format('wallet_payment %s', id) AS "where",
              format('replay gives %s, booked %s', due, share_fen) AS what
            FROM (
              SELECT id, share_fen, LEAST(cap, upto * num / den)
                - LEAST(cap, (upto - net) * num / den) AS due
              FROM (
                SELECT s.id, s.share_fen, s.{base} AS net, {rates},
                  (SUM(s.{base}) OVER (PARTITION BY s.wallet_id, s.month ORDER BY s.seq))::bigint
                  AS upto
                FROM ({_SHARES}) s LEFT JOIN wallet_monthclosing c ON c.month = s.month
              ) running
            ) replayed WHERE due <> share_fen
            """,
        ),
        Audit(
            "R1",
            "退款不超过付款，各支付方式不超过其原额；全退则恰好退净",
            f"""
            SELECT format('wallet_payment %s', id) AS "where",
              format('%s + %s went back of %s + %s', ecny_back, points_back, ecny_fen, points_fen)
              AS what
            FROM ({_SHARES}) s
            WHERE ecny_back > ecny_fen OR points_back > points_fen
               OR (status = 'R') <> (all_fen = 0)
               OR points_back <> (ecny_back + points_back) * points_fen / asked_fen
            """,
        ),
        Audit(
            "R2",
            "退款只改变原消费月的补贴，记入当期",
            """
            SELECT format('wallet_refund %s', r.id) AS "where",
              format('payment of %s, booked in %s', p.month, r.statement_month) AS what
            FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
            LEFT JOIN wallet_monthclosing c ON c.month = p.month AND c.closed_at <= r.at
            WHERE r.statement_month <> CASE WHEN c.month IS NULL THEN p.month
                                            ELSE campus_month_number(r.at) END
            UNION ALL
            SELECT format('wallet_subsidyadjustment %s', a.id),
              format('refund of month %s changes month %s', p.month, q.month)
            FROM wallet_subsidyadjustment a JOIN wallet_refund r ON r.id = a.refund_id
            JOIN wallet_payment p ON p.id = r.payment_id
            JOIN wallet_payment q ON q.id = a.payment_id
            WHERE (p.month, p.wallet_id) <> (q.month, q.wallet_id)
            """,
        ),
        Audit(
            "P1",
            "处理中、待核实的付款至多了结一次，状态就是最后一次变动",
            """
            SELECT format('wallet_payment %s', payment_id) AS "where",
              format('left %s %s times', was, COUNT(*)) AS what
            FROM wallet_paymentevent GROUP BY payment_id, was HAVING COUNT(*) > 1
            UNION ALL
            SELECT format('wallet_payment %s', p.id), format('is %s, its course ends with %s',
              p.status, COALESCE(e.now, p.born))
            FROM wallet_payment p LEFT JOIN LATERAL (
              SELECT now FROM wallet_paymentevent WHERE payment_id = p.id
              ORDER BY id DESC LIMIT 1) e ON true
            WHERE p.born IN ('P', 'H') AND p.status <> COALESCE(e.now, p.born)
            """,
        ),
        Audit(
            "V1",
            f"同一设备{burst_minutes}分钟内没有{burst_count}笔未经核实的付款",
            f"""
            SELECT format('wallet_payment %s', id) AS "where",
              format('the device paid %s times since %s', {burst_count:d}, first) AS what
            FROM (
              SELECT p.id, p.wallet_id, p.moment, p.device_id,
                lag(p.moment, {burst_count - 1:d}) OVER (
                  PARTITION BY p.device_id ORDER BY p.moment, p.id) AS first
              FROM (SELECT *, CASE WHEN offline THEN occurred_at ELSE received_at END AS moment
                    FROM wallet_payment WHERE born IN ('S', 'P') AND device_id IS NOT NULL) p
            ) runs
            WHERE first >= moment - {window} AND NOT EXISTS (
              SELECT 1 FROM wallet_freezing f WHERE f.wallet_id = runs.wallet_id
                AND f.decided_at BETWEEN runs.first AND runs.moment)
            """,
        ),
    )
