"""`smartunion drill crisis.red B01`: hold a drill, wait for its end, write its report."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Unit
from smartunion.kernel.response import drills, reports
from smartunion.kernel.response.models import Drill

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Order a drill as an officer would; the phones answer, `smartunion work` does the rest."""

    help = "下达一次演练并写出报告"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what it takes."""
        parser.add_argument("protocol", nargs="?", default="")
        parser.add_argument("unit", nargs="?", default="")
        parser.add_argument("--because", default="专项演练")
        parser.add_argument("--minutes", type=float, default=30)
        parser.add_argument("--report", default="", help="the number of a drill that was held")
        parser.add_argument("--to", type=Path, default=None)

    def handle(self, **given: Any) -> None:
        drill = self._held(given["report"]) if given["report"] else self._hold(given)
        result = drills.result_of(drill)
        if result is None:
            raise CommandError("演练还没有开始：后台进程 smartunion work 在运行吗？")
        report = reports.markdown(result)
        if given["to"]:
            given["to"].write_text(report, encoding="utf-8")
        self.stdout.write(report)

    def _held(self, number: str) -> Drill:
        found = Drill.objects.filter(run__number=number).select_related("run").first()
        if found is None:
            raise CommandError(f"没有编号 {number} 的演练")
        return found

    def _hold(self, given: dict[str, Any]) -> Drill:
        unit = Unit.objects.filter(code=given["unit"]).first()
        if unit is None:
            raise CommandError(f"没有代码 {given['unit']} 的单位")
        at = clock.now()
        drill = drills.order(
            protocol=given["protocol"], unit=unit, planned_at=at, by=None, at=at,
            because=given["because"],
        )  # fmt: skip
        until = at + timedelta(minutes=given["minutes"])
        while clock.now() < until:
            time.sleep(LOOK_SECONDS)
            drill = Drill.objects.select_related("run__protocol").get(pk=drill.pk)
            if drill.run is not None and drill.run.ended_at is not None:
                break
        return drill
