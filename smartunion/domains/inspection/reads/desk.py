"""The desk's pages: all rounds, one round, a problem, what an inspector has to look at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from smartunion.domains.inspection.models import Check, Inspector, Problem, Round, Voucher
from smartunion.domains.inspection.procedure import PROBLEM, ROUND
from smartunion.domains.inspection.rules.parties import CENTRAL, NAMES, Party, widths
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.models import Case, StepRun

from . import figures, frames
from .terms import terms_on

MARKS = {"passed": ("ok", "已办"), "open": ("run", "办理中"), "waiting": ("wait", "等另一支")}


@dataclass(frozen=True)
class Step:
    """One step of a case as it stands; `at_last` is when it was done or is due."""

    code: str
    name: str
    mark: str
    words: str
    who: str
    due_at: datetime | None
    done_at: datetime | None
    outputs: tuple[str, ...]


def steps(case: Case, sheet: Procedure) -> list[Step]:
    """Return a case's steps in the sheet's order, each as its last run left it."""
    runs = {
        run.step: run
        for run in case.runs.select_related("lead", "backup")
        .prefetch_related("evidence")
        .order_by("pk")
    }
    found = []
    for step in sheet.steps:
        run: StepRun | None = runs.get(step.code)
        mark, words = MARKS.get(run.state if run else "", ("na", "未到"))
        doer = (run.backup if run.taken_over_at else run.lead) if run else None
        found.append(
            Step(
                step.code, step.name, mark, words, doer.name if doer else "",
                run.due_at if run and run.state == "open" else None,
                run.ended_at if run else None,
                tuple(one.text for one in run.evidence.all() if one.text) if run else (),
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class RoundRow:
    """One round of the list."""

    it: Round
    mark: str
    words: str
    vouchers: int
    drawn: int
    checked: int
    problem_fen: int
    share: str


def listed() -> list[RoundRow]:
    """Return every round, the newest first."""
    rows = Round.objects.select_related("case").annotate(
        framed=Count("vouchers"),
        looked=Count("vouchers", filter=Q(vouchers__is_drawn=True) | Q(vouchers__by_amount=True)),
    )
    found = []
    for it in rows.order_by("-year", "-sequence", "-attempt"):
        money = figures.of_round(it)
        run = it.case.runs.filter(state=StepRun.State.OPEN).order_by("pk").first()
        mark, words = ("ok", "已公开") if run is None else ("run", ROUND.name_of(run.step))
        if it.spoiled_at:
            mark, words = "off", "仪式作废"
        found.append(
            RoundRow(
                it, mark, words, it.framed, it.looked, money.checked, money.problem_fen,
                money.share_words,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class PartyRow:
    """One party of the ceremony: how many digits are its, who rolled them, what they are."""

    party: str
    name: str
    width: int
    digits: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class BranchRow:
    """One branch to look at: how many vouchers, by whom, how far."""

    code: str
    name: str
    is_drawn: bool
    of: int
    looked: int
    checked: int
    problem_fen: int
    inspectors: str


@dataclass(frozen=True)
class Card:
    """Everything about one round."""

    it: Round
    steps: list[Step]
    open: list[str]
    parties: list[PartyRow]
    branches: list[BranchRow]
    problems: list[Problem]
    found: figures.Found
    framed: int
    looked: int
    planned: figures.Planned | None


def card(number: str) -> Card | None:
    """Return one round with all that belongs to it, or None."""
    it = Round.objects.select_related("case", "photo").filter(number=number).first()
    if it is None:
        return None
    branches = _branches(it)
    return Card(
        it,
        steps(it.case, ROUND),
        list(it.case.runs.filter(state=StepRun.State.OPEN).values_list("step", flat=True)),
        parties(it),
        branches,
        list(it.problems.select_related("responsible", "case").order_by("branch")),
        figures.of_round(it),
        it.vouchers.count(),
        sum(one.looked for one in branches),
        figures.planned(it) if it.frozen_at else None,
    )


def parties(it: Round) -> list[PartyRow]:
    """Return the three parties with what each has rolled."""
    rolled = {one.party: one for one in it.rolls.select_related("by")}
    count = widths(len(it.dice) or terms_on(campus_day(it.case.opened_at)).digits)
    rows = []
    for party in Party:
        roll = rolled.get(party)
        rows.append(
            PartyRow(
                party, NAMES[party], count[party], roll.digits if roll else "",
                roll.by.name if roll else "", roll.at if roll else None,
            )
        )  # fmt: skip
    return rows


def party_of(person: Person, at: datetime) -> Party | None:
    """Return the party for which somebody may roll today, or None."""
    on = campus_day(at)
    return next((one for one in Party if person in holders(one, on=on)), None)


def _branches(it: Round) -> list[BranchRow]:
    names = frames.short_names()
    people: dict[str, list[str]] = {}
    for one in Inspector.objects.filter(round=it).select_related("person").order_by("pk"):
        people.setdefault(one.branch, []).append(one.person.name)
    looked = Q(is_drawn=True) | Q(by_amount=True)
    counted = {
        branch: (n, m, k)
        for branch, n, m, k in it.vouchers.values_list("branch")
        .annotate(n=Count("pk"), m=Count("pk", filter=looked), k=Count("check_of", filter=looked))
        .values_list("branch", "n", "m", "k")
    }
    problem: dict[str, int] = {}
    for branch, fen in Check.objects.filter(voucher__round=it).values_list(
        "voucher__branch", "problem_fen"
    ):
        problem[branch] = problem.get(branch, 0) + fen
    order = [one for one in it.drawn if one != CENTRAL]
    order += [one for one in it.branches if one not in order and counted.get(one, (0, 0))[1]]
    rows = []
    for code in order:
        n, m, k = counted.get(code, (0, 0, 0))
        rows.append(
            BranchRow(
                code, names.get(code, code), code in it.drawn, n, m, k, problem.get(code, 0),
                "、".join(people.get(code, [])),
            )
        )  # fmt: skip
    return rows


@dataclass(frozen=True)
class Task:
    """One voucher that an inspector has to look at, told by what finds the paper."""

    id: int
    number: str
    branch: str
    document: str
    event_at: datetime
    is_checked: bool
    amount_fen: int | None
    """What the books say; None until the paper was read."""
    because: str
    check: Check | None


def _task(voucher: Voucher) -> Task:
    check: Check | None = getattr(voucher, "check_of", None)
    transfer = voucher.transfer
    return Task(
        voucher.pk, voucher.number, frames.short_names()[voucher.branch], transfer.document,
        transfer.event_at, check is not None, voucher.amount_fen if check else None,
        transfer.because if check else "", check,
    )  # fmt: skip


def tasks(person: Person) -> list[Task]:
    """Return what an inspector has to look at in the rounds that are being looked at."""
    mine = Inspector.objects.filter(
        person=person, round=OuterRef("round"), branch=OuterRef("branch")
    )
    examining = StepRun.objects.filter(step="examine", state=StepRun.State.OPEN).values("case")
    rows = (
        Voucher.objects.filter(Exists(mine), round__case__in=examining)
        .filter(Q(is_drawn=True) | Q(by_amount=True))
        .select_related("transfer", "check_of")
        .order_by("check_of", "branch", "number")
    )
    return sorted((_task(one) for one in rows), key=lambda one: (one.is_checked, one.number))


def task(voucher_id: int, person: Person) -> Task | None:
    """Return one voucher that was drawn for this inspector, or None: somebody else's is not."""
    found = Voucher.objects.filter(pk=voucher_id).select_related("transfer", "check_of").first()
    if found is None:
        return None
    drawn = Inspector.objects.filter(round=found.round_id, branch=found.branch, person=person)
    return _task(found) if drawn.exists() else None


@dataclass(frozen=True)
class ProblemCard:
    """One problem: its steps, what is back, what is open."""

    it: Problem
    branch: str
    steps: list[Step]
    open: list[str]
    left_fen: int


def problem(problem_id: int) -> ProblemCard | None:
    """Return one problem, or None."""
    it = (
        Problem.objects.select_related("round", "case__sheet", "responsible")
        .filter(pk=problem_id)
        .first()
    )
    if it is None:
        return None
    return ProblemCard(
        it,
        frames.short_names()[it.branch],
        steps(it.case, PROBLEM),
        list(it.case.runs.filter(state=StepRun.State.OPEN).values_list("step", flat=True)),
        it.problem_fen - it.returned_fen,
    )


def is_part_of(it: Problem, person: Person) -> bool:
    """Test if somebody does or has done a step of a problem."""
    runs = it.case.runs.filter(Q(lead=person) | Q(backup=person))
    return it.responsible_id == person.pk or runs.exists()
