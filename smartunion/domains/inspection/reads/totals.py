"""What is counted of inspections: K52–K57, in branches and numbers, never a name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from smartunion.domains.inspection.models import Check, Problem, Round
from smartunion.domains.inspection.rules.parties import CENTRAL
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.procedures.models import StepRun

from . import figures
from .frames import short_names
from .terms import terms_on


@dataclass(frozen=True)
class RoundFact:
    """One round: how many branches and vouchers it drew of how many, and when it was published."""

    number: str
    drawn_on: date
    published_on: date | None
    branches: int
    of_branches: int
    least_percent: int
    """The least share of vouchers that any drawn branch has had, in whole per cent."""
    vouchers: int
    of_vouchers: int


@dataclass(frozen=True)
class BranchFact:
    """One branch of one round: the money that was looked at, and what of it was a problem."""

    round: str
    branch: str
    vouchers: int
    checked_fen: int
    problem_fen: int


@dataclass(frozen=True)
class ProblemFact:
    """One problem: what was back within the hours promised, and whether it was explained."""

    id: int
    round: str
    branch: str
    found_on: date
    problem_fen: int
    returned_fen: int
    returned_in_time: bool
    stated_in_time: bool
    severe: bool


def _drawn(first: date, until: date) -> list[Round]:
    rows = Round.objects.filter(drawn_at__gte=start_of(first), drawn_at__lt=start_of(until))
    return list(rows.order_by("year", "sequence"))


def rounds(first: date, until: date) -> list[RoundFact]:
    """Return the rounds drawn in the period."""
    return [_fact(one) for one in _drawn(first, until)]


def _fact(it: Round) -> RoundFact:
    counted = dict[str, tuple[int, int]]()
    rows = it.vouchers.filter(branch__in=it.drawn).values_list("branch")
    for branch, all_of_them, drawn in rows.annotate(
        n=Count("pk"), d=Count("pk", filter=Q(is_drawn=True))
    ).values_list("branch", "n", "d"):
        counted[branch] = (all_of_them, drawn)
    shares = [100 * drawn // n for n, drawn in counted.values() if n]
    posted = StepRun.objects.filter(case=it.case_id, step="publish").order_by("pk").first()
    return RoundFact(
        it.number,
        campus_day(it.drawn_at or it.case.opened_at),
        campus_day(posted.opened_at) if posted else None,
        len([one for one in it.drawn if one != CENTRAL]),
        len([one for one in it.branches if one != CENTRAL]),
        min(shares, default=0),
        sum(drawn for _, drawn in counted.values()),
        it.vouchers.count(),
    )


def branches(first: date, until: date) -> list[BranchFact]:
    """Return what was looked at in each branch in the period's rounds."""
    names = short_names()
    rows = (
        Check.objects.filter(voucher__round__in=_drawn(first, until))
        .values_list("voucher__round__number", "voucher__branch")
        .annotate(n=Count("pk"), fen=Sum("voucher__amount_fen"), problem=Sum("problem_fen"))
        .order_by("voucher__round__number", "voucher__branch")
    )
    return [
        BranchFact(number, names.get(branch, branch), n, fen, problem)
        for number, branch, n, fen, problem in rows
    ]


@dataclass(frozen=True)
class ClaimFact:
    """What a round's second sample, by amount, says of the share of problem money (R171)."""

    round: str
    vouchers: int
    checked_fen: int
    problem_fen: int
    words: str


def claims(first: date, until: date) -> list[ClaimFact]:
    """Return the claims of the period's rounds that were looked at: estimate and 95 % bound."""
    found = []
    for it in _drawn(first, until):
        rich = Check.objects.filter(voucher__round=it, voucher__by_amount=True)
        sums = rich.aggregate(fen=Sum("voucher__amount_fen"), problem=Sum("problem_fen"))
        told = figures.of_round(it)
        if told.claim.size:
            words = f"按金额抽样：估计 {told.point_words}，95% 上限 {told.bound_words}"
            found.append(ClaimFact(it.number, told.claim.size, sums["fen"], sums["problem"], words))
    return found


def problems(first: date, until: date) -> list[ProblemFact]:
    """Return the problems found in the period, with both promises kept or not."""
    found = Problem.objects.filter(found_at__gte=start_of(first), found_at__lt=start_of(until))
    rows = list(found.select_related("round").order_by("pk"))
    late: dict[int, set[str]] = defaultdict(set)
    for case, step in StepRun.objects.filter(
        case__in=[one.case_id for one in rows], step__in=("refund", "statement"), late=True
    ).values_list("case", "step"):
        late[case].add(step)
    names = short_names()
    return [
        ProblemFact(
            one.pk, one.round.number, names.get(one.branch, one.branch), campus_day(one.found_at),
            one.problem_fen, one.returned_fen,
            _in_time(one.found_at, one.returned_at),
            one.stated_at is not None and "statement" not in late[one.case_id],
            bool(one.is_severe),
        )
        for one in rows
    ]  # fmt: skip


def _in_time(found_at: datetime, returned_at: datetime | None) -> bool:
    hours = terms_on(campus_day(found_at)).return_hours
    return returned_at is not None and returned_at - found_at <= timedelta(hours=hours)
