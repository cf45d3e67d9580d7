-- Every payload is told in one way: PostgreSQL's own jsonb text (keys in a fixed order, no floats in
-- our rows), in UTC, without what is empty, so that a column added later changes no older row.
CREATE FUNCTION tree_payload(p_row jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_strip_nulls(p_row)::text;

CREATE FUNCTION tree_body(p_kind text, p_row bigint, p_commitment bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{"commitment":"' || encode(p_commitment, 'hex') || '","kind":"' || p_kind
  || '","row":' || p_row || '}';

-- In the writer's own transaction: 244 random bits of salt and the commitment; no place yet, so that
-- writers never wait for one another.
CREATE FUNCTION tree_queue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
  INSERT INTO tree_pending (kind, "row", salt, commitment)
  SELECT TG_TABLE_NAME, id, salt, sha256(salt || convert_to(payload, 'UTF8'))
  FROM (SELECT written.id, tree_payload(to_jsonb(written)) AS payload,
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS salt FROM written) salted
  ORDER BY id;
  RETURN NULL;
END $$;

-- Have each new row of a table (with a bigint id, only ever appended to) enter the tree; what it
-- holds already enters now.
CREATE FUNCTION tree_watch(p_table regclass) RETURNS void LANGUAGE plpgsql
SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER into_the_tree AFTER INSERT ON %s REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION tree_queue()', p_table);
  EXECUTE format('INSERT INTO tree_pending (kind, "row", salt, commitment)
    SELECT %L, id, salt, sha256(salt || convert_to(payload, ''UTF8''))
    FROM (SELECT t.id, tree_payload(to_jsonb(t)) AS payload,
      uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS salt FROM %s t) salted
    ORDER BY id', (SELECT relname FROM pg_class WHERE oid = p_table), p_table);
END $$;

CREATE FUNCTION tree_watched() RETURNS TABLE (o_table text) LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE t.tgname = 'into_the_tree' AND NOT t.tgisinternal ORDER BY 1
$$;

-- Give the oldest waiting rows their places, and every node that they complete its hash.
CREATE FUNCTION tree_grow(p_most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  before bigint; taken bigint; size bigint; first bigint; last bigint; below smallint := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tree_grow'));
  SELECT COALESCE(max(seq) + 1, 0) INTO before FROM tree_leaf;
  WITH oldest AS (SELECT id FROM tree_pending ORDER BY id LIMIT p_most),
  taken AS (DELETE FROM tree_pending p USING oldest o WHERE p.id = o.id
    RETURNING p.id, p.kind, p."row", p.salt, p.commitment)
  INSERT INTO tree_leaf (seq, kind, "row", salt, commitment, hash)
  SELECT before + row_number() OVER (ORDER BY id) - 1, kind, "row", salt, commitment,
    sha256('\x00'::bytea || convert_to(tree_body(kind, "row", commitment), 'UTF8'))
  FROM taken ORDER BY id;
  GET DIAGNOSTICS taken = ROW_COUNT;
  size := before + taken;
  WHILE size >> (below + 1) > 0 LOOP
    first := before >> (below + 1);
    last := size >> (below + 1);
    IF below = 0 THEN
      INSERT INTO tree_node (level, index, hash)
      SELECT 1, seq >> 1, sha256('\x01'::bytea || hash || right_hash) FROM (
        SELECT seq, hash, lead(hash) OVER (ORDER BY seq) AS right_hash
        FROM tree_leaf WHERE seq >= first * 2 AND seq < last * 2) pair WHERE seq & 1 = 0;
    ELSIF last > first THEN
      INSERT INTO tree_node (level, index, hash)
      SELECT below + 1, index >> 1, sha256('\x01'::bytea || hash || right_hash) FROM (
        SELECT index, hash, lead(hash) OVER (ORDER BY index) AS right_hash
        FROM tree_node WHERE level = below AND index >= first * 2 AND index < last * 2) pair
      WHERE index & 1 = 0;
    END IF;
    below := below + 1;
  END LOOP;
  RETURN taken;
END $$;

-- The root of the first p_size leaves (RFC 9162, 2.1.1): its complete subtrees, from the right.
CREATE FUNCTION tree_root(p_size bigint) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE root bytea; peak bytea; height integer := 0; rest bigint := p_size;
BEGIN
  IF p_size = 0 THEN RETURN sha256(''::bytea); END IF;
  WHILE rest > 0 LOOP
    IF rest & 1 = 1 THEN
      IF height = 0 THEN
        SELECT l.hash INTO peak FROM tree_leaf l WHERE l.seq = rest - 1;
      ELSE
        SELECT n.hash INTO peak FROM tree_node n WHERE n.level = height AND n.index = rest - 1;
      END IF;
      root := CASE WHEN root IS NULL THEN peak ELSE sha256('\x01'::bytea || peak || root) END;
    END IF;
    rest := rest >> 1;
    height := height + 1;
  END LOOP;
  RETURN root;
END $$;

-- What a leaf and the row that it stands for say no longer alike; a forgotten salt cannot be asked.
CREATE FUNCTION tree_differing(p_kind text) RETURNS TABLE (o_where text, o_what text)
LANGUAGE plpgsql STABLE SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
  RETURN QUERY EXECUTE format('
    SELECT format(''tree_leaf %%s: %1$s %%s'', l.seq, l.row),
      CASE WHEN t.id IS NULL THEN ''the row is gone'' ELSE ''the row was changed'' END
    FROM tree_leaf l LEFT JOIN %1$I t ON t.id = l.row
    WHERE l.kind = %1$L AND l.salt IS NOT NULL AND (t.id IS NULL OR
      sha256(l.salt || convert_to(tree_payload(to_jsonb(t)), ''UTF8'')) <> l.commitment)
    UNION ALL
    SELECT format(''%1$s %%s'', t.id), ''never entered the tree'' FROM %1$I t
    WHERE NOT EXISTS (SELECT FROM tree_leaf l WHERE l.kind = %1$L AND l.row = t.id)
      AND NOT EXISTS (SELECT FROM tree_pending p WHERE p.kind = %1$L AND p.row = t.id)', p_kind);
END $$;

CREATE FUNCTION tree_payload_of(p_kind text, p_row bigint) RETURNS text
LANGUAGE plpgsql STABLE SET TimeZone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE payload text;
BEGIN
  IF p_kind NOT IN (SELECT o_table FROM tree_watched()) THEN RETURN NULL; END IF;
  EXECUTE format('SELECT tree_payload(to_jsonb(t)) FROM %I t WHERE id = $1', p_kind)
    INTO payload USING p_row;
  RETURN payload;
END $$;

-- What stands in the tree stays: only a salt may be forgotten, and never comes back.
CREATE FUNCTION tree_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION 'the tree is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION tree_only_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.salt IS NULL AND (NEW.seq, NEW.kind, NEW."row", NEW.commitment, NEW.hash)
     = (OLD.seq, OLD.kind, OLD."row", OLD.commitment, OLD.hash) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a leaf can only forget its salt' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_forgets BEFORE UPDATE ON tree_leaf
  FOR EACH ROW EXECUTE FUNCTION tree_only_forgets();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON tree_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION tree_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_node
  FOR EACH STATEMENT EXECUTE FUNCTION tree_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION tree_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION tree_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON tree_pending
  FOR EACH STATEMENT EXECUTE FUNCTION tree_append_only();
