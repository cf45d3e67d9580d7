"""Several tickers at once, with real threads, real connections and a real PostgreSQL."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from smartunion.kernel.base import clock
from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.actions import cancel, cancel_under, set_timer
from smartunion.kernel.timers.handlers import HANDLERS
from smartunion.kernel.timers.models import Firing, Timer, Worker
from smartunion.kernel.timers.wanted import CHANNEL, Wanted, set_timers

pytestmark = pytest.mark.django_db(transaction=True)

FAR = timedelta(days=1)
PATIENCE_SECONDS = 30


def put(key: str, *, due_at: datetime | None = None, kind: str = "test") -> Timer:
    now = clock.now()
    return set_timer(kind=kind, key=key, due_at=due_at or now, payload={"for": key}, at=now)


def writes(timer: Timer, at: datetime) -> None:
    """Leave a row for each time that it ran and its transaction was kept."""
    set_timer(kind="idle", key=f"ran/{timer.key}/{uuid4()}", due_at=at + FAR, at=at)


def ran(key: str) -> int:
    return Timer.objects.filter(key__startswith=f"ran/{key}/").count()


def wait_until(done: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


@contextmanager
def elsewhere(what: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run something in a thread with a connection of its own, to its end."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            what()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert not failed, failed


@contextmanager
def tickers(count: int) -> Iterator[None]:
    """Let so many tickers run for a while."""
    stop = threading.Event()
    running = [threading.Thread(target=_ticker, args=(stop,)) for _ in range(count)]
    for each in running:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in running:
            each.join(PATIENCE_SECONDS)


def _ticker(stop: threading.Event) -> None:
    try:
        ticker.run(stop)
    finally:
        connection.close()


def nothing_pends() -> bool:
    return not Timer.objects.filter(kind="test", state="pending").exists()


# ---------- exactly once ----------


def test_two_tickers_never_fire_one_timer_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "test", writes)
    with tickers(3):
        for number in range(60):
            put(f"t{number}", due_at=clock.now() + timedelta(milliseconds=number * 5))
        wait_until(nothing_pends)
    assert [ran(f"t{number}") for number in range(60)] == [1] * 60
    assert Firing.objects.count() == 60


def test_what_one_ticker_has_claimed_no_other_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go = threading.Event(), threading.Event()

    def waits(timer: Timer, at: datetime) -> None:
        inside.set()
        assert go.wait(PATIENCE_SECONDS)
        writes(timer, at)

    monkeypatch.setitem(HANDLERS, "test", waits)
    put("a")
    with elsewhere(ticker.fire_now):
        assert inside.wait(PATIENCE_SECONDS)
        assert ticker.fire_now() == 0
        go.set()
    assert ran("a") == 1


def test_a_slow_handler_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go = threading.Event(), threading.Event()

    def waits(timer: Timer, at: datetime) -> None:
        if timer.key == "slow":
            inside.set()
            assert go.wait(PATIENCE_SECONDS)

    monkeypatch.setitem(HANDLERS, "test", waits)
    put("slow")
    with elsewhere(ticker.fire_now):
        assert inside.wait(PATIENCE_SECONDS)
        put("quick")
        assert ticker.fire_now() == 1
        go.set()


def test_two_tickers_never_wait_for_each_other_at_one_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one fires for a run, the other leaves the run alone and fires for another."""
    inside, go = threading.Event(), threading.Event()

    def waits(timer: Timer, at: datetime) -> None:
        if timer.key == "run/1/a":
            inside.set()
            assert go.wait(PATIENCE_SECONDS)

    monkeypatch.setitem(HANDLERS, "test", waits)
    now = clock.now()
    set_timers(wanted=[Wanted("test", "run/1/a", now)], matter="run/1", at=now)
    with elsewhere(ticker.fire_now):
        assert inside.wait(PATIENCE_SECONDS)
        set_timers(wanted=[Wanted("test", "run/1/b", now)], matter="run/1", at=now)
        set_timers(wanted=[Wanted("test", "run/2/a", now)], matter="run/2", at=now)
        assert ticker.fire_now() == 1
        assert Timer.objects.get(key="run/1/b").state == "pending"
        go.set()
    assert nothing_pends()


