"""Surveys: who has signed, what is still open, whose step it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartunion.domains.safety.models import Event, RiskItem, SiteSurvey
from smartunion.domains.safety.procedure import SurveyFacts
from smartunion.domains.safety.rules.kinds import Party
from smartunion.kernel.files import reads as files
from smartunion.kernel.files.models import File
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.procedures.models import StepRun

State = RiskItem.State


@dataclass(frozen=True)
class Signed:
    """One party's signature, or that it is missing and whose it is."""

    party: Party
    by: Person | None
    at: datetime | None
    run: StepRun | None
    late: bool = False


def signatures(survey: SiteSurvey) -> list[Signed]:
    """Return the three signatures of a survey as they stand."""
    runs = {
        run.step: run
        for run in StepRun.objects.filter(case=survey.case_id)
        .select_related("lead", "backup", "ended_by")
        .order_by("pk")
    }
    found = []
    for party in Party:
        run = runs.get(party.value)
        done = run is not None and run.state == StepRun.State.PASSED
        found.append(
            Signed(
                party,
                run.ended_by if run and done else None,
                run.ended_at if run and done else None,
                run,
                bool(run and run.late),
            )
        )
    return found


def unsigned(survey: SiteSurvey) -> list[Party]:
    """Return the parties that have not signed yet."""
    return [one.party for one in signatures(survey) if one.by is None]


def counts(survey: SiteSurvey) -> tuple[int, int]:
    """Return how many lines were not looked at, and how many risks stand."""
    states = list(RiskItem.objects.filter(survey=survey).values_list("state", flat=True))
    if not states:
        return 1, 0  # a list without lines was not looked at
    return states.count(State.UNCHECKED), states.count(State.OPEN)


def facts_of(survey: SiteSurvey) -> SurveyFacts:
    """Return what the survey's sheet is to know of it now."""
    unchecked, risks = counts(survey)
    return SurveyFacts(
        number=survey.number,
        unchecked=unchecked,
        open_items=risks,
        signed=tuple(one.by.pk for one in signatures(survey) if one.by),
    )


def organisers(survey: SiteSurvey) -> list[int]:
    """Return who organises what the survey is for, by their numbers."""
    return sorted(set(Event.objects.filter(survey=survey).values_list("organiser", flat=True)))


def of_run(run_id: int) -> tuple[SiteSurvey, StepRun] | None:
    """Return the survey and the step that an inbox leads to; None for another matter's step."""
    run = StepRun.objects.select_related("lead", "backup", "case__sheet").filter(pk=run_id).first()
    survey = run and SiteSurvey.objects.select_related("venue", "case").filter(
        case=run.case_id
    ).first()  # fmt: skip
    return (survey, run) if survey and run else None


def may_open_photo(person: Person, mandate: Mandate, item_id: int) -> bool:
    """Test if a photo of the list opens: for whoever may see surveys."""
    return mandate.may("safety.view")


@dataclass(frozen=True)
class Line:
    """One line of the list as the page shows it, with its photos and what may be filled in."""

    item: RiskItem
    photos: list[File]
    form: Any
    bound: bool

    @property
    def mark(self) -> str:
        """Return the state's shape."""
        return {"unchecked": "na", "clear": "ok", "open": "late", "settled": "ok"}[self.item.state]


def lines(survey: SiteSurvey, bound: dict[str, Any]) -> list[Line]:
    """Return the lines of the list in order; `bound` holds forms that were not right, by item."""
    items = list(survey.items.select_related("looked_by", "settled_by").order_by("pk"))
    return [
        Line(item, list(files.of(item)), bound.get(str(item.pk)), str(item.pk) in bound)
        for item in items
    ]


def has_item(survey_id: int, item_id: int) -> bool:
    """Test if a line belongs to the survey."""
    return RiskItem.objects.filter(pk=item_id, survey=survey_id).exists()


def events_of(survey: SiteSurvey) -> list[Event]:
    """Return the events that stand on the survey, the next one first."""
    return list(Event.objects.filter(survey=survey).order_by("starts_at")[:20])
