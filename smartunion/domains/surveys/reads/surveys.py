"""Surveys as pages and indicators read them: counts, never an answer by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.surveys.models import Answer, Invited, Survey
from smartunion.domains.surveys.rules.counting import Counted, bound, counted
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders, members

DELEGATE = "congress_delegate"


def audience(kind: str, named: Collection[str] = (), *, on: date) -> tuple[list[Person], list[str]]:
    """Return whom a survey asks, and which of the named are nobody's staff number.

    All members, the delegates of the congresses, or the parents whom the roster names.
    """
    if kind == Survey.Audience.DELEGATES:
        return list({one.pk: one for one in holders(DELEGATE, on=on)}.values()), []
    if kind == Survey.Audience.PARENTS:
        found = Person.objects.filter(username__in=named, kind=Person.Kind.STAFF)
        people = list(found.order_by("username"))
        return people, sorted(set(named) - {one.username for one in people})
    return list(members(on=on).order_by("username")), []


@dataclass(frozen=True)
class Row:
    """One survey with what may be told of it: nothing before it closes."""

    it: Survey
    found: Counted | None
    target: int | None = None
    """The indicator's target in per cent, for a closed survey of one."""

    @property
    def verdict(self) -> tuple[str, str] | None:
        """Return what the answers claim of the target; None where there is none."""
        return (
            None if self.found is None or self.target is None else self.found.verdict(self.target)
        )


def result(it: Survey) -> Counted:
    """Return what a survey's answers add up to."""
    scores = Answer.objects.filter(survey=it).values_list("score", flat=True)
    return counted(scores, invited=it.invited, least=it.least)


def listed() -> list[Row]:
    """Return every survey, the newest first; open ones without a count."""
    targets: dict[int, dict[str, int]] = {}
    rows = []
    for one in Survey.objects.order_by("-opened_at"):
        year = campus_day(one.opened_at).year
        if year not in targets:
            targets[year] = {each.code: int(each.target) for each in planning.indicators(year)}
        found = result(one) if one.closed_at else None
        rows.append(Row(one, found, targets[year].get(one.indicator)))
    return rows


def waiting_for(person: Person) -> list[Survey]:
    """Return the surveys for which somebody may still draw a slip."""
    mine = Invited.objects.filter(person=person, has_drawn=False).values("survey")
    return list(Survey.objects.filter(pk__in=mine, closed_at=None).order_by("opened_at"))


@dataclass(frozen=True)
class SurveyFact:
    """A closed survey: how many were asked, answered and satisfied, and the lower bound."""

    id: int
    title: str
    closed_on: date
    invited: int
    valid: int
    satisfied: int
    told: bool
    bound_permille: int


def facts(indicator: str, first: date, until: date) -> list[SurveyFact]:
    """Return the closed surveys of an indicator in the period [first, until)."""
    rows = Survey.objects.filter(
        indicator=indicator, closed_at__gte=start_of(first), closed_at__lt=start_of(until)
    )
    found = []
    for it in rows.order_by("closed_at"):
        one = result(it)
        closed_on = campus_day(it.closed_at or it.opened_at)
        found.append(
            SurveyFact(
                it.pk, it.title, closed_on, it.invited, one.valid, one.satisfied,
                one.rate is not None, round(bound(one.satisfied, one.valid) * 1000),
            )
        )  # fmt: skip
    return found
