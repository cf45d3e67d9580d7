"""The log of readings lies in one table for each month, made ahead and taken out after its years.

What has no month yet lies in `private_access_rest`, so no line is ever lost; making the month moves
it there. A month that was taken out stays as a table of its own that no door but the chain's reads:
the chain goes over it as before. See docs/adr/0030.
"""

from importlib import import_module

from django.db import migrations

TABLE = """
ALTER TABLE private_access RENAME TO private_access_old;
ALTER TABLE private_access_old NO FORCE ROW LEVEL SECURITY;
ALTER INDEX private_access_pkey RENAME TO private_access_old_pkey;
DROP INDEX access_of_record, access_to_subject;
DROP POLICY opened ON private_sealed;
CREATE SEQUENCE private_access_number AS bigint;
CREATE TABLE private_access (
  id bigint NOT NULL DEFAULT nextval('private_access_number'),
  by_id bigint REFERENCES people_person DEFERRABLE INITIALLY DEFERRED,
  at timestamptz NOT NULL,
  purpose varchar(200) NOT NULL CONSTRAINT access_says_why CHECK (purpose <> ''),
  about varchar(80) NOT NULL,
  kind varchar(40) NOT NULL,
  version integer NOT NULL CHECK (version >= 0),
  subject_id bigint REFERENCES people_person DEFERRABLE INITIALLY DEFERRED,
  xid bigint NOT NULL,
  glass_id bigint,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE private_access_number OWNED BY private_access.id;
CREATE INDEX access_of_record ON private_access (about, id);
CREATE INDEX access_to_subject ON private_access (subject_id, id);
CREATE INDEX access_by_reader ON private_access (by_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON private_access
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
"""

REST = """
CREATE TABLE private_access_rest PARTITION OF private_access DEFAULT;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON private_access_rest
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
"""

MOVE = """
INSERT INTO private_access (id, by_id, at, purpose, about, kind, version, subject_id, xid, glass_id)
  SELECT id, by_id, at, purpose, about, kind, version, subject_id, xid, glass_id
  FROM private_access_old ORDER BY id;
SELECT setval('private_access_number', (SELECT coalesce(max(id), 0) + 1 FROM private_access), false);
DROP TABLE private_access_old;
"""

FENCE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
REVOKE ALL ON {table} FROM PUBLIC;
"""

DOORS = {
    "private_month(p_name text, p_since timestamptz, p_until timestamptz)": """
RETURNS void {door}
BEGIN  -- one month's table, with what had to lie in the rest until now
  PERFORM set_config('smartunion.private_scope', 'log', true);
  EXECUTE format('CREATE TABLE %I (LIKE private_access INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
    p_name);
  IF EXISTS (SELECT FROM private_access_rest WHERE at >= p_since AND at < p_until) THEN
    LOCK TABLE private_access_rest IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE private_access_rest DISABLE TRIGGER append_only;
    ALTER TABLE private_access_rest NO FORCE ROW LEVEL SECURITY;
    EXECUTE format('WITH moved AS (DELETE FROM private_access_rest WHERE at >= %L AND at < %L'
      ' RETURNING *) INSERT INTO %I SELECT * FROM moved', p_since, p_until, p_name);
    ALTER TABLE private_access_rest FORCE ROW LEVEL SECURITY;
    ALTER TABLE private_access_rest ENABLE TRIGGER append_only;
  END IF;
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
    ' FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged()', p_name);
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p_name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', p_name);
  EXECUTE format('CREATE POLICY seen ON %I FOR SELECT USING'
    ' (current_setting(''smartunion.private_scope'', true) = ''log'')', p_name);
  EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', p_name);
  EXECUTE format('ALTER TABLE private_access ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    p_name, p_since, p_until);
END $$""",
    "private_months(p_at timestamptz, p_ahead int, p_zone text)": """
RETURNS TABLE (name text) {door}
DECLARE m timestamp; n text;
BEGIN  -- make the months from the one of a moment on that are not there; several may ask at once
  PERFORM pg_advisory_xact_lock(hashtext('private.months'));
  FOR i IN 0..p_ahead LOOP
    m := date_trunc('month', p_at AT TIME ZONE p_zone) + make_interval(months => i);
    n := 'private_access_' || to_char(m, 'YYYYMM');
    IF to_regclass(n) IS NULL THEN
      PERFORM private_month(n, m AT TIME ZONE p_zone,
        (m + interval '1 month') AT TIME ZONE p_zone);
      name := n;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$""",
    "private_log_tables()": """
RETURNS TABLE (name text, attached bool, lines bigint) {door}
DECLARE t record;
BEGIN  -- the months that there are, those taken out, and what lies in the rest
  PERFORM set_config('smartunion.private_scope', 'log', true);
  FOR t IN SELECT c.relname::text AS n, c.relispartition AS a FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND c.relname ~ '^private_access_([0-9]{6}|rest)$' ORDER BY c.relname LOOP
    name := t.n; attached := t.a;
    EXECUTE format('SELECT count(*) FROM %I', t.n) INTO lines;
    RETURN NEXT;
  END LOOP;
END $$""",
    "private_retire(p_before text)": """
RETURNS TABLE (name text) {door}
DECLARE t text; linked bool;
BEGIN  -- take out the months before one, as far as the chain has linked their last line
  PERFORM set_config('smartunion.private_scope', 'log', true);
  PERFORM pg_advisory_xact_lock(hashtext('private.months'));
  FOR t IN SELECT c.relname::text FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relispartition AND c.relkind = 'r'
      AND c.relname ~ '^private_access_[0-9]{6}$' AND c.relname < p_before
    ORDER BY c.relname LOOP
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I WHERE id >'
      ' (SELECT coalesce(max(to_access), 0) FROM private_link))', t) INTO linked;
    IF linked THEN
      EXECUTE format('ALTER TABLE private_access DETACH PARTITION %I', t);
      name := t;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$""",
}
"""Signature -> what it returns and does, beside those of migration 0004."""

LINES = "private_all_lines(p_after bigint, p_until bigint)"
ALL_LINES = """
RETURNS TABLE (id bigint, said text) {door}
DECLARE t text;
BEGIN  -- the log's lines in their numbers, those of months that were taken out included
  PERFORM set_config('smartunion.private_scope', 'log', true);
  FOR t IN SELECT 'SELECT * FROM private_access' UNION ALL
    SELECT format('SELECT * FROM %I', c.relname) FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND NOT c.relispartition AND c.relname ~ '^private_access_[0-9]{6}$' LOOP
    RETURN QUERY EXECUTE format('SELECT a.id, concat_ws(''|'', ''A'', a.id, coalesce(a.by_id, 0),'
      ' extract(epoch FROM a.at), a.about, a.kind, a.version, coalesce(a.subject_id, 0),'
      ' coalesce(a.glass_id, 0), a.purpose) FROM (%s) a WHERE a.id > $1 AND a.id <= $2', t)
      USING p_after, p_until;
  END LOOP;
