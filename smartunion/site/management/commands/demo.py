"""`smartunion demo`: live the plan year on first use, then run the whole house until Ctrl-C."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max

from smartunion.domains.wallet.models import Payment
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.trail.models import Entry
from smartunion.site import embedded, processes, witnesses
from smartunion.site.cast import CAST
from smartunion.site.play import tills

SCENE = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
"""When the demonstration begins: a Friday morning, the plan year nearly lived."""

KNOCK_SECONDS = 1.0
DATABASE_ROUNDS = 10
"""The embedded database is looked after once in so many rounds."""


class Command(BaseCommand):
    """Set the clock, play the year if nobody has, run sandbox, work and serve together."""

    help = "演示: 模拟一年, 然后一起运行网页、后台和模拟银行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--people", type=int, default=300, help="staff to play the year with")

    def handle(self, *, port: int, people: int, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("production has no demonstration: run `serve` and `work`")
        web = self._port(port)
        bank = self._port(settings.SANDBOX_PORT, but=(web,))
        mail = self._port(settings.EMAIL_PORT, but=(web, bank))
        world, house = f"http://127.0.0.1:{bank}", f"http://127.0.0.1:{web}"
        os.environ |= {
            "BANK_URL": world, "SMS_URL": world, "WECOM_URL": world, "EMAIL_PORT": str(mail),
            "PUBLIC_URL": house,
        }  # fmt: skip
        settings.BANK_URL = settings.SMS_URL = settings.WECOM_URL = settings.VOICE_URL = world
        settings.PUBLIC_URL, settings.EMAIL_PORT = house, mail
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        chosen = bool(clock.offset())
        if not Entry.objects.filter(what="play.lived").exists():
            self._play(people, bank, chosen=chosen)
        if not chosen:
            set_clock(max(SCENE, latest_moment() + timedelta(minutes=1)))
        outside = witnesses.company(house, at=clock.now())
        connection.close()
        company = processes.Company(
            [
                processes.command("sandbox", "--port", str(bank)),
                processes.command("serve", "--port", str(web)),
            ],
            say=self.stdout.write,
            look_after=database_keeper(),
        )

        def greet() -> bool:
            """Begin to work when the pages answer: work looks whether postings can be read."""
            if greeted := self._greet(web, bank):
                company.children += [processes.command("work"), *outside]
            return greeted

        company.run(greet=greet)

    def _port(self, wanted: int, *, but: tuple[int, ...] = ()) -> int:
        """Return the wanted port, or say in one line which one is taken instead; never `but`."""
        port = processes.free_port(wanted)
        while port in but:
            port = processes.free_port(port + 1)
        if port != wanted:
            self.stdout.write(f"端口 {wanted} 已被占用，改用 {port}")
        return port

    def _play(self, people: int, bank: int, *, chosen: bool) -> None:
        """Live the year, with the bank beside it."""
        if not chosen:
            set_clock(SCENE)
        begun = Entry.objects.exists()
        told = "上次的模拟没有过完：从头再走一遍，做过的事不会再做一次" if begun else "首次启动"
        self.stdout.write(f"{told}。模拟 {people} 名教职工的 2025 年，约需三分钟……")
        sandbox = processes.command("sandbox", "--port", str(bank), **tills.HURRIED)
        with processes.running(sandbox):
            while not answers(f"http://127.0.0.1:{bank}/alive"):
                time.sleep(processes.ROUND_SECONDS)
            call_command("play", people=people)

    def _greet(self, web: int, bank: int) -> bool:
        """Say where the house is and who can be picked, as soon as it answers."""
        address = f"http://127.0.0.1:{web}"
        if not answers(f"{address}/accounts/login/"):
            return False
        now = clock.now().astimezone(CAMPUS)
        lines = [
            "",
            f"智慧工会已就绪   {address}/",
            f"选择角色登录     {address}/accounts/cast/",
            f"模拟银行         http://127.0.0.1:{bank}/",
            f"模拟手机         http://127.0.0.1:{bank}/phones/",
            f"演示时间         {now:%Y-%m-%d %H:%M}（校园时间，SMARTUNION_NOW 可改）",
            "",
            *(f"  {role.username:<10}{role.name}　{role.title}：{role.sees}" for role in CAST),
            "",
            "按 Ctrl-C 结束",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
        return True


def answers(address: str) -> bool:
    """Test if a server answers there with anything but an error of its own."""
    try:
        return httpx.get(address, timeout=KNOCK_SECONDS, trust_env=False).is_server_error is False
    except httpx.TransportError:
        return False


def latest_moment() -> datetime:
    """Return the last moment that the books know of."""
    entry = Entry.objects.aggregate(at=Max("at"))["at"]
    payment = Payment.objects.aggregate(at=Max("received_at"))["at"]
    return max(moment for moment in (entry, payment, SCENE) if moment)


def set_clock(present: datetime) -> None:
    """Shift the clock of this process and of every child, Python's and SQL's alike."""
    offset = round((present - datetime.now(UTC)).total_seconds())
    os.environ[clock.VARIABLE] = str(offset)
    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] = f"{options['options']} -c smartunion.clock_offset={offset}"
    connection.close()


def database_keeper() -> Callable[[], None]:
    """Return what restarts the embedded database should it die; nothing for one of your own."""
    if embedded.VARIABLE not in os.environ:
        return lambda: None
    rounds = 0

    def keep() -> None:
        nonlocal rounds
        rounds += 1
        if rounds % DATABASE_ROUNDS == 0:
            embedded.start()

    return keep
