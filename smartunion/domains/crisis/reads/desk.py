"""What the pages show of cases: mine, one with its moments, the counts of the year."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from smartunion.domains.crisis.models import Hold, LocationRequest, RedCase, Referral, Vehicle
from smartunion.domains.crisis.procedure import SHEETS
from smartunion.domains.crisis.reads import cases, duties
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules.matrix import Field, Role, Stage, fields_of, may_see
from smartunion.domains.crisis.rules.parts import HOLDS
from smartunion.kernel.base.days import start_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response.models import Asked

LEAST_COUNT = 10
"""Counts below this are not told apart (§4.F)."""
LOOKERS = frozenset({Role.B, Role.SECURITY, Role.CENTRE, Role.AUDITOR})
"""Who sees that somebody was looked for, by whose request and release."""

HOLDERS = frozenset({Role.CENTRE, Role.AUDITOR})
"""Who puts and lifts a hold, two of them each time."""

MARKS = {"running": "run", "caring": "wait", "closed": "ok", "stood_down": "off"}


@dataclass(frozen=True)
class Moment:
    """One step of the case: what, how long after the alarm, within which limit."""

    name: str
    took: timedelta | None
    within: str
    late: bool

    @property
    def words(self) -> str:
        """Return how long it took: 00:21."""
        if self.took is None:
            return "—"
        seconds = int(self.took.total_seconds())
        return f"{seconds // 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class Shown:
    """A case as one person sees it."""

    case: RedCase
    roles: list[Role]
    stage: Stage
    mark: str
    sealed: list[Field]
    """Fields that this person may open now."""
    dark: list[Field]
    """Fields that they may not, so that the page can say so."""
    moments: list[Moment]
    request: LocationRequest | None
    referral: Referral | None
    vehicles: list[Vehicle]
    sheets: list[tuple[StepRun, str]]
    """Open steps of after-care that are this person's, each with its name."""
    hold: Hold | None
    """The hold that stands on the case, for whoever may put one."""
    is_mine: Callable[[int | None], bool]
    """Tests if a key is that of whoever looks."""

    def sees(self, field: Field) -> bool:
        """Test if the person sees a field now."""
        return any(may_see(role, field, self.stage) for role in self.roles)


def mine(person: Person, mandate: Mandate) -> list[tuple[RedCase, list[Role], str]]:
    """Return the cases in which somebody has a part, the newest first, with what they are there."""
    found: QuerySet[RedCase] = RedCase.objects.select_related("unit").order_by("-opened_at")
    if not (mandate.may(duties.CENTRE) or mandate.may(duties.AUDIT)):
        runs = Asked.objects.filter(person=person).exclude(told_at=None).values("run_id")
        sheets = StepRun.objects.filter(Q(lead=person) | Q(backup=person)).values("case_id")
        found = found.filter(
            Q(run_id__in=runs)
            | Q(escort_case__in=sheets)
            | Q(debrief_case__in=sheets)
            | Q(telling_case__in=sheets)
        )
    shown = []
    for case in found[:200]:
        roles = duties.roles_on(case, person, mandate)
        if set(roles) - {Role.UNION_CHAIR}:
            shown.append((case, roles, MARKS[case.state]))
    return shown


def one(case_id: int, person: Person, mandate: Mandate, *, at: datetime) -> Shown | None:
    """Return a case for somebody who has a part in it; None for everybody else."""
    case = RedCase.objects.select_related("unit", "scene").filter(pk=case_id).first()
    if case is None:
        return None
    roles = duties.roles_on(case, person, mandate)
    if not set(roles) - {Role.UNION_CHAIR}:
        return None  # the chair of the union has counts, and of a single case nothing
    stage = cases.stage_of(case)
    seen = {field for role in roles for field in fields_of(role, stage)}
    request = case.locations.select_related("requested_by", "answered_by").order_by("-pk").first()
    place = request is not None and cases.stands(request, at=at)
    if not place:
        seen -= {Field.LAST_PLACE, Field.PHOTO, Field.WHY}
    return Shown(
        case=case,
        roles=roles,
        stage=stage,
        mark=MARKS[case.state],
        sealed=[field for field in HOLDS if field in seen],
        dark=[field for field in HOLDS if field not in seen],
        moments=moments(case) if Field.CLOCKS in seen else [],
        request=request if LOOKERS & set(roles) else None,
        referral=Referral.objects.filter(case=case).first() if Field.REFERRAL in seen else None,
        vehicles=list(case.vehicles.order_by("pk")) if Field.VEHICLE in seen else [],
        sheets=_mine_after(case, person),
        hold=cases.hold_on(case) if HOLDERS & set(roles) else None,
        is_mine=lambda key: key == person.pk,
    )


def _mine_after(case: RedCase, person: Person) -> list[tuple[StepRun, str]]:
    names = {step.code: step.name for sheet in SHEETS for step in sheet.steps}
    runs = StepRun.objects.filter(
        Q(lead=person) | Q(backup=person),
        case__in=[case.escort_case_id, case.debrief_case_id, case.telling_case_id],
        state=StepRun.State.OPEN,
    )
    return [(run, names[run.step]) for run in runs.order_by("due_at")]


def moments(case: RedCase) -> list[Moment]:
    """Return the case's moments beside their limits, as the run was given them."""
    terms = terms_on(case.opened_at)

    def moment(name: str, at: datetime | None, term: str, words: str) -> Moment:
        took = at - case.opened_at if at else None
        limit = terms.span(term)
        return Moment(
            name, took, words.format(terms.count(term)), took is not None and took > limit
        )

    found = [moment("首呼", case.called_at, "call_seconds", "{} 秒")]
    if case.needs_location:
        found.append(moment("找到人", case.located_at, "locate_minutes", "{} 分钟"))
    found += [
        moment("医生到场", case.arrived_at, "scene_minutes", "{} 分钟"),
        moment("稳定或移交", case.settled_at, "close_minutes", "{} 分钟"),
    ]
    return found


@dataclass(frozen=True)
class Counts:
    """The year in numbers, for whoever may know no more than numbers; None where too few."""

    cases: int | None
    in_time: int | None
    uncontrolled: int
    drills: int


def counts(year: int) -> Counts:
    """Return the counts of a campus year; below ten they are not told (§4.F)."""
    since, until = start_of(date(year, 1, 1)), start_of(date(year + 1, 1, 1))
    found = RedCase.objects.filter(opened_at__gte=since, opened_at__lt=until)
    real = list(found.filter(is_drill=False))
    few = len(real) < LEAST_COUNT
    quick = sum(not one.late for case in real for one in moments(case) if one.name == "稳定或移交")
    return Counts(
        cases=None if few else len(real),
        in_time=None if few else quick,
        uncontrolled=sum(case.lost_control for case in real),
        drills=found.filter(is_drill=True).count(),
    )
