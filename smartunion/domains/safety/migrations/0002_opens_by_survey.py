"""An event opens only by a signed survey without open risk, or by a broken glass (R230, R231)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION safety_event_opens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM safety_override o WHERE o.event_id = NEW.id) THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM safety_sitesurvey s WHERE s.id = NEW.survey_id AND s.signed_at IS NOT NULL
      AND NEW.starts_at < s.valid_until
  ) THEN
    RAISE EXCEPTION 'event % opens without a signed survey', NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM safety_riskitem r
    WHERE r.survey_id = NEW.survey_id AND r.state IN ('open', 'unchecked')
  ) THEN
    RAISE EXCEPTION 'event % opens with an open risk', NEW.number
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER event_opens_by_survey BEFORE INSERT OR UPDATE OF state ON safety_event
  FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION safety_event_opens();
"""
BACKWARD = """
DROP TRIGGER event_opens_by_survey ON safety_event;
DROP FUNCTION safety_event_opens();
"""


class Migration(migrations.Migration):
    dependencies = [("safety", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD, elidable=False)]
