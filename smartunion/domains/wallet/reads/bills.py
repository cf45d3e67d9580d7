"""The member's monthly bill: every movement with the balance after it, and the month's equation."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Credit, Payment, PaymentEvent, Refund, Wallet
from smartunion.kernel.base.days import campus_day, campus_month, next_month, start_of
from smartunion.kernel.people.models import Person

from .purses import Meter, fund_words, meter_of, money
from .vouchers import PAYER_WORDS, number_of

NOT_PAID = ("V", "X")


@dataclass(frozen=True)
class Row:
    """One line of the bill. `ecny_fen` and `points_fen` are signed as the wallet felt them."""

    kind: str
    at: datetime
    title: str
    ecny_fen: int
    points_fen: int
    pieces: tuple[str, ...]
    notes: tuple[str, ...] = ()
    payment_id: int | None = None
    tag: str = ""
    icon: str = ""
    state: str = ""
    state_words: str = ""
    number: str = ""
    subsidy_fen: int = 0
    balance_fen: int | None = None
    points_balance_fen: int | None = None

    @property
    def signed(self) -> str:
        """Return the movement with its sign: the digital yuan's, or the points' alone."""
        fen = self.ecny_fen or self.points_fen
        return ("+" if fen > 0 else "") + money(fen)


@dataclass(frozen=True)
class Bill:
    """A month of one wallet: 上月结余 + 划入 − 净支出 = 结余, all in fen."""

    month: date
    rows: tuple[Row, ...]
    opening_fen: int
    in_fen: int
    out_fen: int
    closing_fen: int
    points_in_fen: int
    points_out_fen: int
    points_closing_fen: int
    meter: Meter
    counts: dict[str, int]


def months(person: Person, *, at: datetime) -> list[date]:
    """Return the months that the person's bill has, newest first."""
    wallet = Wallet.objects.filter(owner=person).only("opened_at").first()
    last = campus_month(at)
    first = min(campus_month(wallet.opened_at), last) if wallet else last
    found = [first]
    while found[-1] < last:
        found.append(next_month(found[-1]))
    return found[::-1]


def bill(person: Person, *, month: date, terms: rules.Terms) -> Bill | None:
    """Return the person's bill of a campus month, newest row first, or None without a wallet."""
    wallet = Wallet.objects.filter(owner=person).first()
    if wallet is None:
        return None
    since, until = start_of(month), start_of(next_month(month))
    moves = sorted(moves_of(wallet, since), key=lambda row: row.at)
    ecny, points = wallet.ecny_fen, wallet.points_fen
    kept: list[Row] = []
    closing = points_closing = None
    for row in reversed(moves):
        if row.at < until:
            if closing is None:
                closing, points_closing = ecny, points
            kept.append(replace(row, balance_fen=ecny, points_balance_fen=points))
        ecny -= row.ecny_fen
        points -= row.points_fen
    if closing is None or points_closing is None:
        closing, points_closing = ecny, points
    came = [row for row in kept if row.kind == "in"]
    in_fen = sum(row.ecny_fen for row in came)
    points_in = sum(row.points_fen for row in came)
    return Bill(
        month=month,
        rows=tuple(kept),
        opening_fen=ecny,
        in_fen=in_fen,
        out_fen=ecny + in_fen - closing,
        closing_fen=closing,
        points_in_fen=points_in,
        points_out_fen=points + points_in - points_closing,
        points_closing_fen=points_closing,
        meter=_meter(wallet, month, terms),
        counts={
            "": len(kept),
            **{k: sum(row.kind == k for row in kept) for k in ("pay", "in", "back")},
        },
    )


def recent(person: Person, *, at: datetime, limit: int = 5) -> list[Row]:
    """Return the person's last payments, newest first, without balances."""
    wallet = Wallet.objects.filter(owner=person).first()
    if wallet is None:
        return []
    rows = _payments(wallet, start_of(campus_day(at).replace(day=1)))
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


def _meter(wallet: Wallet, month: date, terms: rules.Terms) -> Meter:
    """Return the month's subsidy: from the wallet's counter, or from the month's payments."""
    number = month.year * 100 + month.month
    if wallet.month == number:
        return meter_of(wallet.net_fen, rules.subsidy_fen(wallet.net_fen, wallet), terms)
    spent = Payment.objects.filter(
        wallet=wallet, month=number, seq__gt=0, status__in=("S", "P", "R")
    ).aggregate(ecny=Sum("ecny_fen"), points=Sum("points_fen"))
    back = Refund.objects.filter(
        payment__wallet=wallet,
        payment__month=number,
        payment__seq__gt=0,
        payment__status__in=("S", "P", "R"),
    ).aggregate(ecny=Sum("ecny_fen"), points=Sum("points_fen"))
    net = rules.base_fen(
        (spent["ecny"] or 0) - (back["ecny"] or 0),
        (spent["points"] or 0) - (back["points"] or 0),
        terms,
    )
    return meter_of(net, rules.subsidy_fen(net, terms), terms)


