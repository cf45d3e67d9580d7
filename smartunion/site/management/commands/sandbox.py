"""`smartunion sandbox`: the outside world for demonstration and tests, a process of its own."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from smartunion.kernel.base import sm2
from smartunion.kernel.people.models import Person
from smartunion.sandbox import books
from smartunion.site import processes
from smartunion.site.cast import CAST

MOST_PHONES = 400
"""Members of staff whose phones bear their names; others are shown by number."""

OPENING_FEN = 6_000_000_00
"""What the simulated corporate wallet starts with: more than a campus of 2,000 moves in a year."""


class Command(BaseCommand):
    """Serve the simulated bank and phones; their books are in a database of their own."""

    help = "模拟银行与模拟手机: 独立进程、独立账本"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SANDBOX_PORT)
        parser.add_argument("--smtp-port", type=int, help="one above --port")
        parser.add_argument("--house", default=settings.PUBLIC_URL, help="where receipts are sent")

    def handle(self, *, port: int, smtp_port: int | None, house: str, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("the sandbox runs in demonstration mode only; see docs/bank.md")
        ours = os.environ["DATABASE_URL"]
        url = os.environ.setdefault("SANDBOX_DATABASE_URL", books.beside(ours))
        books.ensure_database(url, maintenance_url=ours)
        os.environ.setdefault("SANDBOX_OPENING_FEN", str(OPENING_FEN))
        os.environ.setdefault("BANK_OWN_KEYS", settings.BANK_SANDBOX_KEYS)
        os.environ.setdefault("BANK_UNION_KEYS", public_keys(settings.BANK_OUR_KEYS))
        os.environ |= {
            name: str(getattr(settings, name))
            for name in ("SMS_KEY_ID", "SMS_SECRET", "WECOM_CORP_ID", "WECOM_SECRET",
                         "RECEIPT_SECRET", "HOSPITAL_FHIR_TOKEN", "ASSESSMENT_KEY_ID",
                         "ASSESSMENT_SECRET")
        }  # fmt: skip
        smtp_port = smtp_port or int(os.environ.get("EMAIL_PORT", port + 1))
        os.environ["SANDBOX_SMTP_PORT"] = str(smtp_port)
        os.environ["SANDBOX_RECEIPTS_URL"] = house
        os.environ["SANDBOX_OWNERS"] = json.dumps([*cast(), *staff()], ensure_ascii=False)
        self.stdout.write(f"模拟银行 http://127.0.0.1:{port}/")
        self.stdout.write(f"模拟测评系统 http://127.0.0.1:{port}/assessment/")
        self.stdout.write(f"模拟手机 http://127.0.0.1:{port}/phones/，邮件端口 {smtp_port}")
        self.stdout.write(f"模拟校医院 http://127.0.0.1:{port}/hospital/")
        self.stdout.write(f"模拟语言模型 http://127.0.0.1:{port}/llm/")
        processes.serve("smartunion.sandbox.server:from_environment", port=port, factory=True)


def public_keys(private: str) -> str:
    """Return `id:public,…` of `id:private,…`: what one side tells the other of its keys."""
    pairs = (each.split(":", 1) for each in private.split(","))
    return ",".join(f"{key_id}:{sm2.public_of(key)}" for key_id, key in pairs)


def cast() -> list[dict[str, Any]]:
    """Return the phones of the cast."""
    return [
        {
            "username": role.username, "name": role.name, "title": role.title,
            "phone": role.phone, "email": role.email, "is_first": True,
        }
        for role in CAST
    ]  # fmt: skip


def staff() -> list[dict[str, Any]]:
    """Return the phones of staff by name, as many as the environment holds; none before found."""
    known = [role.username for role in CAST]
    persons = Person.objects.filter(kind=Person.Kind.STAFF).exclude(username__in=known)
    try:
        return [
            {
                "username": person.username, "name": person.name, "title": str(person.unit or ""),
                "phone": person.phone, "email": person.email,
            }
            for person in persons.select_related("unit").order_by("username")[:MOST_PHONES]
        ]  # fmt: skip
    except ProgrammingError:
        return []
