"""Plan a campaign, open it through the gate, send so many invitations a day, close it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from smartunion.domains.wellbeing.models import Campaign, Invitation, Population
from smartunion.domains.wellbeing.reads import asked, figures, gate
from smartunion.domains.wellbeing.rules import gate as rules
from smartunion.domains.wellbeing.rules import refusals
from smartunion.kernel.base.days import CAMPUS, campus_day, end_of
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.trail.record import record

State = Campaign.State
RELEASE, CLOSE = "wellbeing.release", "wellbeing.close"


@transaction.atomic
def plan(
    *,
    title: str,
    opens_on: date,
    closes_on: date,
    populations: Sequence[str],
    units: Sequence[Unit],
    cap: int | None,
    by: Person,
    at: datetime,
) -> Campaign:
    """Plan a campaign; without a cap it gets the highest that officers have time for (R102)."""
    terms = figures.terms_on(campus_day(at))
    if cap is None:
        capacity = gate.capacity_of([unit.pk for unit in units], terms=terms, at=at)
        cap = max(1, gate.highest_cap(capacity, terms))
    made = Campaign.objects.create(
        title=title,
        opens_on=opens_on,
        closes_on=closes_on,
        populations=[str(Population(one)) for one in populations],
        cap=cap,
        planned_by=by,
        planned_at=at,
    )
    made.units.set(units)
    record("wellbeing.campaign_planned", made, by=by, at=at, cap=cap)
    return made


@transaction.atomic
def change_cap(*, campaign_id: int, cap: int, by: Person, at: datetime) -> Campaign:
    """Set how many are asked a day, as long as nobody has been."""
    campaign = _locked(campaign_id, State.PLANNED, "改上限")
    campaign.cap = cap
    campaign.save(update_fields=["cap"])
    record("wellbeing.cap_changed", campaign, by=by, at=at, cap=cap)
    return campaign


@transaction.atomic
def open_campaign(*, campaign_id: int, by: Person, at: datetime) -> Campaign:
    """Open a campaign when everything of its gate stands, and send the first day's invitations.

    :raises Refused: GateShut, naming all that is missing: never ask without people on duty
    """
    campaign = _locked(campaign_id, State.PLANNED, "开放")
    terms = figures.terms_on(campus_day(at))
    if no := rules.shut(gate.checks(campaign, terms=terms, at=at)):
        raise no
    found = gate.expected(campaign, terms=terms, at=at)
    campaign.state, campaign.opened_at = State.OPEN, at
    campaign.forecast = {
        "invited": found.invited, "cap": found.cap, "most": found.most, "talks": found.talks,
        "whole": found.whole, "source": terms.shares.source,
    }  # fmt: skip
    campaign.save(update_fields=["state", "opened_at", "forecast"])
    people = asked.in_turn(campaign, asked.to_invite(campaign, at=at))
    Invitation.objects.bulk_create(
        Invitation(campaign=campaign, person=person, population=person.kind) for person in people
    )
    record("wellbeing.campaign_opened", campaign, by=by, at=at, invited=len(people))
    _set_release(campaign, max(at, _morning(campaign.opens_on, terms)), at=at)
    set_timer(
        kind=CLOSE, key=f"wellbeing.close/{campaign.pk}", due_at=end_of(campaign.closes_on),
        payload={"campaign": campaign.pk}, at=at,
    )  # fmt: skip
    return campaign


@transaction.atomic
def release(*, campaign_id: int, at: datetime) -> int:
    """Send the day's invitations, no more than the cap, and come back the next morning.

    Doing it twice on one day sends nothing more.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    day = campus_day(at)
    if campaign.state != State.OPEN or day > campaign.closes_on:
        return 0
    terms = figures.terms_on(day)
    sent = campaign.invitations.filter(sent_on=day).count()
    waiting = campaign.invitations.filter(sent_on=None).select_related("person").order_by("pk")
    batch = list(waiting[: max(campaign.cap - sent, 0)])
    campaign.invitations.filter(pk__in=[one.pk for one in batch]).update(sent_on=day)
    for one in batch:
        tell(
            to=one.person,
            about=f"wellbeing.invitation:{one.pk}",
            title="工会请您填一份自愿的问卷",
            text="约 15 分钟，不参加没有任何影响；登录后查看。",
            link=f"/wellbeing/invitations/{one.pk}/",
            at=at,
        )
    record("wellbeing.released", campaign, by=None, at=at, count=len(batch))
    if campaign.invitations.filter(sent_on=None).exists():
        _set_release(campaign, _morning(day + timedelta(days=1), terms), at=at)
    return len(batch)


@transaction.atomic
def close(*, campaign_id: int, by: Person | None, at: datetime, because: str = "") -> Campaign:
    """End a campaign; what was begun may still be handed in while its draft is kept."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.state == State.OPEN:
        campaign.state, campaign.closed_at = State.CLOSED, at
        campaign.save(update_fields=["state", "closed_at"])
        record("wellbeing.campaign_closed", campaign, by=by, at=at, because=because)
    return campaign


def _locked(campaign_id: int, state: str, what: str) -> Campaign:
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.state != state:
        raise refusals.AlreadyOpen(state=campaign.get_state_display(), what=what)
    return campaign


def _morning(day: date, terms: figures.Terms) -> datetime:
    return datetime.combine(day, terms.release_at, CAMPUS)


def _set_release(campaign: Campaign, due_at: datetime, *, at: datetime) -> None:
    set_timer(
        kind=RELEASE, key=f"wellbeing.release/{campaign.pk}/{campus_day(due_at)}", due_at=due_at,
        payload={"campaign": campaign.pk}, at=at,
    )  # fmt: skip
