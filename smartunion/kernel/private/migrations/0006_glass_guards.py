"""What was said when a glass was broken stays; the log tells which readings went through one."""

from importlib import import_module

from django.db import migrations

GUARD = """
CREATE FUNCTION private_glass_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.by_id, OLD.office, OLD.about, OLD.kind, OLD.subject_id, OLD.reason, OLD.because,
        OLD.factor, OLD.proven_at, OLD.at, OLD.until)
      IS NOT DISTINCT FROM (NEW.by_id, NEW.office, NEW.about, NEW.kind, NEW.subject_id, NEW.reason,
        NEW.because, NEW.factor, NEW.proven_at, NEW.at, NEW.until)
      AND (OLD.reviewed_at IS NULL OR (OLD.reviewed_by_id, OLD.reviewed_at, OLD.verdict, OLD.note)
        IS NOT DISTINCT FROM (NEW.reviewed_by_id, NEW.reviewed_at, NEW.verdict, NEW.note))
      AND (OLD.told_at IS NULL OR OLD.told_at IS NOT DISTINCT FROM NEW.told_at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON private_glass
  FOR EACH ROW EXECUTE FUNCTION private_glass_stays();
CREATE TRIGGER stays_whole BEFORE TRUNCATE ON private_glass
  FOR EACH STATEMENT EXECUTE FUNCTION private_glass_stays();
"""

LINES = """
RETURNS TABLE (id bigint, by_id bigint, at timestamptz, about text, kind text, glass_id bigint)
{door}
BEGIN  -- who went through which glass; of all, for the audit
  PERFORM set_config('smartunion.private_scope', 'log', true);
  RETURN QUERY SELECT a.id, a.by_id, a.at, a.about::text, a.kind::text, a.glass_id
    FROM private_access a WHERE a.glass_id IS NOT NULL ORDER BY a.id;
END $$
"""


def build(apps, editor):
    fence = import_module("smartunion.kernel.private.migrations.0004_fence")
    with editor.connection.cursor() as cursor:
        cursor.execute(GUARD)
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_schema())")
        user, schema = cursor.fetchone()
        cursor.execute(f"GRANT CREATE ON SCHEMA {schema} TO {fence.ROLE}")
        cursor.execute(f"SET LOCAL ROLE {fence.ROLE}")
        door = fence.DOOR.format(schema=schema)
        cursor.execute("CREATE FUNCTION private_glass_lines() " + LINES.replace("{door}", door))
        cursor.execute("REVOKE ALL ON FUNCTION private_glass_lines() FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION private_glass_lines() TO {user}")
        cursor.execute("RESET ROLE")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {fence.ROLE}")


def unbuild(apps, editor):
    editor.execute("DROP FUNCTION private_glass_lines()")
    editor.execute("DROP FUNCTION private_glass_stays CASCADE")


class Migration(migrations.Migration):
    dependencies = [("private", "0005_glass")]
    operations = [migrations.RunPython(build, unbuild)]
