"""The trail keeps what happened, and tells whoever asked to hear of it."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import override_settings

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail import reads
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Delivery, Entry
from smartunion.kernel.trail.record import record
from tests.cast import MARCH_5

HEARD: list[int] = []


def hears(entry: Entry) -> None:
    """Write something of its own, as a subscriber would."""
    HEARD.append(entry.pk)
    who = Person.objects.filter(pk=int(entry.subject.partition(":")[2]))
    who.update(phone=Concat("phone", Value("1")))


def cannot(entry: Entry) -> None:
    hears(entry)
    raise RuntimeError("the index is away")


def dies(entry: Entry) -> None:
    """Write, then be killed before the delivery is marked."""
    hears(entry)
    os.kill(os.getpid(), signal.SIGKILL)


WIRED = {"people.renamed": (hears,)}
TWICE = {"people.renamed": (hears, cannot)}
DEADLY = {"people.renamed": (dies,)}
HERE = __name__


@pytest.fixture(autouse=True)
def _nothing_heard() -> Iterator[None]:
    HEARD.clear()
    yield
    HEARD.clear()


@pytest.mark.parametrize(
    "wish",
    [
        "UPDATE trail_entry SET because = 'other'",
        "DELETE FROM trail_entry",
    ],
)
def test_nobody_rewrites_the_journal(lin: Person, wish: str) -> None:
    entry = record("people.renamed", lin, by=lin, at=MARCH_5, because="结婚")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(wish)
    assert Entry.objects.get(pk=entry.pk).because == "结婚"


def test_nobody_empties_the_journal(lin: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL smartunion.disposable = 'off'")
        with pytest.raises(DatabaseError, match="TRUNCATE refused"), transaction.atomic():
            cursor.execute("TRUNCATE trail_entry CASCADE")
        cursor.execute("SET LOCAL smartunion.disposable = 'on'")


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_outside_a_transaction_is_a_programmer_s_error() -> None:
    with pytest.raises(AssertionError):
        record("people.renamed", Person(pk=1), by=None, at=MARCH_5)


def test_an_action_that_fails_leaves_no_trail(lin: Person) -> None:
    with transaction.atomic():
        record("people.renamed", lin, by=lin, at=MARCH_5)
        transaction.set_rollback(True)
    assert not Entry.objects.exists()


def test_one_row_s_history_is_told_in_order(lin: Person, mo: Person) -> None:
    for reason in ("一", "二"):
        record("people.renamed", lin, by=lin, at=MARCH_5, because=reason)
    record("people.renamed", mo, by=mo, at=MARCH_5)
    assert [entry.because for entry in reads.of(lin)] == ["一", "二"]


def test_the_journal_is_searched_by_row_person_code_reason_and_day(lin: Person, mo: Person) -> None:
    record("people.renamed", lin, by=lin, at=MARCH_5, because="结婚")
    record("aid.paid", mo, by=mo, at=MARCH_5 + timedelta(days=1), because="大病救助")
    lin_s, mo_s = Entry.objects.order_by("id")
    day = MARCH_5.date()
    assert list(reads.search(subject=f"people.person:{lin.pk}")) == [lin_s]
    assert list(reads.search(subject="people.person")) == [mo_s, lin_s]
    assert list(reads.search(by="lin")) == [lin_s]
    assert list(reads.search(by="莫")) == [mo_s]
    assert list(reads.search(what="aid")) == [mo_s]
    assert list(reads.search(what="aid.paid")) == [mo_s]
    assert list(reads.search(words="救助")) == [mo_s]
    assert list(reads.search(since=day, until=day)) == [lin_s]
    assert list(reads.search(since=day + timedelta(days=1))) == [mo_s]


def test_a_hundred_entries_are_put_into_words_with_as_few_queries_as_one(
    lin: Person, mo: Person, django_assert_num_queries
) -> None:
    for number in range(50):
        record("people.renamed", (lin, mo)[number % 2], by=lin, at=MARCH_5, name="新名")
    page = list(reads.search())
    with django_assert_num_queries(1):
        told = reads.told(page)
    assert told[-1].subject.startswith("人员 ")
    assert "林晓梅" in told[-1].subject
    assert told[0].facts == [("名称", "新名")]


def test_an_entry_about_what_is_no_table_any_more_still_stands(lin: Person) -> None:
    Entry.objects.create(what="old.thing", subject="old.table:7", by=lin, at=MARCH_5)
    assert reads.told(list(reads.search()))[0].subject == "old.table:7"


@override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.WIRED")
def test_a_subscriber_hears_once_and_only_after_it_was_due(lin: Person) -> None:
    entry = record("people.renamed", lin, by=lin, at=MARCH_5)
    record("people.moved", lin, by=lin, at=MARCH_5)
    assert deliver(at=MARCH_5 - timedelta(seconds=1)) == 0
    assert deliver(at=MARCH_5) == 1
    assert deliver(at=MARCH_5) == 0
    assert [entry.pk] == HEARD


@override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.TWICE")
def test_one_that_fails_is_asked_again_later_and_holds_up_nobody(lin: Person) -> None:
    record("people.renamed", lin, by=lin, at=MARCH_5)
    assert deliver(at=MARCH_5) == 1
    waiting = Delivery.objects.get(delivered_at=None)
    assert waiting.trouble == "RuntimeError: the index is away"
    assert waiting.due_at == MARCH_5 + timedelta(seconds=2)
    lin.refresh_from_db()
    assert lin.phone.count("1") == 1, "what the failing subscriber wrote is taken back"
    assert list(reads.undelivered()) == [waiting]
    with override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.WIRED"):
        assert deliver(at=MARCH_5 + timedelta(seconds=2)) == 0
    waiting.refresh_from_db()
    assert waiting.trouble == "订阅已取消"
    assert waiting.delivered_at


WORKER = """
    import django; django.setup()
    from datetime import datetime
    from django.db import connection
    from smartunion.kernel.trail.deliver import deliver
    print(deliver(at=datetime.fromisoformat({at!r})))
