"""Coupons as their holder, the venue and the officers see them. Amounts in fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from smartunion.domains.coupons.models import Coupon, Redemption, VenuePayout
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.people.models import Person

STATES = {"open": "可用", "spent": "用完", "over": "已过期"}
KINDS = {kind.value: str(kind.label) for kind in Coupon.Kind}
MARKS = {"open": "ok", "spent": "off", "over": "late"}


def number_of(coupon_id: int, kind: str) -> str:
    """Return the number on the coupon: T-00012 (sport), K-00003 (research)."""
    return f"{'T' if kind == Coupon.Kind.SPORT else 'K'}-{coupon_id:05d}"


@dataclass(frozen=True)
class Row:
    """A coupon; its holder's name is given only where it was asked for."""

    id: int
    number: str
    kind: str
    kind_words: str
    holder_id: int
    holder: str
    face_fen: int
    left_fen: int
    expired_fen: int
    document: str
    because: str
    budget_code: str
    fund_source: str
    issued_at: datetime
    issued_by: str
    expires_on: date
    expired_at: datetime | None
    state: str
    mark: str
    state_words: str

    @property
    def is_open(self) -> bool:
        """Tell if something can still be spent of it."""
        return self.state == "open"


def _row(one: Coupon, on: date) -> Row:
    over = one.expired_at is not None or (one.left_fen > 0 and on > one.expires_on)
    state = "over" if over else "open" if one.left_fen else "spent"
    return Row(
        one.pk, number_of(one.pk, one.kind), one.kind, one.get_kind_display(), one.holder.pk,
        one.holder.name, one.face_fen, one.left_fen, one.expired_fen, one.document, one.because,
        one.budget_code, one.fund_source, one.issued_at,
        one.issued_by.name if one.issued_by else "系统", one.expires_on, one.expired_at,
        state, MARKS[state], STATES[state],
    )  # fmt: skip


def _rows(found: Iterable[Coupon], on: date) -> list[Row]:
    return [_row(one, on) for one in found]


def _all() -> QuerySet[Coupon]:
    return Coupon.objects.select_related("holder", "issued_by")


def of_person(person: Person, *, on: date) -> list[Row]:
    """Return a person's coupons: what can be spent first, by its end; then the newest."""
    rows = _rows(_all().filter(holder=person).order_by("-pk"), on)
    usable = sorted((row for row in rows if row.is_open), key=lambda row: (row.expires_on, row.id))
    return [*usable, *(row for row in rows if not row.is_open)]


def own(person: Person, coupon_id: int, *, on: date) -> Row | None:
    """Return a person's own coupon; another's is not found."""
    one = _all().filter(pk=coupon_id, holder=person).first()
    return _row(one, on) if one else None


def one(coupon_id: int, *, on: date) -> Row | None:
    """Return a coupon, or None."""
    found = _all().filter(pk=coupon_id).first()
    return _row(found, on) if found else None


@dataclass(frozen=True)
class Spent:
    """A redemption: where or for what, by whom."""

    id: int
    number: str
    at: datetime
    amount_fen: int
    place: str
    by: str
    paid_at: datetime | None
    slip: str
    by_id: int
    undone: str
    """Who undid it and why; empty where it stands."""
    fresh: bool
    """It can still be undone: of today, not paid, not undone."""


def _spent(rows: Iterable[Redemption], at: datetime) -> list[Spent]:
    names = {one.id: one.name for one in wallet.shops()}
    return [
        Spent(
            row.pk, number_of(row.coupon.pk, row.coupon.kind), row.at, row.amount_fen,
            names.get(row.merchant_id or 0) or f"{row.item}（发票 {row.invoice}）", row.by.name,
            row.payout.at if row.payout else None, row.payout.slip if row.payout else "",
            row.by.pk, f"{row.undone_by.name}：{row.undone_because}" if row.undone_by else "",
            not row.payout and not row.undone_by and campus_day(row.at) == campus_day(at),
        )
        for row in rows
    ]  # fmt: skip


def spent_of(coupon_id: int, *, at: datetime) -> list[Spent]:
    """Return how a coupon was spent, oldest first; what was undone says so."""
    return _spent(_redemptions().filter(coupon=coupon_id).order_by("pk"), at)


def _redemptions() -> QuerySet[Redemption]:
    return Redemption.objects.select_related("coupon", "by", "payout", "undone_by")


def taken_at(merchant_id: int, *, at: datetime, limit: int = 50) -> list[Spent]:
    """Return what a venue took lately, newest first. Never a holder."""
    return _spent(_redemptions().filter(merchant_id=merchant_id).order_by("-pk")[:limit], at)


def is_taken_at(redemption_id: int, merchant_id: int) -> bool:
    """Tell if a redemption is this venue's."""
    return Redemption.objects.filter(pk=redemption_id, merchant_id=merchant_id).exists()


