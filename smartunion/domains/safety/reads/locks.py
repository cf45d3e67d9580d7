"""Rows as an action needs them: locked, in the same order everywhere (survey, case, event)."""

from datetime import datetime

from django.db import connection

from smartunion.domains.safety.models import Event, Incident, SiteSurvey
from smartunion.kernel.base.days import campus_day


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


def alone(name: str) -> None:
    """Let one transaction at a time do what the name says, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def next_number(
    model: type[Event] | type[SiteSurvey] | type[Incident], prefix: str, at: datetime
) -> str:
    """Return the next number of the year, such as HD-2025-041; one transaction at a time."""
    alone(f"safety.number.{prefix}")
    head = f"{prefix}-{campus_day(at).year}-"
    last = (
        model._default_manager.filter(number__startswith=head)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{head}{(int(last.rpartition('-')[2]) if last else 0) + 1:03}"
