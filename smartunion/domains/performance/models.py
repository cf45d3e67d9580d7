"""What was measured, when and from which rows."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q


class Measurement(models.Model):
    """计量快照: a figure of a closed period, frozen with the hash of the rows it was made of.

    Append-only (a trigger keeps it so): rows that change afterwards make a new snapshot beside it.
    """

    code = models.CharField("指标", max_length=12)
    version = models.PositiveSmallIntegerField("算法版本")
    kind = models.CharField("算法", max_length=10)
    since = models.DateField("账期起")
    until = models.DateField("账期止(不含)")
    as_of = models.DateField("截至日")
    part = models.BigIntegerField("分子")
    whole = models.BigIntegerField("分母")
    n = models.PositiveIntegerField("计入行数")
    hits = models.PositiveIntegerField("命中行数")
    excluded = models.JSONField("排除", default=list)
    op = models.CharField("比较", max_length=2)
    target = models.DecimalField("目标值", max_digits=12, decimal_places=4, default=Decimal(0))
    state = models.CharField("状态", max_length=8)
    rows_sha256 = models.CharField("明细摘要", max_length=64)
    at = models.DateTimeField("冻结时间")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计量快照"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="measured_period_ends"),
            models.CheckConstraint(condition=Q(hits__lte=F("n")), name="measured_hits_within_n"),
            models.UniqueConstraint(
                fields=["code", "since", "until", "rows_sha256", "version"],
                name="measured_once_per_rows",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.since:%Y-%m} #{self.pk}"
