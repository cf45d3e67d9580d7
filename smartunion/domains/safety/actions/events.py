"""Plan an event, name who is on duty, bring the devices, open it, close it."""

from datetime import datetime, timedelta

from django.db import transaction

from smartunion.domains.safety.models import (
    Device,
    Event,
    EventDevice,
    OnDuty,
    Override,
    SiteSurvey,
    Venue,
)
from smartunion.domains.safety.procedure import SURVEY, SurveyFacts
from smartunion.domains.safety.reads import gate as gates
from smartunion.domains.safety.reads import locks
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.gate import needs_permit
from smartunion.domains.safety.rules.kinds import EventKind, Role
from smartunion.domains.safety.rules.seasons import season_ends, season_of
from smartunion.domains.safety.rules.terms import Terms
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.numbers import alone, next_number
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.private.glass import Proof, is_fresh
from smartunion.kernel.private.registry import needed
from smartunion.kernel.procedures import engine
from smartunion.kernel.trail.record import record

State = Event.State
LEAST_REASON = 10
"""So many characters of reason at least, whoever breaks the glass."""

REVIEWER = "audit_director"
"""Whose office looks at it afterwards."""


@transaction.atomic
def register_venue(
    *, code: str, name: str, latitude: str, longitude: str, by: Person | None, at: datetime
) -> Venue:
    """Take a place into the list of venues; registering it again moves its point."""
    venue, made = Venue.objects.update_or_create(
        code=code, defaults={"name": name, "latitude": latitude, "longitude": longitude}
    )
    if made:
        record("safety.venue_registered", venue, by=by, at=at, name=name)
    return venue


@transaction.atomic
def plan_event(
    *,
    title: str,
    kind: EventKind,
    venue_id: int,
    starts_at: datetime,
    ends_at: datetime,
    expected: int,
    places: int | None = None,
    open_to_public: bool = False,
    permit_number: str = "",
    by: Person,
    at: datetime,
) -> Event:
    """Plan an event and open its survey, due `survey_hours` before the start (R230, T53).

    A routine run stands on its venue's survey of the season where that is still in force.
    Raises TooShortNotice, EndsBeforeItStarts or PermitMissing.
    """
    terms = terms_on(campus_day(starts_at))
    if ends_at <= starts_at:
        raise refusals.EndsBeforeItStarts(starts=starts_at, ends=ends_at)
    permit = needs_permit(expected, open_to_public=open_to_public, terms=terms)
    if permit and not permit_number.strip():
        raise refusals.PermitMissing(expected=expected, least=terms.permit_from)
    venue = Venue.objects.select_for_update().get(pk=venue_id)
    survey = _survey_for(kind, venue, starts_at, title, terms, by=by, at=at)
    event = Event.objects.create(
        number=next_number(Event, "HD", at),
        title=title,
        kind=kind.value,
        venue=venue,
        starts_at=starts_at,
        ends_at=ends_at,
        expected=expected,
        places=min(places or expected, expected),
        open_to_public=open_to_public,
        permit_needed=permit,
        permit_number=permit_number.strip(),
        survey=survey,
        organiser=by,
        planned_at=at,
    )
    _keep_out(survey, by)
    record("safety.planned", event, by=by, at=at, number=event.number, name=title)
    return event


def _survey_for(
    kind: EventKind,
    venue: Venue,
    starts_at: datetime,
    title: str,
    terms: Terms,
    *,
    by: Person,
    at: datetime,
) -> SiteSurvey:
    """Return the survey that an event stands on: the season's for a run, else one of its own."""
    season = season_of(starts_at) if kind == EventKind.RUN else ""
    if season:
        here = SiteSurvey.objects.filter(venue=venue, season=season).first()
        if here is not None:
            return here
    due_at = starts_at - timedelta(hours=terms.survey_hours)
    if due_at <= at:
        hours = (starts_at - at).total_seconds() / 3600
        earliest = (at + timedelta(hours=terms.survey_hours)).astimezone(CAMPUS)
        raise refusals.TooShortNotice(
            left=f"{hours:.0f}", hours=terms.survey_hours, earliest=f"{earliest:%m-%d %H:%M}"
        )
    number = next_number(SiteSurvey, "TK", at)
    what = f"{venue.name} {season}季晨跑" if season else title
    facts = SurveyFacts(
        number=number, what=what, organiser=by.pk, unchecked=len(terms.checklist), open_items=0
    )
    case = engine.open_case(
        sheet=SURVEY, title=f"{what}联合踏勘", facts=vars(facts), event_at=starts_at,
        subject=f"safety.survey:{number}", by=by, at=at,
    )  # fmt: skip
    survey = SiteSurvey.objects.create(
        number=number,
        venue=venue,
        season=season,
        starts_at=starts_at,
        valid_until=season_ends(starts_at) if season else starts_at + timedelta(days=30),
        due_at=due_at,
        case=case,
    )
    survey.items.bulk_create(
        [survey.items.model(survey=survey, matter=matter) for matter in terms.checklist]
    )
    return survey


