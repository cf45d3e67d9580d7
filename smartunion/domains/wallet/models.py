"""Wallets, merchants, payments and what may happen to them.

The database keeps what must never be false. `Payment`, `Refund`, `SubsidyAdjustment`, `Credit`
and `PaymentEvent` are append-only (a trigger refuses the rest); a payment's status alone moves,
along one graph. `xid` tells the fold which rows are certainly visible (see `actions/folding.py`).
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from smartunion.kernel.base.fields import FenField


class ThisTransaction(models.Func):
    """The number of the transaction that writes the row."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


def _xid() -> Any:
    return models.BigIntegerField("事务号", db_default=ThisTransaction(), editable=False)


class Merchant(models.Model):
    """商户: one of the campus shops; trades only with undertaking signed and deposit paid."""

    class State(models.TextChoices):
        PENDING = "pending", "待准入"
        ACTIVE = "active", "营业"
        SUSPENDED = "suspended", "暂停"
        EXPELLED = "expelled", "取消资格"
        LEFT = "left", "已退出"

    unit = models.OneToOneField(
        "people.Unit", models.PROTECT, verbose_name="单位", related_name="+"
    )
    number = models.CharField("商户编号", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    category = models.CharField("类别", max_length=20)
    place = models.CharField("位置", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    undertaking_signed_at = models.DateTimeField("反套现承诺书签署时间", null=True, blank=True)
    deposit_fen = models.BigIntegerField("保证金(分)", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "商户"
        constraints = [
            models.CheckConstraint(condition=Q(deposit_fen__gte=0), name="merchant_deposit_gte_0"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(undertaking_signed_at__isnull=False),
                name="merchant_trades_with_undertaking",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Terminal(models.Model):
    """终端: a merchant's POS or till."""

    merchant = models.ForeignKey(
        Merchant, models.PROTECT, verbose_name="商户", related_name="terminals"
    )
    code = models.CharField("终端号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40, blank=True)
    upgraded_on = models.DateField("升级完成日", null=True, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "终端"

    def __str__(self) -> str:
        return self.code


class TerminalKey(models.Model):
    """终端密钥: 32 bytes with which a terminal signs; two at most are live, so that keys rotate.

    Kept locked by the house's master key, for this key's place only: see reads/keys.py.
    """

    terminal = models.ForeignKey(Terminal, models.PROTECT, verbose_name="终端", related_name="keys")
    key_id = models.CharField("密钥号", max_length=24, unique=True)
    locked = models.BinaryField("锁住的密钥")
    since = models.DateTimeField("启用时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "终端密钥"

    def __str__(self) -> str:
        return self.key_id


class Wallet(models.Model):
    """福利积分钱包: one row per person: guard, month counter, burst ring and freeze in one."""

    owner = models.OneToOneField(
        "people.Person", models.PROTECT, verbose_name="教职工", related_name="+"
    )
    opened_at = models.DateTimeField("开通时间")
    ecny_fen = FenField("数字人民币(分)", default=0)
    points_fen = FenField("积分(分)", default=0)
    ecny_held_fen = FenField("冻结数字人民币(分)", default=0)
    points_held_fen = FenField("冻结积分(分)", default=0)
    points_first = models.BooleanField("先用积分", default=True)
    # the month's counter with its rate and cap: what it earns follows from them (rules.subsidy_fen)
    month = models.IntegerField("消费月", default=0)
    seq = models.BigIntegerField("当月序号", default=0)
    net_fen = FenField("当月净消费(分)", default=0)
    rate_num = models.IntegerField("补贴比例分子", default=0)
    rate_den = models.IntegerField("补贴比例分母", default=1)
    cap_fen = models.BigIntegerField("补贴上限(分)", default=0)
    # the payer's device and the moments of its last payments, newest first
    device = models.ForeignKey(
        "Device", models.PROTECT, verbose_name="绑定设备", null=True, db_index=False,
        related_name="+",
    )  # fmt: skip
    recent = ArrayField(
        models.DateTimeField(), verbose_name="最近付款时间", default=list, blank=True
    )
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    barred_at = models.DateTimeField("取消资格时间", null=True, blank=True)
    code_used = models.BigIntegerField("已用付款码序号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "福利积分钱包"

    def __str__(self) -> str:
        return f"钱包 {self.pk}"


class Device(models.Model):
    """付款设备: the payer's phone; serves one wallet at a time."""

    key = models.CharField("设备标识", max_length=80)
    wallet = models.ForeignKey(Wallet, models.PROTECT, verbose_name="钱包", related_name="devices")
    name = models.CharField("名称", max_length=60, blank=True)
    bound_at = models.DateTimeField("绑定时间")
    unbound_at = models.DateTimeField("解绑时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "付款设备"
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(unbound_at__isnull=True),
                name="device_serves_one_wallet",
            ),
        ]

    def __str__(self) -> str:
        return f"设备 {self.pk}"


class Allotment(models.Model):
    """划拨: what a member draws of the month's quota; spendable only once the bank has credited."""

    class State(models.TextChoices):
        REQUESTED = "requested", "已申请"
        SENT = "sent", "已送银行"
        CREDITED = "credited", "已到账"
        FAILED = "failed", "银行退回"

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, verbose_name="钱包", related_name="allotments"
    )
    month = models.IntegerField("月份")
    amount_fen = models.BigIntegerField("金额(分)")
    fund_source = models.CharField("资金来源", max_length=60)
    budget_code = models.CharField("预算项", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    asked_at = models.DateTimeField("申请时间")
    sent_at = models.DateTimeField("送出时间", null=True)
    credited_at = models.DateTimeField("到账时间", null=True)
    failed_at = models.DateTimeField("退回时间", null=True)
    failure = models.CharField("退回原因", max_length=200, blank=True)
    bank_ref = models.CharField("银行流水号", max_length=64, null=True, unique=True)  # noqa: DJ001 - many have none, and NULLs are not equal

    class Meta:
        verbose_name = verbose_name_plural = "划拨"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="allotment_positive"),
            models.CheckConstraint(condition=~Q(fund_source=""), name="allotment_names_its_fund"),
        ]
        indexes = [
            models.Index(fields=["wallet", "month"], name="allotment_month"),
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=["requested", "sent"]),
                name="allotment_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"划拨 {self.pk}"


class Credit(models.Model):
    """入账: money or points that came into a wallet, or (negative) went back to the fund."""

    class Kind(models.TextChoices):
        ALLOTMENT = "allotment", "划拨到账"
        POINTS = "points", "积分发放"
        EXPIRY = "expiry", "到期退回"

    wallet = models.ForeignKey(Wallet, models.PROTECT, verbose_name="钱包", related_name="credits")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    month = models.IntegerField("月份")
    ecny_fen = models.BigIntegerField("数字人民币(分)", default=0)
    points_fen = models.BigIntegerField("积分(分)", default=0)
    fund_source = models.CharField("资金来源", max_length=60)
    budget_code = models.CharField("预算项", max_length=60)
    document = models.CharField("凭据", max_length=80, unique=True)
    because = models.CharField("事由", max_length=400, blank=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "入账"
        constraints = [
            models.CheckConstraint(condition=~Q(fund_source=""), name="credit_names_its_fund"),
            models.CheckConstraint(
                condition=Q(kind="expiry", ecny_fen__lte=0, points_fen__lte=0)
                | (~Q(kind="expiry") & Q(ecny_fen__gte=0, points_fen__gte=0)),
                name="credit_sign_follows_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "at"], name="credit_of_wallet"),
            BrinIndex(fields=["xid"], name="credit_xid", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"入账 {self.pk}"


class Payment(models.Model):
    """付款: one purchase. The row is the voucher, the idempotency record and the answer."""

    class Status(models.TextChoices):
        SETTLED = "S", "已收款"
        PENDING = "P", "处理中"
        HELD = "H", "待核实"
        VOID = "V", "已撤销"
        EXPIRED = "X", "已过期"
        REFUNDED = "R", "已全额退款"
        DECLINED = "F", "未成功"

    terminal = models.ForeignKey(
        Terminal, models.PROTECT, verbose_name="终端", db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    biz_date = models.DateField("营业日")
    terminal_seq = models.IntegerField("终端流水号")
    request_hash = models.BinaryField("请求摘要", max_length=32)
    wallet = models.ForeignKey(
        Wallet, models.PROTECT, verbose_name="钱包", db_constraint=False, db_index=False,
        related_name="payments",
    )  # fmt: skip
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, verbose_name="商户", db_constraint=False, db_index=False,
        related_name="payments",
    )  # fmt: skip
    device = models.ForeignKey(
        Device, models.PROTECT, verbose_name="付款设备", db_constraint=False, db_index=False,
        null=True, related_name="+",
    )  # fmt: skip
    month = models.IntegerField("消费月")
    seq = models.BigIntegerField("当月序号", null=True)
    """None for what was declined: it counts nowhere."""
    asked_fen = models.BigIntegerField("应付(分)")
    ecny_fen = FenField("数字人民币(分)")
    points_fen = FenField("积分(分)")
    subsidy_fen = FenField("补贴(分)")
    born = models.CharField("初始状态", max_length=1, choices=Status.choices)
    status = models.CharField("状态", max_length=1, choices=Status.choices)
    reason = models.CharField("未成功原因", max_length=20, default="")
    offline = models.BooleanField("离线", default=False)
    occurred_at = models.DateTimeField("交易时间")
    received_at = models.DateTimeField("受理时间")
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "付款"
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "biz_date", "terminal_seq"], name="payment_key"
            ),
            models.UniqueConstraint(fields=["wallet", "month", "seq"], name="payment_seq"),
        ]
        indexes = [BrinIndex(fields=["xid"], name="payment_xid", pages_per_range=16)]

    def __str__(self) -> str:
        return f"付款 {self.pk}"


class SkippedNumber(models.Model):
    """终端空号: a terminal's number under which nothing was taken, and why. Append-only."""

    terminal = models.ForeignKey(
        Terminal, models.PROTECT, verbose_name="终端", related_name="skipped"
    )
    biz_date = models.DateField("营业日")
    terminal_seq = models.IntegerField("流水号")
    refusal = models.CharField("拒绝规则", max_length=60, blank=True)
    because = models.CharField("说明", max_length=200)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="说明人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "终端空号"
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "biz_date", "terminal_seq"], name="skippednumber_once"
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=True) & ~Q(refusal="") | Q(by__isnull=False, refusal=""),
                name="skippednumber_refused_or_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.biz_date} 第 {self.terminal_seq} 号"


class PaymentEvent(models.Model):
    """付款变动: a payment's status moved, by whom and why."""

    payment = models.ForeignKey(Payment, models.PROTECT, verbose_name="付款", related_name="events")
    was = models.CharField("原状态", max_length=1, choices=Payment.Status.choices)
    now = models.CharField("新状态", max_length=1, choices=Payment.Status.choices)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    because = models.CharField("事由", max_length=400, blank=True)
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "付款变动"
        indexes = [BrinIndex(fields=["xid"], name="event_xid", pages_per_range=16)]

    def __str__(self) -> str:
        return f"付款变动 {self.pk}"


class Refund(models.Model):
    """退款: part of a payment goes back, in the payment's own proportions."""

    class Kind(models.TextChoices):
        REFUND = "refund", "退款"
        VOID = "void", "撤销"

    payment = models.ForeignKey(
        Payment, models.PROTECT, verbose_name="付款", related_name="refunds"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.REFUND)
    terminal = models.ForeignKey(Terminal, models.PROTECT, verbose_name="终端", related_name="+")
    biz_date = models.DateField("营业日")
    terminal_seq = models.IntegerField("终端流水号")
    request_hash = models.BinaryField("请求摘要", max_length=32)
    ecny_fen = models.BigIntegerField("数字人民币(分)")
    points_fen = models.BigIntegerField("积分(分)")
    to_fund_fen = models.BigIntegerField("退回专户(分)", default=0)
    subsidy_fen = models.BigIntegerField("补贴变动(分)", default=0)
    statement_month = models.IntegerField("入账月")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=400, blank=True)
    at = models.DateTimeField("时间")
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "退款"
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "biz_date", "terminal_seq"], name="refund_key"
            ),
            models.CheckConstraint(
                condition=Q(ecny_fen__gte=0, points_fen__gte=0, to_fund_fen__gte=0)
                & Q(to_fund_fen__lte=F("ecny_fen")),
                name="refund_amounts",
            ),
        ]
        indexes = [BrinIndex(fields=["xid"], name="refund_xid", pages_per_range=16)]

    def __str__(self) -> str:
        return f"退款 {self.pk}"


class SubsidyAdjustment(models.Model):
    """补贴调整: what replaying a month changed in one payment's subsidy, in the open statement."""

    class Kind(models.TextChoices):
        REPLAY = "replay", "重算"
        LATE = "late", "月结后补计"
        PENALTY = "penalty", "套现扣减"
        CLAWED = "clawed", "结算扣回"
        """Taken of a month that was paid: settlement claws it back, no statement has it here."""

        @classmethod
        def taken(cls) -> tuple[str, ...]:
            """Return the kinds that take a share without changing what the month earns."""
            return (cls.PENALTY, cls.CLAWED)

    payment = models.ForeignKey(
        Payment, models.PROTECT, verbose_name="付款", related_name="adjustments"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, verbose_name="退款", null=True, related_name="adjustments"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    delta_fen = models.BigIntegerField("变动(分)")
    statement_month = models.IntegerField("入账月")
    because = models.CharField("事由", max_length=400, blank=True)
    at = models.DateTimeField("时间")
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "补贴调整"
        constraints = [
            models.CheckConstraint(condition=~Q(delta_fen=0), name="adjustment_changes_something"),
        ]
        indexes = [BrinIndex(fields=["xid"], name="adjustment_xid", pages_per_range=16)]

    def __str__(self) -> str:
        return f"补贴调整 {self.pk}"


class WalletMonth(models.Model):
    """钱包月结: a closed consumption month of one wallet, as the review of the 5th saw it."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, verbose_name="钱包", related_name="months")
    month = models.IntegerField("消费月")
    net_fen = models.BigIntegerField("净消费(分)")
    subsidy_fen = models.BigIntegerField("补贴(分)")
    payments = models.IntegerField("笔数")
    closed_at = models.DateTimeField("月结时间")

    class Meta:
        verbose_name = verbose_name_plural = "钱包月结"
        constraints = [
            models.UniqueConstraint(fields=["wallet", "month"], name="wallet_month_once"),
        ]

    def __str__(self) -> str:
        return f"钱包月结 {self.pk}"


class MonthClosing(models.Model):
    """月结: a consumption month is closed; what comes later is an adjustment (T04, R052)."""

    month = models.IntegerField("消费月", primary_key=True)
    closed_at = models.DateTimeField("月结时间")
    rate_num = models.IntegerField("补贴比例分子")
    rate_den = models.IntegerField("补贴比例分母")
    cap_fen = models.BigIntegerField("补贴上限(分)")

    class Meta:
        verbose_name = verbose_name_plural = "月结"

    def __str__(self) -> str:
        return str(self.month)


class Freezing(models.Model):
    """冻结: the payer's device paid once too often within the window; an officer decides."""

    class Outcome(models.TextChoices):
        RELEASED = "released", "解除冻结"
        CONFIRMED = "confirmed", "确认套现"

    wallet = models.ForeignKey(
        Wallet, models.PROTECT, verbose_name="钱包", related_name="freezings"
    )
    device = models.ForeignKey(
        Device, models.PROTECT, verbose_name="付款设备", null=True, related_name="+"
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, verbose_name="待核实付款", related_name="freezing"
    )
    frozen_at = models.DateTimeField("冻结时间")
    outcome = models.CharField(
        "结论", max_length=10, choices=Outcome.choices, blank=True, default=""
    )
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="决定人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    because = models.CharField("理由", max_length=400, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "冻结"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="freezing_decided_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["frozen_at"], condition=Q(decided_at__isnull=True), name="freezing_open"
            ),
        ]

    def __str__(self) -> str:
        return f"冻结 {self.pk}"


