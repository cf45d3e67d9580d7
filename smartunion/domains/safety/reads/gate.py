"""What still keeps an event shut, with the figures."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from smartunion.domains.safety.models import (
    Device,
    DeviceCheck,
    Event,
    EventDevice,
    OnDuty,
    Policy,
)
from smartunion.domains.safety.rules import gate, refusals, staffing
from smartunion.domains.safety.rules.kinds import DeviceKind, Role
from smartunion.domains.safety.rules.terms import Terms
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person

from .figures import terms_on
from .surveys import counts, signatures, unsigned

MODES = {"each": "三类各算", "together": "三类合计"}


def is_own(event: Event, person: Person) -> bool:
    """Test if an event is somebody's own matter: they planned it, or looked at its place."""
    looked = event.survey.items.filter(Q(looked_by=person) | Q(settled_by=person)).exists()
    signed = any(one.by is not None and one.by.pk == person.pk for one in signatures(event.survey))
    return event.organiser_id == person.pk or looked or signed


def why_not(event: Event, *, at: datetime) -> list[Refused]:
    """Return everything that keeps the event shut, the survey first; empty when it may open."""
    terms = terms_on(campus_day(event.starts_at))
    return [*survey_of(event), *others(event, terms, at=at)]


def survey_of(event: Event) -> list[Refused]:
    """Return what is missing at the survey: signatures, risks put right (R230, R231)."""
    found: list[Refused] = []
    if missing := unsigned(event.survey):
        found.append(refusals.SurveyUnsigned(missing="、".join(p.words for p in missing)))
    _, risks = counts(event.survey)
    if risks:
        open_items = event.survey.items.filter(state="open").values_list("matter", flat=True)
        found.append(refusals.ItemsOpen(count=risks, missing="、".join(open_items.order_by("pk"))))
    return found


def others(event: Event, terms: Terms, *, at: datetime) -> list[Refused]:
    """Return what is missing besides the survey; no glass can be broken for it."""
    found: list[Refused] = []
    if missing := staff_missing(event, terms):
        need = staffing.need(event.expected, terms)
        each = f"每类 {need.each}" if terms.staff_mode == "each" else f"合计 {need.total}"
        found.append(
            refusals.StaffMissing(
                expected=event.expected, ratio=terms.staff_ratio, mode=MODES[terms.staff_mode],
                need=each, missing=missing,
            )
        )  # fmt: skip
    if missing := devices_missing(event, terms, at=at):
        found.append(refusals.DevicesMissing(missing=missing))
    if event.permit_needed and not event.permit_number:
        found.append(refusals.PermitMissing(expected=event.expected, least=terms.permit_from))
    on = campus_day(event.starts_at)
    if not gate.is_covered(covers(), on, terms):
        found.append(refusals.NotInsured(on=on, least=f"{terms.insured_fen // 100:,}"))
    return found


def posts(event: Event) -> list[staffing.OnDuty]:
    """Return who is on duty at the event, as rules take it."""
    return [
        staffing.OnDuty(Role(row.role), row.person_id, row.since, row.until)
        for row in OnDuty.objects.filter(event=event).order_by("role", "pk")
    ]


def have(event: Event) -> "Counter[Role]":
    """Return how many of each role are there from the beginning to the end."""
    return staffing.present(posts(event), begins=event.starts_at, ends=event.ends_at)


def staff_missing(event: Event, terms: Terms) -> str:
    """Return in Chinese who is still missing by 1:50; empty when all are named."""
    return staffing.need(event.expected, terms).missing(have(event))


def devices_missing(event: Event, terms: Terms, *, at: datetime) -> str:
    """Return in Chinese what is missing of AED and kits that were looked at and are fit."""
    fit: Counter[str] = Counter(
        row.device.kind
        for row in EventDevice.objects.filter(event=event).select_related("device")
        if not unfit(row.device, terms, at=at)
    )
    least = {DeviceKind.AED: terms.aeds, DeviceKind.KIT: terms.kits}
    return "，".join(
        f"点检合格的{kind.words} {fit[kind.value]}，要 {count}"
        for kind, count in least.items()
        if fit[kind.value] < count
    )


def last_check(device: Device, *, at: datetime) -> DeviceCheck | None:
    """Return the newest look at a device by a moment."""
    checks = DeviceCheck.objects.filter(device=device, checked_at__lte=at)
    return checks.select_related("by").order_by("-checked_at", "-pk").first()


def unfit(device: Device, terms: Terms, *, at: datetime) -> str:
    """Return in Chinese why a device cannot stand by now; empty for a fit one (R233, R234)."""
    if device.retired_at is not None:
        return "已停用"
    last = last_check(device, at=at)
    if last is None:
        return "从未点检"
    if not last.is_fit:
        return f"点检不合格：{last.note}"
    if at - last.checked_at > timedelta(hours=terms.device_check_hours):
        return f"超过 {terms.device_check_hours} 小时没有点检"
    return ""


def covers() -> list[gate.Cover]:
    """Return every policy as rules take it."""
    return [
        gate.Cover(p.since, p.until, p.per_person_fen) for p in Policy.objects.order_by("since")
    ]


def on_duty_elsewhere(
    person_id: int, since: datetime, until: datetime, but: Event
) -> OnDuty | None:
    """Return a duty of the person at another event that overlaps, if there is one."""
    rows: QuerySet[OnDuty] = OnDuty.objects.filter(
        person_id=person_id, since__lt=until, until__gt=since
    )
    rows = rows.exclude(event=but).exclude(event__state=Event.State.CANCELED)
    return rows.select_related("event").order_by("since").first()


def device_elsewhere(device: Device, event: Event) -> Event | None:
    """Return another event at the same time that has the device, if there is one."""
    rows = EventDevice.objects.filter(
        device=device, event__starts_at__lt=event.ends_at, event__ends_at__gt=event.starts_at,
    ).exclude(event=event)  # fmt: skip
    going = rows.filter(event__state__in=[Event.State.PLANNED, Event.State.OPEN])
    row = going.select_related("event").order_by("pk").first()
    return row.event if row else None
