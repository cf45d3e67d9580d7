"""Files (附件): outputs and evidence, stored by the hash of their content."""

from django.db import models
from django.db.models import Q

from .rules import Kind


class File(models.Model):
    """附件: one upload with its own name, stored once per content.

    `subject` names the row that it belongs to, as the trail does ("aid.case:12"); who may open the
    file is whoever may open that row.
    """

    sha256 = models.CharField("内容摘要", max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("媒体类型", max_length=100)
    size_bytes = models.PositiveBigIntegerField("大小(字节)")
    kind = models.CharField("种类", max_length=20, choices=[(k.value, k.label) for k in Kind])
    subject = models.CharField("所属对象", max_length=80, blank=True, db_index=True)
    stored_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="上传人", null=True, related_name="+"
    )
    stored_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="file_is_hashed"
            ),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
