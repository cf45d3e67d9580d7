"""The simulated phones, asked as the providers' documents say."""

import json
import smtplib
import time
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx
import pytest

from smartunion.sandbox.phones import page
from smartunion.sandbox.signing import signature
from tests.bank import SandboxProcess


class Sender:
    """The house's side, without the house: every test has addresses of its own."""

    def __init__(self, bank: SandboxProcess) -> None:
        self.bank = bank
        self.mark = uuid4().hex[:8]
        self.phone = f"137{uuid4().int % 10**8:08}"
        self.http = httpx.Client(base_url=bank.url)

    def sms(self, *, secret: str = "", late: int = 0, **more: Any) -> dict[str, Any]:
        said = {
            "phone": self.phone, "sign": "校工会", "template": "SU_NOTICE", "out_id": self.mark,
            "params": {"title": "标题", "text": "正文", "link": "http://127.0.0.1/x"},
        } | more  # fmt: skip
        body, at = json.dumps(said).encode(), str(int(time.time()) - late)
        mac = signature(
            (secret or self.bank.sms[1]).encode(), "POST", "/sms/v1/messages", at, body=body
        )
        headers = {"X-Key-Id": self.bank.sms[0], "X-Timestamp": at, "X-Signature": mac}
        return self.http.post("/sms/v1/messages", content=body, headers=headers).json()

    def token(self, secret: str = "") -> dict[str, Any]:
        asked = {"corpid": self.bank.wecom[0], "corpsecret": secret or self.bank.wecom[1]}
        return self.http.get("/cgi-bin/gettoken", params=asked).json()

    def card(self, title: str, *, token: str, check: int = 1) -> dict[str, Any]:
        card = {"title": title, "description": "正文", "url": "http://127.0.0.1/x"}
        asked = {
            "touser": self.mark, "msgtype": "textcard", "agentid": "1", "textcard": card,
            "enable_duplicate_check": check,
        }  # fmt: skip
        return self.http.post(
            "/cgi-bin/message/send", params={"access_token": token}, json=asked
        ).json()

    def items(self, channel: str, address: str) -> list[dict[str, Any]]:
        asked = {"channel": channel, "address": address}
        return self.http.get("/phones/items.json", params=asked).json()


@pytest.fixture
def sender(bank: SandboxProcess) -> Sender:
    return Sender(bank)


def test_an_sms_arrives_as_its_template_says_and_the_same_out_id_once(sender: Sender) -> None:
    first, again = sender.sms(), sender.sms()
    assert first["code"] == "OK"
    assert first["biz_id"] == again["biz_id"]
    (item,) = sender.items("sms", sender.phone)
    assert (item["body"], item["calls"]) == ("【校工会】标题：正文", 2)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"secret": "another"}, "SIGNATURE_DOES_NOT_MATCH"),
        ({"late": 400}, "SIGNATURE_DOES_NOT_MATCH"),
        ({"template": "UNKNOWN"}, "TEMPLATE_ILLEGAL"),
        ({"params": {}}, "TEMPLATE_ILLEGAL"),
        ({"params": 5}, "TEMPLATE_ILLEGAL"),
        ({"phone": "12345"}, "MOBILE_NUMBER_ILLEGAL"),
    ],
)
def test_the_vendor_refuses_in_codes(sender: Sender, more: dict[str, Any], code: str) -> None:
    assert sender.sms(**more)["code"] == code
    assert sender.items("sms", sender.phone) == []


def test_wecom_gives_a_token_to_whom_it_knows_only(sender: Sender) -> None:
    assert sender.token("wrong")["errcode"] == 40001
    assert sender.card("一", token="none")["errcode"] == 40014
    assert sender.token()["expires_in"] == 7200


def test_wecom_drops_what_is_alike_only_when_asked_to_check(sender: Sender) -> None:
    token = sender.token()["access_token"]
    for _ in range(2):
        assert sender.card("一", token=token)["errcode"] == 0
    assert len(sender.items("wecom", sender.mark)) == 1
    sender.card("一", token=token, check=0)
    assert len(sender.items("wecom", sender.mark)) == 2


def test_wecom_drops_the_31st_of_a_minute_without_a_word(sender: Sender) -> None:
    token = sender.token()["access_token"]
    answers = [sender.card(f"第{n}条", token=token)["errcode"] for n in range(32)]
    assert set(answers) == {0}
    states = [item["state"] for item in sender.items("wecom", sender.mark)]
    assert (states.count("arrived"), states.count("dropped")) == (30, 2)


def test_a_mail_arrives_with_its_link_and_an_unknown_mailbox_is_550(sender: Sender) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "标题", "校工会 <a@union.example>", "x@y.example"
    mail["Message-ID"] = f"<{sender.mark}@union.example>"
    mail.set_content("正文第一行\n\nhttp://127.0.0.1/x\n")
    address = f"{sender.mark}@campus.example"
    with smtplib.SMTP("127.0.0.1", sender.bank.smtp_port) as server:
        server.send_message(mail, to_addrs=[address])
    (item,) = sender.items("email", address)
    assert (item["title"], item["body"], item["link"]) == (
        "标题",
        "正文第一行",
        "http://127.0.0.1/x",
    )
    sender.http.post("/phones/nobody", data={"address": address, "gone": "yes"})
    with (
        smtplib.SMTP("127.0.0.1", sender.bank.smtp_port) as server,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        server.send_message(mail, to_addrs=[address])


def test_the_page_shows_the_phone_and_says_that_it_is_simulated(sender: Sender) -> None:
    sender.sms(params={"title": "<b>标题", "text": "正文", "link": "http://127.0.0.1/x"})
    shown = sender.http.get("/phones/", params={"who": sender.phone}).text
    assert "没有发给任何真人" in shown
    assert "&lt;b&gt;标题：正文" in shown
    (item,) = sender.items("sms", sender.phone)
    tapped = sender.http.get(f"/phones/items/{item['id']}/tap", follow_redirects=False)
    assert tapped.headers["Location"] == "http://127.0.0.1/x"
    assert sender.items("sms", sender.phone)[0]["state"] == "read"
    said = {"channel": "sms", "address": sender.phone, "text": "收到"}
    sender.http.post("/phones/reply", data=said)
    shown = sender.http.get("/phones/", params={"who": sender.phone}).text
    assert '<div class="bubble mine">收到</div>' in shown


def test_a_phone_without_anything_says_so(sender: Sender) -> None:
    shown = sender.http.get("/phones/", params={"who": f"X{sender.mark}"}).text
    assert "还没有企业微信" in shown
    assert "没有登记短信" in shown
    nothing = sender.http.get("/phones/", params={"q": f"X{sender.mark}"}).text
    assert "没有这样的手机" in nothing


def test_a_phone_is_found_by_any_of_its_addresses() -> None:
    lin = page.Owner("lin", "林晓梅", phone="13800000001", email="lin@campus.example")
    for who in ("lin", "13800000001", "lin@campus.example"):
        assert page.chosen([lin], who) == lin
    assert page.chosen([lin], "13900000000") == page.stranger("13900000000")
    assert page.chosen([lin], "") is None
