"""Inspection of the union's money: frames, dice, what was drawn, what was found.

A voucher is a transfer of the ledger that charges an expense; each is in exactly one frame.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .rules.parties import NAMES, Party


class Round(models.Model):
    """经费审查: one of the year's four, from the frozen frame to the published result."""

    number = models.CharField("审查编号", max_length=20, unique=True)
    year = models.IntegerField("年度")
    sequence = models.PositiveSmallIntegerField("第几次")
    attempt = models.PositiveSmallIntegerField("第几次掷骰", default=1)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    frozen_at = models.DateTimeField("冻结时间", null=True)
    frame_root = models.CharField("名单哈希", max_length=64, blank=True, default="")
    amount_root = models.CharField("金额哈希", max_length=64, blank=True, default="")
    amount_salt = models.CharField("金额盐", max_length=64, blank=True, default="")
    branches = ArrayField(
        models.CharField(max_length=20), verbose_name="名单里的分会", default=list
    )
    drawn_before = ArrayField(
        models.CharField(max_length=20), verbose_name="之前抽到过的分会", default=list
    )
    dice = models.CharField("点数", max_length=40, blank=True, default="")
    seed = models.CharField("种子", max_length=64, blank=True, default="")
    seeded_at = models.DateTimeField("取种时间", null=True)
    photo = models.ForeignKey(
        "files.File", models.PROTECT, verbose_name="仪式照片", null=True, related_name="+"
    )
    drawn = ArrayField(models.CharField(max_length=20), verbose_name="抽中的分会", default=list)
    drawn_at = models.DateTimeField("抽取时间", null=True)
    spoiled_at = models.DateTimeField("仪式作废时间", null=True)
    spoiled_because = models.CharField("作废原因", max_length=200, blank=True, default="")
    branch_percent = models.PositiveSmallIntegerField("分会比例(%)")
    voucher_percent = models.PositiveSmallIntegerField("凭证比例(%)")
    report = models.TextField("审查报告", blank=True, default="")
    reported_at = models.DateTimeField("报告时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "经费审查"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "sequence", "attempt"], name="round_is_numbered"
            ),
            models.UniqueConstraint(
                fields=["dice"], condition=~Q(dice=""), name="dice_never_fall_the_same"
            ),
            models.CheckConstraint(
                condition=Q(seeded_at__isnull=True)
                | (Q(frozen_at__isnull=False) & Q(frozen_at__lt=F("seeded_at")) & ~Q(seed="")),
                name="seed_after_frame",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | Q(seeded_at__isnull=False),
                name="draw_after_seed",
            ),
            models.CheckConstraint(
                condition=Q(spoiled_at__isnull=True)
                | (Q(seeded_at__isnull=True) & ~Q(spoiled_because="")),
                name="spoiled_before_the_seed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Voucher(models.Model):
    """抽样凭证: one voucher of a frame, under a number that tells nothing but its branch.

    Void where the ceremony was spoiled: the old frame stays to be checked, the voucher goes anew.
    """

    round = models.ForeignKey(
        Round, models.PROTECT, verbose_name="经费审查", related_name="vouchers"
    )
    number = models.CharField("凭证号", max_length=32, unique=True)
    branch = models.CharField("分会", max_length=20)
    transfer = models.ForeignKey(
        "ledger.Transfer", models.PROTECT, verbose_name="分录", related_name="+"
    )
    is_void = models.BooleanField("随仪式作废", default=False)
    amount_fen = models.BigIntegerField("金额(分)")
    is_drawn = models.BooleanField("抽中", default=False)
    by_amount = models.BooleanField("按金额抽中", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "抽样凭证"
        constraints = [
            models.UniqueConstraint(
                fields=["transfer"], condition=Q(is_void=False), name="voucher_in_one_frame"
            ),
        ]
        indexes = [
            models.Index(
                fields=["round", "branch"], condition=Q(is_drawn=True) | Q(by_amount=True),
                name="voucher_to_look_at",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class Roll(models.Model):
    """掷骰: the digits that one witness rolled, entered by that witness."""

    round = models.ForeignKey(Round, models.PROTECT, verbose_name="经费审查", related_name="rolls")
    party = models.CharField(
        "一方", max_length=20, choices=[(one.value, NAMES[one]) for one in Party]
    )
    digits = models.CharField("点数", max_length=20)
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="见证人", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "掷骰"
        constraints = [
            models.UniqueConstraint(fields=["round", "party"], name="party_rolls_once"),
            models.UniqueConstraint(fields=["round", "by"], name="witness_rolls_for_one_party"),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.party}"


class Inspector(models.Model):
    """抽中的审查人: somebody whom the seed drew to look at a branch's vouchers (T76)."""

    round = models.ForeignKey(
        Round, models.PROTECT, verbose_name="经费审查", related_name="inspectors"
    )
    branch = models.CharField("分会", max_length=20)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="审查人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽中的审查人"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "branch", "person"], name="inspector_once_for_a_branch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.branch} {self.person}"


class Check(models.Model):
    """查验: what an inspector read on the paper, entered before the books were shown."""

    voucher = models.OneToOneField(
        Voucher, models.PROTECT, verbose_name="抽样凭证", related_name="check_of"
    )
    paper_fen = models.BigIntegerField("原件金额(分)")
    is_sound = models.BooleanField("合规")
    problem_fen = models.BigIntegerField("问题金额(分)")
    note = models.CharField("查验说明", max_length=400, blank=True, default="")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="审查人", related_name="+")
    at = models.DateTimeField("查验时间")

    class Meta:
        verbose_name = verbose_name_plural = "查验"
        constraints = [
            models.CheckConstraint(
                condition=Q(problem_fen=0) | ~Q(note=""), name="problem_says_what_it_is"
            ),
            models.CheckConstraint(
                condition=Q(paper_fen__gte=0, problem_fen__gte=0), name="check_counts_up"
            ),
        ]

    def __str__(self) -> str:
        return f"查验 {self.voucher}"


class Problem(models.Model):
    """审查问题: a branch's problem money of a round, until it is back and explained."""

    round = models.ForeignKey(
        Round, models.PROTECT, verbose_name="经费审查", related_name="problems"
    )
    branch = models.CharField("分会", max_length=20)
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    responsible = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="责任人", related_name="+"
    )
    problem_fen = models.BigIntegerField("问题金额(分)")
    returned_fen = models.BigIntegerField("已退金额(分)", default=0)
    found_at = models.DateTimeField("认定时间")
    returned_at = models.DateTimeField("退清时间", null=True)
    stated_at = models.DateTimeField("说明时间", null=True)
    is_severe = models.BooleanField("情节严重", null=True)
    handed_over_at = models.DateTimeField("移交时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "审查问题"
        constraints = [
            models.UniqueConstraint(fields=["round", "branch"], name="problem_once_for_a_branch"),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_fen=F("problem_fen")),
                name="money_back_to_the_fen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.branch}"
