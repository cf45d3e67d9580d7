"""Months as they were frozen, and what their review needs to know."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.db.models import F, QuerySet, Sum

from smartunion.domains.planning import public as planning
from smartunion.domains.settlement.models import (
    ClawBack,
    Difference,
    Reconciliation,
    Review,
    Statement,
)
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.calendar import next_working_day
from smartunion.kernel.base.days import next_month
from smartunion.kernel.procedures.models import StepRun


def review_days(month: date) -> tuple[date, date]:
    """Return when the month's report is reviewed: as planned, and on a working day (T26)."""
    after = next_month(month)
    planned = after.replace(day=int(planning.lasting_terms("wallet", on=after)["review_day"]))
    return planned, next_working_day(planned)


def drafted(month: date) -> list[Statement]:
    """Return every merchant's statement of a month as it stands; not saved."""
    before = Review.objects.filter(month__lt=month).order_by("-month").first()
    owed = dict(before.statements.values_list("merchant_id", "rest_fen")) if before else {}
    taken = dict(
        ClawBack.objects.filter(review=None)
        .values_list("merchant_id")
        .annotate(fen=Sum("amount_fen"))
    )
    return [
        _statement(
            row, month, carried=owed.get(row.merchant_id, 0), clawed=taken.get(row.merchant_id, 0)
        )
        for row in wallet.settled(month)
    ]


def _statement(row: wallet.Settled, month: date, *, carried: int, clawed: int) -> Statement:
    total = wallet.settled_total_fen(row, month)
    due = total - row.principal_fen + carried - clawed
    return Statement(
        merchant_id=row.merchant_id, number=row.number, name=row.name, count=row.count,
        gross_fen=row.gross_fen, refunded_fen=row.refunded_ecny_fen + row.refunded_points_fen,
        principal_fen=row.principal_fen, subsidy_fen=row.subsidy_fen,
        corrected_fen=row.corrected_fen, prior_fen=row.prior_fen, carried_fen=carried,
        clawed_fen=clawed, total_fen=total, payable_fen=max(due, 0), rest_fen=min(due, 0),
    )  # fmt: skip


FIGURES = (
    "merchant_id", "number", "name", "count", "gross_fen", "refunded_fen", "principal_fen",
    "subsidy_fen", "corrected_fen", "prior_fen", "carried_fen", "clawed_fen", "total_fen",
    "payable_fen", "rest_fen",
)  # fmt: skip


def text_of(statements: Sequence[Statement]) -> str:
    """Return the report in the one form that is hashed: a line a merchant, by number."""
    rows = sorted(statements, key=lambda each: each.number)
    return "".join("|".join(str(getattr(row, name)) for name in FIGURES) + "\n" for row in rows)


def digest_of(statements: Sequence[Statement]) -> str:
    """Return the SHA-256 of the report (M1: the same on every run)."""
    return hashlib.sha256(text_of(statements).encode()).hexdigest()


def again(review: Review) -> str:
    """Return the digest of a frozen month computed anew from the wallet's rows (M1)."""
    frozen = {each.merchant_id: each for each in review.statements.all()}
    rows = [
        _statement(
            row, review.month, carried=frozen[row.merchant_id].carried_fen,
            clawed=frozen[row.merchant_id].clawed_fen,
        )
        for row in wallet.settled(review.month)
        if row.merchant_id in frozen
    ]  # fmt: skip
    for row in rows:  # a merchant may have been renamed since
        row.name = frozen[row.merchant_id].name
    return digest_of(rows)


def differing(limit: int) -> list[tuple[str, str]]:
    """Return the frozen months that computed anew are not what they were (M1)."""
    found = []
    for review in Review.objects.order_by("month"):
        now = again(review)
        if digest_of(list(review.statements.all())) != review.digest or now != review.digest:
            found.append((f"settlement_review {review.month:%Y-%m}", f"now {now[:12]}"))
    return found[:limit]


def reviews() -> QuerySet[Review]:
    """Return the frozen months, newest first."""
    return Review.objects.select_related("case").order_by("-month")


def review(month: date) -> Review | None:
    """Return a frozen month."""
    return Review.objects.select_related("case").filter(month=month).first()


def month_of_run(run_id: int) -> date | None:
    """Return the month whose review has this step."""
    run = StepRun.objects.filter(pk=run_id).values_list("case_id", flat=True).first()
    found = Review.objects.filter(case=run).first() if run else None
    return found.month if found else None


def open_step(found: Review) -> StepRun | None:
    """Return the step at which the month's review stands."""
    return found.case.runs.filter(state=StepRun.State.OPEN).order_by("pk").first()


def unmatched(day: date) -> bool:
    """Tell if a day was not matched with the bank yet."""
    return not Reconciliation.objects.filter(day=day).exists()


def open_cases(month: date) -> int:
    """Return how many differences with the bank of the month are not closed."""
    return Difference.objects.filter(
        day__gte=month, day__lt=next_month(month), closed_at=None
    ).count()


def owes_fen(merchant_id: int) -> int:
    """Return what a merchant still owes, in fen: carried by its newest statement, and since then.

    A claw-back since adds to it, a cover lessens it; what the open month earns is not counted.
    """
    newest = statements_of(merchant_id).first()
    since = ClawBack.objects.filter(merchant_id=merchant_id, review=None)
    clawed = since.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return max(int(clawed) - (newest.rest_fen if newest else 0), 0)


def granted_fen(merchant_id: int) -> int:
    """Return what frozen statements granted a merchant as subsidy and nothing has clawed back."""
    rows = Statement.objects.filter(merchant_id=merchant_id)
    given = rows.aggregate(fen=Sum(F("subsidy_fen") + F("corrected_fen")))["fen"] or 0
    clawed = ClawBack.objects.filter(merchant_id=merchant_id, amount_fen__gt=0)
    return max(int(given) - int(clawed.aggregate(fen=Sum("amount_fen"))["fen"] or 0), 0)


def statement(merchant_id: int, month: date) -> Statement | None:
    """Return a merchant's frozen statement of a month."""
    return (
        Statement.objects.select_related("review", "payout")
        .filter(merchant_id=merchant_id, review__month=month)
        .first()
    )


def statements_of(merchant_id: int) -> QuerySet[Statement]:
    """Return a merchant's frozen statements, newest first."""
    rows = Statement.objects.filter(merchant_id=merchant_id).select_related("review", "payout")
    return rows.order_by("-review__month")


def prior_fen(month: date) -> int | None:
    """Return the frozen statements' corrections of earlier months in fen; None before."""
    rows = Statement.objects.filter(review__month=month)
    summed = rows.aggregate(fen=Sum("prior_fen"))["fen"]
    return None if summed is None else int(summed)


def debt_fen(merchant_id: int) -> int:
    """Return what the last statement left unpaid, less what was covered since, in fen."""
    last = statements_of(merchant_id).first()
    covered = ClawBack.objects.filter(merchant_id=merchant_id, review=None, amount_fen__lt=0)
    fen = int(covered.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    return max(-(last.rest_fen if last else 0) + fen, 0)
