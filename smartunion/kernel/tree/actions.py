"""Who witnesses the tree, and what it forgets."""

from datetime import datetime

from django.db import transaction

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import notes
from .models import Leaf, Witness
from .refusals import KeyWrong, WitnessTwice


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
