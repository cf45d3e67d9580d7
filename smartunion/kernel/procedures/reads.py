"""What waits for whom, who may see a case, what is late and what is due."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.people.models import Appointment, Person, Unit
from smartunion.kernel.people.reads import Mandate, held_on
from smartunion.kernel.trail.reads import Told, of, told

from .define import APPLICANT, Kind, Procedure, Step
from .models import Case, Evidence, Signature, StepRun, Voter
from .registry import SHEETS, load, sheet_of

OPEN = StepRun.State.OPEN
SEES_ALL = "cases.all"


@dataclass(frozen=True)
class Waiting:
    """One open step, and as what it waits for a person."""

    run: StepRun
    case: Case
    sheet: Procedure
    step: Step
    part: str
    """A, B, B接手, 申请人, 会签, 票决 or 待指定."""
    mine: bool
    """False for a B whose A is at work, and for an A whose B has taken over: only to be known."""
    late: bool
    due_today: bool

    @property
    def due_at(self) -> datetime | None:
        """Return until when, None for no limit."""
        return self.run.due_at

    @property
    def actor(self) -> Person | None:
        """Return who has it now: A, or the B who took over."""
        return (self.run.backup if self.run.taken_over_at else self.run.lead) or self.run.backup


def waiting_for(person: Person, at: datetime) -> list[Waiting]:
    """Return what waits for the person, the earliest limit first, what has none last.

    As A or B, as the applicant, as one of several who sign, as a member who has not voted. What is
    the person's own matter, or was signed already, does not wait for them. Six queries at most.
    """
    runs = list(_open_runs().filter(Q(lead=person) | Q(backup=person)).exclude(poll__isnull=False))
    found = {run.pk: _as_a_or_b(run, person, at) for run in runs}
    calls = Voter.objects.filter(person=person, state=Voter.State.WAITING).values("poll__run")
    for run in _open_runs().filter(pk__in=calls):
        found[run.pk] = _waiting(run, "票决", at)
    for run in _to_sign(person, _open_runs(), at):
        if run.pk not in found or not found[run.pk].mine:
            found[run.pk] = _waiting(run, "会签", at)
    signed = set(
        Signature.objects.filter(person=person, run__in=found).values_list("run_id", flat=True)
    )
    return _by_limit(one for pk, one in found.items() if pk not in signed)


def may_see(case: Case, person: Person, mandate: Mandate, at: datetime | None = None) -> bool:
    """Test if the person may open the case.

    Its participants may; unless the sheet is confidential also holders of the sheet's owner and of
    its steps' offices (a branch's only for that branch), and whoever holds `cases.all`.
    """
    at = at or clock.now()
    if _takes_part(case, person, at):
        return True
    sheet = sheet_of(case.sheet.digest)
    if sheet.confidential:
        return False
    if mandate.may(SEES_ALL):
        return True
    offices = {step.duty.lead for step in sheet.steps}
    offices |= {step.duty.backup for step in sheet.steps if step.duty.backup}
    offices |= {office for step in sheet.steps if step.vote for office in step.vote.offices}
    held = held_on(campus_day(at)).filter(person=person)
    for post in held.select_related("office__within", "unit"):
        within = post.office.within.code if post.office.within else ""
        if sheet.owner in (post.office.code, post.unit.name, post.unit.code):
            return True
        here = post.office.kind != Unit.Kind.BRANCH or post.unit_id == case.unit_id
        if here and offices & {post.office.code, within}:
            return True
    return False


def step_run(run_id: int) -> StepRun | None:
    """Return a step with its case, for whoever names its people: of the case nothing else."""
    found = StepRun.objects.select_related("case__sheet", "case__unit", "lead", "backup")
    return found.filter(pk=run_id).first()


def may_open_file(person: Person, mandate: Mandate, case_id: int) -> bool:
    """Answer for kernel/files: the files of a case open for whoever may see it."""
    case = Case.objects.select_related("sheet").filter(pk=case_id).first()
    return case is not None and may_see(case, person, mandate)


def matters_of(person: Person) -> list[str]:
    """Answer for the tree: what the trail calls the cases of which somebody is the applicant."""
    rows = Case.objects.filter(applicant=person).values_list("pk", flat=True)
    return [f"{Case._meta.label_lower}:{pk}" for pk in rows]


def timeline(case: Case) -> list[Told]:
    """Return everything that happened to the case, the oldest first."""
    return told(list(of(case)))


def overdue(at: datetime) -> list[Waiting]:
    """Return the open steps whose limit has passed, the longest overdue first."""
    return _by_limit(_waiting(run, _part(run), at) for run in _open_runs().filter(due_at__lte=at))


def due_today(at: datetime) -> list[Waiting]:
    """Return the open steps whose limit ends within this campus day."""
    runs = _open_runs().filter(due_at__gt=at, due_at__lte=end_of(campus_day(at)))
    return _by_limit(_waiting(run, _part(run), at) for run in runs)


def unassigned(at: datetime) -> list[Waiting]:
    """Return the open steps that nobody can do: A and B vacant, away or kept out."""
    runs = _open_runs().filter(lead=None, backup=None)
    found = (_waiting(run, "待指定", at) for run in runs)
    return _by_limit(one for one in found if one.step.kind in (Kind.HUMAN, Kind.OUTSIDE))


def all_open(at: datetime) -> list[Waiting]:
    """Return every open step of the house, the earliest limit first."""
    return _by_limit(_waiting(run, _part(run), at) for run in _open_runs())


def by_unit(at: datetime) -> list[tuple[str, list[Waiting]]]:
    """Return every open step by the unit of its case, the unit with the most late ones first."""
    units: Mapping[str, list[Waiting]] = defaultdict(list)
    for one in all_open(at):
        units[one.case.unit.name if one.case.unit else "全校"].append(one)
    return sorted(units.items(), key=lambda unit: (-sum(w.late for w in unit[1]), unit[0]))


def cases_of(person: Person) -> QuerySet[Case]:
    """Return the cases that the person has applied for or opened, the newest first."""
    mine = Case.objects.filter(Q(applicant=person) | Q(opened_by=person))
    return mine.select_related("sheet", "unit", "applicant").order_by("-opened_at", "-pk")


def _open_runs() -> QuerySet[StepRun]:
    return StepRun.objects.filter(state=OPEN).select_related(
        "case__sheet", "case__unit", "case__applicant", "lead", "backup"
    )


def _waiting(run: StepRun, part: str, at: datetime, *, mine: bool = True) -> Waiting:
    sheet = sheet_of(run.case.sheet.digest)
    end = end_of(campus_day(at))
    return Waiting(
        run=run,
        case=run.case,
        sheet=sheet,
        step=sheet.step(run.step),
        part=part,
        mine=mine,
        late=run.due_at is not None and run.due_at <= at,
        due_today=run.due_at is not None and at < run.due_at <= end,
    )


def _as_a_or_b(run: StepRun, person: Person, at: datetime) -> Waiting:
    step = sheet_of(run.case.sheet.digest).step(run.step)
    if step.duty.lead == APPLICANT:
        return _waiting(run, "申请人", at)
    if run.backup_id == person.pk:
        taken = run.taken_over_at is not None
        outside = step.kind == Kind.OUTSIDE
        return _waiting(run, "B接手" if taken else "B", at, mine=taken or outside)
    return _waiting(run, "A", at, mine=run.taken_over_at is None)


def _part(run: StepRun) -> str:
    if run.lead_id is None and run.backup_id is None:
        return "待指定"
    return "B接手" if run.taken_over_at else "A"


def _to_sign(person: Person, runs: QuerySet[StepRun], at: datetime) -> list[StepRun]:
    """Return the open steps that several sign and that the person's offices may sign."""
    posts = list(held_on(campus_day(at)).filter(person=person).select_related("office__within"))
    if not posts:
        return []
    found = []
    load()
    several = {
        step.code for sheet in SHEETS.values() for step in sheet.steps if step.duty.staff > 1
    }
    for run in runs.filter(step__in=several).exclude(case__applicant=person):
        step = sheet_of(run.case.sheet.digest).step(run.step)
        if step.duty.staff > 1 and any(_holds(post, step, run.case) for post in posts):
            facts = {**run.case.facts, "by": person.pk}
            if not any(rule(facts) for rule in step.duty.recuse):
                found.append(run)
    return found


def _holds(post: Appointment, step: Step, case: Case) -> bool:
    within = post.office.within.code if post.office.within else ""
    here = post.office.kind != Unit.Kind.BRANCH or post.unit_id == case.unit_id
    return here and step.duty.lead in (post.office.code, within)


def _takes_part(case: Case, person: Person, at: datetime) -> bool:
    if person.pk in (case.applicant_id, case.opened_by_id):
        return True
    return (
        case.runs.filter(Q(lead=person) | Q(backup=person) | Q(ended_by=person)).exists()
        or Signature.objects.filter(run__case=case, person=person).exists()
        or Voter.objects.filter(poll__run__case=case, person=person).exists()
        or Evidence.objects.filter(run__case=case, by=person).exists()
        or bool(_to_sign(person, _open_runs().filter(case=case), at))
    )


def _by_limit(found: Iterable[Waiting]) -> list[Waiting]:
    def key(one: Waiting) -> tuple[bool, bool, float, int]:
        limit = one.run.due_at.timestamp() if one.run.due_at else 0.0
        return (not one.mine, one.run.due_at is None, limit, one.run.pk)

    return sorted(found, key=key)
