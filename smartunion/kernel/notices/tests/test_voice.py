"""A phone rings: picked up and confirmed by a key, not taken, busy, or nobody's."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import actions, contacts, gateways, reads
from smartunion.kernel.notices.answering import Answering
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.notices.models import Contact, Message, Receipt
from smartunion.kernel.notices.rules import AT_ONCE, IN_TURN, Channel, Priority, State
from smartunion.kernel.people.models import Person
from smartunion.site import wiring

from .conftest import NOON, World, of
from .test_sending import until

pytestmark = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)

Heard = list[tuple[str, str]]


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a test wait for answers to its own matters."""

    def wait(hear: Callable[[Message, str, datetime], None], heard: Heard | None = None) -> None:
        wrong = [] if heard is None else heard
        waits = Answering(
            tap="notices:opened", life=timedelta(hours=1), hear=hear,
            wrong=lambda message, at: wrong.append(("wrong", message.address)),
        )  # fmt: skip
        monkeypatch.setitem(wiring.NOTICE_ANSWERS, "test.call", waits)

    return wait


@pytest.fixture
def heard(listen: Callable[..., None]) -> Heard:
    """Hear what comes back of the matters of this test."""
    said: Heard = []
    listen(lambda message, words, at: said.append((str(message.channel), words)), said)
    return said


def ring(person: Person, number: int = 1) -> None:
    actions.tell(
        to=person, about=f"test.call/{number}", title="请立即处置 R2025-003",
        priority=Priority.CRISIS, channels=[Channel.VOICE], at=NOON,
    )  # fmt: skip


def call_of(world: World, person: Person) -> dict[str, Any]:
    return world.items("voice", person.phone)[-1]


@really
@pytest.mark.clause("R116")
def test_a_call_is_picked_up_and_confirmed_by_a_key(
    world: World, house: str, lin: Person, heard: Heard
) -> None:
    """The phone says what it is about, never of whom; key 1 is heard as 收到."""
    ring(lin)
    assert world.send() == 1
    call = call_of(world, lin)
    assert (call["state"], call["body"]) == (
        "ringing",
        "这里是校工会值守系统。请立即处置 R2025-003。收到请按 1。",
    )
    world.on_the_phone(call, "pick_up")
    world.on_the_phone(call, "press", key="1")
    until(lambda: of(lin, Channel.VOICE).state == State.READ)
    assert heard == [("voice", "1")]
    assert reads.way(of(lin, Channel.VOICE)) == ("ok", "电话 已按键确认")


@really
def test_a_second_call_finds_the_phone_busy_and_declining_is_busy_too(
    world: World, house: str, lin: Person, heard: Heard
) -> None:
    ring(lin, 1)
    world.send()
    first = call_of(world, lin)
    ring(lin, 2)
    world.send()
    assert call_of(world, lin)["state"] == "busy"
    until(lambda: Message.objects.filter(trouble="占线").count() == 1)
    world.on_the_phone(first, "hang_up")
    until(lambda: Message.objects.filter(trouble="占线").count() == 2)
    assert heard == []
    assert Message.objects.count() == 2, "a call is never replaced by another way"


@really
def test_a_phone_that_nobody_takes_and_a_number_that_is_nobody_s(
    world: World, house: str, lin: Person, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """不接 and 空号 are two things: the second puts the number right first."""
    monkeypatch.setattr(gateways, "RING_SECONDS", 0.3)
    ring(lin, 1)
    world.send()
    until(lambda: of(lin, Channel.VOICE).state == State.FAILED)
    assert call_of(world, lin)["state"] == "missed"
    assert reads.way(of(lin, Channel.VOICE)) == ("late", "电话 无人接听")
    assert heard == []
    world.nobody(lin.phone)
    ring(lin, 2)
    world.send()
    until(lambda: Channel.VOICE not in contacts.addresses_of([lin])[lin.pk])
    assert heard == [("wrong", lin.phone)]
    actions.correct(
        person=lin, channel=Channel.SMS, address="13912345678", by=lin, at=NOON, because="换号"
    )
    assert contacts.addresses_of([lin])[lin.pk][Channel.VOICE] == "13912345678"


def test_the_same_call_asked_for_twice_rings_once(world: World, lin: Person) -> None:
    """A sender that died before it could mark: the next one asks with the same key."""
    ring(lin)
    world.send()
    Message.objects.update(state=State.PENDING, next_at=NOON)
    world.send(at=NOON + timedelta(seconds=6))
    (call,) = world.items("voice", lin.phone)
    assert (call["calls"], call["state"]) == (2, "ringing")


def test_only_a_crisis_rings_and_only_where_it_is_asked_for(world: World, lin: Person) -> None:
    assert Channel.VOICE not in IN_TURN
    assert all(Channel.VOICE not in ways for ways in AT_ONCE.values())
    with pytest.raises(ValueError, match="crisis"), transaction.atomic():
        actions.tell(
            to=lin, about="a", title="标题", priority=Priority.URGENT, channels=[Channel.VOICE],
            at=NOON,
        )  # fmt: skip
    actions.choose(ways=list(Channel), by=lin, at=NOON)
    actions.tell(to=lin, about="b", title="标题", at=NOON)
    assert not Message.objects.filter(channel=Channel.VOICE).exists()
    assert Channel.VOICE not in {way.channel for way in reads.settings_of(lin, at=NOON).ways}


def post(message: Message, seq: int, status: str, text: str = "") -> int:
    body = json.dumps(
        {"out_id": str(message.key), "seq": seq, "status": status, "text": text,
         "at": "2025-03-05T12:10:05+08:00"}
    ).encode()  # fmt: skip
    path, at = "/notices/receipts/voice/", str(int(time.time()))
    mac = signature(settings.RECEIPT_SECRET, "POST", path, at, body=body)
    return (
        Client()
        .post(
            path, body, content_type="application/json",
            headers={"X-Timestamp": at, "X-Signature": mac},
        )
        .status_code
    )  # fmt: skip


def test_a_key_heard_before_the_call_was_answered_counts(lin: Person, heard: Heard) -> None:
    """Out of order and twice: each is heard once, and confirmed stays confirmed."""
    ring(lin)
    message = of(lin, Channel.VOICE)
    for seq, status in ((2, "PRESSED"), (1, "ANSWERED"), (2, "PRESSED")):
        assert post(message, seq, status, "1" if status == "PRESSED" else "") == 200
    assert heard == [("voice", "1")]
    assert of(lin, Channel.VOICE).state == State.READ
    assert post(message, 3, "RINGING") == 422


def test_an_answer_that_is_refused_leaves_the_receipt_and_one_that_breaks_takes_it_back(
    lin: Person, listen: Callable[..., None]
) -> None:
    class Late(Refused):
        code = "test.late"

    def too_late(message: Message, words: str, at: datetime) -> None:
        Contact.objects.create(person=lin, channel="sms", address="13800000000")
        raise Late

    def broken(message: Message, words: str, at: datetime) -> None:
        raise RuntimeError("a bug")

    ring(lin)
    message = of(lin, Channel.VOICE)
    listen(too_late)
    assert post(message, 1, "PRESSED", "1") == 200
    assert Receipt.objects.count() == 1
    assert not Contact.objects.exists()
    listen(broken)
    with pytest.raises(RuntimeError):
        post(message, 2, "PRESSED", "1")
    assert Receipt.objects.count() == 1
