"""What happened stays as it was told: the table refuses changes and deletions."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION trail_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION 'the trail is append-only: % refused', TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_entry
  FOR EACH STATEMENT EXECUTE FUNCTION trail_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_delivery")]
    operations = [migrations.RunSQL(REFUSE, "DROP FUNCTION trail_append_only CASCADE")]
