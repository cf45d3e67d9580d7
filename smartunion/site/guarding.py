"""Who is told of a broken glass: the reviewers at once and again when it is late, then the person.

Titles and texts travel by SMS: who, when, which number; never whose record it was or what it is.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import granted
from smartunion.kernel.private.glass import REVIEWS
from smartunion.kernel.private.models import Glass
from smartunion.kernel.private.reads import overdue_kinds, unmade_months
from smartunion.kernel.private.registry import needed
from smartunion.kernel.timers import actions as timers
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.watches import Finding
from smartunion.kernel.trail.models import Entry

LATE = timedelta(hours=1)
"""How long after its time a record may stand before it is an alarm: `work` looks each minute."""


def reviewers(glass: Glass, at: datetime) -> list[Person]:
    """Return who may review a glass: holders of the permission who are no part of it."""
    holders = granted(REVIEWS, on=campus_day(at))
    return [one for one in holders if one.pk not in (glass.by_id, glass.subject_id)]


def _glass(entry: Entry) -> Glass:
    return Glass.objects.select_related("by", "subject").get(pk=int(entry.subject.split(":")[1]))


def tell_reviewers(entry: Entry) -> None:
    """Tell the reviewers at once, and set what reminds them; hears `private.glass_broken`."""
    glass = _glass(entry)
    notices.tell(
        to=reviewers(glass, entry.at),
        about=f"private.glass/{glass.pk}",
        title=f"紧急查阅{glass}，请复核",
        text=f"{glass.by.name}（{glass.office}）紧急查阅了一份封存资料，事由见复核页。",
        link="/private/reviews/",
        priority=Priority.URGENT,
        at=entry.at,
    )
    days = needed("glass_review_days", on=campus_day(glass.at))
    _remind("review", glass, glass.at + timedelta(days=days), entry.at)
    if glass.tell_due_at is not None:
        _remind("telling", glass, glass.tell_due_at, entry.at)


def _remind(what: str, glass: Glass, due_at: datetime, at: datetime) -> None:
    timers.set_timer(
        kind=f"private.{what}_due",
        key=f"private.glass/{glass.pk}/{what}/{due_at:%Y%m%d}",
        due_at=due_at,
        payload={"glass": glass.pk},
        at=at,
    )


def tell_the_person(entry: Entry) -> None:
    """Tell whose record it was, in words that any phone may show; hears `private.glass_told`."""
    glass = _glass(entry)
    if glass.subject is None:
        return
    notices.tell(
        to=glass.subject,
        about=f"private.glass/{glass.pk}/told",
        title="有一份资料曾被紧急查阅",
        text="您的一份封存资料在紧急情况下被查阅过。点开看是谁、何时、为什么；有疑问可向经审委反映。",
        link="/private/",
        at=entry.at,
    )


def put_off(entry: Entry) -> None:
    """Set the reminder to the new day; hears `private.glass_put_off`."""
    glass = _glass(entry)
    if glass.tell_due_at is not None and glass.told_at is None:
        _remind("telling", glass, glass.tell_due_at, entry.at)


def review_due(timer: Timer, at: datetime) -> None:
    """Remind the reviewers that an office is now blocked by what they have not reviewed."""
    glass = Glass.objects.get(pk=timer.payload["glass"])
    if glass.reviewed_at is None:
        _press(glass, "review", f"紧急查阅{glass}逾期未复核", "破窗的岗位已暂停破窗。", at)


def telling_due(timer: Timer, at: datetime) -> None:
    """Remind the reviewers that the person is to be told, unless the day was put off."""
    glass = Glass.objects.get(pk=timer.payload["glass"])
    if glass.told_at is None and glass.tell_due_at is not None and glass.tell_due_at <= at:
        text = "紧急情况已消除的，现在告知；没有消除的，写明事由延后。"
        _press(glass, "telling", f"紧急查阅{glass}应告知当事人", text, at)


def _press(glass: Glass, what: str, title: str, text: str, at: datetime) -> None:
    notices.tell(
        to=reviewers(glass, at),
        about=f"private.glass/{glass.pk}/{what}/{campus_day(at)}",
        title=title,
        text=text,
        link="/private/reviews/",
        priority=Priority.URGENT,
        at=at,
    )


def unerased(at: datetime) -> Iterator[Finding]:
    """Kinds of sealed records whose time came an hour ago and that nobody has destroyed."""
    for kind, count, first in overdue_kinds(at - LATE):
        yield Finding(kind, f"{count} 份到期未销毁，最早的应在 {campus_day(first)}")


def unmade(at: datetime) -> Iterator[Finding]:
    """The access log without the table of this month or the next, or with lines that have none."""
    missing, left = unmade_months(at)
    for month in missing:
        yield Finding("查阅日志", f"{month}的分区还没有，日志先落在余下的一张表里")
    if left:
        yield Finding("查阅日志余表", f"{left} 行没有自己月份的分区")


HEARS: dict[str, tuple[Callable[[Entry], None], ...]] = {
    "private.glass_broken": (tell_reviewers,),
    "private.glass_told": (tell_the_person,),
    "private.glass_put_off": (put_off,),
}
TIMERS: dict[str, Handler] = {
    "private.review_due": review_due,
    "private.telling_due": telling_due,
}
