"""Runs of the escalation engine (响应、步骤、被通知人、留痕、人工修正、演练).

Deadlines are rows of kernel/timers, messages are rows of kernel/notices: this room keeps who was
asked what, by when, and what came of it. Who is in danger stands in no row of it.

`is_drill` is in every row. The database refuses to change it, to give a row another mark than its
run's, and to write a message of a drill whose first word is not 【演练】 (migration 0002).
"""

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from .markers import Marker

DRILL = "【演练】"
"""The first word of every message of a drill."""


class Via(models.TextChoices):
    """By which way somebody answered."""

    LINK = "link", "短信链接"
    PAGE = "page", "页面"
    WECOM = "wecom", "企业微信回复"
    SMS = "sms", "短信回复"
    VOICE = "voice", "电话按键"
    CLOCK = "clock", "到时限"
    DESK = "desk", "值守台"


def mark_of(number: str, person_id: int) -> str:
    """Return by what a run knows somebody who must keep out, without saying who it is."""
    said = f"{number}/{person_id}"
    return salted_hmac("response.excluded", said, algorithm="sha256").hexdigest()[:24]


class ProtocolVersion(models.Model):
    """响应规程: one version as it runs; a run keeps the version it was opened with."""

    code = models.CharField("规程代码", max_length=60)
    version = models.CharField("版本", max_length=20)
    digest = models.CharField("规程的哈希", max_length=64, unique=True)
    title = models.CharField("名称", max_length=40)
    content = models.JSONField("规程内容", default=dict)
    since = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = verbose_name_plural = "响应规程"

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Run(models.Model):
    """响应: one emergency under way, from T0 to its end. `about` names the domain's row."""

    class State(models.TextChoices):
        GOING = "going", "处置中"
        CLOSED = "closed", "已办结"
        STOOD_DOWN = "stood_down", "已解除"

    protocol = models.ForeignKey(
        ProtocolVersion, models.PROTECT, verbose_name="响应规程", related_name="+"
    )
    limits = models.JSONField("时限", default=dict)
    """The terms as they stood at T0: name -> whole number."""
    number = models.CharField("编号", max_length=40, unique=True)
    about = models.CharField("关于", max_length=120, db_index=True)
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    place = models.CharField("集合地点", max_length=60, blank=True)
    is_drill = models.BooleanField("演练", default=False)
    excluded = models.JSONField("回避的人的印记", default=list)
    """Marks, not persons: beside the number they would say whom it is about (`excludes`)."""
    state = models.CharField("状态", max_length=10, choices=State, default=State.GOING)
    t0 = models.DateTimeField("触发时间")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="触发人", null=True, related_name="+"
    )
    settled_at = models.DateTimeField("脱险或交接时间", null=True)
    breached_at = models.DateTimeField("超时时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="解除人", null=True, related_name="+"
    )
    because = models.CharField("解除事由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "响应"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="going", ended_at__isnull=True)
                | (~Q(state="going") & Q(ended_at__isnull=False)),
                name="response_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="stood_down") | ~Q(because=""),
                name="response_stood_down_says_why",
            ),
        ]
        indexes = [models.Index(fields=["-t0"], name="response_newest")]

    def __str__(self) -> str:
        return f"{DRILL if self.is_drill else ''}{self.number}"

    def excludes(self, person_id: int) -> bool:
        """Test if somebody must keep out: whom it is about, their superior, who is in conflict."""
        return mark_of(self.number, person_id) in self.excluded


