"""Timers as they are to be set, several by one statement; the tickers hear of what is due soon.

Called inside an action's transaction, whose record says what they are for.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .models import Timer

CHANNEL = "smartunion_timers"
"""Where tickers hear of a timer that is due sooner than they meant to sleep."""

FIRING: ContextVar[Collection[str]] = ContextVar("firing", default=())
"""The keys of the timers whose handler runs now."""

_SET = """
WITH put AS (
  INSERT INTO timers_timer
    (kind, key, due_at, try_at, state, payload, set_at, tries, error, matter)
  SELECT kind, key, due_at, due_at, 'pending', payload::jsonb, %(at)s, 0, '', %(matter)s
  FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(dues)s::timestamptz[], %(payloads)s::text[])
    given(kind, key, due_at, payload)
  ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at,
    try_at = excluded.try_at, state = 'pending', payload = excluded.payload,
    set_at = excluded.set_at, canceled_at = NULL, tries = 0, error = '', matter = excluded.matter
  WHERE timers_timer.state <> 'fired'
  RETURNING *
), told AS (
  SELECT pg_notify(%(channel)s, '') FROM put
  WHERE due_at < campus_now() + (clock_timestamp() - now()) + interval '2 s'
)
SELECT put.*, (SELECT count(*) FROM told) AS told FROM put
"""


@dataclass(frozen=True)
class Wanted:
    """A timer as it is to be set."""

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


def set_timers(*, wanted: Sequence[Wanted], matter: str = "", at: datetime) -> dict[str, Timer]:
    """Set several timers as `set_timer` does, by one statement; return them by their keys.

    Timers of one `matter` ("response/12") are claimed together, and those of them that are due at
    the same time fire in one transaction: name it where their handlers lock the same row.
    """
    firing = FIRING.get()
    for one in wanted:
        if one.key in firing:
            raise ValueError(f"timer {one.key} is firing: what comes next needs a key of its own")
    given = {
        "kinds": [one.kind for one in wanted],
        "keys": [one.key for one in wanted],
        "dues": [one.due_at for one in wanted],
        "payloads": [json.dumps(dict(one.payload), ensure_ascii=False) for one in wanted],
        "matter": matter,
        "at": at,
        "channel": CHANNEL,
    }
    put = {timer.key: timer for timer in Timer.objects.raw(_SET, given)} if wanted else {}
    if fired := [one.key for one in wanted if one.key not in put]:
        raise ValueError(f"timer {fired[0]} has fired")
    return put
