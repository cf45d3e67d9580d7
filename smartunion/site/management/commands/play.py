"""`smartunion play`: live the plan year through the real actions, from one seed."""

import logging
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from smartunion.domains.wallet import jobs
from smartunion.domains.wallet.gateways import CORPORATE, BankSilent
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Unit
from smartunion.kernel.publicity import watching as publicity
from smartunion.kernel.trail.record import record
from smartunion.site.play import digest, phones
from smartunion.site.play.year import Year

UNTIL = "2025-12-19T10:41"


class Command(BaseCommand):
    """Play, then print the tally and the hash of the books."""

    help = "模拟: 用真实的动作过完一个计划年度; 同一种子得到同一本账"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size, the seed, and the moment at which the play stops."""
        parser.add_argument("--people", type=int, default=300, help="staff on campus")
        parser.add_argument("--seed", type=int, default=2025)
        parser.add_argument("--until", default=UNTIL, help="campus time, as 2025-12-19T10:41")

    def handle(self, *, people: int, seed: int, until: str, **options: Any) -> None:
        """Live the year; the bank must be there (smartunion sandbox)."""
        if not settings.DEMONSTRATION:
            raise CommandError("production is not played with")
        end = datetime.fromisoformat(until).replace(tzinfo=CAMPUS)
        bank = jobs.bank()
        try:
            bank.balance_fen(CORPORATE)
        except BankSilent as silence:
            raise CommandError(
                f"the bank at {settings.BANK_URL} does not answer: run `smartunion sandbox` first"
            ) from silence
        began = time.monotonic()
        year = Year(
            year=end.year, seed=seed, people=people, until=end, bank=bank,
            say=self._say, world=settings.BANK_URL,
        )  # fmt: skip
        logging.getLogger("smartunion").setLevel(logging.ERROR)  # a silent bank is in the story
        settings.PUBLICITY_LOOKS = "inside"  # no server answers while a year is played
        try:
            tally = year.live()
        finally:
            settings.PUBLICITY_LOOKS = "http"
        publicity.go_public(at=end)
        self._say(f"  通知 {phones.hand_over(until=end)} 条已在手机上")
        with transaction.atomic():
            record(
                "play.lived", Unit.objects.get(kind=Unit.Kind.STANDING), by=None, at=end,
                because=f"演示数据：{people} 人，种子 {seed}", payments=tally.payments,
            )  # fmt: skip
        for code, count in sorted(tally.refusals.items()):
            self._say(f"  拒绝 {code} × {count}")
        self._say(f"用时 {time.monotonic() - began:.1f} 秒，账簿哈希 {digest.of_the_books()}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
