"""Sign what lifts a band, and take the signature back: only the head of the centre (T41)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.wellbeing.models import SignedPolicy
from smartunion.domains.wellbeing.reads import figures
from smartunion.domains.wellbeing.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.trail.record import record


@transaction.atomic
def sign(*, sha256: str, by: Person, at: datetime) -> SignedPolicy:
    """Put the proposal in force that was read: its hash is what is signed.

    :raises Refused: not the head, another text than was read, or signed already
    """
    _must_be_head(by, at)
    content = figures.proposal_of(figures.terms_on(campus_day(at)))
    if figures.digest_of(content) != sha256:
        raise refusals.PolicyChanged
    here = SignedPolicy.objects.select_for_update().filter(in_force=True).first()
    if here is not None and here.sha256 == sha256:
        raise refusals.SignedAlready(by=here.signed_by.name)
    if here is not None:
        here.in_force, here.ended_at = False, at
        here.save(update_fields=["in_force", "ended_at"])
    made = SignedPolicy.objects.create(content=content, sha256=sha256, signed_by=by, signed_at=at)
    record("wellbeing.policy_signed", made, by=by, at=at, digest=sha256[:12])
    return made


@transaction.atomic
def revoke(*, by: Person, at: datetime, because: str) -> None:
    """Take the signature back: from now on the factors alone decide; results stay as they are."""
    _must_be_head(by, at)
    here = SignedPolicy.objects.select_for_update().filter(in_force=True).first()
    if here is None:
        raise refusals.PolicyChanged
    here.in_force, here.ended_at = False, at
    here.save(update_fields=["in_force", "ended_at"])
    record("wellbeing.policy_revoked", here, by=by, at=at, because=because)


def _must_be_head(by: Person, at: datetime) -> None:
    heads = holders("psychology_head", on=campus_day(at))
    if by not in heads:
        raise refusals.HeadOnly(heads="、".join(head.name for head in heads) or "（空缺）")
