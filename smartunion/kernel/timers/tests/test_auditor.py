"""The auditor notices what does not happen; somebody outside notices when the auditor does not."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers import auditor, audits, pulse, ticker
from smartunion.kernel.timers.actions import set_timer, try_again
from smartunion.kernel.timers.handlers import HANDLERS
from smartunion.kernel.timers.models import Alarm, Timer, Worker
from smartunion.kernel.timers.watches import WATCHES, Finding
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from smartunion.site.audits import TIMERS as AUDITS
from tests.cast import appoint

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def now() -> datetime:
    return clock.now()


def standing() -> list[tuple[str, str]]:
    found = Alarm.objects.filter(cleared_at=None).order_by("watch", "subject")
    return [(alarm.watch, alarm.subject) for alarm in found]


def overdue(now: datetime, kind: str = "test") -> Timer:
    return set_timer(kind=kind, key="a", due_at=now - 6 * SECOND, at=now - 10 * SECOND)


# ---------- alarms ----------


def test_a_timer_that_nobody_fires_raises_one_alarm_until_it_has_fired(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: None)
    overdue(now)
    assert auditor.audit(at=now) == 1
    assert auditor.audit(at=now + 15 * SECOND) == 1
    assert standing() == [("到期未触发", "test")]
    assert Alarm.objects.count() == 1

    ticker.fire_due(at=now)
    assert auditor.audit(at=now + 30 * SECOND) == 0
    assert standing() == []
    told = Entry.objects.filter(what__startswith="timers.").order_by("id")
    assert [entry.what for entry in told] == ["timers.alarmed", "timers.cleared"]


def test_a_timer_five_seconds_late_is_no_alarm_yet(now: datetime) -> None:
    set_timer(kind="test", key="a", due_at=now - 5 * SECOND, at=now)
    assert auditor.audit(at=now) == 0


def test_a_failing_handler_is_an_alarm_that_gives_its_reason(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(timer: Timer, at: datetime) -> None:
        raise RuntimeError("printer on fire")

    monkeypatch.setitem(HANDLERS, "test", broken)
    overdue(now)
    ticker.fire_due(at=now)
    auditor.audit(at=now)
    assert standing() == [("处理失败", "a")]
    assert "printer on fire" in Alarm.objects.get().text


def test_an_alarm_goes_to_the_log_as_a_second_way(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    overdue(now)
    with caplog.at_level(logging.ERROR):
        auditor.audit(at=now)
    assert "alarm: 到期未触发: test" in caplog.text


def test_whoever_has_the_watch_is_told_once(now: datetime, wang: Person, lin: Person) -> None:
    appoint(wang, "timers.watch")
    appoint(lin, "trail.view")
    overdue(now)
    for _ in range(2):
        auditor.audit(at=now)
        deliver(at=now + SECOND)
    told = Notice.objects.get()
    assert (told.person, told.title, told.link) == (wang, "值守告警：到期未触发", "/timers/")


def test_a_watch_that_fails_itself_is_an_alarm_and_stops_no_other(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(at: datetime) -> list[Finding]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return []

    monkeypatch.setitem(WATCHES, "坏检查", broken)
    overdue(now)
    auditor.audit(at=now)
    assert standing() == [("到期未触发", "test"), ("坏检查", "检查本身")]


def test_floors_above_add_watches_of_their_own(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WATCHES, "消息未发", lambda at: [Finding("短信", "3 条超过 10 秒")])
    auditor.audit(at=now)
    assert standing() == [("消息未发", "短信")]


# ---------- the heart ----------


def test_a_process_that_falls_silent_raises_an_alarm_and_is_buried_later(now: datetime) -> None:
    auditor.beat("here/1/0")
    assert auditor.audit(at=now + 10 * SECOND) == 0
    auditor.audit(at=now + 60 * SECOND)
    assert standing() == [("进程无心跳", "here/1/0")]
    auditor.audit(at=now + auditor.BURY + 60 * SECOND)
    assert standing() == []
    assert not Worker.objects.exists()


def test_a_process_that_says_good_bye_is_not_missed(now: datetime) -> None:
    auditor.beat("here/1/0")
    auditor.leave("here/1/0")
    assert auditor.audit(at=now + 60 * SECOND) == 0


def test_a_process_that_was_replaced_is_the_same_place_started_again() -> None:
    auditor.beat("here/1/0", began=True)
    first = Worker.objects.get()
    auditor.beat("here/1/0")
    auditor.beat("here/1/0", began=True)
    again = Worker.objects.get()
    assert (first.starts, again.starts) == (1, 2)
    assert again.beat_at >= first.beat_at


def test_a_loop_that_no_longer_comes_round_is_noticed_in_a_living_process(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "ages", lambda: {"ticker": 61.0, "rounds": 0.3})
    auditor.beat("here/1/0")
    auditor.audit(at=now)
    assert standing() == [("循环停转", "here/1/0 ticker")]


def test_a_machine_with_a_wrong_clock_is_noticed(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditor.clock, "now", lambda: now + 2 * SECOND)
    auditor.beat("here/1/0")
    monkeypatch.undo()
    auditor.audit(at=now)
    assert standing() == [("时钟偏差", "here/1/0")]


# ---------- the dead-man's switch ----------


class Switch(BaseHTTPRequestHandler):
    """Counts who says that it is alive."""

    heard: list[str] = []
    answer = 200

    def do_GET(self) -> None:  # the name that the library calls
        self.heard.append(self.path)
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def switch() -> Iterator[str]:
    Switch.heard, Switch.answer = [], 200
    server = HTTPServer(("127.0.0.1", 0), Switch)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping/smartunion"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_switch_is_told_that_deadlines_fire(now: datetime, switch: str) -> None:
    assert auditor.ping(switch, at=now)
    assert Switch.heard == ["/ping/smartunion"]


def test_the_switch_hears_nothing_while_a_deadline_is_late(now: datetime, switch: str) -> None:
    overdue(now)
    assert not auditor.ping(switch, at=now)
    assert Switch.heard == []


def test_a_switch_that_is_away_stops_nothing(now: datetime, switch: str) -> None:
    Switch.answer = 500
    assert not auditor.ping(switch, at=now)
    assert not auditor.ping("http://127.0.0.1:9/nobody", at=now)


# ---------- the page ----------


@pytest.fixture
def broken_timer(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Timer:
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: 1 / 0)
    timer = overdue(now)
    ticker.fire_due(at=now - 6 * SECOND)
    return Timer.objects.get(pk=timer.pk)


def test_the_watch_sees_what_fails_and_lets_it_be_tried_at_once(
    client: Client, wang: Person, broken_timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    appoint(wang, "timers.watch")
    client.force_login(wang)
    shown = client.get("/timers/").content.decode()
    assert "division by zero" in shown
    assert "没有后台进程在运行" in shown

    answer = client.post("/timers/trial/", {"key": "a"})
    assert answer.headers["Location"] == "/timers/"
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: None)
    assert ticker.fire_due(at=broken_timer.due_at) == 1
    assert "division by zero" not in client.get("/timers/").content.decode()
    assert Entry.objects.filter(what="timers.tried_again", by=wang).exists()


def test_what_does_not_fail_is_not_tried_early(now: datetime, wang: Person) -> None:
    set_timer(kind="test", key="a", due_at=now + SECOND, at=now)
    assert not try_again(key="a", by=wang, at=now)
    assert not try_again(key="unknown", by=wang, at=now)
    assert Timer.objects.get().try_at == now + SECOND


# ---------- the audits can fail ----------


def offenders(number: int) -> list[str]:
    return [where for where, *_ in AUDITS[number].offenders()]


def by_hand(*statements: str) -> None:
    """Break the books as only the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def fired(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Timer:
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: None)
    timer = overdue(now)
    ticker.fire_due(at=now)
    return timer


