"""The one door of surveys for other domains: closed surveys in numbers."""

from datetime import date

from .reads import surveys
from .reads.surveys import SurveyFact


def facts(indicator: str, first: date, until: date) -> list[SurveyFact]:
    """Return the surveys of an indicator that closed in [first, until) (K01, K18)."""
    return surveys.facts(indicator, first, until)
