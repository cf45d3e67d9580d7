"""What pages show of a plan year besides its tree: dated terms, gaps, money side by side."""

import json
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from smartunion.domains.planning.models import (
    Baseline,
    Commitment,
    Demand,
    Funding,
    Goal,
    IncomeLine,
    Milestone,
    Origin,
    Placeholder,
    PlanVersion,
    PlanYear,
    PolicyBasis,
    SpendingLine,
    SubTask,
    Term,
)
from smartunion.domains.planning.rules.content import Content, cells
from smartunion.domains.planning.rules.refusals import NoPlan, NothingLikeThat
from smartunion.domains.planning.rules.years import Cells, Difference, compare
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files.models import File
from smartunion.kernel.files.reads import of as files_of
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.reads import of as trail_of

from .files import counts, digest
from .plan import plan_of
from .tables import content_of

MOST_SHOWN = 300
"""Differences that a preview lists; a whole new plan has more cells than anybody reads."""

UNDECIDED = "未定"
"""Shown for a term that the plan leaves without a value."""


@dataclass(frozen=True)
class TermFact:
    """One dated term with its clause, its reading and the alternative."""

    group: str
    key: str
    title: str
    value: str
    since: date
    until: date | None
    clause: str
    trap: str
    reading: str
    alternative: str

    @property
    def words(self) -> str:
        """Return the value as people read it: fen as yuan, a text without its quotation marks."""
        value = json.loads(self.value) if self.value != UNDECIDED else UNDECIDED
        if self.key.endswith("_fen") and isinstance(value, int):
            return f"¥{value / 100:,.2f}"
        return value if isinstance(value, str) else self.value


GROUPS = {
    "wallet": "福利商城",
    "forecast": "预测与报警",
    "childcare": "托育中心",
    "checkup": "体检",
    "wellbeing": "心理预警",
    "growth": "成长赋能",
    "congress": "二级教代会",
    "inspection": "经费审查",
    "runs": "悦动108",
    "festival": "文化节",
    "safety": "活动安全",
    "aid": "困难救助",
    "procurement": "采购",
    "performance": "绩效",
}


def terms_shown(year: int) -> list[tuple[str, str, list[TermFact]]]:
    """Return every dated term of the year by group: (key, words, terms by key and day)."""
    found: dict[str, list[TermFact]] = {}
    for row in Term.objects.filter(plan=plan_of(year)).order_by("group", "key", "since"):
        found.setdefault(row.group, []).append(_term(row))
    order = [*GROUPS, *sorted(found.keys() - GROUPS.keys())]
    return [(key, GROUPS.get(key, key), found[key]) for key in order if key in found]


def term(year: int, group: str, key: str) -> list[TermFact]:
    """Return one term's values by the day they begin; raise NothingLikeThat."""
    rows = Term.objects.filter(plan=plan_of(year), group=group, key=key).order_by("since")
    if not rows:
        raise NothingLikeThat(year=year, what="约定", code=f"{group}.{key}")
    return [_term(row) for row in rows]


def _term(row: Term) -> TermFact:
    return TermFact(
        group=row.group,
        key=row.key,
        title=row.title,
        value=UNDECIDED if row.value is None else json.dumps(row.value, ensure_ascii=False),
        since=row.since,
        until=row.until,
        clause=row.clause,
        trap=row.trap,
        reading=row.reading,
        alternative=row.alternative,
    )


@dataclass(frozen=True)
class Gaps:
    """What the plan leaves open: demands, unfunded promises, blanks, baselines, unread sources."""

    demands: tuple[tuple[str, str, str, tuple[SubTask, ...], bool], ...]
    """(title, cluster, clause, sub-tasks that answer it, described by the plan's own text?)"""
    commitments: QuerySet[Commitment]
    blanks: QuerySet[Placeholder]
    baselines: QuerySet[Baseline]
    basis: QuerySet[PolicyBasis]
    goals: QuerySet[Goal]
    undescribed: QuerySet[SubTask]


def gaps(year: int) -> Gaps:
    """Return what is unfunded, unanswered, blank, assumed or unread (T18–T20, T71, T73, T75)."""
    plan = plan_of(year)
    tasks = {row.code: row for row in SubTask.objects.filter(plan=plan).order_by("code")}
    demands = []
    for row in Demand.objects.filter(plan=plan).order_by("pk"):
        answers = tuple(tasks[code] for code in row.met_by)
        stated = any(task.origin == Origin.STATED for task in answers)
        demands.append((row.title, row.get_cluster_display(), row.clause, answers, stated))
    return Gaps(
        demands=tuple(demands),
        commitments=Commitment.objects.filter(plan=plan).select_related("funded_by").order_by("pk"),
        blanks=Placeholder.objects.filter(plan=plan).order_by("pk"),
        baselines=Baseline.objects.filter(plan=plan).order_by("pk"),
        basis=PolicyBasis.objects.filter(plan=plan).order_by("pk"),
        goals=Goal.objects.filter(plan=plan).order_by("pk"),
        undescribed=SubTask.objects.filter(plan=plan)
        .exclude(origin=Origin.STATED)
        .order_by("code"),
    )


@dataclass(frozen=True)
class Matrix:
    """Which income pays which project, in fen; it sums both ways (4.1)."""

    incomes: tuple[IncomeLine, ...]
    rows: tuple[tuple[SpendingLine, tuple[int, ...]], ...]
    total_fen: int
    outside: tuple[IncomeLine, ...]


