"""Who is told when the auditor raises an alarm."""

from django.db.models import Q

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.reads import held_on
from smartunion.kernel.timers.models import Alarm
from smartunion.kernel.trail.models import Entry

WATCH = "timers.watch"


def tell_the_watch(entry: Entry) -> None:
    """Tell whoever holds the watch of an alarm, once; hears `timers.alarmed`."""
    alarm = Alarm.objects.get(pk=entry.subject.split(":")[1])
    granting = Q(office__grants__contains=WATCH) | Q(office__within__grants__contains=WATCH)
    posts = held_on(campus_day(entry.at)).filter(granting).select_related("person")
    notices.tell(
        to=list({post.person_id: post.person for post in posts}.values()),
        about=f"timers.alarm/{alarm.pk}",
        title=f"值守告警：{alarm.watch}",
        text=f"{alarm.subject}：{alarm.text}",
        link="/timers/",
        priority=Priority.URGENT,
        at=entry.at,
    )
