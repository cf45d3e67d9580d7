"""Questions to the tree: its size and root, proofs, receipts, who has witnessed it."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Max, Q
from django.utils.module_loading import import_string

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.models import Entry

from . import rules
from .models import Checkpoint, Leaf, Pending, Witness
from .refusals import NoSuchSize, NotYetSigned
from .rules import Span

ENOUGH = 2
"""So many witnesses make a checkpoint more than the house's own word."""

JOURNAL = "trail_entry"

HASHES = """
SELECT 0, seq, hash FROM tree_leaf WHERE seq = ANY(%(leaves)s)
UNION ALL
SELECT n.level, n.index, n.hash FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[])
  AS asked(level, index) JOIN tree_node n USING (level, index)
"""


def own_key() -> tuple[str, bytes]:
    """Return the tree's name and the secret 32 bytes that sign it (TREE_KEY, `name:base64`)."""
    name, _, packed = settings.TREE_KEY.partition(":")
    return name, base64.b64decode(packed)


def size() -> int:
    """Return how many leaves have their place."""
    last = Leaf.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else last + 1


def waiting() -> int:
    """Return how many rows wait for a place."""
    return Pending.objects.count()


def root(of_size: int) -> bytes:
    """Return the root of the first leaves, as the nodes say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tree_root(%s)", [of_size])
        return bytes(cursor.fetchone()[0])


def newest() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return Checkpoint.objects.order_by("-size").first()


def inclusion(seq: int, of_size: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root of the first `of_size`."""
    return _hashes(rules.inclusion(seq, of_size))


def consistency(old: int, of_size: int) -> list[bytes]:
    """Return the hashes that show the tree of `old` leaves to be the beginning of the larger."""
    now = size()
    if not 0 < old <= of_size <= now:
        raise NoSuchSize(old=old, size=of_size, now=now)
    return _hashes(rules.consistency(old, of_size))


def _hashes(spans: Sequence[Span]) -> list[bytes]:
    """Return the hash of each span, with one question for all of their complete subtrees."""
    parts = {part for span in spans for part in rules.complete(span)}
    known = _complete(parts)
    return [rules.folded([known[part] for part in rules.complete(span)]) for span in spans]


def _complete(parts: Collection[Span]) -> Mapping[Span, bytes]:
    places = [((last - first).bit_length() - 1, first) for first, last in parts]
    nodes = [(level, first >> level) for level, first in places if level]
    asked = {
        "leaves": [first for level, first in places if not level],
        "levels": [level for level, _ in nodes],
        "indexes": [index for _, index in nodes],
    }
    with connection.cursor() as cursor:
        cursor.execute(HASHES, asked)
        return {
            (index << level, (index + 1) << level): bytes(found)
            for level, index, found in cursor.fetchall()
        }


@dataclass(frozen=True)
class Standing:
    """A checkpoint and who has signed under it."""

    checkpoint: Checkpoint
    witnesses: Sequence[str]

    @property
    def root(self) -> str:
        """Return the root in hex."""
        return bytes(self.checkpoint.root).hex()

    @property
    def is_witnessed(self) -> bool:
        """Tell if enough others have signed."""
        return len(self.witnesses) >= ENOUGH


def standing(most: int) -> list[Standing]:
    """Return the newest checkpoints, each with its witnesses."""
    found = Checkpoint.objects.order_by("-size").prefetch_related("cosignatures__witness")
    return [
        Standing(each, [str(one.witness) for one in each.cosignatures.all()])
        for each in found[:most]
    ]


def witnessed() -> Standing | None:
    """Return the newest checkpoint that enough others have signed."""
    for each in standing(60):
        if each.is_witnessed:
            return each
    return None


@dataclass(frozen=True)
class Seen:
    """A witness, and what it signed last."""

    witness: Witness
    size: int | None
    at: datetime | None


def witnesses() -> list[Seen]:
    """Return every witness with its last signature, those that have ended last."""
    found = Witness.objects.annotate(
        last=Max("cosignatures__checkpoint_id"), last_at=Max("cosignatures__at")
    ).order_by("ended_at", "name")
    return [Seen(each, each.last, each.last_at) for each in found]


