"""What the bank says of every day, how it fits with what we say, and what became of the rest.

A file that was refused is kept as it came, with the reason; of one that was used every line is.
Keys of other domains' rows are kept in words (`payment:17`), never as foreign keys.
"""

from django.db import models
from django.db.models import Q


class BankFile(models.Model):
    """银行对账文件: one arrival of a day's file, used, replaced by a resend, or refused."""

    class State(models.TextChoices):
        USED = "used", "已采用"
        REPLACED = "replaced", "已由补发替换"
        REFUSED = "refused", "退回"

    day = models.DateField("对账日")
    number = models.IntegerField("文件序号", default=0)
    name = models.CharField("文件名", max_length=80)
    digest = models.CharField("摘要", max_length=64)
    signature = models.TextField("签名")
    state = models.CharField("状态", max_length=8, choices=State)
    lines = models.IntegerField("明细行数", default=0)
    pay_fen = models.BigIntegerField("消费合计(分)", default=0)
    refund_fen = models.BigIntegerField("退款合计(分)", default=0)
    interest_fen = models.BigIntegerField("利息合计(分)", default=0)
    refusal = models.CharField("退回规则", max_length=60, blank=True, default="")
    because = models.CharField("退回原因", max_length=400, blank=True, default="")
    remedy = models.CharField("怎么办", max_length=200, blank=True, default="")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "银行对账文件"
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=Q(state="used"), name="bankfile_one_used_a_day"
            ),
            models.UniqueConstraint(
                fields=["day", "digest", "refusal"], name="bankfile_arrives_once"
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
                name="bankfile_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankFilePart(models.Model):
    """对账文件原件: a piece of a file as it came, packed; so nothing is lost, whatever is wrong."""

    file = models.ForeignKey(BankFile, models.PROTECT, verbose_name="文件", related_name="parts")
    number = models.IntegerField("序号")
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "对账文件原件"
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="bankfilepart_number"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} 原件 {self.number}"


class BankLine(models.Model):
    """银行明细: one line of a used file, as the bank wrote it."""

    # No constraint of the database: a file and its lines are one action, and neither is deleted.
    file = models.ForeignKey(
        BankFile, models.PROTECT, verbose_name="文件", related_name="details", db_constraint=False
    )
    number = models.IntegerField("行号")
    kind = models.CharField("种类", max_length=8)
    key = models.CharField("我方凭据", max_length=80, blank=True)
    """Our document; the installation's mark before it is taken off where it is ours."""
    bank_ref = models.CharField("银行流水号", max_length=64)
    wallet = models.CharField("钱包摘要", max_length=16, blank=True)
    merchant = models.CharField("商户", max_length=40, blank=True)
    terminal = models.CharField("终端流水", max_length=60, blank=True)
    ecny_fen = models.BigIntegerField("数字人民币(分)")
    points_fen = models.BigIntegerField("积分(分)")
    occurred_at = models.DateTimeField("发生时间")
    settled_at = models.DateTimeField("银行记账时间", null=True)
    state = models.CharField("状态", max_length=1)

    class Meta:
        verbose_name = verbose_name_plural = "银行明细"
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="bankline_number"),
        ]
        indexes = [models.Index(fields=["key"], name="bankline_key")]

    def __str__(self) -> str:
        return f"{self.file_id} 第 {self.number} 行"


class State(models.TextChoices):
    """对账状态: the bank's own words."""

    SAME = "SAME", "一致"
    MORE = "MORE", "我方多（银行无）"
    LESS = "LESS", "我方少（银行多）"
    DIFF = "DIFF", "要素不符"
    SANF = "SANF", "我方成功，银行失败"
    FANS = "FANS", "我方失败，银行成功"
    EANS = "EANS", "我方不明，银行成功"
    EANF = "EANF", "我方不明，银行失败"
    PROC = "PROC", "处理中"


