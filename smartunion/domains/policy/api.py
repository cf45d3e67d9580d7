"""The policy desk for programs of the campus: search, and ask as a stream (docs/policy-api.md)."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse

from smartunion.domains.policy.actions import asking
from smartunion.domains.policy.gateways import explaining, finding
from smartunion.domains.policy.reads import answers, help_lines
from smartunion.domains.policy.reads.searching import Hit
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.asked import Via
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.web.page import PersonRequest, page, refusal_as_json

CAN = "policy.own"
MOST = finding.MOST


@page(can=CAN)
def search(request: PersonRequest) -> HttpResponse:
    """检索: `?q=…&limit=5`, the hits with their verbatim text; nothing is kept."""
    text, limit = request.GET.get("q", ""), request.GET.get("limit", "5")
    if len(text) > asking.LONGEST:
        return refusal_as_json(
            request, refusals.QuestionTooLong(length=len(text), most=asking.LONGEST)
        )
    most = min(int(limit[:4]), MOST) if limit.isdecimal() else 5
    at = clock.now()
    found, _ = finding.find(text, day=campus_day(at), viewer=request.person)
    topic = {"topic": found.topic.topic, "answer": found.topic.answer} if found.topic else None
    return JsonResponse(
        {
            "tier": found.tier.value,
            "tier_words": found.tier.words,
            "topic": topic,
            "hits": [_hit(one) for one in found.hits[:most]],
        }
    )


@page(can=CAN, methods="POST")
def ask(request: PersonRequest) -> HttpResponse:
    """提问: JSON `{"question": …}`; `articles` at once, then `sentence`…, `done`."""
    at = clock.now()
    try:
        text = _question(request.body)
        found, stages = finding.find(text, day=campus_day(at), viewer=request.person)
        asked = asking.ask(
            text=text, found=found, via=Via.API, stages=stages, by=request.person, at=at
        )
    except Refused as no:
        return refusal_as_json(request, no)
    if found.tier == Tier.CRISIS:
        lines = help_lines.at(at)
        told = {"national": lines.national, "campus": lines.campus, "url": "/policy/help/"}
        return explaining.as_stream(iter([("help", told), ("done", {})]))
    return explaining.as_stream(_events(asked.pk, request.person))


def _events(question_id: int, by: Person) -> Iterator[explaining.Event]:
    """Yield the articles first, whatever the model does after."""
    answer = answers.answer(question_id, by, at=clock.now())
    if answer is None:
        return
    yield (
        "articles",
        {
            "question": question_id,
            "url": f"/policy/questions/{question_id}/",
            "tier": answer.tier.value,
            "articles": [_hit(one.hit) for one in answer.shown],
            "faqs": [{"question": one.question, "answer": one.answer} for one in answer.faqs],
        },
    )
    asking.showed(question_id=question_id, by=by, at=clock.now())
    yield from explaining.explain(answer, by=by)


def _question(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise refusals.NothingAsked from wrong
    text = said.get("question") if isinstance(said, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise refusals.NothingAsked
    if len(text) > asking.LONGEST:
        raise refusals.QuestionTooLong(length=len(text), most=asking.LONGEST)
    return text


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "title": hit.title,
        "slug": hit.slug,
        "label": hit.label,
        "path": hit.path,
        "text": hit.text,
        "issuer": hit.issuer,
        "number": hit.number,
        "version": hit.version,
        "effective_from": _iso(hit.effective_from),
        "effective_to": _iso(hit.effective_to),
        "next_from": _iso(hit.next_from),
        "url": hit.url,
        "sha256": hit.sha256,
        "score": round(hit.score, 4),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