def matrix(year: int) -> Matrix:
    """Return the matrix of fund sources: a row per project, a column per income line."""
    plan = plan_of(year)
    every = IncomeLine.objects.filter(plan=plan).order_by("pk")
    incomes = tuple(row for row in every if not row.outside)
    paid = {
        (line, source): fen
        for line, source, fen in Funding.objects.filter(plan=plan).values_list(
            "spending_id", "income_id", "amount_fen"
        )
    }
    lines = SpendingLine.objects.filter(plan=plan).exclude(code__contains="/").order_by("code")
    return Matrix(
        incomes=incomes,
        rows=tuple(
            (line, tuple(paid.get((line.pk, source.pk), 0) for source in incomes)) for line in lines
        ),
        total_fen=plan.total_fen,
        outside=tuple(row for row in every if row.outside),
    )


def line(year: int, code: str) -> SpendingLine:
    """Return one spending line; raise NothingLikeThat."""
    row = (
        SpendingLine.objects.filter(plan=plan_of(year), code=code)
        .select_related("project", "fund_source")
        .first()
    )
    if row is None:
        raise NothingLikeThat(year=year, what="支出", code=code)
    return row


def versions(year: int) -> QuerySet[PlanVersion]:
    """Return the frozen versions of a year, the newest first."""
    return PlanVersion.objects.filter(plan__year=year).select_related("by").order_by("-number")


def side(name: str) -> tuple[str, Cells]:
    """Return one side of a comparison: "2025" as it stands now, "2025.1" as version 1 froze it.

    Raises NoPlan for a year or version that does not exist.
    """
    year, _, number = name.partition(".")
    if not year.isdigit() or (number and not number.isdigit()):
        raise NoPlan(year=name)
    if not number:
        return f"{year} 现行", cells(content_of(plan_of(int(year))))
    version = PlanVersion.objects.filter(plan__year=int(year), number=int(number)).first()
    if version is None:
        raise NoPlan(year=name)
    return f"{year} 第 {number} 版", version.content


def sides() -> list[tuple[str, str]]:
    """Return what can be compared: every year as it stands, and each of its versions."""
    found = []
    for plan in PlanYear.objects.order_by("-year"):
        found.append((str(plan.year), f"{plan.year} 现行"))
        for version in versions(plan.year):
            day = campus_day(version.at).isoformat()
            words = f"{plan.year} 第 {version.number} 版（{day}）"
            found.append((f"{plan.year}.{version.number}", words))
    return found


@dataclass(frozen=True)
class Preview:
    """What a file would do to its plan year, before anything is written."""

    year: int
    title: str
    state: str
    """new, draft, same or adopted: what the year is now, against the file."""
    seen: str
    counts: list[tuple[str, int]]
    sheets: list[tuple[str, list[Difference]]]
    more: int
    """How many differences are not listed, because there are too many."""
    added: int
    changed: int
    removed: int


def preview(content: Content) -> Preview:
    """Return what writing the content would add, change and remove (R001)."""
    facts = content["plan"][0]
    now = PlanYear.objects.filter(year=facts["year"]).first()
    old = content_of(now) if now else None
    found = compare(cells(old), cells(content)) if old else []
    sheets: dict[str, list[Difference]] = {}
    for one in found[:MOST_SHOWN]:
        sheets.setdefault(one.sheet, []).append(one)
    state = "new" if now is None else "same" if not found else "draft"
    if state == "draft" and now and now.adopted_at is not None:
        state = "adopted"
    return Preview(
        year=facts["year"],
        title=facts["title"],
        state=state,
        seen=digest(old) if old else "",
        counts=counts(content),
        sheets=list(sheets.items()),
        more=max(len(found) - MOST_SHOWN, 0),
        added=sum(one.what == "新增" for one in found),
        changed=len({(one.sheet, one.code) for one in found if one.what == "修改"}),
        removed=sum(one.what == "删除" for one in found),
    )


def trail(year: int) -> list[Entry]:
    """Return what happened to a plan year, the newest first."""
    return list(reversed(trail_of(plan_of(year))))


def milestone_trail(year: int, code: str) -> list[Entry]:
    """Return what happened to one milestone, the newest first."""
    row = Milestone.objects.filter(plan=plan_of(year), code=code).first()
    return list(reversed(trail_of(row))) if row else []


def milestone_files(year: int, code: str) -> list[File]:
    """Return the evidence kept for one milestone."""
    row = Milestone.objects.filter(plan=plan_of(year), code=code).first()
    return list(files_of(row)) if row else []


def plans() -> list[tuple[PlanYear, PlanVersion | None, int]]:
    """Return every plan year with its newest version and the number of its blanks."""
    found = []
    for plan in PlanYear.objects.select_related("adopted_by").order_by("-year"):
        blanks = Placeholder.objects.filter(plan=plan, value="").count()
        found.append((plan, versions(plan.year).first(), blanks))
    return found


def amounts(year: int) -> list[tuple[str, str, int | None, bool]]:
    """Return what a revision may change: (field, label, fen, must be given).

    Fields are i:CODE for income, s:CODE for spending, f:SPENDING←INCOME for a cell of the matrix.
    """
    table = matrix(year)
    found: list[tuple[str, str, int | None, bool]] = [
        (f"i:{row.code}", row.title, row.amount_fen, True) for row in table.incomes
    ]
    for row in SpendingLine.objects.filter(plan=plan_of(year)).order_by("code"):
        own = "/" not in row.code
        found.append((f"s:{row.code}", f"{row.code} {row.title}", row.amount_fen, own))
    for line_, paid in table.rows:
        found += [
            (f"f:{line_.code}←{source.code}", f"{line_.title} ← {source.title}", fen, True)
            for source, fen in zip(table.incomes, paid, strict=True)
        ]
    return found
