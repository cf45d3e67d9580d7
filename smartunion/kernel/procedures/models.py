"""Cases that run by a sheet, their steps, outputs and deadlines (件、步骤、输出、时限)."""

from django.db import models
from django.db.models import Q


class Sheet(models.Model):
    """事项表: one version of a procedure as it runs; a case keeps the version it started with."""

    code = models.CharField("事项代码", max_length=60)
    version = models.CharField("版本", max_length=20)
    digest = models.CharField("表的哈希", max_length=64, unique=True)
    matter = models.CharField("事项", max_length=80)
    registered_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = verbose_name_plural = "事项表"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_sheet_for_one_version"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.version}"


class Case(models.Model):
    """件: one matter under way, by one sheet, from its opening to its end."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, verbose_name="事项表", related_name="cases")
    title = models.CharField("标题", max_length=120)
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    applicant = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="申请人", null=True, related_name="+"
    )
    subject = models.CharField("对象", max_length=80, blank=True, db_index=True)
    facts = models.JSONField("要素", default=dict)
    opened_at = models.DateTimeField("立件时间")
    event_at = models.DateTimeField("事件时间", null=True, blank=True)
    promised_at = models.DateTimeField("承诺期限", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    withdrawn_because = models.CharField("撤回事由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "件"
        indexes = [
            models.Index(
                fields=["promised_at"], condition=Q(closed_at__isnull=True), name="case_open"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StepRun(models.Model):
    """步骤: one step of a case, each time that it is gone through."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        PASSED = "passed", "已办"
        SKIPPED = "skipped", "不适用"
        RETURNED = "returned", "已退回"
        CANCELED = "canceled", "已撤销"

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="件", related_name="runs")
    step = models.CharField("步骤代码", max_length=40)
    attempt = models.PositiveSmallIntegerField("第几次", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("开始时间")
    due_at = models.DateTimeField("期限", null=True, blank=True)
    provisional = models.BooleanField("期限待校历确定", default=False)
    lead = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="A角", null=True, related_name="+"
    )
    backup = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="B角", null=True, related_name="+"
    )
    taken_over_at = models.DateTimeField("B角接手时间", null=True, blank=True)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "步骤"
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "attempt"], name="attempt_runs_once"),
            models.UniqueConstraint(
                fields=["case", "step"], condition=Q(state="open"), name="step_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="step_that_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["lead"], condition=Q(state="open"), name="step_waits_for_lead"),
            models.Index(
                fields=["backup"], condition=Q(state="open"), name="step_waits_for_backup"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


class Signature(models.Model):
    """会签: one of the persons whose sign a step needs."""

    run = models.ForeignKey(StepRun, models.PROTECT, verbose_name="步骤", related_name="signatures")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="签字人", related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "会签"
        constraints = [
            models.UniqueConstraint(fields=["run", "person"], name="nobody_signs_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.person}"


class Evidence(models.Model):
    """输出: what a step has put into the file."""

    run = models.ForeignKey(StepRun, models.PROTECT, verbose_name="步骤", related_name="evidence")
    output = models.CharField("输出代码", max_length=40)
    file_id = models.BigIntegerField("文件", null=True, blank=True)
    text = models.TextField("内容", blank=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提交人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "输出"

    def __str__(self) -> str:
        return f"{self.run} {self.output}"


class Deadline(models.Model):
    """时限: a moment at which something follows, unless it was met before."""

    class Kind(models.TextChoices):
        TAKE_OVER = "take_over", "B角接手"
        ESCALATE = "escalate", "升级提醒"
        DUE = "due", "到期"

    class State(models.TextChoices):
        PENDING = "p", "待触发"
        FIRED = "f", "已触发"
        MET = "m", "已按时"

    run = models.ForeignKey(StepRun, models.PROTECT, verbose_name="步骤", related_name="deadlines")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    due_at = models.DateTimeField("时刻")
    percent = models.PositiveSmallIntegerField("占时限百分比", default=100)
    to = models.CharField("通知岗位", max_length=40, blank=True)
    act = models.CharField("自动动作", max_length=60, blank=True)
    state = models.CharField("状态", max_length=1, choices=State, default=State.PENDING)
    fired_at = models.DateTimeField("触发时间", null=True, blank=True)
    acted_at = models.DateTimeField("动作完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "percent", "to"], name="deadline_is_set_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="p"), name="deadline_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.get_kind_display()}"