def _keep_out(survey: SiteSurvey, organiser: Person) -> None:
    """Let the organiser sign for no party, whatever office they hold."""
    case = survey.case
    case.facts["kept_out"] = sorted({*(case.facts.get("kept_out") or ()), organiser.pk})
    case.save(update_fields=["facts"])


def _planned(event: Event, what: str, *states: str) -> None:
    if event.state not in (states or (State.PLANNED,)):
        raise refusals.NotPlanned(number=event.number, state=event.get_state_display(), what=what)


@transaction.atomic
def station(
    *,
    event_id: int,
    person_id: int,
    role: Role,
    since: datetime,
    until: datetime,
    by: Person,
    at: datetime,
) -> OnDuty:
    """Name who is on duty, as what, from when to when; naming again moves the times (R232)."""
    event = locks.event(event_id)
    _planned(event, "配置值守", State.PLANNED, State.OPEN)
    alone(f"safety.person.{person_id}")
    person = Person.objects.get(pk=person_id)
    if other := gates.on_duty_elsewhere(person_id, since, until, event):
        raise refusals.TwoPosts(
            name=person.name, since=other.since, until=other.until, number=other.event.number
        )
    row, _ = OnDuty.objects.update_or_create(
        event=event, person=person, defaults={"role": role.value, "since": since, "until": until}
    )
    _still_enough(event)
    record("safety.stationed", event, by=by, at=at, person=person.name, part=role.words)
    tell(
        to=person,
        about=f"safety.stationed:{row.pk}:{since.timestamp():.0f}",
        title=f"{event.number} 值守：{role.words}",
        text=f"{since.astimezone(CAMPUS):%m月%d日 %H:%M} 到岗，{event.venue.name}。",
        link=f"/safety/events/{event.pk}/",
        at=at,
    )
    return row


@transaction.atomic
def relieve(*, duty_id: int, by: Person, at: datetime, because: str) -> None:
    """Take a name off the duty list; an open event is never left below 1:50."""
    event = locks.event(OnDuty.objects.values_list("event_id", flat=True).get(pk=duty_id))
    _planned(event, "改值守", State.PLANNED, State.OPEN)
    row = OnDuty.objects.select_related("person").filter(pk=duty_id).first()
    if row is None:
        return
    name = row.person.name
    row.delete()
    _still_enough(event)
    record("safety.relieved", event, by=by, at=at, because=because, person=name)


def _still_enough(event: Event) -> None:
    """Refuse what would leave an open event with too few people on duty."""
    if event.state != State.OPEN:
        return
    terms = terms_on(campus_day(event.starts_at))
    no = [one for one in gates.others(event, terms, at=event.starts_at)
          if isinstance(one, refusals.StaffMissing)]  # fmt: skip
    if no:
        raise no[0]


@transaction.atomic
def bring(*, event_id: int, device_id: int, spot: str, by: Person, at: datetime) -> EventDevice:
    """Let a device stand by at an event (R233, R234)."""
    event = locks.event(event_id)
    _planned(event, "调配设备", State.PLANNED, State.OPEN)
    device = Device.objects.select_for_update().get(pk=device_id)
    if other := gates.device_elsewhere(device, event):
        raise refusals.DeviceTaken(device=device.number, number=other.number)
    terms = terms_on(campus_day(event.starts_at))
    why = gates.unfit(device, terms, at=at)
    if why:
        raise refusals.DeviceUnfit(device=device.number, why=why)
    row, _ = EventDevice.objects.update_or_create(
        event=event, device=device, defaults={"spot": spot}
    )
    record("safety.device_brought", event, by=by, at=at, number=device.number)
    return row


@transaction.atomic
def open_event(*, event_id: int, by: Person, at: datetime) -> Event:
    """Open an event: the survey signed by three, no open risk, 1:50, devices, insurance (R231).

    Raises the first of what is missing. Opening it again changes nothing.
    """
    event = locks.event(event_id, with_survey=True)
    if event.state == State.OPEN:
        return event
    _planned(event, "放行")
    if no := gates.why_not(event, at=at):
        raise no[0]
    return _open(event, by=by, at=at)


