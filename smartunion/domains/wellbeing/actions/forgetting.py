"""Destroy what is sealed of a response."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.domains.wellbeing.models import Response
from smartunion.domains.wellbeing.reads.answers import about
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.define import RecordKind
from smartunion.kernel.trail.record import record


@transaction.atomic
def forget(*, response: Response, kinds: Sequence[RecordKind], at: datetime, because: str) -> None:
    """Destroy what is sealed of a response, by kind; that it was done stands in the trail."""
    for kind in kinds:
        private.erase(about=about(response.pk), kind=kind.code, by=None, at=at, because=because)
    record("wellbeing.forgotten", response, by=None, at=at, because=because)
