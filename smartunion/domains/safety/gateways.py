"""The campus hospital: has this person a report, and of which day? FHIR R4 or R5 over HTTP.

We ask by staff number, take one date and nothing else, and only of whoever has agreed. Whatever is
not plainly a yes is a no: no answer, an error, two patients, another's report, a day to come.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.gate import judged
from smartunion.domains.safety.rules.kinds import Answer
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import consented

from .actions.joining import PURPOSE

SYSTEM = "https://campus.example/staff-number"
FINISHED = frozenset({"final", "amended", "corrected", "appended"})
CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0


class NoYesError(Exception):
    """The hospital's answer names no report; `answer` says what it comes to."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.words)


SILENT, UNCLEAR, UNKNOWN = Answer.SILENT, Answer.UNCLEAR, Answer.UNKNOWN


@dataclass(frozen=True)
class Asked:
    """What came of asking: the answer, and the report's day where one was told."""

    answer: Answer
    report_on: date | None = None


class Hospital:
    """The hospital's FHIR server, of either version: what we read is alike in both."""

    def __init__(self, url: str, *, token: str, transport: httpx.BaseTransport | None = None):
        version = "5.0" if url.rstrip("/").endswith("r5") else "4.0"
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/",
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": f"application/fhir+json; fhirVersion={version}",
            },
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            transport=transport,
            trust_env=False,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def newest_report_on(self, staff_number: str, *, by: date) -> date | None:
        """Return the day of the newest finished report until a day; None where there is none.

        Raises NoYesError: nobody of that number, an answer that cannot be believed, none at all.
        """
        patient = self._patient(staff_number)
        found = self._search(
            "DiagnosticReport",
            {
                "patient": f"Patient/{patient}",
                "date": f"le{by.isoformat()}",
                "_sort": "-date",
                "_count": "1",
                "_elements": "status,subject,effectiveDateTime",
            },
        )
        days = [_day_of(report, patient) for report in found]
        return max((day for day in days if day is not None), default=None)

    def _patient(self, staff_number: str) -> str:
        found = self._search("Patient", {"identifier": f"{SYSTEM}|{staff_number}"})
        if not found:
            raise NoYesError(UNKNOWN)
        if len(found) > 1 or not _is_of(found[0], staff_number):
            raise NoYesError(UNCLEAR)
        patient = found[0].get("id")
        if not isinstance(patient, str) or not patient:
            raise NoYesError(UNCLEAR)
        return patient

    def _search(self, kind: str, params: dict[str, str]) -> list[dict[str, Any]]:
        """Return the resources of a search set; whatever else was sent is not an answer."""
        try:
            answer = self._http.get(kind, params=params)
        except httpx.HTTPError as silent:
            raise NoYesError(SILENT) from silent
        if answer.status_code != httpx.codes.OK:
            raise NoYesError(SILENT)
        try:
            bundle = answer.json()
            entries = bundle.get("entry", [])
            resources = [entry["resource"] for entry in entries]
            good = bundle["resourceType"] == "Bundle" and bundle["type"] == "searchset"
            good = good and all(one["resourceType"] == kind for one in resources)
        except (ValueError, KeyError, TypeError, AttributeError) as odd:
            raise NoYesError(UNCLEAR) from odd
        if not good:
            raise NoYesError(UNCLEAR)
        return list(resources)


def _is_of(patient: dict[str, Any], staff_number: str) -> bool:
    """Test if the patient bears the number that was asked for."""
    given = patient.get("identifier")
    return isinstance(given, list) and {"system": SYSTEM, "value": staff_number} in [
        {"system": one.get("system"), "value": one.get("value")}
        for one in given
        if isinstance(one, dict)
    ]


def _day_of(report: dict[str, Any], patient: str) -> date | None:
    """Return the day of a finished report, None for any other; another's is not believed."""
    subject = report.get("subject")
    if not isinstance(subject, dict) or subject.get("reference") != f"Patient/{patient}":
        raise NoYesError(UNCLEAR)
    if report.get("status") not in FINISHED:
        return None
    try:
        return date.fromisoformat(str(report["effectiveDateTime"])[:10])
    except (KeyError, ValueError) as odd:
        raise NoYesError(UNCLEAR) from odd


@cache
def known(url: str, token: str) -> Hospital:
    """Return the hospital at an address; its connections are kept for the process."""
    return Hospital(url, token=token)


def from_settings() -> Hospital:
    """Return the hospital that the settings name."""
    return known(settings.HOSPITAL_FHIR_URL, settings.HOSPITAL_FHIR_TOKEN)


def ask(
    person: Person, *, event_on: date, months: int, at: datetime, hospital: Hospital | None = None
) -> Asked:
    """Ask whether a person's newest report is good on the day of the event; consent comes first.

    Call it outside a transaction: the hospital may take seconds. Raises ConsentMissing.
    """
    if not consented(person, PURPOSE, at=at):
        raise refusals.ConsentMissing
    today = campus_day(at)
    ours = hospital or from_settings()
    try:
        report_on = ours.newest_report_on(person.username, by=today)
    except NoYesError as no:
        return Asked(no.answer)
    answer = judged(report_on, event_on=event_on, asked_on=today, months=months)
    return Asked(answer, report_on)
