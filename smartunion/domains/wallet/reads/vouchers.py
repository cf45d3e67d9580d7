"""Payments as people read them: a number, a state in words, what was refunded, what is owed now."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import BigIntegerField, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from smartunion.domains.wallet.models import Payment, Refund, SubsidyAdjustment

NUMBER = re.compile(r"P-?\d{4}-?(\d{1,12})")

SHOP_WORDS = {
    "S": ("ok", "已收款"),
    "P": ("wait", "等银行回执"),
    "H": ("hold", "待核实"),
    "V": ("off", "已撤销"),
    "X": ("off", "已过期"),
    "R": ("off", "已全额退款"),
    "F": ("no", "未收款"),
}
PAYER_WORDS = {
    "S": ("ok", "已付"),
    "P": ("wait", "等银行回执"),
    "H": ("hold", "留着等核实"),
    "V": ("off", "已退回"),
    "X": ("off", "已过期"),
    "R": ("off", "已全额退款"),
    "F": ("no", "未付"),
}
REASONS = {
    "frozen": "这部付款手机已冻结",
    "barred": "付款资格已取消",
    "code_used": "这个付款码已经用过",
    "insufficient": "余额不够",
    "wallet_unknown": "没有这个钱包",
}
ADVICE = {
    "frozen": ("7.1②", "到「付款码已冻结」看原因和申诉"),
    "barred": ("7.1③", "请联系工会福利部"),
    "code_used": ("3.1-1③", "给收银员扫下面的新码"),
    "insufficient": ("3.1-1①", "先划拨当月额度，或换一种方式付"),
}
"""Why a payment was declined, by the plan's clause, and what its payer can do now."""


@dataclass(frozen=True)
class Voucher:
    """One payment, ready to be shown. Amounts in fen; `payer` is masked unless asked otherwise."""

    id: int
    at: datetime
    number: str
    merchant_id: int
    merchant: str
    terminal: str
    payer_id: int
    payer: str
    status: str
    state: str
    state_words: str
    reason: str
    asked_fen: int
    ecny_fen: int
    points_fen: int
    refunded_fen: int
    subsidy_fen: int
    adjusted_fen: int
    clause: str = ""
    remedy: str = ""

    @property
    def total_fen(self) -> int:
        """Return what was paid, or what was asked when nothing was."""
        return self.asked_fen

    @property
    def subsidy_now_fen(self) -> int:
        """Return what the union owes for it after every replay."""
        return self.subsidy_fen + self.adjusted_fen

    @property
    def left_fen(self) -> int:
        """Return what can still be refunded."""
        return self.asked_fen - self.refunded_fen if self.status == "S" else 0


def number_of(payment_id: int, day: datetime | object) -> str:
    """Return the number on the receipt: P-0423-01417."""
    return f"P-{day:%m%d}-{payment_id:05d}"


def id_of(number: str) -> int | None:
    """Return the payment id that a receipt number names, or None."""
    found = NUMBER.fullmatch(number.strip().upper())
    return int(found[1]) if found else None


def masked(name: str) -> str:
    """Return a name as the public may see it: 林*梅, 莫*."""
    return name[:1] + "*" + (name[2:] if len(name) > 2 else "")  # noqa: PLR2004 - letters of a name


def _sum(model: type[Refund | SubsidyAdjustment], of: F | object) -> Coalesce:
    rows = model.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    return Coalesce(
        Subquery(rows.annotate(total=Sum(of)).values("total"), output_field=BigIntegerField()), 0
    )


