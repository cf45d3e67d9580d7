"""The trail (留痕): the business journal. Every change, who made it, when and why. Append-only."""

from django.db import models


class Entry(models.Model):
    """留痕条目: one thing that happened, in the words of the plan."""

    what = models.CharField("事项", max_length=60, db_index=True)
    subject = models.CharField("对象", max_length=80, db_index=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    because = models.CharField("事由", max_length=400, blank=True)
    facts = models.JSONField("要素", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "留痕条目"

    def __str__(self) -> str:
        return f"{self.what} {self.subject} #{self.pk}"