def moves_of(wallet: Wallet, since: datetime) -> list[Row]:
    """Return everything that moved the wallet's balance since a moment."""
    return [*_payments(wallet, since), *_backs(wallet, since), *_credits(wallet, since)]


def _split(ecny_fen: int, points_fen: int) -> tuple[str, ...]:
    """Return the words for the legs of a payment."""
    if not points_fen:
        return ("数币",)
    if not ecny_fen:
        return ("积分",)
    return (f"共 {money(ecny_fen + points_fen)}",)


def _payments(wallet: Wallet, since: datetime) -> list[Row]:
    rows = Payment.objects.filter(wallet=wallet, seq__gt=0, received_at__gte=since)
    found = []
    for each in rows.select_related("merchant"):
        notes = []
        if each.ecny_fen and each.points_fen:
            notes.append(f"数币 {money(each.ecny_fen)} + 积分 {money(each.points_fen)}")
        if each.subsidy_fen:
            notes.append(f"补贴商户 {money(each.subsidy_fen)}")
        state, words = PAYER_WORDS[each.status]
        plain = each.status == "S"
        found.append(
            Row(
                "pay",
                each.received_at,
                each.merchant.name,
                -each.ecny_fen,
                -each.points_fen,
                _split(each.ecny_fen, each.points_fen),
                tuple(notes),
                each.pk,
                state="" if plain else state,
                state_words="" if plain else words,
                number=number_of(each.pk, each.biz_date),
                subsidy_fen=each.subsidy_fen,
            )
        )
    return found


def _backs(wallet: Wallet, since: datetime) -> list[Row]:
    rows = Refund.objects.filter(payment__wallet=wallet, payment__seq__gt=0, at__gte=since)
    found = []
    for each in rows.select_related("payment__merchant"):
        paid = each.payment
        notes = []
        if each.ecny_fen and each.points_fen:
            notes.append(f"数币 {money(each.ecny_fen)} + 积分 {money(each.points_fen)}")
        if each.to_fund_fen:
            notes.append(f"其中 {money(each.to_fund_fen)} 额度已到期，退回工会专户")
        if each.subsidy_fen:
            word = "收回" if each.subsidy_fen < 0 else "补回"
            notes.append(f"补贴{word} {money(abs(each.subsidy_fen))}")
        found.append(
            Row(
                "back",
                each.at,
                paid.merchant.name,
                each.ecny_fen - each.to_fund_fen,
                each.points_fen,
                (f"退 {campus_day(paid.received_at).day}日那笔", "原路退回"),
                tuple(notes),
                paid.pk,
                tag=each.get_kind_display(),
                icon="receipt-refund",
                number=number_of(paid.pk, paid.biz_date),
            )
        )
    return found + _undone(wallet, since)


def _undone(wallet: Wallet, since: datetime) -> list[Row]:
    """Return the reserved money that came back without a refund of its own."""
    events = PaymentEvent.objects.filter(
        payment__wallet=wallet,
        payment__seq__gt=0,
        now__in=NOT_PAID,
        was__in=("H", "P"),
        at__gte=since,
    ).select_related("payment__merchant")
    refunded = set(
        Refund.objects.filter(
            payment__wallet=wallet, payment__seq__gt=0, at__gte=since
        ).values_list("payment", flat=True)
    )
    return [
        Row(
            "back",
            each.at,
            each.payment.merchant.name,
            each.payment.ecny_fen,
            each.payment.points_fen,
            ("没有付出的钱退回钱包",),
            (each.because,) if each.because else (),
            each.payment_id,
            tag="退回",
            icon="receipt-refund",
            number=number_of(each.payment_id, each.payment.biz_date),
        )
        for each in events
        if each.payment_id not in refunded
    ]


def _credits(wallet: Wallet, since: datetime) -> list[Row]:
    titles = {"allotment": "划入福利额度", "points": "积分发放", "expiry": "额度到期退回"}
    found = []
    for each in Credit.objects.filter(wallet=wallet, at__gte=since):
        month = rules.month_day(each.month)
        pieces = (f"{month.month} 月额度",) if each.kind == "allotment" else (each.because,)
        found.append(
            Row(
                "in",
                each.at,
                titles[each.kind],
                each.ecny_fen,
                each.points_fen,
                tuple(piece for piece in pieces if piece),
                (f"经费来源 {fund_words(each.fund_source)}",),
            )
        )
    return found
