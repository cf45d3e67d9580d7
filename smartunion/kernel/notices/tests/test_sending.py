"""Messages leave the house over real HTTP and SMTP, once, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from django.db import connection

from smartunion.kernel.notices import actions, gateways, jobs, outbox, reads
from smartunion.kernel.notices.gateways import Mail, Parcel, WeCom
from smartunion.kernel.notices.models import Contact, Message, Notice
from smartunion.kernel.notices.rules import Channel, Priority, State, Terms
from smartunion.kernel.people.models import Person

from .conftest import NOON, World, of

pytestmark = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)
"""Other threads, processes or the providers must see what is written."""


def tell(
    person: Person,
    priority: Priority = Priority.NORMAL,
    *,
    about: str = "case/1",
    channels: list[Channel] | None = None,
    at: datetime = NOON,
) -> list[Notice]:
    return actions.tell(
        to=person, about=about, title="您的申请已受理", text="15日内放款。", link="/my/cases/1/",
        priority=priority, channels=channels, at=at,
    )  # fmt: skip


def until(true: object, seconds: float = 10) -> None:
    """Wait for what another process or thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.mark.clause("R116", "X10", "X11")
def test_a_crisis_reaches_every_phone_by_every_way_at_once(world: World, lin: Person) -> None:
    tell(lin, Priority.CRISIS)
    assert world.send() == 3
    (sms,), (card,), (mail,) = (
        world.items("sms", lin.phone),
        world.items("wecom", lin.username),
        world.items("email", lin.email),
    )
    assert "危急 您的申请已受理" in sms["body"]
    assert card["title"] == mail["title"] == "您的申请已受理"
    assert sms["link"] != card["link"], "each way has a link of its own"
    states = set(Message.objects.values_list("state", flat=True))
    assert states <= {State.ACCEPTED, State.DELIVERED}


def test_an_ordinary_matter_goes_by_wecom_unless_one_chose_otherwise(
    world: World, lin: Person
) -> None:
    tell(lin)
    actions.choose(ways=[Channel.EMAIL], by=lin, at=NOON)
    tell(lin, about="case/2")
    world.send()
    assert [m.channel for m in Message.objects.order_by("id")] == [Channel.WECOM, Channel.EMAIL]
    assert reads.unread(lin) == 2


def test_a_matter_is_told_once_however_often_it_is_told(lin: Person) -> None:
    assert len(tell(lin)) == 1
    assert tell(lin) == []
    assert Message.objects.count() == 1


@really
def test_two_who_tell_the_same_at_once_tell_it_once(lin: Person) -> None:
    told: list[int] = []

    def run() -> None:
        told.append(len(tell(lin, Priority.URGENT)))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 0, 0, 0, 0, 1]
    assert Message.objects.count() == 2


@really
def test_two_senders_at_once_send_each_message_once(world: World, lin: Person) -> None:
    for n in range(40):
        tell(lin, about=f"case/{n}", channels=[Channel.SMS])

    def run() -> None:
        world.send()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    items = world.items("sms", lin.phone)
    assert (len(items), {item["calls"] for item in items}) == (40, {1})


@really
def test_a_sender_killed_before_it_marks_leaves_one_message_on_the_phone(
    world: World, lin: Person
) -> None:
    """kill -9 between the provider's taking and our mark: sent again with the same key."""
    tell(lin, channels=[Channel.SMS])
    world.fault("sms", delay_ms=2000)  # the vendor takes it and answers late
    sender = start_sender()
    try:
        until(lambda: world.items("sms", lin.phone), 20)
    finally:
        os.kill(sender.pid, signal.SIGKILL)
        sender.wait()
    world.fault("sms")
    message = of(lin, Channel.SMS)
    assert (message.state, message.attempts) == (State.SENDING, 1)
    assert world.send() == 0, "the lease of the dead still runs"
    assert world.send(at=NOON + 2 * outbox.LEASE) == 1
    (item,) = world.items("sms", lin.phone)
    assert item["calls"] == 2
    assert item["key"] == str(message.key)
    assert of(lin, Channel.SMS).state == State.ACCEPTED


