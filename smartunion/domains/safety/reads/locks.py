"""Rows as an action needs them: locked, in the same order everywhere (survey, case, event)."""

from smartunion.domains.safety.models import Event, SiteSurvey


def survey(survey_id: int) -> SiteSurvey:
    """Return the survey under its row lock."""
    found = SiteSurvey.objects.select_for_update(of=("self",)).select_related("venue", "case")
    return found.get(pk=survey_id)


def event(event_id: int, *, with_survey: bool = False) -> Event:
    """Return the event under its row lock, after its survey's where that matters too."""
    if with_survey:
        survey(Event.objects.values_list("survey_id", flat=True).get(pk=event_id))
    return (
        Event.objects.select_for_update(of=("self",))
        .select_related("venue", "survey__case", "organiser")
        .get(pk=event_id)
    )
