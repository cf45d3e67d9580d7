"""What the frame itself keeps: imports of sheets, until they are written and after."""

from django.db import models
from django.db.models import Q


class ImportBatch(models.Model):
    """导入批次: the rows of one uploaded sheet, checked, written or taken back as a whole."""

    register = models.CharField("名册", max_length=60)
    filename = models.CharField("文件名", max_length=200)
    because = models.CharField("事由", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("上传时间")
    good = models.JSONField("无错行", default=list)
    errors = models.JSONField("错行", default=list)
    written = models.JSONField("写入记录", default=list)
    written_at = models.DateTimeField("写入时间", null=True, blank=True)
    dropped_at = models.DateTimeField("放弃时间", null=True, blank=True)
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(written_at__isnull=True) | Q(dropped_at__isnull=True),
                name="an_import_is_written_or_dropped",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(written_at__isnull=False),
                name="only_a_written_import_is_taken_back",
            ),
        ]
        indexes = [models.Index(fields=["register", "-at"], name="import_by_register")]

    def __str__(self) -> str:
        return f"{self.filename} {self.at:%Y-%m-%d %H:%M}"
