"""Coupons: money of a budget line promised to one person for one use, until a day.

A coupon is a liability of the ledger (`coupon.payable`) from its issue until it is redeemed or
expires. Merchants belong to the wallet: they are named by their numbers only.
"""

from django.db import models
from django.db.models import F, Q


class Coupon(models.Model):
    """券: what is left of it is owed to its holder."""

    class Kind(models.TextChoices):
        SPORT = "sport", "体育消费券"
        RESEARCH = "research", "科研券"

    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    holder = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="持有人", related_name="+"
    )
    face_fen = models.BigIntegerField("面额(分)")
    left_fen = models.BigIntegerField("余额(分)")
    expired_fen = models.BigIntegerField("过期收回(分)", default=0)
    budget_code = models.CharField("预算项", max_length=60)
    fund_source = models.CharField("资金来源", max_length=60)
    document = models.CharField("发放凭据", max_length=80, unique=True)
    because = models.CharField("事由", max_length=200)
    issued_at = models.DateTimeField("发放时间")
    issued_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="发放人", null=True, related_name="+"
    )
    expires_on = models.DateField("有效至(含)")
    reminded_at = models.DateTimeField("提醒时间", null=True)
    expired_at = models.DateTimeField("过期时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "券"
        constraints = [
            models.CheckConstraint(
                condition=Q(face_fen__gt=0, left_fen__gte=0, expired_fen__gte=0)
                & Q(face_fen__gte=F("left_fen") + F("expired_fen")),
                name="coupon_within_its_face",
            ),
            models.CheckConstraint(
                condition=Q(expired_at__isnull=True, expired_fen=0)
                | Q(expired_at__isnull=False, left_fen=0),
                name="coupon_expires_once",
            ),
            models.CheckConstraint(
                condition=~Q(issued_by=F("holder")), name="coupon_not_to_oneself"
            ),
        ]
        indexes = [models.Index(fields=["holder", "expires_on"], name="coupon_of_holder")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class VenuePayout(models.Model):
    """场馆结算: what finance paid a venue for the coupons that it took."""

    merchant_id = models.BigIntegerField("商户号")
    amount_fen = models.BigIntegerField("金额(分)")
    slip = models.CharField("付款回单号", max_length=60, unique=True)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="付款人", related_name="+")
    at = models.DateTimeField("付款时间")

    class Meta:
        verbose_name = verbose_name_plural = "场馆结算"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="venue_payout_positive"),
        ]

    def __str__(self) -> str:
        return f"场馆结算 {self.slip}"


class Redemption(models.Model):
    """核销: a part of a coupon spent, at a venue by code or in finance by invoice."""

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, verbose_name="券", related_name="redemptions"
    )
    amount_fen = models.BigIntegerField("金额(分)")
    merchant_id = models.BigIntegerField("场馆商户号", null=True)
    code = models.BigIntegerField("出示的码", null=True)
    item = models.CharField("用途", max_length=40, blank=True, default="")
    invoice = models.CharField("发票号", max_length=60, blank=True, default="")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="核销人", related_name="+")
    at = models.DateTimeField("核销时间")
    payout = models.ForeignKey(
        VenuePayout, models.PROTECT, verbose_name="结算", null=True, related_name="redemptions"
    )
    undone_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="撤销人", null=True, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_because = models.CharField("撤销理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "核销"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="redemption_positive"),
            models.CheckConstraint(
                condition=Q(merchant_id__isnull=False, code__isnull=False, item="", invoice="")
                | (
                    Q(merchant_id__isnull=True, code__isnull=True, payout__isnull=True)
                    & ~Q(item="")
                    & ~Q(invoice="")
                ),
                name="redemption_at_venue_or_in_finance",
            ),
            models.UniqueConstraint(fields=["coupon", "code"], name="redemption_code_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=~Q(invoice="") & Q(undone_at__isnull=True),
                name="redemption_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_because="")
                | (
                    Q(undone_at__isnull=False, undone_by__isnull=False, payout__isnull=True)
                    & ~Q(undone_because="")
                    & ~Q(undone_by=F("by"))
                ),
                name="redemption_undone_by_another",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "at"], name="redemption_of_venue")]

    def __str__(self) -> str:
        return f"核销 {self.pk}"
