"""What the union watches its merchants by: suspicions, and the monthly call-back sample.

Purchases and merchants belong to the wallet: they are named by their numbers only.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from .rules.detectors import Detector


class Scan(models.Model):
    """检测: a month's purchases were asked every rule."""

    month = models.DateField("月份")
    at = models.DateTimeField("时间")
    trades = models.IntegerField("检测笔数")
    hits = models.IntegerField("命中数")
    fresh = models.IntegerField("新疑点数")

    class Meta:
        verbose_name = verbose_name_plural = "检测"
        indexes = [models.Index(fields=["month", "at"], name="scan_of_month")]

    def __str__(self) -> str:
        return f"检测 {self.month:%Y-%m}"


class Suspicion(models.Model):
    """疑点: rows with something in common, until a person decides what it was."""

    class State(models.TextChoices):
        OPEN = "open", "待核实"
        EXCLUDED = "excluded", "排除"
        CONFIRMED = "confirmed", "认定套现"

    detector = models.CharField(
        "规则", max_length=8, choices=[(one.value, one.words) for one in Detector]
    )
    month = models.DateField("月份")
    key = models.CharField("标识", max_length=200)
    merchant_id = models.BigIntegerField("商户号")
    payers = ArrayField(models.BigIntegerField(), verbose_name="付款钱包", default=list)
    payments = ArrayField(models.BigIntegerField(), verbose_name="付款号")
    amount_fen = models.BigIntegerField("涉及金额(分)")
    words = models.CharField("说明", max_length=600)
    found_at = models.DateTimeField("发现时间")
    due_on = models.DateField("核实期限")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    taken_fen = models.BigIntegerField("扣回补贴(分)", default=0)
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="认定人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("认定时间", null=True)
    because = models.CharField("理由", max_length=400, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "疑点"
        constraints = [
            models.UniqueConstraint(fields=["detector", "month", "key"], name="suspicion_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, taken_fen=0)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="suspicion_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(taken_fen=0) | Q(state="confirmed"), name="suspicion_takes_if_confirmed"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="suspicion_waiting")]

    def __str__(self) -> str:
        return f"疑点 {self.pk}"


class CallSample(models.Model):
    """回访样本: which of a month's purchases are called back, by a seed that all can check."""

    month = models.DateField("月份", unique=True)
    block_hash = models.CharField("封存块摘要", max_length=64)
    seed = models.CharField("种子", max_length=64)
    percent = models.IntegerField("比例(%)")
    population = models.IntegerField("总体笔数")
    merchants = models.IntegerField("商户数")
    drawn = models.IntegerField("抽取笔数")
    drawn_at = models.DateTimeField("抽取时间")

    class Meta:
        verbose_name = verbose_name_plural = "回访样本"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} 回访样本"


class CallBack(models.Model):
    """电话回访: one purchase of the sample, and what its payer said."""

    class Result(models.TextChoices):
        TRUE = "true", "属实"
        DENIED = "denied", "否认消费"
        CASH_OUT = "cash_out", "承认套现"
        UNREACHED = "unreached", "未接通"

    class Source(models.TextChoices):
        EXCEL = "excel", "Excel"
        API = "api", "接口"
        PAGE = "page", "页面"

    sample = models.ForeignKey(
        CallSample, models.PROTECT, verbose_name="样本", related_name="calls"
    )
    payment_id = models.BigIntegerField("付款号", unique=True)
    number = models.CharField("单号", max_length=24)
    merchant = models.CharField("商户编号", max_length=12)
    instead_of = models.OneToOneField(
        "self", models.PROTECT, verbose_name="补抽自", null=True, related_name="replacement"
    )
    result = models.CharField("结果", max_length=10, choices=Result.choices, blank=True, default="")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    source = models.CharField("来源", max_length=6, choices=Source.choices, blank=True, default="")
    called_at = models.DateTimeField("通话时间", null=True)
    reported_at = models.DateTimeField("上报时间", null=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="上报人", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "电话回访"
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="call_once"),
            models.CheckConstraint(
                condition=Q(result="", called_at__isnull=True, reported_at__isnull=True)
                | (~Q(result="") & Q(called_at__isnull=False, reported_at__isnull=False)),
                name="call_result_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"回访 {self.number}"


class Admission(models.Model):
    """商户准入: a merchant's way in, by the sheet."""

    merchant_id = models.BigIntegerField("商户号", unique=True)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "商户准入"

    def __str__(self) -> str:
        return f"商户准入 {self.merchant_id}"


class Acceptance(models.Model):
    """终端验收: a terminal took and gave back a trial payment (R047)."""

    terminal_id = models.BigIntegerField("终端号", unique=True)
    note = models.CharField("验收说明", max_length=200)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="验收人", related_name="+")
    at = models.DateTimeField("验收时间")

    class Meta:
        verbose_name = verbose_name_plural = "终端验收"

    def __str__(self) -> str:
        return f"终端验收 {self.terminal_id}"


class Departure(models.Model):
    """商户退出: a merchant's way out, of its own will or by decision (R059)."""

    class Kind(models.TextChoices):
        LEAVE = "leave", "主动退出"
        EXPEL = "expel", "取消资格"

    merchant_id = models.BigIntegerField("商户号")
    kind = models.CharField("事由", max_length=6, choices=Kind.choices)
    because = models.CharField("理由", max_length=400)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    forfeit_fen = models.BigIntegerField("没收(分)", default=0)
    back_fen = models.BigIntegerField("退还(分)", default=0)
    gone_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "商户退出"
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id"], condition=Q(gone_at__isnull=True), name="departure_once"
            ),
            models.CheckConstraint(
                condition=Q(forfeit_fen=0) | Q(kind="expel"), name="departure_forfeits_if_expelled"
            ),
        ]

    def __str__(self) -> str:
        return f"商户退出 {self.pk}"


class Dispute(models.Model):
    """商户异议: a merchant contradicts a finding; somebody else than who found it answers."""

    suspicion = models.OneToOneField(
        Suspicion, models.PROTECT, verbose_name="疑点", related_name="dispute"
    )
    text = models.CharField("异议", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="提出人", related_name="+")
    at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    upheld = models.BooleanField("成立", null=True)
    answer = models.CharField("答复", max_length=400, blank=True, default="")
    given_fen = models.BigIntegerField("退回补贴(分)", default=0)
    answered_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "商户异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True, answered_at__isnull=True)
                | Q(upheld__isnull=False, answered_at__isnull=False, answered_by__isnull=False),
                name="dispute_answered_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"商户异议 {self.pk}"


class HeatDay(models.Model):
    """公布的热力图: a day of the trial as it was published, small cells muted (R050, T59)."""

    day = models.DateField("日期", primary_key=True)
    cells = models.JSONField("格子")
    """[merchant, half hour, count]; the count is null where fewer than `least` people paid."""
    least = models.IntegerField("最少付款人数")
    sha256 = models.CharField("摘要", max_length=64)
    published_at = models.DateTimeField("公布时间")

    class Meta:
        verbose_name = verbose_name_plural = "公布的热力图"

    def __str__(self) -> str:
        return f"热力图 {self.day}"
