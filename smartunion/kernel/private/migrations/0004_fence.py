"""The private role: its tables, who may see which row for what, and the only doors to them.

See docs/adr/0030. Names no schema: everything lies in the one that is migrated.
"""

from django.db import migrations

ROLE = "smartunion_private"
TABLES = ("private_recordkey", "private_sealed", "private_access", "private_deletion", "private_link")

INSTALL = """
The database role smartunion_private is missing or out of reach. Let the server's administrator run
    CREATE ROLE smartunion_private NOLOGIN NOINHERIT;
    ALTER ROLE {user} NOINHERIT;
    GRANT smartunion_private TO {user};
once, then migrate again; see docs/operations.md.
"""

BACKFILL = """
DO $$
DECLARE k record; s record; d text;
BEGIN
  FOR k IN SELECT id FROM private_recordkey WHERE versions = 0 LOOP
    d := '';
    FOR s IN SELECT ciphertext FROM private_sealed WHERE key_id = k.id ORDER BY version LOOP
      d := encode(sha256(convert_to(d, 'UTF8') || s.ciphertext), 'hex');
    END LOOP;
    UPDATE private_recordkey SET digest = d,
      versions = (SELECT count(*) FROM private_sealed WHERE key_id = k.id) WHERE id = k.id;
  END LOOP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON private_deletion
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON private_link
  FOR EACH STATEMENT EXECUTE FUNCTION private_unchanged();
"""

# `scope` is what a door has set for itself: record:ABOUT|KIND, about:ABOUT, subject:ID, keys, inspect, log.
SCOPE = "current_setting('smartunion.private_scope', true)"
RECORD = f"{SCOPE} = 'record:' || about || '|' || kind"
THIS = "pg_current_xact_id()::text::bigint"
LINE = "nullif(current_setting('smartunion.private_line', true), '')::bigint"

POLICIES = f"""
CREATE POLICY seen ON private_recordkey FOR SELECT
  USING ({RECORD} OR {SCOPE} IN ('keys', 'inspect') OR {SCOPE} = 'subject:' || subject_id);
CREATE POLICY made ON private_recordkey FOR INSERT WITH CHECK ({RECORD});
CREATE POLICY changed ON private_recordkey FOR UPDATE USING ({RECORD} OR {SCOPE} = 'keys');
CREATE POLICY erased ON private_recordkey FOR DELETE USING ({RECORD});

CREATE POLICY opened ON private_sealed FOR SELECT USING (
  EXISTS (SELECT FROM private_access a WHERE a.id = {LINE} AND a.xid = {THIS}
    AND (a.kind = '*' OR (a.about, a.kind) = (private_sealed.about, private_sealed.kind)))
  OR EXISTS (SELECT FROM private_deletion d WHERE d.id = {LINE} AND d.xid = {THIS}
    AND {SCOPE} = 'record:' || private_sealed.about || '|' || private_sealed.kind));
CREATE POLICY made ON private_sealed FOR INSERT WITH CHECK ({RECORD});
CREATE POLICY erased ON private_sealed FOR DELETE USING (
  EXISTS (SELECT FROM private_deletion d WHERE d.id = {LINE} AND d.xid = {THIS}
    AND (d.about, d.kind) = (private_sealed.about, private_sealed.kind)));

CREATE POLICY seen ON private_access FOR SELECT USING ({RECORD} OR {SCOPE} = 'about:' || about
  OR {SCOPE} = 'subject:' || subject_id OR {SCOPE} = 'log' OR ({SCOPE} = 'inspect' AND kind = '*'));
CREATE POLICY made ON private_access FOR INSERT WITH CHECK (xid = {THIS}
  AND ({RECORD} OR ({SCOPE} = 'inspect' AND kind = '*' AND by_id IS NULL)));
CREATE POLICY seen ON private_deletion FOR SELECT USING ({RECORD}
  OR {SCOPE} = 'subject:' || subject_id OR {SCOPE} = 'log');
CREATE POLICY made ON private_deletion FOR INSERT WITH CHECK (xid = {THIS} AND {RECORD});
CREATE POLICY seen ON private_link FOR SELECT USING ({SCOPE} = 'log');
CREATE POLICY made ON private_link FOR INSERT WITH CHECK ({SCOPE} = 'log');
"""

DOOR = """
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp
AS $$
#variable_conflict use_column
"""

