"""What a person sees of their own: invitations, what they handed in, whom to call. Never a band."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.domains.wellbeing.models import Campaign, Invitation, Response
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders

from . import asked
from .figures import Terms
from .instrument import Text

State = Response.State


@dataclass(frozen=True)
class Asked:
    """One invitation as its receiver sees it."""

    id: int
    title: str
    closes_on: date
    is_open: bool
    declined: bool
    state: str
    response_id: int | None
    until: datetime | None
    """Until when a draft is kept."""


def asked_of(person: Person, *, terms: Terms, at: datetime) -> list[Asked]:
    """Return a person's invitations, the newest first."""
    return [_asked(one, terms, at) for one in asked.mine(person)]


def invitation(person: Person, invitation_id: int, *, terms: Terms, at: datetime) -> Asked | None:
    """Return one of a person's own invitations; None for somebody else's."""
    found = asked.mine(person).filter(pk=invitation_id).first()
    return _asked(found, terms, at) if found else None


def _asked(one: Invitation, terms: Terms, at: datetime) -> Asked:
    response = getattr(one, "response", None)
    day, campaign = campus_day(at), one.campaign
    draft = response is not None and response.state == State.DRAFT
    ends = response.started_at + timedelta(hours=terms.draft_hours) if draft and response else None
    return Asked(
        id=one.pk,
        title=campaign.title,
        closes_on=campaign.closes_on,
        is_open=campaign.state == Campaign.State.OPEN and day <= campaign.closes_on,
        declined=one.declined_at is not None,
        state=response.state if response else "",
        response_id=response.pk if response else None,
        until=ends,
    )


@dataclass(frozen=True)
class HandedIn:
    """What a person has handed in, without any result."""

    id: int
    title: str
    at: datetime
    withdrawn: bool


def handed_in(person: Person) -> list[HandedIn]:
    """Return what a person has handed in, the newest first."""
    return [
        HandedIn(
            one.pk,
            one.invitation.campaign.title if one.invitation else "外部测评系统送来的问卷",
            one.ended_at or one.started_at,
            one.state == State.WITHDRAWN,
        )
        for one in asked.own_responses(person)
    ]


def own(person: Person, response_id: int) -> Response | None:
    """Return one's own response; None for somebody else's."""
    return Response.objects.filter(pk=response_id, person=person).first()


@dataclass(frozen=True)
class Question:
    """One item on the page."""

    number: int
    text: str
    choices: tuple[tuple[int, str, bool], ...]
    """Value, words, and whether it is the present answer."""


def questions(text: Text, page: int, answers: dict[int, int], *, each: int) -> list[Question]:
    """Return the items of a page, counted from 1, with what was answered before."""
    first = (page - 1) * each + 1
    return [
        Question(
            number,
            text.items[number - 1],
            tuple(
                (value, words, answers.get(number) == value)
                for value, words in enumerate(text.choices, 1)
            ),
        )
        for number in range(first, min(first + each, len(text.items) + 1))
    ]


def might_come(person: Person, terms: Terms, *, at: datetime) -> list[Person]:
    """Return who could be asked to talk to a person, for them to leave somebody out."""
    on, found = campus_day(at), []
    kind = "student" if person.kind == Person.Kind.STUDENT else "staff"
    for code in (*terms.officers[kind], "branch_chair"):
        for one in holders(code, person.unit_id, on=on) if person.unit_id else []:
            if one != person and one not in found:
                found.append(one)
    return found
