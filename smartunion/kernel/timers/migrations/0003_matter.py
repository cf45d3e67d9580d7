"""Timers of one matter are claimed together: whoever fires them locks the same row for each."""

from django.db import migrations, models

CLAIM = """
DROP FUNCTION timers_claim(timestamptz);
CREATE FUNCTION timers_claim(until timestamptz, within interval) RETURNS SETOF timers_timer
LANGUAGE plpgsql AS $$
DECLARE
  candidate record;
BEGIN
  FOR candidate IN
    SELECT id, key, matter, try_at FROM timers_timer WHERE state = 'pending' AND try_at <= until
    ORDER BY try_at, id LIMIT 32
  LOOP
    IF candidate.matter = '' THEN
      IF pg_try_advisory_xact_lock(hashtextextended(candidate.key, 0)) THEN
        RETURN QUERY SELECT * FROM timers_timer  -- anew: another may have fired it before our lock
          WHERE id = candidate.id AND state = 'pending' AND try_at <= until;
      END IF;
    ELSIF pg_try_advisory_xact_lock(hashtextextended(candidate.matter, 0)) THEN
      RETURN QUERY SELECT * FROM timers_timer
        WHERE matter = candidate.matter AND state = 'pending'
          AND try_at <= LEAST(until, candidate.try_at + within)
        ORDER BY try_at, id LIMIT 32;
    END IF;
    IF FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END $$;
"""
BACK = """
DROP FUNCTION timers_claim(timestamptz, interval);
CREATE FUNCTION timers_claim(until timestamptz) RETURNS SETOF timers_timer LANGUAGE plpgsql AS $$
DECLARE
  candidate record;
BEGIN
  FOR candidate IN
    SELECT id, key FROM timers_timer WHERE state = 'pending' AND try_at <= until
    ORDER BY try_at, id LIMIT 32
  LOOP
    IF pg_try_advisory_xact_lock(hashtextextended(candidate.key, 0)) THEN
      RETURN QUERY SELECT * FROM timers_timer
        WHERE id = candidate.id AND state = 'pending' AND try_at <= until;
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("timers", "0002_fires_once")]
    operations = [
        migrations.AddField(
            model_name="timer",
            name="matter",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="同一事项"
            ),
        ),
        migrations.RunSQL(CLAIM, BACK),
    ]
