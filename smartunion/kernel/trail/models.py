"""The trail (留痕): the business journal. Every change, who made it, when and why. Append-only."""

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """留痕条目: one thing that happened, in the words of the plan.

    The database refuses to change or remove one. An entry is also the event that subscribers in
    site/wiring.py hear of.
    """

    what = models.CharField("事项", max_length=60, db_index=True)
    subject = models.CharField("对象", max_length=80)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间", db_index=True)
    because = models.CharField("事由", max_length=400, blank=True)
    facts = models.JSONField("要素", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "留痕条目"
        indexes = [models.Index(fields=["subject", "id"], name="entry_of_subject")]

    def __str__(self) -> str:
        return f"{self.what} {self.subject} #{self.pk}"


class Delivery(models.Model):
    """留痕投递: one subscriber's copy of an entry, written with it, heard after the commit."""

    entry = models.ForeignKey(Entry, models.PROTECT, verbose_name="条目", related_name="+")
    subscriber = models.CharField("订阅者", max_length=160)
    due_at = models.DateTimeField("应投递时间")
    delivered_at = models.DateTimeField("投递时间", null=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    trouble = models.TextField("未成原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "留痕投递"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "subscriber"], name="delivery_once_per_subscriber"
            )
        ]
        indexes = [  # what the worker asks for on each round
            models.Index(fields=["id"], condition=Q(delivered_at=None), name="delivery_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.subscriber}"
