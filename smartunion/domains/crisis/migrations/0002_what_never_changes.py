"""A drill stays a drill, an alarm keeps its moment and its person: the database refuses the rest."""

from django.db import migrations

KEEP = """
CREATE FUNCTION crisis_case_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_drill <> OLD.is_drill OR NEW.number <> OLD.number OR NEW.opened_at <> OLD.opened_at
     OR NEW.subject_mark <> OLD.subject_mark THEN
    RAISE EXCEPTION 'crisis.case_keeps: % keeps its number, moment, person and kind', OLD.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'crisis_case_keeps';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER crisis_case_keeps BEFORE UPDATE ON crisis_redcase
  FOR EACH ROW EXECUTE FUNCTION crisis_case_keeps();
"""
LET_GO = """
DROP TRIGGER crisis_case_keeps ON crisis_redcase;
DROP FUNCTION crisis_case_keeps();
"""


class Migration(migrations.Migration):
    dependencies = [("crisis", "0001_initial")]
    operations = [migrations.RunSQL(KEEP, LET_GO)]
