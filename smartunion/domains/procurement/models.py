"""Purchases, suppliers, sealed quotes and what is decided about them (采购、供应商、报价、清标).

Written in SQL in migration 0002, because they reach over rows or forbid change: no quote after its
tender's deadline, a sealed quote and a frozen notice stay as they are, prices appear only with the
opening, clearings and judgments are only added, a conversion to negotiation is never undone.
"""

from django.db import models
from django.db.models import F, Q


class Supplier(models.Model):
    """供应商: who may quote; what it shares with others is seen from its own facts."""

    number = models.CharField("编号", max_length=20, unique=True)
    name = models.CharField("供应商", max_length=60, unique=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    category = models.CharField("经营类别", max_length=40)
    legal_representative = models.CharField("法定代表人", max_length=40)
    controller = models.CharField("控股股东（超过50%）", max_length=60, blank=True)
    bank_account = models.CharField("收款账户", max_length=40)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    registered_at = models.DateTimeField("登记时间")
    barred_until_on = models.DateField("黑名单至(不含)", null=True, blank=True)
    barred_because = models.CharField("列入事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "供应商"
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__regex="^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="supplier_has_a_credit_code",
            ),
            models.CheckConstraint(
                condition=Q(barred_until_on__isnull=True) | ~Q(barred_because=""),
                name="supplier_is_barred_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SupplierUser(models.Model):
    """供应商账号: a person who quotes for a supplier."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, verbose_name="供应商", related_name="users"
    )
    person = models.OneToOneField(
        "people.Person", models.PROTECT, verbose_name="账号", related_name="+"
    )
    since = models.DateTimeField("绑定时间")

    class Meta:
        verbose_name = verbose_name_plural = "供应商账号"

    def __str__(self) -> str:
        return f"{self.supplier} {self.person}"


class OpeningKey(models.Model):
    """开标公钥: what is kept of a key holder; the private half is a sentence in the head."""

    holder = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="持钥人", related_name="+"
    )
    office = models.CharField("岗位", max_length=40)
    salt = models.CharField("盐", max_length=64)
    public = models.CharField("公钥", max_length=64)
    since = models.DateTimeField("启用时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "开标公钥"
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(retired_at__isnull=True), name="one_key_for_a_holder"
            ),
            models.UniqueConstraint(
                fields=["office"],
                condition=Q(retired_at__isnull=True),
                name="one_key_for_an_office",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.office}"


class Purchase(models.Model):
    """采购: one need, from its request to the last payment; its steps are those of its case."""

    class Method(models.TextChoices):
        COMPARED = "compared", "三方比选"
        SINGLE = "single", "单一来源"
        NEGOTIATED = "negotiated", "竞争性谈判"
        EMERGENCY = "emergency", "应急采购"

    number = models.CharField("编号", max_length=20, unique=True)
    method = models.CharField("方式", max_length=12, choices=Method)
    title = models.CharField("采购", max_length=80)
    category = models.CharField("类别", max_length=40)
    unit = models.ForeignKey("people.Unit", models.PROTECT, verbose_name="单位", related_name="+")
    amount_fen = models.BigIntegerField("预算金额(分)")
    budget_code = models.CharField("预算项", max_length=60)
    fund_source = models.CharField("资金来源", max_length=60)
    cause = models.CharField("应急事由", max_length=40, blank=True)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    requested_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="申请人", related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    supplier = models.ForeignKey(
        Supplier,
        models.PROTECT,
        verbose_name="成交供应商",
        null=True,
        blank=True,
        related_name="purchases",
    )
    price_fen = models.BigIntegerField("成交价(分)", null=True, blank=True)
    awarded_at = models.DateTimeField("成交时间", null=True, blank=True)
    converted_at = models.DateTimeField("转竞争性谈判时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "采购"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="purchase_has_a_budget"),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=True) | Q(price_fen__gt=0),
                name="purchase_has_a_price",
            ),
            models.CheckConstraint(
                condition=Q(converted_at__isnull=True) | Q(method="negotiated"),
                name="purchase_converted_is_negotiated",
            ),
            models.CheckConstraint(
                condition=~Q(method="emergency") | ~Q(cause=""), name="emergency_has_a_cause"
            ),
        ]
        indexes = [models.Index(fields=["category", "requested_at"], name="purchase_by_category")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Tender(models.Model):
    """比选公告: one round of sealed quotes; what decides is frozen before anyone quotes."""

    class State(models.TextChoices):
        QUOTING = "quoting", "报价中"
        OPENED = "opened", "已开标"
        FAILED = "failed", "采购失败"
        AWARDED = "awarded", "已定中选人"

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, verbose_name="采购", related_name="tenders"
    )
    round = models.PositiveSmallIntegerField("第几轮")
    number = models.CharField("公告编号", max_length=24, unique=True)
    notice = models.JSONField("公告内容")
    digest = models.CharField("公告哈希", max_length=64)
    announced_at = models.DateTimeField("公告时间")
    closes_at = models.DateTimeField("报价截止")
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUOTING)
    opened_at = models.DateTimeField("开标时间", null=True, blank=True)
    opened_by = models.JSONField("开标人", default=list, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "比选公告"
        constraints = [
            models.UniqueConstraint(fields=["purchase", "round"], name="one_tender_for_a_round"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("announced_at")), name="tender_closes_after_its_notice"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(opened_at__gt=F("closes_at")),
                name="tender_opens_after_its_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state="quoting", opened_at__isnull=True)
                | (~Q(state="quoting") & Q(opened_at__isnull=False)),
                name="tender_state_follows_its_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Invitation(models.Model):
    """邀请: a supplier who may quote in a tender."""

    tender = models.ForeignKey(
        Tender, models.PROTECT, verbose_name="公告", related_name="invitations"
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, verbose_name="供应商", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        constraints = [
            models.UniqueConstraint(fields=["tender", "supplier"], name="supplier_is_invited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.supplier}"


class Panelist(models.Model):
    """评审: a member of the panel that judges a tender; who is recused judges nothing."""

    tender = models.ForeignKey(Tender, models.PROTECT, verbose_name="公告", related_name="panel")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="评审", related_name="+"
    )
    recused_at = models.DateTimeField("回避时间", null=True, blank=True)
    recused_because = models.CharField("回避事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评审"
        constraints = [
            models.UniqueConstraint(fields=["tender", "person"], name="panelist_sits_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.person}"


class Quote(models.Model):
    """报价: sealed until the opening; replaced before the deadline by a newer one."""

    tender = models.ForeignKey(Tender, models.PROTECT, verbose_name="公告", related_name="quotes")
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, verbose_name="供应商", related_name="quotes"
    )
    commitment = models.CharField("承诺哈希", max_length=64)
    sealed = models.JSONField("密封件")
    device = models.CharField("上传设备", max_length=64, blank=True)
    submitted_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提交人", related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间")
    replaced_at = models.DateTimeField("被替换时间", null=True, blank=True)
    price_fen = models.BigIntegerField("报价(分)", null=True, blank=True)
    content = models.JSONField("开标内容", null=True, blank=True)
    withdrawn_at = models.DateTimeField("放弃时间", null=True, blank=True)
    withdrawn_because = models.CharField("放弃事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报价"
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "supplier"],
                condition=Q(replaced_at__isnull=True),
                name="one_live_quote_for_a_supplier",
            ),
            models.CheckConstraint(
                condition=Q(commitment__regex="^[0-9a-f]{64}$"), name="quote_is_committed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.supplier}"


class LinkRuling(models.Model):
    """关联认定: which of several linked suppliers counts, decided before prices are shown."""

    tender = models.ForeignKey(
        Tender, models.PROTECT, verbose_name="公告", related_name="link_rulings"
    )
    counted = models.ForeignKey(Supplier, models.PROTECT, verbose_name="计入", related_name="+")
    left_out = models.JSONField("不计入")
    because = models.CharField("理由", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="评审", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "关联认定"
        constraints = [
            models.UniqueConstraint(fields=["tender", "counted"], name="linked_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.counted}"


class Clearing(models.Model):
    """清标: one computation with its inputs and result; a recomputation is another row."""

    tender = models.ForeignKey(
        Tender, models.PROTECT, verbose_name="公告", related_name="clearings"
    )
    number = models.PositiveSmallIntegerField("第几次")
    inputs = models.JSONField("输入")
    result = models.JSONField("结果")
    digest = models.CharField("结果哈希", max_length=64)
    because = models.CharField("事由", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "清标"
        constraints = [
            models.UniqueConstraint(fields=["tender", "number"], name="clearing_is_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.number}"


class Explanation(models.Model):
    """低价说明: what a supplier below the band says within a working day; what came of it."""

    quote = models.OneToOneField(
        Quote, models.PROTECT, verbose_name="报价", related_name="explanation"
    )
    due_at = models.DateTimeField("说明截止")
    text = models.TextField("书面说明", blank=True)
    given_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted = models.BooleanField("是否成立", null=True, blank=True)
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="评审", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    because = models.CharField("理由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "低价说明"
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, decided_at__isnull=True)
                | Q(accepted__isnull=False, decided_at__isnull=False),
                name="explanation_is_decided_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quote} 说明"


class Judgment(models.Model):
    """疑点理由: one panel member's reasons for lifting the hold of a clearing's red flags."""

    clearing = models.ForeignKey(
        Clearing, models.PROTECT, verbose_name="清标", related_name="judgments"
    )
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="评审", related_name="+")
    because = models.CharField("理由", max_length=400)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "疑点理由"
        constraints = [
            models.UniqueConstraint(fields=["clearing", "by"], name="panelist_judges_once"),
            models.CheckConstraint(condition=~Q(because=""), name="judgment_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.clearing} {self.by}"


class Opinion(models.Model):
    """论证意见: what one expert says to buying from this supplier alone."""

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, verbose_name="采购", related_name="opinions"
    )
    expert = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="专家", related_name="+"
    )
    outside = models.BooleanField("校外")
    asked_at = models.DateTimeField("邀请时间")
    linked = models.CharField("关联", max_length=200, blank=True)
    supports = models.BooleanField("同意", null=True, blank=True)
    text = models.TextField("意见", blank=True)
    signed_at = models.DateTimeField("签署时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "论证意见"
        constraints = [
            models.UniqueConstraint(fields=["purchase", "expert"], name="expert_argues_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purchase} {self.expert}"


class Contract(models.Model):
    """采购合同: what was signed with whom at which price, and the budget set aside for it."""

    purchase = models.OneToOneField(
        Purchase, models.PROTECT, verbose_name="采购", related_name="contract"
    )
    supplier = models.ForeignKey(Supplier, models.PROTECT, verbose_name="供应商", related_name="+")
    number = models.CharField("合同编号", max_length=30, unique=True)
    price_fen = models.BigIntegerField("合同价(分)")
    document = models.CharField("预留凭据", max_length=80, unique=True)
    signed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="签订人", related_name="+"
    )
    signed_at = models.DateTimeField("签订时间")
    paid_at = models.DateTimeField("付款时间", null=True, blank=True)
    transfer = models.OneToOneField(
        "ledger.Transfer", models.PROTECT, verbose_name="分录", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "采购合同"
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="contract_has_a_price"),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, transfer__isnull=True)
                | Q(paid_at__isnull=False, transfer__isnull=False),
                name="contract_is_paid_through_the_ledger",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Barring(models.Model):
    """黑名单记录: a decision to keep a supplier from quoting, by its case."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, verbose_name="供应商", related_name="barrings"
    )
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    since = models.DateField("列入日", null=True, blank=True)
    until = models.DateField("期满日(不含)", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "黑名单记录"

    def __str__(self) -> str:
        return f"{self.supplier} {self.since or ''}"
