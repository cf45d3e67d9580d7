"""People, units and offices (人员、单位、岗位、任期)."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


class Unit(models.Model):
    """单位: the standing committee, a special committee, a branch, a department, an outside party."""

    class Kind(models.TextChoices):
        STANDING = "standing", "常务委员会"
        SPECIAL = "special", "专门委员会"
        BRANCH = "branch", "分工会"
        DEPARTMENT = "department", "校内部门"
        MERCHANT = "merchant", "商户"
        OUTSIDE = "outside", "校外单位"

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    alias = models.CharField("简称", max_length=60, blank=True)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)

    class Meta:
        verbose_name = verbose_name_plural = "单位"

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """人员: a member of staff, a student, a merchant's or an outside party's user."""

    class Kind(models.TextChoices):
        STAFF = "staff", "教职工"
        STUDENT = "student", "学生"
        MERCHANT = "merchant", "商户用户"
        OUTSIDE = "outside", "校外用户"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.STAFF)
    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="所属单位", null=True, blank=True, related_name="+"
    )
    phone = models.CharField("手机", max_length=20, blank=True)
    first_name = None  # type: ignore[assignment]  # a Chinese name is one field
    last_name = None  # type: ignore[assignment]

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name or self.username


class Office(models.Model):
    """岗位: a post that grants permissions, P01–P41 as far as they are posts."""

    class Scope(models.TextChoices):
        ALL = "all", "全校"
        UNIT = "unit", "本单位"
        OWN = "own", "本人"

    code = models.CharField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=40)
    role = models.CharField("角色编号", max_length=4, blank=True)
    seats = models.PositiveSmallIntegerField("席位", null=True, blank=True)
    scope = models.CharField("范围", max_length=8, choices=Scope.choices, default=Scope.UNIT)
    grants = models.JSONField("权限", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位"

    def __str__(self) -> str:
        return self.title


class Appointment(models.Model):
    """任职: a person holds an office in a unit from a day until (exclusive) another."""

    class Part(models.TextChoices):
        LEAD = "A", "A角"
        BACKUP = "B", "B角"

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="岗位", related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="+")
    part = models.CharField("角色", max_length=1, choices=Part.choices, default=Part.LEAD)
    seat = models.PositiveSmallIntegerField("席号", default=1)
    line = models.CharField("联系线", max_length=20, blank=True)
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
