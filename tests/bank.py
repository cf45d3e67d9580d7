"""The simulated bank as a real process, for tests that need an outside world."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from django.conf import settings

from smartunion.domains.wallet.gateways import HttpBank, keys_of
from smartunion.sandbox import books, sm2
from smartunion.site.processes import free_port

OPENING_FEN = 1_000_000_00


@dataclass(frozen=True)
class SandboxProcess:
    """Where the bank is, how to sign, and where its books are, for a test to look into.

    `private` and `retiring` are two keys of ours that the bank knows, by their ids.
    """

    url: str
    database: str
    smtp_port: int
    house_port: int
    """Where the receipts are sent: a test that wants them listens there."""
    hospital_token: str = settings.HOSPITAL_FHIR_TOKEN
    sms: tuple[str, str] = (settings.SMS_KEY_ID, settings.SMS_SECRET)
    wecom: tuple[str, str] = (settings.WECOM_CORP_ID, settings.WECOM_SECRET)
    """The name and the secret by which each provider knows the house."""
    private: str = f"{0xC0FFEE:064x}"
    retiring: str = f"{0xDECAF:064x}"
    bank_private: str = f"{0xBA9C:064x}"
    bank_key: str = "CCB01"

    @property
    def ours(self) -> str:
        """Return our own key as the settings write it."""
        return f"UNION01:{self.private}"

    @property
    def theirs(self) -> str:
        """Return the bank's key as the settings write it."""
        return f"{self.bank_key}:{sm2.public_of(self.bank_private)}"

    def client(self, url: str = "", *, signs: str = "", believes: str = "") -> HttpBank:
        """Return our side of the line; `signs` and `believes` name other keys than the right."""
        return HttpBank(
            url or self.url,
            ours=keys_of(signs or self.ours),
            theirs=keys_of(believes or self.theirs),
        )

    @property
    def environment(self) -> dict[str, str]:
        """Return the keys as the bank's process is told them."""
        ours = {"UNION01": self.private, "UNION00": self.retiring}
        return {
            "BANK_OWN_KEYS": f"{self.bank_key}:{self.bank_private}",
            "BANK_UNION_KEYS": ",".join(f"{k}:{sm2.public_of(v)}" for k, v in ours.items()),
        }


@pytest.fixture(scope="session")
def bank(django_db_setup: None) -> Iterator[SandboxProcess]:
    """Start the bank once for the session, with books of its own; stop it and drop them after.

    Only once the tests' database is copied: nobody may be in the one that it is copied from.
    """
    with running(database="sandbox") as made:
        yield made


@contextmanager
def running(*, database: str, offset: float = 0, **keys: str) -> Iterator[SandboxProcess]:
    """Run the outside world in a process, its clock so many seconds from ours; then drop it.

    `keys` are other keys than the usual: `bank_private` and `bank_key`, its name.
    """
    ours = os.environ["DATABASE_URL"]
    books_url = books.beside(ours, f"_{database}_test_{os.getpid()}")
    books.ensure_database(books_url, maintenance_url=ours)
    port = free_port(18_011 + os.getpid() % 1000)
    smtp_port = free_port(port + 1000)
    house_port = free_port(smtp_port + 1000)
    made = SandboxProcess(
        f"http://127.0.0.1:{port}",
        books_url,
        smtp_port,
        house_port,
        **keys,  # type: ignore[arg-type]
    )
    environment = {
        **os.environ,
        "SANDBOX_DATABASE_URL": books_url,
        "SANDBOX_OPENING_FEN": str(OPENING_FEN),
        **made.environment,
        "SMARTUNION_CLOCK_OFFSET": str(offset),
        "EMAIL_PORT": str(smtp_port),
        "PUBLIC_URL": f"http://127.0.0.1:{house_port}",
    }
    command = [sys.executable, "-m", "smartunion.site.cli", "sandbox", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        wait_until_alive(f"{made.url}/alive", process)
        yield made
    finally:
        process.terminate()
        process.wait(15)
        with psycopg.connect(ours, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {urlsplit(books_url).path[1:]} WITH (FORCE)")


def wait_until_alive(url: str, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Return when the address answers; fail when the process ends or the time is up."""
    until = time.monotonic() + seconds
    while True:
        try:
            if httpx.get(url, timeout=1).status_code < 500:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, "the process ended at its start"
        assert time.monotonic() < until, f"{url} does not answer"
        time.sleep(0.05)
