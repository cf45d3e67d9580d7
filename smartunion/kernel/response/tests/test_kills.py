"""A night in which every step loses its worker at every point is the same night."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from smartunion.kernel.base import clock
from smartunion.kernel.notices import outbox
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.tests.conftest import World, world
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import actions
from smartunion.kernel.response.models import Run
from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.models import Firing, Timer
from smartunion.site.audits import RESPONSE

from .conftest import Duty, begin

__all__ = ["world"]

NIGHT = [
    (20, "response.call"),
    (30, "response.due"),
    (41, "response.call"),
    (240, "response.due"),
    (300, "response.back"),
    (480, "response.due"),
    (1800, "response.sla"),
]
"""When what is due in a red night that nobody answers: seconds after T0, kind of timer."""

TICKER = ("after claim", "after handler", "before commit", "after commit")
SENDER = ("after claim", "before provider", "after provider", "after mark")


Killed = Callable[[list[tuple[float, str, str]] | dict[str, Any]], list[int]]

LONGEST_SECONDS = 120


@pytest.fixture
def killed(transactional_db: None, world: World) -> Iterator[Killed]:
    """Let children die by plans, on this test's own database; each returns how its children ended.

    The program that forks them imports the house once, as `work` does.
    """
    url = urlsplit(os.environ["DATABASE_URL"])
    name = str(connection.settings_dict["NAME"])
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
        "SMS_URL": settings.SMS_URL,
        "WECOM_URL": settings.WECOM_URL,
        "VOICE_URL": settings.SMS_URL,
        "EMAIL_PORT": str(settings.EMAIL_PORT),
        "PUBLIC_URL": settings.PUBLIC_URL,
    }
    module = "smartunion.kernel.response.tests.killing"
    start = f"import django, runpy; django.setup(); runpy.run_module('{module}', {{}}, '__main__')"
    program = subprocess.Popen(
        [sys.executable, "-c", start], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    patience = threading.Timer(LONGEST_SECONDS, program.kill)
    patience.start()

    def die_by(plan: list[tuple[float, str, str]] | dict[str, Any]) -> list[int]:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps(plan) + "\n")
        program.stdin.flush()
        return list(json.loads(program.stdout.readline()))

    with program:
        yield die_by
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait() == 0
    patience.cancel()


def story(run: Run) -> list[str]:
    """Return what happened in a run, without the numbers of its rows."""
    posts = {str(row.pk): f"{row.post}{row.turn}" for row in run.asked.all()}
    keys = run.events.order_by("key").values_list("key", flat=True)
    return sorted(re.sub(r"\d+", lambda n: posts.get(n[0], n[0]), key) for key in keys)


@pytest.mark.django_db(transaction=True)
def test_every_step_survives_a_kill_at_every_point(
    world: World, duty: Duty, killed: Killed
) -> None:
    calm = begin(duty, at=clock.now())
    for seconds, _ in NIGHT:
        ticker.fire_due(at=calm.t0 + timedelta(seconds=seconds + 1))
    told = story(calm)
    kills = 0
    for point in TICKER:
        run = begin(duty, at=clock.now())
        plan = [(seconds + 1.5, kind, point) for seconds, kind in NIGHT]
        ended = killed(plan)
        kills += ended.count(-9)
        assert ended[::2] == [-9] * len(NIGHT), f"not every child died {point}"
        assert ended[1::2] == [0] * len(NIGHT)
        assert story(run) == told, f"killed {point}"
    assert kills == len(TICKER) * len(NIGHT)
    fired = Timer.objects.filter(state="fired").count()
    assert Firing.objects.count() == fired
    assert not [audit.id for audit in RESPONSE if audit.offenders()]


@pytest.mark.django_db(transaction=True)
def test_every_message_survives_a_kill_at_every_point_and_arrives_once(
    world: World, duty: Duty, killed: Killed
) -> None:
    ways = {duty.lin: ("sms", "voice"), duty.sun: ("sms",), duty.zheng: ("sms",)}
    for number, point in enumerate(SENDER):
        begin(duty, at=clock.now())
        ended = killed([(number * 20, "sender", point)])
        assert ended == [-9, 0], point
    assert set(Message.objects.values_list("state", flat=True)) <= {"accepted", "delivered", "read"}
    for person, channels in ways.items():
        for channel in channels:
            items: list[dict[str, Any]] = world.items(channel, person.phone)
            keys = Message.objects.filter(notice__person=person, channel=channel)
            assert sorted(item["key"] for item in items) == sorted(
                str(key) for key in keys.values_list("key", flat=True)
            )
    assert any(item["calls"] > 1 for person in ways for item in world.items("sms", person.phone)), (
        "one was sent again with its own key"
    )


CRISES: list[list[tuple[float, str, str, str]]] = [
    [],
    [(25, "call", "wrong_number", "he"), (450, "scene", "referred", "zheng"),
     (600, "vehicle", "arrived", "driver")],
]  # fmt: skip
"""What is answered in two nights, and when: nothing, and all in time but the locating."""

KILLS_EACH, LEAST_KILLS = 4, 40


def answers_at(seconds: float, runs: list[Run], duty: Duty) -> list[tuple[int, str, str, int]]:
    return [
        (run.pk, step, outcome, duty.people[who].pk)
        for run, night in zip(runs, CRISES, strict=True)
        for then, step, outcome, who in night
        if then == seconds
    ]


@pytest.mark.django_db(transaction=True)
def test_whole_crises_in_a_storm_of_kills_are_the_crises_of_a_calm_night(
    world: World, duty: Duty, killed: Killed
) -> None:
    """Whoever fires, sends and answers dies at any moment, over and over: nothing lost or twice."""
    moments = sorted({then for then, _ in NIGHT} | {a[0] for night in CRISES for a in night})
    calm = [begin(duty, at=clock.now()) for _ in CRISES]
    for then in moments:
        at = calm[0].t0 + timedelta(seconds=then + 1.5)
        for run, step, outcome, person in answers_at(then, calm, duty):
            by = Person.objects.get(pk=person)
            actions.answer(
                run_id=run, step=step, outcome=outcome, by=by, at=at, via="link", note="图书馆东侧"
            )
        ticker.fire_due(at=at)
    Message.objects.update(state="accepted", sent_at=clock.now())  # they are not what is asked
    told = list(Message.objects.values_list("pk", flat=True))
    runs = [begin(duty, at=clock.now()) for _ in CRISES]
    lease = outbox.LEASE.total_seconds() + 1
    plan = [(then + 1.5, answers_at(then, runs, duty)) for then in moments]
    ends = killed({"moments": [*plan, (9000 + lease, [])], "kills": KILLS_EACH, "seed": 2025})
    assert set(ends) <= {0, -9}, "nobody failed but by the knife"
    assert ends.count(-9) >= LEAST_KILLS
    for run, twin in zip(runs, calm, strict=True):
        assert story(run) == story(twin)
        run.refresh_from_db()
        twin.refresh_from_db()
        assert (run.state, run.breached_at is None) == (twin.state, twin.breached_at is None)
    assert Firing.objects.count() == Timer.objects.filter(state="fired").count()
    assert set(Message.objects.values_list("state", flat=True)) <= {"accepted", "delivered", "read"}
    for person in duty.people.values():
        keys = Message.objects.filter(notice__person=person, channel="sms").exclude(pk__in=told)
        items = world.items("sms", person.phone)
        assert sorted(item["key"] for item in items) == sorted(
            str(key) for key in keys.values_list("key", flat=True)
        )
    assert not [audit.id for audit in RESPONSE if audit.offenders()]


def test_a_clock_that_is_set_back_or_forward_fires_nothing_twice_or_early(duty: Duty) -> None:
    run = begin(duty, at=clock.now())
    played = []
    for offset in (25, -3600, 3600, -3600, 35, 7200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('smartunion.clock_offset', %s, true)", [str(offset)])
        ticker.fire_now()
        played.append(Firing.objects.count())
    assert played == sorted(played)
    assert played[1] == played[0], "an hour back: nothing is due"
    assert played[3] == played[2], "what has fired stays fired"
    run.refresh_from_db()
    assert run.breached_at is not None
    fired = Timer.objects.filter(key__startswith=f"response/{run.pk}/", state="fired")
    assert all(timer.fired_at >= timer.due_at for timer in fired)
    assert not [audit.id for audit in RESPONSE if audit.offenders()]
