"""What must hold of the tree: each query returns the rows that break it (where, what)."""

DIFFERING = """
SELECT d.o_where, d.o_what FROM tree_watched() w, LATERAL tree_differing(w.o_table) d
"""
"""Rows that say something else than their leaf, are gone, or never entered."""

NODES = """
SELECT format('tree_leaf %s', seq), 'the hash is not that of its body' FROM tree_leaf
WHERE hash <> sha256('\\x00'::bytea || convert_to(tree_body(kind, "row", commitment), 'UTF8'))
UNION ALL
SELECT format('tree_node %s/%s', p.level, p.index), 'not the hash of the two below'
FROM tree_node p
LEFT JOIN LATERAL (
  SELECT sha256('\\x01'::bytea || l.hash || r.hash) AS hash FROM tree_leaf l, tree_leaf r
  WHERE p.level = 1 AND l.seq = p.index * 2 AND r.seq = p.index * 2 + 1
  UNION ALL
  SELECT sha256('\\x01'::bytea || l.hash || r.hash) FROM tree_node l, tree_node r
  WHERE p.level > 1 AND (l.level, l.index) = (p.level - 1, p.index * 2)
    AND (r.level, r.index) = (p.level - 1, p.index * 2 + 1)
) below ON true
WHERE below.hash IS DISTINCT FROM p.hash
UNION ALL
SELECT format('tree_leaf %s', s.seq), 'a place is missing'
FROM (SELECT seq, row_number() OVER (ORDER BY seq) - 1 AS place FROM tree_leaf) s
WHERE s.seq <> s.place
"""
"""Hashes that are not those of what lies below, and places that are missing."""

CHECKPOINTS = """
SELECT format('tree_checkpoint %s', size), 'the tree had another root when it was signed'
FROM tree_checkpoint WHERE root IS DISTINCT FROM tree_root(size)
  OR split_part(note, E'\\n', 2) <> size::text
  OR split_part(note, E'\\n', 3) <> replace(encode(root, 'base64'), E'\\n', '')
"""
"""Checkpoints that the tree no longer continues."""