END $$"""

HASH = """
RETURNS TABLE (rows bigint, hash text) {door}
BEGIN  -- over everything that a line says, in the order of the lines
  PERFORM set_config('smartunion.private_scope', 'log', true);
  RETURN QUERY SELECT count(*), encode(sha256(convert_to(
      p_previous || coalesce(string_agg(said, E'\\n' ORDER BY t, id), ''), 'UTF8')), 'hex')
    FROM (
      SELECT 1 AS t, a.id, a.said FROM private_all_lines(p_access, p_to_access) a
      UNION ALL
      SELECT 2, d.id, concat_ws('|', 'D', d.id, coalesce(d.by_id, 0), extract(epoch FROM d.at),
        d.about, d.kind, d.versions, coalesce(d.subject_id, 0), d.digest,
        extract(epoch FROM d.made_at), coalesce(extract(epoch FROM d.due_at), 0), d.because)
      FROM private_deletion d WHERE d.id > p_deletion AND d.id <= p_to_deletion
    ) lines;
END $$"""


def build(apps, editor):
    fence = import_module("smartunion.kernel.private.migrations.0004_fence")
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_schema())")
        user, schema = cursor.fetchone()
        # The months are made by the role itself, ahead of time: it keeps the right to make tables.
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {fence.ROLE}")
        cursor.execute(f"GRANT REFERENCES ON people_person TO {fence.ROLE}")
        cursor.execute(f"SET LOCAL ROLE {fence.ROLE}")
        cursor.execute(TABLE)
        cursor.execute(REST)
        cursor.execute(MOVE)
        for table in ("private_access", "private_access_rest"):
            cursor.execute(FENCE.format(table=table))
        cursor.execute(
            "CREATE POLICY seen ON private_access_rest FOR SELECT"
            f" USING ({fence.SCOPE} = 'log')"
        )
        for policy in fence.POLICIES.split(";"):
            if "ON private_access " in policy or "POLICY opened ON private_sealed" in policy:
                cursor.execute(policy)
        door = fence.DOOR.format(schema=schema)
        for signature, body in {**DOORS, LINES: ALL_LINES}.items():
            cursor.execute(f"CREATE FUNCTION {signature} " + body.replace("{door}", door))
            types = fence._types(signature)
            cursor.execute(f"REVOKE ALL ON FUNCTION {types} FROM PUBLIC")
            if not signature.startswith(("private_month(", "private_all_lines(")):
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {types} TO {user}")
        signature = next(one for one in fence.DOORS if one.startswith("private_hash("))
        cursor.execute(f"CREATE OR REPLACE FUNCTION {signature} " + HASH.replace("{door}", door))
        cursor.execute("RESET ROLE")


class Migration(migrations.Migration):
    """One way: going back would write the log anew, which nobody may."""

    dependencies = [("private", "0006_glass_guards")]
    operations = [migrations.RunPython(build)]
