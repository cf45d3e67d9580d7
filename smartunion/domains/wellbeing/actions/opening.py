"""Open what is sealed: one function for each kind, each reading in the person's own log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.wellbeing.models import Alert, Response
from smartunion.domains.wellbeing.reads import cases
from smartunion.domains.wellbeing.reads.answers import about
from smartunion.domains.wellbeing.rules import records
from smartunion.domains.wellbeing.rules.scale import policy_of, score
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.trail.record import record


@dataclass(frozen=True)
class Whom:
    """Whose an alert is, from which response, and who shall not come."""

    person: Person
    response_id: int
    avoid: Collection[int]

    @property
    def out(self) -> set[int]:
        """Return who keeps out of the matter: the person, and whom they asked to leave out."""
        return {self.person.pk, *self.avoid}


@transaction.atomic
def whom(*, alert: Alert, kind: str, by: Person | None, at: datetime) -> Whom:
    """Return whose an alert is, to the one who has its task of this kind in hand.

    `by` None is the clock, with a purpose of its own ("lapse").
    """
    told = private.open_sealed(
        about=cases.about(alert), kind=records.WHOM.code, by=by, purpose=kind, at=at
    )  # fmt: skip
    record("wellbeing.whom_read", alert, by=by, at=at)
    person = Person.objects.select_related("unit").get(pk=told["person"])
    return Whom(person, told["response"], tuple(told.get("avoid", ())))


@transaction.atomic
def answers(
    *, response_id: int, purpose: str, by: Person | None, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a response's answers and its result; `by` None is the house counting anew."""
    place = about(response_id)
    given = private.open_sealed(
        about=place, kind=records.ANSWERS.code, by=by, purpose=purpose, at=at
    )  # fmt: skip
    counted = private.open_sealed(
        about=place, kind=records.RESULT.code, by=by, purpose=purpose, at=at
    )  # fmt: skip
    if by is not None:
        record("wellbeing.answers_read", Response(pk=response_id), by=by, at=at)
    return given, counted


@transaction.atomic
def differing(*, limit: int, at: datetime) -> list[tuple[str, str]]:
    """Return the first responses whose stored result is not what their answers give.

    Each is counted by the policy that it was counted by. Nothing of an answer leaves this function;
    that the house has counted anew stands in the person's own log.
    """
    wrong: list[tuple[str, str]] = []
    kept = Response.objects.filter(state=Response.State.SUBMITTED).order_by("pk")
    for pk in kept.values_list("pk", flat=True):
        if len(wrong) >= limit:
            break
        try:
            given, counted = answers(response_id=pk, purpose="rescore", by=None, at=at)
        except NothingSealed:  # its time has come, or its writer has taken it back
            continue
        told = tuple(map(int, given["answers"]))
        if score(told, policy_of(counted["policy"])).text() != counted["text"]:
            wrong.append((f"wellbeing_response {pk}", "its result is not what its answers give"))
    return wrong
