"""The last second: an objection and the end of the window at the same moment, in real threads."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, refusals, rules
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail import reads as trail

from .conftest import moment

Post = Callable[..., Posting]

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do everything at the same moment; return what each returned or raised."""
    ready = threading.Barrier(len(acts))
    told: list[object] = [None] * len(acts)

    def run(k: int, act: Callable[[], object]) -> None:
        try:
            ready.wait(10)
            told[k] = act()
        except Exception as failed:
            told[k] = failed
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(k, act)) for k, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


@pytest.mark.clause("R218")
@pytest.mark.parametrize("round_", range(4))
def test_an_objection_in_the_last_tenth_of_a_second_and_the_closing_agree(
    post: Post, round_: int
) -> None:
    """Either it is in and the posting waits, or the posting is closed and it is refused."""
    posting = post(at="2025-04-21 10:00", about=f"race:{round_}")

    def object_() -> object:
        return actions.object_to(
            posting_id=posting.pk, name="莫思齐", contact="13800001111", text="最后一刻", by=None,
            at=posting.closes_at - timedelta(seconds=0.1),
        )  # fmt: skip

    objected, fired = at_once(object_, lambda: fire_due(at=posting.closes_at + rules.SETTLE))
    posting.refresh_from_db()
    told = [e.what for e in trail.of(posting) if e.what.startswith("publicity.")]
    if isinstance(objected, Objection):
        assert posting.state == Posting.State.WAITING
        assert told[-2:] == ["publicity.objected", "publicity.expired"]
    else:
        assert isinstance(objected, refusals.WindowOver), objected
        assert posting.state == Posting.State.CLOSED
        assert told[-1] == "publicity.closed"
    assert isinstance(fired, int), fired


@pytest.mark.clause("R218")
def test_two_who_decide_the_same_objection_at_once_decide_it_once(
    post: Post, mo: Person, lin: Person
) -> None:
    posting = post(at="2025-04-21 10:00")
    objection = actions.object_to(
        posting_id=posting.pk, name="外人", contact="13800001111", text="不实", by=None,
        at=moment("2025-04-22 10:00"),
    )  # fmt: skip
    given = {"objection_id": objection.pk, "because": "核查过", "at": moment("2025-04-22 11:00")}
    told = at_once(lambda: actions.uphold(by=mo, **given), lambda: actions.dismiss(by=lin, **given))
    assert sorted(type(one).__name__ for one in told) == ["Decided", "Objection"]
    objection.refresh_from_db()
    posting.refresh_from_db()
    assert (objection.state == "upheld") == (posting.state == Posting.State.UPHELD)


def test_two_who_post_at_once_have_two_numbers_and_the_same_matter_is_posted_once(
    post: Post,
) -> None:
    told = at_once(*[lambda k=k: post(about=f"case:{k % 3}") for k in range(6)])
    assert sorted(p.number for p in Posting.objects.all()) == [
        "GS-2025-0001", "GS-2025-0002", "GS-2025-0003",
    ]  # fmt: skip
    assert sum(isinstance(one, refusals.PostedAlready) for one in told) == 3


def test_tickers_that_fire_at_once_close_a_posting_once(post: Post) -> None:
    posting = post(at="2025-04-21 10:00")
    at_once(*[lambda: fire_due(at=moment("2025-04-28 00:01"))] * 3)
    assert trail.of(posting).filter(what="publicity.closed").count() == 1
