"""The one door of congress for other domains: who sits in which congress."""

from datetime import date

from smartunion.kernel.people.models import Person

from .models import Congress, Delegate
from .reads import votes


def sitting(unit_id: int, *, on: date) -> list[Person]:
    """Return the delegates of a unit's congress on a day, in the order of the roll (R155)."""
    found = Congress.objects.filter(unit_id=unit_id, since__lte=on, until__gt=on).first()
    return [one.person for one in votes.delegates(found, on=on)] if found else []


def seats_of(person: Person, *, on: date) -> list[Delegate]:
    """Return the seats that a person holds on a day."""
    found = Delegate.objects.filter(person=person).select_related("congress__unit")
    return [one for one in found if votes.is_delegate(one.congress, person, on=on)]
