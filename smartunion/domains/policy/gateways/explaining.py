"""A model explains the shown articles, sentence by sentence; only what they bear is passed on."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpResponse, StreamingHttpResponse

from smartunion.domains.policy.actions import explaining as actions
from smartunion.domains.policy.reads.answers import Answer, said_before, sources
from smartunion.domains.policy.rules import checking, prompts
from smartunion.domains.policy.rules.asked import Outcome
from smartunion.domains.policy.rules.checking import Checked, Fault, Source
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person

from . import model
from .model import NoModelError

Event = tuple[str, dict[str, Any]]
"""What happens, by name: sentence, dropped, withdrawn, done."""


def explain(answer: Answer, *, by: Person) -> Iterator[Event]:
    """Yield what may be shown of a model's explanation; without a model nothing but the end.

    The run is kept for the audit, also when the reader leaves: what was given (articles with
    their digests), which prompt, how many sentences were dropped for which reason, how long it
    took. A question has one run; asked again it gives the same sentences.
    """
    if answer.explained is not None:
        for one in said_before(answer.explained):
            yield "sentence", one
        yield "done", {"model": answer.explained.model}
        return
    server = model.explainer()
    given = sources(answer)
    if server is None or not given or not answer.question.text:
        yield "done", {}
        return
    prompt = prompts.asked(answer.question.text, given, mark=secrets.token_hex(6))
    run = actions.begin(
        question_id=answer.question.pk,
        model=server.name,
        prompt_sha256=prompts.digest(prompt),
        sources=[
            {"key": source.key, "piece": one.hit.piece_id, "sha256": one.hit.sha256}
            for source, one in zip(given, answer.shown, strict=False)
        ],
        by=by,
        at=clock.now(),
    )
    if run is None:  # another window of the same reader was first
        yield "done", {}
        return
    yield from _run(run.pk, server, prompt, given, answer)


def _run(
    run_id: int, server: model.Server, prompt: str, given: list[Source], answer: Answer
) -> Iterator[Event]:
    by_key = {source.key: source for source in given}
    links = {
        source.key: {"label": f"《{source.title}》{source.label}", "url": one.hit.url}
        for source, one in zip(given, answer.shown, strict=False)
    }
    watch, kept, began, first = checking.Watch(), [], time.perf_counter(), None
    outcome = Outcome.STOPPED  # what it is when the reader leaves in the middle
    try:
        for sentence in checking.sentences(server.stream(prompt)):
            checked = checking.check(sentence, by_key)
            if isinstance(checked, Fault):
                watch.drop(checked)
                yield "dropped", {"why": checked.words}
                continue
            watch.kept += 1
            first = first if first is not None else _ms(began)
            kept.append(_told(checked, links))
            yield "sentence", kept[-1]
        outcome = Outcome.EMPTY if watch.fails else Outcome.DONE
    except NoModelError as no:
        outcome = Outcome.STOPPED if no.late else Outcome.FAILED
    finally:
        actions.end(
            explanation_id=run_id, outcome=outcome, sentences=kept, dropped=watch.dropped,
            first_ms=first, took_ms=_ms(began), at=clock.now(),
        )  # fmt: skip
    if outcome != Outcome.DONE:
        yield "withdrawn", {}
    yield "done", {"model": server.name}


def _told(checked: Checked, links: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"parts": [list(part) for part in checked.parts],
            "cites": [links[key] for key in checked.cites]}  # fmt: skip


def _ms(since: float) -> int:
    return int((time.perf_counter() - since) * 1000)


def as_stream(told: Iterator[Event]) -> HttpResponse:
    """Return events as server-sent ones, which no proxy holds back."""
    lines = (
        f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in told
    )
    response = StreamingHttpResponse(lines, content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return cast(HttpResponse, response)
