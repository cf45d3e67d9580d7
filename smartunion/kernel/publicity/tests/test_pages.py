"""The public board, the objection form, the desk: who sees what."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client, RequestFactory

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.publicity import actions, campus
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail import reads as trail
from tests.cast import appoint

from .conftest import moment

Post = Callable[..., Posting]
APRIL_23 = datetime(2025, 4, 23, 10, 42, tzinfo=CAMPUS)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let it be 2025-04-23 10:42; return a function that moves the clock."""

    def move(moment: datetime) -> None:
        offset = (moment - datetime.now(CAMPUS)).total_seconds()
        monkeypatch.setenv(clock.VARIABLE, str(offset))

    move(APRIL_23)
    return move


def filled(**more: str) -> dict[str, str]:
    return {"name": "莫思齐", "contact": "13800001111", "text": "本地另有两家企业能供应"} | more


@pytest.mark.clause("R217", "X05")
def test_anyone_on_campus_reads_what_stands_and_when_it_ends(client: Client, post: Post) -> None:
    posting = post(at="2025-04-21 10:00")
    board = client.get("/public/").content.decode()
    assert "单一来源采购：托育恒温配餐设备" in board
    assert "4月27日 调休上班，计入" in board
    page = client.get(f"/public/postings/{posting.number}/")
    text = page.content.decode()
    assert page.status_code == 200
    for part in ("深圳××厨具有限公司", "4月27日 周日 24:00", "公示当日，不计", "提交异议"):
        assert part in text


@pytest.mark.clause("R217")
def test_off_campus_the_page_says_why_it_does_not_open(
    client: Client, post: Post, lin: Person, settings: Any
) -> None:
    settings.CAMPUS_NETWORKS = ["10.0.0.0/8"]
    number = post().number
    refused = client.get(f"/public/postings/{number}/", REMOTE_ADDR="203.0.113.9")
    assert refused.status_code == 403
    assert "203.0.113.9 不在校园网" in refused.content.decode()
    assert client.get("/public/", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.post(
        f"/public/postings/{number}/objection/", filled(), REMOTE_ADDR="203.0.113.9"
    ).status_code == 403  # fmt: skip
    assert client.get("/public/", REMOTE_ADDR="10.1.2.3").status_code == 200
    client.force_login(lin)
    assert client.get("/public/", REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    ("remote", "forwarded", "asker"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "10.1.2.3", "203.0.113.9"),  # forged: no proxy of ours says so
        ("172.16.0.1", "203.0.113.9", "203.0.113.9"),
        ("172.16.0.1", "10.1.2.3, 203.0.113.9", "203.0.113.9"),  # forged before our proxy
        ("172.16.0.1", "203.0.113.9, 172.16.0.2", "203.0.113.9"),  # two proxies of ours
        ("::ffff:10.1.2.3", "", "10.1.2.3"),
        ("172.16.0.1", "nonsense", None),
        ("", "", None),
    ],
)
def test_the_address_behind_a_proxy_is_told_by_our_proxies_only(
    remote: str, forwarded: str, asker: str | None
) -> None:
    told = campus.address_of(remote, forwarded, ["172.16.0.0/12"])
    assert (str(told) if told else None) == asker


def test_who_cannot_be_placed_is_not_on_campus(settings: Any) -> None:
    settings.CAMPUS_NETWORKS = ["0.0.0.0/0", "::/0"]
    request = RequestFactory().get("/", REMOTE_ADDR="")
    assert not campus.on_campus(request)


@pytest.mark.clause("R218")
def test_somebody_not_signed_in_objects_under_a_name_that_the_page_never_shows(
    client: Client, post: Post
) -> None:
    posting = post()
    address = f"/public/postings/{posting.number}/objection/"
    answer = client.post(address, filled(), follow=True)
    text = answer.content.decode()
    assert "已收到您的异议" in text
    assert "4月25日 24:00 前答复" in text
    assert "莫思齐" not in text
    assert "本地另有两家企业" not in text
    objection = Objection.objects.get()
    assert (objection.name, objection.person) == ("莫思齐", None)


