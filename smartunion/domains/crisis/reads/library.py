"""The library as it is read, and the two questions asked before a card is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, QuerySet

from smartunion.domains.crisis.models import Card, RedCase
from smartunion.domains.crisis.rules.library import EARLIER, Finding, Offered, scan
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit, UnitAlias

State = Card.State

THIN = """
SELECT c.school_year, c.trigger, c.channel, c.ended, c.span, count(DISTINCT s.case_id)
FROM crisis_card c JOIN crisis_cardsource s ON s.card_id = c.id
WHERE c.state = 'released' AND c.school_year <> %s
GROUP BY c.school_year, c.trigger, c.channel, c.ended, c.span
HAVING count(DISTINCT s.case_id) < %s
"""
"""k-anonymity of everything shown: combinations that fewer cases than k share."""


def thin_rows(k: int) -> list[tuple[object, ...]]:
    """Return the combinations of the released cards behind which fewer than k cases stand.

    Cards that waited out their time carry neither year nor channel and stand for a whole past.
    """
    with connection.cursor() as cursor:
        cursor.execute(THIN, [EARLIER, k])
        return list(cursor.fetchall())


def findings_of(card: Card) -> list[Finding]:
    """Return what in a card's own words could lead to somebody, by the whole roster."""
    names = Person.objects.values_list("name", flat=True)
    units = [
        *Unit.objects.values_list("name", flat=True),
        *Unit.objects.exclude(alias="").values_list("alias", flat=True),
        *UnitAlias.objects.values_list("name", flat=True),
    ]
    return scan(f"{card.worked} {card.lesson}", names=names, units=units)


def pattern_of(card: Card) -> QuerySet[RedCase]:
    """Return the cases behind a card and those behind others of its very pattern."""
    same = Card.objects.filter(
        trigger=card.trigger, channel=card.channel, ended=card.ended, span=card.span,
        school_year=card.school_year,
    ).exclude(state=State.WITHDRAWN)  # fmt: skip
    return RedCase.objects.filter(cards__card__in=same, is_drill=False).distinct()


def offered(card: Card) -> Offered:
    """Return a card as the rules ask of it."""
    behind = pattern_of(card)
    newest = behind.aggregate(at=Max("opened_at"))["at"]
    return Offered(
        cases=behind.count(),
        newest_on=campus_day(newest) if newest else None,
        drafted_by=card.drafted_by_id,
        passed_by=list(card.reviews.values_list("by_id", flat=True)),
        findings=findings_of(card),
    )


def released() -> QuerySet[Card]:
    """Return the cards that are shown, the newest first."""
    return Card.objects.filter(state=State.RELEASED).order_by("-released_at", "-pk")


@dataclass(frozen=True)
class Draft:
    """A card that waits, with what still stands against it."""

    card: Card
    cases: int
    findings: Sequence[Finding]
    reviewers: Sequence[str]


def drafts() -> list[Draft]:
    """Return the cards that wait for review or release."""
    return [shown(card) for card in Card.objects.filter(state=State.DRAFT).order_by("pk")]


def shown(card: Card) -> Draft:
    """Return one card with what stands against it."""
    names = card.reviews.select_related("by").order_by("at").values_list("by__name", flat=True)
    return Draft(card, pattern_of(card).count(), findings_of(card), list(names))


def card_of(card_id: int) -> Card | None:
    """Return a card, None for no such one."""
    return Card.objects.select_related("drafted_by", "released_by").filter(pk=card_id).first()


def to_draw_on() -> QuerySet[RedCase]:
    """Return the real cases that are closed and on no card yet."""
    closed = RedCase.objects.filter(is_drill=False, state=RedCase.State.CLOSED)
    return closed.exclude(outcome=RedCase.Outcome.FALSE_ALARM).filter(cards=None).order_by("pk")
