"""Count, seal, and raise what follows, in one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.wellbeing.models import Response
from smartunion.domains.wellbeing.reads import answers, figures
from smartunion.domains.wellbeing.rules import records, scale
from smartunion.domains.wellbeing.rules.scale import Band
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.define import RecordKind
from smartunion.kernel.trail.record import record

from .alerting import raise_alert


@transaction.atomic
def settle(
    *,
    response: Response,
    told: Sequence[int],
    seconds: int | None,
    avoid: Collection[int] = (),
    at: datetime,
) -> None:
    """Count whole answers by the policy in force, seal them, and raise an alert where they ask.

    Nothing of it says by whom: neither the trail nor the alert name the person (T51).
    """
    terms = figures.terms_on(campus_day(at))
    policy = figures.policy_in_force(terms)
    result = scale.score(told, policy)
    response.state, response.ended_at = Response.State.SUBMITTED, at
    response.save()
    alert = None
    if result.band != Band.NONE:
        alert = raise_alert(
            subject=response.person,
            band=result.band,
            source="screening" if response.invitation_id else "import",
            population=response.population,
            response_id=response.pk,
            campaign_id=response.invitation.campaign_id if response.invitation else None,
            avoid=avoid,
            same_day=bool(set(result.critical) & set(terms.same_day_items)),
            basis="心理健康自评结果" + ("（关键题，先由中心复核）" if result.is_lifted else ""),
            at=at,
        )
    sealed: list[tuple[RecordKind, dict[str, Any]]] = [
        (records.ANSWERS, {"answers": "".join(map(str, told)), "seconds": seconds}),
        (
            records.RESULT,
            {
                "text": result.text(),
                "policy": policy.told(),
                "flags": list(scale.flags(told, seconds, least_seconds=terms.least_seconds)),
            },
        ),
        (records.LINK, {"alert": alert.pk if alert else None}),
    ]
    for kind, data in sealed:
        private.seal(
            about=answers.about(response.pk), kind=kind.code, data=data, subject=response.person,
            by=None, at=at,
        )  # fmt: skip
    record("wellbeing.submitted", response.invitation or response, by=None, at=at)
