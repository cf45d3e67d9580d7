"""A drill stays a drill, in every row and in every message; what happened stays."""

from django.db import migrations

MARKED = ("steprun", "asked", "event", "correction", "drill")

MARKS = "ALTER TABLE response_run ADD CONSTRAINT response_run_mark UNIQUE (id, is_drill);\n" + "\n".join(
    f"ALTER TABLE response_{table} ADD CONSTRAINT response_{table}_mark"
    " FOREIGN KEY (run_id, is_drill) REFERENCES response_run (id, is_drill);"
    for table in MARKED
)

TRIGGERS = """
CREATE FUNCTION response_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION 'what happened in a response stays: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON response_event
  FOR EACH STATEMENT EXECUTE FUNCTION response_kept();

CREATE FUNCTION response_mark_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a drill never becomes real, nor the reverse: %', OLD.number
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mark_stays BEFORE UPDATE OF is_drill, number, t0 ON response_run
  FOR EACH ROW WHEN (OLD.is_drill IS DISTINCT FROM NEW.is_drill
    OR OLD.t0 IS DISTINCT FROM NEW.t0 OR OLD.number IS DISTINCT FROM NEW.number)
  EXECUTE FUNCTION response_mark_stays();

-- The messages lie a floor below; those of a run name it in `about`: response/12/…
CREATE FUNCTION response_first_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT is_drill FROM response_run WHERE id = split_part(NEW.about, '/', 2)::bigint)
     IS DISTINCT FROM starts_with(NEW.title, '【演练】') THEN
    RAISE EXCEPTION 'the first word of a drill''s message is its mark: %', NEW.about
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER response_first_word BEFORE INSERT OR UPDATE OF title, about ON notices_notice
  FOR EACH ROW WHEN (NEW.about ~ '^response/[0-9]+/') EXECUTE FUNCTION response_first_word();
"""
BACK = (
    """
DROP TRIGGER response_first_word ON notices_notice;
DROP FUNCTION response_first_word;
DROP FUNCTION response_kept CASCADE;
DROP FUNCTION response_mark_stays CASCADE;
"""
    + "\n".join(f"ALTER TABLE response_{table} DROP CONSTRAINT response_{table}_mark;" for table in MARKED)
    + "ALTER TABLE response_run DROP CONSTRAINT response_run_mark;"
)


class Migration(migrations.Migration):
    dependencies = [("response", "0001_initial"), ("notices", "0001_initial")]
    operations = [migrations.RunSQL(MARKS + TRIGGERS, BACK)]
