"""Who is told when the auditor raises an alarm."""

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.reads import granted
from smartunion.kernel.timers.models import Alarm
from smartunion.kernel.trail.models import Entry

WATCH = "timers.watch"


def tell_the_watch(entry: Entry) -> None:
    """Tell whoever holds the watch of an alarm, once; hears `timers.alarmed`."""
    alarm = Alarm.objects.get(pk=entry.subject.split(":")[1])
    notices.tell(
        to=granted(WATCH, on=campus_day(entry.at)),
        about=f"timers.alarm/{alarm.pk}",
        title=f"值守告警：{alarm.watch}",
        text=f"{alarm.subject}：{alarm.text}",
        link="/timers/",
        priority=Priority.URGENT,
        at=entry.at,
    )
