"""What membership keeps: the branches' assets, and who stayed out of which matter."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class AssetItem(models.Model):
    """资产: one thing that a branch owns, who keeps it and on which voucher it was bought."""

    unit = models.ForeignKey("people.Unit", models.PROTECT, verbose_name="分会", related_name="+")
    number = models.CharField("资产编号", max_length=30)
    name = models.CharField("名称", max_length=60)
    place = models.CharField("存放地点", max_length=60, blank=True)
    cost_fen = models.BigIntegerField("原值(分)")
    bought_on = models.DateField("购置日期")
    document = models.CharField("凭证号", max_length=60, blank=True)
    keeper = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="保管人", related_name="+"
    )
    retired_on = models.DateField("报废日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资产"
        constraints = [
            models.CheckConstraint(condition=Q(cost_fen__gte=0), name="asset_cost_not_negative"),
            models.UniqueConstraint(fields=["unit", "number"], name="asset_number_once_a_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def clean(self) -> None:
        """Refuse a keeper who is not on the branch's roster (R026)."""
        if self.keeper_id and self.unit_id and self.keeper.unit_id != self.unit_id:
            raise ValidationError(
                {"keeper": f"{self.keeper} 不在{self.unit}的名册上，不能保管它的资产"}
            )


class Recusal(models.Model):
    """回避: an officer stays out of a matter of the body that they sit on (T17)."""

    appointment = models.ForeignKey(
        "people.Appointment", models.PROTECT, verbose_name="任职", related_name="+"
    )
    matter = models.CharField("事项", max_length=80)
    because = models.CharField("事由", max_length=200)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "回避"

    def __str__(self) -> str:
        return self.matter
