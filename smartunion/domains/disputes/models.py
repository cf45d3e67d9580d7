"""Disputes of work: who asked for mediation, where it went; what was said is sealed elsewhere."""

from django.db import models
from django.db.models import F, Q

from .rules.topics import TOPICS, WAYS


class LabourDispute(models.Model):
    """劳动争议: one application for mediation, with the days from which its limits count."""

    class Outcome(models.TextChoices):
        KEPT = "kept", "协议已履行"
        REFERRED = "referred", "已告知仲裁或复核"

    number = models.CharField("编号", max_length=20, unique=True)
    applicant = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="申请人", related_name="+"
    )
    topic = models.CharField("类别", max_length=10, choices=TOPICS)
    known_on = models.DateField("知道权利被侵害的日子")
    registered_at = models.DateTimeField("登记时间")
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    outcome = models.CharField(
        "结果", max_length=10, choices=Outcome.choices, blank=True, default=""
    )
    ended_at = models.DateTimeField("办结时间", null=True)
    applied_on = models.DateField("申请仲裁的日子", null=True)
    accepted_on = models.DateField("仲裁受理的日子", null=True)
    decided_on = models.DateField("收到裁决或复核决定的日子", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "劳动争议"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True)
                | (~Q(outcome="") & Q(ended_at__gte=F("registered_at"))),
                name="dispute_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True) | Q(accepted_on__gte=F("applied_on")),
                name="arbitration_is_applied_for_first",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Inquiry(models.Model):
    """来访咨询: somebody asked for advice; neither who nor what was said is kept."""

    on = models.DateField("日期")
    way = models.CharField("方式", max_length=10, choices=WAYS)
    topic = models.CharField("类别", max_length=10, choices=TOPICS)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="接待", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "来访咨询"
        indexes = [models.Index(fields=["on"], name="inquiry_by_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.get_way_display()}"


class EarlierYear(models.Model):
    """往年登记数: how many cases a year had before this register, held by two people."""

    year = models.IntegerField("年度", unique=True)
    cases = models.PositiveIntegerField("登记数")
    source = models.CharField("来源", max_length=200)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="填写", related_name="+")
    at = models.DateTimeField("填写时间")
    confirmed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="核对", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("核对时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "往年登记数"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("by")),
                name="earlier_year_held_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年 {self.cases} 件"
