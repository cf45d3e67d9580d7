"""The ways out of the house: SMS and voice vendor, WeCom, mail server (docs/notices.md).

Nothing here touches a table. An answer that does not come or comes broken is no answer
(`NoAnswerError`): nobody knows whether the message arrived, and it is sent again, same key.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import smtplib
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Protocol

import httpx
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from smartunion.kernel.base import clock

from .rules import Channel, Priority

CONNECT_SECONDS, ANSWER_SECONDS, MAIL_SECONDS = 1.0, 2.5, 3.0
SMS_TEXT, CARD_TEXT = 60, 400
"""How much of a text an SMS and a WeCom card carry; the page behind the link has the rest."""

RING_SECONDS = 18
"""How long a phone rings: the next call may follow after 20 seconds (chapter 6)."""

DUPLICATE_SECONDS = 1800
"""For how long WeCom itself drops the same content to the same member."""

PERMANENT = 500
"""From this SMTP code on a refusal is for good."""


@dataclass(frozen=True)
class Parcel:
    """What a provider is asked to bring; the key is the same at every try."""

    key: str
    address: str
    priority: Priority
    title: str
    text: str
    link: str


class NoAnswerError(Exception):
    """The provider gave no answer that can be believed: what it did is unknown."""


class NotNowError(Exception):
    """The provider has too much to do and says so; nothing has happened."""


class RefusesError(Exception):
    """The provider will never bring it. `is_wrong` says that the address leads to nobody."""

    def __init__(self, text: str, *, is_wrong: bool = False) -> None:
        super().__init__(text)
        self.is_wrong = is_wrong


class Gateway(Protocol):
    """What any provider must offer; `send` may raise the three errors above."""

    def send(self, parcel: Parcel) -> str:
        """Hand the message over; return the provider's own number of it."""


@cache
def trusted() -> ssl.SSLContext:
    """Return whom we trust, read once: it takes as long as fifty messages."""
    return httpx.create_ssl_context(trust_env=False)


def _http() -> httpx.Client:
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(timeout=timeout, trust_env=False, verify=trusted())


def _json(reply: httpx.Response) -> dict[str, Any]:
    if reply.is_server_error:
        raise NoAnswerError(f"HTTP {reply.status_code}")
    try:
        answer = reply.json()
    except ValueError as broken:
        raise NoAnswerError("an answer that is no JSON") from broken
    if not isinstance(answer, dict):
        raise NoAnswerError("an answer of another shape")
    return answer


def signature(secret: str, *lines: str, body: bytes) -> str:
    """Return `v1,<base64>`: HMAC-SHA256 over the lines and the body's SHA-256."""
    text = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


class Sms:
    """The SMS vendor behind HTTP: sign, template, parameters, and our key as `out_id`."""

    WRONG = {"MOBILE_NUMBER_ILLEGAL": "号码格式不对", "MOBILE_NUMBER_EMPTY": "空号"}
    BUSY = ("BUSINESS_LIMIT_CONTROL", "THROTTLED")

    def __init__(self, url: str, *, key_id: str, secret: str, sign: str) -> None:
        self._url = f"{url.rstrip('/')}/sms/v1/messages"
        self._key_id, self._secret, self._sign = key_id, secret, sign
        self._client = _http()

    def send(self, parcel: Parcel) -> str:
        """Hand an SMS over; crisis goes by a template of its own, whose limits are raised."""
        crisis = parcel.priority == Priority.CRISIS
        body = json.dumps({
            "phone": parcel.address,
            "sign": self._sign,
            "template": "SU_CRISIS" if crisis else "SU_NOTICE",
            "params": {
                "title": parcel.title,
                "text": shortened(parcel.text, SMS_TEXT),
                "link": parcel.link,
            },
            "out_id": parcel.key,
        }, ensure_ascii=False).encode()  # fmt: skip
        code, answer = _signed(
            self._client, self._url, "/sms/v1/messages", body,
            key_id=self._key_id, secret=self._secret,
        )  # fmt: skip
        if code == "OK":
            return str(answer["biz_id"])
        if code in self.BUSY:
            raise NotNowError(code)
        raise RefusesError(
            self.WRONG.get(code, f"{code} {answer.get('message', '')}"), is_wrong=code in self.WRONG
        )