class Match(models.Model):
    """对账配对: how one document of ours or one line of the bank came out on its day."""

    class Way(models.TextChoices):
        KEY = "key", "凭据号"
        TERMINAL = "terminal", "终端流水"
        REF = "ref", "银行流水号"
        ALONE = "alone", "单边"

    day = models.DateField("对账日")
    line = models.OneToOneField(
        BankLine, models.PROTECT, verbose_name="银行明细", null=True, related_name="match",
        db_constraint=False,
    )  # fmt: skip
    document = models.CharField("我方凭据", max_length=80, blank=True)
    kind = models.CharField("种类", max_length=8)
    way = models.CharField("配对依据", max_length=8, choices=Way)
    state = models.CharField("状态", max_length=4, choices=State)
    ours_fen = models.BigIntegerField("我方(分)")
    bank_fen = models.BigIntegerField("银行(分)")

    class Meta:
        verbose_name = verbose_name_plural = "对账配对"
        indexes = [
            models.Index(fields=["day", "state"], name="match_day"),
            models.Index(fields=["document"], name="match_document"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"


class Reconciliation(models.Model):
    """日对账: that a day was matched, with which file, and how it came out."""

    day = models.DateField("对账日", unique=True)
    file = models.ForeignKey(BankFile, models.PROTECT, verbose_name="文件", related_name="+")
    rounds = models.IntegerField("对账次数", default=1)
    same = models.IntegerField("一致")
    differing = models.IntegerField("差异")
    under_way = models.IntegerField("处理中")
    ours_fen = models.BigIntegerField("我方合计(分)")
    bank_fen = models.BigIntegerField("银行合计(分)")
    upto_order = models.BigIntegerField("已计入的最后指令", default=0)
    """The newest order to the bank there was: one of this day that is newer came late."""
    at = models.DateTimeField("对账时间")
    resend_asked_at = models.DateTimeField("请求补发时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "日对账"

    def __str__(self) -> str:
        return f"{self.day} 对账"


class Difference(models.Model):
    """对账差错: a difference with its owner and its clock, until the two sides are one."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "补发或再对后一致"
        CORRECTED = "corrected", "以银行为准更正我方"
        EXPLAINED = "explained", "查明无须动账"

    subject = models.CharField("对象", max_length=90, unique=True)
    """Our document, or the bank's number where there is none of ours."""
    day = models.DateField("对账日")
    state = models.CharField("状态", max_length=4, choices=State)
    kind = models.CharField("种类", max_length=8)
    document = models.CharField("我方凭据", max_length=80, blank=True)
    bank_ref = models.CharField("银行流水号", max_length=64, blank=True)
    ours_fen = models.BigIntegerField("我方(分)")
    bank_fen = models.BigIntegerField("银行(分)")
    owner = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="责任人", null=True, related_name="+"
    )
    opened_at = models.DateTimeField("发现时间")
    due_at = models.DateTimeField("办结期限(不含)")
    overdue_at = models.DateTimeField("逾期时间", null=True)
    explained_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="说明人", null=True, related_name="+"
    )
    explained_at = models.DateTimeField("说明时间", null=True)
    because = models.CharField("查明情况", max_length=400, blank=True, default="")
    outcome = models.CharField("结论", max_length=10, choices=Outcome, blank=True, default="")
    closed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="核准人", null=True, related_name="+"
    )
    closed_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账差错"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at__isnull=True)
                | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="difference_closed_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="explained") | ~Q(closed_by=models.F("explained_by")),
                name="difference_takes_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(closed_at__isnull=True), name="difference_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state} {self.subject}"


class AccountDay(models.Model):
    """对公账户日账: a day of the corporate account whose opening and lines give its closing."""

    day = models.DateField("日期", unique=True)
    name = models.CharField("文件名", max_length=80)
    digest = models.CharField("摘要", max_length=64)
    opening_fen = models.BigIntegerField("期初(分)")
    in_fen = models.BigIntegerField("收入(分)")
    out_fen = models.BigIntegerField("支出(分)")
    closing_fen = models.BigIntegerField("期末(分)")
    lines = models.IntegerField("笔数")
    at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "对公账户日账"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    closing_fen=models.F("opening_fen") + models.F("in_fen") - models.F("out_fen")
                ),
                name="accountday_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} 对公账户"


