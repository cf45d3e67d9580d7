"""Sealed records (封存资料): health, aid, whereabouts. Nobody reads one without a line in the log.

The rows can be read by whoever can read the database; what they hold, only with a master key. Each
record has a key of its own, itself locked by a master key: changing the master key rewrites the
small keys only, and erasing the small key destroys every copy of the record, wherever it lies.
"""

from django.db import models
from django.db.models import Q


class RecordKey(models.Model):
    """资料密钥: the key of one record, locked by a master key; without it the record is noise."""

    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    subject = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="当事人", null=True, related_name="+"
    )
    key_name = models.CharField("主密钥", max_length=16)
    locked = models.BinaryField("锁住的密钥")
    made_at = models.DateTimeField("产生时间")

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
        indexes = [models.Index(fields=["subject"], name="record_of_subject")]

    def __str__(self) -> str:
        return f"{self.about} {self.kind}"


class Sealed(models.Model):
    """封存: one version of a record, readable only through `actions.open_sealed`."""

    key = models.ForeignKey(RecordKey, models.PROTECT, verbose_name="资料密钥", related_name="+")
    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    version = models.PositiveIntegerField("版本")
    subject = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="当事人", null=True, related_name="+"
    )
    ciphertext = models.BinaryField("密文")
    sealed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="封存人", null=True, related_name="+"
    )
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = verbose_name_plural = "封存"
        constraints = [
            models.UniqueConstraint(
                fields=["about", "kind", "version"], name="sealed_version_is_given_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="sealed_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Access(models.Model):
    """查阅记录: who opened which record, when and why. Append-only; no rule may ask it."""

    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="查阅人", related_name="+")
    at = models.DateTimeField("时间")
    purpose = models.CharField("用途", max_length=200)
    about = models.CharField("所属对象", max_length=80)
    kind = models.CharField("种类", max_length=40)
    version = models.PositiveIntegerField("版本")
    subject = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="当事人", null=True, related_name="+"
    )

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
