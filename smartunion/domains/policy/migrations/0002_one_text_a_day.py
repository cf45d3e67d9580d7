"""One text of a document on one day, and a published text is never written again (R198).

int8range(id, id, '[]') stands in for `id WITH =`, which would want the extension btree_gist.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE policy_version ADD CONSTRAINT one_version_in_force EXCLUDE USING gist (
  int8range(document_id, document_id, '[]') WITH &&,
  daterange(effective_from, effective_to) WITH &&
) WHERE (state = 'published') DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION policy_text_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the text of piece % is kept as it was imported', OLD.id
    USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER text_is_kept BEFORE UPDATE OF text, text_sha256, anchor, label ON policy_piece
  FOR EACH ROW EXECUTE FUNCTION policy_text_is_kept();
"""
BACKWARD = """
DROP TRIGGER text_is_kept ON policy_piece;
DROP FUNCTION policy_text_is_kept();
ALTER TABLE policy_version DROP CONSTRAINT one_version_in_force;
"""


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD, elidable=False)]