class Voice:
    """The voice vendor behind HTTP: it rings, says the title, and reports what became of it."""

    WRONG = Sms.WRONG
    BUSY = Sms.BUSY

    def __init__(self, url: str, *, key_id: str, secret: str, shown: str) -> None:
        self._url = f"{url.rstrip('/')}/voice/v1/calls"
        self._key_id, self._secret, self._shown = key_id, secret, shown
        self._client = _http()

    def send(self, parcel: Parcel) -> str:
        """Let a phone ring. The same key is the same call: it rings once."""
        body = json.dumps({
            "phone": parcel.address,
            "shown": self._shown,
            "template": "SU_CRISIS_CALL",
            "params": {"title": parcel.title},
            "ring_seconds": RING_SECONDS,
            "out_id": parcel.key,
        }, ensure_ascii=False).encode()  # fmt: skip
        code, answer = _signed(
            self._client, self._url, "/voice/v1/calls", body,
            key_id=self._key_id, secret=self._secret,
        )  # fmt: skip
        if code == "OK":
            return str(answer["call_id"])
        if code in self.BUSY:
            raise NotNowError(code)
        raise RefusesError(
            self.WRONG.get(code, f"{code} {answer.get('message', '')}"), is_wrong=code in self.WRONG
        )


def _signed(
    client: httpx.Client, url: str, path: str, body: bytes, *, key_id: str, secret: str
) -> tuple[str, dict[str, Any]]:
    """Post a signed request to a vendor; return the code of its answer, and the answer."""
    at = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "X-Key-Id": key_id,
        "X-Timestamp": at,
        "X-Signature": signature(secret, "POST", path, at, body=body),
    }
    try:
        answer = _json(client.post(url, content=body, headers=headers))
    except httpx.TransportError as error:
        raise NoAnswerError(type(error).__name__) from error
    return str(answer.get("code")), answer


