"""Who hears of a proposal: everybody who has signed it, or one whose turn it is."""

from collections.abc import Iterable
from datetime import datetime

from smartunion.domains.proposals.models import Proposal
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person


def authors(it: Proposal, what: str, title: str, text: str, at: datetime) -> None:
    """Tell the proposer and everybody who has signed."""
    people = Person.objects.filter(pk__in=it.cosigners.values("person"))
    some(people, it, what, title=title, text=text, at=at)


def some(
    people: Iterable[Person], it: Proposal, what: str, *, title: str, text: str, at: datetime
) -> None:
    """Tell some of a proposal's people, each once of this turn."""
    tell(
        to=list(people), about=f"proposals.proposal:{it.pk}:{what}", title=title, text=text[:400],
        link=f"/proposals/{it.number}/", at=at,
    )  # fmt: skip
