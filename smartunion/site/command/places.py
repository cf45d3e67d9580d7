"""Where a red case is, for the wall: opened for whoever is on the case, and kept to a building.

The sealed words (floor, room, what the person wears) stay on the case's own page; each opening is
a reading like any other and stands in the person's log, once for each place that was entered.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.actions import sealing
from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases, duties
from smartunion.domains.crisis.rules import matrix
from smartunion.domains.crisis.rules.matrix import Field
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import mandate_of

_OPENED: dict[tuple[int, int, datetime | None], str] = {}
"""What a reader has opened already: the same place for the same reader is one look."""

MOST_OPENED = 200


def of_red_cases(*, numbers: Collection[str], by: Person, at: datetime) -> Mapping[str, str]:
    """Return where the running cases of these numbers are, in the words of whoever entered it.

    Nothing for whoever is not on the case, after the release has run out, or before it is found.
    """
    mandate = mandate_of(by, on=campus_day(at))
    found = {}
    running = RedCase.objects.filter(number__in=numbers, state=RedCase.State.RUNNING)
    for case in running.select_related("unit"):
        request = case.locations.order_by("-pk").first()
        if request is None or request.found_at is None or not cases.stands(request, at=at):
            continue
        roles, stage = duties.roles_on(case, by, mandate), cases.stage_of(case)
        if any(matrix.may_see(role, Field.LAST_PLACE, stage) for role in roles):
            key = (request.pk, by.pk, request.found_at)
            if key not in _OPENED:
                if len(_OPENED) >= MOST_OPENED:
                    _OPENED.clear()
                _OPENED[key] = _open(case, roles, by, at)
            found[case.number] = _OPENED[key]
    return found


def _open(case: RedCase, roles: Collection[matrix.Role], by: Person, at: datetime) -> str:
    try:
        with transaction.atomic():
            told = sealing.open_fields(
                case=case, roles=roles, fields=[Field.LAST_PLACE], purpose="指挥大屏标出楼名",
                by=by, at=at,
            )  # fmt: skip
    except Refused:
        return ""
    return " ".join(told.values())
