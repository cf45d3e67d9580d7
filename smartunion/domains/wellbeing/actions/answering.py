"""Agree, answer page by page, come back to it, let it be: all in the person's own hands."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from smartunion.domains.wellbeing.models import Alert, Campaign, Invitation, Response
from smartunion.domains.wellbeing.reads import answers, asked, figures, instrument
from smartunion.domains.wellbeing.rules import records, refusals, wording
from smartunion.domains.wellbeing.rules.scale import ITEMS, LEAST, MOST, checked
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.define import RecordKind
from smartunion.kernel.private.reads import consents_of
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.timers.actions import cancel_under, set_timer
from smartunion.kernel.trail.record import record

from .forgetting import forget
from .submitting import settle

State = Response.State
LAPSE = "wellbeing.lapse"


@transaction.atomic
def begin(*, invitation_id: int, avoid: Sequence[int] = (), by: Person, at: datetime) -> Response:
    """Agree to the notice as it stands and begin; beginning again goes on with what there is.

    `avoid` are up to `avoid_most` persons who shall not come to talk. The day's cap counts who
    begins, never who hands in: nobody who has told us something is sent away.

    :raises Refused: not invited, outside the window, the day is full, too many left out
    """
    terms = figures.terms_on(campus_day(at))
    words = figures.help_at(at, terms).words
    invitation = Invitation.objects.filter(
        pk=invitation_id, person=by, sent_on__isnull=False
    ).first()  # fmt: skip
    if invitation is None:
        raise refusals.NotInvited(help=words)
    campaign = Campaign.objects.select_for_update().get(pk=invitation.campaign_id)
    here = Response.objects.select_for_update().filter(invitation=invitation).first()
    if here is not None and here.state in (State.DRAFT, State.SUBMITTED):
        return here
    day = campus_day(at)
    if campaign.state != Campaign.State.OPEN or not campaign.opens_on <= day <= campaign.closes_on:
        raise refusals.WindowShut(opens=campaign.opens_on, closes=campaign.closes_on, help=words)
    if asked.begun_on(day, campaign) >= campaign.cap:
        raise refusals.CapReached(cap=campaign.cap, help=words)
    if len(avoid) > terms.avoid_most:
        raise refusals.AvoidTooMany(most=terms.avoid_most, given=len(avoid))
    private.consent(subject=by, purpose=wording.PURPOSE, wording=wording.CONSENT, by=by, at=at)
    here = here or Response(invitation=invitation, person=by, population=invitation.population)
    here.state, here.ended_at = State.DRAFT, None
    here.instrument = instrument.text().sha256
    here.started_at, here.started_on = at, day
    here.save()
    if avoid:
        private.seal(
            about=answers.about(here.pk), kind=records.AVOID.code,
            data={"persons": sorted(set(avoid))}, subject=by, by=None, at=at,
        )  # fmt: skip
    set_timer(
        kind=LAPSE, key=f"{_under(here)}/{int(at.timestamp())}",
        due_at=at + timedelta(hours=terms.draft_hours), payload={"response": here.pk}, at=at,
    )  # fmt: skip
    record("wellbeing.begun", campaign, by=None, at=at)
    return here


@transaction.atomic
def save(*, response_id: int, given: Mapping[int, int], by: Person, at: datetime) -> dict[int, int]:
    """Keep some answers sealed with those before; return all that there are, by item.

    :raises Refused: nothing begun (or its 24 hours are over), no consent, a value outside 1 to 5
    """
    response = _draft(response_id, by, at)
    for item, value in given.items():
        if type(value) is not int or not LEAST <= value <= MOST or not 1 <= item <= ITEMS:
            raise refusals.AnswerOutside(item=item, value=value, least=LEAST, most=MOST)
    kept = _opened(response, records.DRAFT, by, at)
    before = {int(item): int(value) for item, value in kept.items()}
    now = {**before, **given}
    if now != before:
        private.seal(
            about=answers.about(response.pk), kind=records.DRAFT.code,
            data={str(item): value for item, value in sorted(now.items())},
            subject=by, by=None, at=at,
        )  # fmt: skip
        record("wellbeing.kept", response.invitation or response, by=None, at=at)
    return now


@transaction.atomic
def submit(*, response_id: int, by: Person, at: datetime) -> Response:
    """Hand in one's draft; handing in twice, at once or later, is handing in once.

    :raises Refused: nothing begun, no consent, or fewer than ninety answers
    """
    here = Response.objects.select_for_update(of=("self",)).filter(pk=response_id, person=by)
    response = here.select_related("person__unit").first()
    if response is not None and response.state == State.SUBMITTED:
        return response
    response = _draft(response_id, by, at)
    kept = _opened(response, records.DRAFT, by, at)
    told = checked([kept[str(item)] for item in range(1, ITEMS + 1) if str(item) in kept])
    avoid = _opened(response, records.AVOID, by, at).get("persons", ())
    seconds = int((at - response.started_at).total_seconds())
    settle(response=response, told=told, seconds=seconds, avoid=avoid, at=at)
    cancel_under(prefix=_under(response), at=at)
    forget(response=response, kinds=(records.DRAFT, records.AVOID), at=at, because="已提交")
    record("wellbeing.handed_in", response.invitation or response, by=None, at=at)
    return response


@transaction.atomic
def decline(*, invitation_id: int, by: Person, at: datetime) -> None:
    """Say no thank you; nothing follows, and one may still come back while the window is open."""
    found = Invitation.objects.select_for_update().filter(pk=invitation_id, person=by).first()
    if found is None:
        terms = figures.terms_on(campus_day(at))
        raise refusals.NotInvited(help=figures.help_at(at, terms).words)
    if found.declined_at is None:
        found.declined_at = at
        found.save(update_fields=["declined_at"])
        record("wellbeing.declined", found.campaign, by=None, at=at)


@transaction.atomic
def lapse(*, response_id: int, at: datetime) -> None:
    """Destroy a draft that was not handed in within its hours; what was handed in stays."""
    response = Response.objects.select_for_update().get(pk=response_id)
    terms = figures.terms_on(campus_day(at))
    over = response.started_at + timedelta(hours=terms.draft_hours) <= at
    if response.state == State.DRAFT and over:
        response.state, response.ended_at = State.LAPSED, at
        response.save(update_fields=["state", "ended_at"])
        forget(response=response, kinds=(records.DRAFT, records.AVOID), at=at, because="草稿到期")
        record("wellbeing.lapsed", response.invitation or response, by=None, at=at)


@transaction.atomic
def withdraw(*, response_id: int, by: Person, at: datetime) -> Response:
    """Take one's answers and the consent back: they are destroyed.

    While somebody is just being cared for because of them they are kept until that has ended, and
    then destroyed; the person is told the same either way, and no reason is asked for.
    """
    response = Response.objects.select_for_update(of=("self",)).filter(
        pk=response_id, person=by, state__in=(State.DRAFT, State.SUBMITTED)
    ).first()  # fmt: skip
    if response is None:
        raise refusals.NothingWithdrawn
    kept = response.state == State.SUBMITTED and _is_needed(response, by, at)
    response.state, response.ended_at = State.WITHDRAWN, response.ended_at or at
    response.save(update_fields=["state", "ended_at"])
    others = Response.objects.filter(person=by, state__in=(State.DRAFT, State.SUBMITTED)).exists()
    for _, consent in consents_of(by):
        if consent.purpose == wording.PURPOSE and not others:
            private.withdraw_consent(consent_id=consent.pk, by=by, at=at)
    if not kept:
        forget(response=response, kinds=records.OF_A_RESPONSE, at=at, because="本人撤回")
    cancel_under(prefix=_under(response), at=at)
    record("wellbeing.withdrawn", response.invitation or response, by=None, at=at)
    return response


def _draft(response_id: int, by: Person, at: datetime) -> Response:
    """Return one's own open draft under its lock, or refuse."""
    terms = figures.terms_on(campus_day(at))
    response = Response.objects.select_for_update(of=("self",)).filter(
        pk=response_id, person=by, state=State.DRAFT
    ).first()  # fmt: skip
    if response is None or response.started_at + timedelta(hours=terms.draft_hours) <= at:
        raise refusals.NothingBegun(
            hours=terms.draft_hours, help=figures.help_at(at, terms).words
        )  # fmt: skip
    if not answers.has_agreed(by):
        raise refusals.NoConsent
    return response


def _opened(response: Response, kind: RecordKind, by: Person, at: datetime) -> dict[str, Any]:
    """Return what the person themself has sealed; nothing where there is nothing."""
    try:
        return private.open_sealed(
            about=answers.about(response.pk), kind=kind.code, by=by, purpose="本人作答", at=at
        )  # fmt: skip
    except NothingSealed:
        return {}


def _is_needed(response: Response, by: Person, at: datetime) -> bool:
    """Test if somebody is being cared for because of these answers just now."""
    alert_id = _opened(response, records.LINK, by, at).get("alert") or 0
    return Alert.objects.filter(pk=alert_id, closed_at=None).exists()


def _under(response: Response) -> str:
    return f"wellbeing.draft/{response.pk}"
