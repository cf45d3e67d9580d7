"""Red cases: number, clock and state. Who it is, where, and what was said lies sealed elsewhere.

A row tells nobody apart: `subject_mark` only answers "is it this person?" to who knows the person.
"""

from django.db import models
from django.db.models import F, Q

from .rules.grounds import Ground, Guardian, LocationBasis
from .rules.library import Span, Trigger


class Decision(models.TextChoices):
    """What the doctor on the scene decides (R121); a measure of force is not among it (T49)."""

    SOOTHE = "soothe", "现场安抚"
    REFER = "refer", "转介医院"
    FALSE_ALARM = "false_alarm", "误报"


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
    called_at = models.DateTimeField("首呼时间", null=True)
    needs_location = models.BooleanField("需要定位", default=False)
    located_at = models.DateTimeField("找到时间", null=True)
    arrived_at = models.DateTimeField("医生到场时间", null=True)
    decided_at = models.DateTimeField("现场决定时间", null=True)
    settled_at = models.DateTimeField("稳定时间", null=True)
    """When the person was safe or handed over: where the thirty minutes end (T43)."""
    closed_at = models.DateTimeField("结案时间", null=True)
    lost_control = models.BooleanField("失控", default=False)
    """The person or another came to harm after the alarm: what must stay at zero (R109)."""
    escort_case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="陪同与垫付", null=True, related_name="+"
    )
    debrief_case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="复盘", null=True, related_name="+"
    )
    telling_case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="告知本人", null=True, related_name="+"
    )

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


class Hold(models.Model):
    """留存令: nothing sealed of a case is erased while it stands, whatever its term.

    It stands from the asking, because erasing cannot be undone; a second person agrees or ends it,
    and what was agreed ends by two again: one asks, another lifts.
    """

    class Ground(models.TextChoices):
        COURT = "court", "诉讼、仲裁需要"
        POLICE = "police", "公安、司法机关调取"
        DISCIPLINE = "discipline", "纪检、审计核查"
        PERSON = "person", "本人或家属申请保留"

    class Over(models.TextChoices):
        DONE = "done", "事由已经办结"
        TAKEN_BACK = "taken_back", "申请方撤回"
        MISTAKE = "mistake", "登记有误"

    case = models.ForeignKey(RedCase, models.PROTECT, verbose_name="红色个案", related_name="holds")
    ground = models.CharField("留存事由", max_length=12, choices=Ground)
    paper = models.CharField("来文文号", max_length=40)
    asked_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提出人", related_name="+"
    )
    asked_at = models.DateTimeField("提出时间")
    agreed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="同意人", null=True, related_name="+"
    )
    agreed_at = models.DateTimeField("同意时间", null=True)
    over = models.CharField("解除事由", max_length=12, choices=Over, blank=True)
    over_asked_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="解除提出人", null=True, related_name="+"
    )
    over_asked_at = models.DateTimeField("解除提出时间", null=True)
    lifted_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="解除人", null=True, related_name="+"
    )
    lifted_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "留存令"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(lifted_at=None), name="hold_stands_once_on_a_case"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by")),
                name="hold_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False, over_asked_by__isnull=False),
                name="hold_lifted_by_two",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("over_asked_by")),
                name="hold_lifted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(over_asked_by=None, over="") | (~Q(over="") & ~Q(over_asked_by=None)),
                name="hold_is_over_for_a_reason",
            ),
            models.CheckConstraint(condition=~Q(paper=""), name="hold_names_its_paper"),
        ]

    def __str__(self) -> str:
        return f"{self.case} 留存令"


