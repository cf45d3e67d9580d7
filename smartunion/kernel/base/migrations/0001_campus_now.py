"""SQL's half of the one clock: campus_now() reads the offset that the connection carries."""

from django.db import migrations

CAMPUS_NOW = """
CREATE FUNCTION campus_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT now() + make_interval(
    secs => COALESCE(NULLIF(current_setting('smartunion.clock_offset', true), ''), '0')::float8)
$$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CAMPUS_NOW, "DROP FUNCTION campus_now()")]