def watched() -> list[str]:
    """Return the tables whose rows enter the tree."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT o_table FROM tree_watched()")
        return [name for (name,) in cursor.fetchall()]


def words_of(table: str) -> str:
    """Return what a table is called in the house."""
    for model in apps.get_models():
        if model._meta.db_table == table:
            return str(model._meta.verbose_name)
    return table


def matters(person: Person) -> list[str]:
    """Return what the trail calls a person's own matters, as the domains know them (TREE_MATTERS).

    What was decided on one's application is one's own, whoever decided it.
    """
    asked: Collection[Callable[[Person], Collection[str]]] = import_string(settings.TREE_MATTERS)
    return sorted({name for ask in asked for name in ask(person)})


def _own(person: Person) -> Q:
    return Q(by=person) | Q(subject__in=matters(person))


def leaf_of_mine(person: Person, seq: int, *, every: bool) -> Leaf | None:
    """Return a leaf whose receipt the person may take: of what they did or what was done in a
    matter of theirs, or any with `every`.
    """
    leaf = Leaf.objects.filter(pk=seq).first()
    if leaf is None or every:
        return leaf
    own = leaf.kind == JOURNAL and Entry.objects.filter(_own(person), pk=leaf.row).exists()
    return leaf if own else None


def mine(person: Person, most: int) -> list[tuple[Entry, int | None]]:
    """Return the newest of what a person did and of their own matters, each with its place."""
    entries = list(Entry.objects.filter(_own(person)).select_related("by").order_by("-id")[:most])
    places = dict(
        Leaf.objects.filter(kind=JOURNAL, row__in=[each.pk for each in entries]).values_list(
            "row", "seq"
        )
    )
    return [(each, places.get(each.pk)) for each in entries]


@dataclass(frozen=True)
class Proven:
    """What of the tree stands behind something that is published: its place, and who has signed."""

    seq: int | None
    signed: int
    witnesses: Sequence[str]

    @property
    def mark(self) -> str:
        """Return the shape: ok with enough witnesses, hold with fewer (§2.3: yellow)."""
        return "ok" if len(self.witnesses) >= ENOUGH else "hold"

    @property
    def words(self) -> str:
        """Return how many have witnessed it, in words."""
        if self.seq is None or not self.signed:
            return "正在入树，还没有见证"
        return f"已由 {len(self.witnesses)} 方见证" if self.witnesses else "还没有见证"


def proven(what: str, subject: str) -> Proven | None:
    """Return what proves the last entry of its kind on a subject; None where there is no entry."""
    entry = Entry.objects.filter(subject=subject, what=what).order_by("-id").first()
    if entry is None:
        return None
    seq = Leaf.objects.filter(kind=JOURNAL, row=entry.pk).values_list("seq", flat=True).first()
    if seq is None:
        return Proven(None, 0, ())
    found = [one for one in standing(60) if one.checkpoint.size > seq]
    best = max(found, key=lambda one: (len(one.witnesses), one.checkpoint.size), default=None)
    return Proven(seq, best.checkpoint.size, best.witnesses) if best else Proven(seq, 0, ())


def entry_of(leaf: Leaf) -> Entry | None:
    """Return the entry of the journal that a leaf stands for, if it stands for one."""
    if leaf.kind != JOURNAL:
        return None
    return Entry.objects.filter(pk=leaf.row).select_related("by").first()


def receipt(leaf: Leaf) -> dict[str, Any]:
    """Return all that anybody needs to check a leaf without us (static/tree/journal.py).

    What the row held, with its salt, is told of the journal only; other tables have readers of
    their own. The checkpoint is the newest that enough witnesses signed, else the newest.
    """
    witnessed_one = witnessed()
    newest_one = newest()
    checkpoint = witnessed_one.checkpoint if witnessed_one else newest_one
    if checkpoint is None or checkpoint.size <= leaf.seq:
        checkpoint = newest_one
    if checkpoint is None or checkpoint.size <= leaf.seq:
        raise NotYetSigned(seq=leaf.seq)
    lines = [given.line for given in checkpoint.cosignatures.order_by("at")]
    told: dict[str, Any] = {
        "seq": leaf.seq,
        "body": _ask("SELECT tree_body(kind, row, commitment) FROM tree_leaf WHERE seq = %s", leaf),
        "size": checkpoint.size,
        "path": [base64.b64encode(one).decode() for one in inclusion(leaf.seq, checkpoint.size)],
        "note": checkpoint.note + "".join(f"{line}\n" for line in lines),
        "witnesses": [each.key for each in Witness.objects.order_by("name")],
    }
    if leaf.kind == JOURNAL and leaf.salt is not None:
        told["salt"] = bytes(leaf.salt).hex()
        told["payload"] = _ask(
            "SELECT tree_payload_of(kind, row) FROM tree_leaf WHERE seq = %s", leaf
        )
    return told


def _ask(sql: str, leaf: Leaf) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, [leaf.seq])
        return str(cursor.fetchone()[0])