class Call(models.Model):
    """通话结果: what came of a call to the person; whether they are safe and where lies sealed."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "已接通"
        NO_ANSWER = "no_answer", "无人接听"
        WRONG_NUMBER = "wrong_number", "空号或错号"

    case = models.ForeignKey(RedCase, models.PROTECT, verbose_name="红色个案", related_name="calls")
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="拨打人", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "通话结果"

    def __str__(self) -> str:
        return f"{self.case} {self.get_outcome_display()}"


class LocationRequest(models.Model):
    """定位申请: asked by one, released by another, over by itself, told to the person later."""

    class State(models.TextChoices):
        ASKED = "asked", "待放行"
        RELEASED = "released", "已放行"
        FOUND = "found", "已登记位置"
        REFUSED = "refused", "未放行"

    case = models.ForeignKey(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="locations"
    )
    basis = models.CharField(
        "法定依据", max_length=12, choices=[(b.value, b.words) for b in LocationBasis]
    )
    by_camera = models.BooleanField("最近监控", default=False)
    by_position = models.BooleanField("北斗定位", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    requested_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="申请人", related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    answered_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="放行人", null=True, related_name="+"
    )
    answered_at = models.DateTimeField("放行时间", null=True)
    because = models.CharField("未放行理由", max_length=200, blank=True)
    expires_at = models.DateTimeField("失效时间", null=True)
    found_at = models.DateTimeField("登记位置时间", null=True)
    told_at = models.DateTimeField("告知本人时间", null=True)
    told_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="告知人", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "定位申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("requested_by")),
                name="location_by_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_by=None, expires_at=None)
                | Q(state="refused", answered_by__isnull=False, expires_at=None)
                | Q(
                    state__in=["released", "found"],
                    answered_by__isnull=False,
                    expires_at__gt=F("answered_at"),
                ),
                name="location_released_by_somebody_until_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="found") | Q(found_at__lte=F("expires_at")),
                name="location_found_while_it_held",
            ),
            models.CheckConstraint(
                condition=Q(by_camera=True) | Q(by_position=True), name="location_says_how"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="asked"), name="location_asked_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_state_display()}"


class Scene(models.Model):
    """现场评估: who came as doctor, when, and what they decided; what they saw lies sealed."""

    case = models.OneToOneField(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="scene"
    )
    doctor = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="到场医生", related_name="+"
    )
    arrived_at = models.DateTimeField("到场时间")
    decision = models.CharField("决定", max_length=12, choices=Decision, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "现场评估"
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (~Q(decision="") & Q(decided_at__gte=F("arrived_at"))),
                name="scene_decided_after_arrival",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 现场"


class Referral(models.Model):
    """心理危机转介单: on which legal ground, with whose consent; the paper is made when read."""

    case = models.OneToOneField(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="referral"
    )
    ground = models.CharField(
        "法定依据", max_length=12, choices=[(g.value, g.words) for g in Ground]
    )
    own_consent = models.BooleanField("本人同意", default=False)
    guardian = models.CharField(
        "监护人", max_length=10, choices=[(g.value, g.words) for g in Guardian]
    )
    family_told_at = models.DateTimeField("通知家属时间", null=True)
    family_untold = models.CharField("尚未通知家属的原因", max_length=200, blank=True)
    hospital = models.CharField("医院", max_length=60)
    issued_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="开单医生", related_name="+"
    )
    issued_at = models.DateTimeField("开单时间")
    channel_until = models.DateTimeField("绿色通道截止")
    delivered_at = models.DateTimeField("送达医院时间", null=True)
    admitted_at = models.DateTimeField("入院时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "心理危机转介单"
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=["voluntary", "self", "others"]),
                name="referral_has_a_ground",
            ),
            models.CheckConstraint(
                condition=~Q(ground="voluntary") | Q(own_consent=True),
                name="referral_voluntary_is_agreed",
            ),
            models.CheckConstraint(
                condition=Q(family_told_at__isnull=False) | ~Q(family_untold=""),
                name="referral_family_told_or_why_not",
            ),
            models.CheckConstraint(
                condition=Q(admitted_at=None)
                | Q(family_told_at__isnull=False, ground__in=["voluntary", "others"])
                | Q(family_told_at__isnull=False, ground="self", guardian="agreed"),
                name="referral_admits_by_law",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 转介单"


class Vehicle(models.Model):
    """车辆调派: the union's car on duty or an ambulance, and when it came."""

    class Kind(models.TextChoices):
        DUTY = "duty", "工会值班车"
        AMBULANCE = "ambulance", "120 救护车"

    case = models.ForeignKey(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="vehicles"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind)
    plate = models.CharField("车牌或车号", max_length=20, blank=True)
    log_number = models.CharField("120 受理号", max_length=40, blank=True)
    asked_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="调派人", null=True, related_name="+"
    )
    asked_at = models.DateTimeField("调派时间")
    due_at = models.DateTimeField("应到时间")
    arrived_at = models.DateTimeField("到达时间", null=True)
    wave_at = models.DateTimeField("开启绿波时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "车辆调派"
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="vehicle_of_a_kind_once"),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(arrived_at__gte=F("asked_at")),
                name="vehicle_comes_after_it_was_asked",
            ),
            models.CheckConstraint(
                condition=~Q(kind="duty") | ~Q(plate=""), name="vehicle_on_duty_has_a_plate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_kind_display()}"


class Escort(models.Model):
    """家属陪同: who of the welfare department went with the family, from when."""

    case = models.OneToOneField(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="escort"
    )
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="陪同人", related_name="+")
    met_at = models.DateTimeField("见到家属时间")
    asks_fen = models.BigIntegerField("请求垫付(分)", default=0)
    written_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "家属陪同"
        constraints = [
            models.CheckConstraint(condition=Q(asks_fen__gte=0), name="escort_asks_no_less_than_0"),
        ]

    def __str__(self) -> str:
        return f"{self.case} 陪同"


