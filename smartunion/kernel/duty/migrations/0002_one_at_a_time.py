"""One primary and one deputy for a post at a time, one person in one shift at a time.

int8range(id, id, '[]') stands in for `id WITH =`, which would want the extension btree_gist. The
number of a post and part is two letters of their codes, which are all different.
"""

from django.db import migrations

FORWARD = r"""
ALTER TABLE duty_shift
  ADD CONSTRAINT one_person_for_a_post_and_part EXCLUDE USING gist (
    int8range(coalesce(unit_id, 0), coalesce(unit_id, 0), '[]') WITH &&,
    int4range(ascii(post), ascii(post), '[]') WITH &&,
    int4range(length(post), length(post), '[]') WITH &&,
    int4range(ascii(part), ascii(part), '[]') WITH &&,
    tstzrange(since, until) WITH &&) WHERE (dropped_at IS NULL),
  ADD CONSTRAINT nobody_is_on_duty_twice EXCLUDE USING gist (
    int8range(person_id, person_id, '[]') WITH &&,
    tstzrange(since, until) WITH &&) WHERE (dropped_at IS NULL);
"""
BACKWARD = """
ALTER TABLE duty_shift
  DROP CONSTRAINT one_person_for_a_post_and_part, DROP CONSTRAINT nobody_is_on_duty_twice;
"""


class Migration(migrations.Migration):
    dependencies = [("duty", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
