"""Whose sub-task it is: the offices that answer for it as A角 and B角."""

from datetime import date

from django.db.models import Q

from smartunion.kernel.people.models import Appointment, Office, Person


def titles() -> dict[str, str]:
    """Return the title of every office by its code."""
    return dict(Office.objects.values_list("code", "title"))


def holds_any(person: Person, offices: tuple[str, ...], *, on: date) -> bool:
    """Test if the person holds one of the offices on the day."""
    return (
        Appointment.objects.filter(person=person, office__code__in=offices, since__lte=on)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .exists()
    )
