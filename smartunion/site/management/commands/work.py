"""`smartunion work`: everything that happens by itself. Any number of copies may run, or die."""

import os
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from smartunion.kernel.base import clock
from smartunion.kernel.notices import gateways
from smartunion.kernel.notices import jobs as notices
from smartunion.kernel.timers import auditor, pulse, ticker
from smartunion.site import rounds, workers


class Command(BaseCommand):
    """Run the loops of site/rounds.py in two processes, until Ctrl-C."""

    help = "后台: 到期处理、银行指令、汇总、消息发送、值守"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round of everything, then end")
        parser.add_argument("--processes", type=int, default=2, help="how many work side by side")

    def handle(self, *, once: bool, processes: int, **options: Any) -> None:
        if once:
            self._once()
            return
        pid = os.getpid()

        def work(place: workers.Place, stop: threading.Event) -> None:
            pulse.note_in(place.hand)
            name = auditor.name_of(place.number, pid)
            workers.work(rounds.loops_of_the_house(name, blamed=place.blamed), stop)

        notices.warm()
        workers.Pool(processes, work, say=self.stderr.write).run()

    def _once(self) -> None:
        ticker.fire_now()
        notices.send_due(gateways.of_the_house(), at=clock.now())
        failed = [each.name for each in rounds.of_the_house() if not rounds.once(each)]
        auditor.audit(at=clock.now())
        if failed:
            raise SystemExit(f"failed: {', '.join(failed)}")
