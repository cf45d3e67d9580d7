"""Red cases: number, clock and state. Who it is, where, and what was said lies sealed elsewhere.

A row tells nobody apart: `subject_mark` only answers "is it this person?" to who knows the person.
"""

from django.db import models
from django.db.models import F, Q


class RedCase(models.Model):
    """红色个案: one person in acute danger, from the alarm to the last sheet of after-care."""

    class Source(models.TextChoices):
        SCREENING = "screening", "测评"
        IMPORT = "import", "外部测评导入"
        REPORT = "report", "人工报告"

    class State(models.TextChoices):
        RUNNING = "running", "处置中"
        CARING = "caring", "善后中"
        CLOSED = "closed", "已结案"
        STOOD_DOWN = "stood_down", "已解除"

    class Outcome(models.TextChoices):
        BY_PHONE = "by_phone", "电话确认平安"
        SOOTHED = "soothed", "现场安抚"
        REFERRED = "referred", "转介医院"
        FALSE_ALARM = "false_alarm", "误报"

    number = models.CharField("编号", max_length=16, unique=True)
    is_drill = models.BooleanField("演练", default=False)
    subject_mark = models.CharField("当事人标记", max_length=64)
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RUNNING)
    outcome = models.CharField("处置结果", max_length=12, choices=Outcome, blank=True)
    run_id = models.BigIntegerField("处置流程", unique=True, null=True)
    opened_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="报告人", null=True, related_name="+"
    )
    opened_at = models.DateTimeField("触发时间")
    settled_at = models.DateTimeField("稳定时间", null=True)
    """When the person was safe or handed over: where the thirty minutes end (T43)."""
    closed_at = models.DateTimeField("结案时间", null=True)
    held_until = models.DateTimeField("留存解除时间", null=True)
    """The legal hold: until then nothing of the case is erased; it begins with the case."""

    class Meta:
        verbose_name = verbose_name_plural = "红色个案"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_mark", "is_drill"],
                condition=Q(state="running"),
                name="crisis_one_running_case_per_person",
            ),
            models.CheckConstraint(
                condition=Q(is_drill=True, number__startswith="Y")
                | Q(is_drill=False, number__startswith="R"),
                name="crisis_number_says_drill",
            ),
            models.CheckConstraint(
                condition=Q(state="running", settled_at=None) | Q(settled_at__gte=F("opened_at")),
                name="crisis_settled_after_alarm",
            ),
            models.CheckConstraint(
                condition=Q(state="running") | ~Q(outcome=""), name="crisis_settled_says_how"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "caring"], closed_at=None)
                | Q(state__in=["closed", "stood_down"], closed_at__gte=F("settled_at")),
                name="crisis_closed_after_settled",
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="crisis_by_state")]

    def __str__(self) -> str:
        return self.number
