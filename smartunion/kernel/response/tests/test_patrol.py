"""The patrol goes the whole way and wakes nobody; alarms have a second way out."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from smartunion.kernel.base import clock
from smartunion.kernel.notices.models import Message, Notice
from smartunion.kernel.notices.tests.conftest import World, house, world
from smartunion.kernel.response import drills, patrol, reads, registry
from smartunion.kernel.response.models import Drill
from smartunion.kernel.response.registry import Wired
from smartunion.kernel.timers import auditor

from . import conftest
from .conftest import Duty

__all__ = ["house", "world"]

TERMS = {"patrol_minutes": 15, "patrol_seconds": 60, "call_again_seconds": 20, "calls_each": 1}


@pytest.fixture
def patrolling(duty: Duty, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(conftest, "WIRED", [Wired(patrol.PROTOCOL)])
    monkeypatch.setattr(conftest, "LIMITS", TERMS)
    settings.RESPONSE_PATROL = True
    registry.forget()
    yield
    registry.forget()


@pytest.mark.django_db(transaction=True)
def test_the_patrol_goes_from_the_alarm_to_the_link_and_ends(
    world: World, house: str, patrolling: None, duty: Duty
) -> None:
    at = clock.now()
    drill = patrol.patrol(at)
    assert drill is not None
    world.send(at=at + timedelta(seconds=1))
    patrol.patrol(at + timedelta(seconds=3))
    drill.refresh_from_db()
    assert drill.run.state == "closed"
    assert patrol.patrol(at + timedelta(minutes=5)) == drill, "one in a quarter of an hour"
    assert not list(patrol.watch(at + timedelta(minutes=20)))
    assert list(patrol.watch(at + timedelta(minutes=40)))
    told = Notice.objects.filter(about__startswith=f"response/{drill.run.pk}/")
    assert {notice.person.username for notice in told} == {"patrol-a", "patrol-b", "patrol-c"}
    assert reads.standing(at=at) == []
    assert not drills.held().exists(), "it is no drill of people"


def test_a_patrol_whose_messages_do_not_go_out_is_an_alarm(patrolling: None) -> None:
    at = clock.now()
    drill = patrol.patrol(at)
    assert Message.objects.filter(state="pending").exists()
    patrol.patrol(at + timedelta(seconds=30))
    assert Drill.objects.get().run.ended_at is None
    patrol.patrol(at + timedelta(seconds=61))
    assert Drill.objects.get(pk=drill.pk).run.state == "stood_down"
    (found,) = patrol.watch(at + timedelta(seconds=62))
    assert "没有走完" in found.text


class Robot(BaseHTTPRequestHandler):
    heard: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(json.loads(body)["text"]["content"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.django_db(transaction=True)
def test_an_alarm_goes_by_a_second_way_that_needs_no_outbox(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smartunion.kernel.timers.watches import WATCHES, Finding

    server = HTTPServer(("127.0.0.1", 0), Robot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ALARM_URL = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setitem(WATCHES, "消息未发", lambda at: [Finding("短信", "3 条到期未发")])
    try:
        auditor.audit(at=clock.now())
        auditor.audit(at=clock.now())
    finally:
        server.shutdown()
        server.server_close()
    said = [text for text in Robot.heard if "消息未发" in text]
    assert said == ["值守告警｜消息未发｜短信：3 条到期未发"], "once"
    assert not auditor.shout("nobody listens there now")
