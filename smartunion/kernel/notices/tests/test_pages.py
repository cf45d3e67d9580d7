"""One's own notices, one's own numbers, and the desk that sees what did not arrive."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from smartunion.kernel.notices import actions, links, outbox, reads
from smartunion.kernel.notices.links import Tap
from smartunion.kernel.notices.models import Contact, Message, Notice, Preference
from smartunion.kernel.notices.refusals import LinkExpired, LinkForged
from smartunion.kernel.notices.rules import Channel, Priority, State
from smartunion.kernel.people.models import Person
from tests.cast import appoint, unit

from .conftest import NOON, of

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def tell(person: Person, about: str = "case/1", **more: object) -> Notice:
    given = {"title": "付款已挂起", "text": "30分钟内第3笔", "link": "/wallet/", "at": NOON} | more
    return actions.tell(to=person, about=about, **given)[0]


def test_the_list_shows_what_is_unread_first_and_when_there_is_nothing_says_what_will_come(
    lin: Person,
) -> None:
    client = signed_in(lin)
    assert "还没有通知" in client.get("/notices/").content.decode()
    tell(lin)
    page = client.get("/notices/").content.decode()
    assert "付款已挂起" in page
    assert "未读 1" in page
    assert '<b class="su-bell-n">1' in client.get("/me/").content.decode()
    for address in ("/notices/", "/notices/mine/"):
        anew = client.get(address, headers={"HX-Request": "true"})
        assert 'id="rows"' in anew.content.decode(), "a list that hears of a notice asks anew"


def test_opening_a_notice_is_reading_it(lin: Person) -> None:
    notice = tell(lin)
    client = signed_in(lin)
    assert client.get(f"/notices/{notice.pk}/").status_code == 200
    assert reads.unread(lin) == 0
    assert "没有未读的通知" in client.get("/notices/?only=unread").content.decode()
    assert client.get("/notices/bell/").content.decode().strip() == ""


def test_everything_is_marked_as_read_at_once(lin: Person, mo: Person) -> None:
    tell(lin)
    tell(lin, "case/2")
    tell(mo)
    signed_in(lin).post("/notices/reading/")
    assert (reads.unread(lin), reads.unread(mo)) == (0, 1)


def test_nobody_opens_somebody_else_s_notice(lin: Person, mo: Person) -> None:
    notice = tell(lin)
    client = signed_in(mo)
    for address in (f"/notices/{notice.pk}/", f"/notices/mine/{notice.pk}/"):
        assert client.get(address).status_code == 404
    address = links.deep_link(of(lin, Channel.WECOM).pk)
    assert client.get(address[address.index("/notices") :]).status_code == 404
    assert reads.unread(lin) == 1


def test_a_link_asks_for_the_login_and_then_opens_what_it_was_made_for(lin: Person) -> None:
    tell(lin)
    message = of(lin, Channel.WECOM)
    (claimed,) = outbox.claim(at=NOON, limit=1)
    outbox.accepted({claimed: "P1"}, at=NOON)
    address = links.deep_link(message.pk)
    path = address[address.index("/notices") :]
    assert "login" in Client().get(path)["Location"] or "cast" in Client().get(path)["Location"]
    assert signed_in(lin).get(path)["Location"] == "/wallet/"
    message.refresh_from_db()
    assert (message.state, reads.unread(lin)) == (State.READ, 0)


def test_a_link_never_leads_out_of_the_house(lin: Person) -> None:
    tell(lin, link="//evil.example/")
    address = links.deep_link(of(lin, Channel.WECOM).pk)
    location = signed_in(lin).get(address[address.index("/notices") :])["Location"]
    assert location.startswith("/notices/")


def test_a_forged_link_opens_nothing(lin: Person) -> None:
    tell(lin)
    number = of(lin, Channel.WECOM).pk
    for token in (f"{number}-0000000000000000", f"{number}", "x-y", f"{number}-"):
        answer = signed_in(lin).get(f"/notices/o/{token}/")
        assert answer.status_code == 404
        assert "链接" in answer.content.decode()


def test_a_one_tap_link_ends_and_cannot_be_changed(lin: Person) -> None:
    tap = Tap(lin.pk, "red/1", "answered", NOON + timedelta(minutes=30))
    token = links.tap_token(tap)
    assert links.read_tap(token, at=NOON) == tap
    with pytest.raises(LinkExpired):
        links.read_tap(token, at=NOON + timedelta(minutes=30))
    with pytest.raises(LinkForged):
        links.read_tap(token[:-1] + ("A" if token[-1] != "A" else "B"), at=NOON)


def test_settings_say_what_they_cannot_switch_off(lin: Person) -> None:
    client = signed_in(lin)
    page = client.get("/notices/settings/").content.decode()
    assert "危急与紧急通知不受这里的设置影响" in page
    client.post("/notices/settings/", {"ways": ["sms"]})
    assert Preference.objects.get(person=lin).sms
    tell(lin)
    tell(lin, "red/1", priority=Priority.CRISIS)
    assert [m.channel for m in Message.objects.filter(notice__about="case/1")] == ["sms"]
    assert Message.objects.filter(notice__about="red/1").count() == 3


def test_an_address_is_proven_by_the_code_that_was_sent_to_it(lin: Person) -> None:
    cache.clear()
    client = signed_in(lin)
    client.post("/notices/settings/sms/", {"address": "13900001111"})
    sent = Message.objects.get(address="13900001111")
    code = sent.notice.title.removeprefix("校验码 ")
    assert reads.unread(lin) == 0, "a code is no entry of the list"
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    answer = client.post("/notices/settings/sms/", {"address": "13900001111", "code": wrong})
    assert answer.status_code == 422
    assert "校验码不正确" in answer.content.decode()
    client.post("/notices/settings/sms/", {"address": "13900001111", "code": code})
    assert Contact.objects.get(person=lin).verified_at is not None
    tell(lin, priority=Priority.URGENT)
    assert Message.objects.get(notice__about="case/1", channel="sms").address == "13900001111"


def test_codes_are_not_guessed_for_long(lin: Person) -> None:
    cache.clear()
    client = signed_in(lin)
    said = {"address": "13900001111", "code": "000000"}
    tries = [client.post("/notices/settings/sms/", said).status_code for _ in range(7)]
    assert tries == [422] * 5 + [429] * 2


@pytest.mark.parametrize("address", ["12345", "1390000111", "not a number", ""])
def test_what_is_no_number_is_refused_and_not_lost(lin: Person, address: str) -> None:
    cache.clear()
    answer = signed_in(lin).post("/notices/settings/sms/", {"address": address})
    assert answer.status_code in (200, 422)
    assert not Message.objects.exists()
    assert f'value="{address}"' in answer.content.decode() or not address


def test_somebody_else_s_number_is_refused(lin: Person, mo: Person) -> None:
    cache.clear()
    answer = signed_in(mo).post("/notices/settings/sms/", {"address": lin.phone})
    assert answer.status_code == 409
    assert "已登记为别人" in answer.content.decode()


@pytest.fixture
def tang(db: None) -> Client:
    """Return an officer who looks after what did not arrive."""
    person = Person.objects.create(username="tang", name="唐静", unit=unit("B02", "机关工会分会"))
    appoint(person, "notices.desk")
    return signed_in(person)


def test_the_desk_shows_what_did_not_arrive_and_its_remedy(lin: Person, tang: Client) -> None:
    assert "还没有发出消息" in tang.get("/notices/desk/").content.decode()
    tell(lin, channels=[Channel.SMS])
    (claimed,) = outbox.claim(at=NOON, limit=1)
    outbox.refused(claimed, trouble="空号", is_wrong=True, at=NOON)
    page = tang.get("/notices/desk/?segment=lost").content.decode()
    assert "空号" in page
    assert lin.phone not in page, "an officer sees the ends of a number"
    assert "30分钟内第3笔" not in page, "and never the text"
    address = f"/notices/desk/{of(lin, Channel.SMS).pk}/"
    assert "核对号码" in tang.get(address).content.decode()
    tang.post(address, {"address": "13900002222", "because": "已电话核对"})
    message = of(lin, Channel.SMS)
    assert (message.state, message.address) == (State.PENDING, "13900002222")


def test_a_wrong_correction_keeps_what_was_typed(lin: Person, tang: Client) -> None:
    tell(lin, channels=[Channel.SMS])
    address = f"/notices/desk/{of(lin, Channel.SMS).pk}/"
    answer = tang.post(address, {"address": "139", "because": "已电话核对"})
    assert "不像短信号码" in answer.content.decode()
    assert 'value="139"' in answer.content.decode()
    assert "已电话核对" in answer.content.decode()


def test_only_a_lost_message_is_sent_again(lin: Person, tang: Client) -> None:
    tell(lin, channels=[Channel.SMS])
    answer = tang.post(f"/notices/desk/{of(lin, Channel.SMS).pk}/sending/")
    assert answer.status_code == 409


def test_the_desk_s_list_is_taken_along_as_a_sheet(lin: Person, tang: Client) -> None:
    tell(lin)
    sheet = tang.get("/notices/desk/?out=csv").content.decode("utf-8-sig")
    assert "付款已挂起" in sheet
    assert "林晓梅" in sheet


def test_members_do_not_see_the_desk(lin: Person) -> None:
    assert signed_in(lin).get("/notices/desk/").status_code == 403
