"""Who may do what, where, on a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from .models import Appointment, Office, Person

MEMBER_GRANTS = "member"
"""The office that every member of staff holds by being staff; it grants what is one's own."""


@dataclass(frozen=True)
class Mandate:
    """What a person's offices grant on a day: permission -> unit ids, None for the whole campus."""

    units: dict[str, frozenset[int] | None]

    def may(self, permission: str, unit_id: int | None = None) -> bool:
        """Test if the permission is granted, in the given unit where one is named."""
        if permission not in self.units:
            return False
        where = self.units[permission]
        return unit_id is None or where is None or unit_id in where


def mandate_of(person: Person, *, on: date) -> Mandate:
    """Return what the person may do on a campus day."""
    held = (
        Appointment.objects.filter(person=person, since__lte=on)
        .filter(Q(until__isnull=True) | Q(until__gt=on))
        .select_related("office")
    )
    units: dict[str, frozenset[int] | None] = {}
    for appointment in held:
        for permission in appointment.office.grants:
            here = (
                None
                if appointment.office.scope == Office.Scope.ALL
                else frozenset({appointment.unit_id})
            )
            before = units.get(permission, frozenset())
            units[permission] = None if here is None or before is None else before | here
    if person.kind == Person.Kind.STAFF:
        for grants in Office.objects.filter(code=MEMBER_GRANTS).values_list("grants", flat=True):
            for permission in grants:
                units.setdefault(permission, frozenset())
    return Mandate(units)