"""


def worker(wired: str) -> "subprocess.Popen[str]":
    """Start a real process that delivers from the test's database."""
    settings = connection.settings_dict
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    login = f"{settings['USER']}:{settings['PASSWORD']}@" if settings["USER"] else ""
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    url = f"postgresql://{login}/{settings['NAME']}?host={host}{port}"
    code = textwrap.dedent(WORKER).format(at=MARCH_5.isoformat())
    code = f"from django.conf import settings; settings.TRAIL_SUBSCRIPTIONS = {wired!r}\n{code}"
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "smartunion.site.settings"}
    return subprocess.Popen([sys.executable, "-c", code], env=env, text=True, stdout=-1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_hearing_and_marking_tells_it_again(lin: Person) -> None:
    with override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.DEADLY"), transaction.atomic():
        entry = record("people.renamed", lin, by=lin, at=MARCH_5)
    first = worker(f"{HERE}.DEADLY")
    first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL
    lin.refresh_from_db()
    assert lin.phone == "", "the dead worker left nothing half done"
    Delivery.objects.update(subscriber=f"{HERE}.hears")
    with override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.WIRED"):
        assert deliver(at=MARCH_5) == 1
    assert [entry.pk] == HEARD
    lin.refresh_from_db()
    assert lin.phone == "1"


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_tell_each_thing_once(lin: Person) -> None:
    with override_settings(TRAIL_SUBSCRIPTIONS=f"{HERE}.WIRED"), transaction.atomic():
        for _ in range(12):
            record("people.renamed", lin, by=lin, at=MARCH_5)
    workers = [worker(f"{HERE}.WIRED") for _ in range(3)]
    told = [int(one.communicate(timeout=60)[0]) for one in workers]
    assert sum(told) == 12
    lin.refresh_from_db()
    assert lin.phone == "1" * 12
