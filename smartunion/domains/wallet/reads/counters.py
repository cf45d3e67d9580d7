"""A merchant's counter: which terminal, which number comes next, and its day."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet, Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Merchant, Payment, Refund, Terminal
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.reads import held_on

from .vouchers import Sums, Voucher, detailed, id_of, sums, vouchers


class NoTill(Refused):
    """The cashier's shop has no terminal in service."""

    code = "wallet.no_till"
    text = "本店还没有可用的收银终端"
    clause = "3.1-1②"
    remedy = "请工会福利部在终端名册登记本店的终端，登记后马上可以收款"
    status = 409


@dataclass(frozen=True)
class Counter:
    """The terminal at which a cashier stands."""

    terminal_id: int
    terminal: str
    merchant_id: int
    merchant: str
    others: tuple[tuple[int, str], ...]


def merchant_in(units: frozenset[int] | None) -> Merchant | None:
    """Return the merchant of the units that a mandate names; the whole campus is no merchant."""
    if not units:
        return None
    return Merchant.objects.filter(unit__in=units).select_related("unit").order_by("pk").first()


def counter_in(units: frozenset[int] | None, *, terminal_id: int | None) -> Counter | None:
    """Return the cashier's counter: the chosen terminal of the own merchant, else its first."""
    merchant = merchant_in(units)
    if merchant is None:
        return None
    live = list(Terminal.objects.filter(merchant=merchant, retired_at__isnull=True).order_by("pk"))
    if not live:
        return None
    here = next((each for each in live if each.pk == terminal_id), live[0])
    return Counter(
        here.pk,
        f"{here.name} · {here.code}" if here.name else here.code,
        merchant.pk,
        merchant.name,
        tuple((each.pk, each.name or each.code) for each in live),
    )


def sale(terminal_id: int, day: date, seq: int) -> Voucher | None:
    """Return the payment that the terminal made under this number, or None."""
    rows = Payment.objects.filter(terminal=terminal_id, biz_date=day, terminal_seq=seq)
    found = vouchers(detailed(rows))
    return found[0] if found else None


def own_sale(merchant_id: int, number: str) -> Voucher | None:
    """Return the merchant's own payment with this receipt number; another's is not found."""
    payment_id = id_of(number)
    found = vouchers(detailed(Payment.objects.filter(pk=payment_id or 0, merchant=merchant_id)))
    return found[0] if found else None


def own_payment(merchant_id: int, payment_id: int) -> Voucher | None:
    """Return the merchant's own payment; another's is not found."""
    found = vouchers(detailed(Payment.objects.filter(pk=payment_id, merchant=merchant_id)))
    return found[0] if found else None


@dataclass(frozen=True)
class Split:
    """What a refund would give back of each leg, in fen."""

    ecny_fen: int
    points_fen: int


def split(paid: Voucher, amount_fen: int) -> Split:
    """Return how a refund of this size falls on the two legs (R048)."""
    total = min(amount_fen, paid.left_fen)
    before = rules.split_back(paid.asked_fen, paid.points_fen, paid.refunded_fen)
    after = rules.split_back(paid.asked_fen, paid.points_fen, paid.refunded_fen + total)
    return Split(after[0] - before[0], after[1] - before[1])


def of_merchant(
    merchant_id: int, *, since: date, until: date, terminal_id: int | None = None, status: str = ""
) -> QuerySet[Payment]:
    """Return the merchant's payments of business days since..until, both included."""
    terminals = Terminal.objects.filter(merchant=merchant_id)
    if terminal_id:
        terminals = terminals.filter(pk=terminal_id)
    rows = Payment.objects.filter(
        terminal__in=terminals.values("pk"), biz_date__range=(since, until)
    )
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("-occurred_at", "-pk")


@dataclass(frozen=True)
class Day:
    """A merchant's business day in figures."""

    on: date
    sums: Sums


def day_of(merchant_id: int, on: date) -> Day:
    """Return the figures of a merchant's day; its refunds are those given on that day."""
    given = Refund.objects.filter(
        terminal__in=Terminal.objects.filter(merchant=merchant_id).values("pk"), biz_date=on
    ).aggregate(n=Count("pk"), ecny=Sum("ecny_fen"), points=Sum("points_fen"))
    sold = sums(of_merchant(merchant_id, since=on, until=on))
    refunded = (given["ecny"] or 0) + (given["points"] or 0)
    return Day(on, replace(sold, refunds=given["n"], refunded_fen=refunded))


@dataclass(frozen=True)
class TerminalToday:
    """A terminal with what it did today."""

    id: int
    serial: str
    place: str
    count: int
    last_at: datetime | None
    open: bool


def terminals_of(merchant_id: int, on: date) -> list[TerminalToday]:
    """Return the merchant's terminals with today's count and last payment."""
    found = []
    for each in Terminal.objects.filter(merchant=merchant_id).order_by("pk"):
        today = Payment.objects.filter(terminal=each, biz_date=on, status__in=("S", "R", "H"))
        last = today.aggregate(last=Max("occurred_at"))["last"]
        found.append(
            TerminalToday(
                each.pk, each.code, each.name, today.count(), last, each.retired_at is None
            )
        )
    return found


@dataclass(frozen=True)
class Clerk:
    """A user of the merchant, with the post and since when."""

    name: str
    username: str
    office: str
    since: date


def clerks_of(unit_id: int, on: date) -> list[Clerk]:
    """Return who may sign in for the merchant on a day."""
    held = held_on(on).filter(unit=unit_id).select_related("person", "office")
    return [
        Clerk(each.person.name, each.person.username, each.office.title, each.since)
        for each in held.order_by("office__title", "person__name")
    ]