def detailed(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return the payments with merchant, terminal, payer, refunds and adjustments in one query."""
    return rows.select_related("merchant", "terminal", "wallet__owner").annotate(
        refunded_fen=_sum(Refund, F("ecny_fen") + F("points_fen")),
        adjusted_fen=_sum(SubsidyAdjustment, F("delta_fen")),
    )


def vouchers(
    rows: QuerySet[Payment] | Iterable[Payment],
    *,
    words: dict[str, tuple[str, str]] = SHOP_WORDS,
    names: bool = False,
) -> list[Voucher]:
    """Return detailed payments as vouchers; the payer's name in full only where `names` says so."""
    return [_voucher(each, words, names=names) for each in rows]


def _voucher(row: Payment, words: dict[str, tuple[str, str]], *, names: bool) -> Voucher:
    state, said = words[row.status]
    refunded: int = getattr(row, "refunded_fen", 0)
    if row.status == "S" and refunded:
        said = f"{said}，退过 {refunded // 100:,}.{refunded % 100:02}"
    owner = row.wallet.owner
    clause, remedy = ADVICE.get(row.reason, ("", ""))
    return Voucher(
        id=row.pk,
        at=row.occurred_at,
        number=number_of(row.pk, row.biz_date),
        merchant_id=row.merchant_id,
        merchant=row.merchant.name,
        terminal=row.terminal.code,
        payer_id=owner.pk,
        payer=owner.name if names else masked(owner.name),
        status=row.status,
        state=state,
        state_words=said,
        reason=REASONS.get(row.reason, row.reason),
        asked_fen=row.asked_fen,
        ecny_fen=row.ecny_fen,
        points_fen=row.points_fen,
        refunded_fen=refunded,
        subsidy_fen=row.subsidy_fen,
        adjusted_fen=getattr(row, "adjusted_fen", 0),
        clause=clause,
        remedy=remedy,
    )


@dataclass(frozen=True)
class Sums:
    """What a selection of payments adds up to; declined and voided ones count only as rows."""

    rows: int = 0
    count: int = 0
    total_fen: int = 0
    ecny_fen: int = 0
    points_fen: int = 0
    refunds: int = 0
    refunded_fen: int = 0
    subsidy_fen: int = 0
    held: int = 0
    held_fen: int = 0
    payers: int = 0
    merchants: int = 0

    @property
    def gross_fen(self) -> int:
        """Return what was spent before refunds."""
        return self.total_fen

    @property
    def net_fen(self) -> int:
        """Return what was spent less what went back."""
        return self.total_fen - self.refunded_fen


def sums(rows: QuerySet[Payment]) -> Sums:
    """Return the totals of a selection; refunds are those of the selected payments."""
    from django.db.models import Count, Q

    good = Q(status__in=("S", "R"))
    found = rows.aggregate(
        rows=Count("pk"),
        count=Count("pk", filter=good),
        total_fen=Coalesce(Sum("asked_fen", filter=good), 0, output_field=IntegerField()),
        ecny_fen=Coalesce(Sum("ecny_fen", filter=good), 0, output_field=IntegerField()),
        points_fen=Coalesce(Sum("points_fen", filter=good), 0, output_field=IntegerField()),
        subsidy_fen=Coalesce(Sum("subsidy_fen", filter=good), 0, output_field=IntegerField()),
        held=Count("pk", filter=Q(status="H")),
        held_fen=Coalesce(Sum("asked_fen", filter=Q(status="H")), 0, output_field=IntegerField()),
        payers=Count("wallet", filter=good, distinct=True),
        merchants=Count("merchant", filter=good, distinct=True),
    )
    back = Refund.objects.filter(payment__in=rows.values("pk"), payment__status__in=("S", "R"))
    refunds = back.aggregate(
        n=Count("pk"),
        fen=Coalesce(Sum(F("ecny_fen") + F("points_fen")), 0, output_field=IntegerField()),
    )
    moved = SubsidyAdjustment.objects.filter(payment__in=rows.values("pk")).aggregate(
        fen=Coalesce(Sum("delta_fen"), 0, output_field=IntegerField())
    )
    whole = Sums(**{key: int(value) for key, value in found.items()})
    return replace(
        whole,
        refunds=refunds["n"],
        refunded_fen=int(refunds["fen"]),
        subsidy_fen=whole.subsidy_fen + int(moved["fen"]),
    )
