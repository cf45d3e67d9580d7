"""A snapshot stays what it was: the table refuses changes and deletions."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION performance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON performance_measurement
  FOR EACH ROW EXECUTE FUNCTION performance_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("performance", "0001_measurement")]
    operations = [
        migrations.RunSQL(
            REFUSE, "DROP FUNCTION performance_append_only CASCADE", elidable=False
        )
    ]
