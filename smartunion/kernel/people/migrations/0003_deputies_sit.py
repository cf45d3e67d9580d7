"""Who sits on a committee may be B to another of its seats: only A parts are counted as sitting."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION people_one_seat_each() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place people_unit;
BEGIN
  IF NOT (SELECT body FROM people_office WHERE id = NEW.office_id) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO place FROM people_unit WHERE id = NEW.unit_id FOR UPDATE;
  IF {new} EXISTS (
    SELECT 1 FROM people_appointment a JOIN people_office o ON o.id = a.office_id
     WHERE a.unit_id = NEW.unit_id AND a.person_id = NEW.person_id AND o.body {old}
       AND a.id IS DISTINCT FROM NEW.id AND a.seat_id IS DISTINCT FROM NEW.seat_id
       AND daterange(a.since, a.until) && daterange(NEW.since, NEW.until)
  ) THEN
    PERFORM people_refuse('nobody_sits_twice', format('同一人在 %s 只能占一席', place.name));
  END IF;
  RETURN NEW;
END $$;
"""
FORWARD = FUNCTION.format(new="NEW.part = 'A' AND", old="AND a.part = 'A'")
BACKWARD = FUNCTION.format(new="", old="")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_structure_kept")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
