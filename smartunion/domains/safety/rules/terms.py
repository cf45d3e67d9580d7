"""The safety numbers of a plan year, as rules take them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Terms:
    """The dated terms of group `safety` on a day; amounts in fen, spans as their names say."""

    staff_ratio: int
    staff_mode: str
    """`each`: so many of each role; `together`: of all three roles (T52)."""
    survey_hours: int
    checklist: tuple[str, ...]
    permit_from: int
    aeds: int
    kits: int
    device_check_hours: int
    report_months: Mapping[str, int]
    """Kind of event -> how old a health report may be; a kind that is left out asks for none."""
    insured_fen: int
    insured_from: date
    insured_until: date
    """Exclusive."""
    onsite_seconds: int
    aed_seconds: int
    medic_seconds: int
    hospital_seconds: int
    statement_minutes: int
    meeting_hours: int
    invitation_hours: int
    livestream: bool
    incident_places: tuple[str, ...]
    control_days: int


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms as the plan year gives them; KeyError where one is missing."""
    day = date.fromisoformat
    return Terms(
        **{
            **{name: given[name] for name in Terms.__dataclass_fields__},
            "checklist": tuple(given["checklist"]),
            "incident_places": tuple(given["incident_places"]),
            "insured_from": day(given["insured_from"]),
            "insured_until": day(given["insured_until"]),
        }
    )
