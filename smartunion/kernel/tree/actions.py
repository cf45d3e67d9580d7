"""What makes the tree grow, be signed, be witnessed and forget."""

import base64
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import notes, reads
from .models import Checkpoint, Cosignature, Leaf, Witness
from .refusals import Altered, CosignatureWrong, KeyWrong, WitnessTwice

BATCH = 10_000
"""Leaves that find their places in one transaction."""

CHECKPOINT_EVERY = timedelta(seconds=10)


def grow(*, at: datetime) -> int:
    """Give everything that waits its place and sign what has come; return how many leaves came.

    Any number of processes may do so: one at a time takes places.
    """
    came, taken = 0, BATCH
    while taken == BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT tree_grow(%s)", [BATCH])
            taken = int(cursor.fetchone()[0])
        came += taken
    sign(at=at)
    return came


@transaction.atomic
def sign(*, at: datetime, now: bool = False) -> Checkpoint | None:
    """Sign the tree as it stands, if it has grown and the last signature is ten seconds old.

    `now` does not wait for the ten seconds. Raises Altered where the tree no longer has the root
    that was signed before: the house never signs over a change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('tree_grow'))")
    last = reads.newest()
    size = reads.size()
    if size == (last.size if last else 0):
        return None
    if last and not now and at - last.at < CHECKPOINT_EVERY:
        return None
    if last and reads.root(last.size) != bytes(last.root):
        raise Altered(size=last.size)
    root = reads.root(size)
    name, seed = own_key()
    note = notes.signed(notes.text_of(name, size, root), name, seed)
    return Checkpoint.objects.create(size=size, root=root, note=note, at=at)


def own_key() -> tuple[str, bytes]:
    """Return the tree's name and the secret 32 bytes that sign it (TREE_KEY, `name:base64`)."""
    name, _, packed = settings.TREE_KEY.partition(":")
    return name, base64.b64decode(packed)


@transaction.atomic
def cosign(*, note: str, at: datetime) -> Cosignature:
    """Take a witness's signature under one of our checkpoints; the same again changes nothing."""
    text, _, lines = note.partition("\n\n")
    text += "\n"
    said = text.split("\n")
    checkpoint = Checkpoint.objects.filter(
        size=int(said[1]) if len(said) > 1 and said[1].isdecimal() else -1
    ).first()
    if checkpoint is None or not checkpoint.note.startswith(f"{text}\n"):
        raise CosignatureWrong(why="所签的不是本校签发过的检查点")
    for witness in Witness.objects.filter(ended_at=None):
        key = notes.parsed_key(witness.key)
        for line in lines.strip().split("\n")[:16]:
            if notes.cosigned_at(line, text, key) is not None:
                given, _ = Cosignature.objects.get_or_create(
                    checkpoint=checkpoint, witness=witness, defaults={"line": line, "at": at}
                )
                return given
    raise CosignatureWrong(why="签名不是现任见证方的")


@transaction.atomic
def admit(*, words: str, key: str, by: Person | None, at: datetime, because: str) -> Witness:
    """Admit somebody outside as a witness, by the key that their own script made."""
    try:
        parsed = notes.parsed_key(key)
    except ValueError as wrong:
        raise KeyWrong(why=str(wrong)) from wrong
    if parsed.use != notes.WITNESS:
        raise KeyWrong(why="这是检查点的钥匙，不是见证方的")
    if Witness.objects.filter(name=parsed.name).exists():
        raise WitnessTwice(name=parsed.name)
    witness = Witness.objects.create(name=parsed.name, words=words, key=str(parsed), admitted_at=at)
    record("tree.witness_admitted", witness, by=by, at=at, because=because)
    return witness


@transaction.atomic
def dismiss(*, witness_id: int, by: Person | None, at: datetime, because: str) -> None:
    """End a witness; what it signed stays."""
    witness = Witness.objects.select_for_update().get(pk=witness_id)
    if witness.ended_at is None:
        witness.ended_at = at
        witness.save(update_fields=["ended_at"])
        record("tree.witness_ended", witness, by=by, at=at, because=because)


@transaction.atomic
def forget(*, kind: str, row: int, by: Person | None, at: datetime, because: str) -> None:
    """Forget the salt of a row that is erased: the leaf stays, and says nothing of anybody."""
    for leaf in Leaf.objects.select_for_update().filter(kind=kind, row=row, salt__isnull=False):
        Leaf.objects.filter(pk=leaf.pk).update(salt=None)
        record("tree.forgotten", leaf, by=by, at=at, because=because)
