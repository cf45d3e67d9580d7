"""Tell people, and take note of what they and the providers say."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.kernel.people.models import Person

from .models import Notice
from .rules import Channel, Priority


@transaction.atomic
def tell(
    *,
    to: Person | Sequence[Person],
    about: str,
    title: str,
    text: str = "",
    link: str = "",
    priority: Priority = Priority.NORMAL,
    channels: Sequence[Channel] | None = None,
    at: datetime,
) -> list[Notice]:
    """Tell persons of a matter, each once for the same `about`; return what is new.

    It lies in their list at once; the messages that leave the house are written in the caller's
    transaction and sent after its commit. `channels` narrows them: `[]` or `[Channel.IN_APP]`
    keeps the notice in the house. `link` is an address of ours.
    """
    persons = [to] if isinstance(to, Person) else list(dict.fromkeys(to))
    known = set(
        Notice.objects.filter(about=about, person__in=persons).values_list("person", flat=True)
    )
    notices = [
        Notice(
            person=person, about=about, title=title, text=text, link=link, priority=priority, at=at
        )
        for person in persons
        if person.pk not in known
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return list(Notice.objects.filter(about=about, person__in=persons).exclude(person__in=known))
