"""What a payment's statement (sql/pay.sql) leaves to a function; what holds its rows in place.

Measured: what costs a statement its time is setting up expressions and reading checks, so the
statement holds the fewest that decide, and amounts are of the type `fen`, whose rule is read once.
"""

from pathlib import Path

from django.db import migrations

LOCKED = """
CREATE FUNCTION campus_month_number(at timestamptz) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM')::int
$$;
""" + (Path(__file__).parents[1] / "sql/pay_locked.sql").read_text(encoding="utf-8")

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

APPEND_ONLY = """
CREATE FUNCTION wallet_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION wallet_payment_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - 'status') <> (to_jsonb(NEW) - 'status') THEN
    RAISE EXCEPTION 'payment %: only the status moves', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.status || NEW.status) NOT IN ('PS', 'PV', 'PX', 'HS', 'HV', 'SR') THEN
    RAISE EXCEPTION 'payment %: % does not become %', OLD.id, OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER moves BEFORE UPDATE ON wallet_payment
  FOR EACH ROW EXECUTE FUNCTION wallet_payment_moves();
CREATE TRIGGER append_only_payment BEFORE DELETE OR TRUNCATE ON wallet_payment
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_append_only();
""" + "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_append_only();"""
    for table in (
        "credit",
        "paymentevent",
        "refund",
        "subsidyadjustment",
        "fold",
        "monthclosing",
        "walletmonth",
    )
)

FILL = "ALTER TABLE wallet_wallet SET (fillfactor = 50)"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [
        migrations.RunSQL(
            LOCKED, "DROP FUNCTION wallet_pay_locked; DROP FUNCTION campus_month_number"
        ),
        migrations.RunSQL(MOVEMENT, "DROP VIEW wallet_movement"),
        migrations.RunSQL(HASH, "DROP FUNCTION wallet_hash"),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP FUNCTION wallet_append_only CASCADE; DROP FUNCTION wallet_payment_moves CASCADE",
        ),
        migrations.RunSQL(FILL, "ALTER TABLE wallet_wallet RESET (fillfactor)"),
    ]
