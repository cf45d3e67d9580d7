"""What must hold of sealed records at any moment; `smartunion check` asks."""

from collections.abc import Iterator
from itertools import islice

from . import box
from .models import RecordKey, Sealed

GAPS = """
SELECT format('private_sealed %s %s', k.about, k.kind) AS "where",
  format('%s versions, the last is %s', COUNT(s.id), COALESCE(MAX(s.version), 0)) AS what
FROM private_recordkey k LEFT JOIN private_sealed s ON s.key_id = k.id
GROUP BY k.id HAVING COUNT(s.id) = 0 OR COUNT(s.id) <> MAX(s.version)
"""
"""Records of which a version is missing: removed past `erase`."""

MISPLACED = """
SELECT format('private_sealed %s', s.id) AS "where", 'its key is another record''s' AS what
FROM private_sealed s JOIN private_recordkey k ON k.id = s.key_id
WHERE (s.about, s.kind) <> (k.about, k.kind) OR s.subject_id IS DISTINCT FROM k.subject_id
"""


def broken(limit: int = 20) -> list[tuple[str, str]]:
    """Return the first sealed rows that do not open: changed, moved, or without a key here.

    Nothing of what they hold leaves this function, so no reading is logged.
    """
    return list(islice(_broken(), limit))


def _broken() -> Iterator[tuple[str, str]]:
    for key in RecordKey.objects.order_by("pk").iterator():
        try:
            secret = box.unlock(bytes(key.locked), about=key.about, kind=f"{key.kind}.key")
        except box.Broken:
            yield f"private_recordkey {key.pk}", f"does not open by master key {key.key_name!r}"
            continue
        for sealed in Sealed.objects.filter(key=key).order_by("version"):
            place = box.place(sealed.about, sealed.kind, sealed.version)
            try:
                box.decrypt(secret, bytes(sealed.ciphertext), place)
            except box.Broken:
                yield f"private_sealed {sealed.pk}", "changed or moved"
