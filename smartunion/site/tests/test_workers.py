"""What a worker died of: blamed when it happens again and again, forgotten when it does not."""

import time

import pytest

from smartunion.site import workers

TIMER = 7


def dies(pool: workers.Pool) -> bool:
    """Let a child die with the timer in hand; return whether the timer is blamed for it."""
    pool.hands[: workers.HAND] = TIMER.to_bytes(workers.HAND, "little")
    pool._blame(0)
    return pool.blamed.pop(0, 0) == TIMER


@pytest.fixture
def pool() -> workers.Pool:
    return workers.Pool(1, lambda place, stop: None, say=lambda text: None)


def test_what_kills_worker_after_worker_is_blamed_and_then_begins_anew(pool: workers.Pool) -> None:
    blamed = [dies(pool) for _ in range(2 * workers.DEADLY)]
    assert [n for n, yes in enumerate(blamed, 1) if yes] == [workers.DEADLY, 2 * workers.DEADLY]


def test_deaths_long_ago_are_forgotten(pool: workers.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(dies(pool) for _ in range(workers.DEADLY - 1))
    later = time.monotonic() + workers.FORGET_SECONDS + 1
    monkeypatch.setattr(workers.time, "monotonic", lambda: later)
    assert not dies(pool)
    assert pool.deaths == {TIMER: (1, later)}
