"""wallet_movement: everything that moves money, one row per leg, for the fold, the audits and the
rows behind a ledger line; wallet_hash: what a folded range hashes to."""

from django.db import migrations

MOVEMENT = """
CREATE VIEW wallet_movement AS
  SELECT 'payment' AS source, p.id AS row_id, p.xid, p.wallet_id, p.merchant_id,
         p.biz_date AS day, leg.code, leg.amount_fen, '' AS budget_code, '' AS fund_source
    FROM wallet_payment p
    CROSS JOIN LATERAL (VALUES ('pay.ecny', p.ecny_fen), ('pay.points', p.points_fen),
                               ('pay.subsidy', p.subsidy_fen)) AS leg(code, amount_fen)
   WHERE p.born = 'S' AND leg.amount_fen > 0
  UNION ALL
  SELECT 'event', e.id, e.xid, p.wallet_id, p.merchant_id, (e.at AT TIME ZONE 'Asia/Shanghai')::date, leg.code,
         leg.amount_fen, '', ''
    FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
    CROSS JOIN LATERAL (VALUES ('pay.ecny', p.ecny_fen), ('pay.points', p.points_fen),
                               ('pay.subsidy', p.subsidy_fen)) AS leg(code, amount_fen)
   WHERE e.now = 'S' AND leg.amount_fen > 0
  UNION ALL
  SELECT 'refund', r.id, r.xid, p.wallet_id, p.merchant_id, (r.at AT TIME ZONE 'Asia/Shanghai')::date, leg.code,
         leg.amount_fen, '', ''
    FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
    CROSS JOIN LATERAL (VALUES ('refund.ecny', r.ecny_fen - r.to_fund_fen),
                               ('refund.fund', r.to_fund_fen),
                               ('refund.points', r.points_fen)) AS leg(code, amount_fen)
   WHERE leg.amount_fen > 0
  UNION ALL
  SELECT 'adjustment', a.id, a.xid, p.wallet_id, p.merchant_id, (a.at AT TIME ZONE 'Asia/Shanghai')::date,
         CASE WHEN a.delta_fen > 0 THEN 'subsidy.more' ELSE 'subsidy.back' END,
         abs(a.delta_fen), '', ''
    FROM wallet_subsidyadjustment a JOIN wallet_payment p ON p.id = a.payment_id
  UNION ALL
  SELECT 'credit', c.id, c.xid, c.wallet_id, NULL, (c.at AT TIME ZONE 'Asia/Shanghai')::date, leg.code,
         leg.amount_fen, c.budget_code, c.fund_source
    FROM wallet_credit c
    CROSS JOIN LATERAL (VALUES ('credit.ecny', c.ecny_fen), ('credit.points', c.points_fen),
                               ('expiry.ecny', -c.ecny_fen), ('expiry.points', -c.points_fen)
                       ) AS leg(code, amount_fen)
   WHERE leg.amount_fen > 0
"""

HASH = """
CREATE FUNCTION wallet_hash(p_from bigint, p_to bigint, p_previous text,
  OUT o_rows bigint, OUT o_hash text) LANGUAGE sql STABLE AS $$
  SELECT count(*), encode(sha256(convert_to(p_previous || COALESCE(string_agg(
    concat_ws('|', source, row_id, wallet_id, merchant_id, day, code, amount_fen, budget_code,
      fund_source), E'\\n' ORDER BY source, row_id, code), ''), 'UTF8')), 'hex')
  FROM wallet_movement WHERE xid >= p_from AND xid < p_to
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0003_bank_orders")]
    operations = [
        migrations.RunSQL(MOVEMENT, "DROP VIEW wallet_movement"),
        migrations.RunSQL(HASH, "DROP FUNCTION wallet_hash"),
    ]