class Advance(models.Model):
    """押金垫付: money of the love fund that is to come back, or to be charged, within ten days."""

    case = models.OneToOneField(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="advance"
    )
    amount_fen = models.BigIntegerField("垫付(分)")
    fund_source = models.CharField("资金来源", max_length=60)
    receipt = models.CharField("付款回单号", max_length=40, unique=True)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="付款人", related_name="+")
    paid_at = models.DateTimeField("垫付时间")
    settled_fen = models.BigIntegerField("已结(分)", default=0)
    settled_at = models.DateTimeField("结清时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "押金垫付"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(settled_fen__gte=0)
                & Q(settled_fen__lte=F("amount_fen")),
                name="advance_never_settled_twice",
            ),
            models.CheckConstraint(condition=~Q(fund_source=""), name="advance_names_its_fund"),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(settled_fen=F("amount_fen")),
                name="advance_over_when_all_is_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 垫付"


class Settlement(models.Model):
    """垫付结算: a part of the advance came back (追偿) or was charged to the budget (报销)."""

    class Kind(models.TextChoices):
        RECOVERED = "recovered", "追回"
        REIMBURSED = "reimbursed", "报销"

    advance = models.ForeignKey(
        Advance, models.PROTECT, verbose_name="押金垫付", related_name="settlements"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind)
    amount_fen = models.BigIntegerField("金额(分)")
    receipt = models.CharField("凭据号", max_length=40, unique=True)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="登记人", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "垫付结算"
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="settlement_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.advance} {self.get_kind_display()}"


class Debrief(models.Model):
    """复盘会: when it was held and by whom; the intervention report lies sealed (R128, R129)."""

    case = models.OneToOneField(
        RedCase, models.PROTECT, verbose_name="红色个案", related_name="debrief"
    )
    held_at = models.DateTimeField("开会时间")
    people = models.PositiveSmallIntegerField("到会人数")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="登记人", related_name="+")
    reported_at = models.DateTimeField("报告时间")

    class Meta:
        verbose_name = verbose_name_plural = "复盘会"
        constraints = [
            models.CheckConstraint(condition=Q(people__gte=2), name="debrief_is_a_meeting"),
            models.CheckConstraint(
                condition=Q(reported_at__gte=F("held_at")), name="report_after_the_debrief"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 复盘"


class Card(models.Model):
    """案例卡: a pattern for training, of which no field says who, where or when."""

    class State(models.TextChoices):
        DRAFT = "draft", "待审"
        RELEASED = "released", "已放行"
        WITHDRAWN = "withdrawn", "已撤下"

    trigger = models.CharField("触发类别", max_length=10, choices=[(t, t.value) for t in Trigger])
    channel = models.CharField("来源", max_length=10)
    ended = models.CharField("处置结果", max_length=10)
    span = models.CharField("用时", max_length=10, choices=[(s, s.value) for s in Span])
    school_year = models.CharField("学年", max_length=12)
    worked = models.CharField("有效的做法", max_length=300)
    lesson = models.CharField("教训", max_length=600)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="起草人", related_name="+"
    )
    drafted_at = models.DateTimeField("起草时间")
    released_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="放行人", null=True, related_name="+"
    )
    released_at = models.DateTimeField("放行时间", null=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)
    because = models.CharField("撤下理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "案例卡"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released")
                | (Q(released_by__isnull=False) & ~Q(released_by=F("drafted_by"))),
                name="card_released_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(because=""), name="card_withdrawn_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"案例卡 {self.pk}"


class CardSource(models.Model):
    """案例来源: which case a card draws on; only the centre and the k check ever ask."""

    card = models.ForeignKey(Card, models.PROTECT, verbose_name="案例卡", related_name="sources")
    case = models.ForeignKey(RedCase, models.PROTECT, verbose_name="红色个案", related_name="cards")

    class Meta:
        verbose_name = verbose_name_plural = "案例来源"
        constraints = [
            models.UniqueConstraint(fields=["card", "case"], name="card_draws_on_a_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.case_id}"


class CardReview(models.Model):
    """案例卡审阅: somebody else than its author has read a card for traces of a person."""

    card = models.ForeignKey(Card, models.PROTECT, verbose_name="案例卡", related_name="reviews")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="审阅人", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "案例卡审阅"
        constraints = [
            models.UniqueConstraint(fields=["card", "by"], name="card_reviewed_once_by_each"),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.by_id}"
