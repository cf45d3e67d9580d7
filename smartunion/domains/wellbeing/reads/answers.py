"""Where the sealed parts of a response lie, and whether its writer has agreed."""

from smartunion.domains.wellbeing.models import Response
from smartunion.domains.wellbeing.rules import wording
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import consents_of


def about(response_id: int) -> str:
    """Return how a response's sealed parts are filed."""
    return f"{Response._meta.label_lower}:{response_id}"


def has_agreed(person: Person) -> bool:
    """Test if a consent to this very text is in force."""
    return any(
        one.purpose == wording.PURPOSE and one.wording == wording.CONSENT
        for _, one in consents_of(person)
    )
