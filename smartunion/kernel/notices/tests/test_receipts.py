"""What providers report: signed, in any order, each number once."""

import itertools
import json
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from smartunion.kernel.ledger.audits import Audit
from smartunion.kernel.notices import actions, audits, outbox
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.notices.models import Contact, Message, Receipt
from smartunion.kernel.notices.rules import Channel, State
from smartunion.kernel.people.models import Person

from .conftest import NOON, of

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(lin: Person) -> Message:
    """Return an SMS that the vendor has taken."""
    actions.tell(to=lin, about="a", title="标题", channels=[Channel.SMS], at=NOON)
    (claimed,) = outbox.claim(at=NOON, limit=1)
    outbox.accepted({claimed: f"P{uuid4()}"}, at=NOON)
    return of(lin, Channel.SMS)


def said(message: Message, seq: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "out_id": str(message.key), "provider_id": message.provider_id, "seq": seq,
        "status": status, "at": "2025-03-05T12:10:05+08:00", **more,
    }  # fmt: skip


def post(content: Any, *, channel: str = "sms", secret: str = "", late: int = 0) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    path, at = f"/notices/receipts/{channel}/", str(int(time.time()) - late)
    mac = signature(secret or settings.RECEIPT_SECRET, "POST", path, at, body=body)
    return Client(enforce_csrf_checks=True).post(
        path, body, content_type="application/json",
        headers={"X-Timestamp": at, "X-Signature": mac},
    )  # fmt: skip


def state(message: Message) -> str:
    message.refresh_from_db()
    return message.state


@pytest.mark.clause("X10")
def test_a_delivered_sms_is_delivered(message: Message) -> None:
    assert post(said(message, 1, "DELIVERED")).json() == {"new": True}
    assert state(message) == State.DELIVERED
    assert message.delivered_at is not None


def test_the_same_receipt_again_changes_nothing(message: Message) -> None:
    post(said(message, 1, "DELIVERED"))
    assert post(said(message, 1, "UNDELIVERED")).json() == {"new": False}
    assert state(message) == State.DELIVERED
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    "order", list(itertools.permutations([(1, "DELIVERED"), (2, "READ"), (3, "REPLY")]))
)
def test_receipts_in_any_order_end_as_read(
    message: Message, order: tuple[tuple[int, str], ...]
) -> None:
    for seq, status in order:
        post(said(message, seq, status, text="收到"))
    assert state(message) == State.READ
    assert Receipt.objects.filter(message=message).count() == 3


def test_a_receipt_may_come_before_the_answer_of_the_vendor(lin: Person) -> None:
    actions.tell(to=lin, about="a", title="标题", channels=[Channel.SMS], at=NOON)
    (claimed,) = outbox.claim(at=NOON, limit=1)
    post({**said(claimed, 1, "DELIVERED"), "provider_id": ""})
    outbox.accepted({claimed: "P1"}, at=NOON)
    message = of(lin, Channel.SMS)
    assert (message.state, message.provider_id) == (State.DELIVERED, "P1")


def test_a_delivery_that_is_reported_late_still_counts(message: Message) -> None:
    post(said(message, 1, "UNDELIVERED", text="关机"))
    assert state(message) == State.FAILED
    post(said(message, 2, "DELIVERED"))
    assert state(message) == State.DELIVERED


def test_a_phone_that_is_switched_off_is_no_wrong_number(message: Message) -> None:
    post(said(message, 1, "UNDELIVERED", text="关机", code="MOBILE_NOT_ON_SERVICE"))
    assert not Contact.objects.exists()
    assert Message.objects.filter(instead_of=message, channel=Channel.WECOM).exists()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"not json", 422),
        (b"[]", 422),
        (b'{"seq": 1, "status": "LOST", "at": "2025-03-05T12:10:05+08:00"}', 422),
        (b'{"seq": 1, "status": "READ", "at": "2025-03-05T12:10:05", "out_id": "x"}', 422),
        (
            b'{"seq": 1, "status": "READ", "at": "2025-03-05T12:10:05+08:00",'
            b' "out_id": "3f0c8f3e-0000-4000-8000-000000000000"}',
            404,
        ),
        (b'{"seq": 1, "status": "READ", "at": "2025-03-05T12:10:05+08:00", "out_id": "x"}', 404),
        (b'{"seq": 1, "status": "READ", "at": "2025-03-05T12:10:05+08:00"}', 404),
    ],
)
def test_what_is_no_receipt_is_refused_in_words(content: bytes, status: int) -> None:
    answer = post(content)
    assert answer.status_code == status
    assert answer.json()["refused"]["text"]


def test_a_receipt_by_another_channel_is_not_ours(message: Message) -> None:
    assert post(said(message, 1, "READ"), channel="wecom").status_code == 404
    assert post(said(message, 1, "READ"), channel="pigeon").status_code == 404


def test_an_unsigned_or_old_receipt_is_not_believed(message: Message) -> None:
    assert post(said(message, 1, "READ"), secret="another").status_code == 401
    assert post(said(message, 1, "READ"), late=400).status_code == 401
    assert Client().post("/notices/receipts/sms/", b"{}", "application/json").status_code == 401
    assert state(message) == State.ACCEPTED


def test_without_a_shared_key_nobody_is_believed(message: Message, settings: Any) -> None:
    settings.RECEIPT_SECRET = ""
    body = json.dumps(said(message, 1, "READ")).encode()
    at = str(int(time.time()))
    mac = signature("", "POST", "/notices/receipts/sms/", at, body=body)
    answer = Client().post(
        "/notices/receipts/sms/", body, content_type="application/json",
        headers={"X-Timestamp": at, "X-Signature": mac},
    )  # fmt: skip
    assert answer.status_code == 401


def test_the_watch_sees_what_nobody_sends_and_who_does_not_answer(lin: Person) -> None:
    actions.tell(to=lin, about="a", title="标题", channels=[Channel.SMS], at=NOON)
    assert [*audits.late(NOON)] == []
    (found,) = audits.late(NOON + timedelta(seconds=11))
    assert (found.subject, found.text) == ("短信", "1 条到期未发，超过 10 秒")
    Message.objects.update(attempts=3, trouble="HTTP 503")
    (found,) = audits.unanswered(NOON)
    assert found.text == "1 条发不出去：HTTP 503"


@pytest.mark.parametrize("sql", [audits.PASSED_OVER, audits.UNHEARD])
def test_the_audits_are_silent_where_all_is_well(message: Message, sql: str) -> None:
    post(said(message, 2, "READ"))
    post(said(message, 1, "DELIVERED"))
    assert Audit("N", "", sql).offenders() == []


def test_the_audits_name_what_was_passed_over_and_what_was_not_heard(message: Message) -> None:
    post(said(message, 1, "DELIVERED"))
    Message.objects.update(delivered_at=None, provider_seq=-1)
    assert len(Audit("N2", "", audits.UNHEARD).offenders()) == 1
    Message.objects.update(state=State.PENDING, next_at=NOON - timedelta(hours=2), at=NOON)
    assert Audit("N1", "", audits.PASSED_OVER).offenders() == []
    Message.objects.update(at=NOON - timedelta(hours=2))
    assert len(Audit("N1", "", audits.PASSED_OVER).offenders()) == 1
