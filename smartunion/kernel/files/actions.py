"""Store evidence."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, models, transaction

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import name_of_subject, record

from . import rules
from .models import File
from .reads import path_of


@transaction.atomic
def store(
    *,
    upload: "UploadedFile[bytes]",
    kind: str,
    subject: models.Model | None = None,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> File:
    """Keep an upload and return its row (2.2, R032). The same content is kept on disk once.

    The type is told from the content; raises WrongType, WrongEnding, TooLarge or Empty. The source
    that a rule was read from is kept whatever it is: its reader has looked at it.
    """
    name = Path(upload.name or "").name[-200:]
    size = upload.size or 0
    if size == 0:
        raise rules.Empty(name=name)
    if size > rules.MOST_BYTES:
        raise rules.TooLarge(
            name=name, megabytes=f"{size / 2**20:.1f}", most=rules.MOST_BYTES // 2**20
        )
    media_type = _source_type(upload) if kind == rules.Kind.SOURCE else _media_type(upload, name)
    file = File.objects.create(
        sha256=_keep(upload),
        name=name,
        media_type=media_type,
        size_bytes=size,
        kind=rules.Kind(kind),
        subject=name_of_subject(subject) if subject else "",
        stored_by=by,
        stored_at=at,
    )
    record(
        "files.stored",
        subject or file,
        by=by,
        at=at,
        because=because,
        name=name,
        sha256=file.sha256,
    )
    return file


def _media_type(upload: "UploadedFile[bytes]", name: str) -> str:
    upload.seek(0)
    media_type = rules.media_type_of(upload.read(rules.HEAD_BYTES))
    if media_type is None:
        raise rules.WrongType(name=name)
    if not rules.ending_fits(name, media_type):
        raise rules.WrongEnding(name=name, ending=rules.ENDINGS[media_type].split()[0])
    return media_type


def _source_type(upload: "UploadedFile[bytes]") -> str:
    upload.seek(0)
    return rules.media_type_of(upload.read(rules.HEAD_BYTES)) or rules.OCTETS


@transaction.atomic
def remove(*, file_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Take a file away for good: its row now, its content once nobody else keeps the same.

    Removing it twice removes it once.
    """
    file = File.objects.select_for_update().filter(pk=file_id).first()
    if file is None:
        return
    record("files.removed", file, by=by, at=at, because=because)
    sha256 = file.sha256
    file.delete()
    transaction.on_commit(lambda: _sweep(sha256))


@transaction.atomic
def _sweep(sha256: str) -> None:
    """Take content off the disk that no row names; whoever stores the same just now goes first."""
    _hold(sha256)
    if not File.objects.filter(sha256=sha256).exists():
        path_of(sha256).unlink(missing_ok=True)


def _hold(sha256: str) -> None:
    """Let nobody else store or sweep this content until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('files'), hashtext(%s))", [sha256])


def _keep(upload: "UploadedFile[bytes]") -> str:
    """Write the content under its hash, whole or not at all, and return the hash."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix=".half-", delete=False) as half:
        try:
            upload.seek(0)
            for chunk in upload.chunks():
                digest.update(chunk)
                half.write(chunk)
            half.flush()
            os.fsync(half.fileno())
            _hold(digest.hexdigest())
            whole = path_of(digest.hexdigest())
            whole.parent.mkdir(exist_ok=True)
            Path(half.name).replace(whole)
        except BaseException:
            Path(half.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest()
