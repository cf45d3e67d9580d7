"""Deadlines as pages write them: `{% load cases %}`."""

from datetime import datetime, timedelta

from django import template

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.web import wording

register = template.Library()


@register.filter
def until(when: datetime | None) -> str:
    """Return a limit: 今天 13:00; the exclusive end of a day is that day's 24:00."""
    if when is None:
        return "不设时限"
    local = when.astimezone(CAMPUS)
    now = clock.now()
    midnight = local.hour == local.minute == local.second == 0
    on = campus_day(local - timedelta(days=1)) if midnight else campus_day(local)
    clocktime = "24:00" if midnight else wording.clocktime(local)
    today = campus_day(now)
    words = "今天" if on == today else wording.day(on, this_year=today.year)
    return f"{words} {clocktime}"


@register.filter
def until_day(when: datetime | None) -> str:
    """Return the day of a limit: 5月10日; the exclusive end of a day is that day."""
    if when is None:
        return ""
    on = campus_day(when - timedelta(microseconds=1))
    year = f"{on.year}年" if on.year != campus_day(clock.now()).year else ""
    return f"{year}{on.month}月{on.day}日"


@register.filter
def on_day(when: datetime | None) -> str:
    """Return the day of something that happened: 3月18日."""
    if when is None:
        return ""
    on = campus_day(when)
    year = f"{on.year}年" if on.year != campus_day(clock.now()).year else ""
    return f"{year}{on.month}月{on.day}日"


@register.filter
def left_parts(when: datetime | None) -> list[tuple[str, str]]:
    """Return what is left in its two largest units: [("2", "时"), ("18", "分")]."""
    if when is None:
        return []
    seconds = abs(int((when - clock.now()).total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days > 1:
        return [(str(days), "天")]
    if days:
        return [(str(days), "天"), (str(hours), "时")]
    return [(str(hours), "时"), (str(minutes), "分")] if hours else [(str(minutes), "分")]


@register.filter
def is_over(when: datetime | None) -> bool:
    """Test if a limit has passed."""
    return when is not None and when <= clock.now()


@register.filter
def used(run_due: datetime | None, opened: datetime) -> int:
    """Return how many per cent of a stretch have passed, 0 to 100."""
    if run_due is None or run_due <= opened:
        return 0
    gone = (clock.now() - opened).total_seconds() / (run_due - opened).total_seconds()
    return max(0, min(100, round(gone * 100)))


@register.filter
def urgency(when: datetime | None) -> str:
    """Return how near a limit is, as a shape: late, wait (within a day) or run."""
    if when is None:
        return "off"
    return {"late": "late", "soon": "wait"}.get(wording.urgency(when, now=clock.now()), "run")
