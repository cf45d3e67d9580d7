"""What is held is neither due nor passed over."""

from importlib import import_module

from django.db import migrations

DOORS = {
    "private_due(p_at timestamptz, p_limit int, p_held text[])": """
RETURNS TABLE (about text, kind text, erase_at timestamptz) {door}
BEGIN  -- records whose time has come and that nobody holds, the oldest first
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT k.about::text, k.kind::text, k.erase_at FROM private_recordkey k
    WHERE k.erase_at <= p_at AND NOT k.about::text = ANY(p_held) ORDER BY k.erase_at LIMIT p_limit;
END $$""",
    "private_passed_over(p_held text[])": """
RETURNS TABLE ("where" text, what text) {door}
DECLARE told timestamptz;
BEGIN  -- records that were due long before the job erased the last one, and that nobody holds
  PERFORM set_config('smartunion.private_scope', 'log', true);
  SELECT max(d.at) INTO told FROM private_deletion d WHERE d.by_id IS NULL AND d.due_at <= d.at;
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT format('private_recordkey %s', k.id),
    format('%s was to be erased by %s', k.kind, k.erase_at)
    FROM private_recordkey k
    WHERE k.erase_at <= told - interval '1 hour' AND NOT k.about::text = ANY(p_held)
    ORDER BY k.id;
END $$""",
}
OLD = ("private_due(p_at timestamptz, p_limit int)", "private_passed_over()")


def _exchange(editor, away, doors):
    """Put some doors in place of others; the role may make things here since the log's months."""
    fence = import_module("smartunion.kernel.private.migrations.0004_fence")
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_schema())")
        user, schema = cursor.fetchone()
        cursor.execute(f"SET LOCAL ROLE {fence.ROLE}")
        for signature in away:
            cursor.execute(f"DROP FUNCTION {fence._types(signature)}")
        for signature, body in doors.items():
            cursor.execute(
                f"CREATE FUNCTION {signature} "
                + body.replace("{door}", fence.DOOR.format(schema=schema))
            )
            types = fence._types(signature)
            cursor.execute(f"REVOKE ALL ON FUNCTION {types} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {types} TO {user}")
        cursor.execute("RESET ROLE")


def build(apps, editor):
    _exchange(editor, OLD, DOORS)


def unbuild(apps, editor):
    fence = import_module("smartunion.kernel.private.migrations.0004_fence")
    _exchange(editor, DOORS, {one: fence.DOORS[one] for one in OLD})


class Migration(migrations.Migration):
    dependencies = [("private", "0007_log_by_month")]
    operations = [migrations.RunPython(build, unbuild)]
