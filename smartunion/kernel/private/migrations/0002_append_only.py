"""The log of readings stays as it was written; a sealed row is never changed, only erased."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION private_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON private_access
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
CREATE TRIGGER unchanged BEFORE UPDATE OR TRUNCATE ON private_sealed
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
"""


class Migration(migrations.Migration):
    dependencies = [("private", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION private_unchanged CASCADE")]