class StepRun(models.Model):
    """响应步骤: one step of a run: when it opened, when it is due, what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "未开始"
        OPEN = "open", "进行中"
        DONE = "done", "已完成"
        CANCELED = "canceled", "不再需要"

    run = models.ForeignKey(Run, models.PROTECT, verbose_name="响应", related_name="steps")
    code = models.CharField("步骤", max_length=30)
    number = models.PositiveSmallIntegerField("次序")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    is_drill = models.BooleanField("演练", default=False)
    opened_at = models.DateTimeField("开始时间", null=True)
    due_at = models.DateTimeField("时限", null=True)
    timed_out_at = models.DateTimeField("到时限的时间", null=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    outcome = models.CharField("结果", max_length=30, blank=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    via = models.CharField("途径", max_length=8, choices=Via, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "响应步骤"
        constraints = [
            models.UniqueConstraint(fields=["run", "code"], name="response_step_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open"], closed_at__isnull=True)
                | Q(state__in=["done", "canceled"], closed_at__isnull=False),
                name="response_step_closed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(outcome=""),
                name="response_step_done_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(due_at__isnull=False, opened_at__isnull=False),
                name="response_step_open_is_due",
            ),
            models.CheckConstraint(
                condition=Q(timed_out_at__isnull=True) | Q(timed_out_at__gte=models.F("due_at")),
                name="response_step_never_times_out_before_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.code}"


class Asked(models.Model):
    """被通知人: somebody who is asked in a run, for a post and in turn, and what they said."""

    run = models.ForeignKey(Run, models.PROTECT, verbose_name="响应", related_name="asked")
    post = models.CharField("岗位", max_length=20)
    part = models.CharField("身份", max_length=8)
    turn = models.PositiveSmallIntegerField("轮次")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    is_drill = models.BooleanField("演练", default=False)
    told_at = models.DateTimeField("告知时间", null=True)
    """As a standby or in turn; empty for somebody whose turn has not come."""
    summoned_at = models.DateTimeField("轮到的时间", null=True)
    calls = models.PositiveSmallIntegerField("呼叫次数", default=0)
    received_at = models.DateTimeField("收到时间", null=True)
    via = models.CharField("途径", max_length=8, choices=Via, blank=True)
    declined_at = models.DateTimeField("换人时间", null=True)
    wrong_at = models.DateTimeField("号码有误的时间", null=True)
    passed_at = models.DateTimeField("转给下一位的时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "被通知人"
        constraints = [
            models.UniqueConstraint(fields=["run", "post", "person"], name="asked_once_for_a_post"),
            models.UniqueConstraint(fields=["run", "post", "turn"], name="one_asked_in_a_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.post}/{self.turn}"


class Event(models.Model):
    """响应留痕: one thing that happened in a run. Append-only, and each thing once by its key."""

    class Kind(models.TextChoices):
        OPENED = "opened", "触发"
        STEP = "step", "开始"
        TOLD = "told", "通知"
        CALLED = "called", "再次呼叫"
        RECEIVED = "received", "收到"
        DECLINED = "declined", "去不了，换人"
        PASSED = "passed", "转给下一位"
        WRONG = "wrong", "号码有误"
        NOBODY = "nobody", "无人可叫"
        ANSWERED = "answered", "答复"
        TIMEOUT = "timeout", "到时限未答复"
        BACK = "back", "加派"
        LATE = "late", "事后答复，已记录"
        CANCELED = "canceled", "不再需要"
        SETTLED = "settled", "脱险或已交接"
        BREACHED = "breached", "超过总时限"
        STOOD_DOWN = "stood_down", "解除"
        CLOSED = "closed", "办结"
        FOREIGN = "foreign", "别人的链接"
        HEARD = "heard", "回复看不懂，未算应答"

    run = models.ForeignKey(Run, models.PROTECT, verbose_name="响应", related_name="events")
    key = models.CharField("键", max_length=120)
    step = models.CharField("步骤", max_length=30, blank=True)
    kind = models.CharField("事项", max_length=12, choices=Kind)
    word = models.CharField("结果", max_length=60, blank=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", null=True, related_name="+"
    )
    via = models.CharField("途径", max_length=8, choices=Via, blank=True)
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=400, blank=True)
    is_drill = models.BooleanField("演练", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "响应留痕"
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="response_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.key}"


class Correction(models.Model):
    """人工修正: a number that leads to nobody, until an officer has put it right."""

    run = models.ForeignKey(Run, models.PROTECT, verbose_name="响应", related_name="corrections")
    asked = models.ForeignKey(
        Asked, models.PROTECT, verbose_name="联系人", null=True, related_name="+"
    )
    """The contact whose number it is; empty for a number that the domain keeps."""
    channel = models.CharField("渠道", max_length=8, blank=True)
    what = models.CharField("哪个号码", max_length=60)
    is_drill = models.BooleanField("演练", default=False)
    opened_at = models.DateTimeField("发现时间")
    done_at = models.DateTimeField("改正时间", null=True)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="改正人", null=True, related_name="+"
    )
    because = models.CharField("依据", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人工修正"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "asked", "what"],
                nulls_distinct=False,
                name="one_correction_of_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.what}"


class Drill(models.Model):
    """演练: one that is planned or held; its result is its run's own rows."""

    protocol = models.CharField("规程代码", max_length=60)
    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, related_name="+"
    )
    planned_at = models.DateTimeField("计划时间")
    run = models.OneToOneField(
        Run, models.PROTECT, verbose_name="响应", null=True, related_name="drill"
    )
    is_drill = models.BooleanField("演练", default=True)
    is_synthetic = models.BooleanField("自动巡检", default=False)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="下达人", null=True, related_name="+"
    )
    because = models.CharField("事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "演练"
        constraints = [
            models.UniqueConstraint(
                fields=["protocol", "unit", "planned_at"],
                nulls_distinct=False,
                name="one_drill_at_a_time",
            ),
            models.CheckConstraint(condition=Q(is_drill=True), name="a_drill_is_a_drill"),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.planned_at:%Y-%m-%d}"


class Tracking(models.Model):
    """处置定位: a responder shares where they are while one run goes on; the points lie sealed."""

    run = models.ForeignKey(Run, models.PROTECT, verbose_name="响应", related_name="trackings")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    role = models.CharField("岗位", max_length=10, choices=[(m.value, m.words) for m in Marker])
    turn = models.PositiveSmallIntegerField("第几位")
    started_at = models.DateTimeField("开始")
    last_at = models.DateTimeField("最近一个点", null=True, blank=True)
    points = models.PositiveIntegerField("点数", default=0)
    stopped_at = models.DateTimeField("停止", null=True, blank=True)
    is_drill = models.BooleanField("演练", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "处置定位"
        constraints = [
            models.UniqueConstraint(fields=["run", "person"], name="one_tracking_in_a_run"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
