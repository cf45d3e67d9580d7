"""One payment in full: its refunds, and how its subsidy was computed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Payment, PaymentEvent, Refund, SubsidyAdjustment

from .purses import money, rate_words
from .vouchers import PAYER_WORDS, SHOP_WORDS, Voucher, detailed, vouchers


@dataclass(frozen=True)
class Line:
    """One line of a computation: what it is, and its figure."""

    words: str
    figure: str


@dataclass(frozen=True)
class Back:
    """One refund of the payment."""

    at: datetime
    ecny_fen: int
    points_fen: int
    because: str

    @property
    def total_fen(self) -> int:
        """Return what went back in all."""
        return self.ecny_fen + self.points_fen


@dataclass(frozen=True)
class Moved:
    """A later change of the payment's subsidy."""

    at: datetime
    delta_fen: int
    because: str

    @property
    def signed(self) -> str:
        """Return the change with its sign."""
        return ("+" if self.delta_fen > 0 else "") + money(self.delta_fen)


@dataclass(frozen=True)
class Happened:
    """One event of the payment's course, for its trail."""

    at: datetime
    words: str
    because: str = ""
    key: str = ""


@dataclass(frozen=True)
class Receipt:
    """A payment and everything that belongs to it."""

    voucher: Voucher
    device: str
    headline: str
    computation: tuple[Line, ...]
    refunds: tuple[Back, ...]
    adjustments: tuple[Moved, ...]
    events: tuple[Happened, ...]
    freezing_id: int | None
    cap_fen: int


HEADLINES = {
    "S": "已经付给商户",
    "P": "银行还没有回执，钱先留着",
    "H": "钱留着没有付给商户，等工会福利部核实",
    "V": "没有付出，钱已经退回钱包",
    "X": "没有付出，钱已经退回钱包",
    "R": "已经全额退回钱包",
    "F": "没有付出，钱没有扣",
}


def receipt(payment_id: int, *, terms: rules.Terms, names: bool, payer: bool) -> Receipt | None:
    """Return the receipt of a payment; `payer` picks the words for the one who paid."""
    words = PAYER_WORDS if payer else SHOP_WORDS
    row = detailed(Payment.objects.filter(pk=payment_id)).select_related("device").first()
    if row is None:
        return None
    refunds = tuple(
        Back(each.at, each.ecny_fen, each.points_fen, each.because)
        for each in Refund.objects.filter(payment=row).order_by("at", "pk")
    )
    moved = tuple(
        Moved(each.at, each.delta_fen, _why(each))
        for each in SubsidyAdjustment.objects.filter(payment=row).order_by("at", "pk")
    )
    headline = HEADLINES[row.status]
    voucher = vouchers([row], words=words, names=names)[0]
    if row.status == "F" and voucher.reason:
        headline = f"{voucher.reason}：没有付出，钱没有扣"
    freezing = getattr(row, "freezing", None)
    return Receipt(
        voucher=voucher,
        device=(row.device.name or f"手机 {row.device_id}") if row.device else "没有记录",
        headline=headline,
        computation=_computation(row, terms),
        refunds=refunds,
        adjustments=moved,
        events=_events(row, refunds),
        freezing_id=freezing.pk if freezing else None,
        cap_fen=terms.cap_fen,
    )


def _why(row: SubsidyAdjustment) -> str:
    """Return in words why the subsidy was moved."""
    if row.because == "late":
        return "月结后补传，记入本期"
    if row.refund_id:
        return "退款后整月重算" + ("收回" if row.delta_fen < 0 else "补回")
    return row.because or "整月重算"


def _computation(row: Payment, terms: rules.Terms) -> tuple[Line, ...]:
    """Return the lines from the month's net spend before it to its subsidy."""
    if row.status == "F":
        return (Line("没有付出，没有补贴", "0.00"),)
    base = rules.base_fen(row.ecny_fen, row.points_fen, terms)
    if row.born == "H" and row.status in ("H", "V"):
        return (Line("待核实的付款没有补贴", "0.00"),)
    if not base:
        return (Line("全部用积分付，没有数币", "0.00"),)
    earlier = Payment.objects.filter(
        wallet=row.wallet_id, month=row.month, seq__lt=row.seq, seq__gt=0
    )
    gone = PaymentEvent.objects.filter(now__in=("V", "X"), at__lt=row.received_at)
    earlier = earlier.exclude(pk__in=gone.values("payment"))
    spent = earlier.filter(~Q(status__in=("H",)), ~Q(status__in=("V", "X"), born="H")).aggregate(
        ecny=Sum("ecny_fen"), points=Sum("points_fen")
    )
    back = Refund.objects.filter(
        payment__in=earlier.values("pk"), at__lt=row.received_at
    ).aggregate(ecny=Sum("ecny_fen"), points=Sum("points_fen"))
    before = rules.base_fen(
        (spent["ecny"] or 0) - (back["ecny"] or 0),
        (spent["points"] or 0) - (back["points"] or 0),
        terms,
    )
    rate = rate_words(terms)
    owed = rules.subsidy_fen(before + base, terms)
    owed_before = rules.subsidy_fen(before, terms)
    full = (before + base) * terms.rate_num // terms.rate_den
    if owed - owed_before != row.subsidy_fen:
        return (
            Line(f"这一笔数币 × {rate}", f"{money(base)} × {rate}"),
            Line("按整月累计归到这一笔", money(row.subsidy_fen)),
        )
    return (
        Line("这一笔之前，本月数币净支出", money(before)),
        Line("加上这一笔数币", f"{money(before)} + {money(base)} = {money(before + base)}"),
        Line(
            f"整月应补（× {rate}，抹去不足 1 分）" + ("，到上限" if full > terms.cap_fen else ""),
            money(owed),
        ),
        Line("减去之前已经补的", f"−{money(owed_before)}"),
        Line("这一笔补给商户", money(row.subsidy_fen)),
    )


def _events(row: Payment, refunds: tuple[Back, ...]) -> tuple[Happened, ...]:
    """Return the course of the payment, oldest first."""
    found = [Happened(row.received_at, f"顾客付款 {money(row.asked_fen)}", key="key")]
    if row.born == "H":
        found.append(
            Happened(
                row.received_at, "自动留着等核实，付款手机冻结", "同设备30分钟内交易≥3笔", "no"
            )
        )
    events = PaymentEvent.objects.filter(payment=row).select_related("by").order_by("at", "pk")
    for each in events:
        who = each.by.name if each.by else "系统"
        said = f"{who}：{SHOP_WORDS[each.was][1]} → {SHOP_WORDS[each.now][1]}"
        found.append(Happened(each.at, said, each.because, "no" if each.now in "VX" else "key"))
    for back in refunds:
        found.append(Happened(back.at, f"退款 {money(back.total_fen)}", back.because))
    return tuple(sorted(found, key=lambda each: each.at))
