"""A timer is set, moved, canceled, and fires once with all that follows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.actions import cancel, cancel_under, set_timer
from smartunion.kernel.timers.handlers import HANDLERS, TOGETHER
from smartunion.kernel.timers.models import Firing, Timer
from smartunion.kernel.timers.reads import words_of
from smartunion.kernel.timers.wanted import Wanted, set_timers

NOON = datetime(2025, 3, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    """What the handler of kind "test" was called with."""
    calls: list[tuple[str, datetime]] = []
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: calls.append((timer.key, at)))
    return calls


def put(key: str, due_at: datetime, **payload: object) -> Timer:
    return set_timer(kind="test", key=key, due_at=due_at, payload=payload, at=NOON)


def state_of(key: str) -> str:
    return Timer.objects.get(key=key).state


def test_a_timer_fires_at_its_moment_and_not_before(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON + HOUR, who="林老师")
    assert ticker.fire_due(at=NOON + HOUR - timedelta(microseconds=1)) == 0
    assert ticker.fire_due(at=NOON + HOUR) == 1
    assert heard == [("a", NOON + HOUR)]
    fired = Timer.objects.get(key="a")
    assert (fired.state, fired.fired_at, fired.payload) == ("fired", NOON + HOUR, {"who": "林老师"})
    assert Firing.objects.get(timer=fired).late_us == 0


def test_what_has_fired_does_not_fire_again(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON)
    assert ticker.fire_due(at=NOON) == 1
    assert ticker.fire_due(at=NOON + HOUR) == 0
    assert len(heard) == 1


def test_timers_fire_in_the_order_of_due_each_at_its_own_moment(
    heard: list[tuple[str, datetime]],
) -> None:
    """The played year moves its clock by days; what happens in between happens in between."""
    for key, hours in (("third", 3), ("first", 1), ("second", 2)):
        put(key, NOON + hours * HOUR)
    assert ticker.fire_due(at=NOON + 24 * HOUR) == 3
    assert heard == [
        ("first", NOON + HOUR),
        ("second", NOON + 2 * HOUR),
        ("third", NOON + 3 * HOUR),
    ]


def test_what_firing_sets_fires_in_the_same_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sets the next one an hour later, until none is due."""
    moments: list[datetime] = []

    def again(timer: Timer, at: datetime) -> None:
        moments.append(at)
        number = timer.payload["number"] + 1
        set_timer(
            kind="test", key=f"a/{number}", due_at=at + HOUR, payload={"number": number}, at=at
        )

    monkeypatch.setitem(HANDLERS, "test", again)
    put("a/1", NOON, number=1)
    assert ticker.fire_due(at=NOON + 3 * HOUR) == 4
    assert moments == [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]
    assert state_of("a/5") == "pending"


def test_setting_a_pending_timer_again_moves_it(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON, word="old")
    moved = put("a", NOON + HOUR, word="new")
    assert Timer.objects.count() == 1
    assert moved.payload == {"word": "new"}
    assert ticker.fire_due(at=NOON) == 0
    assert ticker.fire_due(at=NOON + HOUR) == 1


def test_setting_a_canceled_timer_again_lets_it_pend(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON)
    assert cancel(keys=["a"], at=NOON) == 1
    put("a", NOON + HOUR)
    assert ticker.fire_due(at=NOON + HOUR) == 1


def test_setting_a_fired_timer_again_is_an_error(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON)
    ticker.fire_due(at=NOON)
    with pytest.raises(ValueError, match="has fired"):
        put("a", NOON + HOUR)


def test_a_canceled_timer_never_fires(heard: list[tuple[str, datetime]]) -> None:
    put("a", NOON)
    put("b", NOON)
    assert cancel(keys=["a", "unknown"], at=NOON) == 1
    assert cancel(keys=["a"], at=NOON) == 0
    assert ticker.fire_due(at=NOON) == 1
    assert [key for key, _ in heard] == ["b"]
    assert state_of("a") == "canceled"


def test_canceling_under_a_prefix_spares_the_neighbor() -> None:
    """run/1 is not run/12."""
    for key in ("run/1/due", "run/1/escalate/80", "run/12/due", "run/1"):
        put(key, NOON)
    assert cancel_under(prefix="run/1", at=NOON) == 2
    pending = Timer.objects.filter(state="pending").order_by("key")
    assert [timer.key for timer in pending] == ["run/1", "run/12/due"]


def test_a_handler_may_cancel_everything_of_its_step_and_still_counts_as_fired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An automatic step ends its own run, which cancels the run's timers: all but this one."""
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: cancel_under(prefix="run/1", at=at))
    put("run/1/auto", NOON)
    put("run/1/due", NOON + HOUR)
    assert ticker.fire_due(at=NOON + HOUR) == 1
    assert (state_of("run/1/auto"), state_of("run/1/due")) == ("fired", "canceled")


def test_a_handler_that_sets_its_own_key_is_told_to_number_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def again(timer: Timer, at: datetime) -> None:
        set_timer(kind="test", key=timer.key, due_at=at + HOUR, at=at)

    monkeypatch.setitem(HANDLERS, "test", again)
    put("a", NOON)
    assert ticker.fire_due(at=NOON) == 0
    assert "needs a key of its own" in Timer.objects.get(key="a").error


