"""Write a card, read another's, let it out, take it back (§4.F, R129, T51)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import Card, CardReview, CardSource, RedCase
from smartunion.domains.crisis.reads import library
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.library import (
    ANY,
    EARLIER,
    Trigger,
    may_release,
    school_year,
    span_of,
)
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

State = Card.State
SECONDS = 60


@transaction.atomic
def draft_card(
    *, cases: Sequence[int], trigger: str, worked: str, lesson: str, by: Person, at: datetime
) -> Card:
    """Write a pattern card over closed cases of one kind; what it takes of them is coarse.

    :raises CardMixed: a drill, an open case, two kinds of ending or channel, or one used before
    """
    alone("crisis.library")
    found = list(RedCase.objects.filter(pk__in=cases).order_by("opened_at"))
    if why := _mixed(found, len(set(cases))):
        raise refusals.CardMixed(why=why)
    first = found[0]
    longest = max(
        (case.settled_at - case.opened_at).total_seconds() / SECONDS
        for case in found
        if case.settled_at is not None
    )
    card = Card.objects.create(
        trigger=Trigger(trigger), channel=first.get_source_display()[:10],
        ended=first.get_outcome_display()[:10], span=span_of(longest),
        school_year=school_year(campus_day(found[-1].opened_at)), worked=worked, lesson=lesson,
        drafted_by=by, drafted_at=at,
    )  # fmt: skip
    CardSource.objects.bulk_create(CardSource(card=card, case=case) for case in found)
    record("crisis.card_drafted", card, by=by, at=at)
    return card


def _mixed(found: Sequence[RedCase], asked: int) -> str:
    if not found or len(found) != asked:
        return "没有选个案"
    if any(case.is_drill for case in found):
        return "含演练"
    if any(case.state != RedCase.State.CLOSED for case in found):
        return "含未结案的"
    if len({(case.outcome, case.source) for case in found}) > 1:
        return "处置结果或来源不同"
    if CardSource.objects.filter(case__in=found).exists():
        return "含已入卡的"
    return ""


@transaction.atomic
def rewrite_card(*, card_id: int, worked: str, lesson: str, by: Person, at: datetime) -> Card:
    """Write a draft's words anew; whoever had read the old ones reads again."""
    card = _draft(card_id, "改写")
    card.worked, card.lesson = worked, lesson
    card.save(update_fields=["worked", "lesson"])
    card.reviews.all().delete()
    record("crisis.card_rewritten", card, by=by, at=at)
    return card


@transaction.atomic
def review_card(*, card_id: int, by: Person, at: datetime) -> CardReview:
    """Say that one has read a card and finds nobody in it; never one's own, never with traces."""
    card = _draft(card_id, "审阅")
    if card.drafted_by_id == by.pk:
        raise refusals.OwnCard
    if found := library.findings_of(card):
        raise refusals.TracesLeft(count=len(found), findings="、".join(str(one) for one in found))
    made, _ = CardReview.objects.get_or_create(card=card, by=by, defaults={"at": at})
    record("crisis.card_reviewed", card, by=by, at=at)
    return made


@transaction.atomic
def release_card(*, card_id: int, by: Person, at: datetime) -> Card:
    """Show a card to the campus for training: the centre's release after every check.

    A card that is ripe by time and not by number loses its year and its channel first. The k check
    is asked of the whole library as it would then stand.
    """
    card = _draft(card_id, "放行")
    terms, offered = terms_on(at), library.offered(card)
    k, months = terms.count("card_cases"), terms.count("card_months")
    if no := may_release(offered, by=by.pk, cases=k, months=months, on=campus_day(at)):
        raise no
    if offered.cases < k:
        card.school_year, card.channel = EARLIER, ANY
    card.state, card.released_by, card.released_at = State.RELEASED, by, at
    card.save()
    if thin := library.thin_rows(k):
        raise refusals.CardTooThin(count=len(thin), need=k)
    record("crisis.card_released", card, by=by, at=at)
    return card


@transaction.atomic
def withdraw_card(*, card_id: int, by: Person, at: datetime, because: str) -> Card:
    """Take a card back: the person or the family objects, or something in it is wrong."""
    card = Card.objects.select_for_update().get(pk=card_id)
    if card.state != State.WITHDRAWN:
        card.state, card.withdrawn_at, card.because = State.WITHDRAWN, at, because
        card.save(update_fields=["state", "withdrawn_at", "because"])
        record("crisis.card_withdrawn", card, by=by, at=at)
    return card


def _draft(card_id: int, what: str) -> Card:
    alone("crisis.library")
    card = Card.objects.select_for_update().get(pk=card_id)
    if card.state != State.DRAFT:
        raise refusals.CardState(state=card.get_state_display(), what=what)
    return card
