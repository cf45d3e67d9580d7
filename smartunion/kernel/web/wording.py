"""How the house writes figures, days and durations. Pure: text in Chinese comes out."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from smartunion.kernel.base.days import CAMPUS, campus_day

MINUS = "−"
WEEKDAYS = "一二三四五六日"
NOT_APPLICABLE = "不适用"


def amount(fen: int) -> str:
    """Return fen as yuan without the sign of the currency: 123450 is 1,234.50."""
    whole, rest = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{rest:02}"


def yuan(fen: int) -> str:
    """Return fen as an amount that stands alone: 123450 is ¥1,234.50, −¥5.00 below zero."""
    return f"{MINUS if fen < 0 else ''}¥{amount(abs(fen))}"


def wan(fen: int) -> str:
    """Return fen as 万元 with two decimals, half up: 1060 0000 00 fen is 1,060.00."""
    value = (Decimal(fen) / 1_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{MINUS if value < 0 else ''}{abs(value):,.2f}"


def percent(ratio: Decimal | float | None, digits: int = 1) -> str:
    """Return a ratio as a percentage: 0.768 is 76.8%. No data is 不适用, never 100 %."""
    if ratio is None:
        return NOT_APPLICABLE
    value = (Decimal(str(ratio)) * 100).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{MINUS if value < 0 else ''}{abs(value):,}%"


def day(when: date, *, this_year: int | None = None) -> str:
    """Return a day: 3月5日 周三; with its year in front when that is not this one."""
    on = campus_day(when) if isinstance(when, datetime) else when
    year = f"{on.year}年" if this_year is not None and on.year != this_year else ""
    return f"{year}{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]}"


def clocktime(when: datetime, *, seconds: bool = False) -> str:
    """Return the time of day on campus: 14:30."""
    return when.astimezone(CAMPUS).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(when: datetime, *, this_year: int | None = None) -> str:
    """Return a moment: 3月5日 周三 14:30."""
    return f"{day(when, this_year=this_year)} {clocktime(when)}"


def span(seconds: int) -> str:
    """Return a length of time in the two largest units that matter: 2时18分, 3天, 45秒."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days > 1 or (days and not hours % 24):
        return f"{days}天"
    if days:
        return f"{days}天{hours % 24}时"
    if hours:
        return f"{hours}时{minutes % 60}分" if minutes % 60 else f"{hours}时"
    return f"{minutes}分" if minutes else f"{seconds}秒"


def left(due: date, *, now: datetime) -> str:
    """Return what is left until a moment or to the end of a day: 剩 2时18分, 逾期 3天."""
    if isinstance(due, datetime):
        seconds = int((due - now).total_seconds())
        return f"剩 {span(seconds)}" if seconds >= 0 else f"逾期 {span(-seconds)}"
    days = (due - campus_day(now)).days
    if days == 0:
        return "今天到期"
    return f"剩 {days}天" if days > 0 else f"逾期 {-days}天"


def urgency(due: date, *, now: datetime, soon: timedelta = timedelta(days=1)) -> str:
    """Return how near: `late`, `soon` (within a day) or nothing."""
    if isinstance(due, datetime):
        return "late" if due < now else "soon" if due - now <= soon else ""
    days = (due - campus_day(now)).days
    return "late" if days < 0 else "soon" if days <= soon.days else ""