def test_a_failing_handler_leaves_nothing_behind_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its error stays on the row until it is mended; the others are not held up."""

    def broken(timer: Timer, at: datetime) -> None:
        put("written by it", NOON + 24 * HOUR)
        raise RuntimeError("printer on fire")

    monkeypatch.setitem(HANDLERS, "broken", broken)
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: None)
    set_timer(kind="broken", key="a", due_at=NOON, at=NOON)
    put("b", NOON)
    assert ticker.fire_due(at=NOON) == 1
    failing = Timer.objects.get(key="a")
    assert (failing.state, failing.tries) == ("pending", 1)
    assert failing.error == "RuntimeError: printer on fire"
    assert failing.try_at == NOON + timedelta(seconds=1)
    assert failing.due_at == NOON
    assert not Timer.objects.filter(key="written by it").exists()

    assert ticker.fire_due(at=NOON + timedelta(minutes=1)) == 0
    assert Timer.objects.get(key="a").tries > 3

    monkeypatch.setitem(HANDLERS, "broken", lambda timer, at: None)
    assert ticker.fire_due(at=NOON + HOUR) == 1
    mended = Timer.objects.get(key="a")
    assert (mended.state, mended.error) == ("fired", "")


def of_one_matter(*keys: str) -> None:
    set_timers(wanted=[Wanted("test", key, NOON) for key in keys], matter="run/1", at=NOON)


def test_what_one_matter_has_due_at_once_is_handed_over_together(
    heard: list[tuple[str, datetime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    together: list[list[str]] = []
    monkeypatch.setitem(
        TOGETHER, "test", lambda timers, at: together.append([t.key for t in timers])
    )
    of_one_matter("run/1/a", "run/1/b")
    put("run/1/alone", NOON)
    set_timers(wanted=[Wanted("test", "run/1/later", NOON + HOUR)], matter="run/1", at=NOON)
    assert ticker.fire_due(at=NOON + HOUR) == 4
    assert together == [["run/1/a", "run/1/b"]]
    assert heard == [("run/1/alone", NOON), ("run/1/later", NOON + HOUR)]
    assert Firing.objects.count() == 4


def test_one_that_fails_among_those_of_its_matter_fails_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(timer: Timer, at: datetime) -> None:
        put(f"written by {timer.key}", NOON + 24 * HOUR)
        if timer.key == "run/1/b":
            raise RuntimeError("printer on fire")

    monkeypatch.setitem(HANDLERS, "test", broken)
    monkeypatch.setitem(
        TOGETHER, "test", lambda timers, at: [broken(timer, at) for timer in timers]
    )
    of_one_matter("run/1/a", "run/1/b", "run/1/c")
    assert ticker.fire_due(at=NOON) == 2
    assert [state_of(f"run/1/{key}") for key in "abc"] == ["fired", "pending", "fired"]
    written = Timer.objects.filter(key__startswith="written by").order_by("key")
    assert [timer.key[-1] for timer in written] == ["a", "c"]
    assert Timer.objects.get(key="run/1/b").tries == 1


def test_one_that_another_of_its_matter_cancels_does_not_fire(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An answer that ends a step in the moment when its other clock is due."""

    def ends_the_step(timer: Timer, at: datetime) -> None:
        cancel_under(prefix="run/1", at=at)

    monkeypatch.setitem(HANDLERS, "test", ends_the_step)
    of_one_matter("run/1/a", "run/1/b")
    assert ticker.fire_due(at=NOON) == 1
    assert (state_of("run/1/a"), state_of("run/1/b")) == ("fired", "canceled")


def test_the_pause_after_a_failure_doubles_up_to_ten_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments: list[datetime] = []

    def broken(timer: Timer, at: datetime) -> None:
        moments.append(at)
        raise RuntimeError

    monkeypatch.setitem(HANDLERS, "test", broken)
    put("a", NOON)
    ticker.fire_due(at=NOON + HOUR)
    pauses = [int((b - a).total_seconds()) for a, b in pairwise(moments)]
    assert pauses[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]


def test_a_handler_that_breaks_a_promise_of_the_database_fails_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(timer: Timer, at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setitem(HANDLERS, "test", broken)
    put("a", NOON)
    assert ticker.fire_due(at=NOON) == 0
    assert "division by zero" in Timer.objects.get(key="a").error


def test_a_timer_that_nobody_handles_is_kept_and_says_so() -> None:
    """An older worker beside a newer one leaves what it does not know to the newer."""
    set_timer(kind="nobody's", key="a", due_at=NOON, at=NOON)
    assert ticker.fire_due(at=NOON) == 0
    assert Timer.objects.get(key="a").error == 'KeyError: "nobody\'s"'


def test_moving_a_failing_timer_forgives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HANDLERS, "test", lambda timer, at: 1 / 0)
    put("a", NOON)
    ticker.fire_due(at=NOON)
    moved = put("a", NOON + HOUR)
    assert (moved.tries, moved.error, moved.try_at) == (0, "", NOON + HOUR)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE timers_timer SET state = 'pending', fired_at = NULL",
        "UPDATE timers_timer SET due_at = due_at + interval '1 day'",
        "DELETE FROM timers_timer",
        "DELETE FROM timers_firing",
        "UPDATE timers_firing SET late_us = 0",
    ],
)
def test_the_database_itself_keeps_what_has_fired(
    heard: list[tuple[str, datetime]], change: str
) -> None:
    put("a", NOON)
    ticker.fire_due(at=NOON)
    with (
        pytest.raises(DatabaseError, match="stays fired"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_every_kind_of_timer_of_the_house_is_told_in_chinese() -> None:
    wired = import_string(settings.TIMERS)
    assert wired
    assert [kind for kind in wired if words_of(kind) == kind] == []
