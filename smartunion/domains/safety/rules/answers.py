"""What an answer of the hospital means to whoever wants to start: words, never a default yes."""

from datetime import date
from typing import assert_never

from smartunion.kernel.base.refusals import Refused

from . import refusals
from .kinds import Answer


def said_no(
    answer: Answer, *, report_on: date | None, event_on: date, months: int
) -> Refused | None:
    """Return why the hospital's answer lets nobody in; None for a yes."""
    match answer:
        case Answer.FIT:
            return None
        case Answer.OLD:
            return refusals.ReportOld(report_on=report_on, event_on=event_on, months=months)
        case Answer.NO_REPORT:
            return refusals.NoReport(months=months)
        case Answer.UNKNOWN:
            return refusals.UnknownPatient()
        case Answer.UNCLEAR:
            return refusals.AnswerUnclear()
        case Answer.SILENT:
            return refusals.HospitalSilent()
        case _:
            assert_never(answer)
