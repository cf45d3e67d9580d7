"""What the clocks of a run do. Each runs in the transaction that marks its timer fired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smartunion.kernel.timers.handlers import Handler, HandlerOfMany
from smartunion.kernel.timers.models import Timer

from . import drills, engine, lines, registry
from .models import Asked

PROMPT = timedelta(seconds=1)
"""A clock that fires later than this counts from when it did."""


def _since(timer: Timer, at: datetime) -> datetime:
    """Return the moment from which counts what a clock begins: its own, if it fired in time."""
    return timer.due_at if at - timer.due_at < PROMPT else at


def due(timer: Timer, at: datetime) -> None:
    """A step's limit has passed."""
    run = engine.held(timer.payload["run"])
    engine.ran_out(run, registry.of(run).protocol, timer.payload["step"], at=at)


def back(timer: Timer, at: datetime) -> None:
    """Somebody is asked besides."""
    run = engine.held(timer.payload["run"])
    given, protocol = timer.payload, registry.of(run).protocol
    since = _since(timer, at)
    engine.back_up(run, protocol, given["step"], given["back"], since=since, at=at)


def call(timer: Timer, at: datetime) -> None:
    """Somebody who has not answered is called again."""
    calls([timer], at)


def calls(timers: Sequence[Timer], at: datetime) -> None:
    """Everybody who has not answered by the same moment is called again."""
    run = engine.held(timers[0].payload["run"])
    if run.ended_at is None:
        wanted = [timer.payload["asked"] for timer in timers]
        asked = Asked.objects.filter(pk__in=wanted).select_related("person").order_by("pk")
        since = _since(timers[0], at)
        lines.call_again(run, registry.of(run).protocol, list(asked), since=since, at=at)


def sla(timer: Timer, at: datetime) -> None:
    """The whole should be settled by now."""
    run = engine.held(timer.payload["run"])
    engine.breach(run, registry.of(run).protocol, at=at)


HANDLERS: dict[str, Handler] = {
    "response.due": due,
    "response.back": back,
    "response.call": call,
    "response.sla": sla,
    "response.drill": drills.begins,
}
"""Kind of timer -> what is done when it fires."""

TOGETHER: dict[str, HandlerOfMany] = {"response.call": calls}
"""The same for several of one run that are due at once."""
