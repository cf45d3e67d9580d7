"""Insurance: take a policy into the register."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.safety.models import Policy
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.record import record


@transaction.atomic
def register_policy(
    *,
    number: str,
    insurer: Unit,
    since: date,
    until: date,
    per_person_fen: int,
    by: Person,
    at: datetime,
) -> Policy:
    """Take a policy in; the same number again changes nothing (R240). `until` is exclusive."""
    policy, made = Policy.objects.get_or_create(
        number=number,
        defaults={
            "insurer": insurer,
            "since": since,
            "until": until,
            "per_person_fen": per_person_fen,
            "registered_by": by,
            "registered_at": at,
        },
    )
    if made:
        record("safety.policy_registered", policy, by=by, at=at, number=number)
    return policy
