"""Seal a record, open it, destroy it; agree to a purpose and take that back."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import Max

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import box
from .keyring import keyring
from .models import Access, Consent, RecordKey, Sealed
from .refusals import NoPurpose, NotConsented, NothingSealed, SealBroken

log = logging.getLogger(__name__)
DATA_KEY_BITS = 256


@transaction.atomic
def seal(
    *,
    about: str,
    kind: str,
    data: Mapping[str, Any],
    subject: Person | None = None,
    by: Person | None,
    at: datetime,
) -> Sealed:
    """Keep data (JSON) sealed as the record's next version; earlier versions stay.

    `about` names the row that it belongs to as the trail does ("aid.case:12"), `kind` what it is
    ("aid.income"); `subject` is whose data these are, who sees each reading on their own page.
    The trail says that something was sealed, never of whom or what.
    """
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    key = _key_of(about, kind, subject, at)
    version = (Sealed.objects.filter(key=key).aggregate(last=Max("version"))["last"] or 0) + 1
    place = box.place(about, kind, version)
    sealed = Sealed.objects.create(
        key=key,
        about=about,
        kind=kind,
        version=version,
        subject_id=key.subject_id,
        ciphertext=box.encrypt(_unlocked(key), plain, place),
        sealed_by=by,
        sealed_at=at,
    )
    record("private.sealed", sealed, by=by, at=at)
    return sealed


@transaction.atomic
def open_sealed(*, about: str, kind: str, by: Person, purpose: str, at: datetime) -> dict[str, Any]:
    """Return what the record's newest version holds, and log who read it, when and why.

    Whether `by` may is the caller's question. The log is written first and in the same
    transaction: no line, no data. A caller that refuses afterwards takes the line with it, so such
    a refusal must not tell what was read. Raises NoPurpose, NothingSealed or SealBroken.
    """
    if not purpose.strip():
        raise NoPurpose
    sealed = (
        Sealed.objects.select_related("key")
        .filter(about=about, kind=kind)
        .order_by("-version")
        .first()
    )
    if sealed is None:
        raise NothingSealed
    Access.objects.create(
        by=by,
        at=at,
        purpose=purpose.strip(),
        about=about,
        kind=kind,
        version=sealed.version,
        subject_id=sealed.subject_id,
    )
    try:
        plain = box.decrypt(
            _unlocked(sealed.key),
            bytes(sealed.ciphertext),
            box.place(about, kind, sealed.version),
        )
    except box.Broken as broken:
        log.error("sealed record does not open: %s", broken)
        raise SealBroken from broken
    data: dict[str, Any] = json.loads(plain)
    return data


@transaction.atomic
def erase(*, about: str, kind: str, by: Person | None, at: datetime, because: str) -> int:
    """Destroy the record in all its versions and return how many; the log of readings stays.

    Its key goes with it, so a copy of the ciphertext elsewhere is noise as soon as the backups of
    the keys have been overwritten. Erasing what is not there does nothing.
    """
    key = RecordKey.objects.select_for_update().filter(about=about, kind=kind).first()
    if key is None:
        return 0
    versions = Sealed.objects.filter(key=key)
    count = versions.count()
    record("private.erased", key, by=by, at=at, because=because, versions=count)
    versions.delete()
    key.delete()
    return count


@transaction.atomic
def lock_again(*, at: datetime) -> int:
    """Lock every record's key by the current master key and return how many were not.

    Afterwards the older master keys may be taken out of PRIVATE_KEY. The records themselves are
    not touched. Can be run twice, and while others read and write.
    """
    ring = keyring()
    count = 0
    old = RecordKey.objects.exclude(key_name=ring.current).order_by("pk")
    for key in old.select_for_update().iterator():
        key.locked = _locked(_unlocked(key), key.about, key.kind)
        key.key_name = ring.current
        key.save(update_fields=["locked", "key_name"])
        record("private.locked_again", key, by=None, at=at, name=ring.current)
        count += 1
    return count


@transaction.atomic
def consent(*, subject: Person, purpose: str, wording: str, by: Person, at: datetime) -> Consent:
    """Keep that a person agrees to one purpose, in the words shown (PIPL 29).

    Agreeing again to the same words changes nothing; to new words, ends the old consent. Only the
    person agrees: `by` is the subject.
    """
    assert by.pk == subject.pk, "nobody agrees for another"
    assert wording.strip()
    Person.objects.select_for_update().get(pk=subject.pk)
    here = Consent.objects.filter(subject=subject, purpose=purpose, withdrawn_at=None).first()
    if here and here.wording == wording:
        return here
    if here:
        here.withdrawn_at = at
        here.save(update_fields=["withdrawn_at"])
    given = Consent.objects.create(subject=subject, purpose=purpose, wording=wording, given_at=at)
    record("private.consented", given, by=by, at=at)
    return given


@transaction.atomic
def withdraw_consent(*, consent_id: int, by: Person, at: datetime) -> None:
    """End a consent of one's own; what was read before stays in the log. Raises NotConsented."""
    mine = Consent.objects.select_for_update().filter(subject=by, withdrawn_at=None)
    here = mine.filter(pk=consent_id).first()
    if here is None:
        raise NotConsented
    here.withdrawn_at = at
    here.save(update_fields=["withdrawn_at"])
    record("private.consent_withdrawn", here, by=by, at=at)


def _key_of(about: str, kind: str, subject: Person | None, at: datetime) -> RecordKey:
    """Return the record's own key, locked against a second writer; made on first use."""
    key, _ = RecordKey.objects.select_for_update().get_or_create(
        about=about,
        kind=kind,
        defaults={
            "subject": subject,
            "key_name": keyring().current,
            "locked": _locked(AESGCM.generate_key(DATA_KEY_BITS), about, kind),
            "made_at": at,
        },
    )
    if subject is not None and key.subject_id != subject.pk:
        raise ValueError(f"{about} {kind} is not of person {subject.pk}")
    return key


def _locked(secret: bytes, about: str, kind: str) -> bytes:
    return box.lock(secret, about=about, kind=f"{kind}.key")


def _unlocked(key: RecordKey) -> bytes:
    return box.unlock(bytes(key.locked), about=key.about, kind=f"{key.kind}.key")
