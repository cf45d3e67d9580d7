"""Inside the house: write rows to the journal, let the tree take them, prove some of them."""

import json
import random
import statistics
import sys
import time

from django.db import connection, transaction

from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record_each
from smartunion.kernel.tree import growing, reads, rules
from smartunion.kernel.tree.models import Leaf

CHUNK = 5000
PROOFS = 400


def written(entries: int) -> float:
    """Write so many entries as the house does, in transactions of many; return the seconds."""
    person = Person.objects.create(username="bench", name="压测")
    began = time.perf_counter()
    for first in range(0, entries, CHUNK):
        happened = [(person, {"n": n}) for n in range(first, min(first + CHUNK, entries))]
        with transaction.atomic():
            record_each("people.away", happened, by=person, at=clock.now(), because="压测")
    return time.perf_counter() - began


def proved(size: int) -> list[float]:
    """Return the milliseconds of proofs of random leaves, each checked against the root."""
    root = reads.root(size)
    took = []
    for _ in range(PROOFS):
        seq = random.randrange(size)
        began = time.perf_counter()
        path = reads.inclusion(seq, size)
        took.append((time.perf_counter() - began) * 1000)
        found = bytes(Leaf.objects.get(pk=seq).hash)
        for (first, _), step in zip(rules.inclusion(seq, size), path, strict=True):
            pair = (step, found) if first < seq else (found, step)
            found = rules.node_hash(*pair)
        if found != root:
            raise SystemExit(f"the proof of {seq} does not hold")
    return sorted(took)


def main() -> None:
    """Print the figures."""
    entries = int(sys.argv[1])
    wrote = written(entries)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tree_pending")
    began = time.perf_counter()
    came = growing.keep(at=clock.now())
    grew = time.perf_counter() - began
    size = reads.size()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE tree_leaf, tree_node")
    proved(size)
    took = proved(size)
    print(
        json.dumps(
            {
                "entries": size,
                "appended_per_s": round(came / grew),
                "written_per_s": round(entries / wrote),
                "proof_ms": round(statistics.median(took), 3),
                "proof_p99_ms": round(took[int(len(took) * 0.99)], 3),
                "hashes_per_proof": len(rules.inclusion(0, size)),
            }
        )
    )


main()
