"""Sealed records (封存资料): health, aid, whereabouts. Nobody reads one without a line in the log.

All tables but the consents belong to the database role `smartunion_private` and are reached only
through its functions (vault.py): the house's own role is refused, and a superuser's ORM finds
nothing here. What the rows hold, a master key alone opens. Each record has a key of its own, itself
locked by a master key: changing the master key rewrites the small keys only, and erasing the small
key destroys every copy of the record, wherever it lies.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q


class Closed(models.Manager[Any]):
    """Finds nothing: a fence for whoever would ask a table of the private role by the ORM."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return no row."""
        return super().get_queryset().none()


def _person(words: str, *, null: bool) -> Any:
    """Return a reference that the database alone guards: Django may not look into these tables."""
    return models.ForeignKey(
        "people.Person", models.DO_NOTHING, verbose_name=words, null=null, related_name="+"
    )


class RecordKey(models.Model):
    """资料密钥: the key of one record, locked by a master key; without it the record is noise.

    `digest` runs over the ciphertexts of all versions in their order; `erase_at` is the day that
    was promised when the last version was sealed.
    """

    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    subject = _person("当事人", null=True)
    key_name = models.CharField("主密钥", max_length=16)
    locked = models.BinaryField("锁住的密钥")
    made_at = models.DateTimeField("产生时间")
    versions = models.PositiveIntegerField("版本数", default=0)
    digest = models.CharField("累计摘要", max_length=64, default="", blank=True)
    erase_at = models.DateTimeField("应销毁时间", null=True)
    objects = Closed()

    class Meta:
        verbose_name = verbose_name_plural = "资料密钥"
        constraints = [
            models.UniqueConstraint(fields=["about", "kind"], name="record_has_one_key"),
            models.CheckConstraint(
                condition=~Q(about="")
                & ~Q(kind="")
                & ~Q(about__contains="|")
                & ~Q(kind__contains="|"),
                name="record_has_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="record_of_subject"),
            models.Index(fields=["erase_at"], name="record_to_erase"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.kind}"


class Sealed(models.Model):
    """封存: one version of a record, readable only through `actions.open_sealed`."""

    key = models.ForeignKey(RecordKey, models.DO_NOTHING, verbose_name="资料密钥", related_name="+")
    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    version = models.PositiveIntegerField("版本")
    subject = _person("当事人", null=True)
    ciphertext = models.BinaryField("密文")
    sealed_by = _person("封存人", null=True)
    sealed_at = models.DateTimeField("封存时间")
    objects = Closed()

    class Meta:
        verbose_name = verbose_name_plural = "封存"
        constraints = [
            models.UniqueConstraint(
                fields=["about", "kind", "version"], name="sealed_version_is_given_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="sealed_version_from_one"),
        ]
        indexes = [models.Index(fields=["key", "version"], name="sealed_of_key")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Access(models.Model):
    """查阅记录: who opened which record, when and why. Append-only; no rule may ask it.

    `xid` is the transaction that wrote the line: what is sealed opens only in that one. `by` is
    None where a job reads.
    """

    by = _person("查阅人", null=True)
    at = models.DateTimeField("时间")
    purpose = models.CharField("用途", max_length=200)
    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    version = models.PositiveIntegerField("版本")
    subject = _person("当事人", null=True)
    xid = models.BigIntegerField("事务号", default=0)
    glass_id = models.BigIntegerField("破窗", null=True)
    objects = Closed()

    class Meta:
        verbose_name = verbose_name_plural = "查阅记录"
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="access_says_why"),
        ]
        indexes = [
            models.Index(fields=["about", "id"], name="access_of_record"),
            models.Index(fields=["subject", "id"], name="access_to_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Deletion(models.Model):
    """销毁证明: that a record was erased: which, since when, how much, on whose word. Append-only.

    `digest` is the record's running digest: it proves which ciphertexts there were and opens none.
    """

    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    subject = _person("当事人", null=True)
    versions = models.PositiveIntegerField("版本数")
    digest = models.CharField("累计摘要", max_length=64, blank=True)
    made_at = models.DateTimeField("产生时间")
    due_at = models.DateTimeField("应销毁时间", null=True)
    by = _person("销毁人", null=True)
    at = models.DateTimeField("销毁时间")
    because = models.CharField("事由", max_length=200)
    xid = models.BigIntegerField("事务号", default=0)
    objects = Closed()

    class Meta:
        verbose_name = verbose_name_plural = "销毁证明"
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="deletion_says_why"),
        ]
        indexes = [models.Index(fields=["subject", "id"], name="deletion_of_subject")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Link(models.Model):
    """日志链: the hash of a closed run of readings and erasures, and of the link before."""

    to_access = models.BigIntegerField("止于查阅记录")
    to_deletion = models.BigIntegerField("止于销毁证明")
    rows = models.BigIntegerField("行数")
    previous_hash = models.CharField("前一环摘要", max_length=64, blank=True)
    hash = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("时间")
    objects = Closed()

    class Meta:
        verbose_name = verbose_name_plural = "日志链"
        constraints = [
            models.UniqueConstraint(fields=["previous_hash"], name="link_follows_one_link"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Glass(models.Model):
    """破窗: one record opened by somebody without its purposes, in an emergency, for minutes.

    The database refuses to change what was said then, and to remove one.
    """

    class Reason(models.TextChoices):
        LIFE = "life", "本人有生命危险"
        OTHERS = "others", "他人有生命危险"
        MEDICAL = "medical", "正在急救，医生需要"
        MISSING = "missing", "本人失联，正在寻找"

    class Verdict(models.TextChoices):
        DUE = "due", "必要，符合规定"
        UNDUE = "undue", "没有必要，转纪检处理"

    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="破窗人", related_name="+")
    office = models.CharField("凭哪个岗位", max_length=60)
    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    subject = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="当事人", null=True, related_name="+"
    )
    reason = models.CharField("事由类别", max_length=10, choices=Reason)
    because = models.CharField("事由", max_length=200)
    factor = models.CharField("第二步验证", max_length=20)
    proven_at = models.DateTimeField("验证时间")
    at = models.DateTimeField("破窗时间")
    until = models.DateTimeField("有效至")
    reviewed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("复核时间", null=True)
    verdict = models.CharField("复核结论", max_length=10, choices=Verdict, blank=True, default="")
    note = models.CharField("复核意见", max_length=200, blank=True, default="")
    tell_due_at = models.DateTimeField("应告知时间", null=True)
    told_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="告知人", null=True, related_name="+"
    )
    told_at = models.DateTimeField("告知时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "破窗"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("at")) & Q(proven_at__lte=F("at")) & ~Q(because=""),
                name="glass_says_why_and_until",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("by")),
                name="glass_is_not_reviewed_by_its_breaker",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(verdict="")),
                name="glass_review_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["by", "about", "kind", "until"], name="glass_of_record"),
            models.Index(fields=["at"], condition=Q(reviewed_at=None), name="glass_to_review"),
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 号"


class Consent(models.Model):
    """单独同意: a person agrees to one purpose, in the words that they were shown."""

    subject = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="当事人", related_name="+"
    )
    purpose = models.CharField("用途", max_length=40)
    wording = models.TextField("告知内容")
    given_at = models.DateTimeField("同意时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单独同意"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "purpose"],
                condition=Q(withdrawn_at=None),
                name="one_consent_in_force_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_is_withdrawn_after_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
