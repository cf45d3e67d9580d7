"""Seal a record, open it, destroy it; agree to a purpose and take that back."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import box, holds, vault
from .admission import admitted, broken_for
from .define import GLASS
from .keyring import keyring
from .models import Access, Consent, Link, RecordKey, Sealed
from .refusals import Held, NoPurpose, NotConsented, NothingSealed, SealBroken
from .registry import erased_from, kind_of, kinds

log = logging.getLogger(__name__)
DATA_KEY_BITS = 256
MONTHS_AHEAD = 2
"""How many months of the log are made before they begin."""

BATCH = 500
"""Keys locked anew, or records erased, in one transaction."""


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
    The trail says that something was sealed, never of whom or what. How long it is kept is
    promised now, by the terms of the day; each version promises anew.
    """
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    declared = kind_of(kind)
    box.place(about, kind, 1)
    key = vault.key_for(
        about=about,
        kind=kind,
        subject_id=subject.pk if subject else None,
        key_name=keyring().current,
        locked=_locked(AESGCM.generate_key(DATA_KEY_BITS), about, kind),
        at=at,
    )
    if subject is not None and key.subject_id != subject.pk:
        raise ValueError(f"{about} {kind} is not of person {subject.pk}")
    place = box.place(about, kind, key.version)
    pk = vault.put(
        about=about,
        kind=kind,
        version=key.version,
        ciphertext=box.encrypt(_unlocked(key.locked, about, kind), plain, place),
        by_id=by.pk if by else None,
        erase_at=erased_from(declared, at),
        at=at,
    )
    sealed = Sealed(pk=pk, about=about, kind=kind, version=key.version, subject_id=key.subject_id)
    record("private.sealed", sealed, by=by, at=at)
    return sealed


@transaction.atomic
def open_sealed(
    *, about: str, kind: str, by: Person | None, purpose: str, at: datetime
) -> dict[str, Any]:
    """Return what the record's newest version holds, and log who read it, when and why.

    `purpose` is the code of one that the kind names, with the reader's own words after a full-width
    colon where there are any; `by` is None only for a job. Which record is whose, and who is on a
    case, is the caller's question; the kernel asks the office. The log is written first and in the
    same transaction: no line, no data. A caller that refuses afterwards takes the line with it, so
    such a refusal must not tell what was read. Raises NoPurpose, UnknownKind, UnknownPurpose,
    NotForYou, NothingSealed or SealBroken.
    """
    declared = kind_of(kind)
    if not purpose.strip():
        raise NoPurpose
    head = vault.head(about, kind)
    if head is None:
        raise NothingSealed
    glass = broken_for(declared, about, by=by, at=at) if purpose == GLASS else None
    said = (
        f"紧急查阅：{glass.get_reason_display()}"
        if glass
        else admitted(declared, purpose, subject_id=head[0], by=by, at=at)
    )
    found = vault.unseal(
        about=about,
        kind=kind,
        by_id=by.pk if by else None,
        purpose=said,
        glass_id=glass.pk if glass else None,
        at=at,
    )
    if found is None and vault.head(about, kind) is None:  # erased a moment ago
        raise NothingSealed
    if found is None:
        log.error("sealed record %s %s: its last version is missing", about, kind)
        raise SealBroken
    version, ciphertext, locked = found
    try:
        secret = _unlocked(locked, about, kind)
        plain = box.decrypt(secret, ciphertext, box.place(about, kind, version))
    except box.Broken as broken:
        log.error("sealed record does not open: %s", broken)
        raise SealBroken from broken
    data: dict[str, Any] = json.loads(plain)
    return data


@transaction.atomic
def erase(*, about: str, kind: str, by: Person | None, at: datetime, because: str) -> int:
    """Destroy the record in all its versions and return how many; the log of readings stays.

    Its key goes with it, so a copy of the ciphertext elsewhere is noise as soon as the backups of
    the keys have been overwritten. What is left is a proof: which record, how many versions, the
    digest of their ciphertexts, who, when, why. Erasing what is not there does nothing. Raises
    Held while somebody's hold stands on what it is about.
    """
    holds.before_erasing()
    if about in holds.held():
        raise Held
    return _destroy(about, kind, by, at, because)


