"""Proposals of delegates and suggestions of everybody, with who signed and what came of it."""

from django.db import models
from django.db.models import F, Q

from .rules.outcomes import OUTCOMES, RATINGS


class Proposal(models.Model):
    """提案: a delegate's matter for the congress, from the first signature to the rating."""

    number = models.CharField("提案编号", max_length=20, unique=True)
    proposer = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提案人", related_name="+"
    )
    unit = models.ForeignKey("people.Unit", models.PROTECT, verbose_name="单位", related_name="+")
    subject = models.CharField("案由", max_length=80)
    analysis = models.TextField("情况分析")
    measures = models.TextField("具体建议")
    is_urgent = models.BooleanField("紧急提案", default=False)
    urgent_because = models.CharField("紧急事由", max_length=200, blank=True, default="")
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    filed_at = models.DateTimeField("立案时间", null=True)
    filing = models.CharField("立案审查", max_length=12, blank=True, default="")
    filing_because = models.CharField("审查理由", max_length=400, blank=True, default="")
    by_silence = models.BooleanField("逾时视为立案", default=False)
    is_downgraded = models.BooleanField("认定不属紧急", default=False)
    into = models.ForeignKey(
        "self", models.PROTECT, verbose_name="并入", null=True, related_name="merged"
    )
    outcome = models.CharField(
        "答复类别", max_length=10, blank=True, default="",
        choices=[(one.value, words) for one, words in OUTCOMES.items()],
    )  # fmt: skip
    answer = models.TextField("答复", blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True)
    planned_on = models.DateField("计划完成日", null=True)
    fulfilled_at = models.DateTimeField("兑现时间", null=True)
    proof = models.CharField("兑现说明", max_length=400, blank=True, default="")
    reopened = models.PositiveSmallIntegerField("再办次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "提案"
        constraints = [
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True) | Q(submitted_at__lte=F("filed_at")),
                name="proposal_filed_after_it_is_handed_in",
            ),
            models.CheckConstraint(
                condition=~Q(filing="merged") | Q(into__isnull=False), name="merged_into_another"
            ),
            models.CheckConstraint(
                condition=Q(into__isnull=True) | ~Q(into=F("id")), name="not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_at__isnull=True)
                | (Q(outcome="planned", planned_on__isnull=False) & ~Q(proof="")),
                name="fulfilled_what_was_planned",
            ),
            models.CheckConstraint(
                condition=Q(is_downgraded=False) | (Q(is_urgent=True) & ~Q(filing_because="")),
                name="downgraded_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"


class Cosigner(models.Model):
    """联名: a delegate who has signed with their own account; the proposer signs first."""

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, verbose_name="提案", related_name="cosigners"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="联名人", related_name="+"
    )
    at = models.DateTimeField("联名时间")

    class Meta:
        verbose_name = verbose_name_plural = "联名"
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="cosigner_signs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} {self.person}"


class Rating(models.Model):
    """提案评价: what one of its authors says of an answer; handled once more, they say it anew."""

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, verbose_name="提案", related_name="ratings"
    )
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="评价人", related_name="+"
    )
    turn = models.PositiveSmallIntegerField("第几次办理", default=0)
    rating = models.PositiveSmallIntegerField("评价", choices=RATINGS)
    because = models.CharField("说一句", max_length=200, blank=True, default="")
    at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = verbose_name_plural = "提案评价"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "person", "turn"], name="author_rates_an_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="author_rates_one_of_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} {self.rating}"


class Suggestion(models.Model):
    """意见建议: what anybody who works here has to say, and who answered it."""

    number = models.CharField("编号", max_length=20, unique=True)
    author = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提出人", related_name="+"
    )
    text = models.CharField("内容", max_length=1000)
    at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=1000, blank=True, default="")
    answered_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "意见建议"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="suggestion_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("author")),
                name="suggestion_not_answered_by_its_author",
            ),
        ]

    def __str__(self) -> str:
        return self.number
