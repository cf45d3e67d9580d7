"""The wellbeing terms of a day, as one frozen whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from smartunion.domains.planning import public as planning
from smartunion.domains.wellbeing.models import SignedPolicy
from smartunion.domains.wellbeing.rules.forecast import Shares
from smartunion.domains.wellbeing.rules.scale import Policy, floor_of
from smartunion.kernel.duty import reads as duty


@dataclass(frozen=True)
class Terms:
    """What the plan year says of the questionnaire and of what follows."""

    borders: tuple[int, int, int]
    count_additional: bool
    proposal: tuple[tuple[Any, ...], ...]
    """The floor as proposed: in force only when it is signed."""
    yellow_contact: bool
    remind_hours: Mapping[str, tuple[int, ...]]
    deputy_hours: int
    review_minutes: int
    review_deputy_minutes: int
    same_day_items: tuple[int, ...]
    """Whoever answers one of these so that the signed floor strikes is called the same day."""
    same_day_hours: int
    same_day_deputy_hours: int
    minutes: Mapping[str, int]
    gate_hours: int
    drill_days: int
    talks_each: int
    assessments_each: int
    shares: Shares
    officers: Mapping[str, tuple[str, ...]]
    superiors: tuple[str, ...]
    draft_hours: int
    page_items: int
    least_seconds: int
    release_at: time
    count_least: int
    helpline: str
    avoid_most: int
    norms: Mapping[str, Any]


def terms_on(day: date) -> Terms:
    """Return the wellbeing terms of a day, the last ones while no plan covers it."""
    told = planning.lasting_terms("wellbeing", on=day)
    expected = told["expected_permille"]
    blue, yellow, red = told["bands"]
    return Terms(
        borders=(blue, yellow, red),
        count_additional=bool(told["count_additional"]),
        proposal=tuple(tuple(row) for row in told["critical_floor"]),
        yellow_contact=bool(told["yellow_contact"]),
        remind_hours={kind: tuple(hours) for kind, hours in told["remind_hours"].items()},
        deputy_hours=told["deputy_hours"],
        review_minutes=told["review_minutes"],
        review_deputy_minutes=told["review_deputy_minutes"],
        same_day_items=tuple(told["same_day_items"]),
        same_day_hours=told["same_day_hours"],
        same_day_deputy_hours=told["same_day_deputy_hours"],
        minutes=told["answer_minutes"],
        gate_hours=told["gate_hours"],
        drill_days=told["drill_days"],
        talks_each=told["talks_each"],
        assessments_each=told["assessments_each"],
        shares=Shares(
            expected["low"], expected["used"], expected["high"], expected["severe"],
            expected["source"],
        ),
        officers={kind: tuple(codes) for kind, codes in told["officer_offices"].items()},
        superiors=tuple(told["superior_offices"]),
        draft_hours=told["draft_hours"],
        page_items=told["page_items"],
        least_seconds=told["least_seconds"],
        release_at=time.fromisoformat(told["release_at"]),
        count_least=told["count_least"],
        helpline=told["helplines"],
        avoid_most=told["avoid_most"],
        norms=told["norms"],
    )  # fmt: skip


@dataclass(frozen=True)
class Help:
    """Whom to call at any hour: the nation's line, and the campus's own where it is set."""

    national: str
    campus: str

    @property
    def words(self) -> str:
        """Return both in one phrase, for a refusal or a page."""
        return f"{self.national}（全国）" + (f"或 {self.campus}（本校）" if self.campus else "")


def help_at(at: datetime, terms: Terms) -> Help:
    """Return the help lines that stand at a moment (R112)."""
    return Help(terms.helpline, duty.hotline(at=at))


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 under which a policy is signed."""
    told = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def proposal_of(terms: Terms) -> dict[str, Any]:
    """Return the policy that the plan proposes, floor included, as data to be signed."""
    return Policy(terms.borders, terms.count_additional, floor_of(terms.proposal)).told()


def signed(terms: Terms) -> SignedPolicy | None:
    """Return the signature under the very proposal that stands; None where nobody signed it."""
    digest = digest_of(proposal_of(terms))
    return (
        SignedPolicy.objects.filter(sha256=digest, in_force=True)
        .select_related("signed_by")
        .first()
    )


def policy_in_force(terms: Terms) -> Policy:
    """Return how results are counted now: without a signature the floor is off (T41)."""
    floor = floor_of(terms.proposal) if signed(terms) else ()
    return Policy(terms.borders, terms.count_additional, floor)


def floor_rows(terms: Terms) -> list[tuple[int, int, str]]:
    """Return the proposed floor for the page: item, from which answer on, at least which band."""
    return [(one.item, one.at_least, one.band.words) for one in floor_of(terms.proposal)]
