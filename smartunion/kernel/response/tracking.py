"""Where responders are, during one run only and by their own consent (R238); never a name.

A point is sealed as the responder's own. The map of the command board opens it for whoever may know
where that run is; each first look at a responder leaves a line. It ends with the run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.define import BY_CASE, Purpose, RecordKind, Sort
from smartunion.kernel.private.reads import consented
from smartunion.kernel.trail.record import name_of_subject, record

from . import registry
from .markers import Marker
from .models import Run, Tracking
from .refusals import NotAPlace, NotLocated, PositionConsentMissing, RunOver

SECTION, PURPOSE = "response", "response.position"
POSITION = RecordKind(
    code=PURPOSE,
    words="应急处置时的位置",
    sort=Sort.LOCATION,
    keeps="location",
    purposes={"command": Purpose("指挥处置", can=BY_CASE)},
)
WORDING = (
    "我同意在我被叫到的突发事件、应急响应和演练里，从我点“共享位置”起到处置结束，把我手机的位置共享给"
    "保卫处指挥中心和同一起处置里要知道地点的人，只用于调度。处置结束立即停止，30日后销毁；"
    "谁看过我都查得到，随时可以撤回。"
)
POLES, DATE_LINE = 90, 180
STALE = timedelta(seconds=60)
"""A point older than this says nothing about where somebody is now."""


def marker_of(run: Run, person: Person) -> Marker | None:
    """Return as what somebody responds in a run; None for whoever is located by nobody."""
    found = registry.of(run).hooks.marker
    return found(run, person) if found is not None else None


def seconds_on(at: datetime) -> int:
    """Return after how many seconds a phone tells anew; 0 for as often as it can."""
    return int(str(registry.terms(SECTION, campus_day(at)).get("position_seconds", 0)))


def may_share(person: Person, *, at: datetime) -> bool:
    """Test if a responder has agreed to be located while a run goes on."""
    return consented(person, PURPOSE, at=at)


def of(run: Run, person: Person) -> Tracking | None:
    """Return a responder's tracking in a run."""
    return Tracking.objects.filter(run=run, person=person).first()


@transaction.atomic
def agree(*, by: Person, at: datetime) -> None:
    """Agree, for oneself, to be located while a run goes on (PIPL 29)."""
    given = private.consent(subject=by, purpose=PURPOSE, wording=WORDING, by=by, at=at)
    record("response.agreed_to_be_located", given, by=by, at=at)


@transaction.atomic
def share(*, run_id: int, latitude: float, longitude: float, by: Person, at: datetime) -> Tracking:
    """Seal where a responder is now (R238).

    Raises NotAPlace, RunOver, NotLocated or PositionConsentMissing.
    """
    if abs(latitude) > POLES or abs(longitude) > DATE_LINE:
        raise NotAPlace(latitude=latitude, longitude=longitude)
    run = Run.objects.select_for_update(of=("self",)).select_related("protocol").get(pk=run_id)
    if run.ended_at is not None:
        raise RunOver(number=run.number)
    marker = marker_of(run, by)
    if marker is None:
        raise NotLocated(by=by.name, number=run.number)
    if not may_share(by, at=at):
        raise PositionConsentMissing
    turn = Tracking.objects.filter(run=run, role=marker.value).count() + 1
    row, made = Tracking.objects.get_or_create(
        run=run, person=by,
        defaults={
            "role": marker.value, "turn": turn, "started_at": at, "is_drill": run.is_drill,
        },
    )  # fmt: skip
    private.seal(
        about=name_of_subject(row), kind=PURPOSE,
        data={"latitude": latitude, "longitude": longitude, "at": at.isoformat()},
        subject=by, by=by, at=at,
    )  # fmt: skip
    row.last_at, row.points, row.stopped_at = at, row.points + 1, None
    row.save(update_fields=["last_at", "points", "stopped_at"])
    if made:
        record("response.tracking_began", run, by=by, at=at, number=run.number)
    return row


@transaction.atomic
def stop(*, run_id: int, by: Person, at: datetime) -> None:
    """Stop sharing one's own position; what was shared stays sealed until it is destroyed."""
    changed = Tracking.objects.filter(run=run_id, person=by, stopped_at=None)
    row = changed.select_related("run").first()
    if row is not None:
        changed.update(stopped_at=at)
        record("response.tracking_stopped", row.run, by=by, at=at, number=row.run.number)


def stop_all(run: Run, *, at: datetime) -> None:
    """Stop every tracking of a run that has ended."""
    Tracking.objects.filter(run=run, stopped_at=None).update(stopped_at=at)


@dataclass(frozen=True)
class Position:
    """Where a responder is: the run's number, a role and a number, never a name."""

    incident: str
    label: str
    role: str
    latitude: float
    longitude: float
    at: datetime
    is_drill: bool
