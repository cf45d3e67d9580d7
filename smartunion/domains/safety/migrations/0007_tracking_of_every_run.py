"""Trackings belong to the run now: those that there are move; what was sealed keeps its own term."""

from django.db import migrations

MOVE = """
INSERT INTO response_tracking
  (run_id, person_id, role, turn, started_at, last_at, points, stopped_at, is_drill)
SELECT i.run_id, t.person_id, t.role, t.turn, t.started_at, t.last_at, t.points,
  coalesce(t.stopped_at, i.ended_at), i.is_drill
FROM safety_tracking t JOIN safety_incident i ON i.id = t.incident_id
WHERE i.run_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("safety", "0006_alter_controlevaluation_standing_alter_tracking_role"),
        ("response", "0004_tracking"),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel("Tracking"),
    ]
