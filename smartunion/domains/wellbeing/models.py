"""Wellbeing: who was asked, and which tasks follow. Answers, scores, bands by name lie sealed.

An alert has a number, a band and a unit, and no name: whose it is stands in the sealed record of
`wellbeing.alert:<id>`. So no table of ours says of anybody that they are unwell.
"""

from django.db import models
from django.db.models import F, Q


class Population(models.TextChoices):
    """T45: staff and students are asked by one plan, and cared for by different people."""

    STAFF = "staff", "教职工"
    STUDENT = "student", "学生"


class Campaign(models.Model):
    """自评活动: a window in which people are asked, so many on a day."""

    class State(models.TextChoices):
        PLANNED = "planned", "待开放"
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    title = models.CharField("名称", max_length=60)
    opens_on = models.DateField("首日")
    closes_on = models.DateField("末日(含)")
    populations = models.JSONField("对象", default=list)
    units = models.ManyToManyField("people.Unit", verbose_name="单位", related_name="+")
    cap = models.PositiveIntegerField("每日上限")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PLANNED)
    planned_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="建立人", related_name="+"
    )
    planned_at = models.DateTimeField("建立时间")
    opened_at = models.DateTimeField("开放时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    forecast = models.JSONField("开放时的预估", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "自评活动"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="campaign_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(cap__gt=0), name="campaign_asks_somebody"),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(opened_at__isnull=False),
                name="campaign_says_when_it_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Invitation(models.Model):
    """邀请: one person is asked once in a campaign; coming is free."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="自评活动", related_name="invitations"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="受邀人", related_name="+"
    )
    population = models.CharField("人群", max_length=8, choices=Population)
    sent_on = models.DateField("发出日期", null=True, blank=True)
    declined_at = models.DateTimeField("谢绝时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person"], name="invited_once"),
        ]
        indexes = [models.Index(fields=["campaign", "sent_on"], name="invitation_by_day")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Response(models.Model):
    """答卷: that somebody answers or has answered; what they said lies sealed."""

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        SUBMITTED = "submitted", "已提交"
        LAPSED = "lapsed", "草稿到期"
        WITHDRAWN = "withdrawn", "已撤回"

    invitation = models.OneToOneField(
        Invitation, models.PROTECT, verbose_name="邀请", null=True, blank=True,
        related_name="response",
    )  # fmt: skip
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="作答人", related_name="+"
    )
    population = models.CharField("人群", max_length=8, choices=Population)
    source = models.CharField("来源", max_length=12, default="campaign")
    """`campaign`, or the name of the outside system."""
    key = models.CharField("来源编号", max_length=60, blank=True)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    """What an outside system sent, keyed: the same again is known without opening anything."""
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    instrument = models.CharField("题目版本", max_length=64)
    started_on = models.DateField("开始日期")
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"], condition=~Q(key=""), name="response_imported_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", ended_at__isnull=True)
                | (~Q(state="draft") & Q(ended_at__isnull=False)),
                name="response_ends_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=Q(invitation__isnull=False) | ~Q(key=""),
                name="response_was_asked_or_sent",
            ),
        ]
        indexes = [models.Index(fields=["started_on"], name="response_by_day")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Alert(models.Model):
    """预警: that somebody is to be cared for, by number. Whose it is lies sealed."""

    class Band(models.TextChoices):
        BLUE = "blue", "蓝色"
        YELLOW = "yellow", "黄色"
        REVIEW = "review", "红色前复核"
        RED = "red", "红色"

    number = models.CharField("编号", max_length=16, unique=True)
    band = models.CharField("级别", max_length=8, choices=Band)
    source = models.CharField("来源", max_length=12, default="screening")
    population = models.CharField("人群", max_length=8, choices=Population)
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, verbose_name="自评活动", null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField("产生时间")
    crisis = models.CharField("红色处置编号", max_length=24, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "预警"
        constraints = [
            models.CheckConstraint(
                condition=~Q(band="red") | ~Q(crisis=""), name="red_alert_names_its_case"
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="alert_by_time")]

    def __str__(self) -> str:
        return self.number


class Task(models.Model):
    """关怀任务: a talk or an assessment that an alert asks for, by its sheet."""

    class Kind(models.TextChoices):
        TALK = "talk", "关心谈心"
        ASSESSMENT = "assessment", "专业评估"
        REVIEW = "review", "红色前复核"
        CONTACT = "contact", "当日联系"

    class Outcome(models.TextChoices):
        CLOSE = "close", "情况平稳，到此为止"
        REFER = "refer", "转心理中心跟进"
        HOSPITAL = "hospital", "建议就医并陪同衔接"
        RED = "red", "担心有危险，启动紧急处置"
        YELLOW = "yellow", "定为黄色，转专业评估"
        BLUE = "blue", "定为蓝色，转关心谈心"

    alert = models.ForeignKey(Alert, models.PROTECT, verbose_name="预警", related_name="tasks")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    is_extra = models.BooleanField("另加的联系", default=False)
    opened_at = models.DateTimeField("产生时间")
    due_at = models.DateTimeField("期限")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="完成人", null=True, related_name="+"
    )
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "关怀任务"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome=""))
                | Q(done_at__isnull=False, kind="review", outcome="red"),  # by the clock
                name="task_done_says_by_whom_and_how",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="task_has_time"),
        ]
        indexes = [models.Index(fields=["due_at"], name="task_by_due")]

    def __str__(self) -> str:
        return f"{self.alert} {self.get_kind_display()}"


class Attempt(models.Model):
    """未联系上: that somebody tried to reach the person and could not; the task stays open."""

    task = models.ForeignKey(Task, models.PROTECT, verbose_name="任务", related_name="attempts")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="谁", related_name="+")
    at = models.DateTimeField("时间")
    way = models.CharField("方式", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "未联系上"

    def __str__(self) -> str:
        return f"{self.task} {self.at}"


class SignedPolicy(models.Model):
    """签发的规则: a version of what lifts a band, signed by the head of the centre (T41)."""

    content = models.JSONField("内容")
    sha256 = models.CharField("摘要", max_length=64, unique=True)
    signed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="签发人", related_name="+"
    )
    signed_at = models.DateTimeField("签发时间")
    in_force = models.BooleanField("生效中", default=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "签发的规则"
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=Q(in_force=True), name="one_policy_in_force"
            ),
            models.CheckConstraint(
                condition=Q(in_force=True, ended_at__isnull=True)
                | Q(in_force=False, ended_at__isnull=False),
                name="policy_ends_when_it_is_over",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
