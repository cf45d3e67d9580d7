"""Postings (公示), objections to them, and the proof that they stood unchanged."""

from django.db import models
from django.db.models import F, Q


class Posting(models.Model):
    """公示: something shown to the campus for so many working days, and open to objections.

    `about` names what is posted ("procedures.steprun:12") and is posted once. `rows` hold what the
    public sees, masked before it comes here. The window lies between `counted_from_on`, which is
    not counted, and `closes_at`, which is exclusive.
    """

    class State(models.TextChoices):
        OPEN = "open", "公示中"
        WAITING = "waiting", "期满待复"
        CLOSED = "closed", "期满生效"
        UPHELD = "upheld", "异议成立"
        WITHDRAWN = "withdrawn", "已撤下"

    number = models.CharField("编号", max_length=20, unique=True)
    about = models.CharField("所公示的事", max_length=120, unique=True)
    section = models.CharField("栏目", max_length=20)
    title = models.CharField("事项", max_length=120)
    basis = models.CharField("依据", max_length=60, blank=True)
    body = models.TextField("正文", blank=True)
    rows = models.JSONField("公示内容", default=list)
    if_upheld = models.CharField("异议成立的结果", max_length=60, blank=True)
    posted_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="发布人", null=True, related_name="+"
    )
    decided_by = models.ManyToManyField(
        "people.Person", verbose_name="作出决定的人", blank=True, related_name="+"
    )
    posted_at = models.DateTimeField("发布时间")
    working_days = models.PositiveSmallIntegerField("公示期(工作日)")
    counted_from_on = models.DateField("起算日(不计入)")
    closes_at = models.DateTimeField("公示期满(不含)")
    provisional = models.BooleanField("期满日待校历确认", default=False)
    restarts = models.PositiveSmallIntegerField("重新起算次数", default=0)
    content_sha256 = models.CharField("内容摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_because = models.CharField("结束原因", max_length=400, blank=True)
    shown_until = models.DateTimeField("公开展示至(不含)", null=True)
    taken_down_at = models.DateTimeField("下架时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        constraints = [
            models.CheckConstraint(
                condition=Q(working_days__gt=0), name="posting_stands_for_a_day_at_least"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("posted_at")), name="posting_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"], ended_at=None)
                | Q(state__in=["closed", "upheld", "withdrawn"], ended_at__isnull=False),
                name="posting_has_ended_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "closed"])
                | Q(ended_at=None)
                | Q(ended_at__gte=F("closes_at")),
                name="posting_is_never_closed_early",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "closes_at"], name="posting_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Objection(models.Model):
    """异议: what somebody says against a posting, under their name, which the public never sees."""

    class State(models.TextChoices):
        RECEIVED = "received", "已收到"
        REPLIED = "replied", "已答复"
        UPHELD = "upheld", "成立"
        DISMISSED = "dismissed", "不成立"

    posting = models.ForeignKey(
        Posting, models.PROTECT, verbose_name="公示", related_name="objections"
    )
    seq = models.PositiveSmallIntegerField("序号")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="异议人", null=True, related_name="+"
    )
    name = models.CharField("姓名", max_length=60)
    contact = models.CharField("联系方式", max_length=80)
    text = models.TextField("事实和理由", max_length=2000)
    received_at = models.DateTimeField("收到时间")
    reply_due_at = models.DateTimeField("应答复时间(不含)")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RECEIVED)
    reply = models.TextField("答复", blank=True)
    replied_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    replied_at = models.DateTimeField("答复时间", null=True)
    decision = models.TextField("裁定理由", blank=True)
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="裁定人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("裁定时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            models.UniqueConstraint(fields=["posting", "seq"], name="objection_has_its_number"),
            models.CheckConstraint(
                condition=Q(state="received", replied_at=None, decided_at=None)
                | Q(state="replied", replied_at__isnull=False, decided_at=None)
                | Q(state__in=["upheld", "dismissed"], decided_at__isnull=False),
                name="objection_stands_as_it_was_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posting.number} 异议 {self.seq}"


class Snapshot(models.Model):
    """公示快照: one look at a posting's page: what answered, and the hash of what it said.

    `text` is kept only where it was not what was posted.
    """

    posting = models.ForeignKey(
        Posting, models.PROTECT, verbose_name="公示", related_name="snapshots"
    )
    asked_at = models.DateTimeField("应核对时间")
    at = models.DateTimeField("核对时间", null=True)
    inside = models.BooleanField("系统内部核对", default=False)
    status_code = models.PositiveSmallIntegerField("应答码", null=True)
    sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    good = models.BooleanField("与所公示一致", null=True)
    text = models.TextField("页面内容", blank=True)
    trouble = models.CharField("未成原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示快照"
        constraints = [
            models.CheckConstraint(
                condition=Q(at=None, good=None) | Q(at__isnull=False, good__isnull=False),
                name="snapshot_is_taken_or_asked_for",
            )
        ]
        indexes = [
            models.Index(fields=["posting", "asked_at"], name="snapshot_of_posting"),
            models.Index(fields=["id"], condition=Q(at=None), name="snapshot_asked_for"),
        ]

    def __str__(self) -> str:
        return f"{self.posting_id} {self.at or self.asked_at:%m-%d %H:%M}"


class Outage(models.Model):
    """公示中断: the page was not there, said something else, or was amended, from when until when.

    `restarted` where it made the window count anew; a shorter one is only kept.
    """

    class Kind(models.TextChoices):
        DOWN = "down", "页面打不开"
        CHANGED = "changed", "内容与所公示不符"
        UNSEEN = "unseen", "未能核对"
        AMENDED = "amended", "更正内容"

    posting = models.ForeignKey(
        Posting, models.PROTECT, verbose_name="公示", related_name="outages"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    began_at = models.DateTimeField("开始")
    repaired_at = models.DateTimeField("恢复", null=True)
    restarted = models.BooleanField("重新起算", default=False)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示中断"
        constraints = [
            models.UniqueConstraint(
                fields=["posting"], condition=Q(repaired_at=None), name="one_outage_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(repaired_at=None) | Q(repaired_at__gte=F("began_at")),
                name="outage_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posting_id} {self.get_kind_display()}"


class Proof(models.Model):
    """公示存证: the text of a posting with its hash, at once; the picture of its page, when taken.

    The picture is background work: asked for at `due_at`, tried again after a failure.
    """

    class Moment(models.TextChoices):
        POSTED = "posted", "发布时"
        RESTARTED = "restarted", "重新起算时"
        ENDED = "ended", "结束时"

    posting = models.ForeignKey(Posting, models.PROTECT, verbose_name="公示", related_name="proofs")
    moment = models.CharField("时点", max_length=10, choices=Moment.choices)
    asked_at = models.DateTimeField("应存证时间")
    text = models.ForeignKey("files.File", models.PROTECT, verbose_name="文本", related_name="+")
    picture = models.ForeignKey(
        "files.File", models.PROTECT, verbose_name="公示截图", null=True, related_name="+"
    )
    taken_at = models.DateTimeField("截图时间", null=True)
    due_at = models.DateTimeField("下次截图", null=True)
    """Nothing is due once the picture is there, or can no longer be had."""
    tries = models.PositiveSmallIntegerField("尝试次数", default=0)
    trouble = models.CharField("未成原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示存证"
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="proof_to_picture"
            )
        ]

    def __str__(self) -> str:
        return f"{self.posting_id} {self.get_moment_display()}"