def test_the_claim_of_a_ticker_that_dies_is_free_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection ends as it does when the process is killed; what it wrote is gone."""
    victim: list[int] = []

    def dies(timer: Timer, at: datetime) -> None:
        writes(timer, at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            victim.append(cursor.fetchone()[0])
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setitem(HANDLERS, "test", dies)
    put("a")

    def fires_and_dies() -> None:
        with pytest.raises(Exception, match="terminat"):
            ticker.fire_now()

    with elsewhere(fires_and_dies):
        wait_until(lambda: victim)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", victim)
    assert ran("a") == 0
    monkeypatch.setitem(HANDLERS, "test", writes)
    assert ticker.fire_now() == 1
    assert ran("a") == 1
    assert Timer.objects.get(key="a").tries == 0


def test_a_ticker_outlives_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "test", writes)
    with tickers(1):
        put("before")
        wait_until(nothing_pends)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] > 0
        put("after")
        wait_until(nothing_pends)
    assert (ran("before"), ran("after")) == (1, 1)


# ---------- acknowledged in the same moment ----------


@pytest.fixture
def case() -> Worker:
    """Stands for the case that a timer is about: whoever holds its row decides."""
    return Worker.objects.create(name="case", started_at=clock.now(), beat_at=clock.now())


@contextmanager
def holding_the_case() -> Iterator[None]:
    """Lock the case, then let a ticker fire; commit, and wait for the ticker."""
    held = threading.Event()

    def fire() -> None:
        assert held.wait(PATIENCE_SECONDS)
        ticker.fire_now()

    with elsewhere(fire), transaction.atomic():
        Worker.objects.select_for_update().get(name="case")
        held.set()
        yield


def locks_the_case(timer: Timer, at: datetime) -> None:
    Worker.objects.select_for_update().get(name="case")
    writes(timer, at)


def test_who_holds_the_case_first_cancels_and_waits_for_nobody(
    monkeypatch: pytest.MonkeyPatch, case: Worker
) -> None:
    """The handler waits for the case; canceling does not wait for the handler: no deadlock."""
    reached = threading.Event()

    def handler(timer: Timer, at: datetime) -> None:
        reached.set()
        locks_the_case(timer, at)

    monkeypatch.setitem(HANDLERS, "test", handler)
    put("run/1/due")
    with holding_the_case():
        assert reached.wait(PATIENCE_SECONDS)
        assert cancel_under(prefix="run/1", at=clock.now()) == 1
    assert Timer.objects.get(key="run/1/due").state == "canceled"
    assert ran("run/1/due") == 0
    assert not Firing.objects.exists()


def test_who_moves_a_timer_while_its_handler_waits_moves_it(
    monkeypatch: pytest.MonkeyPatch, case: Worker
) -> None:
    """A publicity window that starts again, in the moment when it closes."""
    reached = threading.Event()

    def handler(timer: Timer, at: datetime) -> None:
        reached.set()
        locks_the_case(timer, at)

    monkeypatch.setitem(HANDLERS, "test", handler)
    put("a")
    later = clock.now() + FAR
    with holding_the_case():
        assert reached.wait(PATIENCE_SECONDS)
        put("a", due_at=later)
    moved = Timer.objects.get(key="a")
    assert (moved.state, moved.due_at, moved.tries) == ("pending", later, 0)
    assert ran("a") == 0


def test_who_comes_after_the_firing_cancels_nothing(
    monkeypatch: pytest.MonkeyPatch, case: Worker
) -> None:
    holding, go = threading.Event(), threading.Event()

    def handler(timer: Timer, at: datetime) -> None:
        locks_the_case(timer, at)
        holding.set()
        assert go.wait(PATIENCE_SECONDS)

    monkeypatch.setitem(HANDLERS, "test", handler)
    put("a")
    canceled: list[int] = []

    def acknowledge() -> None:
        with transaction.atomic():
            Worker.objects.select_for_update().get(name="case")
            canceled.append(cancel(keys=["a"], at=clock.now()))

    with elsewhere(ticker.fire_now):
        assert holding.wait(PATIENCE_SECONDS)
        with elsewhere(acknowledge):
            go.set()
    assert canceled == [0]
    assert Timer.objects.get(key="a").state == "fired"
    assert ran("a") == 1


def test_an_acknowledgment_and_a_timer_in_the_same_moment_have_one_winner(
    monkeypatch: pytest.MonkeyPatch, case: Worker
) -> None:
    """Within fifteen milliseconds of the deadline, again and again."""
    monkeypatch.setitem(HANDLERS, "test", locks_the_case)
    won: dict[str, int] = {}
    with tickers(2):
        for number in range(80):
            key = f"t{number}"
            due_at = clock.now() + timedelta(milliseconds=30)
            put(key, due_at=due_at)
            wait = (due_at - clock.now()).total_seconds() + (number % 31 - 15) / 1000
            time.sleep(max(0.0, wait))
            with transaction.atomic():
                Worker.objects.select_for_update().get(name="case")
                won[key] = cancel(keys=[key], at=clock.now())
        wait_until(nothing_pends)
    for key, canceled in won.items():
        assert Timer.objects.get(key=key).state == ("canceled" if canceled else "fired")
        assert ran(key) == 1 - canceled
    assert Firing.objects.count() == 80 - sum(won.values())


# ---------- the clock, the index, the bell ----------


def test_the_ticker_lives_by_the_clock_of_the_demonstration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python's and SQL's clock are shifted alike; what is due then fires then."""
    monkeypatch.setitem(HANDLERS, "test", writes)
    put("a", due_at=datetime.now(UTC) + timedelta(hours=23))
    assert ticker.fire_now() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET smartunion.clock_offset = '86400'")
        try:
            assert ticker.fire_now() == 1
        finally:
            cursor.execute("RESET smartunion.clock_offset")
    fired = Timer.objects.get(key="a")
    assert fired.fired_at is not None
    assert fired.fired_at > fired.due_at


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def backlog() -> None:
    """So many timers that a scan of all of them would be chosen only by need."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO timers_timer
                 (kind, key, due_at, try_at, state, payload, set_at, tries, error)
               SELECT 'idle', 'run/' || i || '/due', due, due, 'pending', '{}', now(), 0, ''
               FROM (SELECT i, now() + interval '1 day' + i * interval '1 s' AS due
                     FROM generate_series(1, 20000) i) waiting"""
        )
        cursor.execute("ANALYZE timers_timer")