class WeCom:
    """WeCom's application messages: gettoken, then message/send with the duplicate check on."""

    STALE = (40014, 42001)
    """The access token is wrong or over: fetch another, once."""
    NOBODY = (81013, 60111, 40003)
    BUSY = (45009, 45033, -1)

    def __init__(self, url: str, *, corp_id: str, secret: str, agent_id: str) -> None:
        self._url = f"{url.rstrip('/')}/cgi-bin"
        self._corp_id, self._secret, self._agent_id = corp_id, secret, agent_id
        self._client = _http()
        self._lock = threading.Lock()
        self._token = ""

    def send(self, parcel: Parcel) -> str:
        """Hand a card over. Its address is in the card, so that no two messages are alike."""
        card = {
            "title": parcel.title,
            "description": escape(shortened(parcel.text, CARD_TEXT)) or "点开查看",
            "url": parcel.link,
            "btntxt": "查看",
        }
        asked = {
            "touser": parcel.address,
            "msgtype": "textcard",
            "agentid": self._agent_id,
            "textcard": card,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        answer = self._ask(asked)
        code = int(answer.get("errcode", -1))
        if code in self.STALE:
            self._token = ""
            answer = self._ask(asked)
            code = int(answer.get("errcode", -1))
        if code in self.NOBODY or parcel.address in str(answer.get("invaliduser", "")).split("|"):
            raise RefusesError("企业微信里没有这个成员", is_wrong=True)
        if code in self.BUSY:
            raise NotNowError(f"{code} {answer.get('errmsg')}")
        if code:
            raise RefusesError(f"{code} {answer.get('errmsg')}")
        return str(answer.get("msgid", ""))

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        try:
            token = self._access_token()
            return _json(
                self._client.post(
                    f"{self._url}/message/send", params={"access_token": token}, json=asked
                )
            )
        except httpx.TransportError as error:
            raise NoAnswerError(type(error).__name__) from error

    def warm(self) -> None:
        """Fetch the token before the first message; when WeCom is away, that one asks again."""
        with contextlib.suppress(httpx.TransportError, NoAnswerError, RefusesError):
            self._access_token()

    def _access_token(self) -> str:
        """Return the token, fetched once for all threads and kept until WeCom calls it stale."""
        with self._lock:
            if not self._token:
                answer = _json(
                    self._client.get(
                        f"{self._url}/gettoken",
                        params={"corpid": self._corp_id, "corpsecret": self._secret},
                    )
                )
                if answer.get("errcode"):
                    raise RefusesError(f"{answer['errcode']} {answer.get('errmsg')}")
                self._token = str(answer["access_token"])
            return self._token


class Mail:
    """A mail server over SMTP; our key is the Message-ID, by which a mail is known again."""

    def __init__(self, host: str, port: int, *, user: str, password: str, tls: bool) -> None:
        self._host, self._port = host, port
        self._user, self._password, self._tls = user, password, tls

    def send(self, parcel: Parcel) -> str:
        """Hand a mail over, as text and as a page."""
        message_id = f"<{parcel.key}@{settings.EMAIL_DOMAIN}>"
        mail = EmailMultiAlternatives(
            subject=parcel.title,
            body=f"{parcel.text}\n\n{parcel.link}\n",
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[parcel.address],
            headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        )
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in parcel.text.splitlines() if line)
        link = escape(parcel.link)
        mail.attach_alternative(f'{paragraphs}<p><a href="{link}">打开查看</a></p>', "text/html")
        server = EmailBackend(
            host=self._host, port=self._port, username=self._user, password=self._password,
            use_tls=self._tls, timeout=MAIL_SECONDS,
        )  # fmt: skip
        try:
            server.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            if code >= PERMANENT:
                raise RefusesError(f"邮箱不存在（{code}）", is_wrong=True) from refused
            raise NotNowError(f"{code} {said!r}") from refused
        except smtplib.SMTPResponseException as failed:
            if failed.smtp_code >= PERMANENT:
                raise RefusesError(f"邮件服务器拒收（{failed.smtp_code}）") from failed
            raise NoAnswerError(str(failed.smtp_code)) from failed
        except (OSError, smtplib.SMTPException) as error:
            raise NoAnswerError(type(error).__name__) from error
        return message_id


def shortened(text: str, length: int) -> str:
    """Return the text on one line, cut where it is longer than a channel carries."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def open_channels() -> tuple[Channel, ...]:
    """Return the channels whose provider the settings name; the others do not exist here."""
    named = {
        Channel.SMS: settings.SMS_URL,
        Channel.WECOM: settings.WECOM_URL,
        Channel.EMAIL: settings.EMAIL_HOST,
        Channel.VOICE: settings.VOICE_URL,
    }
    return tuple(channel for channel, where in named.items() if where)


def of_the_house() -> dict[Channel, Gateway]:
    """Return a gateway for each open channel, as the settings name them."""
    made: dict[Channel, Gateway] = {}
    if settings.SMS_URL:
        made[Channel.SMS] = Sms(
            settings.SMS_URL,
            key_id=settings.SMS_KEY_ID, secret=settings.SMS_SECRET, sign=settings.SMS_SIGN,
        )  # fmt: skip
    if settings.WECOM_URL:
        made[Channel.WECOM] = WeCom(
            settings.WECOM_URL,
            corp_id=settings.WECOM_CORP_ID,
            secret=settings.WECOM_SECRET,
            agent_id=settings.WECOM_AGENT_ID,
        )
    if settings.EMAIL_HOST:
        made[Channel.EMAIL] = Mail(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            user=settings.EMAIL_HOST_USER,
            password=settings.EMAIL_HOST_PASSWORD,
            tls=settings.EMAIL_USE_TLS,
        )
    if settings.VOICE_URL:
        made[Channel.VOICE] = Voice(
            settings.VOICE_URL,
            key_id=settings.VOICE_KEY_ID, secret=settings.VOICE_SECRET, shown=settings.VOICE_SHOWN,
        )  # fmt: skip
    return made
