"""A member's wallet as the phone shows it: balances, the month's subsidy, what is left to draw."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import (
    Allotment,
    Device,
    Freezing,
    Payment,
    Terminal,
    Wallet,
)
from smartunion.kernel.base.days import campus_day, end_of, next_month
from smartunion.kernel.people.models import Person

from . import keys

MONEY = "{:,}.{:02}"

FUNDS = {"welfare_quota": "教职工个人福利额度", "dues": "会费", "appropriation": "学校行政拨款"}
"""How a fund's code reads to a member; any other is shown as it is written."""


def fund_words(code: str) -> str:
    """Return a fund source as a member reads it."""
    return FUNDS.get(code, code)


def money(fen: int) -> str:
    """Return fen as it stands in an equation: 1,234.50, with a true minus."""
    return ("−" if fen < 0 else "") + MONEY.format(*divmod(abs(fen), 100))


@dataclass(frozen=True)
class Step:
    """One step of a transfer: its state is done, now or next."""

    name: str
    state: str
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True)
class Transfer:
    """One allotment on its way: 已申请, 银行受理, 到账."""

    id: int
    month: date
    amount_fen: int
    asked_at: datetime
    fund_source: str
    state: str
    state_words: str
    mark: str
    steps: tuple[Step, ...]

    @property
    def open(self) -> bool:
        """Tell if the bank has not yet answered."""
        return self.state in ("requested", "sent")


@dataclass(frozen=True)
class Meter:
    """The month's subsidy against its cap, with the equation that gives it."""

    net_fen: int
    subsidy_fen: int
    cap_fen: int
    rate: str

    @property
    def percent(self) -> str:
        """Return how much of the cap is used, for the meter's width."""
        return f"{self.subsidy_fen * 100 / self.cap_fen:.1f}" if self.cap_fen else "0"

    @property
    def equation(self) -> str:
        """Return the sum in figures: 104.80 × 1.2 = 125.76."""
        at_cap = "，封顶" if self.cap_fen and self.subsidy_fen == self.cap_fen else ""
        return f"{money(self.net_fen)} × {self.rate} = {money(self.subsidy_fen)}{at_cap}"


@dataclass(frozen=True)
class Purse:
    """What the phone shows of a wallet. Amounts in fen."""

    wallet_id: int
    month: date
    ecny_fen: int
    points_fen: int
    held_fen: int
    meter: Meter
    allotment_fen: int
    allotted_fen: int
    allotment_left_fen: int
    allotment_until: datetime
    next_month: date
    transfer: Transfer | None
    freezing_id: int | None
    frozen_at: datetime | None
    frozen_fen: int
    barred_at: datetime | None

    @property
    def total_fen(self) -> int:
        """Return what can be spent."""
        return self.ecny_fen + self.points_fen


def rate_words(terms: rules.Terms) -> str:
    """Return the rate as a person writes it: 1.2."""
    return f"{terms.rate_num / terms.rate_den:g}"


def meter_of(net_fen: int, subsidy_fen: int, terms: rules.Terms) -> Meter:
    """Return the meter of a month."""
    return Meter(net_fen, subsidy_fen, terms.cap_fen, rate_words(terms))


def purse_of(person: Person, *, terms: rules.Terms, at: datetime) -> Purse | None:
    """Return the person's wallet as shown now, or None before one is opened."""
    wallet = Wallet.objects.filter(owner=person).first()
    if wallet is None:
        return None
    today = campus_day(at)
    month = today.replace(day=1)
    number = rules.month_number(at)
    drawn = list(Allotment.objects.filter(wallet=wallet, month=number).order_by("-asked_at", "-pk"))
    live = [each for each in drawn if each.state != Allotment.State.FAILED]
    net = wallet.net_fen if wallet.month == number else 0
    frozen = (
        Freezing.objects.filter(wallet=wallet, decided_at__isnull=True)
        .select_related("payment")
        .order_by("-frozen_at")
        .first()
    )
    left = rules.quota_left_fen((each.amount_fen for each in live), terms)
    return Purse(
        wallet_id=wallet.pk,
        month=month,
        ecny_fen=wallet.ecny_fen,
        points_fen=wallet.points_fen,
        held_fen=wallet.ecny_held_fen + wallet.points_held_fen,
        meter=meter_of(net, rules.subsidy_fen(net, wallet), terms),
        allotment_fen=terms.allotment_fen,
        allotted_fen=sum(each.amount_fen for each in live),
        allotment_left_fen=left,
        allotment_until=end_of(next_month(month) - timedelta(days=1)) - timedelta(minutes=1),
        next_month=next_month(month),
        transfer=transfer(drawn[0]) if drawn else None,
        freezing_id=frozen.pk if frozen else None,
        frozen_at=wallet.frozen_at,
        frozen_fen=frozen.payment.asked_fen if frozen else 0,
        barred_at=wallet.barred_at,
    )