def is_of(redemption_id: int, coupon_id: int) -> bool:
    """Tell if a redemption in finance is this coupon's."""
    rows = Redemption.objects.filter(pk=redemption_id, coupon=coupon_id, merchant_id=None)
    return rows.exists()


@dataclass(frozen=True)
class Sums:
    """What a venue took today and is still owed, in fen."""

    count: int
    today_fen: int
    owed_fen: int


def sums_at(merchant_id: int, *, at: datetime) -> Sums:
    """Return the venue's day and what finance owes it."""
    found = Redemption.objects.filter(merchant_id=merchant_id, undone_at=None).aggregate(
        count=Count("pk", filter=Q(at__gte=start_of(campus_day(at)))),
        today=Sum("amount_fen", filter=Q(at__gte=start_of(campus_day(at)))),
        owed=Sum("amount_fen", filter=Q(payout__isnull=True)),
    )
    return Sums(found["count"], int(found["today"] or 0), int(found["owed"] or 0))


def staff(username: str) -> Person | None:
    """Return the member of staff with this number, or None."""
    return Person.objects.filter(username=username, kind=Person.Kind.STAFF).first()


@dataclass(frozen=True)
class Owed:
    """A venue that waits for its money, in fen."""

    merchant_id: int
    name: str
    count: int
    fen: int


def owed() -> list[Owed]:
    """Return every venue that is owed something, the largest first."""
    names = {one.id: one.name for one in wallet.shops()}
    rows = (
        Redemption.objects.filter(
            merchant_id__isnull=False, payout__isnull=True, undone_at__isnull=True
        )
        .values("merchant_id")
        .annotate(n=Count("pk"), fen=Sum("amount_fen"))
        .order_by("-fen", "merchant_id")
    )
    return [
        Owed(shop, names[shop], row["n"], row["fen"])
        for row in rows
        if (shop := row["merchant_id"]) is not None
    ]


def paid(*, limit: int = 20) -> list[tuple[str, int, str, datetime]]:
    """Return the last payouts: venue, fen, slip, moment."""
    names = {one.id: one.name for one in wallet.shops()}
    rows = VenuePayout.objects.order_by("-pk")[:limit]
    return [(names[row.merchant_id], row.amount_fen, row.slip, row.at) for row in rows]


def register(*, on: date, kind: str = "", state: str = "") -> list[Row]:
    """Return the newest coupons of a kind and state."""
    found = _all().order_by("-pk")
    if kind:
        found = found.filter(kind=kind)
    if state == "open":
        found = found.filter(left_fen__gt=0, expires_on__gte=on)
    elif state == "spent":
        found = found.filter(left_fen=0, expired_at__isnull=True)
    elif state == "over":
        found = found.filter(Q(expired_at__isnull=False) | Q(left_fen__gt=0, expires_on__lt=on))
    return _rows(found[:500], on)


@dataclass(frozen=True)
class Total:
    """A kind's year, in fen."""

    kind_words: str
    count: int
    face_fen: int
    redeemed_fen: int
    left_fen: int
    expired_fen: int


def totals(year: int) -> list[Total]:
    """Return what of each kind was issued in a year, and what became of it."""
    found = {
        row["kind"]: row
        for row in Coupon.objects.filter(issued_at__range=year_span(year))
        .values("kind")
        .annotate(
            n=Count("pk"), face=Sum("face_fen"), left=Sum("left_fen"), expired=Sum("expired_fen")
        )
    }
    return [
        Total(
            str(kind.label), row["n"], row["face"], row["face"] - row["left"] - row["expired"],
            row["left"], row["expired"],
        )
        for kind in Coupon.Kind
        if (row := found.get(kind.value))
    ]  # fmt: skip


def year_span(year: int) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a campus year."""
    return start_of(date(year, 1, 1)), start_of(date(year + 1, 1, 1)) - timedelta(microseconds=1)


def count_in(year: int, *, kind: str, holder: Person | None = None) -> int:
    """Return how many of a kind were issued in a year, to one person or to all."""
    rows = Coupon.objects.filter(kind=kind, issued_at__range=year_span(year))
    return (rows.filter(holder=holder) if holder else rows).count()


def ended(*, on: date) -> list[int]:
    """Return the coupons that are over and not yet taken back."""
    rows = Coupon.objects.filter(expires_on__lt=on, left_fen__gt=0, expired_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:1000])


def ending(*, on: date, days: int) -> list[int]:
    """Return the coupons that end within so many days and whose holder was not reminded."""
    rows = Coupon.objects.filter(
        expires_on__range=(on, on + timedelta(days=days)), left_fen__gt=0, reminded_at__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:1000])
