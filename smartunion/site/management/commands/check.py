"""`smartunion check`: audit what must never be false; name the row that fails, exit non-zero."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from smartunion.kernel.base import clock
from smartunion.site import audits


class Command(BaseCommand):
    """Ask every audit over the live data; this replaces Django's own system check by name."""

    help = "核对: 账、钱包、预算、组织的不变式; 有一行不对就指出来并以非零退出"
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        """Print one line an audit and each offending row below it."""
        failed = 0
        for audit in audits.all_of_them(at=clock.now()):
            began = time.monotonic()
            rows = audit.offenders()
            took = f"{(time.monotonic() - began) * 1000:,.0f} ms"
            self.stdout.write(f"{'✕' if rows else '✓'} {audit.id:<4}{audit.statement}  ({took})")
            for where, what, *_ in rows:
                self.stdout.write(f"    {where}: {what}")
            failed += bool(rows)
        if failed:
            raise SystemExit(f"{failed} 项不成立")
        self.stdout.write("全部成立")
