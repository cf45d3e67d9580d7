"""A door to the log's links: their hashes go into the journal, and so into its tree."""

from importlib import import_module

from django.db import migrations

DOORS = {
    "private_links()": """
RETURNS TABLE (id bigint, rows bigint, hash text) {door}
BEGIN  -- every link: how many lines it closed, and what it says of them
  PERFORM set_config('smartunion.private_scope', 'log', true);
  RETURN QUERY SELECT l.id, l.rows, l.hash::text FROM private_link l ORDER BY l.id;
END $$""",
}


def build(apps, editor):
    import_module("smartunion.kernel.private.migrations.0008_holds")._exchange(editor, (), DOORS)


def unbuild(apps, editor):
    import_module("smartunion.kernel.private.migrations.0008_holds")._exchange(editor, DOORS, {})


class Migration(migrations.Migration):
    dependencies = [("private", "0008_holds")]
    operations = [migrations.RunPython(build, unbuild)]