DOORS = {
    # ---------- sealing ----------
    "private_key_for(p_about text, p_kind text, p_subject bigint, p_key_name text, p_locked bytea,"
    " p_at timestamptz)": """
RETURNS TABLE (id bigint, subject_id bigint, locked bytea, version int) {door}
BEGIN  -- the record's own key, locked against a second writer; made on first use
  PERFORM set_config('smartunion.private_scope', 'record:' || p_about || '|' || p_kind, true);
  INSERT INTO private_recordkey (about, kind, subject_id, key_name, locked, made_at, versions, digest)
    VALUES (p_about, p_kind, p_subject, p_key_name, p_locked, p_at, 0, '')
    ON CONFLICT (about, kind) DO NOTHING;
  RETURN QUERY SELECT k.id, k.subject_id, k.locked, k.versions + 1 FROM private_recordkey k
    WHERE k.about = p_about AND k.kind = p_kind FOR UPDATE;
END $$""",
    "private_put(p_about text, p_kind text, p_version int, p_ciphertext bytea, p_by bigint,"
    " p_at timestamptz, p_erase_at timestamptz)": """
RETURNS bigint {door}
DECLARE k private_recordkey; n bigint := nextval(pg_get_serial_sequence('private_sealed', 'id'));
BEGIN
  PERFORM set_config('smartunion.private_scope', 'record:' || p_about || '|' || p_kind, true);
  SELECT * INTO STRICT k FROM private_recordkey r
    WHERE r.about = p_about AND r.kind = p_kind FOR UPDATE;
  IF k.versions + 1 <> p_version THEN
    RAISE EXCEPTION 'version % of % %: there are %', p_version, p_about, p_kind, k.versions;
  END IF;
  INSERT INTO private_sealed
    (id, key_id, about, kind, version, subject_id, ciphertext, sealed_by_id, sealed_at)
    VALUES (n, k.id, p_about, p_kind, p_version, k.subject_id, p_ciphertext, p_by, p_at);
  UPDATE private_recordkey r SET versions = p_version, erase_at = p_erase_at,
    digest = encode(sha256(convert_to(k.digest, 'UTF8') || p_ciphertext), 'hex') WHERE r.id = k.id;
  RETURN n;
END $$""",
    # ---------- opening ----------
    "private_head(p_about text, p_kind text)": """
RETURNS TABLE (subject_id bigint, versions int) {door}
BEGIN  -- whose record it is and in how many versions; nothing of what it holds
  PERFORM set_config('smartunion.private_scope', 'record:' || p_about || '|' || p_kind, true);
  RETURN QUERY SELECT k.subject_id, k.versions FROM private_recordkey k
    WHERE k.about = p_about AND k.kind = p_kind;
END $$""",
    "private_open(p_about text, p_kind text, p_by bigint, p_purpose text, p_glass bigint,"
    " p_at timestamptz)": """
RETURNS TABLE (version int, ciphertext bytea, locked bytea) {door}
DECLARE k private_recordkey; line bigint;
BEGIN  -- the line is written first: the policy of private_sealed shows nothing without it
  PERFORM set_config('smartunion.private_scope', 'record:' || p_about || '|' || p_kind, true);
  SELECT * INTO k FROM private_recordkey r WHERE r.about = p_about AND r.kind = p_kind;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtext('private.link'));
  INSERT INTO private_access (by_id, at, purpose, about, kind, version, subject_id, xid, glass_id)
    VALUES (p_by, p_at, p_purpose, p_about, p_kind, k.versions, k.subject_id,
      pg_current_xact_id()::text::bigint, p_glass)
    RETURNING id INTO line;
  PERFORM set_config('smartunion.private_line', line::text, true);
  RETURN QUERY SELECT s.version, s.ciphertext, k.locked FROM private_sealed s
    WHERE s.key_id = k.id AND s.version = k.versions;
END $$""",
    # ---------- the log ----------
    "private_log_of(p_about text, p_subject bigint, p_skip int, p_limit int)": """
RETURNS TABLE (id bigint, by_id bigint, at timestamptz, purpose text, about text, kind text,
  version int, subject_id bigint, glass_id bigint, total bigint) {door}
BEGIN  -- of one matter or of one person, never of all
  IF p_about IS NOT NULL THEN
    PERFORM set_config('smartunion.private_scope', 'about:' || p_about, true);
    RETURN QUERY SELECT a.id, a.by_id, a.at, a.purpose::text, a.about::text, a.kind::text,
      a.version, a.subject_id, a.glass_id, count(*) OVER () FROM private_access a
      WHERE a.about = p_about ORDER BY a.id DESC OFFSET p_skip LIMIT p_limit;
  ELSE
    PERFORM set_config('smartunion.private_scope', 'subject:' || p_subject, true);
    RETURN QUERY SELECT a.id, a.by_id, a.at, a.purpose::text, a.about::text, a.kind::text,
      a.version, a.subject_id, a.glass_id, count(*) OVER () FROM private_access a
      WHERE a.subject_id = p_subject ORDER BY a.id DESC OFFSET p_skip LIMIT p_limit;
  END IF;
END $$""",
    "private_kept(p_subject bigint)": """
RETURNS TABLE (about text, kind text, made_at timestamptz, erase_at timestamptz, readings bigint)
{door}
BEGIN  -- a person's records, unopened, with how often others have read them
  PERFORM set_config('smartunion.private_scope', 'subject:' || p_subject, true);
  RETURN QUERY SELECT k.about::text, k.kind::text, k.made_at, k.erase_at,
    (SELECT count(*) FROM private_access a WHERE a.subject_id = p_subject
      AND a.about = k.about AND a.kind = k.kind AND a.by_id IS DISTINCT FROM p_subject)
    FROM private_recordkey k WHERE k.subject_id = p_subject ORDER BY k.made_at DESC, k.id DESC;
END $$""",
    "private_erased(p_subject bigint)": """
RETURNS TABLE (kind text, versions int, made_at timestamptz, at timestamptz, because text,
  digest text) {door}
BEGIN
  PERFORM set_config('smartunion.private_scope', 'subject:' || p_subject, true);
  RETURN QUERY SELECT d.kind::text, d.versions, d.made_at, d.at, d.because::text, d.digest::text
    FROM private_deletion d WHERE d.subject_id = p_subject ORDER BY d.id DESC;
END $$""",
    # ---------- erasing ----------
    "private_erase(p_about text, p_kind text, p_by bigint, p_at timestamptz, p_because text)": """
RETURNS TABLE (key_id bigint, versions int, proof bigint) {door}
DECLARE k private_recordkey; line bigint;
BEGIN  -- no deletion without its proof: the policies show and delete nothing before it is written
  PERFORM set_config('smartunion.private_scope', 'record:' || p_about || '|' || p_kind, true);
  SELECT * INTO k FROM private_recordkey r
    WHERE r.about = p_about AND r.kind = p_kind FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtext('private.link'));
  INSERT INTO private_deletion
    (about, kind, subject_id, versions, digest, made_at, due_at, by_id, at, because, xid)
    VALUES (p_about, p_kind, k.subject_id, k.versions, k.digest, k.made_at, k.erase_at, p_by, p_at,
      p_because, pg_current_xact_id()::text::bigint)
    RETURNING id INTO line;
  PERFORM set_config('smartunion.private_line', line::text, true);
  DELETE FROM private_sealed s WHERE s.key_id = k.id;
  DELETE FROM private_recordkey r WHERE r.id = k.id;
  RETURN QUERY SELECT k.id, k.versions, line;
END $$""",
    "private_due(p_at timestamptz, p_limit int)": """
RETURNS TABLE (about text, kind text, erase_at timestamptz) {door}
BEGIN  -- records whose time has come, the oldest first
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT k.about::text, k.kind::text, k.erase_at FROM private_recordkey k
    WHERE k.erase_at <= p_at ORDER BY k.erase_at LIMIT p_limit;
END $$""",
    "private_undated(p_limit int)": """
RETURNS TABLE (id bigint, kind text, made_at timestamptz) {door}
BEGIN  -- records that were sealed while no plan year said how long they are kept
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT k.id, k.kind::text, k.made_at FROM private_recordkey k
    WHERE k.erase_at IS NULL ORDER BY k.id LIMIT p_limit;
END $$""",
    "private_date(p_id bigint, p_erase_at timestamptz)": """
RETURNS void {door}
BEGIN
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  UPDATE private_recordkey k SET erase_at = p_erase_at WHERE k.id = p_id AND k.erase_at IS NULL;
END $$""",
    # ---------- master keys ----------
    "private_keys_under(p_current text, p_limit int)": """
RETURNS TABLE (id bigint, about text, kind text, key_name text, locked bytea) {door}
BEGIN  -- keys that another master key than this one locks; those in other hands are passed over
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT k.id, k.about::text, k.kind::text, k.key_name::text, k.locked
    FROM private_recordkey k WHERE k.key_name <> p_current ORDER BY k.id LIMIT p_limit
    FOR UPDATE SKIP LOCKED;
END $$""",
    "private_relock(p_id bigint, p_old text, p_new text, p_locked bytea)": """
RETURNS void {door}
BEGIN
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  UPDATE private_recordkey k SET key_name = p_new, locked = p_locked
    WHERE k.id = p_id AND k.key_name = p_old;
END $$""",
    # ---------- what must hold ----------
    "private_inspect(p_after bigint, p_limit int, p_at timestamptz)": """
RETURNS TABLE (key_id bigint, about text, kind text, subject_id bigint, key_name text, locked bytea,
  versions int, digest text, sealed_id bigint, s_about text, s_kind text, s_version int,
  s_subject bigint, ciphertext bytea) {door}
DECLARE line bigint;
BEGIN  -- the audit too leaves its line
  PERFORM set_config('smartunion.private_scope', 'inspect', true);
  PERFORM pg_advisory_xact_lock_shared(hashtext('private.link'));
  INSERT INTO private_access (by_id, at, purpose, about, kind, version, subject_id, xid)
    VALUES (NULL, p_at, '核对封存', '*', '*', 0, NULL, pg_current_xact_id()::text::bigint)
    RETURNING id INTO line;
  PERFORM set_config('smartunion.private_line', line::text, true);
  RETURN QUERY SELECT k.id, k.about::text, k.kind::text, k.subject_id, k.key_name::text, k.locked,
    k.versions, k.digest::text, s.id, s.about::text, s.kind::text, s.version, s.subject_id,
    s.ciphertext
    FROM (SELECT * FROM private_recordkey r WHERE r.id > p_after ORDER BY r.id LIMIT p_limit) k
    LEFT JOIN private_sealed s ON s.key_id = k.id ORDER BY k.id, s.version;
END $$""",
    "private_hash(p_access bigint, p_to_access bigint, p_deletion bigint, p_to_deletion bigint,"
    " p_previous text)": """
RETURNS TABLE (rows bigint, hash text) {door}
BEGIN  -- over everything that a line says, in the order of the lines
  PERFORM set_config('smartunion.private_scope', 'log', true);
  RETURN QUERY SELECT count(*), encode(sha256(convert_to(
      p_previous || coalesce(string_agg(said, E'\\n' ORDER BY t, id), ''), 'UTF8')), 'hex')
    FROM (
      SELECT 1 AS t, a.id, concat_ws('|', 'A', a.id, coalesce(a.by_id, 0),
        extract(epoch FROM a.at), a.about, a.kind, a.version, coalesce(a.subject_id, 0),
        coalesce(a.glass_id, 0), a.purpose) AS said
      FROM private_access a WHERE a.id > p_access AND a.id <= p_to_access
      UNION ALL
      SELECT 2, d.id, concat_ws('|', 'D', d.id, coalesce(d.by_id, 0), extract(epoch FROM d.at),
        d.about, d.kind, d.versions, coalesce(d.subject_id, 0), d.digest,
        extract(epoch FROM d.made_at), coalesce(extract(epoch FROM d.due_at), 0), d.because)
      FROM private_deletion d WHERE d.id > p_deletion AND d.id <= p_to_deletion
    ) lines;
END $$""",
    "private_close(p_at timestamptz)": """
RETURNS bigint {door}
DECLARE l private_link; a bigint; d bigint; h record;
BEGIN  -- returns how many lines were linked; none while somebody is just writing one
  PERFORM set_config('smartunion.private_scope', 'log', true);
  IF NOT pg_try_advisory_xact_lock(hashtext('private.link')) THEN RETURN 0; END IF;
  SELECT * INTO l FROM private_link ORDER BY id DESC LIMIT 1;
  SELECT coalesce(max(id), 0) INTO a FROM private_access;
  SELECT coalesce(max(id), 0) INTO d FROM private_deletion;
  a := greatest(a, coalesce(l.to_access, 0)); d := greatest(d, coalesce(l.to_deletion, 0));
  SELECT * INTO h FROM private_hash(coalesce(l.to_access, 0), a, coalesce(l.to_deletion, 0), d,
    coalesce(l.hash, ''));
  IF h.rows = 0 THEN RETURN 0; END IF;
  INSERT INTO private_link (to_access, to_deletion, rows, previous_hash, hash, at)
    VALUES (a, d, h.rows, coalesce(l.hash, ''), h.hash, p_at);
  RETURN h.rows;
END $$""",
    "private_unlinked()": """
RETURNS TABLE ("where" text, what text) {door}
DECLARE l private_link; a bigint := 0; d bigint := 0; p text := ''; h record;
BEGIN  -- links whose lines, number or predecessor are no longer what was hashed
  PERFORM set_config('smartunion.private_scope', 'log', true);
  FOR l IN SELECT * FROM private_link ORDER BY id LOOP
    SELECT * INTO h FROM private_hash(a, l.to_access, d, l.to_deletion, p);
    IF l.previous_hash <> p THEN
      RETURN QUERY SELECT 'private_link ' || l.id, 'the link before it is missing or another'::text;
    ELSIF (h.rows, h.hash) <> (l.rows, l.hash::text) THEN
      RETURN QUERY SELECT 'private_link ' || l.id,
        format('lines until %s/%s: %s there, %s were linked', l.to_access, l.to_deletion, h.rows,
          l.rows);
    END IF;
    a := l.to_access; d := l.to_deletion; p := l.hash;
  END LOOP;
END $$""",
    "private_passed_over()": """
RETURNS TABLE ("where" text, what text) {door}
DECLARE told timestamptz;
BEGIN  -- records that were due long before the job erased the last one
  PERFORM set_config('smartunion.private_scope', 'log', true);
  SELECT max(d.at) INTO told FROM private_deletion d WHERE d.by_id IS NULL AND d.due_at <= d.at;
  PERFORM set_config('smartunion.private_scope', 'keys', true);
  RETURN QUERY SELECT format('private_recordkey %s', k.id),
    format('%s was to be erased by %s', k.kind, k.erase_at)
    FROM private_recordkey k WHERE k.erase_at <= told - interval '1 hour' ORDER BY k.id;
END $$""",
}
"""Signature -> what it returns and does. There is no other way to the tables."""


