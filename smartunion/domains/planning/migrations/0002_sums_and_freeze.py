"""What the database keeps by itself: sums that meet at every commit, an adopted plan that stands.

Checked at commit under a lock of the plan's row, so two officers who save at once cannot each be
right alone and wrong together.
"""

from django.db import migrations

SUMS = """
CREATE FUNCTION planning_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
  plan bigint := (changed ->> CASE TG_TABLE_NAME
                                WHEN 'planning_planyear' THEN 'id' ELSE 'plan_id' END)::bigint;
  total bigint; income bigint; spending bigint; bad record;
BEGIN
  SELECT total_fen INTO total FROM planning_planyear WHERE id = plan FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT COALESCE(sum(amount_fen), 0) INTO income
    FROM planning_incomeline WHERE plan_id = plan AND NOT outside;
  SELECT COALESCE(sum(amount_fen), 0) INTO spending
    FROM planning_spendingline WHERE plan_id = plan AND position('/' in code) = 0;
  IF income <> spending OR income <> total THEN
    RAISE EXCEPTION 'planning.sums_differ: income % fen, spending % fen, total % fen',
      income, spending, total USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_sums_meet';
  END IF;
  SELECT line.code, line.amount_fen, sum(detail.amount_fen) AS details INTO bad
    FROM planning_spendingline line
    JOIN planning_spendingline detail
      ON detail.plan_id = plan AND detail.project_id = line.project_id
     AND position('/' in detail.code) > 0
    JOIN planning_incomeline source ON source.id = detail.fund_source_id AND NOT source.outside
   WHERE line.plan_id = plan AND position('/' in line.code) = 0
   GROUP BY line.id HAVING sum(detail.amount_fen) > line.amount_fen LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'planning.line_overdrawn: details of % are % fen of % fen',
      bad.code, bad.details, bad.amount_fen
      USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_details_fit';
  END IF;
  SELECT line.code, line.amount_fen, COALESCE(sum(cell.amount_fen), 0) AS funded INTO bad
    FROM planning_spendingline line
    LEFT JOIN planning_funding cell ON cell.spending_id = line.id
   WHERE line.plan_id = plan AND position('/' in line.code) = 0
   GROUP BY line.id HAVING COALESCE(sum(cell.amount_fen), 0) <> line.amount_fen LIMIT 1;
  IF NOT FOUND THEN
    SELECT source.code, source.amount_fen, COALESCE(sum(cell.amount_fen), 0) AS funded INTO bad
      FROM planning_incomeline source
      LEFT JOIN planning_funding cell ON cell.income_id = source.id
     WHERE source.plan_id = plan AND NOT source.outside
     GROUP BY source.id HAVING COALESCE(sum(cell.amount_fen), 0) <> source.amount_fen LIMIT 1;
  END IF;
  IF FOUND THEN
    RAISE EXCEPTION 'planning.funding_differs: % is % fen, funded %',
      bad.code, bad.amount_fen, bad.funded
      USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_funding_meets';
  END IF;
  RETURN NULL;
END $$;
"""
SUMMED = ("incomeline", "spendingline", "funding")

FREEZE = """
CREATE FUNCTION planning_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE plan bigint := COALESCE(OLD.plan_id, NEW.plan_id);
BEGIN
  IF COALESCE(current_setting('smartunion.amendment', true), '') <> plan::text
     AND EXISTS (SELECT FROM planning_planyear WHERE id = plan AND adopted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'planning.frozen: an adopted plan changes by amendment only'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_stands';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE FUNCTION planning_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'planning.frozen: a version of the plan is never changed'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_version_stands';
END $$;
CREATE TRIGGER planning_version_stands BEFORE UPDATE OR DELETE ON planning_planversion
  FOR EACH ROW EXECUTE FUNCTION planning_version_stands();
"""
FROZEN = (
    "policybasis", "baseline", "goal", "project", "subtask", "milestone", "incomeline",
    "spendingline", "funding", "indicator", "term", "demand", "commitment", "placeholder",
)


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]
    operations = [
        migrations.RunSQL(SUMS, "DROP FUNCTION planning_sums() CASCADE"),
        migrations.RunSQL(
            FREEZE,
            "DROP FUNCTION planning_version_stands() CASCADE;"
            "DROP FUNCTION planning_frozen() CASCADE",
        ),
        *(
            migrations.RunSQL(
                f"CREATE CONSTRAINT TRIGGER planning_sums AFTER INSERT OR UPDATE OR DELETE"
                f" ON planning_{table} DEFERRABLE INITIALLY DEFERRED"
                f" FOR EACH ROW EXECUTE FUNCTION planning_sums()",
                f"DROP TRIGGER IF EXISTS planning_sums ON planning_{table}",
            )
            for table in SUMMED
        ),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER planning_sums AFTER UPDATE OF total_fen"
            " ON planning_planyear DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION planning_sums()",
            "DROP TRIGGER IF EXISTS planning_sums ON planning_planyear",
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER planning_frozen BEFORE INSERT OR UPDATE OR DELETE"
                f" ON planning_{table} FOR EACH ROW EXECUTE FUNCTION planning_frozen()",
                f"DROP TRIGGER IF EXISTS planning_frozen ON planning_{table}",
            )
            for table in FROZEN
        ),
    ]
