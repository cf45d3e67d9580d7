"""`smartunion sandbox`: the outside world for demonstration and tests, a process of its own."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from smartunion.sandbox import books
from smartunion.site import processes

OPENING_FEN = 20_000_000_00
"""What the simulated corporate wallet starts with: more than any plan year moves."""


class Command(BaseCommand):
    """Serve the simulated bank; it keeps its books in a database of its own."""

    help = "模拟银行: 独立进程、独立账本"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SANDBOX_PORT)

    def handle(self, *, port: int, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("the sandbox runs in demonstration mode only; see docs/bank.md")
        ours = os.environ["DATABASE_URL"]
        url = os.environ.setdefault("SANDBOX_DATABASE_URL", books.beside(ours))
        books.ensure_database(url, maintenance_url=ours)
        os.environ.setdefault("SANDBOX_OPENING_FEN", str(OPENING_FEN))
        os.environ["BANK_KEY_ID"] = settings.BANK_KEY_ID
        os.environ["BANK_SECRET"] = settings.BANK_SECRET
        self.stdout.write(f"模拟银行 http://127.0.0.1:{port}/")
        processes.serve("smartunion.sandbox.server:from_environment", port=port, factory=True)
