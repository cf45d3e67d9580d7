"""The broadcaster as a real server: granian, sockets, sessions, another connection that commits."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

import httpx
import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from smartunion.kernel.live import versions
from smartunion.kernel.live.tests.server import SOURCES
from smartunion.kernel.people.models import Appointment, Person
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint, person, unit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("R050")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dsn_of_the_test_database() -> str:
    s = connection.settings_dict
    host = s["HOST"] or s["OPTIONS"].get("host", "")
    return f"postgresql://{s['USER']}:{s['PASSWORD']}@/{s['NAME']}?host={quote(host, safe='')}" + (
        f"&port={s['PORT']}" if s["PORT"] else ""
    )


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "asgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-access-log",
            "--log-level",
            "warning",
            "smartunion.kernel.live.tests.server:application",
        ],
        env={**os.environ, "DATABASE_URL": dsn_of_the_test_database(), "LIVE_CONNECTIONS": "4"},
    )
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def chen() -> Person:
    who = person("chen", "陈志远", unit("B01", "外国语学院工会分会"))
    appoint(who, "trail.view", "home")
    return who


def sign_in(who: Person) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(who.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = who.get_session_auth_hash()
    session.create()
    return {"sessionid": session.session_key}


class Ear:
    """One browser that listens: events in the order heard, with the moment."""

    def __init__(self, url: str, cookies: dict[str, str], **headers: str) -> None:
        self.client = httpx.Client(cookies=cookies, timeout=10)
        self.request = self.client.stream("GET", url, headers=headers)
        self.answer = self.request.__enter__()
        self.lines = self.answer.iter_lines() if self.answer.status_code == 200 else iter(())
        self.last_id = ""

    def hear(self, event: str) -> float:
        """Return the moment when the event arrives; fail when the stream ends before."""
        for line in self.lines:
            if line.startswith("id: "):
                self.last_id = line[4:]
            if line == f"event: {event}":
                next(self.lines)
                return time.monotonic()
        raise AssertionError(f"the stream ended without {event}")

    def refusal(self) -> str:
        self.answer.read()
        return json.loads(self.answer.text)["refused"]["code"]

    def close(self) -> None:
        self.request.__exit__(None, None, None)
        self.client.close()


def write(by: Person | None = None) -> float:
    Entry.objects.create(what="test.done", subject="x:1", at=MARCH_5, by=by)
    return time.monotonic()


def test_two_browsers_hear_of_a_commit_within_a_second(server: str, chen: Person) -> None:
    url = f"{server}/live/?topics=trail"
    first, second = Ear(url, sign_in(chen)), Ear(url, sign_in(chen))
    first.hear("trail"), second.hear("trail")  # what was before they came
    done = write()
    assert first.hear("trail") - done < 1
    assert second.hear("trail") - done < 1
    first.close(), second.close()


def test_who_is_not_signed_in_hears_nothing(server: str) -> None:
    ear = Ear(f"{server}/live/?topics=trail", {"sessionid": "invented"})
    assert ear.answer.status_code == 401
    assert ear.refusal() == "live.not_signed_in"


def test_a_topic_beyond_ones_offices_is_refused(server: str, mo: Person) -> None:
    ear = Ear(f"{server}/live/?topics=trail", sign_in(mo))
    assert ear.answer.status_code == 403
    assert ear.refusal() == "live.forbidden"


def test_an_unknown_topic_is_not_found(server: str, chen: Person) -> None:
    assert Ear(f"{server}/live/?topics=nonsense", sign_in(chen)).refusal() == "live.no_such_topic"


def test_ones_own_topic_is_silent_about_others(server: str, chen: Person, mo: Person) -> None:
    appoint(mo, "home")
    hers = Ear(f"{server}/live/?topics=mine", sign_in(mo))
    his = Ear(f"{server}/live/?topics=mine", sign_in(chen))
    hers.hear("mine"), his.hear("mine")
    write(by=chen)
    his.hear("mine")
    write(by=mo)
    hers.hear("mine")
    spots = versions.unpack(hers.last_id)
    assert set(spots) == {("mine", mo.pk)}
    assert spots["mine", mo.pk].split(".")[0] == str(Entry.objects.get(by=mo).pk)
    hers.close(), his.close()


def test_who_comes_back_hears_what_was_missed_and_only_that(server: str, chen: Person) -> None:
    cookies = sign_in(chen)
    ear = Ear(f"{server}/live/?topics=trail", cookies)
    ear.hear("trail")
    ear.close()
    known = ear.last_id
    quiet = Ear(f"{server}/live/?topics=trail", cookies, **{"Last-Event-ID": known})
    assert next(line for line in quiet.lines if line.startswith((":", "event:"))) == ": ."
    quiet.close()
    write()
    late = Ear(f"{server}/live/?topics=trail", cookies, **{"Last-Event-ID": known})
    late.hear("trail")
    late.close()


def test_a_page_says_from_which_versions_it_was_rendered(server: str, chen: Person) -> None:
    write()
    since = quote(versions.pack(versions.read({("trail", 0)}, SOURCES)))
    ear = Ear(f"{server}/live/?topics=trail&since={since}", sign_in(chen))
    assert next(line for line in ear.lines if line.startswith((":", "event:"))) == ": ."
    write()
    ear.hear("trail")
    ear.close()


def test_the_stream_ends_with_the_session(server: str, chen: Person) -> None:
    cookies = sign_in(chen)
    ear = Ear(f"{server}/live/?topics=trail", cookies)
    ear.hear("trail")
    SessionStore(cookies["sessionid"]).delete()
    ear.hear("ended")
    assert not any(ear.lines)


def test_the_stream_ends_with_the_office(server: str, chen: Person) -> None:
    ear = Ear(f"{server}/live/?topics=trail", sign_in(chen))
    ear.hear("trail")
    Appointment.objects.filter(person=chen).update(until=date(2025, 1, 2))
    ear.hear("ended")


def test_more_than_the_limit_are_told_to_come_later(server: str, chen: Person) -> None:
    cookies = sign_in(chen)
    ears = [Ear(f"{server}/live/?topics=trail", cookies) for _ in range(4)]
    one_more = Ear(f"{server}/live/?topics=trail", cookies)
    assert one_more.refusal() == "live.too_many"
    assert one_more.answer.headers["retry-after"] == "5"
    ears[0].close()
    time.sleep(0.5)
    again = Ear(f"{server}/live/?topics=trail", cookies)
    again.hear("trail")
    for ear in [*ears[1:], again]:
        ear.close()


def test_a_browser_that_takes_nothing_does_not_delay_the_others(server: str, chen: Person) -> None:
    cookies = sign_in(chen)
    host, port = server.removeprefix("http://").split(":")
    slow = socket.create_connection((host, int(port)))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    slow.sendall(
        b"GET /live/?topics=trail HTTP/1.1\r\nHost: x\r\nCookie: sessionid="
        + cookies["sessionid"].encode()
        + b"\r\n\r\n"
    )
    ear = Ear(f"{server}/live/?topics=trail", cookies)
    ear.hear("trail")
    for _ in range(5):
        done = write()
        assert ear.hear("trail") - done < 1
    slow.close()
    ear.close()


def test_the_stream_outlives_a_lost_database_connection(server: str, chen: Person) -> None:
    ear = Ear(f"{server}/live/?topics=trail", sign_in(chen))
    ear.hear("trail")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'smartunion live' AND datname = current_database()"
        )
        assert cursor.fetchone()[0] >= 1
    write()
    ear.hear("trail")
    ear.close()


def test_a_row_that_commits_late_changes_the_version_although_its_id_is_lower(
    django_db_setup: None,
) -> None:
    def version() -> str:
        return versions.read({("trail", 0)}, SOURCES)["trail", 0]

    for pk in (1001, 1003):
        Entry.objects.create(pk=pk, what="test", subject="x:1", at=MARCH_5)
    before = version()
    Entry.objects.create(pk=1002, what="test", subject="x:1", at=MARCH_5)
    assert version() != before
