"""A unit's congress: its terms, delegates, meetings and votes (二级教代会).

No table joins a person to a ballot: who took a slip stands in `Handing`, which slip it was stands
nowhere; a ballot knows its slip, the vote, and nothing else, not even a moment or a place in a row.
"""

from django.db import models
from django.db.models import F, Q


class Congress(models.Model):
    """教代会届次: the congress of one unit for one term."""

    unit = models.ForeignKey("people.Unit", models.PROTECT, verbose_name="单位", related_name="+")
    session = models.PositiveSmallIntegerField("第几届")
    since = models.DateField("任期起")
    until = models.DateField("任期止(不含)")

    class Meta:
        verbose_name = verbose_name_plural = "教代会届次"
        constraints = [
            models.UniqueConstraint(fields=["unit", "session"], name="congress_once_per_term"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="congress_has_a_term"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name.removesuffix('工会分会')}第{self.session}届教代会"


class Delegate(models.Model):
    """代表: a member of the congress, by a number of its roll; the post is an appointment."""

    congress = models.ForeignKey(
        Congress, models.PROTECT, verbose_name="教代会", related_name="delegates"
    )
    number = models.PositiveSmallIntegerField("代表证号")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="代表", related_name="+"
    )
    delegation = models.CharField("代表团", max_length=40)
    appointment = models.OneToOneField(
        "people.Appointment", models.PROTECT, verbose_name="任职", related_name="+"
    )
    election = models.ForeignKey(
        "Election", models.PROTECT, verbose_name="由哪次选举产生", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "代表"
        constraints = [
            models.UniqueConstraint(fields=["congress", "number"], name="delegate_number_once"),
            models.UniqueConstraint(fields=["congress", "person"], name="delegate_sits_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="delegate_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}号代表"


class Meeting(models.Model):
    """会议: one day on which the congress sits."""

    congress = models.ForeignKey(
        Congress, models.PROTECT, verbose_name="教代会", related_name="meetings"
    )
    title = models.CharField("名称", max_length=80)
    place = models.CharField("地点", max_length=60)
    starts_at = models.DateTimeField("时间")
    minutes = models.TextField("会议记录", blank=True)
    closed_at = models.DateTimeField("闭会时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会议"

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """议程: one item of a meeting, with its paper, and what was resolved on it."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, verbose_name="会议", related_name="agenda")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("议题", max_length=120)
    text = models.TextField("材料", blank=True)
    resolution = models.TextField("决议", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议程"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="agenda_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Attendance(models.Model):
    """签到: a delegate is present."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, verbose_name="会议", related_name="attendance"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="代表", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "签到"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="present_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id}"


class Election(models.Model):
    """票决: one secret vote of a meeting, from its names to its signed sheet."""

    class Kind(models.TextChoices):
        ELECTION = "election", "差额选举"
        APPRAISAL = "appraisal", "民主评议"
        MOTION = "motion", "议案表决"

    class Opens(models.TextChoices):
        BALLOTS = "ballots", "逐张开启，当众唱票"
        SUMS = "sums", "只开合计，单张永不开启"

    class State(models.TextChoices):
        PREPARED = "prepared", "筹备"
        FROZEN = "frozen", "名单已定，待生成钥匙"
        KEYED = "keyed", "钥匙已生成，待印票"
        READY = "ready", "票已印，待开箱"
        OPEN = "open", "投票中"
        CLOSED = "closed", "已封箱，待洗牌"
        SHUFFLED = "shuffled", "已洗牌，待开启"
        READING = "reading", "唱票中"
        ANNOUNCED = "announced", "已宣布，待签字"
        SIGNED = "signed", "已签字公布"
        VOID = "void", "无效"

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, verbose_name="会议", related_name="elections"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind)
    title = models.CharField("名称", max_length=80)
    opens = models.CharField("怎样开票", max_length=7, choices=Opens, default=Opens.BALLOTS)
    seats = models.PositiveSmallIntegerField("应选名额")
    elects_delegates = models.BooleanField("选出的是代表", default=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREPARED)
    context = models.CharField("场次", max_length=64, unique=True)
    again = models.ForeignKey(
        "self", models.PROTECT, verbose_name="重投自", null=True, related_name="repeated"
    )
    rules = models.JSONField("计票规则", default=dict)
    needed = models.PositiveSmallIntegerField("开启需几人", default=2)
    key = models.CharField("公钥", max_length=64, blank=True)
    slips_sha256 = models.CharField("票号摘要", max_length=64, blank=True)
    issued = models.PositiveSmallIntegerField("发出票数", null=True)
    left_over = models.PositiveSmallIntegerField("剩余票数", null=True)
    read = models.PositiveSmallIntegerField("已唱票数", default=0)
    opened = models.JSONField("开出的票", null=True)
    result = models.JSONField("结果", null=True)
    void_because = models.CharField("无效的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "票决"
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="vote_fills_a_seat"),
            models.CheckConstraint(
                condition=Q(state__in=["reading", "announced", "signed"], opened__isnull=False)
                | (~Q(state__in=["reading", "announced", "signed"]) & Q(opened__isnull=True)),
                name="vote_opened_only_when_read",
            ),
            models.CheckConstraint(
                condition=Q(opens="ballots") | Q(kind="motion"), name="vote_of_sums_is_a_motion"
            ),
            models.CheckConstraint(
                condition=Q(state="void") ^ Q(void_because=""), name="vote_void_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Candidate(models.Model):
    """候选: one name on the ballot, or the text that is voted on."""

    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="candidates"
    )
    number = models.PositiveSmallIntegerField("序号")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", null=True, related_name="+"
    )
    words = models.CharField("票上的字", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "候选"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="candidate_number_once"),
            models.UniqueConstraint(fields=["election", "person"], name="candidate_stands_once"),
        ]

    def __str__(self) -> str:
        return self.words


