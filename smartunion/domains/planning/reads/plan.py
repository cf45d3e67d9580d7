"""The plan year read: its tree, its milestones, what is late, its indicators, its lines."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from smartunion.domains.planning.models import (
    Indicator,
    Milestone,
    Origin,
    PlanYear,
    Project,
    SpendingLine,
    SubTask,
)
from smartunion.domains.planning.rules.refusals import NoPlan, NothingLikeThat
from smartunion.domains.planning.rules.timeline import Standing, State, of_sub_task, standing
from smartunion.kernel.base import calendar as campus_calendar
from smartunion.kernel.base.workdays import Calendar, DayFact

from . import owners


@dataclass(frozen=True)
class MilestoneFact:
    """A milestone with how it stands on a day."""

    code: str
    title: str
    kind: str
    kind_words: str
    opens_on: date | None
    due_on: date
    counts_on: date
    day: DayFact
    origin: str
    clause: str
    note: str
    done_on: date | None
    evidence: str
    state: State
    words: str
    sub_task: str
    sub_task_title: str
    project: str
    lead: str
    backup: str

    days_left: int
    lead_title: str
    backup_title: str

    @property
    def moved(self) -> bool:
        """Test if a meeting is held later than its date, because that is a day off (T26)."""
        return self.counts_on != self.due_on


@dataclass(frozen=True)
class SubTaskFact:
    """A sub-task with its milestones and how it stands on a day."""

    code: str
    number: str
    title: str
    origin: str
    clause: str
    lead: str
    backup: str
    starts_on: date
    due_on: date
    state: State
    lead_title: str
    backup_title: str
    late_days: int
    milestones: tuple[MilestoneFact, ...]

    @property
    def done_count(self) -> int:
        """Return how many milestones are met."""
        return sum(one.state == State.DONE for one in self.milestones)

    @property
    def words(self) -> str:
        """Return the state in words."""
        return {
            State.LATE: f"逾期 {self.late_days}天",
            State.DONE: "已完成",
            State.RUNNING: "进行中",
            State.COMING: "未开始",
        }[self.state]


@dataclass(frozen=True)
class ProjectFact:
    """One of the six projects with its sub-tasks."""

    code: str
    title: str
    committee: str
    lead: str
    backup: str
    note: str
    budget_fen: int
    sub_tasks: tuple[SubTaskFact, ...]

    def with_tasks(self, sub_tasks: tuple[SubTaskFact, ...]) -> "ProjectFact":
        """Return the project with these sub-tasks only."""
        return replace(self, sub_tasks=sub_tasks)

    @property
    def late_count(self) -> int:
        """Return how many sub-tasks are late."""
        return sum(one.state == State.LATE for one in self.sub_tasks)


@dataclass(frozen=True)
class IndicatorFact:
    """The definition of one of the 68 indicators (R209)."""

    code: str
    title: str
    project: str
    op: str
    target: Decimal
    unit: str
    clause: str
    sense: str
    freq: str
    shortfall_mode: str
    formula: str
    denominator: str
    evidence: tuple[str, ...]
    origin: str
    cut_off_on: date

    @property
    def op_words(self) -> str:
        """Return the comparison as people write it (T77): ≥ and ≤ include the number."""
        return {">=": "≥", "<=": "≤", "==": "＝", "<": "＜", ">": "＞"}[self.op]

    @property
    def target_words(self) -> str:
        """Return the exact target without trailing zeros."""
        return f"{self.target.normalize():f}"

    @property
    def freq_words(self) -> str:
        """Return how often it is counted, in words."""
        words = {"M": "每月", "Q": "每季", "Y": "全年", "E": "逐件", "once": "一次"}
        return words[self.freq]


@dataclass(frozen=True)
class BudgetLineFact:
    """A spending line of the year; `budget_code` is how the ledger names it."""

    code: str
    budget_code: str
    project: str
    title: str
    amount_fen: int | None
    fund_source: str
    fund_source_title: str
    outside: bool
    origin: str
    clause: str
    note: str


def plan_of(year: int) -> PlanYear:
    """Return the plan year; raise NoPlan."""
    plan = PlanYear.objects.filter(year=year).first()
    if plan is None:
        raise NoPlan(year=year)
    return plan


def current_year(*, on: date) -> int:
    """Return the adopted plan year that covers the day; raise NoPlan (R001)."""
    year = (
        PlanYear.objects.filter(adopted_at__isnull=False, starts_on__lte=on, closes_on__gte=on)
        .values_list("year", flat=True)
        .first()
    )
    if year is None:
        raise NoPlan(year=on.year)
    return year


def shown_year(*, on: date) -> int | None:
    """Return the year that pages open with: the day's own, else the newest, else None."""
    years = list(PlanYear.objects.order_by("-year").values_list("year", flat=True))
    return on.year if on.year in years else next(iter(years), None)


def years() -> list[int]:
    """Return all plan years, the newest first."""
    return list(PlanYear.objects.order_by("-year").values_list("year", flat=True))


def milestones(year: int, *, on: date, calendar: Calendar | None = None) -> list[MilestoneFact]:
    """Return every milestone of the year by date, as it stands on the day (R012, T26, T27)."""
    calendar = calendar or campus_calendar.campus()
    rows: QuerySet[Milestone] = (
        Milestone.objects.filter(plan__year=year)
        .select_related("sub_task__project", "achievement")
        .order_by("due_on", "code")
    )
    titles = owners.titles()
    return [_milestone(row, on=on, calendar=calendar, titles=titles) for row in rows]


