"""All cases that a person may see, as one query: the semantics of reads.may_see, never a loop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.people.models import Appointment, Person, Unit
from smartunion.kernel.people.reads import Mandate, held_on

from .define import Procedure, Step
from .models import Case, Evidence, Sheet, Signature, StepRun, Voter
from .reads import SEES_ALL
from .registry import sheet_of

OPEN = StepRun.State.OPEN


def visible(person: Person, mandate: Mandate, *, at: datetime) -> Q:
    """Return the condition on cases that the person may see them, as reads.may_see answers."""
    runs = StepRun.objects.filter(Q(lead=person) | Q(backup=person) | Q(ended_by=person))
    found = (
        Q(applicant=person)
        | Q(opened_by=person)
        | Q(pk__in=runs.values("case"))
        | Q(pk__in=Signature.objects.filter(person=person).values("run__case"))
        | Q(pk__in=Voter.objects.filter(person=person).values("poll__run__case"))
        | Q(pk__in=Evidence.objects.filter(by=person).values("run__case"))
    )
    posts = list(
        held_on(campus_day(at)).filter(person=person).select_related("office__within", "unit")
    )
    for kept in Sheet.objects.all():
        sheet = sheet_of(kept.digest)
        if mandate.may(SEES_ALL) and not sheet.confidential:
            found |= Q(sheet=kept)
            continue
        found |= _by_office(kept, sheet, posts, person)
    return found


def _by_office(kept: Sheet, sheet: Procedure, posts: Sequence[Appointment], person: Person) -> Q:
    """Return which cases of a sheet the person's offices open: all, their branch's, or none."""
    steps = {code for step in sheet.steps for code in _offices(step)}
    signing = [step for step in sheet.steps if step.duty.staff > 1]
    found = Q(pk__in=())
    for post in posts:
        office, unit = post.office, post.unit
        codes = {office.code, office.within.code if office.within else ""}
        branch = office.kind == Unit.Kind.BRANCH
        here = Q(sheet=kept, unit=unit) if branch else Q(sheet=kept)
        if not sheet.confidential:
            if sheet.owner in {office.code, unit.name, unit.code}:
                found |= Q(sheet=kept)
            if codes & steps:
                found |= here
        elif mine := [step.code for step in signing if step.duty.lead in codes]:
            runs = StepRun.objects.filter(state=OPEN, step__in=mine).exclude(case__applicant=person)
            found |= here & Q(pk__in=runs.values("case"))
    return found


def _offices(step: Step) -> set[str]:
    named = {step.duty.lead} | ({step.duty.backup} if step.duty.backup else set())
    return named | (set(step.vote.offices) if step.vote else set())


@dataclass(frozen=True)
class Line:
    """One case in the list: what is open on it, by whom, until when."""

    case: Case
    sheet: Procedure
    runs: Sequence[StepRun]
    late: bool

    @property
    def due_at(self) -> datetime | None:
        """Return the nearest limit of what is open."""
        limits = [run.due_at for run in self.runs if run.due_at]
        return min(limits, default=None)

    @property
    def steps(self) -> str:
        """Return what is being done now."""
        return "、".join(self.sheet.step(run.step).name for run in self.runs)

    @property
    def who(self) -> str:
        """Return who has it now."""
        actors = [
            (run.backup if run.taken_over_at else run.lead) or run.backup for run in self.runs
        ]
        return "、".join(dict.fromkeys(one.name if one else "待指定" for one in actors))

    @property
    def state(self) -> tuple[str, str]:
        """Return shape and word."""
        if self.case.withdrawn_because:
            return "off", "已撤回"
        if self.case.closed_at:
            return "ok", "已办结"
        return ("late", "逾期") if self.late else ("run", "办理中")


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to; empty is everything."""

    state: str = ""
    """late, today, open, closed or empty."""
    unit: int | None = None
    sheet: str = ""
    words: str = ""


def cases(person: Person, mandate: Mandate, asked: Asked, *, at: datetime) -> QuerySet[Case]:
    """Return the cases asked for, those with the nearest limit first, closed ones last."""
    found = Case.objects.filter(visible(person, mandate, at=at))
    return _narrowed(found, asked, at).select_related("sheet", "unit", "applicant")


def _narrowed(found: QuerySet[Case], asked: Asked, at: datetime) -> QuerySet[Case]:
    if asked.unit is not None:
        found = found.filter(unit_id=asked.unit)
    if asked.sheet:
        found = found.filter(sheet__code=asked.sheet)
    for word in asked.words.split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(subject__icontains=word)
            | Q(applicant__name__icontains=word)
            | Q(sheet__matter__icontains=word)
            | Q(facts__number__icontains=word)
        )
    return _in_state(found, asked.state, at)


def _in_state(found: QuerySet[Case], state: str, at: datetime) -> QuerySet[Case]:
    open_runs = StepRun.objects.filter(state=OPEN)
    if state == "late":
        found = found.filter(pk__in=open_runs.filter(due_at__lte=at).values("case"))
    elif state == "today":
        end = end_of(campus_day(at))
        found = found.filter(pk__in=open_runs.filter(due_at__gt=at, due_at__lte=end).values("case"))
    elif state == "open":
        found = found.filter(closed_at__isnull=True)
    elif state == "closed":
        found = found.filter(closed_at__isnull=False)
    return found


def counts(person: Person, mandate: Mandate, asked: Asked, *, at: datetime) -> dict[str, int]:
    """Return how many cases each state has, within everything else that is asked."""
    rest = Asked("", asked.unit, asked.sheet, asked.words)
    found = _narrowed(Case.objects.filter(visible(person, mandate, at=at)), rest, at)
    keys = ("", "late", "today", "open", "closed")
    return {key: _in_state(found, key, at).count() for key in keys}


def lines(found: Iterable[Case], *, at: datetime) -> list[Line]:
    """Return the cases as lines, with what is open on each, in two queries."""
    kept = list(found)
    runs: dict[int, list[StepRun]] = {}
    open_runs = StepRun.objects.filter(case__in=kept, state=OPEN).select_related("lead", "backup")
    for run in open_runs.order_by("due_at", "pk"):
        runs.setdefault(run.case_id, []).append(run)
    return [
        Line(
            case=case,
            sheet=sheet_of(case.sheet.digest),
            runs=runs.get(case.pk, []),
            late=any(run.due_at and run.due_at <= at for run in runs.get(case.pk, [])),
        )
        for case in kept
    ]


def units_of(person: Person, mandate: Mandate, *, at: datetime) -> list[Unit]:
    """Return the units that have cases which the person may see."""
    seen = Case.objects.filter(visible(person, mandate, at=at)).values("unit")
    return list(Unit.objects.filter(pk__in=seen).order_by("code"))


def matters_of(person: Person, mandate: Mandate, *, at: datetime) -> list[tuple[str, str]]:
    """Return the matters that have cases which the person may see: code and name."""
    seen = Case.objects.filter(visible(person, mandate, at=at)).values("sheet")
    rows = Sheet.objects.filter(pk__in=seen).order_by("code", "pk").values_list("code", "matter")
    return sorted(dict(rows).items(), key=lambda row: row[1])