MARKS = {"requested": "wait", "sent": "run", "credited": "ok", "failed": "no"}


def transfer(row: Allotment) -> Transfer:
    """Return an allotment as its three steps."""
    state = row.state
    after_sent = state in ("sent", "credited", "failed")
    sent = Step(
        "银行受理",
        "done" if state in ("credited", "failed") else "now",
        row.sent_at,
        "" if after_sent else "工会已记账，正在发给建设银行",
    )
    if state == "failed":
        last = Step("银行退回", "now", row.failed_at, f"{row.failure}。钱没有动，可以再划一次")
    elif state == "credited":
        last = Step("到账", "done", row.credited_at, "现在就能付款")
    else:
        last = Step("到账", "next", None, "一般 1 分钟内；到账后这里自己会变")
    asked = Step("已申请", "done", row.asked_at, f"经费来源：{fund_words(row.fund_source)}")
    return Transfer(
        id=row.pk,
        month=rules.month_day(row.month),
        amount_fen=row.amount_fen,
        asked_at=row.asked_at,
        fund_source=fund_words(row.fund_source),
        state=state,
        state_words=row.get_state_display(),
        mark=MARKS[state],
        steps=(asked, sent, last),
    )


def transfers(person: Person, *, limit: int = 12) -> list[Transfer]:
    """Return the person's allotments, newest first."""
    rows = Allotment.objects.filter(wallet__owner=person).order_by("-asked_at", "-pk")[:limit]
    return [transfer(row) for row in rows]


@dataclass(frozen=True)
class BoundDevice:
    """One phone of the person's; `here` when it is the one that asks."""

    id: int
    name: str
    bound_at: datetime
    unbound_at: datetime | None
    here: bool
    frozen: bool


def devices(person: Person, *, key: str) -> list[BoundDevice]:
    """Return the person's phones, live ones first."""
    rows = Device.objects.filter(wallet__owner=person).select_related("wallet")
    return [
        BoundDevice(
            row.pk,
            row.name or f"手机 {row.pk}",
            row.bound_at,
            row.unbound_at,
            here=bool(key) and row.key == key and row.unbound_at is None,
            frozen=row.unbound_at is None and row.wallet.frozen_at is not None,
        )
        for row in rows.order_by("unbound_at", "-bound_at", "-pk").order_by("-bound_at")
    ]


def latest_payment_id(person: Person, *, on: date) -> int:
    """Return the id of the person's newest payment of a business day, declined ones too; 0 without.

    Through the terminals' own key: a declined payment has no number in its wallet's month.
    """
    of_day = Payment.objects.filter(
        terminal__in=Terminal.objects.values("pk"), biz_date=on, wallet__owner=person
    )
    return of_day.aggregate(last=Max("pk"))["last"] or 0


def points_first(person: Person) -> bool:
    """Tell if the person's points pay before the digital yuan."""
    return Wallet.objects.filter(owner=person, points_first=True).exists()


def code(person: Person, device_key: str, *, at: datetime) -> str | None:
    """Return the code of the person's own phone: 18 digits, 60 s, good once (R043).

    None where something must happen first or stands against it: `opening.issue_code` does or says
    it. Nothing is written for a code, so a phone that asks anew every minute costs one query.
    """
    found = Wallet.objects.filter(
        owner=person, barred_at=None, frozen_at=None, device__key=device_key
    ).values_list("pk", flat=True)
    return next((rules.code_of(pk, rules.counter_at(at), keys.code_key()) for pk in found), None)


def has_device(person: Person) -> bool:
    """Tell if a phone of the person's may show a code."""
    return Device.objects.filter(wallet__owner=person, unbound_at__isnull=True).exists()
