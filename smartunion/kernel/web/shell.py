"""What every page's frame needs: who is signed in, the present moment, the navigation."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Appointment


def own_office(request: HttpRequest) -> str:
    """Return the title of the office that the person has held longest, empty without one."""
    person = getattr(request, "person", None)
    if person is None:
        return ""
    on = campus_day(clock.now())
    titles = (
        Appointment.objects.filter(person=person, since__lte=on)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .order_by("since", "pk")
        .values_list("office__title", flat=True)
    )
    return next(iter(titles[:1]), "")


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context: `now` (aware), `demonstration`, `size` (elder or empty)."""
    return {
        "now": clock.now(),
        "demonstration": settings.DEMONSTRATION,
        "size": "elder" if request.COOKIES.get("size") == "elder" else "",
        "own_office": lambda: own_office(request),
    }
