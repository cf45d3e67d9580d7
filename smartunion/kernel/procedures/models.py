"""Cases that run by a sheet: steps, signatures, outputs, votes (件、步骤、会签、输出、票决).

Deadlines are rows of kernel/timers, keyed by the step's run. Who has voted lies in `Voter`, what
was voted lies sealed in `Box`; docs/adr says what that does and does not protect.
"""

from django.db import models
from django.db.models import Q


class Sheet(models.Model):
    """事项表: one version of a procedure as it runs; a case keeps the version it started with."""

    code = models.CharField("事项代码", max_length=60)
    version = models.CharField("版本", max_length=20)
    digest = models.CharField("表的哈希", max_length=64, unique=True)
    matter = models.CharField("事项", max_length=80)
    content = models.JSONField("表的内容", default=dict)
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
    opened_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="立件人", null=True, related_name="+"
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
            models.Index(fields=["applicant", "-opened_at"], name="case_of_applicant"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """Return what the case is called by without naming anybody: its own number, or ours."""
        return str(self.facts.get("number") or "") or f"{self.pk}号件"


class StepRun(models.Model):
    """步骤: one step of a case, each time that it is gone through."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待会合"
        OPEN = "open", "办理中"
        PASSED = "passed", "已办"
        SKIPPED = "skipped", "不适用"
        RETURNED = "returned", "已退回"
        CANCELED = "canceled", "已撤销"

    class TakenOver(models.TextChoices):
        CLOCK = "clock", "A角逾时未办"
        AWAY = "away", "A角离岗"
        HAND = "hand", "B角自行接手"

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
    taken_over_because = models.CharField("接手原因", max_length=8, choices=TakenOver, blank=True)
    late = models.BooleanField("逾期", default=False)
    early = models.BooleanField("因异议提前结束", default=False)
    moves = models.PositiveSmallIntegerField("期限变动次数", default=0)
    went_to = models.CharField("去向", max_length=120, blank=True)
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
                fields=["case", "step"],
                condition=Q(state__in=["open", "waiting"]),
                name="step_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], ended_at__isnull=True)
                | (~Q(state__in=["open", "waiting"]) & Q(ended_at__isnull=False)),
                name="step_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(taken_over_at__isnull=True, taken_over_because="")
                | (Q(taken_over_at__isnull=False) & ~Q(taken_over_because="")),
                name="step_taken_over_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["lead"], condition=Q(state="open"), name="step_waits_for_lead"),
            models.Index(
                fields=["backup"], condition=Q(state="open"), name="step_waits_for_backup"
            ),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="step_open_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


class Stop(models.Model):
    """停钟: a step's clock stands still while its applicant has to supply something.

    `was_due_at` is the limit that stood when the clock stopped; what was left of it goes on after.
    """

    run = models.ForeignKey(StepRun, models.PROTECT, verbose_name="步骤", related_name="stops")
    asks = models.CharField("要求补充什么", max_length=400)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("停钟时间")
    was_due_at = models.DateTimeField("停钟时的期限")
    ends_at = models.DateTimeField("最晚恢复")
    ended_at = models.DateTimeField("恢复时间", null=True, blank=True)
    answer = models.CharField("补充的内容", max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "停钟"
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(ended_at__isnull=True), name="clock_stands_still_once"
            ),
            models.CheckConstraint(condition=~Q(asks=""), name="stop_says_what_is_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.at}"


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


class Poll(models.Model):
    """票决: the vote of one step, from its opening to its tally."""

    run = models.OneToOneField(StepRun, models.PROTECT, verbose_name="步骤", related_name="poll")
    secret = models.BooleanField("无记名", default=True)
    seats = models.PositiveSmallIntegerField("席数")
    closes_at = models.DateTimeField("截止时间", null=True, blank=True)
    extraordinary = models.BooleanField("临时线上票决", default=False)
    because = models.CharField("召集事由", max_length=400, blank=True)
    closed_at = models.DateTimeField("计票时间", null=True, blank=True)
    yes = models.PositiveSmallIntegerField("赞成", null=True, blank=True)
    no = models.PositiveSmallIntegerField("反对", null=True, blank=True)
    abstain = models.PositiveSmallIntegerField("弃权", null=True, blank=True)
    passed = models.BooleanField("通过", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "票决"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    closed_at__isnull=True, yes__isnull=True, no__isnull=True,
                    abstain__isnull=True, passed__isnull=True,
                )
                | Q(
                    closed_at__isnull=False, yes__isnull=False, no__isnull=False,
                    abstain__isnull=False, passed__isnull=False,
                ),
                name="poll_tells_nothing_before_its_tally",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.run}"


class Voter(models.Model):
    """应到成员: one member of the body, frozen when the vote opens: has voted, or stays out."""

    class State(models.TextChoices):
        WAITING = "waiting", "未投"
        VOTED = "voted", "已投"
        RECUSED = "recused", "回避"

    poll = models.ForeignKey(Poll, models.PROTECT, verbose_name="票决", related_name="voters")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="成员", related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    because = models.CharField("回避事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "应到成员"
        constraints = [
            models.UniqueConstraint(fields=["poll", "person"], name="member_is_called_once"),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(state="waiting"), name="vote_waits_for"),
        ]

    def __str__(self) -> str:
        return f"{self.poll} {self.person}"


class Box(models.Model):
    """票箱: the sum of what was voted, sealed, written anew with every vote; no person, no time."""

    poll = models.OneToOneField(
        Poll, models.PROTECT, verbose_name="票决", related_name="box", primary_key=True
    )
    sealed = models.BinaryField("密封的合计")

    class Meta:
        verbose_name = verbose_name_plural = "票箱"

    def __str__(self) -> str:
        return f"{self.poll}"