def test_a_form_that_lacks_something_says_what_and_keeps_what_was_typed(
    client: Client, post: Post
) -> None:
    address = f"/public/postings/{post().number}/objection/"
    answer = client.post(address, filled(name="", contact="12345", text="写了很久的理由"))
    text = answer.content.decode()
    assert answer.status_code == 422
    for part in ("请填写姓名", "至少 7 位数字", "写了很久的理由"):
        assert part in text
    assert not Objection.objects.exists()


def test_who_has_signed_in_objects_under_their_own_name_only(
    client: Client, post: Post, lin: Person
) -> None:
    client.force_login(lin)
    address = f"/public/postings/{post().number}/objection/"
    client.post(address, filled(name="王建国"))
    assert Objection.objects.get().name == "林晓梅"


@pytest.mark.clause("R218")
def test_a_late_objection_is_refused_with_the_clause_and_the_words_are_kept(
    client: Client, post: Post, at: Callable[[datetime], None]
) -> None:
    posting = post(at="2025-04-21 10:00")
    at(moment("2025-04-28 00:00:01"))
    answer = client.post(f"/public/postings/{posting.number}/objection/", filled())
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "公示期已于 4月27日 24:00 结束" in text
    assert "本地另有两家企业能供应" in text


@pytest.mark.clause("R227")
def test_a_posting_taken_down_tells_that_and_nothing_more(
    client: Client, post: Post, wang: Person
) -> None:
    posting = post(title="困难教职工救助：林**", rows=[("申请人", "林**")], section="救助")
    actions.take_down(posting_id=posting.pk, by=wang, at=APRIL_23, because="本人撤回申请")
    answer = client.get(f"/public/postings/{posting.number}/")
    assert answer.status_code == 410
    assert "林" not in answer.content.decode().split("<main")[1].split("</main")[0]
    assert posting.number not in client.get("/public/").content.decode()
    assert client.get("/public/postings/GS-2025-9999/").status_code == 404


def test_the_list_is_searched_and_narrowed(client: Client, post: Post) -> None:
    post()
    post(about="case:2", title="困难教职工救助", section="救助")
    board = client.get("/public/?section=救助").content.decode()
    assert "困难教职工救助" in board
    assert "托育恒温配餐设备" not in board
    assert "没有符合的公示" in client.get("/public/?q=体检").content.decode()
    assert "托育恒温配餐设备" in client.get("/public/?q=配餐").content.decode()


def test_what_has_ended_stays_on_the_list_for_a_while(
    client: Client, post: Post, at: Callable[[datetime], None]
) -> None:
    post(at="2025-04-21 10:00")
    fire_due(at=moment("2025-04-28 00:01"))
    at(moment("2025-05-20 10:00"))
    board = client.get("/public/").content.decode()
    assert "最近结束" in board
    assert "无异议" in board
    at(moment("2025-07-10 10:00"))
    assert "托育恒温配餐设备" not in client.get("/public/").content.decode()


@pytest.mark.clause("R218")
def test_the_answer_is_public_and_the_objector_is_not(
    client: Client, post: Post, mo: Person, lin: Person
) -> None:
    posting = post()
    objection = actions.object_to(
        posting_id=posting.pk, name=lin.name, contact="13800001111", text="与评委有亲属关系",
        by=lin, at=APRIL_23,
    )  # fmt: skip
    actions.reply(objection_id=objection.pk, text="已核查，不存在", by=mo, at=APRIL_23)
    text = client.get(f"/public/postings/{posting.number}/").content.decode()
    assert "已核查，不存在" in text
    for secret in ("林晓梅", "13800001111", "与评委有亲属关系"):
        assert secret not in text
    assert trail.of(posting).get(what="publicity.objected").by is None


