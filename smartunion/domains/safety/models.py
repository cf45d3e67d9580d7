"""Events and what makes them safe: survey, people on duty, devices, participants, insurance.

An event opens only with a signed survey and no open risk, or by breaking the glass; a trigger in
migration 0002 holds it, whatever code writes the row.
"""

from django.db import models
from django.db.models import F, Q

from .rules.kinds import Answer, DeviceKind, EventKind, Role
from .rules.risks import Standing

KINDS = [(k.value, k.words) for k in EventKind]
ROLES = [(r.value, r.words) for r in Role]
DEVICES = [(d.value, d.words) for d in DeviceKind]
STANDINGS = [(s.value, s.words) for s in Standing]
ANSWERS = [(a.value, a.words) for a in Answer]


class Venue(models.Model):
    """场地: where events take place, with its point on the campus map."""

    code = models.CharField("代码", max_length=8, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6)

    class Meta:
        verbose_name = verbose_name_plural = "场地"

    def __str__(self) -> str:
        return self.name


class SiteSurvey(models.Model):
    """联合踏勘: hospital, security and union look at one place, for an event or for a season."""

    number = models.CharField("编号", max_length=16, unique=True)
    venue = models.ForeignKey(Venue, models.PROTECT, verbose_name="场地", related_name="+")
    season = models.CharField("季", max_length=12, blank=True)
    """Set for routine runs: one survey for a venue and season (T53)."""
    starts_at = models.DateTimeField("所踏勘活动开始")
    valid_until = models.DateTimeField("有效至(不含)")
    due_at = models.DateTimeField("应完成")
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    signed_at = models.DateTimeField("三方签齐", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联合踏勘"
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "season"], condition=~Q(season=""), name="one_survey_a_season"
            ),
            models.CheckConstraint(
                condition=Q(due_at__lt=F("starts_at")) & Q(valid_until__gt=F("starts_at")),
                name="survey_is_due_before_it_counts",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RiskItem(models.Model):
    """安全风险清单项: one line of the list: not looked at, no risk, a risk, put right."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked", "没看"
        CLEAR = "clear", "无风险"
        OPEN = "open", "待整改"
        SETTLED = "settled", "已销项"

    survey = models.ForeignKey(
        SiteSurvey, models.PROTECT, verbose_name="联合踏勘", related_name="items"
    )
    matter = models.CharField("看什么", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UNCHECKED)
    found = models.CharField("发现的风险", max_length=200, blank=True)
    looked_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="看的人", null=True, related_name="+"
    )
    looked_at = models.DateTimeField("看的时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="销项人", null=True, related_name="+"
    )
    settled_at = models.DateTimeField("销项时间", null=True, blank=True)
    settled_how = models.CharField("怎么整改的", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "安全风险清单项"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="unchecked") | Q(looked_at__isnull=False),
                name="risk_item_was_looked_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled")
                | (Q(settled_at__isnull=False) & Q(settled_by__isnull=False)),
                name="risk_item_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "settled"]) | ~Q(found=""),
                name="risk_item_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.matter


class Event(models.Model):
    """活动: a sports or culture event, from its plan to its end."""

    class State(models.TextChoices):
        PLANNED = "planned", "筹备中"
        OPEN = "open", "已放行"
        CLOSED = "closed", "已结束"
        CANCELED = "canceled", "已取消"

    number = models.CharField("编号", max_length=16, unique=True)
    title = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    venue = models.ForeignKey(Venue, models.PROTECT, verbose_name="场地", related_name="+")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    expected = models.PositiveIntegerField("预计人数")
    places = models.PositiveIntegerField("名额")
    taken = models.PositiveIntegerField("已报名", default=0)
    open_to_public = models.BooleanField("对社会开放", default=False)
    permit_needed = models.BooleanField("须公安许可", default=False)
    permit_number = models.CharField("许可编号", max_length=40, blank=True)
    survey = models.ForeignKey(
        SiteSurvey, models.PROTECT, verbose_name="联合踏勘", related_name="events"
    )
    organiser = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="策划人", related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    planned_at = models.DateTimeField("策划时间")
    opened_at = models.DateTimeField("放行时间", null=True, blank=True)
    opened_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="放行人", null=True, related_name="+"
    )
    closed_at = models.DateTimeField("结束登记", null=True, blank=True)
    closed_because = models.CharField("结束说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="event_takes_time"
            ),
            models.CheckConstraint(
                condition=Q(expected__gt=0) & Q(places__gt=0), name="event_has_people"
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("places")), name="event_is_never_overfull"
            ),
            models.CheckConstraint(
                condition=Q(places__lte=F("expected")), name="event_plans_for_all_places"
            ),
            models.CheckConstraint(
                condition=Q(permit_needed=False) | ~Q(permit_number=""),
                name="event_has_its_permit",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "closed"])
                | (Q(opened_at__isnull=False) & Q(opened_by__isnull=False)),
                name="event_was_opened_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="event_by_start")]

    def __str__(self) -> str:
        return self.number


class Override(models.Model):
    """破例放行: somebody broke the glass for an event, and why; another looks at it later."""

    event = models.OneToOneField(
        Event, models.PROTECT, verbose_name="活动", related_name="override"
    )
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="破例人", related_name="+")
    at = models.DateTimeField("时间")
    because = models.CharField("理由", max_length=400)
    missing = models.CharField("当时还差", max_length=400)
    factor = models.CharField("第二步验证", max_length=20)
    proven_at = models.DateTimeField("验证时间")
    reviewed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "破例放行"
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="override_says_why"),
            models.CheckConstraint(
                condition=~Q(factor="") & Q(proven_at__lte=F("at")), name="override_was_proven"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("by")),
                name="override_is_reviewed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} 破例"


class OnDuty(models.Model):
    """值守: one named person at one event, as medic, guard or volunteer, from when to when."""

    event = models.ForeignKey(Event, models.PROTECT, verbose_name="活动", related_name="on_duty")
    role = models.CharField("岗位", max_length=10, choices=ROLES)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    since = models.DateTimeField("到岗")
    until = models.DateTimeField("离岗(不含)")

    class Meta:
        verbose_name = verbose_name_plural = "值守"
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="one_post_at_an_event"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="duty_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.get_role_display()}"


class Device(models.Model):
    """急救设备: one AED or first-aid kit, by its number."""

    number = models.CharField("编号", max_length=12, unique=True)
    kind = models.CharField("类别", max_length=4, choices=DEVICES)
    home = models.CharField("平时放在", max_length=60)
    retired_at = models.DateTimeField("停用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "急救设备"

    def __str__(self) -> str:
        return self.number


class DeviceCheck(models.Model):
    """设备点检: one look at one device on one day."""

    device = models.ForeignKey(
        Device, models.PROTECT, verbose_name="急救设备", related_name="checks"
    )
    checked_on = models.DateField("日期")
    checked_at = models.DateTimeField("时间")
    is_fit = models.BooleanField("可用")
    note = models.CharField("说明", max_length=120, blank=True)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="点检人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "设备点检"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_fit=True) | ~Q(note=""), name="unfit_device_says_why"
            ),
        ]
        indexes = [models.Index(fields=["device", "-checked_at"], name="check_of_device")]

    def __str__(self) -> str:
        return f"{self.device} {self.checked_on}"


class EventDevice(models.Model):
    """活动设备: a device that stands by at an event."""

    event = models.ForeignKey(Event, models.PROTECT, verbose_name="活动", related_name="devices")
    device = models.ForeignKey(Device, models.PROTECT, verbose_name="急救设备", related_name="+")
    spot = models.CharField("放在哪里", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "活动设备"
        constraints = [
            models.UniqueConstraint(fields=["event", "device"], name="device_once_at_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.device}"


class HealthCheck(models.Model):
    """体检核验: what the campus hospital answered: yes or no, and the day of the report."""

    event = models.ForeignKey(Event, models.PROTECT, verbose_name="活动", related_name="+")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    asked_at = models.DateTimeField("询问时间")
    answer = models.CharField("结果", max_length=10, choices=ANSWERS)
    report_on = models.DateField("报告日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "体检核验"
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer="fit") | Q(report_on__isnull=False), name="fit_by_a_report"
            ),
        ]
        indexes = [models.Index(fields=["event", "person"], name="check_of_participant")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Participant(models.Model):
    """参加者: a person's place at an event."""

    event = models.ForeignKey(
        Event, models.PROTECT, verbose_name="活动", related_name="participants"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    signed_up_at = models.DateTimeField("报名时间")
    declared_at = models.DateTimeField("健康声明", null=True, blank=True)
    check_made = models.OneToOneField(
        HealthCheck, models.PROTECT, verbose_name="体检核验", null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("退出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参加者"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person"], condition=Q(withdrawn_at=None),
                name="one_place_for_one_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.pk}"


class Policy(models.Model):
    """保单: accident insurance of the participants, from a day until (exclusive) another."""

    number = models.CharField("保单号", max_length=40, unique=True)
    insurer = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="保险公司", related_name="+"
    )
    since = models.DateField("保险期起")
    until = models.DateField("保险期止(不含)")
    per_person_fen = models.BigIntegerField("每人保额(分)")
    registered_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="登记人", related_name="+"
    )
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "保单"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="policy_has_a_period"),
            models.CheckConstraint(condition=Q(per_person_fen__gt=0), name="policy_covers"),
        ]

    def __str__(self) -> str:
        return self.number


