"""`smartunion measure`: freeze the figures of every closed period. Can be run twice."""

from typing import Any

from django.core.management.base import BaseCommand

from smartunion.domains.performance import jobs
from smartunion.kernel.base import clock


class Command(BaseCommand):
    """冻结已结束账期的指标快照."""

    help = "freeze the figures of closed periods that have no snapshot yet"

    def handle(self, **options: Any) -> None:
        """Freeze, and say how many were new."""
        frozen = jobs.freeze_closed_periods(at=clock.now())
        self.stdout.write(f"{len(frozen)} figures frozen")
