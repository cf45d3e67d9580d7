"""What the reconciliation's pages show, and which days still need something from the bank."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Abs

from smartunion.domains.settlement.models import (
    AccountDay,
    AccountLine,
    BankFile,
    BankLine,
    Difference,
    Match,
    Reconciliation,
    State,
)
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import next_month

from .figures import terms_on

WAIT = timedelta(minutes=30)
"""How long the bank is left alone after a file that was refused."""

LOOK_BACK = timedelta(days=31)
"""For so long the orders of matched days are watched for some that come late."""

AGAIN = timedelta(hours=24)
"""How long the bank has for what is under way before its day is looked at again."""

SHOWN = {
    State.SAME: "ok", State.PROC: "wait", State.MORE: "late", State.LESS: "late",
    State.DIFF: "late", State.SANF: "late", State.FANS: "late", State.EANS: "late",
    State.EANF: "late",
}  # fmt: skip


def days_to_fetch(*, before: date, at: datetime) -> list[date]:
    """Return the days that are over and unmatched, and those to be sent again; oldest first."""
    first = wallet.first_bank_day()
    if first is None:
        return []
    rows = dict(Reconciliation.objects.values_list("day", "resend_asked_at"))
    lately = BankFile.objects.filter(state="refused", at__gt=at - WAIT)
    done = {day for day, asked_at in rows.items() if asked_at is None}
    done |= {day for day in lately.values_list("day", flat=True) if rows.get(day) is None}
    span = ((first + timedelta(days=n)) for n in range((before - first).days))
    return [day for day in span if day not in done]


def days_to_look_again(*, before: date, at: datetime) -> dict[date, str]:
    """Return matched days of which the bank shall speak again, each with the reason.

    One has an order that came after its matching: an upload, a release, a bank that was away. Or
    something of it is under way, and it was last asked a day ago.
    """
    newest = wallet.newest_bank_orders(since=before - LOOK_BACK)
    under_way = set(open_cases().filter(state=State.PROC).values_list("day", flat=True))
    rows = Reconciliation.objects.filter(
        day__gte=before - LOOK_BACK, day__lt=before, resend_asked_at=None
    )
    found = {}
    for each in rows.order_by("day"):
        if newest.get(each.day, 0) > each.upto_order:
            found[each.day] = "对账之后又有这一天的指令"
        elif each.day in under_way and each.at <= at - AGAIN:
            found[each.day] = "有处理中的笔数"
    return found


def needs_file(day: date) -> bool:
    """Tell if no file of the day is in use, or another was asked for."""
    return (
        not BankFile.objects.filter(day=day, state="used").exists()
        or Reconciliation.objects.filter(day=day, resend_asked_at__isnull=False).exists()
    )


def account_of(day: date) -> AccountDay | None:
    """Return a day of the corporate account that adds up, None before it came."""
    return AccountDay.objects.filter(day=day).first()


def original(file: BankFile) -> bytes:
    """Return a file as it came, used or refused."""
    rows = file.parts.order_by("number").values_list("content", flat=True)
    return b"".join(zlib.decompress(bytes(each)) for each in rows)


def last_number(day: date) -> int:
    """Return the highest number of the day's files that came, used or not."""
    return int(BankFile.objects.filter(day=day).aggregate(n=Max("number"))["n"] or 0)


@dataclass(frozen=True)
class Month:
    """A month of days, and what of it is still apart, in fen."""

    days: Sequence[Reconciliation]
    missing: int
    same: int
    open_cases: int
    apart_fen: int
    refused: int


def month(first: date, *, on: date) -> Month:
    """Return the days of a month as they were matched, newest first."""
    until = next_month(first)
    days = Reconciliation.objects.filter(day__gte=first, day__lt=until).select_related("file")
    began = wallet.first_bank_day()
    since = max(first, began) if began else until
    due = max((min(until, on) - since).days, 0)
    found = list(days.order_by("-day"))
    still = open_cases().filter(day__gte=first, day__lt=until)
    return Month(
        days=found,
        missing=max(due - sum(each.day < on for each in found), 0),
        same=sum(each.same for each in found),
        open_cases=still.count(),
        apart_fen=apart_fen(still),
        refused=BankFile.objects.filter(day__gte=first, day__lt=until, state="refused").count(),
    )


def months() -> list[date]:
    """Return the months that have days, newest first."""
    return list(Reconciliation.objects.dates("day", "month", order="DESC"))


def open_cases() -> QuerySet[Difference]:
    """Return the cases that are not closed, the first due first."""
    return (
        Difference.objects.filter(closed_at__isnull=True)
        .select_related("owner")
        .order_by("due_at", "pk")
    )


def apart_fen(cases: QuerySet[Difference]) -> int:
    """Return how many fen the two sides of cases are apart, each counted for itself."""
    summed = cases.aggregate(fen=Sum(Abs(F("bank_fen") - F("ours_fen"))))["fen"]
    return int(summed or 0)


@dataclass(frozen=True)
class Day:
    """One day with everything that came for it and every row that is not the same."""

    day: date
    files: Sequence[BankFile]
    account: AccountDay | None
    matched: Reconciliation | None
    counts: Sequence[tuple[str, str, str, int]]
    rows: Sequence[Match]
    cases: Sequence[Difference]
    unlisted: Sequence[AccountLine]
    """Movements of the corporate account that the day's file does not have."""


def day(on: date) -> Day:
    """Return a day."""
    counted = dict(
        Match.objects.filter(day=on).values_list("state").annotate(n=Count("pk")).order_by()
    )
    account = AccountDay.objects.filter(day=on).first()
    return Day(
        day=on,
        files=list(BankFile.objects.filter(day=on).order_by("at", "pk")),
        account=account,
        matched=Reconciliation.objects.filter(day=on).select_related("file").first(),
        counts=[
            (SHOWN[state], state.value, str(state.label), counted[state])
            for state in State
            if state in counted
        ],
        rows=list(
            Match.objects.filter(day=on)
            .exclude(state=State.SAME)
            .select_related("line")
            .order_by("state", "pk")[:500]
        ),
        cases=list(
            Difference.objects.filter(day=on)
            .select_related("owner", "closed_by")
            .order_by(F("closed_at").asc(nulls_first=True), "pk")
        ),
        unlisted=_unlisted(account),
    )


def _unlisted(account: AccountDay | None) -> list[AccountLine]:
    if account is None:
        return []
    told = BankLine.objects.filter(file__day=account.day, file__state="used").values("bank_ref")
    opening = Q(kind="OPENING")
    return list(account.entries.exclude(bank_ref__in=told).exclude(opening).order_by("number"))


def case(case_id: int) -> Difference | None:
    """Return a case with the people who have to do with it."""
    return (
        Difference.objects.select_related("owner", "explained_by", "closed_by")
        .filter(pk=case_id)
        .first()
    )


def lines_of(found: Difference) -> list[BankLine]:
    """Return every line in which the bank ever told of the case's subject, by file."""
    told = Q(key=found.document) if found.document else Q(bank_ref=found.bank_ref)
    return list(
        BankLine.objects.filter(told).select_related("file").order_by("file__day", "file__number")
    )


def is_matched(month: date, *, on: date) -> bool:
    """Tell if every day of a month of which the bank must have spoken by now was matched (T+n)."""
    began = wallet.first_bank_day()
    if began is None:
        return False
    since = max(month, began)
    until = min(next_month(month), on - timedelta(days=terms_on(on).open_days))
    there = Reconciliation.objects.filter(day__gte=since, day__lt=until).count()
    return since < until and there == (until - since).days