class Incident(models.Model):
    """突发事件: somebody is hurt at an event; its clocks run in kernel/response, from t0."""

    number = models.CharField("编号", max_length=16, unique=True)
    event = models.ForeignKey(Event, models.PROTECT, verbose_name="活动", related_name="incidents")
    place = models.CharField("在哪里", max_length=40)
    is_drill = models.BooleanField("演练", default=False)
    reported_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="报告人", related_name="+"
    )
    reported_at = models.DateTimeField("报告时间")
    run = models.OneToOneField(
        "response.Run", models.PROTECT, verbose_name="响应", null=True, related_name="+"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    written_at = models.DateTimeField("经过写成时间", null=True, blank=True)
    """The account itself, with what befell whom, lies sealed."""

    class Meta:
        verbose_name = verbose_name_plural = "突发事件"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "place", "is_drill"], condition=Q(ended_at=None),
                name="one_incident_at_a_place",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class Exercise(models.Model):
    """情景演练: a scenario of chapter 7 was played, and what was found."""

    scenario = models.CharField("情景", max_length=20)
    held_at = models.DateTimeField("时间")
    people = models.PositiveIntegerField("参加人数")
    finding = models.CharField("发现", max_length=400)
    improve = models.CharField("要改进的", max_length=400, blank=True)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="组织人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "情景演练"
        constraints = [
            models.CheckConstraint(condition=~Q(finding=""), name="exercise_says_what_was_found"),
            models.CheckConstraint(condition=Q(people__gt=0), name="exercise_had_people"),
        ]
        indexes = [models.Index(fields=["scenario", "-held_at"], name="exercise_of_scenario")]

    def __str__(self) -> str:
        return f"{self.scenario} {self.held_at:%Y-%m-%d}"


