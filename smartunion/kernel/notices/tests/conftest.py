"""The outside world for the notices: real providers over HTTP and SMTP, and their way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.test.testcases import (
    LiveServerThread,
    QuietWSGIRequestHandler,
    _StaticFilesHandler,
)

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices import gateways, jobs, outbox
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.rules import Terms
from smartunion.kernel.people.models import Person
from tests.bank import SandboxProcess

NOON = datetime(2025, 3, 5, 12, 10, tzinfo=CAMPUS)
TERMS = Terms(time(22), time(7), time(17, 40), kept_for_crisis=5, receipt_minutes=10)


class HouseThread(LiveServerThread):
    """A server whose port the next test may take at once."""

    def _create_server(self, connections_override: Any = None) -> Any:
        return self.server_class(
            (self.host, self.port),
            QuietWSGIRequestHandler,
            allow_reuse_address=True,
            connections_override=connections_override,
        )


@dataclass
class World:
    """The sandbox's phones as a test sees them."""

    bank: SandboxProcess

    def items(self, channel: str, address: str) -> list[dict[str, Any]]:
        """Return what lies on a phone."""
        asked = {"channel": channel, "address": address}
        return httpx.get(f"{self.bank.url}/phones/items.json", params=asked).json()

    def fault(self, channel: str, **faults: int) -> None:
        """Switch the faults of a channel; those not named are switched off."""
        self.post("faults", channel=channel, **faults)

    def on_the_phone(self, call: dict[str, Any], what: str, key: str = "") -> None:
        """Pick up, press a key or hang up."""
        self.post(f"calls/{call['id']}/{what}", key=key)

    def nobody(self, address: str) -> None:
        """Let an address lead to nobody."""
        self.post("nobody", address=address, gone="yes")

    def post(self, path: str, **form: object) -> None:
        httpx.post(f"{self.bank.url}/phones/{path}", data=form)

    def send(self, *, at: datetime = NOON) -> int:
        """Let one sender do what is due."""
        return jobs.send_due(gateways.of_the_house(), at=at)


@pytest.fixture
def world(bank: SandboxProcess, settings: Any) -> Iterator[World]:
    """Return the providers, named in the settings, without faults."""
    settings.SMS_URL = settings.WECOM_URL = settings.VOICE_URL = bank.url
    settings.EMAIL_PORT = bank.smtp_port
    settings.PUBLIC_URL = f"http://127.0.0.1:{bank.house_port}"
    made = World(bank)
    yield made
    for channel in ("sms", "wecom", "email", "voice"):
        made.fault(channel)


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch) -> Terms:
    """Put a plan year's terms in force: quiet from 22 to 7, the digest at 17:40."""
    monkeypatch.setattr(outbox, "terms_at", lambda at: TERMS)
    return TERMS


@pytest.fixture
def lin(db: None) -> Person:
    """Return 林晓梅 with a number of her own for this test: the phones remember the others."""
    mark = uuid4()
    return Person.objects.create(
        username=f"lin{mark.hex[:8]}",
        name="林晓梅",
        phone=f"138{mark.int % 10**8:08}",
        email=f"lin.{mark.hex[:8]}@campus.example",
    )


@pytest.fixture
def house(transactional_db: None, bank: SandboxProcess) -> Iterator[str]:
    """Serve the house where the providers send their receipts."""
    server = HouseThread("127.0.0.1", _StaticFilesHandler, port=bank.house_port)
    server.daemon = True
    server.start()
    server.is_ready.wait(10)
    assert server.error is None, server.error
    yield f"http://127.0.0.1:{bank.house_port}"
    server.terminate()


def of(person: Person, channel: str) -> Message:
    """Return the one message to a person by a channel."""
    return Message.objects.get(notice__person=person, channel=channel)
