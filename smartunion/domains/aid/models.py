"""Aid and gifts: what the case does not know. The illness and the account lie sealed elsewhere.

An application is a draft until it is handed in; from then on its case says which step it is at,
and `state` says what has come of it.
"""

from django.db import models
from django.db.models import F, Q

from .rules.amounts import Category, GiftKind


class Application(models.Model):
    """救助申请: one person's need for one cause, from the first line typed to the last visit."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        CONSENT = "consent", "待本人同意"
        OPEN = "open", "办理中"
        RETURNED = "returned", "待补材料"
        APPROVED = "approved", "已通过"
        PAID = "paid", "已放款"
        REFUSED = "refused", "不予救助"
        WITHDRAWN = "withdrawn", "已撤回"
        RECLAIMED = "reclaimed", "已追回"

    number = models.CharField("编号", max_length=16, unique=True, null=True, blank=True)
    beneficiary = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="救助对象", related_name="+"
    )
    filed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="填表人", related_name="+"
    )
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    category = models.CharField(
        "类别", max_length=8, blank=True, choices=[(c.value, c.value) for c in Category]
    )
    happened_on = models.DateField("发生日期", null=True, blank=True)
    asked_fen = models.BigIntegerField("申请金额(分)", null=True, blank=True)
    cause_mark = models.CharField("事由标记", max_length=64, blank=True)
    account_tail = models.CharField("账号尾号", max_length=4, blank=True)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    band = models.CharField("档次", max_length=8, blank=True)
    amount_fen = models.BigIntegerField("拟救助金额(分)", null=True, blank=True)
    approved_fen = models.BigIntegerField("票决金额(分)", null=True, blank=True)
    drafted_at = models.DateTimeField("起草时间")
    consented_at = models.DateTimeField("本人同意时间", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    promised_at = models.DateTimeField("承诺期限", null=True, blank=True)
    online = models.BooleanField("临时线上票决", default=False)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "救助申请"
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary", "cause_mark"],
                condition=~Q(cause_mark="")
                & Q(state__in=["open", "returned", "approved", "paid", "reclaimed"]),
                name="aid_once_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "consent"]) | Q(number__isnull=False),
                name="aid_handed_in_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "paid", "reclaimed"]) | Q(approved_fen__gt=0),
                name="aid_approved_names_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(beneficiary=F("filed_by"))
                | Q(state__in=["draft", "consent", "withdrawn"])
                | Q(consented_at__isnull=False),
                name="aid_for_another_has_consent",
            ),
        ]
        indexes = [models.Index(fields=["state", "accepted_at"], name="aid_by_state")]

    def __str__(self) -> str:
        return self.number or "草稿"


class HomeVisit(models.Model):
    """入户调查: two of the welfare department went; what they found lies sealed."""

    application = models.ForeignKey(
        Application, models.PROTECT, verbose_name="救助申请", related_name="visits"
    )
    run_id = models.BigIntegerField("步骤", unique=True)
    visited_at = models.DateTimeField("入户时间")
    written_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="执笔人", related_name="+"
    )
    companion = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="同行人", related_name="+"
    )
    band = models.CharField("建议档次", max_length=8)
    amount_fen = models.BigIntegerField("建议金额(分)")
    written_at = models.DateTimeField("写成时间")
    signed_at = models.DateTimeField("同行人签字时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "入户调查"
        constraints = [
            models.CheckConstraint(
                condition=~Q(written_by=F("companion")), name="visit_by_two_persons"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="visit_names_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.application} 入户"


class Disbursement(models.Model):
    """救助放款: the money that went out, once for one application."""

    application = models.OneToOneField(
        Application, models.PROTECT, verbose_name="救助申请", related_name="disbursement"
    )
    amount_fen = models.BigIntegerField("金额(分)")
    receipt = models.CharField("银行回单号", max_length=40, unique=True)
    paid_at = models.DateTimeField("放款时间")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="放款人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "救助放款"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="aid_pays_something"),
        ]

    def __str__(self) -> str:
        return f"{self.application} 放款"


class Reclaim(models.Model):
    """救助追回: money that was got by a false statement, and how much of it has come back."""

    application = models.OneToOneField(
        Application, models.PROTECT, verbose_name="救助申请", related_name="reclaim"
    )
    amount_fen = models.BigIntegerField("应退(分)")
    returned_fen = models.BigIntegerField("已退(分)", default=0)
    because = models.CharField("理由", max_length=400)
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="决定人", related_name="+"
    )
    decided_at = models.DateTimeField("决定时间")
    returned_at = models.DateTimeField("退清时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "救助追回"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(returned_fen__gte=0)
                & Q(returned_fen__lte=F("amount_fen")),
                name="reclaim_never_more_than_paid",
            ),
            models.CheckConstraint(condition=~Q(because=""), name="reclaim_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.application} 追回"


class Gift(models.Model):
    """慰问: the union comes on one of five occasions, once for each."""

    class State(models.TextChoices):
        OPEN = "open", "审核中"
        AGREED = "agreed", "待上门"
        GIVEN = "given", "已送到"
        PAID = "paid", "已报销"
        REFUSED = "refused", "未通过"

    number = models.CharField("编号", max_length=16, unique=True)
    receiver = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="慰问对象", related_name="+"
    )
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    kind = models.CharField("事由", max_length=8, choices=[(k.value, k.value) for k in GiftKind])
    happened_on = models.DateField("发生日期")
    amount_fen = models.BigIntegerField("金额(分)")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    registered_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="登记人", related_name="+"
    )
    registered_at = models.DateTimeField("登记时间")
    given_at = models.DateTimeField("送到时间", null=True, blank=True)
    paid_at = models.DateTimeField("报销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "慰问"
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "kind", "happened_on"],
                condition=~Q(state="refused"),
                name="gift_once_per_event",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="gift_costs_something"),
        ]

    def __str__(self) -> str:
        return self.number