@transaction.atomic
def override(
    *, event_id: int, proof: Proof | None, by: Person, at: datetime, because: str
) -> Event:
    """Break the glass: open although the survey is not signed or a risk stands.

    Only that: people, devices, permit and insurance cannot be done without. By a second factor
    that is fresh, as for what is sealed; never the organiser, nor whoever has looked at or signed
    for the place; nor while one's last one waits for its review too long. Another looks at it
    afterwards, and is told at once.
    """
    event = locks.event(event_id, with_survey=True)
    _planned(event, "破例放行")
    if gates.is_own(event, by):
        raise refusals.OwnEvent(number=event.number, by=by.name, what="破例放行")
    on = campus_day(at)
    if proof is None or not is_fresh(proof, at=at):
        raise refusals.ProveYourself(minutes=needed("glass_factor_minutes", on=on))
    days = needed("glass_review_days", on=on)
    old = Override.objects.filter(by=by, reviewed_at=None, at__lte=at - timedelta(days=days))
    if waiting := old.select_related("event").order_by("at").first():
        raise refusals.OverrideUnreviewed(by=by.name, number=waiting.event.number, days=days)
    if len(because.strip()) < LEAST_REASON:
        raise refusals.ReasonTooShort(least=LEAST_REASON)
    terms = terms_on(campus_day(event.starts_at))
    if no := gates.others(event, terms, at=at):
        raise no[0]
    missing = gates.survey_of(event)
    if not missing:
        raise refusals.NothingToOverride(number=event.number)
    Override.objects.create(
        event=event, by=by, at=at, because=because.strip(),
        missing="；".join(str(one) for one in missing)[:400],
        factor=proof.factor, proven_at=proof.at,
    )  # fmt: skip
    record("safety.overridden", event, by=by, at=at, because=because.strip())
    told = {p.pk: p for p in [*holders(REVIEWER, on=on), *holders("union_chair", on=on)]}
    told.pop(by.pk, None)
    tell(
        to=list(told.values()),
        about=f"safety.override:{event.pk}",
        title=f"{event.number} 踏勘未签齐，已破例放行，请复核",
        text=f"破例人：{by.name}。",
        link=f"/safety/desk/events/{event.pk}/",
        priority=Priority.URGENT,
        at=at,
    )
    return _open(event, by=by, at=at)


def _open(event: Event, *, by: Person, at: datetime) -> Event:
    event.state, event.opened_at, event.opened_by = State.OPEN, at, by
    event.save(update_fields=["state", "opened_at", "opened_by"])
    record("safety.opened", event, by=by, at=at, number=event.number)
    return event


@transaction.atomic
def review_override(*, event_id: int, by: Person, at: datetime, because: str) -> Override:
    """Look at a broken glass afterwards; never by whoever broke it, nor by whom it served.

    The first review stays.
    """
    row = Override.objects.select_for_update().select_related("event").get(event=event_id)
    if row.by_id == by.pk or gates.is_own(row.event, by):
        raise refusals.OwnEvent(number=row.event.number, by=by.name, what="复核这次破例放行")
    if row.reviewed_at is None:
        row.reviewed_by, row.reviewed_at = by, at
        row.save(update_fields=["reviewed_by", "reviewed_at"])
        record("safety.override_reviewed", row.event, by=by, at=at, because=because)
    return row


@transaction.atomic
def close_event(*, event_id: int, by: Person, at: datetime, because: str = "") -> Event:
    """Note that an open event is over; closing it again changes nothing."""
    event = locks.event(event_id)
    if event.state == State.CLOSED:
        return event
    _planned(event, "结束", State.OPEN)
    event.state, event.closed_at, event.closed_because = State.CLOSED, at, because
    event.save(update_fields=["state", "closed_at", "closed_because"])
    record("safety.closed", event, by=by, at=at, because=because, number=event.number)
    return event


@transaction.atomic
def cancel_event(*, event_id: int, by: Person, at: datetime, because: str) -> Event:
    """Call an event off and tell everybody who has a place or a duty."""
    event = locks.event(event_id)
    _planned(event, "取消", State.PLANNED, State.OPEN)
    event.state, event.closed_at, event.closed_because = State.CANCELED, at, because
    event.save(update_fields=["state", "closed_at", "closed_because"])
    record("safety.canceled", event, by=by, at=at, because=because, number=event.number)
    here = event.participants.filter(withdrawn_at=None).values("person")
    people = Person.objects.filter(pk__in=here.union(event.on_duty.values("person")))
    tell(
        to=list(people),
        about=f"safety.canceled:{event.pk}",
        title=f"{event.number} {event.title}取消",
        text=because,
        link=f"/safety/events/{event.pk}/",
        at=at,
    )
    return event
