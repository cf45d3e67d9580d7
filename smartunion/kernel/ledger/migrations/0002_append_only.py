"""The ledger is append-only, and closed ranges of it hash to what they hashed to."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();"""
    for table in ("transfer", "block", "encumbrance")
)

HASH = """
CREATE FUNCTION ledger_hash(p_from bigint, p_to bigint, p_previous text,
  OUT o_rows bigint, OUT o_hash text) LANGUAGE sql STABLE AS $$
  SELECT count(*), encode(sha256(convert_to(p_previous || COALESCE(string_agg(
    concat_ws('|', id, debit, credit, amount_fen, code, document, budget_code, fund_source,
      (extract(epoch FROM event_at) * 1000000)::bigint, by_id, because), E'\\n' ORDER BY id), ''),
    'UTF8')), 'hex')
  FROM ledger_transfer WHERE xid >= p_from AND xid < p_to
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION ledger_append_only CASCADE"),
        migrations.RunSQL(HASH, "DROP FUNCTION ledger_hash"),
    ]
