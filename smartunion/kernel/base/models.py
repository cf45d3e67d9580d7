"""What an officer lays down over the state's calendar (校历)."""

from django.db import models


class CalendarDay(models.Model):
    """校历日: a day that the campus works or rests otherwise than the state's notice says."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    label = models.CharField("名称", max_length=40)
    because = models.CharField("事由", max_length=400)
    by = models.CharField("经办人", max_length=80)
    """Name and staff number in words: the lowest floor knows no people; the trail has the row."""
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "校历日"

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '休息'} {self.label}"


class CalendarYear(models.Model):
    """校历年: an officer has confirmed a year that was computed before the state published it."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    because = models.CharField("依据", max_length=400)
    by = models.CharField("经办人", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "校历年"

    def __str__(self) -> str:
        return f"{self.year} 校历已确认"