def milestone(year: int, code: str, *, on: date) -> MilestoneFact:
    """Return one milestone; raise NothingLikeThat."""
    row = (
        Milestone.objects.filter(plan__year=year, code=code)
        .select_related("sub_task__project", "achievement")
        .first()
    )
    if row is None:
        raise NothingLikeThat(year=year, what="里程碑", code=code)
    return _milestone(row, on=on, calendar=campus_calendar.campus(), titles=owners.titles())


def late_milestones(*, on: date) -> list[MilestoneFact]:
    """Return what is late on the day in the adopted year that covers it, the latest first."""
    late = [one for one in milestones(current_year(on=on), on=on) if one.state == State.LATE]
    return sorted(late, key=lambda one: one.counts_on)


def _milestone(
    row: Milestone, *, on: date, calendar: Calendar, titles: dict[str, str]
) -> MilestoneFact:
    met = getattr(row, "achievement", None)
    stands: Standing = standing(
        opens_on=row.opens_on,
        due_on=row.due_on,
        kind=row.kind,
        done_on=met.done_on if met else None,
        on=on,
        calendar=calendar,
    )
    return MilestoneFact(
        code=row.code,
        title=row.title,
        kind=row.kind,
        kind_words=row.get_kind_display(),
        opens_on=row.opens_on,
        due_on=row.due_on,
        counts_on=stands.counts_on,
        day=calendar.fact(row.due_on),
        origin=row.origin,
        clause=row.clause,
        note=row.note,
        done_on=met.done_on if met else None,
        evidence=met.evidence if met else "",
        state=stands.state,
        words=stands.words,
        sub_task=row.sub_task.code,
        sub_task_title=row.sub_task.title,
        project=row.sub_task.project.code,
        lead=row.sub_task.lead,
        backup=row.sub_task.backup,
        days_left=stands.days,
        lead_title=titles.get(row.sub_task.lead, row.sub_task.lead),
        backup_title=titles.get(row.sub_task.backup, row.sub_task.backup),
    )


def tree(year: int, *, on: date) -> list[ProjectFact]:
    """Return the six projects with their sub-tasks and milestones: 6 queries whatever the size."""
    plan = plan_of(year)
    by_sub_task: dict[str, list[MilestoneFact]] = {}
    for one in milestones(year, on=on):
        by_sub_task.setdefault(one.sub_task, []).append(one)
    titles = owners.titles()
    by_project: dict[int, list[SubTaskFact]] = {}
    for row in SubTask.objects.filter(plan=plan).order_by("code"):
        mine = tuple(by_sub_task.get(row.code, ()))
        late = [(on - one.counts_on).days for one in mine if one.state == State.LATE]
        by_project.setdefault(row.project_id, []).append(
            SubTaskFact(
                code=row.code,
                number=row.number,
                title=row.title,
                origin=row.origin,
                clause=row.clause,
                lead=row.lead,
                backup=row.backup,
                starts_on=row.starts_on,
                due_on=row.due_on,
                state=of_sub_task([one.state for one in mine], starts_on=row.starts_on, on=on),
                late_days=max(late, default=0),
                lead_title=titles.get(row.lead, row.lead),
                backup_title=titles.get(row.backup, row.backup),
                milestones=mine,
            )
        )
    budgets = dict(
        SpendingLine.objects.filter(plan=plan)
        .exclude(code__contains="/")
        .values_list("project_id", "amount_fen")
    )
    return [
        ProjectFact(
            code=row.code,
            title=row.title,
            committee=row.committee,
            lead=row.lead,
            backup=row.backup,
            note=row.note,
            budget_fen=budgets.get(row.pk) or 0,
            sub_tasks=tuple(by_project.get(row.pk, ())),
        )
        for row in Project.objects.filter(plan=plan).order_by("code")
    ]


def origins(year: int) -> dict[str, int]:
    """Return how many sub-tasks the plan states, implies, and how many are proposed (T02)."""
    codes = SubTask.objects.filter(plan__year=year).values_list("origin", flat=True)
    found = list(codes)
    return {origin: found.count(origin) for origin in Origin.values}


def indicators(year: int) -> list[IndicatorFact]:
    """Return the definitions of the year's indicators by code (R209)."""
    return [
        IndicatorFact(
            code=row.code,
            title=row.title,
            project=row.project,
            op=row.op,
            target=row.target,
            unit=row.unit,
            clause=row.clause,
            sense=row.sense,
            freq=row.freq,
            shortfall_mode=row.shortfall_mode,
            formula=row.formula,
            denominator=row.denominator,
            evidence=tuple(row.evidence),
            origin=row.origin,
            cut_off_on=row.cut_off_on,
        )
        for row in Indicator.objects.filter(plan=plan_of(year)).order_by("code")
    ]


def budget_lines(year: int) -> list[BudgetLineFact]:
    """Return the year's spending lines, projects and details, by code (R207)."""
    rows = (
        SpendingLine.objects.filter(plan=plan_of(year))
        .select_related("project", "fund_source")
        .order_by("code")
    )
    return [
        BudgetLineFact(
            code=row.code,
            budget_code=f"{year}/{row.code}",
            project=row.project.code,
            title=row.title,
            amount_fen=row.amount_fen,
            fund_source=row.fund_source.code if row.fund_source else "",
            fund_source_title=row.fund_source.title if row.fund_source else "",
            outside=bool(row.fund_source and row.fund_source.outside),
            origin=row.origin,
            clause=row.clause,
            note=row.note,
        )
        for row in rows
    ]
