"""Who is to be asked, who has been, and who has answered; never what."""

import hashlib
from datetime import date, datetime

from django.db.models import Q, QuerySet

from smartunion.domains.wellbeing.models import Campaign, Invitation, Population, Response
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person

KINDS = {Population.STAFF: Person.Kind.STAFF, Population.STUDENT: Person.Kind.STUDENT}


def to_invite(campaign: Campaign, *, at: datetime) -> QuerySet[Person]:
    """Return the people of the campaign's units and populations who belong to the house today."""
    on = campus_day(at)
    kinds = [KINDS[Population(one)] for one in campaign.populations]
    return Person.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gt=on),
        Q(access_until__isnull=True) | Q(access_until__gt=on),
        is_active=True,
        kind__in=kinds,
        unit__in=campaign.units.all(),
    )


def in_turn(campaign: Campaign, people: QuerySet[Person]) -> list[Person]:
    """Return people mixed over all units, in an order that is the same each time it is asked."""

    def place(person: Person) -> str:
        return hashlib.sha256(f"{campaign.pk}/{person.pk}".encode()).hexdigest()

    return sorted(people, key=place)


def mine(person: Person) -> QuerySet[Invitation]:
    """Return the person's own invitations that have been sent, the newest first."""
    sent = Invitation.objects.filter(person=person, sent_on__isnull=False)
    return sent.select_related("campaign", "response").order_by("-sent_on", "-pk")


def begun_on(day: date, campaign: Campaign) -> int:
    """Return how many of a campaign have begun to answer on a campus day."""
    begun = Response.objects.filter(invitation__campaign=campaign, started_on=day)
    return begun.exclude(state=Response.State.LAPSED).count()


def own_responses(person: Person) -> QuerySet[Response]:
    """Return what the person has handed in, the newest first."""
    over = (Response.State.SUBMITTED, Response.State.WITHDRAWN)
    return (
        Response.objects.filter(person=person, state__in=over)
        .select_related("invitation__campaign")
        .order_by("-ended_at")
    )