def _destroy(about: str, kind: str, by: Person | None, at: datetime, because: str) -> int:
    gone = vault.erase(about=about, kind=kind, by_id=by.pk if by else None, at=at, because=because)
    if gone is None:
        return 0
    key, versions, proof = gone
    record(
        "private.erased", RecordKey(pk=key), by=by, at=at, because=because,
        versions=versions, proof=proof,
    )  # fmt: skip
    return versions


@transaction.atomic
def erase_due(*, at: datetime, most: int = BATCH) -> int:
    """Destroy one batch of the records whose time has come, the oldest first; return how many.

    Each leaves its proof and an entry that names the day that was promised; what is held stays.
    Safe to run twice and by several workers at once; call it until it returns 0.
    """
    holds.before_erasing()
    gone = 0
    for row in vault.due(most=most, at=at, but=holds.held()):
        promised = f"保存期满：{campus_day(row['erase_at']):%Y-%m-%d}"
        gone += bool(_destroy(row["about"], row["kind"], None, at, promised))
    return gone


@transaction.atomic
def promise(*, at: datetime, most: int = BATCH) -> int:
    """Say how long to keep what was sealed while no plan year said it; return how many."""
    dated = 0
    for row in vault.undated(most=most):
        kind = kinds().get(row["kind"])
        until = erased_from(kind, row["made_at"]) if kind else None
        if until is not None:
            vault.date(row["id"], until)
            record("private.promised", RecordKey(pk=row["id"]), by=None, at=at)
            dated += 1
    return dated


@transaction.atomic
def make_months(*, at: datetime) -> list[str]:
    """Make the log's tables of this month and of the next ones; return which are new.

    Lines of a month that had none lie in the rest until then, and are moved.
    """
    made = vault.months(at=at, ahead=MONTHS_AHEAD)
    for name in made:
        record("private.month_made", Access(pk=int(name[-6:])), by=None, at=at)
    return made


@transaction.atomic
def retire_months(*, at: datetime, years: int) -> list[str]:
    """Take the months out of the log that are older than so many years; return which.

    Their tables stay, closed to every page, and the chain still goes over them: whoever drops one
    breaks it. A month whose last line is not linked yet stays until it is.
    """
    day = campus_day(at)
    gone = vault.retire(before=vault.month_table(at.replace(year=at.year - years, day=1)))
    for name in gone:
        record(
            "private.month_retired", Access(pk=int(name[-6:])), by=None, at=at,
            because=f"日志保存满 {years} 年：{day:%Y-%m}",
        )  # fmt: skip
    return gone


@transaction.atomic
def link_log(*, at: datetime) -> int:
    """Link what was read and erased since the last link; its hash goes into the journal.

    So the tree holds the log of readings without a word of what was read, by whom or of whom.
    """
    lines = vault.close_chain(at=at)
    if lines:
        pk, link_hash = vault.newest_link()
        record("private.log_linked", Link(pk=pk), by=None, at=at, lines=lines, digest=link_hash)
    return lines


@transaction.atomic
def lock_again(*, at: datetime, most: int = BATCH) -> int:
    """Lock one batch of record keys by the current master key and return how many were not.

    Call it until it returns 0; then the older master keys may be taken out of PRIVATE_KEY. Each
    batch is a transaction and an entry of its own, so it can be broken off, run twice, and while
    others read and write. The records themselves are not touched.
    """
    ring = keyring()
    rows = vault.keys_under(ring.current, most=most)
    for row in rows:
        secret = _unlocked(bytes(row["locked"]), row["about"], row["kind"])
        locked = _locked(secret, row["about"], row["kind"])
        vault.relock(row["id"], old=row["key_name"], new=ring.current, locked=locked)
    if rows:
        record(
            "private.locked_again", RecordKey(pk=rows[-1]["id"]), by=None, at=at,
            name=ring.current, keys=len(rows),
        )  # fmt: skip
    return len(rows)


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


def _locked(secret: bytes, about: str, kind: str) -> bytes:
    return box.lock(secret, about=about, kind=f"{kind}.key")


def _unlocked(locked: bytes, about: str, kind: str) -> bytes:
    return box.unlock(locked, about=about, kind=f"{kind}.key")
