"""Rosters (值班): who is on duty at which post, when, as primary or deputy; and their numbers.

Written in SQL in migration 0002, because they reach over several rows: one primary and one deputy
for a post at a time, one person in one shift at a time.
"""

from django.db import models
from django.db.models import F, Q

from .rules import OF_A_BRANCH, OF_THE_CAMPUS, Part, Post


class Pattern(models.Model):
    """轮班: the rotation by which a post's shifts are laid for weeks ahead, until it ends."""

    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, blank=True, related_name="+"
    )
    post = models.CharField("岗", max_length=10, choices=Post)
    part = models.CharField("班别", max_length=8, choices=Part)
    first_on = models.DateField("首日")
    days_each = models.PositiveSmallIntegerField("每轮天数")
    since = models.TimeField("接班时刻")
    until = models.TimeField("交班时刻")
    laid_until = models.DateTimeField("已排至", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "轮班"
        constraints = [
            models.CheckConstraint(condition=Q(days_each__gte=1), name="pattern_turns_have_days"),
            models.UniqueConstraint(
                fields=["unit", "post", "part", "since"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_pattern_for_a_post_and_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.get_part_display()}"


class PatternTurn(models.Model):
    """轮次: whose turn of a rotation it is."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, verbose_name="轮班", related_name="turns")
    number = models.PositiveSmallIntegerField("次序")
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "轮次"
        constraints = [
            models.UniqueConstraint(fields=["pattern", "number"], name="turn_number_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.person_id}"


class Shift(models.Model):
    """班次: a person is on duty at a post from a moment until (exclusive) another.

    Without a unit a shift stands behind every unit that has none of its own. One that was
    overridden or swapped stays, marked as dropped, beside what took its place.
    """

    class Kind(models.TextChoices):
        LAID = "laid", "轮班"
        OVERRIDE = "override", "替班"
        SWAP = "swap", "换班"

    unit = models.ForeignKey(
        "people.Unit", models.PROTECT, verbose_name="单位", null=True, blank=True, related_name="+"
    )
    post = models.CharField("岗", max_length=10, choices=Post)
    part = models.CharField("班别", max_length=8, choices=Part)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="值班人", related_name="+"
    )
    since = models.DateTimeField("起")
    until = models.DateTimeField("止(不含)")
    kind = models.CharField("来源", max_length=8, choices=Kind, default=Kind.LAID)
    pattern = models.ForeignKey(
        Pattern, models.PROTECT, verbose_name="轮班", null=True, blank=True, related_name="+"
    )
    instead_of = models.ForeignKey(
        "self", models.PROTECT, verbose_name="代替", null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "班次"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="shift_has_a_length"),
            models.CheckConstraint(
                condition=Q(post__in=OF_A_BRANCH) | Q(post__in=OF_THE_CAMPUS, unit=None),
                name="shift_of_the_campus_has_no_unit",
            ),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="shift_has_a_part"),
        ]
        indexes = [
            models.Index(
                fields=["unit", "until"], condition=Q(dropped_at=None), name="shift_of_unit"
            ),
            models.Index(
                fields=["person", "until"], condition=Q(dropped_at=None), name="shift_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.person_id} {self.since}"


class Swap(models.Model):
    """换班: somebody asks another to take a shift, for one of theirs or for none."""

    class State(models.TextChoices):
        ASKED = "asked", "待对方答复"
        ACCEPTED = "accepted", "已换"
        DECLINED = "declined", "对方不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    shift = models.ForeignKey(Shift, models.PROTECT, verbose_name="要换出的班", related_name="+")
    other = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="请谁接", related_name="+"
    )
    in_return = models.ForeignKey(
        Shift, models.PROTECT, verbose_name="换来的班", null=True, blank=True, related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    because = models.CharField("事由", max_length=200)
    asked_at = models.DateTimeField("提出时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state="asked"), name="one_open_swap_of_a_shift"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None)
                | (~Q(state="asked") & Q(answered_at__isnull=False)),
                name="swap_is_open_until_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.shift_id} → {self.other_id}"


class Check(models.Model):
    """号码核对: a test message to somebody on the rosters, and when they answered it."""

    class Via(models.TextChoices):
        LINK = "link", "一键链接"
        REPLY = "reply", "回复短信"

    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="值班人", related_name="+"
    )
    asked_at = models.DateTimeField("发出时间")
    due_at = models.DateTimeField("应答期限")
    reminded_at = models.DateTimeField("最近一次发出")
    answered_at = models.DateTimeField("应答时间", null=True, blank=True)
    via = models.CharField("应答方式", max_length=8, choices=Via, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "号码核对"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(answered_at=None), name="one_open_check_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, via="") | (Q(answered_at__isnull=False) & ~Q(via="")),
                name="check_says_how_it_was_answered",
            ),
        ]
        indexes = [models.Index(fields=["person", "-answered_at"], name="check_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at}"


class Hotline(models.Model):
    """热线号码: the number of the psychology centre's 24-hour hotline, from a moment on."""

    number = models.CharField("号码", max_length=20)
    since = models.DateTimeField("启用时间")
    because = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "热线号码"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9][0-9 -]{1,18}[0-9]$"),
                name="hotline_is_no_placeholder",
            ),
        ]

    def __str__(self) -> str:
        return self.number
