"""What PostgreSQL keeps of 1+6+22, over several rows (R014, R015, R020, R022, R024, R025).

No schema is named, so that a university may live in a schema of its own. The error code is that of
a check constraint, so that Django raises IntegrityError and callers see the constraint's name.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION people_refuse(kept text, says text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = kept, MESSAGE = says;
END $$;

-- 1 standing committee, 6 special committees, 22 branches: never one more
CREATE FUNCTION people_units_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE allowed int; counted int;
BEGIN
  SELECT units INTO allowed FROM people_establishment WHERE kind = NEW.kind FOR UPDATE;
  SELECT count(*) INTO counted FROM people_unit WHERE kind = NEW.kind;
  IF counted > allowed THEN
    PERFORM people_refuse('units_within_establishment',
      format('编制为 %s 个，这将是第 %s 个：%s', allowed, counted, NEW.name));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER people_units_kept AFTER INSERT OR UPDATE OF kind ON people_unit
  FOR EACH ROW EXECUTE FUNCTION people_units_kept();

-- an eighth seat, a fifth vice-chair, a second asset manager is refused at once
CREATE FUNCTION people_seat_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place people_unit; post people_office; allowed int; counted int;
BEGIN
  SELECT * INTO place FROM people_unit WHERE id = NEW.unit_id FOR UPDATE;
  SELECT * INTO post FROM people_office WHERE id = NEW.office_id;
  IF post.kind <> '' AND post.kind <> place.kind THEN
    PERFORM people_refuse('seat_in_its_kind_of_unit', format('%s 不设于 %s', post.title, place.name));
  END IF;
  SELECT count(*) + 1 INTO counted FROM people_seat
   WHERE unit_id = NEW.unit_id AND office_id = NEW.office_id AND id IS DISTINCT FROM NEW.id;
  IF counted > post.seats THEN
    PERFORM people_refuse('seats_of_office',
      format('%s 每单位 %s 席，这将是第 %s 席', post.title, post.seats, counted));
  END IF;
  IF post.body THEN
    SELECT seats INTO allowed FROM people_establishment WHERE kind = place.kind;
    SELECT count(*) + 1 INTO counted FROM people_seat s JOIN people_office o ON o.id = s.office_id
     WHERE s.unit_id = NEW.unit_id AND o.body AND s.id IS DISTINCT FROM NEW.id;
    IF counted > allowed THEN
      PERFORM people_refuse('seats_of_body',
        format('%s 共 %s 席，这将是第 %s 席', place.name, allowed, counted));
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_seat_kept BEFORE INSERT OR UPDATE ON people_seat
  FOR EACH ROW EXECUTE FUNCTION people_seat_kept();

-- at the end of the transaction a body has all its seats or none: 1+1+4+1 = 7, 1+3+1 = 5
CREATE FUNCTION people_body_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_unit bigint; place people_unit; allowed int; counted int; gap record;
BEGIN
  of_unit := CASE WHEN TG_OP = 'DELETE' THEN OLD.unit_id ELSE NEW.unit_id END;
  SELECT * INTO place FROM people_unit WHERE id = of_unit;
  SELECT seats INTO allowed FROM people_establishment WHERE kind = place.kind;
  SELECT count(*) INTO counted FROM people_seat s JOIN people_office o ON o.id = s.office_id
   WHERE s.unit_id = of_unit AND o.body;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;
  IF counted <> allowed THEN
    PERFORM people_refuse('seats_of_body',
      format('%s 应为 %s 席，现为 %s 席', place.name, allowed, counted));
  END IF;
  SELECT o.title, o.seats, count(s.id) AS counted INTO gap
    FROM people_office o LEFT JOIN people_seat s ON s.office_id = o.id AND s.unit_id = of_unit
   WHERE o.kind = place.kind AND o.body AND o.seats IS NOT NULL
   GROUP BY o.id HAVING count(s.id) <> o.seats LIMIT 1;
  IF FOUND THEN
    PERFORM people_refuse('seats_of_office', format('%s 的 %s 应为 %s 席，现为 %s 席',
      place.name, gap.title, gap.seats, gap.counted));
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER people_body_complete AFTER INSERT OR UPDATE OR DELETE ON people_seat
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION people_body_complete();

-- one holder of a seat for each part at a time; nobody is his own B part.
-- int8range(id, id, '[]') stands in for `id WITH =`, which would want the extension btree_gist
ALTER TABLE people_appointment
  ADD CONSTRAINT one_holder_of_a_seat EXCLUDE USING gist (
    int8range(seat_id, seat_id, '[]') WITH &&,
    int4range(ascii(part), ascii(part), '[]') WITH &&,
    daterange(since, until) WITH &&) WHERE (seat_id IS NOT NULL),
  ADD CONSTRAINT nobody_is_his_own_backup EXCLUDE USING gist (
    int8range(seat_id, seat_id, '[]') WITH &&,
    int8range(person_id, person_id, '[]') WITH &&,
    daterange(since, until) WITH &&) WHERE (seat_id IS NOT NULL),
  ADD CONSTRAINT appointment_in_its_place FOREIGN KEY (seat_id, unit_id, office_id)
    REFERENCES people_seat (id, unit_id, office_id) DEFERRABLE INITIALLY DEFERRED;

-- nobody sits twice in one body
CREATE FUNCTION people_one_seat_each() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place people_unit;
BEGIN
  IF NOT (SELECT body FROM people_office WHERE id = NEW.office_id) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO place FROM people_unit WHERE id = NEW.unit_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM people_appointment a JOIN people_office o ON o.id = a.office_id
     WHERE a.unit_id = NEW.unit_id AND a.person_id = NEW.person_id AND o.body
       AND a.id IS DISTINCT FROM NEW.id AND a.seat_id IS DISTINCT FROM NEW.seat_id
       AND daterange(a.since, a.until) && daterange(NEW.since, NEW.until)
  ) THEN
    PERFORM people_refuse('nobody_sits_twice', format('同一人在 %s 只能占一席', place.name));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_one_seat_each BEFORE INSERT OR UPDATE ON people_appointment
  FOR EACH ROW WHEN (NEW.seat_id IS NOT NULL) EXECUTE FUNCTION people_one_seat_each();

-- counters of failed sign-ins, shared by every web process (Django's database cache)
CREATE TABLE people_counters (
  cache_key varchar(255) PRIMARY KEY,
  value text NOT NULL,
  expires timestamptz NOT NULL);
CREATE INDEX people_counters_expires ON people_counters (expires);
"""

BACKWARD = """
DROP TABLE people_counters;
DROP TRIGGER people_one_seat_each ON people_appointment;
ALTER TABLE people_appointment DROP CONSTRAINT one_holder_of_a_seat,
  DROP CONSTRAINT nobody_is_his_own_backup, DROP CONSTRAINT appointment_in_its_place;
DROP TRIGGER people_body_complete ON people_seat;
DROP TRIGGER people_seat_kept ON people_seat;
DROP TRIGGER people_units_kept ON people_unit;
DROP FUNCTION people_one_seat_each, people_body_complete, people_seat_kept, people_units_kept,
  people_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