def test_what_is_due_is_found_by_the_index_and_never_by_looking_at_all(backlog: None) -> None:
    """The trap: clock_timestamp() is volatile, so it can be no condition of an index."""
    due = """SELECT id, key FROM timers_timer WHERE state = 'pending' AND try_at <= {}
             ORDER BY try_at, id LIMIT 32"""
    good = explained(due.format("campus_now()"))
    assert "timer_due" in good
    assert "Index Cond: (try_at <=" in good
    assert "Filter" not in good
    assert "Index Cond: (try_at <=" not in explained(due.format("clock_timestamp()"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'campus_now'")
        assert cursor.fetchone() == ("s",)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'timers_claim'")
        assert "clock_timestamp" not in cursor.fetchone()[0]


def test_the_next_moment_to_wake_is_one_look_into_the_index(backlog: None) -> None:
    assert "Seq Scan" not in explained(ticker._PAUSE)


def test_canceling_under_a_prefix_reads_only_what_is_under_it(backlog: None) -> None:
    plan = explained("SELECT 1 FROM timers_timer WHERE key::text LIKE 'run/12/%'")
    assert "Seq Scan" not in plan


def test_only_a_timer_that_is_due_soon_rings_the_bell() -> None:
    """A NOTIFY makes commits queue: who sets a timer for tomorrow rings nobody."""
    given = connection.get_connection_params()
    heard = {
        name: given[name]
        for name in ("dbname", "user", "host", "port", "password")
        if given.get(name)
    }
    with psycopg.connect(**heard, autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        put("tomorrow", due_at=clock.now() + FAR)
        put("in a minute", due_at=clock.now() + timedelta(minutes=1))
        assert list(ear.notifies(timeout=0)) == []
        put("at once")
        assert len(list(ear.notifies(timeout=PATIENCE_SECONDS, stop_after=1))) == 1


def test_a_timer_that_is_taken_back_was_never_set() -> None:
    """It is written in the caller's transaction."""
    with transaction.atomic():
        put("a")
        transaction.set_rollback(True)
    assert not Timer.objects.exists()