class ControlEvaluation(models.Model):
    """防控评估: a control was really evaluated, from rows, and how it stood."""

    control = models.CharField("防控", max_length=30)
    standing = models.CharField("结果", max_length=8, choices=STANDINGS)
    words = models.CharField("依据", max_length=200)
    worked_at = models.DateTimeField("所据最近一行", null=True, blank=True)
    evaluated_at = models.DateTimeField("评估时间")
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="评估人", null=True, related_name="+"
    )
    exercise = models.ForeignKey(
        Exercise, models.PROTECT, verbose_name="情景演练", null=True, related_name="evaluations"
    )

    class Meta:
        verbose_name = verbose_name_plural = "防控评估"
        indexes = [models.Index(fields=["control", "-evaluated_at"], name="evaluation_of_control")]

    def __str__(self) -> str:
        return f"{self.control} {self.standing}"


class LegalHold(models.Model):
    """录像保全: recordings of a childcare incident that nobody may overwrite until released."""

    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    what = models.CharField("保全什么", max_length=120)
    recorded_from = models.DateTimeField("录像自")
    recorded_until = models.DateTimeField("录像至")
    held_at = models.DateTimeField("保全时间")
    released_at = models.DateTimeField("解除时间", null=True, blank=True)
    released_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="解除人", null=True, related_name="+"
    )
    released_because = models.CharField("解除理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "录像保全"
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_until__gt=F("recorded_from")), name="hold_has_a_span"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | ~Q(released_because=""),
                name="hold_released_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 保全"
