"""What has fired stays fired; the claim; and the queue's index is kept short."""

from django.db import migrations

FIRES_ONCE = """
CREATE FUNCTION timers_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION 'what has fired stays fired: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER final BEFORE UPDATE OR DELETE ON timers_timer
  FOR EACH ROW WHEN (OLD.state = 'fired') EXECUTE FUNCTION timers_final();
CREATE TRIGGER final_truncate BEFORE TRUNCATE ON timers_timer
  FOR EACH STATEMENT EXECUTE FUNCTION timers_final();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON timers_firing
  FOR EACH STATEMENT EXECUTE FUNCTION timers_final();

-- Every firing leaves a dead entry at the index's near end, where each look begins.
ALTER TABLE timers_timer SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
"""
CLAIM = """
CREATE FUNCTION timers_claim(until timestamptz) RETURNS SETOF timers_timer LANGUAGE plpgsql AS $$
DECLARE
  candidate record;
BEGIN
  FOR candidate IN
    SELECT id, key FROM timers_timer WHERE state = 'pending' AND try_at <= until
    ORDER BY try_at, id LIMIT 32
  LOOP
    IF pg_try_advisory_xact_lock(hashtextextended(candidate.key, 0)) THEN
      RETURN QUERY SELECT * FROM timers_timer  -- anew: another may have fired it before our lock
        WHERE id = candidate.id AND state = 'pending' AND try_at <= until;
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
  END LOOP;
END $$;
"""
BACK = """
DROP FUNCTION timers_claim;
DROP FUNCTION timers_final CASCADE;
ALTER TABLE timers_timer RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
"""


class Migration(migrations.Migration):
    dependencies = [("timers", "0001_initial"), ("base", "0001_campus_now")]
    operations = [migrations.RunSQL(FIRES_ONCE + CLAIM, BACK)]