class Scrutineer(models.Model):
    """监票人: holds a share of the key on their own laptop; here is only what is public."""

    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="scrutineers"
    )
    number = models.PositiveSmallIntegerField("序号")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="监票人", related_name="+"
    )
    declared = models.BooleanField("声明不是候选人近亲属", default=False)
    commitment = models.JSONField("钥匙承诺", null=True)
    sent = models.JSONField("送给另两位的份额(密)", null=True)
    acceptance = models.JSONField("握有证明", null=True)
    part = models.JSONField("开启的一份", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "监票人"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="scrutineer_number_once"),
            models.UniqueConstraint(fields=["election", "person"], name="scrutineer_serves_once"),
        ]

    def __str__(self) -> str:
        return f"监票人{self.number}"


class Assent(models.Model):
    """同意: open, close and sign are done by two who say so, each in their own session."""

    class Act(models.TextChoices):
        OPEN = "open", "开箱"
        CLOSE = "close", "封箱"
        SIGN = "sign", "签字"

    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="assents"
    )
    act = models.CharField("事", max_length=5, choices=Act)
    person = models.ForeignKey("people.Person", models.PROTECT, verbose_name="谁", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "同意"
        constraints = [
            models.UniqueConstraint(fields=["election", "act", "person"], name="assents_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.act}"


class Handing(models.Model):
    """领票: a delegate drew a slip from the box. Which one, nobody wrote down."""

    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="handings"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="代表", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "领票"
        constraints = [
            models.UniqueConstraint(fields=["election", "person"], name="slip_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id} {self.person_id}"


class Slip(models.Model):
    """票号: the public half of a slip; the other half is on the paper only."""

    public = models.CharField("票号", max_length=64, primary_key=True)
    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="slips"
    )

    class Meta:
        verbose_name = verbose_name_plural = "票号"

    def __str__(self) -> str:
        return self.public[:12]


class Ballot(models.Model):
    """选票: what was cast, encrypted. No person, no moment, no running number."""

    code = models.CharField("追踪码", max_length=64, primary_key=True)
    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="ballots"
    )
    slip = models.OneToOneField(Slip, models.PROTECT, verbose_name="票号", related_name="ballot")
    told = models.JSONField("密文和证明")
    on_paper = models.BooleanField("由纸票录入", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "选票"

    def __str__(self) -> str:
        return self.code[:12]


class Mix(models.Model):
    """洗牌: one scrutineer's shuffle with its proof."""

    election = models.ForeignKey(
        Election, models.PROTECT, verbose_name="票决", related_name="mixes"
    )
    number = models.PositiveSmallIntegerField("第几次")
    scrutineer = models.ForeignKey(
        Scrutineer, models.PROTECT, verbose_name="监票人", related_name="mixes"
    )
    out = models.TextField("洗出的票")
    rounds = models.JSONField("证明")

    class Meta:
        verbose_name = verbose_name_plural = "洗牌"
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="mix_number_once"),
            models.UniqueConstraint(fields=["scrutineer"], name="scrutineer_shuffles_once"),
        ]

    def __str__(self) -> str:
        return f"第{self.number}次洗牌"


class Rectification(models.Model):
    """整改: what follows a mean below the pass mark, by its sheet."""

    election = models.OneToOneField(
        Election, models.PROTECT, verbose_name="评议", related_name="rectification"
    )
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "整改"

    def __str__(self) -> str:
        return f"整改 {self.election_id}"
