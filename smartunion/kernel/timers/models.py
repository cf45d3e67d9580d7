"""Every deadline of the house is one row (计时器、触发、后台进程、告警)."""

from django.db import models
from django.db.models import F, Q


class Timer(models.Model):
    """计时器: a moment at which something follows, unless it is canceled before.

    The database refuses to change or remove one that has fired.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待触发"
        FIRED = "fired", "已触发"
        CANCELED = "canceled", "已撤销"

    kind = models.CharField("类别", max_length=60)
    key = models.CharField("键", max_length=200, unique=True)
    due_at = models.DateTimeField("时限")
    try_at = models.DateTimeField("下次处理时间")
    """The same as `due_at` until a handler fails; the ticker looks at this one."""
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    payload = models.JSONField("内容", default=dict)
    set_at = models.DateTimeField("设定时间")
    fired_at = models.DateTimeField("触发时间", null=True)
    canceled_at = models.DateTimeField("撤销时间", null=True)
    tries = models.PositiveSmallIntegerField("失败次数", default=0)
    error = models.TextField("失败原因", blank=True, default="")
    matter = models.CharField("同一事项", max_length=60, blank=True, default="", db_default="")
    """Those of one matter fire under one claim; empty for a timer that stands alone."""

    class Meta:
        verbose_name = verbose_name_plural = "计时器"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="fired", fired_at__isnull=False)
                | (~Q(state="fired") & Q(fired_at__isnull=True)),
                name="timer_fired_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="canceled", canceled_at__isnull=False)
                | (~Q(state="canceled") & Q(canceled_at__isnull=True)),
                name="timer_canceled_says_when",
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=True) | Q(fired_at__gte=F("due_at")),
                name="timer_never_fires_before_due",
            ),
        ]
        indexes = [
            models.Index(fields=["try_at", "id"], condition=Q(state="pending"), name="timer_due"),
            models.Index(
                fields=["due_at"], condition=Q(state="pending", tries__gt=0), name="timer_failing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Firing(models.Model):
    """触发: that a timer fired, written with all that followed; no timer has two."""

    timer = models.OneToOneField(Timer, models.PROTECT, verbose_name="计时器", related_name="+")
    at = models.DateTimeField("触发时间")
    late_us = models.BigIntegerField("迟到(微秒)")
    """From due to fired, on the database's clock."""
    worker = models.CharField("后台进程", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "触发"

    def __str__(self) -> str:
        return f"{self.timer_id} {self.at}"


class Worker(models.Model):
    """后台进程: one process of `smartunion work`, on whatever machine, and when it last spoke."""

    name = models.CharField("名称", max_length=80, unique=True)
    started_at = models.DateTimeField("启动时间")
    starts = models.PositiveIntegerField("启动次数", default=1)
    beat_at = models.DateTimeField("最近心跳")
    skew_ms = models.IntegerField("与数据库时钟相差(毫秒)", default=0)
    loops = models.JSONField("各循环最近一轮", default=dict)
    """Name of the loop -> seconds since it last came round, as of the last beat."""

    class Meta:
        verbose_name = verbose_name_plural = "后台进程"

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """告警: something that the auditor found wrong, until it finds it well again."""

    watch = models.CharField("检查项", max_length=40)
    subject = models.CharField("对象", max_length=200)
    text = models.CharField("情况", max_length=500)
    raised_at = models.DateTimeField("发现时间")
    seen_at = models.DateTimeField("最近确认")
    cleared_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "告警"
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "subject"],
                condition=Q(cleared_at__isnull=True),
                name="alarm_is_raised_once",
            ),
        ]

    def __str__(self) -> str:
        return self.text