def build(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_schema()), rolsuper OR rolcreaterole"
                       " FROM pg_roles WHERE rolname = current_user")
        user, schema, may_create = cursor.fetchone()
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            if not may_create:
                raise RuntimeError(INSTALL.format(user=user))
            cursor.execute(f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN NOINHERIT;"
                           " EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [ROLE])
        if not cursor.fetchone()[0]:
            raise RuntimeError(INSTALL.format(user=user))
        # Only while its tables and functions are handed to it may the role make anything here.
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {ROLE}")
        cursor.execute(BACKFILL)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute(POLICIES)
        for table in TABLES:
            cursor.execute(f"REVOKE ALL ON {table} FROM PUBLIC")
            cursor.execute(f"ALTER TABLE {table} OWNER TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        door = DOOR.format(schema=schema)
        for signature, body in DOORS.items():
            cursor.execute(f"CREATE FUNCTION {signature} " + body.replace("{door}", door))
            types = _types(signature)
            cursor.execute(f"REVOKE ALL ON FUNCTION {types} FROM PUBLIC")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {types} TO {user}")
        cursor.execute("RESET ROLE")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {ROLE}")


def _types(signature):
    """Return the function's name with the types of what it takes."""
    name, _, given = signature.rstrip(")").partition("(")
    return f"{name}({', '.join(one.split()[1] for one in given.split(',') if one.strip())})"


def unbuild(apps, editor):
    with editor.connection.cursor() as cursor:
        for signature in DOORS:
            cursor.execute(f"DROP FUNCTION {_types(signature)}")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} OWNER TO CURRENT_USER")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            cursor.execute(f"""DO $$ DECLARE p text; BEGIN FOR p IN SELECT policyname FROM pg_policies
                WHERE tablename = '{table}' AND schemaname = current_schema() LOOP
                EXECUTE format('DROP POLICY %I ON {table}', p); END LOOP; END $$""")
        cursor.execute("DROP TRIGGER append_only ON private_deletion")
        cursor.execute("DROP TRIGGER append_only ON private_link")


class Migration(migrations.Migration):
    dependencies = [("private", "0003_keep_and_prove")]
    operations = [migrations.RunPython(build, unbuild)]
