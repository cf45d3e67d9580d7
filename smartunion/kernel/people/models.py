"""People, units and offices (人员、单位、岗位、席位、任期): chapter 2.1 as tables.

Written in SQL in migration 0002, because they reach over several rows: a kind of unit has as many
units as its establishment says (1+6+22), a body has exactly its seats (7, 5), a seat has one
holder at a time for each part, and nobody sits twice in one body.
"""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q


class UnitKind(models.TextChoices):
    """What sort of unit it is; a kind has an establishment."""

    STANDING = "standing", "常务委员会"
    SPECIAL = "special", "专门委员会"
    BRANCH = "branch", "分工会"
    DEPARTMENT = "department", "校内部门"
    MERCHANT = "merchant", "商户"
    OUTSIDE = "outside", "校外单位"


class Establishment(models.Model):
    """编制: how many units of a kind there are and how many seats the body of each has."""

    kind = models.CharField("类别", max_length=12, choices=UnitKind, unique=True)
    units = models.PositiveSmallIntegerField("机构数", null=True, blank=True)
    seats = models.PositiveSmallIntegerField("席数", null=True, blank=True)
    sum_of_seats = models.CharField("席数算式", max_length=60, blank=True)
    clause = models.CharField("依据", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "编制"

    def __str__(self) -> str:
        return self.get_kind_display()


class Unit(models.Model):
    """单位: a committee, a branch, a department, a merchant or another outside party."""

    Kind = UnitKind

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    alias = models.CharField("简称", max_length=60, blank=True)
    kind = models.CharField("类别", max_length=12, choices=UnitKind)
    project = models.CharField("对应工程", max_length=8, blank=True)
    function = models.CharField("职能", max_length=20, blank=True)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=UnitKind.BRANCH)
                | (Q(name__regex="^.+工会分会$") & ~Q(name__contains="部门工会")),
                name="branch_is_called_gonghui_fenhui",
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitKind.SPECIAL) | Q(project=""),
                name="only_a_special_committee_has_a_project",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=~Q(project=""), name="one_committee_for_one_project"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitAlias(models.Model):
    """别名: another name of a unit, in the plan's text or of old, and how it is to be read."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name="单位", related_name="aliases")
    name = models.CharField("别名", max_length=60, unique=True)
    reading = models.CharField("读法", max_length=120, blank=True)
    since = models.DateField("启用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "别名"

    def __str__(self) -> str:
        return self.name


def no_password() -> str:
    """Return what no password matches: an account starts without one."""
    return make_password(None)


class Person(AbstractUser):
    """人员: a member of staff, a student, a merchant's or an outside party's user."""

    class Kind(models.TextChoices):
        STAFF = "staff", "教职工"
        STUDENT = "student", "学生"
        MERCHANT = "merchant", "商户用户"
        OUTSIDE = "outside", "校外用户"

    username = models.CharField(
        "工号",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个工号已经登记过"},
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.STAFF)
    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="所属单位", null=True, blank=True, related_name="+"
    )
    phone = models.CharField("手机", max_length=20, blank=True)
    password = models.CharField("密码", max_length=128, default=no_password)
    joined_on = models.DateField("入会日期", null=True, blank=True)
    left_on = models.DateField("离会日期", null=True, blank=True)
    access_until = models.DateField("账号有效至(不含)", null=True, blank=True)
    first_name = None  # type: ignore[assignment]  # a Chinese name is one field
    last_name = None  # type: ignore[assignment]

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="person_leaves_after_joining",
            ),
        ]
        indexes = [models.Index(fields=["kind", "unit"], name="person_by_kind_and_unit")]

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        """Refuse a member of staff outside the branches (2.1)."""
        super().clean()
        if self.kind == self.Kind.STAFF and self.unit and self.unit.kind != UnitKind.BRANCH:
            raise ValidationError({"unit": "教职工要归入一个分会；部门的岗位另行任命"})


class Permission(models.Model):
    """权限: what an office may grant, in words that its holder understands."""

    code = models.CharField("代码", max_length=40, unique=True)
    words = models.CharField("可以做什么", max_length=80)
    clause = models.CharField("依据", max_length=20, blank=True)
    everyday = models.BooleanField("本人事务", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "权限"

    def __str__(self) -> str:
        return self.words


class Office(models.Model):
    """岗位: a post that grants permissions, P01–P41 as far as they are posts."""

    class Scope(models.TextChoices):
        ALL = "all", "全校"
        UNIT = "unit", "本单位"
        OWN = "own", "本人"

    code = models.CharField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=40)
    role = models.CharField("角色编号", max_length=4, blank=True)
    kind = models.CharField("设于", max_length=12, choices=UnitKind, blank=True)
    seats = models.PositiveSmallIntegerField("席位", null=True, blank=True)
    body = models.BooleanField("占委员会席位", default=False)
    within = models.ForeignKey(
        "self", models.PROTECT, verbose_name="同时是", null=True, blank=True, related_name="+"
    )
    scope = models.CharField("范围", max_length=8, choices=Scope.choices, default=Scope.UNIT)
    grants = models.JSONField("权限", default=list, blank=True)
    term_years = models.PositiveSmallIntegerField("每届(年)", null=True, blank=True)
    audits = models.CharField("审查的机构", max_length=20, blank=True)
    clause = models.CharField("依据", max_length=20, blank=True)
    duty = models.CharField("职责", max_length=160, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位"

    def __str__(self) -> str:
        return self.title


class Seat(models.Model):
    """席位: one place of an office in a unit, whether somebody holds it or not."""

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="岗位", related_name="+")
    number = models.PositiveSmallIntegerField("席号")
    line = models.CharField("联系线", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "席位"
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="seat_number_is_given_once"),
            models.UniqueConstraint(
                fields=["unit", "line"], condition=~Q(line=""), name="one_seat_for_one_line"
            ),
            models.UniqueConstraint(fields=["id", "unit", "office"], name="seat_and_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.line}".strip()


class Appointment(models.Model):
    """任职: a person holds an office in a unit from a day until (exclusive) another."""

    class Part(models.TextChoices):
        LEAD = "A", "A角"
        BACKUP = "B", "B角"

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="岗位", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="+")
    part = models.CharField("角色", max_length=1, choices=Part.choices, default=Part.LEAD)
    seat = models.ForeignKey(
        Seat, models.PROTECT, verbose_name="席位", null=True, blank=True, related_name="+"
    )
    since = models.DateField("任期起")
    until = models.DateField("任期止(不含)", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="appointment_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.person}"


class Absence(models.Model):
    """离岗: a person is away from a day until (exclusive) another; the B part takes over."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="+")
    since = models.DateField("离岗起")
    until = models.DateField("离岗止(不含)")
    because = models.CharField("事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "离岗"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="absence_has_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.since}"