def start_sender() -> "subprocess.Popen[bytes]":
    """Start a process that sends what is due at noon, on this test's own database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(url._replace(path="/" + str(connection.settings_dict["NAME"])))
    from django.conf import settings

    program = (
        "import django; django.setup();"
        "from datetime import datetime;"
        "from smartunion.kernel.notices import gateways, jobs;"
        f"jobs.send_due(gateways.of_the_house(), at=datetime.fromisoformat('{NOON.isoformat()}'))"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
        "SMS_URL": settings.SMS_URL,
        "WECOM_URL": settings.WECOM_URL,
    }
    return subprocess.Popen([sys.executable, "-c", program], env=environment)


def test_a_slow_zombie_does_not_unmark_what_another_has_sent(world: World, lin: Person) -> None:
    tell(lin, channels=[Channel.SMS])
    (first,) = outbox.claim(at=NOON, limit=5)
    later = NOON + outbox.LEASE
    world.send(at=later)
    outbox.unanswered(first, trouble="too late", at=later)
    outbox.refused(first, trouble="too late", is_wrong=True, at=later)
    assert of(lin, Channel.SMS).state == State.ACCEPTED
    assert not Contact.objects.exists()


def test_a_provider_that_does_not_answer_is_asked_again_after_1_2_4_seconds(
    world: World, lin: Person
) -> None:
    tell(lin, channels=[Channel.SMS])
    world.fault("sms", errors=3)
    moments = []
    at = NOON
    for _ in range(4):
        moments.append((at - NOON).total_seconds())
        assert world.send(at=at) == 1
        at = of(lin, Channel.SMS).next_at
    assert [round(m) for m in moments] == [0, 1, 3, 7]
    assert of(lin, Channel.SMS).state == State.ACCEPTED


def test_after_five_silences_another_way_is_taken_and_the_page_says_so(
    world: World, lin: Person
) -> None:
    (notice,) = tell(lin, channels=[Channel.SMS])
    world.fault("sms", errors=5)
    for minute in range(5):
        world.send(at=NOON + timedelta(minutes=minute))
    (entry,) = reads.entries([notice])
    assert entry.detours == ["短信未送达（HTTP 503），已改发企业微信"]
    world.send(at=NOON + timedelta(minutes=6))
    assert len(world.items("wecom", lin.username)) == 1


def test_a_busy_provider_costs_no_patience(world: World, lin: Person) -> None:
    tell(lin, channels=[Channel.SMS])
    world.fault("sms", busy=8)
    for minute in range(9):
        world.send(at=NOON + timedelta(minutes=10 * minute))
    assert of(lin, Channel.SMS).state == State.ACCEPTED


@really
def test_a_wrong_number_is_noted_told_and_gone_round(world: World, lin: Person, house: str) -> None:
    """空号: the vendor takes the SMS and reports only later that nobody has the number."""
    world.nobody(lin.phone)
    (notice,) = tell(lin, channels=[Channel.SMS])
    world.send()
    until(lambda: of(lin, Channel.SMS).state == State.FAILED)
    assert of(lin, Channel.WECOM).instead_of == of(lin, Channel.SMS)
    (entry,) = reads.entries([notice])
    assert entry.detours == ["短信未送达（空号），已改发企业微信"]
    assert Contact.objects.get(person=lin, channel=Channel.SMS).wrong_at is not None
    asked = Notice.objects.get(person=lin, about__startswith="contact/")
    assert asked.title == "短信收不到，请核对号码"
    tell(lin, Priority.URGENT, about="case/2")
    assert not Message.objects.filter(notice__about="case/2", channel=Channel.SMS).exists()


@really
def test_a_number_corrected_at_the_desk_gets_the_lost_message(
    world: World, lin: Person, wang: Person, house: str
) -> None:
    world.nobody(lin.phone)
    tell(lin, channels=[Channel.SMS])
    world.send()
    until(lambda: of(lin, Channel.SMS).state == State.FAILED)
    right = f"139{lin.phone[3:]}"
    actions.correct(
        person=lin, channel=Channel.SMS, address=right, by=wang, at=NOON, because="已电话核对"
    )
    actions.send_again(message_id=of(lin, Channel.SMS).pk, by=wang, at=NOON)
    world.send()
    assert len(world.items("sms", right)) == 1
    until(lambda: of(lin, Channel.SMS).state == State.DELIVERED)


def test_a_mailbox_that_does_not_exist_is_gone_round_at_once(world: World, lin: Person) -> None:
    world.nobody(lin.email)
    (notice,) = tell(lin, channels=[Channel.EMAIL])
    world.send()
    (entry,) = reads.entries([notice])
    assert entry.detours == ["邮件未送达（邮箱不存在（550）），已改发企业微信"]


def test_a_mail_sent_twice_lies_once_in_the_mailbox(world: World, lin: Person) -> None:
    parcel = Parcel("7f0c", lin.email, Priority.NORMAL, "标题", "正文", "http://127.0.0.1/n")
    mail = gateways.of_the_house()[Channel.EMAIL]
    assert isinstance(mail, Mail)
    mail.send(parcel)
    mail.send(parcel)
    (item,) = world.items("email", lin.email)
    assert item["calls"] == 2


def test_wecom_s_token_is_fetched_anew_when_it_is_stale(world: World, lin: Person) -> None:
    wecom = gateways.of_the_house()[Channel.WECOM]
    assert isinstance(wecom, WeCom)
    wecom._token = "an old one"
    parcel = Parcel("k", lin.username, Priority.NORMAL, "标题", "正文", "http://127.0.0.1/1")
    assert wecom.send(parcel)
    assert wecom.send(parcel)
    (item,) = world.items("wecom", lin.username)
    assert item["calls"] == 2, "WeCom's own duplicate check keeps the second from the phone"


def test_wecom_hears_25_a_minute_the_rest_waits_and_crisis_still_comes_through(
    world: World, lin: Person, terms: Terms
) -> None:
    for n in range(29):
        tell(lin, about=f"case/{n}")
    assert world.send() == 25
    tell(lin, Priority.CRISIS, about="red/1", channels=[Channel.WECOM])
    assert world.send() == 1
    items = world.items("wecom", lin.username)
    assert Counter(item["state"] for item in items) == {"arrived": 26}, "nothing was dropped"
    waiting = Message.objects.filter(state=State.PENDING)
    assert [m.next_at > NOON for m in waiting] == [True] * 4
    assert world.send(at=NOON + timedelta(seconds=30)) == 0
    assert world.send(at=NOON + timedelta(seconds=61)) == 4


@really
def test_senders_at_once_share_one_count(world: World, lin: Person, terms: Terms) -> None:
    for n in range(40):
        tell(lin, about=f"case/{n}")
    sent: list[int] = []

    def run() -> None:
        sent.append(world.send())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 25


def test_at_night_only_crisis_is_loud(world: World, lin: Person, terms: Terms) -> None:
    night = NOON.replace(hour=23)
    tell(lin, Priority.URGENT, at=night)
    tell(lin, Priority.CRISIS, about="red/1", at=night)
    assert world.send(at=night) == 3
    assert reads.unread(lin) == 2, "in the house both are there at once"
    assert world.send(at=night + timedelta(hours=8, minutes=1)) == 2


def test_what_is_overdue_at_night_waits_for_the_morning_too(
    world: World, lin: Person, terms: Terms
) -> None:
    """Due before the quiet hours, but no sender ran."""
    tell(lin, channels=[Channel.SMS], at=NOON.replace(hour=21, minute=59))
    assert world.send(at=NOON.replace(hour=22, minute=5)) == 0
    assert of(lin, Channel.SMS).next_at == (NOON + timedelta(days=1)).replace(hour=7, minute=0)


def test_the_day_s_digest_is_one_message_of_what_is_still_unread(
    world: World, lin: Person, terms: Terms
) -> None:
    for n in range(4):
        actions.tell(to=lin, about=f"news/{n}", title=f"第{n}条", priority=Priority.DIGEST, at=NOON)
    actions.open_notice(notice=Notice.objects.get(about="news/0"), at=NOON)
    assert world.send() == 0
    evening = NOON.replace(hour=17, minute=41)
    assert jobs.gather(at=evening - timedelta(minutes=5)) == 0
    assert jobs.gather(at=evening) == 1
    assert jobs.gather(at=evening) == 0
    world.send(at=evening)
    (card,) = world.items("wecom", lin.username)
    assert card["title"] == "今日汇总：3 条通知"
    assert "第0条" not in card["body"]
    assert reads.unread(lin) == 3, "the digest itself is no entry of the list"


def test_an_sms_without_a_receipt_is_gone_round_after_ten_minutes(
    world: World, lin: Person, terms: Terms
) -> None:
    world.fault("sms", lose=1)
    (notice,) = tell(lin, channels=[Channel.SMS])
    world.send()
    assert jobs.give_up_on_silence(at=NOON + timedelta(minutes=9)) == 0
    assert jobs.give_up_on_silence(at=NOON + timedelta(minutes=11)) == 1
    (entry,) = reads.entries([notice])
    assert entry.detours == ["短信未送达（10分钟没有回执），已改发企业微信"]


def test_who_has_no_address_is_told_in_the_house_only(lin: Person, settings: object) -> None:
    lin.phone = lin.email = ""
    lin.kind = Person.Kind.OUTSIDE
    lin.save()
    tell(lin, Priority.CRISIS)
    assert not Message.objects.exists()
    assert reads.unread(lin) == 1


@really
@pytest.mark.clause("R116")
def test_a_message_leaves_within_a_blink_of_the_commit(
    world: World, lin: Person, record_property: Any
) -> None:
    """The sender sleeps until NOTIFY wakes it."""
    stop = threading.Event()

    def run() -> None:
        jobs.keep_sending(stop)
        connection.close()

    sender = threading.Thread(target=run)
    sender.start()
    try:
        time.sleep(0.3)
        waits = []
        for n in range(12):
            began = time.monotonic()
            from smartunion.kernel.base import clock

            tell(lin, Priority.CRISIS, about=f"red/{n}", channels=[Channel.SMS], at=clock.now())
            until(lambda n=n: Message.objects.filter(
                notice__about=f"red/{n}", state__in=[State.ACCEPTED, State.DELIVERED]
            ).exists())  # fmt: skip
            waits.append(time.monotonic() - began)
            time.sleep(0.05)
    finally:
        stop.set()
        sender.join()
    record_property("told_to_accepted_ms", [round(w * 1000) for w in sorted(waits)])
    assert sorted(waits)[6] < 0.5


def test_wecom_s_token_is_there_before_the_first_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A WeCom that is away when a sender starts disturbs nobody; the message asks again."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"errcode": 0, "access_token": "t", "msgid": "1"})

    way = WeCom("http://127.0.0.1:9", corp_id="c", secret="s", agent_id="1")
    way.warm()
    monkeypatch.setattr(way, "_client", httpx.Client(transport=httpx.MockTransport(answer)))
    way.warm()
    assert asked == ["/cgi-bin/gettoken"]
    way.send(Parcel("k", "lin", Priority.CRISIS, "标题", "正文", "http://127.0.0.1/1"))
    assert asked == ["/cgi-bin/gettoken", "/cgi-bin/message/send"]