class Appeal(models.Model):
    """申诉: the member asks that a freezing be looked at; answered within one working day."""

    freezing = models.OneToOneField(
        Freezing, models.PROTECT, verbose_name="冻结", related_name="appeal"
    )
    text = models.CharField("说明", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="申诉人", related_name="+")
    at = models.DateTimeField("申诉时间")
    due_at = models.DateTimeField("答复期限(不含)")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "申诉"

    def __str__(self) -> str:
        return f"申诉 {self.pk}"


class Fold(models.Model):
    """汇总: which rows have gone into the ledger: those of the transactions in between."""

    from_xid = models.BigIntegerField("起事务号", unique=True)
    to_xid = models.BigIntegerField("止事务号(不含)", unique=True)
    rows = models.BigIntegerField("行数")
    hash = models.CharField("摘要", max_length=64)
    previous_hash = models.CharField("前一摘要", max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "汇总"
        constraints = [
            models.CheckConstraint(condition=Q(to_xid__gt=F("from_xid")), name="fold_goes_forward"),
        ]

    def __str__(self) -> str:
        return f"汇总 {self.pk}"


class HalfHour(models.Model):
    """半小时汇总: what a merchant sold in half an hour, of the payments that are folded.

    `payers` has a bit for each wallet that paid (its number by 63): so many bits are at least so
    many payers, and a fold adds to it without looking at the day again.
    """

    merchant = models.ForeignKey(
        Merchant, models.PROTECT, verbose_name="商户", related_name="+", db_index=False
    )
    day = models.DateField("营业日")
    begins_at = models.DateTimeField("开始时间")
    count = models.IntegerField("笔数")
    payers = models.BigIntegerField("付款人位图")

    class Meta:
        verbose_name = verbose_name_plural = "半小时汇总"
        constraints = [
            models.UniqueConstraint(fields=["day", "merchant", "begins_at"], name="halfhour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.begins_at}"


class BankFeed(models.Model):
    """银行指令进度: how far the wallet's rows have become orders; one row for the house.

    `mark` is this installation's own, so that a bank never takes two installations' keys for one.
    """

    mark = models.CharField("标记", max_length=12)
    to_xid = models.BigIntegerField("止事务号(不含)", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "银行指令进度"

    def __str__(self) -> str:
        return self.mark


class BankOrder(models.Model):
    """银行指令: one movement of money that the bank is asked for; its document makes it unique.

    In two phases the bank first holds the money and then moves it: the payment waits for both,
    and a trigger lets the order end once, as asked (docs/adr/0013).
    """

    class Kind(models.TextChoices):
        ALLOC = "ALLOC", "划拨"
        RETURN = "RETURN", "退回额度"
        PAY = "PAY", "消费"
        REFUND = "REFUND", "退款"

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "待确认"
        DONE = "done", "已记账"
        REFUSED = "refused", "银行拒绝"
        RESERVED = "reserved", "已预授权"
        POSTING = "posting", "记账中"
        VOIDING = "voiding", "撤销中"
        VOIDED = "voided", "已撤销"

    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    document = models.CharField("凭据", max_length=60, unique=True)
    wallet = models.ForeignKey(Wallet, models.PROTECT, verbose_name="钱包", related_name="orders")
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, verbose_name="商户", null=True, related_name="+"
    )
    amount_fen = models.BigIntegerField("金额(分)")
    occurred_at = models.DateTimeField("发生时间")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    two_phases = models.BooleanField("两阶段", default=False, db_default=False)
    decide_by = models.DateTimeField("答复期限", null=True)
    """Until then the bank is waited for; after it the payment is given up."""
    attempts = models.IntegerField("发送次数", default=0)
    due_at = models.DateTimeField("下次发送时间", db_default=Now())
    refusal = models.CharField("拒绝原因", max_length=40, default="", blank=True)
    bank_ref = models.CharField("银行流水号", max_length=64, default="", blank=True)
    posted_at = models.DateTimeField("银行记账时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行指令"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="order_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["ALLOC", "RETURN"], merchant__isnull=True)
                | Q(kind__in=["PAY", "REFUND"], merchant__isnull=False),
                name="order_names_both_sides",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(bank_ref="") & Q(posted_at__isnull=False)),
                name="order_done_names_the_posting",
            ),
            models.CheckConstraint(
                condition=Q(two_phases=False, decide_by__isnull=True)
                & Q(state__in=["waiting", "sent", "done", "refused"])
                | Q(two_phases=True, decide_by__isnull=False, kind="PAY") & ~Q(state="sent"),
                name="order_waits_in_two_phases",
            ),
        ]
        indexes = [
            models.Index(fields=["occurred_at"], name="order_value_day"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "sent"]),
                name="order_under_way",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(
                    two_phases=True, state__in=["waiting", "reserved", "posting", "voiding"]
                ),
                name="order_undecided",
            ),
        ]

    def __str__(self) -> str:
        return self.document


class BankOrderEvent(models.Model):
    """银行指令变动: a two-phase order moved on: what the bank said, or what was decided here."""

    order = models.ForeignKey(
        BankOrder, models.PROTECT, verbose_name="银行指令", related_name="events"
    )
    was = models.CharField("原状态", max_length=8, choices=BankOrder.State.choices)
    now = models.CharField("新状态", max_length=8, choices=BankOrder.State.choices)
    bank_ref = models.CharField("银行流水号", max_length=64, default="", blank=True)
    because = models.CharField("事由", max_length=200, default="", blank=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "银行指令变动"
        indexes = [models.Index(fields=["order", "id"], name="order_event_in_turn")]

    def __str__(self) -> str:
        return f"银行指令变动 {self.pk}"
