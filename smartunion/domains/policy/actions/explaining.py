"""Keep each run of a model: what it was given, what was kept, what dropped, how long it took."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.policy.models import Explanation, Question
from smartunion.domains.policy.rules.asked import Outcome
from smartunion.domains.policy.rules.prompts import VERSION
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def begin(
    *,
    question_id: int,
    model: str,
    prompt_sha256: str,
    sources: Sequence[Mapping[str, Any]],
    by: Person,
    at: datetime,
) -> Explanation | None:
    """Claim the one run of a question; None when it has run or runs already."""
    made, fresh = Explanation.objects.get_or_create(
        question=Question.objects.get(pk=question_id, asker=by),
        defaults={
            "model": model[:80], "prompt_version": VERSION, "prompt_sha256": prompt_sha256,
            "sources": list(sources), "outcome": Outcome.RUNNING, "begun_at": at,
        },
    )  # fmt: skip
    if not fresh:
        return None
    record("policy.model_asked", made, by=by, at=at, version=VERSION)
    return made


@transaction.atomic
def end(
    *,
    explanation_id: int,
    outcome: Outcome,
    sentences: Sequence[Mapping[str, Any]],
    dropped: Mapping[str, int],
    first_ms: int | None,
    took_ms: int,
    at: datetime,
) -> Explanation:
    """Note how a run ended; only one that is done keeps its sentences."""
    there = Explanation.objects.select_for_update().get(pk=explanation_id)
    there.outcome, there.dropped = outcome, dict(dropped)
    there.sentences = list(sentences) if outcome == Outcome.DONE else []
    there.first_ms, there.took_ms = first_ms, took_ms
    there.save()
    record("policy.model_answered", there, by=None, at=at, result=outcome.words,
           sentences=len(there.sentences), dropped=sum(dropped.values()))  # fmt: skip
    return there