class AccountLine(models.Model):
    """对公账户明细: one movement of the corporate account."""

    account = models.ForeignKey(
        AccountDay, models.CASCADE, verbose_name="日账", related_name="entries"
    )
    number = models.IntegerField("序号")
    bank_ref = models.CharField("银行流水号", max_length=64)
    key = models.CharField("我方凭据", max_length=80, blank=True)
    kind = models.CharField("种类", max_length=8)
    counterparty = models.CharField("对方", max_length=40)
    in_fen = models.BigIntegerField("收入(分)")
    out_fen = models.BigIntegerField("支出(分)")

    class Meta:
        verbose_name = verbose_name_plural = "对公账户明细"
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="accountline_number"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} 第 {self.number} 笔"


class Review(models.Model):
    """月度结算: a month's statements as they were frozen for the committee, and what it decided."""

    class State(models.TextChoices):
        FROZEN = "frozen", "已定格"
        PAID = "paid", "已下付款指令"

    month = models.DateField("账期", unique=True)
    review_on = models.DateField("审议日")
    planned_on = models.DateField("计划审议日")
    """The 5th; another day than `review_on` where it was a day off (T26)."""
    digest = models.CharField("报表摘要", max_length=64)
    case = models.ForeignKey(
        "procedures.Case", models.PROTECT, verbose_name="事项", related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.FROZEN)
    frozen_at = models.DateTimeField("定格时间")
    paid_at = models.DateTimeField("付款时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "月度结算"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} 结算"


class Statement(models.Model):
    """商户结算单: one merchant's month as it was frozen; what comes later is in a later one."""

    review = models.ForeignKey(
        Review, models.PROTECT, verbose_name="月度结算", related_name="statements"
    )
    merchant_id = models.BigIntegerField("商户")
    number = models.CharField("商户编号", max_length=12)
    name = models.CharField("商户名称", max_length=60)
    count = models.IntegerField("笔数")
    gross_fen = models.BigIntegerField("消费额(分)")
    refunded_fen = models.BigIntegerField("退款(分)")
    principal_fen = models.BigIntegerField("已由职工钱包付出(分)")
    subsidy_fen = models.BigIntegerField("补贴(分)")
    corrected_fen = models.BigIntegerField("更正(分)")
    prior_fen = models.BigIntegerField("其中前期更正(分)")
    carried_fen = models.BigIntegerField("上期结转(分)", default=0)
    clawed_fen = models.BigIntegerField("扣回(分)", default=0)
    total_fen = models.BigIntegerField("结算总额(分)")
    payable_fen = models.BigIntegerField("本期应付(分)")
    rest_fen = models.BigIntegerField("结转下期(分)")
    """Zero or negative: what the merchant still owes after this month."""

    class Meta:
        verbose_name = verbose_name_plural = "商户结算单"
        constraints = [
            models.UniqueConstraint(fields=["review", "merchant_id"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(payable_fen__gte=0, rest_fen__lte=0)
                & (Q(payable_fen=0) | Q(rest_fen=0))
                & Q(
                    payable_fen=models.F("total_fen")
                    - models.F("principal_fen")
                    + models.F("carried_fen")
                    - models.F("clawed_fen")
                    - models.F("rest_fen")
                ),
                name="statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.number}"


class ClawBack(models.Model):
    """结算扣回: what a decision takes from a merchant's next statement; negative: was covered."""

    merchant_id = models.BigIntegerField("商户")
    amount_fen = models.BigIntegerField("金额(分)")
    document = models.CharField("凭据", max_length=80, unique=True)
    because = models.CharField("事由", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="决定人", related_name="+")
    at = models.DateTimeField("时间")
    review = models.ForeignKey(
        Review, models.PROTECT, verbose_name="计入的结算", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "结算扣回"
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="clawback_takes_something"),
        ]

    def __str__(self) -> str:
        return self.document


class Payout(models.Model):
    """结算付款: what the bank is asked to pay a merchant for a month, at most once."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        DONE = "done", "已记账"

    statement = models.OneToOneField(
        Statement, models.PROTECT, verbose_name="结算单", related_name="payout"
    )
    document = models.CharField("凭据", max_length=60, unique=True)
    amount_fen = models.BigIntegerField("金额(分)")
    occurred_at = models.DateTimeField("发生时间")
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    bank_ref = models.CharField("银行流水号", max_length=64, blank=True)
    refusal = models.CharField("拒绝原因", max_length=40, blank=True)
    posted_at = models.DateTimeField("银行记账时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "结算付款"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payout_positive"),
        ]

    def __str__(self) -> str:
        return self.document
