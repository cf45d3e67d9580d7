"""Answers by one tap, by a reply, by somebody else's link: what counts and what does not."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.notices import answering as notice_answering
from smartunion.kernel.notices import jobs, links, outbox
from smartunion.kernel.notices.models import Message, Notice
from smartunion.kernel.notices.outbox import Reported
from smartunion.kernel.response import actions, reads
from smartunion.kernel.response.models import DRILL, Asked, Correction, Event, Run, StepRun
from smartunion.kernel.timers import ticker

from .conftest import Duty, asked, begin, states


@pytest.fixture
def run(duty: Duty) -> Run:
    return begin(duty, at=clock.now())


def sms_to(person: object) -> Message:
    return Message.objects.select_related("notice").get(
        notice__person=person, channel="sms", notice__about__contains="/turn/"
    )


def link_to(person: object) -> str:
    return urlsplit(notice_answering.link_of(sms_to(person))).path


# ---------- one tap ----------


def test_the_link_shows_by_get_and_acts_by_post(run: Run, duty: Duty) -> None:
    client, link = Client(), link_to(duty.lin)
    shown = client.get(link).content.decode()
    assert "无人接听" in shown
    assert "现在打电话" in shown
    assert asked(run, duty.lin).received_at is None, "a preview of the address is no answer"
    client.post(link, {"act": "receive"})
    assert asked(run, duty.lin).via == "link"
    client.post(link, {"act": "no_answer", "step": "call"})
    assert states(run)["locate"] == "open"


def test_a_page_that_has_seen_everything_costs_one_small_query(
    run: Run, duty: Duty, django_assert_max_num_queries: Any
) -> None:
    """A phone asks every five seconds: who it is, whether they still work here, what is new."""
    client, link = Client(), link_to(duty.lin)
    seen = reads.version_of(run.pk, at=clock.now())
    with django_assert_max_num_queries(2):
        assert client.get(link, {"seen": seen}).status_code in {200, 204}
    until = time.monotonic() + 40  # a page is drawn anew each half a minute
    while client.get(link, {"seen": seen}).status_code != 204 and time.monotonic() < until:
        seen = reads.version_of(run.pk, at=clock.now())
    actions.receive(run_id=run.pk, by=duty.sun, at=clock.now(), via="link")
    assert "孙伟" in client.get(link, {"seen": seen}).content.decode()


def test_the_message_carries_that_very_link_at_every_try(run: Run, duty: Duty) -> None:
    message = sms_to(duty.lin)
    assert jobs.parcel_of(message).link == jobs.parcel_of(message).link
    assert jobs.parcel_of(message).link.endswith(link_to(duty.lin))


def test_a_replayed_link_changes_nothing(run: Run, duty: Duty) -> None:
    client, link = Client(), link_to(duty.lin)
    client.post(link, {"act": "answered", "step": "call"})
    closed = run.steps.get(code="call").closed_at
    client.post(link, {"act": "answered", "step": "call"})
    client.post(link, {"act": "no_answer", "step": "call"})
    row = run.steps.get(code="call")
    assert (row.outcome, row.closed_at) == ("answered", closed)
    assert run.events.filter(kind=Event.Kind.LATE).count() == 1, "the other answer, late"


def test_somebody_elses_link_in_a_session_of_ones_own_is_refused(run: Run, duty: Duty) -> None:
    client = Client()
    client.force_login(duty.sun)
    for _ in range(2):
        answer = client.post(link_to(duty.lin), {"act": "answered", "step": "call"})
        assert answer.status_code == 403
    assert states(run)["call"] == "open"
    foreign = run.events.get(kind=Event.Kind.FOREIGN)
    assert foreign.by == duty.sun


def test_a_link_that_is_over_or_changed_opens_nothing(run: Run, duty: Duty) -> None:
    path = link_to(duty.lin)
    assert Client().get(path[:-3] + ("xx/" if path[-3:] != "xx/" else "yy/")).status_code == 404
    old = Notice.objects.get(pk=sms_to(duty.lin).notice_id)
    tap = links.Tap(old.person_id, old.about, "tap", clock.now() - timedelta(seconds=1))
    assert Client().get(f"/tap/{links.tap_token(tap)}/").status_code == 410


def test_the_page_after_a_login_is_only_for_those_who_were_asked(run: Run, duty: Duty) -> None:
    client = Client()
    client.force_login(duty.driver)
    assert client.get(f"/response/{run.pk}/alert/").status_code == 404
    client.force_login(duty.zheng)
    assert "请先应答" in client.get(f"/response/{run.pk}/alert/").content.decode()
    client.post(f"/response/{run.pk}/alert/", {"act": "receive"})
    assert asked(run, duty.zheng).via == "page"


# ---------- replies ----------


@pytest.fixture
def reply() -> Callable[..., None]:
    seq = iter(range(1, 100))

    def say(person: object, text: str, channel: str = "sms") -> None:
        message = Message.objects.get(
            notice__person=person, channel=channel, notice__about__contains="/turn/"
        )
        said = Reported(next(seq), "reply", clock.now(), text=text)
        outbox.take_receipt(message, said, at=clock.now())

    return say


def test_a_reply_by_sms_or_wecom_is_an_answer(run: Run, duty: Duty, reply: object) -> None:
    reply(duty.sun, " 收到。 ", "wecom")
    reply(duty.lin, "无人接听")
    assert asked(run, duty.sun).via == "wecom"
    row = run.steps.get(code="call")
    assert (row.outcome, row.via, row.by) == ("no_answer", "sms", duty.lin)


def test_a_one_means_received_and_never_more(run: Run, duty: Duty, reply: object) -> None:
    """People press or reply 1 to any alarm; that nobody was reached must not be lost by it."""
    reply(duty.lin, "1", "voice")
    assert asked(run, duty.lin).via == "voice"
    assert states(run)["call"] == "open"


def test_a_word_that_nobody_knows_counts_for_nothing(run: Run, duty: Duty, reply: object) -> None:
    reply(duty.lin, "这是什么？")
    assert asked(run, duty.lin).received_at is None
    assert run.events.get(kind=Event.Kind.HEARD).note == "这是什么？"


def test_somebody_who_replies_that_it_is_the_wrong_number_is_passed_over(
    run: Run, duty: Duty, reply: object
) -> None:
    reply(duty.lin, "打错了")
    assert asked(run, duty.he).summoned_at is not None
    assert Correction.objects.get(run=run).asked.person == duty.lin


def test_an_empty_number_is_heard_from_the_gateway(run: Run, duty: Duty) -> None:
    claimed = {m.pk: m for m in outbox.claim(at=clock.now() + timedelta(seconds=1), limit=50)}
    mine = claimed[sms_to(duty.lin).pk]
    outbox.refused(mine, trouble="空号", is_wrong=True, at=clock.now())
    assert asked(run, duty.lin).wrong_at is not None
    assert asked(run, duty.he).summoned_at is not None


# ---------- drills ----------


def test_every_message_of_a_drill_begins_with_the_mark(duty: Duty) -> None:
    at = clock.now()
    run = begin(duty, drill=True, at=at)
    ticker.fire_due(at=run.t0 + timedelta(hours=1))
    titles = Notice.objects.filter(about__startswith="response/").values_list("title", flat=True)
    assert len(titles) > 10
    assert all(title.startswith(DRILL) for title in titles)
    for table in (StepRun, Asked, Event):
        assert set(table.objects.filter(run=run).values_list("is_drill", flat=True)) == {True}


def refused(what: str, *given: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(what, given)
    except DatabaseError:
        return True
    return False


def test_the_database_keeps_drills_and_reality_apart(run: Run, duty: Duty) -> None:
    drill = begin(duty, drill=True, at=clock.now())
    assert refused("UPDATE response_run SET is_drill = true WHERE id = %s", run.pk)
    assert refused("UPDATE response_run SET is_drill = false WHERE id = %s", drill.pk)
    assert refused("UPDATE response_steprun SET is_drill = true WHERE run_id = %s", run.pk)
    assert refused("UPDATE response_asked SET run_id = %s WHERE run_id = %s", drill.pk, run.pk)
    assert refused("DELETE FROM response_event WHERE run_id = %s", run.pk)
    notice = "UPDATE notices_notice SET title = %s WHERE about LIKE %s"
    assert refused(notice, "红色预警", f"response/{drill.pk}/turn/%")
    assert refused(notice, "【演练】红色预警", f"response/{run.pk}/turn/%")
    assert not refused(notice, "【演练】好", f"response/{drill.pk}/turn/%")


def test_a_drill_cannot_be_held_on_a_real_matter(run: Run, duty: Duty) -> None:
    from smartunion.kernel.response.refusals import DrillMixed

    with pytest.raises(DrillMixed):
        actions.open_run(
            protocol="test.red", about=run.about, unit=duty.branch, number="D1", drill=True,
            by=None, at=clock.now(),
        )  # fmt: skip
