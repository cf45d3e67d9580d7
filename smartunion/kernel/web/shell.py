"""What every page's frame needs: who is signed in, the present moment, the navigation."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Office
from smartunion.kernel.people.reads import held_on

MOST_NAMES = 5
"""Names told for each office that may; a liaison office of 22 branches has more."""


def who_may(permission: str, *, on: date) -> list[tuple[str, str]]:
    """Return the offices that grant a permission on a day, each with who holds it.

    An office that nobody holds is told only where nobody holds any.
    """
    offices = Office.objects.filter(grants__contains=[permission]).order_by("role", "pk")
    held = held_on(on).filter(office__in=offices).select_related("person").order_by("part", "pk")
    names: dict[int, list[str]] = {}
    for appointment in held:
        names.setdefault(appointment.office_id, []).append(str(appointment.person))
    told = []
    for office in offices:
        held_by = list(dict.fromkeys(names.get(office.pk, [])))
        more = "等" if len(held_by) > MOST_NAMES else ""
        told.append((office.title, "、".join(held_by[:MOST_NAMES]) + more))
    return [one for one in told if one[1]] or told


def own_office(request: HttpRequest) -> str:
    """Return the title of the office that the person has held longest, empty without one."""
    person = getattr(request, "person", None)
    if person is None:
        return ""
    on = campus_day(clock.now())
    held = held_on(on).filter(person=person).order_by("since", "pk")
    titles = held.values_list("office__title", flat=True)
    return next(iter(titles[:1]), "")


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context: `now` (aware), `demonstration`, `size` (elder or empty)."""
    return {
        "now": clock.now(),
        "demonstration": settings.DEMONSTRATION,
        "size": "elder" if request.COOKIES.get("size") == "elder" else "",
        "own_office": SimpleLazyObject(lambda: own_office(request)),
    }
