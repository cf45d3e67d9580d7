"""What must hold of sealed records at any moment; `smartunion check` asks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from smartunion.kernel.base import clock

from . import box, holds, vault

BATCH = 200

UNLINKED = "SELECT * FROM private_unlinked()"
"""Links of the log's chain whose lines are no longer what was hashed."""

UNTOLD = """
SELECT format('private_link %s', coalesce(l.id, e.link)) AS "where",
  CASE WHEN l.id IS NULL THEN 'the journal has it, and it is gone'
    WHEN e.link IS NULL THEN 'the journal never heard of it'
    ELSE 'the journal has another hash' END AS what
FROM private_links() l FULL JOIN (
  SELECT split_part(subject, ':', 2)::bigint AS link, facts->>'digest' AS hash FROM trail_entry
  WHERE what = 'private.log_linked') e ON e.link = l.id
WHERE e.hash IS DISTINCT FROM l.hash AND coalesce(l.id, e.link) >= (
  SELECT min(split_part(subject, ':', 2)::bigint) FROM trail_entry
  WHERE what = 'private.log_linked')
"""
"""Links of the log that the journal, and so its tree, has otherwise or not at all."""

THROUGH = """
SELECT format('private_access %s', l.id) AS "where",
  CASE WHEN g.id IS NULL THEN 'through a glass that nobody broke'
    ELSE format('past glass %s: another reader, record or moment', g.id) END AS what
FROM private_glass_lines() l LEFT JOIN private_glass g ON g.id = l.glass_id
WHERE g.id IS NULL OR (l.by_id, l.about, l.kind) IS DISTINCT FROM (g.by_id, g.about, g.kind)
  OR l.at < g.at OR l.at >= g.until
"""
"""Emergency readings that no glass covers."""

_LAX = """
SELECT 'table ' || c.relname, 'row-level security is off, or its owner is another role'
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  AND (c.relname = ANY(%(tables)s) OR c.relname ~ %(months)s)
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity
    AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = %(role)s))
UNION ALL
SELECT 'table ' || table_name, grantee || ' may ' || privilege_type
FROM information_schema.role_table_grants
WHERE table_schema = current_schema() AND grantee <> %(role)s
  AND (table_name = ANY(%(tables)s) OR table_name ~ %(months)s)
UNION ALL
SELECT 'function ' || p.proname, 'everybody may call it'
FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef
  AND p.proname LIKE 'private%%' AND has_function_privilege('public', p.oid, 'EXECUTE')
UNION ALL
SELECT 'role ' || rolname, 'may sign in, or is above row-level security'
FROM pg_roles WHERE rolname = %(role)s AND (rolcanlogin OR rolsuper OR rolbypassrls)
"""
_ABOVE = """
SELECT 'role ' || rolname, 'the house connects as a role that no fence holds'
FROM pg_roles WHERE rolname = current_user
  AND (rolsuper OR rolbypassrls OR pg_has_role(rolname, %(role)s, 'USAGE'))
"""
TABLES = [
    "private_recordkey",
    "private_sealed",
    "private_access",
    "private_access_rest",
    "private_deletion",
    "private_link",
]

MONTHS = "^private_access_[0-9]{6}$"
"""The tables of the log, one for each month, in use or taken out."""


def fence(limit: int = 20) -> list[tuple[Any, ...]]:
    """Return what is open of the private role's fence.

    That the house itself connects as a superuser is told in production only: the embedded server
    of a demonstration trusts whoever may start it.
    """
    query = _LAX if settings.DEMONSTRATION else f"{_LAX} UNION ALL {_ABOVE}"
    with connection.cursor() as cursor:
        cursor.execute(query, {"role": vault.ROLE, "tables": TABLES, "months": MONTHS})
        return list(cursor.fetchall()[:limit])


def overdue(limit: int = 20) -> list[tuple[Any, ...]]:
    """Return records that are kept although the job has erased later ones and nobody holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM private_passed_over(%s)", [holds.held()])
        return list(cursor.fetchall()[:limit])


def broken(limit: int = 20) -> list[tuple[str, str]]:
    """Return the first sealed rows that do not open, are misplaced, or miss a version.

    Nothing of what they hold leaves this function; that they were inspected stands in the log.
    """
    return list(islice(_broken(), limit))


def _broken() -> Iterator[tuple[str, str]]:
    after = 0
    while True:
        with transaction.atomic():
            rows = vault.inspect(after=after, most=BATCH, at=clock.now())
        records = [list(group) for _, group in groupby(rows, key=lambda row: row["key_id"])]
        for record in records:
            yield from _wrong_with(record)
        if len(records) < BATCH:
            return
        after = rows[-1]["key_id"]


def _wrong_with(versions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one record, given all its rows."""
    key, there = versions[0], [row for row in versions if row["sealed_id"] is not None]
    numbers = [row["s_version"] for row in there]
    if numbers != list(range(1, key["versions"] + 1)) or not numbers:
        yield (
            f"private_sealed {key['about']} {key['kind']}",
            f"{len(numbers)} versions, {key['versions']} were sealed",
        )
    digest = ""
    for row in there:
        digest = hashlib.sha256(digest.encode() + bytes(row["ciphertext"])).hexdigest()
    if digest != key["digest"]:
        yield f"private_recordkey {key['key_id']}", "its versions are not those that were sealed"
    try:
        secret = box.unlock(bytes(key["locked"]), about=key["about"], kind=f"{key['kind']}.key")
    except box.Broken:
        yield f"private_recordkey {key['key_id']}", f"does not open by {key['key_name']!r}"
        return
    for row in there:
        where = f"private_sealed {row['sealed_id']}"
        if (row["s_about"], row["s_kind"], row["s_subject"]) != (
            key["about"],
            key["kind"],
            key["subject_id"],
        ):
            yield where, "its key is another record's"
        try:
            place = box.place(row["s_about"], row["s_kind"], row["s_version"])
            box.decrypt(secret, bytes(row["ciphertext"]), place)
        except box.Broken:
            yield where, "changed or moved"
