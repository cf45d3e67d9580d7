"""Points for a list of people, each with an amount of their own: all of them or none."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person

from .allotting import credit_points


class ListStale(Refused):
    """The checked list was tampered with, or waited too long."""

    code = "wallet.list_stale"
    text = "这张名单检查后放得太久，没有发放"
    clause = "3.1-1①"
    remedy = "请重新上传检查一次"
    status = 409


@transaction.atomic
def credit_list(
    *,
    rows: Sequence[tuple[int, int]],
    document: str,
    fund_source: str,
    by: Person,
    at: datetime,
    because: str,
) -> int:
    """Credit (person id, fen) rows under one document; return how many were credited.

    The same document again credits nobody twice. Never to oneself.
    """
    amounts: dict[int, list[int]] = defaultdict(list)
    for person_id, fen in rows:
        amounts[fen].append(person_id)
    persons = Person.objects.in_bulk([person_id for person_id, _ in rows])
    return sum(
        credit_points(
            persons=[persons[each] for each in ids],
            points_fen=fen,
            document=document,
            fund_source=fund_source,
            by=by,
            at=at,
            because=because,
        )
        for fen, ids in sorted(amounts.items())
    )