@pytest.mark.clause("2.1", "R218")
def test_the_desk_answers_and_only_who_may_decide_decides(
    client: Client, post: Post, mo: Person, chen: Person, lin: Person
) -> None:
    appoint(mo, "publicity.desk")
    appoint(chen, "publicity.desk", "publicity.decide")
    posting = post()
    objection = actions.object_to(
        posting_id=posting.pk, name="外人", contact="13800001111", text="不实", by=None, at=APRIL_23
    )
    address = f"/publicity/objections/{objection.pk}/"
    client.force_login(lin)
    assert client.get(address).status_code == 403
    client.force_login(mo)
    assert "您可以答复，不能裁定" in client.get(address).content.decode()
    assert client.post(f"{address}decision/", {"text": "属实", "do": "uphold"}).status_code == 403
    assert client.post(f"{address}reply/", {"text": ""}).status_code == 422
    assert client.post(f"{address}reply/", {"text": "已受理"}).status_code == 302
    client.force_login(chen)
    client.post(f"{address}decision/", {"text": "属实", "do": "uphold"})
    posting.refresh_from_db()
    assert posting.state == Posting.State.UPHELD
    assert "不可撤回" in client.get(address).content.decode()


@pytest.mark.clause("2.1")
def test_the_poster_at_the_desk_is_told_why_not(client: Client, post: Post, wang: Person) -> None:
    appoint(wang, "publicity.desk", "publicity.decide")
    objection = actions.object_to(
        posting_id=post().pk, name="外人", contact="13800001111", text="不实", by=None, at=APRIL_23
    )
    client.force_login(wang)
    address = f"/publicity/objections/{objection.pk}/"
    text = client.get(address).content.decode()
    assert "您是发布人" in text
    for page in (text, client.get("/publicity/objections/").content.decode(),
                 client.get(f"/publicity/{objection.posting_id}/").content.decode()):  # fmt: skip
        assert "外人" not in page
        assert "13800001111" not in page
    answer = client.post(f"{address}decision/", {"text": "不属实", "do": "dismiss"})
    assert answer.status_code == 403
    assert "王建国是发布人，不能裁定这条异议" in answer.content.decode()


def test_the_desk_shows_each_posting_with_its_proof_and_its_looks(
    client: Client, post: Post, mo: Person, settings: Any
) -> None:
    settings.PUBLICITY_LOOKS = "inside"
    appoint(mo, "publicity.desk")
    client.force_login(mo)
    assert "还没有公示" in client.get("/publicity/").content.decode()
    posting = post(at="2025-04-21 10:00")
    fire_due(at=APRIL_23)
    register = client.get("/publicity/").content.decode()
    assert "GS-2025-0001" in register
    assert "公示中 1 条；没有待答复的异议" in register
    text = client.get(f"/publicity/{posting.pk}/").content.decode()
    for part in ("文本存证", "共 2 次，不符 0 次", "系统内部", posting.content_sha256):
        assert part in text
    assert client.get("/publicity/export.xlsx").status_code == 200
    assert client.get("/publicity/objections/").status_code == 200


@pytest.mark.clause("T30")
def test_the_desk_amends_and_everybody_sees_that_the_days_count_anew(
    client: Client, post: Post, mo: Person
) -> None:
    appoint(mo, "publicity.desk")
    client.force_login(mo)
    posting = post(at="2025-04-21 10:00")
    address = f"/publicity/{posting.pk}/amendment/"
    assert "改为 4月29日 周二 24:00 期满" in client.get(address).content.decode()
    given = {"body": posting.body, "row_0": "深圳××厨具有限公司", "row_1": "¥118,000.00"}
    assert client.post(address, given).status_code == 200  # no reason
    assert client.post(address, given | {"because": "金额写错"}).status_code == 302
    text = client.get(f"/public/postings/{posting.number}/").content.decode()
    assert "重新起算：更正内容（金额写错）" in text
    assert "¥118,000.00" in text
    client.post(f"/publicity/{posting.pk}/restart/", {"text": "停电半日"})
    posting.refresh_from_db()
    assert posting.restarts == 2
    client.post(f"/publicity/{posting.pk}/withdrawal/", {"text": "采购取消"})
    assert client.get(f"/public/postings/{posting.number}/").status_code == 410
    assert client.get(f"/publicity/{posting.pk}/").status_code == 200


def test_the_notice_of_an_objection_leads_to_its_posting(
    client: Client, post: Post, mo: Person
) -> None:
    appoint(mo, "publicity.desk")
    posting = post()
    client.post(f"/public/postings/{posting.number}/objection/", filled())
    assert Notice.objects.get(person=mo).link == f"/publicity/{posting.pk}/"
