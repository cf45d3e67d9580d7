"""Who overrides has proven a second factor, and never opens what they planned themselves."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION safety_override_of_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM safety_event e WHERE e.id = NEW.event_id AND e.organiser_id = NEW.by_id)
  THEN
    RAISE EXCEPTION 'event % is overridden by its own organiser', NEW.event_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER override_of_another BEFORE INSERT OR UPDATE OF by_id, event_id ON safety_override
  FOR EACH ROW EXECUTE FUNCTION safety_override_of_another();
"""
BACKWARD = """
DROP TRIGGER override_of_another ON safety_override;
DROP FUNCTION safety_override_of_another();
"""


class Migration(migrations.Migration):
    dependencies = [("safety", "0004_risks")]
    operations = [
        migrations.AddField(
            "override",
            "factor",
            models.CharField("第二步验证", max_length=20, default="none"),
            preserve_default=False,
        ),
        migrations.AddField(
            "override", "proven_at", models.DateTimeField("验证时间", null=True),
        ),
        migrations.RunSQL(
            "UPDATE safety_override SET proven_at = at WHERE proven_at IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("override", "proven_at", models.DateTimeField("验证时间")),
        migrations.AddConstraint(
            "override",
            models.CheckConstraint(
                condition=~models.Q(factor="") & models.Q(proven_at__lte=models.F("at")),
                name="override_was_proven",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