@pytest.mark.breaks
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM timers_firing",
        "UPDATE timers_firing SET at = at + interval '1 second'",
        "UPDATE timers_timer SET state = 'pending', fired_at = NULL",
        "UPDATE timers_timer SET state = 'canceled', fired_at = NULL, canceled_at = now()",
    ],
)
def test_the_audit_finds_a_timer_that_did_not_fire_exactly_once(
    fired: Timer, statement: str
) -> None:
    assert offenders(0) == []
    by_hand(statement)
    assert offenders(0) == ["timers_timer a"]


@pytest.mark.breaks
def test_the_audit_finds_a_timer_that_was_passed_over(now: datetime, fired: Timer) -> None:
    lost = set_timer(kind="test", key="lost", due_at=now + SECOND, at=now)
    set_timer(kind="test", key="later", due_at=now + 90 * SECOND, at=now)
    by_hand("UPDATE timers_timer SET try_at = '2100-01-01' WHERE key = 'lost'")
    ticker.fire_due(at=now + 90 * SECOND)
    assert offenders(1) == []
    Timer.objects.filter(pk=lost.pk).update(try_at=lost.due_at)
    assert offenders(1) == ["timers_timer lost"]


def test_the_audit_names_a_handler_that_fails(broken_timer: Timer) -> None:
    assert offenders(2) == ["timers_timer a"]
    assert "division by zero" in AUDITS[2].offenders()[0][1]


def test_the_audits_say_what_they_ask() -> None:
    assert [audit.sql for audit in AUDITS] == [audits.ONCE, audits.PASSED_OVER, audits.FAILING]
