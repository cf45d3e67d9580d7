"""Questions to the notices."""

from smartunion.kernel.people.models import Person

from .models import Notice


def unread(person: Person) -> int:
    """Return how many notices the person has not opened."""
    return Notice.objects.filter(person=person, read_at=None, in_list=True).count()
