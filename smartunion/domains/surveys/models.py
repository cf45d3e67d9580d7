"""Anonymous surveys: who was invited, which slips are good, what was answered; never joined.

The slips are made before anybody draws one. Drawing takes a slip from the pool and notes that the
person has one; which one is kept nowhere. Answers know neither person nor time.
"""

import uuid

from django.db import models
from django.db.models import Q

from .rules.counting import SCORES


class Survey(models.Model):
    """满意度调查: one question to a frozen sample, with what came of it."""

    class Audience(models.TextChoices):
        MEMBERS = "members", "全体会员"
        DELEGATES = "delegates", "教代会代表"
        PARENTS = "parents", "托育在册家长"

    title = models.CharField("名称", max_length=60)
    question = models.CharField("问题", max_length=300)
    digest = models.CharField("问题与名单的摘要", max_length=64)
    indicator = models.CharField("对应指标", max_length=4, blank=True, default="")
    audience = models.CharField("对象", max_length=10, choices=Audience.choices)
    invited = models.PositiveIntegerField("邀请人数")
    least = models.PositiveSmallIntegerField("至少多少份才公布")
    opened_at = models.DateTimeField("发出时间")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "满意度调查"

    def __str__(self) -> str:
        return self.title


class Invited(models.Model):
    """受邀名单: who was asked, and whether they have drawn a slip; destroyed when it closes."""

    survey = models.ForeignKey(Survey, models.PROTECT, verbose_name="调查", related_name="+")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="受邀人", related_name="+"
    )
    has_drawn = models.BooleanField("已领码", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "受邀名单"
        constraints = [
            models.UniqueConstraint(fields=["survey", "person"], name="survey_invites_once"),
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.person}"


class Slip(models.Model):
    """未领的答题码: a slip in the pool, in the clear until somebody draws it."""

    id = models.UUIDField("序号", primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, verbose_name="调查", related_name="+")
    code = models.CharField("答题码", max_length=32, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "未领的答题码"

    def __str__(self) -> str:
        return str(self.survey)


class Token(models.Model):
    """答题码摘要: what a slip is known by after it was drawn, and whether it was used."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    survey = models.ForeignKey(Survey, models.PROTECT, verbose_name="调查", related_name="+")
    is_used = models.BooleanField("已用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "答题码摘要"

    def __str__(self) -> str:
        return str(self.survey)


class Answer(models.Model):
    """答卷: a score of somebody; no person, no moment, no order."""

    id = models.UUIDField("序号", primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, verbose_name="调查", related_name="answers")
    score = models.PositiveSmallIntegerField("评分", choices=SCORES)

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="answer_is_one_of_five"
            ),
        ]

    def __str__(self) -> str:
        return str(self.survey)
