"""`smartunion work`: everything that happens by itself. Any number of copies may run, or die."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from smartunion.site import rounds


class Command(BaseCommand):
    """Run the rounds of site/rounds.py until Ctrl-C; what is being done is finished first."""

    help = "后台: 银行指令、汇总、到期处理"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round of everything, then end")

    def handle(self, *, once: bool, **options: Any) -> None:
        everything = rounds.of_the_house()
        if once:
            failed = [each.name for each in everything if not rounds.once(each)]
            if failed:
                raise SystemExit(f"failed: {', '.join(failed)}")
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        rounds.keep_going(everything, stop=stop)
