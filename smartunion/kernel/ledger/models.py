"""The general ledger (总账): one row is one balanced transfer; nothing is ever changed.

`xid` is the number of the transaction that wrote the row: folds take rows of finished
transactions only, because rows become visible in the order of commits, not of ids.
"""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class ThisTransaction(models.Func):
    """The number of the transaction that writes the row."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


def _xid() -> Any:
    return models.BigIntegerField("事务号", db_default=ThisTransaction(), editable=False)


class Account(models.Model):
    """科目: an account of the chart (`chart.yaml`), in words and with its normal side."""

    class Kind(models.TextChoices):
        ASSET = "asset", "资产"
        LIABILITY = "liability", "负债"
        NET = "net", "净资产"
        INCOME = "income", "收入"
        EXPENSE = "expense", "支出"

    class Side(models.TextChoices):
        DEBIT = "debit", "借"
        CREDIT = "credit", "贷"

    code = models.CharField("代码", max_length=40, primary_key=True)
    name = models.CharField("名称", max_length=40, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    side = models.CharField("余额方向", max_length=6, choices=Side.choices)
    gl = models.CharField("会计科目编码", max_length=20, blank=True)
    note = models.CharField("备注", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "科目"

    def __str__(self) -> str:
        return self.name


class Transfer(models.Model):
    """分录: an amount goes from the credited to the debited account. Append-only."""

    debit = models.ForeignKey(
        Account, models.PROTECT, verbose_name="借方", related_name="+", db_column="debit"
    )
    credit = models.ForeignKey(
        Account, models.PROTECT, verbose_name="贷方", related_name="+", db_column="credit"
    )
    amount_fen = models.BigIntegerField("金额(分)")
    code = models.CharField("业务", max_length=20)
    document = models.CharField("凭据", max_length=80, db_index=True)
    budget_code = models.CharField("预算项", max_length=60, blank=True)
    fund_source = models.CharField("资金来源", max_length=60, blank=True)
    event_at = models.DateTimeField("业务时间", db_index=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=400, blank=True)
    xid = _xid()

    class Meta:
        verbose_name = verbose_name_plural = "分录"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two"),
            models.CheckConstraint(
                condition=Q(budget_code="") | ~Q(fund_source=""), name="transfer_names_its_fund"
            ),
        ]
        indexes = [
            models.Index(fields=["budget_code", "event_at"], name="transfer_budget"),
            BrinIndex(fields=["xid"], name="transfer_xid", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"分录 {self.pk}"


class Balance(models.Model):
    """科目余额: what the transfers up to the watermark sum to."""

    account = models.OneToOneField(
        Account, models.PROTECT, verbose_name="科目", primary_key=True, related_name="stored"
    )
    debit_fen = models.BigIntegerField("借方累计(分)", default=0)
    credit_fen = models.BigIntegerField("贷方累计(分)", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "科目余额"

    def __str__(self) -> str:
        return f"{self.account_id} 余额"


class Watermark(models.Model):
    """水位: rows of transactions before this number are folded."""

    name = models.CharField("名称", max_length=20, primary_key=True)
    xid = models.BigIntegerField("事务号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "水位"

    def __str__(self) -> str:
        return f"{self.name} {self.xid}"


class Block(models.Model):
    """封存块: the hash of a closed range of transfers and of the block before."""

    from_xid = models.BigIntegerField("起事务号", unique=True)
    to_xid = models.BigIntegerField("止事务号(不含)", unique=True)
    rows = models.BigIntegerField("行数")
    previous_hash = models.CharField("前块摘要", max_length=64)
    hash = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = verbose_name_plural = "封存块"
        constraints = [
            models.CheckConstraint(condition=Q(to_xid__gt=F("from_xid")), name="block_goes_on"),
        ]

    def __str__(self) -> str:
        return f"封存块 {self.pk}"


class Encumbrance(models.Model):
    """预留: money of a budget line set aside for a document, or (negative) given up or spent."""

    class Kind(models.TextChoices):
        ENCUMBER = "encumber", "预留"
        RELEASE = "release", "释放"
        SPEND = "spend", "列支"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    document = models.CharField("凭据", max_length=80, db_index=True)
    budget_code = models.CharField("预算项", max_length=60)
    fund_source = models.CharField("资金来源", max_length=60)
    amount_fen = models.BigIntegerField("金额(分)")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=400, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "预留"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="encumber", amount_fen__gt=0)
                | (~Q(kind="encumber") & Q(amount_fen__lt=0)),
                name="encumbrance_sign_follows_kind",
            ),
            models.CheckConstraint(condition=~Q(fund_source=""), name="encumbrance_names_its_fund"),
        ]
        indexes = [models.Index(fields=["budget_code", "at"], name="encumbrance_budget")]

    def __str__(self) -> str:
        return f"预留 {self.pk}"
