"""How the tree grows, is signed and witnessed. The journal tells nothing of it: it would grow by
its own growth.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from . import notes, reads
from .models import Checkpoint, Cosignature, Witness
from .refusals import Altered, CosignatureWrong

BATCH = 10_000
"""Leaves that find their places in one transaction."""

CHECKPOINT_EVERY = timedelta(seconds=10)


@transaction.atomic
def grow(*, most: int) -> int:
    """Give at most so many waiting rows their places, in their order; return how many came.

    Any number of processes may ask: one at a time gives places.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tree_grow(%s)", [most])
        return int(cursor.fetchone()[0])


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
    name, seed = reads.own_key()
    note = notes.signed(notes.text_of(name, size, root), name, seed)
    return Checkpoint.objects.create(size=size, root=root, note=note, at=at)


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


def keep(*, at: datetime) -> int:
    """Give all that waits its place and sign what has come; return how many leaves came."""
    came, taken = 0, BATCH
    while taken == BATCH:
        taken = grow(most=BATCH)
        came += taken
    sign(at=at)
    return came
